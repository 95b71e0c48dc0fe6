"""Consent under an address said by a person: a "no" for everyone who carries it, or the later "yes" that lifts it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import literal_column, select

from models.tables import contacts, customers
from models.values.changes import Changes
from models.values.errors import UserError
from models.values.words import count as counted
from services.permission.asking import read_addressee
from services.permission.ledger import note, stored_key
from services.sync.by_hand import FIELDS, dated, value_of
from services.sync.kinds.memo import Unfit
from services.sync.kinds.words import to_email

if TYPE_CHECKING:
    from services.workspace import Workspace

SAID: Final = ("given", "withdrawn")


def record_consents(workspace: Workspace, customer_ids: Sequence[int], *, since: str = "", how: str = "") -> Changes:
    """Record that several customers agreed to be emailed, each under the address that an email to them goes to.

    Who has no address, or withdrew consent later, is left out and named among what was kept.

    Raises
    ------
    UserError
        Nobody is left, or the day cannot be read or is still to come.
    """
    asked = [read_addressee(workspace, customer) for customer in customer_ids]
    day = value_of(workspace, FIELDS["email_consent_since"], since)
    values: dict[str, Any] = {"email_consent": "given", "email_consent_since": day, "email_consent_how": how.strip()}
    dated(workspace, values)
    with workspace.store.unit_of_work(workspace.me, "record-consent", "consent", at=workspace.at) as work:
        names: dict[int, str] = {}
        for one in asked:
            table, row = (contacts, one.contact_id) if one.contact_id is not None else (customers, one.customer_id)
            address = work.execute(select(table.c.email).where(table.c.id == row)).scalar()
            try:
                if not note(workspace, work, address, values):
                    raise UserError("No email address on record.")
            except UserError as problem:
                work.keep(f"{one.name}: {problem}")
                continue
            work.update(table, row, values)
            names[one.customer_id] = one.name
        if not names:
            raise UserError("No consent was recorded: none of them has an email address, or all withdrew it later.")
        work.touch(customers=names)
        left_out = f"; {counted(len(asked) - len(names), 'customer')} left out" if len(names) < len(asked) else ""
        work.say(f"Recorded consent for {counted(len(names), 'customer')}{left_out}")
        return work.commit()


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
    try:
        key = to_email(address)
    except Unfit as problem:
        raise UserError(f"“{address}” {problem}.") from None
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
        work.say(f"Recorded consent {said} for {who}{others}")
        return work.commit()
