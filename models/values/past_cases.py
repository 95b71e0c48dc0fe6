"""Past cases by which a risk is judged: those with the nearest risk, of customers about whom as much was known."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from math import sqrt
from typing import Final

from models.values.words import THIN, percent

#: Purchase days (or days of activity) from which on a customer is of the next kind; days since a contract began.
KNOWN_DAYS: Final = (2, 4)
CONTRACT_DAYS: Final = (365,)
#: Risks are compared in steps of one part in so many: nearer ones have the same past cases.
STEPS: Final = 40
#: Fewer cases say more about chance than about the risk.
FEWEST: Final = 10
_KIND_WORDS: Final = {
    "orders": ("1 purchase day", "2–3 purchase days", "4 or more purchase days"),
    "activity": ("1 day of activity", "2–3 days of activity", "4 or more days of activity"),
    "contract": ("first year under contract", "over a year under contract"),
}
_Z95: Final = 1.959963984540054


def kind_and_step(label: str, known_days: float, risk: float) -> tuple[int, int]:
    """A customer's kind, by what is known of them, and the step of their risk."""
    return bisect_right(CONTRACT_DAYS if label == "contract" else KNOWN_DAYS, known_days), round(risk * STEPS)


def wilson(left: float, customers: float, z: float = _Z95) -> tuple[float, float]:
    """Wilson's range of a share (Wilson 1927); the counts may be effective ones, which are no whole numbers."""
    if customers <= 0:
        return 0.0, 1.0
    share, square = left / customers, z * z / customers
    middle = (share + square / 2.0) / (1.0 + square)
    half = z * sqrt(max(share * (1.0 - share), 0.0) / customers + square / (4.0 * customers)) / (1.0 + square)
    return max(min(middle - half, share), 0.0), min(max(middle + half, share), 1.0)


def cases_words(cases: int, predicted: float, actual: float, label: str, kind: int, risks: Sequence[float] = ()) -> str:
    """What came of similar customers; figures first, as a narrow pane cuts the end.

    Parameters
    ----------
    label, kind
        Who counts as similar: customers of whom as much was known, see `kind_and_step`.
    risks
        The lowest and the highest risk among them, nothing where a fit of before did not keep them.
    """
    low, high = (round(100 * end) for end in wilson(actual * cases, cases))
    between = f", risk {round(100 * risks[0])}–{round(100 * risks[1])}{THIN}%" if risks else ""
    return (
        f"{cases:,} similar customers: predicted {percent(predicted)}, actual {percent(actual)} "
        f"(95{THIN}% range {low}–{high}{THIN}%). Similar: {_KIND_WORDS[label][kind]}{between}."
    )
