"""The Insights page: dashboards, each a tab of tiles as data say, and Scores, the last check of the scores.

The check itself is long work in a child process; what it found comes back as a change of the book like any other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final, Literal

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractSlider, QMenu, QStackedWidget, QWidget

from models.values.changes import Changes
from models.values.dashboards import Dashboard
from models.values.metrics import RowList
from models.values.report_card import Reliance, ReportCard
from models.values.watches import PREFIX, ROLLING, Watch
from services.workspace import Workspace
from views.actions import Command
from views.background import Failed
from views.insights.board import Board
from views.insights.check import CheckBar
from views.insights.editing import OF_DASHBOARD, OF_TILE, Editing
from views.insights.exporting import TabExport
from views.insights.filter_bar import FilterBar
from views.insights.panel import hold
from views.insights.rooms import BookOfMetrics, BookOfScores
from views.insights.saved_views import OF_VIEW, SavedViews
from views.insights.scores import ScoresTab, scores_skeleton
from views.shell.deals import Deals
from views.shell.metric_watch import WatchPanel
from views.shell.page import Context, Page
from views.widgets.buttons import CommandButton, IconButton
from views.widgets.labels import column, row, rule
from views.widgets.states import StatePane
from views.widgets.tabs import CountTabs, Tab
from views.widgets.tile_strip import TileStrip

SCORES: Final = "scores"
DEAL_COMMANDS: Final = (Command.EDIT_DEAL, Command.DEAL_TASK)
_ALL_COMMANDS: Final = (
    Command.CHECK_SCORES, Command.EXPORT_TAB, Command.SHOW_VIEWS, *OF_TILE, *OF_DASHBOARD, *OF_VIEW, *DEAL_COMMANDS,
)  # fmt: skip
#: In a lower window the tiles are one line.
LOW: Final = 640
#: Files of customers whose forecasts were wrong, by kind.
MISS_FILES: Final[dict[Literal["missed", "alarmed"], str]] = {"missed": "missed-churn", "alarmed": "false-alarms"}
_SHOWN: Final = frozenset({"score_reports", "customer_risk_scores", "policies", "imports", "customers"})
#: What people arrange here: no figure changes with it.
_ARRANGED: Final = frozenset({"dashboards", "saved_views"})
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
        self._rooms, self._figures = rooms or BookOfScores(book), BookOfMetrics(book)
        self._desk = book.desk(self)
        self._fresh = self._tiles_fresh = self._offered = False
        self._card: ReportCard | None = None
        self._dashboards: dict[str, Dashboard] = {}
        self._known = False  # whether these are the book's dashboards as they are now
        self._wanted = ""  # the title of a dashboard that was made and comes to the front
        self.tabs = CountTabs(theme, "Insights", height=40)
        self.tabs.chosen.connect(self._show_tab)
        self.filters = FilterBar(theme)
        self.filters.recall(context.remembered.value.insights_filters)
        self.filters.changed.connect(self._filtered)
        self.board = Board(theme, self._figures, self._desk)
        self.board.customer_wanted.connect(self.wants_customer)
        self.board.painted.connect(self.settled)
        self.board.tab_wanted.connect(self._open_tab)
        self._watched = ""  # the watch whose rows are to be shown
        self.board.rows.deals_chosen.connect(self._enable)
        self.board.rows.offer([
            CommandButton.of(theme, context.actions[command], icon, text=words)
            for command, icon, words in zip(DEAL_COMMANDS, ("deal", "task"), ("Change…", "Make tasks…"), strict=True)
        ])  # fmt: skip
        self.board.rows.left.connect(self._enable)
        self.board.rows.export_wanted.connect(self.export)
        self.board.rows.menu_wanted.connect(self._show_menu)
        self._deals = Deals(book, theme, self)
        self.bar = CheckBar(book, context.actions, theme, self, self._rooms.checking)
        self.scores = ScoresTab(theme)
        self.state = StatePane(theme, self.scores, scores_skeleton)
        self.state.show_skeleton()
        self.save = IconButton(theme, "file", context.actions[Command.EXPORT_TAB].toolTip())
        self.save.clicked.connect(context.actions[Command.EXPORT_TAB].trigger)
        self.menu = IconButton(theme, "more", "Tiles and dashboards")
        self.views = SavedViews(self, self.filters, self._filtered)
        self._filters_side = hold(row(self.filters, self.views.button, self.save, self.menu, margins=(0, 0, 12, 0)))
        top = row(self.tabs, self._filters_side, self.bar)
        top.setStretch(0, 1)
        self.tiles = TileStrip(theme, 2, "Alert outcomes")
        self.tiles.asked.connect(lambda key: self.wants_page.emit(f"alerts/{key}"))
        self._scores_side = hold(column(self.tiles, self.state))
        self._stack = QStackedWidget()
        for side in (self.board, self._scores_side):
            self._stack.addWidget(side)
        self.opened = StatePane(theme, self._stack, scores_skeleton)
        self.setLayout(column(top, self.filters.line, rule(), self.opened))
        self._place()
        self.scores.customer_wanted.connect(self.wants_customer)
        self.scores.low_wanted.connect(lambda: self.wants_page.emit("customers/low-confidence"))
        self.scores.misses_wanted.connect(self._export_misses)
        self.board.elsewhere = (self.tabs, self.filters, self.filters.line, self.views.button, self.save)
        self.editing = Editing(self, self.board, self._figures, self.menu, self._want)
        self.menu.clicked.connect(self._show_all)
        self.take_commands({
            Command.CHECK_SCORES: self.bar.begin, Command.EXPORT_TAB: self.export,
            Command.WATCH_TILE: self._watch, Command.EXPORT_TILE: self._export_tile,
            Command.FILTER: self._open_filters,
            Command.EDIT_DEAL: lambda: self._deals.change(self.board.rows.chosen_deals, self.board.rows.heading),
            Command.DEAL_TASK: lambda: self._deals.add_tasks(self.board.rows.chosen_deals, self.board.rows.heading),
        })  # fmt: skip

    # -- what the shell asks ------------------------------------------------------------------------------------

    def go_back(self) -> None:
        self.board.go_back()

    def arrive(self) -> None:
        self._show_tab()
        if not self.board.in_rows:
            self.tabs.setFocus()

    def leave(self) -> None:
        self.board.stop()
        for command in _ALL_COMMANDS:
            self.context.actions[command].setEnabled(False)

    def show_section(self, key: str) -> None:
        if key.startswith(PREFIX):
            self._watched = key
            if self._at_scores:
                self.tabs.choose(next(iter(self._dashboards)))
            self._show_tab()
        elif key == SCORES or key in self._dashboards or not self._dashboards:
            self.tabs.choose(key)
            self._show_tab()

    def renew(self, changes: Changes) -> None:
        if changes.everyone or changes.tables & _ARRANGED:
            self._known = False
        if changes.tables and changes.tables <= _ARRANGED:
            if self.isVisible():
                self._show_tab()
            return
        self.board.forget()
        self._offered = False
        if changes.everyone or changes.tables & _SHOWN:
            self._fresh = False
        elif changes.tables & _COUNTED:
            self._tiles_fresh = False
        if self.isVisible():
            self._show_tab()

    def fit(self, width: int, height: int) -> None:
        self.scores.fit(width)
        self.board.fit(width)
        self.filters.fit(width)
        self.bar.fit(width)
        self.tiles.set_low(height < LOW)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keys that nothing else took move the page."""
        at_scores = self._at_scores and self.state.state == "content"
        view = None if self._at_scores or self.board.in_rows else self.board.view
        area = self.scores.area if at_scores else view.area if view is not None else None
        action = _MOVES.get(Qt.Key(event.key()))
        if action is None or area is None:
            super().keyPressEvent(event)
        else:
            area.verticalScrollBar().triggerAction(action)

    def panes(self) -> Sequence[QWidget]:
        if not self._at_scores:
            return (self.tabs, self.filters.period, *self.board.stops)
        return (self.tabs, *self.scores.stops) if self.state.state == "content" else (self.tabs,)

    # -- tabs ---------------------------------------------------------------------------------------------------

    @property
    def _at_scores(self) -> bool:
        return self.tabs.current == SCORES

    def _show_tab(self, _chosen: object = None) -> None:
        """Show what the chosen tab has, and read what of it is not known."""
        if not self._known:
            self._known = True
            self._desk.read("dashboards", self._figures.dashboards, self._have_dashboards, self._without_tabs)
            self._desk.read("views", self._figures.views, self.views.show_views, self.context.book.failed.emit)
        if not self._dashboards:
            return
        self._place()
        if self._at_scores:
            self.board.stop()
            self._catch_up()
        else:
            self.board.show_dashboard(self._dashboards[self.tabs.current], self.filters.filters)
            if self._watched:
                self.board.show_watched(self._watched, "Alerts", partial(self.wants_page.emit, "alerts"))
                self._watched = ""
            if not self._offered:
                self._offered = True
                self._desk.read("choices", self._figures.choices, self.filters.offer, self._without_choices)
        self._enable()

    def _open_tab(self, name: str) -> None:
        self.show_section(name)
        self.tabs.setFocus()

    def _filtered(self) -> None:
        self.context.remembered.set(insights_filters=self.filters.kept)
        self.views.follow()
        self._show_tab()

    def _place(self) -> None:
        self._stack.setCurrentWidget(self._scores_side if self._at_scores else self.board)
        self._filters_side.setVisible(not self._at_scores)
        self.filters.line.setVisible(not self._at_scores and bool(self.filters.chips))
        self.bar.setVisible(self._at_scores)

    def _have_dashboards(self, dashboards: Sequence[Dashboard]) -> None:
        self._dashboards = {one.name: one for one in dashboards}
        self.opened.show_content()
        made = [one.name for one in dashboards if one.title == self._wanted]
        wanted = made[-1] if made else self.tabs.current or None
        self._wanted = "" if made else self._wanted
        tabs = [*(Tab(one.name, one.title) for one in dashboards), Tab(SCORES, "Scores")]
        self.tabs.show_tabs(tabs, wanted)
        self._show_tab()

    def _want(self, title: str) -> None:
        self._wanted = title

    def _without_tabs(self, failed: Failed) -> None:
        self._known = False
        self.opened.show_error(failed, self._show_tab, "The tabs could not be loaded")

    def _without_choices(self, failed: Failed) -> None:
        self._offered = False  # asked again at the next visit
        self.filters.show_failure(failed)

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
        at_scores = self._at_scores
        self.bar.allow(at_scores and card is not None and not card.empty, first=card is None or card.report is None)
        known = at_scores and card is not None and card.report is not None
        self.context.actions[Command.EXPORT_TAB].setEnabled(known or (not at_scores and bool(self._dashboards)))
        self.editing.enable()
        self.views.enable()
        deals = not at_scores and self.board.in_rows and bool(self.board.rows.chosen_deals)
        for command in DEAL_COMMANDS:
            self.context.actions[command].setEnabled(deals)

    def _show_menu(self, _customer: int | None, at: QPoint) -> None:
        """What can be done with the deals of the selected rows."""
        if self.board.rows.lists_deals:
            menu = QMenu(self)
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            for command in DEAL_COMMANDS:
                menu.addAction(self.context.actions[command])
            menu.popup(at)

    # -- commands -----------------------------------------------------------------------------------------------

    def export(self) -> None:
        """Ask for a file and write what the tab in front shows into it, or all rows of the list in front."""
        from services.exporting import write_report_card

        if not self._at_scores:
            view = self.board.view
            if self.board.in_rows:
                self.export_list("rows", partial(_write_rows, self.board.all_rows))
            elif view is not None:
                TabExport(self, self._figures).ask(view.dashboard, self.filters.filters, view.picture)
            return
        self.export_list("scores-check", write_report_card)

    def _export_tile(self) -> None:
        view, tile = self.board.view, self.board.tile
        if view is not None and tile is not None:
            alone = replace(view.dashboard, title=tile.title, rows=((tile.spec,),))
            TabExport(self, self._figures).ask(alone, self.filters.filters, tile.picture)

    def _open_filters(self) -> None:
        if not self._at_scores:
            self.filters.open_menu()

    def _show_all(self) -> None:
        """Everything that can be done with the tab and the tile in hand."""
        tile = OF_TILE if self.board.tile is not None else ()
        at = self.menu.mapToGlobal(self.menu.rect().bottomLeft())
        self.editing.show_menu(at, (*tile, *OF_DASHBOARD, *OF_VIEW, Command.EXPORT_TAB))

    def _watch(self) -> None:
        """Ask when the metric of the tile in hand raises an alert; counted as the tile does."""
        tile = self.board.tile
        if tile is None or tile.shown is None:
            return
        query, heads = tile.shown.query, {one.name: one for one in tile.shown.answer.columns}
        offered = [(name, heads[name].title, heads[name].unit) for name in query.metrics]
        rolls = not tile.spec.query.by and ROLLING.fullmatch(query.period)
        watch = Watch(query.metrics[0], "above", 0.0, query.where)
        watch = replace(watch, period=query.period) if rolls else watch
        WatchPanel(
            self.context.book, self.context.theme, self.window(), offered, watch, self._figures.watch
        ).open_under(tile.content)

    def _export_misses(self, kind: Literal["missed", "alarmed"]) -> None:
        from services.exporting import write_report_card

        self.export_list(MISS_FILES[kind], partial(write_report_card, misses=kind))


def _write_rows(read: Callable[[], RowList], _workspace: Workspace, path: Path) -> int:
    from services.reports import write_rows_table

    return write_rows_table(read(), path)
