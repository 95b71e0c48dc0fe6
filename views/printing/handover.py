"""The pack for a portfolio that changes hands: a cover, the contents, and a page for each customer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtCore import QLocale, QRectF
from PySide6.QtGui import QPageSize

from models.values.reports import Brief, Handover, HandoverLine
from services.exporting import write_file
from views.printing.brief import add_brief
from views.printing.paper import Block, Document, Pen, paged, paper_of, passage_high, room_of, width_of
from views.theme import fonts
from views.widgets.painting import RIGHT
from views.words import DOT, counted

_ROW, _TITLE, _GAP, _ALERT = 24.0, 26.0, 20.0, 56.0
_ACROSS: Final = 3  # figures in a row
_MONEY, _NUMBER = 110.0, 44.0  # columns of the contents
_NAME: Final = 0.34  # of what the others leave
#: So many alerts the cover names.
_FIRST: Final = 12


class HandoverPack:
    """A pack that is painted page by page, so that whoever waits for it can be told how far it is, or give it up."""

    def __init__(self, pack: Handover, paper: QPageSize | None = None) -> None:
        self._pack, self._paper = pack, paper or paper_of(QLocale.system())
        wide, room = width_of(self._paper), room_of(self._paper)
        first = paged(_cover(pack, wide), room)
        # A line of the contents is as high with any number.
        again = Block(_TITLE + _ROW, partial(_heads, "Contents, continued"))
        before = len(first) + len(paged(_contents(pack.lines, 0, wide), room, again))
        pages = [*first, *paged(_contents(pack.lines, before + 1, wide), room, again)]
        self._all = before + len(pack.lines)
        to = f"{pack.owner} to {pack.to}" if pack.to else pack.owner
        self._document = Document(f"Hand-over: {to}", self._paper)
        for page in pages:
            said = (f"Hand-over: {to}", f"{pack.book}{DOT}as of {pack.as_of}", f"Printed on {pack.printed}")
            self._document.add(said, page, self._number)

    @property
    def _number(self) -> str:
        return f"Page {self._document.pages + 1} of {self._all}"

    def add(self, brief: Brief) -> None:
        """Add the page of the next customer."""
        add_brief(self._document, brief, self._paper, self._number)

    def finish(self) -> bytes:
        """Return the PDF."""
        self._document.finish()
        return self._document.pdf


def write_handover_pdf(pack: Handover, briefs: Iterable[Brief], path: Path) -> int:
    """Write a pack to a .pdf file and return its size in bytes.

    Raises
    ------
    EnvironmentFault
        The file cannot be written.
    """
    made = HandoverPack(pack)
    for brief in briefs:
        made.add(brief)
    pdf = made.finish()
    return write_file(path, lambda file: file.write(pdf), ".pdf")


def _cover(pack: Handover, wide: float) -> list[Block]:
    blocks = [_words("From", pack.owner), _words("To", pack.to or "not decided yet"), _space(_GAP)]
    blocks.append(_title(f"{counted(len(pack.lines), 'customer')} of {pack.owner}"))
    figures = pack.figures
    rows = [figures[start : start + _ACROSS] for start in range(0, len(figures), _ACROSS)]
    blocks += [Block(_ALERT, partial(_figures, row)) for row in rows]
    urgent = [line for line in pack.lines if line.why]
    if urgent:
        blocks += [
            _space(_GAP),
            _title(f"{counted(len(urgent), 'customer')} with an open alert, the most urgent first"),
        ]
        blocks += [_passage(f"{line.name}: {line.why}", wide) for line in urgent[:_FIRST]]
        if len(urgent) > _FIRST:
            blocks.append(_passage(f"and {len(urgent) - _FIRST} more in the contents", wide, "ink_3"))
    return blocks


def _contents(lines: Sequence[HandoverLine], first: int, wide: float) -> list[Block]:
    """A line for each customer, with the page of their brief; `first` is that of the first one."""
    name, why, *_ = _columns(QRectF(0, 0, wide, 0))
    blocks = [Block(_TITLE + _ROW, partial(_heads, "Contents"))]
    for place, line in enumerate(lines):
        high = max(passage_high(line.name, name.width()), passage_high(line.why, why.width()), 15) + 9
        blocks.append(Block(high, partial(_line, line, first + place)))
    return blocks


def _columns(room: QRectF) -> tuple[QRectF, QRectF, QRectF, QRectF]:
    free = room.width() - _MONEY - _NUMBER
    name = QRectF(room.x(), room.y(), free * _NAME - 10, room.height())
    why = QRectF(room.x() + free * _NAME, room.y(), free * (1 - _NAME) - 10, room.height())
    money = QRectF(room.right() - _MONEY - _NUMBER, room.y(), _MONEY, room.height())
    return name, why, money, QRectF(room.right() - _NUMBER, room.y(), _NUMBER, room.height())


def _heads(title: str, pen: Pen, room: QRectF) -> None:
    _heading(title, pen, QRectF(room.x(), room.y(), room.width(), _TITLE))
    name, why, money, page = _columns(room.adjusted(0, _TITLE, 0, 0))
    for place, words in ((name, "Customer"), (why, "Open alert")):
        pen.words(place, words, "ink_2", weight=fonts.SEMIBOLD)
    for place, words in ((money, "Revenue at risk"), (page, "Page")):
        pen.words(place, words, "ink_2", weight=fonts.SEMIBOLD, align=RIGHT)
    pen.fill(QRectF(room.x(), room.bottom() - 1, room.width(), 0.8), "line")


def _line(line: HandoverLine, number: int, pen: Pen, room: QRectF) -> None:
    name, why, money, page = _columns(room.adjusted(0, 4, 0, -5))
    pen.passage(name, line.name)
    pen.passage(why, line.why, "ink_2")
    pen.words(QRectF(money.x(), money.y(), money.width(), 15), line.at_risk, align=RIGHT)
    pen.words(QRectF(page.x(), page.y(), page.width(), 15), str(number), "ink_2", align=RIGHT)
    pen.fill(QRectF(room.x(), room.bottom() - 1, room.width(), 0.8), "line_soft")


def _figures(figures: Sequence[tuple[str, str]], pen: Pen, room: QRectF) -> None:
    wide = room.width() / _ACROSS
    for place, (title, figure) in enumerate(figures):
        x = room.x() + place * wide
        pen.words(QRectF(x, room.y(), wide - 12, 18), title, "ink_2")
        pen.words(QRectF(x, room.y() + 18, wide - 12, 28), figure, "ink", fonts.CUSTOMER, fonts.SEMIBOLD)


def _words(title: str, said: str) -> Block:
    def paint(pen: Pen, room: QRectF) -> None:
        pen.words(QRectF(room.x(), room.y(), 60, 26), title, "ink_2")
        pen.words(QRectF(room.x() + 60, room.y(), room.width() - 60, 26), said, "ink", fonts.CUSTOMER, fonts.SEMIBOLD)

    return Block(30, paint)


def _title(text: str) -> Block:
    return Block(_TITLE, partial(_heading, text))


def _heading(text: str, pen: Pen, room: QRectF) -> None:
    pen.words(room.adjusted(0, 0, 0, -4), text, "ink", fonts.BODY, fonts.SEMIBOLD)


def _passage(text: str, wide: float, ink: str = "ink") -> Block:
    paint: Callable[[Pen, QRectF], None] = lambda pen, room: pen.passage(room, text, ink)  # noqa: E731
    return Block(passage_high(text, wide) + 4, paint)


def _space(high: float) -> Block:
    return Block(high, lambda _pen, _room: None)
