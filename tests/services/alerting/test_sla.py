"""Laws of the business clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.values.errors import UserError
from services.alerting.sla import BusinessCalendar, business_time, due_after, due_when_resumed, remaining

VIENNA = BusinessCalendar(zone=ZoneInfo("Europe/Vienna"))
calendars = st.builds(
    BusinessCalendar,
    opens=st.sampled_from([time(0), time(1, 30), time(8), time(9)]),
    closes=st.sampled_from([time(12), time(17), time(23, 59)]),
    weekdays=st.frozensets(st.integers(0, 6), min_size=1),
    zone=st.sampled_from(
        [ZoneInfo(n) for n in ("UTC", "Europe/Vienna", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata")]
    ),
    holidays=st.frozensets(st.dates(date(2025, 1, 1), date(2027, 12, 31)), max_size=5),
)
moments = st.integers(0, 76_000_000).map(lambda s: datetime(2025, 1, 1, tzinfo=UTC) + timedelta(seconds=s))
limits = st.integers(1, 60 * 60 * 60).map(lambda seconds: timedelta(seconds=seconds))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_a_limit_of_four_hours_raised_on_friday_afternoon_is_due_on_monday_morning() -> None:
    raised = at("2026-11-20 14:00")  # Friday 15:00 in Vienna: two hours are left that day
    assert due_after(raised, timedelta(hours=4), VIENNA) == at("2026-11-23 10:00")


def test_a_holiday_does_not_count() -> None:
    calendar = BusinessCalendar(zone=ZoneInfo("Europe/Vienna"), holidays=frozenset({date(2026, 11, 23)}))
    assert due_after(at("2026-11-20 14:00"), timedelta(hours=4), calendar) == at("2026-11-24 10:00")


def test_the_wall_clock_holds_over_the_change_of_the_clocks() -> None:
    friday = at("2026-03-27 15:30")  # 16:30 in Vienna, in winter time
    assert due_after(friday, timedelta(hours=1), VIENNA) == at("2026-03-30 07:30")  # 9:30, in summer time


def test_a_limit_that_ends_at_closing_time_is_due_at_closing_time() -> None:
    assert due_after(at("2026-11-18 08:00"), timedelta(hours=8), VIENNA) == at("2026-11-18 16:00")


@settings(max_examples=60, deadline=None)
@given(moments, limits, calendars)
def test_the_business_time_until_due_is_the_limit(
    start: datetime, limit: timedelta, calendar: BusinessCalendar
) -> None:
    assert business_time(start, due_after(start, limit, calendar), calendar) == limit


@settings(max_examples=60, deadline=None)
@given(moments, limits, limits, calendars)
def test_limits_add_up(start: datetime, one: timedelta, two: timedelta, calendar: BusinessCalendar) -> None:
    assert due_after(due_after(start, one, calendar), two, calendar) == due_after(start, one + two, calendar)


@settings(max_examples=60, deadline=None)
@given(moments, moments, moments, calendars)
def test_business_time_is_additive_and_antisymmetric(
    a: datetime, b: datetime, c: datetime, calendar: BusinessCalendar
) -> None:
    assert business_time(a, b, calendar) == -business_time(b, a, calendar)
    assert business_time(a, b, calendar) + business_time(b, c, calendar) == business_time(a, c, calendar)


@settings(max_examples=60, deadline=None)
@given(moments, limits, st.integers(0, 10**6), st.integers(0, 10**7), calendars)
def test_a_stopped_clock_keeps_what_was_left(
    start: datetime, limit: timedelta, stop_s: int, pause_s: int, calendar: BusinessCalendar
) -> None:
    due = due_after(start, limit, calendar)
    stopped = start + timedelta(seconds=stop_s)
    left = remaining(stopped, due, calendar)
    resumed = stopped + timedelta(seconds=pause_s)
    again = due_when_resumed(resumed, due, left, calendar)
    if left:
        assert again >= due
        assert remaining(resumed, again, calendar) == left
        assert due_when_resumed(stopped, due, left, calendar) == due
    else:
        assert again == due


def test_a_calendar_without_any_working_day_says_so() -> None:
    year = frozenset(date(2026, 1, 1) + timedelta(days=n) for n in range(1200))
    with pytest.raises(UserError, match="no working day"):
        due_after(at("2026-01-01 09:00"), timedelta(hours=1), BusinessCalendar(holidays=year))
