"""Values of "one customer": pairs of records that may be the same, what merging them would do, and data quality."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Literal

PairState = Literal["pending", "later", "apart", "merged"]
QualityKind = Literal["shared_email", "shared_phone", "shared_id", "several_emails", "several_countries"]

PAIR_STATES: Final[tuple[PairState, ...]] = ("pending", "later", "apart", "merged")
#: From these scores on (0–100) two records are called so; below the last they are not shown at all.
VERY_LIKELY, LIKELY, LISTED = 85, 70, 55


@dataclass(frozen=True, slots=True)
class Likeness:
    """How likely two records are one customer.

    Attributes
    ----------
    score
        0 to 100; the same whichever record comes first.
    reasons
        In words, strongest first: "same phone", "name 94 % alike", "both in Leeds", "different emails".
    """

    score: int
    reasons: tuple[str, ...]

    @property
    def words(self) -> str:
        """The reasons in one line."""
        return "; ".join(self.reasons)


@dataclass(frozen=True, slots=True)
class PairRow:
    """Two records of the review list.

    Attributes
    ----------
    first_id, second_id
        Customers, the smaller number first; of a merged pair the customer and the number that the record had.
    state
        pending, later, apart or merged.
    decided_at, decided_by, decided_words
        When (UTC) and by whom, and both in words ("Ana, yesterday"); '' while nobody has.
    """

    first_id: int
    second_id: int
    first_name: str
    second_name: str
    first_place: str
    second_place: str
    score: int
    reasons: tuple[str, ...]
    state: PairState
    decided_at: str = ""
    decided_by: str = ""
    decided_words: str = ""

    @property
    def verdict(self) -> str:
        """How likely it is, in words."""
        if self.score >= VERY_LIKELY:
            return "Very likely the same"
        return "Likely the same" if self.score >= LIKELY else "Perhaps the same"


@dataclass(frozen=True, slots=True)
class PairCounts:
    """How many pairs are in each state."""

    pending: int = 0
    later: int = 0
    apart: int = 0
    merged: int = 0


@dataclass(frozen=True, slots=True)
class PairField:
    """One field of two records: what each says, whether they differ, and what the customer would have."""

    name: str
    label: str
    kept: str
    other: str
    differs: bool
    result: str


@dataclass(frozen=True, slots=True)
class PairSide:
    """One of two records: who it is, where it comes from, and what hangs on it."""

    id: int
    name: str
    origin: str  # "shopify 1042 · hubspot 77"
    history: tuple[str, ...]  # "23 orders", "4 tickets"


@dataclass(frozen=True, slots=True)
class PairDetail:
    """Two records side by side.

    Attributes
    ----------
    kept, other
        Whose number stays, and whose goes.
    fields
        All fields that one of them has.
    moves
        Rows that go over, such as "4 orders".
    refused
        Why they cannot be merged now, '' where they can.
    """

    kept: PairSide
    other: PairSide
    likeness: Likeness
    state: PairState
    fields: tuple[PairField, ...]
    moves: tuple[str, ...]
    notes: tuple[str, ...] = ()
    refused: str = ""


@dataclass(frozen=True, slots=True)
class QualityRow:
    """Identifiers that contradict each other: what it is, in words, and who is concerned.

    Attributes
    ----------
    kind
        shared_email, shared_phone, shared_id, several_emails or several_countries.
    words
        One sentence.
    customers
        Number and name of those concerned, at most twenty.
    count
        How many are concerned.
    """

    kind: QualityKind
    words: str
    customers: tuple[tuple[int, str], ...] = field(default=())
    count: int = 0
