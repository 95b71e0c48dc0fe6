"""Saved views: what the filter bar says, under names that belong to the book."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QMenu

from models.values.dashboards import Filters, SavedView
from views.actions import Command
from views.insights.editing import act_on_own, ask_name
from views.insights.filter_bar import FilterBar
from views.shell.page import Page
from views.theme import fonts
from views.widgets.buttons import MenuButton

OF_VIEW: Final = (Command.SAVE_VIEW, Command.RENAME_VIEW, Command.DELETE_VIEW)
_LONGEST: Final = 24


class SavedViews:
    """The button with the views, and what is done with them.

    Parameters
    ----------
    chosen
        Called when a person chose a view; the filter bar says it already.
    """

    def __init__(self, page: Page, bar: FilterBar, chosen: Callable[[], None]) -> None:
        self._page, self._bar, self._chosen = page, bar, chosen
        self._views: tuple[SavedView, ...] = ()
        self.button = MenuButton(page.context.theme, "Views", size=fonts.SMALL)
        self.button.setPopupMode(MenuButton.ToolButtonPopupMode.DelayedPopup)
        self.button.clicked.connect(self.open_menu)
        page.take_commands(
            {
                Command.SHOW_VIEWS: self.open_menu,
                Command.SAVE_VIEW: self._save,
                Command.RENAME_VIEW: self._rename,
                Command.DELETE_VIEW: self._delete,
            }
        )
        self.show_views(())

    @property
    def current(self) -> SavedView | None:
        """The view that the filter bar says."""
        return next((one for one in self._views if one.filters == self._bar.filters), None)

    def show_views(self, views: Sequence[SavedView]) -> None:
        """Offer other views."""
        self._views = tuple(views)
        self.follow()

    def follow(self) -> None:
        """The filter bar says something else: name the view that it is."""
        name = self.current.name if self.current is not None else ""
        short = name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…"
        self.button.set_words(short or "Views")
        self.button.setToolTip(f"View: {name}" if name else "Saved views of the filters")
        self.button.setAccessibleName(f"View: {name}" if name else "Views")
        self.enable()

    def enable(self, on: bool = True) -> None:
        """Switch off what cannot be done now; ``on``: the filter bar is there."""
        actions, on = self._page.context.actions, on and self._bar.isVisible()
        for command in (Command.SHOW_VIEWS, Command.SAVE_VIEW):
            actions[command].setEnabled(on)
        for command in (Command.RENAME_VIEW, Command.DELETE_VIEW):
            actions[command].setEnabled(on and self.current is not None)

    def open_menu(self) -> None:
        """List the views, the one that holds ticked, and what can be done with them."""
        menu = QMenu(self.button)
        menu.setAccessibleName("Views")
        current = self.current
        for view in self._views:
            action = menu.addAction(view.name.replace("&", "&&"))
            action.setCheckable(True)
            action.setChecked(view is current)
            action.triggered.connect(partial(self._choose, view.filters))
        if not self._views:
            menu.addAction("No saved views yet").setEnabled(False)
        menu.addSeparator()
        menu.addAction("All customers, last 90 days").triggered.connect(partial(self._choose, Filters()))
        menu.addSeparator()
        for command in OF_VIEW:
            menu.addAction(self._page.context.actions[command])
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.button.mapToGlobal(QPoint(0, self.button.height())))

    def _choose(self, filters: Filters, _checked: bool = False) -> None:
        self._bar.choose(filters)
        self._chosen()

    def _save(self) -> None:
        filters, current = self._bar.filters, self.current
        foot = "It keeps the period, the comparison and all filters. A view of the same name is replaced."
        name = current.name if current is not None else ""
        ask_name(
            self._page, "Save this view", "Save view", name, foot, self.button,
            lambda said: act_on_own(self._page, lambda own, workspace: own.save_view(workspace, said, filters)),
        )  # fmt: skip

    def _rename(self) -> None:
        one = self.current
        if one is not None:
            ask_name(
                self._page, "Rename view", "Rename view", one.name, "", self.button,
                lambda said: act_on_own(self._page, lambda own, workspace: own.rename_view(workspace, one.name, said)),
            )  # fmt: skip

    def _delete(self) -> None:
        one = self.current
        if one is not None:
            act_on_own(self._page, lambda own, workspace: own.remove_view(workspace, one.name))
