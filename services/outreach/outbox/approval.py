"""What people do with emails that are written: approve, take back, put off, try again, decide what nobody knows."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from models.store import UnitOfWork
from models.tables import messages
from models.values import words
from models.values.changes import Changes
from models.values.errors import UserError
from models.values.outreach import HANDED_OVER, WRITABLE, After, Message, MessageState
from services.outreach.mail import email_of, new_message_id
from services.outreach.messages import message_of, read_message, undo_approval
from services.outreach.mime import write_email
from services.outreach.outbox.afterwards import do_afterwards
from services.outreach.outbox.event import keep_event
from services.outreach.outbox.trouble import try_at_once
from services.outreach.send_policy import digest_of, in_force
from services.permission.answer import may_send
from services.permission.quiet import goes_out
from services.workspace import Workspace

VIAS: Final = ("eml", "mail_program")
#: What approval wrote, as it is when nobody has approved.
_UNAPPROVED: Final = dict.fromkeys(
    ("approved_by", "approved_at", "approved_version", "to_address", "from_address", "mail", "mail_digest",
     "not_before", "due_at", "quiet_waived_until", "message_id", "fault", "via", "after_approval")
)  # fmt: skip
_GONE: Final = "The email to {} has already been sent and cannot be recalled."


def approve(
    workspace: Workspace, message_id: int, version: int | None, *, at: str | None = None, after: After | None = None
) -> Changes:
    """Approve an email and queue it, or keep it ready for the mail app where no account is set up.

    Raises
    ------
    UserError
        The text is another one than the person saw, or a check does not pass.

    Notes
    -----
    The text is checked just before the transaction, which makes sure that it is still that text and asks the send
    policy again; a fact of the book that changes between the two is not looked at again.
    """
    seen = read_message(workspace, message_id)
    seen_version = seen.version if version is None else version
    _writable(seen, seen_version)
    _reviewed(workspace, seen)
    chosen = _chosen(workspace, at)
    then = after or After()
    with workspace.store.unit_of_work(workspace.me, "approve", f"message:{message_id}", at=workspace.at) as work:
        message = message_of(work.driver, message_id)
        _writable(message, seen_version)
        standing = workspace.with_policy(in_force(workspace, work.driver))
        due = _approve(standing, work, message, chosen, then)
        do_afterwards(standing, work, message, then)
        work.say(f"Approved the email to {message.customer}{due}")
        return work.commit()


def recall(workspace: Workspace, message_ids: Sequence[int]) -> Changes:
    """Take approved and failed emails back to review with their text as it was last seen; their alerts come back too.

    Raises
    ------
    UserError
        None of them can be taken back.
    """

    def take_back(work: UnitOfWork, message: Message) -> str:
        if message.state not in ("approved", "queued", "failed"):
            return _GONE.format(message.customer) if message.state in HANDED_OVER else _not_approved(message)
        back_to_review(work, message)
        return ""

    return _each(workspace, message_ids, "recall", take_back, "Recalled {} for review")


def reschedule(workspace: Workspace, message_ids: Sequence[int], at: str | None, *, anyway: bool = False) -> Changes:
    """Let approved emails go out at another moment; None: now, and with ``anyway`` in these quiet hours too.

    Raises
    ------
    UserError
        The moment is past, or the send policy refuses each of them then.
    """
    chosen = _chosen(workspace, at)
    leaves: list[datetime] = []

    def put_off(work: UnitOfWork, message: Message) -> str:
        if message.state == "approved" and not workspace.preferences.mail.host:
            return "No mail account is set up: add one in Settings, or send the email from your mail app."
        if message.state not in ("approved", "queued"):
            return _GONE.format(message.customer) if message.state in HANDED_OVER else _not_approved(message)
        if not message.from_address:
            return f"The email to {message.customer} was approved without a sender. Recall it and approve it again."
        return _queue_again(workspace, work, message, chosen, leaves, anyway=anyway)

    def said() -> str:
        last = max(leaves)
        now = last <= workspace.clock.now()
        return "Set {} to go out now" if now else f"Set {{}} to go out {_moment_words(workspace, last)}"

    changes = _each(workspace, message_ids, "reschedule", put_off, said)
    if chosen is None:
        try_at_once(workspace)
    return changes


def retry(workspace: Workspace, message_ids: Sequence[int]) -> Changes:
    """Queue failed emails again, as they were approved.

    Raises
    ------
    UserError
        None of them failed, or the send policy refuses each of them.
    """

    def again(work: UnitOfWork, message: Message) -> str:
        if message.state != "failed":
            return f"The email to {message.customer} has not failed."
        if not workspace.preferences.mail.host:
            return "No mail account is set up: add one in Settings first."
        return _queue_again(workspace, work, message, None, [])

    changes = _each(workspace, message_ids, "retry", again, "Queued {} again")
    try_at_once(workspace)
    return changes


def settle(workspace: Workspace, message_id: int, *, delivered: bool) -> Changes:
    """Decide on an email in doubt: it arrived and counts as sent, or it did not and goes back to review.

    Raises
    ------
    UserError
        It is not in doubt.
    """

    def decide(work: UnitOfWork, message: Message) -> str:
        if message.state != "in_doubt":
            return f"The delivery of the email to {message.customer} is not in question."
        if delivered:
            last = "SELECT handing_over_at FROM sendings WHERE message_id = ? ORDER BY attempt DESC LIMIT 1"
            at = work.sql(last, (message.id,)).scalar() or work.at
            count_as_sent(workspace, work, message, "smtp", at)
        else:
            back_to_review(work, message)
        return ""

    said = "Noted that {} arrived" if delivered else "Noted that {} did not arrive; it waits for review"
    return _each(workspace, [message_id], "settle", decide, said)


def handed_over(workspace: Workspace, message_id: int, via: str) -> Changes:
    """Count an email as sent that went out by the mail app.

    Raises
    ------
    UserError
        It is not approved, or would go out by itself.
    """
    if via not in VIAS:
        raise UserError(f"“{via}” is not a way to send; choose one of: {', '.join(VIAS)}.")

    def count(work: UnitOfWork, message: Message) -> str:
        if message.state != "approved":
            return f"The email to {message.customer} was not opened in the mail app; find it in the outbox."
        count_as_sent(workspace, work, message, via, work.at)
        return ""

    return _each(workspace, [message_id], "hand-over", count, "Marked {} as sent from the mail app")


# -- within a unit of work ----------------------------------------------------------------------------------------


def count_as_sent(workspace: Workspace, work: UnitOfWork, message: Message, via: str, at: str) -> None:
    """Put an email to sent, with the email event that scores, rules and the cap see."""
    values = {"state": "sent", "sent_at": at, "via": via, "fault": None, "due_at": None, "changed_at": work.at}
    work.update(messages, message.id, values)
    keep_event(workspace, work, message, at)


def back_to_review(work: UnitOfWork, message: Message, why: str | None = None) -> None:
    """Take an approval back: the text stays as it is, what approval did to alert, task and deal is undone.

    Another email that was begun for the alert meanwhile stays open, without the alert, which has one at a time. Where
    no person asked for it, ``why`` is kept as the email's fault: it says what is to be looked at.
    """
    begun: Any = work.sql(
        "SELECT id FROM messages WHERE alert_id = ? AND id <> ? AND state IN ('draft', 'in_review')",
        (message.alert_id, message.id),
    ).first()
    if begun is not None:
        work.update(messages, begun[0], {"alert_id": None, "changed_at": work.at})
        work.keep(f"The other email begun to {message.customer} stays in the outbox, no longer linked to the alert.")
    values = {**_UNAPPROVED, "state": "in_review", "attempts": 0, "fault": why, "changed_at": work.at}
    work.update(messages, message.id, values)
    undo_approval(work, message.id)


# -- inside -------------------------------------------------------------------------------------------------------


def _writable(message: Message, version: int) -> None:
    if message.state not in WRITABLE:
        done = {"discarded": "was discarded", "failed": "could not be sent; recall it, or try again"}
        raise UserError(f"The email to {message.customer} {done.get(message.state, 'is already approved')}.")
    if message.version != version:
        raise UserError(
            "The email has changed since you looked at it. Read it again, then approve it; nothing was queued."
        )


def _reviewed(workspace: Workspace, message: Message) -> None:
    # Sending, which has this module too, judges no text and need not load what that takes.
    from services.outreach.reviewing import review

    found = review(workspace, message.edit)
    # Permission is asked for the moment at which the email goes out, in the same transaction as the approval.
    failing = [one for one in found.checks if one.blocks and not one.passed and one.name != "permission"]
    if failing:
        why = f": {failing[0].why}" if failing[0].why else ""
        raise UserError(f"Not approved. {words.sentence(failing[0].words + why)}")
    if found.flagged:
        raise UserError(f"Not approved. {words.sentence(found.verdict)}")


def _approve(workspace: Workspace, work: UnitOfWork, message: Message, chosen: datetime | None, after: After) -> str:
    driver, account = work.driver, workspace.preferences.mail
    if account.host and not account.from_address:
        raise UserError("The mail account has no sender: add the address in Settings, then approve the email.")
    due = _due(workspace, work, message, chosen, timedelta(minutes=workspace.policy.recall_minutes))
    refused = may_send(driver, workspace.policy, message.customer_id, at=due, message_id=message.id).refusal
    if refused:
        raise UserError(f"Not approved. {refused}")
    number = new_message_id(account.from_address)
    email = email_of(driver, workspace, message, number)
    mail = write_email(email)
    queued = bool(account.host)
    work.update(
        messages,
        message.id,
        {
            "state": "queued" if queued else "approved",
            "approved_by": workspace.person,
            "approved_at": work.at,
            "approved_version": message.version,
            "to_address": email.to_address,
            "from_address": email.from_address or None,
            "mail": mail,
            "mail_digest": digest_of(mail),
            "message_id": number,
            "not_before": words.stored(chosen) if chosen is not None else None,
            "due_at": words.stored(due) if queued else None,
            "attempts": 0,
            "fault": None,
            "via": None,
            "after_approval": json.dumps(asdict(after)),
            "changed_at": work.at,
        },
    )
    return f", to go out {_moment_words(workspace, due)}" if queued else ""


def _queue_again(
    workspace: Workspace,
    work: UnitOfWork,
    message: Message,
    chosen: datetime | None,
    leaves: list[datetime],
    *,
    anyway: bool = False,
) -> str:
    """Queue an email and add to ``leaves`` when it goes out; return the sentence why it cannot be, '' if it was."""
    standing = workspace.with_policy(in_force(workspace, work.driver))
    due = _due(standing, work, message, chosen, timedelta(0))
    waived = words.stored(due) if anyway else None
    if anyway:
        due = workspace.clock.now().astimezone(UTC).replace(microsecond=0)
    refused = may_send(work.driver, standing.policy, message.customer_id, at=due, message_id=message.id).refusal
    if refused:
        return f"The email to {message.customer} stays as it is. {refused}"
    values: dict[str, Any] = {
        "state": "queued",
        "not_before": words.stored(chosen) if chosen is not None else None,
        "due_at": words.stored(due),
        "quiet_waived_until": waived,
        "via": None,
        "changed_at": work.at,
    }
    if message.state == "failed":
        values |= {"attempts": 0, "fault": None}
    work.update(messages, message.id, values)
    leaves.append(due)
    return ""


def _due(
    workspace: Workspace, work: UnitOfWork, message: Message, chosen: datetime | None, stoppable: timedelta
) -> datetime:
    owner = work.sql("SELECT owner FROM customers WHERE id = ?", (message.customer_id,)).scalar()
    return goes_out(workspace, owner, chosen, stoppable)[0]


def _chosen(workspace: Workspace, at: str | None) -> datetime | None:
    if at is None:
        return None
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        raise UserError(f"“{at}” is not a time; write one such as 2026-11-23T09:00:00Z.") from None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    if moment < workspace.clock.now() - timedelta(minutes=1):
        raise UserError("That time is past. Choose a later one.")
    return moment.astimezone(UTC)


def _each(
    workspace: Workspace,
    message_ids: Sequence[int],
    verb: str,
    act: Callable[[UnitOfWork, Message], str],
    said: str | Callable[[], str],
) -> Changes:
    """Do something to emails in one unit of work; those it cannot be done to are named with the reason."""
    subject = f"message:{message_ids[0]}" if len(message_ids) == 1 else f"messages:{len(message_ids)}"
    with workspace.store.unit_of_work(workspace.me, verb, subject, at=workspace.at) as work:
        done: list[Message] = []
        refused: list[str] = []
        for number in message_ids:
            message = message_of(work.driver, number)
            why = act(work, message)
            if why:
                refused.append(why)
            else:
                done.append(message)
        if not done:
            raise UserError(refused[0] if refused else "Choose an email first.")
        for why in refused:
            work.keep(why)
        who = f"the email to {done[0].customer}" if len(done) == 1 else words.count(len(done), "email")
        work.say((said if isinstance(said, str) else said()).format(who))
        return work.commit()


def _not_approved(message: Message) -> str:
    state: MessageState = message.state
    done = "was discarded" if state == "discarded" else "could not be sent" if state == "failed" else "is not approved"
    return f"The email to {message.customer} {done}."


def _moment_words(workspace: Workspace, moment: datetime) -> str:
    zone = workspace.policy.business_hours.zone()
    local, today = moment.astimezone(zone).date(), workspace.clock.now().astimezone(zone).date()
    return f"{words.soon(local, today)} at {words.clock(moment, zone)}"
