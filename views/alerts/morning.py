"""Start my morning: today's alerts one customer at a time, until all were seen or the person leaves.

It walks the queue as it was at the start. What was dealt with has left the queue; what is only looked at stays. Nothing
is written by walking.
"""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QSizePolicy, QWidget

from models.values.alerts import AlertRow, DayProgress
from views.actions import Actions, Command
from views.alerts.day_bar import Pieces
from views.alerts.queue_pane import QueuePane
from views.theme import Theme, fonts
from views.widgets.buttons import CommandButton
from views.widgets.labels import ElidedLabel, column, kind_of, row, rule
from views.words import DOT, counted, money_short

_HEIGHT = 48


class Morning(QWidget):
    """The bar in place of the tiles, and where the walk stands.

    Signals
    -------
    turned : whether the walk goes on; where it could not begin, nothing is due.
    reached : the id of the alert to show.
    summed_up : (heading, words) of what came of it.
    """

    turned = Signal(bool)
    reached = Signal(int)
    summed_up = Signal(str, str)

    def __init__(self, theme: Theme, actions: Actions, queue: QueuePane) -> None:
        super().__init__()
        self._queue = queue
        kind_of(self, "ground")
        self._open_alerts: tuple[AlertRow, ...] = ()
        self._at = 0
        self._progress: DayProgress | None = None
        self.active = self.over = False
        self.words = ElidedLabel(theme, "", fonts.LIST, fonts.SEMIBOLD)
        self.pieces = Pieces(theme)
        self.previous = CommandButton.of(theme, actions[Command.PREVIOUS], "chevron-up", text="Previous")
        self.next = CommandButton.of(theme, actions[Command.NEXT], "chevron-down", text="Next")
        self.done = CommandButton.of(theme, actions[Command.RESOLVE], "check", text="Done")
        self.leave = CommandButton(theme, "Leave", "close", "Esc")
        self.leave.setToolTip("Back to the whole queue; your work is saved (Esc)")
        self.leave.clicked.connect(self.end)
        buttons = (self.previous, self.next, self.done, self.leave)
        for button in buttons:
            button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        said = column(-1, self.words, 5, self.pieces, -1)
        inner = row(said, 24, buttons[0], 6, buttons[1], 6, buttons[2], 6, buttons[3], margins=(16, 0, 16, 0))
        inner.setStretch(0, 1)
        self.setLayout(column(inner, rule()))
        self.setFixedHeight(_HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.hide()

    def begin(self) -> None:
        """Begin with what is due today, in the queue's order; where nothing is, with all that is to do."""
        open_alerts = self._queue.model.open_alerts() if self._queue.tab == "todo" else []
        self._open_alerts = tuple([alert for alert in open_alerts if alert.group in ("hour", "today")] or open_alerts)
        self._at, self.over, self.active = 0, False, bool(self._open_alerts)
        self.setVisible(self.active)
        self.turned.emit(self.active)
        if self.active:
            self.reached.emit(self._open_alerts[0].id)
            self.follow()

    def end(self) -> None:
        """Leave the walk, if it goes on: the whole queue is there again."""
        if not self.active:
            return
        self.active = self.over = False
        self.hide()
        self.turned.emit(False)

    def ask_filter(self) -> None:
        """Filter the whole queue: of a filtered one, what is missing would count as handled."""
        self.end()
        self._queue.filter_bar.ask()

    def step(self, by: int) -> None:
        """Go one customer on or back; past the last one the walk is over."""
        found = self.beyond(by)
        if found is not None:
            self.reached.emit(found)
        self.follow()

    def beyond(self, by: int, gone: Collection[int] = ()) -> int | None:
        """Return the alert to go to, from those that are left in the queue; None where the walk is over or begins.

        Parameters
        ----------
        by
            1 for the next one, -1 for the one before; before the first one stays.
        gone
            Alerts that leave the queue now.
        """
        left, at = self._left - set(gone), self._at + by
        while 0 <= at < len(self._open_alerts) and self._open_alerts[at].id not in left:
            at += by
        if at < 0:
            return None
        if at >= len(self._open_alerts):
            self.over = True
            return None
        self._at, self.over = at, False
        return self._open_alerts[at].id

    def follow(self, progress: DayProgress | None = None) -> None:
        """Show where the walk stands; what was chosen otherwise is where it goes on.

        Parameters
        ----------
        progress
            What was handled today, where it was read again.
        """
        self._progress = progress or self._progress
        ids, left, current = [alert.id for alert in self._open_alerts], self._left, self._queue.view.current
        if not self.active:
            return
        self.over = self.over or not left.intersection(ids)
        if current is not None and current.id in ids and not self.over:
            self._at = ids.index(current.id)
        handled = len(self._handled)
        place = f"{self._at + 1} of {len(ids)}{DOT}{self._open_alerts[self._at].customer}"
        self.words.setText(f"My morning{DOT}{'done' if self.over else place}{DOT}{handled} handled")
        self.pieces.show_share(handled, len(ids))
        for button in (self.previous, self.next, self.done):
            button.setVisible(not self.over)
        if self.over:
            self.summed_up.emit("Your morning is done", self._summary(left))

    @property
    def _handled(self) -> list[AlertRow]:
        """The alerts of the walk that were handled today, as the day's progress counts them."""
        done = self._progress.done if self._progress is not None else {}
        return [alert for alert in self._open_alerts if alert.id in done]

    @property
    def _left(self) -> set[int]:
        return {alert.id for alert in self._queue.model.open_alerts()}

    def _summary(self, left: Collection[int]) -> str:
        """What came of it, in a sentence or two."""
        shown = self._queue.model.open_alerts()
        handled, progress = self._handled, self._progress
        begun = len({alert.id for alert in shown if alert.state == "in_work"} & {one.id for one in self._open_alerts})
        put_off = sum(alert.id in progress.snoozed for alert in self._open_alerts) if progress is not None else 0
        open_ones = len({one.id for one in self._open_alerts} & set(left)) - begun
        ended = len(self._open_alerts) - len(handled) - put_off - begun - open_ones
        parts = [f"{len(handled)} handled"]
        parts += [f"{put_off} snoozed"] if put_off else []
        parts += [f"{begun} in progress"] if begun else []
        parts += [f"{open_ones} still open"] if open_ones else []
        parts += [f"{ended} no longer in your queue"] if ended else []
        minor = sum(progress.done[alert.id] for alert in handled) if progress is not None else 0
        money = f" Handled alerts: {money_short(minor, handled[0].currency)} at stake." if minor else ""
        return f"{counted(len(self._open_alerts), 'alert')}: {', '.join(parts)}.{money}"
