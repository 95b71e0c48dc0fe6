"""Write the files: each beside its place and put there when it is whole, then one journal entry for all of them."""

from __future__ import annotations

import json
import secrets
from collections.abc import Collection, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from models.values import words
from models.values.changes import Changes
from models.values.errors import EnvironmentFault, unwritable
from models.values.write_back import WHATS, What, WriteBack, WriteFile, WrittenFile
from services.exporting.changed import VERB
from services.exporting.gather import Gathering
from services.exporting.targets import target_of
from services.sync.read import write_rows

if TYPE_CHECKING:
    from services.workspace import Workspace


def write_back_plan(
    workspace: Workspace, target: str, whats: Collection[What] = WHATS, *, everything: bool = False
) -> WriteBack:
    """Return what would be written for a system; nothing is.

    Parameters
    ----------
    target
        salesforce, hubspot or csv.
    whats
        Changed fields, stages, tasks, scores.
    everything
        Also tasks and scores that stand in an earlier file already.

    Raises
    ------
    UserError
        There is no such system.
    """
    known = target_of(target)
    with workspace.store.snapshot() as db:
        return Gathering(db, known, everything).take(whats)


def write_back(workspace: Workspace, plan: WriteBack, out: Path) -> tuple[tuple[WrittenFile, ...], Changes]:
    """Write the files of a plan, and remember in the journal what stands in them.

    Parameters
    ----------
    out
        A folder, for files with names of their own; or the name of the file. Where there are several, each has the
        name of its records before the ending.

    Raises
    ------
    EnvironmentFault
        A file, or the journal, could not be written: nothing counts as written, and no half file is left.
    """
    workspace.managed.limits.refuse_write_back()
    workspace.permit.refuse(VERB)
    places = places_of(plan, out)
    halves: list[tuple[Path, Path]] = []
    try:
        for file, place in zip(plan.files, places, strict=True):
            halves.append((_half(file, place), place))
        changes = _put_in_place(workspace, plan, halves)
    except OSError as error:
        raise EnvironmentFault(f"{unwritable(places[0], error)} Nothing was lost; choose another place.") from error
    finally:
        for half, _place in halves:
            with suppress(OSError):
                half.unlink(missing_ok=True)
    done = zip(plan.files, places, strict=True)
    return tuple(WrittenFile(str(place), file.name, file.what, len(file.rows)) for file, place in done), changes


def places_of(plan: WriteBack, out: Path) -> tuple[Path, ...]:
    """Return where each file of a plan will stand."""
    if out.is_dir():
        return tuple(out / f"{plan.target}-{file.name}.csv" for file in plan.files)
    if len(plan.files) == 1:
        return (out,)
    return tuple(out.with_name(f"{out.stem}-{file.name}{out.suffix or '.csv'}") for file in plan.files)


def _half(file: WriteFile, place: Path) -> Path:
    half = place.with_name(f".{place.name}.{secrets.token_hex(4)}")
    try:
        with half.open("x", encoding="utf-8", newline="") as text:
            write_rows(text, (file.columns, *file.rows))
    except OSError:
        with suppress(OSError):
            half.unlink(missing_ok=True)
        raise
    return half


def _put_in_place(workspace: Workspace, plan: WriteBack, halves: Sequence[tuple[Path, Path]]) -> Changes:
    """Give the files their names inside the unit of work: where one cannot have it, nothing counts as written."""
    marks = {name: dict(of_file) for name, of_file in plan.marks}
    with workspace.store.unit_of_work(workspace.me, VERB, f"{VERB}:{plan.target}", at=workspace.at) as work:
        work.digest(json.dumps(marks, ensure_ascii=False, sort_keys=True))
        said = ", ".join(f"{words.count(len(file.rows), 'row')} of {file.name}" for file in plan.files)
        work.say(f"Wrote files for {plan.words}: {said}")
        for half, place in halves:
            half.replace(place)
        return work.commit()
