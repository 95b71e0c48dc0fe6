"""Asking a person for an override and doing what they say, on whichever page it is asked."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from PySide6.QtWidgets import QWidget

from models.values.alerts import ScoreFigures
from models.values.changes import Changes
from services import scoring
from services.workspace import Workspace
from views.scores.override_panel import OverridePanel, Setting
from views.shell.book import Book
from views.theme import Theme


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose scores are meant, and what they are now; ``currency`` is '' where it is not known."""

    customer_id: int
    name: str
    figures: ScoreFigures | None
    currency: str


def ask_override(book: Book, theme: Theme, window: QWidget, asked: Asked, anchor: QWidget) -> OverridePanel:
    """Open the panel under an anchor; what is asked for is done through the book and can be undone."""

    def send(wanted: Setting) -> None:
        book.act(partial(_set, asked.customer_id, wanted))

    def back(figure: str) -> None:
        book.act(partial(end_override, customer_id=asked.customer_id, figure=figure))

    today = book.workspace.clock.today()
    panel = OverridePanel(theme, window, asked.name, asked.figures, asked.currency, today, send, back)
    panel.open_under(anchor)
    return panel


def end_override(workspace: Workspace, *, customer_id: int, figure: str) -> Changes:
    """Let the computed figure of a customer count again."""
    return scoring.end_override(workspace, customer_id, figure)


def _set(customer_id: int, wanted: Setting, workspace: Workspace) -> Changes:
    return scoring.set_override(
        workspace, customer_id, wanted.figure, wanted.value, reason=wanted.reason, until=wanted.until
    )
