"""Rows of one tab of the outbox."""

from __future__ import annotations

from PySide6.QtCore import QObject

from models.values.outbox import OutboxRow
from views.background import Desk
from views.lists.keyset_model import Fetch, KeysetModel


class OutboxModel(KeysetModel[OutboxRow]):
    """Pages of a tab; ``about`` are the counts of all tabs."""

    def __init__(self, desk: Desk, fetch: Fetch, parent: QObject) -> None:
        super().__init__(desk, fetch, topic="outbox", parent=parent)

    def row_of(self, message_id: int) -> int:
        """Row of an email, -1 beyond what was read."""
        return next((number for number, row in enumerate(self.rows()) if row.id == message_id), -1)

    def text_of(self, row: OutboxRow, column: int) -> str:
        parts = (row.customer, row.subject or "no subject", row.state_words, row.fault, row.when_words)
        return ", ".join(part for part in parts if part)
