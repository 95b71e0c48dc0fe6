"""Erase a customer for good: asked twice, as it cannot be undone; the receipt is saved as a file."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from models.values.changes import Changes
from models.values.customers import CustomerProfile
from services.workspace import Workspace
from views.shell.page import Page
from views.widgets.overlay import Choice, ChoicePanel

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

#: What stands below the question whether to erase.
NO_WAY_BACK = (
    "This cannot be undone. Bellwether deletes everything about them, also from the journal, and later imports skip "
    "them. Earlier backups keep the data until you delete those backups."
)


def ask_to_erase(page: Page, profile: CustomerProfile, anchor: QWidget) -> None:
    """Ask whether to erase a customer and where the receipt goes, and do it."""
    choices = (Choice("Keep this customer", "", False), Choice("Erase and save the receipt…", "", True))
    place = f"Erasure receipt {profile.id}.txt"

    def chosen(erases: bool) -> None:
        if erases:
            page.ask_place("Save the receipt", place, "Text (*.txt)", partial(_erase, page, profile.id))

    title = f"Erase {profile.name} for good?"
    ChoicePanel(page.context.theme, page.window(), title, choices, chosen, NO_WAY_BACK).open_under(anchor)


def _erase(page: Page, customer_id: int, receipt: Path) -> None:
    book = page.context.book
    workspace = book.workspace

    def done(changes: Changes) -> None:
        book.heard(changes, own=True)
        book.renew(changes)
        page.written.emit(f"Erased customer {customer_id}. The receipt is in {receipt.name}", receipt)

    book.desk(page).write(partial(_erased, workspace, customer_id, receipt), done, book.failed.emit)


def _erased(workspace: Workspace, customer_id: int, receipt: Path) -> Changes:
    from services.duplicates import erase_customer
    from services.pipeline.retention import with_receipt

    return with_receipt(workspace, receipt, lambda: erase_customer(workspace, customer_id))[0].changes
