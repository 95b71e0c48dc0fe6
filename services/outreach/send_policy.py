"""The send policy: an email leaves only if it is approved, to the letter, and its recipient may be emailed then."""

from __future__ import annotations

import hashlib
from datetime import datetime

from models import sqlite
from models.values import words
from models.values.outbox import NotNow
from models.values.outreach import Edit
from services.insight import Reader
from services.permission.answer import SendPermission, may_send
from services.permission.ledger import address_key
from services.settings import Policy, load_policy
from services.workspace import Workspace


def why_not(driver: sqlite.Connection, policy: Policy, customer_id: int, message_id: int, *, at: datetime) -> str:
    """Return the sentence why a stored email may not leave at a moment, '' where it may.

    The one condition on every way out: sending, the file for a mail app, its link, the command line. What leaves
    is approved, to the letter, for the address that its recipient has now.
    """
    refused = _not_approved(driver, message_id)
    if refused:
        return refused
    answer = may_send(driver, policy, customer_id, at=at, message_id=message_id)
    if answer.refusal:
        return answer.refusal
    if not answer.opens or waives_quiet_hours(driver, message_id, at):
        return ""
    return f"These are quiet hours: it may go out {answer.opens}."


def waives_quiet_hours(driver: sqlite.Connection, message_id: int, at: datetime) -> bool:
    """Return whether a person let an email go out in the quiet hours of a moment; the next ones hold it again."""
    found = driver.execute("SELECT quiet_waived_until FROM messages WHERE id = ?", (message_id,)).fetchone()
    until = words.moment_of(found[0]) if found is not None else None
    return until is not None and at < until


def why_not_now(workspace: Workspace, message_id: int) -> NotNow | None:
    """Return what keeps a queued email from going out at this moment; None if nothing does."""
    now = workspace.clock.now()
    with workspace.store.snapshot() as driver:
        customer = driver.execute("SELECT customer_id FROM messages WHERE id = ?", (message_id,)).fetchone()
        if customer is None:
            return None
        answer = may_send(driver, in_force(workspace, driver), customer[0], at=now, message_id=message_id)
        if answer.refusal:
            return NotNow(answer.refusal, quiet=False)
        if answer.opens and not waives_quiet_hours(driver, message_id, now):
            return NotNow(f"Quiet hours: it goes out {answer.opens}.", quiet=True)
    return None


def held_by_quiet_hours(workspace: Workspace) -> list[int]:
    """Return the queued emails that quiet hours alone keep now; those put off to a moment of a person's wait for it."""
    with workspace.store.snapshot() as driver:
        rows = driver.execute(
            "SELECT id FROM messages WHERE state = 'queued' AND coalesce(not_before, '') <= ? ORDER BY due_at, id",
            (workspace.at,),
        ).fetchall()
    return [number for (number,) in rows if (why := why_not_now(workspace, number)) is not None and why.quiet]


def answer_for(reader: Reader, policy: Policy, edit: Edit) -> SendPermission:
    """Return whether a text that is being written may go to its recipient now."""
    return may_send(
        reader.driver,
        policy,
        edit.customer_id,
        at=reader.now,
        message_id=edit.id or None,
        contact_id=edit.contact_id or 0,
    )


def in_force(workspace: Workspace, driver: sqlite.Connection) -> Policy:
    """Return the book's newest policy as a connection sees it: another program may have changed it since.

    A book in which none was ever written is under the policy that it was opened with.
    """
    stored = driver.execute("SELECT 1 FROM policies LIMIT 1").fetchone()
    return workspace.managed.apply(load_policy(driver)) if stored else workspace.policy


def digest_of(mail: str) -> str:
    """Return what tells one mail from another to the letter."""
    return hashlib.sha256(mail.encode("utf-8", "surrogateescape")).hexdigest()


def _not_approved(driver: sqlite.Connection, message_id: int) -> str:
    found = driver.execute(
        "SELECT m.state, m.approved_by, m.approved_version, m.version, m.mail, m.mail_digest, m.to_address,"
        " CASE WHEN m.contact_id IS NULL THEN c.email ELSE k.email END"
        " FROM messages m JOIN customers c ON c.id = m.customer_id LEFT JOIN contacts k ON k.id = m.contact_id"
        " WHERE m.id = ?",
        (message_id,),
    ).fetchone()
    if found is None:
        return "The email is no longer there. Nothing was sent."
    state, by, approved_version, version, mail, digest, to_address, address = found
    if state not in ("approved", "queued") or not by or not mail:
        return "Nobody has approved this email yet. Approve it first."
    if approved_version != version or digest_of(mail) != digest:
        return "The email was changed after it was approved. Recall it and approve it again."
    if address_key(to_address) != address_key(address):
        return "The customer's address has changed since the approval. Recall the email and approve it again."
    return ""
