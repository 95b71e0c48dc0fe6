"""From evidence to decisions: how each column of a file is read, and what must be asked.

A file's first rows decide, where they can: a later cell that speaks against them makes the converter raise
`Unsettled`, and then all rows are counted. Where the first rows cannot decide, all rows are counted at once. So every
decision is the one that all rows together give, and most files are read only once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from models.values.errors import UserError
from services.sync.kinds.amounts import Numbers
from services.sync.kinds.checked import CHECKED, Checked
from services.sync.kinds.column import Circumstances, Column, Evidence
from services.sync.kinds.dates import Dates
from services.sync.kinds.durations import Durations
from services.sync.kinds.form import Form
from services.sync.kinds.ids import IdEvidence

DATES = ("date", "moment", "instant")
NUMBERS = ("money", "decimal", "integer", "number", "percent")
_DURATIONS = ("duration", "hours")

AllRows = Callable[[], Iterable[Sequence[Sequence[str]]]]


def decide(
    columns: Sequence[Column],
    first_rows: Sequence[Sequence[str]],
    all_rows: AllRows,
    about: Circumstances,
    *,
    survey: bool = False,
) -> list[Column]:
    """Decide how columns are read.

    Parameters
    ----------
    columns : sequence of Column
        With their fields, and what a person said of them.
    first_rows : sequence of sequence of str
        The file's first rows.
    all_rows : callable
        Yields batches of all rows.
    about : Circumstances
    survey : bool
        Whether all rows are to be counted even if the first ones decide.

    Returns
    -------
    list of Column
        In the same order. A column with a doubt has the first of its readings.
    """
    found = observing(columns)
    for rows in all_rows() if survey else (first_rows,):
        take(found, rows)
    conclude(found, about, settled=survey)
    doubtful = {type(one.evidence) for one in found if not survey and not one.obeyed and one.evidence.is_open(one)}
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
        return Checked(kind)
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
