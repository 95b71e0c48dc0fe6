"""Where the ticks of an axis stand: round steps of a figure, and months or weeks of a span of days."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from views.theme import fonts
from views.words import MONTHS

#: Months between two ticks; below the first, weeks.
_MONTHS = (1, 2, 3, 6, 12, 24, 60)
_MONTH_DAYS = 30.4


def round_step(rough: float) -> float:
    """The round number (1, 2, 3, 5 times a power of ten) next above."""
    size = 1.0
    while size * 10 <= rough:
        size *= 10
    return next((size * factor for factor in (1, 2, 3, 5) if size * factor >= rough), size * 10)


def levels(highest: float) -> tuple[float, float]:
    """The step between two lines, and the topmost of two to four lines: the lowest that holds the highest amount."""
    found = [(round_step(highest / lines), lines) for lines in (2, 3, 4)]
    step, lines = min(found, key=lambda one: one[0] * one[1])
    return step, step * lines


def level_ticks(step: float, top: float, words: Callable[[float], str]) -> list[tuple[float, str]]:
    """A tick at every step from nothing to the top."""
    return [(step * number, words(step * number)) for number in range(round(top / step) + 1)]


def left_margin(ticks: list[tuple[float, str]]) -> float:
    """Pixels that the widest of these words takes at the left of a chart."""
    return max((fonts.width(words, fonts.SMALL) for _value, words in ticks), default=0.0) + 10


def day_ticks(origin: date, span: tuple[float, float], wide: float) -> list[tuple[float, str]]:
    """Ticks at the first day of months, or at weeks where less than two months are shown.

    Parameters
    ----------
    origin : the day that is 0.
    span : first and last day that are shown, in days from then on.
    wide : pixels for them; the words of two ticks never touch.
    """
    first, last = origin + timedelta(days=round(span[0])), origin + timedelta(days=round(span[1]))
    days = max((last - first).days, 1)
    room = 62.0
    if days < 2 * _MONTH_DAYS:
        step = 7 * max(1, -int(-days * room // (wide * 7)))
        found = [first + timedelta(days=number) for number in range(0, days + 1, step)]
        return [((day - origin).days, f"{day.day} {MONTHS[day.month - 1]}") for day in found]
    # Where none has the room there is one tick.
    every = next((one for one in _MONTHS if one * _MONTH_DAYS / days * wide >= room), days)
    number = first.year * 12 + first.month - 1 + (first.day > 1)
    found = []
    while (day := date(number // 12, number % 12 + 1, 1)) <= last:
        found.append(day)
        number += every
    return [((day - origin).days, MONTHS[day.month - 1] if every < 12 else str(day.year)) for day in found]
