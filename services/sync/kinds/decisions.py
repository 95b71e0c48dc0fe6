"""From evidence to decisions: how each column of a file is read, and what must be asked.

A file's first rows decide, where they can: a later cell that speaks against them makes the converter raise
`Unsettled`, and then all rows are counted. Where the first rows cannot decide, all rows are counted at once. So every
decision is the one that all rows together give, and most files are read only once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from models.values.errors import UserError
from services.sync.kinds import words
from services.sync.kinds.amounts import Numbers
from services.sync.kinds.column import LIKELY, PROVEN, Circumstances, Column, Counted, Described, Evidence, Form
from services.sync.kinds.dates import Dates
from services.sync.kinds.durations import Durations
from services.sync.kinds.ids import IdEvidence
from services.sync.kinds.memo import Memo, Unfit
from services.sync.kinds.phones import phone_key
from services.sync.kinds.vocabulary import is_nothing, listed

DATES = ("date", "moment", "instant")
NUMBERS = ("money", "decimal", "integer", "number", "score", "percent")
_DURATIONS = ("duration", "hours")

AllRows = Callable[[], Iterable[Sequence[Sequence[str]]]]
_FOUND: dict[str, str] = listed("kinds")["found"]


@dataclass
class Checked(Counted):
    """Counts of cells by what they turned out to be.

    Attributes
    ----------
    kind
        The kind of the column's field: `email`, `phone`, `boolean` or `flag_deleted`.
    kinds
        `unfit` and, by kind, `one` or `several` addresses, `national` or `international` numbers, `yes` or `no`.
    """

    kind: str = "email"

    def __post_init__(self) -> None:
        look = _LOOKS[self.kind]
        self._memo = Memo(lambda text: None if is_nothing(text, typed=True) else look(text))

    def take(self, cells: Sequence[str]) -> None:
        self.kinds.update(map(self._memo.__getitem__, cells))
        self.kinds.pop(None, None)

    def describe(self, one: Column) -> Described:
        """How many fit, and what they are."""
        evidence = [f"{self.kinds[name]:,} {text}" for name, text in _FOUND.items() if self.kinds[name]]
        unfit = self.kinds["unfit"]
        return Described(super().describe(one).words, evidence, unfit, LIKELY if unfit else PROVEN)


def _email(text: str) -> str:
    try:
        words.to_email(text)
    except Unfit:
        return "unfit"
    return "several" if len(words.addresses_in(text)) > 1 else "one"


def _phone(text: str) -> str:
    key = phone_key(text)
    return "unfit" if not key else "international" if key.startswith("+") else "national"


def _boolean(text: str) -> str:
    try:
        return "yes" if words.to_boolean(text) else "no"
    except Unfit:
        return "unfit"


_LOOKS: dict[str, Callable[[str], str]] = {
    "email": _email,
    "phone": _phone,
    "boolean": _boolean,
    "flag_deleted": _boolean,
}
CHECKED = tuple(_LOOKS)


def decide(
    columns: Sequence[Column],
    first_rows: Sequence[Sequence[str]],
    all_rows: AllRows,
    about: Circumstances,
) -> list[Column]:
    """Decide how columns are read, by the first rows where they suffice.

    Parameters
    ----------
    columns : sequence of Column
        With their fields, and what a person said of them.
    first_rows : sequence of sequence of str
        The file's first rows.
    all_rows : callable
        Yields batches of all rows.

    Returns
    -------
    list of Column
        In the same order. A column with a doubt has the first of its readings.
    """
    found = observing(columns)
    take(found, first_rows)
    conclude(found, about, settled=False)
    doubtful = {type(one.evidence) for one in found if not one.obeyed and one.evidence.is_open(one)}
    if doubtful:
        # Neighbours may settle it: all columns that are of one sort are counted together.
        again = {one.place for one in found if type(one.evidence) in doubtful}
        found = [
            now if one.place in again else replace(now, evidence=one.evidence)
            for one, now in zip(found, observing(found), strict=True)
        ]
        for rows in all_rows():
            take([one for one in found if one.place in again], rows)
        conclude(found, about, settled=False)
        for one in found:
            if one.place in again:
                one.form = replace(one.form, settled=True)
    return found


def observing(columns: Iterable[Column]) -> list[Column]:
    """The columns, with nothing seen of their cells yet."""
    return [Column(one.place, one.header, one.field, one.said, evidence=_evidence_of(one.kind)) for one in columns]


def _evidence_of(kind: str) -> Evidence:
    if kind in DATES:
        return Dates()
    if kind in NUMBERS:
        return Numbers()
    if kind in _DURATIONS:
        return Durations()
    if kind in CHECKED:
        return Checked(kind=kind)
    return IdEvidence() if kind == "id" else Evidence()


def take(columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> None:
    """Show rows of the file to columns that are observed."""
    seen = [one for one in columns if type(one.evidence) is not Evidence]
    if len(set(map(len, rows))) == 1:
        cells = list(zip(*rows, strict=True))
        for one in seen:
            one.evidence.take(cells[one.place] if one.place < len(cells) else ())
    else:
        for one in seen:
            one.evidence.take([row[one.place] for row in rows if one.place < len(row)])


def conclude(columns: Sequence[Column], about: Circumstances, *, settled: bool) -> None:
    """Decide how columns are read by what was seen of them; `settled`: that was all rows."""
    for one in columns:
        one.form = Form(settled=settled, year=about.year)
        one.evidence.decide(one, about)
        _obey(one)
    for kind in (Dates, Numbers):
        kind.agree([one for one in columns if isinstance(one.evidence, kind)], about)


def _obey(one: Column) -> None:
    """Read a column as a person said it is to be read.

    Raises
    ------
    UserError
        The column cannot be read so.
    """
    for word in one.said.split():
        settles = one.evidence.obey(one, word)
        if settles is None:
            known = one.evidence.choices(one.kind)
            advice = f"Choose one of {', '.join(known)}." if known else "There is nothing to choose for this column."
            raise UserError(f"“{one.header}” cannot be read as “{word}”. {advice}")
        if settles:
            one.obeyed = True
            one.form = replace(one.form, settled=True)
