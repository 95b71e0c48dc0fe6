"""One page about a customer as a PDF, asked for on their page."""

from __future__ import annotations

import re
from functools import partial
from importlib import import_module
from pathlib import Path

from models.values.customers import CustomerProfile
from models.values.reports import Brief
from services.workspace import Workspace
from views.shell.page import Page


def save_brief(page: Page, profile: CustomerProfile) -> None:
    """Ask for a file and save the brief of a customer into it, in the background but for the painting."""
    book, name, customer = page.context.book, page.context.book_name, profile.id
    desk = book.desk(page)

    def taken(path: Path) -> None:
        desk.read("export", partial(_brief, book.workspace, customer, name), partial(painted, path), book.failed.emit)

    def painted(path: Path, found: Brief) -> None:
        from views.printing.brief import brief_pdf

        done = partial(page.written.emit, f"Brief of {found.name} saved in {path.name}", path)
        write = partial(write_pdf, book.workspace, brief_pdf(found), path)
        desk.read("export", write, lambda _written: done(), book.failed.emit)

    called = re.sub(r"[^\w]+", "-", profile.name).strip("-").lower() or str(customer)
    page.ask_place("Save brief", f"brief-{called}-{book.workspace.clock.today()}.pdf", "PDF (*.pdf)", taken)


def _brief(workspace: Workspace, customer: int, name: str) -> Brief:
    from services.reports import brief_of

    import_module("views.printing.brief")  # here, as the window's thread has no time for it
    return brief_of(workspace, customer, name)


def write_pdf(workspace: Workspace, pdf: bytes, path: Path) -> int:
    """Write pages into a file that the book does not read from; its size in bytes."""
    from services.exporting import exporting, write_file

    with exporting(workspace, path):
        return write_file(path, lambda file: file.write(pdf), ".pdf")
