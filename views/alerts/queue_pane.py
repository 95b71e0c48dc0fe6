"""The queue: whose it is, tabs, filter, the list with its states, and what is beyond today's limit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QActionGroup
from PySide6.QtWidgets import QMenu, QStackedWidget, QToolButton, QWidget

from models.values.alerts import QUEUE_ORDERS, AlertRow, QueueFilter, QueueOrder, QueuePage, QueueTab
from models.values.customers import FilterChoices
from views.actions import Actions, Command
from views.alerts.bulk_bar import HEIGHT, BulkBar
from views.alerts.queue_filter import NO_OWNER, QueueFilterBar
from views.alerts.queue_model import ORDER, QueueModel
from views.alerts.queue_view import QueueView
from views.background import Failed
from views.theme import Theme, fonts
from views.widgets.buttons import IconButton, MenuButton, link, push
from views.widgets.labels import column, kind_of, label, row, rule
from views.widgets.states import StatePane, rows_skeleton
from views.widgets.tabs import CountTabs, Tab
from views.words import DOT, counted, money_short

TABS: tuple[tuple[QueueTab, str], ...] = (
    ("todo", "To do"),
    ("waiting", "Waiting"),
    ("snoozed", "Snoozed"),
    ("done", "Done today"),
)
_EMPTY = {
    "todo": "Queue clear",
    "waiting": "No alerts are waiting on a customer",
    "snoozed": "No alerts are snoozed",
    "done": "No alerts done yet today",
}
#: An empty queue of such a book is no all-clear.
_LACKS = {
    "customers": ("No customers yet", "Import your customers and orders to see who needs you."),
    "scoring": ("Not scored yet", "Alerts appear once your latest data is scored."),
    "history": ("No customer can be scored yet", "Import orders, contracts or other activity to score them."),
}


class QueuePane(QWidget):
    """Left pane of the page. Says what is asked; the page reads and answers with `show_page`."""

    asked = Signal()  # tab, filter, order or budget changed: read again
    ordered = Signal(str)
    news_wanted = Signal()
    save_wanted = Signal()  # keep the filter under a name
    forget_wanted = Signal(str)

    def __init__(self, theme: Theme, actions: Actions) -> None:
        super().__init__()
        kind_of(self, "panel")
        self._theme, self._me = theme, ""
        self._choose_files = actions[Command.CHOOSE_FILES].trigger
        self._owners: tuple[str, ...] = ()
        self._saved: Mapping[str, QueueFilter] = {}
        self.beyond_budget = False
        self.order: QueueOrder = "due"
        self.model = QueueModel(self)
        self.view = QueueView(theme, self.model)
        self.tabs = CountTabs(theme, "Queue")
        self.tabs.show_tabs([Tab(key, words) for key, words in TABS], "todo")
        self.tabs.chosen.connect(self._tab_chosen)
        self.filter_bar = QueueFilterBar(theme)
        self.filter_bar.changed.connect(self._filter_changed)
        self.filter_bar.left.connect(self.view.setFocus)
        self.bulk = BulkBar(theme, actions)
        self.bulk.cleared.connect(self.model.clear_ticks)
        self.model.ticks_changed.connect(self._ticks_changed)
        self.pane = StatePane(theme, self.view, rows_skeleton())
        self.news = push("")
        self.news.clicked.connect(self.news_wanted)
        self.news.hide()
        self._head = QStackedWidget()
        self._head.setFixedHeight(HEIGHT)
        self._head.addWidget(self._build_head(actions))
        self._head.addWidget(self.bulk)
        self._foot = self._build_foot()
        news = row(self.news, margins=(16, 6, 14, 6))
        self._news_box = QWidget()
        self._news_box.setLayout(news)
        self._news_box.hide()
        self.setLayout(column(self._head, self.tabs, rule(), self.filter_bar, self._news_box, self.pane, self._foot))

    @property
    def tab(self) -> QueueTab:
        """The tab that is shown."""
        return next((key for key, _words in TABS if key == self.tabs.current), "todo")

    @property
    def filter(self) -> QueueFilter:
        """What is filtered."""
        return self.filter_bar.filter

    def ask_for(self, tab: QueueTab, wanted: QueueFilter) -> None:
        """Show a tab under a filter, as a tile asks."""
        self.tabs.choose(tab)
        self.filter_bar.set_filter(wanted)
        self._name_owner()
        self.asked.emit()

    def set_order(self, order: str) -> None:
        """Order the alerts so, without telling anyone; one that is not known stands for due time."""
        self.order = next((one for one in QUEUE_ORDERS if one == order), "due")
        self.order_button.set_words(QUEUE_ORDERS[self.order])
        self.order_button.setAccessibleName(f"Order: {QUEUE_ORDERS[self.order]}")
        for action in self.order_button.menu().actions():
            action.setChecked(action.data() == self.order)

    def set_choices(self, choices: FilterChoices) -> None:
        """Owners and tiers that the filters can offer."""
        self.filter_bar.set_choices(choices)
        self._owners = tuple(owner for owner, _count in choices.owners)

    def know(self, me: str, saved: Mapping[str, QueueFilter]) -> None:
        """What the book's owner columns call the person at work (theirs is "My queue"), and filters under names."""
        self._me, self._saved = me, saved
        self._name_owner()

    def show_page(self, page: QueuePage) -> None:
        """Show the queue; the current alert stays current if it is still there."""
        current = self.view.current
        self.view.delegate.set_page(page)
        self.filter_bar.set_rules(page.rules)
        self.model.show_page(page)
        counts = page.counts
        done = "Done today" if self.filter.done_days == 1 else "Done"
        self.tabs.show_tabs([Tab(k, done if k == "done" else w, counts.get(k, 0)) for k, w in TABS])
        if current is not None and self.model.row_of(current.id) >= 0:
            self.view.set_current(current.id, quiet=True)
        self._show_foot(page.beyond_budget, page.criticals_waiting)
        self._news_box.hide()
        if page.rows:
            self.pane.show_content()
        else:
            self._show_empty(page)

    def show_news(self, raised: int) -> None:
        """Offer alerts that were raised meanwhile, or others that moved up; the list does not move by itself."""
        self.news.setText(f"Show {counted(raised, 'new alert')}" if raised else "Order updated · Show")
        why = "Raised" if raised else "Scores, due times or rules have changed"
        self.news.setToolTip(f"{why} since the list was loaded; your next action updates its order too")
        self.news.show()
        self._news_box.show()

    def show_error(self, failed: Failed) -> None:
        """The queue could not be loaded: no figure of an earlier reading stands beside that."""
        self.model.clear_ticks()
        self.tabs.show_tabs([Tab(tab.key, tab.text) for tab in self.tabs.tabs])
        self._foot.hide()
        self._news_box.hide()
        self.pane.show_error(failed, self.asked.emit, "The queue could not be loaded")

    def fit(self, narrow: bool) -> None:
        """Columns for a list of 340 px."""
        self.view.delegate.narrow = narrow
        self.tabs.set_gap(11 if narrow else 18)
        self.view.viewport().update()

    def targets(self) -> list[AlertRow]:
        """What a command acts on: the ticked alerts, else the current one."""
        ticked = self.model.ticked
        current = self.view.current
        return ticked or ([current] if current is not None else [])

    def _build_head(self, actions: Actions) -> QWidget:
        head = QWidget()
        self.owner = MenuButton(self._theme, "All alerts", size=fonts.HEADING, strong=True, ink="ink")
        self.owner.setMenu(QMenu(self.owner))
        self.owner.menu().aboutToShow.connect(self._fill_owner_menu)
        self.order_button = self._build_order(actions)
        self.filter_button = IconButton(self._theme, "filter", actions[Command.FILTER].toolTip())
        self.filter_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._filter_menu = QMenu(self.filter_button)
        self.filter_button.clicked.connect(self._show_filter_menu)
        head.setLayout(row(self.owner, -1, self.order_button, 2, self.filter_button, margins=(10, 0, 8, 0)))
        return head

    def _build_order(self, actions: Actions) -> MenuButton:
        button = MenuButton(self._theme, QUEUE_ORDERS["due"])
        button.setToolTip(f"{actions[Command.ORDER].toolTip()}\n{ORDER}")
        menu, alone = QMenu(button), QActionGroup(button)
        for order, words in QUEUE_ORDERS.items():
            action = alone.addAction(words)
            action.setCheckable(True)
            action.setChecked(order == self.order)
            action.setData(order)
            action.triggered.connect(partial(self._choose_order, order))
        menu.addActions(alone.actions())
        button.setMenu(menu)
        return button

    def show_orders(self) -> None:
        """Offer the orders, as a click on their button does."""
        button = self.order_button
        button.menu().popup(button.mapToGlobal(button.rect().bottomLeft()))

    def _choose_order(self, order: QueueOrder, _checked: bool = False) -> None:
        self.set_order(order)
        said = f"Ordered by {QUEUE_ORDERS[order].lower()}"
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self.order_button, said))
        self.ordered.emit(order)
        self.asked.emit()

    def _build_foot(self) -> QWidget:
        self._foot_words = label("", fonts.SMALL, fonts.REGULAR, "ink_2")
        self._foot_link = link("Show")
        self._foot_link.clicked.connect(self._budget_turned)
        foot = QWidget()
        kind_of(foot, "ground")
        self._criticals_waiting = label("", fonts.SMALL, fonts.REGULAR, "ink_2", wrap=True)
        self._criticals_waiting.setContentsMargins(16, 4, 10, 4)
        self._within_limit = QWidget()
        self._within_limit.setLayout(row(self._foot_words, -1, self._foot_link, margins=(16, 3, 10, 3)))
        foot.setLayout(column(rule(), self._criticals_waiting, self._within_limit))
        foot.hide()
        return foot

    def _show_foot(self, beyond: int, waiting: str) -> None:
        self._foot.setVisible((beyond > 0 or bool(waiting)) and self.tab == "todo")
        self._criticals_waiting.setText(waiting)
        self._criticals_waiting.setVisible(bool(waiting))
        self._within_limit.setVisible(beyond > 0)
        if self.filter.is_search:
            words = f"{beyond:,} beyond today’s limit, also listed"
        elif self.beyond_budget:
            words = f"{counted(beyond, 'alert')} beyond today’s limit shown"
        else:
            words = f"{counted(beyond, 'more alert')} beyond today’s limit"
        self._foot_words.setText(words)
        self._foot_link.setText("Hide" if self.beyond_budget else "Show")
        self._foot_link.setVisible(not self.filter.is_search)

    def _budget_turned(self) -> None:
        self.beyond_budget = not self.beyond_budget
        self.asked.emit()

    def _tab_chosen(self, _key: str) -> None:
        self.model.clear_ticks()
        if self.filter.done_days != 1 or self.filter.need_today:
            self.filter_bar.set_filter(replace(self.filter, done_days=1, need_today=False))
        self.asked.emit()

    def _filter_changed(self, _wanted: QueueFilter) -> None:
        self._name_owner()
        self.asked.emit()

    def _show_filter_menu(self) -> None:
        menu = self.filter_bar.menu(self.filter_button)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.filter_button.mapToGlobal(self.filter_button.rect().bottomLeft()))

    def _fill_owner_menu(self) -> None:
        menu = self.owner.menu()
        menu.clear()
        menu.addAction("All alerts").triggered.connect(partial(self._choose_owner, None))
        if self._me and self._me in self._owners:
            menu.addAction("My queue").triggered.connect(partial(self._choose_owner, self._me))
        others = [owner for owner in self._owners if owner != self._me]
        if others:
            menu.addSeparator()
        for owner in others:
            menu.addAction(owner or NO_OWNER).triggered.connect(partial(self._choose_owner, owner))
        menu.addSeparator()
        for name, saved in self._saved.items():
            menu.addAction(name.replace("&", "&&")).triggered.connect(partial(self._choose_saved, saved))
        save = menu.addAction("Save this filter…")
        save.setEnabled(self.kept_filter != QueueFilter())
        save.triggered.connect(self.save_wanted)
        current = self._saved_name
        if current:
            delete = menu.addAction(f"Delete “{current.replace('&', '&&')}”")
            delete.triggered.connect(partial(self.forget_wanted.emit, current))

    @property
    def kept_filter(self) -> QueueFilter:
        """What of the filter can be saved: all but what a tile asks of one day."""
        return replace(self.filter, need_today=False, done_days=1, resolved_only=False)

    @property
    def _saved_name(self) -> str:
        """Under which name the filter that holds was saved, '' for none."""
        return next((name for name, saved in self._saved.items() if saved == self.filter), "")

    def _choose_saved(self, saved: QueueFilter, _checked: bool = False) -> None:
        self.filter_bar.set_filter(saved)
        self._filter_changed(saved)

    def _choose_owner(self, owner: str | None, _checked: bool = False) -> None:
        before = QueueFilter() if self._saved_name else self.filter
        owners = frozenset() if owner is None else frozenset({owner})
        self.filter_bar.set_filter(replace(before, owners=owners))
        self._filter_changed(self.filter)

    def show_mine(self) -> None:
        """List the alerts of the person at work."""
        self._choose_owner(self._me)

    def _name_owner(self) -> None:
        owners = self.filter.owners
        if self._saved_name:
            words = self._saved_name
        elif owners == {self._me} and self._me:
            words = "My queue"
        elif len(owners) == 1:
            words = next(iter(owners)) or NO_OWNER
        else:
            words = f"{len(owners)} owners" if owners else "All alerts"
        self.owner.set_words(words)

    def _ticks_changed(self) -> None:
        ticked = self.model.ticked
        self._head.setCurrentIndex(1 if ticked else 0)
        if ticked:
            currency = ticked[0].currency
            risk = sum(one.at_stake_minor or 0 for one in ticked if one.kind == "risk")
            upside = sum(alert.upside_minor for alert in ticked if alert.kind == "opportunity")
            parts = [f"{money_short(risk, currency)} at stake"] if risk else []
            parts += [f"{money_short(upside, currency)} upside"] if upside else []
            self.bulk.show_sum(len(ticked), DOT.join(parts), "")

    def _show_empty(self, page: QueuePage) -> None:
        if self.filter != QueueFilter():
            clear_filters = ("Clear filters", self.filter_bar.clear_filter)
            self.pane.show_empty("No alerts match these filters", "", clear_filters)
            return
        next_due = f"Next: {page.next_due_words}" if page.next_due_words else ""
        title, action = _EMPTY[self.tab], None
        if self.tab == "todo" and (page.next_due_words or page.counts.get("waiting") or page.counts.get("snoozed")):
            title = "Nothing due now"  # what waits or sleeps comes back
        if page.lacks and self.tab == "todo":
            heading, words = _LACKS[page.lacks]
            offered = ("Choose files", self._choose_files) if page.lacks != "scoring" else None
            self.pane.show_empty(heading, words, offered)
            return
        if page.beyond_budget and not self.beyond_budget:
            title = "Today’s alerts are done"
            action = (f"Show {counted(page.beyond_budget, 'more alert')}", self._budget_turned)
        elif page.held and self.tab == "todo":
            title, next_due = "No alerts to show", f"Inactivity alerts are held back: {page.held}"
        self.pane.show_empty(title, next_due, action)
