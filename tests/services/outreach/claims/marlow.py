"""A customer with facts as the composer's picture shows them, and the email of that picture."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from models.values.outreach import Claim, Fact, FactValue
from services.outreach.claims import Context, Text, find_claims

TODAY = date(2026, 11, 20)


def fact(
    key: str, words: str, label: str, group: str, *values: tuple[str, str], quote: str = "", currency: str = ""
) -> Fact:
    """A ticked fact; values as (kind, text)."""
    made = tuple(FactValue(kind, text, currency if kind == "money" else "") for kind, text in values)  # type: ignore[arg-type]
    return Fact(key, words, label, group, 1, group, made, ticked=True, quote=quote)


FACTS = (
    fact("person:since", "Customer since March 2023", "CRM, first order", "person", ("month", "2023-03"),
         ("statement", "with us since")),
    fact("orders:count", "23 orders, mostly outerwear", "23 orders, 17 outerwear", "order", ("number", "23"),
         ("number", "17"), ("category", "Outerwear")),
    fact("order:5128", "Last order 7 Sep, 3 items", "order #5128", "order", ("date", "2026-09-07"), ("number", "3")),
    fact("ticket:312", "Late delivery, resolved 18 Sep", "ticket #312, 18 Sep", "ticket", ("date", "2026-09-18"),
         ("statement", "late delivery"), ("statement", "reached you late"), ("statement", "arrived late")),
    fact("review:96", "5 of 5, “Great fit, fast exchange”", "review #96, 19 Aug", "review", ("number", "5"),
         ("date", "2026-08-19"), ("quote", "Great fit, fast exchange"), quote="Great fit, fast exchange"),
    fact("campaign:winter", "Winter range opens 1 December", "campaign “Winter”", "campaign", ("date", "2026-12-01"),
         ("statement", "winter range opens to everyone")),
)  # fmt: skip

SUBJECT = "Your September order, and a first look at winter"
GREETING = "Hello Marlow & Pike team,"
INVENTED = "That will never happen again."
BODY = f"""Your order of 7 September reached you late, and I am sorry. That is not what you have had from us since \
March 2023. {INVENTED}

In August you told us “great fit, fast exchange”, and I would like to earn that again. The winter range opens to \
everyone on 1 December. You could see the outerwear a week earlier, and I would gladly pick three pieces that go with \
your last order.

Would a short call on Tuesday suit you?

Warm regards,"""

CONTEXT = Context(
    today=TODAY,
    own_names=("Marlow & Pike Outfitters", "Marlow & Pike"),
    our_names=("Ada Lindqvist",),
    products=(),
    categories=("Outerwear", "Knitwear"),
    currency="USD",
)


def claims_of(
    body: str, facts: Sequence[Fact] = FACTS, *, subject: str = "A short note", greeting: str = GREETING, **context: Any
) -> tuple[Claim, ...]:
    """The claims of a text about the customer of the picture."""
    known = {name: getattr(CONTEXT, name) for name in Context.__slots__} | context
    return find_claims(Text(subject, greeting, body), facts, Context(**known))


def flagged(body: str, facts: Sequence[Fact] = FACTS, **context: Any) -> list[tuple[str, str]]:
    """Kind and words of what has no source."""
    return [(one.kind, one.text) for one in claims_of(body, facts, **context) if one.verdict == "unsupported"]
