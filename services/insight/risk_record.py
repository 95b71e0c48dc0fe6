"""How the risk did in the past for customers like this one: what a person asks of a percentage first.

It is told from the record of the model that scored the customer, as their confidence is: nothing that the backtest of
another model, or of later days, has found.
"""

from __future__ import annotations

import json
from typing import Any, Final

from models import sqlite
from models.queries.churn_status import starts_on
from models.values.past_cases import FEWEST, cases_words, kind_and_step
from models.values.words import day_of
from services.insight.reader import Reader
from services.scoring.phrasing import confidence_in_words

_RECORD: Final = """SELECT json_extract(parameters, :path) FROM model_fits WHERE as_of <= :as_of
                      AND id = (SELECT json_extract(value, '$.fit') FROM book WHERE key = 'scored')"""
_SIDES: Final = {" on contracts": ("contract", "$.contract"), " on activity": ("activity", "$.activity.chosen")}
_UNLEARNT: Final = "Prior"


def record_words(reader: Reader, row: sqlite.Row) -> str:
    """Return what came of past cases like this one; '' where a person set the risk, or nothing was judged.

    Parameters
    ----------
    row
        Of `customer_risk_scores`.
    """
    risk, model = row["churn_risk"], row["model"]
    if risk is None or model.startswith(_UNLEARNT) or "churn_risk" in json.loads(row["overridden"] or "{}"):
        return ""
    found = (side for mark, side in _SIDES.items() if mark in model)
    label, path = next(found, ("orders", "$.orders.chosen"))
    known = _known_days(reader, row, label)
    chosen = _chosen(reader, path, row["as_of"])
    if known is None or chosen is None or chosen.get("horizon_days") != row["churn_horizon_days"]:
        return ""
    kind, step = kind_and_step(label, known, risk)
    for one_kind, one_step, cases, predicted, actual, _, *risks in chosen.get("record", {}).get("similar", ()):
        if (one_kind, one_step) == (kind, step) and cases >= FEWEST:
            said = cases_words(cases, predicted, actual, label, kind, *risks)
            return "" if said in confidence_in_words(row["confidence_why"]) else said
    return ""


def _chosen(reader: Reader, path: str, as_of: str) -> dict[str, Any] | None:
    """Return what is known about the model in use; None where it was fitted on later days than the score's."""
    found = reader.driver.execute(_RECORD, {"path": path, "as_of": as_of}).fetchone()
    return json.loads(found[0]) if found is not None and found[0] is not None else None


def _known_days(reader: Reader, row: sqlite.Row, label: str) -> float | None:
    """What tells the kind of a customer: days of orders or activity, or days under contract."""
    if label == "orders":
        return float(row["purchase_days"])
    number, as_of = row["customer_id"], row["as_of"]
    if label == "activity":
        return float(
            reader.value(
                "SELECT COUNT(DISTINCT happened_on) FROM activities WHERE customer_id = ? AND happened_on <= ?",
                (number, as_of),
            )
        )
    begun = reader.value(f"SELECT coalesce({starts_on()}, c.signed_up_on) FROM customers c WHERE c.id = ?", (number,))
    since, until = day_of(begun) if begun else None, day_of(as_of)
    return float((until - since).days) if since is not None and until is not None else None
