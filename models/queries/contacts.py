"""The contacts of a customer, as the book has them."""

from __future__ import annotations

from typing import Final

from models import sqlite
from models.values.customers import Contact
from models.values.errors import UserError

_LISTED: Final = (
    "SELECT id, name, coalesce(role, ''), coalesce(email, ''), coalesce(phone, ''), email_consent, is_primary"
    " FROM contacts WHERE customer_id = ? ORDER BY is_primary DESC, id"
)


def contacts_of(driver: sqlite.Connection, customer_id: int) -> tuple[Contact, ...]:
    """Return the contacts of a customer, the primary one first."""
    names = ("id", "name", "role", "email", "phone", "consent")
    found = driver.execute(_LISTED, (customer_id,)).fetchall()
    return tuple(Contact(**dict(zip(names, row, strict=False)), primary=bool(row[-1])) for row in found)


def contact_named(driver: sqlite.Connection, customer_id: int, said: str) -> int:
    """Return the contact of a customer by number, name or address.

    Raises
    ------
    UserError
        Nobody or several are called so.
    """
    known = contacts_of(driver, customer_id)
    word = said.strip().casefold()
    found = [one for one in known if word in (str(one.id), one.name.casefold(), one.email.casefold())]
    if len(found) != 1:
        names = ", ".join(f"{one.name} ({one.id})" for one in known) or "none"
        raise UserError(f"“{said}” is not one contact of this customer. Their contacts: {names}.")
    return found[0].id
