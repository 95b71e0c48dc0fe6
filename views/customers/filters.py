"""Filters as values: chips in words, tabs that the page knows by itself, and filters that a person saved.

OR within a kind, AND between kinds. A chip stands for one kind; taking it away takes the kind away.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from models.values.customers import STANDINGS, CustomerFilter
from models.values.words import shortened
from views.words import money, percent

NOBODY = ""
NO_OWNER = "No owner"
CONSENTS = (("given", "given"), ("withdrawn", "withdrawn"), ("unknown", "not known"))
CONFIDENCES = ("high", "medium", "low")
_CONSENT_WORDS = dict(CONSENTS)
_SETS = {
    "tiers": "Tier",
    "segments": "Segment",
    "regions": "Region",
    "owners": "Owner",
    "consents": "Email consent",
    "confidences": "Confidence",
    "standings": "Status",
}
EMPTY = CustomerFilter()
_MOST_WORDS = 60


@dataclass(frozen=True, slots=True)
class FilterChip:
    """One kind of a filter in words; ``kind`` is the field of `CustomerFilter`."""

    kind: str
    words: str


@dataclass(frozen=True, slots=True)
class FilterTab:
    """A named filter. ``saved`` ones were named by a person and can be taken away again."""

    key: str
    name: str
    filter: CustomerFilter
    saved: bool = False


def chips_of(chosen: CustomerFilter, currency: str, me: str = "") -> tuple[FilterChip, ...]:
    """The chips of a filter in a fixed order; the text has its own field and no chip."""
    found = []
    for kind, title in _SETS.items():
        values = getattr(chosen, kind)
        if values:
            words = " or ".join(sorted((_value_words(kind, value, me) for value in values), key=str.casefold))
            found.append(FilterChip(kind, f"{title}: {words}"))
    if chosen.among is not None:
        found.append(FilterChip("among", shortened(chosen.among.words, _MOST_WORDS)))
    if chosen.churn_from is not None:
        found.append(FilterChip("churn_from", f"Churn risk: {percent(chosen.churn_from)} or more"))
    if chosen.at_risk_from_minor is not None:
        amount = money(chosen.at_risk_from_minor, currency)
        found.append(FilterChip("at_risk_from_minor", f"Revenue at risk: {amount} or more"))
    if chosen.renews_within_days is not None:
        found.append(FilterChip("renews_within_days", f"Renews within {chosen.renews_within_days} days"))
    if chosen.open_alert:
        found.append(FilterChip("open_alert", "Has an open alert"))
    if chosen.overdue:
        found.append(FilterChip("overdue", "Overdue for an order"))
    return tuple(found)


def _value_words(kind: str, value: str, me: str) -> str:
    if kind == "owners":
        return NO_OWNER if value == NOBODY else "you" if value == me else value
    if kind == "consents":
        return _CONSENT_WORDS.get(value, value)
    if kind == "standings":
        return STANDINGS.get(value, value)
    return value or "none"


def without(chosen: CustomerFilter, kind: str) -> CustomerFilter:
    """The filter without one kind."""
    return replace(chosen, **{kind: getattr(EMPTY, kind)})


def toggled(chosen: CustomerFilter, kind: str, value: str) -> CustomerFilter:
    """The filter with one value of a kind added, or taken away if it was there."""
    values = getattr(chosen, kind)
    return replace(chosen, **{kind: values ^ {value}})


def restricts(chosen: CustomerFilter) -> bool:
    """Whether a filter leaves anyone out."""
    return chosen != EMPTY


def own_tabs(me: str, churn_warning: float) -> tuple[FilterTab, ...]:
    """The tabs that every book has; "Mine" only where this computer knows whose it is."""
    tabs = [FilterTab("all", "All", EMPTY)]
    if me:
        tabs.append(FilterTab("mine", "Mine", CustomerFilter(owners=frozenset({me}))))
    tabs += [
        FilterTab(
            "at_risk", "High churn risk", CustomerFilter(churn_from=churn_warning, standings=frozenset({"active"}))
        ),
        FilterTab("overdue", "Overdue", CustomerFilter(overdue=True)),
        FilterTab("win_back", "Win-back", CustomerFilter(standings=frozenset({"win_back"}))),
        FilterTab("renewal", "Renewal in 30 days", CustomerFilter(renews_within_days=30)),
        FilterTab("no_owner", NO_OWNER, CustomerFilter(owners=frozenset({NOBODY}))),
    ]
    return tuple(tabs)


def from_json(document: Mapping[str, Any]) -> CustomerFilter:
    """A filter from the preferences; what does not fit is left out, so that an old file never stops the page."""
    values: dict[str, Any] = {}
    for name in _SETS:
        texts = document.get(name)
        if isinstance(texts, Iterable) and not isinstance(texts, str):
            values[name] = frozenset(text for text in texts if isinstance(text, str))
    for name, kinds in (("churn_from", (int, float)), ("at_risk_from_minor", (int,)), ("renews_within_days", (int,))):
        number = document.get(name)
        if isinstance(number, kinds) and not isinstance(number, bool):
            values[name] = number
    if isinstance(document.get("text"), str):
        values["text"] = document["text"]
    for name in ("open_alert", "overdue"):
        values[name] = document.get(name) is True
    return CustomerFilter(**values)
