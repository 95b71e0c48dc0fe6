"""Dashboards as data say: rows of tiles, answered in turn off the window's thread, and the rows behind a figure."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from PySide6.QtCore import QPoint, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QScrollArea, QStackedWidget, QWidget

from models.values.dashboards import Dashboard, Drill, Filters, TileAnswer, TileSpec
from models.values.metrics import RowList, Value
from views.background import Desk, Failed
from views.insights.panel import PanelGrid, rest
from views.insights.rooms import BookOfMetrics
from views.insights.rows_pane import LISTED, RowsPane
from views.insights.tile import Figure, Tile, picture_of
from views.theme import Theme, fonts
from views.widgets.buttons import IconButton
from views.widgets.labels import FlowingContent, column, label, scrolling
from views.widgets.states import StatePane, rows_skeleton

UnderLens = Callable[[TileSpec, TileSpec], TileSpec]
#: Narrower than this a figure has no room for its change, and a chart none for its names; beside a wide one it may be.
_FIGURE, _CHART, _BESIDE = 182, 372, 320


class DashboardView(QWidget):
    """The tiles of one dashboard.

    Signals
    -------
    drilled : a tile, and the metric and cell of its figure.
    menu_wanted : a tile, and where on the screen its menu is to open.
    tile_wanted : a first tile is wanted where there is none.
    looked_through : a figure was chosen that other tiles show from now on, or a tile is looked at by something else.

    Parameters
    ----------
    under_lens
        Makes of a tile the one that shows a figure.
    """

    drilled = Signal(object, str, object)
    menu_wanted = Signal(object, object)
    tile_wanted = Signal()
    looked_through = Signal()

    def __init__(self, theme: Theme, dashboard: Dashboard, under_lens: UnderLens) -> None:
        super().__init__()
        self._under_lens = under_lens
        self.dashboard, self._theme = dashboard, theme
        self.asked: Filters | None = None  # what its figures are of; None: they must be read again
        self.tiles: dict[str, Tile] = {}
        self._by: dict[str, str] = {}  # the dimension that a person looks at a tile by, where it is another
        self._grids: list[PanelGrid] = []
        for specs in dashboard.rows:
            row = [Tile(theme, spec) for spec in specs]
            for tile in row:
                tile.drilled.connect(partial(self._drilled, tile))
                tile.switched.connect(partial(self._switched, tile.spec.key))
                tile.menu_wanted.connect(partial(self.menu_wanted.emit, tile))
                self.tiles[tile.spec.key] = tile
            self._grids.append(PanelGrid(row))
        left_out = label(" ".join(dashboard.left_out), fonts.SMALL, fonts.REGULAR, "warning_text", wrap=True)
        left_out.setContentsMargins(16, 8, 16, 8)
        left_out.setVisible(bool(dashboard.left_out))
        self._content = content = FlowingContent()
        content.setLayout(column(left_out, *self._grids, rest()))
        self.area: QScrollArea = scrolling(content)
        self.state = StatePane(theme, self.area, rows_skeleton())
        self.setLayout(column(self.state))
        if self.tiles:
            self.state.show_content()
        else:
            words = " ".join(dashboard.left_out) or "Choose a metric, a grouping and a chart type."
            self.state.show_empty("No tiles yet", words, ("Add a tile", self.tile_wanted.emit))

        ruled = [spec for spec in dashboard.tiles if spec.lens]
        figures = [tile for tile in self.tiles.values() if isinstance(tile.content, Figure)] if ruled else []
        of_all = (
            one for one in figures
            if all({one.spec.query.metrics[0], one.spec.trend} & set(spec.query.metrics) for spec in ruled)
        )  # fmt: skip
        self.lens = next(of_all, next(iter(figures), None))  # the figure that they show as they are stored
        if self.lens is not None:
            self.look_through(self.lens)

    def look_through(self, lens: Tile) -> None:
        """Let the tiles that a figure rules show this one."""
        self.lens = lens
        for tile in self.tiles.values():
            if isinstance(tile.content, Figure):
                tile.content.choose(tile is lens)
        self._turn()

    def _turn(self) -> None:
        """Let each tile show what the lens and its own switch say."""
        for spec in self.dashboard.tiles:
            made = spec.by_another(self._by[spec.key]) if spec.key in self._by else spec
            if self.lens is not None and spec.lens:
                made = self._under_lens(made, self.lens.spec)
            if made != self.tiles[spec.key].spec:
                self.tiles[spec.key].turn(made)

    def _switched(self, key: str, by: str) -> None:
        self._by[key] = by
        self._turn()
        self.looked_through.emit()

    def _drilled(self, tile: Tile, metric: str, cell: Mapping[str, Value]) -> None:
        """A figure that other tiles may show is chosen first; pressed again it opens its rows, as any other does."""
        if self.lens is None or tile is self.lens or not isinstance(tile.content, Figure):
            self.drilled.emit(tile, metric, cell)
            return
        self.look_through(tile)
        self.looked_through.emit()

    def fit(self, width: int) -> None:
        """Place the tiles for a window of this width."""
        for grid, specs in zip(self._grids, self.dashboard.rows, strict=True):
            columns = sum(spec.wide for spec in specs)
            small = all(spec.form == "figure" for spec in specs)
            least = _FIGURE if small else _CHART if columns == len(specs) else _BESIDE
            across = max(1, min(columns, width // least))
            lines = -(-columns // across)
            across = -(-columns // lines)  # lines of like length
            if across != grid.across:
                grid.place(across)

    def take_over(self, before: DashboardView) -> Tile | None:
        """Show what an earlier arrangement knows already; the rest must be asked for. Return a new tile."""
        lens = before.lens
        if lens is not None and self.lens is not None:
            self.look_through(next((one for one in self.tiles.values() if _same(one, lens)), self.lens))
        for key, by in before._by.items():
            if key in self.tiles and by in self.tiles[key].spec.switch:
                self._by[key] = by
                self.tiles[key].switch.choose(by)
        self._turn()
        self.asked, new = before.asked, None
        for tile in self.tiles.values():
            known = next((one for one in before.tiles.values() if _same(one, tile)), None)
            if known is None:
                new = tile
            elif known.shown is not None:
                tile.show_answer(known.shown)
                if isinstance(known.course, TileAnswer):
                    tile.show_course(known.course)
        return new

    @property
    def without_course(self) -> Tile | None:
        """Return the first figure whose course is not known."""
        figures = (one for one in self.tiles.values() if isinstance(one.content, Figure) and one.shown is not None)
        return next((one for one in figures if one.course is None), None)

    def picture(self) -> QImage:
        """Return all tiles as a picture, also those that are scrolled out of sight."""
        buttons = [button for tile in self.tiles.values() for button in tile.findChildren(IconButton)]
        return picture_of(self._content, self._theme, buttons)

    def tile_like(self, tile: Tile) -> Tile | None:
        """The tile that a tile of an earlier arrangement has become: the same, one in its place, or the last."""
        same = (one for one in self.tiles.values() if _same(one, tile) and one.title == tile.title)
        last = next(reversed(self.tiles.values()), None)
        return next(same, self.tiles.get(tile.spec.key, last))


def _same(one: Tile, other: Tile) -> bool:
    return (one.spec.query, one.spec.form) == (other.spec.query, other.spec.form)


class Board(QStackedWidget):
    """The chosen dashboard, or the rows of one of its figures.

    Signals
    -------
    customer_wanted : the number of a row's customer.
    painted : all tiles of the dashboard have their answers.
    menu_wanted : where on the screen the menu of the tile in hand is to open.
    tile_wanted : a first tile is wanted where there is none.
    tile_changed : another tile is in hand, or none.
    """

    customer_wanted = Signal(int)
    painted = Signal()
    menu_wanted = Signal(object)
    tile_wanted = Signal()
    tile_changed = Signal()

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
            self._tile = tile
            self.tile_changed.emit()

    def _focus_moved(self, _before: QWidget | None, now: QWidget | None) -> None:
        """The tile with the focus is in hand; it stays so while a button or the palette has the focus."""
        if self.view is None or now is None or not self.isVisible():
            return
        found = next((tile for tile in self.view.tiles.values() if tile.isAncestorOf(now)), None)
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
        missing = [key for key, tile in view.tiles.items() if not known or tile.shown is None]
        missing.sort(key=lambda key: view.tiles[key].spec.form == "headline")  # it takes longest, so figures come first
        if known and self._waiting:
            self._waiting += [key for key in missing if key not in self._waiting]
        elif not known or missing or view.without_course:
            view.asked = filters
            self._ask(view, filters, missing)
            if self.in_rows and not known:
                self._read_rows()

    def _arrange(self, dashboard: Dashboard, before: DashboardView | None) -> DashboardView:
        """A view of a dashboard; where it was arranged otherwise before, with the answers and the focus of that."""
        view = self._views[dashboard.name] = DashboardView(self._theme, dashboard, self._rooms.under_lens)
        view.looked_through.connect(self._look_through)
        view.drilled.connect(self._drill)
        view.menu_wanted.connect(self._menu)
        view.tile_wanted.connect(self.tile_wanted)
        view.fit(self._width)
        self.addWidget(view)
        if before is None:
            return view
        added = view.take_over(before)
        held = self._tile if self.view is before else None
        within = held is not None or before.isAncestorOf(QApplication.focusWidget() or self)
        if self.view is before:
            self.stop()
            if not self.in_rows:
                self.setCurrentWidget(view)
            self.view, self._from = view, None
            bar, was = view.area.verticalScrollBar(), before.area.verticalScrollBar()
            bar.setMaximum(was.maximum())  # it is not laid out yet, and would hold no place that is further down
            bar.setValue(was.value())
        self.removeWidget(before)
        before.deleteLater()
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

    def _ask(self, view: DashboardView, filters: Filters, keys: list[str]) -> None:
        self._round = threading.Event()
        self._waiting = keys
        self._ask_next(view, filters)

    def _ask_next(self, view: DashboardView, filters: Filters) -> None:
        """Ask for one tile at a time: a click and the search of the window find a reader free."""
        if not self._waiting:
            self.painted.emit()
            self._ask_course(view, filters)
            return
        tile = view.tiles[self._waiting[0]]
        ask, done = (
            partial(self._rooms.tile, tile.spec, filters, self._round.is_set),
            partial(self._have, view, filters),
        )
        self._desk.read("tile", ask, partial(done, tile.spec), partial(self._failed, view, filters))

    def _have(self, view: DashboardView, filters: Filters, of: TileSpec, shown: TileAnswer) -> None:
        tile = view.tiles[self._waiting[0]]
        if tile.spec is of:  # else another figure was chosen meanwhile, and it is asked for again
            self._waiting.pop(0)
            tile.show_answer(shown)
        self._ask_next(view, filters)

    def _ask_course(self, view: DashboardView, filters: Filters) -> None:
        """Ask how the figures went, one at a time, when everything else is on screen."""
        tile = view.without_course
        if tile is not None:
            ask = partial(self._rooms.course, tile.spec, filters, self._round.is_set)
            done = partial(self._have_course, view, filters, tile)
            self._desk.read("tile", ask, done, lambda _failed: done(None))

    def _have_course(self, view: DashboardView, filters: Filters, tile: Tile, found: TileAnswer | None) -> None:
        tile.show_course(found)
        self._ask_course(view, filters)

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
