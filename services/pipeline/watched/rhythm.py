"""How regularly the files of each source come, and which source has fallen silent."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING, Final

from models.values import words
from models.values.watching import SourceRhythm
from services.book.sources import stale_figures

if TYPE_CHECKING:
    from services.workspace import Workspace

#: Distances looked back on, and the fewest that tell a rhythm: three imports on three days.
LAST_DISTANCES: Final = 12
LEAST_DISTANCES: Final = 2


@dataclass
class _Files:
    words: str = ""
    days: list[date] = field(default_factory=list)
    count: int = 0


def source_rhythms(workspace: Workspace) -> tuple[SourceRhythm, ...]:
    """Return each source of the book's imports with its rhythm, the stale ones first, then by name.

    The days are those of this computer's calendar on which a file came, whatever days its rows are about. Imports that
    were undone do not count.
    """
    today, zone = workspace.clock.today(), workspace.clock.now().astimezone().tzinfo
    found: dict[str, _Files] = {}
    with workspace.store.snapshot() as db:
        rows = db.execute(
            "SELECT source, recognised_as, finished_at FROM imports WHERE undone_by IS NULL ORDER BY finished_at, id"
        ).fetchall()
    for source, recognised, finished in rows:
        moment = words.moment_of(finished)
        if moment is None:
            continue
        files = found.setdefault(source, _Files())
        files.words, files.count = recognised, files.count + 1
        day = moment.astimezone(zone or UTC).date()
        if not files.days or files.days[-1] != day:
            files.days.append(day)
    times, least = stale_figures(workspace.policy)
    rhythms = [_rhythm(source, files, today, times, least) for source, files in found.items()]
    return tuple(sorted(rhythms, key=lambda one: (not one.stale, one.source.lower())))


def _rhythm(source: str, files: _Files, today: date, times: float, least_days: float) -> SourceRhythm:
    distances = [(later - earlier).days for earlier, later in pairwise(files.days)][-LAST_DISTANCES:]
    usual = float(median(distances)) if len(distances) >= LEAST_DISTANCES else None
    age = max(0, (today - files.days[-1]).days)
    stale = usual is not None and age > least_days and age > usual * times
    return SourceRhythm(
        source=source,
        words=files.words,
        files=files.count,
        last_on=files.days[-1].isoformat(),
        age_days=age,
        usual_days=usual,
        stale=stale,
        rhythm=_words(usual, age),
    )


def _words(usual: float | None, age: int) -> str:
    last = "last today" if age == 0 else "last yesterday" if age == 1 else f"last {age} days ago"
    if usual is None:
        return last
    every = "every day" if usual <= 1 else f"every {usual:g} days"
    return f"usually {every}, {last}"
