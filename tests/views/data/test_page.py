"""The Data page on a real book, with the real child process: check → import → receipt → undo."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QPushButton
from pytestqt.qtbot import QtBot

from models.values.imports import Progress
from services.audit import verify_book
from services.pipeline.jobs import CANCELLED_BEFORE, ImportJob
from services.sync import imports_history
from services.workspace import Workspace
from tests.views.conftest import OpenWindow
from tests.views.halting import Halting, after_a_file, anywhere, scoring
from tests.views.pages import page_at
from views.data.check_model import LEADING
from views.data.kept import STOPPED_BEFORE
from views.data.page import DataPage
from views.data.undo_panel import UndoPanel
from views.desktop import Desktop

WAIT_MS = 60_000
ORDERS = """Order ID,Customer ID,Ordered at,Channel,SKU,Product,Quantity,Unit price,Discount,Line total,Currency
N1,C00001,2026-11-16T09:33:18Z,web,TRS-004,Canal linen trouser,2,58.28,0.00,116.56,USD
N2,C00002,2026-11-16T10:33:18Z,web,DRS-002,Meadow linen dress,1,73.78,0.00,73.78,USD
N3,C00003,not a day,web,DRS-002,Meadow linen dress,1,73.78,0.00,73.78,USD
"""


@pytest.fixture
def orders(tmp_path: Path) -> Path:
    path = tmp_path / "orders_new.csv"
    path.write_text(ORDERS)
    return path


def data_page(desk: Desktop) -> DataPage:
    return page_at(desk, "data", DataPage)


def until(qtbot: QtBot, reached: Callable[[], bool]) -> None:
    qtbot.waitUntil(reached, timeout=WAIT_MS)


def check(qtbot: QtBot, desk: Desktop, *paths: Path) -> DataPage:
    page = data_page(desk)
    desk.window.take_files(paths)
    until(qtbot, lambda: page.state in (page.check, page.batch) or bool(page.waiting.fault_words))
    return page


def last_word(page: DataPage) -> str:
    """What stands at the end of the newest import's line."""
    line = page.home.table.lines.line_at(0)
    return line.cells[-1].text if line is not None else ""


def test_the_history_lists_what_was_imported(qtbot: QtBot, sample: Workspace, open_window: OpenWindow) -> None:
    page = data_page(open_window(sample))
    until(qtbot, lambda: page.home.table.lines.rowCount() == len(imports_history(sample)) > 0)
    assert page.home.state.state == "content"


@pytest.mark.real_children
def test_a_file_is_checked_imported_and_undone(
    qtbot: QtBot, sample: Workspace, open_window: OpenWindow, orders: Path
) -> None:
    before, imports = verify_book(sample).content_hash, len(imports_history(sample)) + 1
    desk = open_window(sample)
    page = check(qtbot, desk, orders)
    assert page.state is page.check
    assert page.headline == "orders_new.csv" and page.back == "Data"
    assert page.check.rows.sums.new == 2 and page.check.rows.sums.rejected == 1
    assert page.check.plan.go.text() == "Import 2 rows"
    assert verify_book(sample).content_hash == before

    qtbot.keyClick(page.check.plan.go, Qt.Key.Key_Space)
    assert page.state is page.importing
    until(qtbot, lambda: page.state is page.receipt)
    assert page.receipt.content.sums.new == 2
    assert page.receipt.content.effect is not None
    assert verify_book(sample).content_hash != before
    until(qtbot, lambda: page.receipt.side._all.text() == f"All {imports}")
    until(qtbot, lambda: not page.receipt.side.undo.isHidden() and page.receipt.side._undo_lines.count() > 0)

    qtbot.keyClick(page.receipt.side.undo, Qt.Key.Key_Space)
    until(qtbot, lambda: page.state is page.home and last_word(page) == "undone")
    assert page.home.table.lines.rowCount() == imports
    assert verify_book(sample).content_hash == before


def test_importing_the_same_file_again_changes_nothing(
    qtbot: QtBot, sample: Workspace, open_window: OpenWindow, orders: Path
) -> None:
    desk = open_window(sample)
    page = check(qtbot, desk, orders)
    page.check.plan.go.click()
    until(qtbot, lambda: page.state is page.receipt)
    page = check(qtbot, desk, orders)
    sums = page.check.rows.sums
    assert (sums.new, sums.changed, sums.unchanged, sums.rejected) == (0, 0, 2, 1)
    page.go_back()
    assert page.state is page.home


def test_a_mapping_that_a_person_chooses_is_checked_again(
    qtbot: QtBot, sample: Workspace, open_window: OpenWindow, orders: Path
) -> None:
    desk = open_window(sample)
    page = check(qtbot, desk, orders)
    header = page.check.rows.table.header
    box = next(one for one in header.boxes if one.currentText() == "Channel")
    box.setCurrentIndex(box.findData(""))
    box.activated.emit(box.currentIndex())
    until(qtbot, lambda: page.check.plan.go.isEnabled() and all(b.currentText() != "Channel" for b in header.boxes))
    assert page.check.request is not None
    assert ("Channel", "") in page.check.request.options.mapping
    assert page.check.rows.sums.new == 2


def test_a_cell_is_fixed_and_the_receipt_says_so(
    qtbot: QtBot, sample: Workspace, open_window: OpenWindow, orders: Path
) -> None:
    page = check(qtbot, open_window(sample), orders)
    assert page.check.rows.sums.rejected == 1
    model = page.check.rows.model
    column = [one.column for one in model.shown_columns].index("Ordered at") + len(LEADING)
    assert model.setData(model.index(2, column), "2026-11-16T11:33:18Z")
    until(qtbot, lambda: page.check.plan.go.isEnabled() and page.check.rows.sums.rejected == 0)
    assert page.check.plan.go.text() == "Import 3 rows"
    page.check.plan.go.click()
    until(qtbot, lambda: page.state is page.receipt)
    (receipt,) = page.receipt.content.receipts
    assert receipt.rows["inserted"] == 3 and receipt.rows["rejected"] == 0
    assert receipt.fixed == (
        {"row": 3, "column": "Ordered at", "before": "not a day", "after": "2026-11-16T11:33:18Z"},
    )


def test_a_check_that_was_left_by_esc_is_taken_up_again_with_what_was_fixed(
    qtbot: QtBot, sample: Workspace, open_window: OpenWindow, orders: Path
) -> None:
    desk = open_window(sample)
    page = check(qtbot, desk, orders)
    qtbot.keyClick(page.check.rows.table, Qt.Key.Key_Escape)
    assert page.state is page.home and not desk.window.toast.isVisible(), "nothing was decided in it"
    page = check(qtbot, desk, orders)
    model = page.check.rows.model
    column = [one.column for one in model.shown_columns].index("Ordered at") + len(LEADING)
    assert model.setData(model.index(2, column), "2026-11-16T11:33:18Z")
    until(qtbot, lambda: page.check.plan.go.isEnabled() and page.check.rows.sums.rejected == 0)
    qtbot.keyClick(page.check.rows.table, Qt.Key.Key_Escape)
    assert page.state is page.home and desk.window.toast.words == "Check closed"
    desk.window.toast.take_back()
    assert page.state is page.check and page.check.rows.sums.new == 3
    page.check.plan.go.click()
    until(qtbot, lambda: page.state is page.receipt)
    assert page.receipt.content.receipts[0].rows["inserted"] == 3
    qtbot.keyClick(page.receipt.side.go, Qt.Key.Key_Escape)
    assert page.state is page.home


def test_rejected_rows_are_fixed_from_their_receipt(
    qtbot: QtBot, sample: Workspace, open_window: OpenWindow, orders: Path
) -> None:
    page = check(qtbot, open_window(sample), orders)
    page.check.plan.go.click()
    until(qtbot, lambda: page.state is page.receipt)
    page.receipt.side._mend.click()
    until(qtbot, lambda: page.state is page.check)
    assert page.headline == "orders_new.rejects.csv" and page.check.rows.sums.rejected == 1
    model = page.check.rows.model
    column = [one.column for one in model.shown_columns].index("Ordered at") + len(LEADING)
    model.setData(model.index(0, column), "2026-11-16T11:33:18Z")
    until(qtbot, lambda: page.check.plan.go.isEnabled())
    page.check.plan.go.click()
    until(qtbot, lambda: page.state is page.receipt)
    assert page.receipt.content.sums.new == 1 and page.receipt.content.sums.rejected == 0


def test_rows_of_a_verdict_are_read_when_they_are_wanted(
    qtbot: QtBot, sample: Workspace, open_window: OpenWindow, orders: Path
) -> None:
    desk = open_window(sample)
    lines = ORDERS.splitlines()
    rows = [lines[1].replace("N1", f"M{n}") for n in range(900)]
    orders.write_text("\n".join([lines[0], *rows, lines[3]]) + "\n")
    page = check(qtbot, desk, orders)
    pane = page.check.rows
    assert pane.model.rowCount() == 901
    pane.table.scrollToBottom()
    until(qtbot, lambda: pane.model.row_at(900) is not None)
    pane.show_tab("rejected")
    until(qtbot, lambda: pane.model.row_at(0) is not None)
    found = pane.model.row_at(0)
    assert found is not None and found.line == 901 and found.verdict == "rejected"


def test_several_files_are_imported_in_order_with_one_progress(
    qtbot: QtBot, empty: Workspace, open_window: OpenWindow, orders: Path, tmp_path: Path
) -> None:
    people = tmp_path / "z_customers.csv"
    people.write_text("Customer ID,Name,Email\nC00001,Ada Elm,ada@elm.example\nC00002,Bo Ash,bo@ash.example\n")
    broken = tmp_path / "a_picture.csv"
    broken.write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(64))
    desk = open_window(empty)
    page = check(qtbot, desk, broken, orders, people)
    assert page.state is page.batch
    names = [page.batch.table.lines.line_at(n).cells[0].text for n in range(3)]  # type: ignore[union-attr]
    assert names == ["z_customers.csv", "orders_new.csv", "a_picture.csv"]
    page.batch.table.opened.emit(0)
    assert page.state is page.check and page.back == "All files"
    page.go_back()
    page.batch.go.click()
    until(qtbot, lambda: page.state is page.receipt)
    receipts = page.receipt.content.receipts
    assert "customers" in receipts[0].entities and "orders" in receipts[1].entities
    assert len(page.receipt.import_ids) == 2
    until(qtbot, lambda: page.receipt.side._undo_lines.count() > 0)
    page.receipt.side.undo.click()
    until(qtbot, lambda: page.state is page.home and page.home.table.lines.rowCount() == 2)


@pytest.mark.parametrize(
    ("name", "content", "word"),
    [
        ("empty.csv", b"", "empty"),
        ("header.csv", b"Order ID,Customer ID\n", "no rows"),
        ("picture.csv", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(64), ""),
    ],
    ids=["empty", "header only", "picture"],
)
def test_a_file_that_cannot_be_used_is_answered_with_a_sentence(
    qtbot: QtBot,
    empty: Workspace,
    open_window: OpenWindow,
    tmp_path: Path,
    name: str,
    content: bytes,
    word: str,
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    page = check(qtbot, open_window(empty), path)
    assert page.state is page.waiting
    words = page.waiting.fault_words
    assert word in words and words.endswith(".") and "Traceback" not in words
    assert page.waiting.fault.primary.text() == "Choose another file…"
    page.waiting.fault.primary.click()
    dialog = page.findChild(QFileDialog)
    assert dialog is not None and dialog.windowTitle() == "Choose exports"
    dialog.reject()
    page.waiting.fault.secondary.click()
    until(qtbot, lambda: page.waiting.fault_words == words)


def test_a_check_can_be_cancelled(qtbot: QtBot, empty: Workspace, open_window: OpenWindow, tmp_path: Path) -> None:
    path = tmp_path / "large.csv"
    lines = ORDERS.splitlines()
    path.write_text("\n".join([lines[0], *(lines[1].replace("N1", f"M{n}") for n in range(200_000))]))
    page = data_page(open_window(empty))
    page.take_files([path])
    page.waiting.cancel_wanted.emit()
    until(qtbot, lambda: page.state is page.home)


def test_a_second_drop_waits_for_the_first(
    qtbot: QtBot, sample: Workspace, open_window: OpenWindow, orders: Path
) -> None:
    desk = open_window(sample)
    page = data_page(desk)
    page.take_files([orders])
    with qtbot.waitSignal(desk.book.told) as told:
        page.take_files([orders])
    assert "is running" in told.args[0]
    until(qtbot, lambda: page.state is page.check)


@pytest.mark.parametrize("size", [(760, 460), (1100, 640), (1366, 768)])
def test_the_button_that_imports_is_in_sight_in_every_window(
    qtbot: QtBot, sample: Workspace, open_window: OpenWindow, orders: Path, size: tuple[int, int]
) -> None:
    desk = open_window(sample, size=size)
    page = check(qtbot, desk, orders)
    go = page.check.plan.go
    bottom = go.mapTo(desk.window, go.rect().bottomRight())
    assert bottom.y() <= desk.window.height() and bottom.x() <= desk.window.width()
    assert page.check.rows.table.viewport().width() >= 300


def halt(monkeypatch: pytest.MonkeyPatch, at: Callable[[Progress], bool], gate: str = "") -> None:
    """Let imports stand still at a step until the test goes on."""
    monkeypatch.setattr("views.data.work.ImportJob", lambda *told: Halting(ImportJob(*told), at, gate))


def when(qtbot: QtBot, page: DataPage, at: Callable[[Progress], bool], do: Callable[[], object]) -> None:
    """Do something as soon as the child tells what is waited for."""
    until(qtbot, lambda: page._work.busy)
    run = page._work._run
    assert run is not None
    run.progress.connect(lambda step: do() if at(step) else None)


def two_files(tmp_path: Path) -> tuple[Path, Path]:
    """A file of customers and one of orders."""
    people = tmp_path / "people.csv"
    people.write_text("Customer ID,Name,Email\nC00001,Ada Elm,ada@elm.example\nC00002,Bo Ash,bo@ash.example\n")
    many = tmp_path / "many.csv"
    lines = ORDERS.splitlines()
    many.write_text("\n".join([lines[0], *(lines[1].replace("N1", f"M{n}") for n in range(600))]) + "\n")
    return people, many


def test_a_cancel_says_which_files_are_imported_and_scores_them(
    qtbot: QtBot, empty: Workspace, open_window: OpenWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    halt(monkeypatch, after_a_file)
    desk = open_window(empty)
    page = check(qtbot, desk, *two_files(tmp_path))
    told: list[str] = []
    desk.book.told.connect(told.append)
    page.batch.go.click()
    when(qtbot, page, after_a_file, page.importing.cancel.click)
    until(qtbot, lambda: page.state is page.receipt)
    assert told == ["1 of 2 files is imported and stays; the rest was cancelled."]
    assert [one.error for one in page.receipt.content.files] == ["", CANCELLED_BEFORE]
    until(qtbot, lambda: desk.book._renewal is None)
    with empty.store.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM imports").scalar() == 1


def test_an_import_that_is_cancelled_before_it_has_begun_is_not_begun(
    qtbot: QtBot, empty: Workspace, open_window: OpenWindow, orders: Path
) -> None:
    desk = open_window(empty)
    page = check(qtbot, desk, orders)
    page.check.plan.go.click()
    assert not page._work.busy
    with qtbot.waitSignal(desk.book.told) as told:
        page.importing.cancel.click()
    assert told.args == ["Cancelled. Your book is unchanged."]
    assert page.state is page.check
    until(qtbot, lambda: desk.background.idle)
    assert not page._work.busy
    page.check.plan.go.click()
    until(qtbot, lambda: page.state is page.receipt)


def test_once_scoring_has_begun_a_cancel_stops_only_the_scores(
    qtbot: QtBot, empty: Workspace, open_window: OpenWindow, orders: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    halt(monkeypatch, scoring)
    desk = open_window(empty)
    page = check(qtbot, desk, orders)
    told: list[str] = []
    desk.book.told.connect(told.append)
    page.check.plan.go.click()
    buttons: list[str] = []

    def stop() -> None:
        buttons.append(page.importing.cancel.text())
        page.importing.cancel.click()

    when(qtbot, page, scoring, stop)
    until(qtbot, lambda: page.state is page.receipt)
    assert buttons[0] == "Stop scoring"
    assert "in your book" in page.importing.note.text()
    assert told == ["1 file is imported; scoring was stopped and resumes at the next start."]
    assert page.receipt.content.sums.new == 2
    assert desk.book._renewal is None


def test_a_child_that_dies_after_a_file_is_told_with_what_it_kept(
    qtbot: QtBot, empty: Workspace, open_window: OpenWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    halt(monkeypatch, after_a_file)
    desk = open_window(empty)
    page = check(qtbot, desk, *two_files(tmp_path))
    told: list[str] = []
    desk.book.told.connect(told.append)
    page.batch.go.click()
    when(qtbot, page, after_a_file, lambda: page._work._run._process.kill())  # type: ignore[union-attr]
    until(qtbot, lambda: page.state is page.receipt)
    assert told[0].startswith("1 of 2 files is imported and stays. The background process stopped")
    assert [one.error for one in page.receipt.content.files] == ["", STOPPED_BEFORE]
    until(qtbot, lambda: desk.book._renewal is None)


def test_a_file_with_an_open_question_is_named_in_the_receipt(
    qtbot: QtBot, empty: Workspace, open_window: OpenWindow, orders: Path, tmp_path: Path
) -> None:
    unclear = tmp_path / "unclear.csv"
    unclear.write_text(
        "Order ID,Customer ID,Ordered at,Line total,Currency\n"
        "A1,C00001,03/04/2026,12.50,USD\nA2,C00002,05/06/2026,9.00,USD\n"
    )
    page = check(qtbot, open_window(empty), orders, unclear)
    assert page.state is page.batch
    page.batch.go.click()
    until(qtbot, lambda: page.state is page.receipt)
    names = {Path(one.file).name: one.error for one in page.receipt.content.files}
    assert names["orders_new.csv"] == ""
    assert names["unclear.csv"].startswith("Left out until you decide: ")
    assert " --" not in names["unclear.csv"]


def test_cancelling_a_check_deletes_what_it_kept(
    qtbot: QtBot, empty: Workspace, open_window: OpenWindow, orders: Path
) -> None:
    page = check(qtbot, open_window(empty), orders)
    folder = empty.store.path.parent
    assert list(folder.glob("*.check-*"))
    page.check.cancel_wanted.emit()
    assert page.state is page.home
    until(qtbot, lambda: not list(folder.glob("*.check-*")))


def test_closing_asks_over_an_import_and_not_over_its_scoring(
    qtbot: QtBot,
    empty: Workspace,
    open_window: OpenWindow,
    orders: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    gate = tmp_path / "gate"
    halt(monkeypatch, anywhere, str(gate))
    desk = open_window(empty)
    page = check(qtbot, desk, orders)
    page.check.plan.go.click()
    asked: list[str] = []
    when(qtbot, page, scoring, lambda: asked.append(desk.background.closing_question))
    assert "import is running" in desk.background.closing_question
    assert not desk.window.close()
    gate.touch()
    until(qtbot, lambda: page.state is page.receipt)
    assert asked and set(asked) == {""}
    assert desk.window.close()


def test_an_archive_is_imported_file_by_file_in_order(
    qtbot: QtBot, empty: Workspace, open_window: OpenWindow, tmp_path: Path
) -> None:
    people = "Customer ID,Name,Email\nC00001,Ada Elm,ada@elm.example\nC00002,Bo Ash,bo@ash.example\n"
    packed = tmp_path / "exports.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("out/orders.csv", ORDERS)
        archive.writestr("out/people.csv", people)
    page = check(qtbot, open_window(empty), packed)
    assert page.state is page.batch and page.headline == "2 files"
    names = [page.batch.table.lines.line_at(n).cells[0].text for n in range(2)]  # type: ignore[union-attr]
    assert names == ["people.csv", "orders.csv"]
    page.batch.go.click()
    until(qtbot, lambda: page.state is page.receipt)
    assert [Path(one.file).name for one in page.receipt.content.receipts] == names
    assert page.receipt.content.receipts[1].customers == {"matched": 2, "created": 0}
    page.go_back()
    until(qtbot, lambda: page.home.table.lines.rowCount() == 2)
    shown = page.home.table.lines.line_at(0)
    assert shown is not None and shown.cells[0].text == "orders.csv (exports.zip)"


def test_the_quality_of_the_data_is_read_when_it_is_looked_at(
    qtbot: QtBot, sample: Workspace, open_window: OpenWindow
) -> None:
    page = page_at(open_window(sample), "data/quality", DataPage)
    quality = page._home.quality
    until(qtbot, lambda: quality.fields.lines.rowCount() > 10)
    assert page.home.section == "quality" and quality.state.state == "content"


def test_a_whole_batch_is_undone_from_the_list_of_imports(
    qtbot: QtBot, open_window: OpenWindow, sample: Workspace
) -> None:
    desk = open_window(sample)
    page = page_at(desk, "data", DataPage)
    qtbot.waitUntil(lambda: bool(page._home.records))
    record, count = page._home.records[0], len(page._home.records)

    def asked() -> UndoPanel | None:
        return next((one for one in desk.window.findChildren(UndoPanel) if one.isVisible()), None)

    page.home.undo_wanted.emit(record.id)
    qtbot.waitUntil(lambda: asked() is not None)
    first = asked()
    assert first is not None and first.more.text() == f"Undo all {count} files…"
    assert all(one.width() >= one.sizeHint().width() for one in first.findChildren(QPushButton) if one.isVisible())
    first.more.click()
    qtbot.waitUntil(lambda: asked() not in (None, first))
    whole = asked()
    assert whole is not None and whole.accessibleName() == f"Undo the import of {count} files"
    assert not whole.more.isVisible()
    with qtbot.waitSignal(page._undoing.ended) as ended:
        whole._go.click()
    assert ended.args == [True]
    assert all(one.undone for one in imports_history(sample))
