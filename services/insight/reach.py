"""How a customer can be reached now: by phone, by email, or what to look up or ask for first."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Final, NamedTuple

from models import sqlite
from models.values.reaching import FirstStep, TalkingPoint
from services.insight.call_times import call_day, call_until, call_words, read_call_times, when_words
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
#: Names of other channels that hold a word of these two.
_NEITHER: Final = re.compile(
    r"voice ?-?mail|telegram\w*|telefax|mobile app|(?:direct|postal|snail|paper|regular) mail|mail ?order"
    r"|\bpost(?:al)?\s*(?:/|,|or|and|&)?\s*mail\b|\bmail\s*(?:/|,|or|and|&)\s*post\b|correo postal|courrier postal",
    re.I,
)
_BY_EMAIL: Final = re.compile(r"\be-?mail|\bmails?\b|courriel|courrier [ée]lectronique|\bcorreos?\b", re.I)
_BY_PHONE: Final = re.compile(
    r"phone|\btel\b|t[eé]l[eé]f|\b(?:ring|landline|calls?|calling|call ?back|mobile|mobil|cell|handy"
    r"|anrufe?n?|r[uü]ckrufe?|appels?|appeler|llamadas?|llamar|m[oó]vil|portable)\b",
    re.I,
)
_CLAUSE: Final = re.compile(r"[,;()]|\s[-–—]\s")
_DENIED: Final = re.compile(r"\b(?:no|not|don[’']t|never|kein\w*|nicht|nie|pas|jamais|nunca)\b", re.I)


class Phone(NamedTuple):
    """The number to call, and whose it is, with their role; '' where none is known, or it is the customer's own.

    `contact`: the contact whose number it is, who may have no name; None where it is the customer's own.
    """

    name: str
    phone: str
    role: str = ""
    contact: int | None = None


class Wanted(NamedTuple):
    """What is wanted of a customer who is to be reached.

    Attributes
    ----------
    waits
        Something waits for an answer, which is not put off to the day that they like best.
    phoned
        They said it on the phone: they are called back, whatever they prefer otherwise.
    by_email
        It is an email by itself, where nothing speaks for a call.
    """

    waits: bool = False
    phoned: bool = False
    by_email: bool = False


class Reach(NamedTuple):
    """How a customer can be reached now.

    Attributes
    ----------
    first
        What to do first: titles, sentences and the primary button all follow it.
    words, words_found
        What can be done, in a sentence or two: "Call before 12:00: +1 …. If you cannot reach them, write."; and the
        same without asking to look up a number.
    call
        The part of it that is about the phone.
    when
        The day and the hours of that call: "Tuesday before 12:00"; '' for today at any time, or without a number.
    until
        The moment at which the hours of that call end; None without a number.
    phone
        The number on record, '' without one.
    phoned
        They are called back.
    hours
        The hours that they like best, where what waits for an answer cannot wait for them; None elsewhere.
    has_address
        An address is on record, and they did not say that they want no email.
    unasked
        There is an address and no consent on record: one can be recorded.
    no_email
        Why no email goes to them now, in a few words; '' where one may.
    """

    first: FirstStep
    words: str
    words_found: str
    call: str
    when: str
    until: datetime | None
    phone: str
    phoned: bool
    has_address: bool
    unasked: bool
    no_email: str
    hours: TalkingPoint | None


def read_phone(reader: Reader, customer: sqlite.Row) -> Phone:
    """Return the number to call: that of the customer's primary contact, else of another one, else the customer's own.

    A firm's own number comes before that of a contact who is not its primary one.
    """
    found = reader.row(_PHONE, (customer["id"],))
    if found is None or (customer["phone"] and not found["is_primary"]):
        return Phone("", customer["phone"] or "")
    return Phone(found["name"] or "", found["phone"], found["role"] or "", found["id"])


def read_reach(reader: Reader, customer: sqlite.Row, wanted: Wanted = Wanted()) -> Reach:  # noqa: B008, it is frozen
    """Return how a customer can be reached, and what to look up or record first.

    Parameters
    ----------
    customer
        A row of ``customers`` with all its columns.
    """
    # Not needed for the queue, and dear to import: 20 ms before the first page.
    from services.permission.answer import may_send, who_consented

    answer = may_send(reader.driver, reader.policy, customer["id"], at=reader.now)
    found = read_phone(reader, customer)
    other = who_consented(reader.driver, reader.policy, customer["id"], at=reader.now) if answer.unasked else ""
    times = read_call_times(reader, customer["id"], found.contact) if found.phone else None
    day = call_day(reader.policy, customer["owner"], reader.now, times)
    hours = None
    soonest = call_day(reader.policy, customer["owner"], reader.now, None)
    if wanted.waits and times is not None and day != soonest:
        again = when_words(day, reader.today, None)
        hours = TalkingPoint("Hours", f"they prefer calls {times.in_words}; the next such time is {again}.")
        day, times = soonest, None
    who = ", ".join(filter(None, (found.name, found.phone)))
    when = when_words(day, reader.today, times) if found.phone else ""
    back = wanted.phoned and bool(found.phone)
    call = f"{call_words(who, when, back=back)}." if who else ""
    missing = "No phone on record." if not call and reader.value(_ANY_PHONE) else ""
    prefers = _channel(reader.value(_CHANNEL, (customer["id"], found.contact)) or "")
    first = _first(answer, found.phone, prefers, wanted)
    return Reach(
        first=first,
        words=_words(answer, other, call, missing, prefers, LOOK_UP, first, back=back),
        words_found=_words(answer, other, call, missing, prefers, "", first, back=back),
        call=call or f"{missing} {LOOK_UP}".strip(),
        when=when,
        until=call_until(reader.policy, customer["owner"], day, times) if found.phone else None,
        phone=found.phone,
        phoned=back,
        has_address=bool(answer.address) and not answer.left,
        unasked=answer.unasked and bool(answer.address),
        no_email=_no_email(answer),
        hours=hours,
    )


def _first(answer: SendPermission, phone: str, prefers: str, wanted: Wanted) -> FirstStep:
    """Decide what to do first.

    Whoever phoned is called back; else what they prefer counts, as far as it can be done, and then what is wanted.
    Whoever asked for email is not called where an email may go.
    """
    if phone and (wanted.phoned or not answer.allowed or prefers == "phone"):
        return "call"
    if phone and prefers != "email" and not wanted.by_email:
        return "call"
    if answer.allowed:
        return "draft"
    return "consent" if answer.unasked and answer.address else "task"


def _channel(text: str) -> str:
    """Which of the two channels is named; '' for both, and for another one. What a clause refuses is not named."""
    named = " , ".join(one for one in _CLAUSE.split(_NEITHER.sub(" ", text)) if not _DENIED.search(one))
    by_email, by_phone = bool(_BY_EMAIL.search(named)), bool(_BY_PHONE.search(named))
    if by_email == by_phone:
        return ""
    return "email" if by_email else "phone"


def _words(
    answer: SendPermission, other: str, call: str, missing: str, prefers: str, look_up: str, first: FirstStep, *,
    back: bool,
) -> str:  # fmt: skip
    if call and first == "draft":
        write = "They prefer email: write to them." if prefers == "email" else "Write to them."
        return f"{write} If they do not answer: {call[:1].lower()}{call[1:]}"
    said = _with_email(answer, other, look_up, by_phone=bool(call), keeps_numbers=bool(call or missing))
    prefer = "They phoned." if back else "They prefer calls." if call and answer.allowed and prefers == "phone" else ""
    return " ".join(filter(None, (prefer, call, said) if back else (call or missing, prefer, said)))


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
        return "If you cannot reach them, write." if by_phone else "Write to them, and ask for a number."
    if other:
        return f"{'Or write' if by_phone else 'Write'} to {other}, who gave consent."
    if answer.left or not answer.address:
        why = "Do not email them." if answer.left else "No email address on record."
        return why if by_phone else f"{why} {look_up}".strip()
    first = "" if by_phone else look_up if keeps_numbers else f"Their address is {answer.address}."
    return f"{first} {ASK if answer.unasked else answer.refusal}".strip()
