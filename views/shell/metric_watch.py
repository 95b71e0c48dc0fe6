"""The panel in which a metric is watched: when it raises an alert, what it shows now, and how often it would have."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Final

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QLineEdit, QWidget

from models.values.alerts import Severity
from models.values.changes import Changes
from models.values.errors import UserError
from models.values.watches import TESTS, Watch, WatchState
from models.values.words import in_unit
from services import alerting, sync
from services.workspace import Workspace
from views.background import Desk, Failed
from views.shell.book import Book
from views.theme import Theme, fonts
from views.widgets.choice_box import ChoiceBox
from views.widgets.labels import label, note, row
from views.widgets.overlay import FormPanel
from views.words import counted

#: What is typed is looked at when it rests for so long.
_REST_MS: Final = 250
_TESTS: Final = {"above": "is above", "below": "is below", "rises": "rises by", "falls": "falls by"}
_WEEKS: Final = (4, 8, 12, 26)
_FOOT: Final = "The alert appears on the Alerts page. Settings › Rules lists all watches."
#: Stands for a limit that is not typed yet: no figure is above it.
_UNTYPED: Final = 1e12
#: Metrics that may be watched: name, title and unit.
Offered = Sequence[tuple[str, str, str]]
#: Looks at a watch that is not kept yet.
Look = Callable[[Workspace, Watch], WatchState]


class WatchPanel(FormPanel):
    """Metric, limit and severity, above the present value, the last 12 and what these would have raised.

    Parameters
    ----------
    offered
        Metrics that may be watched.
    watch
        What is proposed, or what is changed.
    """

    def __init__(
        self,
        book: Book,
        theme: Theme,
        window: QWidget,
        offered: Sequence[tuple[str, str, str]],
        watch: Watch,
        look: Look,
    ) -> None:
        title, button = ("Change the watch", "Save watch") if watch.code else ("Watch a metric", "Watch")
        super().__init__(theme, window, title, button, self._ask, _FOOT)
        self._book, self._proposed, self._look = book, watch, look
        self._desk: Desk = book.desk(self)
        self.state: WatchState | None = None
        self.which, self.test = ChoiceBox(theme, "Metric"), ChoiceBox(theme, "Raise an alert when it")
        self._units = {name: unit for name, _, unit in offered}
        for name, words, _ in offered:
            self.which.addItem(words, name)
        self.which.setCurrentIndex(max(0, self.which.findData(watch.metric)))
        for one in TESTS:
            self.test.addItem(_TESTS[one], one)
        self.test.setCurrentIndex(TESTS.index(watch.test))
        self.than = QLineEdit(f"{watch.than * (100 if self._is_share else 1):.15g}" if watch.code else "")
        self.than.setMaxLength(20)
        self.weeks = ChoiceBox(theme, "Against the mean of")
        for number in sorted({*_WEEKS, watch.weeks}):
            self.weeks.addItem(f"mean of {counted(number, 'week')}", number)
        self.weeks.setCurrentIndex(self.weeks.findData(watch.weeks))
        self.severity = ChoiceBox(theme, "Severity")
        for severity in reversed(Severity):
            self.severity.addItem(severity.name.capitalize(), severity.name.lower())
        self.severity.setCurrentIndex(self.severity.findData(watch.severity))
        self.now = label("", fonts.LIST, fonts.SEMIBOLD, wrap=True)
        self.past = note("", fonts.SMALL)
        self.record = note("", fonts.SMALL)
        self._lay_out()
        self._timer = QTimer(self, singleShot=True, interval=_REST_MS)
        self._timer.timeout.connect(self._read)
        for box in (self.which, self.test, self.weeks):
            box.currentIndexChanged.connect(self._changed)
        self.than.textChanged.connect(self._changed)
        self._changed()

    def _lay_out(self) -> None:
        if self.which.count() > 1:
            self.add("Metric", self.which)
        else:
            self._box.addWidget(label(self.which.currentText(), fonts.LIST, wrap=True))
            self._box.addSpacing(8)
        self.than.setAccessibleName("Limit")
        for words, parts in (("Raise an alert when it", (self.test, self.than)),
                             ("Severity", (self.severity, self.weeks))):  # fmt: skip
            beside = QWidget()  # two in a line: a low window has room for all
            beside.setLayout(row(parts[0], 8, parts[1]))
            beside.setFocusProxy(parts[0])
            self.add(words, beside)
        for part in (self.now, self.past, self.record):
            self._box.addWidget(part)
        self._box.addSpacing(6)
        self.done()

    @property
    def asked(self) -> Watch:
        """What stands in the fields.

        Raises
        ------
        UserError
            The limit is not a figure.
        """
        return replace(
            self._proposed,
            metric=str(self.which.currentData()),
            test=self.test.currentData(),
            than=self._limit(),
            weeks=int(self.weeks.currentData()),
            severity=str(self.severity.currentData()),
        )

    def _limit(self) -> float:
        text = self.than.text().strip()
        if not text:
            raise UserError("Enter a limit, such as 5 or 20 %.")
        number, _ = sync.number_of(f"{text.removesuffix('%')}%" if self._is_share else text)
        return float(number) / 100 if self._is_share else float(number)

    @property
    def _is_share(self) -> bool:
        return self._is_change or self._unit == "percent"

    @property
    def _is_change(self) -> bool:
        return self.test.currentData() in ("rises", "falls")

    @property
    def _unit(self) -> str:
        return self._units[str(self.which.currentData())]

    def _changed(self, _value: object = None) -> None:
        """Look at what stands in the fields as soon as it rests."""
        self.than.setPlaceholderText("20 %" if self._is_share else "")
        self.weeks.setVisible(self._is_change)
        self.fault.hide()
        self._timer.start()

    def _read(self) -> None:
        try:
            asked = self.asked
        except UserError:  # nothing is typed yet: the values are shown all the same
            asked = replace(self._proposed, metric=str(self.which.currentData()), test="above", than=_UNTYPED)
        self._desk.read("watch", partial(self._look, self._book.workspace, asked), self._show, self._refused)

    def _show(self, state: WatchState) -> None:
        self.state = state
        known = [_said(state, one.value) for one in state.past]
        before = state.figure.before
        against = f"; the mean before is {_said(state, before)}" if before is not None else ""
        self.now.setText(f"Now: {state.words}{against}" if state.figure.value is not None else f"{state.words}.")
        self.past.setText(f"Last {counted(len(known), 'week')}: {', '.join(known)}" if known else "")
        self.record.setText("" if state.watch.than == _UNTYPED else state.record)
        for part in (self.past, self.record):
            part.setVisible(bool(part.text()))

    def _refused(self, failed: Failed) -> None:
        self.object_to(failed.words)

    def _ask(self, _panel: FormPanel) -> None:
        try:
            asked = self.asked
        except UserError as error:
            self.object_to(str(error))
            self.than.setFocus()
            return
        self._book.act(lambda workspace: alerting.set_watch(workspace, asked)[1], "", self._kept, self._refused)

    def _kept(self, _changes: Changes) -> None:
        self.dismiss()


def _said(state: WatchState, value: float | None) -> str:
    return "–" if value is None else in_unit(value, state.unit, state.currency, short=True)
