"""The left half: tabs with counts, the text filter, the list with its states."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QModelIndex, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from models.values.outbox import OutboxRow
from views.background import Desk, Failed
from views.lists.card_list import CardList
from views.lists.keyset_model import PAGE_ROWS, Fetch
from views.outbox.delegate import OutboxDelegate
from views.outbox.model import OutboxModel
from views.outbox.rooms import Question
from views.outbox.words import EMPTY, TABS
from views.theme import Theme, fonts
from views.widgets.buttons import IconButton
from views.widgets.labels import column, kind_of, row, rule
from views.widgets.states import StatePane, rows_skeleton
from views.widgets.tabs import CountTabs, Tab

TYPING_PAUSE_MS = 60
#: How many rows a refresh reads again at most; beyond them the list goes back to its pages.
REFRESH_ROWS = 1_000


class OutboxList(CardList[OutboxRow]):
    """The list: one current email drives the detail."""

    deleted = Signal()

    def __init__(self, theme: Theme, model: OutboxModel) -> None:
        super().__init__(theme, "Emails", model, OutboxDelegate(theme))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.deleted.emit()
            return
        super().keyPressEvent(event)


class FilterField(QLineEdit):
    """Esc empties it first, then leaves it; Down and Enter go to the list."""

    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setPlaceholderText("Customer or subject")
        self.setAccessibleName("Filter the outbox by customer or subject")
        self.setFont(fonts.font(fonts.LIST))
        self.setClearButtonEnabled(True)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
        elif event.key() in (Qt.Key.Key_Escape, Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.left.emit()
        else:
            super().keyPressEvent(event)


class ListPane(QWidget):
    """Emits `selected` with the email that the detail should show, `opened` for Enter or a double click."""

    selected = Signal(int)
    nothing = Signal()
    opened = Signal()
    menu_wanted = Signal(QPoint)
    leads_to = Signal(str)  # the empty state's action: a page's key

    def __init__(self, theme: Theme, desk: Desk, fetch: Fetch) -> None:
        super().__init__()
        kind_of(self, "panel")
        self._near = 0
        self._wanted: int | None = None
        self._hold: int | None = None  # an email that is shown though it has left the tab
        self._pause = QTimer(self, singleShot=True, interval=TYPING_PAUSE_MS)
        self._pause.timeout.connect(self._read)
        self.model = OutboxModel(desk, fetch, self)
        self.model.arrived.connect(self._arrived)
        self.model.failed.connect(self._not_read)
        self.view = OutboxList(theme, self.model)
        self.view.current_changed.connect(self._stepped)
        self.view.opened.connect(lambda _index: self.opened.emit())
        self.view.doubleClicked.connect(lambda _index: self.opened.emit())
        self.view.wants_menu.connect(self._menu)
        self.tabs = CountTabs(theme, "Outbox", height=40, gap=14)
        self.tabs.show_tabs([Tab(key, words) for key, words in TABS], TABS[0][0])
        self.tabs.chosen.connect(lambda _key: self._moved())
        self._find = IconButton(theme, "search", "Filter (/)")
        self._find.clicked.connect(self.ask)
        self.field = FilterField()
        self.field.textChanged.connect(lambda _text: self._pause.start())
        self.field.left.connect(self._leave_field)
        self._field_box = QWidget()
        self._field_box.setLayout(row(self.field, margins=(16, 8, 14, 8)))
        self._field_box.hide()
        self.state = StatePane(theme, self.view, rows_skeleton())
        self.state.show_skeleton()
        top = row(self.tabs, self._find, margins=(0, 0, 8, 0))
        self.setLayout(column(top, rule(), self._field_box, self.state))

    @property
    def tab(self) -> str:
        """The tab that is shown."""
        return self.tabs.current

    @property
    def question(self) -> Question:
        """The tab and the text under which the list stands."""
        return Question(self.tab, self.field.text().strip())

    def show_tab(self, key: str) -> None:
        """Show another tab."""
        self.tabs.choose(key)
        self._moved()

    def ask(self) -> None:
        """Show the filter and put the focus into it."""
        self._field_box.show()
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.field.selectAll()

    def reload(self, *, hold: int | None = None) -> None:
        """Read the tab again. The current row stays; ``hold`` names an email that stays shown though it left."""
        self._hold = hold
        if self.view.current is not None:
            self._near = self.view.currentIndex().row()
            self._wanted = self.view.current.id
        self._read(min(max(PAGE_ROWS, self.model.rowCount()), REFRESH_ROWS))

    def want(self, message_id: int) -> None:
        """Make an email current with the next answer."""
        self._wanted = message_id

    def step(self, step: int) -> None:
        """Make the next or the one before current."""
        at = self.view.currentIndex().row()
        at = self._near if at < 0 else min(max(at + step, 0), self.model.rowCount() - 1)
        if self.model.rowCount():
            self.view.choose_row(at)

    def _moved(self) -> None:
        self._near, self._wanted, self._hold = 0, None, None
        self.view.verticalScrollBar().setValue(0)
        self._read()

    def _read(self, first_rows: int = PAGE_ROWS) -> None:
        self._pause.stop()
        self.state.loading("Loading the outbox")
        self.model.ask(replace(self.question, first_rows=first_rows))

    def _arrived(self, first: bool) -> None:
        if not first:
            return
        counts: Mapping[str, int] = self.model.about or {}
        self.tabs.show_tabs([Tab(key, words, counts.get(key, 0)) for key, words in TABS])
        if self.model.rowCount():
            self.state.show_content()
            self._choose()
        else:
            had_focus = self.view.hasFocus()
            self._show_empty()
            if had_focus:  # else it would go to whatever comes next, such as a button
                self.state.notice.primary.setFocus()
            if self._hold is None:
                self.nothing.emit()
        self._wanted = None

    def _choose(self) -> None:
        """The current email stays; one that is gone gives its place to the next, unless it is held."""
        at = self.model.row_of(self._wanted) if self._wanted is not None else -1
        if at >= 0:
            self._near = at
        elif self._hold is not None:
            self.view.choose_row(-1, quiet=True)
            return
        self.view.choose_row(self._near, quiet=True)
        current = self.view.current
        if current is not None:
            self.selected.emit(current.id)

    def _stepped(self, chosen: OutboxRow) -> None:
        self._hold = None
        self.selected.emit(chosen.id)

    def _show_empty(self) -> None:
        text = self.field.text().strip()
        if text:
            self.state.show_empty("No emails match", f"No email contains “{text}”.", ("Clear the filter", self._clear))
            return
        heading, words, action, where = EMPTY[self.tab]
        known = {key for key, _words in TABS}

        def lead() -> None:
            if where in known:
                self.show_tab(where)
            else:
                self.leads_to.emit(where)

        self.state.show_empty(heading, words, (action, lead))

    def _clear(self) -> None:
        self.field.clear()
        self._field_box.hide()
        self._read()
        self.view.setFocus()

    def _not_read(self, failed: Failed) -> None:
        self.state.show_error(failed, self._read, "The outbox could not be loaded")

    def _leave_field(self) -> None:
        if not self.field.text().strip():
            self._field_box.hide()
        self.view.setFocus()

    def _menu(self, index: QModelIndex, at: Any) -> None:
        self.view.choose_row(index.row())
        self.menu_wanted.emit(at)
