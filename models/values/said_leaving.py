"""What the public table keeps of a customer's words of leaving where these count instead of the model.

JSON in its column ``said_leaving``: the day of the words, whether they say plainly that they leave, how likely they
carry it out, and what the model had in the columns that follow them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from models.values.words import chance

#: SQL of the model's churn risk, whatever was said: of a row of the public table where no person set the risk.
MODELLED_RISK: Final = "iif(said_leaving IS NULL, churn_risk, said_leaving ->> '$.computed.churn_risk')"

#: SQL by which a list goes from the highest churn risk down: who said that they leave is above any risk.
RISK_ORDER: Final = "iif(said_leaving IS NULL, churn_risk, 2.0)"


def said_words(text: str | None) -> str:
    """Return what they said, "they are leaving" or "they may leave"; '' where no words count."""
    if not text:
        return ""
    return "they are leaving" if json.loads(text)["leaves"] else "they may leave"


def risk_words(text: str | None, churn_risk: float | None) -> str | None:
    """Return a customer's churn risk in words: what they said where that counts, else "74 %"; None of neither."""
    return said_words(text) or (None if churn_risk is None else chance(churn_risk))


def said_chance(text: str | None) -> float | None:
    """Return how likely they carry out what they said, 0 to 1; None where no words count."""
    return json.loads(text).get("chance", 1.0) if text else None


def without_words(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns of a public row as the model has them, whatever its customer said."""
    text = row["said_leaving"]
    return {**row, **json.loads(text)["computed"], "said_leaving": None} if text else dict(row)
