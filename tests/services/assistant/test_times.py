"""Which days the words for times mean."""

from __future__ import annotations

from datetime import date
from typing import Final

import pytest

from services.assistant.times import time_at
from services.assistant.tokens import tokens_of

TODAY: Final = date(2026, 11, 20)  # a Friday


@pytest.mark.parametrize(
    ("said", "period"),
    [
        ("last winter", "2025-12-01..2026-02-28"),
        ("this autumn", "2026-09-01..2026-11-30"),
        ("since the summer", "2026-06-01..2026-11-20"),
        ("in spring 2025", "2025-03-01..2025-05-31"),
        ("last summer", "2026-06-01..2026-08-31"),
        ("since Christmas", "2025-12-25..2026-11-20"),
        ("on Monday", "2026-11-16..2026-11-16"),
        ("since Tuesday", "2026-11-17..2026-11-20"),
        ("last weekend", "2026-11-14..2026-11-15"),
        ("overnight", "2026-11-19..2026-11-20"),
        ("this morning", "2026-11-20..2026-11-20"),
        ("the week before last", "2026-11-02..2026-11-08"),
        ("h1 2026", "2026-01-01..2026-06-30"),
        ("in the first half of the year", "2026-01-01..2026-06-30"),
        ("in the second half of 2025", "2025-07-01..2025-12-31"),
    ],
)
def test_a_time_that_has_been(said: str, period: str) -> None:
    tokens = tokens_of(said)
    found = time_at(tokens, 0, TODAY)
    assert found is not None
    assert (found[0], found[1].text) == (len(tokens), period)


@pytest.mark.parametrize(
    ("said", "first", "last"),
    [
        ("before Christmas", date(2026, 11, 21), date(2026, 12, 24)),
        ("before Thanksgiving", date(2026, 11, 21), date(2026, 11, 25)),
        ("by the end of the month", date(2026, 11, 21), date(2026, 11, 30)),
        ("next summer", date(2027, 6, 1), date(2027, 8, 31)),
        ("by Tuesday", date(2026, 11, 20), date(2026, 11, 24)),
    ],
)
def test_a_time_to_come(said: str, first: date, last: date) -> None:
    tokens = tokens_of(said)
    found = next(time for at in range(len(tokens)) if (time := time_at(tokens, at, TODAY)) is not None)
    assert (found[1].text, found[1].first, found[1].last) == ("", first, last)


def test_who_has_not_bought_since_the_summer_bought_nothing_after_it() -> None:
    tokens = tokens_of("who has not ordered since the summer")
    found = time_at(tokens, 4, TODAY)
    assert found is not None and found[1].text == "2026-09-01..2026-11-20"


@pytest.mark.parametrize("said", ["revenue on weekends", "orders on mondays", "sales fall"])
def test_a_habit_and_a_verb_are_no_times(said: str) -> None:
    tokens = tokens_of(said)
    assert all(time_at(tokens, at, TODAY) is None for at in range(len(tokens)))
