"""The left half: saved filters as tabs, chips, the count, and the list that they lead to.

The pane holds one filter and one order. Any change asks the book again; an answer that was overtaken is dropped.
"""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from typing import Any, cast

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QLineEdit, QMenu, QSizePolicy, QWidget

from models.values.customers import CustomerFilter, CustomerRow, CustomersCount, FilterChoices, SortColumn
from views.background import Desk, Failed
from views.customers.book import CustomersBook
from views.customers.columns import COLUMNS
from views.customers.delegate import Marks
from views.customers.filter_menu import FilterMenu, sort_actions
from views.customers.filters import EMPTY, FilterTab, chips_of, restricts, without
from views.customers.model import CustomersModel, Question
from views.customers.table import CustomerTable
from views.lists.keyset_model import PAGE_ROWS, Page
from views.theme import Theme, fonts
from views.widgets.buttons import IconButton, link
from views.widgets.chip import AddChip, Chip
from views.widgets.flow import FlowLayout
from views.widgets.labels import column, label, row, rule
from views.widgets.states import StatePane, rows_skeleton
from views.widgets.tabs import CountTabs, Tab
from views.words import DOT, money_short, whole

REST_MS = 150
COUNT_AFTER_MS = 40
NO_CHOICES = FilterChoices((), (), (), ())


class ListPane(QWidget):
    """Emits `selected` with the customer that the detail should show, `opened` for Enter or a double click."""

    selected = Signal(int)
    nobody = Signal()  # the filter that a person chose lets nobody through
    opened = Signal(int)
    save_wanted = Signal(object)
    forget_wanted = Signal(str)
    filter_changed = Signal(object)
    add_wanted = Signal()
    duplicates_wanted = Signal()
    book_empty = Signal(bool)

    def __init__(self, theme: Theme, desk: Desk, book: CustomersBook, me: str, marks: Marks) -> None:
        super().__init__()
        self._theme, self._desk, self._book = theme, desk, book
        self._filter, self._choices, self._currency = EMPTY, NO_CHOICES, ""
        self._tabs: tuple[FilterTab, ...] = ()
        self._wanted: int | None = None
        self._near = 0  # where to look for another row when the current one is gone
        self._seen_once = False
        self._extras: deque[FilterTab | None] = deque()
        self._counts: dict[str, int] = {}
        self._last_count: CustomersCount | None = None
        # After the rows are painted: the sum over a large book must not compete with them for the processor.
        self._count_soon = QTimer(self, singleShot=True, interval=COUNT_AFTER_MS)
        self._count_soon.timeout.connect(self._read_count)
        self._rest = QTimer(self, singleShot=True, interval=REST_MS)
        self._rest.timeout.connect(self._rested)
        self.tabs = CountTabs(theme, "Saved filters", height=40)
        self.tabs.chosen.connect(self._tab_chosen)
        self.tabs.context.connect(self._tab_menu)
        self._save = link("Save this filter")
        self._save.setIcon(theme.icon("plus", "primary_text"))
        self._save.clicked.connect(lambda: self.save_wanted.emit(self._filter))
        self._add = IconButton(theme, "plus", "Add a customer (Ctrl N)")
        self._add.clicked.connect(self.add_wanted)
        self._duplicates = IconButton(theme, "copy", "Possible duplicates (Ctrl D)")
        self._duplicates.clicked.connect(self.duplicates_wanted)
        self.field = self._make_field()
        self._plus = AddChip(theme, "Filter")
        self._plus.clicked.connect(lambda: self._open_menu(self._plus))
        self._count = label("", fonts.SMALL, fonts.REGULAR, "ink_2")
        self._count.setTextFormat(Qt.TextFormat.RichText)
        self._sort = IconButton(theme, "filter", "Sort by…")
        self._sort.clicked.connect(self._open_sort)
        self._model = CustomersModel(desk, self._fetch, me, self)
        self._model.arrived.connect(self._have_page)
        self._model.failed.connect(self._list_failed)
        self.table = CustomerTable(theme, self._model, marks)
        self.table.current_changed.connect(self._row_chosen)
        self.table.opened.connect(self.opened)
        self.table.sort_wanted.connect(self._sort_wanted)
        self._state = StatePane(theme, self.table, rows_skeleton(32))
        self._lay_out()

    def _make_field(self) -> QLineEdit:
        field = QLineEdit()
        field.setPlaceholderText("Name, city, email")
        field.setAccessibleName("Filter the list by text")
        field.setToolTip("Filter the list (/)")
        field.setClearButtonEnabled(True)
        field.setFont(fonts.font(fonts.LIST))
        field.setFixedWidth(168)
        field.textEdited.connect(self._text_edited)
        clear = QShortcut(QKeySequence(Qt.Key.Key_Escape), field)
        clear.setContext(Qt.ShortcutContext.WidgetShortcut)
        clear.activated.connect(self._clear_field)
        return field

    def _lay_out(self) -> None:
        self._flow_host = QWidget()
        self._flow = FlowLayout(self._flow_host)
        self._flow.addWidget(self.field)
        self._flow.addWidget(self._plus)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self._flow_host.setSizePolicy(policy)
        top = row(self.tabs, self._save, 4, self._duplicates, self._add, margins=(0, 0, 10, 0))
        chips = row(self._flow_host, 8, self._count, 2, self._sort, margins=(16, 4, 8, 4))
        chips.setAlignment(self._count, Qt.AlignmentFlag.AlignTop)
        chips.setAlignment(self._sort, Qt.AlignmentFlag.AlignTop)
        self._count.setFixedHeight(32)
        self.setLayout(column(top, rule(soft=True), chips, rule(), self._state))

    @property
    def chosen(self) -> CustomerFilter:
        """The filter that rules."""
        return self._filter

    @property
    def currency(self) -> str:
        """The book's currency, once a count was read."""
        return self._currency

    @property
    def count_words(self) -> str:
        """What stands above the list, as text."""
        return self._count.text()

    @property
    def choices(self) -> FilterChoices:
        """The values that are in the book."""
        return self._choices

    @property
    def state(self) -> StatePane:
        """The list with its other states."""
        return self._state

    @property
    def save_button(self) -> QWidget:
        """Where the panel that names a filter opens."""
        return self._save

    def show_tabs(self, tabs: tuple[FilterTab, ...], current: str | None = None) -> None:
        """Show these tabs and count them."""
        self._tabs = tabs
        self._put_tabs(current)
        self._count_tabs()

    def know(self, me: str, tabs: tuple[FilterTab, ...]) -> None:
        """Take up the new name of the person at work: whose customers are "Mine", and who is shown as "You"."""
        self._model.me = me
        mine = next((tab.filter for tab in tabs if tab.key == "mine"), EMPTY)
        if any(tab.key == "mine" and tab.filter == self._filter for tab in self._tabs):
            self.set_filter(mine)
        self._put_chips()
        self.show_tabs(tabs)

    def set_filter(self, chosen: CustomerFilter) -> None:
        """Apply a filter from outside, such as a tile or the search."""
        self._filter = chosen
        if self.field.text() != chosen.text:
            self.field.setText(chosen.text)
        self._put_chips()
        self._filter_moved()

    def want(self, customer_id: int) -> None:
        """Make a customer current, now or with the next page that has it."""
        self._wanted = customer_id
        self.table.hold(customer_id)
        self.table.choose(customer_id)

    def release(self, customer_id: int) -> None:
        """A customer is no longer in the book: the one who took their place is current, now or with the next page."""
        if self._wanted == customer_id:
            self._wanted = None
        if self.table.current_id is None and self._model.rowCount():
            self.table.choose_near(self._near)

    def reload(self) -> None:
        """Read the list again after a change; the current row stays, or the one that takes its place is current."""
        if self.table.current_id is not None:
            self._near = self.table.currentIndex().row()
        self._read(max(PAGE_ROWS, self._model.rowCount()))
        self._count_tabs()

    # -- asking the book ----------------------------------------------------------------------------------------

    def _fetch(self, question: Question, key: Any) -> Page[CustomerRow]:
        """Read one page; runs in the pool."""
        limit = PAGE_ROWS if key is not None else question.first_rows
        page = self._book.page(question.chosen, question.sort, descending=question.descending, after=key, limit=limit)
        return Page(page.rows, page.next_key)

    def _read(self, first_rows: int = PAGE_ROWS) -> None:
        chosen, (key, descending) = self._filter, self.table.order
        if not self._seen_once:
            self._state.show_skeleton()
        self._state.loading("Loading the customers")
        self._desk.drop("count")
        self._model.ask(Question(chosen, key, descending, first_rows))

    def _have_page(self, first: bool) -> None:
        if not first:
            return
        rows = self._model.rowCount()
        self._count_soon.start()
        if rows:
            self._state.show_content()
        elif restricts(self._filter):
            words = "Remove a filter to see more."
            self._state.show_empty("No customers match", words, ("Clear filters", self.clear))
        else:
            words = "Import an export on the Data page, or add a customer by hand."
            self._state.show_empty("No customers yet", words, ("Add a customer", self.add_wanted.emit))
        if self._wanted is not None:
            self.table.choose(self._wanted)
        elif rows and self.table.current_id is None:
            # A list that changes with every key does not drag the detail along: it comes when the typing rests.
            self.table.choose_near(self._near, quiet=self._seen_once)
            if self._seen_once:
                self._rest.start()
        elif not rows:
            self._rest.stop()
            self.nobody.emit()
        self._seen_once = True
        self.book_empty.emit(not rows and not restricts(self._filter))

    def _list_failed(self, failed: Failed) -> None:
        self._state.show_error(failed, self._read, "The list could not be loaded")

    def _read_count(self) -> None:
        chosen = self._filter
        self._desk.read("count", lambda: self._book.count(chosen), self._have_count, lambda _failed: self._next_extra())

    def _have_count(self, count: CustomersCount) -> None:
        changed = count.currency != self._currency
        self._currency, self._last_count = count.currency, count
        self._put_count()
        if changed:
            self._put_chips()
        self._next_extra()

    def _have_choices(self, choices: FilterChoices) -> None:
        self._choices = choices
        self._next_extra()

    def _count_tabs(self) -> None:
        """Count the tabs and read the filters' values, one after another behind the list: it never waits for them."""
        self._extras = deque([*self._tabs, None])
        if self._seen_once:
            self._next_extra()

    def _next_extra(self) -> None:
        if not self._extras or self._desk.waiting("extra"):
            return
        tab = self._extras.popleft()
        if tab is None:
            self._desk.read("extra", self._book.choices, self._have_choices, lambda _failed: self._next_extra())
            return

        def have(count: CustomersCount) -> None:
            self._counts[tab.key] = count.matching
            self._put_tabs(None)
            self._next_extra()

        self._desk.read("extra", lambda: self._book.count(tab.filter), have, lambda _failed: self._next_extra())

    def _rested(self) -> None:
        if self.table.current_id is not None:
            self.selected.emit(self.table.current_id)

    def _row_chosen(self, customer_id: int) -> None:
        self._wanted = None
        self._rest.stop()
        self.selected.emit(customer_id)

    # -- what a person does -------------------------------------------------------------------------------------

    def clear(self) -> None:
        """Take every filter away and show the whole book."""
        self.tabs.choose(self._tabs[0].key if self._tabs else "")
        self.set_filter(EMPTY)

    def _filter_moved(self) -> None:
        self._near, self._wanted = 0, None
        self.table.verticalScrollBar().setValue(0)
        self.filter_changed.emit(self._filter)
        self._read()

    def _text_edited(self, text: str) -> None:
        self._filter = replace(self._filter, text=text)
        self._filter_moved()

    def _clear_field(self) -> None:
        """Empty the field; where it is empty, go to the list."""
        if not self.field.text():
            self.table.setFocus()
            return
        self.field.clear()
        self._text_edited("")

    def _change(self, chosen: CustomerFilter) -> None:
        self._filter = chosen
        self._put_chips()
        self._filter_moved()

    def _tab_chosen(self, key: str) -> None:
        tab = next(tab for tab in self._tabs if tab.key == key)
        self.set_filter(tab.filter)

    def _tab_menu(self, key: str, at: QPoint) -> None:
        tab = next((tab for tab in self._tabs if tab.key == key), None)
        if tab is not None and tab.saved:
            menu = QMenu(self)
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            menu.addAction(f"Delete “{tab.name}”", lambda: self.forget_wanted.emit(key))
            menu.popup(at)

    def _sort_wanted(self, key: str, descending: bool) -> None:
        self._near = 0
        self.table.set_order(cast(SortColumn, key), descending=descending)
        self.table.verticalScrollBar().setValue(0)
        self._read()

    def _open_sort(self) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        titles = [(one.key, one.title) for one in COLUMNS]
        falling = {one.key: one.falling_first for one in COLUMNS}
        key, descending = self.table.order

        def choose(picked: str) -> None:
            turned = not descending if picked == key else falling[cast(SortColumn, picked)]
            self._sort_wanted(picked, turned)

        sort_actions(menu, titles, key, choose)
        menu.popup(self._sort.mapToGlobal(self._sort.rect().bottomLeft()))

    def _open_menu(self, under: QWidget, kind: str = "") -> None:
        menu = FilterMenu(self, self._filter, self._choices, self._currency, self._model.me, self._change, kind)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(under.mapToGlobal(under.rect().bottomLeft()))

    def _put_count(self) -> None:
        count = self._last_count
        if count is None or not count.total:
            self._count.setText("")
            return
        known = count.value_at_risk_minor is not None
        risk = (
            f"{money_short(count.value_at_risk_minor, count.currency)} revenue at risk"
            if known
            else "revenue at risk not known"
        )
        further = [
            *count.overdue,
            f"not included: {count.once_words}" if count.once else "",
            f"{whole(count.win_back)} win-back" if count.win_back else "",
        ]
        said = [f"<b>{whole(count.matching)}</b> of {whole(count.total)}", risk]
        for part in filter(None, further):
            if self._count.fontMetrics().horizontalAdvance(DOT.join([*said, part])) <= self._room_for_count():
                said.append(part)
        self._count.setText(DOT.join(said))
        self._count.setToolTip("\n".join(filter(None, [*further, count.value_check])))
        told = f"{count.matching} of {count.total} customers, {DOT.join([risk, *filter(None, further)])}"
        self._count.setAccessibleName(f"{told}. {count.value_check}".strip(" ."))

    def _room_for_count(self) -> int:
        """The width that the field, its button and their margins leave, in pixels."""
        return self.width() - self.field.width() - self._plus.sizeHint().width() - self._sort.width() - 64

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._put_count()

    # -- showing it ---------------------------------------------------------------------------------------------

    def _put_tabs(self, current: str | None) -> None:
        # Nobody is told that nothing is theirs: "Mine" comes with the first customer that is.
        tabs = [tab for tab in self._tabs if tab.key != "mine" or self._counts.get("mine", 0)]
        shown = [Tab(tab.key, tab.name, self._counts.get(tab.key)) for tab in tabs]
        self.tabs.show_tabs(shown, current)

    def _put_chips(self) -> None:
        while self._flow.count() > 2:
            item = self._flow.takeAt(1)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        # Whom an answer found is true of its day, so that such a filter is not kept.
        self._save.setVisible(self._filter.among is None)
        for place, chip in enumerate(chips_of(self._filter, self._currency, self._model.me)):
            made = Chip(self._theme, chip.words)
            made.removed.connect(lambda kind=chip.kind: self._change(without(self._filter, kind)))
            if chip.kind == "among" and self._filter.among is not None:
                made.setToolTip(self._filter.among.words)
            else:
                made.clicked.connect(lambda _on=False, made=made, kind=chip.kind: self._open_menu(made, kind))
            self._flow.insert(1 + place, made)
            made.show()
        self._flow_host.updateGeometry()
