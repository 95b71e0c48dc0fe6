"""Rejected rows as a file: as they stood, with the reason beside each, ready to be fixed and imported again."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from sqlalchemy import Connection

from models import sqlite
from models.private import close_to_others, make_folder, private
from models.store import runs
from models.store.driver import driver_of
from models.values.cells import guarded
from models.values.errors import EnvironmentFault
from services.sync.formats.headers import REJECT_COLUMNS
from services.sync.formats.plan import Plan, source_from_name
from services.sync.formats.reshape import own_columns
from services.sync.read import is_ragged, write_rows
from services.sync.stage.layout import REJECTED, exists

_ENDING = ".part"


def gather_late_rejects(db: sqlite.Connection) -> None:
    """Put rows that the comparison rejected beside those that the reading rejected."""
    if not exists(db, f"stage.r WHERE state = {REJECTED}"):
        return
    db.execute(
        f"""
        INSERT OR IGNORE INTO stage.rejects
        SELECT r.row, -1, '', r.note, w.cells FROM stage.r JOIN stage.raw w ON w.row = r.row WHERE r.state = {REJECTED}
        """
    )


def keep_rejects(db: sqlite.Connection, import_id: int) -> None:
    """Keep the rejected rows in the book, each with its reason."""
    db.execute(
        """
        INSERT INTO main.import_rejects (import_id, line, field, reason, cells)
        SELECT ?, row, nullif(header, ''), trim(header || ' ' || why), cells FROM stage.rejects ORDER BY row
        """,
        (import_id,),
    )


def write_rejects(db: sqlite.Connection, plan: Plan, store: Path, import_id: int) -> Path | None:
    """Write the file of rejected rows beside where it will stand; None where no row was rejected.

    `publish_rejects` gives it its name once the import is in the book; until then nobody sees it.

    Raises
    ------
    EnvironmentFault
        The file cannot be written.
    """
    if not exists(db, "stage.rejects"):
        return None
    path = _place(db, plan, store, import_id)
    try:
        make_folder(path.parent)
        close_to_others(path.parent)  # one of an older version
        with open(_unpublished(path), "w", encoding="utf-8", newline="", opener=private) as file:
            write_rows(file, _lines(db, own_columns(plan.table)))
    except BaseException as problem:
        withdraw_rejects(path)
        if not isinstance(problem, OSError):
            raise
        raise EnvironmentFault(
            f"The rejected rows cannot be written to {path.parent} ({(problem.strerror or 'error').lower()}). "
            "Nothing was imported."
        ) from problem
    return path


def _lines(db: sqlite.Connection, columns: Sequence[str]) -> Iterator[list[str]]:
    """The header and the rejected rows, each with its number and the reason behind its last cell."""
    own = [place for place, header in enumerate(columns) if header not in REJECT_COLUMNS]
    yield [*(guarded(columns[place]) for place in own), *REJECT_COLUMNS]
    for row, header, why, cells in db.execute("SELECT row, header, why, cells FROM stage.rejects ORDER BY row"):
        texts = json.loads(cells)
        if is_ragged(why):
            # All cells of a row that has more or fewer than the header, without those that an earlier file added.
            kept = texts[: -len(REJECT_COLUMNS)] if tuple(columns[-len(REJECT_COLUMNS) :]) == REJECT_COLUMNS else texts
        else:
            texts += [""] * (len(columns) - len(texts))
            kept = [texts[place] for place in own]
        yield [*map(guarded, kept), str(row), guarded(f"{header} {why}".strip())]


def publish_rejects(path: Path) -> None:
    """Give the file of rejected rows its name; where that fails now, the next import does it."""
    with suppress(OSError):
        _unpublished(path).replace(path)


def withdraw_rejects(path: Path) -> None:
    """Delete a file of rejected rows that was not published."""
    with suppress(OSError):
        _unpublished(path).unlink()


def sweep_rejects(connection: Connection, store: Path) -> None:
    """Publish what a run that was killed after its commit left, and delete what one left that never committed."""
    for found in (store.parent / "rejects").glob(f".*{_ENDING}"):
        name, _, owner = found.name.removesuffix(_ENDING).removeprefix(".").rpartition(".")
        if owner.isdecimal() and not runs(int(owner), found):
            path = found.with_name(name)
            with suppress(OSError):
                if _is_named(driver_of(connection), path) and not path.exists():
                    found.replace(path)
                else:
                    found.unlink()


def _place(db: sqlite.Connection, plan: Plan, store: Path, import_id: int) -> Path:
    file = stem = plan.table.path.name
    for ending in (".gz", ".csv", ".tsv", ".txt", ".tab", ".psv", ".rejects"):
        stem = stem.removesuffix(ending)
    stem = source_from_name(file) if file.startswith(".") else stem
    path = store.parent / "rejects" / f"{stem}.rejects.csv"
    if path.exists() or _is_named(db, path):
        path = path.with_name(f"{stem}.{import_id}.rejects.csv")
    return path


def _is_named(db: sqlite.Connection, path: Path) -> bool:
    """Whether an import of the book names this file as that of its rejected rows."""
    return exists(db, "main.imports WHERE rejects_file = ?", (str(path),))


def _unpublished(path: Path) -> Path:
    return path.with_name(f".{path.name}.{os.getpid()}{_ENDING}")
