"""One rule: when it raises an alert, its figures, its record, and their trial on the past before they are saved."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QCompleter,
    QDoubleSpinBox,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from models.values.rule_records import figure_words
from models.values.words import capital, percent
from views.settings.figure_slider import stops_around
from views.settings.record_chart import RecordChart
from views.settings.rule_list import mark_for
from views.settings.rule_sentences import RuleSentences
from views.settings.trial_view import TrialView
from views.theme import Theme, fonts
from views.widgets.buttons import push
from views.widgets.labels import FlowingContent, column, in_tab_order, kind_of, label, note, row, rule, scrolling
from views.widgets.painting import Mark, badge, badge_width
from views.words import DOT, THIN, counted, whole

if TYPE_CHECKING:
    from models.values.rule_trials import Trial
    from services.alerting import RuleRecord
    from services.alerting.rules import Parameter

Figures = dict[str, float | str]


#: After a share, which is read and typed in percent.
PERCENT = f"{THIN}%"


class FigureField(QDoubleSpinBox):
    """A figure without the noughts that say nothing: 20, not 20.00."""

    def textFromValue(self, value: float) -> str:
        return f"{value:.6g}"


class MarkBadge(QWidget):
    """A severity: shape, word, colour."""

    def __init__(self, theme: Theme, mark: Mark) -> None:
        super().__init__()
        self._theme, self._mark = theme, mark
        self.setFixedSize(round(badge_width(mark, "")) + 1, 20)
        self.setAccessibleName(mark.word)

    def paintEvent(self, _event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            badge(painter, self._theme, 0, 0, self._mark, "")


class RuleDetail(QWidget):
    """One rule with its figures, their trial, and Save in a bar below.

    Signals
    -------
    switched : the rule is to be on or off.
    saved : figures and owner are to be kept.
    """

    switched = Signal(bool)
    saved = Signal()

    def __init__(self, theme: Theme, found: RuleRecord, owners: Iterable[str] = ()) -> None:
        super().__init__()
        self.found, self._theme = found, theme
        self._before: Figures = {one.name: one.value for one in found.parameters}
        self._tried = self._before
        self._owned_by = found.owner
        self._sliding: Parameter | None = None
        self._parameters = {one.name: one for one in found.parameters}
        self.fields: dict[str, QDoubleSpinBox | QLineEdit] = {}
        self.switch = QCheckBox("On")
        self.switch.setChecked(found.enabled)
        self.switch.setAccessibleName(f"{found.title}: on")
        self.switch.clicked.connect(self.switched)
        self.title = label(found.title, fonts.HEADING, fonts.SEMIBOLD, wrap=True)
        self.owner = self._owner_field(owners)
        head = row(self.title, 10, MarkBadge(theme, mark_for(found)), 16, self.switch)
        head.setStretch(0, 1)
        content = FlowingContent()
        self.sentences = self._figures()
        owner = row(label("Owner", fonts.LIST, fonts.REGULAR, "ink_2"), 10, self.owner, -1)
        parts = (8, self.sentences, 10, owner, 14, rule(soft=True), 12, self._record())
        self.trial = TrialView(theme)
        self.trial.slider.picked.connect(self._slid)
        self._slides(next((one for one in found.parameters if not isinstance(one.value, str)), None))
        trial = (14, rule(soft=True), 12, self.trial, -1)
        content.setLayout(column(head, *parts, *trial, margins=(20, 16, 20, 16)))
        self.area = scrolling(content)
        self.setLayout(column(self.area, self._foot()))
        self._edited()
        in_tab_order(
            *(self.switch, *self.fields.values(), self.owner),
            *(self.chart, *self.trial.tabbed, self.discard_button, self.save_button),
        )

    def eventFilter(self, field: QObject, event: QEvent) -> bool:
        """Give the slider the figure whose field has the focus."""
        if event.type() == QEvent.Type.FocusIn:
            self._slides(next((one for one in self.found.parameters if self.fields.get(one.name) is field), None))
        return super().eventFilter(field, event)

    # -- its parts ----------------------------------------------------------------------------------------------

    def _figures(self) -> RuleSentences:
        for one in self.found.parameters:
            field = self.fields[one.name] = self._field(one)
            field.setAccessibleName(one.title)
            field.setToolTip(one.title)
            field.installEventFilter(self)
        return RuleSentences(self.found.sentences, self.fields)

    def _owner_field(self, owners: Iterable[str]) -> QLineEdit:
        field = QLineEdit(self._owned_by)
        field.setPlaceholderText("Nobody")
        field.setAccessibleName("Owner")
        field.setToolTip("Who answers for this rule")
        field.setMaxLength(80)
        completer = QCompleter(sorted(set(owners) - {""}), field)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        field.setCompleter(completer)
        field.textChanged.connect(self._edited)
        return field

    def _record(self) -> QVBoxLayout:
        year = self.found.year
        said = f": {whole(year.correct)} of {whole(year.judged)} correct" if year.judged else ""
        aside = [
            counted(year.alerts, "alert"),
            f"{whole(year.too_early)} too early to judge",
            f"{whole(year.not_useful)} marked not useful",
        ]
        past = f", past {counted(len(year.months), 'month')}{said}" if year.months else ""
        self.record = label(f"Record{past}", fonts.LIST, fonts.SEMIBOLD, wrap=True)
        counts = note(DOT.join(aside), fonts.SMALL)
        self.follows = note(self._follows())
        self.chart = RecordChart(self._theme, year)
        key = label(
            "filled: correct · outlined: incorrect · dashed: too early to judge", fonts.SMALL, ink="ink_2", wrap=True
        )
        if not year.alerts:
            self.chart.hide()
            key.hide()
        return column(self.record, 2, counts, 6, self.chart, 2, key, 6, self.follows)

    def _follows(self) -> str:
        """What stands beside the record: the share of all customers, and what the record keeps the rule from."""
        past, promise = self.found.past, self.found.promise
        parts = []
        if past is not None and past.base_cases:
            parts.append(f"Of all {past.among}, {percent(past.base)} {past.outcome}.")
            parts.append(f"{capital(past.warning or past.exemption)}." if past.warning or past.exemption else "")
        parts.append(f"{capital(promise.words)}." if promise is not None else "")
        parts.append(self.found.held)
        return " ".join(part for part in parts if part) or "Nothing can be judged yet."

    def _foot(self) -> QWidget:
        self.changed = note()
        self.discard_button, self.save_button = push("Discard"), push("Save rule", primary=True)
        self.discard_button.clicked.connect(self.discard)
        self.save_button.clicked.connect(self.saved)
        bar = row(self.changed, 16, self.discard_button, 8, self.save_button, margins=(20, 10, 20, 10))
        bar.setStretch(0, 1)
        foot = QWidget()
        foot.setLayout(column(rule(), bar))
        kind_of(foot, "ground")
        return foot

    def _field(self, one: Parameter) -> QDoubleSpinBox | QLineEdit:
        if isinstance(one.value, str):
            text = QLineEdit(one.value)
            text.textChanged.connect(self._edited)
            return text
        field, times = FigureField(), self._times(one.name)
        kind_of(field.lineEdit(), "bare")
        field.lineEdit().setTextMargins(8, 0, 8, 0)
        field.setSuffix(PERCENT if one.percent else "")
        fine = one.value != int(one.value)
        field.setDecimals(2 if one.percent else 1 if fine else 0)
        field.setRange(one.least * times, one.most * times)
        field.setSingleStep(0.5 if fine and not one.percent else 1)
        field.setStepType(QDoubleSpinBox.StepType.DefaultStepType)
        field.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        field.setValue(one.value * times)
        widest = max((field.textFromValue(end * times) for end in (min(one.most, 9999), one.value)), key=len)
        field.setFixedWidth(round(fonts.width(widest + field.suffix(), fonts.BODY)) + 34)
        field.valueChanged.connect(self._edited)
        return field

    # -- its figures --------------------------------------------------------------------------------------------

    @property
    def first(self) -> QWidget:
        """The field that gets the focus first."""
        return next(iter(self.fields.values()), self.owner)

    @property
    def figures(self) -> Figures:
        """The figures as they stand in the form."""
        return {
            name: round(field.value() / self._times(name), 6)
            if isinstance(field, QDoubleSpinBox)
            else field.text().strip()
            for name, field in self.fields.items()
        }

    @property
    def owned_by(self) -> str:
        """The owner as they stand in the form; '' for nobody."""
        return self.owner.text().strip()

    @property
    def retuned(self) -> bool:
        """Whether a figure was changed and not saved."""
        return self.figures != self._before

    @property
    def dirty(self) -> bool:
        """Whether a figure or the owner was changed and not saved."""
        return self.retuned or self.owned_by != self._owned_by

    def discard(self) -> None:
        """Show the figures in force again, and the owner."""
        self.owner.setText(self._owned_by)
        for name, field in self.fields.items():
            value = self._before[name]
            if isinstance(field, QDoubleSpinBox):
                field.setValue(float(value) * self._times(name))
            else:
                field.setText(str(value))

    def show_trial(self, found: Trial, tried: Figures) -> None:
        """Show what a trial of some figures found."""
        self._tried = tried
        self.trial.show_trial(found)
        self._edited()

    def _slides(self, one: Parameter | None) -> None:
        """Let the slider move this figure."""
        if one is None or isinstance(one.value, str):
            return
        field, times, before = self.fields[one.name], self._times(one.name), self._before[one.name]
        assert isinstance(field, QDoubleSpinBox) and not isinstance(before, str)
        self._sliding = one
        stops = stops_around(before * times, one.least * times, one.most * times, whole=not field.decimals())
        more = self.found.more_by.get(one.name, 0)
        self.trial.show_figure(one.title, stops, before * times, partial(self._in_words, one), more)
        self.trial.slider.show_value(field.value())

    def _in_words(self, one: Parameter, shown: float) -> str:
        return self._said(one.name, shown / self._times(one.name))

    def _slid(self, value: float) -> None:
        field = self.fields[self._sliding.name] if self._sliding is not None else None
        if isinstance(field, QDoubleSpinBox):
            field.setValue(value)
            self.trial.try_again()

    def settle(self) -> None:
        """What stands in the form is in force now."""
        self._before, self._owned_by = self.figures, self.owned_by
        self._slides(self._sliding)
        self._edited()

    def _edited(self, _value: object = None) -> None:
        now, changed = self.figures, []
        for name, value in now.items():
            before = self._said(name, self._before[name])
            self.sentences.show_before(name, before if value != self._before[name] else "")
            if value != self._before[name]:
                changed.append(f"{self._parameters[name].title} {before} → {self._said(name, value)}")
        slid = self.fields[self._sliding.name] if self._sliding is not None else None
        if isinstance(slid, QDoubleSpinBox):
            self.trial.slider.show_value(slid.value())
        applies = " Applies from the next scoring; open alerts stay." if changed else ""
        if self.owned_by != self._owned_by:
            changed.append(f"Owner {self._owned_by or 'nobody'} → {self.owned_by or 'nobody'}")
        said = f"{counted(len(changed), 'change')}: {'; '.join(changed)}.{applies}"
        self.changed.setText(said if changed else "No changes.")
        for button in (self.save_button, self.discard_button):
            button.setEnabled(bool(changed))
        self.trial.show_tried(current=now == self._tried)

    def _times(self, name: str) -> int:
        return 100 if self._parameters[name].percent else 1

    def _said(self, name: str, value: float | str) -> str:
        return figure_words(value, share=self._parameters[name].percent)
