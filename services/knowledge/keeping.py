"""Documents of a book: added, replaced and removed as journalled units of work."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Final

from models import sqlite
from models.tables import documents
from models.values.changes import Changes
from models.values.errors import UserError
from models.values.knowledge import KnownDocument
from models.values.words import count, listed
from services.knowledge.reading import PAGE_BREAK, read_document
from services.workspace import Workspace

#: Under which source documents are kept; the name of the file is their ID.
SOURCE: Final = "document"
_LISTED: Final = """
SELECT id, title, external_id, length(text) - length(replace(text, char(12), '')) + 1,
       length(text) - length(replace(text, ' ', '')) + 1
  FROM documents WHERE source = ? ORDER BY title COLLATE NOCASE, id
"""


def known_documents(workspace: Workspace) -> tuple[KnownDocument, ...]:
    """Return the documents of the book, by title."""
    with workspace.store.snapshot() as driver:
        return tuple(KnownDocument(*row) for row in driver.execute(_LISTED, (SOURCE,)))


def add_documents(workspace: Workspace, paths: Sequence[Path]) -> Changes:
    """Add documents; one of the same file name is replaced.

    Raises
    ------
    UserError
        One cannot be read: none is added.
    """
    read = [(path, *read_document(path)) for path in paths]
    if not read:
        raise UserError("Name at least one document.")
    with workspace.store.unit_of_work(workspace.me, "add-documents", "documents", at=workspace.at) as work:
        for path, title, pages in read:
            values = {"title": title, "text": PAGE_BREAK.join(pages)}
            known = work.connection.exec_driver_sql(
                "SELECT id FROM documents WHERE source = ? AND external_id = ?", (SOURCE, path.name)
            ).scalar()
            if known is not None:
                work.update(documents, known, values)
            else:
                work.insert(documents, {"source": SOURCE, "external_id": path.name, **values})
        titles = [f"“{title}”" for _path, title, _pages in read]
        more = [count(len(read) - 3, "other document")] if len(read) > 4 else []
        work.say(f"Added {listed([*titles[: 3 if more else 4], *more])}")
        return work.commit()


def remove_document(workspace: Workspace, number: int) -> Changes:
    """Remove a document.

    Raises
    ------
    UserError
        There is none with this number.
    """
    with workspace.store.unit_of_work(workspace.me, "remove-document", f"document:{number}", at=workspace.at) as work:
        title = work.connection.exec_driver_sql(
            "SELECT title FROM documents WHERE id = ? AND source = ?", (number, SOURCE)
        ).scalar()
        if title is None:
            raise UserError(f"There is no document {number}. “bellwether documents” lists them.")
        work.delete(documents, number)
        work.say(f"Removed “{title}”")
        return work.commit()


def texts_of(driver: sqlite.Connection) -> tuple[tuple[int, str, str], ...]:
    """Return number, title and text of each document; its pages are parted by ``PAGE_BREAK``."""
    sql = "SELECT id, title, text FROM documents WHERE source = ? ORDER BY id"
    with closing(driver.execute(sql, (SOURCE,))) as rows:
        return tuple(tuple(row) for row in rows)
