"""What a column of a file was found to mean: shown before an import, and overridden by a person where it is wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

MeaningKind = Literal[
    "empty",
    "text",
    "id",
    "date",
    "moment",
    "money",
    "number",
    "percent",
    "boolean",
    "email",
    "phone",
    "duration",
    "list",
]
DoubtKind = Literal["date_order", "decimal", "duration", "zone", "currency", "source"]


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a column.

    Attributes
    ----------
    value
        What is said to choose it, such as `dmy`, `comma` or `excel1904`; see `ImportOptions.meanings`.
    words
        What it makes of an example: "day first: 03/04/2026 is 3 April 2026".
    fits
        How many cells it can read.
    """

    value: str
    words: str
    fits: int


@dataclass(frozen=True, slots=True)
class Doubt:
    """What the cells of a column do not settle, so that a person must: the question and the answers to it.

    Without a column it is about the file: which system it is of.
    """

    kind: DoubtKind
    column: str
    question: str
    readings: tuple[Reading, ...]


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a column was found to hold, how sure that is, and why.

    Attributes
    ----------
    column
        Its header.
    kind
        What its cells are.
    words
        The reading in a few words: "dates, day before month".
    confidence
        From 0 to 1; 1 where a person said it.
    evidence
        Why, in words with counts: "1,203 of 1,615 can only be day before month".
    doubts
        Questions that are open.
    flags
        Damage that cannot be undone here: "12 ids went through a spreadsheet and lost digits (9.01E+12)".
    readings
        Other ways to read it that a person may choose.
    filled, unfit
        How many cells have something in them, and how many of those do not fit the reading.
    """

    column: str
    kind: MeaningKind
    words: str
    confidence: float
    evidence: tuple[str, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    flags: tuple[str, ...] = ()
    readings: tuple[Reading, ...] = ()
    filled: int = 0
    unfit: int = 0
