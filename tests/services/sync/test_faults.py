"""Disk, locks, a cancel, a killed process: the book is as before or as after, and a sentence says what to do."""

from __future__ import annotations

import pickle
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from models.store import connect, open_store
from models.values.errors import Cancelled, EnvironmentFault, StoreBusy
from models.values.imports import Progress
from services.sync import run_import
from tests.services.sync.book import FIXTURES, NOW, Book, open_book
from tests.services.sync.killed import kill_imports, left_behind, many_orders

MOMENTS = 10


def test_a_cancel_while_reading_leaves_the_book_as_it_was(book: Book, tmp_path: Path) -> None:
    path = many_orders(tmp_path / "a.csv", 5_000)
    before = book.hash()
    asked = iter(range(1_000_000))
    with pytest.raises(Cancelled):
        run_import(book.workspace, book.request(path), cancelled=lambda: next(asked) > 4)
    assert book.hash() == before
    assert left_behind(book.workspace.store.path) == []


def test_a_cancel_while_writing_leaves_the_book_as_it_was(book: Book, tmp_path: Path) -> None:
    path = many_orders(tmp_path / "a.csv", 3_000)
    before = book.hash()
    steps: list[str] = []

    def progress(step: Progress) -> None:
        steps.append(step.step)

    with pytest.raises(Cancelled):
        run_import(
            book.workspace,
            book.request(path),
            progress=progress,
            cancelled=lambda: any(step.startswith("Adding") for step in steps),
        )
    assert book.hash() == before
    assert book.one("SELECT count(*) FROM customers") == 0
    assert book.bring(path).rows["inserted"] == 3_000


def test_a_cancel_interrupts_a_long_statement(book: Book, tmp_path: Path) -> None:
    path = many_orders(tmp_path / "a.csv", 20_000)
    steps: list[str] = []
    asked_since: list[int] = []

    def cancelled() -> bool:
        if steps and steps[-1].startswith("Adding"):
            asked_since.append(1)
        return len(asked_since) > 2

    with pytest.raises(Cancelled):
        run_import(
            book.workspace, book.request(path), progress=lambda step: steps.append(step.step), cancelled=cancelled
        )
    assert book.one("SELECT count(*) FROM orders") == 0


def test_progress_counts_rows_up_to_their_number(book: Book, tmp_path: Path) -> None:
    told: list[Progress] = []
    run_import(book.workspace, book.request(many_orders(tmp_path / "a.csv", 2_000)), progress=told.append)
    assert {"Matching customers", "Comparing with your book", "Saving"} <= {step.step for step in told}
    assert all(step.total is None or step.done <= step.total for step in told)


def test_a_store_locked_by_another_program_is_said_in_a_sentence(store_path: Path) -> None:
    book = open_book(store_path)
    before = book.hash()
    book.workspace.close()
    impatient = connect(store_path)
    impatient.execute("BEGIN IMMEDIATE")
    try:
        workspace = replace(book.workspace, store=open_store(store_path, busy_timeout_ms=50))
        with pytest.raises(StoreBusy, match="Another program is writing") as caught:
            run_import(workspace, book.request(FIXTURES / "retail_lines.csv"))
        assert "\n" not in str(caught.value)
        workspace.close()
    finally:
        impatient.execute("ROLLBACK")
        impatient.close()
    again = open_book(store_path)
    assert again.hash() == before
    assert again.bring(FIXTURES / "retail_lines.csv").rows["inserted"] == 7
    again.workspace.close()


_LIMITED = """
import resource, signal, sys
from pathlib import Path
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
from models.values.errors import EnvironmentFault
from services.sync import imports_history, run_import, undo_import
from tests.services.sync.book import Book, open_book
book = open_book(Path(sys.argv[1]))
limit = int(sys.argv[3])
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
try:
    run_import(book.workspace, book.request(Path(sys.argv[2])))
except EnvironmentFault as fault:
    print(fault)
    sys.exit(3)
"""


@pytest.mark.parametrize("limit_kib", [300, 1_000, 3_500])
def test_a_full_disk_is_said_in_a_sentence(
    book: Book, tmp_path: Path, python: str, project: Path, limit_kib: int
) -> None:
    """A limit on the size of files stands for the disk: the staging file, the log or the store hits it."""
    path = many_orders(tmp_path / "a.csv", 30_000)
    before = book.hash()
    store = book.workspace.store.path
    done = subprocess.run(
        [python, "-c", _LIMITED, str(store), str(path), str(limit_kib * 1024)],
        cwd=project,
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 3, done.stderr
    sentence = done.stdout.strip()
    assert sentence.endswith(".") and "\n" not in sentence and "disk" in sentence
    assert book.hash() == before
    assert left_behind(store) == []


def test_a_process_killed_at_any_moment_leaves_the_book_before_or_after(
    tmp_path: Path, python: str, project: Path
) -> None:
    assert kill_imports(python, project, tmp_path, rows=12_000, kills=MOMENTS, seed=20)["killed"]


def test_the_importer_loads_neither_frames_nor_windows(python: str, project: Path) -> None:
    """What runs in a child process must not carry what it does not need."""
    script = (
        "import sys; import services.sync; from services.sync import run_import\n"
        "bad = {'pandas', 'numpy', 'PySide6', 'sklearn', 'scipy', 'alembic'} & set(sys.modules)\n"
        "print(sorted(bad)); sys.exit(bool(bad))"
    )
    done = subprocess.run([python, "-c", script], cwd=project, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_request_crosses_into_a_child_process(book: Book) -> None:
    request = book.request(FIXTURES / "retail_lines.csv", date_order="ymd")
    assert pickle.loads(pickle.dumps(request)) == request
    assert request.now == NOW


def test_an_unreadable_file_is_an_environment_fault(
    book: Book, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = many_orders(tmp_path / "a.csv", 10)
    real = Path.open

    def refuse(self: Path, *args: object, **kwargs: object) -> object:
        if self == path:
            raise PermissionError(13, "Permission denied")
        return real(self, *args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(EnvironmentFault, match="permission denied"):
        book.bring(path)
