"""Files of one system become one book, whatever their order; files of two never overwrite each other unasked."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from models import sqlite
from models.values.errors import UserError
from services.pipeline.jobs import ImportOutcome, import_files
from services.pipeline.watched import each_file
from services.sync import order_of_import, together, undo_import
from services.sync.apply import evidence
from services.sync.formats.plan import Plan
from tests.services.sync.book import Book, counts, open_book, write_csv

PEOPLE = ["customer_id", "name", "email", "city"]
ORDERS = ["order_id", "customer_id", "order_date", "total"]
CALLS = ["call_id", "customer_id", "date", "transcript"]


def people(*names: str) -> list[list[str]]:
    return [[str(n), name, f"{name.split()[0].lower()}@{name.split()[-1].lower()}.example", "Leeds"]
            for n, name in enumerate(names, 1)]  # fmt: skip


ADA = people("Ada Stone", "Ben Hill", "Cy Lake", "Dot Moor")
EVE = people("Eve Wood", "Flo Reed", "Gus Vale", "Hal Ford")


def orders(customers: int, first: int = 1) -> list[list[str]]:
    return [[str(first + n), str(n % customers + 1), f"2026-03-{n + 1:02}", "9.50"] for n in range(8)]


def calls(customers: int) -> list[list[str]]:
    return [[str(n), str(n), f"2026-04-{n:02}", "good"] for n in range(1, customers + 1)]


def drop(book: Book, *files: Path, **options: str) -> ImportOutcome:
    """Import files together, as one call of the command line does."""
    asked = [one for file in files for one in each_file(book.request(file, **options))]
    requests = together(asked)
    ordered = tuple(requests[place] for place in order_of_import(book.workspace, requests))
    return import_files(book.workspace, ordered, score=False, progress=lambda _step: None, cancelled=lambda: False)


@pytest.fixture
def folders(tmp_path: Path) -> Iterator[tuple[Path, Path]]:
    for name in ("north", "south"):
        (tmp_path / name).mkdir()
    return tmp_path / "north", tmp_path / "south"


# -- the warehouse ----------------------------------------------------------------------------------------------------


@pytest.mark.data
def test_the_files_of_a_warehouse_become_one_book_in_every_order(data_dir: Path, tmp_path: Path) -> None:
    files = sorted((data_dir / "engagement").glob("*.csv"))
    assert len(files) == 14
    chance = random.Random(10)
    orders_of_files = [chance.sample(files, len(files)) for _ in range(2)]
    found = {_brought(tmp_path / f"{n}.db", order) for n, order in enumerate(orders_of_files)}
    found.add(_dropped(tmp_path / "drop.db", files))
    found.add(_dropped(tmp_path / "folder.db", [Path(shutil.copytree(files[0].parent, tmp_path / "elsewhere"))]))
    assert len(found) == 1


def _brought(store: Path, files: Sequence[Path]) -> str:
    book = open_book(store)
    try:
        for file in files:
            book.bring(file)
        return _whole(book)
    finally:
        book.workspace.close()


def _dropped(store: Path, files: Sequence[Path]) -> str:
    book = open_book(store)
    try:
        assert [one.error for one in drop(book, *files).files if one.error] == []
        return _whole(book)
    finally:
        book.workspace.close()


def _whole(book: Book) -> str:
    assert book.one("SELECT count(*) FROM customers") == 200
    assert book.one("SELECT count(*) FROM customers WHERE email IS NULL") == 0
    assert book.one("SELECT count(DISTINCT source) FROM customers") == 1
    return book.hash()


def test_products_that_come_last_are_those_of_the_rows_before_them(book: Book, tmp_path: Path) -> None:
    reviews = [["1", "1", "7", "5", "2026-01-05", "fine"], ["2", "1", "8", "4", "2026-01-06", "good"]]
    rated = ["review_id", "customer_id", "product_id", "rating", "review_date", "review_text"]
    book.bring(write_csv(tmp_path / "reviews.csv", rated, reviews))
    before = book.hash()
    made = write_csv(tmp_path / "products.csv", ["product_id", "product_name", "category", "price"],
                     [["7", "Cap", "Hats", "9"], ["8", "Boot", "Shoes", "90"]])  # fmt: skip
    receipt = book.bring(made)
    named = "SELECT p.name FROM reviews r JOIN products p ON p.id = r.product_id ORDER BY r.id"
    assert book.ask(named) == [("Cap",), ("Boot",)]
    assert receipt.import_id is not None
    undo_import(book.workspace, receipt.import_id)
    assert book.hash() == before


# -- two systems ------------------------------------------------------------------------------------------------------


def test_two_shops_with_equal_ids_and_headers_never_overwrite_each_other(
    book: Book, folders: tuple[Path, Path]
) -> None:
    north, south = folders
    drop(book, write_csv(north / "customers.csv", PEOPLE, ADA), write_csv(north / "orders.csv", ORDERS, orders(4)))
    before = book.hash()
    theirs = (write_csv(south / "customers.csv", PEOPLE, EVE), write_csv(south / "orders.csv", ORDERS, orders(4)))
    refused = drop(book, *theirs)
    assert [one.receipt for one in refused.files] == [None, None]
    first, second = (one.error for one in refused.files)
    assert "4 of 4 customers with the same ID have different names and addresses" in first
    assert "1 is Ada Stone there and Eve Wood here" in first and "--source 'south'" in first
    assert "waits for customers.csv" in second
    assert book.hash() == before
    assert [one.error for one in drop(book, *theirs, source="south").files] == ["", ""]
    assert book.one("SELECT count(*) FROM customers") == 8
    assert book.one("SELECT count(*) FROM orders") == 16
    more = write_csv(south / "calls.csv", CALLS, calls(4))
    assert counts(book.bring(more)) == (4, 0, 0, 0, 0)
    assert set(book.ask("SELECT source FROM conversations")) == {("south",)}


def test_a_file_waits_for_a_refused_one_of_another_folder_only_where_its_own_folder_lacks_it(
    book: Book, folders: tuple[Path, Path]
) -> None:
    files = [
        write_csv(folder / name, head, rows)
        for folder, who in zip(folders, (ADA, EVE), strict=True)
        for name, head, rows in (("customers.csv", PEOPLE, who), ("orders.csv", ORDERS, orders(4)))
    ]
    outcome = drop(book, *files)
    found = {f"{Path(one.file).parent.name}/{Path(one.file).name}": one.error for one in outcome.files}
    assert found["north/customers.csv"] == found["north/orders.csv"] == ""
    assert "4 of 4 customers with the same ID" in found["south/customers.csv"]
    assert "waits for customers.csv" in found["south/orders.csv"]


def test_small_numbers_from_another_folder_are_asked_about_once(book: Book, folders: tuple[Path, Path]) -> None:
    north, south = folders
    book.bring(write_csv(north / "customers.csv", PEOPLE, ADA))
    far = write_csv(south / "orders.csv", ORDERS, orders(4))
    check = book.check(far)
    assert check.question_kind == "source"
    assert "4 of 4 match, but small whole numbers can match by chance. 1 is Ada Stone there" in check.question
    assert [one.value for one in check.doubts[0].readings] == ["files", "south"]
    with pytest.raises(UserError, match="--source 'files' or --source 'south'"):
        book.bring(far)
    assert book.one("SELECT count(*) FROM orders") == 0
    assert book.bring(far, source="files").customers == {"matched": 4, "created": 0}
    assert book.bring(write_csv(south / "calls.csv", CALLS, calls(4))).customers == {"matched": 4, "created": 0}


@pytest.mark.parametrize("bought", [range(27, 57), [1, 7, 12, 30, *range(101, 127)]])
def test_few_small_numbers_that_a_list_of_the_same_folder_knows_are_asked_about(
    book: Book, tmp_path: Path, bought: Sequence[int]
) -> None:
    listed = people(*(f"{chr(64 + n % 26 + 1)}da Stone{n}" for n in range(1, 31)))
    book.bring(write_csv(tmp_path / "customers.csv", PEOPLE, listed))
    theirs = [[f"{place}", f"{number}", "2026-03-01", "9.50"] for place, number in enumerate(bought)]
    found = write_csv(tmp_path / "orders.csv", ORDERS, theirs)
    with pytest.raises(UserError, match="4 of 30 match, but small whole numbers can match by chance") as asked:
        book.bring(found)
    assert str(asked.value).count(" there") == 3 and "--source 'files' or --source 'orders'" in str(asked.value)
    assert book.bring(found, source="files").customers == {"matched": 4, "created": 26}
    visits = write_csv(
        tmp_path / "calls.csv", CALLS, [[f"{n}", f"{who}", "2026-04-01", "ok"] for n, who in enumerate(bought)]
    )
    assert book.bring(visits).customers == {"matched": 30, "created": 0}
    more = write_csv(tmp_path / "orders_2.csv", ORDERS, [[f"{n}", f"{n}", "2026-05-01", "3"] for n in range(500, 530)])
    assert book.bring(more).customers == {"matched": 0, "created": 30}


def test_calls_of_some_and_chats_of_others_from_one_folder_are_of_one_system(book: Book, tmp_path: Path) -> None:
    chance = random.Random(4)
    for name in ("calls", "talks"):
        who = chance.sample(range(1, 201), 40)
        book.bring(
            write_csv(
                tmp_path / f"{name}.csv",
                CALLS,
                [[f"{name}{n}", f"{one}", "2026-04-01", "ok"] for n, one in enumerate(who)],
            )
        )
    assert book.one("SELECT count(DISTINCT source) FROM customers") == 1


def test_a_dry_run_asks_what_the_import_then_asks(book: Book, folders: tuple[Path, Path]) -> None:
    north, south = folders
    book.bring(write_csv(north / "customers.csv", PEOPLE, ADA))
    before = book.hash()
    theirs = write_csv(south / "customers.csv", PEOPLE, EVE)
    asked = []
    for dry_run in (True, False):
        with pytest.raises(UserError, match="4 of 4 customers with the same ID have different names") as refused:
            book.bring(theirs, dry_run=dry_run)
        asked.append(str(refused.value))
    assert asked[0] == asked[1] and book.hash() == before
    assert book.bring(theirs, source="south", dry_run=True).rows["inserted"] == 4


def test_the_question_of_a_later_file_is_asked_before_an_earlier_one_is_imported(
    book: Book, folders: tuple[Path, Path]
) -> None:
    north, south = folders
    book.bring(write_csv(north / "customers.csv", PEOPLE, ADA))
    head = ["Id", "Name", "Phone", "BillingCity", "OwnerId", "CreatedDate", "IsDeleted", "SystemModstamp", "Industry"]
    firm = ["001A0000000001", "Linden Supply", "", "Hull", "", "2024-01-05", "0", "2024-01-05", "Retail"]
    book.bring(write_csv(north / "Account.csv", head, [firm]))
    before = book.hash()
    firms = write_csv(south / "Account.csv", head, [firm, ["001A0000000002", "Marlow Pike", *firm[2:]]])
    far = write_csv(south / "orders.csv", ORDERS, orders(4))
    asked = drop(book, firms, far)
    assert all("4 of 4 match" in one.error for one in asked.files)
    assert book.hash() == before


def test_names_or_addresses_that_agree_decide_without_a_question(book: Book, folders: tuple[Path, Path]) -> None:
    north, south = folders
    book.bring(write_csv(north / "customers.csv", PEOPLE, ADA))
    far = [[number, day, total, mail] for (number, _, day, total), (_, _, mail, _) in zip(orders(4), ADA, strict=False)]
    far = [[row[0], person[0], *row[1:]] for row, person in zip(far, ADA, strict=True)]
    path = write_csv(south / "orders.csv", ["order_id", "client id", "date", "total", "email"], far)
    assert book.bring(path).customers == {"matched": 4, "created": 0}
    assert book.one("SELECT count(DISTINCT source) FROM imports") == 1


def test_people_of_another_system_under_other_ids_are_kept_apart_and_found_by_address(
    book: Book, tmp_path: Path
) -> None:
    book.bring(write_csv(tmp_path / "customers.csv", PEOPLE, ADA))
    contacts = [[str(n), name, mail] for n, (_, name, mail, _) in enumerate(reversed(ADA), 1)]
    receipt = book.bring(write_csv(tmp_path / "crm.csv", ["contact id", "name", "email"], contacts))
    assert receipt.customers == {"matched": 4, "created": 0}
    assert book.one("SELECT count(*) FROM customers") == 4
    assert counts(receipt) == (0, 0, 4, 0, 0)


def test_ids_beyond_chance_join_from_any_folder(book: Book, folders: tuple[Path, Path]) -> None:
    north, south = folders
    known = [[f"{n * 37 + 100_000}", *row[1:]] for n, row in enumerate(ADA * 5)]
    known = [[number, f"{name} {n}", f"{n}{mail}", city] for n, (number, name, mail, city) in enumerate(known)]
    book.bring(write_csv(north / "customers.csv", PEOPLE, known))
    bought = [[str(n), row[0], "2026-01-05", "3"] for n, row in enumerate(known)]
    receipt = book.bring(write_csv(south / "orders.csv", ORDERS, bought))
    assert receipt.customers == {"matched": 20, "created": 0}


def test_a_change_of_most_names_with_the_addresses_kept_is_no_contradiction(book: Book, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "customers.csv", PEOPLE, ADA)
    book.bring(path)
    renamed = [[number, f"Firm {number}", mail, city] for number, _, mail, city in ADA]
    assert counts(book.bring(write_csv(path, PEOPLE, renamed))) == (0, 4, 0, 0, 0)


def test_only_a_system_that_has_some_of_the_ids_is_compared_person_by_person(
    book: Book, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for shop in ("north", "south", "west"):
        known = [[f"{shop}-{number}", name, f"{shop}.{mail}", city] for number, name, mail, city in ADA]
        book.bring(write_csv(tmp_path / f"{shop}.csv", PEOPLE, known), source=shop)
    compared: list[str] = []
    hold = evidence._hold_people

    def noting(db: sqlite.Connection, plan: Plan, found: evidence.Evidence) -> None:
        compared.append(found.system.name)
        hold(db, plan, found)

    monkeypatch.setattr(evidence, "_hold_people", noting)
    bought = [[f"O{number}", f"south-{number}", "2026-01-05", "3"] for number, *_ in ADA]
    receipt = book.bring(write_csv(tmp_path / "orders.csv", ORDERS, bought))
    assert receipt.customers == {"matched": 4, "created": 0}
    assert compared == ["south"]
