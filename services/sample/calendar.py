"""The book's calendar: days as numbers from the history's first day, and the texts that the exports show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from services.sample.recipe import Floats, Ints

BEFORE = 1_000  # customers may have signed up this many days before the history begins
AFTER = 500  # renewals and expected closes may lie this many days after it


@dataclass(frozen=True, slots=True)
class Calendar:
    """Day 0 is the history's first day, `last` the as-of day."""

    first_on: date
    last: int
    iso: Sequence[str]
    dotted: Sequence[str]
    month: Ints  # 0–11 of each day from 0 to last
    weekday: Ints  # Monday is 0

    def on(self, day: int) -> date:
        """Return the date of a day."""
        return self.first_on + timedelta(days=int(day))

    def dates(self, days: Ints) -> list[str]:
        """Return days as ISO dates."""
        iso = self.iso
        return [iso[day] for day in (days + BEFORE).tolist()]

    def moments(self, days: Ints, seconds: Ints) -> list[str]:
        """Return days and seconds of the day as ISO moments in UTC."""
        iso = self.iso
        return [
            f"{iso[day]}T{CLOCK[second]}Z"
            for day, second in zip((days + BEFORE).tolist(), seconds.tolist(), strict=True)
        ]

    def dotted_minutes(self, days: Ints, seconds: Ints) -> list[str]:
        """Return days and seconds of the day as naive local times, 18.09.2026 14:05."""
        dotted = self.dotted
        return [
            f"{dotted[day]} {CLOCK[second][:5]}"
            for day, second in zip((days + BEFORE).tolist(), seconds.tolist(), strict=True)
        ]


CLOCK = tuple(f"{s // 3600:02d}:{s // 60 % 60:02d}:{s % 60:02d}" for s in range(86_400))


def make_calendar(as_of: date, history_days: int) -> Calendar:
    """Return the calendar of a history that ends with `as_of`."""
    first_on = as_of - timedelta(days=history_days - 1)
    shown = [first_on + timedelta(days=d) for d in range(-BEFORE, history_days + AFTER)]
    inside = shown[BEFORE : BEFORE + history_days]
    return Calendar(
        first_on=first_on,
        last=history_days - 1,
        iso=tuple(day.isoformat() for day in shown),
        dotted=tuple(f"{day.day:02d}.{day.month:02d}.{day.year:04d}" for day in shown),
        month=np.array([day.month - 1 for day in inside], dtype=np.int64),
        weekday=np.array([day.weekday() for day in inside], dtype=np.int64),
    )


def seconds_of_day(rng: np.random.Generator, size: int) -> Ints:
    """Draw times between eight and nine in the evening, most of them around midday."""
    hours: Floats = 8.0 + 13.0 * rng.beta(1.8, 2.0, size)
    return (hours * 3600).astype(np.int64)
