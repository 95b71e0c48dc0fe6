"""Dashboards as data say: rows of tiles, answered in turn off the window's thread, and the rows behind a figure."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Final

from PySide6.QtCore import QPoint, Signal
from PySide6.QtWidgets import QApplication, QStackedWidget, QWidget

from models.values.dashboards import Dashboard, Drill, Filters, TileAnswer, TileSpec
from models.values.metrics import RowList, Value
from views.background import Desk, Failed
from views.insights.dashboard_view import DashboardView
from views.insights.rooms import BookOfMetrics
from views.insights.rows_pane import LISTED, RowsPane
from views.insights.tile import Tile
from views.theme import Theme

#: So many tiles are asked for at a time: one reader of the window is left for a click or a search.
_LANES: Final = ("tile", "tile beside")


class Board(QStackedWidget):
    """The chosen dashboard, or the rows of one of its figures.

    Signals
    -------
    customer_wanted : the number of a row's customer.
    painted : all tiles of the dashboard have their answers.
    menu_wanted : where on the screen the menu of the tile in hand is to open.
    tile_wanted : a first tile is wanted where there is none.
    tab_wanted : the name of another dashboard that is wanted.
    tile_changed : another tile is in hand, or none.
    tile_dropped : a tile, and its new place among those that it can change places with.
    """

    customer_wanted = Signal(int)
    painted = Signal()
    menu_wanted = Signal(object)
    tile_wanted = Signal()
    tab_wanted = Signal(str)
    tile_changed = Signal()
    tile_dropped = Signal(object, int)

    def __init__(self, theme: Theme, rooms: BookOfMetrics, desk: Desk) -> None:
        super().__init__()
        self._theme, self._rooms, self._desk = theme, rooms, desk
        self._views: dict[str, DashboardView] = {}
        self.view: DashboardView | None = None
        self._filters: Filters | None = None
        self._round = threading.Event()
        self._waiting: list[str] = []  # the tiles that are still to be asked for
        self._underway: dict[str, str] = {}  # of each lane, the tile that was asked for
        self._drilled: Callable[[int | None], tuple[Drill, RowList]] | None = None
        self._from: QWidget | None = None
        self._leave: Callable[[], None] | None = None  # where the rows lead back to; None: the dashboard
        self._width = 1366
        self._tile: Tile | None = None
        self.elsewhere: Sequence[QWidget] = ()  # with the focus there no tile is in hand
        self.rows = RowsPane(theme)
        self.rows.left.connect(self.go_back)
        self.rows.customer_wanted.connect(self.customer_wanted)
        self.addWidget(self.rows)
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.focusChanged.connect(self._focus_moved)

    @property
    def tile(self) -> Tile | None:
        """The tile in hand: what is done with a tile is done with it."""
        return self._tile if not self.in_rows else None

    def take(self, tile: Tile | None) -> None:
        """Take another tile in hand."""
        if tile is not self._tile:
            for one, held in ((self._tile, False), (tile, True)):
                if one is not None:
                    one.hold(held)
            self._tile = tile
            self.tile_changed.emit()

    def _focus_moved(self, _before: QWidget | None, now: QWidget | None) -> None:
        """The tile with the focus is in hand; it stays so while a button or the palette has the focus."""
        if self.view is None or now is None or not self.isVisible():
            return
        found = next((tile for tile in self.view.built if tile.isAncestorOf(now)), None)
        if found is not None or any(part is now or part.isAncestorOf(now) for part in self.elsewhere):
            self.take(found)

    def show_dashboard(self, dashboard: Dashboard, filters: Filters) -> None:
        """Show a dashboard; its tiles are asked for where they are not known with these filters."""
        view = self._views.get(dashboard.name)
        if view is None or view.dashboard != dashboard:
            view = self._arrange(dashboard, view)
        if self.view is not view or view.asked != filters:
            self.stop()
        # Whoever comes back to the page finds the rows that they left.
        if (self.view, self._filters) != (view, filters):
            self.setCurrentWidget(view)
        if self.view is not view:
            self.view = view
            self.take(None)
        self._filters = filters
        known = view.asked == filters
        missing = [key for key in view.specs if not known or not view.shows(key)]
        missing.sort(key=lambda key: view.specs[key].form != "headline")  # it begins, as it takes longest
        if missing and known and (self._waiting or self._underway):
            asked = {*self._waiting, *self._underway.values()}
            self._waiting += [key for key in missing if key not in asked]
            self._ask_more(view, filters)
        elif not known or missing or view.without_course:
            view.asked = filters
            self._ask(view, filters, missing)
            if self.in_rows and not known:
                self._read_rows()

    def _arrange(self, dashboard: Dashboard, view: DashboardView | None) -> DashboardView:
        """Show a dashboard in its view, a new one or the one where it was arranged otherwise before."""
        if view is None:
            view = self._views[dashboard.name] = DashboardView(self._theme, dashboard, self._rooms.under_lens)
            view.looked_through.connect(self._look_through)
            view.drilled.connect(self._drill)
            view.menu_wanted.connect(self._menu)
            view.tile_wanted.connect(self.tile_wanted)
            view.taken.connect(self.take)
            view.dropped.connect(self.tile_dropped)
            view.tab_wanted.connect(self.tab_wanted)
            view.fit(self._width)
            self.addWidget(view)
            return view
        held = self._tile if self.view is view else None
        within = held is not None or view.isAncestorOf(QApplication.focusWidget() or self)
        if self.view is view:
            self.stop()
            self._from = None
        added = view.arrange(dashboard)
        after = added if added is not None and within else view.tile_like(held) if held is not None else None
        self.take(after)
        if after is not None:
            after.content.setFocus()
        return view

    def _menu(self, tile: Tile, at: QPoint) -> None:
        self.take(tile)
        self.menu_wanted.emit(at)

    def _look_through(self) -> None:
        if self.view is not None and self._filters is not None:
            self.show_dashboard(self.view.dashboard, self._filters)

    def forget(self) -> None:
        """The book changed: all figures must be read again."""
        for view in self._views.values():
            view.asked = None

    def stop(self) -> None:
        """Cancel what nobody waits for any more."""
        self._round.set()
        for lane in _LANES:
            self._desk.drop(lane)
        if (self._waiting or self._underway) and self.view is not None:
            self.view.asked = None
        self._waiting, self._underway = [], {}

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
        shown = self.view.built if self.view is not None else ()
        return tuple(tile.content for tile in shown if tile.content.isVisible())

    def _ask(self, view: DashboardView, filters: Filters, keys: list[str]) -> None:
        self._round = threading.Event()
        self._waiting, self._underway = keys, {}
        if keys:
            self._ask_more(view, filters)
        else:
            self._painted(view, filters)

    def _ask_more(self, view: DashboardView, filters: Filters) -> None:
        """Ask for the next tiles, one in each lane."""
        for lane in _LANES:
            if self._waiting and lane not in self._underway:
                key = self._underway[lane] = self._next(view)
                spec = view.specs[key]
                ask = partial(self._rooms.tile, spec, filters, self._round.is_set)
                done = partial(self._have, view, filters, lane, spec)
                self._desk.read(lane, ask, done, partial(self._failed, view, filters, lane))

    def _next(self, view: DashboardView) -> str:
        """Take the next tile: one whose question is not under way, as the others would only wait for its answer."""
        busy = {view.specs[key].together for key in self._underway.values()} - {()}
        free = (at for at, key in enumerate(self._waiting) if view.specs[key].together not in busy)
        return self._waiting.pop(next(free, 0))

    def _have(self, view: DashboardView, filters: Filters, lane: str, of: TileSpec, shown: TileAnswer) -> None:
        key = self._underway.pop(lane)
        if view.specs[key] is of:
            view.tile(key).show_answer(shown)
        else:  # another figure was chosen meanwhile
            self._waiting.insert(0, key)
        self._go_on(view, filters)

    def _failed(self, view: DashboardView, filters: Filters, lane: str, failed: Failed) -> None:
        view.tile(self._underway.pop(lane)).show_failure(failed)
        view.asked = None  # asked again at the next visit
        self._go_on(view, filters)

    def _go_on(self, view: DashboardView, filters: Filters) -> None:
        self._ask_more(view, filters)
        if not self._underway:
            self._painted(view, filters)

    def _painted(self, view: DashboardView, filters: Filters) -> None:
        self.painted.emit()
        self._ask_course(view, filters)

    def _ask_course(self, view: DashboardView, filters: Filters) -> None:
        """Ask how the figures went, one at a time, when everything else is on screen."""
        tile = view.without_course
        if tile is not None:
            ask = partial(self._rooms.course, tile.spec, filters, self._round.is_set)
            done = partial(self._have_course, view, filters, tile)
            self._desk.read(_LANES[0], ask, done, lambda _failed: done(None))

    def _have_course(self, view: DashboardView, filters: Filters, tile: Tile, found: TileAnswer | None) -> None:
        tile.show_course(found)
        self._ask_course(view, filters)

    def _drill(self, tile: Tile, metric: str, cell: Mapping[str, Value]) -> None:
        if tile.shown is None or self.view is None:
            return
        self._from, self._leave = QApplication.focusWidget() or tile.content, None
        self.rows.wait_for(tile.spec.title, self.view.dashboard.title)
        self.setCurrentWidget(self.rows)
        self._drilled = partial(self._rooms.rows, tile.spec, tile.shown.query, metric, cell)
        self._read_rows()

    def show_watched(self, code: str, from_: str, leave: Callable[[], None]) -> None:
        """Show the rows of a watch; the way back leads to the page that asked for them."""
        self._leave = leave
        self.rows.wait_for("What is watched", from_)
        self.setCurrentWidget(self.rows)
        self._drilled = partial(self._rooms.watched_rows, code)
        self._read_rows()

    def _read_rows(self) -> None:
        if self._drilled is not None:
            self._desk.read("rows", partial(self._drilled, LISTED), self._have_rows, self.rows.show_failure)

    def all_rows(self) -> RowList:
        """Read all rows of the list in front, of which only the first are shown; for a worker."""
        assert self._drilled is not None
        return self._drilled(None)[1]

    def _have_rows(self, found: tuple[Drill, RowList]) -> None:
        self.rows.show_rows(*found)
