"""The small panels of the actions: until when, with which outcome, why not, which task."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial

from PySide6.QtCore import QDate, QDateTime
from PySide6.QtWidgets import QComboBox, QLineEdit, QWidget
from shiboken6 import isValid

from models.values.alerts import AlertRow
from services.settings import Policy
from views.background import Desk, Failed
from views.shell.book import Book
from views.shell.owner_box import OwnerBox, owner_named
from views.theme import Theme
from views.widgets.date_field import MomentField, date_field
from views.widgets.overlay import Choice, ChoicePanel, FormPanel, text_field
from views.words import WEEKDAYS, days, short_day

KEEPS_RUNNING = "Snoozing does not move the due time."
STOPS = "The due time is paused while you wait on the customer."
PICK = "pick"
_CAME_BACK = Choice("Came back", "they ordered", "came_back")
_SOLVED = Choice("Solved", "their complaint is settled", "solved")
_KEPT = (Choice("Saved", "you kept them", "saved"), Choice("Lost", "they left", "lost"))
_NOTHING = (
    Choice("No issue", "nothing was wrong", "no_issue"),
    Choice("I know this already", "no verdict on the rule", "known"),
)
#: Rules about what a customer complained of.
_COMPLAINTS = frozenset(
    {
        "distress", "urgent_ticket", "unhappy_tickets", "repeated_trouble", "bad_review", "unhappy_mention",
        "satisfaction_falling",
    }
)  # fmt: skip
WHY_NOT = (
    Choice("This is normal for them", "", "normal for this customer"),
    Choice("The data is wrong", "", "wrong data"),
    Choice("Not worth my time", "", "not worth the time"),
    Choice("Another reason…", "", PICK),
)


@dataclass(frozen=True, slots=True)
class Until:
    """When something comes back: a day or moment, a condition, or both."""

    until: date | datetime | None = None
    condition: str | None = None


def outcome_choices(open_alerts: Sequence[AlertRow]) -> list[Choice]:
    """What R offers: outcomes that fit what each of the alerts is about."""
    found = [_outcomes_of(alert) for alert in open_alerts]
    return [choice for choice in found[0] if all(choice in others for others in found)]


def _outcomes_of(alert: AlertRow) -> tuple[Choice, ...]:
    if alert.rule in _COMPLAINTS:
        return (_SOLVED, *_KEPT, *_NOTHING)
    if alert.kind == "data" or alert.customer_id is None:
        return (Choice("Solved", "it is put right", "solved"), *_NOTHING)
    if alert.kind == "opportunity":
        return (_CAME_BACK, *_NOTHING)
    return (_CAME_BACK, *_KEPT, *_NOTHING)


def snooze_choices(policy: Policy, now: datetime) -> list[Choice]:
    """What S offers, with the moments that it means.

    Parameters
    ----------
    now : local and aware; "later today" is two hours on, at the next full quarter.
    """
    latest = f"or {days(policy.snooze_latest_days)}"
    choices = []
    later = _quarter(now + timedelta(hours=2))
    if later.date() == now.date() and later.hour < 22:
        choices.append(Choice("Later today", later.strftime("%H:%M"), Until(later)))
    working = next_working_day(policy, now.date())
    opens = f"{_weekday(working)} {policy.business_hours.opens:%H:%M}"
    choices.append(Choice("Next working day", opens, Until(working)))
    week = now.date() + timedelta(days=7)
    choices.append(Choice("In a week", f"{_weekday(week)} {short_day(week, now.date())}", Until(week)))
    choices.append(Choice("They order again", latest, Until(condition="next_order")))
    choices.append(Choice("It gets worse", latest, Until(condition="worse")))
    choices.append(Choice("Pick a date…", "", PICK))
    return choices


def wait_choices(policy: Policy) -> list[Choice]:
    """What W offers."""
    latest = f"or {days(policy.snooze_latest_days)}"
    return [
        Choice("They reply", latest, Until(condition="reply")),
        Choice("They order again", latest, Until(condition="next_order")),
        Choice("Until a date…", "", PICK),
    ]


def next_working_day(policy: Policy, today: date) -> date:
    """The next day after ``today`` with business hours."""
    return policy.business_hours.working_day(today + timedelta(days=1))


def choice_panel(
    theme: Theme,
    window: QWidget,
    title: str,
    choices: Sequence[Choice],
    chosen: Callable[[object], None],
    foot: str = "",
) -> ChoicePanel:
    """A numbered choice."""
    return ChoicePanel(theme, window, title, choices, chosen, foot)


def date_panel(
    theme: Theme, window: QWidget, title: str, today: date, chosen: Callable[[date], None], foot: str
) -> FormPanel:
    """A day after today."""
    tomorrow = QDate(today.year, today.month, today.day).addDays(1)
    field = date_field(tomorrow.addDays(6), tomorrow)

    def send(panel: FormPanel) -> None:
        panel.dismiss()
        chosen(_python_date(field.date()))

    panel = FormPanel(theme, window, title, "Choose", send, foot)
    panel.add("Day", field)
    return panel.done()


def task_panel(
    theme: Theme, window: QWidget, title: str, today: date, due: date, send: Callable[[str, date], None]
) -> FormPanel:
    """Title and day of a task; the title is proposed."""
    words = QLineEdit(title)
    words.setMaxLength(200)
    field = date_field(QDate(due.year, due.month, due.day), QDate(today.year, today.month, today.day))

    def sent(panel: FormPanel) -> None:
        text = words.text().strip()
        if not text:
            panel.object_to("Enter what needs doing.")
            words.setFocus()
            return
        panel.dismiss()
        send(text, _python_date(field.date()))

    panel = FormPanel(theme, window, "Add a task", "Add task", sent)
    panel.add("What needs doing", words)
    panel.add("Due on", field)
    words.selectAll()
    return panel.done()


def meeting_panel(
    theme: Theme,
    window: QWidget,
    title: str,
    now: datetime,
    begins: datetime,
    send: Callable[[str, datetime, int], None],
) -> FormPanel:
    """Title, moment and length of a meeting; ``now`` and ``begins`` are of this computer's zone, as what is sent is."""
    words = QLineEdit(title)
    words.setMaxLength(200)
    moment = MomentField(_qt_moment(begins))
    moment.setMinimumDateTime(_qt_moment(now))
    moment.setDisplayFormat("ddd d MMM yyyy, HH:mm")
    moment.setCalendarPopup(True)
    length = QComboBox()
    for minutes in (15, 30, 45, 60, 90):
        length.addItem(f"{minutes} minutes", minutes)
    length.setCurrentIndex(1)

    def sent(panel: FormPanel) -> None:
        if not words.text().strip():
            panel.object_to("Enter what the meeting is about.")
            words.setFocus()
            return
        panel.dismiss()
        # A local time without a zone takes the offset of its own day: the clocks may change until then.
        at = moment.dateTime().toPython().astimezone()  # type: ignore[attr-defined]
        send(words.text().strip(), at, int(length.currentData()))

    foot = "Bellwether adds a task and opens the meeting in your calendar."
    panel = FormPanel(theme, window, "Plan a meeting", "Plan meeting", sent, foot)
    panel.add("Subject", words)
    panel.add("Start", moment)
    panel.add("Length", length)
    words.selectAll()
    return panel.done()


def note_panel(
    theme: Theme, window: QWidget, title: str, button: str, objection: str, send: Callable[[str], None]
) -> FormPanel:
    """A text of a few lines; Ctrl+Enter sends it."""
    field = text_field("")

    def sent(panel: FormPanel) -> None:
        text = field.toPlainText().strip()
        if not text:
            panel.object_to(objection)
            field.setFocus()
            return
        panel.dismiss()
        send(text)

    panel = FormPanel(theme, window, title, button, sent)
    panel.add("In your words", field)
    return panel.done()


def assign_panel(theme: Theme, window: QWidget, book: Book, desk: Desk, send: Callable[[str], None]) -> FormPanel:
    """Who takes the alerts over: a known owner, or a new one who is asked for twice."""
    field = OwnerBox(theme, "Name", "Assign", book)

    def sent(panel: FormPanel) -> None:
        def refuse(failed: Failed) -> None:
            if isValid(panel) and panel.isVisible():
                panel.object_to(field.objection(failed))

        def named(name: str) -> None:
            if isValid(panel) and panel.isVisible():
                panel.dismiss()
                send(name)

        if not field.line.text().strip():
            panel.object_to("Enter who is taking over.")
            return
        desk.read("owner", partial(owner_named, book.workspace, field.line.text(), field.new), named, refuse)

    panel = FormPanel(theme, window, "Assign to", "Assign", sent, "The due time stays the same.")
    panel.add("Name", field)
    return panel.done()


def suppress_panel(
    theme: Theme, window: QWidget, customer: str, today: date, send: Callable[[date, str], None]
) -> FormPanel:
    """Until when a customer is not emailed, and why."""
    start = QDate(today.year, today.month, today.day)
    until = date_field(start.addMonths(3), start.addDays(1))
    why = QLineEdit()

    def sent(panel: FormPanel) -> None:
        if not why.text().strip():
            panel.object_to("Give a short reason; it is shown next to the date.")
            why.setFocus()
            return
        panel.dismiss()
        send(_python_date(until.date()), why.text().strip())

    panel = FormPanel(theme, window, f"Suppress emails to {customer}", "Suppress", sent, "Alerts are still raised.")
    panel.add("Why", why)
    panel.add("Until", until)
    return panel.done()


def _python_date(day: QDate) -> date:
    return date(day.year(), day.month(), day.day())


def _qt_moment(moment: datetime) -> QDateTime:
    return QDateTime(moment.year, moment.month, moment.day, moment.hour, moment.minute, 0)


def _weekday(day: date) -> str:
    return WEEKDAYS[day.weekday()]


def _quarter(moment: datetime) -> datetime:
    """The next full quarter of an hour."""
    over = moment.minute % 15
    return moment.replace(second=0, microsecond=0) + timedelta(minutes=(15 - over) % 15)
