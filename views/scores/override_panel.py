"""The panel in which a person sets a score: which one, what counts, why, until when; or takes one back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from PySide6.QtCore import QDate
from PySide6.QtWidgets import QLineEdit, QStackedWidget, QWidget

from models.values.alerts import ScoreFigures
from models.values.errors import UserError
from models.values.overrides import (
    FIGURES,
    LONGEST_DAYS,
    MOST_REASON,
    OverrideMark,
    Value,
    checked_value,
    model_words,
    parse_value,
    value_words,
)
from models.values.scores import SEGMENTS
from models.values.words import capital
from views.theme import Theme, fonts
from views.widgets.buttons import push
from views.widgets.choice_box import ChoiceBox
from views.widgets.date_field import date_field
from views.widgets.labels import label, row
from views.widgets.overlay import FormPanel

#: An override is proposed for so long: a quarter, after which somebody looks again.
PROPOSED_MONTHS = 3
_FOOT = "Replaces the model’s score everywhere until that date. Undo with Ctrl+Z."


@dataclass(frozen=True, slots=True)
class Setting:
    """What a person asked for."""

    figure: str
    value: Value
    reason: str
    until: date


class OverridePanel(FormPanel):
    """Score, value, reason and last day.

    Parameters
    ----------
    figures
        What the customer's scores are now; None: not scored yet.
    send, back
        Called with what was asked for, and with the figure that is taken back, when the panel is closed.
    """

    def __init__(
        self,
        theme: Theme,
        window: QWidget,
        customer: str,
        figures: ScoreFigures | None,
        currency: str,
        today: date,
        send: Callable[[Setting], None],
        back: Callable[[str], None],
    ) -> None:
        super().__init__(theme, window, f"Override a score of {customer}", "Apply", self._ask, _FOOT)
        self._figures, self._currency, self._tell, self._tell_back = figures, currency, send, back
        self.score = ChoiceBox(theme, "Score")
        for figure, title in FIGURES.items():
            if figure == "clv" and not currency:
                continue  # an amount of what?
            self.score.addItem(title[:1].upper() + title[1:], figure)
        self.value = QLineEdit()
        self.value.setMaxLength(20)
        self.segment = ChoiceBox(theme, "New value")
        for name in reversed(SEGMENTS):
            self.segment.addItem(name, name)
        self._kinds = QStackedWidget()
        for part in (self.value, self.segment):
            self._kinds.addWidget(part)
        self._kinds.setFixedHeight(34)
        self._unit = label("", fonts.LIST, fonts.REGULAR, "ink_2")
        self.model = label("", fonts.SMALL, fonts.REGULAR, "ink_2", wrap=True)
        self.reason = QLineEdit()
        self.reason.setMaxLength(MOST_REASON)
        start = QDate(today.year, today.month, today.day)
        self.until = date_field(start.addMonths(PROPOSED_MONTHS), start)
        self.until.setMaximumDate(start.addDays(LONGEST_DAYS))
        self.back_button = push("Remove override")
        self.back_button.clicked.connect(self._take_back)
        self._lay_out()
        self.score.currentIndexChanged.connect(self._show_score)
        self._show_score()

    def choose(self, figure: str) -> None:
        """Show another score."""
        self.score.setCurrentIndex(max(0, self.score.findData(figure)))

    @property
    def figure(self) -> str:
        """The score that is chosen."""
        return str(self.score.currentData())

    def _lay_out(self) -> None:
        beside = QWidget()
        beside.setLayout(row(self._kinds, 8, self._unit))
        self.add("Score", self.score)
        self.add("New value", beside)
        beside.setFocusProxy(self.value)
        self._box.insertWidget(self._box.count() - 1, self.model)
        self._box.insertSpacing(self._box.count() - 2, 3)
        self.add("Why", self.reason)
        self.add("Until (inclusive)", self.until)
        self._buttons.insertWidget(0, self.back_button)
        self.done()

    def _show_score(self) -> None:
        figure, figures = self.figure, self._figures
        mark = figures.mark_of(figure) if figures is not None else None
        self._kinds.setCurrentWidget(self.segment if figure == "segment" else self.value)
        self._unit.setText({"churn_risk": "%", "segment": "", "clv": self._currency}.get(figure, "of 100"))
        self.value.setAccessibleName(f"{self.score.currentText()}: new value")
        self.value.setText(_field_text(figure, mark.value, self._currency) if mark is not None else "")
        self.segment.setCurrentIndex(max(0, self.segment.findData(_segment(figures, mark))))
        self.model.setText(self._said(figure, mark))
        self.reason.setText(mark.reason if mark is not None else "")
        self.back_button.setVisible(mark is not None)
        self.fault.hide()
        self.adjustSize()

    def _said(self, figure: str, mark: OverrideMark | None) -> str:
        if mark is not None:
            return f"{capital(mark.short)}; the model says {mark.model}."
        if self._figures is None:
            return "Not scored yet."
        said = bool(self._figures.said_leaving)
        now = {
            "churn_risk": self._figures.model_risk if said else self._figures.churn_risk,
            "health": self._figures.health,
            "engagement": self._figures.engagement,
            "segment": self._figures.segment,
            "clv": self._figures.model_clv_minor if said else self._figures.clv_minor,
        }[figure]
        return f"The model says {model_words(figure, now, self._currency)}."

    def _ask(self, _panel: FormPanel) -> None:
        figure = self.figure
        try:
            value = self._value(figure)
        except UserError as error:
            self.object_to(str(error))
            (self.segment if figure == "segment" else self.value).setFocus()
            return
        why = " ".join(self.reason.text().split())
        if not why:
            self.object_to("Give a short reason: it is shown next to the score.")
            self.reason.setFocus()
            return
        day = self.until.date()
        self.dismiss()
        self._tell(Setting(figure, value, why, date(day.year(), day.month(), day.day())))

    def _value(self, figure: str) -> Value:
        if figure == "segment":
            return checked_value(figure, str(self.segment.currentData()))
        text = self.value.text().strip()
        if figure == "churn_risk" and text and not text.endswith("%"):
            text += "%"  # the unit stands behind the field
        return parse_value(figure, text, self._currency)

    def _take_back(self) -> None:
        figure = self.figure
        self.dismiss()
        self._tell_back(figure)


def _field_text(figure: str, value: Value, currency: str) -> str:
    """A value as a person types it, without its unit."""
    if isinstance(value, str):
        return ""
    if figure == "churn_risk":
        return f"{100 * value:g}"
    return value_words(figure, value, currency) if figure == "clv" else f"{value:g}"


def _segment(figures: ScoreFigures | None, mark: OverrideMark | None) -> str:
    if mark is not None and mark.figure == "segment":
        return str(mark.value)
    return (figures.segment or "") if figures is not None else ""
