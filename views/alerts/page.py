"""The Alerts page: tiles, then queue, detail and actions in splitters; all wires between them are here.

One current alert drives detail and actions. After an alert is finished the next one in view order is current, else the
one before. What comes from elsewhere never moves the list: a pill offers it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QModelIndex, QPoint, QTimer
from PySide6.QtGui import QGuiApplication, QHideEvent, QShowEvent
from PySide6.QtWidgets import QWidget

from models.values.alerts import AlertDetail, AlertRow, QueueFilter, QueuePage, Tile
from models.values.changes import Changes
from models.values.watches import PREFIX
from views.actions import Command
from views.alerts import questions
from views.alerts.actions_pane import MORE, ActionsPane
from views.alerts.arrangement import Arrangement
from views.alerts.commands import ALERT_COMMANDS, Target, alert_menu, enable, run
from views.alerts.day_bar import DayBar
from views.alerts.detail_pane import DetailPane, detail_skeleton
from views.alerts.morning import Morning
from views.alerts.queue_filter import filter_of
from views.alerts.queue_pane import QueuePane
from views.alerts.triage import Triage
from views.background import Failed
from views.lists.timeline import TimelineModel
from views.scores.trends import TrendsOnRest
from views.shell.page import Context, Page
from views.shell.saved_filters import SavedFilters
from views.widgets.labels import column
from views.widgets.states import StatePane
from views.widgets.tile_strip import TileStrip

LOW, DAY_BAR = 640, 1000
DETAIL_SKELETON_MS = 100
SEEN_AFTER_MS = 1_500
REFRESH_EVERY_MS = 60_000
_BECOMES = "It appears in the menu above the queue, on this computer. You can delete it there."


class AlertsPage(Page):
    """What needs a person today."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        theme, actions, book = context.theme, context.actions, context.book
        self._desk = book.desk(self)
        self._wanted: int | None = None  # the alert to make current when the queue comes
        self._fresh = False
        self._newest = 0  # the alert raised last when the queue was shown
        self._quiet_read = False
        self._called: AlertRow | None = None  # until the person moves, E may be meant for who was called
        self._has_room = True
        self._kind = ""
        self.day = DayBar(theme, actions)
        self.tiles = TileStrip(theme, 2, "Today’s figures", self.day)
        self._named = SavedFilters(context, "alerts", "Gold in distress", _BECOMES)
        self.queue = QueuePane(theme, actions)
        self.queue.set_order(context.remembered.value.queue_order)
        self.morning = Morning(theme, actions, self.queue)
        self.timeline = TimelineModel(self._desk, questions.timeline, self)
        self.detail = DetailPane(theme, actions, self.timeline)
        self._trends = TrendsOnRest(self._desk, partial(questions.trends, book), self.detail.course)
        self.detail_state = StatePane(theme, self.detail, detail_skeleton, skeleton_after_ms=DETAIL_SKELETON_MS)
        self.actions_pane = ActionsPane(theme, actions)
        self.triage = Triage(book, theme, self)
        self.arrangement = Arrangement(
            theme, context.remembered, self.queue, self.detail, self.detail_state, self.actions_pane
        )
        self.setLayout(column(self.tiles, self.morning, self.arrangement))
        self._seen = QTimer(self, singleShot=True, interval=SEEN_AFTER_MS)
        self._minute = QTimer(self, interval=REFRESH_EVERY_MS)
        self._connect()
        self._add_actions()
        self.detail_state.show_skeleton()
        self.actions_pane.show_nothing()

    # -- the wires ----------------------------------------------------------------------------------------------

    def _connect(self) -> None:
        queue, remembered = self.queue, self.context.remembered
        queue.asked.connect(self._read_queue)
        queue.news_wanted.connect(self._read_queue)
        queue.ordered.connect(lambda order: remembered.set(queue_order=order))
        queue.view.current_changed.connect(self._current_changed)
        queue.view.opened.connect(self._opened)
        queue.view.wants_menu.connect(self._show_menu)
        queue.view.quick.connect(self._run)
        queue.view.escaped.connect(queue.model.clear_ticks)
        self.tiles.asked.connect(self._tile_asked)
        self.detail.kind_chosen.connect(self._kind_chosen)
        self.detail.wants_customer.connect(self.wants_customer)
        self.detail.narrow_back.connect(self.go_back)
        self.detail.notes.end_wanted.connect(lambda figure: self.triage.end_override(queue.view.current, figure))
        self.detail.course.past_wanted.connect(lambda: self.wants_page.emit("insights"))
        self.detail.wants_actions.connect(self.arrangement.toggle_actions)
        self.detail.list.escaped.connect(self.go_back)
        self.detail.person.copied.connect(lambda phone: self.context.book.told.emit(f"Copied {phone}"))
        self.actions_pane.task_ticked.connect(self._task_ticked)
        self.timeline.arrived.connect(self._timeline_arrived)
        self.detail_state.currentChanged.connect(self._detail_state_changed)
        self.triage.finished.connect(self._finished)
        self.triage.called.connect(self._was_called)
        self.morning.turned.connect(self._morning_turned)
        self.morning.reached.connect(self._go)
        self.morning.summed_up.connect(self._sum_up)
        queue.save_wanted.connect(self._save_filter)
        queue.forget_wanted.connect(self._named.forget)
        remembered.changed.connect(self._know)
        self._know()
        self._seen.timeout.connect(self._mark_seen)
        self._minute.timeout.connect(self._keep_up)

    def _add_actions(self) -> None:
        """Give the page's commands their keys; they act while the page is visible."""
        wired: dict[Command, Callable[[], None]] = {
            Command.NEXT: partial(self._step, 1),
            Command.PREVIOUS: partial(self._step, -1),
            Command.MORNING: self.morning.begin,
            Command.TICK: lambda: self.queue.model.tick(self.queue.view.currentIndex().row()),
            Command.FILTER: self.morning.ask_filter,
            Command.SAVE_FILTER: self._save_filter,
            Command.ORDER: self._show_orders,
            Command.DRAWER: self.arrangement.toggle_actions,
            Command.OPEN: lambda: self._opened(self.queue.view.currentIndex()),
            Command.DRAFT: self._draft,
            Command.CALL: self._call,
            Command.EXPORT_LIST: lambda: self.export_list("alerts", questions.export_of(self.queue)),
        }
        wired |= {command: partial(self._run, command) for command in ALERT_COMMANDS}
        self.take_commands(wired)

    # -- what the shell asks ------------------------------------------------------------------------------------

    def arrive(self) -> None:
        if not self._fresh:
            self._read_queue()
        self.queue.view.setFocus()

    def renew(self, changes: Changes) -> None:
        if not self.isVisible():
            self._fresh, self.due_today = False, None
            return
        self._read_queue(quiet=not self.context.book.own)
        current = self.queue.view.current
        if current is not None and (changes.everyone or current.customer_id in changes.customers):
            self._read_detail(current)

    def panes(self) -> Sequence[QWidget]:
        found = (self.queue.view, self.detail.list, self.actions_pane.first_button())
        return [pane for pane in found if pane.isVisible()]

    def go_back(self) -> None:
        """Esc: out of the morning's walk; from the detail to the list, in a narrow window in place of it."""
        if self.morning.active:
            self.morning.end()
            return
        if self.arrangement.stacked:
            self.arrangement.show_stacked(detail=False)
        self.queue.view.setFocus()

    def fit(self, width: int, height: int) -> None:
        for part in (self.tiles, self.day):
            part.set_low(height < LOW)
        self.day.setVisible(width >= DAY_BAR)
        self._has_room = height >= 420
        self.tiles.setVisible(self._has_room and not self.morning.active)
        self.arrangement.fit(width)

    # -- reading ------------------------------------------------------------------------------------------------

    def _read_queue(self, *, quiet: bool = False) -> None:
        book, queue = self.context.book, self.queue
        ask = partial(questions.queue, book.workspace, queue.tab, queue.filter, queue.beyond_budget, queue.order)
        # A quiet read that overtakes one that somebody waits for answers in its place, and so is not quiet.
        self._quiet_read = quiet and (self._quiet_read or not self._desk.waiting("queue"))
        if not self._quiet_read:
            queue.pane.loading("Loading the queue")
        self._desk.read("queue", ask, self._take_queue, self._queue_failed)

    def _keep_up(self) -> None:
        """Read again what goes by the clock: the queue, and when to call, once the hours of that call have ended."""
        self._read_queue(quiet=True)
        current, shown = self.queue.view.current, self.detail.detail
        if current is None or shown is None or shown.approach is None or self._desk.waiting("detail"):
            return
        until = shown.approach.until
        if until is not None and self.context.book.workspace.clock.now() >= until:
            self._ask_detail(current)

    def _take_queue(self, page: QueuePage) -> None:
        if not self._fresh:
            self._fresh = True
            self.settled.emit()
            self._desk.read("choices", partial(questions.choices, self.context.book.workspace), self.queue.set_choices)
        self._desk.read("tiles", partial(questions.at_risk, self.context.book.workspace), self._take_at_risk)
        known = {open_alert.id for open_alert in self.queue.model.open_alerts()}
        new = [row for row in page.rows if row.id not in known]
        if self._quiet_read and known and new:
            self.queue.show_news(sum(row.id > self._newest for row in new))
            return
        self._show_queue(page)

    def _queue_failed(self, failed: Failed) -> None:
        """Say so, and show no figure: what was counted before may no longer be so."""
        self._desk.drop("tiles")
        self.queue.show_error(failed)
        for tile in self.tiles.tiles:
            tile.show_nothing()
        self.day.show_nothing()
        self.detail.show_place(0, 0)
        self.context.actions[Command.MORNING].setEnabled(False)
        self.due_today, self.unread = None, True
        self.counted.emit(None)

    def _show_day(self, page: QueuePage) -> None:
        """Show what the same reading counted: figure, progress and badge never differ."""
        if page.today is not None and page.progress is not None:
            self.tiles.tiles[0].show_value(page.today)
            self.day.show_progress(page.progress)
            self.due_today, self.unread = page.progress.left, False
            self.counted.emit(self.due_today)

    def _take_at_risk(self, found: Tile) -> None:
        self.tiles.tiles[1].show_value(found)
        self._mark_tile()

    def _mark_tile(self) -> None:
        held = (self.queue.tab, self.queue.filter)
        keys = [tile.value.key for tile in self.tiles.tiles if tile.value is not None]
        self.tiles.mark(next((key for key in keys if questions.filter_of_tile(key) == held), ""))

    def _show_queue(self, page: QueuePage) -> None:
        view = self.queue.view
        before, called = view.current, self._called
        self.queue.show_page(page)
        self._newest = page.newest
        stayed = before is not None and view.current is not None and before.id == view.current.id
        if self._wanted is not None or stayed:
            self._called = called  # the queue moved on, not the person, also where it came so late that focus returned
        self._show_day(page)
        self._mark_tile()
        wanted, self._wanted = self._wanted, None
        if wanted is not None and self.queue.model.row_of(wanted) >= 0:
            view.set_current(wanted, quiet=True)
        elif view.current is None and page.rows:
            view.step(1)
        current = view.current
        if current is None:
            self._show_nothing()
        elif before is None or before != current or self.detail.detail is None:
            self._read_detail(current)
        self._place_detail()
        self.context.actions[Command.MORNING].setEnabled(self.queue.tab == "todo" and bool(page.rows))
        self.morning.follow(page.progress)

    def _show_nothing(self) -> None:
        self._desk.drop("detail")
        self._forget_detail()
        self.detail_state.show_empty("No alert selected", "Choose one to see why it was raised.")

    def _forget_detail(self) -> None:
        """Offer nothing of the alert that was shown: no command, no suggestion, no permission."""
        self.detail.forget()
        self._trends.follow(None)
        self.actions_pane.show_nothing()
        enable(self.context.actions, None)

    def _current_changed(self, open_alert: AlertRow | None) -> None:
        self._called = None
        if open_alert is None:
            self._show_nothing()
            return
        self._read_detail(open_alert)

    def _read_detail(self, open_alert: AlertRow) -> None:
        self._seen.stop()
        enable(self.context.actions, open_alert)
        self.detail_state.loading(f"Loading {open_alert.customer}")
        self._ask_detail(open_alert)
        self._read_timeline(open_alert.customer_id)

    def _ask_detail(self, open_alert: AlertRow) -> None:
        workspace = self.context.book.workspace
        failed = partial(self._detail_failed, partial(self._read_detail, open_alert))
        order = [shown.id for shown in self.queue.model.open_alerts()]
        self._desk.read("detail", partial(questions.detail, workspace, open_alert.id, order), self._show_detail, failed)

    def _read_timeline(self, customer_id: int | None) -> None:
        self.timeline.ask(questions.TimelineQuestion(self.context.book.workspace, customer_id, self._kind))

    def _show_detail(self, detail: AlertDetail | None) -> None:
        if detail is None:
            self._read_queue()
            return
        policy = self.context.book.workspace.policy
        self.detail.show_detail(detail, policy.churn_warning, policy.churn_critical)
        self.actions_pane.show_detail(detail)
        self.detail_state.show_content()
        self._trends.follow(detail.alert.customer_id)
        enable(self.context.actions, detail.alert, detail)
        if detail.alert.state == "open":
            self._seen.start()

    def _detail_failed(self, retry: Callable[[], None], failed: Failed) -> None:
        self._forget_detail()
        self.detail_state.show_error(failed, retry, "This customer could not be loaded")

    def _detail_state_changed(self, _index: int) -> None:
        """While another alert's detail is waited for, the actions of the one before it are gone with its detail."""
        shown, current = self.actions_pane.detail, self.queue.view.current
        same = shown is not None and current is not None and shown.alert.id == current.id
        if self.detail_state.state != "content" and not same:
            self.actions_pane.show_nothing()

    def _timeline_arrived(self, first: bool) -> None:
        if first:
            self.detail.show_counts(self.timeline.about or {}, self._kind)
            self.detail.list.scrollToTop()

    def _kind_chosen(self, kind: str) -> None:
        self._kind = kind
        current = self.queue.view.current
        if current is not None:
            self._read_timeline(current.customer_id)

    def _place_detail(self) -> None:
        if self.detail.detail is not None:
            shown, ids = self.detail.detail.alert.id, [open_alert.id for open_alert in self.queue.model.open_alerts()]
            self.detail.show_place(ids.index(shown) + 1 if shown in ids else 0, len(ids))

    def _mark_seen(self) -> None:
        """After a moment's look. It is no action of the person, and nothing is read again for it."""
        detail, workspace = self.detail.detail, self.context.book.workspace
        if detail is not None and self.isVisible():
            self._desk.write(partial(questions.mark_seen, workspace, [detail.alert.id]), lambda _changes: None)

    # -- commands -----------------------------------------------------------------------------------------------

    def _run(self, command: Command) -> None:
        current, shown = self.queue.view.current, self.detail.detail
        if current is not None:
            detail = shown if shown is not None and shown.alert.id == current.id else None
            run(command, self.triage, Target(current, self.queue.targets(), detail, self.arrangement.anchor()))

    def _finished(self, ids: Sequence[int], leaves: bool) -> None:
        """Go on at once where the current alert leaves: the next key that is pressed is meant for the next alert."""
        self._called = None
        self.queue.model.clear_ticks()
        current = self.queue.view.current
        if not leaves or current is None or current.id not in ids:
            return
        following = self.morning.beyond(1, ids) if self.morning.active else self._following(ids)
        if following is not None and not self.isVisible():
            self._wanted = following
        elif following is not None and self.morning.active:
            self._go(following)
        elif following is not None:
            self.queue.view.set_current(following)

    def _following(self, ids: Sequence[int]) -> int | None:
        """Return the alert after the current one in view order that is not of ``ids``, else the one before it."""
        model, row = self.queue.model, self.queue.view.currentIndex().row()
        for step in (1, -1):
            at = row
            while (at := model.next_alert(at, step)) >= 0:
                open_alert = model.alert_at(at)
                if open_alert is not None and open_alert.id not in ids:
                    return open_alert.id
        return None

    def _call(self) -> None:
        """Have the number at hand, and the keys that record how the call went."""
        detail = self.detail.detail
        if detail is not None and detail.approach is not None and detail.approach.phone:
            QGuiApplication.clipboard().setText(detail.approach.phone)
            self.context.book.told.emit(f"Copied {detail.approach.phone}. Press 1, 2 or 3 after the call")

    def _was_called(self, open_alert: AlertRow) -> None:
        self._called = open_alert

    def _draft(self) -> None:
        """Write to the current alert's customer; right after a call, ask whether who was called is meant."""
        current, called = self.queue.view.current, self._called
        if current is None:
            return
        if called is None or called.id == current.id:
            self._write_to(current)
        else:
            self.triage.whom(called, current, self._write_to, self.arrangement.anchor())

    def _write_to(self, open_alert: AlertRow) -> None:
        if open_alert.customer_id is not None:
            self.wants_email.emit(open_alert.customer_id, open_alert.id)

    def finish(self, alert_id: int) -> None:
        """An email was approved for an alert: when the queue comes, the one after it is current."""
        current = self.queue.view.current
        if current is not None and current.id == alert_id:
            self._finished([alert_id], True)

    def _task_ticked(self, task_id: int) -> None:
        current = self.queue.view.current
        if current is not None:
            self.triage.complete(current, task_id)

    def _opened(self, index: QModelIndex) -> None:
        open_alert = self.queue.model.alert_at(index.row())
        if open_alert is None:
            return
        if self.arrangement.stacked and not self.detail_state.isVisible():
            self.arrangement.show_stacked(detail=True)
            self.detail.list.setFocus()
        elif open_alert.customer_id is not None:
            self.wants_customer.emit(open_alert.customer_id)
        elif open_alert.rule.startswith(PREFIX):
            self.wants_page.emit(f"insights/{open_alert.rule}")

    def _show_menu(self, index: QModelIndex, at: QPoint) -> None:
        """Everything that can be done with a row, in its context menu."""
        alert_menu(self, self.context.actions, MORE, self.detail.detail).popup(at)

    # -- the morning's walk -------------------------------------------------------------------------------------

    def _morning_turned(self, on: bool) -> None:
        """One customer at a time: the queue and the tiles give their room to it."""
        self.tiles.setVisible(self._has_room and not on)
        self.arrangement.show_queue(not on)
        if not on:
            self._current_changed(self.queue.view.current)
            self.queue.view.setFocus()

    def _go(self, alert_id: int) -> None:
        called = self._called
        self.queue.view.set_current(alert_id)
        self._called = called  # the walk moved on, not the person
        self.detail.list.setFocus()

    def _sum_up(self, heading: str, words: str) -> None:
        self._desk.drop("detail")
        self._forget_detail()
        self.detail_state.show_empty(heading, words, ("Back to the queue", self.morning.end))

    def _know(self) -> None:
        saved = {one.name: filter_of(one.filter) for one in self._named.found}
        self.queue.know(self.context.remembered.value.me, saved)

    def _save_filter(self) -> None:
        """Ask for a name under which the queue's filter is kept."""
        self.morning.end()
        chosen = self.queue.kept_filter
        if chosen == QueueFilter():
            self.context.book.told.emit("No filter is set: press / or choose one, then save it")
        else:
            self._named.ask(chosen, self.queue.owner, lambda _name: self.queue.view.setFocus())

    def _show_orders(self) -> None:
        """Offer the orders by key; the morning's walk keeps its own."""
        self.morning.end()
        self.queue.show_orders()

    def _step(self, by: int) -> None:
        self._called = None
        (self.morning if self.morning.active else self.queue.view).step(by)

    def show_section(self, key: str) -> None:
        """List what a tile of another page counts, or whose alerts are one's own; the morning's walk ends."""
        self.morning.end()
        if key == "mine":
            self.queue.show_mine()
        found = questions.filter_of_tile(key)
        if found is not None:
            self.queue.ask_for(*found)

    def _tile_asked(self, key: str) -> None:
        found = questions.filter_of_tile(key)
        if found is None:
            self.wants_page.emit("customers")
        elif (self.queue.tab, self.queue.filter) == found:
            self.queue.filter_bar.clear_filter()
        else:
            self.queue.ask_for(*found)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        shown = self.detail.detail
        enable(self.context.actions, shown.alert if shown is not None else None, shown)
        self._minute.start()
        if self._fresh:  # the time that is left goes on while the page is hidden
            self._keep_up()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        enable(self.context.actions, None)
        self._minute.stop()
        self._seen.stop()
