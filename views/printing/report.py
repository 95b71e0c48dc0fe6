"""A dashboard on paper: its figures, each tile with its chart or table, and what the figures count."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtCore import QLocale, QRectF
from PySide6.QtGui import QPageSize
from PySide6.QtWidgets import QWidget

from models.values.dashboards import TileAnswer, TileSpec
from models.values.notes import phrased
from models.values.reports import Report
from models.values.words import full_day
from services.exporting import write_file
from services.metrics import the_catalogue
from views.charts.bars import BarsChart
from views.charts.chart import Chart
from views.insights.answer_table import AnswerTable
from views.insights.figure import Figure
from views.insights.headline import Headline
from views.insights.said import held_words
from views.insights.tile import Tile
from views.lists.word_table import TableColumn, TableLine
from views.printing.drawing import draw_chart
from views.printing.paper import Block, Pen, paper_of, passage_high, printed, width_of
from views.theme import Theme, fonts
from views.widgets.painting import LEFT, RIGHT
from views.words import DOT

_ACROSS: Final = 4  # figures in a row
_ALERT, _TITLE, _GAP, _ROW = 78.0, 24.0, 18.0, 22.0
_ROUND: Final = 7.0  # what a row keeps above and below several lines of words
_ROWS: Final = 32  # of a table in one block
_BETWEEN: Final = 16.0  # columns of a table
_NAMES: Final = 120.0  # what a table's first column has at the least
_LEAST: Final = 72.0  # what a column of words keeps where a table is too wide for the paper


def report_pdf(report: Report, theme: Theme, paper: QPageSize | None = None) -> bytes:
    """Return a dashboard as a PDF; without a paper, that of the computer's country."""
    paper = paper or paper_of(QLocale.system())
    head = f"{report.book}{DOT}as of {full_day(report.as_of)}"
    compared = f"compared with {report.compared}" if report.compared else ""
    below = DOT.join(part for part in (report.period, compared, report.filtered) if part)
    tiles = QWidget()  # what is drawn goes with it: a tile hears of the theme, and nothing else would delete it
    try:
        return printed(report.dashboard.title, head, below, list(_blocks(report, theme, width_of(paper), tiles)), paper)
    finally:
        tiles.deleteLater()


def write_report_pdf(report: Report, path: Path, theme: Theme) -> int:
    """Write a dashboard to a .pdf file and return its size in bytes.

    Raises
    ------
    EnvironmentFault
        The file cannot be written.
    """
    pdf = report_pdf(report, theme)
    return write_file(path, lambda file: file.write(pdf), ".pdf")


def _blocks(report: Report, theme: Theme, wide: float, tiles: QWidget) -> Iterator[Block]:
    figures = [_filled(theme, *one, tiles) for one in report.tiles(figures=True)]
    for start in range(0, len(figures), _ACROSS):
        yield Block(_ALERT, partial(_figures, figures[start : start + _ACROSS]))
    if figures:
        yield Block(_GAP, lambda _pen, _room: None)
    for tile in (_filled(theme, *one, tiles) for one in report.tiles(figures=False)):
        yield from _tile_blocks(tile, wide)
    yield from _definitions(report, wide)


def _filled(theme: Theme, spec: TileSpec, shown: TileAnswer, tiles: QWidget) -> Tile:
    tile = Tile(theme, spec)
    tile.setParent(tiles)
    tile.show_answer(shown)
    return tile


def _figures(tiles: Sequence[Tile], pen: Pen, room: QRectF) -> None:
    wide = room.width() / _ACROSS
    for place, tile in enumerate(tiles):
        assert isinstance(tile.content, Figure)
        figure, moved, ink, below = tile.content.parts
        x, each = room.x() + place * wide, wide - 12
        pen.words(QRectF(x, room.y(), each, 18), tile.title, "ink_2")
        pen.words(QRectF(x, room.y() + 18, each, 30), figure, "ink", fonts.TITLE, fonts.SEMIBOLD)
        took = fonts.width(figure, fonts.TITLE, fonts.SEMIBOLD) + 8
        pen.words(QRectF(x + took, room.y() + 24, each - took, 22), moved, ink)
        pen.words(QRectF(x, room.y() + 48, each, 16), below, "ink_2")


def _tile_blocks(tile: Tile, wide: float) -> Iterator[Block]:
    assert tile.shown is not None
    if tile.shown.empty:
        words, high = tile.shown.empty, passage_high(tile.shown.empty, wide)
        yield _titled(tile.title, high, lambda pen, room: pen.passage(room, words, "ink_2"))
    elif isinstance(tile.content, Headline):
        said = tile.content.words
        yield _titled(tile.title, passage_high(said, wide), lambda pen, room: pen.passage(room, said, "ink"))
    elif isinstance(tile.content, Figure):
        glimpse = tile.content.words
        yield _titled(tile.title, passage_high(glimpse, wide), lambda pen, room: pen.passage(room, glimpse, "ink"))
    elif isinstance(tile.content, AnswerTable):
        lines = [line for row in range(tile.content.lines.rowCount()) if (line := tile.content.lines.line_at(row))]
        columns = tile.content.lines.columns
        for start in range(0, len(lines), _ROWS):
            part = lines[start : start + _ROWS]
            title = f"{tile.title}, continued" if start else tile.title
            below = held_words(tile.shown) if start + _ROWS >= len(lines) else ""
            heads = _headings(columns, part, wide)
            grid = _grid(columns, part, heads, wide)
            high = _ROW * max(map(len, heads)) + sum(grid.high)
            yield _with_words(title, high, partial(_table, columns, part, heads, grid), below, wide)
    else:
        assert isinstance(tile.content, Chart)
        high = tile.content.height() if isinstance(tile.content, BarsChart) else tile.content.minimumHeight()
        yield _with_words(tile.title, float(high), partial(_chart, tile), tile.below, wide)  # it goes with its tile


def _with_words(title: str, high: float, paint: Callable[[Pen, QRectF], None], words: str, wide: float) -> Block:
    """A chart or table with what is said below it, on one page."""
    if not words:
        return _titled(title, high, paint)

    def both(pen: Pen, room: QRectF) -> None:
        paint(pen, QRectF(room.x(), room.y(), room.width(), high))
        pen.passage(QRectF(room.x(), room.y() + high + 4, room.width(), room.height() - high - 4), words, "ink_2")

    return _titled(title, high + 4 + passage_high(words, wide), both)


def _titled(title: str, high: float, paint: Callable[[Pen, QRectF], None]) -> Block:
    def whole(pen: Pen, room: QRectF) -> None:
        top = QRectF(room.x(), room.y(), room.width(), _TITLE)
        pen.words(top, title, "ink", fonts.BODY, fonts.SEMIBOLD)
        paint(pen, QRectF(room.x(), room.y() + _TITLE, room.width(), high))

    return Block(_TITLE + high + _GAP, whole)


def _chart(tile: Tile, pen: Pen, room: QRectF) -> None:
    assert isinstance(tile.content, Chart)
    draw_chart(tile.content, pen, room)


def _headings(columns: Sequence[TableColumn], lines: Sequence[TableLine], wide: float) -> list[list[str]]:
    """The lines of each heading: two where the table is wider than the paper with one."""
    titles = [column.title for column in columns]
    room = wide - _NAMES + (_BETWEEN - 6) * len(columns)  # columns stand closer where they must
    if sum(_wide([title], lines, place) for place, title in enumerate(titles[1:], 1)) <= room:
        return [[title] for title in titles]
    return [_in_two(title) for title in titles]


def _in_two(title: str) -> list[str]:
    """Break a heading so that the longer line is as short as can be."""
    words = title.split(" ")
    broken = [(" ".join(words[:at]), " ".join(words[at:])) for at in range(1, len(words))]
    return list(min(broken, key=lambda one: max(map(len, one)))) if broken else [title]


@dataclass(frozen=True, slots=True)
class _Grid:
    """How wide the columns of a table are, how far their words keep from the next, and how high each line is."""

    widths: tuple[float, ...]
    between: float
    high: tuple[float, ...]

    def room(self, place: int) -> float:
        """How much room the words of a column have."""
        return self.widths[place] - (0 if place == len(self.widths) - 1 else self.between)


def _grid(
    columns: Sequence[TableColumn], lines: Sequence[TableLine], heads: Sequence[Sequence[str]], room: float
) -> _Grid:
    widths = [_wide(heads[place], lines, place) for place in range(len(columns))]
    widths[0] = max(_NAMES, widths[0], room - sum(widths[1:]))
    tight = min(_BETWEEN - 6, max(0, (sum(widths) - room) / len(widths)))  # many columns stand closer
    widths = fitted([wide - tight for wide in widths], [column.right for column in columns], room)
    made = _Grid(tuple(widths), _BETWEEN - tight, ())
    return replace(made, high=tuple(
        max(
            _ROUND + passage_high(cell.text, made.room(place))
            if fonts.width(cell.text, fonts.SMALL) > made.room(place) else _ROW
            for place, cell in enumerate(line.cells)
        )
        for line in lines
    ))  # fmt: skip


def _table(
    columns: Sequence[TableColumn],
    lines: Sequence[TableLine],
    heads: Sequence[Sequence[str]],
    grid: _Grid,
    pen: Pen,
    room: QRectF,
) -> None:
    above, y = max(map(len, heads)), room.y()
    for row in range(-above, len(lines)):
        x, high = room.x(), grid.high[row] if row >= 0 else _ROW
        for place, column in enumerate(columns):
            cell = QRectF(x, y, grid.room(place), high)
            align = RIGHT if column.right else LEFT
            if row >= 0 and fonts.width(lines[row].cells[place].text, fonts.SMALL) > cell.width():
                pen.passage(cell.adjusted(0, 3, 0, 0), lines[row].cells[place].text, lines[row].cells[place].ink)
            elif row >= 0:
                pen.words(cell, lines[row].cells[place].text, lines[row].cells[place].ink, align=align)
            elif row + len(heads[place]) >= 0:  # one line stands beside the lower of two
                pen.words(cell, heads[place][row], "ink_2", weight=fonts.SEMIBOLD, align=align)
            x += grid.widths[place]
        y += high
        if row >= -1:
            pen.fill(QRectF(room.x(), y - 1, room.width(), 0.8), "line_soft" if row >= 0 else "line")


def fitted(widths: Sequence[float], figures: Sequence[bool], room: float) -> list[float]:
    """Let the widest columns of words give way where a table is wider than the paper; those of figures stay whole.

    Parameters
    ----------
    widths, figures
        Of each column: how wide it would be, and whether it holds figures.
    """
    words = sorted(wide for wide, figure in zip(widths, figures, strict=True) if not figure)
    left = room - sum(wide for wide, figure in zip(widths, figures, strict=True) if figure)
    most = left
    for place, wide in enumerate(words):  # what the narrower ones leave is shared by the wider ones
        most = left / (len(words) - place)
        if wide > most:
            break
        left -= wide
    else:
        return list(widths)
    return [wide if figure else min(wide, max(_LEAST, most)) for wide, figure in zip(widths, figures, strict=True)]


def _wide(head: Sequence[str], lines: Sequence[TableLine], place: int) -> float:
    """How wide a column is by its heading and cells."""
    texts = [fonts.width(line.cells[place].text, fonts.SMALL) for line in lines]
    return max([*(fonts.width(one, fonts.SMALL, fonts.SEMIBOLD) for one in head), *texts]) + _BETWEEN + 4


def _definitions(report: Report, wide: float) -> Iterator[Block]:
    """What each figure counts, and what must be known of it: each once, in however many tiles it stands."""
    shown = [report.answers[tile.key] for tile in report.dashboard.tiles]
    metrics = the_catalogue().metrics
    said = dict.fromkeys(
        f"{metrics[name].title}: {metrics[name].counts}" for one in shown for name in one.query.metrics
    )
    titles = {name: one.title for name, one in metrics.items()}
    said |= dict.fromkeys(phrased([note for one in shown for note in one.answer.noted], titles))
    for place, line in enumerate(said):
        high = passage_high(line, wide) + 4
        paint = partial(_passage, line)
        yield _titled("What the figures count", high - _GAP, paint) if not place else Block(high, paint)


def _passage(text: str, pen: Pen, room: QRectF) -> None:
    pen.passage(room, text, "ink_2")
