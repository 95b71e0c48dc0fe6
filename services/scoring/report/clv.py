"""How well lifetime values told what was then spent: five figures over the customers of one window.

Pure: what was foretold and what came, in; measures out. `clv_of` cuts a book at an earlier day, learns everything
anew from what was known then, and measures against the window after it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.values.backtest import ClvMeasures
from services.scoring import lifetime_value
from services.scoring.events import BookEvents
from services.scoring.features import Features
from services.scoring.lifetime_value import AS_TOLD, DAYS_A_MONTH, LifetimeValue, RangeLevels
from services.scoring.range_levels import known_and_spent, learnt_levels, value_models
from services.scoring.rows import day_text

Floats = NDArray[np.float64]

TOP_SHARE = 0.1
#: With fewer customers, or fewer of them who spent, the measures would say more about chance than about the model.
_FEWEST = 30
#: Windows in months, the longest first that leaves as long a history before it.
_MONTHS = (12, 9, 6, 3)
_SEED = 20_250_101


@dataclass(frozen=True)
class ForetoldAndSpent:
    """One window: values foretold at the end of `cutoff`, and what was spent in the `days` after it, in one unit."""

    cutoff: int
    days: int
    foretold: LifetimeValue
    spent: Floats


def measures(window: ForetoldAndSpent) -> ClvMeasures:
    """Measure a window; a figure is None where it has no meaning (nobody spent, everybody is foretold the same)."""
    foretold, spent = window.foretold.expected, window.spent
    count, total = spent.size, float(spent.sum())
    inside = (window.foretold.low <= spent) & (spent <= window.foretold.high)
    covered = np.where(spent == 0, window.foretold.nothing_within, inside)
    return ClvMeasures(
        cutoff=day_text(window.cutoff),
        days=window.days,
        customers=count,
        spearman=_spearman(foretold, spent),
        mae=float(np.abs(foretold - spent).mean()) if count else None,
        bias=float((foretold.sum() - total) / total) if total > 0 else None,
        top10_capture=top_capture(foretold, spent) if total > 0 else None,
        coverage80=float(covered.mean()) if count else None,
        inside80=float(inside.mean()) if count else None,
    )


def _spearman(one: Floats, other: Floats) -> float | None:
    """Correlation of ranks, ties at their mean rank; None where either side does not vary."""
    from scipy.stats import rankdata

    if one.size < 2 or np.ptp(one) == 0 or np.ptp(other) == 0:
        return None
    return float(np.corrcoef(rankdata(one), rankdata(other))[0, 1])


def top_capture(foretold: Floats, spent: Floats, share: float = TOP_SHARE) -> float:
    """Share of all that was spent by the `share` of customers with the highest foretold value.

    Customers who tie at the border count with the share of them that still belongs: the order of rows decides nothing.
    """
    wanted = share * foretold.size
    order = np.sort(foretold)[::-1]
    border = order[max(int(np.ceil(wanted)) - 1, 0)]
    above, level = foretold > border, foretold == border
    of_level = (wanted - float(above.sum())) / float(level.sum())
    return float((spent[above].sum() + of_level * spent[level].sum()) / spent.sum())


def foretell(seen: Features, days: int, levels: RangeLevels = AS_TOLD) -> LifetimeValue:
    """Values over `days`, undiscounted revenue, by models of all who were known by then; see `forecast`."""
    return lifetime_value.forecast(
        *value_models(seen),
        seen.frequency,
        seen.recency,
        seen.age,
        seen.mean_value,
        months=days / DAYS_A_MONTH,
        seed=_SEED,
        levels=levels,
    )


def window_at(book: BookEvents, cutoff: int, days: int) -> ForetoldAndSpent:
    """Foretell at the end of day number `cutoff`, and take what was spent in the `days` after it.

    Everybody with a purchase day by the cutoff counts. Spend is net: a return counts in the window in which it came.

    Raises
    ------
    ValueError
        If the window is not closed at the book's day.
    """
    if cutoff + days > book.as_of:
        raise ValueError("The window ends after the last day of the book.")
    known, spent = known_and_spent(book, cutoff, days)
    return ForetoldAndSpent(
        cutoff=cutoff,
        days=days,
        foretold=foretell(known, days, learnt_levels(book, cutoff, days)),
        spent=spent,
    )


def longest_window(book: BookEvents, months: int) -> tuple[int, int] | None:
    """Cutoff and days of the longest closed window, of at most `months`, with as long a history before it; or None."""
    if not book.orders.day.size:
        return None
    history = book.as_of - int(book.orders.day.min()) + 1
    for one in dict.fromkeys((months, *_MONTHS)):
        days = round(one * DAYS_A_MONTH)
        if one <= months and 2 * days <= history:
            return book.as_of - days, days
    return None


def clv_of(book: BookEvents, months: int) -> ClvMeasures | None:
    """Lifetime value against what came, over the longest closed window; None where there is none to judge by."""
    found = longest_window(book, months)
    if found is None:
        return None
    window = window_at(book, *found)
    if window.spent.size < _FEWEST or int((window.spent > 0).sum()) < _FEWEST:
        return None
    return measures(window)
