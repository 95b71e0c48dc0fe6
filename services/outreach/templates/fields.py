"""The fields that a template may use: what each is called, what lacks it, and how a customer's facts fill them.

A field comes from a ticked fact, so that what a template says is what a person saw and let through. One that this
customer cannot fill is "missing": it counts as no in an ``{% if %}`` and is an error anywhere else.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from models.queries.churn_status import renews_on, starts_on
from models.queries.open_tickets import is_open, is_unhappy
from models.values import words
from services.outreach.facts import Filling, Found, Names
from services.outreach.facts.found import with_article

#: Name of a field to its words; parts of a field stand after a full stop.
FIELDS: Final[Mapping[str, str]] = {
    "first_name": "First name",
    "name": "Name",
    "company": "Company",
    "since": "Customer since",
    "customer_for": "For how long a customer",
    "contract_since": "Contract since",
    "tier": "Tier",
    "contact": "Preferred contact",
    "preference.categories": "Preferred categories",
    "preference.styles": "Preferred styles",
    "preference.size": "Size",
    "orders": "Number of orders",
    "category": "Main category",
    "categories": "Other categories",
    "last_order.day": "Day of the last order",
    "last_order.month": "Month of the last order",
    "last_order.when": "How long ago the last order was",
    "last_order.items": "Items of the last order",
    "last_order.quiet": "No order for two months",
    "products": "Products of the last order",
    "product": "Product of the last order",
    "amount": "Amount of the last order",
    "returned.day": "Day of the last return",
    "returned.when": "How long ago the last return was",
    "returned.products": "Products returned",
    "matter.title": "What needs an answer, as a subject",
    "matter.named": "What needs an answer",
    "matter.day": "Day of what needs an answer",
    "matter.open": "What needs an answer is an open ticket",
    "matter.opened": "Day of the ticket that needs an answer",
    "matter.waits": "The ticket that needs an answer has waited long",
    "matter.heard": "Where you heard or read what needs an answer",
    "matter.told": "They said that they may leave, or complained about you",
    "matter.asked": "What they asked for when they said so",
    "matter.trouble": "What trouble they mentioned",
    "matter.by": "When to call them by",
    "matter.phone": "Phone number on record",
    "matter.handled": "They rated how a ticket was handled",
    "matter.also": "What else needs an answer",
    "ticket.clause": "What went wrong",
    "ticket.about": "What the ticket is about",
    "ticket.named": "What the ticket is called",
    "ticket.opened": "Day of the ticket",
    "ticket.month": "Month of the ticket",
    "ticket.when": "How long ago the ticket was opened",
    "ticket.resolved": "Day on which the ticket was resolved",
    "ticket.open": "Ticket is open",
    "ticket.unhappy": "Ticket is a complaint",
    "ticket.rated_badly": "Our answer to it was rated badly",
    "ticket.late": "Ticket about a late delivery",
    "ticket.missing": "Ticket about an incomplete delivery",
    "ticket.damaged": "Ticket about a damaged delivery",
    "ticket.refund": "Ticket about a late refund",
    "ticket.billing": "Ticket about an invoice",
    "ticket.answer": "Ticket about a slow answer",
    "ticket.size": "Ticket about a size",
    "ticket.quality": "Ticket about quality",
    "praise.quote": "Words of a good review",
    "praise.product": "Product of a good review",
    "praise.day": "Day of a good review",
    "praise.month": "Month of a good review",
    "praise.when": "How long ago a good review was",
    "complaint.quote": "Words of a bad review",
    "complaint.product": "Product of a bad review",
    "complaint.day": "Day of a bad review",
    "complaint.month": "Month of a bad review",
    "complaint.when": "How long ago a bad review was",
    "review.quote": "Words of a review",
    "review.product": "Product of a review",
    "review.day": "Day of a review",
    "review.month": "Month of a review",
    "review.when": "How long ago a review was",
    "renewal.day": "Day of the renewal",
    "renewal.month": "Month of the renewal",
    "renewal.when": "In how long the renewal is",
    "deal.name": "Name of the open deal",
    "deal.proposal": "Deal with a proposal",
    "deal.opened": "Day on which the deal was opened",
    "deal.closes": "Day by which the deal is to close",
    "feature.name": "Name of the feature",
    "feature.used": "Feature is used",
    "suggestion": "Suggested product",
    "suggestions": "Suggested products",
    "further_category": "Category that is new to them",
    "survey.quote": "Comment of a survey",
    "survey.month": "Month of a survey",
    "conversation.quote": "What they said",
    "conversation.day": "Day of the conversation",
    "campaign": "Last mailing",
    "incentive": "Incentive",
}  # fmt: skip

#: A field, or the first word of a field with parts, to its words.
ROOTS: Final[Mapping[str, str]] = {
    **{name: said for name, said in FIELDS.items() if "." not in name},
    "preference": "Preferences", "last_order": "Last order", "returned": "Return", "matter": "What needs an answer",
    "ticket": "Ticket",
    "praise": "Good review", "complaint": "Bad review", "review": "Review", "renewal": "Renewal", "deal": "Open deal",
    "feature": "Feature", "survey": "Survey", "conversation": "Conversation",
}  # fmt: skip

#: Fields that are yes or no: they can be asked, not written.
FLAGS: Final = frozenset({"matter.open", "matter.waits", "matter.told", "matter.handled", "matter.phone",
                          "ticket.open", "ticket.unhappy", "ticket.rated_badly", "ticket.late", "ticket.missing",
                          "ticket.damaged", "ticket.refund", "ticket.billing", "ticket.answer", "ticket.size",
                          "ticket.quality", "deal.proposal", "feature.used", "last_order.quiet"})  # fmt: skip

#: So many of the other matters are named.
_NAMED: Final = 2
_PURCHASE: Final = "SELECT 1 FROM orders o WHERE o.customer_id = c.id AND o.kind = 'purchase' AND o.ordered_on <= :day"
_NO_ORDER: Final = f"NOT EXISTS ({_PURCHASE})"
_NO_PRODUCT: Final = (
    "NOT EXISTS (SELECT 1 FROM orders o JOIN order_lines l ON l.order_id = o.id"
    " WHERE o.customer_id = c.id AND o.kind = 'purchase' AND o.ordered_on <= :day AND l.product_name <> '')"
)
_IN_A_YEAR: Final = "BETWEEN date(:day, '-365 days') AND :day"


def _no_review(condition: str) -> str:
    within = f"r.reviewed_on {_IN_A_YEAR} AND {condition}"
    return f"NOT EXISTS (SELECT 1 FROM reviews r WHERE r.customer_id = c.id AND {within})"


#: Root of a field to who lacks it (SQL over ``customers c`` with ``:day``) and what they lack in words.
LACKING: Final[Mapping[str, tuple[str, str]]] = {
    "first_name": ("NOT has_first_name(c.name, c.company)", "first name"),
    "name": ("coalesce(c.name, '') = '' AND coalesce(c.company, '') = ''", "name"),
    "company": ("coalesce(c.company, '') = ''", "company"),
    "since": (f"c.signed_up_on IS NULL AND {_NO_ORDER}", "day from which they are a customer"),
    "customer_for": (
        "coalesce(c.signed_up_on, (SELECT min(o.ordered_on) FROM orders o WHERE o.customer_id = c.id)) IS NULL",
        "year as a customer",
    ),
    "contract_since": (f"{starts_on()} IS NULL", "contract"),
    "tier": ("coalesce(c.tier, '') = ''", "tier"),
    "contact": ("json_extract(c.preferences, '$.contact') IS NULL", "preferred contact"),
    "preference": ("coalesce(c.preferences, '{}') IN ('', '{}')", "preferences"),
    "orders": (_NO_ORDER, "order yet"),
    "last_order": (_NO_ORDER, "order yet"),
    "amount": (_NO_ORDER, "order yet"),
    "category": (_NO_PRODUCT, "order with products"),
    "categories": (_NO_PRODUCT, "order with products"),
    "products": (_NO_PRODUCT, "order with products"),
    "product": (_NO_PRODUCT, "order with products"),
    "suggestion": (_NO_PRODUCT, "order that suggestions could be made from"),
    "suggestions": (_NO_PRODUCT, "order that suggestions could be made from"),
    "further_category": (_NO_PRODUCT, "order that suggestions could be made from"),
    "ticket": (
        "NOT EXISTS (SELECT 1 FROM tickets t WHERE t.customer_id = c.id AND t.opened_on "
        f"{_IN_A_YEAR} AND ({is_unhappy(':day', 't')} OR {is_open(':day', 't')}))",
        "complaint within a year",
    ),
    "praise": (_no_review("r.rating >= 4"), "good review within a year"),
    "complaint": (_no_review("r.rating <= 2"), "bad review within a year"),
    "review": (_no_review("r.rating = 3"), "mixed review within a year"),
    "renewal": (f"{renews_on(':day')} IS NULL", "renewal ahead"),
    "deal": (
        "NOT EXISTS (SELECT 1 FROM opportunities d WHERE d.customer_id = c.id AND d.stage NOT IN ('Won', 'Lost'))",
        "open deal",
    ),
    "survey": (
        f"NOT EXISTS (SELECT 1 FROM surveys s WHERE s.customer_id = c.id AND s.answered_on {_IN_A_YEAR}"
        " AND s.comment <> '')",
        "survey comment within a year",
    ),
    "conversation": (
        "NOT EXISTS (SELECT 1 FROM conversations v WHERE v.customer_id = c.id AND v.text <> ''"
        f" AND coalesce(v.direction, 'from_customer') = 'from_customer' AND v.happened_on {_IN_A_YEAR})",
        "conversation within a year",
    ),
    "returned": ("NOT EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = c.id AND o.kind = 'return'"
                 f" AND o.ordered_on {_IN_A_YEAR})", "return within a year"),
    "campaign": (
        "NOT EXISTS (SELECT 1 FROM email_events e WHERE e.customer_id = c.id AND e.kind IN ('sent', 'clicked')"
        " AND e.happened_on BETWEEN date(:day, '-365 days') AND :day)",
        "mailing within a year",
    ),
}  # fmt: skip


def label_of(path: str) -> str:
    """Return what a field is called."""
    return FIELDS.get(path) or ROOTS.get(path.partition(".")[0], path)


def fill(
    found: Sequence[Found], ticked: Collection[str], names: Names, *, incentive_minor: int = 0, currency: str = ""
) -> dict[str, Any]:
    """Return what stands for each field by its root; a root without a value is left out.

    Parameters
    ----------
    found, ticked
        A customer's facts, and the keys of those that may be used: where two fill the same field, the first does.
    """
    values: dict[str, Filling] = {}
    suggestions: list[str] = []
    beside: list[str] = []
    known = {one.fact.key: one for one in found}
    for name, filling in (pair for key in ticked if key in known for pair in known[key].fillings.items()):
        if name == "suggestions" and isinstance(filling, list):
            suggestions += filling
        elif name == "matter" and name in values and isinstance(filling, Mapping):
            beside.append(str(filling["beside"]))
        else:
            values.setdefault(name, filling)
    if beside:
        matter = values["matter"]
        assert isinstance(matter, Mapping)
        values["matter"] = {**matter, "also": _also(beside)}
    if suggestions:
        values["suggestion"] = with_article(suggestions[0])
        values["suggestions"] = words.listed([with_article(name) for name in suggestions])
    for name, text in (("first_name", names.first), ("name", names.called), ("company", names.company)):
        if text:
            values[name] = text
    if incentive_minor > 0:
        whole = words.major(incentive_minor, currency) == int(words.major(incentive_minor, currency))
        values["incentive"] = (words.money if whole else words.money_exact)(incentive_minor, currency)
    return values


def _also(beside: Sequence[str]) -> str:
    """What else needs an answer, at most two of it by name; tickets that are called the same are one name."""
    several = {name: "both" if times == 2 else "all" for name, times in Counter(beside).items() if times > 1}
    names = [
        name.replace("your open ticket", f"{several[name]} your open tickets", 1) if name in several else name
        for name in dict.fromkeys(beside)
    ]
    more = len(names) - _NAMED
    rest = [f"your other open {'request' if more == 1 else 'requests'}"] if more > 0 else []
    return words.listed([*names[:_NAMED], *rest])


def holds(values: Mapping[str, Any], condition: str) -> bool:
    """Return whether a condition such as ``ticket.late|ticket.missing`` or ``!feature.used`` is met."""
    return any(_is_filled(values, one) for one in condition.split("|"))


def _is_filled(values: Mapping[str, Any], path: str) -> bool:
    if path.startswith("!"):
        return not _is_filled(values, path[1:])
    root, _, part = path.partition(".")
    value = values.get(root)
    return bool(value.get(part) if part and isinstance(value, Mapping) else value)
