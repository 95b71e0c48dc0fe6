"""The bar that replaces the list's header while alerts are ticked: how many, how much, and what can be done."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from views.actions import Actions, Command
from views.theme import Theme, fonts
from views.widgets.buttons import IconButton
from views.widgets.labels import ElidedLabel, kind_of, label, row

HEIGHT = 44


class BulkBar(QWidget):
    """Count, money, Snooze, Resolve, more; the commands act on all ticked alerts."""

    cleared = Signal()

    def __init__(self, theme: Theme, actions: Actions) -> None:
        super().__init__()
        kind_of(self, "wash")
        self.setFixedHeight(HEIGHT)
        self.setAccessibleName("Ticked alerts")
        self._count = label("", fonts.LIST, fonts.SEMIBOLD)
        self._sum = ElidedLabel(theme, "", fonts.SMALL, fonts.REGULAR, "ink_2")
        close = IconButton(theme, "close", "Untick all (Esc)")
        close.clicked.connect(self.cleared)
        box = row(close, 4, self._count, 8, margins=(6, 0, 8, 0))
        box.addWidget(self._sum, 1)
        for command, icon in (
            (Command.SNOOZE, "clock"),
            (Command.RESOLVE, "check"),
            (Command.NOT_USEFUL, "thumb-down"),
        ):
            button = IconButton(theme, icon, actions[command].toolTip(), framed=True)
            button.clicked.connect(actions[command].trigger)
            box.addWidget(button)
            box.addSpacing(4)
        more = IconButton(theme, "more", "More", framed=True)
        menu = QMenu(self)
        for command in (Command.WAIT, Command.ASSIGN, Command.REOPEN):
            menu.addAction(actions[command])
        more.setMenu(menu)
        more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        box.addWidget(more)
        self.setLayout(box)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def show_sum(self, count: int, money: str, skipped: str) -> None:
        """Show how many alerts are ticked, what they are about, and who would be left out and why."""
        self._count.setText(f"{count} selected")
        self._sum.setText(f"{money} · {skipped}" if skipped and money else money or skipped)
