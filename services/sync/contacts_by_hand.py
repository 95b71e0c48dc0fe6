"""Contacts added and edited by hand: each change one journalled unit of work, which an undo takes back."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from models.tables import contacts, customers
from models.values.changes import Changes
from models.values.errors import UserError
from services.duplicates import lift, one_primary
from services.entities import ENTITIES
from services.permission.ledger import note
from services.sync.by_hand import dated, said_of_consent, value_of
from services.sync.kinds.memo import Unfit
from services.sync.kinds.words import to_email

if TYPE_CHECKING:
    from services.workspace import Workspace

SOURCE: Final = "by hand"
#: What a form or a command may set of a contact.
FIELDS: Final = (
    "name",
    "role",
    "email",
    "phone",
    "email_consent",
    "email_consent_since",
    "email_consent_how",
    "preferred_channel",
    "preferred_hours",
    "is_primary",
)


def add_contact(workspace: Workspace, customer_id: int, fields: Mapping[str, str]) -> Changes:
    """Add a person to a customer.

    Raises
    ------
    UserError
        There is no such customer, or a text does not fit.
    """
    values = _values(workspace, fields)
    values["name"] = values.get("name") or values.get("email") or ""
    if not values["name"]:
        raise UserError("A contact needs a name or an email address.")
    subject = f"customer:{customer_id}"
    with workspace.store.unit_of_work(workspace.me, "add-contact", subject, at=workspace.at) as work:
        firm = work.connection.execute(select(customers.c.name).where(customers.c.id == customer_id)).scalar()
        if firm is None:
            raise UserError(f"There is no customer {customer_id}.")
        key = {"customer_id": customer_id, "source": SOURCE, "external_id": uuid.uuid4().hex}
        made = work.insert(contacts, {**key, **{name: value for name, value in values.items() if value is not None}})
        if values.get("is_primary"):
            one_primary(work, customer_id, but=made)
        note(workspace, work, values.get("email"), values)
        lift(work, values.get("email"))
        work.touch(customers=[customer_id])
        work.say(f"Added the contact {values['name']} to {firm}")
        return work.commit()


def edit_contact(workspace: Workspace, contact_id: int, fields: Mapping[str, str]) -> Changes:
    """Change fields of a contact; an empty text clears one, and “yes” makes it the primary contact.

    Raises
    ------
    UserError
        There is no such contact, or a text does not fit.
    """
    values = _values(workspace, fields)
    with workspace.store.unit_of_work(workspace.me, "edit-contact", f"contact:{contact_id}", at=workspace.at) as work:
        row = work.connection.execute(select(contacts).where(contacts.c.id == contact_id)).mappings().first()
        if row is None:
            raise UserError(f"There is no contact {contact_id}.")
        if "name" in values:
            values["name"] = values["name"] or values.get("email", row["email"]) or row["name"]
        if values.get("email", row["email"]) != row["email"] and "email_consent" not in values:
            # Consent is given for an address and for no other; that it was withdrawn stays.
            values["email_consent"] = "withdrawn" if row["email_consent"] == "withdrawn" else "unknown"
        noted = note(workspace, work, {**row, **values}["email"], values)
        lift(work, values.get("email"))
        if values.get("is_primary"):
            one_primary(work, row["customer_id"], but=contact_id)
        if not work.update(contacts, contact_id, values) and not noted:
            return Changes()
        work.touch(customers=[row["customer_id"]])
        name = values.get("name") or row["name"]
        work.say(said_of_consent(values, values, name) or f"Changed the contact {name}")
        return work.commit()


def _values(workspace: Workspace, fields: Mapping[str, str]) -> dict[str, Any]:
    by_name = {field.name: field for field in ENTITIES["contacts"].fields}
    values: dict[str, Any] = {}
    for name, text in fields.items():
        if name not in FIELDS:
            raise UserError(f"Contacts have no field “{name}”. Choose one of {', '.join(FIELDS)}.")
        word = text.strip()
        if name == "is_primary":
            values[name] = int(word.lower() in ("yes", "1", "true"))
        elif name in ("phone", "email_consent", "email_consent_since"):
            values[name] = value_of(workspace, by_name[name], word)
        elif name == "email" and word:
            try:
                values[name] = to_email(word)
            except Unfit as problem:
                raise UserError(f"{by_name[name].label} {problem}.") from None
        else:
            values[name] = word or None
    if "email_consent" in values:
        values = {"email_consent_since": None, "email_consent_how": None} | values
    dated(workspace, values)
    return values
