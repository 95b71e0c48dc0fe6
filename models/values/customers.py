"""Values of the Customers page: list rows, filters, counts and the 360° profile."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Literal

from models.values.alerts import AlertRow, Driver, ScoreFigures
from models.values.overrides import OverrideMark
from models.values.words import once_words

SortColumn = Literal["name", "tier", "segment", "churn", "at_risk", "engagement", "last_order", "next_action", "owner"]

#: Who never bought and has no deal, contract or activity: kept, but not scored.
CONTACT = "contact"
#: What each standing of a customer is called.
STANDINGS = {"active": "Active", "win_back": "Win-back", "lost": "Lost", CONTACT: "Contact without purchases"}
#: What a consent is called.
CONSENT_WORDS: Final = {
    "given": "consent given",
    "withdrawn": "consent withdrawn",
    "unknown": "no consent recorded",
}
#: Examples of its source, where none is written yet.
CONSENT_SOURCES: Final = "By phone, in the contract, at a trade fair …"


@dataclass(frozen=True, slots=True)
class Suppression:
    """An address that gets no email, whoever has it.

    Attributes
    ----------
    who
        Customers and contacts with this address, '' where nobody in the book has it.
    history
        What was said of consent under it, the newest first.
    """

    address: str
    since: str
    who: str
    history: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody at a customer, with a consent of their own to be emailed."""

    id: int
    name: str
    role: str
    email: str
    phone: str
    consent: str  # given | withdrawn | unknown
    primary: bool = False

    @property
    def called(self) -> str:
        """Name and role: "Kim Berg, Buyer"."""
        return ", ".join(part for part in (self.name or self.email, self.role) if part)


@dataclass(frozen=True, slots=True)
class Among:
    """Certain customers, such as those of an answer: what they have in common, and their numbers."""

    words: str
    ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class CustomerFilter:
    """OR within a kind, AND between kinds."""

    text: str = ""
    tiers: frozenset[str] = field(default_factory=frozenset)
    segments: frozenset[str] = field(default_factory=frozenset)
    regions: frozenset[str] = field(default_factory=frozenset)
    owners: frozenset[str] = field(default_factory=frozenset)  # '' means no owner
    consents: frozenset[str] = field(default_factory=frozenset)
    confidences: frozenset[str] = field(default_factory=frozenset)  # high | medium | low
    standings: frozenset[str] = field(default_factory=frozenset)  # active | win_back | lost
    churn_from: float | None = None
    at_risk_from_minor: int | None = None
    renews_within_days: int | None = None
    open_alert: bool = False
    overdue: bool = False  # active, and silent for longer than they usually are
    among: Among | None = None


@dataclass(frozen=True, slots=True)
class CustomerRow:
    """One row of the list."""

    id: int
    name: str
    tier: str | None
    segment: str | None
    churn_risk: float | None
    value_at_risk_minor: int | None
    currency: str
    engagement: float | None
    last_order_on: str | None
    days_since_last_order: int | None
    next_action: str  # "Call Mon", "Ticket open", "–"
    owner: str | None
    confidence: str | None
    overridden: tuple[OverrideMark, ...] = ()  # the figures that a person set
    left_on: str | None = None  # ISO day on which they left
    standing: str | None = None  # active | win_back | lost
    last_returned: bool = False  # the last order came back whole
    said_leaving: str = ""  # "they are leaving", "they may leave": their words count, and no churn risk of a model

    @property
    def gone_words(self) -> str:
        """What stands in place of the value at risk of who is not active: "win-back" or "lost"; '' for others."""
        return STANDINGS[self.standing].lower() if self.standing in ("win_back", "lost") else ""


@dataclass(frozen=True, slots=True)
class CustomersPage:
    """A page of rows in the asked order; ``next_key`` continues it (None: the end)."""

    rows: tuple[CustomerRow, ...]
    next_key: tuple[object, int] | None


@dataclass(frozen=True, slots=True)
class CustomersCount:
    """What stands above the list: "32 of 104,218 · $91.2k at risk · 12 win-back".

    Attributes
    ----------
    value_at_risk_minor
        Of active customers who came on more than one day; None: it is known of no active customer.
    once, once_minor
        Active customers who came on one day only, and what is at risk with them.
    win_back
        Customers who are to be won back; nothing of them is at risk.
    value_check
        How far the total of values was off in the last back-test, in a sentence; '' without one.
    overdue
        Where those overdue are asked for: how many have an alert, and why the others have none.
    """

    matching: int
    total: int
    value_at_risk_minor: int | None
    currency: str
    value_check: str = ""
    win_back: int = 0
    once: int = 0
    once_minor: int = 0
    overdue: tuple[str, ...] = ()

    @property
    def once_words(self) -> str:
        """Those who came once, in a few words; '' without any: "1,203 new or one-time, $1.3m"."""
        return once_words(self.once, self.once_minor, self.currency)


@dataclass(frozen=True, slots=True)
class FilterChoices:
    """The values that a filter can offer, with how many customers each has."""

    tiers: tuple[tuple[str, int], ...]
    segments: tuple[tuple[str, int], ...]
    regions: tuple[tuple[str, int], ...]
    owners: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class IdentityField:
    """One known value of a customer, and the system that it comes from."""

    label: str
    value: str
    origin: str
    of_consent: bool = False


@dataclass(frozen=True, slots=True)
class Milestone:
    """One station of the journey strip."""

    when_words: str
    title: str
    tone: Literal["start", "good", "bad", "warn"]


@dataclass(frozen=True, slots=True)
class ComparedFigures:
    """What a customer's page says of their figures beside the median of the segment, '' where they have none."""

    segment: str
    lines: tuple[str, ...]  # "Total spend · $12,300, median $8,100"
    about: tuple[str, ...]  # "Last contact · phone 3 Nov 2026, email 1 Nov 2026"


@dataclass(frozen=True, slots=True)
class CustomerProfile:
    """The 360° page."""

    id: int
    name: str
    tier: str | None
    metadata_line: str
    ids: tuple[tuple[str, str], ...]
    alert: AlertRow | None
    figures: ScoreFigures | None
    milestones: tuple[Milestone, ...]
    journey_line: str  # "44 months · 23 orders · 17 outerwear"
    identity: tuple[IdentityField, ...]
    records_joined: int
    deals_line: str
    deals: tuple[str, ...]
    tickets_line: str
    tickets: tuple[str, ...]
    reviews_line: str
    reviews: tuple[str, ...]
    emails: tuple[str, ...]  # last 12, oldest first: clicked | replied | opened | sent | unknown
    emails_line: str
    emails_count: int
    fields: dict[str, str]  # what the form edits, as text
    drivers: tuple[Driver, ...] = ()  # why the churn risk is what it is, the strongest first
