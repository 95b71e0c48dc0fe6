"""The rules: each on or off, with its record and its figures, which can be tried on the past before they are saved."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QDoubleSpinBox, QGridLayout, QLineEdit, QProgressBar, QWidget

from models.values.alerts import Severity
from models.values.changes import Changes
from models.values.imports import Progress
from models.values.words import capital
from views.background import ChildRun, Done, Failed, Outcome
from views.settings import asks
from views.settings.own_box import OwnBox
from views.shell.page import Context
from views.theme import fonts
from views.widgets.buttons import link, push
from views.widgets.labels import clear, column, in_tab_order, kind_of, label, row, rule, tag
from views.words import counted

if TYPE_CHECKING:
    from services.alerting import RuleRecord, Trial
    from services.pipeline.jobs import TrialJob

Figures = dict[str, float | str]
#: How far back a trial looks.
WEEKS = 26
_SHOWS = frozenset({"rules", "policies", "alerts"})


class RuleForm(QWidget):
    """The figures of one rule, their trial and Save.

    Signals
    -------
    saved, tried : the figures that are to be kept, or to be tried; `stopped` ends the trial.
    """

    saved = Signal(object)
    tried = Signal(object)
    stopped = Signal()

    def __init__(self, found: RuleRecord) -> None:
        super().__init__()
        self._before: Figures = {one.name: one.value for one in found.parameters}
        self.fields: dict[str, QDoubleSpinBox | QLineEdit] = {}
        grid = QGridLayout()
        grid.setColumnStretch(0, 1)
        grid.setVerticalSpacing(6)
        for at, one in enumerate(found.parameters):
            field = self._field(one.value, one.least, one.most)
            field.setAccessibleName(one.title)
            self.fields[one.name] = field
            grid.addWidget(label(one.title, fonts.LIST, fonts.REGULAR, "ink_2", wrap=True), at, 0)
            grid.addWidget(field, at, 1)
        self.try_button, self.save_button = push("Try on the past"), push("Save rule", primary=True)
        self.discard_button, self.stop_button = push("Discard"), push("Cancel")
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName("Progress of the trial")
        self.words = label("", fonts.LIST, fonts.REGULAR, "ink_2", wrap=True)
        self.try_button.setToolTip(f"Evaluate this rule alone over the last {WEEKS} weeks; nothing is saved")
        self.try_button.clicked.connect(lambda: self.tried.emit(self.figures))
        self.save_button.clicked.connect(lambda: self.saved.emit(self.figures))
        self.discard_button.clicked.connect(self.discard)
        self.stop_button.clicked.connect(self.stopped)
        buttons = row(self.try_button, 8, self.progress, 8, self.stop_button, -1, self.discard_button, 8,
                      self.save_button)  # fmt: skip
        self.setLayout(column(grid, 8, self.words, 8, buttons, margins=(28, 8, 0, 4)))
        self.show_run(False)
        self._edited()
        in_tab_order(*self.fields.values(), self.try_button, self.discard_button, self.save_button)

    @property
    def figures(self) -> Figures:
        """The figures as they stand in the form."""
        return {
            name: field.value() if isinstance(field, QDoubleSpinBox) else field.text().strip()
            for name, field in self.fields.items()
        }

    @property
    def dirty(self) -> bool:
        """Whether a figure was changed and not saved."""
        return self.figures != self._before

    def discard(self) -> None:
        """Show the figures in force again."""
        for name, field in self.fields.items():
            value = self._before[name]
            field.setValue(float(value)) if isinstance(field, QDoubleSpinBox) else field.setText(str(value))

    def settle(self) -> None:
        """What stands in the form is in force now."""
        self._before = self.figures
        self._edited()

    def show_run(self, on: bool) -> None:
        """While a trial runs there is Cancel in place of Try."""
        self.progress.setVisible(on)
        self.stop_button.setVisible(on)
        self.try_button.setVisible(not on)

    def _field(self, value: float | str, least: float, most: float) -> QDoubleSpinBox | QLineEdit:
        if isinstance(value, str):
            text = QLineEdit(value)
            text.textChanged.connect(self._edited)
            return text
        field = QDoubleSpinBox()
        kind_of(field.lineEdit(), "bare")
        field.lineEdit().setTextMargins(8, 0, 8, 0)
        field.setFixedWidth(96)
        fine = value != int(value) or most <= 1
        field.setDecimals(3 if most <= 1 else 1 if fine else 0)
        field.setRange(least, most)
        field.setSingleStep(0.01 if most <= 1 else 0.5 if fine else 1)
        field.setStepType(QDoubleSpinBox.StepType.DefaultStepType)
        field.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        field.setValue(value)
        field.valueChanged.connect(self._edited)
        return field

    def _edited(self, _value: object = None) -> None:
        for button in (self.save_button, self.discard_button):
            button.setEnabled(self.dirty)


class RuleLine(QWidget):
    """One rule: on or off, its severity and record; "Change" unfolds its figures."""

    def __init__(self, found: RuleRecord) -> None:
        super().__init__()
        self.found = found
        self.switch = QCheckBox(found.title)
        self.switch.setFont(fonts.font(fonts.BODY, fonts.SEMIBOLD))
        self.switch.setChecked(found.enabled)
        self.switch.setToolTip("Switch the rule off" if found.enabled else "Switch the rule on")
        kind = {"opportunity": "Opportunity", "data": "Data"}.get(found.kind, "")
        severity = tag(kind or Severity(found.severity).name.capitalize())
        opens = f"{counted(found.open, 'open alert')}; {found.words}" if found.open else capital(found.words)
        self.record = label(opens, fonts.SMALL, fonts.REGULAR, "ink_2", wrap=True)
        self.record.setContentsMargins(28, 0, 0, 0)
        self.change = link("Change")
        self.change.setAccessibleName(f"Change the figures of “{found.title}”")
        self.form: RuleForm | None = None
        head = row(self.switch, 8, severity, -1, self.change)
        self._box = column(8, head, 2, self.record)
        self.setLayout(column(self._box, 8, rule(soft=True)))
        self.change.setVisible(bool(found.parameters))  # here, as a widget without a parent would open as a window

    def unfold(self) -> RuleForm:
        """Show the figures; made at their first sight."""
        if self.form is None:
            self.form = RuleForm(self.found)
            self._box.addWidget(self.form)
            self.form.show()
        else:
            self.form.setVisible(self.form.isHidden())
        self.change.setText("Change" if self.form.isHidden() else "Hide")
        return self.form


class RulesBox(OwnBox):
    """All rules of the book, one under the other."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._desk = context.book.desk(self)
        self.lines: list[RuleLine] = []
        self._found: tuple[RuleRecord, ...] = ()
        self._run: ChildRun | None = None
        self._past = asks.TrialPlace(context.book.workspace)
        self._list = column()
        note = label(
            "What raises an alert, and how often that was correct. A rule that is switched off raises nothing new; its "
            "open alerts stay. Changes apply from the next scoring and can be undone.",
            fonts.LIST, fonts.REGULAR, "ink_2", wrap=True,
        )  # fmt: skip
        self.heading = label("Rules", fonts.HEADING, fonts.SEMIBOLD)
        self.setLayout(column(self.heading, 2, note, 10, rule(soft=True), self._list, -1))

    @property
    def first(self) -> QWidget:
        return self.lines[0].switch if self.lines else self

    def arrive(self) -> None:
        self._desk.read("rules", partial(asks.rules, self._context.book.workspace), self._take, self._tell)

    def renew(self, changes: Changes) -> None:
        if changes.everyone or changes.tables & _SHOWS:
            self._found = ()  # what stands in a switch or a form may be ahead of what was read last
            if self.isVisible():
                self.arrive()

    def leave(self) -> None:
        self._stop()

    def _take(self, found: tuple[RuleRecord, ...]) -> None:
        """Show the rules; what is being changed stays as it is until it is saved or discarded."""
        if found == self._found or any(line.form is not None and line.form.dirty for line in self.lines):
            return
        focused = next((line.found.code for line in self.lines if line.switch.hasFocus()), None)
        unfolded = {line.found.code for line in self.lines if line.form is not None and not line.form.isHidden()}
        self._found = found
        self._stop()
        clear(self._list)
        self.lines = [self._line(one) for one in found]
        for line in self.lines:
            self._list.addWidget(line)
            if line.found.code in unfolded:
                self._unfold(line)
            if line.found.code == focused:
                line.switch.setFocus()
        on = sum(one.enabled for one in found)
        self.heading.setText(f"Rules · {len(found)}, {on} on")

    def _line(self, found: RuleRecord) -> RuleLine:
        line = RuleLine(found)
        line.switch.clicked.connect(partial(self._switch, line))
        line.change.clicked.connect(partial(self._unfold, line))
        for part in (line.switch, line.change):
            part.installEventFilter(self)
        return line

    def _unfold(self, line: RuleLine, _checked: bool = False) -> None:
        made = line.form is None
        form = line.unfold()
        if made:
            form.saved.connect(partial(self._save, line))
            form.tried.connect(partial(self._try, line))
            form.stopped.connect(self._stop)
            for field in form.fields.values():
                field.installEventFilter(self)

    def _switch(self, line: RuleLine, _checked: bool = False) -> None:
        work = partial(asks.switch_rule, code=line.found.code, enabled=line.switch.isChecked())
        self._context.book.act(work)

    def _save(self, line: RuleLine, figures: Figures) -> None:
        work = partial(asks.set_rule_figures, code=line.found.code, figures=figures)

        def saved(_changes: Changes) -> None:
            if line.form is not None:
                line.form.settle()
            self.arrive()

        said = f"Saved the rule “{line.found.title}”; scores and alerts are recalculated"
        self._context.book.act(work, said, saved, self._tell)

    def _try(self, line: RuleLine, figures: Figures) -> None:
        """Try the figures; one trial at a time."""
        self._stop()
        form = line.form
        if form is None:
            return
        form.words.setText("")
        form.show_run(True)
        workspace = self._context.book.workspace
        ask = partial(asks.trial_of, workspace, line.found.code, figures, WEEKS, self._past)
        self._desk.read("trial", ask, partial(self._begin, form), partial(self._tried, form))

    def _begin(self, form: RuleForm, asked: tuple[TrialJob, Trial | None]) -> None:
        """Show what was found; where the past is not scored yet, a child process does that first."""
        job, found = asked
        if found is not None:
            self._tried(form, Done(found))
            return
        self._run = self._context.book.run(job)
        self._run.progress.connect(partial(self._told, form))
        self._run.ended.connect(partial(self._tried, form))

    def _told(self, form: RuleForm, progress: object) -> None:
        if isinstance(progress, Progress):
            form.progress.setRange(0, progress.total or 0)
            form.progress.setValue(progress.done)

    def _tried(self, form: RuleForm, outcome: Outcome) -> None:
        self._run = None
        form.show_run(False)
        if isinstance(outcome, Done):
            form.words.setText(f"With these figures: {outcome.value.words}.")
        elif isinstance(outcome, Failed):
            self._tell(outcome)

    def _stop(self) -> None:
        self._desk.drop("trial")
        for line in self.lines:
            if line.form is not None and self._run is None:
                line.form.show_run(False)
        if self._run is not None:
            self._run.cancel()

    def _tell(self, failed: Failed) -> None:
        self._context.book.failed.emit(failed)
