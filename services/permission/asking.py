"""Whose consent a person records where none is on record: that of the one who would be written to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from services.permission.ledger import history
from services.permission.recipient import addressed, chosen_contact

if TYPE_CHECKING:
    from services.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Addressee:
    """One who is written to: a contact's id, or None for the customer itself, and what was said under the address."""

    customer_id: int
    contact_id: int | None
    name: str
    history: tuple[str, ...]


def read_addressee(workspace: Workspace, customer_id: int) -> Addressee:
    """Return whose consent counts for an email to a customer.

    Raises
    ------
    UserError
        The customer is no longer in the book.
    """
    with workspace.store.snapshot() as driver:
        contact_id = chosen_contact(driver, customer_id)
        person = addressed(driver, customer_id, contact_id)
        said = history(driver, workspace.policy, person["email"] or "")
        return Addressee(customer_id, contact_id, person["name"] or person["company"] or "", said)
