"""Rules in Settings: on and off, figures that are saved and undone, and a trial with figures that are not saved."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from PySide6.QtCore import QObject, QPoint, Qt, Signal
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDoubleSpinBox, QLabel
from pytestqt.qtbot import QtBot

from models.values.alerts import Severity
from models.values.errors import UserError
from models.values.imports import Progress
from models.values.rule_trials import Trial, TrialCase, TrialSide, TrialWeek, Tried
from services import alerting
from services.pipeline.jobs import TrialJob
from services.settings import Policy
from services.sync import edit_customer
from services.workspace import Workspace
from tests.views.conftest import OpenWindow
from tests.views.settings.conftest import WAIT_MS, settings_page, until
from views.background import Done, WasCancelled
from views.desktop import Desktop
from views.settings.figure_slider import stops_around
from views.settings.rule_detail import RuleDetail
from views.settings.rule_list import COLUMNS
from views.settings.rules_box import RulesBox
from views.theme import fonts

RULE = "gap_beyond_usual"
OWNER = [column.title for column in COLUMNS].index("Owner")


@pytest.fixture
def box(
    qtbot: QtBot, open_window: OpenWindow, sample: Workspace, monkeypatch: pytest.MonkeyPatch
) -> tuple[Desktop, RulesBox]:
    desk = open_window(sample)
    monkeypatch.setattr(desk.book, "renew", lambda _changes: None)  # scores and alerts are others' tests
    made = settings_page(desk, "rules").boxes["rules"]
    assert isinstance(made, RulesBox)
    until(qtbot, lambda: made.table.lines.rowCount() > 10)
    return desk, made


def row_of(box: RulesBox, code: str = RULE) -> int:
    rows = range(box.table.lines.rowCount())
    return next(row for row in rows if (line := box.table.lines.line_at(row)) is not None and line.key == code)


def cells_of(box: RulesBox, code: str = RULE) -> dict[str, str]:
    """What stands in a rule's line, by the column's title."""
    line = box.table.lines.line_at(row_of(box, code))
    assert line is not None
    return {column.title: cell.text for column, cell in zip(COLUMNS, line.cells, strict=True)}


def detail_of(box: RulesBox, code: str = RULE) -> RuleDetail:
    """Choose a rule."""
    box.table.selectRow(row_of(box, code))
    assert box.detail is not None and box.detail.found.code == code
    return box.detail


def risk_of(form: RuleDetail) -> QDoubleSpinBox:
    field = form.fields["risk"]
    assert isinstance(field, QDoubleSpinBox)
    return field


def in_force(workspace: Workspace) -> dict[str, Any]:
    found = next(
        one for one in alerting.rule_records(workspace.with_policy(workspace.read_policy())) if one.code == RULE
    )
    return {one.name: one.value for one in found.parameters} | {"on": found.enabled}


def test_a_rule_is_switched_off_and_undo_switches_it_on(qtbot: QtBot, box: tuple[Desktop, RulesBox]) -> None:
    desk, rules = box
    workspace = desk.book.workspace
    with qtbot.waitSignal(desk.book.acted, timeout=WAIT_MS):
        detail_of(rules).switch.click()
    assert not in_force(workspace)["on"]
    until(qtbot, lambda: cells_of(rules)["On"] == "Off" and not detail_of(rules).switch.isChecked())
    desk.book.undo()
    until(qtbot, lambda: in_force(workspace)["on"] and cells_of(rules)["On"] == "On")


def test_a_figure_is_saved_as_one_action_and_the_others_stay(qtbot: QtBot, box: tuple[Desktop, RulesBox]) -> None:
    desk, rules = box
    workspace, form = desk.book.workspace, detail_of(box[1])
    before = in_force(workspace)
    assert not form.save_button.isEnabled()
    risk_of(form).setValue(35)
    assert form.save_button.isEnabled() and form.dirty
    with qtbot.waitSignal(desk.book.acted, timeout=WAIT_MS):
        QTest.mouseClick(form.save_button, Qt.MouseButton.LeftButton)
    assert in_force(workspace) == {**before, "risk": 0.35}
    assert [one.name for one in workspace.read_policy().rule_parameters] == ["risk"]
    desk.book.undo()
    until(qtbot, lambda: in_force(workspace) == before)
    until(qtbot, lambda: risk_of(detail_of(rules)).value() == 100 * before["risk"])


def test_an_owner_is_saved_with_a_figure_as_one_action_and_stands_in_the_table(
    qtbot: QtBot, box: tuple[Desktop, RulesBox]
) -> None:
    desk, rules = box
    workspace, form = desk.book.workspace, detail_of(rules)
    assert cells_of(rules)["Owner"] == "–" and rules.table.isColumnHidden(OWNER), "nobody owns a rule"
    form.owner.setText(" Ann Lee ")
    assert form.changed.text().startswith("1 change: Owner nobody → Ann Lee.") and form.dirty
    risk_of(form).setValue(35)
    with qtbot.waitSignal(desk.book.acted, timeout=WAIT_MS):
        QTest.mouseClick(form.save_button, Qt.MouseButton.LeftButton)
    until(qtbot, lambda: cells_of(rules)["Owner"] == "Ann Lee" and not rules.table.isColumnHidden(OWNER))
    assert in_force(workspace)["risk"] == 0.35 and detail_of(rules).owner.text() == "Ann Lee"
    desk.book.undo()
    until(qtbot, lambda: cells_of(rules)["Owner"] == "–" and not detail_of(rules).owner.text())
    assert in_force(workspace)["risk"] == 0.2


def test_an_owner_alone_recalculates_nothing(qtbot: QtBot, box: tuple[Desktop, RulesBox]) -> None:
    desk, rules = box
    form = detail_of(rules)
    form.owner.setText("Ann Lee")
    with qtbot.waitSignal(desk.book.acted, timeout=WAIT_MS) as saved:
        QTest.mouseClick(form.save_button, Qt.MouseButton.LeftButton)
    (changes, *_) = saved.args
    assert not changes.everyone and changes.words == "Changed a rule’s owner"
    owner = {one.rule: one.owner for one in desk.book.workspace.read_policy().rule_owners}
    assert owner == {RULE: "Ann Lee"}
    form.owner.setText("Bob")
    form.discard_button.click()
    assert form.owner.text() == "Ann Lee" and not form.dirty


def test_nothing_else_is_struck_out_once_a_rule_was_shown(box: tuple[Desktop, RulesBox]) -> None:
    assert detail_of(box[1]).isVisible()
    assert not fonts.font(fonts.LIST).strikeOut()


def test_discard_brings_the_figures_in_force_back(box: tuple[Desktop, RulesBox]) -> None:
    form = detail_of(box[1])
    risk_of(form).setValue(90)
    form.discard_button.click()
    assert risk_of(form).value() == 20 and not form.dirty


class Run(QObject):
    """A trial that somebody else runs."""

    progress = Signal(object)
    ended = Signal(object)
    cancelled = False

    def cancel(self) -> None:
        self.cancelled = True


def trial_found(added: int = 0, gone: int = 0) -> Trial:
    weeks = (TrialWeek("2026-05-01", 4), TrialWeek("2026-05-08", 2))
    before, after = TrialSide(weeks[:1], 3, 3, 2, 2, 19, 7), TrialSide(weeks, 5, 4, 2, 1, 23, 7)
    named = [
        TrialCase(number, f"Customer {number}", "2026-05-01", (True, False, None)[number % 3], 2.66, 156000, "USD")
        for number in range(40)
    ]
    tried = (Tried("Minimum churn risk", "20 %", "50 %"),)
    return Trial(RULE, "Overdue order", "left", before, after, tuple(named[:added]), tuple(named[:gone]), tried)


@pytest.fixture
def runs(box: tuple[Desktop, RulesBox], monkeypatch: pytest.MonkeyPatch) -> list[tuple[TrialJob, Run]]:
    """The trials that were begun; nothing happens in them."""
    found: list[tuple[TrialJob, Run]] = []

    def begin(job: TrialJob) -> Run:
        found.append((job, Run()))
        return found[-1][1]

    monkeypatch.setattr(box[0].book, "run", begin)
    return found


def test_a_trial_uses_what_stands_in_the_form_and_saves_nothing(
    qtbot: QtBot, box: tuple[Desktop, RulesBox], runs: list[tuple[TrialJob, Run]]
) -> None:
    desk, rules = box
    form = detail_of(rules)
    view = form.trial
    risk_of(form).setValue(50)
    view.try_button.click()
    until(qtbot, lambda: bool(runs))
    job, run = runs[0]
    assert dict(job.figures)["risk"] == 0.5 and job.code == RULE
    assert view.stop_button.isVisible() and not view.try_button.isVisible()
    run.progress.emit(Progress("Trying the rule", 3, 26))
    assert (view.progress.value(), view.progress.maximum()) == (3, 26)
    run.ended.emit(Done(trial_found()))
    said = (
        "Minimum churn risk: 50 % instead of 20 %. 6 alerts instead of 4, 1 of 7 leavers caught instead of 2, "
        "23 days early."
    )
    assert view.words.text() == said
    form.discard()
    assert view.words.text() == f"{said} The form has different figures now."
    risk_of(form).setValue(50)
    assert view.words.text() == said
    assert view.try_button.isVisible()
    assert desk.book.workspace.read_policy().rule_parameters == ()
    view.try_button.click()
    until(qtbot, lambda: len(runs) == 2)
    rules.leave()
    assert runs[1][1].cancelled


def test_a_trial_is_a_table_of_both_figures_and_names_whom_they_differ_in(
    qtbot: QtBot, box: tuple[Desktop, RulesBox], runs: list[tuple[TrialJob, Run]]
) -> None:
    desk, rules = box
    view = detail_of(rules).trial
    view.try_button.click()
    until(qtbot, lambda: bool(runs))
    runs[0][1].ended.emit(Done(trial_found(added=34, gone=1)))
    lines = [view.figures.lines.line_at(row) for row in range(view.figures.lines.rowCount())]
    said = [tuple(cell.text.replace("\u202f", " ") for cell in line.cells) for line in lines if line is not None]
    assert said == [
        ("Alerts", "4", "6", "2 more"),
        ("Alerts a week", "0.0", "2.0", "2.0 more"),
        ("Open at the end", "3", "5", "2 more"),
        ("Leavers caught", "2 of 7", "1 of 7", "1 fewer"),
        ("Correct alerts", "2 of 3", "2 of 4", "67 % → 50 %"),
        ("95 % range", "21–94 %", "15–85 %", "may be chance"),
        ("Early by, median", "19 days", "23 days", "4 days more"),
    ]
    assert view.note.isVisible() and view.note.text().endswith("2 correct alerts for 1 leaver.")
    assert view.added.title.text() == "34 customers added" and view.added.all_button.text() == "Show all 34"
    assert view.added.table.lines.rowCount() == 20 and view.added.all_button.isVisible()
    line = view.added.table.lines.line_at(1)
    assert line is not None
    cells = [cell.text.replace("\u202f", " ") for cell in line.cells]
    assert cells[2:] == ["2.7 ×", "$1,560", "Stayed · false alarm"]
    view.added.all_button.click()
    assert view.added.table.lines.rowCount() == 34 and not view.added.all_button.isVisible()
    assert view.added.counts.text() == "12 left · 11 stayed · 11 too early to judge"
    assert view.gone.title.text() == "1 customer no longer named" and not view.gone.all_button.isVisible()
    view.added.table.setFocus()
    view.added.table.selectRow(1)
    with qtbot.waitSignal(settings_page(desk).wants_customer, timeout=WAIT_MS) as wanted:
        QTest.keyClick(view.added.table, Qt.Key.Key_Return)
    assert wanted.args == [1]


def test_a_cancelled_trial_says_so_and_leaves_the_earlier_figures(
    qtbot: QtBot, box: tuple[Desktop, RulesBox], runs: list[tuple[TrialJob, Run]]
) -> None:
    view = detail_of(box[1]).trial
    view.try_button.click()
    until(qtbot, lambda: len(runs) == 1)
    view.stop_button.click()
    assert runs[0][1].cancelled and view.words.text() == "The trial was cancelled." and view.try_button.isVisible()
    view.try_button.click()
    until(qtbot, lambda: len(runs) == 2)
    runs[0][1].ended.emit(WasCancelled())  # the first one's child ends only now
    assert view.stop_button.isVisible()
    runs[1][1].ended.emit(Done(trial_found(added=2)))
    view.try_button.click()
    until(qtbot, lambda: len(runs) == 3)
    runs[2][1].ended.emit(WasCancelled())
    assert view.words.text() == "The trial was cancelled. The figures below are from the previous trial."
    assert view.figures.isVisible() and view.added.table.lines.rowCount() == 2


def test_a_trial_goes_on_while_another_rule_is_shown_and_is_told_where_it_ends(
    qtbot: QtBot, box: tuple[Desktop, RulesBox], runs: list[tuple[TrialJob, Run]]
) -> None:
    told: list[str] = []
    box[0].book.told.connect(told.append)
    first = detail_of(box[1])
    first.trial.try_button.click()
    until(qtbot, lambda: len(runs) == 1)
    other = detail_of(box[1], "bad_review")
    assert not runs[0][1].cancelled
    runs[0][1].ended.emit(Done(trial_found()))
    assert told == ["Finished the trial of “Overdue order”"] and first.trial.words.text()
    other.trial.try_button.click()
    until(qtbot, lambda: len(runs) == 2)
    detail_of(box[1]).trial.try_button.click()
    until(qtbot, lambda: len(runs) == 3)
    assert runs[1][1].cancelled and other.trial.words.text() == "The trial was cancelled."
    assert told[1:] == [f"Stopped the trial of “{other.found.title}”: one trial runs at a time"]


def test_only_figures_that_a_rule_has_and_within_their_bounds_are_taken(sample: Workspace) -> None:
    policy = Policy()
    assert alerting.with_figures(sample, policy, RULE, {"risk": 0.2}) == policy
    with pytest.raises(UserError, match="no figure"):
        alerting.with_figures(sample, policy, RULE, {"nothing": 1.0})
    with pytest.raises(UserError, match="must be between"):
        alerting.with_figures(sample, policy, RULE, {"risk": 2.0})
    with pytest.raises(UserError, match="no rule"):
        alerting.with_figures(sample, policy, "nothing", {})


def test_the_next_trial_of_the_same_book_only_evaluates_the_rule(
    qtbot: QtBot, box: tuple[Desktop, RulesBox], monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, rules = box
    monkeypatch.setattr("views.settings.rules_box.TRIAL_WEEKS", 3)
    begun: list[TrialJob] = []
    run = desk.book.run
    monkeypatch.setattr(desk.book, "run", lambda job: begun.append(job) or run(job))  # type: ignore[func-returns-value]
    form = detail_of(rules)
    view = form.trial
    chance = form.fields["improbable"]
    assert isinstance(chance, QDoubleSpinBox)

    def tried(figure: float) -> str:
        chance.setValue(figure)
        view.words.setText("")
        view.try_button.click()
        until(qtbot, lambda: "alert" in view.words.text())
        return view.words.text()

    few = tried(0.1)
    assert tried(50) != few and len(begun) == 1
    assert tried(0.1) == few and len(begun) == 1
    desk.book.act(lambda workspace: alerting.switch_rule(workspace, "bad_review", enabled=False))
    until(qtbot, lambda: desk.background.idle and cells_of(rules, "bad_review")["On"] == "Off")
    view = detail_of(rules).trial
    assert tried(0.2) and len(begun) == 1
    desk.book.act(lambda workspace: edit_customer(workspace, 1, {"city": "Oslo"}))
    until(qtbot, lambda: desk.background.idle)
    detail_of(rules).trial.try_button.click()
    until(qtbot, lambda: len(begun) == 2)
    rules.leave()
    until(qtbot, lambda: desk.background.idle)


def test_a_trial_job_reads_the_book_only(sample: Workspace) -> None:
    steps: list[Progress] = []
    found = TrialJob(sample.recipe, RULE, (("risk", 0.4),), 2)(steps.append, lambda: False)
    assert len(found.after.weeks) == 2 and steps and date.fromisoformat(found.after.weeks[0].as_of)
    assert sample.read_policy().rule_parameters == ()


def test_in_a_laptops_window_other_columns_give_way_before_the_names_of_rules(box: tuple[Desktop, RulesBox]) -> None:
    table = box[1].table
    table.resize(628, 500)
    shown = [column.title for place, column in enumerate(COLUMNS) if not table.isColumnHidden(place)]
    assert shown == ["On", "Rule", "Severity", "Alerts", "Correct", "Early by"]
    assert table.columnWidth(COLUMNS.index(next(one for one in COLUMNS if one.title == "Rule"))) >= 190


def test_the_table_is_worked_by_keys(qtbot: QtBot, box: tuple[Desktop, RulesBox]) -> None:
    desk, rules = box
    rules.table.setFocus()
    assert rules.detail is not None and rules.table.currentIndex().row() == 0
    first = rules.detail.found.code
    QTest.keyClick(rules.table, Qt.Key.Key_Down)
    assert rules.detail.found.code != first
    code = rules.detail.found.code
    with qtbot.waitSignal(desk.book.acted, timeout=WAIT_MS):
        QTest.keyClick(rules.table, Qt.Key.Key_Space)
    until(qtbot, lambda: cells_of(rules, code)["On"] == "Off")
    assert rules.detail is not None and rules.detail.found.code == code and not rules.detail.switch.isChecked()
    assert rules.total.text().startswith(f"{rules.table.lines.rowCount()} rules, {rules.table.lines.rowCount() - 1} on")
    QTest.keyClick(rules.table, Qt.Key.Key_Return)
    assert rules.detail.isAncestorOf(QApplication.focusWidget())


def test_every_rule_says_when_it_raises_an_alert_and_how_severe(box: tuple[Desktop, RulesBox]) -> None:
    rules = box[1]
    for found in alerting.rule_records(box[0].book.workspace):
        assert found.condition.endswith(".") and 30 < len(found.condition) < 140
        low, high = (Severity(one).name.lower() for one in found.severities)
        said = cells_of(rules, found.code)["Severity"].lower()
        assert said == ("opportunity" if found.kind == "opportunity" else low if low == high else f"{low} to {high}")
    assert cells_of(rules, "likely_to_leave")["Severity"] != "Low"


def test_the_record_by_month_is_a_chart_that_keys_read_and_a_table(box: tuple[Desktop, RulesBox]) -> None:
    detail = detail_of(box[1])
    year, chart = detail.found.year, detail.chart
    assert year.too_early and chart.isVisible()
    heads, rows = chart.table()
    assert heads == ("Month", "Correct", "Incorrect", "Too early to judge") and len(rows) == 12
    assert sum(int(cell) for row in rows for cell in row[1:]) == year.alerts
    chart.setFocus()
    QTest.keyClick(chart, Qt.Key.Key_End)
    assert chart.said.endswith(f"{rows[-1][3]} too early to judge") and chart.said.startswith(rows[-1][0])


def test_a_change_of_a_figure_is_named_before_it_is_saved(box: tuple[Desktop, RulesBox]) -> None:
    form = detail_of(box[1])
    assert form.changed.text() == "No changes."
    assert risk_of(form).text() == "20\u202f%" and risk_of(form).maximum() == 100
    risk_of(form).setValue(35)
    assert form.changed.text().startswith("1 change: Minimum churn risk 20\u202f% → 35\u202f%.")
    other = detail_of(box[1], "bad_review")
    assert other is not form and not other.dirty
    assert risk_of(detail_of(box[1])).value() == 35


def test_the_figures_stand_inside_sentences_and_a_changed_one_beside_the_one_in_force(
    box: tuple[Desktop, RulesBox],
) -> None:
    for found in alerting.rule_records(box[0].book.workspace):
        form = detail_of(box[1], found.code)
        assert all(form.sentences.isAncestorOf(field) for field in form.fields.values())
        words = [one.text() for one in form.sentences.findChildren(QLabel)]
        assert words[:4] == ["Raise", "an", "alert", "when"] and not any("{" in one for one in words)
    form = detail_of(box[1])
    struck = [one for one in form.sentences.findChildren(QLabel) if one.font().strikeOut() and one.isVisible()]
    assert not struck
    risk_of(form).setValue(35)
    (struck,) = [one for one in form.sentences.findChildren(QLabel) if one.font().strikeOut() and one.isVisible()]
    assert struck.text() == "20\u202f%"
    form.discard()
    assert not struck.isVisible()


def test_the_slider_moves_the_figure_that_has_the_focus_and_tries_again_once_the_past_is_there(
    qtbot: QtBot, box: tuple[Desktop, RulesBox], runs: list[tuple[TrialJob, Run]]
) -> None:
    form = detail_of(box[1])
    slider = form.trial.slider
    assert slider.accessibleName() == form.found.parameters[0].title and slider.isVisible()
    risk_of(form).setFocus()
    assert slider.accessibleName() == "Minimum churn risk"
    assert "now 20\u202f%, to the left more alerts, to the right fewer alerts" in slider.accessibleDescription()
    slider.setFocus()
    QTest.keyClick(slider, Qt.Key.Key_Right)
    assert risk_of(form).value() == 25 and slider.accessibleDescription().startswith("25\u202f%; now 20\u202f%")
    assert not runs, "the first trial takes longer and is begun by its button"
    form.trial.try_button.click()
    until(qtbot, lambda: len(runs) == 1)
    runs[0][1].ended.emit(Done(trial_found()))
    QTest.mouseClick(slider, Qt.MouseButton.LeftButton, pos=QPoint(slider.width() - 4, 26))
    assert risk_of(form).value() == 35
    until(qtbot, lambda: len(runs) == 2)
    assert dict(runs[1][0].figures)["risk"] == 0.35
    risk_of(form).setValue(33.5)
    assert slider.accessibleDescription().startswith("33.5\u202f%")


@pytest.mark.parametrize(
    ("now", "least", "most", "whole", "stops"),
    [
        (3, 1, 50, False, [1.5, 2, 2.5, 3, 3.5, 4, 4.5]),
        (3, 1, 50, True, [1, 2, 3, 4, 5, 6, 7]),
        (20, 0, 100, False, [5, 10, 15, 20, 25, 30, 35]),
        (180, 30, 3000, True, [30, 80, 130, 180, 230, 280, 330]),
        (2, 1, 3, True, [1, 2, 3]),
        (0, 0, 1, True, [0, 1]),
        (0.07 * 100, 0, 100, False, [4, 5, 6, 0.07 * 100, 8, 9, 10]),
        (1 / 3, 1 / 3, 1 / 3, False, [1 / 3]),
    ],
)
def test_the_stops_are_round_figures_around_the_one_in_force(
    now: float, least: float, most: float, whole: bool, stops: list[float]
) -> None:
    assert stops_around(now, least, most, whole=whole) == stops


def test_a_narrow_window_shows_the_table_or_the_rule(qtbot: QtBot, box: tuple[Desktop, RulesBox]) -> None:
    desk, rules = box
    assert rules.detail is not None and rules.detail.isVisible() and rules.table.isVisible()
    desk.window.resize(1080, 700)
    until(qtbot, lambda: not rules.splitter.widget(1).isVisible())
    rules.table.setFocus()
    QTest.keyClick(rules.table, Qt.Key.Key_Return)
    assert rules.detail.isVisible() and not rules.table.isVisible()
    page = settings_page(desk)
    assert page.headline == rules.detail.found.title and page.back == "Settings"
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Escape)
    assert rules.table.isVisible() and rules.table.hasFocus() and not page.headline
    desk.window.resize(1440, 900)
    until(qtbot, lambda: rules.table.isVisible() and rules.splitter.widget(1).isVisible())
