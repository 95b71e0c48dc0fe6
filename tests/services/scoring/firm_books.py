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
#: Chance that an invoice is missed, and spread of lognormal values around a firm's level.
_MISSED, _SPREAD = 0.03, 0.15


@dataclass(frozen=True)
class FirmBook:
    """The events of the history, and of each firm what it paid in the year after it; minor units, shape (firms,).

    `due`: what it was expected to pay by who knows its level and its days, if it stays.
    """

    book: BookEvents
    later: Floats
    due: Floats


def firms(process: str, seed: int, customers: int = 200, *, leaving_a_year: float = 0.0) -> FirmBook:
    """Draw one book; `leaving_a_year` is the chance that a firm leaves within a year."""
    rng = np.random.default_rng([seed, PROCESSES.index(process)])
    levels = _levels(rng, process, customers)
    end = FIRST + HISTORY_DAYS
    orders: list[tuple[int, int, float]] = []
    later, expected = np.zeros(customers), np.zeros(customers)
    for firm, level in enumerate(levels.tolist()):
        gone = rng.exponential(-365.25 / np.log1p(-leaving_a_year)) if leaving_a_year else np.inf
        quarter, begun = 0, FIRST + int(rng.integers(0, 90))
        dues = begun + _QUARTER * np.arange((HISTORY_DAYS + LATER_DAYS) // _QUARTER + 2)
        for ahead in dues[(dues > end) & (dues <= end + LATER_DAYS)].tolist():
            expected[firm] += (1.0 - _MISSED) * _expected(process, level, (ahead - begun) / 365.25)
        while (due := begun + quarter * _QUARTER) <= end + LATER_DAYS:
            quarter += 1
            day = int(due + rng.integers(-4, 5))
            if day > FIRST + gone:
                break
            if quarter > 1 and rng.random() < _MISSED:
                continue
            paid = _paid(rng, process, level, (day - begun) / 365.25)
            if FIRST <= day <= end:
                orders.append((firm, day, float(round(paid))))
            elif end < day <= end + LATER_DAYS:
                later[firm] += paid
    return FirmBook(made_up_book(customers, end, orders=orders), later, expected)


def _levels(rng: np.random.Generator, process: str, customers: int) -> Floats:
    """What each firm pays in a quarter, minor units."""
    if process == "mixture":
        return np.where(rng.random(customers) < 0.2, 24_000_000.0, 2_000_000.0)
    return np.asarray(2_000_000.0 * rng.lognormal(0.0, 1.0, customers))


def _paid(rng: np.random.Generator, process: str, level: float, years: float) -> float:
    if process == "fixed":
        return float(level * 1.03 ** int(years))
    if process == "lognormal":
        return float(level * rng.lognormal(0.0, _SPREAD))
    return float(level * rng.normal(1.0, 0.05) + (0.2 * level if rng.random() < 0.1 else 0.0))


def _expected(process: str, level: float, years: float) -> float:
    """The mean of `_paid`."""
    return level * {"fixed": 1.03 ** int(years), "lognormal": np.exp(_SPREAD**2 / 2.0), "mixture": 1.02}[process]
