"""What a person does with alerts: asks what is missing in a small panel, then acts through the book.

Every action is one unit of work with one undo, for one alert or for all that are ticked.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QWidget

from models.values.alerts import AlertDetail, AlertRow
from models.values.changes import Changes
from services.workspace import Workspace
from views.alerts import panels
from views.alerts.call_box import CallPanel, phone_panel
from views.alerts.panels import PICK, Until
from views.scores.overriding import Asked, ask_override, end_override
from views.shell.book import Book
from views.shell.consent import addressee, ask_consent
from views.theme import Theme
from views.widgets.overlay import Choice, Overlay

if TYPE_CHECKING:
    from services.permission.asking import Addressee


class Triage(QObject):
    """The actions on alerts.

    Signals
    -------
    finished : (ids, leaves) of alerts that were acted on; ``leaves`` when they left the tab, so that the next row
        becomes current.
    called : the alert of a call that was logged.
    """

    finished = Signal(object, bool)
    called = Signal(object)

    def __init__(self, book: Book, theme: Theme, page: QWidget) -> None:
        super().__init__(page)
        self._book, self._theme, self._page = book, theme, page
        self._desk = book.desk(self)
        self.open_link: Callable[[QUrl], bool] = QDesktopServices.openUrl

    def task(self, alert: AlertRow, detail: AlertDetail | None, anchor: QWidget) -> None:
        """T: a task for the current alert, its title proposed."""
        workspace = self._book.workspace
        today = workspace.clock.today()
        proposed = detail.recommendation.title if detail and detail.recommendation else ""
        due = today if alert.due_within_hour else panels.next_working_day(workspace.policy, today)

        def send(title: str, on: date) -> None:
            self._do(partial(_room, "add_task", alert_id=alert.id, title=title, due_on=on), [alert], leaves=False)

        self._open(panels.task_panel(self._theme, self._window, proposed, today, due, send), anchor)

    def log_call(self, alert: AlertRow, outcome: str, anchor: QWidget) -> None:
        """1, 2, 3: what a call came to, and a note on it; the alert waits or is snoozed."""

        def keep(note: str) -> None:
            work = partial(_room, "log_call", alert_id=alert.id, outcome=outcome, note=note)
            self._do(work, [alert], leaves=True)
            self.called.emit(alert)

        title = f"Log a call: {outcome.replace('_', ' ')}"
        self._open(CallPanel(self._theme, self._window, title, keep), anchor)

    def whom(self, called: AlertRow, current: AlertRow, chosen: Callable[[AlertRow], None], anchor: QWidget) -> None:
        """E right after a call, when the next alert is current already: ask who of both is meant."""
        choices = (Choice(called.customer, "you called", called), Choice(current.customer, "current alert", current))
        self._choose("Write to", choices, chosen, anchor)

    def add_phone(self, alert: AlertRow, anchor: QWidget) -> None:
        """Keep a number for the alert's customer."""
        customer_id = alert.customer_id
        if customer_id is None:
            return

        def send(phone: str) -> None:
            self._do(partial(_edit, customer_id=customer_id, fields={"phone": phone}), [alert], leaves=False)

        self._open(phone_panel(self._theme, self._window, send), anchor)

    def meeting(self, alert: AlertRow, detail: AlertDetail | None, anchor: QWidget) -> None:
        """M: a meeting, kept as a task and opened in the calendar."""
        now = self._now()
        person = detail.person if detail is not None else None
        about = "\n".join(part for part in (person.name, person.role, person.phone) if part) if person else ""
        opens = self._book.workspace.policy.business_hours.opens
        day = panels.next_working_day(self._book.workspace.policy, now.date())
        begins = datetime.combine(day, opens, now.tzinfo)

        def send(title: str, at: datetime, minutes: int) -> None:
            work = partial(_room, "add_meeting", alert_id=alert.id, title=title, begins=at)
            ask = partial(_invitation, self._book.workspace, title, at, minutes, about)
            open_it = partial(self._desk.read, "invitation", ask, self._open_file, self._book.failed.emit)
            self.finished.emit([alert.id], False)
            self._book.act(work, "", lambda _changes: open_it())

        title = f"Meeting with {(person.name if person else '') or alert.customer}"
        self._open(panels.meeting_panel(self._theme, self._window, title, now, begins, send), anchor)

    def consent(self, alert: AlertRow, anchor: QWidget) -> None:
        """Record that the alert's customer agreed to be emailed."""
        customer_id = alert.customer_id
        if customer_id is None:
            return

        def ask(asked: Addressee) -> None:
            self._open(ask_consent(self._book, self._theme, self._window, asked), anchor)

        self._desk.read("asked", partial(addressee, self._book.workspace, customer_id), ask, self._book.failed.emit)

    def note(self, alert: AlertRow, anchor: QWidget) -> None:
        """A note on the current alert."""

        def send(text: str) -> None:
            self._do(partial(_room, "add_note", alert_id=alert.id, text=text), [alert], leaves=False)

        objection = "The note is empty. Write something, or cancel."
        panel = panels.note_panel(self._theme, self._window, "Note", "Save note", objection, send)
        self._open(panel, anchor)

    def complete(self, alert: AlertRow, task_id: int) -> None:
        """Tick a task off."""
        self._do(partial(_room, "complete_task", task_id=task_id), [alert], leaves=False)

    def snooze(self, open_alerts: Sequence[AlertRow], anchor: QWidget) -> None:
        """S: put away until a moment or a condition; the limit runs on."""
        choices = panels.snooze_choices(self._book.workspace.policy, self._now())
        self._until("Snooze until", choices, panels.KEEPS_RUNNING, "snooze", open_alerts, anchor)

    def wait(self, open_alerts: Sequence[AlertRow], anchor: QWidget) -> None:
        """W: wait for the customer; the limit stops."""
        choices = panels.wait_choices(self._book.workspace.policy)
        self._until("Wait until", choices, panels.STOPS, "wait", open_alerts, anchor)

    def resolve(self, open_alerts: Sequence[AlertRow], anchor: QWidget) -> None:
        """R: close with an outcome."""

        def chosen(outcome: object) -> None:
            self._do(
                partial(_room, "resolve", alert_ids=_ids(open_alerts), outcome=str(outcome)), open_alerts, leaves=True
            )

        self._choose("Resolve as", panels.outcome_choices(open_alerts), chosen, anchor)

    def not_useful(self, open_alerts: Sequence[AlertRow], anchor: QWidget) -> None:
        """N: close and say why; the rule is judged by it."""

        def chosen(reason: object) -> None:
            if reason == PICK:
                objection = "Give a short reason; the rule is judged by it."
                panel = panels.note_panel(
                    self._theme, self._window, "Why was it not useful?", "Close alert", objection, chosen
                )
                self._open(panel, anchor)
                return
            self._do(
                partial(_room, "not_useful", alert_ids=_ids(open_alerts), reason=str(reason)), open_alerts, leaves=True
            )

        foot = "It counts towards the rule’s track record."
        self._choose("Not useful, because", panels.WHY_NOT, chosen, anchor, foot)

    def reopen(self, open_alerts: Sequence[AlertRow]) -> None:
        """Bring back to what is to be done."""
        self._do(partial(_room, "reopen", alert_ids=_ids(open_alerts)), open_alerts, leaves=True)

    def assign(self, open_alerts: Sequence[AlertRow], anchor: QWidget) -> None:
        """Hand over to another person."""

        def send(name: str) -> None:
            work = partial(
                _room, "assign", alert_ids=_ids(open_alerts), owner=name, new_owner=True
            )  # the form has asked
            self._do(work, open_alerts, leaves=False)

        self._open(panels.assign_panel(self._theme, self._window, self._book, self._desk, send), anchor)

    def escalate(self, open_alerts: Sequence[AlertRow]) -> None:
        """Raise to critical."""
        self._do(partial(_room, "escalate", alert_ids=_ids(open_alerts)), open_alerts, leaves=False)

    def suppress(self, alert: AlertRow, anchor: QWidget) -> None:
        """Keep the alert's customer from being emailed for a while."""
        customer_id = alert.customer_id
        if customer_id is None:
            return

        def send(until: date, why: str) -> None:
            work = partial(_room, "suppress", customer_id=customer_id, until=until, why=why)
            self._do(work, [alert], leaves=False)

        today = self._book.workspace.clock.today()
        panel = panels.suppress_panel(self._theme, self._window, alert.customer, today, send)
        self._open(panel, anchor)

    def override(self, alert: AlertRow, detail: AlertDetail | None, anchor: QWidget) -> None:
        """V: set a score of the alert's customer by hand."""
        customer_id = alert.customer_id
        if customer_id is None:
            return
        figures = detail.figures if detail is not None else None
        asked = Asked(customer_id, alert.customer, figures, figures.currency if figures is not None else alert.currency)
        ask_override(self._book, self._theme, self._window, asked, anchor)

    def end_override(self, alert: AlertRow | None, figure: str) -> None:
        """Let the computed figure of the alert's customer count again."""
        if alert is not None and alert.customer_id is not None:
            self._book.act(partial(end_override, customer_id=alert.customer_id, figure=figure))

    def _open_file(self, path: Path) -> None:
        if not self.open_link(QUrl.fromLocalFile(str(path))):
            self._book.told.emit(f"No calendar app opened the meeting. The file is {path}")

    @property
    def _window(self) -> QWidget:
        return self._page.window()

    def _now(self) -> datetime:
        return self._book.workspace.clock.now().astimezone()

    def _until(
        self,
        title: str,
        choices: Sequence[Choice],
        foot: str,
        action: str,
        open_alerts: Sequence[AlertRow],
        anchor: QWidget,
    ) -> None:
        def act(until: Until) -> None:
            work = partial(_room, action, alert_ids=_ids(open_alerts), until=until.until, condition=until.condition)
            self._do(work, open_alerts, leaves=True)

        def chosen(value: object) -> None:
            if isinstance(value, Until):
                act(value)
                return
            today = self._book.workspace.clock.today()
            panel = panels.date_panel(self._theme, self._window, title, today, lambda day: act(Until(day)), foot)
            self._open(panel, anchor)

        self._choose(title, choices, chosen, anchor, foot)

    def _choose(
        self,
        title: str,
        choices: Sequence[Choice],
        chosen: Callable[[Any], None],
        anchor: QWidget,
        foot: str = "",
    ) -> None:
        self._open(panels.choice_panel(self._theme, self._window, title, choices, chosen, foot), anchor)

    def _open(self, panel: Overlay, anchor: QWidget) -> None:
        panel.open_under(anchor)

    def _do(self, action: Callable[[Workspace], Changes], open_alerts: Sequence[AlertRow], *, leaves: bool) -> None:
        self.finished.emit(_ids(open_alerts), leaves)
        self._book.act(action)


def _ids(open_alerts: Sequence[AlertRow]) -> list[int]:
    return [alert.id for alert in open_alerts]


def _invitation(workspace: Workspace, title: str, begins: datetime, minutes: int, about: str) -> Path:
    from services import alerting

    return alerting.write_invitation(workspace, title, begins, minutes, about)


def _edit(workspace: Workspace, customer_id: int, fields: dict[str, str]) -> Changes:
    from services.sync import edit_customer

    return edit_customer(workspace, customer_id, fields)


def _room(action: str, workspace: Workspace, **arguments: Any) -> Changes:
    """One of the alerting room's actions. The room is imported here, in the writer's lane: it takes 0.3 s."""
    from services import alerting

    done = getattr(alerting, action)(workspace, **arguments)
    assert isinstance(done, Changes)
    return done
