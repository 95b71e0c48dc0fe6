"""The frame: what the models may know of each customer at the end of a day, one column a feature.

Only facts with an event time are columns. Those of a channel (tickets, mails, …) are there where the book has the
channel at all; a customer of whom a column says nothing has nan in it, which is not zero.

The closed form's log-odds (`BTYD`) are a column too. It depends on three things that people can be told: the gap since
the last purchase day, the number of such days and the time known. So the frame also keeps the log-odds of the eight
customers who stand between this one and the typical one, each thing being theirs or the typical customer's: from them,
any function of the log-odds is told apart exactly (Shapley's value), in whatever order one looks.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from itertools import product
from math import factorial

import numpy as np
from numpy.typing import NDArray

from services.scoring import btyd
from services.scoring.features import Features
from services.scoring.ledger import Ledger
from services.scoring.model_selection.channels import channel_columns, contract_columns, habit_columns
from services.scoring.model_selection.columns import money_columns, rhythm_columns
from services.scoring.parameters import ChurnModel, Parameters

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

#: Log-odds of the closed form; a function of the three `INPUTS`.
BTYD = "btyd"
INPUTS = ("gap", "orders", "tenure")
CORNERS = tuple(product((False, True), repeat=len(INPUTS)))
#: Direction in which each feature moves the risk where that is known. The others may go either way: of two customers
#: who fell silent on one day, the one who used to buy more often is the likelier to have left.
DIRECTIONS = {
    BTYD: 1,
    "days_since": 1,
    "relative_gap": 1,
    "silence": 1,
    "own_silence": 1,
    "own_wait": 1,
    "days_30": -1,
    "days_90": -1,
    "pulse_21": -1,
    "pulse_42": -1,
    "pulse_84": -1,
    "spend_90": -1,
    "spend_pulse": -1,
    "satisfaction": -1,
    "review_score": -1,
    "answer_share": -1,
    "tickets_unhappy": 1,
    "ticket_mood": -1,
    "ticket_open_days": 1,
    "leaving_words": 1,
    "leaving_fresh": 1,
    "activity_recent": -1,
    "activity_gap": 1,
    "deal_still": 1,
    "deals_lost": 1,
    "kinds_change": -1,
    "visits": -1,
    "visits_change": -1,
    "visit_gap": 1,
    "features_used": -1,
    "features_kept": -1,
}
#: Acts of the customer's own that lower the risk or leave it: even the least of them is never a reason to leave. How
#: many emails they were sent is no feature at all: that is what somebody did to them.
ACTS = frozenset({"answer_share"})
#: Log-odds stay within these: a closed form is never surer than one in a million.
SUREST = 14.0


@dataclass(frozen=True)
class Rhythm:
    """The three inputs of the closed form: the customer's own and the typical one's, with x, T and gap in days."""

    model: ChurnModel
    horizon_days: int
    own: tuple[Floats, Floats, Floats]
    typical: tuple[Floats, Floats, Floats]

    def log_odds(self, chosen: tuple[bool, ...]) -> Floats:
        """Log-odds of no purchase day in the horizon, of a customer with their own inputs where `chosen`."""
        gap, count, age = (
            mine if yes else usual for yes, mine, usual in zip(chosen, self.own, self.typical, strict=True)
        )
        recency = np.where(count > 0, np.maximum(age - gap, 0.0), 0.0)
        return no_purchase_log_odds(self.model, count, recency, age, self.horizon_days)

    def only(self, kept: Flags) -> Rhythm:
        """Those customers for whom `kept` holds."""
        gap, count, age = (each[kept] for each in self.own)
        usual_gap, usual_count, usual_age = (each[kept] for each in self.typical)
        return replace(self, own=(gap, count, age), typical=(usual_gap, usual_count, usual_age))


def no_purchase_log_odds(model: ChurnModel, x: Floats, t_x: Floats, age: Floats, horizon_days: int) -> Floats:
    """Log-odds of no purchase day in the horizon by the closed form, shape (customers,)."""
    alive = btyd.p_alive(model.btyd, x, t_x, age)
    silent = np.exp(-(model.btyd.r + x) * np.log1p(horizon_days / (model.btyd.alpha + age)))
    buys = np.clip(alive * (1.0 - silent), 1e-12, 1.0 - 1e-12)
    return np.asarray(np.clip(np.log1p(-buys) - np.log(buys), -SUREST, SUREST))


@dataclass(frozen=True)
class Frame:
    """What the models may know of each customer.

    Attributes
    ----------
    names
        Names of the columns, `BTYD` the first.
    values
        Shape (customers, columns); nan where not known.
    logit_btyd
        Shape (customers,): log-odds of no purchase day in the horizon by the closed form; the column `BTYD`.
    rhythms
        The inputs of the closed form by rhythm, with the flags of those whose rhythm it is.
    """

    names: tuple[str, ...]
    values: Floats
    logit_btyd: Floats
    rhythms: tuple[tuple[Flags, Rhythm], ...]

    @property
    def size(self) -> int:
        """How many customers there are."""
        return int(self.logit_btyd.size)

    def column(self, name: str) -> Floats:
        """One column, shape (customers,); all nan where the book does not have it."""
        if name not in self.names:
            return np.full(self.size, np.nan)
        return np.asarray(self.values[:, self.names.index(name)])

    @cached_property
    def corners(self) -> dict[tuple[bool, ...], Floats]:
        """Log-odds of the customers between the typical one and this one, by which of `INPUTS` are their own."""
        found = {chosen: np.empty(self.size) for chosen in CORNERS}
        for among, rhythm in self.rhythms:
            for chosen in CORNERS:
                found[chosen][among] = rhythm.log_odds(chosen)
        found[CORNERS[-1]] = self.logit_btyd
        return found

    def only(self, kept: Flags) -> Frame:
        """The frame of the customers for whom `kept` holds, shape (customers,)."""
        rhythms = tuple((among[kept], rhythm.only(kept[among])) for among, rhythm in self.rhythms)
        return Frame(self.names, self.values[kept], self.logit_btyd[kept], rhythms)


def shapley(value: dict[tuple[bool, ...], Floats]) -> Floats:
    """Shapley's value of each of `INPUTS` from the value of each of `CORNERS`; shape (customers, 3)."""
    inputs = len(INPUTS)
    total = np.zeros((value[CORNERS[0]].size, inputs))
    for place in range(inputs):
        for chosen in CORNERS:
            if chosen[place]:
                continue
            others = sum(chosen)
            weight = factorial(others) * factorial(inputs - 1 - others) / factorial(inputs)
            with_it = (*chosen[:place], True, *chosen[place + 1 :])
            total[:, place] += weight * (value[with_it] - value[chosen])
    return total


def frame_at(
    ledger: Ledger, seen: Features, parameters: Parameters, horizon_days: int, channels: frozenset[str] | None = None
) -> Frame:
    """The frame of every customer of the ledger at the end of its day.

    Parameters
    ----------
    seen
        Features of the ledger with the usual gaps of `parameters`.
    parameters
        Fitted on nothing later than the ledger's day.
    channels
        Kinds of event that get columns; by default those that anybody in the book has had.
    """
    rhythms = _rhythms(seen, parameters, horizon_days)
    logit = np.empty(seen.frequency.size)
    for among, rhythm in rhythms:
        logit[among] = rhythm.log_odds(CORNERS[-1])
    known_channels = ledger.book.known_sources if channels is None else channels
    columns = {
        BTYD: logit,
        **rhythm_columns(ledger, seen, parameters, horizon_days),
        **money_columns(ledger, seen, parameters),
        **channel_columns(ledger, seen, known_channels),
        **habit_columns(seen, known_channels),
    }
    known = seen.rhythm_count > 0
    told = {name: np.where(known | (name == BTYD), column, np.nan) for name, column in columns.items()}
    told |= {**contract_columns(ledger, seen, known_channels, horizon_days), **ledger.book.traits}
    return Frame(tuple(told), np.column_stack(list(told.values())), logit, rhythms)


def _rhythms(seen: Features, parameters: Parameters, horizon_days: int) -> tuple[tuple[Flags, Rhythm], ...]:
    """Every customer in exactly one of them: orders, or other activity where there never was an order."""
    by_orders = (~seen.by_activity, _rhythm(seen, parameters.orders, horizon_days, ~seen.by_activity))
    if not seen.by_activity.any():
        return (by_orders,)
    return (by_orders, (seen.by_activity, _rhythm(seen, parameters.activity, horizon_days, seen.by_activity)))


def _rhythm(seen: Features, model: ChurnModel, horizon_days: int, among: Flags) -> Rhythm:
    x, age = seen.frequency[among], seen.age[among]
    repeat = x > 0
    usual_gap = np.nan_to_num(seen.usual_gap[among], nan=model.usual_gap or 1.0)
    typical_age = np.where(repeat, model.repeaters.age, model.one_timers.age)
    typical_gap = np.where(repeat, model.repeaters.relative_gap * usual_gap, typical_age)
    typical_count = np.where(repeat, model.repeaters.frequency, 0.0)
    own = (np.nan_to_num(seen.days_since[among]), x, age)
    return Rhythm(model, horizon_days, own, (typical_gap, typical_count, typical_age))
