"""What lands in a watched folder: imported as the book learned, once, in order; or it waits with its reason."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

import services.pipeline.folder_import
from models import sqlite
from models.store import open_store
from models.values.errors import Cancelled
from models.values.imports import Progress
from models.values.watching import FileMark
from services.pipeline.folder_import import FolderImport, FolderImportJob, import_files_of_folders, import_watched
from services.pipeline.jobs import FileDone
from services.pipeline.watched import is_still, leave_out, look_into
from services.sync import undo_import
from services.workspace import Recipe
from tests.services.sync.book import Book, open_book, write_csv

ORDERS = ["Order number", "Client", "Bought on", "Sum"]
MAPPING = (("Order number", "order_id"), ("Client", "customer_id"), ("Bought on", "ordered_at"), ("Sum", "amount"))


@pytest.fixture
def book(store_path: Path) -> object:
    opened = open_book(store_path)
    yield opened
    opened.workspace.close()


def orders(path: Path, *numbers: int, total: str = "5.00") -> Path:
    return write_csv(path, ORDERS, [[f"O{n}", f"C{n % 7}", "2026-11-05", total] for n in numbers])


def teach(book: Book, tmp_path: Path) -> None:
    """A person imports one file of the kind."""
    book.bring(orders(tmp_path / "taught.csv", 900), entity="orders", mapping=MAPPING, source="till", currency="EUR")


def landed(book: Book, *folders: Path, pause: Callable[[], None] = lambda: None) -> FolderImport:
    return import_watched(
        book.workspace,
        [str(one) for one in folders],
        pause=pause,
        progress=lambda _progress: None,
        cancelled=lambda: False,
    )[0]


def why(found: FolderImport) -> dict[str, str]:
    return {one.mark.name: one.why for one in found.waiting}


def test_a_file_like_one_before_is_imported_as_that_one_was(book: Book, tmp_path: Path, folder: Path) -> None:
    teach(book, tmp_path)
    orders(folder / "monday.csv", 1, 2, 3)
    found = landed(book, folder)
    (result,) = found.imported
    assert result.receipt is not None and result.receipt.rows["inserted"] == 3
    assert book.ask("SELECT DISTINCT source, currency FROM orders") == [("till", "EUR")]
    assert found.run.scores is not None and found.run.scores.scored > 0
    assert (folder / "monday.csv").exists(), "nothing is taken out of the folder"


def test_the_same_content_is_imported_once_whatever_it_is_called(book: Book, tmp_path: Path, folder: Path) -> None:
    teach(book, tmp_path)
    orders(folder / "a.csv", 1, 2)
    assert len(landed(book, folder).imported) == 1
    state = book.hash()
    assert landed(book, folder).imported == ()
    orders(folder / "b.csv", 1, 2)
    os.utime(folder / "a.csv", (1, 1))
    again = landed(book, folder)
    assert again.imported == () and again.waiting == () and book.hash() == state
    assert book.one("SELECT count(*) FROM imports") == 2


def test_what_a_person_took_out_again_does_not_come_back_by_itself(book: Book, tmp_path: Path, folder: Path) -> None:
    teach(book, tmp_path)
    orders(folder / "a.csv", 1)
    undo_import(book.workspace, landed(book, folder).imported[0].receipt.import_id)  # type: ignore[union-attr]
    assert landed(book, folder).imported == ()


def test_an_unknown_file_waits_and_comes_in_once_a_person_has_imported_its_like(
    book: Book, tmp_path: Path, folder: Path
) -> None:
    orders(folder / "a.csv", 1)
    (folder / "words.txt").write_text("Dear all,\nthe office is closed on Friday.\n")
    first = why(landed(book, folder))
    assert set(first) == {"a.csv", "words.txt"} and all(first.values())
    assert book.one("SELECT count(*) FROM imports") == 0
    teach(book, tmp_path)
    second = landed(book, folder)
    assert [Path(one.file).name for one in second.imported] == ["a.csv"]
    assert set(why(second)) == {"words.txt"}


def test_a_recognised_export_needs_no_lesson(book: Book, folder: Path, project: Path) -> None:
    text = (project / "tests" / "fixtures" / "sync" / "salesforce_accounts.csv").read_bytes()
    (folder / "accounts.csv").write_bytes(text)
    assert len(landed(book, folder).imported) == 1


def test_a_file_with_a_question_waits_with_it(book: Book, tmp_path: Path, folder: Path) -> None:
    teach(book, tmp_path)
    write_csv(folder / "a.csv", ORDERS, [["O1", "C1", "03/04/2026", "5.00"], ["O2", "C1", "05/06/2026", "5.00"]])
    assert "day" in why(landed(book, folder))["a.csv"]
    assert book.one("SELECT count(*) FROM imports") == 1


def test_a_file_of_which_many_rows_would_be_rejected_waits(book: Book, tmp_path: Path, folder: Path) -> None:
    teach(book, tmp_path)
    rows = [[f"O{n}", "C1", "2026-11-05", "5.00" if n > 2 else "n/a?"] for n in range(10)]
    write_csv(folder / "a.csv", ORDERS, rows)
    before = book.hash()
    assert why(landed(book, folder))["a.csv"].startswith("3 of 10 rows would be rejected: Sum is not a number.")
    assert book.hash() == before and book.one("SELECT count(*) FROM imports") == 1
    assert not (Path(book.workspace.store.path).parent / "rejects").exists()
    write_csv(folder / "a.csv", ORDERS, [["O99", "C1", "2026-11-05", "n/a?"], *rows[3:] * 3])
    found = landed(book, folder)
    assert found.imported[0].receipt.rows["rejected"] == 1  # type: ignore[union-attr]


def test_an_export_without_rows_waits_and_is_left_out_for_every_night(book: Book, tmp_path: Path, folder: Path) -> None:
    teach(book, tmp_path)
    orders(folder / "monday.csv")
    (waiting,) = landed(book, folder).waiting
    assert "no rows" in waiting.why
    leave_out(book.workspace, waiting.mark)
    orders(folder / "tuesday.csv")
    assert landed(book, folder).waiting == ()


def test_what_others_refer_to_comes_first(book: Book, folder: Path, project: Path) -> None:
    fixtures = project / "tests" / "fixtures" / "sync"
    (folder / "a_deals.csv").write_bytes((fixtures / "salesforce_opportunities.csv").read_bytes())
    (folder / "z_accounts.csv").write_bytes((fixtures / "salesforce_accounts.csv").read_bytes())
    found = landed(book, folder)
    assert [Path(one.file).name for one in found.imported] == ["z_accounts.csv", "a_deals.csv"]


def test_a_file_that_is_still_written_is_left_for_the_next_round(book: Book, tmp_path: Path, folder: Path) -> None:
    teach(book, tmp_path)
    path = orders(folder / "a.csv", 1)

    def grows() -> None:
        with path.open("a") as file:
            file.write("O2,C2,2026-11-05,5.00\n")

    assert landed(book, folder, pause=grows) == FolderImport()
    found = landed(book, folder)
    assert found.imported[0].receipt.rows["inserted"] == 2  # type: ignore[union-attr]


@pytest.mark.parametrize("moment", ["after the last look", "while it is read"])
def test_a_file_that_is_written_anew_is_left_for_the_next_round(
    book: Book, tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    teach(book, tmp_path)
    path = orders(folder / "a.csv", 1, 2)
    orders(folder / "b.csv", 7)
    marks = look_into(str(folder)).marks
    rows = [3, 4, 5]

    def written_anew(when: str) -> None:
        if rows and when == moment:
            orders(path, *rows)
            rows.clear()

    def look(mark: FileMark) -> bool:
        still = is_still(mark)
        written_anew("after the last look")
        return still

    monkeypatch.setattr("services.pipeline.watched.is_still", look)
    found = import_files_of_folders(
        book.workspace, marks, progress=lambda _step: written_anew("while it is read"), cancelled=lambda: False
    )
    assert not rows and [Path(one.file).name for one in found.imported] == ["b.csv"]
    assert [one.name for one in found.done] == ["b.csv"] and not found.waiting and not found.stopped
    assert [Path(one.file).name for one in landed(book, folder).imported] == ["a.csv"]
    kept = book.one("SELECT file_sha256 FROM imports ORDER BY id DESC LIMIT 1")
    assert kept == hashlib.sha256(path.read_bytes()).hexdigest()
    assert book.ask("SELECT external_id FROM orders ORDER BY 1") == [("O3",), ("O4",), ("O5",), ("O7",), ("O900",)]


def test_a_second_look_is_taken_only_where_something_is_new(book: Book, tmp_path: Path, folder: Path) -> None:
    teach(book, tmp_path)
    orders(folder / "a.csv", 1)
    pauses: list[int] = []
    for _ in range(3):
        landed(book, folder, pause=lambda: pauses.append(1))
    assert len(pauses) == 1


def test_a_file_that_a_person_left_out_is_asked_about_no_more(book: Book, folder: Path) -> None:
    orders(folder / "a.csv", 1)
    (waiting,) = landed(book, folder).waiting
    leave_out(book.workspace, waiting.mark)
    assert landed(book, folder).waiting == ()
    os.utime(folder / "a.csv", (5, 5))
    assert landed(book, folder).waiting == (), "whatever its time: it is the same file"
    leave_out(book.workspace, waiting.mark, back=True)
    assert len(landed(book, folder).waiting) == 1


def test_the_book_itself_and_what_lies_beside_it_are_never_opened(
    book: Book, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    teach(book, tmp_path)
    store = Path(book.workspace.recipe.store)
    orders(store.parent / "a.csv", 1)
    opened: list[str] = []
    real = Path.open
    monkeypatch.setattr(
        Path, "open", lambda self, *how, **more: (opened.append(self.name), real(self, *how, **more))[1]
    )
    found = landed(book, store.parent)
    assert [Path(one.file).name for one in found.imported] == ["a.csv"] and found.waiting == ()
    assert "a.csv" in opened and not [name for name in opened if name in (store.name, f"{store.name}-wal")]


def test_a_folder_that_is_gone_keeps_no_other_from_its_files(book: Book, tmp_path: Path, folder: Path) -> None:
    teach(book, tmp_path)
    orders(folder / "a.csv", 1)
    found, states = import_watched(
        book.workspace,
        [str(tmp_path / "gone"), str(folder)],
        pause=lambda: None,
        progress=lambda _progress: None,
        cancelled=lambda: False,
    )
    assert len(found.imported) == 1
    assert [bool(state.fault) for state in states] == [True, False]


def test_a_cancel_keeps_the_files_before_it_and_leaves_the_rest_for_later(
    book: Book, tmp_path: Path, folder: Path
) -> None:
    teach(book, tmp_path)
    marks = []
    for name in ("a.csv", "b.csv"):
        orders(folder / name, *range(len(marks) * 10, len(marks) * 10 + 3))
        marks = list(look_into(str(folder)).marks)
    told: list[Progress] = []
    found = import_files_of_folders(
        book.workspace,
        marks,
        progress=told.append,
        cancelled=lambda: any(isinstance(one, FileDone) for one in told),
    )
    assert found.stopped and [Path(one.file).name for one in found.imported] == ["a.csv"]
    assert [one.name for one in found.done] == ["a.csv"] and found.changes.customers
    with pytest.raises(Cancelled):
        import_files_of_folders(book.workspace, marks, progress=lambda _p: None, cancelled=lambda: True)
    assert [Path(one.file).name for one in landed(book, folder).imported] == ["b.csv"]


def test_while_another_program_writes_nothing_is_lost_and_it_is_tried_again(
    book: Book, tmp_path: Path, folder: Path
) -> None:
    teach(book, tmp_path)
    orders(folder / "a.csv", 1)
    store = open_store(book.workspace.recipe.store, busy_timeout_ms=20)
    hasty = Book(replace(book.workspace, store=store))
    other = sqlite.connect(book.workspace.recipe.store, isolation_level=None)
    try:
        other.execute("BEGIN IMMEDIATE")
        found = landed(hasty, folder)
        assert found.fault and (found.imported, found.done, found.waiting) == ((), (), ())
    finally:
        other.close()
        store.close()
    assert len(landed(book, folder).imported) == 1


def test_the_job_of_the_child_process_opens_the_book_by_itself(book: Book, tmp_path: Path, folder: Path) -> None:
    teach(book, tmp_path)
    orders(folder / "a.csv", 1)
    recipe = Recipe(book.workspace.recipe.store, "Ana", "2026-11-21T08:00:00+00:00")
    job = FolderImportJob(recipe, look_into(str(folder)).marks)
    found = job(lambda _progress: None, lambda: False)
    assert len(found.imported) == 1 and found.run.scores is not None


def test_the_job_takes_a_file_that_has_just_landed_only_if_it_stays_as_it_was(
    book: Book, tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    teach(book, tmp_path)
    still, growing = orders(folder / "a.csv", 1), orders(folder / "b.csv", 2)
    fresh = look_into(str(folder)).marks

    def grow(_seconds: float) -> None:
        with growing.open("a") as file:
            file.write("O3,C3,2026-11-05,5.00\n")

    monkeypatch.setattr(services.pipeline.folder_import.time, "sleep", grow)
    job = FolderImportJob(Recipe(book.workspace.recipe.store, "Ana", "2026-11-21T08:00:00+00:00"), (), fresh)
    found = job(lambda _progress: None, lambda: False)
    assert [one.file for one in found.imported] == [str(still)]
    assert [one.path for one in found.done] == [str(still)] and found.waiting == ()
