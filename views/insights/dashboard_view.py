"""The tiles of one dashboard, in its rows; built one at a time, so that the window never waits for all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QScrollArea, QSizePolicy, QWidget

from models.values.dashboards import FIGURE_FORMS, Dashboard, Filters, TileAnswer, TileSpec
from models.values.metrics import Value
from views.insights.dragging import Dragging
from views.insights.panel import PanelGrid, rest
from views.insights.tile import Tile, picture_of
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
    tab_wanted : the name of the dashboard that a tile leads to.
    looked_through : a figure was chosen that other tiles show from now on, or a tile is looked at by something else.
    taken : a tile was pressed.
    dropped : a tile, and its new place among those that it can change places with.

    Parameters
    ----------
    under_lens
        Makes of a tile the one that shows a figure.
    """

    drilled = Signal(object, str, object)
    menu_wanted = Signal(object, object)
    tile_wanted = Signal()
    tab_wanted = Signal(str)
    looked_through = Signal()
    taken = Signal(object)
    dropped = Signal(object, int)

    def __init__(self, theme: Theme, dashboard: Dashboard, under_lens: UnderLens) -> None:
        super().__init__()
        self._under_lens = under_lens
        self.dashboard, self._theme = replace(dashboard, rows=()), theme
        self.asked: Filters | None = None  # what its figures are of; None: they must be read again
        self.specs: dict[str, TileSpec] = {}  # what each tile shows now, under the lens and by its switch
        self._built: dict[str, Tile] = {}
        self._by: dict[str, str] = {}  # the dimension that a person looks at a tile by, where it is another
        self._lens = ""  # the figure that other tiles show; '' where none rules any
        self._grids: list[PanelGrid] = []
        self._width = 0
        self._left_out = label("", fonts.SMALL, fonts.REGULAR, "warning_text", wrap=True)
        self._left_out.setContentsMargins(16, 8, 16, 8)
        self._waiting = QWidget(self)  # holds the tiles whose row is not there yet
        self._waiting.hide()
        self._content = content = FlowingContent()
        self._rows = column(self._left_out, rest())
        content.setLayout(self._rows)
        self.area: QScrollArea = scrolling(content)
        self.state = StatePane(theme, self.area, rows_skeleton())
        self.setLayout(column(self.state))
        self._dragging = Dragging(theme, self.area, content, self._alike)
        self._dragging.taken.connect(self.taken)
        self._dragging.dropped.connect(self.dropped)
        self._steps = QTimer(self, interval=0)
        self._steps.timeout.connect(self._step)
        self.arrange(dashboard)

    # -- tiles ----------------------------------------------------------------------------------------------------

    @property
    def built(self) -> tuple[Tile, ...]:
        """The tiles that are there already, in reading order."""
        return tuple(self._built[key] for key in self.specs if key in self._built)

    @property
    def tiles(self) -> dict[str, Tile]:
        """All tiles, in reading order; what is not there yet is built now."""
        while self._steps.isActive():
            self._step()
        return {key: self._built[key] for key in self.specs}

    def tile(self, key: str) -> Tile:
        """Return a tile, built now if it is not there yet."""
        if key not in self._built:
            self._built[key] = self._made(self.specs[key])
        return self._built[key]

    def shows(self, key: str) -> bool:
        """Whether a tile has its answer."""
        return key in self._built and self._built[key].shown is not None

    def _made(self, spec: TileSpec) -> Tile:
        tile = Tile(self._theme, spec)
        tile.setParent(self._waiting)
        tile.drilled.connect(partial(self._drilled, tile))
        tile.switched.connect(partial(self._switched, tile))
        tile.tab_wanted.connect(self.tab_wanted)
        tile.menu_wanted.connect(partial(self.menu_wanted.emit, tile))
        self._choose(tile)
        self._dragging.watch(tile)
        return tile

    def _alike(self, tile: Tile) -> list[Tile]:
        """The tiles with which one can change places."""
        tiles = self.tiles
        return [tiles[spec.key] for spec in self.dashboard.alike(tile.spec.key)]

    def _step(self) -> None:
        """Build the next tile, or put the tiles of a row into it: each takes some milliseconds."""
        down = len(self._grids)
        if down == len(self.dashboard.rows):
            self._steps.stop()
            return
        specs = self.dashboard.rows[down]
        missing = next((spec.key for spec in specs if spec.key not in self._built), None)
        if missing is not None:
            self.tile(missing)
            return
        grid = PanelGrid([self._built[spec.key] for spec in specs], self._across(specs))
        if all(spec.form == "figure" for spec in specs):  # in a high window they stay as high as they are
            grid.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self._rows.insertWidget(1 + down, grid)
        grid.show()  # now, and not at the next turn: the focus may go into it
        self._grids.append(grid)
        self.state.show_content()

    def arrange(self, dashboard: Dashboard) -> Tile | None:
        """Show the tiles of a dashboard; those that are there already stay. Return a new one where there were others.

        What an earlier arrangement knows of a figure is known here too; the rest must be asked for.
        """
        before, tiles, lens = self.dashboard, self._built, self._lens
        self._dragging.cancel()
        bar = self.area.verticalScrollBar()
        at, most = bar.value(), bar.maximum()
        there = {spec.key: spec for spec in before.tiles}
        was = dict(_pairs(dashboard, there))
        by, self.dashboard = self._by, dashboard
        self._by = {
            spec.key: by[was[spec.key]] for spec in dashboard.tiles
            if was.get(spec.key) in by and by[was[spec.key]] in spec.switch
        }  # fmt: skip
        self._lens = next((new for new, old in was.items() if old == lens), "") or _first_lens(dashboard)
        self.specs = {spec.key: self._turned(spec) for spec in dashboard.tiles}
        self._built, added = {}, None
        for key, spec in self.specs.items():
            known = tiles.get(was.get(key, ""))
            if known is None:
                if there:
                    added = key
            elif _alike(there[was[key]], next(one for one in dashboard.tiles if one.key == key)):
                del tiles[was[key]]
                self._built[key] = known
                known.stand_as(spec)
                self._choose(known)
            else:
                made = self._built[key] = self._made(spec)
                if known.shown is not None and known.spec.limit == spec.limit:
                    made.show_answer(known.shown)
                if isinstance(known.course, TileAnswer):
                    made.show_course(known.course)
        for key, dimension in self._by.items():
            if key in self._built:
                self._built[key].switch.choose(dimension)
        for tile in tiles.values():
            tile.hide()
            tile.deleteLater()
        grids, self._grids = self._grids, []
        left_out = " ".join(dashboard.left_out)
        self._left_out.setText(left_out)
        self._left_out.setVisible(bool(left_out))
        self._steps.start()
        if there and self.tiles:  # all at once: most of them are there
            bar.setMaximum(most)  # the rows are not laid out yet, and a tile that lost the focus moved the page
            bar.setValue(at)
        elif self.specs:
            self.state.show_skeleton()
        else:
            words = left_out or "Choose a metric, a grouping and a chart type."
            self.state.show_empty("No tiles yet", words, ("Add a tile", self.tile_wanted.emit))
        for grid in grids:
            self._rows.removeWidget(grid)
            grid.hide()
            grid.deleteLater()
        return self.tile(added) if added is not None else None

    def fit(self, width: int) -> None:
        """Place the tiles for a window of this width."""
        self._width = width
        for grid, specs in zip(self._grids, self.dashboard.rows, strict=False):
            across = self._across(specs)
            if across != grid.across:
                grid.place(across)

    def _across(self, specs: Sequence[TileSpec]) -> int:
        """How many columns a row has room for."""
        columns = sum(spec.wide for spec in specs)
        small = all(spec.form == "figure" for spec in specs)
        least = _FIGURE if small else _CHART if columns == len(specs) else _BESIDE
        across = max(1, min(columns, self._width // least))
        lines = -(-columns // across)
        return -(-columns // lines)  # lines of like length

    # -- what tiles show ------------------------------------------------------------------------------------------

    @property
    def lens(self) -> Tile | None:
        """The figure that other tiles show."""
        return self.tile(self._lens) if self._lens else None

    def _turned(self, spec: TileSpec) -> TileSpec:
        """A tile as the lens and its own switch say."""
        made = spec.by_another(self._by[spec.key]) if spec.key in self._by else spec
        if self._lens and spec.lens:
            made = self._under_lens(made, next(one for one in self.dashboard.tiles if one.key == self._lens))
        return made

    def _turn(self) -> None:
        """Let each tile show what the lens and its own switch say."""
        for spec in self.dashboard.tiles:
            made = self._turned(spec)
            if made != self.specs[spec.key]:
                self.specs[spec.key] = made
                if spec.key in self._built:
                    self._built[spec.key].turn(made)
        self.looked_through.emit()

    def _choose(self, tile: Tile) -> None:
        if self._lens:
            tile.choose(tile.spec.key == self._lens)

    def _switched(self, tile: Tile, by: str) -> None:
        self._by[tile.spec.key] = by
        self._turn()

    def _drilled(self, tile: Tile, metric: str, cell: Mapping[str, Value]) -> None:
        """A figure that other tiles may show is chosen first; pressed again it opens its rows, as any other does."""
        if not self._lens or tile.spec.key == self._lens or tile.spec.form != "figure":
            self.drilled.emit(tile, metric, cell)
            return
        self._lens = tile.spec.key
        for one in self.built:
            self._choose(one)
        self._turn()

    @property
    def without_course(self) -> Tile | None:
        """Return the first figure whose course is not known."""
        figures = (one for one in self.built if one.spec.form in FIGURE_FORMS and one.shown is not None)
        return next((one for one in figures if one.course is None), None)

    def picture(self) -> QImage:
        """Return all tiles as a picture, also those that are scrolled out of sight."""
        tiles = self.tiles.values()
        buttons: list[QWidget] = [button for tile in tiles for button in tile.findChildren(IconButton)]
        return picture_of(self._content, self._theme, [*buttons, *(tile.outline for tile in tiles)])

    def tile_like(self, tile: Tile) -> Tile | None:
        """The tile that a tile of an earlier arrangement has become: the same, one in its place, or the last."""
        if tile in self._built.values():
            return tile
        same = (one for one in self.tiles.values() if one.title == tile.title)
        last = next(reversed(self.tiles.values()), None)
        return next(same, self.tiles.get(tile.spec.key, last))


def _first_lens(dashboard: Dashboard) -> str:
    """The figure that the tiles which a figure rules show as they are stored, or the first; '' where none is ruled."""
    ruled = [spec for spec in dashboard.tiles if spec.lens]
    figures = [spec for spec in dashboard.tiles if spec.form == "figure"] if ruled else []
    of_all = (
        one.key for one in figures
        if all({one.query.metrics[0], one.trend} & set(spec.query.metrics) for spec in ruled)
    )  # fmt: skip
    return next(of_all, figures[0].key if figures else "")


def _pairs(dashboard: Dashboard, there: Mapping[str, TileSpec]) -> Iterator[tuple[str, str]]:
    """Yield the keys of the tiles of a dashboard with those under which they, or their figures, stood before."""
    left, new = dict(there), list(dashboard.tiles)
    for same in (_alike, _ask_alike):
        for spec in tuple(new):
            found = next((key for key, one in left.items() if same(one, spec)), None)
            if found is not None:
                del left[found]
                new.remove(spec)
                yield spec.key, found


def _alike(one: TileSpec, other: TileSpec) -> bool:
    """Whether two tiles are the same but for their place and their width."""
    return _alone(one) == _alone(other)


def _alone(one: TileSpec) -> TileSpec:
    return replace(one, key="", wide=1, together=(), courses=())


def _ask_alike(one: TileSpec, other: TileSpec) -> bool:
    return (one.query, one.form) == (other.query, other.form)
