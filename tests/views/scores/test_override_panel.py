"""The panel in which a score is set: what it proposes, what it objects to, what it asks for."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from models.values.overrides import FIGURES, OverrideMark
from tests.views.customers.made import figures
from views.scores.notes import ScoreNotes
from views.scores.override_panel import OverridePanel, Setting
from views.theme import Theme

TODAY = date(2026, 11, 19)
MARK = OverrideMark(
    "churn_risk", "churn risk", 0.2, "set by you until 3 Jan", "72\N{NARROW NO-BREAK SPACE}%", "they renewed by phone",
    "2027-01-03",
)  # fmt: skip


class Desk:
    """Takes what the panel asks for."""

    def __init__(
        self, theme: Theme, host: QWidget, marks: tuple[OverrideMark, ...] = (), currency: str = "USD"
    ) -> None:
        self.set: list[Setting] = []
        self.back: list[str] = []
        shown = replace(figures(), overridden=marks)
        self.panel = OverridePanel(
            theme, host, "Linden Supply", shown, currency, TODAY, self.set.append, self.back.append
        )
        self.panel.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
        self.panel.open_at(QPoint(600, 40))

    def send(self, figure: str, typed: str) -> None:
        """Choose a score, type a value with a reason and send it."""
        self.panel.choose(figure)
        self.panel.value.setText(typed)
        self.panel.reason.setText("known better")
        self.panel._sent()


def test_a_risk_is_set_by_keyboard_with_a_reason_and_a_last_day(qtbot: QtBot, theme: Theme, host: QWidget) -> None:
    desk = Desk(theme, host)
    panel = desk.panel
    assert panel.score.hasFocus()
    assert panel.model.text() == "The model says 72\N{NARROW NO-BREAK SPACE}%."
    assert not panel.back_button.isVisible()
    qtbot.keyClick(panel.score, Qt.Key.Key_Tab)
    assert panel.value.hasFocus()
    qtbot.keyClicks(panel.value, "12.5")
    qtbot.keyClick(panel.value, Qt.Key.Key_Return)
    assert panel.isVisible() and panel.reason.hasFocus()
    assert "reason" in panel.fault.text()
    qtbot.keyClicks(panel.reason, "they renewed by phone")
    qtbot.keyClick(panel.reason, Qt.Key.Key_Return)
    assert desk.set == [Setting("churn_risk", 0.125, "they renewed by phone", date(2027, 2, 19))]
    assert not panel.isVisible()


@pytest.mark.parametrize(
    ("figure", "typed", "said"),
    [
        ("churn_risk", "", "percentage"),
        ("churn_risk", "120", "between 0 and 100"),
        ("churn_risk", "much", "percentage"),
        ("health", "101", "between 0 and 100"),
        ("engagement", "", "number from 0 to 100"),
        ("clv", "-5", "cannot be negative"),
        ("clv", "lots", "amount of USD"),
    ],
)
def test_what_cannot_be_is_said_and_the_panel_stays(
    qtbot: QtBot, theme: Theme, host: QWidget, figure: str, typed: str, said: str
) -> None:
    desk = Desk(theme, host)
    desk.send(figure, typed)
    assert said in desk.panel.fault.text()
    assert "\n" not in desk.panel.fault.text()
    assert desk.panel.isVisible() and desk.panel.value.hasFocus()
    assert desk.set == []


@pytest.mark.parametrize(
    ("figure", "typed", "value"),
    [("clv", "5,000", 500_000), ("clv", "$5000.50", 500_050), ("health", "70,5", 70.5), ("churn_risk", "1", 0.01)],
)
def test_numbers_are_read_as_people_write_them(
    theme: Theme, host: QWidget, figure: str, typed: str, value: float
) -> None:
    desk = Desk(theme, host)
    desk.send(figure, typed)
    assert [one.value for one in desk.set] == [value]


def test_a_segment_is_chosen_and_never_typed(theme: Theme, host: QWidget) -> None:
    desk = Desk(theme, host)
    desk.panel.choose("segment")
    assert desk.panel.segment.isVisible() and not desk.panel.value.isVisible()
    assert desk.panel.segment.currentText() == "Cooling VIP"
    desk.panel.segment.setCurrentIndex(desk.panel.segment.findData("Champion"))
    desk.panel.reason.setText("their new store opens")
    desk.panel._sent()
    assert [(one.figure, one.value) for one in desk.set] == [("segment", "Champion")]


def test_what_is_set_already_is_shown_and_can_be_taken_back(qtbot: QtBot, theme: Theme, host: QWidget) -> None:
    desk = Desk(theme, host, (MARK,))
    panel = desk.panel
    assert (panel.value.text(), panel.reason.text()) == ("20", "they renewed by phone")
    assert panel.model.text() == "Set by you until 3 Jan; the model says 72\N{NARROW NO-BREAK SPACE}%."
    qtbot.mouseClick(panel.back_button, Qt.MouseButton.LeftButton)
    assert desk.back == ["churn_risk"]
    assert not panel.isVisible()


def test_without_a_currency_no_amount_is_asked_for(theme: Theme, host: QWidget) -> None:
    panel = Desk(theme, host, currency="").panel
    assert [panel.score.itemData(n) for n in range(panel.score.count())] == [one for one in FIGURES if one != "clv"]


def test_the_last_day_lies_within_a_year(theme: Theme, host: QWidget) -> None:
    field = Desk(theme, host).panel.until
    assert field.minimumDate().toPython() == TODAY
    assert field.maximumDate().toPython() == date(2027, 11, 20)


def test_escape_gives_the_focus_back(qtbot: QtBot, theme: Theme, host: QWidget) -> None:
    desk = Desk(theme, host)
    qtbot.keyClick(desk.panel.score, Qt.Key.Key_Escape)
    assert not desk.panel.isVisible() and desk.set == []


def test_notes_say_what_a_person_set_and_what_moved_and_offer_the_way_back(
    qtbot: QtBot, theme: Theme, host: QWidget
) -> None:
    notes = ScoreNotes(theme)
    notes.setParent(host)
    notes.resize(500, 60)
    week = "Risk 31 % → 44 % since 12 Nov: no order for 7 more days (+9)"
    notes.show_figures(replace(figures(), overridden=(MARK,), week_line=week))
    assert notes.isVisible()
    assert notes.lines == (
        "Churn risk is set by you until 3 Jan: they renewed by phone; the model says 72\N{NARROW NO-BREAK SPACE}%",
        week,
    )
    with qtbot.waitSignal(notes.end_wanted) as asked:
        (back,) = [one for one in notes.findChildren(QWidget) if one.accessibleName().startswith("Remove")]
        qtbot.mouseClick(back, Qt.MouseButton.LeftButton)
    assert asked.args == ["churn_risk"]
    notes.show_figures(figures())
    assert not notes.isVisible()
    notes.show_figures(None)
    assert notes.lines == ()


def test_what_a_person_wrote_is_read_in_full(qtbot: QtBot, theme: Theme, host: QWidget) -> None:
    notes = ScoreNotes(theme)
    notes.setParent(host)
    notes.show_figures(replace(figures(), overridden=(MARK,)))
    short = notes.heightForWidth(500)
    notes.show_figures(replace(figures(), overridden=(replace(MARK, reason="they renewed by phone " * 9),)))
    qtbot.waitUntil(lambda: notes.heightForWidth(500) > short + 20)
    assert notes.heightForWidth(300) > notes.heightForWidth(500)
