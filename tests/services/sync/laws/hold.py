"""What holds for every file: a check says what the import does, twice is once, and an undo leaves nothing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from models.values.errors import EnvironmentFault, UserError
from models.values.imports import Receipt
from services.sync import undo_import
from tests.services.sync.book import Book

#: Answers that a file may get, each in one sentence or more, never a traceback.
REFUSALS = (UserError, EnvironmentFault)


def same_but_for_the_import(check: Receipt, done: Receipt) -> None:
    plain = {"import_id": None, "rejects_file": None, "seconds": 0.0, "dry_run": False}
    assert replace(check, **plain) == replace(done, **plain)  # type: ignore[arg-type]


def brought_twice(book: Book, path: Path) -> tuple[Receipt, Receipt]:
    """Check a file, import it and import it again; return both receipts.

    The check leaves the book alone and says what the import does; the second import changes nothing.
    """
    before = book.hash()
    dry = book.bring(path, dry_run=True)
    assert book.hash() == before
    receipt = book.bring(path)
    same_but_for_the_import(dry, receipt)
    after = book.hash()
    again = book.bring(path)
    assert (again.rows["inserted"], again.rows["updated"]) == (0, 0)
    assert book.hash() == after
    return receipt, again


def take_back(book: Book, *receipts: Receipt) -> None:
    """Undo imports, the last one first."""
    for one in reversed(receipts):
        assert one.import_id is not None
        undo_import(book.workspace, one.import_id)


def hold(book: Book, path: Path) -> str:
    """Hold a file to the laws, or its refusal to a sentence; return what became of it."""
    before = book.hash()
    try:
        book.bring(path, dry_run=True)
    except REFUSALS as refused:
        assert str(refused).strip() and "Traceback" not in str(refused)
        assert book.hash() == before
        return "refused"
    take_back(book, *brought_twice(book, path))
    assert book.hash() == before
    return "imported"
