"""Commands about policy documents: documents list, add, remove."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app.cli.frame import Reply, in_book, table
from models.values.errors import UserError
from models.values.words import count
from services.workspace import Workspace


@in_book()
def show(workspace: Workspace) -> Reply:
    """List the policy documents of the book, which `ask` searches."""
    from services.knowledge import known_documents

    known = known_documents(workspace)
    rows = [(one.title, one.file, f"{one.pages:,}", f"{one.words:,}") for one in known]
    words = table(("document", "file", "pages", "words"), rows, frozenset({2, 3})) if rows else "There are none yet."
    return Reply({"documents": [{"id": one.id, "title": one.title, "file": one.file, "pages": one.pages,
                                 "words": one.words} for one in known]}, words)  # fmt: skip


@in_book(create=True)
def add(
    workspace: Workspace,
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="PDF, Word (.docx), Markdown or text.")],
) -> Reply:
    """Add documents; one of the same file name is replaced. Can be undone."""
    from services.knowledge import add_documents

    changes = add_documents(workspace, [one.expanduser() for one in files])
    return Reply({"added": [one.name for one in files]}, changes.words or f"{count(len(files), 'document')} unchanged")


@in_book()
def remove(
    workspace: Workspace,
    document: Annotated[str, typer.Argument(metavar="DOCUMENT", help="Its title or file name, as listed.")],
) -> Reply:
    """Remove a document. Can be undone."""
    from services.knowledge import known_documents, remove_document

    wanted = document.casefold()
    named = [one for one in known_documents(workspace) if wanted in (one.title.casefold(), one.file.casefold())]
    if len(named) != 1:
        raise UserError(f"“{document}” is not one document of the book. `documents` lists them.")
    return Reply({"removed": named[0].file}, remove_document(workspace, named[0].id).words)
