"""The gate: whether an email may go to a customer. Drafting shows it, approving and sending ask it.

Consent and suppression mean what they mean everywhere (``services.permission``), for everyone under the same address:
who withdrew or unsubscribed under another number is not written to either. The frequency cap counts what anyone sent
and what of our own is under way. Quiet hours refuse nothing; they say from when on.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, Literal

from models.values import words
from models.values.outreach import UNDER_WAY
from services import permission
from services.outreach.quiet import first_moment
from services.settings import Policy, load_policy

if TYPE_CHECKING:
    from services.workspace import Workspace

#: draft: may be written for. approve: may be queued. send, hand_over: may leave now, as it was approved.
Step = Literal["draft", "approve", "send", "hand_over"]
NOT_AT_ALL: Final = "Do not email them"
_SUPPRESSED_FOR_GOOD: Final = "9999"
_NOT_ON_RECORD: Final = "No consent is on record: record when and how they gave it first."
#: Everyone whom mail to the customer's address reaches.
_SAME: Final = (
    "(SELECT :customer UNION SELECT customer_id FROM identities"
    " WHERE kind = 'email' AND source = '' AND value = :address)"
)
_STANDING: Final = (
    "SELECT c.id, c.email_consent, substr(c.email_consent_since, 1, 10), c.email_consent_how,"
    f" {permission.withdrawn(':day')}, {permission.suppressed(':day')}, c.suppressed_until, c.suppressed_why,"
    f" {permission.unsubscribed_on(':day')}, {permission.bounced('count(*)', ':day')},"
    f" {permission.bounced('max(b.happened_on)', ':day')}"
    f" FROM customers c WHERE c.id IN {_SAME}"
)
_SENT: Final = (
    f"SELECT max(happened_on) FROM email_events WHERE customer_id IN {_SAME}"
    " AND kind IN ('sent', 'delivered') AND happened_on <= :day"
)
#: One that may have left counts from the moment at which it did, however long it was due.
_LEFT: Final = "(SELECT max(s.handing_over_at) FROM sendings s WHERE s.message_id = m.id)"
_OWN: Final = (
    "SELECT CASE m.state WHEN 'sending' THEN m.changed_at"
    f" WHEN 'in_doubt' THEN coalesce({_LEFT}, m.changed_at)"
    " ELSE coalesce(m.sent_at, m.due_at, m.approved_at, m.changed_at) END, m.state FROM messages m"
    f" WHERE m.customer_id IN {_SAME} AND m.state IN ({', '.join(repr(one) for one in sorted(UNDER_WAY))})"
    " AND m.id IS NOT :message"
)


@dataclass(frozen=True, slots=True)
class GateAnswer:
    """Whether a customer may be emailed at a moment.

    Attributes
    ----------
    allowed, reasons
        Refused for each of the reasons, one sentence each that says what to do; empty where it is allowed.
    not_before
        First moment outside quiet hours and free days (UTC), None where the moment asked for is one.
    lines
        (state, words) of each thing looked at, state ok | warn | no; for the checks and for tooltips.
    verdict
        All of it in a word, as every page says it.
    """

    allowed: bool
    reasons: tuple[str, ...]
    not_before: str | None
    lines: tuple[tuple[str, str], ...]
    verdict: str = NOT_AT_ALL


@dataclass(frozen=True, slots=True)
class _One:
    """A customer under the address, on the day asked for."""

    id: int
    consent: str
    since: str | None
    how: str | None
    withdrawn: bool
    suppressed: bool
    suppressed_until: str | None
    suppressed_why: str | None
    unsubscribed_on: str | None
    bounces: int
    bounced_on: str | None


def may_send(
    driver: sqlite3.Connection, policy: Policy, customer_id: int, *, at: datetime, message_id: int | None = None
) -> GateAnswer:
    """Return whether a customer may be emailed at a moment, with every reason why not.

    Parameters
    ----------
    driver
        A reader's connection, or that of a unit of work: what it sees is what is judged.
    at
        When the email would go out, aware; days are those of the zone of the customer's owner.
    message_id
        The email in question, which does not count against itself.
    """
    found = driver.execute("SELECT email, owner FROM customers WHERE id = ?", (customer_id,)).fetchone()
    if found is None:
        gone = "The customer is no longer in the book."
        return GateAnswer(False, (gone,), None, (("no", gone),))
    address, owner = address_key(found[0]), found[1]
    day = at.astimezone(policy.zone_of(owner)).date()
    asked = {"customer": customer_id, "address": address, "day": day.isoformat(), "message": message_id}
    people = [_One(*row) for row in driver.execute(_STANDING, asked)]
    own = next(one for one in people if one.id == customer_id)
    others = [one for one in people if one.id != customer_id]
    consent = _consent(own, others, policy, day)
    last = _last_email(driver, policy, asked, owner, day)
    looked_at = [consent, *_suppressed(people, day), *_address(address, people, day), last]
    reasons = tuple(reason for _, _, reason in looked_at if reason)
    lines = [(state, said) for state, said, _ in looked_at]
    opens = first_moment(policy, owner, at)
    waits = opens > at
    if waits and not reasons:
        lines.append(("warn", f"Quiet hours: it goes out {_moment_words(opens, at, policy, owner)}"))
    verdict = _verdict(reasons, consent, last)
    return GateAnswer(not reasons, reasons, words.stored(opens) if waits else None, tuple(lines), verdict)


def why_not(
    driver: sqlite3.Connection,
    policy: Policy,
    customer_id: int,
    *,
    at: datetime,
    step: Step,
    message_id: int | None = None,
) -> str:
    """Return the sentence why a step may not be taken at a moment, '' where it may.

    The one condition on every path: drafting, approving, sending, the file for a mail program, its link, the command
    line. What leaves must be approved, to the letter, for the address that the customer has now.
    """
    if step in ("send", "hand_over"):
        refused = _not_approved(driver, message_id)
        if refused:
            return refused
    answer = may_send(driver, policy, customer_id, at=at, message_id=message_id)
    if answer.reasons:
        return answer.reasons[0]
    if step in ("send", "hand_over") and answer.not_before is not None:
        opens = words.moment_of(answer.not_before)
        assert opens is not None
        owner = driver.execute("SELECT owner FROM customers WHERE id = ?", (customer_id,)).fetchone()[0]
        return f"These are quiet hours: it may go out {_moment_words(opens, at, policy, owner)}."
    return ""


def in_force(workspace: Workspace, driver: sqlite3.Connection) -> Policy:
    """Return the book's newest policy as a connection sees it: another program may have changed it since.

    A book in which none was ever written is under the policy that it was opened with.
    """
    stored = driver.execute("SELECT 1 FROM policies LIMIT 1").fetchone()
    return workspace.managed.apply(load_policy(driver)) if stored else workspace.policy


def address_key(address: str | None) -> str:
    """Return an address as it is compared: two that differ in case or blanks are one."""
    return (address or "").strip().lower()


def digest_of(mail: str) -> str:
    """Return what tells one mail from another to the letter."""
    return hashlib.sha256(mail.encode("utf-8", "surrogateescape")).hexdigest()


def _not_approved(driver: sqlite3.Connection, message_id: int | None) -> str:
    found = driver.execute(
        "SELECT m.state, m.approved_by, m.approved_version, m.version, m.mail, m.mail_digest, m.to_address, c.email"
        " FROM messages m JOIN customers c ON c.id = m.customer_id WHERE m.id = ?",
        (message_id,),
    ).fetchone()
    if found is None:
        return "The email is no longer there. Nothing was sent."
    state, by, approved_version, version, mail, digest, to_address, address = found
    if state not in ("approved", "queued") or not by or not mail:
        return "Nobody has approved this email yet. Approve it first."
    if approved_version != version or digest_of(mail) != digest:
        return "The email was changed after it was approved. Take it back to review and approve it again."
    if address_key(to_address) != address_key(address):
        return "The customer's address has changed since the approval. Take it back to review and approve it again."
    return ""


_Looked = tuple[str, str, str]  # state, words, the sentence that refuses or ''


def _verdict(reasons: Sequence[str], consent: _Looked, last: _Looked) -> str:
    if not reasons:
        return "You may email them" if consent[0] == "ok" else "You may email them, with care"
    if any(reason not in (_NOT_ON_RECORD, last[2]) for reason in reasons):
        return NOT_AT_ALL
    return "Wait before you email them" if last[2] else "Record their consent before you email them"


def _consent(own: _One, others: Sequence[_One], policy: Policy, day: date) -> _Looked:
    since = words.day_of(own.since)
    how = f", {own.how}" if own.how else ""
    on = f" {words.full_day(since)}{how}" if since is not None else how
    if own.withdrawn or own.consent == "withdrawn":
        return "no", f"Consent withdrawn{on}", "Consent was withdrawn: they are not emailed until they give it again."
    left = words.day_of(own.unsubscribed_on)
    if left is not None:
        said = f"Unsubscribed {words.day(left, day)}"
        return "no", said, "They unsubscribed: they are not emailed until they give consent again."
    if any(_left(one, own) for one in others):
        said = "Consent withdrawn under the same address"
        return "no", said, "Another customer with this address withdrew consent or unsubscribed: record it anew first."
    given = own.consent == "given" and (own.since or "") <= day.isoformat()
    if given:
        return "ok", f"Consent given{on}", ""
    if policy.consent_on_record:
        return "no", "No consent is on record", _NOT_ON_RECORD
    return "warn", "No consent is recorded: make sure that you may", ""


def _left(other: _One, own: _One) -> bool:
    """Whether another one under the address took consent back, and this one did not give it after that."""
    gave = own.since or "" if own.consent == "given" else ""
    withdrew = (other.withdrawn or other.consent == "withdrawn") and not (other.since and gave > other.since)
    return withdrew or (other.unsubscribed_on is not None and gave <= other.unsubscribed_on)


def _suppressed(people: Sequence[_One], day: date) -> list[_Looked]:
    held = [one for one in people if one.suppressed]
    if not held:
        return []
    last = max(held, key=lambda one: one.suppressed_until or "")
    why = f": {words.shortened(last.suppressed_why, 60)}" if last.suppressed_why else ""
    until = words.day_of(last.suppressed_until)
    if until is None or (last.suppressed_until or "") >= _SUPPRESSED_FOR_GOOD:
        return [("no", f"Suppressed for good{why}", "They are suppressed for good: no email goes to them.")]
    said = f"Suppressed until {words.day(until, day)}"
    return [("no", f"{said}{why}", f"They are suppressed until {words.day(until, day)}: no email goes to them.")]


def _address(address: str, people: Sequence[_One], day: date) -> list[_Looked]:
    if not address:
        return [("no", "No email address is known", "No email address is known: add it to the customer first.")]
    worst = max(people, key=lambda one: one.bounces)
    if worst.bounces >= permission.DEAD_AFTER:
        said = f"The last {worst.bounces} emails bounced: ask for another address"
        return [("no", said, f"The last {worst.bounces} emails to this address bounced: ask for another one first.")]
    last = words.day_of(worst.bounced_on)
    if last is not None:
        return [("warn", f"The last email bounced, {words.day(last, day)}: check the address", "")]
    return []


def _last_email(
    driver: sqlite3.Connection, policy: Policy, asked: dict[str, Any], owner: str | None, day: date
) -> _Looked:
    cap, zone = policy.email_cap_days, policy.zone_of(owner)
    limit = "one a day" if cap == 1 else f"one in {cap}"
    days: list[tuple[date, bool]] = []
    sent = words.day_of(driver.execute(_SENT, asked).fetchone()[0])
    if sent is not None:
        days.append((sent, False))
    for at, state in driver.execute(_OWN, asked):
        moment = words.moment_of(at)
        if moment is not None:
            days.append((moment.astimezone(zone).date(), state in ("approved", "queued")))
    if not days:
        return "ok", f"No email from us so far; your limit is {limit}", ""
    # What is nearest in time decides, an email that is yet to go out included.
    near, waiting = min(days, key=lambda one: abs((day - one[0]).days))
    away = (day - near).days
    if waiting:
        said = f"Another email is approved for {words.soon(near, day) if away <= 0 else words.day(near, day)}"
    else:
        said = "Last email today" if away == 0 else f"Last email {words.count(abs(away), 'day')} ago"
    if abs(away) >= cap:
        return "ok", f"{said}; your limit is {limit}", ""
    free = words.soon(near + timedelta(days=cap), day)
    return "no", f"{said}; your limit is {limit}: from {free} on", f"{said}; your limit is {limit}: from {free} on."


def _moment_words(opens: datetime, at: datetime, policy: Policy, owner: str | None) -> str:
    zone = policy.zone_of(owner)
    day = words.soon(opens.astimezone(zone).date(), at.astimezone(zone).date())
    return f"{day} from {words.clock(opens, zone)} on"
