"""What an email must answer: words of leaving, an open complaint, a bad rating, and each ticket that is open beside it.

It is named and never quoted: nobody wants to read their own angry words in the answer to them. What they ask for when
they leave is taken up in plain words.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

from models.values import words
from models.values.outreach import Fact
from services.distress.leaving_words import says_leaving
from services.distress.matters import Matter, read_waiting
from services.insight import Reader
from services.outreach.facts.found import (
    Found,
    can_be_named,
    long_day,
    of_kind,
    on,
    opening,
    products,
    saying,
    with_article,
)
from services.outreach.facts.leaving import read_leaving

#: What a conversation is called, by its channel.
_TALKS: Final = {"call": "our call", "phone": "our call", "chat": "our chat", "email": "your email",
                 "meeting": "our meeting"}  # fmt: skip
_HEARD: Final = frozenset({"our call", "our meeting"})
#: From so many days on an open ticket has waited long.
_LONG_DAYS: Final = 3
_ONE: Final = {"tickets": "ticket", "reviews": "review", "surveys": "survey", "conversations": "conversation"}
_PHONE: Final = (
    "SELECT EXISTS (SELECT 1 FROM customers WHERE id = ? AND phone <> '')"
    " OR EXISTS (SELECT 1 FROM contacts WHERE customer_id = ? AND phone <> '')"
)


def read_matter(reader: Reader, customer_id: int, rule: str) -> Iterator[Found]:
    """Yield all that is to be answered, what an alert of the rule is about first; beside words of leaving nothing."""
    phone = bool(reader.value(_PHONE, (customer_id, customer_id)))
    for matter in read_waiting(reader.driver, customer_id, reader.present, rule):
        yield _found(reader, matter, phone=phone)
        if matter.kind == "leaving":
            break


def _found(reader: Reader, matter: Matter, *, phone: bool) -> Found:
    named, day, one = _named(matter), long_day(matter.day, reader.today), _ONE[matter.origin]
    leaves = read_leaving(matter, reader.today)
    opened, waits = _course(reader, matter)
    told = saying(named, f"your {one}", "you told us", "you wrote to us", "you rated", "you were not happy", *leaves)
    values = [
        *on(matter.day),
        *(on(opened) if opened is not None else ()),
        *told,
        *(saying("open", "not settled yet") if matter.is_open else ()),
    ]
    if matter.origin == "tickets":
        values += of_kind("quote", matter.what)
    elif matter.origin == "reviews":
        values += products(matter.what)
    said = f"To answer: {named.replace('your ', 'their ', 1)}, {words.day(matter.day, reader.today)}"
    fact = Fact(f"matter:{one}:{matter.row_id}", f"{said}, open" if matter.is_open else said, "to answer",
                matter.origin, matter.row_id, "ticket" if one == "ticket" else "review", tuple(values))  # fmt: skip
    filling: dict[str, str | bool | list[str]] = {
        "named": named,
        "title": words.capital(f"{named} of {day}" if one == "conversation" else named),
        "day": day,
        "open": matter.is_open and matter.kind != "leaving",
        "waits": waits,
        "heard": f"{'hear' if named in _HEARD else 'read'} that in {named}",
        "told": matter.kind in ("leaving", "said"),
        **{name: said for name, said in leaves._asdict().items() if said},
        "phone": phone,
        "handled": matter.kind == "rated" and one == "ticket" and not matter.is_open,
        **({"opened": long_day(opened, reader.today)} if opened is not None else {}),
        "beside": _beside(named, day, is_open=matter.is_open),
    }
    return Found(fact, "matter", {"matter": filling})


def ticket_called(said: str | None) -> str:
    """Name a ticket by its subject, unless that is an outburst itself."""
    subject = opening(said)
    plain = subject and "!" not in subject and not says_leaving(subject)
    return f"your ticket “{subject}”" if plain else "your ticket"


def _course(reader: Reader, matter: Matter) -> tuple[date | None, bool]:
    """Return the day on which a ticket came, None of anything else, and whether they have waited long for us."""
    if matter.origin != "tickets":
        return None, False
    row = reader.row("SELECT opened_on, status FROM tickets WHERE id = ?", (matter.row_id,))
    opened = words.day_of(row["opened_on"]) if row is not None else None
    if row is None or opened is None:
        return None, False
    is_ours = row["status"] != "pending"  # a pending ticket waits for them
    return opened, matter.is_open and is_ours and (reader.today - opened).days >= _LONG_DAYS


def _beside(named: str, day: str, *, is_open: bool) -> str:
    """What the matter is called in a list of what else is to be answered: your open ticket “Zip” of 16 November."""
    return f"{named.replace('your ticket', 'your open ticket', 1) if is_open else named} of {day}"


def _named(matter: Matter) -> str:
    """Name the matter for the email."""
    if matter.origin == "tickets":
        return ticket_called(matter.what)
    if matter.origin == "reviews":
        return f"your review of {with_article(matter.what)}" if can_be_named(matter.what) else "your review"
    return (
        "your answer to our survey" if matter.origin == "surveys" else _TALKS.get(matter.what.lower(), "your message")
    )
