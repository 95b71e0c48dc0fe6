"""The page Insights: the whole of it, its tables, a check at work, a book that was not checked or cannot be yet."""

from __future__ import annotations

import shutil
import threading
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import Qt

from models.store import connect
from models.values.changes import Changes
from models.values.dashboards import Filters
from models.values.errors import Cancelled
from models.values.imports import Progress
from tests.screenshots.studio import SIZES, TABS, WIDE, Shots, press, window
from views.actions import Command
from views.child import CancelCall, ProgressCall
from views.insights.tile_panel import TilePanel
from views.pictures import settle, wait_until
from views.theme import ThemeChoice

_BELOW = 100_000


def insights(shots: Shots) -> None:
    """Top, bottom, the table behind the curve, low confidence, a check at work; light, dark, small."""
    with window(shots.studio, "insights") as desk:
        for name in TABS:
            desk.window.show_page(f"insights/{name}")
            shots.shot(desk, f"insights-{name}")
            for size in ("1366", "760"):
                desk.window.resize(*SIZES[size])
                shots.shot(desk, f"insights-{name}-{size}")
            desk.window.resize(*WIDE)
            desk.theme.choose(ThemeChoice.DARK)
            shots.shot(desk, f"insights-{name}-dark")
            desk.theme.choose(ThemeChoice.LIGHT)
        page: Any = desk.window.page("insights")
        _arranged(shots, desk, page)
        desk.window.show_page("insights/scores")
        bar = page.scores.area.verticalScrollBar()
        bar.setValue(_BELOW)
        shots.shot(desk, "insights-below")
        desk.theme.choose(ThemeChoice.DARK)
        shots.shot(desk, "insights-below-dark")
        desk.theme.choose(ThemeChoice.LIGHT)
        desk.window.resize(760, 460)
        settle(desk)
        bar.setValue(560)
        shots.shot(desk, "insights-760-below")
        desk.window.resize(1440, 900)
        bar.setValue(0)
        page.scores.curve.setFocus()
        press(Qt.Key.Key_End)
        press(Qt.Key.Key_Left)
        shots.shot(desk, "insights-curve")
        page.bar._job = lambda: Standing()
        desk.window.actions_registry[Command.CHECK_SCORES].trigger()
        wait_until(lambda: page.bar.step.text().startswith("Checking"))
        shots.now(desk, "insights-checking")
        page.bar.stop()
        wait_until(lambda: page.bar.run is None)
        desk.window.toast.dismiss()
        page.scores.show_low.click()
        shots.shot(desk, "insights-low-confidence")
    _without_a_check(shots)


def _arranged(shots: Shots, desk: Any, page: Any) -> None:
    """Another figure under the lens with filters set, dark and small; the panel that makes a tile."""
    desk.window.show_page("insights/overview")
    desk.window.resize(1366, 768)
    settle(desk)
    page.filters.choose(Filters(tier="Gold", category="Denim"))
    page.filters.changed.emit()
    settle(desk)
    next(one for one in page.board.view.tiles.values() if one.title == "Revenue").content.click()
    desk.theme.choose(ThemeChoice.DARK)
    shots.shot(desk, "insights-filtered-dark")
    desk.theme.choose(ThemeChoice.LIGHT)
    page.filters.choose(Filters())
    page.filters.changed.emit()
    desk.window.actions_registry[Command.ADD_TILE].trigger()
    settle(desk)
    panel = desk.window.findChild(TilePanel)
    panel.what.setCurrentText("Tickets")
    panel.by.setCurrentIndex(panel.by.findData("channel"))
    shots.shot(desk, "insights-add-tile")
    panel.dismiss()
    desk.window.resize(1440, 900)
    settle(desk)


def _without_a_check(shots: Shots) -> None:
    path = shots.studio.folder / "unchecked.bellwether"
    shutil.copyfile(shots.studio.book, path)
    driver = connect(path)
    driver.execute("DELETE FROM score_reports")
    driver.close()
    with window(shots.studio, "insights", store=path) as desk:
        desk.window.show_page("insights/scores")
        shots.shot(desk, "insights-unchecked")


@dataclass(frozen=True)
class Standing:
    """A check that stands at its third day until it is cancelled."""

    def __call__(self, progress: ProgressCall, cancelled: CancelCall) -> Changes:
        """Tell one step, and wait."""
        progress(Progress("Back-testing the scores", 3, 8))
        while not cancelled():
            threading.Event().wait(0.02)
        raise Cancelled
