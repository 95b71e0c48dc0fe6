"""What left this computer: noted in the journal as it leaves, and read back as one list.

Emails have rows of their own (`sendings`), files for other systems an entry of their own; requests to language models
and exports are noted here. The entries are the program's, so that Ctrl+Z takes back what the person did before.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from models import sqlite
from models.values.disclosures import Disclosure, DisclosureKind
from models.values.journal import Actor
from services.workspace import Workspace

ASKED, EXPORTED = "ask-model", "export"
_EMAILS = """
    SELECT coalesce(s.ended_at, s.handing_over_at) AS at, m.to_address, m.subject, length(CAST(m.mail AS BLOB)) AS size,
           m.approved_by, c.name, s.outcome
    FROM sendings s JOIN messages m ON m.id = s.message_id JOIN customers c ON c.id = m.customer_id
    WHERE s.outcome IN ('sent', 'in_doubt') ORDER BY s.id DESC
"""
_BY_HAND = """
    SELECT j.at, m.to_address, m.subject, length(CAST(m.mail AS BLOB)) AS size, j.actor, c.name, m.via
    FROM journal j JOIN messages m ON j.subject = 'message:' || m.id JOIN customers c ON c.id = m.customer_id
    WHERE j.verb = 'hand-out' AND m.via IN ('eml', 'mail_program') ORDER BY j.id DESC
"""
_NOTED = """
    SELECT j.at, j.verb, j.subject, j.actor,
           (SELECT json_extract(p.after, '$.words') FROM journal_payloads p
            WHERE p.journal_id = j.id AND p.operation = 'words') AS words,
           (SELECT json_extract(p.after, '$.digest') FROM journal_payloads p
            WHERE p.journal_id = j.id AND p.operation = 'digest') AS noted
    FROM journal j WHERE j.verb IN ('ask-model', 'export', 'write-back') ORDER BY j.id DESC
"""
_NAME = "SELECT name FROM customers WHERE id = ?"


def note_disclosure(
    workspace: Workspace, verb: str, subject: str, words: str, *, to: str, size: int, fields: Sequence[str]
) -> None:
    """Note in the journal what leaves; a book that cannot be written keeps no note.

    Parameters
    ----------
    verb, subject
        `ASKED` or `EXPORTED`, and what it is about ("customer:12").
    to, size, fields
        As `Disclosure` has them.
    """
    if workspace.store.read_only:
        return
    noted = json.dumps({"to": to, "bytes": size, "fields": list(fields)}, ensure_ascii=False)
    with workspace.store.unit_of_work(Actor("system", workspace.person), verb, subject, at=workspace.at) as work:
        work.digest(noted)
        work.say(words)
        work.commit()


def disclosures(workspace: Workspace) -> tuple[Disclosure, ...]:
    """Return all that left this computer, the newest first."""
    with workspace.store.snapshot() as driver:
        found = [_noted(driver, row) for row in driver.execute(_NOTED)]
        found += [_email(row) for row in driver.execute(_EMAILS)]
        found += [_email(row) for row in driver.execute(_BY_HAND)]
    return tuple(sorted(found, key=lambda one: one.at, reverse=True))


def _email(row: Any) -> Disclosure:
    at, to, subject, size, by, customer, how = row
    words = {
        "sent": "Email",
        "in_doubt": "Email, delivery not confirmed",
        "eml": "Email, as a file for the mail app",
        "mail_program": "Email, opened in the mail app",
    }[how]
    fields = ("recipient", "sender", "subject", "text")
    return Disclosure(at, "email", to or "", f"{words}: {subject}", size, fields, by or "", customer)


def _noted(driver: sqlite.Connection, row: Any) -> Disclosure:
    at, verb, subject, actor, words, noted = row
    kinds: dict[str, DisclosureKind] = {ASKED: "model", EXPORTED: "export"}
    about, _, key = subject.partition(":")
    if verb not in kinds:  # its digest says which rows stand in the files
        return Disclosure(at, "write-back", key, words or "", None, tuple(json.loads(noted or "{}")), actor)
    found = json.loads(noted)
    named = driver.execute(_NAME, (int(key),)).fetchone() if about == "customer" else None
    customer = named[0] if named is not None else ""
    return Disclosure(at, kinds[verb], found["to"], words, found["bytes"], tuple(found["fields"]), actor, customer)
