"""The complaints of a year: one meaning of them, for what is advised, what a draft is for, and what it may quote.

A complaint is a rating of 2 of 5 or worse (an NPS of 2 or less, on the scale of the signs of distress), a survey below
its middle with a word on why, an unhappy ticket that they did not rate better, or a strongly negative message. It is
still in mind where they neither ordered, gave a good rating nor spoke kindly since; a good review of a product makes
good only a bad one of the same. A ticket, a message and a bad rating of 30 days are in mind also where they ordered
within 14 days of it: that order does not tell that they got over it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from models import sqlite
from models.queries.open_tickets import is_unhappy
from models.queries.products import product_called
from models.values import words
from models.values.facts import RATED_WELL
from services.distress.matters import STANDS_UNTIL, STRONG, SURVEY_RATING

_DAYS: Final = 365
_SETTLED_DAYS: Final = 180
_SHOWN: Final = 60
#: From this sentiment (-1 … 1) on a message is a kind one.
_KIND: Final = 0.25
#: Every complaint and good rating after ``:since``; ``last_on`` is the day of the rating where that came later.
_ROWS: Final = f"""
SELECT customer_id, opened_on AS day,
       CASE WHEN satisfaction <= 2 AND resolved_on BETWEEN opened_on AND :as_of THEN resolved_on ELSE opened_on END
           AS last_on,
       {is_unhappy(":as_of")} AS bad,
       {RATED_WELL["tickets"]} AS good,
       satisfaction AS given, 5 AS scale, 'ticket' AS kind, coalesce(nullif(subject, ''), kind) AS what, id
FROM tickets WHERE customer_id IS NOT NULL AND opened_on > :since AND opened_on <= :as_of {{scope}}
UNION ALL
SELECT customer_id, reviewed_on, reviewed_on, coalesce(rating <= 2, 0), {RATED_WELL["reviews"]}, rating, 5,
       'review', {product_called("reviews")}, id
FROM reviews WHERE customer_id IS NOT NULL AND reviewed_on > :since AND reviewed_on <= :as_of {{scope}}
UNION ALL
SELECT customer_id, answered_on, answered_on,
       {SURVEY_RATING} <= 2 OR ({SURVEY_RATING} < 3 AND trim(coalesce(comment, '')) <> ''),
       {RATED_WELL["surveys"]}, score, scale, 'survey', NULL, id
FROM surveys WHERE customer_id IS NOT NULL AND answered_on > :since AND answered_on <= :as_of
     AND kind IN ('csat', 'nps') AND scale > 0 AND score IS NOT NULL {{scope}}
UNION ALL
SELECT customer_id, happened_on, happened_on, 1, 0, NULL, NULL, 'conversation', channel, id
FROM conversations WHERE customer_id IS NOT NULL AND happened_on > :since AND happened_on <= :as_of
     AND coalesce(direction, '') <> 'to_customer' AND sentiment <= {STRONG} {{scope}}
UNION ALL
SELECT customer_id, happened_on, happened_on, 0, 1, NULL, NULL, 'conversation', channel, id
FROM conversations WHERE customer_id IS NOT NULL AND happened_on > :since AND happened_on <= :as_of
     AND coalesce(direction, '') <> 'to_customer' AND sentiment >= {_KIND} {{scope}}"""
#: What they rated well or said kindly.
_GOOD: Final = f"SELECT last_on, kind, what FROM ({_ROWS.format(scope='AND customer_id = :customer')}) WHERE good"
_LATEST: Final = (
    f"SELECT * FROM ({_ROWS.format(scope='AND customer_id = :customer')}) WHERE bad"
    " ORDER BY last_on DESC, coalesce(1.0 * given / scale, 1), day DESC"
)
#: What each of some customers complained of, or rated or said well, the newest first.
_VOICES: Final = (
    f"SELECT * FROM ({_ROWS.format(scope='AND customer_id IN (SELECT value FROM json_each(:ids))')})"
    " WHERE bad OR good ORDER BY last_on DESC, coalesce(1.0 * given / scale, 1), day DESC, id DESC"
)
#: The day up to which praise is not proposed: until half a year after a complaint, or something rated worse than well.
_NO_PRAISE: Final = f"""
SELECT coalesce(max(CASE WHEN bad THEN date(last_on, '+180 days') WHEN given IS NOT NULL AND NOT good THEN last_on END),
                '')
FROM ({_ROWS.format(scope="AND customer_id = :customer")})"""
#: Days since a customer's newest complaint of a year, made good or not.
DAYS_SINCE: Final = f"""
SELECT customer_id, julianday(:as_of) - julianday(max(last_on)) AS days
FROM ({_ROWS.replace(":since", ":day_365")}) WHERE bad GROUP BY customer_id"""
#: Customers with a complaint that is still in mind.
IN_MIND: Final = f"""
SELECT DISTINCT r.customer_id
FROM (SELECT *, max(CASE WHEN good AND kind <> 'review' THEN last_on END) OVER (PARTITION BY customer_id) AS glad_on,
             max(CASE WHEN good THEN last_on END) OVER (PARTITION BY customer_id, kind, what) AS liked_on
      FROM ({_ROWS})) r LEFT JOIN customer_risk_scores s ON s.customer_id = r.customer_id
WHERE bad AND last_on > coalesce(glad_on, '') AND last_on > coalesce(liked_on, '')
      AND CASE WHEN kind IN ('ticket', 'conversation') OR last_on > date(:as_of, '-30 days')
               THEN {STANDS_UNTIL.format("last_on")} ELSE date(last_on, '+1 day') END
          > coalesce(s.last_order_on, '')"""


@dataclass(frozen=True)
class Complaint:
    """What they complained of; ``last_on`` is the day on which they rated it, where that came later."""

    day: date
    last_on: date
    kind: str
    what: str
    rated: str

    def told(self, today: date) -> str:
        """Say it after "Last complaint": “Late delivery”, 14 Jun, rated 2 of 5."""
        named = {
            "ticket": f"“{self.what}”" if self.what else "a ticket",
            "review": f"review of {self.what}" if self.what else "a review",
            "survey": f"{self.rated} in our survey",
        }.get(self.kind, self.what or "a message")
        rated = f", rated {self.rated}" if self.rated and self.kind != "survey" else ""
        return f"{named}, {words.day(self.day, today)}{rated}"


@dataclass(frozen=True)
class Voice(Complaint):
    """A complaint, or what they rated or said well; `row_id` is that of the table of its kind."""

    row_id: int
    bad: bool
    good: bool
    given: float | None

    def praise(self, today: date) -> str:
        """Say of a good rating, after "they": rated “Zip is stuck” 5 of 5, 16 Nov."""
        what = {"review": self.what, "ticket": f"“{self.what}”"}.get(self.kind, "")
        how = f"rated {what} {self.rated}" if what else f"gave {self.rated} in our survey"
        return f"{how}, {words.day(self.last_on, today)}"


def read_voices(driver: sqlite.Connection, customer_ids: Sequence[int], as_of: date) -> Mapping[int, tuple[Voice, ...]]:
    """Return by customer the complaints of a year, and what they rated or said well, the newest first."""
    cursor = driver.cursor()
    cursor.row_factory = sqlite.Row
    found: dict[int, tuple[Voice, ...]] = {}
    for row in cursor.execute(_VOICES, {"ids": json.dumps(list(customer_ids)), **window(as_of)}):
        voice = Voice(**_told(row), row_id=row["id"], bad=bool(row["bad"]), good=bool(row["good"]), given=row["given"])
        found[row["customer_id"]] = (*found.get(row["customer_id"], ()), voice)
    return found


def _told(row: sqlite.Row) -> dict[str, Any]:
    return {
        "day": date.fromisoformat(row["day"]),
        "last_on": date.fromisoformat(row["last_on"]),
        "kind": row["kind"],
        "what": words.shortened(row["what"] or "", _SHOWN),
        "rated": f"{row['given']:g} of {row['scale']:g}" if row["given"] is not None else "",
    }


def read_complaints(driver: sqlite.Connection, customer_id: int, as_of: date) -> tuple[Complaint, ...]:
    """Return the complaints of a customer within a year, the newest first, of one day the worst."""
    cursor = driver.cursor()
    cursor.row_factory = sqlite.Row
    asked = {"customer": customer_id, **window(as_of)}
    return tuple(Complaint(**_told(row)) for row in cursor.execute(_LATEST, asked))


def read_unsettled(driver: sqlite.Connection, customer_id: int, as_of: date) -> Complaint | None:
    """Return the newest complaint of half a year that was not made good, None without one.

    The half-year before their last order counts as well: a silence may have begun with it. It was made good where they
    later spoke kindly, answered a survey well, or rated the same product well.
    """
    asked = {"customer": customer_id, **window(as_of)}
    ordered = driver.execute("SELECT last_order_on FROM customer_risk_scores WHERE customer_id = ?", (customer_id,))
    last = words.day_of((ordered.fetchone() or (None,))[0]) or as_of
    half_year = timedelta(days=_SETTLED_DAYS)
    good = [(words.day_of(on) or as_of, kind, what) for on, kind, what in driver.execute(_GOOD, asked)]
    for one in read_complaints(driver, customer_id, as_of):
        made_good = any(
            on > one.last_on and (kind in ("conversation", "survey") or (kind, what) == ("review", one.what))
            for on, kind, what in good
        )
        lately = one.last_on > as_of - half_year or last - half_year < one.last_on <= last
        if lately and not made_good:
            return one
    return None


def last_good_day(driver: sqlite.Connection, customer_id: int, as_of: date) -> str:
    """Return the day on which they last rated something well or spoke kindly within a year, '' without one."""
    return max((row[0] for row in driver.execute(_GOOD, {"customer": customer_id, **window(as_of)})), default="")


def no_praise_until(driver: sqlite.Connection, customer_id: int, as_of: date) -> str:
    """Return the day up to which their praise is not proposed to be quoted, '' where nothing speaks against it."""
    asked = {"customer": customer_id, **window(as_of)}
    return str(driver.execute(_NO_PRAISE, asked).fetchone()[0])


def has_in_mind(driver: sqlite.Connection, customer_id: int, as_of: date) -> bool:
    """Whether a customer has a complaint that is still in mind."""
    query = IN_MIND.format(scope="AND customer_id = :customer")
    return driver.execute(query, {"customer": customer_id, **window(as_of)}).fetchone() is not None


def window(as_of: date) -> dict[str, str]:
    """Return the parameters of the year that ends on a day."""
    return {"as_of": as_of.isoformat(), "since": (as_of - timedelta(days=_DAYS)).isoformat()}
