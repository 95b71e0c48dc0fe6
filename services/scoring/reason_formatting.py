"""Words that reasons share: numbers of things, lengths of time, and the JSON of a reason up to its points."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from models.values.words import count as plural
from models.values.words import day as day_words
from services.scoring.series import EPOCH

Floats = NDArray[np.float64]


_MOST_RATINGS = 10_000
#: Decimals of the usual gap in the public table, from which the other rooms word it.
GAP_DIGITS = 1


def whole(values: Floats) -> NDArray[np.int64]:
    """Numbers as words have them: a half is rounded away from zero, nan is 0."""
    known = np.nan_to_num(values)
    return (np.sign(known) * np.floor(np.abs(known) + 0.5)).astype(np.int64)


def gap_days(usual_gap: Floats) -> Floats:
    """Usual gaps as the public table has them: a reason and a figure beside it are rounded from the same number."""
    return np.asarray(np.round(usual_gap, GAP_DIGITS))


def known_for(days: int) -> str:
    if days < 60:
        return plural(days, "day")
    months = round(days / 30.4375)
    return plural(months, "month") if months < 24 else f"{days / 365.25:.1f} years".replace(".0 ", " ")


def up_to_points(code: str, label: str, evidence: str) -> str:
    """A reason as JSON up to its points. Texts are this program's own: nothing needs an escape."""
    return f'{{"code": "{code}", "label": "{label}", "evidence": "{evidence}", "points": '


def ratings_figure(mean: Floats, count: Floats) -> Floats:
    """Mean of ratings and their number in one figure, for `ratings_words`; nan without any."""
    return np.asarray(np.floor(10.0 * mean + 0.5) * _MOST_RATINGS + np.minimum(count, _MOST_RATINGS - 1))


def ratings_words(figure: float, noun: str = "") -> str:
    """Evidence of the ratings that a customer gave: "3.0 of 5, 1 rating in a year"; no noun where the label has it."""
    tenths, count = divmod(int(figure), _MOST_RATINGS)
    return f"{tenths / 10:.1f} of 5, {plural(count, noun) if noun else f'{count:,}'} in a year"


def day_of(number: int, today: int) -> str:
    """A day number as a day: ``3 Sep``, with the year where it is long ago."""
    return day_words(EPOCH + timedelta(days=number), EPOCH + timedelta(days=today))


def no_visit_words(last: int, today: int) -> str:
    """Evidence of a customer who stays away since the day number `last`."""
    return f"No visit or login since {day_of(last, today)}"


def leaving_words(last: int, today: int) -> str:
    """Evidence of a customer who last wrote or said on the day number `last` that they leave."""
    return f"Spoke of leaving on {day_of(last, today)}"


def features_words(kept: int, before: int) -> str:
    """Evidence of the features that are still used."""
    return f"Uses {kept or 'none'} of the {plural(before, 'feature')} used in the 3 months before"
