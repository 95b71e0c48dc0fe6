"""Why a deal was lost: read from files, edited with the deal, and nothing new for rows that say nothing of it."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from models.values.errors import UserError
from services.audit import undo_last
from services.exporting.write_back import write_back_plan
from services.sync import edit_deals, undo_import
from tests.services.sync.book import FIXTURES, Book, counts, write_csv

HEADER = ["Deal ID", "Customer ID", "Deal name", "Stage", "Amount", "Currency", "Close date"]
ROWS = [
    ["D1", "C1", "Spring order", "Qualified", "450.00", "USD", "2026-12-15"],
    ["D2", "C1", "Summer order", "Lost", "1250.00", "USD", "2026-10-20"],
    ["D3", "C2", "Refit", "Lost", "70.12", "USD", "2026-11-02"],
]


def reasons(book: Book) -> list[str | None]:
    return [row[0] for row in book.ask("SELECT lost_reason FROM opportunities ORDER BY external_id")]


def deal(book: Book, key: str) -> int:
    return int(book.one("SELECT id FROM opportunities WHERE external_id = ?", key))


@pytest.fixture
def pipeline(book: Book, tmp_path: Path) -> Book:
    book.bring(write_csv(tmp_path / "deals.csv", HEADER, ROWS), source="crm", entity="opportunities")
    return book


@pytest.mark.parametrize(
    "header", ["Lost reason", "Closed Lost Reason", "Loss reason", "Reason for loss", "Verlustgrund", "Motif de perte",
               "Motivo de pérdida", "lost_reason"]
)  # fmt: skip
def test_a_column_of_reasons_is_found_by_its_usual_names(book: Book, tmp_path: Path, header: str) -> None:
    rows = [[*row, reason] for row, reason in zip(ROWS, ("", "Price", "Timing"), strict=True)]
    book.bring(write_csv(tmp_path / "deals.csv", [*HEADER, header], rows), source="crm", entity="opportunities")
    assert reasons(book) == [None, "Price", "Timing"]


@pytest.mark.parametrize(
    ("system", "header", "key"),
    [
        ("hubspot_deals", "Closed Lost Reason", "301"),
        ("zoho_deals", "Reason For Loss", "zcrm_4876876000000300002"),
        ("salesforce_opportunity_extract", "LOSS_REASON__C", "006D000000GqhSMIAZ"),
    ],
)
def test_what_the_systems_call_it_is_known(book: Book, tmp_path: Path, system: str, header: str, key: str) -> None:
    with (FIXTURES / "systems" / f"{system}.csv").open(encoding="utf-8-sig", newline="") as file:
        head, *rows = csv.reader(file)
    found = write_csv(tmp_path / f"{system}.csv", [*head, header], [[*row, "Price" * (key in row)] for row in rows])
    book.bring(found)
    assert book.ask("SELECT external_id FROM opportunities WHERE lost_reason = 'Price'") == [(key,)]


def test_rows_without_a_reason_are_what_they_were_and_a_later_reason_is_a_change(book: Book, tmp_path: Path) -> None:
    old = write_csv(tmp_path / "old.csv", HEADER, ROWS)
    book.bring(old, source="crm", entity="opportunities")
    before = book.hash()
    assert counts(book.bring(old, source="crm", entity="opportunities")) == (0, 0, 3, 0, 0)
    rows = [[*row, reason] for row, reason in zip(ROWS, ("", "Price", ""), strict=True)]
    new = write_csv(tmp_path / "new.csv", [*HEADER, "Loss reason"], rows)
    assert counts(book.bring(new, source="crm", entity="opportunities")) == (0, 1, 2, 0, 0)
    assert reasons(book) == [None, "Price", None] and book.hash() != before
    undo_import(book.workspace, int(book.one("SELECT max(id) FROM imports")))
    assert book.hash() == before


def test_a_reason_comes_with_losing_a_deal_and_goes_with_opening_it_again(pipeline: Book) -> None:
    before = pipeline.hash()
    lost = edit_deals(pipeline.workspace, [deal(pipeline, "D1")], {"stage": "Lost", "lost_reason": "Price"})
    assert lost.words == "Moved Spring order to Lost and changed lost reason of Spring order"
    assert reasons(pipeline) == ["Price", None, None]
    pipeline.hash()  # the digests of the import walk back over the edit
    edit_deals(pipeline.workspace, [deal(pipeline, "D1")], {"stage": "Proposal"})
    assert reasons(pipeline) == [None, None, None]
    undo_last(pipeline.workspace)
    undo_last(pipeline.workspace)
    assert pipeline.hash() == before


def test_several_lost_deals_get_one_reason_and_one_that_is_not_lost_refuses_it(pipeline: Book) -> None:
    both = [deal(pipeline, "D2"), deal(pipeline, "D3")]
    edit_deals(pipeline.workspace, both, {"lost_reason": "No budget"})
    assert reasons(pipeline) == [None, "No budget", "No budget"]
    with pytest.raises(UserError, match="Spring order is not lost"):
        edit_deals(pipeline.workspace, [deal(pipeline, "D1")], {"lost_reason": "Price"})


def test_a_reason_given_here_goes_back_and_stands_over_a_file_that_says_only_what_it_said(
    pipeline: Book, tmp_path: Path
) -> None:
    edit_deals(pipeline.workspace, [deal(pipeline, "D3")], {"lost_reason": "Price"})
    (file,) = write_back_plan(pipeline.workspace, "csv", ("fields", "stages", "tasks")).files
    assert (file.columns[2], file.rows[0][2]) == ("lost_reason", "Price")
    pipeline.bring(write_csv(tmp_path / "again.csv", HEADER, ROWS), source="crm", entity="opportunities")
    assert reasons(pipeline) == [None, None, "Price"]
