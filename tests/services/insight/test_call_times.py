"""When customers want to be called, as their contacts' hours, notes and their own words say it."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

import pytest

from models.values.reaching import CallTimes
from services.insight.call_times import call_day, call_until, call_words, of_hours, read_call_times, said_in, when_words
from services.settings import Policy
from tests.services.insight.conftest import Fresh, SmallBook, days_ago

NOON = time(12)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("before 10", CallTimes(ends=time(10))),
        ("afternoons", CallTimes(begins=NOON)),
        ("Mon to Wed", CallTimes(weekdays=(0, 1, 2))),
        ("9-11", CallTimes(time(9), time(11))),
        ("9:30–11:00", CallTimes(time(9, 30), time(11))),
        ("after 2 pm", CallTimes(begins=time(14))),
        ("after 2", CallTimes(begins=time(14))),
        ("2-4 pm", CallTimes(time(14), time(16))),
        ("Tuesdays, mornings", CallTimes(ends=NOON, weekdays=(1,))),
        ("vormittags", CallTimes(ends=NOON)),
        ("not before 10", CallTimes(begins=time(10))),
        ("Mon to Wed, not before 10", CallTimes(begins=time(10), weekdays=(0, 1, 2))),
        ("not on Mondays", CallTimes(weekdays=(1, 2, 3, 4, 5, 6))),
        ("Mondays, never after 4", CallTimes(ends=time(16), weekdays=(0,))),
        ("mornings, not afternoons", CallTimes(ends=NOON)),
        ("not before 9 am, not after 4 pm", CallTimes(time(9), time(16))),
        ("before 10, after 4", CallTimes(ends=time(10))),
        ("not between 12 and 1 pm", None),
        ("any time", None),
        ("ask Dana", None),
    ],
)
def test_hours_of_a_contact(text: str, found: CallTimes | None) -> None:
    assert of_hours(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Prefers a call before noon", CallTimes(ends=NOON)),
        ("Spoke with Dana. She prefers calls before noon.", CallTimes(ends=NOON)),
        ("Please call me after 14:30, I am in the shop until then", CallTimes(begins=time(14, 30))),
        ("Best reached by phone in the mornings", CallTimes(ends=NOON)),
        ("Never call before 10", CallTimes(begins=time(10))),
        ("Do not call in the afternoon", CallTimes(ends=NOON)),
        ("Called before noon, no answer", None),
        ("We called her before noon", None),
        ("Please call me tomorrow before noon", None),
        ("Please call before Friday", None),
        ("The parcel came before noon", None),
        ("I prefer the blue one, delivered before noon", None),
        ("Please call us", None),
        ("They ordered 12 pairs after 3 calls", None),
        ("Please call me about the 2 to 3 pallets", None),
        ("Please call us about pallets 2 to 3.", None),
        ("We asked for a call, and we'd rather renew after 12 months", None),
        ("Please call me about what is left from 2 to 3 pallets, after 5 pm", CallTimes(begins=time(17))),
        ("Best to call between 9 and 11, please", CallTimes(time(9), time(11))),
        ("Please call me after 14 Uhr", CallTimes(begins=time(14))),
        ("Please call me between 2 and 4 o'clock", CallTimes(time(14), time(16))),
    ],
)
def test_a_preference_that_somebody_said(text: str, found: CallTimes | None) -> None:
    assert said_in(text) == found


def test_what_we_wrote_is_not_the_customers_wish(book: SmallBook, reader: Fresh) -> None:
    number = book.customer()
    said = {"text": "Please call me back before 5 pm", "happened_on": days_ago(3), "channel": "Chat"}
    book.event("conversations", number, **said, direction="to_customer")
    assert reader(read_call_times, number) is None
    book.event("conversations", number, **said, direction="from_customer")
    assert reader(read_call_times, number) == CallTimes(ends=time(17))


def test_the_call_is_for_the_next_day_on_which_it_can_be_made() -> None:
    policy, today = Policy(), date(2026, 11, 19)  # a Thursday
    early, late = (datetime(2026, 11, 19, hour, tzinfo=UTC) for hour in (9, 13))
    before_noon, monday = CallTimes(ends=NOON), CallTimes(weekdays=(0,))
    assert call_day(policy, None, early, before_noon) == today
    assert call_day(policy, None, late, before_noon) == date(2026, 11, 20)
    assert call_day(policy, None, early, monday) == date(2026, 11, 23)
    assert call_until(policy, None, today, before_noon) == datetime.combine(today, NOON, policy.zone_of(None))
    assert call_until(policy, None, today, None) == datetime.combine(today, time(17), policy.zone_of(None))
    assert when_words(today, today, before_noon) == "before 12:00"
    assert when_words(date(2026, 11, 23), today, monday) == "Monday"
    assert when_words(today, today, None) == ""
    assert call_words("+1 303", "before 12:00") == "Call before 12:00: +1 303"
    assert call_words("+1 303", "") == "Call +1 303"
    assert call_words("", "before 12:00") == ""
