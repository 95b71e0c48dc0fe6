"""A trial of a rule on the past: its button and progress, then both sets of figures and whom they differ in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QProgressBar, QWidget

from models.values.rule_records import SPENT_LESS
from models.values.words import day_of, full_day
from views.lists.word_table import TableCell, TableColumn, TableLine, WordTable
from views.theme import Theme, fonts
from views.widgets.buttons import push
from views.widgets.labels import column, label, row
from views.words import DASH, DOT, counted, percent, whole

if TYPE_CHECKING:
    from models.values.rule_trials import Trial, TrialCase, TrialSide

#: How far back a trial looks.
WEEKS: Final = 26
_MOST_NAMED: Final = 20
_FIGURES: Final = (
    TableColumn(f"Past {WEEKS} weeks"),
    TableColumn("In force", 110, right=True),
    TableColumn("Tried", 110, right=True),
    TableColumn("Difference", 150, right=True),
)
_NAMED: Final = (TableColumn("Customer"), TableColumn("Raised", 120), TableColumn("Outcome", 190))
_MEANING: Final = "The rule alone, evaluated once a week, with alerts that nobody works on: an order closes them."


class CasesView(QWidget):
    """Customers whom only one set of figures names; `linked`: (what, customer) of a click on one."""

    def __init__(self, theme: Theme, words: str) -> None:
        super().__init__()
        self._words = words
        self.title = label("", fonts.LIST, fonts.SEMIBOLD)
        self.counts = label("", fonts.SMALL, fonts.REGULAR, "ink_2")
        self.table = WordTable(theme, words, _NAMED, inset=0, whole=True)
        self.more = label("", fonts.SMALL, fonts.REGULAR, "ink_2")
        head = row(self.title, 10, self.counts, -1)
        self.setLayout(column(12, head, 4, self.table, 4, self.more))

    def show_cases(self, cases: Sequence[TrialCase], outcome: str) -> None:
        """Show the newest of them."""
        self.setVisible(bool(cases))
        self.title.setText(f"{counted(len(cases), 'customer')} {self._words}")
        right, wrong = ("spent less", "did not") if outcome == SPENT_LESS else ("left", "stayed")
        verdicts = {right: True, wrong: False, "too early to judge": None}
        numbers = {said: sum(one.correct is verdict for one in cases) for said, verdict in verdicts.items()}
        parts = [f"{whole(number)} {said}" for said, number in numbers.items() if number]
        self.counts.setText(DOT.join(parts) if outcome else "")
        self.table.show_lines([_line(one, outcome, right, wrong) for one in cases[:_MOST_NAMED]])
        left = len(cases) - _MOST_NAMED
        self.more.setText(f"… and {whole(left)} more")
        self.more.setVisible(left > 0)


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
        self.try_button.setToolTip(f"Evaluate this rule alone over the last {WEEKS} weeks; nothing is saved")
        self.try_button.clicked.connect(self.begun)
        self.stop_button.clicked.connect(self.stopped)
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName("Progress of the trial")
        self.words = label("", fonts.LIST, fonts.REGULAR, "ink_2", wrap=True)
        self.figures = WordTable(theme, "Trial", _FIGURES, inset=0, whole=True, passive=True)
        self.figures.setToolTip(_MEANING)
        self._meaning = label(_MEANING, fonts.SMALL, fonts.REGULAR, "ink_2", wrap=True)
        self.added, self.gone = CasesView(theme, "added"), CasesView(theme, "no longer named")
        for one in (self.added, self.gone):
            one.table.linked.connect(lambda _what, customer: self.customer_wanted.emit(customer))
            one.table.opened.connect(self.customer_wanted.emit)
        title = label(f"Trial on your own past {WEEKS} weeks", fonts.LIST, fonts.SEMIBOLD)
        nothing = label("nothing is saved yet", fonts.SMALL, fonts.REGULAR, "ink_2")
        buttons = row(self.try_button, 8, self.progress, 8, self.stop_button, -1)
        figures = (self.figures, 4, self._meaning)
        self.setLayout(column(row(title, -1, nothing), 8, buttons, 8, self.words, 6, *figures, self.added, self.gone))
        self._found: Trial | None = None
        self._said = ""
        for part in (self.figures, self._meaning, self.added, self.gone):
            part.hide()
        self.show_run(False)

    @property
    def tabbed(self) -> tuple[QWidget, ...]:
        """What takes the keys, in order."""
        return self.try_button, self.stop_button, self.added.table, self.gone.table

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
            self.words.setText("The figures below are of the trial before." if self._found is not None else "")

    def show_cancelled(self) -> None:
        """Say that the trial was cancelled; what an earlier one found stays."""
        earlier = " The figures below are of the trial before." if self._found is not None else ""
        self.words.setText(f"The trial was cancelled.{earlier}")

    def show_failed(self) -> None:
        """Say that the trial found nothing; why is told by the window."""
        self.words.setText("The figures below are of the trial before." if self._found is not None else "")

    def show_trial(self, found: Trial) -> None:
        """Show what a trial found."""
        self._found = found
        before, after = found.before, found.after
        number = counted(after.alerts, "alert")
        same = before == after and not found.added and not found.gone
        self._said = (
            f"{number}, as with the figures in force" if same else f"{number} instead of {whole(before.alerts)}"
        )
        self.figures.show_lines(_figures(before, after, found.outcome))
        self.added.show_cases(found.added, found.outcome)
        self.gone.show_cases(found.gone, found.outcome)
        for part in (self.figures, self._meaning):
            part.show()

    def show_tried(self, *, current: bool) -> None:
        """Say what came out, and whether the figures tried still stand in the form."""
        if self._found is not None and not self.try_button.isHidden():
            figures = "these figures" if current else "the figures tried, which no longer stand in the form"
            self.words.setText(f"With {figures}: {self._said}.")


def _figures(before: TrialSide, after: TrialSide, outcome: str) -> list[TableLine]:
    sides = (before, after)
    more, a_month = after.today - before.today, after.a_month - before.a_month
    lines = [
        _figure_line("Alerts today", [whole(one.today) for one in sides], _more(more)),
        _figure_line("Alerts a month", [f"{one.a_month:.1f}" for one in sides], _more(a_month, 1)),
    ]
    if outcome:
        title = "Customers caught who spent less" if outcome == SPENT_LESS else "Leavers caught"
        caught = [whole(one.caught) if one.judged else DASH for one in sides]
        both = before.judged and after.judged
        lines.append(_figure_line(title, caught, _more(after.caught - before.caught) if both else ""))
        shares = [f"{whole(one.correct)} of {whole(one.judged)}" if one.judged else DASH for one in sides]
        ranges = [one.range_words if one.judged else DASH for one in sides]
        lines.append(_figure_line("Correct", shares, _change(before, after)))
        lines.append(_figure_line("95 % range", ranges, _chance(before, after)))
        if before.early_by is not None or after.early_by is not None:
            early = [DASH if one.early_by is None else counted(one.early_by, "day") for one in sides]
            lines.append(_figure_line("Early by, median", early, _earlier(before, after)))
    return lines


def _earlier(before: TrialSide, after: TrialSide) -> str:
    if before.early_by is None or after.early_by is None:
        return ""
    days = after.early_by - before.early_by
    return f"{counted(abs(days), 'day')} {'more' if days > 0 else 'fewer'}" if days else "the same"


def _figure_line(title: str, sides: Sequence[str], difference: str) -> TableLine:
    before, after = sides
    cells = (TableCell(title), TableCell(before), TableCell(after, strong=True), TableCell(difference, "ink_2"))
    return TableLine(cells, title)


def _more(change: float, digits: int = 0) -> str:
    number = f"{abs(change):,.{digits}f}"
    return "the same" if not float(number.replace(",", "")) else f"{number} {'more' if change > 0 else 'fewer'}"


def _change(before: TrialSide, after: TrialSide) -> str:
    if not before.judged or not after.judged:
        return ""
    return f"{percent(before.correct / before.judged)} → {percent(after.correct / after.judged)}"


def _chance(before: TrialSide, after: TrialSide) -> str:
    """Whether the two ranges overlap, so that the difference may be chance."""
    if not before.judged or not after.judged or before == after:
        return ""
    overlap = before.interval[0] <= after.interval[1] and after.interval[0] <= before.interval[1]
    return "may be chance" if overlap else "more than chance"


def _line(one: TrialCase, outcome: str, right: str, wrong: str) -> TableLine:
    raised = day_of(one.raised_on)
    words, icon, ink = {
        True: (right, "check", "good_text"),
        False: (wrong, "close", "warning_text"),
        None: ("too early to judge", "clock", "ink_2"),
    }[one.correct]
    if not outcome:
        words, icon = DASH, ""
    cells = (
        TableCell(one.name, link="customer", tip=one.name),
        TableCell(full_day(raised) if raised is not None else DASH),
        TableCell(words[:1].upper() + words[1:], ink, icon=icon),
    )
    return TableLine(cells, one.customer_id)
