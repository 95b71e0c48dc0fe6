"""What stands next to an alert and changes how it reads: trouble near its matter, a good rating, a deal won since."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import Final

from models.queries.deals import closed_on
from models.queries.products import deal_called, product_called
from models.values import words
from services.distress.matters import SURVEY_RATING, Matter
from services.insight.reader import Reader
from services.insight.timeline_formatting import deal_name

_DAYS: Final = 14
_NAMED: Final = 3
_GLAD: Final = 4
_SHOWN: Final = 60
#: What they rated badly and asked around a day, the nearest first; what they rated well is no sign of trouble.
_NEAR: Final = f"""
SELECT origin, id, day, given, what FROM (
    SELECT 'reviews' AS origin, id, reviewed_on AS day, rating || ' of 5' AS given, {product_called("reviews")} AS what
    FROM reviews WHERE customer_id = :customer AND rating < {_GLAD}
    UNION ALL
    SELECT 'surveys', id, answered_on, printf('%g of %g', score, scale), 'our survey'
    FROM surveys WHERE customer_id = :customer AND kind IN ('csat', 'nps') AND {SURVEY_RATING} < {_GLAD} AND scale > 0
    UNION ALL
    SELECT 'tickets', id, opened_on, NULL, coalesce(nullif(subject, ''), kind)
    FROM tickets WHERE customer_id = :customer AND coalesce(satisfaction, 0) < {_GLAD})
WHERE day BETWEEN :first AND :last ORDER BY abs(julianday(day) - julianday(:day)), origin, id"""
#: The newest rating of a year, on the scale of 1 to 5.
_NEWEST: Final = f"""
SELECT day, rating FROM (
    SELECT reviewed_on AS day, rating FROM reviews WHERE customer_id = :customer
    UNION ALL
    SELECT coalesce(resolved_on, opened_on), satisfaction FROM tickets WHERE customer_id = :customer
    UNION ALL
    SELECT answered_on, {SURVEY_RATING} FROM surveys
    WHERE customer_id = :customer AND kind IN ('nps', 'csat') AND scale > 0)
WHERE rating IS NOT NULL AND day > :year_ago AND day <= :today ORDER BY day DESC, rating LIMIT 1"""
_WON: Final = f"""
SELECT {deal_called("o")} AS name, kind, amount_minor, currency, {closed_on("o")} AS day FROM opportunities o
WHERE customer_id = :customer AND stage = 'Won' AND day <= :today
      AND day > (SELECT last_order_on FROM customer_risk_scores WHERE customer_id = :customer)
ORDER BY day DESC, id DESC LIMIT 1"""


def near_words(reader: Reader, customer_id: int, matter: Matter, told: Collection[Matter]) -> str:
    """Return what else they rated badly or asked within two weeks of a bad rating, '' for nothing.

    Parameters
    ----------
    told
        What is named in any case.
    """
    if matter.kind != "rated":
        return ""
    first, last = (matter.day + timedelta(days=days) for days in (-_DAYS, _DAYS))
    asked = {"customer": customer_id, "day": matter.day.isoformat(), "first": first.isoformat(),
             "last": min(last, reader.today).isoformat()}  # fmt: skip
    known = {(one.origin, one.row_id) for one in told}
    rows = [row for row in reader.driver.execute(_NEAR, asked) if (row[0], row[1]) not in known]
    named = []
    for origin, _, day, given, what in rows[:_NAMED]:
        subject = words.shortened(what or "", _SHOWN)
        if origin == "tickets":
            said = f"ticket “{subject}”" if subject else "a ticket"
        else:
            said = f"{given} {'in' if origin == 'surveys' else 'for'} {subject or 'another product'}"
        on = words.day_of(day)
        named.append(f"{said}, {words.day(on, reader.today)}" if on is not None else said)
    return f"Within two weeks of it: {'; '.join(named)}." if named else ""


def pleased_words(reader: Reader, customer_id: int) -> str:
    """Return that they are pleased, where their newest rating of a year says so; '' otherwise."""
    days = {"today": reader.today.isoformat(), "year_ago": (reader.today - timedelta(days=365)).isoformat()}
    row = next(iter(reader.rows(_NEWEST, {"customer": customer_id, **days})), None)
    on = words.day_of(row["day"]) if row is not None else None
    if row is None or on is None or row["rating"] < _GLAD:
        return ""
    return f"They are pleased: their rating of {words.day(on, reader.today)} was {row['rating']:.2g} of 5."


def won_words(reader: Reader, customer_id: int) -> str:
    """Return the newest deal that was won after the last order, in a sentence; '' for none."""
    row = next(iter(reader.rows(_WON, {"customer": customer_id, "today": reader.today.isoformat()})), None)
    on = words.day_of(row["day"]) if row is not None else None
    if row is None or on is None:
        return ""
    amount = row["amount_minor"]
    money = [words.money(amount, row["currency"] or reader.currency)] if amount is not None else []
    return f"Deal won since the last order: {', '.join([deal_name(row), *money, words.day(on, reader.today)])}."
