"""New customers of a batch: a check of several files says of each what importing them one after another does."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from services.sync import Newcomers, run_import
from tests.services.sync.book import Book, open_book, write_csv

File = tuple[Path, str, str]
TICKETS = ["ticket_id", "email", "subject", "created_at", "status"]


def told(book: Book, files: list[File], newcomers: Newcomers) -> list[int]:
    """How many new customers a check says of each file."""
    requests = [book.request(path, dry_run=True, source=source, entity=kind) for path, source, kind in files]
    found = [run_import(book.workspace, one, newcomers=newcomers)[0].customers["created"] for one in requests]
    newcomers.close()
    return found


def brought(book: Book, files: list[File]) -> list[int]:
    return [book.bring(path, source=source, entity=kind).customers["created"] for path, source, kind in files]


def batch(folder: Path, chance: random.Random) -> list[File]:
    """Files of two shops, a CRM with accounts and their contacts, and a help desk, who share people in every way."""
    people = [
        {"id": str(n), "name": f"Person {name} Mill", "email": f"p{n}@post.example", "phone": f"+4420794600{n:02}"}
        for n, name in enumerate("ABCDEFG")
    ]
    if chance.random() < 0.4:
        people[1]["email"] = people[0]["email"]
    found: list[File] = []

    def some() -> list[tuple[int, dict[str, str]]]:
        return list(enumerate(chance.sample(people, chance.randint(1, 5))))

    def maybe(text: str) -> str:
        return text if chance.random() < 0.7 else ""

    def add(kind: str, source: str, header: str, rows: list[tuple[object, ...]]) -> None:
        if chance.random() < 0.7:
            found.append((write_csv(folder / f"{len(found)}_{kind}.csv", header.split(), rows), source, kind))

    for shop in ("north", "south"):
        known = [(shop[0] + one["id"], one["name"], maybe(one["email"]), maybe(one["phone"])) for _, one in some()]
        add("customers", shop, "customer_id name email phone", known)
        add("orders", shop, "order_id customer_id customer_email order_date total",
            [(n, maybe(shop[0] + one["id"]), one["email"], "2026-03-01", 9) for n, one in some()])  # fmt: skip
    add("customers", "crm", "name email phone", [(one["name"], one["email"], maybe(one["phone"])) for _, one in some()])
    add("contacts", "crm", "contact_id customer_id name email",
        [(f"K{n}", f"A{n % 3}", one["name"], one["email"]) for n, one in some()])  # fmt: skip
    add("tickets", "desk", " ".join(TICKETS), [(n, one["email"], "Late", "2026-04-01", "open") for n, one in some()])
    chance.shuffle(found)
    return found


@pytest.mark.parametrize("seed", [*range(6), *(pytest.param(one, marks=pytest.mark.soak) for one in range(6, 60))])
def test_a_check_of_a_batch_says_how_many_customers_each_file_brings(book: Book, tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    files = batch(tmp_path, chance)
    there = chance.choice([0, 0, 1, 2])
    brought(book, files[:there])
    assert told(book, files[there:], Newcomers()) == brought(book, files[there:])


def test_who_writes_from_a_contacts_address_is_the_account(book: Book, tmp_path: Path) -> None:
    contacts = write_csv(tmp_path / "c.csv", ["contact_id", "customer_id", "name", "email"],
                         [("K1", "A1", "Jo Mill", "jo@post.example")])  # fmt: skip
    tickets = write_csv(tmp_path / "t.csv", TICKETS, [("1", "jo@post.example", "Late", "2026-04-01", "open")])
    files = [(contacts, "crm", "contacts"), (tickets, "desk", "tickets")]
    assert told(book, files, Newcomers()) == [1, 0] == brought(book, files)


def test_another_id_of_the_same_system_is_another_customer(book: Book, tmp_path: Path) -> None:
    """A customer of the book, whose address the batch itself brings, is not taken for the shop's other one."""
    people = ["customer_id", "name", "email", "phone"]
    one = write_csv(tmp_path / "1.csv", people, [("1", "Ann Lee", "", "+442079460001")])
    other = write_csv(tmp_path / "2.csv", people, [("A", "Ann Lee", "ann@post.example", "+442079460001")])
    third = write_csv(tmp_path / "3.csv", people, [("2", "Ann Lee", "ann@post.example", "")])
    brought(book, [(one, "shop", "customers")])
    files = [(other, "crm", "customers"), (third, "shop", "customers")]
    assert told(book, files, Newcomers()) == [0, 1] == brought(book, files)


def test_the_work_grows_with_the_rows_and_not_with_their_square(tmp_path: Path) -> None:
    def work(size: int) -> int:
        rows = [(f"C{n}", f"Name {n}", f"n{n}@shop.example") for n in range(size)]
        files = [
            (write_csv(tmp_path / f"{size}_{part}.csv", ["customer_id", "name", "email"], rows), part, "customers")
            for part in ("north", "south", "crm")
        ]
        newcomers, steps = Newcomers(), 0

        def step() -> int:
            nonlocal steps
            steps += 1
            return 0

        newcomers._db.set_progress_handler(step, 100)
        made = open_book(tmp_path / f"{size}.db")
        try:
            assert told(made, files, newcomers) == [size, 0, 0]
        finally:
            made.workspace.close()
        return steps

    assert work(1_200) < 5 * work(300)
