"""History, undo and verification over ``models.journal``; the only room that speaks to the keyring about the chain."""

from __future__ import annotations

from models.journal import (
    MERGED,
    REFUSED,
    entries,
    entry_images,
    head,
    last_undoable,
    undo_images,
    verify,
    without_what_stays,
)
from models.values.changes import Changes
from models.values.errors import UserError
from models.values.journal import JournalEntry, Verification
from services.settings import changed_fields, load_policy
from services.workspace import Workspace


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
        entry = last_undoable(work.connection, workspace.person)
        if entry is None:
            raise UserError("There is nothing to undo: no action of yours stands in the journal.")
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


def entries_of_others(workspace: Workspace, after: int | None) -> tuple[int, frozenset[int]]:
    """Return the newest journal entry's id, and the entries after ``after`` that another program or process wrote."""
    return workspace.store.entries_of_others(after)


def verify_book(workspace: Workspace) -> Verification:
    """Check the store's pages and the chain against the head in the keyring, and hash the content."""
    with workspace.store.read() as connection:
        return verify(connection, _remembered(workspace))


def remember_head(workspace: Workspace) -> None:
    """Keep the chain's head in the keyring, so that a journal that is cut off later is noticed."""
    if not workspace.keyring.lasting:
        return
    with workspace.store.read() as connection:
        number, last = head(connection)
    workspace.keyring.set(_secret_name(workspace), f"{number}:{last}")


def _remembered(workspace: Workspace) -> tuple[int, str] | None:
    text = workspace.keyring.get(_secret_name(workspace))
    number, separator, last = (text or "").partition(":")
    return (int(number), last) if separator and number.isdecimal() else None


def _secret_name(workspace: Workspace) -> str:
    return f"journal head of {workspace.store.path.resolve()}"
