"""Time limits in business hours: when an alert is due, and what is left of its limit.

All functions are pure: moments in UTC go in and come out, the calendar is an argument. A working day is the span from
`opens` to `closes` on the owner's wall clock; time is counted as it passes (in UTC), so that a day on which the clocks
are changed counts what it truly held.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from models.values.alerts import Severity
from models.values.errors import UserError
from models.values.words import stored
from services.settings import Policy

_LONGEST_GAP_DAYS = 366
#: What a term leaves to whoever answers, once it is over.
_AT_ONCE = timedelta(hours=1)


@dataclass(frozen=True)
class BusinessCalendar:
    """The hours in which a limit runs.

    Parameters
    ----------
    opens, closes
        Wall-clock times; `opens` lies before `closes`.
    weekdays
        Working days, Monday = 0.
    zone
        The owner's time zone.
    holidays
        Days on which nothing runs.
    """

    opens: time = time(9)
    closes: time = time(17)
    weekdays: frozenset[int] = field(default_factory=lambda: frozenset(range(5)))
    zone: tzinfo = UTC
    holidays: frozenset[date] = frozenset()

    def hours_of(self, day: date) -> tuple[datetime, datetime] | None:
        """The working span of a day as two moments in UTC, or None on a day off."""
        if day.weekday() not in self.weekdays or day in self.holidays:
            return None
        begins = datetime.combine(day, self.opens, self.zone).astimezone(UTC)
        ends = datetime.combine(day, self.closes, self.zone).astimezone(UTC)
        return (begins, ends) if begins < ends else None

    def spans_from(self, moment: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Working spans from `moment` on, the first one cut off at it."""
        day = moment.astimezone(self.zone).date()
        idle_days = 0
        while idle_days <= _LONGEST_GAP_DAYS:
            span = self.hours_of(day)
            if span is not None and span[1] > moment:
                idle_days = 0
                yield max(span[0], moment), span[1]
            else:
                idle_days += 1
            if day == date.max:
                return
            day += timedelta(days=1)
        raise UserError("The holidays leave no working days within a year; correct them in Settings.")


def due_after(start: datetime, limit: timedelta, calendar: BusinessCalendar) -> datetime:
    """The moment at which `limit` of business time has passed since `start`.

    A limit that is used up at closing time is due then, not at the next opening. A limit of zero is due at once.

    Parameters
    ----------
    start
        An aware moment.
    limit
        Business time; not negative.
    calendar
        The owner's business hours.

    Raises
    ------
    UserError
        Where the calendar has no working day within a year.
    """
    start = start.astimezone(UTC)
    if limit <= timedelta(0):
        return start
    left = limit
    due = start
    for begins, ends in calendar.spans_from(start):
        due = begins + left
        if due <= ends:
            break
        left -= ends - begins
    return due


def business_time(start: datetime, end: datetime, calendar: BusinessCalendar) -> timedelta:
    """Business time between two moments; negative where `end` lies before `start`."""
    start, end = start.astimezone(UTC), end.astimezone(UTC)
    if end < start:
        return -business_time(end, start, calendar)
    passed = timedelta(0)
    if end == start:
        return passed
    for begins, ends in calendar.spans_from(start):
        if begins >= end:
            break
        passed += min(ends, end) - begins
    return passed


def remaining(now: datetime, due: datetime, calendar: BusinessCalendar) -> timedelta:
    """What is left of a limit when its clock stops; zero where it was missed already."""
    return max(timedelta(0), business_time(now, due, calendar))


def due_when_resumed(now: datetime, due: datetime, left: timedelta, calendar: BusinessCalendar) -> datetime:
    """The new due time of a clock that runs again: what was left counts from now; a missed limit stays missed."""
    return due if left <= timedelta(0) else due_after(now, left, calendar)


class DueTimes:
    """Due times of alerts that are raised at one moment, by severity and the owner's zone."""

    def __init__(self, policy: Policy, now: datetime) -> None:
        self._policy = policy
        self._now = now
        self._calendars: dict[str | None, BusinessCalendar] = {}
        self._due: dict[tuple[int, str | None], str] = {}

    def calendar(self, owner: str | None) -> BusinessCalendar:
        """The business hours of an owner."""
        if owner not in self._calendars:
            hours = self._policy.business_hours
            self._calendars[owner] = BusinessCalendar(
                opens=hours.opens,
                closes=hours.closes,
                weekdays=frozenset(hours.weekdays),
                zone=self._policy.zone_of(owner),
                holidays=frozenset(hours.holidays),
            )
        return self._calendars[owner]

    def of(self, severity: int, owner: str | None) -> str:
        """The due time, as the store writes moments, of an alert of this severity (4 critical … 1 low)."""
        due = self._due.get((severity, owner))
        if due is None:
            limit = timedelta(hours=self._policy.sla_hours.of(Severity(severity).name.lower()))
            due = stored(due_after(self._now, limit, self.calendar(owner)))
            self._due[severity, owner] = due
        return due

    def within(self, day: date, owner: str | None) -> str:
        """When the last working hours up to the end of a day are over; if none are left, a working hour from now."""
        calendar = self.calendar(owner)
        today = self._now.astimezone(calendar.zone).date()
        days = (day - timedelta(days=back) for back in range((day - today).days + 1))
        spans = (span for one in days if (span := calendar.hours_of(one)) is not None and span[1] > self._now)
        ends = next((ends for _, ends in spans), None)
        return stored(ends or due_after(self._now, _AT_ONCE, calendar))
