"""What a customer said: tickets, reviews, survey comments and conversations.

What they wrote is quoted as theirs and marked as such (``Fact.quote``); it is data, never an instruction.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Final

from models import sqlite
from models.queries.open_tickets import is_open, is_unhappy
from models.values import words
from models.values.outreach import Fact, FactValue
from services.distress.complaints import Complaint, no_praise_until, read_complaints
from services.distress.lexicon import sentiment_of
from services.insight import Reader, reference
from services.outreach.facts.found import (
    Found,
    can_be_named,
    long_day,
    long_month,
    number,
    of_kind,
    on,
    opening,
    products,
    saying,
    seen_from,
    with_article,
)
from services.outreach.facts.matter import ticket_called
from services.outreach.facts.trouble import trouble_of

#: A rating of 2 or worse is unhappy; as for rules and scores.
UNHAPPY_RATING: Final = 2
GLAD_RATING: Final = 4
_WITHIN_DAYS: Final = 365
_TICKETS: Final = 2
_SUBJECT: Final = 60
_REVIEWS: Final = 2
#: Trouble with an order as a whole, of which its day is said; other trouble is with a product.
_OF_ORDERS: Final = frozenset({"late", "missing", "damaged"})
_OF_PRODUCTS: Final = frozenset({"size", "quality"})
#: Praise that takes something back is not proposed: no email of thanks says it again.
_TAKES_BACK: Final = re.compile(
    r"\b(?:(?<!nothing )but|however|although|though|except|unfortunately|sadly|aber|jedoch|allerdings|leider"
    r"|mais|cependant|pourtant|malheureusement|pero|aunque|lástima)\b", re.IGNORECASE,
)  # fmt: skip


def read_voice(reader: Reader, customer_id: int) -> Iterator[Found]:
    """Yield the facts of what a customer wrote within a year."""
    since, today = (reader.today - timedelta(days=_WITHIN_DAYS)).isoformat(), reader.today.isoformat()
    yield from _tickets(reader, customer_id, since, today)
    yield from _reviews(reader, customer_id, since, today)
    yield from _survey(reader, customer_id, since, today)
    yield from _conversation(reader, customer_id, since, today)


# -- tickets ------------------------------------------------------------------------------------------------------


def _tickets(reader: Reader, customer_id: int, since: str, today: str) -> Iterator[Found]:
    """Yield the unhappy tickets of a year and those that are open, the open ones first, then the newest."""
    rows = reader.rows(
        f"""SELECT id, external_id, coalesce(nullif(subject, ''), kind) AS subject, text, status, opened_on,
                  resolved_on, satisfaction,
                  {is_open(":present")} AS is_open,
                  {is_unhappy(":present")} AS unhappy
             FROM tickets WHERE customer_id = :customer AND opened_on BETWEEN :since AND :today""",
        {"present": reader.present.isoformat(), "customer": customer_id, "since": since, "today": today},
    )
    told = [row for row in rows if row["unhappy"] or row["is_open"]]
    told.sort(key=lambda row: (row["is_open"], row["unhappy"], row["opened_on"], row["id"]), reverse=True)
    for row in told[:_TICKETS]:
        yield from _ticket(reader, customer_id, row)


def _ticket(reader: Reader, customer_id: int, row: sqlite.Row) -> Iterator[Found]:
    label = reference("ticket", row["id"], row["external_id"])
    trouble = trouble_of(row["subject"]) if row["unhappy"] else None
    subject = opening(row["subject"], _SUBJECT)
    state, days, filling = _course(reader, row)
    order = _order_of(reader, customer_id, row) if trouble is not None and trouble.code in _OF_ORDERS else None
    product = _product_of(reader, customer_id, row["subject"]) if trouble and trouble.code in _OF_PRODUCTS else ""
    values = [*days, *saying("your message", "you wrote to us", "your ticket", "you had to write to us")]
    if trouble is None:
        title = f"Ticket “{subject}”" if subject else "Ticket"
        clause = f"you wrote to us about “{subject}”" if subject else "you wrote to us"
        values += [*of_kind("quote", subject), *saying(clause)]
    else:
        about = (
            f"your order of {long_day(order, reader.today)}"
            if order
            else with_article(product)
            if can_be_named(product)
            else ""
        )
        title = trouble.title + (f" of the order of {words.day(order, reader.today)}" if order else "")
        title += f", {product}" if product else ""
        clause = trouble.clause_of(about)
        values += [*saying(clause, trouble.clause_of(""), *trouble.said), *products(product)]
        values += on(order) if order else ()
        filling[trouble.code] = True
        filling |= {"about": about or trouble.bare, "named": ticket_called(row["subject"])}
        values += of_kind("quote", subject)
    rated_badly = (row["satisfaction"] or GLAD_RATING) <= UNHAPPY_RATING
    filling |= {"clause": clause, "unhappy": bool(row["unhappy"]), "rated_badly": rated_badly}
    values += saying("you were not happy with our answer") if rated_badly else ()
    sort = "trouble" if row["unhappy"] else "open ticket"
    key = f"ticket:{row['id']}"
    yield Found(
        Fact(key, f"{title}, {state}" if state else title, label, "tickets", row["id"], "ticket", tuple(values),
             quote="" if trouble else subject),
        sort,
        {"ticket": filling},
    )  # fmt: skip
    if row["satisfaction"] is not None:
        said = f"Ticket rated {row['satisfaction']} of 5"
        yield Found(
            Fact(f"{key}:rating", said, label, "tickets", row["id"], "ticket",
                 (number(row["satisfaction"]), number(5), *saying(said))),
            "ticket rating",
        )  # fmt: skip


def _course(reader: Reader, row: sqlite.Row) -> tuple[str, tuple[FactValue, ...], dict[str, str | bool | list[str]]]:
    """Return what became of a ticket: in words, as values, and as fields."""
    opened, resolved = words.day_of(row["opened_on"]), words.day_of(row["resolved_on"])
    values: tuple[FactValue, ...] = on(opened) if opened else ()
    filling: dict[str, str | bool | list[str]] = {"open": bool(row["is_open"])}
    if opened is not None:
        filling |= _dates("opened", opened, reader.today)
    if resolved is not None and not row["is_open"]:
        filling["resolved"] = long_day(resolved, reader.today)
        values += (*on(resolved), *saying("resolved", "settled", "closed", "put right"))
        return f"resolved {words.day(resolved, reader.today)}", values, filling
    if row["is_open"] and opened is not None:
        return f"open since {words.day(opened, reader.today)}", values + saying("open", "not settled yet"), filling
    return (words.day(opened, reader.today) if opened is not None else ""), values, filling


def _dates(name: str, day: date, today: date) -> dict[str, str]:
    return {name: long_day(day, today), "month": long_month(day, today), "when": seen_from(day, today)}


def _order_of(reader: Reader, customer_id: int, row: sqlite.Row) -> date | None:
    """Return the day of the order that a ticket names by its number, None where it names none of theirs."""
    said = f"{row['subject'] or ''} {row['text'] or ''}"
    tokens = {token.strip(".,:;()!?“”\"'#") for token in said.split() if any(letter.isdigit() for letter in token)}
    if not tokens:
        return None
    marks = ",".join("?" * len(tokens))
    return words.day_of(
        reader.value(
            f"SELECT ordered_on FROM orders WHERE customer_id = ? AND kind = 'purchase' AND external_id IN ({marks})"
            " AND ordered_on <= ? ORDER BY ordered_on DESC LIMIT 1",
            (customer_id, *sorted(tokens), row["opened_on"]),
        )
    )


def _product_of(reader: Reader, customer_id: int, subject: str | None) -> str:
    """Return the product that a subject names, if the customer bought it."""
    rows = reader.driver.execute(
        "SELECT DISTINCT coalesce(nullif(p.name, ''), l.product_name) FROM orders o"
        " JOIN order_lines l ON l.order_id = o.id LEFT JOIN products p ON p.id = l.product_id"
        " WHERE o.customer_id = ? AND o.kind = 'purchase'",
        (customer_id,),
    )
    said = (subject or "").casefold()
    return max((name for (name,) in rows if name and name.casefold() in said), key=len, default="")


# -- reviews ------------------------------------------------------------------------------------------------------


def _reviews(reader: Reader, customer_id: int, since: str, today: str) -> Iterator[Found]:
    """Yield the newest review and the newest of the other mood: what they like, and what they do not.

    Praise that a complaint came after, or that is of a product they complained of, is no longer theirs to be quoted.
    It is proposed as praise only where its words are no reproach and take nothing back, and it is also the newest that
    they rated, half a year after any complaint.
    """
    rows = reader.rows(
        "SELECT r.id, r.external_id, r.rating, r.title, r.text, r.reviewed_on,"
        " coalesce(nullif(p.name, ''), r.product_name) AS product"
        " FROM reviews r LEFT JOIN products p ON p.id = r.product_id"
        " WHERE r.customer_id = ? AND r.reviewed_on BETWEEN ? AND ? ORDER BY r.reviewed_on DESC, r.id DESC LIMIT 20",
        (customer_id, since, today),
    )
    complaints = read_complaints(reader.driver, customer_id, reader.today)
    until = no_praise_until(reader.driver, customer_id, reader.today)
    seen: set[str] = set()
    for row in rows:
        sort = _mood(row)
        if sort == "praise" and _overtaken(row, complaints):
            continue
        if sort == "praise" and (row["reviewed_on"] <= until or _TAKES_BACK.search(_quoted(row))):
            sort = "past praise"
        if sort not in seen and len(seen) < _REVIEWS:
            seen.add(sort)
            yield _review(reader, row, sort)


def _mood(row: sqlite.Row) -> str:
    """Whether a review praises: by its rating, unless its words deny it, as mockery does."""
    rating = row["rating"]
    if rating is None:
        return "review"
    feeling = sentiment_of(f"{row['title'] or ''}. {row['text'] or ''}")
    if rating >= GLAD_RATING:
        return "praise" if feeling is None or feeling > 0 else "review"
    return "bad review" if rating <= UNHAPPY_RATING else "review"


def _overtaken(row: sqlite.Row, complaints: Sequence[Complaint]) -> bool:
    product = " ".join((row["product"] or "").casefold().split())
    return any(
        one.last_on.isoformat() >= row["reviewed_on"] or (product and product in one.what.casefold())
        for one in complaints
    )


def _quoted(row: sqlite.Row) -> str:
    return opening(row["title"]) or opening(row["text"])


def _review(reader: Reader, row: sqlite.Row, sort: str) -> Found:
    day = words.day_of(row["reviewed_on"])
    quoted = _quoted(row)
    product = " ".join((row["product"] or "").split())
    parts = [f"{row['rating']} of 5"] if row["rating"] is not None else []
    parts += [f"“{quoted}”"] if quoted else []
    said = ", ".join(parts) or "Review"
    said += f" on {with_article(product)}" if product and not quoted else ""
    values = [*(on(day) if day else ()), *of_kind("quote", quoted), *products(product)]
    values += [number(row["rating"]), number(5)] if row["rating"] is not None else []
    values += saying("your review", "you told us", "you wrote", "you rated", "your words", "you reviewed")
    filling: dict[str, str | bool | list[str]] = {"quote": quoted} if quoted else {}
    if can_be_named(product):
        filling["product"] = with_article(product)
    if day is not None:
        filling |= _dates("day", day, reader.today)
    label = reference("review", row["id"], row["external_id"])
    fact = Fact(f"review:{row['id']}", said, label, "reviews", row["id"], "review", tuple(values), quote=quoted)
    return Found(
        fact,
        sort,
        {"praise" if sort in ("praise", "past praise") else "complaint" if sort == "bad review" else "review": filling},
    )


# -- surveys and conversations ------------------------------------------------------------------------------------


def _survey(reader: Reader, customer_id: int, since: str, today: str) -> Iterator[Found]:
    """Yield the newest comment of a survey; what they scored is not for an email."""
    row = reader.row(
        "SELECT id, external_id, comment, answered_on FROM surveys WHERE customer_id = ?"
        " AND answered_on BETWEEN ? AND ? AND comment <> '' ORDER BY answered_on DESC, id DESC LIMIT 1",
        (customer_id, since, today),
    )
    day = words.day_of(row["answered_on"]) if row is not None else None
    quoted = opening(row["comment"]) if row is not None else ""
    if row is None or day is None or not quoted:
        return
    values = (*on(day), *of_kind("quote", quoted), *saying("your comment", "you told us", "our survey", "your answer"))
    fact = Fact(f"survey:{row['id']}", f"Survey comment “{quoted}”", reference("survey", row["id"], row["external_id"]),
                "surveys", row["id"], "survey", values, quote=quoted)  # fmt: skip
    yield Found(fact, "survey", {"survey": {"quote": quoted, "month": long_month(day, reader.today)}})


def _conversation(reader: Reader, customer_id: int, since: str, today: str) -> Iterator[Found]:
    row = reader.row(
        "SELECT id, external_id, channel, text, happened_on FROM conversations WHERE customer_id = ?"
        " AND happened_on BETWEEN ? AND ? AND coalesce(direction, 'from_customer') = 'from_customer' AND text <> ''"
        " ORDER BY happened_on DESC, id DESC LIMIT 1",
        (customer_id, since, today),
    )
    day = words.day_of(row["happened_on"]) if row is not None else None
    quoted = opening(row["text"]) if row is not None else ""
    if row is None or day is None or not quoted:
        return
    channel = " ".join((row["channel"] or "conversation").split()).lower()[:30]
    values = (
        *on(day),
        *of_kind("quote", quoted),
        *saying("you told us", "you said", "you mentioned", "we spoke", f"your {channel}"),
    )
    said = f"Said {words.day(day, reader.today)}: “{quoted}”"
    key = f"conversation:{row['id']}"
    fact = Fact(key, said, channel, "conversations", row["id"], "conversation", values, quote=quoted)
    yield Found(fact, "conversation", {"conversation": {"quote": quoted, "day": long_day(day, reader.today)}})
