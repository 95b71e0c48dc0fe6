"""Conversations: who said it, on which channel, and how it sounds."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.entities import ENTITIES
from services.sync import undo_import
from tests.services.sync.book import Book, counts, write_csv

HEADER = ["conversation id", "email", "channel", "direction", "message", "sent at"]
ROWS = [
    [
        "K1",
        "ada@stone.example",
        "chat",
        "inbound",
        "The coat is torn and I am very disappointed.",
        "2026-05-13 10:00:00",
    ],
    ["K2", "ada@stone.example", "chat", "agent", "We send a new one today.", "2026-05-13 10:05:00"],
    ["K3", "ben@frost.example", "phone", "incoming", "", "2026-05-14 09:00:00"],
    ["K4", "ben@frost.example", "phone", "sideways", "Hello", "2026-05-15 09:00:00"],
]


def test_conversations_are_imported_with_who_spoke_and_how_it_sounds(book: Book, tmp_path: Path) -> None:
    before = book.hash()
    path = write_csv(tmp_path / "chats.csv", HEADER, ROWS)
    dry, _ = book.bring_with_changes(path, dry_run=True)
    receipt = book.bring(path)
    assert receipt.recognised_as == "Conversations"
    assert counts(receipt) == counts(dry) == (4, 0, 0, 0, 0)
    assert any("“sideways” does not say whether it is from the customer" in one for one in receipt.warnings)
    rows = book.ask(
        """
        SELECT v.external_id, c.email, v.channel, v.direction, v.happened_at, v.sentiment < 0, v.sentiment_by
        FROM conversations v JOIN customers c ON c.id = v.customer_id ORDER BY 1
        """
    )
    assert rows == [
        ("K1", "ada@stone.example", "chat", "from_customer", "2026-05-13T10:00:00Z", 1, "computed"),
        ("K2", "ada@stone.example", "chat", "to_customer", "2026-05-13T10:05:00Z", None, None),
        ("K3", "ben@frost.example", "phone", "from_customer", "2026-05-14T09:00:00Z", None, None),
        ("K4", "ben@frost.example", "phone", None, "2026-05-15T09:00:00Z", None, None),
    ]
    assert counts(book.bring(path)) == (0, 0, 4, 0, 0)
    assert receipt.import_id is not None
    undo_import(book.workspace, receipt.import_id + 1)
    undo_import(book.workspace, receipt.import_id)
    assert book.hash() == before


@pytest.mark.parametrize(
    "name",
    [
        *("customers", "products", "orders", "returns", "tickets", "reviews", "email_events", "opportunities"),
        *("stage_changes", "activities", "surveys", "conversations"),
    ],
)
def test_every_entity_of_the_store_can_be_imported(name: str) -> None:
    assert name in ENTITIES
