"""How a customer can be reached now: by phone, by email, or what to look up or ask for first."""

from __future__ import annotations

import re
import sqlite3
from typing import TYPE_CHECKING, Final, NamedTuple

from models.values.reaching import TalkingPoint
from services.insight.call_times import call_day, call_words, read_call_times, when_words
from services.insight.reader import Reader

if TYPE_CHECKING:
    from services.permission.answer import SendPermission

#: What comes before an email to somebody of whom nothing is on record; the field is called so where it is noted.
ASK: Final = "Ask whether they want emails, and record the answer under “Email consent”."
LOOK_UP: Final = "Look up a number."
#: A book whose first customers have no number, and none of their people either, keeps none.
_ANY_PHONE: Final = (
    "SELECT EXISTS (SELECT 1 FROM (SELECT phone FROM contacts LIMIT 2000) WHERE phone <> '')"
    " OR EXISTS (SELECT 1 FROM (SELECT phone FROM customers LIMIT 2000) WHERE phone <> '')"
)
_PHONE: Final = (
    "SELECT id, name, role, phone, is_primary FROM contacts WHERE customer_id = ? AND coalesce(phone, '') <> ''"
    " ORDER BY is_primary DESC, id LIMIT 1"
)
#: The channel of who is called; of a firm's own number that of the primary contact, or of the first who named one.
_CHANNEL: Final = (
    "SELECT preferred_channel FROM contacts WHERE customer_id = ? AND coalesce(preferred_channel, '') <> ''"
    " AND id = coalesce(?, id) ORDER BY is_primary DESC, id LIMIT 1"
)
_BY_EMAIL: Final = re.compile(r"mail|courriel|correo", re.I)
_BY_PHONE: Final = re.compile(
    r"phone|fono|\b(?:call|tel|mobile|cell|handy|anruf|appel|llamada|m[oó]vil|portable)", re.I
)
_DENIED: Final = re.compile(r"\b(?:no|not|never|kein\w*|nicht|nie|pas|jamais|nunca)\b", re.I)


class Phone(NamedTuple):
    """The number to call, and whose it is, with their role; '' where none is known, or it is the customer's own.

    `contact`: the contact whose number it is, who may have no name; None where it is the customer's own.
    """

    name: str
    phone: str
    role: str = ""
    contact: int | None = None


class Reach(NamedTuple):
    """How a customer can be reached now.

    Attributes
    ----------
    words, words_found
        What can be done, in a sentence or two: "Call before 12:00: +1 …. If you do not reach them, write."; and the
        same without asking to look up a number.
    call
        The part of it that is about the phone.
    when
        The day and the hours of that call: "Tuesday before 12:00"; '' for today at any time, or without a number.
    phone, by_email
        The number on record, '' without one; the send policy allows an email.
    prefers
        The channel that they named: ``phone``, ``email`` or ''.
    hours
        The hours that they like best, where what waits for an answer cannot wait for them; None elsewhere.
    has_address
        An address is on record, and they did not say that they want no email.
    unasked
        There is an address and no consent on record: one can be recorded.
    no_email
        Why no email goes to them now, in a few words; '' where one may.
    """

    words: str
    words_found: str
    call: str
    when: str
    phone: str
    by_email: bool
    has_address: bool
    unasked: bool
    no_email: str
    prefers: str
    hours: TalkingPoint | None

    @property
    def by_phone(self) -> bool:
        """Whether to call: a number is on record, and they are not to be written to, as they asked."""
        return bool(self.phone) and not self.asked_to_write

    @property
    def asked_to_write(self) -> bool:
        """Whether they prefer email, and may have one."""
        return self.prefers == "email" and self.by_email


def read_phone(reader: Reader, customer: sqlite3.Row) -> Phone:
    """Return the number to call: that of the customer's primary contact, else of another one, else the customer's own.

    A firm's own number comes before that of a contact who is not its primary one.
    """
    found = reader.row(_PHONE, (customer["id"],))
    if found is None or (customer["phone"] and not found["is_primary"]):
        return Phone("", customer["phone"] or "")
    return Phone(found["name"] or "", found["phone"], found["role"] or "", found["id"])


def read_reach(reader: Reader, customer: sqlite3.Row, *, waits: bool = False) -> Reach:
    """Return how a customer can be reached, and what to look up or record first.

    Parameters
    ----------
    customer
        A row of ``customers`` with all its columns.
    waits
        Something waits for an answer, which is not put off to the day that they like best.
    """
    # Not needed for the queue, and dear to import: 20 ms before the first page.
    from services.permission.answer import may_send, who_consented

    answer = may_send(reader.driver, reader.policy, customer["id"], at=reader.now)
    found = read_phone(reader, customer)
    other = who_consented(reader.driver, reader.policy, customer["id"], at=reader.now) if answer.unasked else ""
    times = read_call_times(reader, customer["id"], found.contact) if found.phone else None
    day = call_day(reader.policy, customer["owner"], reader.now, times)
    hours = None
    if waits and times is not None and day != (soonest := call_day(reader.policy, customer["owner"], reader.now, None)):
        hours = TalkingPoint("Hours", f"they prefer calls {times.in_words}.")
        day, times = soonest, None
    who = ", ".join(filter(None, (found.name, found.phone)))
    when = when_words(day, reader.today, times) if found.phone else ""
    call = f"{call_words(who, when)}." if who else ""
    missing = "No phone on record." if not call and reader.value(_ANY_PHONE) else ""
    prefers = _channel(reader.value(_CHANNEL, (customer["id"], found.contact)) or "")
    return Reach(
        words=_words(answer, other, call, missing, prefers, LOOK_UP),
        words_found=_words(answer, other, call, missing, prefers, ""),
        call=call or f"{missing} {LOOK_UP}".strip(),
        when=when,
        phone=found.phone,
        by_email=answer.allowed,
        has_address=bool(answer.address) and not answer.left,
        unasked=answer.unasked and bool(answer.address),
        no_email=_no_email(answer),
        prefers=prefers,
        hours=hours,
    )


def _channel(text: str) -> str:
    """Which of the two channels is named; '' for both, for another one, and for one that is refused."""
    by_email, by_phone = bool(_BY_EMAIL.search(text)), bool(_BY_PHONE.search(text))
    if by_email == by_phone or _DENIED.search(text):
        return ""
    return "email" if by_email else "phone"


def _words(answer: SendPermission, other: str, call: str, missing: str, prefers: str, look_up: str) -> str:
    if call and answer.allowed and prefers == "email":
        return f"They prefer email: write to them. If they do not answer: {call[:1].lower()}{call[1:]}"
    said = _with_email(answer, other, look_up, by_phone=bool(call), keeps_numbers=bool(call or missing))
    prefer = "They prefer calls." if call and answer.allowed and prefers == "phone" else ""
    return " ".join(filter(None, (call or missing, prefer, said)))


def _no_email(answer: SendPermission) -> str:
    if answer.allowed:
        return ""
    if not answer.address:
        return "no email address"
    if answer.unasked:
        return "no consent on record"
    return next((said for state, said in answer.lines if state == "no"), answer.verdict)


def _with_email(answer: SendPermission, other: str, look_up: str, *, by_phone: bool, keeps_numbers: bool) -> str:
    """What can be done besides a call, or without a number instead of one."""
    if answer.allowed:
        return "If you do not reach them, write." if by_phone else "Write to them, and ask for a number."
    if other:
        return f"{'Or write' if by_phone else 'Write'} to {other}, who gave consent."
    if answer.left or not answer.address:
        why = "Do not email them." if answer.left else "No email address on record."
        return why if by_phone else f"{why} {look_up}".strip()
    first = "" if by_phone else look_up if keeps_numbers else f"Their address is {answer.address}."
    return f"{first} {ASK if answer.unasked else answer.refusal}".strip()
