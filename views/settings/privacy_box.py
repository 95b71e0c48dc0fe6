"""Privacy, below the period of retention: where to see what left and who is due, and the suppressed addresses."""

from __future__ import annotations

from functools import partial

from PySide6.QtWidgets import QWidget

from models.values.changes import Changes
from views.actions import SPECS, Command
from views.settings.own_box import OwnBox
from views.settings.suppressions_box import SuppressionsBox
from views.shell.page import Context
from views.widgets.buttons import push
from views.widgets.labels import column, headed, row

_SAYS = (
    "See every email, export and model request that left this computer, and who is due to be erased. To erase one"
    f" customer on request, open their page and choose “{SPECS[Command.ERASE_CUSTOMER].text}”."
)


class PrivacyBox(OwnBox):
    """The ways to both lists, and the suppressions."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.suppressions = SuppressionsBox(context)
        self.left, self.due = push("What left this computer"), push("Customers due to be erased")
        self.left.clicked.connect(partial(self._go, "data/left"))
        self.due.clicked.connect(partial(self._go, "data/retention"))
        self.setLayout(
            column(headed("Records and erasure", _SAYS, 12, row(self.left, 8, self.due, -1)), 28, self.suppressions)
        )

    @property
    def first(self) -> QWidget:
        return self.suppressions.first

    def arrive(self) -> None:
        self.suppressions.arrive()

    def renew(self, changes: Changes) -> None:
        self.suppressions.renew(changes)

    def _go(self, place: str, _checked: bool = False) -> None:
        self.page_wanted.emit(place)
