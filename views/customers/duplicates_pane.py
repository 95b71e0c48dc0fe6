"""The right half of the duplicates page: two records side by side, what merging gives, and the three answers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from PySide6.QtCore import QRectF
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from models.values.people import PairDetail, PairField, PairRow
from views.actions import SPECS, Actions, Command
from views.data.sections import icon_line
from views.lists.word_table import TableCell, TableColumn, TableLine, WordTable
from views.theme import Theme, fonts
from views.widgets.buttons import CommandButton
from views.widgets.labels import ElidedLabel, clear, column, kind_of, label, row, rule
from views.words import DOT, sentence

#: What can be done with a pair, the one that is meant first.
DEEDS: Final = (Command.MERGE_PAIR, Command.KEEP_APART, Command.DECIDE_LATER, Command.KEEP_OTHER)
_COLUMNS: Final = (
    TableColumn("", 148),
    TableColumn("Kept"),
    TableColumn("Merged in"),
    TableColumn("Merged customer", keeps=1),
)
_STAYS, _GOES = 1, 2


class PairPane(QWidget):
    """Shows one `PairDetail`."""

    def __init__(self, theme: Theme, actions: Actions) -> None:
        super().__init__()
        kind_of(self, "panel")
        self._theme = theme
        self._detail: PairDetail | None = None
        self._verdict = label("", fonts.CUSTOMER, fonts.SEMIBOLD)
        self._why = ElidedLabel(theme, "", fonts.LIST, fonts.REGULAR, "ink_2")
        self.table = WordTable(theme, "Two records side by side", _COLUMNS)
        self._notes = QVBoxLayout()
        self._notes.setContentsMargins(20, 6, 20, 6)
        self._notes.setSpacing(0)
        self._host = QWidget()
        self._host.setLayout(self._notes)
        self._host.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.buttons = [
            CommandButton.of(theme, actions[command], SPECS[command].icon, primary=command is Command.MERGE_PAIR)
            for command in DEEDS
        ]
        for button in self.buttons:
            button.set_tall(False)
        line = row(*self.buttons, margins=(20, 10, 20, 12))
        line.setSpacing(8)
        self._bar = QWidget()
        self._bar.setLayout(line)
        head = QWidget()
        head.setLayout(column(self._verdict, 2, self._why, margins=(20, 12, 20, 12)))
        head.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.setLayout(column(head, rule(), self.table, rule(soft=True), self._host, self._bar))

    @property
    def detail(self) -> PairDetail | None:
        """What is shown."""
        return self._detail

    def forget(self) -> None:
        """Show nothing."""
        self._detail = None

    def show_pair(self, pair: PairRow, detail: PairDetail) -> None:
        """Show two records."""
        self._detail = detail
        merged = detail.state == "merged"
        self._verdict.setText("One customer" if merged else pair.verdict)
        self._why.setText(pair.decided_words if merged else DOT.join(detail.likeness.reasons))
        self.table.lines.set_title(_STAYS, "The customer" if merged else "Kept")
        self.table.lines.set_title(_GOES, "Merged record" if merged else "Merged in")
        self.table.show_lines(list(_lines(detail)))
        clear(self._notes)
        for icon, words, ink in said(detail):
            self._notes.addWidget(icon_line(self._theme, icon, words, ink))
        self._host.setVisible(self._notes.count() > 0)
        self._bar.setVisible(not merged)
        self.setAccessibleName(
            f"{sentence(f'{detail.kept.name} and {detail.other.name}')} {self._verdict.text()}. {pair.reasons}"
        )


def _lines(detail: PairDetail) -> Iterator[TableLine]:
    merged = detail.state == "merged"
    for field in detail.fields:
        yield _field(field, merged=merged)
    kept, other = detail.kept, detail.other
    yield _plain("Known as", kept.origin, other.origin, "" if merged else f"{kept.origin}{DOT}{other.origin}")
    history = (", ".join(kept.history) or "nothing yet", ", ".join(other.history) or "nothing yet")
    yield _plain("History", history[0], "" if merged else history[1], "" if merged else "everything from both")


def _field(field: PairField, *, merged: bool) -> TableLine:
    """A field; where the records differ it is marked, and what will not stay is quiet."""
    differs = "They differ" if field.differs else ""
    label_cell = TableCell(
        field.label, "warning_text" if differs else "ink_2", small=True, icon="warning" if differs else "", tip=differs
    )
    taken = not merged and field.other == field.result and field.result != field.kept
    cells = (
        label_cell,
        TableCell(
            field.kept or "–", "ink" if field.kept else "ink_3", strong=field.differs and not taken, tip=field.kept
        ),
        TableCell(field.other or "–", "ink" if field.other else "ink_3", strong=taken, tip=field.other),
        TableCell("" if merged else field.result or "–", "ink", tip=field.result),
    )
    return TableLine(cells, field.name)


def _plain(title: str, kept: str, other: str, result: str) -> TableLine:
    cells = (TableCell(title, "ink_2", small=True), *(TableCell(text, tip=text) for text in (kept, other, result)))
    return TableLine(cells, title)


def said(detail: PairDetail) -> Iterator[tuple[str, str, str]]:
    """What a person should know before deciding: icon, words, ink."""
    if detail.state == "merged":
        return
    if detail.refused:
        yield "warning", detail.refused, "warning_text"
    for note in detail.notes:
        yield "info", note, "ink_2"
    moved = ", ".join(detail.moves) or "only its IDs"
    yield "return", f"{sentence(f'Merging moves {moved} to {detail.kept.name}')} Undo restores both.", "ink_2"


def pair_skeleton(width: float, tall: float) -> list[QRectF]:
    """Blocks of the pane's own geometry."""
    blocks = [QRectF(20, 18, width * 0.3, 18), QRectF(20, 44, width * 0.5, 10)]
    y = 84.0
    while y < tall - 80:
        blocks += [
            QRectF(20, y, 90, 10),
            QRectF(168, y, width * 0.2, 10),
            QRectF(168 + width * 0.28, y, width * 0.2, 10),
        ]
        y += 32
    return blocks
