"""Words of leaving over the model's figures: whose stand, of them the words count and not what the model expects.

A customer who said that they leave has no churn risk of a model: their words are shown instead. How likely these are
carried out, `services.distress.carried_out` tells by the kind of wording; the model's risk counts where it is higher.
Whoever carries them out is gone for good. So of an active customer that share of what they would bring if they stay is
at risk, with its range, and the rest is expected: expected + at risk = if they stay. The public table keeps what was
said, how likely that is and what the model had in the column ``said_leaving``. A risk that a person sets comes first
(`services.scoring.overrides`). The history of scores keeps the churn risk of the model, which is judged by it; its
value at risk is the one that counts.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from models.store.driver import driver_of
from services.distress.said_leaving import Said, read_said
from services.scoring import standing
from services.scoring.scorecard import Figures

if TYPE_CHECKING:
    from services.workspace import Workspace

#: The columns that follow the words.
_FOLLOW: Final = (
    "churn_risk", "clv_minor", "clv_low_minor", "clv_high_minor", "clv_median_minor", "clv_if_leaves_minor",
    "value_at_risk_minor", "value_at_risk_low_minor", "value_at_risk_high_minor",
)  # fmt: skip
#: What is shown of anybody's words, and whether they may count: not of who left, or whose risk a person set.
_SHOWN: Final = """SELECT customer_id, said_leaving ->> 'on', said_leaving ->> 'leaves',
    left_on IS NULL AND overridden ->> 'churn_risk' IS NULL FROM customer_risk_scores
    WHERE said_leaving IS NOT NULL OR customer_id IN (SELECT value FROM json_each(?))"""


def value_at_risk(figures: Figures, customers: NDArray[np.int64], said: Mapping[int, Said]) -> NDArray[np.float64]:
    """What is at risk with each customer where words count: their share of what the customer would bring."""
    leaving = np.isin(customers, list(said)) & (figures.standing == standing.ACTIVE)
    if not leaving.any():
        return figures.value_at_risk
    chances = np.array([said[customer].chance if customer in said else 0.0 for customer in customers.tolist()])
    lost = np.maximum(chances, np.nan_to_num(figures.churn_risk)) * figures.value.if_stays
    return np.where(leaving, lost, figures.value_at_risk)


def laid_over(columns: dict[str, list[Any]], figures: Figures, said: Mapping[int, Said]) -> dict[str, list[Any]]:
    """Return the public table's columns with words of leaving laid over the computed figures."""
    places = [at for at, customer in enumerate(columns["customer_id"]) if customer in said]
    places = [at for at in places if columns["left_on"][at] is None]
    if not places:
        return columns
    found = {**columns, **{name: list(columns[name]) for name in (*_FOLLOW, "said_leaving")}}
    low, high = figures.value.if_stays_low, figures.value.if_stays_high
    for at in places:
        words = said[columns["customer_id"][at]]
        computed = {name: columns[name][at] for name in _FOLLOW}
        chance = max(words.chance, computed["churn_risk"] or 0.0)
        kept = {"on": words.on, "leaves": words.leaves, "chance": chance, "computed": computed}
        if not words.sentence:
            kept["notice"] = True
        text = json.dumps(kept)
        changed: dict[str, Any] = {"churn_risk": None, "said_leaving": text}
        if computed["value_at_risk_minor"] is not None:
            ranges = dict.fromkeys(("clv_low_minor", "clv_high_minor", "clv_median_minor"))
            stays = columns["clv_if_stays_minor"][at]
            lost = round(chance * stays)
            changed |= {**ranges, "clv_minor": stays - lost, "clv_if_leaves_minor": 0, "value_at_risk_minor": lost}
            for name, bound in (("value_at_risk_low_minor", low[at]), ("value_at_risk_high_minor", high[at])):
                changed[name] = None if np.isnan(bound) else round(chance * float(bound))
        for name, value in changed.items():
            found[name][at] = value
    return found


def out_of_date(workspace: Workspace) -> frozenset[int]:
    """Return the customers whose public row counts words that stand no more, or lacks words that do."""
    with workspace.store.read() as connection:
        driver = driver_of(connection)
        as_of = driver.execute("SELECT as_of FROM customer_risk_scores LIMIT 1").fetchone()
        said = read_said(driver, date.fromisoformat(as_of[0])) if as_of is not None else {}
        shown = driver.execute(_SHOWN, (json.dumps(list(said)),)).fetchall()
    late = set()
    for customer, on, leaves, may_count in shown:
        standing_words = said.get(customer) if may_count else None
        if (standing_words[:2] if standing_words else None) != ((on, bool(leaves)) if on is not None else None):
            late.add(customer)
    return frozenset(late)
