"""How a customer can be reached now: by phone, by email, or what to look up or ask for first."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Final, NamedTuple

from services.insight.reader import Reader

if TYPE_CHECKING:
    from services.permission.answer import GateAnswer

#: What comes before an email to somebody of whom nothing is on record; the field is called so where it is noted.
ASK: Final = "Ask whether they want emails, and note it under “Email consent”."
LOOK_UP: Final = "Look up a number."
#: A book whose first customers have no number, and none of their people either, keeps none.
_ANY_PHONE: Final = (
    "SELECT EXISTS (SELECT 1 FROM (SELECT phone FROM contacts LIMIT 2000) WHERE phone <> '')"
    " OR EXISTS (SELECT 1 FROM (SELECT phone FROM customers LIMIT 2000) WHERE phone <> '')"
)
_PHONE: Final = (
    "SELECT name, role, phone, is_primary FROM contacts WHERE customer_id = ? AND coalesce(phone, '') <> ''"
    " ORDER BY is_primary DESC, id LIMIT 1"
)


class Phone(NamedTuple):
    """The number to call, and whose it is, with their role; '' where none is known, or it is the customer's own."""

    name: str
    phone: str
    role: str = ""


class Reach(NamedTuple):
    """How a customer can be reached now.

    Attributes
    ----------
    words
        What can be done, in a sentence or two: "Call +1 …. If you do not reach them, write."
    call
        The part of it that is about the phone.
    phone, by_email
        The number on record, '' without one; the gate lets an email through.
    has_address
        An address is on record, and they did not say that they want no email.
    unasked
        There is an address and no consent on record: one can be recorded.
    no_email
        Why no email goes to them now, in a few words; '' where one may.
    """

    words: str
    call: str
    phone: str
    by_email: bool
    has_address: bool
    unasked: bool
    no_email: str

    @property
    def by_phone(self) -> bool:
        """Whether a number is on record."""
        return bool(self.phone)


def read_phone(reader: Reader, customer: sqlite3.Row) -> Phone:
    """Return the number to call: that of the customer's primary contact, else of another one, else the customer's own.

    A firm's own number comes before that of a contact who is not its primary one.
    """
    found = reader.row(_PHONE, (customer["id"],))
    if found is None or (customer["phone"] and not found["is_primary"]):
        return Phone("", customer["phone"] or "")
    return Phone(found["name"] or "", found["phone"], found["role"] or "")


def read_reach(reader: Reader, customer: sqlite3.Row) -> Reach:
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
    phone = ", ".join(filter(None, (found.name, found.phone)))
    other = who_consented(reader.driver, reader.policy, customer["id"], at=reader.now) if answer.unasked else ""
    call = f"Call {phone}." if phone else "No phone on record." if reader.value(_ANY_PHONE) else ""
    said = _with_email(answer, other, by_phone=bool(phone), keeps_numbers=bool(call))
    return Reach(
        words=f"{call} {said}".strip(),
        call=call if phone else f"{call} {LOOK_UP}".strip(),
        phone=found.phone,
        by_email=answer.allowed,
        has_address=bool(answer.address) and not answer.left,
        unasked=answer.unasked and bool(answer.address),
        no_email=_no_email(answer),
    )


def _no_email(answer: GateAnswer) -> str:
    if answer.allowed:
        return ""
    if not answer.address:
        return "no email address"
    if answer.unasked:
        return "no consent on record"
    return next((said for state, said in answer.lines if state == "no"), answer.verdict)


def _with_email(answer: GateAnswer, other: str, *, by_phone: bool, keeps_numbers: bool) -> str:
    """What can be done besides a call, or without a number instead of one."""
    if answer.allowed:
        return "If you do not reach them, write." if by_phone else "Write to them, and ask for a number."
    if other:
        return f"{'Or write' if by_phone else 'Write'} to {other}, who gave consent."
    if answer.left or not answer.address:
        why = "Do not email them." if answer.left else "No email address on record."
        return why if by_phone else f"{why} {LOOK_UP}"
    first = "" if by_phone else LOOK_UP if keeps_numbers else f"Their address is {answer.address}."
    return f"{first} {ASK if answer.unasked else answer.refusal}".strip()
