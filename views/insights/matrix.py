"""A matrix of two dimensions: a cell for each pair, sums at the right and below; every figure leads to its rows."""

from __future__ import annotations

from models.values.dashboards import TileAnswer
from models.values.metrics import Value
from views.insights.said import group, said
from views.lists.word_table import TableCell, TableColumn, TableLine
from views.theme import fonts
from views.words import DASH

#: What a figure is of, as pairs of dimension and value; and that of each column of a line.
Of = tuple[tuple[str, Value], ...]
Cells = tuple[Of, ...]


def matrix_of(shown: TileAnswer) -> tuple[list[TableLine], list[TableColumn]]:
    """Return the lines and columns of a matrix; a sum that adds nothing is not shown."""
    answer, (down, across), name = shown.answer, shown.query.by, shown.query.metrics[0]
    heads = {column.name: column for column in answer.columns}
    unit, place = heads[name].unit, [column.name for column in answer.columns].index(name)
    figures = {(row[0], row[1]): row[place] for row in answer.rows}
    known = [one for one in figures.values() if isinstance(one, int | float) and one > 0]
    most = max(known, default=1)
    heated = "weekday" in (down, across)  # when most comes is to be seen at a glance
    columns = [TableColumn(heads[down].title)]
    for number, value in enumerate((*shown.across, None)):
        title = group(across, value, heads[across].title) if number < len(shown.across) else "All"
        wide = max(56, round(fonts.width(title, fonts.SMALL, fonts.SEMIBOLD)) + 24)
        columns.append(TableColumn(title, wide, right=True))

    def line(title: str, of: Of, found: list[Value], total: Value, *, last: bool) -> TableLine:
        cells = [TableCell(title, link="" if last else "rows")]
        cells += [
            TableCell(
                said(one, unit, answer.currency),
                link="rows",
                heat=float(one) / most if heated and not last and isinstance(one, int | float) and one > 0 else 0.0,
            )
            if one
            else TableCell(DASH, "ink_3")
            for one in found
        ]
        cells.append(TableCell(said(total, unit, answer.currency), strong=True))
        key: Cells = (of, *((*of, (across, value)) for value in shown.across), of)
        return TableLine(tuple(cells), key, total=last)

    lines = []
    for value in dict.fromkeys(row[0] for row in answer.rows):
        found = [figures.get((value, one)) for one in shown.across]
        lines.append(line(group(down, value, heads[down].title), ((down, value),), found, _sum(found), last=False))
    sums = [_sum([figure for (_, at), figure in figures.items() if at == one]) for one in shown.across]
    lines.append(line("All", (), list(sums), answer.totals[name], last=True))
    return lines, columns


def _sum(figures: list[Value]) -> Value:
    return sum(one for one in figures if isinstance(one, int | float))
