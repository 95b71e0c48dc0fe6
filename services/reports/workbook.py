"""A report as a workbook: the figures first, then a sheet a tile with its chart, then what each figure counts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from models.values.dashboards import FEW, TileAnswer, TileSpec
from models.values.metrics import Answer, Column
from models.values.money import SIGNS, exponent
from models.values.reports import Report
from services.exporting import sheet_cell, write_file
from services.metrics import the_catalogue
from services.reports.table import change_of, group_of, in_file

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

#: How a spreadsheet shows each unit; money depends on its currency.
_FORMATS: Final = {
    "count": "#,##0", "number": "#,##0.00", "percent": "0.0%", "score": "0.0", "hours": '0.0 "h"',
    "days": '0.0 "days"',
}  # fmt: skip
_DAY, _MONTH = "d mmm yyyy", "mmm yyyy"
_NOT_IN_NAMES: Final = re.compile(r"[\[\]:*?/\\']")
_LONGEST_NAME: Final = 31
_HEAD_ROW: Final = 4  # of a tile's sheet
_RANGE: Final = ("95 % range, from", "95 % range, to")
_CHARTED: Final = ("line", "bars", "stacked", "ranges", "funnel")


def write_report_workbook(report: Report, path: Path) -> int:
    """Write a report to an .xlsx file and return its number of sheets.

    Raises
    ------
    EnvironmentFault
        The file cannot be written.
    """
    return write_file(path, lambda file: _write(report, file), ".xlsx")


def _write(report: Report, file: BinaryIO) -> int:
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Figures"
    _figures(sheet, report)
    for tile, shown in report.tiles(figures=False):
        _tile(_sheet(book, tile.title), tile, shown)
    _definitions(_sheet(book, "Definitions"), report)
    book.save(file)
    return len(book.sheetnames)


def _sheet(book: Workbook, title: str) -> Worksheet:
    """A new sheet, under a name that a workbook takes and that no other sheet has."""
    name = short = _NOT_IN_NAMES.sub(" ", title)[:_LONGEST_NAME]
    number = 1
    while name.lower() in (one.lower() for one in book.sheetnames):
        number += 1
        end = f" {number}"
        name = f"{short[: _LONGEST_NAME - len(end)]}{end}"
    made: Worksheet = book.create_sheet(name)
    return made


def _figures(sheet: Worksheet, report: Report) -> None:
    _put(sheet, 1, 1, report.dashboard.title, size=16)
    for row, (name, said) in enumerate(report.head, 2):
        _put(sheet, row, 1, name)
        _put(sheet, row, 2, said)
    top = len(report.head) + 3
    _heads(sheet, top, ("Figure", "Value", "Before", "Change", "Note"))
    for row, (tile, shown) in enumerate(report.tiles(figures=True), top + 1):
        name, cells = shown.query.metrics[0], shown.answer.cells(0)
        column = _column(shown.answer, name)
        few = bool(shown.answer.few.get(name))
        _put(sheet, row, 1, tile.title)
        if not few and not shown.empty:
            _put(sheet, row, 2, cells[name], column, shown.answer)
            _put(sheet, row, 3, cells.get(f"{name}_before"), column, shown.answer)
            _put(sheet, row, 4, change_of(cells, name, column.unit), form=_change_format(column))
        points = "Change in percentage points." if column.unit == "percent" and shown.query.compare else ""
        _put(sheet, row, 5, shown.empty or (f"{FEW.capitalize()}." if few else points))
    _widths(sheet, (30, 18, 18, 12, 60))


def _tile(sheet: Worksheet, tile: TileSpec, shown: TileAnswer) -> None:
    answer, by, metrics = shown.answer, shown.query.by, shown.query.metrics
    _put(sheet, 1, 1, tile.title, size=14)
    _put(sheet, 2, 1, shown.empty or _span(answer))
    if shown.empty:
        return
    figures = [column for column in answer.columns[len(by) :]
               if any(row[answer.columns.index(column)] is not None for row in answer.rows)]  # fmt: skip
    columns = [*answer.columns[: len(by)], *figures]
    notes = {at: cut for at in range(len(answer.rows)) if (cut := answer.cut(at))}
    notes |= {at: FEW for places in answer.few.values() for at in places}
    ranges = answer.intervals.get(metrics[0], ()) if tile.form == "ranges" else ()
    _heads(sheet, _HEAD_ROW,
           [*(one.title for one in columns), *(["Note"] if notes else []), *(_RANGE if ranges else [])])  # fmt: skip
    for at in range(len(answer.rows)):
        row, cells = _HEAD_ROW + 1 + at, answer.cells(at)
        for place, column in enumerate(columns, 1):
            if place <= len(by):
                _put_group(sheet, row, place, column, cells[column.name])
            elif not any(column.name.startswith(name) and at in answer.few.get(name, ()) for name in metrics):
                _put_figure(sheet, row, place, column, shown, at)
        if at in notes:
            _put(sheet, row, len(columns) + 1, notes[at])
        if ranges and notes.get(at) != FEW and (found := ranges[at]) is not None:
            for place, share in enumerate((found.low, found.high), len(columns) + 1 + bool(notes)):
                _put(sheet, row, place, share, form=_FORMATS["percent"])
    sheet.freeze_panes = sheet.cell(_HEAD_ROW + 1, len(by) + 1)
    _widths(sheet, [28] * len(by) + [max(14, min(len(one.title) + 2, 34)) for one in figures] + [16])
    if tile.form in _CHARTED:
        _chart(sheet, tile, shown, columns)


def _chart(sheet: Worksheet, tile: TileSpec, shown: TileAnswer, columns: Sequence[Column]) -> None:
    """Put the tile's chart beside its figures, as one of the spreadsheet's own."""
    from openpyxl.chart import BarChart, LineChart, Reference
    from openpyxl.utils import get_column_letter

    rows, by, name = len(shown.answer.rows), len(shown.query.by), shown.query.metrics[0]
    drawn = (
        [*shown.query.metrics]
        if tile.form == "stacked"
        else [name, *([f"{name}_before"] if tile.form == "line" else [])]
    )
    chart: Any = LineChart() if tile.form == "line" else BarChart()
    for place, column in enumerate(columns, 1):
        if column.name in drawn:
            chart.add_data(
                Reference(sheet, place, _HEAD_ROW, place, _HEAD_ROW + rows), titles_from_data=True, from_rows=False
            )
    names = str(Reference(sheet, 1, _HEAD_ROW + 1, by, _HEAD_ROW + rows))
    for series in chart.series if tile.form == "line" else ():
        series.dPt = [_dashed(at) for at in range(rows) if shown.answer.cut(at)]
    for series in chart.series:
        series.cat = _categories(names, by, dated=isinstance(sheet.cell(_HEAD_ROW + 1, 1).value, date))
    chart.title, chart.width, chart.height = tile.title, 18, max(7.5, 0.8 * rows if tile.form != "line" else 0)
    chart.x_axis.delete = chart.y_axis.delete = False
    chart.y_axis.number_format = _format(_column(shown.answer, name), shown.answer.currency)
    if tile.form == "line":
        chart.x_axis.number_format = _MONTH if shown.query.by[0].endswith("month") else "General"
    else:
        chart.type, chart.gapWidth = "bar", 40
        if tile.form == "stacked":
            chart.grouping, chart.overlap = "stacked", 100
        chart.x_axis.scaling.orientation = "maxMin"  # the first on top
    if len(chart.series) == 1:
        chart.legend = None
    sheet.add_chart(chart, f"{get_column_letter(len(columns) + (5 if tile.form == 'ranges' else 3))}{_HEAD_ROW}")


def _dashed(at: int) -> Any:
    """The point of a month under way: the line to it is dashed."""
    from openpyxl.chart.marker import DataPoint

    point = DataPoint(idx=at)
    point.graphicalProperties.line.dashStyle = "dash"
    return point


def _categories(names: str, by: int, *, dated: bool) -> Any:
    """Where a chart finds the names of its groups: days, words, or words of several dimensions."""
    from openpyxl.chart.data_source import AxDataSource, MultiLevelStrRef, NumRef, StrRef

    if dated:
        return AxDataSource(numRef=NumRef(f=names))
    return AxDataSource(strRef=StrRef(f=names)) if by == 1 else AxDataSource(multiLvlStrRef=MultiLevelStrRef(f=names))


def _definitions(sheet: Worksheet, report: Report) -> None:
    _heads(sheet, 1, ("Tile", "Figure", "What it counts", "From", "To", "As of", "Filters", "Notes"))
    metrics, row = the_catalogue().metrics, 1
    for tile in report.dashboard.tiles:
        shown = report.answers[tile.key]
        answer = shown.answer
        for name in shown.query.metrics:
            row += 1
            first = answer.period.first if answer.period.first is not None else "the beginning"
            said = (
                tile.title, metrics[name].title, metrics[name].counts, first, answer.period.last, answer.as_of,
                report.filtered or "none", " ".join(answer.notes),
            )  # fmt: skip
            for place, value in enumerate(said, 1):
                _put(sheet, row, place, value, form=_DAY if isinstance(value, date) else "")
    sheet.freeze_panes = "A2"
    _widths(sheet, (32, 30, 90, 14, 14, 14, 30, 90))


def _put_group(sheet: Worksheet, row: int, place: int, column: Column, value: Any) -> None:
    """Write the name of a group; months, weeks and days as days that a spreadsheet counts with."""
    if value is not None and column.name.endswith("month"):
        _put(sheet, row, place, date.fromisoformat(f"{value}-01"), form=_MONTH)
    elif value is not None and (column.unit == "day" or column.name in ("week", "day")):
        _put(sheet, row, place, date.fromisoformat(str(value)), form=_DAY)
    else:
        _put(sheet, row, place, group_of(value, column.title, column.unit))


def _put_figure(sheet: Worksheet, row: int, place: int, column: Column, shown: TileAnswer, at: int) -> None:
    cells, name = shown.answer.cells(at), column.name.removesuffix("_change")
    if name == column.name:
        _put(sheet, row, place, cells[name], column, shown.answer)
    else:
        of = _column(shown.answer, name)
        _put(sheet, row, place, change_of(cells, name, of.unit), form=_change_format(of))


def _put(
    sheet: Worksheet,
    row: int,
    place: int,
    value: Any,
    column: Column | None = None,
    answer: Answer | None = None,
    form: str = "",
    *,
    size: int = 0,
) -> None:
    from openpyxl.styles import Font

    if column is not None and answer is not None and not form:
        value, form = in_file(value, column.unit, answer.currency), _format(column, answer.currency)
    cell = sheet.cell(row, place)
    cell.value = sheet_cell(value)
    if form:
        cell.number_format = form
    if size:
        cell.font = Font(bold=True, size=size)


def _format(column: Column, currency: str) -> str:
    if column.unit != "money":
        return _FORMATS.get(column.unit, "General")
    digits = exponent(currency)
    amount = f"#,##0.{'0' * digits}" if digits else "#,##0"
    return f"[${SIGNS[currency]}]{amount}" if currency in SIGNS else f"{amount} [${currency}]"


def _change_format(column: Column) -> str:
    return "+0.0;-0.0;0.0" if column.unit in ("score", "number") else "+0.0%;-0.0%;0.0%"


def _column(answer: Answer, name: str) -> Column:
    return next(column for column in answer.columns if column.name == name)


def _span(answer: Answer) -> str:
    first = answer.period.first.isoformat() if answer.period.first is not None else "the beginning"
    return " ".join((f"{first} to {answer.period.last.isoformat()}.", *answer.notes))


def _heads(sheet: Worksheet, row: int, titles: Sequence[str]) -> None:
    from openpyxl.styles import Font

    for place, title in enumerate(titles, 1):
        _put(sheet, row, place, title)
        sheet.cell(row, place).font = Font(bold=True)


def _widths(sheet: Worksheet, widths: Sequence[int]) -> None:
    from openpyxl.utils import get_column_letter

    for place, wide in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(place)].width = wide
