"""Rules in Settings: on and off, figures that are saved and undone, and a trial with figures that are not saved."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDoubleSpinBox
from pytestqt.qtbot import QtBot

from models.values.errors import UserError
from models.values.imports import Progress
from services import alerting
from services.alerting import Trial, TrialWeek
from services.pipeline.jobs import TrialJob
from services.settings import Policy
from services.workspace import Workspace
from tests.views.conftest import OpenWindow
from tests.views.settings.conftest import WAIT_MS, settings_page, until
from views.background import Done
from views.desktop import Desktop
from views.settings.rules_box import RuleForm, RuleLine, RulesBox

RULE = "gap_beyond_usual"


@pytest.fixture
def box(
    qtbot: QtBot, open_window: OpenWindow, sample: Workspace, monkeypatch: pytest.MonkeyPatch
) -> tuple[Desktop, RulesBox]:
    desk = open_window(sample)
    monkeypatch.setattr(desk.book, "renew", lambda _changes: None)  # scores and alerts are others' tests
    made = settings_page(desk, "rules").boxes["rules"]
    assert isinstance(made, RulesBox)
    until(qtbot, lambda: len(made.lines) > 10)
    return desk, made


def line_of(box: RulesBox, code: str = RULE) -> RuleLine:
    return next(one for one in box.lines if one.found.code == code)


def form_of(box: RulesBox) -> RuleForm:
    line = line_of(box)
    if line.form is None:
        line.change.click()
    assert line.form is not None
    return line.form


def risk_of(form: RuleForm) -> QDoubleSpinBox:
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
        line_of(rules).switch.click()
    assert not in_force(workspace)["on"]
    until(qtbot, lambda: not line_of(rules).switch.isChecked())
    desk.book.undo()
    until(qtbot, lambda: in_force(workspace)["on"] and line_of(rules).switch.isChecked())


def test_a_figure_is_saved_as_one_action_and_the_others_stay(qtbot: QtBot, box: tuple[Desktop, RulesBox]) -> None:
    desk, rules = box
    workspace, form = desk.book.workspace, form_of(box[1])
    before = in_force(workspace)
    assert not form.save_button.isEnabled()
    risk_of(form).setValue(0.35)
    assert form.save_button.isEnabled() and form.dirty
    with qtbot.waitSignal(desk.book.acted, timeout=WAIT_MS):
        QTest.mouseClick(form.save_button, Qt.MouseButton.LeftButton)
    assert in_force(workspace) == {**before, "risk": 0.35}
    assert [one.name for one in workspace.read_policy().rule_parameters] == ["risk"]
    desk.book.undo()
    until(qtbot, lambda: in_force(workspace) == before)
    until(qtbot, lambda: risk_of(form_of(rules)).value() == before["risk"])


def test_discard_brings_the_figures_in_force_back(box: tuple[Desktop, RulesBox]) -> None:
    form = form_of(box[1])
    risk_of(form).setValue(0.9)
    form.discard_button.click()
    assert risk_of(form).value() == 0.2 and not form.dirty


class Run(QObject):
    """A trial that somebody else runs."""

    progress = Signal(object)
    ended = Signal(object)
    cancelled = False

    def cancel(self) -> None:
        self.cancelled = True


def test_a_trial_uses_what_stands_in_the_form_and_saves_nothing(
    qtbot: QtBot, box: tuple[Desktop, RulesBox], monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, rules = box
    jobs: list[TrialJob] = []
    run = Run()
    monkeypatch.setattr(desk.book, "run", lambda job: jobs.append(job) or run)  # type: ignore[func-returns-value]
    form = form_of(rules)
    risk_of(form).setValue(0.5)
    form.try_button.click()
    until(qtbot, lambda: bool(jobs))
    assert dict(jobs[0].figures)["risk"] == 0.5 and jobs[0].code == RULE
    assert form.stop_button.isVisible() and not form.try_button.isVisible()
    run.progress.emit(Progress("Trying the rule", 3, 26))
    assert (form.progress.value(), form.progress.maximum()) == (3, 26)
    weeks = (TrialWeek("2026-05-01", 4), TrialWeek("2026-05-08", 2))
    run.ended.emit(Done(Trial(RULE, "Overdue order", weeks, 6, 4, 1, 30)))
    assert form.words.text().startswith("With these figures: 6 alerts in 2 weeks")
    assert form.try_button.isVisible()
    assert desk.book.workspace.read_policy().rule_parameters == ()
    form.try_button.click()
    until(qtbot, lambda: len(jobs) == 2)
    rules.leave()
    assert run.cancelled


def test_only_figures_that_a_rule_has_and_within_their_bounds_are_taken(sample: Workspace) -> None:
    policy = Policy()
    assert alerting.with_figures(sample, policy, RULE, {"risk": 0.2}) == policy
    with pytest.raises(UserError, match="no figure"):
        alerting.with_figures(sample, policy, RULE, {"nothing": 1.0})
    with pytest.raises(UserError, match="must lie between"):
        alerting.with_figures(sample, policy, RULE, {"risk": 2.0})
    with pytest.raises(UserError, match="no rule"):
        alerting.with_figures(sample, policy, "nothing", {})


def test_the_next_trial_of_the_same_book_only_evaluates_the_rule(
    qtbot: QtBot, box: tuple[Desktop, RulesBox], monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, rules = box
    monkeypatch.setattr("views.settings.rules_box.WEEKS", 3)
    begun: list[TrialJob] = []
    run = desk.book.run
    monkeypatch.setattr(desk.book, "run", lambda job: begun.append(job) or run(job))  # type: ignore[func-returns-value]
    form = form_of(rules)
    chance = form.fields["improbable"]
    assert isinstance(chance, QDoubleSpinBox)
    chance.setValue(0.001)
    form.try_button.click()
    until(qtbot, lambda: bool(form.words.text()))
    few = form.words.text()
    chance.setValue(0.5)
    form.try_button.click()
    until(qtbot, lambda: bool(form.words.text()))
    assert form.words.text() != few and len(begun) == 1
    chance.setValue(0.001)
    form.try_button.click()
    until(qtbot, lambda: bool(form.words.text()))
    assert form.words.text() == few and len(begun) == 1
    desk.book.act(lambda workspace: alerting.switch_rule(workspace, "bad_review", enabled=False))
    until(qtbot, lambda: desk.background.idle)
    form_of(rules).try_button.click()
    until(qtbot, lambda: len(begun) == 2)
    rules.leave()
    until(qtbot, lambda: desk.background.idle)


def test_a_trial_job_reads_the_book_only(sample: Workspace) -> None:
    steps: list[Progress] = []
    found = TrialJob(sample.recipe, RULE, (("risk", 0.4),), 2)(steps.append, lambda: False)
    assert len(found.weeks) == 2 and steps and date.fromisoformat(found.weeks[0].as_of)
    assert sample.read_policy().rule_parameters == ()
