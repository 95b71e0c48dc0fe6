"""The queue's filter: a text field, chips for what is set, and one menu of severity, rule, tier and owner."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QMenu, QWidget

from models.values.alerts import QueueFilter, Severity
from models.values.customers import FilterChoices
from views.theme import Theme, fonts
from views.widgets.chip import Chip
from views.widgets.flow import FlowLayout
from views.widgets.labels import clear, column, kind_of
from views.widgets.painting import MARKS
from views.words import whole

TYPING_PAUSE_MS = 60
NO_OWNER = "No owner"
#: What a saved filter can hold beside its text: values of which type.
_SAVED_SETS = {"severities": int, "kinds": str, "rules": str, "tiers": str, "owners": str}


class FilterField(QLineEdit):
    """The text field of a filter. Esc empties it first, then leaves it; Down goes to the list."""

    left = Signal()
    unfocused = Signal()

    def __init__(self, placeholder: str) -> None:
        super().__init__()
        self.setPlaceholderText(placeholder)
        self.setAccessibleName(placeholder)
        self.setFont(fonts.font(fonts.LIST))
        self.setClearButtonEnabled(False)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            if self.text():
                self.clear()
            else:
                self.left.emit()
            return
        if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.left.emit()
            return
        super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.unfocused.emit()


class QueueFilterBar(QWidget):
    """What is filtered, below the tabs; hidden while nothing is and nobody asks."""

    changed = Signal(object)
    left = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        kind_of(self, "panel")
        self._theme = theme
        self._filter = QueueFilter()
        self._choices = FilterChoices((), (), (), ())
        self._rules: tuple[tuple[str, str, int], ...] = ()
        self._titles: dict[str, str] = {}
        self.field = FilterField("Name or reason")
        self._pause = QTimer(self, singleShot=True, interval=TYPING_PAUSE_MS)
        self._pause.timeout.connect(self._typed)
        self.field.textEdited.connect(lambda _text: self._pause.start())
        self.field.textChanged.connect(self._emptied)
        self.field.left.connect(self._leave)
        self.field.unfocused.connect(lambda: self._show(asked=False))
        self._chips = FlowLayout()
        self.setLayout(column(self.field, 6, self._chips, margins=(16, 8, 14, 8)))
        self.hide()

    @property
    def filter(self) -> QueueFilter:
        """What is asked for."""
        return self._filter

    def set_choices(self, choices: FilterChoices) -> None:
        """What the menu can offer."""
        self._choices = choices

    def set_rules(self, rules: tuple[tuple[str, str, int], ...]) -> None:
        """The rules that raised what the tab holds: code, title, how many alerts."""
        self._rules = rules
        titles = self._titles | {code: title for code, title, _count in rules}
        if titles != self._titles:
            self._titles = titles
            self._show()

    def set_filter(self, wanted: QueueFilter) -> None:
        """Take up a filter without telling anyone."""
        self._filter = wanted
        if self.field.text() != wanted.text:
            self.field.setText(wanted.text)
        self._show()

    def ask(self) -> None:
        """Show the field and put the focus into it."""
        self.show()
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.field.selectAll()

    def clear_filter(self) -> None:
        """Take every filter away, the owner's too."""
        self._pause.stop()
        self.set_filter(QueueFilter())
        self.changed.emit(self._filter)

    def menu(self, parent: QWidget) -> QMenu:
        """Severity, rule, tier and owner to tick; the menu stays open while ticking."""
        menu = _StayingMenu(parent)
        menu.addSection("Severity")
        for severity in sorted(Severity, reverse=True):
            self._offer(menu, MARKS[severity].word, "severities", int(severity), None)
        self._offer(menu, "Opportunity", "kinds", "opportunity", None)
        if self._rules:
            menu.addSection("Rule")
            for code, title, count in self._rules:
                self._offer(menu, title, "rules", code, count)
        if self._choices.tiers:
            menu.addSection("Tier")
            for tier, count in self._choices.tiers:
                self._offer(menu, tier, "tiers", tier, count)
        if any(owner for owner, _count in self._choices.owners):
            menu.addSection("Owner")
            for owner, count in self._choices.owners:
                self._offer(menu, owner or NO_OWNER, "owners", owner, count)
        menu.addSeparator()
        clear_all = menu.addAction("Clear filters")
        clear_all.setEnabled(self._filter != QueueFilter())
        clear_all.triggered.connect(self.clear_filter)
        return menu

    def _offer(self, menu: QMenu, words: str, kind: str, value: object, count: int | None) -> None:
        action = menu.addAction(words if count is None else f"{words}  {whole(count)}")
        action.setCheckable(True)
        action.setChecked(value in getattr(self._filter, kind))
        action.toggled.connect(partial(self._toggle, kind, value))

    def _toggle(self, kind: str, value: object, on: bool) -> None:
        held: frozenset[object] = getattr(self._filter, kind)
        self._set(replace(self._filter, **{kind: held | {value} if on else held - {value}}))  # type: ignore[arg-type]

    def _take_away(self, kind: str, value: object) -> None:
        if kind in ("need_today", "done_days"):
            self._set(replace(self._filter, need_today=False, done_days=1))
        else:
            self._toggle(kind, value, False)

    def _set(self, wanted: QueueFilter) -> None:
        self._filter = wanted
        self._show()
        self.changed.emit(wanted)

    def _typed(self) -> None:
        self._set(replace(self._filter, text=self.field.text().strip()))

    def _emptied(self, text: str) -> None:
        if not text and self._filter.text:
            self._pause.start()

    def _leave(self) -> None:
        if self._pause.isActive():
            self._pause.stop()
            self._typed()
        self._show(asked=False)
        self.left.emit()

    def _show(self, *, asked: bool | None = None) -> None:
        clear(self._chips)
        for kind, value, words in chips_of(self._filter, self._titles):
            chip = Chip(self._theme, words)
            chip.removed.connect(partial(self._take_away, kind, value))
            self._chips.addWidget(chip)
        wanted = self._filter != QueueFilter() or (self.field.hasFocus() if asked is None else asked)
        self.setVisible(wanted)


def filter_of(document: Mapping[str, Any]) -> QueueFilter:
    """Return a filter from the preferences; what does not fit is left out, so that an old file never stops the page."""
    values: dict[str, Any] = {"text": text} if isinstance(text := document.get("text"), str) else {}
    for name, kind in _SAVED_SETS.items():
        found = document.get(name)
        if isinstance(found, list | tuple):
            values[name] = frozenset(one for one in found if isinstance(one, kind))
    return QueueFilter(**values)


class _StayingMenu(QMenu):
    """A menu that a tick does not close."""

    def mouseReleaseEvent(self, event: object) -> None:
        action = self.activeAction()
        if action is not None and action.isCheckable() and action.isEnabled():
            action.toggle()
            return
        super().mouseReleaseEvent(event)  # type: ignore[arg-type]


def chips_of(wanted: QueueFilter, titles: Mapping[str, str]) -> list[tuple[str, object, str]]:
    """The set filters as (kind, value, words); ``titles`` of rules by their codes."""
    found: list[tuple[str, object, str]] = []
    for severity in sorted(wanted.severities, reverse=True):
        found.append(("severities", severity, f"Severity: {MARKS[Severity(severity)].word.lower()}"))
    found += [("kinds", kind, f"Kind: {kind}") for kind in sorted(wanted.kinds)]
    found += [("rules", code, f"Rule: {titles.get(code, code)}") for code in sorted(wanted.rules)]
    found += [("tiers", tier, f"Tier: {tier}") for tier in sorted(wanted.tiers)]
    found += [("owners", owner, f"Owner: {owner or NO_OWNER}") for owner in sorted(wanted.owners)]
    if wanted.need_today:
        found.append(("need_today", True, "Due today"))
    if wanted.done_days != 1:
        found.append(("done_days", wanted.done_days, f"Done in the last {wanted.done_days} days"))
    return found
