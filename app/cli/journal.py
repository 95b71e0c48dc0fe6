"""Commands about trust: undo, journal, verify, disclosures, doctor."""

from __future__ import annotations

import platform
import shutil
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer

from app import __version__
from app.bootstrap import recipe_for
from app.cli.frame import (
    DONE,
    IN_PART,
    NOTHING_DONE,
    JsonOption,
    Reply,
    StoreOption,
    answer,
    in_book,
    opened,
    say,
    table,
    told,
)
from app.keyrings import LazyKeyring
from app.paths import log_folder, managed_sources
from models import sqlite
from models.values.errors import StoreDamaged
from models.values.journal import JournalEntry
from models.values.words import count
from services import audit, backups
from services.book import disclosures as book
from services.book.sources import orders_ahead
from services.pipeline import after_change
from services.settings import load_managed
from services.workspace import Workspace

PARTS = (
    "pyside6-essentials",
    "sqlalchemy",
    "sqlcipher3",
    "cryptography",
    "pandas",
    "scikit-learn",
    "numpy",
    "scipy",
    "pyqtgraph",
)


@in_book(writes=True)
def undo(workspace: Workspace) -> Reply:
    """Undo your last action, never an automatic one. Exit code 1: nothing could be undone; 3: undone in part."""
    changes = audit.undo_last(workspace)
    after_change(workspace, changes)
    document = {"entry": changes.entry, "words": changes.words, "kept": list(changes.kept)}
    code = NOTHING_DONE if not changes.tables else IN_PART if changes.kept else DONE
    return Reply(document, "\n".join([changes.words, *changes.kept]), code=code)


@in_book()
def journal(
    workspace: Workspace,
    limit: Annotated[int, typer.Option("--limit", min=1, help="How many entries, newest first.")] = 50,
) -> Reply:
    """Print the audit trail, newest first."""
    found = audit.history(workspace, limit=limit)
    document = [
        {
            "id": entry.id,
            "at": entry.at,
            "actor_kind": entry.actor.kind,
            "actor": entry.actor.name,
            "role": entry.role,
            "verb": entry.verb,
            "subject": entry.subject,
            "words": entry.words,
            "undoes": entry.undoes,
            "undone_by": entry.undone_by,
            "hash": entry.hash,
        }
        for entry in found
    ]
    rows = [(str(entry.id), entry.at, _by(entry), entry.verb, entry.subject, entry.words) for entry in found]
    return Reply(document, table(("id", "at", "by", "verb", "subject", "words"), rows, frozenset({0})))


def _by(entry: JournalEntry) -> str:
    """Who did it, a person with their role where there are roles."""
    return f"{entry.actor.kind} {entry.actor.name}{f', {entry.role}' if entry.role else ''}"


@in_book()
def verify(
    workspace: Workspace,
    accept: Annotated[
        bool, typer.Option("--accept", help="Remember this journal from now on: after you restored a copy.")
    ] = False,
) -> Reply:
    """Check the journal, the rows it records and the store, and print the content hash."""
    if accept:
        audit.remember_head(workspace, accept=True)
    outcome = audit.verify_book(workspace)
    with workspace.store.snapshot() as driver:
        ahead = orders_ahead(driver, workspace.clock.today())
    notes = [*outcome.notes, *([ahead] if ahead else [])]
    document = {
        "ok": outcome.ok,
        "entries": outcome.entries,
        "head": outcome.head,
        "content_hash": outcome.content_hash,
        "problems": list(outcome.problems),
        "notes": notes,
    }
    verdict = f"The store and its {outcome.entries:,} journal entries are intact." if outcome.ok else "Problems found:"
    lines = [verdict, *outcome.problems, *notes, f"content hash {outcome.content_hash}"]
    return Reply(document, "\n".join(lines), code=DONE if outcome.ok else NOTHING_DONE)


@in_book()
def disclosures(
    workspace: Workspace,
    limit: Annotated[int, typer.Option("--limit", min=1, help="How many, newest first.")] = 50,
) -> Reply:
    """List what left this computer: emails, requests to language models, exports, files for other systems."""
    whole = book.disclosures(workspace)
    found = whole[:limit]
    rows = [
        (one.at, one.by, one.to, "" if one.size is None else f"{one.size:,}", one.what, ", ".join(one.fields))
        for one in found
    ]
    head = ("at", "by", "to", "bytes", "what", "fields")
    words = table(head, rows, frozenset({3})) if rows else "Nothing has left this computer."
    if len(whole) > len(found):
        words += f"\nThe newest {len(found):,} of {len(whole):,}. --limit {len(whole)} lists all."
    return Reply([asdict(one) for one in found], words)


@told
def doctor(store: StoreOption = None, json: JsonOption = False) -> int:
    """Show what is installed and where, and whether the book can be used."""
    recipe = recipe_for(store)
    path = Path(recipe.store)
    versions = {"bellwether": __version__, "python": platform.python_version(), "sqlite": sqlite.sqlite_version}
    versions |= {part: version(part) for part in PARTS}
    keyring = "the system's" if LazyKeyring().lasting else "none: secrets are kept only while Bellwether runs"
    document = {
        "versions": versions,
        "paths": {"store": str(path), "logs": str(log_folder())},
        "keyring": keyring,
        "free_bytes": _free_bytes(path),
        "store": "not created yet",
        "policy": None,
        "encrypted": None,
        "newest_backup": None,
    }
    known = backups.backups_of(path)
    if known:
        document["newest_backup"] = known[0].at.isoformat()
    managed = load_managed(*managed_sources())
    document["set_by_your_organisation"] = len(managed.origins)
    if path.exists():
        try:
            with opened(store) as workspace:
                document["encrypted"] = workspace.store.key is not None
                same = workspace.policy == type(workspace.policy)()
                document["policy"] = "defaults" if same else "changed for this book"
                document["store"] = " ".join(audit.verify_book(workspace).problems) or "in order"
        except StoreDamaged as damaged:
            document["store"] = str(damaged)
    lines = [f"{name} {number}" for name, number in versions.items()]
    kept = "" if document["encrypted"] is None else ", encrypted" if document["encrypted"] else ", not encrypted"
    lines += [f"book {path}: {document['store']}{kept}", f"logs {log_folder()}", f"keyring: {keyring}"]
    lines += [f"newest backup: {known[0].at:%Y-%m-%d %H:%M} UTC, of {len(known)}" if known else "no backup"]
    lines += [f"policy: {document['policy']}"] if document["policy"] else []
    set_by = ", ".join(dict.fromkeys(managed.origins.values()))
    lines += [f"set by your organisation: {count(len(managed.origins), 'setting')} ({set_by})"] if set_by else []
    answer(document, "\n".join(lines), json)
    if document["store"] not in ("in order", "not created yet"):
        way = "run “bellwether restore newest”" if known else "import your exports into a new one"
        say(f"The book is damaged; {way}.")
        return NOTHING_DONE
    return DONE


def _free_bytes(path: Path) -> int | None:
    folder = next((parent for parent in path.parents if parent.exists()), None)
    return shutil.disk_usage(folder).free if folder is not None else None
