"""Filters that a person named: kept with the preferences of this computer, each for the page that it belongs to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from typing import Any

from PySide6.QtWidgets import QLineEdit, QWidget

from services.settings import SavedFilter, with_filter, without_filter
from views.shell.page import Context
from views.widgets.overlay import FormPanel

LONGEST_NAME = 40


class SavedFilters:
    """The named filters of one page.

    Parameters
    ----------
    page
        Key of the page.
    example
        A name that somebody could give such a filter.
    becomes
        What becomes of it: "It becomes a tab on this computer; …".
    """

    def __init__(self, context: Context, page: str, example: str, becomes: str) -> None:
        self._context, self._page, self._example, self._becomes = context, page, example, becomes

    @property
    def found(self) -> tuple[SavedFilter, ...]:
        """Those that there are, oldest first."""
        return tuple(one for one in self._context.remembered.value.saved_filters if one.page == self._page)

    def ask(self, chosen: Any, anchor: QWidget, kept: Callable[[str], None]) -> None:
        """Ask for a name and keep a filter under it, in place of an earlier one; then tell the name."""
        name, remembered = QLineEdit(), self._context.remembered
        name.setMaxLength(LONGEST_NAME)

        def send(panel: FormPanel) -> None:
            text = name.text().strip()
            if not text:
                panel.object_to(f"Give the filter a name, such as “{self._example}”.")
                return
            panel.dismiss()
            saved = SavedFilter(self._page, text, restrictions_of(chosen))
            remembered.set(saved_filters=with_filter(remembered.value, saved).saved_filters)
            kept(text)

        panel = FormPanel(self._context.theme, anchor.window(), "Save this filter", "Save", send, self._becomes)
        panel.add("Name", name)
        panel.done().open_under(anchor)

    def forget(self, name: str) -> None:
        """Delete one."""
        remembered = self._context.remembered
        remembered.set(saved_filters=without_filter(remembered.value, self._page, name).saved_filters)


def restrictions_of(chosen: Any) -> dict[str, Any]:
    """Return a filter as the preferences keep it: only what restricts."""
    empty, document = type(chosen)(), dict[str, Any]()
    for one in fields(chosen):
        value = getattr(chosen, one.name)
        if value != getattr(empty, one.name):
            document[one.name] = sorted(value) if isinstance(value, frozenset) else value
    return document
