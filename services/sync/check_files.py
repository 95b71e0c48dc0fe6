"""What a check keeps beside the store until its file is imported, so that a further page costs no second reading.

The facts lie in it as JSON and nothing in it is ever run; its name says for which file, choices, state of the book and
version of the program it holds.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from models.store import remove_staging
from models.tables import SCHEMA_VERSION
from models.values.imports import ImportRequest, Receipt
from models.values.meanings import Doubt, Meaning, Reading

if TYPE_CHECKING:
    from services.workspace import Workspace

_KEPT_SECONDS = 86_400
# Raise it where what is staged or kept changes its form.
_FORM = 6


@dataclass(frozen=True, slots=True)
class Facts:
    """What a check found out besides rows: its receipt, their days, the system they belong to, what columns mean."""

    receipt: Receipt
    span: str
    source: str
    meanings: tuple[Meaning, ...]
    currency: str
    doubts: tuple[Doubt, ...] = ()
    doubtful: int | None = 0


def write_facts(db: sqlite3.Connection, facts: Facts) -> None:
    """Keep what a check found out in its staging file."""
    db.execute("CREATE TABLE stage.facts (facts TEXT)")
    db.execute("INSERT INTO stage.facts VALUES (?)", (json.dumps(asdict(facts), ensure_ascii=False),))


def read_facts(db: sqlite3.Connection) -> Facts:
    """What a check found out."""
    kept = json.loads(db.execute("SELECT facts FROM stage.facts").fetchone()[0])
    lists = {name: tuple(kept["receipt"][name]) for name in ("warnings", "fixed", "may_leave")}
    return Facts(
        Receipt(**{**kept["receipt"], **lists}),
        kept["span"],
        kept["source"],
        tuple(map(_meaning, kept["meanings"])),
        kept["currency"],
        tuple(map(_doubt, kept["doubts"])),
        kept["doubtful"],
    )


def _doubt(kept: dict[str, Any]) -> Doubt:
    return Doubt(**{**kept, "readings": tuple(Reading(**one) for one in kept["readings"])})


def _meaning(kept: dict[str, Any]) -> Meaning:
    return Meaning(
        **{
            **kept,
            "evidence": tuple(kept["evidence"]),
            "flags": tuple(kept["flags"]),
            "doubts": tuple(map(_doubt, kept["doubts"])),
            "readings": tuple(Reading(**one) for one in kept["readings"]),
        }
    )


def check_path(workspace: Workspace, request: ImportRequest) -> Path:
    """Where the check of this file, with these choices, against the book as it is now, is kept."""
    status = Path(request.file).stat()
    store = Path(workspace.store.path)
    with workspace.store.read() as connection:
        head = connection.exec_driver_sql("SELECT coalesce(max(id), 0) FROM journal").scalar()
    facts = (
        _FORM,
        _version(),
        SCHEMA_VERSION,
        status.st_mtime_ns,
        status.st_size,
        repr((request.options, request.beside)),
        head,
    )
    digest = hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:16]
    return store.with_name(f"{store.name}.check-{_file_key(request)}-{digest}")


def forget_check(workspace: Workspace, request: ImportRequest) -> None:
    """Delete what checks of this file kept."""
    store = Path(workspace.store.path)
    for found in store.parent.glob(f"{store.name}.check-{_file_key(request)}-*"):
        remove_staging(found)


def sweep_checks(store: Path) -> None:
    """Delete what checks kept a day ago and longer."""
    for found in store.parent.glob(f"{store.name}.check-*"):
        with suppress(OSError):
            if time.time() - found.stat().st_mtime > _KEPT_SECONDS:
                remove_staging(found)


def _version() -> str:
    try:
        return metadata.version("bellwether")
    except metadata.PackageNotFoundError:
        return ""


def _file_key(request: ImportRequest) -> str:
    within = request.options.reading.member or ""
    return hashlib.sha256(f"{Path(request.file).resolve()}\0{within}".encode()).hexdigest()[:12]
