"""The files of one drop: answers find their file whatever was opened meanwhile, and none is forgotten."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from models.values.imports import ImportOptions
from models.values.meanings import Doubt, Reading
from services.sync import imports_history
from services.workspace import Workspace
from tests.views.conftest import OpenWindow
from tests.views.data.made import preview, request
from tests.views.data.test_page import ORDERS, check, until
from views.data.batch import Batch
from views.data.jobs import Checked
from views.data.page import DataPage
from views.data.question import answers_to

UNCLEAR = (
    "Order ID,Customer ID,Ordered at,Line total,Currency\n"
    "A1,C00001,03/04/2026,12.50,USD\nA2,C00002,05/06/2026,9.00,USD\n"
)


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    clear, unclear = tmp_path / "orders_new.csv", tmp_path / "unclear.csv"
    clear.write_text(ORDERS)
    unclear.write_text(UNCLEAR)
    return clear, unclear


def place_of(page: DataPage, name: str) -> int:
    return next(n for n, one in enumerate(page._checking.batch.checked) if one.request.file.endswith(name))


def test_what_is_no_table_in_a_dropped_folder_is_named(
    qtbot: QtBot, empty: Workspace, open_window: OpenWindow, files: tuple[Path, Path]
) -> None:
    for name in ("brochure.pdf", "logo.png"):
        (files[0].parent / name).write_bytes(b"%PDF-1.7")
    page = check(qtbot, open_window(empty), files[0].parent)
    assert [(Path(one.request.shown).name, one.error) for one in page._checking.batch.checked] == [
        ("orders_new.csv", ""),
        ("unclear.csv", ""),
        ("brochure.pdf", "brochure.pdf is not a table; left out."),
        ("logo.png", "logo.png is not a table; left out."),
    ]


def test_answers_come_to_the_files_that_were_asked_for() -> None:
    first, second, broken = (Checked(request(f"/e/{name}.csv"), preview()) for name in "abc")
    batch = Batch((first, second, broken))
    told = replace(first.request, options=ImportOptions(date_order="dmy"))
    assert batch.ask(told) == (told, second.request, broken.request), "what one file brings counts for the others"
    batch.at = 1
    other = replace(second.request, options=ImportOptions(currency="EUR"))
    assert batch.ask(other) == (told, other, broken.request), "what has no answer yet is asked for again"
    assert batch.waiting
    answers = [Checked(replace(one, dry_run=True), preview()) for one in (other, told)]
    assert batch.take(answers) == ()
    assert [one.request.options for one in batch.checked[:2]] == [told.options, other.options]
    assert not batch.waiting and batch.checked[2] is broken


def test_a_file_that_cannot_be_read_so_stays_as_it_was() -> None:
    batch = Batch((Checked(request("/e/a.csv"), preview()),))
    told = replace(request("/e/a.csv"), options=ImportOptions(currency="XXX"))
    before = batch.opened
    batch.ask(told)
    assert batch.take([Checked(replace(told, dry_run=True), None, "There is no currency XXX.")]) == (
        "There is no currency XXX.",
    )
    assert batch.opened is before


def test_an_answer_to_files_that_were_left_is_heard_by_nobody() -> None:
    assert Batch().take([Checked(request("/e/a.csv"), preview())]) == ()
    assert Batch().opened is None


def test_an_answer_is_its_own_files_though_another_was_opened_meanwhile(
    qtbot: QtBot, empty: Workspace, open_window: OpenWindow, files: tuple[Path, Path]
) -> None:
    page = check(qtbot, open_window(empty), *files)
    page._open_file(place_of(page, "unclear.csv"))
    page.check.plan.question.buttons[0].click()
    assert page._work.busy
    page.go_back()
    assert not page.batch.go.isEnabled(), "nothing is imported before the answer counts"
    page._open_file(place_of(page, "orders_new.csv"))
    until(qtbot, lambda: not page._work.busy)
    assert page.headline == "orders_new.csv"
    assert page.check.request is not None and page.check.request.file.endswith("orders_new.csv")
    page.go_back()
    checked = page._checking.batch.checked
    assert sorted(Path(one.request.file).name for one in checked) == ["orders_new.csv", "unclear.csv"]
    assert all(one.preview is not None and not one.preview.question for one in checked)
    assert page.batch.go.isEnabled() and page.batch.go.text() == "Import 2 files, 4 rows"


def test_a_new_customer_counts_at_the_first_file_also_when_one_is_checked_again(
    qtbot: QtBot, empty: Workspace, open_window: OpenWindow, tmp_path: Path
) -> None:
    customers, orders, unclear = (tmp_path / f"{name}.csv" for name in ("customers", "orders", "unclear"))
    customers.write_text("Customer ID,Name,Email\nC00001,Ann Lee,ann@shop.example\nC00003,Bob Ray,bob@shop.example\n")
    orders.write_text(UNCLEAR.replace("03/04/2026", "2026-03-04").replace("05/06/2026", "2026-05-06"))
    unclear.write_text(UNCLEAR.replace("C00001", "C00007"))
    page = check(qtbot, open_window(empty), orders, unclear, customers)

    def created() -> dict[str, int]:
        checked = page._checking.batch.checked
        return {Path(one.request.file).stem: one.preview.receipt.customers["created"] for one in checked if one.preview}

    assert created() == {"customers": 2, "orders": 1, "unclear": 1}
    page._open_file(place_of(page, "orders.csv"))
    assert "1 customer comes with customers.csv" in [one.text() for one in page.check.plan.findChildren(QLabel)]
    page._open_file(place_of(page, "unclear.csv"))
    page.check.plan.question.buttons[0].click()
    until(qtbot, lambda: not page._work.busy)
    assert created() == {"customers": 2, "orders": 1, "unclear": 1}
    assert "1 customer comes with orders.csv" in [one.text() for one in page.check.plan.findChildren(QLabel)]
    page.go_back()
    assert page.batch.go.isEnabled()
    page.batch.go.click()
    until(qtbot, lambda: page.state is page.receipt)
    assert sum(one.receipt.customers["created"] for one in imports_history(empty)) == 4


def test_an_answer_after_the_check_was_left_disturbs_nothing(
    qtbot: QtBot, empty: Workspace, open_window: OpenWindow, files: tuple[Path, Path]
) -> None:
    page = check(qtbot, open_window(empty), files[1])
    page.check.plan.question.buttons[0].click()
    page.go_home()
    until(qtbot, lambda: not page._work.busy)
    assert page.state is page.home and page._checking.batch.opened is None


def test_the_others_of_a_batch_are_offered_after_one_was_imported(
    qtbot: QtBot, empty: Workspace, open_window: OpenWindow, files: tuple[Path, Path]
) -> None:
    page = check(qtbot, open_window(empty), *files)
    page._open_file(place_of(page, "orders_new.csv"))
    page.check.plan.go.click()
    until(qtbot, lambda: page.state is page.receipt)
    assert page.back == "The other file"
    page.go_back()
    until(qtbot, lambda: page.state is page.check)
    assert page.headline == "unclear.csv"
    assert page.back == "Data"


def test_what_was_left_to_be_decided_is_offered_after_the_rest_was_imported(
    qtbot: QtBot, empty: Workspace, open_window: OpenWindow, files: tuple[Path, Path]
) -> None:
    page = check(qtbot, open_window(empty), *files)
    asked = page.batch._sums._figures
    assert asked["importable"].text() == "2" and page.batch.go.text() == "Import 2 rows", "figures agree"
    page.batch.go.click()
    until(qtbot, lambda: page.state is page.receipt)
    assert page.back == "The other file"
    page.go_back()
    until(qtbot, lambda: page.state is page.check)
    assert page.headline == "unclear.csv" and bool(page.check.plan.question.buttons)


def test_an_import_bears_the_moment_at_which_it_was_begun(
    qtbot: QtBot, empty: Workspace, open_window: OpenWindow, files: tuple[Path, Path]
) -> None:
    page = check(qtbot, open_window(empty), files[0])
    opened = page._checking.batch.opened
    assert opened is not None
    at = "2020-01-01T00:00:00Z"  # dropped long ago
    page._checking.batch.checked = (replace(opened, request=replace(opened.request, now=at)),)
    page.check.plan.go.click()
    until(qtbot, lambda: page.state is page.receipt)
    (record,) = page._rooms.history()
    assert record.finished_at > "2020-01-02"


def test_which_system_files_are_of_is_asked_once_for_the_whole_drop() -> None:
    ways = (Reading("files", "Yes, the customers of “files”: 40 of 40 ids are known", 40),
            Reading("south", "No, another system, kept apart as “south”: 40 new customers", 40))  # fmt: skip
    asks = replace(preview(kind="source"), doubts=(Doubt("source", "", "Are the ids those of “files”?", ways),))
    asks = replace(asks, question=asks.doubts[0].question)
    batch = Batch(
        [Checked(request(f"/e/{name}.csv"), asks) for name in "ab"] + [Checked(request("/e/c.csv"), preview())]
    )
    yes, no = answers_to(asks, ImportOptions(currency="EUR"))
    assert (yes.options.source, no.options.source, no.options.currency) == ("files", "south", "EUR")
    asked = batch.ask(replace(request("/e/a.csv"), options=no.options))
    found = [("/e/a.csv", "south"), ("/e/b.csv", "south"), ("/e/c.csv", None)]
    assert [(one.file, one.options.source) for one in asked] == found
