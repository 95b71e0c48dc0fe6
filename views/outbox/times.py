"""The moments to which an email can be put off."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta

from PySide6.QtCore import QDate, QDateTime, QTime
from PySide6.QtWidgets import QDateTimeEdit, QWidget

from services.settings import Policy
from views.theme import Theme
from views.widgets.date_field import MomentField
from views.widgets.overlay import Choice, FormPanel
from views.words import WEEKDAYS, short_day

PICK = "pick"


def choices(policy: Policy, now: datetime) -> list[Choice]:
    """What can be chosen, each with its moment. ``now`` is local and aware."""
    found = [Choice("Now", "without waiting", None)]
    soon = quarter(now + timedelta(hours=1))
    found.append(Choice("In an hour", f"{soon:%H:%M}", soon))
    morning = next_opening(policy, now)
    found.append(Choice("Next working morning", _words(morning, now), morning))
    week = datetime.combine(now.date() + timedelta(days=7), policy.business_hours.opens, now.tzinfo)
    found.append(Choice("In a week", _words(week, now), week))
    found.append(Choice("Pick a time…", "", PICK))
    return found


def next_opening(policy: Policy, now: datetime) -> datetime:
    """When the next working day after today begins."""
    hours = policy.business_hours
    day = now.date() + timedelta(days=1)
    while day.weekday() not in hours.weekdays or day in hours.holidays:
        day += timedelta(days=1)
    return datetime.combine(day, hours.opens, now.tzinfo)


def quarter(moment: datetime) -> datetime:
    """The next full quarter of an hour."""
    floor = moment.replace(minute=moment.minute - moment.minute % 15, second=0, microsecond=0)
    return floor if floor == moment else floor + timedelta(minutes=15)


def time_panel(theme: Theme, window: QWidget, now: datetime, send: Callable[[datetime], None]) -> FormPanel:
    """A panel that asks for day and time, not before now."""
    first = quarter(now + timedelta(hours=1))
    field = MomentField(_qt(first))
    field.setMinimumDateTime(_qt(now))
    field.setCalendarPopup(True)
    field.setDisplayFormat("ddd d MMM yyyy, HH:mm")

    def sent(panel: FormPanel) -> None:
        day, at = field.date(), field.time()
        chosen = datetime(day.year(), day.month(), day.day(), at.hour(), at.minute()).astimezone(now.tzinfo)
        if chosen <= now:
            panel.object_to("That time is past. Choose a later one.")
            return
        panel.dismiss()
        send(chosen)

    foot = "Quiet hours and the frequency cap still apply."
    return _filled(FormPanel(theme, window, "Send it at", "Change the time", sent, foot), field)


def _filled(panel: FormPanel, field: QDateTimeEdit) -> FormPanel:
    panel.add("Day and time", field)
    return panel.done()


def _qt(moment: datetime) -> QDateTime:
    return QDateTime(QDate(moment.year, moment.month, moment.day), QTime(moment.hour, moment.minute))


def _words(moment: datetime, now: datetime) -> str:
    day = f"{WEEKDAYS[moment.weekday()]} {short_day(moment.date(), now.date())}"
    return f"{day}, {moment:%H:%M}" if moment.timetz() != time() else day
