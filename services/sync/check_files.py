"""What a check keeps beside the store until its file is imported: further pages and the import cost no second reading.

The facts lie in it as JSON and nothing in it is ever run; its name says for which file, choices, state of the book and
version of the program it holds.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, is_dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args, get_origin, get_type_hints

from models import sqlite
from models.store import remove_staging
from models.tables import SCHEMA_VERSION
from models.values.imports import ImportRequest, Receipt
from models.values.meanings import Doubt, Meaning
from services.settings.local_currency import this_computers_currency
from services.settings.local_zone import this_computers_zone
from services.sync.apply.compare import Tally

if TYPE_CHECKING:
    from services.workspace import Workspace


_KEPT_SECONDS = 86_400
# Raise it where what is staged or kept changes its form.
_FORM = 8
_CHUNK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Facts:
    """What a check found out besides rows.

    Attributes
    ----------
    receipt
        What importing would do, every row accounted for.
    days
        The first and the last day of the rows.
    source, meanings, currency, doubts
        The system that they belong to, what columns mean, what amounts are in, what a person must say first.
    digest, head
        The SHA-256 of the file, and the journal's head that it was compared at.
    tallies, parts
        How many rows are what, by staged table and of each further entity.
    doubtful
        How many new customers look like somebody else; counted for a window.
    """

    receipt: Receipt
    days: tuple[str, ...]
    source: str
    meanings: tuple[Meaning, ...]
    currency: str
    doubts: tuple[Doubt, ...]
    digest: str
    head: int
    tallies: Mapping[str, Tally]
    parts: tuple[Tally, ...]
    doubtful: int | None = 0


def write_facts(db: sqlite.Connection, facts: Facts) -> None:
    """Keep what a check found out in its staging file."""
    db.execute("CREATE TABLE stage.facts (facts TEXT)")
    db.execute("INSERT INTO stage.facts VALUES (?)", (json.dumps(asdict(facts), ensure_ascii=False),))


def read_facts(db: sqlite.Connection) -> Facts:
    """What a check found out."""
    (kept,) = db.execute("SELECT facts FROM stage.facts").fetchone()
    facts: Facts = _read(Facts, json.loads(kept))
    return facts


def _read(kind: Any, kept: Any) -> Any:
    """A value of a type as `asdict` and JSON leave it."""
    if isinstance(kind, type) and is_dataclass(kind):
        types = get_type_hints(kind)
        return kind(**{name: _read(types[name], one) for name, one in kept.items()})
    if get_origin(kind) is tuple:
        return tuple(_read(get_args(kind)[0], one) for one in kept)
    if get_origin(kind) is Mapping:
        return {name: _read(get_args(kind)[1], one) for name, one in kept.items()}
    return kept


def head_of(db: sqlite.Connection) -> int:
    """The journal's head: it moves with every change of the book."""
    return int(db.execute("SELECT coalesce(max(id), 0) FROM main.journal").fetchone()[0])


def check_path(workspace: Workspace, request: ImportRequest) -> Path:
    """Where the check of this file, with these choices, here and today, against the book as it is now, is kept."""
    status = Path(request.file).stat()
    store = Path(workspace.store.path)
    with workspace.store.snapshot() as db:
        head = head_of(db)
    facts = (
        *(_FORM, _version(), SCHEMA_VERSION),
        *(status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_ino),
        *(repr((request.options, request.beside)), head, workspace.clock.today().isoformat()),
        *(str(this_computers_zone()), this_computers_currency()),
    )
    digest = hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:16]
    return store.with_name(f"{store.name}.check-{_file_key(request)}-{digest}")


def take_check(workspace: Workspace, request: ImportRequest, staging: Path) -> bool:
    """Give what a check kept to the import of the same file; whatever becomes of that, it is no check any more."""
    try:
        check_path(workspace, request).replace(staging)
    except OSError:  # there is none, or it is being read
        return False
    return True


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


def sha256_of(path: Path, go_on: Callable[[], None]) -> str:
    """SHA-256 of a file.

    Parameters
    ----------
    go_on : callable
        Called before each part is read; raises where it is not to be.

    Raises
    ------
    OSError
        It cannot be read.
    """
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            go_on()
            digest.update(chunk)
    return digest.hexdigest()
