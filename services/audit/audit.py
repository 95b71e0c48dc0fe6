"""History, undo, digests and verification over the journal; only this room asks the keyring about the chain."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Final

from sqlalchemy import func, select

from models.journal import (
    MERGED,
    REDO,
    REFUSED,
    entries,
    entry_images,
    head,
    last_redoable,
    last_undoable,
    stands,
    take_digests,
    undo_images,
    verify,
    without_what_stays,
)
from models.queries.kept_values import keep_value, kept_value
from models.schema_version import ROWS_SCHEMA, SCHEMA_VERSION
from models.tables import imports
from models.values.changes import Changes
from models.values.errors import UserError
from models.values.journal import Actor, JournalEntry, Verification
from models.values.words import count as counted
from services.settings import changed_fields, load_policy
from services.workspace import Keyring, Workspace

_DIGESTS: Final = Actor("system", "digests")
#: Up to which import, and of which schema, the journal has digests of the rows.
_DIGESTED: Final = "imports_digested"
NO_KEYRING: Final = (
    "This computer has no keyring that stores secrets, so it cannot remember where the journal ends: "
    "entries removed from its end cannot be detected."
)
NO_END: Final = (
    "This computer does not remember the end of this book's journal yet: entries removed before now cannot be detected."
)
NOT_REMEMBERED: Final = (
    "The journal is not the one that this computer remembers: entries at its end are missing or changed. "
    "“bellwether verify” gives details; if you restored a copy of the book, run “bellwether verify --accept”."
)


def history(workspace: Workspace, *, limit: int = 200, before: int | None = None) -> list[JournalEntry]:
    """Return journal entries, newest first; ``before`` continues below an entry."""
    with workspace.store.read() as connection:
        return entries(connection, limit=limit, before=before)


def undo_last(workspace: Workspace) -> Changes:
    """Undo this person's last action by a compensating entry; the pipeline's work is never undone by it.

    Raises
    ------
    UserError
        There is nothing to undo, or the last action was an import, which has an undo of its own.
    """
    with workspace.store.unit_of_work(workspace.me, "undo", "journal", at=workspace.at) as work:
        entry = last_undoable(work.connection, workspace.own_names)
        if entry is None:
            raise UserError("There is nothing to undo: the journal has no action of yours.")
        if entry.actor.kind == "import":
            number = entry.subject.partition(":")[2]
            raise UserError(
                f"Your last action was an import. Undo it from its receipt on the Data page, "
                f"or with “bellwether undo-import {number}”."
            )
        work.undoes = entry.id
        work.subject = entry.subject
        before = load_policy(work.connection)
        images = entry_images(work.connection, entry.id)
        undo_images(work, without_what_stays(work, entry, images) if entry.verb == MERGED else images)
        work.touch(policy=changed_fields(before, load_policy(work.connection)))
        work.say(f"Undid: {entry.words or entry.verb}")
        if not work.wrote:  # kept as a refusal, so that the next undo goes on to what was done before
            work.verb, work.subject, work.undoes = REFUSED, f"entry:{entry.id}", None
            work.digest("nothing was undone")
            work.say(f"Not undone: {entry.words or entry.verb}")
        return work.commit()


def redo_last(workspace: Workspace) -> Changes:
    """Do again what this person undid last, where nothing was done since; it can be undone like any action.

    Raises
    ------
    UserError
        There is nothing to redo, or it concerns an email: an approval is given anew, never repeated.
    """
    with workspace.store.unit_of_work(workspace.me, REDO, "journal", at=workspace.at) as work:
        undone = last_redoable(work.connection, workspace.own_names)
        if undone is None:
            raise UserError("There is nothing to redo: you have not undone anything since your last action.")
        images = entry_images(work.connection, undone.id)
        if any(image.table == "messages" for image in images):
            raise UserError("Bellwether does not redo emails. Open the email and approve or recall it again.")
        work.undoes, work.subject = undone.id, undone.subject
        before = load_policy(work.connection)
        undo_images(work, images)
        work.touch(policy=changed_fields(before, load_policy(work.connection)))
        if not work.wrote:
            raise UserError("This cannot be redone: the customer or alert has changed since.")
        words = undone.words.removeprefix("Undid: ")
        work.say(f"Redid: {words}")
        return work.commit()


def entries_of_others(workspace: Workspace, after: int | None) -> tuple[int, frozenset[int]]:
    """Return the newest journal entry's id, and the entries after ``after`` that another program or process wrote."""
    return workspace.store.entries_of_others(after)


def verify_book(workspace: Workspace) -> Verification:
    """Check the store's pages, the rows and the chain against the head in the keyring, and hash the content."""
    remembered = _remembered(workspace)
    with workspace.store.read() as connection:
        found = verify(connection, remembered)
    if remembered is None:
        return replace(found, notes=(*found.notes, NO_END if workspace.keyring.lasting else NO_KEYRING))
    return found


def digest_imports(workspace: Workspace) -> Changes:
    """Keep digests of the rows that imports wrote since the last time, so that `verify` sees an edit of them.

    Where somebody else writes meanwhile, the next round does it.
    """
    with workspace.store.read() as connection:
        kept = json.loads(kept_value(connection, _DIGESTED) or "{}")
        after = kept["import"] if kept.get("schema", 0) >= ROWS_SCHEMA else 0
        last = connection.execute(select(func.max(imports.c.id))).scalar() or 0
        if last <= after or workspace.store.read_only:
            return Changes()
        began, (count, texts) = head(connection), take_digests(connection, after)
    if not texts:
        return Changes()
    with workspace.store.unit_of_work(_DIGESTS, "digest-imports", f"import:{last}", at=workspace.at) as work:
        if head(work.connection) != began:
            return Changes()
        for text in texts:
            work.digest(text)
        keep_value(work, _DIGESTED, json.dumps({"schema": SCHEMA_VERSION, "import": last}))
        work.say(f"Kept digests of the rows of {counted(count, 'import')}")
        return work.commit()


def remember_head(workspace: Workspace, *, accept: bool = False) -> str:
    """Keep the chain's head in the keyring, so that a journal that is cut off later is noticed.

    Parameters
    ----------
    accept
        Remember this journal though it is not the one that was remembered: a person restored a copy.

    Returns
    -------
    str
        Empty, or that the journal is not the one remembered: then the memory stays as it is.
    """
    if not workspace.keyring.lasting:
        return ""
    remembered = None if accept else _remembered(workspace)
    with workspace.store.read() as connection:
        if remembered is not None and not stands(connection, remembered):
            return NOT_REMEMBERED
        number, last = head(connection)
    workspace.keyring.set(_head_name(workspace.store.path), f"{number}:{last}")
    return ""


def forget_head(path: Path, keyring: Keyring) -> None:
    """Forget the head of a book's journal: a person put another journal in its place on purpose."""
    keyring.delete(_head_name(path))


def _remembered(workspace: Workspace) -> tuple[int, str] | None:
    text = workspace.keyring.get(_head_name(workspace.store.path))
    number, separator, last = (text or "").partition(":")
    return (int(number), last) if separator and number.isdecimal() else None


def _head_name(path: Path) -> str:
    return f"journal head of {path.resolve()}"
