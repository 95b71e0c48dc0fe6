"""How likely it is that words of leaving are carried out: what followed such words in the book, or else a prior.

"Please close our account" is a decision, "we are looking around" is a thought, and neither is certain. Of each kind
of wording the book's own past is asked: of the customers who bought in the half-year before they wrote so, how many
bought nothing within the horizon after it. To this a prior is added that weighs as much as 10 customers, so that a book
without such words has the prior, one with few stays close to it, and one with many tells by itself.

The priors are assumptions, as no public data have both the words and what followed: nine of ten who say in plain words
that they leave, six of ten who compare others or will decide, four of ten who threaten it or think of it. In four
made-up books 25 of 139 of the last did. The book's own past corrects them.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from typing import Final, NamedTuple

from models import sqlite
from models.queries.purchases import PURCHASES
from services.distress.departure import Departure
from services.distress.leaving_marks import SAID_LEAVING, read_words, teach

#: So many customers the prior weighs.
_WEIGHT: Final = 10
#: So many texts, the newest whose horizon is over, tell enough.
_MOST: Final = 500
#: Of each text whether its customer bought within the horizon after it; who had stopped buying before left already.
_FOLLOWED: Final = f"""
WITH said AS MATERIALIZED ({SAID_LEAVING.format(only=" AND leaving = 1")})
SELECT said.customer_id, said.day, said.origin, said.id,
       EXISTS (SELECT 1 FROM {PURCHASES} p WHERE p.customer_id = said.customer_id AND p.amount_minor > 0
               AND p.ordered_on > said.day AND p.ordered_on <= date(said.day, :after)) AS bought
FROM said
WHERE glad > date(said.day, :after)
  AND EXISTS (SELECT 1 FROM {PURCHASES} p WHERE p.customer_id = said.customer_id AND p.amount_minor > 0
              AND p.ordered_on > date(said.day, '-180 days') AND p.ordered_on <= said.day)
ORDER BY said.day DESC, said.origin, said.id LIMIT {_MOST}"""


class Chances(NamedTuple):
    """How likely a customer leaves by the kind of wording, 0 to 1: who says so in plain words, who compares or will
    decide, and who says only that they may."""

    leaves: float = 0.9
    decides: float = 0.6
    may_leave: float = 0.4

    def of(self, departure: Departure) -> float:
        """The chance of who says so."""
        return self[_kind(departure)]


PRIORS: Final = Chances()


def read_chances(driver: sqlite.Connection, through: date, horizon_days: int) -> Chances:
    """Return the chances as the book's past up to a day tells them.

    A customer counts once for each kind of wording, by their newest text whose horizon is over by that day.

    Parameters
    ----------
    through
        The day of the fit in force: customers' figures do not move because others wrote since.
    horizon_days
        Days without a purchase after which somebody counts as having left.
    """
    teach(driver)
    asked = {"day": (through - timedelta(days=horizon_days)).isoformat(), "after": f"+{horizon_days} days"}
    followed: list[dict[int, bool]] = [{} for _ in PRIORS]
    for customer, day, origin, row_id, bought in driver.execute(_FOLLOWED, asked).fetchall():
        words = read_words(driver, origin, row_id, day)
        if words is not None:
            followed[_kind(words.departure)].setdefault(customer, bool(bought))
    return Chances(*(_weighed(prior, found.values()) for prior, found in zip(PRIORS, followed, strict=True)))


def _kind(departure: Departure) -> int:
    """Which of the chances a wording has."""
    if departure.leaves:
        return 0
    return 1 if departure.does or departure.decides else 2


def _weighed(prior: float, bought: Collection[bool]) -> float:
    """The share who left, with the prior."""
    return (prior * _WEIGHT + len(bought) - sum(bought)) / (_WEIGHT + len(bought))
