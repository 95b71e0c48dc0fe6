"""One watch beside the list of rules: what it counts, its figure now, and the way to change or remove it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QWidget

from models.values.alerts import Severity
from models.values.watches import WatchState
from models.values.words import count, full_day
from views.lists.word_table import TableCell, TableLine
from views.settings.rule_list import SWITCH
from views.theme import Theme, fonts
from views.widgets.buttons import push
from views.widgets.labels import FlowingContent, column, label, note, row, scrolling
from views.widgets.painting import mark_of
from views.words import DASH, DOT, whole


class WatchDetail(QWidget):
    """The watch that is chosen.

    Signals
    -------
    switched : it is to be on or off.
    changing, removed : it is to be changed in its panel, or to go.
    """

    switched = Signal(bool)
    changing = Signal()
    removed = Signal()

    def __init__(self, theme: Theme, found: WatchState) -> None:
        super().__init__()
        self.found = found
        self.switch = QCheckBox("On")
        self.switch.setChecked(found.enabled)
        self.switch.setAccessibleName(f"{found.watch.title}: on")
        self.switch.clicked.connect(self.switched)
        head = row(label(found.watch.title, fonts.HEADING, fonts.SEMIBOLD, wrap=True), 16, self.switch)
        head.setStretch(0, 1)
        pause = count(found.watch.cooldown_days, "day")
        rests = f"After an alert, the watch pauses for {pause}, unless the figure gets worse."
        through = full_day(found.day)
        told = f"{DOT}{found.alert_words}" if found.alert_words else ""
        self.now = label(f"Now: {found.words} (data through {through}){told}", fonts.BODY, fonts.SEMIBOLD, wrap=True)
        self.change, self.remove = push("Change…"), push("Remove watch")
        self.change.clicked.connect(self.changing)
        self.remove.clicked.connect(self.removed)
        content = FlowingContent()
        content.setLayout(
            column(
                head,
                8,
                label(found.counts, fonts.BODY, wrap=True),
                10,
                self.now,
                10,
                note(rests),
                14,
                row(self.change, 8, self.remove, -1),
                -1,
                margins=(20, 16, 20, 16),
            )
        )
        self.area = scrolling(content)
        self.setLayout(column(self.area))

    @property
    def first(self) -> QWidget:
        """What gets the focus first."""
        return self.change


def line_of(found: WatchState) -> TableLine:
    """A watch as a line below the rules; nobody judges its alerts, which say what is."""
    ink = "ink" if found.enabled else "ink_3"
    mark = mark_of(Severity[found.watch.severity.upper()], "data")
    switch = TableCell("On" if found.enabled else "Off", link=SWITCH, on=found.enabled, tip="Switch the watch (Space)")
    title = TableCell(found.watch.title, ink, tip=f"{found.watch.title}\n{found.words}")
    alerts = TableCell(whole(found.open_alert is not None), ink, tip=found.alert_words or "No open alert")
    none = TableCell(DASH, ink)
    cells = (switch, title, TableCell(mark.word, mark=mark), none, alerts, none, none, none)
    return TableLine(cells, found.watch.code)
