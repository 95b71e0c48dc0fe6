"""Commands that change nothing work on a book that lies where nothing can be written."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from tests.models.test_read_only_store import like_everyone
from tests.services.alerting.book import Book

pytestmark = [
    pytest.mark.usefixtures("moment"),
    pytest.mark.skipif(os.name != "posix", reason="folders are locked otherwise elsewhere"),
]


@pytest.fixture(scope="module")
def locked() -> Iterator[Path]:
    """A scored book with a year of orders, in a folder that is locked; one like it lies beside that."""
    from services.scoring import score_due

    with TemporaryDirectory(prefix="bellwether-test-") as name:
        Path(name).chmod(0o755)
        folder = Path(name) / "locked"
        book = Book(Path(name) / "free.bw")
        for customer in book.crowd(40):
            for ago in range(customer % 50, 400, 30):
                book.order(customer, ago=ago)
        score_due(book.workspace, force_all=True)
        book.evaluate()
        book.close()
        folder.mkdir()
        shutil.copyfile(Path(name) / "free.bw", folder / "book.bw")
        (folder / "book.bw").chmod(0o444)
        folder.chmod(0o555)
        yield folder / "book.bw"
        folder.chmod(0o755)


@pytest.mark.parametrize(
    "words",
    [
        ("customer", "1"), ("customers",), ("alerts", "--all"), ("score", "--as-of", "2026-10-01"), ("backtest",),
        ("alerts", "--as-of", "2026-10-01"), ("journal",), ("verify",),
    ],
    ids=" ".join,
)  # fmt: skip
def test_what_changes_nothing_is_answered(ask: Any, locked: Path, words: tuple[str, ...]) -> None:
    # First where it may be written: what is imported at its first use is then there for everyone.
    _, elsewhere, _ = ask(*words, store=locked.parent.parent / "free.bw")
    with like_everyone():
        code, document, error = ask(*words, store=locked)
    assert code == 0 and len(document) == len(elsewhere), error
    assert [one.name for one in locked.parent.iterdir()] == ["book.bw"]


@pytest.fixture
def export(locked: Path) -> Path:
    """A file that everyone may read."""
    made = locked.parent.parent / "customers.csv"
    made.write_text("customer id,name,email\nN1,Ada Lovelace,ada@one.example\nN2,Bo Diddley,bo@two.example\n")
    return made


def test_an_import_names_the_book_that_cannot_be_changed_and_none_of_its_files(
    ask: Any, locked: Path, export: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(locked.parent.parent / "config"))
    assert ask("import", str(export), store=locked.parent.parent / "free.bw")[0] == 0
    with like_everyone():
        code, _, error = ask("import", str(export), store=locked)
    assert code == 1 and "staging" not in error
    assert "book.bw can be read but not changed where it is. Nothing was changed; copy it" in error


@pytest.mark.parametrize("words", [("score", "--all"), ("customer", "add", "name=Brightwell Dental")], ids=" ".join)
def test_what_would_change_it_says_what_to_do(
    ask: Any, locked: Path, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    # No preferences: those of the tests' own home can only be read by the administrator, and that would be said, too.
    monkeypatch.setenv("XDG_CONFIG_HOME", str(locked.parent.parent / "config"))
    assert ask(*words, store=locked.parent.parent / "free.bw")[0] == 0
    with like_everyone():
        code, _, error = ask(*words, store=locked)
    assert code == 1
    assert error == (
        "book.bw can be read but not changed where it is. Nothing was changed; "
        "copy it to a folder you can write to, and open it there.\n"
    )
