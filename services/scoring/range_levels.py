"""At which levels the ends of the ranges of lifetime value are read: learnt from an earlier window of the same book.

The book is cut so that as much time lies after the cut as the forecast covers, or as its history before the cut is
long. Everything is learnt again from what was known then, and compared with what customers spent. An 80 % range is then
the one that would have held 80 % of them: a tenth is left out at each end for customers who almost surely buy, a fifth
at the upper end for the others. One window predicts the next only in part, and few customers say little: to that extent
the levels stay with those of the model.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from services.scoring import monetary, pareto
from services.scoring.events import BookEvents
from services.scoring.features import Features, features_at
from services.scoring.ledger import Ledger
from services.scoring.lifetime_value import AS_TOLD, DAYS_A_MONTH, History, RangeLevels, SpendLaw, spend_law
from services.scoring.model_selection.judging import sampled
from services.scoring.monetary import GammaGammaParameters
from services.scoring.parameters import Parameters
from services.scoring.pareto import ParetoParameters

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

#: A range leaves out both ends where the chance of no purchase is below this, else only the upper one.
_BUYS_SURELY = 0.2
#: How much of what an earlier window shows is taken over: in 26 windows of public and simulated books, half to three
#: quarters of it served the next one best.
_TOLD = 0.75
#: The model's level counts as so many customers.
_BELIEVED = 30.0
_FEWEST_DAYS = 28
#: Customers of a large book who are read: more would move a level by less than a hundredth.
_MOST = 8_000
#: Levels stay within these, whatever a window says.
_LOWER, _UPPER, _ALONE = (0.02, 0.3), (0.75, 0.99), (0.5, 0.95)
_HALVINGS = 12


@dataclass(frozen=True)
class Outcomes:
    """What customers were predicted to spend on an earlier day, and what they spent; shape (customers,)."""

    law: SpendLaw
    spent: Floats

    def of(self, among: Flags) -> Outcomes:
        """Those of some of the customers."""
        law = self.law
        chosen = {name: getattr(law, name)[among] for name in ("corner", "across", "along", "silent", "level")}
        return Outcomes(replace(law, **chosen), self.spent[among])

    def below(self, at: float) -> float:
        """Share of customers whose outcome lies at the level `at` or below; 1 without any.

        Of an outcome of nothing that part of its chance counts which lies below.
        """
        law = self.law
        bought = self.spent > 0
        spread = np.minimum(at / np.maximum(law.silent, 1e-12), 1.0)
        held = self.spent <= law.quantile(np.full(law.silent.shape, at))
        return float(np.where(bought, held, spread).mean()) if bought.size else 1.0


def with_levels(book: BookEvents, parameters: Parameters, months: int) -> Parameters:
    """Parameters with the levels of ranges over `months` that an earlier window of the book speaks for."""
    return replace(parameters, levels=learnt_levels(book, book.as_of, round(months * DAYS_A_MONTH)))


def learnt_levels(book: BookEvents, day: int, horizon_days: int) -> RangeLevels:
    """Levels learnt from what was known by the end of `day` number, for ranges over `horizon_days`.

    Those of the model where the history is shorter than eight weeks.
    """
    if not book.orders.day.size:
        return AS_TOLD
    days = min(horizon_days, (day - int(book.orders.day.min()) + 1) // 2)
    if days < _FEWEST_DAYS:
        return AS_TOLD
    return levels_of(_outcomes_of(sampled(book, _MOST), day - days, days))


def known_and_spent(book: BookEvents, cutoff: int, days: int) -> tuple[Features, Floats]:
    """Features at the end of day number `cutoff` of everybody who has a value then, and what each then spent.

    Spend is that of the `days` after the cutoff, net: a return counts in the window in which it came.
    """
    seen, later = features_at(Ledger(book, cutoff)), features_at(Ledger(book, cutoff + days))
    return known_of(seen), (later.spend_total - seen.spend_total)[has_value(seen)]


def has_value(seen: Features) -> NDArray[np.bool_]:
    """Who has bought, and not in currencies without a rate alone: of others it is not known what they spend."""
    return (seen.purchase_days > 0) & np.isfinite(seen.mean_value)


def known_of(seen: Features) -> Features:
    """The features of those who have a value."""
    among = has_value(seen)
    columns = {
        name: value[among] if isinstance(value := getattr(seen, name), np.ndarray) else value
        for name in Features.__dataclass_fields__
    }
    return replace(seen, **columns)  # type: ignore[arg-type]


def history_of(seen: Features) -> History:
    """What the models of value know of customers, as if those who never bought had bought on the last day."""
    buys = seen.purchase_days > 0
    x, t_x, age = (np.where(buys, column, 0.0) for column in (seen.frequency, seen.recency, seen.age))
    return History(x, t_x, age, seen.mean_value)


def value_models(known: Features) -> tuple[ParetoParameters, GammaGammaParameters]:
    """What lifetime value is told by, learnt from customers who have all bought; `fit_parameters` without the rest."""
    buys = pareto.fit(known.frequency, known.recency, known.age)
    return buys, monetary.fit(known.repeats_priced, known.repeat_value, known.repeat_log)


def _outcomes_of(book: BookEvents, cutoff: int, days: int) -> Outcomes:
    seen, spent = known_and_spent(book, cutoff, days)
    return Outcomes(spend_law(*value_models(seen), history_of(seen), days=float(days)), spent)


def levels_of(outcomes: Outcomes) -> RangeLevels:
    """The three levels, each between that of the model and the one below which as many lay as should."""
    surely = outcomes.law.silent < _BUYS_SURELY
    both, alone = outcomes.of(surely), outcomes.of(~surely)
    upper_alone = _drawn(AS_TOLD.alone, alone, _ALONE)
    return RangeLevels(
        lower=_drawn(AS_TOLD.lower, both, _LOWER),
        # Whoever may buy nothing has no higher level: the fifth left out is all at the upper end.
        upper=max(_drawn(AS_TOLD.upper, both, _UPPER), upper_alone),
        alone=upper_alone,
        customers=outcomes.spent.size,
    )


def _drawn(wanted: float, outcomes: Outcomes, bounds: tuple[float, float]) -> float:
    """The level below which a share of `wanted` lay, drawn to `wanted` itself as chances are: by their log-odds."""
    size = outcomes.spent.size
    if not size:
        return wanted
    found = _rising(outcomes.below, wanted)
    share = _TOLD * size / (size + _BELIEVED)
    odds = np.log([wanted / (1.0 - wanted), found / (1.0 - found)])
    drawn = 1.0 / (1.0 + np.exp(-((1.0 - share) * odds[0] + share * odds[1])))
    return float(np.clip(drawn, *bounds))


def _rising(of: Callable[[float], float], wanted: float) -> float:
    """Where a rising function of a level reaches `wanted`, inside (0, 1)."""
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2.0
        low, high = (middle, high) if of(middle) < wanted else (low, middle)
    return (low + high) / 2.0
