"""Consent under an address said by a person: a "no" for everyone who carries it, or the later "yes" that lifts it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import literal_column, select

from models.sqlite import Row
from models.store import UnitOfWork
from models.tables import contacts, customers
from models.values.changes import Changes
from models.values.errors import UserError
from models.values.words import count as counted
from models.values.words import listed
from services.permission.ledger import note, standing, stored_key
from services.permission.recipient import addressed, chosen_contact
from services.sync.by_hand import FIELDS, consent_in_words, dated, value_of
from services.sync.kinds.memo import Unfit
from services.sync.kinds.words import to_email

if TYPE_CHECKING:
    from services.workspace import Workspace

SAID: Final = ("given", "withdrawn")
#: How many of those who were left out are named at most.
_NAMED: Final = 3


def record_consents(workspace: Workspace, customer_ids: Sequence[int], *, since: str = "", how: str = "") -> Changes:
    """Record that several customers agreed to be emailed, each under the address that an email to them goes to.

    Who has no address, withdrew consent or gave it already is left out and named among what was kept: a withdrawal is
    lifted, and what shows a consent replaced, only for one at a time.

    Raises
    ------
    UserError
        Nobody is left, or the day cannot be read or is still to come.
    """
    day = value_of(workspace, FIELDS["email_consent_since"], since)
    values: dict[str, Any] = {"email_consent": "given", "email_consent_since": day, "email_consent_how": how.strip()}
    dated(workspace, values)
    with workspace.store.unit_of_work(workspace.me, "record-consent", "consent", at=workspace.at) as work:
        names: dict[int, str] = {}
        left: list[str] = []
        for customer in customer_ids:
            contact = chosen_contact(work.driver, customer)
            person = addressed(work.driver, customer, contact)
            reason = _left_out(workspace, work, person)
            if reason:
                left.append(person["name"] if contact is None else person["company"])
                work.keep(f"{left[-1]}: {reason}")
                continue
            note(workspace, work, person["email"], values)
            work.update(customers if contact is None else contacts, customer if contact is None else contact, values)
            names[customer] = person["name"]
        if not names:
            raise UserError("No consent was recorded: they have no email address, withdrew consent or gave it already.")
        work.touch(customers=names)
        more = [f"{len(left) - _NAMED} more"] if len(left) > _NAMED else []
        left_out = f"; {counted(len(left), 'customer')} left out: {listed([*left[:_NAMED], *more])}" if left else ""
        work.say(f"Recorded consent for {counted(len(names), 'customer')}{left_out}")
        return work.commit()


def _left_out(workspace: Workspace, work: UnitOfWork, person: Row) -> str:
    """Why consent is not recorded together with that of others, '' where it is."""
    if not person["email"]:
        return "No email address on record."
    if person["email_consent"] == "withdrawn" or standing(work.driver, person["email"], workspace.clock.now()):
        return "Consent was withdrawn. Record consent for this customer alone."
    return "Consent was given already." if person["email_consent"] == "given" else ""


def address_of(text: str) -> str:
    """Return the address that a person wrote or pasted as it is compared, without a name around it.

    Raises
    ------
    UserError
        It is not an address.
    """
    try:
        return to_email(text)
    except Unfit as problem:
        raise UserError(f"“{text}” {problem}.") from None


def record_consent(workspace: Workspace, address: str, said: str, *, since: str = "", how: str = "") -> Changes:
    """Record consent to emails under an address, for every customer and contact who has it.

    Parameters
    ----------
    said
        given or withdrawn. An address that nobody has can be withdrawn too: whoever gets it is not emailed.
    since
        The day, today where it is empty. A withdrawal blocks from now on whatever its day.
    how
        The way in which it was said: on the phone, a form.

    Raises
    ------
    UserError
        It is not an address, the day cannot be read or is still to come, or the consent is older than a withdrawal.
    """
    if said not in SAID:
        raise UserError(f"Consent is given or withdrawn, not “{said}”.")
    key = address_of(address)
    day = value_of(workspace, FIELDS["email_consent_since"], since)
    values: dict[str, Any] = {"email_consent": said, "email_consent_since": day, "email_consent_how": how.strip()}
    dated(workspace, values)
    with workspace.store.unit_of_work(workspace.me, "record-consent", "consent", at=workspace.at) as work:
        names: dict[int, str] = {}
        for table, customer in ((customers, "id"), (contacts, "customer_id")):
            same = select(table).where(literal_column(stored_key("email")) == key)
            for row in work.execute(same).mappings().fetchall():
                work.update(table, row["id"], values)
                names.setdefault(row[customer], row["name"])
        note(workspace, work, key, values)
        work.touch(customers=names)
        who = "an address that nobody has" if not names else next(iter(names.values()))
        others = f" and {len(names) - 1} more" if len(names) > 1 else ""
        work.say(consent_in_words(said, f"{who}{others}"))
        return work.commit()
