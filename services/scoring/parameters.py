"""Parameters: all that is learnt from a book at once and then frozen until the next refit.

The ladder's rungs of this version: 0, the book's prior (fewer than 50 customers with a history, or nobody came
back), and 1, MBG/NBD in closed form. Both come from one fit with a weak prior, so that a small book is drawn to
ordinary shops and a large one speaks for itself. References (usual gaps, typical values) are frozen here too: a
customer's score moves by that customer's data and by time, never because others changed.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from services.scoring import btyd, monetary, pareto
from services.scoring.btyd import BtydParameters, LogNormalPrior
from services.scoring.features import Features, ReferenceGaps
from services.scoring.monetary import GammaGammaParameters
from services.scoring.pareto import ParetoParameters

Floats = NDArray[np.float64]

#: Bumped whenever the same data would give other parameters or scores; older fits are then not used any more.
MODEL_VERSION = 1
RUNG_ONE_CUSTOMERS = 50
_RUNG_ONE_REPEATS = 10
#: What shops are like before a book has spoken (days): between the published fits of retail books.
PRIOR = LogNormalPrior(r=0.6, alpha=50.0, a=0.8, b=2.0, spread=(1.5, 2.0, 1.5, 1.5))
_TOP_SHARE = 0.8
#: In their rhythm: within twice their usual gap; one-time buyers: within half a year.
_IN_RHYTHM, _RECENT_DAYS = 2.0, 180.0


@dataclass(frozen=True)
class Typical:
    """The typical customer against whom reasons are told: medians over those who are still in their rhythm.

    `frequency` (x), `relative_gap` (days since the last purchase day / usual gap) and `age` (T, days).
    """

    frequency: float
    relative_gap: float
    age: float


@dataclass(frozen=True)
class ChurnModel:
    """Parameters of one rhythm (orders, or other activity) with the rung of the ladder and its cohorts."""

    rung: int
    btyd: BtydParameters
    usual_gap: float | None
    repeaters: Typical
    one_timers: Typical

    @property
    def name(self) -> str:
        """Model, version and rung in words."""
        return f"MBG/NBD v{MODEL_VERSION} (rung 1)" if self.rung else self.prior_name()

    @staticmethod
    def prior_name() -> str:
        """What scores a customer of whom nothing is known, and everybody in a book that is too small."""
        return f"Prior v{MODEL_VERSION} (rung 0)"


@dataclass(frozen=True)
class Parameters:
    """One fit. Money in minor units of `currency`; days are day numbers.

    Attributes
    ----------
    orders, activity
        Churn model over purchase days, and over days of other activity for customers who never ordered.
    value
        Gamma-Gamma over repeat purchase days.
    buys
        Pareto/NBD over purchase days, for lifetime value.
    median_value
        Median over customers of the mean value of a purchase day; 0 where nobody bought.
    top_yearly_value
        What the highest fifth of repeat customers spend a year at their usual pace; 0 where nobody came back.
    """

    as_of: int
    customers: int
    currency: str
    orders: ChurnModel
    activity: ChurnModel
    value: GammaGammaParameters
    median_value: float
    top_yearly_value: float
    buys: ParetoParameters = pareto.BELIEVED

    @property
    def gaps(self) -> ReferenceGaps:
        """The book's usual gaps, as the features take them."""
        missing = float("nan")
        return ReferenceGaps(
            self.orders.usual_gap if self.orders.usual_gap is not None else missing,
            self.activity.usual_gap if self.activity.usual_gap is not None else missing,
        )

    def as_json(self) -> dict[str, Any]:
        """Plain values for the store."""
        return asdict(self)

    @staticmethod
    def from_json(values: dict[str, Any]) -> Parameters:
        """The inverse of `as_json`."""
        return Parameters(
            **{
                **values,
                "orders": _churn_from_json(values["orders"]),
                "activity": _churn_from_json(values["activity"]),
                "value": GammaGammaParameters(**values["value"]),
                "buys": ParetoParameters(**values["buys"]) if "buys" in values else pareto.BELIEVED,
            }
        )


def _churn_from_json(values: dict[str, Any]) -> ChurnModel:
    return ChurnModel(
        rung=values["rung"],
        btyd=BtydParameters(**values["btyd"]),
        usual_gap=values["usual_gap"],
        repeaters=Typical(**values["repeaters"]),
        one_timers=Typical(**values["one_timers"]),
    )


def fit_parameters(seen: Features, currency: str) -> Parameters:
    """Fit everything on what was seen by a day, money in `currency`."""
    ordered = seen.purchase_days > 0
    repeat = np.where(ordered, seen.repeat_value, np.nan)
    yearly = seen.mean_value * 365.25 / np.maximum(seen.usual_gap, 1.0)
    return Parameters(
        as_of=seen.day,
        customers=int((seen.rhythm_count > 0).sum()),
        currency=currency,
        orders=_fit_churn(seen, ordered),
        activity=_fit_churn(seen, seen.by_activity),
        value=monetary.fit(np.where(ordered, seen.frequency, 0.0), repeat),
        median_value=_or(0.0, _quantile(seen.mean_value[ordered], 0.5)),
        top_yearly_value=_or(0.0, _quantile(yearly[ordered & (seen.frequency > 0)], _TOP_SHARE)),
        buys=pareto.fit(seen.frequency[ordered], seen.recency[ordered], seen.age[ordered]),
    )


def _fit_churn(seen: Features, among: NDArray[np.bool_]) -> ChurnModel:
    x, t_x, age = seen.frequency[among], seen.recency[among], seen.age[among]
    repeaters = x > 0
    gap = _quantile(seen.usual_gap[among][repeaters], 0.5)
    relative = seen.days_since[among] / np.maximum(np.nan_to_num(seen.usual_gap[among], nan=gap or 1.0), 1.0)
    recent = np.where(repeaters, relative <= _IN_RHYTHM, seen.days_since[among] <= _RECENT_DAYS)
    enough = x.size >= RUNG_ONE_CUSTOMERS and x.sum() >= _RUNG_ONE_REPEATS
    return ChurnModel(
        rung=1 if enough else 0,
        btyd=btyd.fit(x, t_x, age, family="mbg", prior=PRIOR),
        usual_gap=gap,
        repeaters=_typical(repeaters, recent, x, relative, age),
        one_timers=_typical(~repeaters, recent, x, relative, age),
    )


def _typical(cohort: NDArray[np.bool_], recent: NDArray[np.bool_], *columns: Floats) -> Typical:
    """Medians over the cohort's customers who are still in their rhythm; over all of it where none is."""
    chosen = cohort & recent if (cohort & recent).any() else cohort
    return Typical(*(_or(0.0, _quantile(column[chosen], 0.5)) for column in columns))


def _quantile(values: Floats, at: float) -> float | None:
    known = values[np.isfinite(values)]
    return float(np.quantile(known, at)) if known.size else None


def _or(instead: float, value: float | None) -> float:
    return instead if value is None else value
