"""Warm up: the way of an email from its facts to its verdict, gone once so that the next one finds all at hand."""

from __future__ import annotations

from contextlib import suppress
from typing import Final

from models.values.errors import UserError
from services.outreach.composing import compose
from services.outreach.reviewing import review
from services.workspace import Workspace

#: An open alert's customer to whom nothing was written yet: an email that is stored would only be read.
_WHO: Final = """
SELECT a.customer_id, a.id FROM alerts a
WHERE a.state IN ('open', 'seen') AND a.customer_id IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM messages m WHERE m.customer_id = a.customer_id)
ORDER BY a.id DESC LIMIT 1
"""
_ANYONE: Final = "SELECT id, NULL FROM customers ORDER BY id LIMIT 1"


def warm_up(workspace: Workspace) -> None:
    """Compose an email and judge it; neither is stored. A book without customers has nothing to warm up with."""
    with workspace.store.snapshot() as driver:
        who = driver.execute(_WHO).fetchone() or driver.execute(_ANYONE).fetchone()
    if who is None:
        return
    # Between the two readings the customer may have been taken out of the book.
    with suppress(UserError):
        review(workspace, compose(workspace, who[0], who[1]).edit)
