"""Fields to put into a template: the usual ones as chips, all of them in a menu, and conditions around a passage."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtGui import QSyntaxHighlighter, QTextCharFormat, QTextDocument
from PySide6.QtWidgets import QMenu, QWidget

from models.values.outreach import TemplateField
from views.theme import Theme
from views.widgets.buttons import MenuButton
from views.widgets.chip import AddChip
from views.widgets.flow import FlowLayout

USUAL = ("first_name", "company", "since", "last_order.day", "product", "suggestion", "ticket.about", "incentive")
_GROUPS = {
    "ticket": "Ticket", "praise": "Good review", "complaint": "Bad review", "review": "Review", "last_order": "Order",
    "renewal": "Renewal", "deal": "Deal", "feature": "Feature", "survey": "Survey", "conversation": "Conversation",
    "preference": "Preferences", "returned": "Return",
}  # fmt: skip
_BRACKETS = re.compile(r"\{\{.*?\}\}|\{%.*?%\}")
_OTHERS = "Customer and orders"


class FieldTint(QSyntaxHighlighter):
    """Tints fields and conditions, so that the words between them can be read."""

    def __init__(self, theme: Theme, document: QTextDocument) -> None:
        super().__init__(document)
        self._theme = theme
        theme.changed.connect(self.rehighlight)

    def highlightBlock(self, text: str) -> None:
        for found in _BRACKETS.finditer(text):
            tint = QTextCharFormat()
            field = found.group().startswith("{{")
            tint.setForeground(self._theme.color("primary_text" if field else "ink_3"))
            self.setFormat(found.start(), len(found.group()), tint)


class FieldChips(QWidget):
    """Offers the fields.

    Signals
    -------
    field_wanted : name of a field to be written.
    condition_wanted : name of a field; what is selected shall stand only where it is known, or holds.
    """

    field_wanted = Signal(str)
    condition_wanted = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._fields: tuple[TemplateField, ...] = ()
        self.chips: dict[str, AddChip] = {}
        self.more = MenuButton(theme, "More fields")
        self.only_if = MenuButton(theme, "Only if…")
        self.only_if.setToolTip("Include the selected words only if a field has a value")
        self._flow = FlowLayout(gap=6)
        self.setLayout(self._flow)
        self._flow.addWidget(self.more)
        self._flow.addWidget(self.only_if)

    def offer(self, fields: Sequence[TemplateField]) -> None:
        """Offer these fields."""
        if tuple(fields) == self._fields:
            return
        self._fields = tuple(fields)
        for chip in self.chips.values():
            self._flow.removeWidget(chip)
            chip.deleteLater()
        known = {field.name: field for field in fields}
        self.chips = {}
        for at, name in enumerate(name for name in USUAL if name in known):
            chip = self.chips[name] = AddChip(self._theme, known[name].words)
            chip.setAccessibleName(f"Insert the field {known[name].words}")
            chip.setToolTip(f"{{{{ {name} }}}}")
            chip.clicked.connect(partial(self._write, name))
            self._flow.insert(at, chip)
        self.more.setMenu(self._menu([field for field in fields if not field.asked], self._write))
        self.only_if.setMenu(self._menu(fields, self._ask))

    def _menu(self, fields: Sequence[TemplateField], chosen: Callable[..., None]) -> QMenu:
        menu = QMenu(self)
        parts: dict[str, QMenu] = {}
        for field in fields:
            title = _GROUPS.get(field.name.partition(".")[0], _OTHERS)
            if title not in parts:
                parts[title] = menu.addMenu(title)
            parts[title].addAction(field.words).triggered.connect(partial(chosen, field.name))
        return menu

    def _write(self, name: str, _checked: bool = False) -> None:
        self.field_wanted.emit(name)

    def _ask(self, name: str, _checked: bool = False) -> None:
        self.condition_wanted.emit(name)
