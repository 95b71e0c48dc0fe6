"""The groups of an answer as a table: a column for each dimension and figure, with changes and ranges beside them."""

from __future__ import annotations

from PySide6.QtGui import QKeyEvent, QKeySequence

from models.values.dashboards import FEW, TileAnswer
from models.values.metrics import Column
from views.insights.said import change, groups, range_words, said
from views.lists.word_table import NARROW_GAP, TableCell, TableColumn, TableLine, WordTable, head_width, in_two
from views.theme import fonts
from views.words import THIN, percent

#: Stands for the line of all groups together.
ALL = -1
#: No column of a dimension is wider; and they give way after every figure but the first.
_WIDEST, _LAST = 288, 100
#: So much room has a name before the last of several other dimensions stand.
_WHOLE = 200
#: The names of groups keep as much in a narrow table, and up to so much where they are long.
_NAMES, _NARROW = 92, 150
#: Width of a column of changes, and of ranges.
_CHANGE, _RANGE = 92, 108


class AnswerTable(WordTable):
    """The groups of an answer; a click on a figure, or Enter, asks for its rows; Ctrl+C is the tile's."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            event.ignore()
            return
        super().keyPressEvent(event)

    def show_answer(self, shown: TileAnswer) -> list[str]:
        """Show the groups of an answer; return for each column the figure whose rows it leads to."""
        answer, names = shown.answer, shown.query.metrics
        heads = {column.name: column for column in answer.columns}
        moving = [name for name in names if any(answer.cells(row).get(f"{name}_change") is not None
                                                for row in range(len(answer.rows)))]  # fmt: skip
        shares = [name for name in names if name in answer.intervals]
        ranged = shares[0] if len(shares) == 1 else ""
        lines = [_line(shown, at, heads, moving, ranged) for at in range(len(answer.rows))]
        # Where only some groups are asked for, a line of all customers or products would not be theirs.
        if len(lines) > 1 and not shown.query.having:
            sums = [TableCell("All", link="rows"), *[TableCell("")] * (len(shown.query.by) - 1)]
            for name in names:
                sums.append(_figure(answer.totals[name], heads[name].unit, answer.currency))
                sums.extend([TableCell("")] * ((name in moving) + (name == ranged)))
            lines.append(TableLine(tuple(sums), ALL, total=True))
        columns, places = _group_columns(shown), [names[0]] * len(shown.query.by)
        for place, name in enumerate(names):
            # Where there is no room the ranges go first, then the changes, then the last figures.
            title, rank = heads[name].title, len(names) - place
            cells = [line.cells[len(columns)] for line in lines]
            keeps = len(names) + rank if place else 0
            longest = max((fonts.width(cell.text, fonts.LIST, fonts.SEMIBOLD) for cell in cells), default=0.0)
            columns.append(TableColumn(title, round(max(88, head_width(title) + 30, longest + 30)), True, keeps,
                                       narrow=_narrow(title, [cell.short or cell.text for cell in cells])))  # fmt: skip
            places.append(name)
            if name in moving:
                texts = [line.cells[len(columns)].text for line in lines]
                columns.append(
                    TableColumn("Change", _CHANGE, True, rank, narrow=min(_CHANGE, _narrow("Change", texts)))
                )
                places.append(name)
            if name == ranged:
                columns.append(TableColumn(f"95{THIN}% range", _RANGE, True, 1))
                places.append(name)
        self.show_lines(lines, columns)
        self.setAccessibleDescription(answer.definition)
        return places


def _line(shown: TileAnswer, at: int, heads: dict[str, Column], moving: list[str], ranged: str) -> TableLine:
    answer, cells = shown.answer, shown.answer.cells(at)
    line = [
        TableCell(one, link="" if place else "rows", tip=one if fonts.width(one, fonts.LIST) > _NARROW - 24 else "")
        for place, one in enumerate(groups(shown, at))
    ]
    for name in shown.query.metrics:
        few, unit = at in answer.few.get(name, ()), heads[name].unit
        moved, ink = "", "ink_2"
        if name in moving and not few:
            moved, ink = change(cells[name], cells[f"{name}_before"], unit, shown.better.get(name, ""))
        tip = "\n".join(filter(None, (range_words(answer, name, at).strip(), moved)))
        if few:
            line.append(TableCell(FEW, "ink_3", small=True, tip=tip))
        else:
            line.append(_figure(cells[name], unit, answer.currency, tip))
        if name in moving:
            line.append(TableCell(moved, ink, small=True))
        if name == ranged:
            found = answer.intervals[name][at]
            words = "" if few or found is None else f"{percent(found.low)} – {percent(found.high)}"
            line.append(TableCell(words, "ink_2", small=True))
    return TableLine(tuple(line), at)


def _figure(value: object, unit: str, currency: str, tip: str = "") -> TableCell:
    """A figure in full; money in at most four figures where its column is narrow, and then in full in the tip."""
    text, short = (said(value, unit, currency, short=brief) for brief in (False, True))  # type: ignore[arg-type]
    tip = "\n".join(filter(None, (text if short != text else "", tip)))
    return TableCell(text, tip=tip, short=short if short != text else "")


def _narrow(title: str, texts: list[str]) -> int:
    """How narrow a column can be: its head in two lines, its cells as they are."""
    words = max(
        (fonts.width(one, fonts.SMALL if one == FEW else fonts.LIST, fonts.SEMIBOLD) for one in texts), default=0
    )
    return round(max(words, *(head_width(one) for one in in_two(title)))) + 2 * NARROW_GAP + 2


def _group_columns(shown: TileAnswer) -> list[TableColumn]:
    """A column for each dimension: the first takes what is left, the others are as wide as their words."""
    heads = {column.name: column for column in shown.answer.columns}
    named = [groups(shown, at) for at in range(len(shown.answer.rows))]
    longest = max((fonts.width(one[0], fonts.LIST, fonts.MEDIUM) for one in named), default=0.0)
    least = max(120, min(_WHOLE, round(longest) + 28))
    narrow = least if len(shown.query.by) > 4 else max(_NAMES, min(_NARROW, round(longest) + 24))
    columns = [TableColumn(heads[shown.query.by[0]].title, least=least, narrow=narrow)]
    for place, name in enumerate(shown.query.by[1:], 1):
        title = heads[name].title
        words = max((fonts.width(one[place], fonts.LIST) for one in named), default=0.0)
        wide = min(_WIDEST, round(max(head_width(title), words)) + 24)
        narrow = min(wide, _narrow(title, [one[place] for one in named]))
        columns.append(TableColumn(title, wide, keeps=_LAST - place, narrow=narrow))
    return columns
