"""A withdrawal in the ledger of a book that a test made without imports and edits."""

from __future__ import annotations

from models.tables import suppression_ledger
from models.values.journal import Actor
from services.permission.ledger import address_key
from services.workspace import Workspace


def left(workspace: Workspace, address: str, at: str) -> None:
    """Enter that somebody under an address withdrew consent on a day or at a moment."""
    with workspace.store.unit_of_work(Actor("system", "test"), "prepare", "test", at=workspace.at) as work:
        entry = {
            "address": address_key(address),
            "said": "withdrawn",
            "since": at if len(at) > 10 else f"{at}T09:00:00Z",
        }
        work.insert(suppression_ledger, {**entry, "entered_at": work.at, "entered_by": "test"})
        work.commit()
