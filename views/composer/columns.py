"""Three columns side by side, two with tabs, or one at a time, as the window allows."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QSizePolicy, QWidget

from views.theme import Theme
from views.widgets.labels import column, row, rule
from views.widgets.tabs import CountTabs, Tab

FACTS, MAIL, VERDICT = "facts", "mail", "verdict"
_WORDS = {FACTS: "Facts and writer", MAIL: "Email", VERDICT: "Check and send"}
THREE, TWO = 1_240, 900
_SIDE_WIDE, _SIDE_NARROW = 336, 312
WIDE = 1_320
#: From here on the facts have room for their words beside their sources.
ROOMY, _FACTS_ROOMY = 1_400, 364


class Columns(QWidget):
    """Facts, email, verdict. What has no room of its own stands behind a tab.

    Signals
    -------
    shown : key of the column that was brought to the front.
    """

    shown = Signal(str)

    def __init__(self, theme: Theme, facts: QWidget, mail: QWidget, verdict: QWidget) -> None:
        super().__init__()
        self._columns = {FACTS: facts, MAIL: mail, VERDICT: verdict}
        self._side, self._front = VERDICT, MAIL
        self.mode = "three"
        self.tabs = CountTabs(theme, "Columns", height=36)
        self.tabs.chosen.connect(self._chosen)
        self._line = rule()
        self._left, self._right = rule(vertical=True), rule(vertical=True)
        facts.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        verdict.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        body = row(facts, self._left, mail, self._right, verdict)
        body.setStretch(2, 1)
        self.setLayout(column(self.tabs, self._line, body))
        self.fit(1_440)

    def fit(self, width: int) -> None:
        """Follow the window's width."""
        self.mode = "three" if width >= THREE else "two" if width >= TWO else "one"
        side = _SIDE_WIDE if width >= WIDE else _SIDE_NARROW
        for key in (FACTS, VERDICT):
            if self.mode == "one":
                self._columns[key].setMinimumWidth(0)
                self._columns[key].setMaximumWidth(16_777_215)
                self._columns[key].setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
            else:
                self._columns[key].setFixedWidth(_FACTS_ROOMY if key == FACTS and width >= ROOMY else side)
        self._place()

    def bring(self, key: str) -> None:
        """Bring a column to the front where it stands behind a tab."""
        if key != MAIL:
            self._side = key
        self._front = key
        self._place()
        self.shown.emit(key)

    def mark(self, verdict: str) -> None:
        """Say on the tab of the verdict what it is."""
        keys = (FACTS, VERDICT) if self.mode == "two" else (FACTS, MAIL, VERDICT)
        said = {**_WORDS, VERDICT: verdict or _WORDS[VERDICT]}
        self.tabs.show_tabs([Tab(key, said[key]) for key in keys], self._side if self.mode == "two" else self._front)

    @property
    def front(self) -> str:
        """The column that is shown alone, in a narrow window."""
        return self._front

    def _chosen(self, key: str) -> None:
        self.bring(key)

    def _place(self) -> None:
        if self.mode == "three":
            seen = {FACTS, MAIL, VERDICT}
        elif self.mode == "two":
            seen = {MAIL, self._side}
        else:
            seen = {self._front}
        for key, one in self._columns.items():
            one.setVisible(key in seen)
        self.tabs.setVisible(self.mode != "three")
        self._line.setVisible(self.mode != "three")
        self._left.setVisible({FACTS, MAIL} <= seen)
        self._right.setVisible({MAIL, VERDICT} <= seen)
        self.mark("")


class ColumnFocus(QWidget):
    """Stands for a column when F6 goes round: taking the focus brings the column to the front first."""

    def __init__(self, columns: Columns, key: str, column_of: QWidget, first: object) -> None:
        super().__init__(column_of)
        self._columns, self._key, self._column, self._first = columns, key, column_of, first
        self.hide()

    def isAncestorOf(self, child: QWidget) -> bool:
        return self._column.isAncestorOf(child)

    def setFocus(self, reason: Qt.FocusReason = Qt.FocusReason.OtherFocusReason) -> None:
        self._columns.bring(self._key)
        assert callable(self._first)
        target = self._first()
        assert isinstance(target, QWidget)
        target.setFocus(reason)
