"""Scores that a person set: the panel, and the marks beside the figures of an alert and of a customer."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from PySide6.QtCore import Qt

from services import scoring
from services.pipeline import after_change
from tests.screenshots.studio import Shots, press, window
from views.pictures import settle, wait_until
from views.theme import ThemeChoice


def overrides(shots: Shots) -> None:
    """A risk and a segment set by hand: on both pages, small, dark; the panel where one is set."""
    with window(shots.studio) as desk:
        page: Any = desk.window.page("alerts")
        workspace, customer = desk.book.workspace, page.queue.view.current.customer_id
        until = workspace.clock.today() + timedelta(days=46)
        changes = scoring.set_override(
            workspace, customer, "churn_risk", 0.2, reason="they renewed by phone", until=until
        )
        changes = changes.merged(
            scoring.set_override(workspace, customer, "segment", "Loyal", reason="on leave until spring", until=until)
        )
        desk.book.heard(after_change(workspace, changes).changes, own=True)
        wait_until(lambda: len(page.detail.notes.lines) > 1)
        shots.shot(desk, "alerts-override")
        page.queue.view.setFocus()
        press(Qt.Key.Key_V)
        shots.shot(desk, "alerts-override-panel")
        press(Qt.Key.Key_Escape)
        desk.window.show_customer(customer)
        settle(desk)
        shots.sizes(desk, "customers-override")
        desk.theme.choose(ThemeChoice.DARK)
        shots.shot(desk, "customers-override-dark")
        desk.theme.choose(ThemeChoice.LIGHT)
