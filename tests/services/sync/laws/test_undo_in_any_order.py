"""Whatever is undone first: when all imports are undone, the book is as it was, and nobody stays behind."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.sync import imports_history, undo_import
from tests.examples import examples
from tests.services.sync.book import Book, open_book, write_csv

EVERYBODY = [(f"Person {n} Mill", f"p{n}@post.example") for n in range(8)]


def files(folder: Path, chance: random.Random) -> list[tuple[Path, str]]:
    """Eight files of two shops, a CRM, a help desk and a newsletter, who share some of their customers."""
    found: list[tuple[Path, str]] = []

    def add(name: str, source: str, header: str, rows: list[tuple[object, ...]]) -> None:
        found.append((write_csv(folder / f"{name}.csv", header.split(), rows), source))

    for shop in ("north", "south"):
        own = list(enumerate(chance.sample(EVERYBODY, 4), 1))
        add(f"{shop}_customers", shop, "customer_id name email", [(n, *who) for n, who in own[:3]])
        bought = [(n, chance.randint(1, 4), "2026-03-01", "9.50", f"S{n % 3}", 1) for n in range(1, 6)]
        add(f"{shop}_orders", shop, "order_id customer_id order_date unit_price sku quantity", bought)
    sold = [(f"S{n}", f"Thing {n}", "Hats", 9) for n in range(3)]
    add("products", "north", "product_id name category price", sold)
    add("contacts", "crm", "contact_id name email phone",
        [(f"K{n}", *who, f"+44207946{n:04}") for n, who in enumerate(chance.sample(EVERYBODY, 4))])  # fmt: skip
    add("tickets", "desk", "ticket_id email subject created_at status",
        [(n, chance.choice(EVERYBODY)[1], "Late", "2026-04-01", "open") for n in range(5)])  # fmt: skip
    add("mails", "letter", "event_id email event campaign date",
        [(n, chance.choice(EVERYBODY)[1], "opened", "May", "2026-05-01") for n in range(5)])  # fmt: skip
    chance.shuffle(found)
    return found


def undo_all(book: Book, chance: random.Random) -> None:
    """Undo all imports in a random order of those that the program allows."""
    while left := [one for one in imports_history(book.workspace) if not one.undone]:
        undo_import(book.workspace, chance.choice([one for one in left if not one.overwritten_by]).id)


@settings(max_examples=examples(5), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 9_999))
def test_after_all_imports_are_undone_nobody_stays_behind(tmp_path_factory: pytest.TempPathFactory, seed: int) -> None:
    folder = tmp_path_factory.mktemp("undo")
    chance = random.Random(seed)
    book = open_book(folder / "book.db")
    try:
        before = book.hash()
        for path, source in files(folder, chance):
            book.bring(path, source=source)
        assert book.hash() != before
        undo_all(book, chance)
        assert book.hash() == before
    finally:
        book.workspace.close()
