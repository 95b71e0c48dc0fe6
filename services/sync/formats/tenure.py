"""Customers of whom a file says how long they have been with us and whether they left, and no day of either.

Counted back from the file's own day, a length becomes the day on which a contract began. The file's day is the one in
its name ("customers_2026-03-31.csv"), else the day on which it was last written.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final

from models.values.words import full_day
from services.sync.formats.headers import words_of
from services.sync.formats.looks import is_word
from services.sync.formats.propose import Seen
from services.sync.formats.rules import to_length
from services.sync.formats.systems import Rule
from services.sync.kinds.vocabulary import phrase, vocabulary
from services.sync.kinds.words import to_boolean
from services.sync.read import Table, celltypes

#: Columns that the rule adds, as the fields of a customer.
STARTED: Final = "Contract start (from its length)"
LEFT: Final = "Left (by the file's day)"
_DAYS: Final = {"days": 1.0, "months": 365.25 / 12, "years": 365.25}
_DATED = re.compile(r"(?<!\d)(20\d\d)[-_.]?([01]\d)[-_.]?([0-3]\d)(?!\d)")
# What goes no further than this many may be years as well as months.
_YEARS = 12


@dataclass(frozen=True, slots=True)
class Tenure:
    """The columns of a length and of having left ('' for none), and what is counted; '' where that is not known."""

    column: str
    flag: str
    unit: str

    @property
    def mapping(self) -> dict[str, str]:
        """The added columns with the fields that they are."""
        return {STARTED: "contract_starts_on"} | ({LEFT: "churned_on"} if self.flag else {})

    def rule(self, table: Table) -> Rule:
        """The rule that counts back from the file's day."""
        columns = {"lasted": self.column, "flag": self.flag, "into": STARTED, "left": LEFT}
        return Rule("began", {**columns, "day": _day_of(table), "unit": _DAYS[self.unit]})

    def note(self, table: Table) -> str:
        """What was made of the columns, or what lacks, as a sentence."""
        if not self.unit:
            return (
                f"“{self.column}” could count months or years, so no contract start is known: name the column "
                f"“{self.column} (months)” or “{self.column} (years)”, or add one with the start date."
            )
        day = full_day(_day_of(table))
        left = f" Customers with yes in “{self.flag}” count as having left on that day." if self.flag else ""
        return (
            f"No column has the contract start: it is counted back from “{self.column}” ({self.unit}) as of {day}, "
            f"the file’s own day.{left} If the file is from another day, put that day in its name, such as 2026-03-31."
        )


def tenure_of(seen: Seen) -> Tenure | None:
    """How long customers have been with us, where a file has it and has no date at all; None for all others."""
    said = vocabulary("tenure")
    if celltypes.DATE in seen.kinds:
        return None
    lengths = [
        (column, cells)
        for column, cells, kind in zip(seen.columns, seen.cells, seen.kinds, strict=True)
        if kind == celltypes.NUMBER and _bare(column) in said["lasted"]
    ]
    if len(lengths) != 1:
        return None
    column, cells = lengths[0]
    flags = [
        one
        for one, texts in zip(seen.columns, seen.cells, strict=True)
        if _bare(one) in said["left"] and texts and all(is_word(to_boolean, text) for text in texts)
    ]
    return Tenure(column, flags[0] if len(flags) == 1 else "", _unit(column, cells))


def _bare(header: str) -> str:
    """A header without what says what is counted: "Tenure in Months", "tenure_days"."""
    units = vocabulary("tenure")
    words = phrase(" ".join(words_of(header)))
    if words in units["lasted"]:
        return words
    counted = units["days"] | units["months"] | units["years"] | {"in"}
    return " ".join(word for word in words.split() if word not in counted)


def _unit(header: str, cells: tuple[str, ...]) -> str:
    words, said = set(map(phrase, words_of(header))), vocabulary("tenure")
    named = next((unit for unit in _DAYS if words & said[unit]), "")
    return named or ("months" if max(map(to_length, cells), default=0.0) > _YEARS else "")


def _day_of(table: Table) -> date:
    for found in _DATED.finditer(table.path.name):
        try:
            return date(*map(int, found.groups()))
        except ValueError:
            continue
    return datetime.fromtimestamp(table.path.stat().st_mtime, UTC).date()
