"""Kinds of past cases by which a risk is told to have been right or wrong: how much was known, and what was said."""

from __future__ import annotations

from bisect import bisect_right
from typing import Final

from models.values.words import percent

#: Purchase days (or days of activity) from which on a customer is of the next kind; days since a contract began.
KNOWN_DAYS: Final = (2, 4)
CONTRACT_DAYS: Final = (365,)
#: The kinds in words, by what leaving means.
KINDS: Final = {
    "orders": ("one purchase day", "2 or 3 purchase days", "4 or more purchase days"),
    "activity": ("one active day", "2 or 3 active days", "4 or more active days"),
    "contract": ("in the first year of the contract", "under contract for a year or longer"),
}
#: Bands of risk: from each of these on the next.
RISKS: Final = (0.25, 0.5, 0.75)


def kind_and_band(label: str, known_days: float, risk: float) -> tuple[int, int]:
    """The places of a customer's kind among `KINDS` of the label, and of the band of the risk."""
    return bisect_right(CONTRACT_DAYS if label == "contract" else KNOWN_DAYS, known_days), bisect_right(RISKS, risk)


def cases_words(label: str, kind: int, band: int, cases: int, told: float, left: float) -> str:
    """What came of past cases of a kind and band: how many left of them, and what they were told on average.

    Figures first: a narrow pane cuts the end.
    """
    edges = (0.0, *RISKS, 1.0)
    risk = f"a risk of {round(100 * edges[band])} to {percent(edges[band + 1])}"
    like = f"{cases:,} past {'case' if cases == 1 else 'cases'} like this one"
    return f"Of {like} {percent(left)} left; told were {percent(told)} ({KINDS[label][kind]}, {risk})."
