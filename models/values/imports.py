"""Values of an import: the request that crosses into the child process, the receipt, the preview and the history."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final, Literal

from models.values.meanings import Doubt, Meaning
from models.values.reading import Reading, ReadingChoice, ReadingOption
from models.values.words import capital, count

#: So many customers are named in a sentence.
_NAMED: Final = 5
Verdict = Literal["new", "changed", "unchanged", "rejected", "ignored"]


@dataclass(frozen=True, slots=True)
class FixedCell:
    """A cell of a file that a person wrote anew before the import: row of data from 1, its column, the new text."""

    row: int
    column: str
    text: str


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """What a person may decide about a file; None means: by evidence."""

    entity: str | None = None
    mapping: tuple[tuple[str, str], ...] = ()  # (column, field); field '' leaves the column out
    source: str | None = None
    timezone: str | None = None
    date_order: Literal["dmy", "mdy", "ymd"] | None = None
    currency: str | None = None
    meanings: tuple[tuple[str, str], ...] = ()  # (column, how it is read), such as ("Total", "comma")
    reading: ReadingChoice = field(default_factory=ReadingChoice)
    fixed: tuple[FixedCell, ...] = ()
    fixed_of: str = ""  # the file's stamp (see `Preview`) when its cells were fixed: of another file none is
    kind: str | None = None  # of what kind all rows are, such as "store_visit", where no column says it


@dataclass(frozen=True, slots=True)
class ImportRequest:
    """Everything that the child process needs; plain values only."""

    store: str
    file: str
    now: str  # moment, UTC
    actor: str
    options: ImportOptions = ImportOptions()
    dry_run: bool = False
    # Files that were dropped together with this one, each with the source that was decided for it, '' where none is.
    beside: tuple[tuple[str, str], ...] = ()

    @property
    def shown(self) -> str:
        """The file's path, with what it is within an archive, as receipts have it."""
        member = self.options.reading.member
        return f"{self.file}/{member}" if member else self.file


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a long job is; ``fraction`` is None while that is not known."""

    step: str
    done: int
    total: int | None

    @property
    def fraction(self) -> float | None:
        """Return the share done, between 0 and 1, or None."""
        return min(1.0, self.done / self.total) if self.total else None


@dataclass(frozen=True, slots=True)
class Milestone(Progress):
    """Something is done and kept, whatever becomes of the rest; it is passed on at any pace."""


@dataclass(frozen=True, slots=True)
class FileProgress(Progress):
    """How far a batch is: ``number`` of ``of`` files are done; the step is of the file at work, or after the last."""

    number: int = 0
    of: int = 1


@dataclass(frozen=True, slots=True)
class Receipt:
    """The receipt of DATA.md, field by field; ``as_json`` has its exact keys."""

    file: str
    recognised_as: str
    import_id: int | None
    dialect: dict[str, Any]
    mapping: dict[str, str]
    rows: dict[str, int]  # read, inserted, updated, unchanged, rejected, ignored
    entities: dict[str, dict[str, int]]
    customers: dict[str, int]  # matched, created; earlier: new ones whom an earlier file of a dry run brings
    totals: dict[str, int]
    reasons: dict[str, int]
    rejects_file: str | None
    warnings: tuple[str, ...]
    seconds: float
    dry_run: bool = False
    ignored_reasons: dict[str, int] = field(default_factory=dict)
    fixed: tuple[dict[str, Any], ...] = ()  # row, column, before, after of each cell that a person fixed
    may_leave: tuple[str, ...] = ()  # who wrote in the file's last weeks that they leave or may leave
    urgent: tuple[str, ...] = ()  # customers with an urgent complaint open, who spent most first
    guessed: tuple[str, ...] = ()  # choices that nobody made and the file does not settle: source, currency
    earlier_files: tuple[str, ...] = ()  # the names of the files that bring customers["earlier"]

    @property
    def notes(self) -> tuple[str, ...]:
        """The warnings, and how to change what was guessed: before the import, or after it."""
        way = "change {} before you import" if self.dry_run else "undo this import, change {} and import the file again"
        return (*self.warnings, *(f"Wrong {one}? {capital(way.format(one.title()))}." for one in self.guessed))

    @property
    def with_earlier(self) -> str:
        """Which of the file's new customers an earlier file of the same dry run brings; '' for none."""
        many, files = self.customers.get("earlier", 0), self.earlier_files
        names = " and ".join(files) if len(files) < _NAMED else f"{len(files)} earlier files"
        return f"{count(many, 'customer')} {'comes' if many == 1 else 'come'} with {names}" if many else ""

    @property
    def distress(self) -> str:
        """Who wrote that they may leave, and whose urgent ticket is open; '' for nobody. No store keeps names."""
        wrote = f"{count(len(self.may_leave), 'person', 'people')} wrote that they may leave"
        waits = f"{count(len(self.urgent), 'customer')} with an urgent complaint open"
        return " ".join(_naming(*one) for one in ((wrote, self.may_leave), (waits, self.urgent)) if one[1])

    def as_json(self) -> dict[str, Any]:
        """Return DATA.md's receipt as a JSON-ready dictionary."""
        return {
            "file": self.file,
            "recognised_as": self.recognised_as,
            "import_id": self.import_id,
            "dialect": self.dialect,
            "mapping": self.mapping,
            "rows": self.rows,
            "entities": self.entities,
            "customers": self.customers,
            "totals": self.totals,
            "reasons": {**self.reasons, **self.ignored_reasons},
            "rejects_file": self.rejects_file,
            "warnings": list(self.notes),
            "seconds": round(self.seconds, 3),
            **({"fixed": list(self.fixed)} if self.fixed else {}),
            **({"may_leave": list(self.may_leave)} if self.may_leave else {}),
            **({"urgent": list(self.urgent)} if self.urgent else {}),
            **({"dry_run": True} if self.dry_run else {}),
        }


def _naming(what: str, names: tuple[str, ...]) -> str:
    more = len(names) - _NAMED
    return f"{what}: {', '.join(names[:_NAMED])}{f' and {more} more' if more > 0 else ''}."


@dataclass(frozen=True, slots=True)
class ColumnProposal:
    """One column of a file: its header, samples, the proposed field, what else it could be."""

    column: str
    field: str  # '' = kept as extra detail
    candidates: tuple[tuple[str, str], ...]  # (field, label) in order of likelihood
    samples: tuple[str, ...]
    why: str
    confidence: float = 1.0  # that it is this field; 1 where a person said so
    meaning: Meaning | None = None
    fixable: bool = True  # False for columns that the file itself does not have


@dataclass(frozen=True, slots=True)
class PreviewCell:
    """One cell of the check: its text, the reason if it is faulty, the old value if it will change."""

    text: str
    fault: str = ""
    before: str | None = None
    fixed_from: str | None = None  # what stands in the file, where a person wrote the cell anew


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """One row of the file with its verdict."""

    line: int
    verdict: Verdict
    reason: str
    cells: tuple[PreviewCell, ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """What the check shows before anything is written: the dry run's receipt with rows to look at."""

    file: str
    receipt: Receipt
    recognised_words: str  # "Shopify orders"
    dialect_words: str  # "UTF-8, comma · amounts in USD"
    span_words: str  # "3 Jan 2025 to 20 Nov 2026"
    entity: str  # '' where nothing says it
    entities: tuple[tuple[str, str], ...]  # (entity, label) that a person may choose
    columns: tuple[ColumnProposal, ...]
    rows: tuple[PreviewRow, ...]
    question: str  # '' or what must be decided first, e.g. the order of day and month
    question_kind: Literal["", "date_order", "mapping", "currency", "meaning", "reading", "source"] = ""
    meanings: tuple[Meaning, ...] = ()  # of the columns that become fields, from all rows
    doubts: tuple[Doubt, ...] = ()  # about columns: all that must be answered before the import
    # How the file is written, why, and what else it could be.
    reading: Reading = field(default_factory=lambda: Reading((), ReadingChoice()))
    ways: tuple[ReadingOption, ...] = ()  # where that is in doubt: the ways to read it, likeliest first
    stamp: str = ""  # changes whenever the file does
    doubtful: int | None = 0  # new customers who look like somebody; None: too many to look at before the import
    source: str = ""  # the system by which the file's ids are known; '' where it is not known what the file is
    sources: tuple[str, ...] = ()  # those of the book, by which it could be known instead


@dataclass(frozen=True, slots=True)
class ImportRecord:
    """One line of the import history."""

    id: int
    file_name: str
    finished_at: str
    when_words: str
    recognised_as: str
    rows: dict[str, int]
    seconds: float
    undone: bool
    overwritten_by: str | None  # a later import that changed the same rows: undo that one first
    receipt: Receipt


@dataclass(frozen=True, slots=True)
class UndoPreview:
    """What undoing an import would take out, put back and keep."""

    takes_out: tuple[tuple[str, int], ...]  # (what, how many)
    puts_back: tuple[tuple[str, int], ...]
    refused: str  # '' or the sentence that says what to do first
    keeps: tuple[str, ...] = ()  # one sentence for each row and field that stays as it is, and why
