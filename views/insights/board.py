"""Dashboards as data say: rows of tiles, answered in turn off the window's thread, and the rows behind a figure."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QApplication, QScrollArea, QStackedWidget, QWidget

from models.values.dashboards import Dashboard, Drill, Filters, TileAnswer
from models.values.metrics import RowList, Value
from views.background import Desk, Failed
from views.insights.panel import PanelGrid, rest
from views.insights.rooms import BookOfMetrics
from views.insights.rows_pane import LISTED, RowsPane
from views.insights.tile import Tile
from views.theme import Theme
from views.widgets.labels import FlowingContent, column, scrolling

#: Narrower than this a figure has no room for its change, and a chart none for its names.
_FIGURE, _CHART = 182, 372


class DashboardView(QWidget):
    """The tiles of one dashboard.

    `drilled` carries a tile, and the metric and cell of its figure; `watch_wanted` a tile.
    """

    drilled = Signal(object, str, object)
    watch_wanted = Signal(object)

    def __init__(self, theme: Theme, dashboard: Dashboard) -> None:
        super().__init__()
        self.dashboard = dashboard
        self.asked: Filters | None = None  # what its figures are of; None: they must be read again
        self.tiles: dict[str, Tile] = {}
        self._grids: list[PanelGrid] = []
        for specs in dashboard.rows:
            row = [Tile(theme, spec) for spec in specs]
            for tile in row:
                tile.drilled.connect(partial(self.drilled.emit, tile))
                tile.watch_wanted.connect(partial(self.watch_wanted.emit, tile))
                self.tiles[tile.spec.key] = tile
            self._grids.append(PanelGrid(row))
        content = FlowingContent()
        content.setLayout(column(*self._grids, rest()))
        self.area: QScrollArea = scrolling(content)
        self.setLayout(column(self.area))

    def fit(self, width: int) -> None:
        """Place the tiles for a window of this width."""
        for grid, specs in zip(self._grids, self.dashboard.rows, strict=True):
            least = _FIGURE if all(spec.form == "figure" for spec in specs) else _CHART
            across = max(1, min(len(specs), width // least))
            lines = -(-len(specs) // across)
            across = -(-len(specs) // lines)  # lines of like length
            if across != grid.across:
                grid.place(across)


class Board(QStackedWidget):
    """The chosen dashboard, or the rows of one of its figures.

    Signals
    -------
    customer_wanted : the number of a row's customer.
    painted : all tiles of the dashboard have their answers.
    watch_wanted : a tile whose metric is to be watched.
    """

    customer_wanted = Signal(int)
    painted = Signal()
    watch_wanted = Signal(object)

    def __init__(self, theme: Theme, rooms: BookOfMetrics, desk: Desk) -> None:
        super().__init__()
        self._theme, self._rooms, self._desk = theme, rooms, desk
        self._views: dict[str, DashboardView] = {}
        self.view: DashboardView | None = None
        self._filters: Filters | None = None
        self._round = threading.Event()
        self._waiting: list[str] = []
        self._drilled: Callable[[], tuple[Drill, RowList]] | None = None
        self._from: QWidget | None = None
        self._leave: Callable[[], None] | None = None  # where the rows lead back to; None: the dashboard
        self._width = 1366
        self.rows = RowsPane(theme)
        self.rows.left.connect(self.go_back)
        self.rows.customer_wanted.connect(self.customer_wanted)
        self.addWidget(self.rows)

    def show_dashboard(self, dashboard: Dashboard, filters: Filters) -> None:
        """Show a dashboard; its tiles are asked for where they are not known with these filters."""
        view = self._views.get(dashboard.name)
        if view is None:
            view = self._views[dashboard.name] = DashboardView(self._theme, dashboard)
            view.drilled.connect(self._drill)
            view.watch_wanted.connect(self.watch_wanted)
            view.fit(self._width)
            self.addWidget(view)
        if self.view is not view or view.asked != filters:
            self.stop()
        # Whoever comes back to the page finds the rows that they left.
        if (self.view, self._filters) != (view, filters):
            self.setCurrentWidget(view)
        self.view, self._filters = view, filters
        if view.asked != filters:
            view.asked = filters
            self._ask(view, filters)
            if self.in_rows:
                self._read_rows()

    def forget(self) -> None:
        """The book changed: all figures must be read again."""
        for view in self._views.values():
            view.asked = None

    def stop(self) -> None:
        """Cancel what nobody waits for any more."""
        self._round.set()
        self._desk.drop("tile")
        if self._waiting and self.view is not None:
            self.view.asked = None
        self._waiting = []

    def fit(self, width: int) -> None:
        """The window has this width."""
        self._width = width
        for view in self._views.values():
            view.fit(width)

    def go_back(self) -> None:
        """Leave the rows for the dashboard, and for the figure from which they were asked for."""
        if self.currentWidget() is not self.rows or self.view is None:
            return
        self._desk.drop("rows")
        self.setCurrentWidget(self.view)
        if self._leave is not None:
            self._leave()
        elif self._from is not None:
            self._from.setFocus()

    @property
    def in_rows(self) -> bool:
        """Whether the rows of a figure are shown."""
        return self.currentWidget() is self.rows

    @property
    def stops(self) -> Sequence[QWidget]:
        """Where F6 leads."""
        if self.in_rows:
            return (self.rows.table,)
        shown = self.view.tiles.values() if self.view is not None else ()
        return tuple(tile.content for tile in shown if tile.content.isVisible())

    def _ask(self, view: DashboardView, filters: Filters) -> None:
        self._round = threading.Event()
        self._waiting = list(view.tiles)
        self._ask_next(view, filters)

    def _ask_next(self, view: DashboardView, filters: Filters) -> None:
        """Ask for one tile at a time: a click and the search of the window find a reader free."""
        if not self._waiting:
            self.painted.emit()
            return
        tile = view.tiles[self._waiting[0]]
        ask = partial(self._rooms.tile, tile.spec, filters, self._round.is_set)
        self._desk.read("tile", ask, partial(self._have, view, filters), partial(self._failed, view, filters))

    def _have(self, view: DashboardView, filters: Filters, shown: TileAnswer) -> None:
        view.tiles[self._waiting.pop(0)].show_answer(shown)
        self._ask_next(view, filters)

    def _failed(self, view: DashboardView, filters: Filters, failed: Failed) -> None:
        view.tiles[self._waiting.pop(0)].show_failure(failed)
        view.asked = None  # asked again at the next visit
        self._ask_next(view, filters)

    def _drill(self, tile: Tile, metric: str, cell: Mapping[str, Value]) -> None:
        if tile.shown is None or self.view is None:
            return
        self._from, self._leave = QApplication.focusWidget() or tile.content, None
        self.rows.wait_for(tile.spec.title, self.view.dashboard.title)
        self.setCurrentWidget(self.rows)
        self._drilled = partial(self._rooms.rows, tile.spec, tile.shown.query, metric, cell, LISTED)
        self._read_rows()

    def show_watched(self, code: str, from_: str, leave: Callable[[], None]) -> None:
        """Show the rows of a watch; the way back leads to the page that asked for them."""
        self._leave = leave
        self.rows.wait_for("What is watched", from_)
        self.setCurrentWidget(self.rows)
        self._drilled = partial(self._rooms.watched_rows, code, LISTED)
        self._read_rows()

    def _read_rows(self) -> None:
        if self._drilled is not None:
            self._desk.read("rows", self._drilled, self._have_rows, self.rows.show_failure)

    def _have_rows(self, found: tuple[Drill, RowList]) -> None:
        self.rows.show_rows(*found)
