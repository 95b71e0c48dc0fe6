"""Base of the sections that belong to this computer: made at their first visit, saved with a button of their own."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from models.values.changes import Changes


class OwnBox(QWidget):
    """A section beside the draft of the policy.

    Signals
    -------
    undo_offered : (words, what brings it back): what was filled in was put away.
    headline_changed : `inside` has changed.
    customer_wanted : this customer is to be opened on their page.
    page_wanted : a page of the window is to be opened, or a section of one ("data/left").

    Attributes
    ----------
    fills : it takes the whole page, and scrolls by itself.
    inside : title of what is open over the section in a narrow window, '' if nothing is.
    foot : stays in sight below the section while that scrolls; without a layout there is none.
    """

    undo_offered = Signal(str, object)
    headline_changed = Signal()
    customer_wanted = Signal(int)
    page_wanted = Signal(str)
    fills = False
    inside = ""

    def __init__(self) -> None:
        super().__init__()
        self.foot = QWidget()
        self.foot.hide()

    @property
    def first(self) -> QWidget:
        """The field that gets the focus first."""
        return self

    def arrive(self) -> None:
        """The section comes to the front: read what may have changed."""

    def go_back(self) -> None:
        """Leave what is open over the section."""

    def leave(self) -> None:
        """Another page comes to the front, or the window closes: nothing that is tried is waited for."""

    def renew(self, changes: Changes) -> None:
        """Something in the book changed; read again what that concerns."""
