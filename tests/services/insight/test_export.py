"""Exports: the columns of the public contract, numbers as numbers, and no cell that a spreadsheet would run."""

from __future__ import annotations

import csv
import os
import stat
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.values.errors import EnvironmentFault, UserError
from services import exporting
from services.exporting.tables import neutral, write_table
from services.settings.preferences import WatchedFolder
from tests.services.insight.conftest import SmallBook, days_ago, minutes

SCORES = (
    "customer_id,external_id,name,as_of,engagement,health,churn_risk,churn_horizon_days,clv,clv_low,clv_high,"
    "clv_horizon_months,currency,value_at_risk,segment,trend,confidence,model,drivers"
)


def _read(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def test_no_export_is_written_where_the_book_reads_from(book: SmallBook, tmp_path: Path) -> None:
    mine, watched = tmp_path / "customers.csv", tmp_path / "watched"
    watched.mkdir()
    counts = dict.fromkeys(("read", "inserted", "updated", "unchanged", "rejected", "ignored"), 0)
    rows = {f"rows_{name}": count for name, count in counts.items()}
    book.insert("imports", file_name=mine.name, file_path=str(mine), file_sha256="0", file_bytes=0, source="x",
                recognised_as="x", started_at=minutes(0), finished_at=minutes(0), seconds=1, actor="Ada", receipt="{}",
                journal_id=1, **rows)  # fmt: skip
    with pytest.raises(UserError, match=r"Your book was imported from customers\.csv\. Choose another name"):
        exporting.refuse_export(book.workspace, mine)
    folder = WatchedFolder(str(watched), book.workspace.recipe.store)
    watching = replace(book.workspace, preferences=replace(book.workspace.preferences, watched=(folder,)))
    with pytest.raises(UserError, match=r"“watched” is a watched folder: an export there would be imported\."):
        exporting.refuse_export(watching, watched / "new.csv")
    exporting.refuse_export(watching, tmp_path / "new.csv")


def test_scores_have_the_columns_of_the_contract(book: SmallBook, tmp_path: Path) -> None:
    number = book.customer('=HYPERLINK("x")', external_id="C1")
    book.score(number, churn_risk=0.72, engagement=34.05, clv_minor=728_050, clv_low_minor=-100, currency="USD",
               value_at_risk_minor=524_000, drivers="[]", segment="Loyal")  # fmt: skip
    yen = book.customer("Tanaka", external_id="C2")
    book.score(yen, currency="JPY", clv_minor=5240)
    out = tmp_path / "scores.csv"
    assert exporting.write_export(book.workspace, "scores", out) == 2
    rows = _read(out)
    assert ",".join(rows[0]) == SCORES
    assert rows[1] == [
        str(number), "C1", "'=HYPERLINK(\"x\")", days_ago(0), "34.05", "", "0.72", "90", "7280.5", "-1", "", "12",
        "USD", "5240", "Loyal", "", "high", "mbg_nbd/1", "[]",
    ]  # fmt: skip
    assert rows[2][8] == "5240" and rows[2][12] == "JPY"


def test_alerts_are_those_that_are_open(book: SmallBook, tmp_path: Path) -> None:
    book.alert(book.customer("A"), due_at=minutes(60), severity=4)
    book.alert(book.customer("B"), state="snoozed", due_at=minutes(30))
    book.alert(book.customer("C"), state="resolved", closed_at=minutes(-5))
    out = tmp_path / "alerts.csv"
    assert exporting.write_export(book.workspace, "alerts", out) == 2
    rows = [dict(zip(_read(out)[0], row, strict=True)) for row in _read(out)[1:]]
    assert [(row["customer"], row["severity"], row["value_at_risk"]) for row in rows] == [
        ("B", "high", "100"),
        ("A", "critical", "100"),
    ]


def test_customers_are_all_of_them_with_phones_as_they_are(book: SmallBook, tmp_path: Path) -> None:
    number = book.customer("A", phone="+1 (503) 555-0148", email="@evil", tier="Gold")
    book.score(number, last_order_on=days_ago(3), order_count=4)
    book.customer("B")
    out = tmp_path / "customers.csv"
    assert exporting.write_export(book.workspace, "customers", out) == 2
    first, second = (dict(zip(_read(out)[0], row, strict=True)) for row in _read(out)[1:])
    assert (first["phone"], first["email"], first["orders"], first["tier"]) == (
        "+1 (503) 555-0148",
        "'@evil",
        "4",
        "Gold",
    )
    assert (second["name"], second["churn_risk"]) == ("B", "")


def test_a_sheet_has_the_same_rows_and_numbers(book: SmallBook, tmp_path: Path) -> None:
    import openpyxl

    book.score(book.customer("=1+1\x0b", external_id="007"), churn_risk=0.5, clv_minor=-150)
    out = tmp_path / "scores.xlsx"
    assert exporting.write_export(book.workspace, "scores", out) == 1
    sheet = openpyxl.load_workbook(out, read_only=False).active
    head, row = (list(cells) for cells in sheet.iter_rows(values_only=True))
    assert ",".join(head) == SCORES
    assert (row[1], row[2], row[6], row[8]) == ("007", "'=1+1", 0.5, -1.5)
    assert {cell.data_type for cell in sheet[2]} <= {"n", "s"}


@given(st.one_of(st.text(), st.integers(), st.floats(allow_nan=False), st.none()))
def test_only_texts_change_and_none_is_a_formula(value: object) -> None:
    cell = neutral(value)
    if not isinstance(value, str):
        assert cell is value
    elif not (value[:1] in "+-" and all(letter in "0123456789 ().,-/%" for letter in value[1:])):
        assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
        assert cell in (value, f"'{value}")


@given(st.lists(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\r")), min_size=2, max_size=2)))
def test_what_is_written_is_read_back(tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]]) -> None:
    out = tmp_path_factory.mktemp("export") / "t.csv"
    assert write_table(("a", "b"), rows, out) == len(rows)
    assert _read(out) == [["a", "b"], *([neutral(cell) for cell in row] for row in rows)]


def test_what_cannot_be_done_is_a_sentence_and_leaves_the_old_file(book: SmallBook, tmp_path: Path) -> None:
    out = tmp_path / "scores.csv"
    out.write_text("old")
    with pytest.raises(UserError, match="choose scores, alerts or customers"):
        exporting.write_export(book.workspace, "orders", out)
    with pytest.raises(UserError, match=r"neither a \.csv nor an \.xlsx"):
        exporting.write_export(book.workspace, "scores", tmp_path / "scores.pdf")
    with pytest.raises(EnvironmentFault, match=f"There is no folder {tmp_path / 'nowhere'}."):
        exporting.write_export(book.workspace, "scores", tmp_path / "nowhere" / "scores.csv")
    assert out.read_text() == "old" and [one.name for one in tmp_path.glob("*.csv")] == ["scores.csv"]


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps permissions in lists, not in modes")
@pytest.mark.parametrize(("umask", "mode"), [(0o022, 0o644), (0o077, 0o600), (0o002, 0o664)])
def test_an_export_is_as_readable_as_the_person_wants_files_to_be(
    book: SmallBook, tmp_path: Path, umask: int, mode: int
) -> None:
    before = os.umask(umask)
    try:
        for name in ("scores.csv", "scores.xlsx"):
            exporting.write_export(book.workspace, "scores", tmp_path / name)
            assert stat.S_IMODE((tmp_path / name).stat().st_mode) == mode
        kept = tmp_path / "kept.csv"
        kept.touch()
        kept.chmod(0o640)
        exporting.write_export(book.workspace, "scores", kept)
        assert stat.S_IMODE(kept.stat().st_mode) == 0o640
    finally:
        os.umask(before)
    assert len(list(tmp_path.iterdir())) == 3 + 1  # and the book's folder: no half-written file is left
