"""The send policy: whether an email may go to a customer. Drafting shows it, approving and sending ask it.

Consent and suppression mean what they mean everywhere (``services.permission``), for everyone under the same address:
an address under which somebody withdrew or unsubscribed is not written to (``services.permission.ledger``). The
frequency cap counts what anyone sent and what of our own is under way. Quiet hours refuse nothing; they say from
when on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Final

from models import sqlite
from models.queries.contacts import contacts_of
from models.values import words
from models.values.customers import Contact
from models.values.outreach import UNDER_WAY
from services import permission
from services.permission.ledger import address_key, day_at, standing, stored_key
from services.permission.lookalike import about_domain
from services.permission.quiet import first_moment
from services.permission.recipient import chosen_contact
from services.settings import Policy

NOT_AT_ALL: Final = "Do not email them"
_SUPPRESSED_FOR_GOOD: Final = "9999"
_NOT_ON_RECORD: Final = (
    "No consent is on record: ask whether they want emails, and record the answer under “Email consent”."
)
_ADDRESS: Final = (
    "SELECT email, owner FROM customers WHERE id = ?1 AND ?2 IS NULL"
    " UNION ALL SELECT k.email, c.owner FROM contacts k JOIN customers c ON c.id = k.customer_id"
    " WHERE c.id = ?1 AND k.id = ?2"
)
#: Everyone whom mail to the customer's address reaches.
_SAME: Final = (
    "(SELECT :customer UNION SELECT customer_id FROM identities"
    " WHERE kind = 'email' AND source = '' AND value = :address)"
)
_STANDING: Final = (
    "SELECT c.id, c.email_consent, substr(c.email_consent_since, 1, 10), c.email_consent_how,"
    f" {permission.withdrawn(':day')}, {permission.suppressed(':day')}, c.suppressed_until, c.suppressed_why,"
    f" {permission.unsubscribed_on(':day')}, {permission.bounced('count(*)', ':day')},"
    f" {permission.bounced('max(b.happened_on)', ':day')}, ''"
    f" FROM customers c WHERE c.id IN {_SAME}"
)
#: The contact who is written to, and whether it is the address of their company too.
_CONTACT: Final = (
    "SELECT k.email_consent, substr(k.email_consent_since, 1, 10), k.email_consent_how, k.email_consent = 'withdrawn',"
    f" coalesce({stored_key('c.email')}, '') = :address AND :address <> '', coalesce(k.name, '')"
    " FROM contacts k JOIN customers c ON c.id = k.customer_id WHERE k.id = :contact"
)
_WITHDREW_ELSEWHERE: Final = (
    "SELECT coalesce(nullif(name, ''), 'a contact') FROM contacts WHERE customer_id = :customer"
    f" AND email_consent = 'withdrawn' AND coalesce({stored_key('email')}, '') <> :address"
)
#: The contact who answered an email last.
_WROTE: Final = (
    "SELECT k.id FROM email_events e"
    f" JOIN contacts k ON k.customer_id = e.customer_id AND {stored_key('k.email')} = {stored_key('e.address')}"
    " WHERE e.customer_id = ? AND e.kind = 'replied' AND k.name <> '' AND e.happened_on <= ?"
    " ORDER BY e.happened_on DESC, coalesce(e.happened_at, '') DESC, e.id DESC LIMIT 1"
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
#: State, words, and the sentence that refuses or ''.
_Looked = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class SendPermission:
    """Whether a customer may be emailed at a moment.

    Attributes
    ----------
    allowed, reasons
        Refused for each of the reasons, one sentence each that says what to do; empty where it is allowed.
    opens
        First moment outside quiet hours and free days, in words; '' where the moment asked for is one.
    lines
        (state, words) of each thing looked at, state ok | warn | no; for the checks and for tooltips.
    verdict
        All of it in a word, as every page says it.
    left
        They withdrew consent or unsubscribed: the sentence that refuses, and no email is even drafted; '' otherwise.
    unasked
        No consent is on record, and the policy asks for one.
    address
        Where the email would go; '' where no address is known.
    """

    allowed: bool
    reasons: tuple[str, ...]
    lines: tuple[tuple[str, str], ...]
    verdict: str = NOT_AT_ALL
    left: str = ""
    unasked: bool = False
    address: str = ""
    opens: str = ""

    @property
    def refusal(self) -> str:
        """The first sentence that refuses, '' where it is allowed."""
        return self.reasons[0] if self.reasons else ""

    @property
    def lines_now(self) -> tuple[tuple[str, str], ...]:
        """The lines for who writes at the moment asked for: with the quiet hours that hold the email until then."""
        hours = (("warn", f"Quiet hours: it goes out {self.opens}"),) if self.allowed and self.opens else ()
        return (*self.lines, *hours)


@dataclass(frozen=True, slots=True)
class _One:
    """A customer or contact under the address, on the day asked for; a contact by name."""

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
    name: str = ""


def may_send(
    driver: sqlite.Connection,
    policy: Policy,
    customer_id: int,
    *,
    at: datetime,
    message_id: int | None = None,
    contact_id: int | None = None,
) -> SendPermission:
    """Return whether a customer may be emailed at a moment, with every reason why not.

    Parameters
    ----------
    driver
        A reader's connection, or that of a unit of work: what it sees is what is judged.
    at
        When the email would go out, aware; days are those of the zone of the customer's owner.
    message_id
        The email in question, which does not count against itself.
    contact_id
        Whom of the customer it goes to: that person's address and consent count, and nobody else's; 0 is the
        customer itself. None: the email's own recipient, or without an email whoever would be written to.
    """
    if contact_id is None:
        contact_id = _contact_of(driver, customer_id, message_id)
    contact_id = contact_id or None
    found = driver.execute(_ADDRESS, (customer_id, contact_id)).fetchone()
    if found is None:
        gone = f"The {'customer' if contact_id is None else 'contact'} is no longer in the book."
        return SendPermission(False, (gone,), (("no", gone),))
    address, owner = address_key(found[0]), found[1]
    day = at.astimezone(policy.zone_of(owner)).date()
    names = ("customer", "address", "day", "message", "contact")
    asked = dict(zip(names, (customer_id, address, day.isoformat(), message_id, contact_id), strict=True))
    people, own = _people(driver, asked)
    looked_at = (
        _consent(own, address, standing(driver, address, at), policy, day),
        *_elsewhere(driver, asked),
        *_suppressed(people, day),
        *_address(address, people, day),
        *_domain(driver, address),
        _last_email(driver, policy, asked, owner, day),
    )
    answer, opens = _answer(looked_at, address), first_moment(policy, owner, at)
    if opens <= at:
        return answer
    return replace(answer, opens=_moment_words(opens, at, policy, owner))


def _answer(looked_at: Sequence[_Looked], address: str) -> SendPermission:
    """Return what follows from all that was looked at, the consent first and the last email last."""
    consent, last = looked_at[0], looked_at[-1]
    reasons = tuple(reason for _, _, reason in looked_at if reason)
    unasked = consent[2] == _NOT_ON_RECORD
    return SendPermission(
        allowed=not reasons,
        reasons=reasons,
        lines=tuple((state, said) for state, said, _ in looked_at),
        verdict=_verdict(reasons, consent, last),
        left="" if unasked else consent[2],
        unasked=unasked,
        address=address,
    )


def recipient_of(driver: sqlite.Connection, policy: Policy, customer_id: int, *, at: datetime) -> int | None:
    """Return the contact whom an email goes to unless another is chosen, None for the customer itself.

    Whoever answered last is written to, and greeted, where they may be. A customer of whom no consent is on record is
    written to through the first contact who gave theirs.
    """
    wrote = driver.execute(_WROTE, (customer_id, at.date().isoformat())).fetchone()
    if wrote is not None and may_send(driver, policy, customer_id, at=at, contact_id=wrote[0]).allowed:
        return int(wrote[0])
    chosen = chosen_contact(driver, customer_id)
    answer = may_send(driver, policy, customer_id, at=at, contact_id=chosen or 0)
    other = _consenting(driver, policy, customer_id, at) if answer.unasked and not answer.allowed else None
    return other.id if other is not None else chosen


def who_consented(driver: sqlite.Connection, policy: Policy, customer_id: int, *, at: datetime) -> str:
    """Return the name of the first contact who may be emailed in a customer's stead, '' where there is none."""
    other = _consenting(driver, policy, customer_id, at)
    return other.name if other is not None else ""


def _consenting(driver: sqlite.Connection, policy: Policy, customer_id: int, at: datetime) -> Contact | None:
    for one in contacts_of(driver, customer_id):
        gave = one.consent == "given" and one.name
        if gave and may_send(driver, policy, customer_id, at=at, contact_id=one.id).allowed:
            return one
    return None


def _contact_of(driver: sqlite.Connection, customer_id: int, message_id: int | None) -> int | None:
    if message_id is None:
        return chosen_contact(driver, customer_id)
    found = driver.execute("SELECT contact_id FROM messages WHERE id = ?", (message_id,)).fetchone()
    return found[0] if found is not None else None


def _people(driver: sqlite.Connection, asked: dict[str, Any]) -> tuple[list[_One], _One]:
    """Every customer whom mail to the address reaches, and the one who is written to.

    A contact takes nothing from the company's consent; but that the company is suppressed holds for its people, and
    that it unsubscribed, as an event does not say who of them did, unless the contact gave consent after it.
    """
    people = [_One(*row) for row in driver.execute(_STANDING, asked)]
    company = next(one for one in people if one.id == asked["customer"])
    if asked["contact"] is None:
        return people, company
    consent, since, how, left, shared, name = driver.execute(_CONTACT, asked).fetchone()
    anew = consent == "given" and (since or "") > (company.unsubscribed_on or "")
    own = replace(
        company, id=-asked["contact"], consent=consent, since=since, how=how, withdrawn=bool(left), name=name,
        unsubscribed_on=None if anew else company.unsubscribed_on,
        bounces=company.bounces if shared else 0, bounced_on=company.bounced_on if shared else None,
    )  # fmt: skip
    return [one for one in people if shared or one is not company] + [own], own


def _verdict(reasons: Sequence[str], consent: _Looked, last: _Looked) -> str:
    if not reasons:
        return "You may email them" if consent[0] == "ok" else "You may email them, with care"
    if any(reason not in (_NOT_ON_RECORD, last[2]) for reason in reasons):
        return NOT_AT_ALL
    return "Wait before you email them" if last[2] else "Ask for their consent before you email them"


def _consent(own: _One, address: str, left_since: tuple[str, str] | None, policy: Policy, day: date) -> _Looked:
    since = words.day_of(own.since)
    of = f" of {own.name}" if own.name else ""
    how = f", {own.how}" if own.how else ""
    on = f" {words.full_day(since)}{how}" if since is not None else how
    if own.withdrawn or own.consent == "withdrawn":
        return (
            "no",
            f"Consent{of} withdrawn{on}",
            "Consent was withdrawn: do not email them until they give it again.",
        )
    left = words.day_of(own.unsubscribed_on)
    if left is not None:
        said = f"Unsubscribed {words.day(left, day)}"
        return "no", said, "They unsubscribed: do not email them until they give consent again."
    if left_since is not None:
        moment, how = left_since
        said = f"Consent withdrawn for {address} {words.full_day(day_at(moment, policy))}{f', {how}' if how else ''}"
        return (
            "no",
            said,
            f"Consent was withdrawn for {address}: ask again, and record the answer under “Email consent”.",
        )
    if own.consent == "given" and (own.since or "") <= day.isoformat():
        return "ok", f"Consent{of} given{on}", ""
    if policy.consent_on_record:
        return "no", f"No consent{of} is on record", _NOT_ON_RECORD
    return "warn", f"No consent{of} is recorded: make sure you may email them", ""


def _elsewhere(driver: sqlite.Connection, asked: dict[str, Any]) -> list[_Looked]:
    """Contacts of the customer who withdrew consent for another address, where it is itself written to."""
    address = asked["address"]
    away = [name for (name,) in driver.execute(_WITHDREW_ELSEWHERE, asked)]
    if asked["contact"] is not None or not away or not address:
        return []
    return [("warn", f"Consent withdrawn by {words.listed(away)}: this goes to {address}, not to them", "")]


def _suppressed(people: Sequence[_One], day: date) -> list[_Looked]:
    held = [one for one in people if one.suppressed]
    if not held:
        return []
    last = max(held, key=lambda one: one.suppressed_until or "")
    why = f": {words.shortened(last.suppressed_why, 60)}" if last.suppressed_why else ""
    until = words.day_of(last.suppressed_until)
    if until is None or (last.suppressed_until or "") >= _SUPPRESSED_FOR_GOOD:
        return [("no", f"Suppressed permanently{why}", "They are suppressed permanently: no email goes to them.")]
    said = f"Suppressed until {words.day(until, day)}"
    return [("no", f"{said}{why}", f"They are suppressed until {words.day(until, day)}: no email goes to them.")]


def _address(address: str, people: Sequence[_One], day: date) -> list[_Looked]:
    if not address:
        return [("no", "No email address on record", "No email address on record: add one to the customer first.")]
    worst = max(people, key=lambda one: one.bounces)
    if worst.bounces >= permission.DEAD_AFTER:
        said = f"The last {worst.bounces} emails bounced: ask for another address"
        return [("no", said, f"The last {worst.bounces} emails to this address bounced: ask for another one first.")]
    last = words.day_of(worst.bounced_on)
    if last is not None:
        return [("warn", f"The last email bounced, {words.day(last, day)}: check the address", "")]
    return []


def _domain(driver: sqlite.Connection, address: str) -> list[_Looked]:
    said = about_domain(driver, address)
    return [("warn", said, "")] if said else []


def _last_email(
    driver: sqlite.Connection, policy: Policy, asked: dict[str, Any], owner: str | None, day: date
) -> _Looked:
    cap, zone = policy.email_cap_days, policy.zone_of(owner)
    limit = "one a day" if cap == 1 else f"one in {cap} days"
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
