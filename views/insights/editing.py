"""What a person does with tiles and dashboards: each is a unit of work of the book, and undone like any other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final

from PySide6.QtCore import QPoint
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLineEdit, QMenu, QWidget

from models.values.changes import Changes
from models.values.dashboards import HEIGHTS, LONGEST_NAME, WIDEST, Dashboard, Offered, TileSpec
from services.workspace import Workspace
from views.actions import Command
from views.insights.board import Board
from views.insights.rooms import BookOfMetrics
from views.insights.tile import Tile
from views.shell.page import Page
from views.widgets.overlay import FormPanel

#: What is done with the tile in hand.
OF_TILE: Final = (
    Command.EXPLAIN_TILE, Command.WATCH_TILE, Command.COPY_TILE, Command.COPY_PICTURE,
    Command.EXPORT_TILE, Command.CHANGE_TILE,
    Command.MOVE_TILE_BACK, Command.MOVE_TILE_ON, Command.WIDEN_TILE, Command.NARROW_TILE,
    Command.HEIGHTEN_TILE, Command.LOWER_TILE, Command.REMOVE_TILE,
)  # fmt: skip
#: Forms of tiles whose height is given.
_ONE_HEIGHT: Final = ("figure", "headline", "glimpse")
#: What is done with the tab in front.
OF_DASHBOARD: Final = (
    Command.ADD_TILE, Command.NEW_DASHBOARD, Command.RENAME_DASHBOARD, Command.DELETE_DASHBOARD,
    Command.RESET_DASHBOARD,
)  # fmt: skip


def ask_name(
    page: Page, title: str, button: str, name: str, foot: str, anchor: QWidget, taken: Callable[[str], None]
) -> FormPanel:
    """Open a panel with one field for a name."""
    field = QLineEdit(name)
    field.setMaxLength(LONGEST_NAME)
    field.selectAll()

    def send(panel: FormPanel) -> None:
        said = " ".join(field.text().split())
        if not said:
            panel.object_to("Enter a name.")
            return
        panel.dismiss()
        taken(said)

    panel = FormPanel(page.context.theme, page.window(), title, button, send, foot)
    panel.add("Name", field)
    panel.done().open_under(anchor)
    return panel


def act_on_own(
    page: Page, work: Callable[[Any, Workspace], Changes], then: Callable[[Changes], None] | None = None
) -> None:
    """Do a unit of work for the person; it is called with the room that writes dashboards and views."""

    def act(workspace: Workspace) -> Changes:
        from services.metrics import own  # here: the window's thread has no time for it

        return work(own, workspace)

    page.context.book.act(act, then=then)


def copy_picture(tile: Tile) -> None:
    """Put a tile on the clipboard as a picture."""
    QGuiApplication.clipboard().setImage(tile.picture())


class Editing:
    """The commands about tiles and dashboards of one page.

    Parameters
    ----------
    anchor
        Under what panels about the whole tab open.
    opened
        Called with the title of a dashboard that was made, before the page has read it.
    """

    def __init__(
        self, page: Page, board: Board, figures: BookOfMetrics, anchor: QWidget, opened: Callable[[str], None]
    ) -> None:
        self._page, self._board, self._figures, self._anchor, self._opened = page, board, figures, anchor, opened
        self._book = page.context.book
        self._desk = self._book.desk(page)
        board.menu_wanted.connect(self.show_menu)
        board.tile_wanted.connect(self.add)
        board.tile_changed.connect(self.enable)
        board.tile_dropped.connect(self._place)
        page.take_commands(
            {
                Command.EXPLAIN_TILE: lambda: self._with_tile(lambda tile: tile.explain()),
                Command.COPY_TILE: lambda: self._with_tile(lambda tile: tile.copy()),
                Command.COPY_PICTURE: lambda: self._with_tile(copy_picture),
                Command.ADD_TILE: self.add,
                Command.CHANGE_TILE: self.change,
                Command.MOVE_TILE_BACK: partial(self._move, -1),
                Command.MOVE_TILE_ON: partial(self._move, 1),
                Command.WIDEN_TILE: partial(self._widen, 1),
                Command.NARROW_TILE: partial(self._widen, -1),
                Command.HEIGHTEN_TILE: partial(self._heighten, 1),
                Command.LOWER_TILE: partial(self._heighten, -1),
                Command.REMOVE_TILE: self._remove,
                Command.NEW_DASHBOARD: self.make,
                Command.RENAME_DASHBOARD: self.rename,
                Command.DELETE_DASHBOARD: self._delete,
                Command.RESET_DASHBOARD: self._delete,
            }
        )

    # -- what can be done -----------------------------------------------------------------------------------------

    @property
    def _dashboard(self) -> Dashboard | None:
        return self._board.view.dashboard if self._board.view is not None else None

    def enable(self, on: bool = True) -> None:
        """Switch off what cannot be done now, in palette, key and menu alike; ``on``: a dashboard is in front."""
        one, tile, actions = self._dashboard, self._board.tile, self._page.context.actions
        on = on and self._page.isVisible() and self._board.isVisible() and one is not None and not self._board.in_rows
        kind = one.kind if one is not None else ""
        for command in OF_TILE:
            actions[command].setEnabled(on and tile is not None)
        actions[Command.WIDEN_TILE].setEnabled(on and tile is not None and tile.wide < WIDEST)
        actions[Command.NARROW_TILE].setEnabled(on and tile is not None and tile.wide > 1)
        high = HEIGHTS.index(tile.spec.height) if tile is not None and tile.spec.form not in _ONE_HEIGHT else None
        actions[Command.HEIGHTEN_TILE].setEnabled(on and high is not None and high < len(HEIGHTS) - 1)
        actions[Command.LOWER_TILE].setEnabled(on and high is not None and high > 0)
        actions[Command.ADD_TILE].setEnabled(on)
        actions[Command.NEW_DASHBOARD].setEnabled(self._page.isVisible())
        actions[Command.RENAME_DASHBOARD].setEnabled(on)
        actions[Command.DELETE_DASHBOARD].setEnabled(on and kind == "own")
        actions[Command.RESET_DASHBOARD].setEnabled(on and kind == "changed")

    def show_menu(self, at: QPoint, commands: Sequence[Command] = OF_TILE) -> None:
        """Open a menu of commands."""
        menu = QMenu(self._page)
        menu.setAccessibleName("Tile" if commands is OF_TILE else "Dashboard")
        for command in commands:
            menu.addAction(self._page.context.actions[command])
        # They are the page's own actions: the menu must not keep them after it is closed.
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(at)

    # -- tiles ----------------------------------------------------------------------------------------------------

    def _with_tile(self, act: Callable[[Tile], None]) -> None:
        if self._board.tile is not None:
            act(self._board.tile)

    def _edit(self, words: str, edit: Callable[[Dashboard], Dashboard]) -> None:
        """Change the dashboard in front."""
        one = self._dashboard
        if one is not None:
            act_on_own(self._page, lambda own, workspace: own.edit_dashboard(workspace, one.name, edit, words))

    def _edit_tile(self, words: str, edit: Callable[[Dashboard, str], Dashboard]) -> None:
        """Change the tile in hand."""
        tile = self._board.tile
        if tile is not None:
            key = tile.spec.key
            self._edit(f"{words} tile “{tile.title}”", lambda one: edit(one, key))

    def add(self) -> None:
        """Ask what a new tile shows."""
        self._open_panel(None)

    def change(self) -> None:
        """Ask what the tile in hand shows from now on."""
        tile, one = self._board.tile, self._dashboard
        if tile is not None and one is not None:  # as it is stored, whatever figure it shows now
            self._open_panel(next(spec for spec in one.tiles if spec.key == tile.spec.key))

    def _open_panel(self, spec: TileSpec | None) -> None:
        one = self._dashboard
        if one is None:
            return

        def have(offered: tuple[Offered, ...]) -> None:
            from views.insights.tile_panel import TilePanel

            panel = TilePanel(self._page.context.theme, self._page.window(), offered, spec, taken)
            panel.open_under(self._board.tile if spec is not None and self._board.tile is not None else self._anchor)

        def taken(tile: TileSpec) -> None:
            if spec is None:
                self._edit(f"Added tile “{tile.title}”", lambda now: now.with_tile(tile))
            else:
                self._edit(f"Changed tile “{tile.title}”", lambda now: now.with_changed(spec.key, tile))

        self._desk.read("offered", self._figures.offered, have, self._book.failed.emit)

    def _move(self, by: int) -> None:
        self._edit_tile("Moved", lambda one, key: one.with_moved(key, by))

    def _place(self, tile: Tile, at: int) -> None:
        self._board.take(tile)
        self._edit_tile("Moved", lambda one, key: one.with_placed(key, at))

    def _widen(self, by: int) -> None:
        self._edit_tile("Widened" if by > 0 else "Narrowed", lambda one, key: one.with_width(key, by))

    def _heighten(self, by: int) -> None:
        self._edit_tile("Heightened" if by > 0 else "Lowered", lambda one, key: one.with_height(key, by))

    def _remove(self) -> None:
        self._edit_tile("Removed", lambda one, key: one.without_tile(key))

    # -- dashboards -----------------------------------------------------------------------------------------------

    def make(self) -> None:
        """Ask for the name of a new dashboard."""

        def taken(title: str) -> None:
            act_on_own(
                self._page,
                lambda own, workspace: own.make_dashboard(workspace, title),
                lambda _changes: self._opened(title),
            )

        foot = "It becomes a tab of its own, for everyone who opens this book."
        ask_name(self._page, "New dashboard", "Add dashboard", "", foot, self._anchor, taken)

    def rename(self) -> None:
        """Ask for another name of the dashboard in front."""
        one = self._dashboard
        if one is None:
            return

        def taken(title: str) -> None:
            act_on_own(self._page, lambda own, workspace: own.rename_dashboard(workspace, one.name, title))

        ask_name(self._page, "Rename dashboard", "Rename", one.title, "", self._anchor, taken)

    def _delete(self) -> None:
        one = self._dashboard
        if one is not None:
            act_on_own(self._page, lambda own, workspace: own.remove_dashboard(workspace, one.name))
