"""A report as one long table, a figure a row; and the rows behind a figure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from models.values import words
from models.values.dashboards import FEW, TileAnswer, TileSpec
from models.values.metrics import Column, RowList, Value
from models.values.reports import Report
from services.exporting import write_table

COLUMNS: Final = (
    "tile", "metric", "title", "by", "group", "value", "before", "change", "unit", "currency", "from", "to", "note",
)  # fmt: skip


def write_report_table(report: Report, path: Path) -> int:
    """Write a report to a .csv file and return its number of rows; of a tile without figures, why it has none.

    Raises
    ------
    EnvironmentFault
        The file cannot be written.
    """
    return write_table(COLUMNS, _rows(report), path, ".csv")


def write_rows_table(found: RowList, path: Path) -> int:
    """Write the rows behind a figure to a .csv or .xlsx file and return how many there are; days are days there.

    Raises
    ------
    UserError, EnvironmentFault
        As `write_table` does.
    """
    shown = found.shown[1:]
    columns, rows = [found.columns[at] for at in shown], ([row[at] for at in shown] for row in found.rows)
    return write_figures_table(columns, rows, found.currency, path)


def write_figures_table(columns: Sequence[Column], rows: Iterable[Sequence[Value]], currency: str, path: Path) -> int:
    """Write rows of figures to a .csv or .xlsx file and return how many there are; days are days there.

    Raises
    ------
    UserError, EnvironmentFault
        As `write_table` does.
    """
    heads = [f"{one.title} ({currency})" if one.unit == "money" else one.title for one in columns]

    def cell(value: Value, unit: str) -> Any:
        day = words.day_of(value) if unit == "day" and isinstance(value, str) else None
        return day or in_file(value, unit, currency)

    cells = ([cell(value, one.unit) for value, one in zip(row, columns, strict=True)] for row in rows)
    return write_table(heads, cells, path, title="rows")


def in_file(value: Value, unit: str, currency: str) -> Any:
    """Return a value as a file has it: money in major units, yes and no."""
    if unit == "money" and isinstance(value, int | float):
        return words.major(round(value), currency)
    return value if unit != "flag" or value is None else "yes" if value else "no"


def group_of(value: Value, title: str, unit: str = "text") -> Any:
    """Return the name of a group: as it is, or that it has none."""
    return f"No {title.lower()}" if value is None else in_file(value, unit, "")


def change_of(cells: Mapping[str, Value], name: str, unit: str) -> Value:
    """Return how much a figure changed: scores in points as the window has them, others as a share."""
    now, before = cells[name], cells.get(f"{name}_before")
    if unit in ("score", "number"):
        both = isinstance(now, int | float) and isinstance(before, int | float)
        return now - before if both else None  # type: ignore[operator]
    return cells.get(f"{name}_change")


def _rows(report: Report) -> Iterator[tuple[Any, ...]]:
    for tile in report.dashboard.tiles:
        shown = report.answers[tile.key]
        if shown.empty:
            yield (tile.title, *[None] * (len(COLUMNS) - 2), shown.empty)
        else:
            yield from _figures(tile, shown)


def _figures(tile: TileSpec, shown: TileAnswer) -> Iterator[tuple[Any, ...]]:
    answer, by = shown.answer, shown.query.by
    heads = {column.name: column for column in answer.columns}
    first = answer.period.first.isoformat() if answer.period.first is not None else None
    for at in range(len(answer.rows)):
        cells = answer.cells(at)
        group = ", ".join(str(group_of(cells[name], heads[name].title, heads[name].unit)) for name in by)
        for name in shown.query.metrics:
            unit = heads[name].unit
            few = at in answer.few.get(name, ())
            figures = [in_file(cells.get(f"{name}{end}"), unit, answer.currency) for end in ("", "_before")]
            change = change_of(cells, name, unit)
            yield (
                tile.title, name, heads[name].title, ", ".join(by), group,
                *((None, None, None) if few else (*figures, change)),
                unit, answer.currency if unit == "money" else None, first, answer.period.last.isoformat(),
                FEW if few else answer.cut(at) or None,
            )  # fmt: skip
