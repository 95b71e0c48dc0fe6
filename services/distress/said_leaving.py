"""Whose words of leaving stand, so that these count in place of what a model expects of them.

Words stand for 30 days, for as long as the alert that they raised is open, and for half a year while their writer
neither ordered again 14 days later or more nor rated our service well: silence answers nobody. They are over once
their writer rated well, and once their alert was closed as answered while the book held them: the customer came back
or was saved, there was no issue, or the alert was not useful. Closed as lost or known already, it takes nothing back.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import date, timedelta
from typing import Final, NamedTuple

from models import sqlite
from models.queries.churn_status import notices
from models.queries.purchases import PURCHASES
from models.values.facts import RATED_WELL
from services.distress.carried_out import PRIORS, Chances
from services.distress.leaving_marks import SAID_LEAVING, read_words, teach

STANDS_DAYS: Final = 30
_UNANSWERED_DAYS: Final = 180
#: Outcomes of an alert by which the words are answered, as by its not being useful.
ANSWERED: Final = ("came_back", "solved", "saved", "no_issue")
_RAISED: Final = """SELECT 1 FROM alerts a JOIN alert_signals g ON g.alert_id = a.id
    WHERE a.customer_id = said.customer_id AND g.rule = 'distress' AND g.evidence ->> 'sign' = 'leaving'"""
#: Where our service is rated, and on which day; that a product was liked does not answer who wants to leave.
_SERVICE: Final = {"tickets": "coalesce(r.resolved_on, r.opened_on)", "surveys": "r.answered_on"}
#: When words came into the book, '' where no import brought them: files lag, and nobody answers what is still to come.
_KNOWN_AT: Final = "coalesce((SELECT i.finished_at FROM imports i WHERE i.id = said.import_id), '')"


def rated_since(words: str, day: str) -> str:
    """SQL of whether who wrote ``words``, rows with customer_id and day, rated our service well by ``day``, SQL too."""
    found = (
        f"EXISTS (SELECT 1 FROM {table} r WHERE r.customer_id = {words}.customer_id AND {RATED_WELL[table]}"
        f" AND {on} > {words}.day AND {on} <= {day})"
        for table, on in _SERVICE.items()
    )
    return f"({' OR '.join(found)})"


#: Whether they ordered; an order within two weeks may be a standing one that runs on.
_ORDERED: Final = f"""EXISTS (SELECT 1 FROM {PURCHASES} p WHERE p.customer_id = said.customer_id AND p.amount_minor > 0
    AND p.ordered_on >= date(said.day, '+14 days') AND p.ordered_on <= :day)"""
#: The newest last. Texts that are not read yet are those of customers who are about to be scored.
#: Materialized: SQLite would put the conditions below into each of the four parts, and prepare them four times.
_STANDING: Final = f"""
WITH said AS MATERIALIZED ({SAID_LEAVING.format(only=" AND leaving = 1 {only}")})
SELECT customer_id, day, origin, id FROM said
WHERE glad > :day
  AND (day > :since OR day > :unanswered AND NOT {_ORDERED} AND NOT {rated_since("said", ":day")}
       OR EXISTS ({_RAISED} AND a.state NOT IN ('resolved', 'not_useful') AND g.cleared_at IS NULL
                                         AND date(g.raised_as_of, '-{STANDS_DAYS} days') < said.day))
  AND NOT EXISTS ({_RAISED} AND (a.state = 'not_useful' OR a.outcome IN {ANSWERED})
                            AND date(a.closed_at) >= said.day AND a.closed_at >= {_KNOWN_AT})
ORDER BY day, id"""


#: Who gave notice of their contract says so in plain words, whatever else they write, until it ends.
_NOTICES: Final = f"SELECT customer_id, noticed FROM {notices(':day')} n WHERE true {{only}}"


class Said(NamedTuple):
    """A customer's newest words that stand, or the notice that they gave.

    Attributes
    ----------
    on
        Their day.
    leaves
        They say in plain words that they leave, else that they may.
    chance
        How likely they carry it out, 0 to 1.
    sentence
        The sentence in which they say it; '' of a notice.
    """

    on: str
    leaves: bool
    chance: float
    sentence: str = ""


def read_said(
    driver: sqlite.Connection,
    as_of: date,
    customers: Collection[int] | None = None,
    chances: Chances = PRIORS,
) -> dict[int, Said]:
    """Return the words that stand at the end of a day, by customer.

    Parameters
    ----------
    customers
        Of these only; None: of everyone.
    chances
        How likely words are carried out, as the book's past tells.
    """
    teach(driver)
    only = "" if customers is None else "AND customer_id IN (SELECT value FROM json_each(:ids))"
    asked = {
        "day": as_of.isoformat(),
        "since": (as_of - timedelta(days=STANDS_DAYS)).isoformat(),
        "unanswered": (as_of - timedelta(days=_UNANSWERED_DAYS)).isoformat(),
        "ids": json.dumps(list(customers or ())),
    }
    newest = {row[0]: row[1:] for row in driver.execute(_STANDING.format(only=only), asked)}
    found = {customer: (day, read_words(driver, origin, row, day)) for customer, (day, origin, row) in newest.items()}
    said = {
        customer: Said(day, words.departure.leaves, chances.of(words.departure), words.sentence)
        for customer, (day, words) in found.items()
        if words is not None
    }
    given = driver.execute(_NOTICES.format(only=only), asked).fetchall()
    return said | {customer: Said(day, True, chances.leaves) for customer, day in given}
