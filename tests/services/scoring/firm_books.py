"""Firms that are invoiced every quarter, by processes other than the models assume.

Each firm keeps its own level of spending for years. Invoices come about every 91 days, each firm on days of its own;
some are missed, and some firms leave for good. Three processes draw the values:

- ``lognormal``: the levels of firms are lognormal, and so are the values around each level;
- ``fixed``: a contract fixes the value, which never changes but for a yearly rise of 3 %;
- ``mixture``: four firms of five pay $80,000 a year and the fifth $960,000, plus a one-off order now and then.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from services.scoring.events import BookEvents
from tests.services.scoring.cdnow import Floats
from tests.services.scoring.made_up import made_up_book

PROCESSES = ("lognormal", "fixed", "mixture")
HISTORY_DAYS, LATER_DAYS = 730, 365
#: Day number of the first day of every book.
FIRST = 19_000
_QUARTER = 365.25 / 4


@dataclass(frozen=True)
class FirmBook:
    """The events of the history, and what each firm paid in the year after it (minor units), shape (firms,)."""

    book: BookEvents
    later: Floats


def firms(process: str, seed: int, customers: int = 200, *, leaving_a_year: float = 0.0) -> FirmBook:
    """Draw one book; `leaving_a_year` is the chance that a firm leaves within a year."""
    rng = np.random.default_rng([seed, PROCESSES.index(process)])
    levels = _levels(rng, process, customers)
    end = FIRST + HISTORY_DAYS
    orders: list[tuple[int, int, float]] = []
    later = np.zeros(customers)
    for firm, level in enumerate(levels.tolist()):
        gone = rng.exponential(-365.25 / np.log1p(-leaving_a_year)) if leaving_a_year else np.inf
        quarter, begun = 0, FIRST + int(rng.integers(0, 90))
        while (due := begun + quarter * _QUARTER) <= end + LATER_DAYS:
            quarter += 1
            day = int(due + rng.integers(-4, 5))
            if day > FIRST + gone:
                break
            if quarter > 1 and rng.random() < 0.03:
                continue
            paid = _paid(rng, process, level, (day - begun) / 365.25)
            if FIRST <= day <= end:
                orders.append((firm, day, float(round(paid))))
            elif end < day <= end + LATER_DAYS:
                later[firm] += paid
    return FirmBook(made_up_book(customers, end, orders=orders), later)


def _levels(rng: np.random.Generator, process: str, customers: int) -> Floats:
    """What each firm pays in a quarter, minor units."""
    if process == "mixture":
        return np.where(rng.random(customers) < 0.2, 24_000_000.0, 2_000_000.0)
    return np.asarray(2_000_000.0 * rng.lognormal(0.0, 1.0, customers))


def _paid(rng: np.random.Generator, process: str, level: float, years: float) -> float:
    if process == "fixed":
        return float(level * 1.03 ** int(years))
    if process == "lognormal":
        return float(level * rng.lognormal(0.0, 0.15))
    return float(level * rng.normal(1.0, 0.05) + (0.2 * level if rng.random() < 0.1 else 0.0))
