"""Dashboards as data say: rows of tiles, answered one by one off the window's thread, and the rows behind a figure."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QApplication, QScrollArea, QStackedWidget, QWidget

from models.values.dashboards import Dashboard, Drill, Filters, TileAnswer, TileSpec
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
    """The tiles of one dashboard. `drilled` carries a tile, and the metric and cell of its figure."""

    drilled = Signal(object, str, object)

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
    """

    customer_wanted = Signal(int)
    painted = Signal()

    def __init__(self, theme: Theme, rooms: BookOfMetrics, desk: Desk) -> None:
        super().__init__()
        self._theme, self._rooms, self._desk = theme, rooms, desk
        self._views: dict[str, DashboardView] = {}
        self.view: DashboardView | None = None
        self._filters: Filters | None = None
        self._round = threading.Event()
        self._waiting: set[str] = set()
        self._from: QWidget | None = None
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

    def forget(self) -> None:
        """The book changed: all figures must be read again."""
        for view in self._views.values():
            view.asked = None

    def stop(self) -> None:
        """Cancel what nobody waits for any more."""
        self._round.set()
        for key in self._waiting:
            self._desk.drop(key)
        if self._waiting and self.view is not None:
            self.view.asked = None
        self._waiting = set()

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
        if self._from is not None:
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
        self._round = given_up = threading.Event()
        self._waiting = set(view.tiles)
        for key, tile in view.tiles.items():
            ask = partial(self._rooms.tile, tile.spec, filters, given_up.is_set)
            self._desk.read(key, ask, partial(self._have, tile), partial(self._failed, tile))

    def _have(self, tile: Tile, shown: TileAnswer) -> None:
        tile.show_answer(shown)
        self._done(tile)

    def _failed(self, tile: Tile, failed: Failed) -> None:
        tile.show_failure(failed)
        if self.view is not None:
            self.view.asked = None  # asked again at the next visit
        self._done(tile)

    def _done(self, tile: Tile) -> None:
        self._waiting.discard(tile.spec.key)
        if not self._waiting:
            self.painted.emit()

    def _drill(self, tile: Tile, metric: str, cell: Mapping[str, Value]) -> None:
        if tile.shown is None or self.view is None:
            return
        self._from = QApplication.focusWidget() or tile.content
        spec: TileSpec = tile.spec
        named = ", ".join(str(value) for value in cell.values() if value is not None)
        title = f"{spec.title}: {named}" if named else spec.title
        self.rows.wait_for(title, self.view.dashboard.title)
        self.setCurrentWidget(self.rows)
        ask = partial(self._rooms.rows, spec, tile.shown.query, metric, cell, LISTED)
        self._desk.read("rows", ask, self._have_rows, self.rows.show_failure)

    def _have_rows(self, found: tuple[Drill, RowList]) -> None:
        self.rows.show_rows(*found)
