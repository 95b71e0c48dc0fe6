"""A customer's brief on paper: one page. Where there is much to say letters are smaller, then the oldest events go."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtCore import QLocale, QRectF
from PySide6.QtGui import QPageSize

from models.values.reports import Brief, Section
from services.exporting import write_file
from views.printing.paper import Block, Document, Pen, paper_of, passage_high, room_of, width_of
from views.theme import fonts
from views.words import DOT, counted

_HEADING, _BETWEEN, _GAP, _AFTER = 24.0, 28.0, 12.0, 3.0
_WHEN: Final = 96.0  # the day of an event
#: Where all does not have room on one page, letters are smaller; below the last, older events are left out.
_SCALES: Final = (1.0, 0.93, 0.86, 0.8)


def brief_pdf(brief: Brief, paper: QPageSize | None = None) -> bytes:
    """Return a brief as a PDF of one page; without a paper, that of the computer's country."""
    paper = paper or paper_of(QLocale.system())
    with Document(brief.name, paper) as document:
        add_brief(document, brief, paper, "Page 1 of 1")
    return document.pdf


def add_brief(document: Document, brief: Brief, paper: QPageSize, number: str) -> None:
    """Add a brief to a document as one page."""
    tries = [(scale, len(brief.events)) for scale in _SCALES]
    tries += [(_SCALES[-1], shown) for shown in range(len(brief.events) - 1, -1, -1)]
    for scale, shown in tries:
        blocks = _blocks(brief, shown, width_of(paper, scale))
        if sum(block.high for block in blocks) <= room_of(paper, scale):
            break
    as_of = f"{DOT}as of {brief.as_of}" if brief.as_of else ""
    document.add((brief.name, f"{brief.book}{as_of}", "Customer brief"), blocks, number, scale)


def write_brief_pdf(brief: Brief, path: Path) -> int:
    """Write a brief to a .pdf file and return its size in bytes.

    Raises
    ------
    EnvironmentFault
        The file cannot be written.
    """
    pdf = brief_pdf(brief)
    return write_file(path, lambda file: file.write(pdf), ".pdf")


def _blocks(brief: Brief, shown: int, wide: float) -> list[Block]:
    each = (wide - _BETWEEN) / 2
    blocks = [_lines(line, wide, "ink_2") for line in brief.headline if line]
    blocks += [_lines(line, wide) for line in brief.alert]
    blocks.append(Block(_GAP, lambda _pen, _room: None))
    high = max(_sections_high(side, each) for side in (brief.left, brief.right))
    blocks.append(Block(high, partial(_columns, brief)))
    if shown:
        blocks.append(Block(_HEADING, partial(_heading, "Last events")))
        blocks += [_event(*event, wide) for event in brief.events[:shown]]
    left_out = brief.earlier + len(brief.events) - shown
    if left_out:
        blocks.append(_lines(f"{counted(left_out, 'earlier event')} in the book", wide, "ink_3"))
    return blocks


def _lines(text: str, wide: float, ink: str = "ink") -> Block:
    def paint(pen: Pen, room: QRectF) -> None:
        pen.passage(room, text, ink)

    return Block(passage_high(text, wide) + _AFTER, paint)


def _event(when: str, text: str, wide: float) -> Block:
    def paint(pen: Pen, room: QRectF) -> None:
        pen.words(QRectF(room.x(), room.y(), _WHEN - 8, 15), when, "ink_2")
        pen.passage(room.adjusted(_WHEN, 0, 0, 0), text)

    return Block(passage_high(text, wide - _WHEN) + _AFTER, paint)


def _columns(brief: Brief, pen: Pen, room: QRectF) -> None:
    each = (room.width() - _BETWEEN) / 2
    for x, sections in ((room.x(), brief.left), (room.x() + each + _BETWEEN, brief.right)):
        y = room.y()
        for section in sections:
            _heading(section.title, pen, QRectF(x, y, each, _HEADING))
            y += _HEADING
            for line in section.lines:
                high = passage_high(line, each)
                pen.passage(QRectF(x, y, each, high), line)
                y += high + _AFTER
            y += _GAP


def _sections_high(sections: Sequence[Section], wide: float) -> float:
    lines = [line for section in sections for line in section.lines]
    return sum(passage_high(line, wide) + _AFTER for line in lines) + len(sections) * (_HEADING + _GAP)


def _heading(title: str, pen: Pen, room: QRectF) -> None:
    pen.words(room.adjusted(0, 0, 0, -4), title, "ink", fonts.BODY, fonts.SEMIBOLD)
