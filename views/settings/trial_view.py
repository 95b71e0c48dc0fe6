"""A trial of a rule on the past: its button and progress, then both sets of figures and whom they differ in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QProgressBar, QWidget

from models.values.rule_trials import TOO_EARLY
from models.values.words import day_of, full_day
from views.lists.word_table import TableCell, TableColumn, TableLine, WordTable
from views.settings.figure_slider import FigureSlider
from views.theme import Theme, fonts
from views.widgets.buttons import link, push
from views.widgets.labels import column, label, note, row
from views.words import DASH, DOT, counted, whole

if TYPE_CHECKING:
    from models.values.rule_trials import Trial, TrialCase

_MOST_NAMED: Final = 20
_FIGURES: Final = (
    TableColumn(""),
    TableColumn("In force", 92, right=True),
    TableColumn("Tried", 92, right=True),
    TableColumn("Difference", 112, right=True),
)
_NAMED: Final = (
    TableColumn("Customer"),
    TableColumn("Raised", 104),
    TableColumn("Gap then", 84, right=True, keeps=1),
    TableColumn("Worth a year", 104, right=True, keeps=2),
    TableColumn("Outcome after 90 days", 190),
)
_MEANING: Final = "This rule alone, evaluated once a week. Nobody works on its alerts; an order closes them."
_COLUMNS: Final = (
    "Gap then: how many times the usual gap fits into the time since the last order. Worth a year: what they had spent "
    "in the 12 months before. Outcome: after 90 days, or twice the usual gap where that is longer."
)
#: From this width on the slider stands beside the figures.
_WIDE: Final = 690
#: Time in which the slider may move on before the rule is tried again.
_PAUSE_MS: Final = 250


class CasesView(QWidget):
    """Customers whom only one set of figures names; `linked`: (what, customer) of a click on one."""

    def __init__(self, theme: Theme, words: str) -> None:
        super().__init__()
        self._words = words
        self.title = label("", fonts.LIST, fonts.SEMIBOLD)
        self.counts = label("", fonts.SMALL, fonts.REGULAR, "ink_2")
        self.table = WordTable(theme, words, _NAMED, inset=0, whole=True)
        self.table.setToolTip(_COLUMNS)
        self.all_button = link("")
        self.all_button.clicked.connect(self._show_all)
        self._cases: Sequence[TrialCase] = ()
        self._trial: Trial | None = None
        head = row(self.title, 10, self.counts, -1, self.all_button)
        self.setLayout(column(12, head, 4, self.table))

    def show_cases(self, cases: Sequence[TrialCase], found: Trial) -> None:
        """Show the newest of them."""
        self._cases, self._trial = cases, found
        self.setVisible(bool(cases))
        self.title.setText(f"{counted(len(cases), 'customer')} {self._words}")
        numbers = {said: sum(found.verdict(one) == said for one in cases) for said in (*found.outcomes, TOO_EARLY)}
        parts = [f"{whole(number)} {said}" for said, number in numbers.items() if number]
        self.counts.setText(DOT.join(parts) if found.outcome else "")
        self._show(_MOST_NAMED)
        self.all_button.setText(f"Show all {whole(len(cases))}")
        self.all_button.setVisible(len(cases) > _MOST_NAMED)

    def _show_all(self) -> None:
        self.all_button.hide()
        self._show(len(self._cases))
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show(self, most: int) -> None:
        if self._trial is not None:
            self.table.show_lines([_line(one, self._trial) for one in self._cases[:most]])


class TrialView(QWidget):
    """The trial of one rule.

    Signals
    -------
    begun, stopped : Try was pressed, or Cancel.
    customer_wanted : this customer is to be opened.
    """

    begun = Signal()
    stopped = Signal()
    customer_wanted = Signal(int)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.try_button, self.stop_button = push("Try on the past"), push("Cancel")
        self.try_button.setToolTip("Evaluate this rule alone over the past 12 months; nothing is saved")
        self.try_button.clicked.connect(self.begun)
        self.stop_button.clicked.connect(self.stopped)
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName("Progress of the trial")
        self.words = note()
        self.figures = WordTable(theme, "Trial", _FIGURES, inset=0, whole=True, passive=True)
        self.figures.setToolTip(_MEANING)
        self._meaning = note(_MEANING, fonts.SMALL)
        self.added, self.gone = CasesView(theme, "added"), CasesView(theme, "no longer named")
        for one in (self.added, self.gone):
            one.table.linked.connect(lambda _what, customer: self.customer_wanted.emit(customer))
            one.table.opened.connect(self.customer_wanted.emit)
        self.note = note("", fonts.SMALL)
        self._moved = note()
        self.slider = FigureSlider(theme)
        self._slides = QWidget()
        self._slides.setLayout(column(self._moved, 4, self.slider, -1))
        self._slides.setMinimumWidth(self.slider.sizeHint().width())
        self._slides.hide()
        self._beside = QBoxLayout(QBoxLayout.Direction.TopToBottom)
        self._beside.setSpacing(12)
        self._beside.addWidget(self._slides)
        self._beside.addWidget(self.figures, 1, Qt.AlignmentFlag.AlignTop)
        title = label("Trial on your own past 12 months", fonts.LIST, fonts.SEMIBOLD)
        nothing = label("nothing is saved yet", fonts.SMALL, fonts.REGULAR, "ink_2")
        buttons = row(self.try_button, 8, self.progress, 8, self.stop_button, -1)
        self.setLayout(
            column(
                *(row(title, -1, nothing), 8, buttons, 8, self.words, 8, self._beside, 4, self.note, 2, self._meaning),
                *(self.added, self.gone),
            )
        )
        self._found: Trial | None = None
        self._pause = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._pause.timeout.connect(self.begun)
        for part in (self.figures, self.note, self._meaning, self.added, self.gone):
            part.hide()
        self.show_run(False)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        wide = self.width() >= _WIDE
        self._beside.setDirection(QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.TopToBottom)

    @property
    def tabbed(self) -> tuple[QWidget, ...]:
        """What takes the keys, in order."""
        cases = (part for one in (self.added, self.gone) for part in (one.all_button, one.table))
        return self.try_button, self.stop_button, self.slider, *cases

    def show_figure(
        self, title: str, stops: Sequence[float], now: float, said: Callable[[float], str], more_by: int
    ) -> None:
        """Let the slider move a figure of the rule."""
        self._moved.setText(title)
        self.slider.show_figure(title, stops, now, said, more_by)
        self._slides.setVisible(len(stops) > 1)

    def try_again(self) -> None:
        """Try what the slider shows once it rests; the first trial is begun by its button, as it takes longer."""
        if self._found is not None:
            self._pause.start()

    def show_run(self, on: bool) -> None:
        """While a trial runs there is Cancel in place of Try."""
        focused = self.try_button.hasFocus() or self.stop_button.hasFocus()
        self.progress.setRange(0, 0)
        for part in (self.progress, self.stop_button):
            part.setVisible(on)
        self.try_button.setVisible(not on)
        if focused:
            (self.stop_button if on else self.try_button).setFocus()
        if on:
            self.words.setText("The figures below are from the previous trial." if self._found is not None else "")

    def show_cancelled(self) -> None:
        """Say that the trial was cancelled; what an earlier one found stays."""
        earlier = " The figures below are from the previous trial." if self._found is not None else ""
        self.words.setText(f"The trial was cancelled.{earlier}")

    def show_failed(self) -> None:
        """Say that the trial found nothing; why is told by the window."""
        self.words.setText("The figures below are from the previous trial." if self._found is not None else "")

    def show_trial(self, found: Trial) -> None:
        """Show what a trial found."""
        self._found = found
        self.figures.lines.set_title(0, found.period.capitalize())
        self.figures.show_lines([_figure_line(line) for line in found.lines])
        self.note.setText(found.note)
        self.added.show_cases(found.added, found)
        self.gone.show_cases(found.gone, found)
        for part in (self.figures, self._meaning):
            part.show()
        self.note.setVisible(bool(found.note))

    def show_tried(self, *, current: bool) -> None:
        """Say what came out, and whether the figures tried still stand in the form."""
        if self._found is not None and not self.try_button.isHidden():
            other = "" if current else " The form has different figures now."
            self.words.setText(f"{self._found.words}{other}")


def _figure_line(line: Sequence[str]) -> TableLine:
    title, before, after, difference = line
    cells = (TableCell(title), TableCell(before), TableCell(after, strong=True), TableCell(difference, "ink_2"))
    return TableLine(cells, title)


def _line(one: TrialCase, found: Trial) -> TableLine:
    raised = day_of(one.raised_on)
    right, wrong = found.outcomes
    words = found.verdict(one)
    also, icon, ink = {
        right: (f"{DOT}caught", "check", "good_text"),
        wrong: (f"{DOT}false alarm", "close", "warning_text"),
        TOO_EARLY: ("", "clock", "ink_2"),
    }.get(words, (DASH, "", "ink_2"))
    cells = (
        TableCell(one.name, link="customer", tip=one.name),
        TableCell(full_day(raised) if raised is not None else DASH),
        TableCell(one.gap_words),
        TableCell(one.year_words),
        TableCell(words[:1].upper() + words[1:] + also, ink, icon=icon),
    )
    return TableLine(cells, one.customer_id)
