"""Files about a customer, asked for on their page: one page as a PDF, and all that the book holds about them."""

from __future__ import annotations

import re
from functools import partial
from importlib import import_module
from pathlib import Path

from models.values.customers import CustomerProfile
from models.values.personal_data import PersonalData
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

    page.ask_place("Save brief", _name(page, "brief", profile), "PDF (*.pdf)", taken)


def _name(page: Page, kind: str, profile: CustomerProfile) -> str:
    called = re.sub(r"[^\w]+", "-", profile.name).strip("-").lower() or str(profile.id)
    return f"{kind}-{called}-{page.context.book.workspace.clock.today()}.pdf"


def save_all_data(page: Page, profile: CustomerProfile) -> None:
    """Ask for a file, .pdf or .json, and save what the book holds about a customer into it."""
    book, name = page.context.book, page.context.book_name
    desk = book.desk(page)

    def write(path: Path, content: bytes) -> None:
        done = partial(page.written.emit, f"All data of {profile.name} saved in {path.name}", path)
        desk.read("export", partial(write_pdf, book.workspace, content, path), lambda _size: done(), book.failed.emit)

    def have(path: Path, found: PersonalData) -> None:
        from views.printing.personal_data import personal_data_pdf

        write(path, personal_data_pdf(found, name))

    def taken(path: Path) -> None:
        as_it_is = path.suffix.lower() == ".json"
        ask = partial(_all_data, book.workspace, profile.id, as_it_is)
        desk.read("export", ask, partial(write if as_it_is else have, path), book.failed.emit)

    page.ask_place("Save all data", _name(page, "data", profile), "PDF (*.pdf);;JSON (*.json)", taken)


def _all_data(workspace: Workspace, customer: int, as_it_is: bool) -> PersonalData | bytes:
    from services.reports.personal_data import as_json, personal_data

    import_module("views.printing.personal_data")  # here, as the window's thread has no time for it
    found = personal_data(workspace, customer)
    return as_json(found) if as_it_is else found


def _brief(workspace: Workspace, customer: int, name: str) -> Brief:
    from services.reports import brief_of

    import_module("views.printing.brief")  # here, as the window's thread has no time for it
    return brief_of(workspace, customer, name)


def write_pdf(workspace: Workspace, pdf: bytes, path: Path) -> int:
    """Write pages, or data as they are, into a file that the book does not read from; its size in bytes."""
    from services.exporting import exporting, write_file

    with exporting(workspace, path):
        return write_file(path, lambda file: file.write(pdf), ".pdf", ".json")
