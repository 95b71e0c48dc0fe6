"""The Insights page. So far it has one tab, Scores: the last check of the scores against the book's own past.

The check itself is long work in a child process; what it found comes back as a change of the book like any other.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Final, Literal

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractSlider, QWidget

from models.values.changes import Changes
from models.values.report_card import Reliance, ReportCard
from views.actions import Command
from views.background import Failed
from views.insights.check import CheckBar
from views.insights.rooms import BookOfScores
from views.insights.scores import ScoresTab, scores_skeleton
from views.shell.page import Context, Page
from views.widgets.labels import column, row, rule
from views.widgets.states import StatePane
from views.widgets.tabs import CountTabs, Tab
from views.widgets.tile_strip import TileStrip

SCORES: Final = "scores"
#: In a lower window the tiles are one line.
LOW: Final = 640
#: Files of customers whose forecasts were wrong, by kind.
MISS_FILES: Final[dict[Literal["missed", "alarmed"], str]] = {"missed": "missed-churn", "alarmed": "false-alarms"}
_SHOWN: Final = frozenset({"score_reports", "customer_risk_scores", "policies", "imports", "customers"})
#: What the tiles add up besides.
_COUNTED: Final = frozenset({"alerts", "messages"})
_MOVES: Final = {
    Qt.Key.Key_Down: QAbstractSlider.SliderAction.SliderSingleStepAdd,
    Qt.Key.Key_Up: QAbstractSlider.SliderAction.SliderSingleStepSub,
    Qt.Key.Key_PageDown: QAbstractSlider.SliderAction.SliderPageStepAdd,
    Qt.Key.Key_PageUp: QAbstractSlider.SliderAction.SliderPageStepSub,
    Qt.Key.Key_Home: QAbstractSlider.SliderAction.SliderToMinimum,
    Qt.Key.Key_End: QAbstractSlider.SliderAction.SliderToMaximum,
}


class InsightsPage(Page):
    """Tabs above, and below them what the chosen one shows."""

    def __init__(self, context: Context, rooms: BookOfScores | None = None) -> None:
        super().__init__(context)
        theme, book = context.theme, context.book
        self._rooms = rooms or BookOfScores(book)
        self._desk = book.desk(self)
        self._fresh = self._tiles_fresh = False
        self._card: ReportCard | None = None
        self.tabs = CountTabs(theme, "Insights", height=40)
        self.tabs.show_tabs([Tab(SCORES, "Scores")], SCORES)
        self.bar = CheckBar(book, context.actions, theme, self, self._rooms.checking)
        self.scores = ScoresTab(theme)
        self.state = StatePane(theme, self.scores, scores_skeleton)
        self.state.show_skeleton()
        top = row(self.tabs, self.bar)
        top.setStretch(0, 1)
        self.tiles = TileStrip(theme, 2, "Alert outcomes")
        self.tiles.asked.connect(lambda key: self.wants_page.emit(f"alerts/{key}"))
        self.setLayout(column(top, rule(), self.tiles, self.state))
        self.scores.customer_wanted.connect(self.wants_customer)
        self.scores.low_wanted.connect(lambda: self.wants_page.emit("customers/low-confidence"))
        self.scores.misses_wanted.connect(self._export_misses)
        self.take_commands({Command.CHECK_SCORES: self.bar.begin, Command.EXPORT_SCORES: self.export})

    # -- what the shell asks ------------------------------------------------------------------------------------

    def arrive(self) -> None:
        self._catch_up()
        self._enable()
        self.tabs.setFocus()

    def leave(self) -> None:
        for command in (Command.CHECK_SCORES, Command.EXPORT_SCORES):
            self.context.actions[command].setEnabled(False)

    def show_section(self, key: str) -> None:
        if key == SCORES:
            self.tabs.choose(key)

    def renew(self, changes: Changes) -> None:
        if changes.everyone or changes.tables & _SHOWN:
            self._fresh = False
        elif changes.tables & _COUNTED:
            self._tiles_fresh = False
        if self.isVisible():
            self._catch_up()

    def fit(self, width: int, height: int) -> None:
        self.scores.fit(width)
        self.bar.fit(width)
        self.tiles.set_low(height < LOW)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keys that nothing else took move the page."""
        action = _MOVES.get(Qt.Key(event.key())) if self.state.state == "content" else None
        if action is None:
            super().keyPressEvent(event)
        else:
            self.scores.area.verticalScrollBar().triggerAction(action)

    def panes(self) -> Sequence[QWidget]:
        return (self.tabs, *self.scores.stops) if self.state.state == "content" else (self.tabs,)

    # -- reading ------------------------------------------------------------------------------------------------

    def _catch_up(self) -> None:
        if not self._fresh:
            self._read()
        elif not self._tiles_fresh:
            self._read_tiles()

    def _read(self) -> None:
        self._fresh = True
        self.state.loading("Loading the last back-test")
        self._desk.read("card", self._rooms.card, self._have, self._failed)
        self._read_tiles()

    def _read_tiles(self) -> None:
        self._tiles_fresh = True
        self._desk.read("tiles", self._rooms.tiles, self.tiles.show_tiles, self._failed)

    def _have(self, card: ReportCard) -> None:
        self._card = card
        self._enable()
        if card.empty:
            self._desk.drop("reliance")
            to_data = partial(self.wants_page.emit, "data")
            self.state.show_empty(card.verdict.bold.rstrip("."), card.verdict.rest, ("Go to Data", to_data))
        else:
            self.scores.show_card(card)
            self.state.show_content()
            # Behind the answer: it counts over the whole book.
            self._desk.read("reliance", self._rooms.reliance, self._have_reliance, self._failed)
        self.settled.emit()

    def _have_reliance(self, reliance: Reliance) -> None:
        self.scores.show_reliance(reliance)

    def _failed(self, failed: Failed) -> None:
        self._fresh = False
        self.state.show_error(failed, self._read, "The last back-test could not be loaded")

    def _enable(self) -> None:
        """Switch off what cannot be done now, in palette, key and button alike."""
        if not self.isVisible():
            return
        card = self._card
        self.bar.allow(card is not None and not card.empty, first=card is None or card.report is None)
        self.context.actions[Command.EXPORT_SCORES].setEnabled(card is not None and card.report is not None)

    # -- commands -----------------------------------------------------------------------------------------------

    def export(self) -> None:
        """Ask for a file and write the figures of the last check into it."""
        from services.exporting import write_report_card

        self.export_list("scores-check", write_report_card)

    def _export_misses(self, kind: Literal["missed", "alarmed"]) -> None:
        from services.exporting import write_report_card

        self.export_list(MISS_FILES[kind], partial(write_report_card, misses=kind))
