"""A round of sending: claim, hand over, write down what became of it; email after email, over one line.

What can go wrong is told apart by what it means. The server refuses one email: it failed, and a person looks. It takes
it later: it waits, longer each time, for a day at most. The account or the network does not work: the round ends with
one sentence and all that is left waits. The end was sent and no answer came: in doubt.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final, ParamSpec

from models.store import UnitOfWork
from models.tables import messages, sendings
from models.values import words
from models.values.changes import Changes
from models.values.errors import EnvironmentFault, StoreBusy, UserError
from models.values.outbox import SendRun
from models.values.outreach import Message
from services.outreach.messages import message_of
from services.outreach.mime import dated, wire_address
from services.outreach.outbox.approval import count_as_sent
from services.outreach.outbox.claim import (
    SENDER,
    Claim,
    ClaimLost,
    Held,
    begin_hand_over,
    claim,
    recover,
    sole_sender,
    somebody_sends,
)
from services.outreach.outbox.connecting import WAITS, AccountFault
from services.outreach.outbox.guard import GivenUp
from services.outreach.outbox.smtp import InDoubt, Later, Line, Refused, Timeouts, credentials_of
from services.outreach.outbox.trouble import keep_trouble, no_trouble, read_trouble
from services.outreach.send_policy import in_force, waives_quiet_hours
from services.permission.quiet import first_moment
from services.workspace import Workspace

#: Minutes until an email is tried again that the server did not take; the last one for every further attempt.
BACK_OFF_MINUTES: Final = (1, 5, 15, 60)
GIVEN_UP_AFTER: Final = timedelta(hours=24)
PATIENCE_S: Final = 5.0
#: How often the writer's place is asked for, with its own patience each time, to write down what the server answered.
_TRIES_TO_WRITE: Final = 120
_ELSEWHERE: Final = "Another Bellwether window is sending now; emails that are due go out with it."

Given = ParamSpec("Given")


@dataclass
class _Round:
    """What a round has done so far."""

    sent: list[int] = field(default_factory=list)
    failed: list[int] = field(default_factory=list)
    in_doubt: list[int] = field(default_factory=list)
    held: list[tuple[int, str]] = field(default_factory=list)
    fault: str = ""
    changes: Changes = field(default_factory=Changes)
    abandoned: Callable[[], bool] = lambda: False

    def add(self, changes: Changes) -> None:
        """Take up what a unit of work changed."""
        self.changes = self.changes.merged(changes)

    def run(self) -> SendRun:
        """Return the round as a value."""
        return SendRun(tuple(self.sent), tuple(self.failed), tuple(self.in_doubt), tuple(self.held), self.fault)


def send_due(
    workspace: Workspace,
    *,
    now: bool = False,
    only: Sequence[int] | None = None,
    cancelled: Callable[[], bool] = lambda: False,
    abandoned: Callable[[], bool] = lambda: False,
    timeouts: Timeouts | None = None,
) -> tuple[SendRun, Changes]:
    """Send what is approved and due over SMTP; each email at most once, whatever happens.

    Two at once never send the same email. A fault of the connection or the account ends the round: what is left waits.
    ``now`` does not wait out the time in which an email can be stopped; ``only`` names just these. ``cancelled`` begins
    no further email; ``abandoned`` cuts the line too: what was being handed over is in doubt only if its end was sent.
    """

    def ends() -> bool:
        return cancelled() or abandoned()

    waiting = _waiting(workspace, now, only)
    if not waiting and not _unfinished(workspace):
        return SendRun(), Changes()
    done = _Round(abandoned=abandoned)
    with sole_sender(workspace.store.path, ends, PATIENCE_S) as alone:
        if not alone:
            done.held = [(number, _ELSEWHERE) for number in waiting]
            return done.run(), done.changes
        try:
            changes, doubts = recover(workspace)
            done.add(changes)
            done.in_doubt += doubts
            _send(workspace, done, _waiting(workspace, now, only), now, ends, timeouts or Timeouts())
        except EnvironmentFault as fault:
            done.fault = str(fault)
    return done.run(), done.changes


def next_due(workspace: Workspace) -> str | None:
    """Return when the next email is due, or what was left by a crash is to be looked at; None if nothing waits."""
    with workspace.store.snapshot() as driver:
        due = driver.execute("SELECT min(due_at) FROM messages WHERE state = 'queued'").fetchone()[0]
        left = driver.execute("SELECT min(changed_at) FROM messages WHERE state = 'sending'").fetchone()[0]
    trouble = read_trouble(workspace)
    if left is not None and not somebody_sends(workspace.store.path):
        return str(left)
    if due is None:
        return None
    return max(str(due), trouble.retry_at) if trouble is not None else str(due)


# -- a round ------------------------------------------------------------------------------------------------------


def _send(
    workspace: Workspace,
    done: _Round,
    waiting: Sequence[int],
    now: bool,
    cancelled: Callable[[], bool],
    timeouts: Timeouts,
) -> None:
    account = workspace.preferences.mail
    line = Line(account, credentials_of(workspace, account, None, done.abandoned), timeouts, done.abandoned)
    try:
        for number in waiting:
            if cancelled():
                break
            opened = not _waits_anyway(workspace, number, now)
            if opened:
                line.open()
            _send_one(workspace, done, line, number, now)
            if line.silent:
                raise AccountFault(f"{account.host} stopped answering. Bellwether tries the rest again. {WAITS}")
            if opened:
                no_trouble(workspace)
    except GivenUp:
        return  # what is left in "sending" is looked at by the next round, of whatever program
    except AccountFault as fault:
        keep_trouble(workspace, str(fault), offline=fault.offline)
        done.fault = str(fault)
    finally:
        line.close()


def _send_one(workspace: Workspace, done: _Round, line: Line, number: int, now: bool) -> None:
    claimed, changes = claim(workspace, number, at_once=now)
    done.add(changes)
    if isinstance(claimed, Held):
        if claimed.failed:
            done.failed.append(number)
        else:
            done.held.append((number, claimed.why))
    elif claimed is not None:
        _hand_over(workspace, done, line, claimed)


def _hand_over(workspace: Workspace, done: _Round, line: Line, claimed: Claim) -> None:
    message = claimed.message
    mail = dated(claimed.mail, workspace.clock.now())
    try:
        answer = line.hand_over(
            mail, message.from_address or "", message.to_address or "", lambda: begin_hand_over(workspace, claimed)
        )
    except Refused as refused:
        why = f"The mail server refused it: {_discreet(str(refused), message)}"
        done.add(_patiently(done, _failed, workspace, claimed, why))
        done.failed.append(message.id)
    except Later as later:
        why = _discreet(str(later), message)
        done.add(_patiently(done, _put_off, workspace, claimed, "later", why))
        if _state(workspace, message.id) == "failed":
            done.failed.append(message.id)
        else:
            done.held.append((message.id, f"Bellwether tries it again: {why}"))
    except InDoubt as doubt:
        done.add(_patiently(done, _doubted, workspace, claimed, str(doubt)))
        done.in_doubt.append(message.id)
    except ClaimLost:
        return
    except AccountFault as fault:
        done.add(_patiently(done, _put_off, workspace, claimed, "unreachable", str(fault)))
        raise
    else:
        done.add(_patiently(done, _sent, workspace, claimed, answer))
        done.sent.append(message.id)


def _state(workspace: Workspace, number: int) -> str:
    with workspace.store.snapshot() as driver:
        return str(driver.execute("SELECT state FROM messages WHERE id = ?", (number,)).fetchone()[0])


def _waits_anyway(workspace: Workspace, number: int, now: bool) -> bool:
    """Whether an email will not be claimed as it stands, so that no line is opened for it."""
    moment = workspace.clock.now().astimezone(UTC)
    with workspace.store.snapshot() as driver:
        message = message_of(driver, number)
        owner = driver.execute("SELECT owner FROM customers WHERE id = ?", (message.customer_id,)).fetchone()[0]
        quiet = first_moment(in_force(workspace, driver), owner, moment) > moment
        quiet = quiet and not waives_quiet_hours(driver, number, moment)
    return quiet or message.state != "queued" or not (now or (message.due_at or "") <= workspace.at)


def _waiting(workspace: Workspace, now: bool, only: Sequence[int] | None) -> list[int]:
    """Return the queued emails whose time has come; asked for by number, also those that wait, to say why."""
    moment = workspace.at
    with workspace.store.snapshot() as driver:
        rows = driver.execute("SELECT id, due_at FROM messages WHERE state = 'queued' ORDER BY due_at, id").fetchall()
    if only is not None:
        chosen = set(only)
        return [number for number, _ in rows if number in chosen]
    return [number for number, due in rows if now or (due or "") <= moment]


def _unfinished(workspace: Workspace) -> bool:
    with workspace.store.snapshot() as driver:
        return driver.execute("SELECT 1 FROM messages WHERE state = 'sending' LIMIT 1").fetchone() is not None


# -- what became of it --------------------------------------------------------------------------------------------


def _sent(workspace: Workspace, claimed: Claim, answer: str) -> Changes:
    def write(work: UnitOfWork, message: Message) -> str:
        count_as_sent(workspace, work, message, "smtp", work.at)
        return f"Sent the email to {message.customer}"

    return _ended(workspace, claimed, "sent", _discreet(answer, claimed.message), write)


def _failed(workspace: Workspace, claimed: Claim, why: str) -> Changes:
    def write(work: UnitOfWork, message: Message) -> str:
        work.update(messages, message.id, {"state": "failed", "fault": why, "due_at": None, "changed_at": work.at})
        return f"The email to {message.customer} was not sent"

    return _ended(workspace, claimed, "refused", why, write)


def _doubted(workspace: Workspace, claimed: Claim, why: str) -> Changes:
    def write(work: UnitOfWork, message: Message) -> str:
        work.update(messages, message.id, {"state": "in_doubt", "fault": why, "changed_at": work.at})
        return f"Delivery of the email to {message.customer} is not confirmed"

    return _ended(workspace, claimed, "in_doubt", why, write)


def _put_off(workspace: Workspace, claimed: Claim, outcome: str, why: str) -> Changes:
    """Queue an email again, later each time; after a day it has failed."""

    def write(work: UnitOfWork, message: Message) -> str:
        now = workspace.clock.now().astimezone(UTC)
        if outcome == "later" and now - _first_try(work, message, now) >= GIVEN_UP_AFTER:
            values: dict[str, Any] = {"state": "failed", "fault": f"Stopped after a day: {why}", "due_at": None}
            work.update(messages, message.id, {**values, "changed_at": work.at})
            return f"Stopped trying to send the email to {message.customer}"
        pause = BACK_OFF_MINUTES[min(max(message.attempts, 1), len(BACK_OFF_MINUTES)) - 1]
        owner = work.sql("SELECT owner FROM customers WHERE id = ?", (message.customer_id,)).scalar()
        due = first_moment(in_force(workspace, work.driver), owner, now + timedelta(minutes=pause))
        values = {"state": "queued", "fault": why, "due_at": words.stored(due), "changed_at": work.at}
        if outcome == "unreachable":  # it is not this email's fault: it is due as soon as the account works
            values |= {"due_at": message.due_at or work.at, "attempts": max(message.attempts - 1, 0)}
        work.update(messages, message.id, values)
        return f"The email to {message.customer} will be tried again later"

    return _ended(workspace, claimed, outcome, why, write)


def _ended(
    workspace: Workspace, claimed: Claim, outcome: str, answer: str, write: Callable[[UnitOfWork, Message], str]
) -> Changes:
    """Write down how an attempt ended, and what that makes of the email unless somebody decided on it meanwhile."""
    number = claimed.message.id
    with workspace.store.unit_of_work(SENDER, outcome, f"message:{number}", at=workspace.at) as work:
        message = message_of(work.driver, number)
        before = work.sql("SELECT outcome FROM sendings WHERE id = ?", (claimed.sending,)).scalar()
        # Another program may have taken this one for dead: an attempt that it closed decides nothing any more, but the
        # server's answer is the truth about one that it left in doubt.
        told = outcome in ("sent", "refused", "later") and before == "in_doubt" and message.state == "in_doubt"
        if told or (before is None and message.state == "sending"):
            work.update(sendings, claimed.sending, {"outcome": outcome, "ended_at": work.at, "answer": answer})
            work.say(write(work, message))
        return work.commit()


def _first_try(work: UnitOfWork, message: Message, now: datetime) -> datetime:
    """When the first of the attempts began that count: a person's retry begins anew."""
    begun = work.sql(
        "SELECT begun_at FROM (SELECT begun_at, attempt FROM sendings WHERE message_id = ?"
        " ORDER BY attempt DESC LIMIT ?) ORDER BY attempt LIMIT 1",
        (message.id, max(message.attempts, 1)),
    ).scalar()
    return words.moment_of(begun) or now


def _patiently(done: _Round, write: Callable[Given, Changes], *given: Given.args, **named: Given.kwargs) -> Changes:
    """Write down what the server said, however long another program holds the book: nobody else knows it."""
    for _ in range(_TRIES_TO_WRITE - 1):
        try:
            return write(*given, **named)
        except StoreBusy:
            if done.abandoned():
                break
    return write(*given, **named)


def _discreet(answer: str, message: Message) -> str:
    """Return a server's words without the customer's address, which servers like to repeat in their own letters."""
    for address in _spellings(message.to_address or ""):
        answer = re.sub(re.escape(address), "the address", answer, flags=re.IGNORECASE)
    return answer


def _spellings(address: str) -> list[str]:
    stored = address.strip()
    try:
        found = {stored, wire_address(stored)}
    except UserError:
        found = {stored}
    return sorted((one for one in found if one), key=len, reverse=True)
