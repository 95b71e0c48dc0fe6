"""Emails as they are written: stored with each pause of typing, with every draft kept, until a person approves one.

The autosave is the program's entry, not the person's: Ctrl+Z afterwards still means what the person did before.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any, Final

from models import sqlite
from models.journal import entry_images, undo_images
from models.store import UnitOfWork
from models.tables import drafts, messages
from models.values import words
from models.values.changes import Changes
from models.values.errors import ChangedElsewhere, UserError
from models.values.journal import Actor
from models.values.outreach import (
    HANDED_OVER,
    WRITABLE,
    After,
    Draft,
    DraftVersion,
    Edit,
    Message,
    Resolution,
    text_mark,
)
from services.alerting import take_up
from services.workspace import Workspace

_APPROVED: Final = "This email is already approved. Recall it in the outbox to change it."
_HANDED_OVER: Final = "This email has already been sent and can no longer be changed."
_CLOSED: Final = {
    "discarded": "This email was discarded. Undo brings it back.",
    **dict.fromkeys(HANDED_OVER, _HANDED_OVER),
}
_TEXT = ("subject", "greeting", "body", "facts", "incentive_minor", "currency", "contact_id")
_COLUMNS: Final = ", ".join(f"m.{column.name}" for column in messages.columns)


#: How the drafts begin that keep what a second reading read; it is over after a day.
SECOND_READING: Final = "second reading"
READING_HOLDS: Final = timedelta(days=1)


def last_reading(driver: sqlite.Connection, message_id: int, now: datetime) -> str:
    """Return the mark of the text that a second reading last read; '' without one within a day."""
    found = driver.execute(
        "SELECT subject, greeting, body FROM drafts WHERE message_id = ? AND words LIKE ? AND sent_to_model IS NOT NULL"
        " AND written_at > ? ORDER BY number DESC LIMIT 1",
        (message_id, f"{SECOND_READING},%", words.stored(now - READING_HOLDS)),
    ).fetchone()
    return text_mark(*found) if found is not None else ""


def read_message(workspace: Workspace, message_id: int) -> Message:
    """Return one email as it is stored.

    Raises
    ------
    UserError
        There is none of this number.
    """
    with workspace.store.snapshot() as driver:
        return message_of(driver, message_id)


def message_of(driver: sqlite.Connection, message_id: int) -> Message:
    """Return one email, read on a connection at hand."""
    cursor = driver.execute(
        f"SELECT {_COLUMNS}, c.name AS customer FROM messages m JOIN customers c ON c.id = m.customer_id"
        " WHERE m.id = ?",
        (message_id,),
    )
    found = cursor.fetchone()
    if found is None:
        raise UserError(f"Email {message_id} was not found. The outbox lists all emails.")
    return to_message(dict(zip((column[0] for column in cursor.description), found, strict=True)))


def to_message(row: dict[str, Any]) -> Message:
    """Return the value of a row of ``messages`` with its customer's name."""
    values = {name: row[name] for name in Message.__slots__ if name in row}
    after = json.loads(row["after_approval"]) if row["after_approval"] else None
    return Message(
        **{
            **values,
            "facts": tuple(json.loads(row["facts"])),
            "resolutions": tuple(Resolution(**one) for one in json.loads(row["resolutions"])),
            "currency": row["currency"] or "",
            "after": After(**after) if after is not None else None,
        }
    )


def find_open(driver: sqlite.Connection, customer_id: int, alert_id: int | None) -> int | None:
    """Return the email that is being written for an alert, or for a customer without one; None if there is none."""
    found = driver.execute(
        "SELECT id FROM messages WHERE customer_id = ? AND alert_id IS ? AND state IN ('draft', 'in_review')"
        " ORDER BY id DESC LIMIT 1",
        (customer_id, alert_id),
    ).fetchone()
    return int(found[0]) if found is not None else None


def read_versions(driver: sqlite.Connection, message_id: int) -> tuple[DraftVersion, ...]:
    """Return the drafts of an email, newest first."""
    names = ("id", "number", "written_at", "words", "subject", "greeting", "body", "sent_to_model", "tokens_in",
             "tokens_out", "cost")  # fmt: skip
    rows = driver.execute(
        f"SELECT {', '.join(names)} FROM drafts WHERE message_id = ? ORDER BY number DESC", (message_id,)
    )
    return tuple(
        DraftVersion(**{**dict(zip(names, row, strict=True)), "sent_to_model": row[7] or "", "cost": row[10] or ""})
        for row in rows
    )


# -- writing ------------------------------------------------------------------------------------------------------


def save(workspace: Workspace, edit: Edit, *, draft: Draft | None = None, for_review: bool = False) -> Message:
    """Store a text; with ``draft`` it is kept as a further draft, ``for_review`` puts it before a person's eyes.

    Raises
    ------
    ChangedElsewhere
        The stored text is another one than that of the edit's version: it stands, this one is kept as a further draft.
    UserError
        The email is no longer open for writing.
    """
    own = draft is not None or for_review
    actor = workspace.me if own else Actor("system", workspace.person)
    verb = "draft" if draft is not None else "review" if for_review else "autosave"
    subject = f"message:{edit.id}" if edit.id else f"customer:{edit.customer_id}"
    with workspace.store.unit_of_work(actor, verb, subject, at=workspace.at) as work:
        name = _name(work, edit.customer_id)
        refused = _kept_aside(work, edit, draft)
        if refused:
            work.say(f"Kept a text for {name} as a draft")
        else:
            message_id = put(work, edit, draft=draft, by=workspace.person, state="in_review" if for_review else "")
            work.say(f"Wrote an email to {name}" if own else f"Saved the email to {name}")
        work.commit()
    if refused:
        raise ChangedElsewhere(refused)
    return read_message(workspace, message_id)


def put(
    work: UnitOfWork, edit: Edit, *, by: str, draft: Draft | None = None, state: str = "", origin: str = "person"
) -> int:
    """Insert or update an email inside a unit of work and return its number.

    What was resolved in an email that is stored stays as it is, whatever ``edit`` says: `change_text` alone changes it,
    so that a text which is stored late never brings an answer back that was undone meanwhile.

    Parameters
    ----------
    by
        Who writes, kept with a new email.
    draft
        What a writer made: kept as a further draft.
    state
        draft or in_review; '' leaves it as it is.
    origin
        person, or flow for what the pipeline drafts.
    """
    if edit.alert_id is not None and origin == "person":
        take_up(work, edit.alert_id)
    if edit.id and draft is not None:
        _keep_hand_work(work, _writable(work, edit.id))
    message_id = edit.id or _insert(work, edit, by=by, state=state or "draft", origin=origin)
    if edit.id:
        _update(work, replace(edit, resolutions=_writable(work, edit.id).edit.resolutions), state)
    if draft is not None:
        keep_draft(work, message_id, edit, draft.words, draft)
    return message_id


def keep_draft(work: UnitOfWork, message_id: int, edit: Edit, said: str, draft: Draft | None = None) -> None:
    """Keep a text as a further draft of an email."""
    number = work.sql("SELECT coalesce(max(number), 0) + 1 FROM drafts WHERE message_id = ?", (message_id,)).scalar()
    work.insert(
        drafts,
        {
            "message_id": message_id,
            "number": number,
            "words": said,
            "writer": edit.writer,
            "subject": edit.subject,
            "greeting": edit.greeting,
            "body": edit.body,
            "sent_to_model": (draft.sent_to_model or None) if draft is not None else None,
            "tokens_in": draft.tokens_in if draft is not None else None,
            "tokens_out": draft.tokens_out if draft is not None else None,
            "cost": (draft.cost or None) if draft is not None else None,
            "written_at": work.at,
        },
    )


def _keep_hand_work(work: UnitOfWork, message: Message) -> None:
    """Keep a text that no draft holds as one, before another takes its place: it can be brought back."""
    texts = work.driver.execute(
        "SELECT subject, greeting, body FROM drafts WHERE message_id = ?", (message.id,)
    ).fetchall()
    if message.body.strip() and (message.subject, message.greeting, message.body) not in texts:
        keep_draft(work, message.id, replace(message.edit, writer="person"), "edited by you")


def restore_draft(workspace: Workspace, message_id: int, draft_id: int) -> Message:
    """Bring an earlier draft back as the newest one.

    Raises
    ------
    UserError
        There is no such draft, or the email is no longer open for writing.
    """
    with workspace.store.unit_of_work(workspace.me, "restore", f"message:{message_id}", at=workspace.at) as work:
        message = _writable(work, message_id)
        found = work.driver.execute(
            "SELECT number, subject, greeting, body, writer FROM drafts WHERE id = ? AND message_id = ?",
            (draft_id, message_id),
        ).fetchone()
        if found is None:
            raise UserError("This draft is no longer there. Nothing was changed.")
        number, subject, greeting, body, writer = found
        edit = replace(message.edit, subject=subject, greeting=greeting, body=body, writer=writer)
        _keep_hand_work(work, message)
        _update(work, edit, "")
        keep_draft(work, message_id, edit, f"draft {number}, restored")
        work.say(f"Restored draft {number} of the email to {message.customer}")
        work.commit()
    return read_message(workspace, message_id)


def discard(workspace: Workspace, message_ids: Sequence[int]) -> Changes:
    """Put emails away that are not approved; those that are, are named and kept.

    With one that failed goes what its approval did: its alert no longer waits for an answer that cannot come.

    Raises
    ------
    UserError
        None of them can be discarded.
    """
    open_states = WRITABLE | {"failed"}
    with workspace.store.unit_of_work(workspace.me, "discard", _subject(message_ids), at=workspace.at) as work:
        found = [message_of(work.driver, one) for one in message_ids]
        fitting = [one for one in found if one.state in open_states]
        if not fitting:
            raise UserError("An approved email cannot be discarded; recall it first. Nothing was changed.")
        for message in found:
            if message.state not in open_states:
                work.keep(f"The email to {message.customer} is approved; recall it first.")
        for message in fitting:
            work.update(messages, message.id, {"state": "discarded", "changed_at": work.at})
            if message.state == "failed":
                undo_approval(work, message.id)
        who = fitting[0].customer if len(fitting) == 1 else ""
        work.say(f"Discarded the email to {who}" if who else f"Discarded {words.count(len(fitting), 'email')}")
        return work.commit()


def undo_approval(work: UnitOfWork, message_id: int) -> None:
    """Undo what the last approval of an email did to its alert, task and deal, as a part of another unit of work."""
    entry = work.sql(
        "SELECT max(j.id) FROM journal j WHERE j.verb = 'approve' AND j.subject = ?"
        " AND NOT EXISTS (SELECT 1 FROM journal u WHERE u.undoes = j.id)",
        (f"message:{message_id}",),
    ).scalar()
    if entry is not None:
        undo_images(work, [one for one in entry_images(work.connection, entry) if one.table != "messages"])


def change_text(workspace: Workspace, message_id: int, verb: str, change: Callable[[Edit], Edit], said: str) -> Changes:
    """Change the text of an email that may still be written, as one act of the person."""
    with workspace.store.unit_of_work(workspace.me, verb, f"message:{message_id}", at=workspace.at) as work:
        _update(work, change(_writable(work, message_id).edit), "")
        work.say(said)
        return work.commit()


def keep_reading(
    workspace: Workspace, message_id: int, change: Callable[[Edit], Edit], read: Draft, said: str
) -> Changes:
    """Keep what a second reading found, and the text that it read as a further draft with what was sent for it.

    It is the program's entry: Ctrl+Z takes back what the person did before, and no warning.
    """
    actor = Actor("system", workspace.person)
    with workspace.store.unit_of_work(actor, "second_reading", f"message:{message_id}", at=workspace.at) as work:
        message = _writable(work, message_id)
        _update(work, change(message.edit), "")
        read_text = replace(message.edit, subject=read.subject, greeting=read.greeting, body=read.body)
        keep_draft(work, message_id, read_text, read.words, read)
        work.say(f"{said} in the email to {message.customer}")
        return work.commit()


# -- inside -------------------------------------------------------------------------------------------------------


def _insert(work: UnitOfWork, edit: Edit, *, by: str, state: str, origin: str) -> int:
    alert_id = _answered(work, edit)
    if alert_id is not None and find_open(work.driver, edit.customer_id, alert_id) is not None:
        raise UserError("Someone is already writing an email for this alert; open it from the outbox.")
    values = {
        "customer_id": edit.customer_id,
        "alert_id": alert_id,
        "state": state,
        "origin": origin,
        "created_at": work.at,
        "created_by": by,
        "changed_at": work.at,
        **_written(edit),
    }
    return work.insert(messages, values)


def _answered(work: UnitOfWork, edit: Edit) -> int | None:
    """Return the alert that a new email answers; None where it was withdrawn while the email was being written."""
    if work.sql("SELECT 1 FROM customers WHERE id = ?", (edit.customer_id,)).first() is None:
        raise UserError(
            "This customer is no longer in the book. The email was not saved; copy its text if you need it."
        )
    found = work.sql("SELECT id FROM alerts WHERE id = ?", (edit.alert_id,)).scalar()
    return int(found) if found is not None else None


def _kept_aside(work: UnitOfWork, edit: Edit, draft: Draft | None) -> str:
    """Keep a text as a draft where the stored one is not that which it was made from, and say so; '' where it is."""
    if not edit.id or not edit.version:
        return ""
    message = _writable(work, edit.id)
    values, stored = _written(edit), _written(message.edit)
    if message.version == edit.version or all(values[name] == stored[name] for name in _TEXT):
        return ""
    meanwhile = "This email was changed elsewhere in the meantime"
    text = (edit.subject, edit.greeting, edit.body)
    if text == (message.subject, message.greeting, message.body):
        return f"{meanwhile}: check it again. Nothing was overwritten."
    find = "SELECT max(number) FROM drafts WHERE message_id = ? AND subject = ? AND greeting = ? AND body = ?"
    number = work.sql(find, (edit.id, *text)).scalar()
    if number is None:
        keep_draft(work, edit.id, edit, draft.words if draft is not None else "edited by you", draft)
        number = work.sql(find, (edit.id, *text)).scalar()
        keep_draft(work, edit.id, message.edit, "changed elsewhere")  # the newest draft is what stands
    return f"{meanwhile}. Your text is kept as draft {number}; the email shows what stands now."


def _update(work: UnitOfWork, edit: Edit, state: str) -> None:
    message = _writable(work, edit.id)
    values, before = _written(edit), _written(message.edit)
    if any(values[name] != before[name] for name in _TEXT):
        values["version"] = message.version + 1
    if state:
        values["state"] = state
    if values != before:
        work.update(messages, edit.id, {**values, "changed_at": work.at})


def _written(edit: Edit) -> dict[str, Any]:
    return {
        "goal": edit.goal,
        "tone": edit.tone,
        "writer": edit.writer,
        "subject": edit.subject,
        "greeting": edit.greeting,
        "body": edit.body,
        "facts": json.dumps(list(edit.facts)),
        "resolutions": json.dumps([asdict(one) for one in edit.resolutions], ensure_ascii=False),
        "incentive_minor": edit.incentive_minor,
        "contact_id": edit.contact_id,
        "currency": edit.currency or None,
    }


def _writable(work: UnitOfWork, message_id: int) -> Message:
    message = message_of(work.driver, message_id)
    if message.state not in WRITABLE:
        raise UserError(f"{_CLOSED.get(message.state, _APPROVED)} Nothing was changed.")
    return message


def _name(work: UnitOfWork, customer_id: int) -> str:
    return str(work.sql("SELECT name FROM customers WHERE id = ?", (customer_id,)).scalar() or "the customer")


def _subject(message_ids: Sequence[int]) -> str:
    return f"message:{message_ids[0]}" if len(message_ids) == 1 else f"messages:{len(message_ids)}"
