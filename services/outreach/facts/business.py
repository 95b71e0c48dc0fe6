"""What is under way with a customer and what we could tell them: deals, campaigns, the feature, documents."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from models import sqlite
from models.queries.deals import ALERTED, list_price
from models.values import words
from models.values.outreach import Fact, FactValue
from services.entities import ENTITIES, Told
from services.insight import Reader, reference
from services.insight.declared import COLUMN, rows_of, said
from services.insight.open_work import DUE_DAYS
from services.knowledge import passages_about, sentence_about
from services.outreach.facts.found import (
    Filling,
    Found,
    can_be_named,
    long_day,
    money,
    number,
    of_kind,
    on,
    products,
    saying,
    with_article,
)

_CAMPAIGN_DAYS: Final = 365
_PASSAGES: Final = 2
#: A matter of so many days ago is answered with what our policies say about it.
_MATTER_DAYS: Final = 60
_TITLE: Final = 40
#: Title and sentence together have so many characters.
_LINE: Final = 105
_FIGURE: Final = re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?![\w])")
#: So many of the newest rows of activity are looked through for the feature: whether the business has it at all.
_ACTIVITIES: Final = 4000
_STAGE_WORDS: Final = {"Identified": "first talks", "Qualified": "first talks", "Proposal": "proposal",
                       "Negotiation": "negotiation"}  # fmt: skip
#: What a deal is called to the customer that has no name, and of whose kind only the seller speaks. The day on which it
#: was created is no day of a proposal or of a talk.
_OFFERED: Final = {"Proposal": "our proposal", "Negotiation": "our offer"}

_RENEWAL: Final = re.compile(r"\brenew", re.IGNORECASE)


def read_business(reader: Reader, customer_id: int) -> Iterator[Found]:
    """Yield the facts of deals, campaigns, the feature and documents."""
    yield from _deal(reader, customer_id)
    yield from _campaign(reader, customer_id)
    yield from _feature(reader, customer_id)
    yield from _declared(reader, customer_id)
    yield from _policies(reader, customer_id)


def _deal(reader: Reader, customer_id: int) -> Iterator[Found]:
    """Yield the open deal that the alert is about, else the largest that has an offer, that can be named, or at all."""
    row = reader.row(
        "SELECT o.id, o.external_id, o.name, o.kind, o.stage, o.amount_minor, o.currency, o.opened_on,"
        " o.closes_on, coalesce(nullif(p.name, ''), o.product_name, '') AS product"
        " FROM opportunities o LEFT JOIN products p ON p.id = o.product_id"
        " WHERE o.customer_id = ? AND o.stage NOT IN ('Won', 'Lost') AND coalesce(o.opened_on, '') <= ?"
        f" ORDER BY {ALERTED} DESC, o.stage IN ('Proposal', 'Negotiation') DESC,"
        " coalesce(o.name, '') = '' AND product = '' AND o.stage = 'Identified',"
        f" coalesce(nullif(o.amount_minor, 0), {list_price(reader.currency)}, 0) DESC,"
        " coalesce(o.opened_on, '~'), o.id LIMIT 1",
        (customer_id, reader.today.isoformat()),
    )
    if row is None:
        return
    name, product = words.shortened(row["name"] or "", 40), " ".join(row["product"].split())
    stage = _STAGE_WORDS.get(row["stage"], row["stage"].lower())
    proposed = row["stage"] == "Proposal"
    values = [*of_kind("name", name), *products(product), *saying(stage, "we have talked about", "we spoke about")]
    values += saying("our proposal", "open proposal", "we proposed") if proposed else ()
    values += saying("our offer") if row["stage"] in _OFFERED else ()
    renewal = not name and not product and _RENEWAL.search(row["kind"] or "") is not None
    values += saying("the renewal", "your renewal") if renewal else ()
    parts = [name or (f"Deal about {with_article(product)}" if product else "Renewal" if renewal else "Open deal")]
    if row["amount_minor"]:
        amount = words.money(row["amount_minor"], row["currency"] or reader.currency)
        parts.append(amount)
        values.append(money(row["amount_minor"], row["currency"] or reader.currency))
    opened = words.day_of(row["opened_on"])
    about = name or (with_article(product) if can_be_named(product) else "the renewal" if renewal else "")
    filling: dict[str, str | bool | list[str]] = {"proposal": proposed and bool(about)}
    if opened is not None:
        values += on(opened)
        filling["opened"] = long_day(opened, reader.today)
    if about or row["stage"] != "Identified":
        filling["name"] = about or _OFFERED.get(row["stage"], "what we talked about")
    closes = words.day_of(row["closes_on"])
    if closes is not None and abs((closes - reader.today).days) <= DUE_DAYS:
        values += (*on(closes), *saying("we hoped to settle"))
        filling["closes"] = long_day(closes, reader.today)
        stage += f", to close by {words.day(closes, reader.today)}"
    fact = Fact(f"deal:{row['id']}", ", ".join([*parts, stage]), reference("deal", row["id"], row["external_id"]),
                "opportunities", row["id"], "deal", tuple(values))  # fmt: skip
    yield Found(fact, "deal", {"deal": filling})


def _campaign(reader: Reader, customer_id: int) -> Iterator[Found]:
    """Yield the last mailing in which they clicked, if they let that be recorded, else the last that they were sent."""
    since = (reader.today - timedelta(days=_CAMPAIGN_DAYS)).isoformat()
    rows = reader.rows(
        "SELECT e.id, e.kind, e.campaign, max(e.happened_on) AS day FROM email_events e"
        " JOIN customers c ON c.id = e.customer_id"
        " WHERE e.customer_id = ? AND (e.kind = 'sent' OR (e.kind = 'clicked' AND c.tracking_consent <> 'withdrawn'))"
        " AND e.happened_on BETWEEN ? AND ? AND e.campaign <> '' GROUP BY e.kind ORDER BY e.kind",
        (customer_id, since, reader.today.isoformat()),
    )
    day = words.day_of(rows[0]["day"]) if rows else None
    if day is None:
        return
    row = rows[0]
    name = words.shortened(row["campaign"], 40)
    said = f"{'Clicked in' if row['kind'] == 'clicked' else 'Was sent'} “{name}”, {words.day(day, reader.today)}"
    values = (*of_kind("name", name), *on(day), *saying("our newsletter", "our emails", "our mailings"))
    fact = Fact(f"campaign:{row['id']}", said, "campaign", "email_events", row["id"], "campaign", values)
    yield Found(fact, "campaign", {"campaign": name})


def feature_of(reader: Reader) -> str:
    """Return the kind of activity that counts as using the feature: the rule's own, or as the policy sets it."""
    set_here = (
        one.value for one in reader.policy.rule_parameters if (one.rule, one.name) == ("not_adopted", "feature")
    )
    return str(next(set_here, "fit_scan"))


def _feature(reader: Reader, customer_id: int) -> Iterator[Found]:
    """Yield whether they use the feature, in a book whose business has it."""
    kind = feature_of(reader)
    name = kind.replace("_", " ").strip()
    used, last, refused = reader.driver.execute(
        "SELECT count(*), max(happened_on), (SELECT tracking_consent = 'withdrawn' FROM customers WHERE id = ?1)"
        " FROM activities WHERE customer_id = ?1 AND kind = ?2 AND happened_on <= ?3",
        (customer_id, kind, reader.today.isoformat()),
    ).fetchone()
    if refused:  # they do not want what they do to be recorded: it is not told back to them
        return
    if not used and not _anybody_uses(reader, kind):
        return
    fillings: dict[str, Filling] = {"feature": {"name": name, "used": bool(used)}}
    day = words.day_of(last)
    said, values = f"Has not used the {name} yet", saying(name, f"not used the {name} yet", f"never used the {name}")
    if day is not None:
        said = f"Used the {name} {_times(used)}, last {words.day(day, reader.today)}"
        values = (number(used), *on(day), *saying(name, f"used the {name}", f"use the {name}"))
    fact = Fact(f"activity:{kind}", said, "activity", "activities", None, "product", values)
    yield Found(fact, "feature", fillings)


def _times(count: int) -> str:
    return {1: "once", 2: "twice"}.get(count, words.count(count, "time"))


def _anybody_uses(reader: Reader, kind: str) -> bool:
    return bool(
        reader.value(
            "SELECT EXISTS (SELECT 1 FROM (SELECT kind FROM activities ORDER BY id DESC LIMIT ?) WHERE kind = ?)",
            (_ACTIVITIES, kind),
        )
    )


def _declared(reader: Reader, customer_id: int) -> Iterator[Found]:
    """Yield what entities declare as facts."""
    for entity in ENTITIES.values():
        told = entity.fact
        for row in rows_of(reader, told, customer_id) if told is not None else ():
            assert told is not None
            label = reference(told.kind, row["id"], row["external_id"])
            says = ", ".join(said(reader, told.words, row))
            values = (*saying(*said(reader, told.statements, row)), *_stated(told, row))
            yield Found(
                Fact(f"{told.kind}:{row['id']}", says, label, entity.table, row["id"], told.kind, values), told.kind
            )


def _stated(told: Told, row: sqlite.Row) -> Iterator[FactValue]:
    """The values that the words of a fact name: a text may state them."""
    for name, form in COLUMN.findall(" ".join(told.words)):
        value = row[name]
        if value in (None, ""):
            continue
        if form == "day":
            yield from on(date.fromisoformat(value))
        elif form == "money":
            yield money(value, row["currency"])
        else:
            yield from (number(value),) if form == "days" else of_kind("name", str(value))


def _policies(reader: Reader, customer_id: int) -> Iterator[Found]:
    """Yield what our documents say about what a customer wrote to us about of late, word for word."""
    rows = reader.rows(
        "SELECT DISTINCT subject FROM tickets WHERE customer_id = ? AND subject <> '' AND opened_on >= ?"
        " ORDER BY opened_on DESC, id DESC LIMIT ?",
        (customer_id, (reader.today - timedelta(days=_MATTER_DAYS)).isoformat(), _PASSAGES),
    )
    shown = set[str]()
    for row in rows:
        for one in passages_about(reader.driver, row["subject"])[:1]:
            said = sentence_about(one, row["subject"])
            key = f"document:{one.id}:{one.page}:{one.heading}"
            if key not in shown:
                values = (*of_kind("name", one.document), *of_kind("quote", said), *map(number, _FIGURE.findall(said)))
                title = words.shortened(one.document, _TITLE)
                told = f"{title}: “{words.shortened(said, _LINE - len(title))}”"
                yield Found(
                    Fact(key, told, f"{title}, page {one.page}", "documents", one.id, "document", values), "document"
                )
            shown.add(key)
