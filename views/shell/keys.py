"""Where keys go in the window: to the page in front, to its next pane, one level up."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit, QTextEdit, QWidget

from views.shell.page import Page


def give_keys_to(page: Page) -> None:
    """Let keys go where they went in the page before, else to its first pane."""
    at = QApplication.focusWidget()
    if at is not None and within(at, page):
        return
    # One that is still hidden, as its rows are being read, takes them once it is shown.
    there = page.focusWidget() or next((pane for pane in page.panes() if pane.isVisibleTo(page)), None)
    if there is not None:
        there.setFocus()


def goes_up(event: QKeyEvent) -> bool:
    """Whether a key leads one level up: Esc, and not in a text, where it takes back what is being typed."""
    typing = isinstance(QApplication.focusWidget(), QLineEdit | QPlainTextEdit | QTextEdit)
    return event.key() == Qt.Key.Key_Escape and not typing


def next_pane(page: Page, step: int) -> None:
    """Let keys go to the pane after the one that they go to now, or to the one before it."""
    panes = list(page.panes())
    if not panes:
        return
    at = QApplication.focusWidget()
    now = next((n for n, pane in enumerate(panes) if at is not None and within(at, pane)), -step)
    panes[(now + step) % len(panes)].setFocus(Qt.FocusReason.ShortcutFocusReason)


def within(widget: QWidget, part: QWidget) -> bool:
    """Whether a widget is a part of the window, or in it."""
    return widget is part or part.isAncestorOf(widget)
