"""Asking a person how somebody's consent is known and keeping it, on whichever page it is asked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from models.values.changes import Changes
from services import sync
from services.workspace import Workspace
from views.background import Failed
from views.shell.book import Book
from views.theme import Theme
from views.widgets.overlay import FormPanel, consent_panel
from views.words import counted

if TYPE_CHECKING:
    from services.permission.asking import Addressee


def ask_consent_of_several(book: Book, theme: Theme, window: QWidget, chosen: Sequence[int]) -> FormPanel:
    """Return the panel for customers who agreed together; their consent is one action."""

    def send(how: str, since: str) -> None:
        book.act(partial(_keep_several, tuple(chosen), how, since))

    return consent_panel(theme, window, counted(len(chosen), "customer"), book.workspace.clock.today(), send)


def addressee(workspace: Workspace, customer_id: int) -> Addressee:
    """Return whose consent counts for an email to a customer."""
    from services.permission.asking import read_addressee

    return read_addressee(workspace, customer_id)


def ask_consent(
    book: Book, theme: Theme, window: QWidget, asked: Addressee, failed: Callable[[Failed], None] | None = None
) -> FormPanel:
    """Return the panel; what is said there is kept with the one who is written to and can be undone."""

    def send(how: str, since: str) -> None:
        book.act(partial(_keep, asked, {"email_consent": "given", "email_consent_since": since,
                                        "email_consent_how": how}), "", None, failed)  # fmt: skip

    return consent_panel(theme, window, asked.name, book.workspace.clock.today(), send, asked.history)


def _keep(asked: Addressee, said: dict[str, str], workspace: Workspace) -> Changes:
    if asked.contact_id is not None:
        return sync.edit_contact(workspace, asked.contact_id, said)
    return sync.edit_customer(workspace, asked.customer_id, said)


def _keep_several(chosen: tuple[int, ...], how: str, since: str, workspace: Workspace) -> Changes:
    return sync.record_consents(workspace, chosen, since=since, how=how)
