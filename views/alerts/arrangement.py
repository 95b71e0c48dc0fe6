"""How queue, detail and actions stand by the width of the window: three panes, with a drawer, or one over the other."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from views.alerts.actions_pane import ActionsPane
from views.alerts.detail_pane import DetailPane
from views.alerts.queue_pane import QueuePane
from views.shell.remembered import Remembered
from views.theme import Theme
from views.widgets.drawer import Drawer
from views.widgets.labels import column
from views.widgets.splitter import PaneSplitter
from views.widgets.states import StatePane

WIDE, DRAWER, STACKED = 1320, 1100, 800


class Arrangement(QWidget):
    """The panes in a splitter whose sizes are remembered, and a drawer over the right."""

    def __init__(
        self, theme: Theme, remembered: Remembered, queue: QueuePane, detail: DetailPane, state: StatePane,
        actions: ActionsPane,
    ) -> None:  # fmt: skip
        super().__init__()
        self._remembered = remembered
        self._queue, self._detail, self._state, self._actions = queue, detail, state, actions
        self.mode = ""
        self._alone = False
        self.splitter = PaneSplitter("alerts")
        self.splitter.add(queue, stretch=0, minimum=300)
        self.splitter.add(state, stretch=1, minimum=380)
        self.splitter.add(actions, stretch=0, minimum=280)
        self.splitter.resized.connect(remembered.set_splitter)
        self.setLayout(column(self.splitter))
        self.drawer = Drawer(theme, self, 320)

    @property
    def stacked(self) -> bool:
        """Whether only the queue or the detail is to be seen."""
        return self.mode == "stacked"

    def fit(self, width: int) -> None:
        """Stand as a window of this width has room for."""
        wanted = "wide" if width >= WIDE else "middle" if width >= DRAWER else "drawer"
        wanted = "stacked" if width < STACKED else wanted
        if wanted != self.mode:
            self._stand(wanted)

    def show_stacked(self, *, detail: bool) -> None:
        """Show the detail in place of the queue, or the queue; both where there is room."""
        self._queue.setVisible(not self._alone and not (self.stacked and detail))
        self._state.setVisible(self._alone or not self.stacked or detail)

    def show_queue(self, shown: bool) -> None:
        """Hide the queue while one customer at a time is looked at."""
        self._alone = not shown
        self.show_stacked(detail=self._alone)

    def toggle_actions(self) -> None:
        """Open or close the drawer, and give the actions the focus."""
        if self.drawer.holds:
            self.drawer.toggle()
        if self._actions.isVisible():
            self._actions.first_button().setFocus()

    def anchor(self) -> QWidget:
        """Under what a panel opens: the actions, or what has the focus while they are closed."""
        if self._actions.isVisible():
            return self._actions.task if self._actions.task.isVisible() else self._actions
        return self._queue.owner if self._queue.isVisible() else self._detail.open_button

    def _stand(self, wanted: str) -> None:
        self.mode = wanted
        narrow = wanted in ("drawer", "stacked")
        held = self.drawer.holds
        if narrow and not held:
            self.drawer.hold(self._actions)
        elif not narrow and held:
            self.drawer.release()
            self.splitter.addWidget(self._actions)
            self._actions.show()
        self._queue.fit(narrow=wanted != "wide")
        self._detail.set_mode(stacked=self.stacked, drawer=narrow)
        self.show_stacked(detail=False)
        remembered = self._remembered.splitter("alerts")
        if wanted == "wide" and len(remembered) == 3:
            self.splitter.restore(remembered)
            return
        first, last = (372, 336) if wanted == "wide" else (340, 312)
        rest = max(400, self.width() - first - last)
        self.splitter.setSizes([first, rest, last] if not narrow else [first, rest + last])
