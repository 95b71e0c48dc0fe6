"""Pages of paper: blocks one below another, never cut by the end of a page, a header and a number on each page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from PySide6.QtCore import QBuffer, QIODevice, QLocale, QMarginsF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFont, QPageSize, QPainter, QPdfWriter

from views.theme import fonts
from views.theme.tokens import Tokens, load_tokens
from views.widgets.painting import LEFT, RIGHT, TextFlag

#: Layout is in pixels of the screen at 100 %, of which an inch has so many.
_INCH: Final = 96
_MARGIN: Final = 48.0
_HEADER, _FOOTER = 52.0, 30.0
_MILLIMETRE: Final = _INCH / 25.4
_WRAPPED: Final = int(Qt.TextFlag.TextWordWrap) | int(TextFlag.AlignLeft) | int(TextFlag.AlignTop)
_T = QLocale.Country
#: Where paper is Letter (CLDR); A4 everywhere else.
_LETTER: Final = frozenset(
    {
        _T.UnitedStates, _T.Canada, _T.Mexico, _T.Philippines, _T.Chile, _T.Colombia, _T.CostaRica, _T.Guatemala,
        _T.Nicaragua, _T.Panama, _T.ElSalvador, _T.Venezuela, _T.PuertoRico, _T.Belize,
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Block:
    """What stays together on one page: its height, and what paints it into its rectangle."""

    high: float
    paint: Callable[[Pen, QRectF], None]


class Pen:
    """Paints words and areas in the colours of the light theme."""

    def __init__(self, painter: QPainter) -> None:
        self.painter = painter

    @staticmethod
    def color(ink: str) -> QColor:
        """The colour of a role."""
        return QColor(getattr(_light(), ink))

    def words(
        self,
        room: QRectF,
        text: str,
        ink: str = "ink",
        size: int = fonts.SMALL,
        weight: QFont.Weight = fonts.REGULAR,
        align: TextFlag = LEFT,
    ) -> None:
        """One line, elided to its room."""
        self.painter.setFont(fonts.font(size, weight, tabular=False))
        self.painter.setPen(self.color(ink))
        shown = fonts.elided(text, int(room.width()) + 1, size, weight)
        self.painter.drawText(room, int(align) | int(Qt.TextFlag.TextDontClip), shown)

    def passage(self, room: QRectF, text: str, ink: str = "ink", size: int = fonts.SMALL) -> None:
        """Several lines; `passage_high` says how high they are."""
        self.painter.setFont(fonts.font(size, tabular=False))
        self.painter.setPen(self.color(ink))
        self.painter.drawText(room, _WRAPPED | int(Qt.TextFlag.TextDontClip), text)

    def fill(self, room: QRectF, ink: str) -> None:
        """A filled rectangle."""
        self.painter.fillRect(room, self.color(ink))


def passage_high(text: str, wide: float, size: int = fonts.SMALL) -> float:
    """How high a passage is in this width; a printer's letters may be a little wider than the screen's."""
    return fonts.metrics(size).boundingRect(QRectF(0, 0, wide * 0.97, 1e6), _WRAPPED, text).height()


def paper_of(locale: QLocale) -> QPageSize:
    """The paper that is usual where a person lives."""
    letter = locale.territory() in _LETTER
    return QPageSize(QPageSize.PageSizeId.Letter if letter else QPageSize.PageSizeId.A4)


def size_of(paper: QPageSize, scale: float = 1.0) -> QSizeF:
    """A paper in pixels of the layout; at a scale below 1 all is smaller, and more has room."""
    return paper.size(QPageSize.Unit.Millimeter) * (_MILLIMETRE / scale)


def width_of(paper: QPageSize, scale: float = 1.0) -> float:
    """The width that blocks have on a paper."""
    return size_of(paper, scale).width() - 2 * _MARGIN


def room_of(paper: QPageSize, scale: float = 1.0) -> float:
    """The height that blocks have on one page."""
    return size_of(paper, scale).height() - 2 * _MARGIN - _HEADER - _FOOTER


def printed(title: str, head: str, below: str, blocks: Sequence[Block], paper: QPageSize, scale: float = 1.0) -> bytes:
    """Return a PDF of blocks, on as many pages as they need; the parameters are those of `Document`."""
    pages = paged(blocks, room_of(paper, scale))
    with Document(title, paper) as document:
        for number, page in enumerate(pages, 1):
            document.add((title, head, below), page, f"Page {number} of {len(pages)}", scale)
    return document.pdf


class Document:
    """A PDF that grows by pages; left as a context it is finished, and `pdf` holds its bytes."""

    def __init__(self, title: str, paper: QPageSize) -> None:
        self.pdf = b""
        self._paper = paper
        self._buffer = QBuffer()
        self._buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        self._writer = QPdfWriter(self._buffer)
        self._writer.setPageSize(paper)
        self._writer.setPageMargins(QMarginsF(0, 0, 0, 0))
        self._writer.setTitle(title)
        self._writer.setCreator("Bellwether")
        self._painter = QPainter(self._writer)
        self._painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.pages = 0

    def __enter__(self) -> Document:
        return self

    def __exit__(self, *_fault: object) -> None:
        self.finish()

    def __del__(self) -> None:
        """Of one that was given up: Qt wants its painter to end before what it paints on."""
        self.finish()

    def add(self, said: tuple[str, str, str], blocks: Sequence[Block], number: str, scale: float = 1.0) -> None:
        """Add a page.

        Parameters
        ----------
        said
            At the left of its header, at the right of it, and below its title.
        blocks
            What has room on it.
        number
            Which page it is, in words.
        """
        if self.pages:
            self._writer.newPage()
        self.pages += 1
        self._painter.resetTransform()
        self._painter.scale(*[self._writer.resolution() / _INCH * scale] * 2)
        pen, size = Pen(self._painter), size_of(self._paper, scale)
        area = QRectF(_MARGIN, _MARGIN, size.width() - 2 * _MARGIN, size.height() - 2 * _MARGIN)
        _frame(pen, area, said, number)
        y = area.y() + _HEADER
        for block in blocks:
            block.paint(pen, QRectF(area.x(), y, area.width(), block.high))
            y += block.high

    def finish(self) -> None:
        """End it; no page can be added then."""
        if self._painter.isActive():
            self._painter.end()
            self.pdf = bytes(self._buffer.data().data())
            self._buffer.close()


def paged(blocks: Sequence[Block], room: float, heads: Block | None = None) -> list[list[Block]]:
    """Part blocks into pages of a height; ``heads``: of a table, on each page after the first."""
    pages: list[list[Block]] = [[]]
    left = room
    for block in blocks:
        if block.high > left and pages[-1]:
            pages.append([heads] if heads is not None else [])
            left = room - (heads.high if heads is not None else 0)
        pages[-1].append(block)
        left -= block.high
    return pages


def _frame(pen: Pen, area: QRectF, said: tuple[str, str, str], number: str) -> None:
    title, head, below = said
    wide = fonts.width(head, fonts.SMALL) + 8
    top = QRectF(area.x(), area.y(), area.width(), 22)
    pen.words(top.adjusted(0, 0, -wide - 12, 0), title, "ink", fonts.HEADING, fonts.SEMIBOLD)
    pen.words(top.adjusted(area.width() - wide, 0, 0, 0), head, "ink_2", align=RIGHT)
    pen.words(QRectF(area.x(), area.y() + 22, area.width(), 16), below, "ink_2")
    pen.fill(QRectF(area.x(), area.y() + 42, area.width(), 1), "line")
    foot = QRectF(area.x(), area.bottom() - 16, area.width(), 16)
    pen.words(foot, "Bellwether", "ink_3")
    pen.words(foot, number, "ink_2", align=RIGHT)


@cache
def _light() -> Tokens:
    return load_tokens()["light"]
