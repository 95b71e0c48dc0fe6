"""Values of emerging issues: what customers of the whole book complain of more than they used to."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

#: What an issue is about: a kind of ticket, words in tickets' subjects, a product named in tickets, or its reviews.
About = Literal["ticket kind", "ticket words", "product in tickets", "product reviews"]


@dataclass(frozen=True, slots=True)
class EmergingIssue:
    """One thing that is worse than its own past.

    Attributes
    ----------
    about, name
        "ticket words", "late delivery".
    title
        "Tickets with “late delivery”".
    since
        ISO day from which on it is worse: the likeliest.
    seen, expected
        Tickets, or bad reviews, from that day on, and as many as its own past makes.
    of
        Of reviews: how many there were of the product from that day on; else None.
    window_days
        Days from `since` through the last day that the source tells of.
    p
        How likely so many would be if nothing had changed.
    customer_count, customers
        How many customers said so, and their ids, rising; at most the `MOST_CUSTOMERS` who said so last.
    example
        The subject of the newest such ticket, or the title of the newest such review.
    """

    about: About
    name: str
    title: str
    since: str
    seen: int
    expected: float
    of: int | None
    window_days: int
    p: float
    customer_count: int
    customers: tuple[int, ...]
    example: str


#: So many customers of one issue are named.
MOST_CUSTOMERS = 500


@dataclass(frozen=True, slots=True)
class EmergingReport:
    """Issues of the book at the end of a day, the least likely to be chance first; `checked`: how many were looked at.

    Its JSON is what the store keeps under the kind "emerging".
    """

    as_of: str
    checked: int
    issues: tuple[EmergingIssue, ...]

    def as_json(self) -> dict[str, Any]:
        """Plain values for the store."""
        return asdict(self)

    @staticmethod
    def from_json(values: dict[str, Any]) -> EmergingReport:
        """The inverse of `as_json`."""
        issues = (EmergingIssue(**{**one, "customers": tuple(one["customers"])}) for one in values["issues"])
        return EmergingReport(values["as_of"], values["checked"], tuple(issues))
