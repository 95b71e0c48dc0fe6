"""What can be done now about an alert with what is known: the primary button, and what to speak of.

The button does what `services.insight.reach` says first. What waits for an answer comes first among the points;
nothing is sold while it does.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from models import sqlite
from models.queries.churn_status import SPEAKING
from models.queries.products import product_called
from models.values import words
from models.values.reaching import Approach, TalkingPoint
from services.distress.matters import Matter
from services.insight.open_work import deal_parts, read_deals
from services.insight.reach import Reach
from services.insight.reader import Reader
from services.insight.timeline_formatting import deal_name

_POINTS: Final = 4
_RENEWAL_DAYS: Final = 120
#: The line that brought most on the last day with a purchase.
_LAST_LINE: Final = f"""
SELECT {product_called("l")} AS what, l.quantity, o.ordered_on FROM order_lines l JOIN orders o ON o.id = l.order_id
WHERE o.customer_id = ? AND o.kind = 'purchase' AND o.ordered_on <= ? AND l.amount_minor > 0
ORDER BY o.ordered_on DESC, l.amount_minor DESC, l.id LIMIT 1"""
_RATED: Final = f"""
SELECT r.rating FROM reviews r WHERE r.customer_id = ? AND {product_called("r")} = ?
ORDER BY r.reviewed_on DESC, r.id DESC LIMIT 1"""


class Footing(NamedTuple):
    """What a suggestion stands on.

    Attributes
    ----------
    matters
        What waits for an answer, the alert's own first.
    """

    reach: Reach
    matters: tuple[Matter, ...]


class Business(NamedTuple):
    """What is open with a customer: deals as `read_deals` has them, and the contract that speaks, or None."""

    deals: Sequence[sqlite.Row]
    contract: sqlite.Row | None


def read_business(reader: Reader, customer_id: int) -> Business:
    """Return the open deals and the contract that has not ended."""
    contract = reader.row(SPEAKING.format(customer="?", day="?"), (customer_id, reader.today.isoformat()))
    ended = contract is not None and contract["status"] == "ended"
    return Business(read_deals(reader, customer_id), None if ended else contract)


def read_approach(reader: Reader, customer: sqlite.Row, footing: Footing, business: Business) -> Approach:
    """Return what the primary button does and what to speak of."""
    reach, matters = footing.reach, footing.matters
    points = [*_points(reader, customer["id"], matters, business)][:_POINTS]
    if reach.hours is not None:
        points.append(reach.hours)
    return Approach(
        first=reach.first,
        when=reach.when,
        phone=reach.phone,
        points=tuple(points),
        no_email=reach.no_email,
        can_consent=reach.unasked,
        until=reach.until,
    )


def _points(reader: Reader, customer_id: int, matters: Sequence[Matter], business: Business) -> Iterator[TalkingPoint]:
    for matter in matters:
        yield _matter(reader, matter)
    for deal in business.deals[:1]:
        parts = deal_parts(reader, deal)
        name = ", ".join([words.shortened(deal_name(deal), 40), *parts[:-1]])
        yield TalkingPoint(name, f"{words.capital(parts[-1])}. Agree on the next step.")
    if business.contract is not None:
        yield from _renewal(reader, business.contract)
    if not matters:
        yield from _last_purchase(reader, customer_id)


def _matter(reader: Reader, matter: Matter) -> TalkingPoint:
    days = reader.days_since(matter.day)
    on = words.day(matter.day, reader.today)
    if matter.departure is not None:
        return TalkingPoint(
            "Leaving", f"on {on} they said {matter.departure.told(reader.today)}. Ask what would change it."
        )
    subject = words.capital(matter.what or matter.thing)
    if matter.is_open:
        came = "today" if matter.day == reader.today else f"on {on}"
        waited = f"their ticket has waited {words.count(days, 'day')}" if days else f"their ticket came in {came}"
        rated = f", rated {matter.rated}" if matter.rated else ""
        return TalkingPoint(subject, f"{waited}{rated}. Say what happens next.")
    if matter.rated:
        return TalkingPoint(subject, f"rated {matter.rated} on {on}. Ask what would put it right.")
    return TalkingPoint(subject, f"they complained on {on}. Ask what would put it right.")


def _renewal(reader: Reader, contract: sqlite.Row) -> Iterator[TalkingPoint]:
    day = words.day_of(contract["ends_on"])
    if day is None or not 0 <= (day - reader.today).days <= _RENEWAL_DAYS:
        return
    year = contract["value_per_year_minor"]
    worth = f", {words.money(year, contract['currency'] or reader.currency)} a year" if year is not None else ""
    yield TalkingPoint("Renewal", f"on {reader.day(day)}{worth}. Ask what they need for it.")


def _last_purchase(reader: Reader, customer_id: int) -> Iterator[TalkingPoint]:
    """What they bought last; not what they rated badly: it is a matter of its own."""
    row = reader.row(_LAST_LINE, (customer_id, reader.present.isoformat()))
    day = words.day_of(row["ordered_on"]) if row is not None else None
    if row is None or day is None or not row["what"]:
        return
    rating = reader.value(_RATED, (customer_id, row["what"]))
    rated = f", rated {rating} of 5" if rating is not None and rating >= 4 else ""
    if rating is not None and not rated:
        return
    several = row["quantity"] not in (None, "", "1")
    number = f"{row['quantity']} bought" if several else "bought"
    ask = "Ask whether they need more." if several else "Ask how they like it."
    yield TalkingPoint(words.capital(row["what"]), f"{number} on {reader.day(day)}{rated}. {ask}")
