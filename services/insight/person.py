"""The head of an alert's page: who to speak to, and what was last said, written, sold and agreed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from models import sqlite
from models.queries.emails import ONE_MAIL
from models.queries.purchases import PURCHASES
from models.values import words
from models.values.alerts import ScoreFigures
from models.values.outbox import OWN_SOURCE
from models.values.reaching import HeaderFact, Person, SpendYear
from services.book.sources import UNANSWERED
from services.insight.approach import Business
from services.insight.mails import furthest, mail_through
from services.insight.open_work import deal_parts
from services.insight.reach import Phone
from services.insight.reader import Reader
from services.insight.timeline_formatting import deal_name

_QUOTED = 44
_CONTACT = "SELECT name, role FROM contacts WHERE customer_id = ? AND name <> '' ORDER BY is_primary DESC, id LIMIT 1"
_CONVERSATION = (
    "SELECT source, channel, direction, text, happened_on FROM conversations"
    " WHERE customer_id = ? AND happened_on <= ? ORDER BY happened_on DESC, coalesce(happened_at, ''), id DESC LIMIT 1"
)
_MAIL = f"""
SELECT min(happened_on) AS day, max(source = '{OWN_SOURCE}') AS own, max(kind = 'replied') AS replied,
       max(kind = 'clicked') AS clicked, max(kind = 'opened') AS opened, max(kind = 'converted') AS converted,
       max(kind = 'bounced') AS bounced
FROM email_events WHERE customer_id = ? AND happened_on <= ? GROUP BY {ONE_MAIL}
HAVING max(kind IN ('sent', 'delivered')) ORDER BY min(happened_on) DESC, min(id) DESC LIMIT 1"""


def read_person(reader: Reader, customer: sqlite.Row, phone: Phone, business: Business) -> Person:
    """Return who to speak to at a customer and what there is to know before speaking.

    Parameters
    ----------
    customer
        A row of ``customers`` with all its columns.
    phone
        The number to call, and whose it is: who is shown beside it.
    """
    contact = reader.row(_CONTACT, (customer["id"],))
    place = ", ".join(part for part in (customer["city"], customer["region"]) if part) or customer["country"] or ""
    facts = (_conversation(reader, customer["id"]), _mail(reader, customer["id"]), _deal(reader, business.deals),
             _contract(reader, business.contract))  # fmt: skip
    primary = (contact["name"], contact["role"] or "") if contact is not None else ("", "")
    # A contact without a name has a number of their own: it is not the primary contact's.
    name, role = primary if phone.contact is None else (phone.name, phone.role)
    return Person(
        name=name,
        role=role,
        phone=phone.phone,
        place=place,
        owner=reader.owned(customer["owner"]),
        facts=tuple(fact for fact in facts if fact is not None),
    )


def read_spend(reader: Reader, customer_id: int, figures: ScoreFigures | None) -> SpendYear | None:
    """Return what the customer bought in the 12 months up to the book's day, and the change from those before.

    None where they are not scored; the change is None without purchases in the year before, or with an amount in a
    currency for which there is no rate.
    """
    spent = reader.value("SELECT spend_12m_minor FROM customer_risk_scores WHERE customer_id = ?", (customer_id,))
    if figures is None or spent is None:
        return None
    first, last = (reader.present - timedelta(days=days) for days in (730, 365))
    before = 0
    for amount, currency in reader.driver.execute(
        f"SELECT sum(amount_minor), currency FROM {PURCHASES} WHERE customer_id = ? AND ordered_on > ?"
        " AND ordered_on <= ? GROUP BY currency",
        (customer_id, first.isoformat(), last.isoformat()),
    ):
        converted = reader.converted(amount or 0, currency)
        if converted is None:
            return SpendYear(spent, None)
        before += converted
    return SpendYear(spent, spent / before - 1 if before > 0 else None)


def _conversation(reader: Reader, customer_id: int) -> HeaderFact | None:
    row = reader.row(_CONVERSATION, (customer_id, reader.today.isoformat()))
    day = words.day_of(row["happened_on"]) if row is not None else None
    if row is None or day is None:
        return None
    text = " ".join((row["text"] or "").split())
    if row["source"] == OWN_SOURCE:
        title = "Last call" if row["channel"] == UNANSWERED else "Last conversation"
        return HeaderFact(title, reader.day(day), f": {text}", lately=True)
    who = {"from_customer": "from them", "to_customer": "from us"}.get(row["direction"] or "", "")
    what = " ".join(part for part in ((row["channel"] or "").lower(), who) if part)
    quoted = f"“{words.shortened(text, _QUOTED)}”" if text else ""
    said = ", ".join(part for part in (what, quoted) if part)
    return HeaderFact("Last conversation", reader.day(day), f": {said}" if said else "", lately=True)


def _mail(reader: Reader, customer_id: int) -> HeaderFact | None:
    row = reader.row(_MAIL, (customer_id, reader.today.isoformat()))
    day = words.day_of(row["day"]) if row is not None else None
    if row is None or day is None:
        return None
    known_to = mail_through(reader)
    rest = "bounced" if row["bounced"] else furthest(row)
    if not rest:
        too_new = row["own"] or known_to is None or day > known_to - timedelta(days=3)
        rest = "no answer yet" if too_new else "no answer"
    return HeaderFact("Last email", reader.day(day), f", {rest}", lately=True)


def _deal(reader: Reader, deals: Sequence[sqlite.Row]) -> HeaderFact | None:
    if not deals:
        return None
    more = f" and {len(deals) - 1} more" if len(deals) > 1 else ""
    said = ", ".join(deal_parts(reader, deals[0]))
    return HeaderFact("Open deal", words.shortened(deal_name(deals[0]), 40), f", {said}{more}")


def _contract(reader: Reader, row: sqlite.Row | None) -> HeaderFact | None:
    if row is None:
        return None
    day = words.day_of(row["ends_on"])
    year = row["value_per_year_minor"]
    worth = f"{words.money(year, row['currency'] or reader.currency)} a year" if year is not None else ""
    if day is None:
        return HeaderFact("Contract", worth) if worth else None
    if day < reader.today:  # whether it went on is not on record
        return None
    return HeaderFact("Renews", reader.day(day), f", {worth}" if worth else "")
