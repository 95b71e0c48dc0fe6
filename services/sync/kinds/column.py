"""One column of a file on its way: what it becomes, what its cells say, how they are read, and what must be asked.

Recognising gives it its field; its cells are observed and decide its form, each kind of value by a class of its own
(`Evidence`); staging converts its cells by that form.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field as own
from datetime import tzinfo
from typing import Any, Final

from models.values.meanings import Doubt, Meaning, MeaningKind, Reading
from services.entities import Field
from services.sync.kinds.memo import Memo
from services.sync.kinds.vocabulary import listed

PROVEN: Final = 1.0
LIKELY: Final = 0.9
SILENT: Final = 0.8
_OPEN: Final = 0.5
_SHOWN_AS: Final[dict[str, MeaningKind]] = listed("kinds")["shown"]


@dataclass(frozen=True, slots=True)
class Form:
    """How the cells of a column become values.

    Attributes
    ----------
    order
        Of dates: `dmy`, `mdy`, `ymd`, `one` (they have one meaning), or how bare numbers count; see
        `services.sync.kinds.moments.parse_moment`.
    zone
        The zone that its header names for times that name none themselves; None where it names none.
    comma
        Of numbers: whether the comma is the decimal sign.
    sure
        Whether cells of the column itself showed how it is read. Of numbers: where none did, a cell that the two
        decimal signs read differently does not fit.
    own_currency
        Of money: whether amounts name their currencies, and they differ.
    bare
        Of money: the currency of amounts that name none beside others that name theirs; '' for that of the file.
    scale
        Of money: `thousands`, `millions` or `minor` where its header counts in these; '' for whole units.
    hundred
        Of shares: whether they count to 100.
    strip_zero
        Of ids: whether 17850.0 is to be read as 17850.
    salesforce
        Of ids: whether all are Salesforce's, so that those of 15 characters are completed to 18.
    rounded
        Of ids: whether a spreadsheet has rounded those of more than 15 digits.
    digits
        Of ids: whether all that were seen are digits, so that what a spreadsheet does to long ones is looked for.
    unit
        Of durations: how many seconds a bare number counts.
    clock
        Of durations: whether 1:30 is `hm` (90 minutes) or `ms` (90 seconds); '' where no cell shows it.
    year
        Of years of birth: the year in which an age counts.
    settled
        Whether all cells of the column were seen. Where only the first rows were, a cell that speaks against the form
        raises `Unsettled`, and the column is decided from all rows.
    """

    order: str = "one"
    zone: tzinfo | None = None
    comma: bool = False
    sure: bool = True
    own_currency: bool = False
    bare: str = ""
    scale: str = ""
    hundred: bool = False
    strip_zero: bool = False
    salesforce: bool = False
    rounded: bool = False
    digits: bool = False
    unit: float = 1
    clock: str = ""
    year: int = 0
    settled: bool = True


PLAIN = Form()


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What is known of the file besides its cells.

    Attributes
    ----------
    delimiter
        What parts its cells.
    zone
        The zone of times that name none.
    currency
        What its amounts are in; '' where nobody said it and no cell does.
    file
        Its name, for questions.
    book
        The currency of the book.
    beside
        Whether a column of the file says the currency of each row.
    year
        The year of the file, in which ages count.
    """

    delimiter: str
    zone: tzinfo
    currency: str = ""
    file: str = "the file"
    book: str = ""
    beside: bool = False
    year: int = 0


@dataclass(frozen=True, slots=True)
class Described:
    """How a column is read in a few words, why, how many cells do not fit, other ways, and damage."""

    words: str
    evidence: Sequence[str] = ()
    unfit: int = 0
    sure: float = SILENT
    readings: Sequence[Reading] = ()
    flags: Sequence[str] = ()


class Evidence:
    """What the cells of a column show about how to read them; here for text, where nothing has to be decided."""

    @property
    def filled(self) -> int:
        """How many cells have something in them."""
        return 0

    def take(self, cells: Sequence[str]) -> None:
        """Add cells to the evidence."""

    def decide(self, one: Column, about: Circumstances) -> None:
        """Decide how the column is read by what its own cells and its header say."""

    @staticmethod
    def agree(columns: Sequence[Column], about: Circumstances) -> None:
        """Settle by their neighbours what columns of this kind leave open."""

    def is_open(self, one: Column) -> bool:
        """Whether the first rows leave open how the column is read, or only circumstances speak."""
        return False

    def choices(self, kind: str) -> tuple[str, ...]:
        """What a person may say of how such a column is read."""
        return ()

    def obey(self, one: Column, word: str) -> bool | None:
        """Read the column as a person said: whether that settles it, or None where it cannot be read so."""
        return None

    def describe(self, one: Column) -> Described:
        """Say how the column is read, and why."""
        return Described(_SHOWN_AS.get(one.kind, "text"))


@dataclass
class Counted(Evidence):
    """Evidence of a column whose cells are counted by what they say; each distinct text is looked at once.

    Attributes
    ----------
    kinds
        What cells say to how many of them say it.
    example
        For each of these a text that says it, the first in order of the alphabet.
    """

    kinds: Counter[Any] = own(default_factory=Counter)
    example: dict[Any, str] = own(default_factory=dict)

    def __post_init__(self) -> None:
        self._memo = Memo(self._see)

    @property
    def filled(self) -> int:
        return sum(self.kinds.values())

    def take(self, cells: Sequence[str]) -> None:
        for text, count in Counter(cells).items():
            seen = self._memo[text]
            if seen is not None:
                kind = self._note(seen, text, count)
                self.kinds[kind] += count
                if kind not in self.example or text < self.example[kind]:
                    self.example[kind] = text

    @staticmethod
    def _see(text: str) -> Any:
        """What a text says; None where it says nothing."""
        raise NotImplementedError

    def _note(self, seen: Any, text: str, count: int) -> Any:
        """What cells that say this are counted as, when everything else about them is noted."""
        return seen


@dataclass
class Column:
    """A column of a file that becomes a field.

    Attributes
    ----------
    place, header
        Its place in the file, from 0, and its header.
    field
        What it becomes.
    said
        What a person said of how it is read.
    form
        How its cells are read.
    because, doubts
        What else than its cells speaks for that, and what must be asked.
    obeyed
        Whether a person settled it.
    evidence
        What its cells say, while that is decided.
    """

    place: int
    header: str
    field: Field
    said: str = ""
    form: Form = PLAIN
    because: list[str] = own(default_factory=list)
    doubts: list[Doubt] = own(default_factory=list)
    obeyed: bool = False
    evidence: Evidence = own(default_factory=Evidence)

    @property
    def kind(self) -> str:
        """The kind of value that its cells are."""
        return self.field.kind

    def meaning(self) -> Meaning:
        """What it was found to mean, in words."""
        known = _SHOWN_AS.get(self.kind, "text")
        if type(self.evidence) is Evidence:
            return Meaning(self.header, known, known, SILENT)
        if not self.evidence.filled:
            return Meaning(self.header, "empty", "nothing in it", PROVEN)
        found = self.evidence.describe(self)
        confidence = LIKELY if self.because and found.sure < PROVEN else found.sure
        if self.doubts:
            confidence = _OPEN
        elif self.obeyed:
            confidence = PROVEN
        why = ("set by you", *found.evidence) if self.obeyed else (*found.evidence, *self.because)
        return Meaning(
            *(self.header, known, found.words, confidence, why, tuple(self.doubts)),
            flags=tuple(found.flags),
            readings=tuple(found.readings),
            filled=self.evidence.filled,
            unfit=found.unfit,
        )
