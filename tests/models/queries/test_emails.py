"""Emails are what their events make of them, whoever writes these and in whatever order."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models import sqlite
from models.queries.emails import FILL_EMAILS
from models.store import connect, open_store
from services.sync import undo_import
from services.sync.apply import write
from tests.examples import examples
from tests.services.sync.book import Book, open_book, write_csv

KINDS = ("sent", "delivered", "opened", "clicked", "replied", "converted", "bounced", "unsubscribed")


@pytest.fixture
def book(store_path: Path) -> Iterator[Book]:
    made = open_book(store_path)
    yield made
    made.workspace.close()


def emails(driver: sqlite.Connection) -> tuple[object, object]:
    """The emails that are kept, and what they would be if they were made now."""
    made = FILL_EMAILS.removeprefix("INSERT INTO emails ")
    kept = driver.execute("SELECT * FROM emails ORDER BY id").fetchall()
    return kept, driver.execute(f"SELECT * FROM ({made}) ORDER BY 1").fetchall()


@settings(max_examples=examples(10), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 9_999))
def test_emails_follow_every_change_of_their_events(tmp_path_factory: pytest.TempPathFactory, seed: int) -> None:
    path, chance = tmp_path_factory.mktemp("emails") / "book.db", random.Random(seed)
    open_store(path).close()
    with closing(connect(path)) as driver:
        driver.execute("PRAGMA foreign_keys = OFF")
        for step in range(60):
            event = {
                "customer_id": chance.choice([1, 2, None]), "source": chance.choice(["mail", "shop", "bellwether"]),
                "message": chance.choice(["M1", None]), "campaign": chance.choice(["May", None]),
                "address": chance.choice(["a@post.example", None]), "kind": chance.choice(KINDS),
                "happened_on": f"2026-05-{chance.randint(1, 28):02}", "external_id": chance.choice([f"E{step}", "E1"]),
            }  # fmt: skip
            there = [row[0] for row in driver.execute("SELECT id FROM email_events")]
            one, what = chance.choice([*there, 1]), chance.random()
            if what < 0.5:
                event["id"] = chance.randint(1, 80)  # an undo brings a row back under its own number
                marks = ", ".join(f":{name}" for name in event)
                driver.execute(f"INSERT OR IGNORE INTO email_events ({', '.join(event)}) VALUES ({marks})", event)
            elif what < 0.8:
                name = chance.choice(["customer_id", "message", "campaign", "address", "kind", "happened_on"])
                driver.execute(f"UPDATE email_events SET {name} = ? WHERE id = ?", (event[name], one))
            else:
                driver.execute("DELETE FROM email_events WHERE id = ?", (one,))
            kept, made = emails(driver)
            assert kept == made


@pytest.mark.parametrize("bulk", [1, 1_000])
def test_emails_are_those_of_the_files_after_a_load_and_its_undo(
    book: Book, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bulk: int
) -> None:
    monkeypatch.setattr(write, "BULK_ROWS", bulk)
    monkeypatch.setattr("services.sync.undo.BULK_ROWS", bulk)
    header, before = ("event_id", "email", "event", "message_id", "date"), book.hash()

    def events(name: str, kind: str, days: range) -> Path:
        rows = [(f"{name}{n}", f"p{n % 3}@post.example", kind, f"M{n}", f"2026-05-{n:02}") for n in days]
        return write_csv(tmp_path / f"{name}.csv", header, rows)

    book.bring(events("sent", "sent", range(1, 9)), source="letter")
    one = book.hash()
    found = book.bring(events("opened", "opened", range(5, 29)), source="letter")
    assert book.one("SELECT count(*) FROM emails") == 28
    assert book.one("SELECT count(*) FROM emails WHERE opened_on IS NOT NULL") == 24
    book.hash()
    assert found.import_id is not None
    undo_import(book.workspace, found.import_id)
    assert book.hash() == one
    undo_import(book.workspace, 1)
    assert book.hash() == before
