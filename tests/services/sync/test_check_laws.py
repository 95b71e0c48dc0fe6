"""Laws of the check: it says exactly what the import then does, row by row and in sum, with cells fixed too."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.values.imports import FixedCell, Preview
from tests.examples import examples
from tests.services.sync.book import FIXTURES, Book, open_book, write_csv
from tests.services.sync.formats.fixtures import Case, imported
from tests.services.sync.laws.hold import same_but_for_the_import

CASES = imported()
KEYS = {"new": "inserted", "changed": "updated", "unchanged": "unchanged", "rejected": "rejected", "ignored": "ignored"}
HEADER = ["order_id", "email", "created_at", "total", "channel"]
#: Cells that are nearly all spoilt do not tell what their column is.
FIELDS = ("order_id", "customer_email", "ordered_at", "amount", "channel")
SAID: dict[str, Any] = {"entity": "orders", "mapping": tuple(zip(HEADER, FIELDS, strict=True))}


def verdicts_agree(check: Preview) -> None:
    """Each row has one verdict, and their counts are the receipt's; so are the reasons."""
    counts = Counter(row.verdict for row in check.rows)
    rows = check.receipt.rows
    assert {KEYS[verdict]: count for verdict, count in counts.items()} == {
        key: rows[key] for key in KEYS.values() if rows[key]
    }
    assert rows["read"] == len(check.rows)
    for verdict, reasons in (("rejected", check.receipt.reasons), ("ignored", check.receipt.ignored_reasons)):
        assert Counter(row.reason for row in check.rows if row.verdict == verdict) == reasons


@pytest.mark.parametrize("case", CASES, ids=[case.file.stem for case in CASES])
def test_a_check_of_every_known_export_says_what_its_import_does(tmp_path: Path, case: Case) -> None:
    book = open_book(tmp_path / "book.db")
    options = case.says.get("options", {})
    check = book.check(case.file, count=10_000, **options)
    verdicts_agree(check)
    same_but_for_the_import(check.receipt, book.bring(case.file, **options))
    book.workspace.close()


@pytest.mark.parametrize("name", ["crm_accounts.csv", "crm_pipeline.csv", "retail_lines.csv", "support_tickets.csv"])
def test_a_dry_run_says_what_the_import_then_does_and_is_no_entry(book: Book, name: str) -> None:
    before = book.hash()
    dry, changes = book.bring_with_changes(FIXTURES / name, dry_run=True)
    assert book.hash() == before
    assert dry.import_id is None and changes.entry is None
    same_but_for_the_import(dry, book.bring(FIXTURES / name))


_CELLS = st.sampled_from(["", "-", "nonsense", "12", "2026-02-31", "a@b.example", "1,234.50", "03/04/2026", "x@y"])
_ROW = st.tuples(
    st.sampled_from([f"W{n}" for n in range(6)]),
    st.sampled_from(["a@b.example", "c@d.example", "not an address", ""]),
    st.sampled_from(["2026-11-14", "2026-11-15 10:12", "soon", ""]),
    st.sampled_from(["1.00", "2.50", "free", ""]),
    st.sampled_from(["web", "pos"]),
)
_FIXES = st.lists(st.tuples(st.integers(1, 12), st.sampled_from(HEADER), _CELLS), max_size=4)


@settings(max_examples=examples(10), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    before=st.lists(_ROW, min_size=1, max_size=6), rows=st.lists(_ROW, min_size=1, max_size=12), fixes=_FIXES,
    seed=st.integers(0, 99),
)  # fmt: skip
def test_a_check_with_fixed_cells_is_exact_whatever_the_book_holds(
    tmp_path_factory: pytest.TempPathFactory,
    before: list[tuple[str, ...]],
    rows: list[tuple[str, ...]],
    fixes: list[tuple[int, str, str]],
    seed: int,
) -> None:
    folder = tmp_path_factory.mktemp("law")
    book = open_book(folder / "book.db")
    certain = [["W90", "z@z.example", "2026-11-13", "9.00", "web"]]
    _bring(book, folder, [*before, *certain])
    random.Random(seed).shuffle(rows)
    path = write_csv(folder / "orders.csv", HEADER, [*rows, *certain])
    cells = {(row, column): text for row, column, text in fixes if row <= len(rows)}
    fixed = tuple(FixedCell(row, column, text) for (row, column), text in cells.items())
    check = book.check(path, fixed=fixed, date_order="dmy", **SAID)
    verdicts_agree(check)
    for (row, column), text in cells.items():
        cell = check.rows[row - 1].cells[HEADER.index(column)]
        assert (cell.text, cell.fixed_from) == (text, rows[row - 1][HEADER.index(column)])
    same_but_for_the_import(check.receipt, book.bring(path, fixed=fixed, date_order="dmy", **SAID))
    book.workspace.close()


def _bring(book: Book, folder: Path, rows: list[list[str]] | list[tuple[str, ...]]) -> None:
    book.bring(write_csv(folder / "orders.csv", HEADER, rows), **SAID)
