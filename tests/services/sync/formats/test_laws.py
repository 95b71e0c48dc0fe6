"""Laws of every export: a dry run is exact, each row counts once, undo leaves nothing, splitting changes nothing."""

from __future__ import annotations

import csv
import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.sync.read import read_table
from tests.examples import examples
from tests.services.sync.book import Book, open_book
from tests.services.sync.formats.fixtures import FOLDER, Case, imported
from tests.services.sync.laws.hold import hold

CASES = imported()
# Rows that stand for themselves, known by their ids.
SPLIT = [
    *("hubspot_deals", "hubspot_contacts", "zendesk_tickets", "stripe_payments", "klaviyo_profiles", "zoho_deals"),
    *("unsubscribed_members_export_4f1", "loox_reviews", "intercom_users", "freshdesk_tickets", "pipedrive_deals"),
    *("salesforce_cases", "woocommerce_orders_with_items"),
]


def cells_of(path: Path) -> tuple[list[str], list[list[str]]]:
    table = read_table(path)
    width = len(table.columns)
    return list(table.columns), [[*row, *[""] * width][:width] for batch in table.batches() for row in batch.rows]


def written(path: Path, header: list[str], rows: list[list[str]]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    return path


def spoilt(case: Case, path: Path, seed: int) -> Path:
    """A copy with rows left out, doubled and moved, and cells emptied or filled with nonsense."""
    chance = random.Random(seed)
    header, rows = cells_of(case.file)
    rows = [list(chance.choice(rows)) if chance.random() < 0.2 else row for row in rows] + rows[: chance.randrange(3)]
    if chance.random() < 0.5:
        chance.shuffle(rows)
    for row in rows:
        for place in range(len(row)):
            if chance.random() < 0.05:
                row[place] = chance.choice(["", " ", "-", "nonsense", "12", "2026-02-31", "a@b", "'", "99,5"])
    return written(path, header, rows)


@settings(max_examples=examples(10), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(case=st.sampled_from(CASES), seed=st.integers(0, 10_000))
def test_a_dry_run_is_exact_and_undo_leaves_nothing_whatever_stands_in_the_cells(
    tmp_path_factory: pytest.TempPathFactory, case: Case, seed: int
) -> None:
    folder = tmp_path_factory.mktemp("law")
    book = open_book(folder / "law.bellwether")
    try:
        for name in case.says.get("after", ()):
            book.bring(FOLDER / name)
        hold(book, spoilt(case, folder / case.file.name, seed))
    finally:
        book.workspace.close()


@pytest.mark.parametrize("name", SPLIT)
def test_a_file_in_two_parts_is_the_file(book: Book, tmp_path: Path, name: str) -> None:
    (case,) = (one for one in CASES if one.file.stem == name)
    header, rows = cells_of(case.file)
    parts = [rows[:1], rows[1:]]
    for number, part in enumerate(parts):
        book.bring(written(tmp_path / str(number) / case.file.name, header, part))
    in_parts = book.hash()
    whole = open_book(tmp_path / "whole.bellwether")
    try:
        whole.bring(case.file)
        assert whole.hash() == in_parts
    finally:
        whole.workspace.close()
