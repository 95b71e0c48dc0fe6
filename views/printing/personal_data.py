"""Everything about one customer on paper: a heading for each table, its rows one below another."""

from __future__ import annotations

from functools import partial
from typing import Final

from PySide6.QtCore import QLocale, QRectF
from PySide6.QtGui import QPageSize

from models.values.personal_data import PersonalData
from views.printing.paper import Block, Pen, paper_of, passage_high, printed, width_of
from views.theme import fonts
from views.words import counted

_HEADING: Final = 28.0
_AFTER: Final = 4.0
#: A passage longer than this is cut in parts, as no block may be higher than a page.
_LONGEST: Final = 2_000


def personal_data_pdf(found: PersonalData, book: str, paper: QPageSize | None = None) -> bytes:
    """Return it as a PDF; without a paper, that of the computer's country."""
    paper = paper or paper_of(QLocale.system())
    wide = width_of(paper)
    blocks: list[Block] = []
    tables = {**found.tables, **({"history": found.history} if found.history else {})}
    for name, rows in tables.items():
        title = f"{name.replace('_', ' ').capitalize()} ({counted(len(rows), 'row')})"
        blocks.append(Block(_HEADING, partial(_heading, title)))
        for row in rows:
            text = "; ".join(f"{field.replace('_', ' ')}: {value}" for field, value in row.items())
            blocks += [_passage(text[at : at + _LONGEST], wide) for at in range(0, len(text), _LONGEST)]
    return printed(found.name, f"All data in {book}", f"As of {found.made_at[:10]}", blocks, paper)


def _heading(title: str, pen: Pen, room: QRectF) -> None:
    pen.words(room, title, "ink", fonts.BODY, fonts.SEMIBOLD)


def _passage(text: str, wide: float) -> Block:
    return Block(passage_high(text, wide) + _AFTER, lambda pen, room: pen.passage(room, text))
