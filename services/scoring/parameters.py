"""Parameters: all that is learnt from a book at once and then frozen until the next refit.

The models: 0, the book's prior (fewer than 50 customers with a history, or nobody came back), and 1, MBG/NBD in
closed form; both come from one fit with a weak prior, so that a small book is drawn to ordinary shops and a large one
speaks for itself. Models 2 (logistic) and 3 (additive) are learnt from the book's own past where they predict it
better, and the share that left (0 again) is used where the past refutes them all. They are kept here as tables.
References (usual gaps, typical values) are frozen here too: a customer's score moves by their own data and by time,
never because others changed.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from models.values.backtest import CANDIDATES, MODELS
from services.scoring import btyd, monetary, pareto
from services.scoring.btyd import BtydParameters, LogNormalPrior
from services.scoring.features import Features, ReferenceGaps
from services.scoring.lifetime_value import AS_TOLD, RangeLevels
from services.scoring.monetary import GammaGammaParameters
from services.scoring.pareto import ParetoParameters

if TYPE_CHECKING:
    from services.scoring.model_selection.fitted_model import FittedModel

Floats = NDArray[np.float64]

#: Bumped whenever the same data would give other parameters or scores; older fits are then not used any more.
MODEL_VERSION = 6
MBG_CUSTOMERS = 50
_MBG_REPEATS = 10
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
class Chosen:
    """The model that predicted the book's past best, and what is known of it from there.

    Attributes
    ----------
    model
        Fitted on every window that had closed.
    horizon_days
        Days ahead that it tells.
    why
        Why it is used, in a sentence.
    error
        Expected calibration error over the windows it was judged on, 0 to 1; None: there was none.
    beats_rule
        Whether it predicted them better than "no order for N days"; None: not known.
    record
        How far off it was for which customers, and what its say rests on (`model_selection.record`), as plain values.
    """

    model: FittedModel
    horizon_days: int
    why: str
    error: float | None
    beats_rule: bool | None
    record: dict[str, Any] = field(default_factory=dict)


def stored_name(candidate: int) -> str:
    """What the store calls one of `CANDIDATES`: model and version, and its place as earlier books have it."""
    return f"{MODELS[CANDIDATES[candidate]]} v{MODEL_VERSION} (rung {candidate})"


@dataclass(frozen=True)
class ChurnModel:
    """Parameters of one rhythm (orders, or other activity) with the model and its cohorts.

    `candidate` is the place of its model in `CANDIDATES`. `chosen` is None until the models were judged; where it has
    learnt from windows, it is what scores.
    """

    candidate: int
    btyd: BtydParameters
    usual_gap: float | None
    repeaters: Typical
    one_timers: Typical
    chosen: Chosen | None = None

    @property
    def name(self) -> str:
        """What the store calls it: model and version."""
        return stored_name(self.candidate)

    @staticmethod
    def prior_name() -> str:
        """The name of the prior that scores customers without a history, and everybody in a book that is too small."""
        return stored_name(0)

    def learnt(self, horizon_days: int) -> FittedModel | None:
        """The model that was learnt from the past for this horizon; None: the closed form scores as it is."""
        if self.chosen is None or self.chosen.horizon_days != horizon_days:
            return None
        return self.chosen.model if self.chosen.model.windows else None


@dataclass(frozen=True)
class Parameters:
    """One fit. Money in minor units of `currency`; days are day numbers.

    Attributes
    ----------
    orders, activity
        Churn model over purchase days, and over days of other activity for customers who never ordered.
    value
        Gamma-Gamma over the single values of repeat purchase days.
    buys
        Pareto/NBD over purchase days, for lifetime value.
    median_value
        Median over customers of the mean value of a purchase day; 0 where nobody bought.
    top_yearly_value
        What the highest fifth of repeat customers spend a year at their usual pace; 0 where nobody came back.
    horizon_days
        Days ahead for which the models were judged; 0: they were not.
    contract
        The model that tells who leaves their contract, of a book in which enough have done so.
    levels
        Where the ends of the ranges of lifetime value are read.
    rows
        How many rows of each kind the book had through the day of the fit (see `basis`); None: not counted.
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
    horizon_days: int = 0
    contract: Chosen | None = None
    levels: RangeLevels = AS_TOLD
    rows: dict[str, int] | None = None

    @property
    def gaps(self) -> ReferenceGaps:
        """The book's usual gaps, as the features take them."""
        missing = float("nan")
        return ReferenceGaps(
            self.orders.usual_gap if self.orders.usual_gap is not None else missing,
            self.activity.usual_gap if self.activity.usual_gap is not None else missing,
        )

    def as_json(self) -> dict[str, Any]:
        """Plain values for the store; its keys are those of earlier books."""
        plain = asdict(replace(self, orders=_without(self.orders), activity=_without(self.activity), contract=None))
        plain["contract"] = _chosen_json(self.contract)
        for name, model in (("orders", self.orders), ("activity", self.activity)):
            plain[name] = {"rung": plain[name].pop("candidate"), **plain[name], "chosen": _chosen_json(model.chosen)}
        return plain

    @staticmethod
    def from_json(values: dict[str, Any]) -> Parameters:
        """The inverse of `as_json`."""
        return Parameters(
            **{
                **values,
                "orders": _churn_from_json(values["orders"]),
                "activity": _churn_from_json(values["activity"]),
                "contract": _chosen_from_json(values.get("contract")),
                "value": GammaGammaParameters(**values["value"]),
                "buys": ParetoParameters(**values["buys"]) if "buys" in values else pareto.BELIEVED,
                "levels": RangeLevels(**values.get("levels", {})),
            }
        )


def _without(model: ChurnModel) -> ChurnModel:
    return replace(model, chosen=None)


def _chosen_json(chosen: Chosen | None) -> dict[str, Any] | None:
    if chosen is None:
        return None
    rest = {name: getattr(chosen, name) for name in Chosen.__dataclass_fields__ if name != "model"}
    return {"rung": chosen.model.as_json(), **rest}


def _chosen_from_json(values: dict[str, Any] | None) -> Chosen | None:
    if values is None:
        return None
    from services.scoring.model_selection.fitted_model import FittedModel

    rest = {name: value for name, value in values.items() if name != "rung"}
    return Chosen(FittedModel.from_json(values["rung"]), **rest)


def _churn_from_json(values: dict[str, Any]) -> ChurnModel:
    return ChurnModel(
        candidate=values["rung"],
        btyd=BtydParameters(**values["btyd"]),
        usual_gap=values["usual_gap"],
        repeaters=Typical(**values["repeaters"]),
        one_timers=Typical(**values["one_timers"]),
        chosen=_chosen_from_json(values.get("chosen")),
    )


def fit_parameters(seen: Features, currency: str, *, with_value: bool = True) -> Parameters:
    """Fit everything on what was seen by a day, money in `currency`; `model_selection` judges the models.

    Parameters
    ----------
    with_value
        Without it, what lifetime value alone needs is not fitted: a churn model of an earlier day does not ask for it.
    """
    ordered = seen.purchase_days > 0
    yearly = seen.mean_value * 365.25 / np.maximum(seen.usual_gap, 1.0)
    return Parameters(
        as_of=seen.day,
        customers=int((seen.rhythm_count > 0).sum()),
        currency=currency,
        orders=_fit_churn(seen, ordered),
        activity=_fit_churn(seen, seen.by_activity),
        value=monetary.fit(seen.repeats_priced * with_value, seen.repeat_value, seen.repeat_log),
        median_value=_or(0.0, _quantile(seen.mean_value[ordered], 0.5)),
        top_yearly_value=_or(0.0, _quantile(yearly[ordered & (seen.frequency > 0)], _TOP_SHARE)),
        buys=pareto.fit(seen.frequency[ordered], seen.recency[ordered], seen.age[ordered])
        if with_value
        else pareto.BELIEVED,
    )


def _fit_churn(seen: Features, among: NDArray[np.bool_]) -> ChurnModel:
    x, t_x, age = seen.frequency[among], seen.recency[among], seen.age[among]
    repeaters = x > 0
    gap = _quantile(seen.usual_gap[among][repeaters], 0.5)
    relative = seen.days_since[among] / np.maximum(np.nan_to_num(seen.usual_gap[among], nan=gap or 1.0), 1.0)
    recent = np.where(repeaters, relative <= _IN_RHYTHM, seen.days_since[among] <= _RECENT_DAYS)
    enough = x.size >= MBG_CUSTOMERS and x.sum() >= _MBG_REPEATS
    return ChurnModel(
        candidate=1 if enough else 0,
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
