"""Whom an email is addressed to: the customer, or one of the people of a customer that is a company."""

from __future__ import annotations

from typing import Any, Final

from models import sqlite
from models.values.errors import UserError
from services.permission import CONTACT

#: What a contact says of itself; a contact has a consent of its own, and never the company's.
_OWN: Final = {
    "name": "coalesce(nullif(k.name, ''), c.name)",
    "company": "coalesce(nullif(c.company, ''), c.name)",
    **{name: f"k.{name}" for name in ("email", "phone", "email_consent", "email_consent_since", "email_consent_how")},
}
_CONTACT: Final = (
    "SELECT {columns} FROM customers c JOIN contacts k ON k.customer_id = c.id WHERE c.id = ? AND k.id = ?"
)
_CHOSEN: Final = (
    f"SELECT {CONTACT.format(customer='c.id')} FROM customers c WHERE c.id = ? AND coalesce(c.email, '') = ''"
)


def addressed(driver: sqlite.Connection, customer_id: int, contact_id: int | None = None) -> sqlite.Row:
    """Return the customer's row, with the name, the address and the consent of the contact where one is chosen.

    Raises
    ------
    UserError
        The customer or the contact is no longer in the book.
    """
    cursor = driver.cursor()
    cursor.row_factory = sqlite.Row
    if contact_id is None:
        row: Any = cursor.execute("SELECT * FROM customers WHERE id = ?", (customer_id,)).fetchone()
        if row is None:
            raise UserError("This customer is no longer in the book; an undo or an erasure took it out.")
    else:
        names = [name for (name,) in driver.execute("SELECT name FROM pragma_table_info('customers')")]
        columns = ", ".join(f"{_OWN.get(name, f'c.{name}')} AS {name}" for name in names)
        row = cursor.execute(_CONTACT.format(columns=columns), (customer_id, contact_id)).fetchone()
        if row is None:
            raise UserError("This contact is no longer in the book. Choose another recipient.")
    return row  # type: ignore[no-any-return]


def chosen_contact(driver: sqlite.Connection, customer_id: int) -> int | None:
    """Return the contact whom an email goes to unless another is chosen: the primary one with an address.

    A customer that has an address of its own is written to there.
    """
    found = driver.execute(_CHOSEN, (customer_id,)).fetchone()
    return found[0] if found is not None else None
