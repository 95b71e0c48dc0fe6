"""How well lifetime values predicted what was then spent: five figures over the customers of one window.

Pure: what was predicted and what came, in; measures out. `clv_of` cuts a book at an earlier day, learns everything
anew from what was known then, and measures against the window after it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from models.values.backtest import ClvMeasures
from services.scoring import lifetime_value
from services.scoring.events import BookEvents
from services.scoring.features import Features, features_at
from services.scoring.ledger import Ledger
from services.scoring.lifetime_value import DAYS_A_MONTH, LifetimeValue, RangeLevels
from services.scoring.model_selection.in_use import with_chosen_models
from services.scoring.parameters import fit_parameters
from services.scoring.range_levels import has_value, history_of, known_and_spent, learnt_levels, value_models
from services.scoring.rows import day_text
from services.scoring.scorecard import risk_in_use

Floats = NDArray[np.float64]

TOP_SHARE = 0.1
#: With fewer customers, or fewer of them who spent, the measures would say more about chance than about the model.
_FEWEST = 30
#: Windows in months, the longest first that leaves as long a history before it.
_MONTHS = (12, 9, 6, 3)
_SEED = 20_250_101


@dataclass(frozen=True)
class PredictedAndSpent:
    """One window: values predicted at the end of `cutoff`, and what was spent in the `days` after it, in one unit."""

    cutoff: int
    days: int
    predicted: LifetimeValue
    spent: Floats


def measures(window: PredictedAndSpent) -> ClvMeasures:
    """Measure a window; a figure is None where it has no meaning (nobody spent, all predictions are the same)."""
    predicted, spent = window.predicted.expected, window.spent
    count, total = spent.size, float(spent.sum())
    inside = (window.predicted.low <= spent) & (spent <= window.predicted.high)
    covered = np.where(spent == 0, window.predicted.nothing_within, inside)
    return ClvMeasures(
        cutoff=day_text(window.cutoff),
        days=window.days,
        customers=count,
        spearman=_spearman(predicted, spent),
        mae=float(np.abs(predicted - spent).mean()) if count else None,
        bias=float((predicted.sum() - total) / total) if total > 0 else None,
        top10_capture=top_capture(predicted, spent) if total > 0 else None,
        coverage80=float(covered.mean()) if count else None,
        inside80=float(inside.mean()) if count else None,
    )


def _spearman(one: Floats, other: Floats) -> float | None:
    """Correlation of ranks, ties at their mean rank; None where either side does not vary."""
    from scipy.stats import rankdata

    if one.size < 2 or np.ptp(one) == 0 or np.ptp(other) == 0:
        return None
    return float(np.corrcoef(rankdata(one), rankdata(other))[0, 1])


def top_capture(predicted: Floats, spent: Floats, share: float = TOP_SHARE) -> float:
    """Share of all that was spent by the `share` of customers with the highest predicted value.

    Customers who tie at the border count with the share of them that still belongs: the order of rows decides nothing.
    """
    wanted = share * predicted.size
    order = np.sort(predicted)[::-1]
    border = order[max(int(np.ceil(wanted)) - 1, 0)]
    above, level = predicted > border, predicted == border
    of_level = (wanted - float(above.sum())) / float(level.sum())
    return float((spent[above].sum() + of_level * spent[level].sum()) / spent.sum())


def predict(seen: Features, days: int, horizon_days: int, risk: Floats | None, levels: RangeLevels) -> LifetimeValue:
    """Values over `days`, undiscounted revenue, by models of all who were known by then; see `forecast`."""
    return lifetime_value.forecast(
        *value_models(seen),
        history_of(seen),
        months=days / DAYS_A_MONTH,
        horizon_days=horizon_days,
        risk=risk,
        seed=_SEED,
        levels=levels,
    )


def displayed_risk(book: BookEvents, cutoff: int, horizon_days: int) -> Floats:
    """The churn risk that would have been displayed at the end of day number `cutoff`, of everybody who has a value.

    Everything is learnt anew from what was known then, the choice of the model included.
    """
    past = replace(book, as_of=cutoff)
    ledger = Ledger(past, cutoff)
    fitted = fit_parameters(features_at(ledger), book.currency, with_value=False)
    parameters = with_chosen_models(past, fitted, horizon_days)
    seen = features_at(ledger, parameters.gaps)
    return risk_in_use(ledger, seen, parameters, horizon_days)[has_value(seen)]


def window_at(book: BookEvents, cutoff: int, days: int, horizon_days: int) -> PredictedAndSpent:
    """Predict at the end of day number `cutoff`, and take what was spent in the `days` after it.

    Everybody with a purchase day by the cutoff counts; who had left by then, with the risk of the purchase model.
    Spend is net: a return counts in the window in which it came.

    Raises
    ------
    ValueError
        If the window is not closed at the book's day.
    """
    if cutoff + days > book.as_of:
        raise ValueError("The window ends after the last day of the book.")
    known, spent = known_and_spent(book, cutoff, days)
    risk = displayed_risk(book, cutoff, horizon_days)
    return PredictedAndSpent(
        cutoff=cutoff,
        days=days,
        predicted=predict(known, days, horizon_days, risk, learnt_levels(book, cutoff, days)),
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


def clv_of(book: BookEvents, months: int, horizon_days: int) -> ClvMeasures | None:
    """Lifetime value against what came, over the longest closed window; None where there is none to judge by."""
    found = longest_window(book, months)
    if found is None:
        return None
    window = window_at(book, *found, horizon_days)
    if window.spent.size < _FEWEST or int((window.spent > 0).sum()) < _FEWEST:
        return None
    return measures(window)
