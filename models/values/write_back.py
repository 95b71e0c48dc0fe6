"""Values of writing back: what a file for another system will hold, what it cannot take, and what was written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

What = Literal["fields", "stages", "tasks", "scores"]
#: What can be written back, in the order in which the files are named.
WHATS: Final[tuple[What, ...]] = ("fields", "stages", "tasks", "scores")


@dataclass(frozen=True, slots=True)
class WriteFile:
    """One file: a kind of record of the other system, with the rows that changed.

    Attributes
    ----------
    name
        The records as the system calls them, such as "accounts"; scores have a file of their own, "accounts-scores".
    what
        What of the book it carries.
    columns, rows
        Texts as they will stand in the file, cells that a spreadsheet would run already neutralised.
    """

    name: str
    what: What
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class WriteBack:
    """Everything that would be written for a system.

    Attributes
    ----------
    target
        salesforce, hubspot or csv.
    words
        "Salesforce Data Loader".
    steps
        One sentence on how the files are taken in over there.
    files
        None of them is empty.
    left_out
        A sentence for each kind of change that a file cannot carry, with its count and what to do.
    marks
        Per file, which row has which content: what a later file is compared with.
    """

    target: str
    words: str
    steps: str
    files: tuple[WriteFile, ...]
    left_out: tuple[str, ...] = ()
    marks: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = ()

    @property
    def rows(self) -> int:
        """How many rows all files have."""
        return sum(len(one.rows) for one in self.files)


@dataclass(frozen=True, slots=True)
class WrittenFile:
    """A file that was written."""

    path: str
    name: str
    what: What
    rows: int
