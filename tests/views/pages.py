"""Pages of a window that is open."""

from __future__ import annotations

from typing import TypeVar

from PySide6.QtWidgets import QWidget

from views.desktop import Desktop

P = TypeVar("P", bound=QWidget)


def page_at(desk: Desktop, address: str, kind: type[P]) -> P:
    """Show what an address names, such as "data/quality", and return its page."""
    desk.window.show_page(address)
    page = desk.window.page(address.partition("/")[0])
    assert isinstance(page, kind)
    return page
