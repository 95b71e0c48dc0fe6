"""Several files in one call: in the order in which they refer to each other, with what is said where it fits."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.services.sync.book import write_csv

pytestmark = pytest.mark.usefixtures("moment")
PEOPLE = ["customer_id", "name", "email"]
ORDERS = ["order_id", "customer_id", "order_date", "total"]


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    folder = tmp_path / "shop"
    folder.mkdir()
    write_csv(folder / "customers.csv", PEOPLE, [[f"C{n}", f"Name {n}", f"n{n}@shop.example"] for n in range(4)])
    write_csv(folder / "orders.csv", ORDERS, [[f"O{n}", f"C{n}", "2026-03-02", "9"] for n in range(4)])
    write_csv(folder / "products.csv", ["product_id", "name", "category", "price"], [["P1", "Cap", "Hats", "9"]])
    return folder


def test_a_folder_is_imported_as_a_whole(ask: Any, shop: Path) -> None:
    code, receipts, _ = ask("import", str(shop), "--no-score")
    assert code == 0
    assert [one["customers"] for one in receipts if one["recognised_as"] == "Orders"] == [{"matched": 4, "created": 0}]
    assert ask("import", str(shop.parent / "empty"), "--no-score")[0] == 1


def test_files_of_a_folder_that_are_no_table_are_named_as_left_out(ask: Any, shop: Path) -> None:
    (shop / "brochure.pdf").write_bytes(b"%PDF-1.7")
    code, receipts, said = ask("import", str(shop), "--no-score", "--dry-run")
    assert code == 0 and len(receipts) == 3
    assert "brochure.pdf is not a table; left out." in said


def test_what_is_said_of_a_column_holds_for_the_files_that_have_it(ask: Any, shop: Path) -> None:
    write_csv(shop / "orders.csv", ["Nr", *ORDERS[1:]], [["O1", "C1", "2026-03-02", "9"]])
    named = [str(shop / name) for name in ("customers.csv", "orders.csv")]
    code, receipts, _ = ask("import", *named, "--map", "Nr=order_id", "--no-score")
    assert code == 0 and receipts[1]["mapping"]["Nr"] == "order_id"
    code, _, said = ask("import", *named, "--map", "Number=order_id", "--no-score")
    assert code == 1 and "No file has a column “Number”" in said


def test_files_wait_for_a_refused_one_to_which_they_refer(ask: Any, shop: Path) -> None:
    rows = [["C1", "Ann Lee", "03/04/2026"], ["C2", "Bob Ray", "05/06/2026"]]
    write_csv(shop / "customers.csv", ["customer_id", "name", "signed_up_on"], rows)
    code, documents, said = ask("import", str(shop), "--no-score")
    assert code == 3
    assert "day/month or month/day" in said and "orders.csv: waits for customers.csv" in said
    assert [bool(one.get("error")) for one in documents] == [True, True, False]
    code, _, _ = ask("import", str(shop), "--date-order", "dmy", "--no-score")
    assert code == 0


def test_a_key_with_any_other_field_changes_customers_and_makes_none(ask: Any, shop: Path) -> None:
    ask("import", str(shop / "customers.csv"), "--no-score")
    tiers = write_csv(shop / "tiers.csv", ["customer_id", "tier"], [["C1", "Gold"], ["C2", "Silver"], ["C77", "Gold"]])
    code, (receipt,), _ = ask("import", str(tiers), "--no-score")
    assert code == 0 and receipt["rows"]["updated"] == 2
    assert receipt["reasons"] == {"its customer is not in the book": 1}
    renewals = write_csv(
        shop / "renewals.csv", ["customer_id", "renewal_date"], [["C1", "2027-01-05"], ["C78", "2027-01-05"]]
    )
    code, (receipt,), _ = ask("import", str(renewals), "--no-score")
    assert code == 0 and receipt["reasons"] == {"its customer is not in the book": 1}
    assert len(ask("customers")[1]["customers"]) == 4


def test_a_file_of_which_nothing_is_imported_asks_for_what_it_lacks(ask: Any, tmp_path: Path) -> None:
    head = ["order_id", "order_date", "total", "warehouse", "picker", "shelf", "colour", "weight", "van", "dock"]
    rows = [["O1", "2026-03-02", "9", *"abcdefg"], ["O2", "2026-03-03", "8", *"abcdefg"]]
    file = str(write_csv(tmp_path / "orders.csv", head, rows))
    code, (refused,), _ = ask("import", file, "--no-score")
    assert code == 3 and "“Customer ID”" in refused["error"] and "of orders" in refused["error"]
    assert "--map 'Column=customer_id'" in refused["error"] and all(name in refused["error"] for name in head)
    code, (receipt,), _ = ask("import", file, "--as", "returns", "--no-score")
    assert code == 3
    assert any("no column identifies the customer" in warning for warning in receipt["warnings"])
    left_out = next(warning for warning in receipt["warnings"] if warning.startswith("Not imported"))
    assert all(name in left_out for name in head[3:])


def test_a_new_customer_counts_at_the_first_file_that_brings_them(ask: Any, shop: Path) -> None:
    rows = [[f"O{n}", f"C{n}", "2026-03-02", "9"] for n in range(2, 6)]
    write_csv(shop / "orders.csv", ORDERS, rows)
    head = ["ticket_id", "email", "created_at", "subject", "status"]
    tickets = [[f"T{n}", f"n{n}@shop.example", "2026-03-04", "Late", "open"] for n in (0, 1, 7)]
    write_csv(shop / "tickets.csv", head, tickets)

    def created(receipts: list[Any]) -> dict[str, int]:
        return {Path(one["file"]).name: one["customers"]["created"] for one in receipts}

    _, tried, _ = ask("import", str(shop), "--dry-run")
    _, done, _ = ask("import", str(shop), "--no-score")
    assert created(tried) == created(done) == {"customers.csv": 4, "orders.csv": 2, "products.csv": 0, "tickets.csv": 1}
    assert len(ask("customers")[1]["customers"]) == sum(created(done).values())
    earlier = {Path(one["file"]).name: one["customers"].get("earlier", 0) for one in tried}
    assert earlier == {"customers.csv": 0, "orders.csv": 2, "products.csv": 0, "tickets.csv": 2}


def test_a_file_of_which_nothing_is_imported_for_want_of_an_answer_is_no_failure(ask: Any, tmp_path: Path) -> None:
    dated = write_csv(tmp_path / "orders.csv", ORDERS, [["O1", "C1", "last spring", "9"], ["O2", "C2", "in May", "8"]])
    code, _, said = ask("import", str(dated), "--no-score")
    assert code == 3 and "“order_date” cannot be read" in said and "--map 'Column=ordered_at'" in said
    bare = write_csv(tmp_path / "bare.csv", ["order_id", "order_date", "total"], [["O1", "2026-03-02", "9"]] * 2)
    code, _, said = ask("import", str(bare), "--no-score")
    assert code == 3
    assert ask("import", str(tmp_path / "gone.csv"), "--no-score")[0] == 1
