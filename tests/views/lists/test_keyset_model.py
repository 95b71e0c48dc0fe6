"""Laws of the keyset model: its rows are the pages of the question asked last, in order, whatever came in between."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from models.values.errors import UserError
from views.background import Background, Failed
from views.lists.keyset_model import ROW_ROLE, KeysetModel, Page

SIZE = 7


def fetch(question: Any, key: Any) -> Page[int]:
    """Numbers below the question, seven at a time."""
    start = 0 if key is None else key
    rows = list(range(start, min(question, start + SIZE)))
    following = start + SIZE
    return Page(rows, following if following < question else None, {"all": question})


@pytest.fixture
def model(background: Background) -> KeysetModel[int]:
    made: KeysetModel[int] = KeysetModel(background.desk(background), fetch, parent=background)
    QAbstractItemModelTester(made, QAbstractItemModelTester.FailureReportingMode.Fatal, made)
    return made


def _read_all(qtbot: QtBot, model: KeysetModel[int]) -> None:
    def complete() -> bool:
        model.fetchMore(QModelIndex())  # the tester asks too, at every change
        return model.complete

    qtbot.waitUntil(complete)


@pytest.mark.parametrize("count", [0, 1, 6, 7, 8, 14, 50])
def test_all_pages_are_all_rows_in_order(qtbot: QtBot, model: KeysetModel[int], count: int) -> None:
    with qtbot.waitSignal(model.arrived):
        model.ask(count)
    _read_all(qtbot, model)
    assert list(model.rows()) == list(range(count))
    assert model.complete
    assert model.about == {"all": count}


def test_the_first_page_comes_alone(qtbot: QtBot, model: KeysetModel[int]) -> None:
    with qtbot.waitSignal(model.arrived):
        model.ask(1_000)
    assert model.rowCount() == SIZE
    assert not model.complete


def test_old_rows_stay_until_the_new_ones_are_there(qtbot: QtBot, background: Background) -> None:
    gate = threading.Event()

    def gated(question: Any, key: Any) -> Page[int]:
        if question == 3:
            gate.wait(60)
        return fetch(question, key)

    model: KeysetModel[int] = KeysetModel(background.desk(background), gated, parent=background)
    with qtbot.waitSignal(model.arrived):
        model.ask(5)
    model.ask(3)
    assert model.rowCount() == 5
    with qtbot.waitSignal(model.arrived):
        gate.set()
    assert list(model.rows()) == [0, 1, 2]


def test_a_late_page_of_an_older_question_is_dropped(qtbot: QtBot, model: KeysetModel[int]) -> None:
    with qtbot.waitSignal(model.arrived):
        model.ask(30)
    model.fetchMore(QModelIndex())
    with qtbot.waitSignal(model.arrived):
        model.ask(2)
    qtbot.wait(30)
    assert list(model.rows()) == [0, 1]


def test_a_failure_is_told_and_asking_again_mends_it(qtbot: QtBot, background: Background) -> None:
    broken = [True]

    def fragile(question: Any, key: Any) -> Page[int]:
        if broken[0]:
            raise UserError("The book is locked.")
        return fetch(question, key)

    model: KeysetModel[int] = KeysetModel(background.desk(background), fragile, parent=background)
    with qtbot.waitSignal(model.failed) as failed:
        model.ask(4)
    assert isinstance(failed.args[0], Failed)
    broken[0] = False
    with qtbot.waitSignal(model.arrived):
        model.ask(model.question)
    assert list(model.rows()) == [0, 1, 2, 3]


def test_a_row_is_given_with_its_role_and_its_words(qtbot: QtBot, model: KeysetModel[int]) -> None:
    with qtbot.waitSignal(model.arrived):
        model.ask(3)
    index = model.index(2, 0)
    assert index.data(ROW_ROLE) == 2
    assert index.data(Qt.ItemDataRole.AccessibleTextRole) == "2"
    assert model.row_at(9) is None


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.one_of(st.integers(0, 40), st.just("more")), min_size=1, max_size=12))
def test_whatever_is_asked_in_between_the_last_question_rules(
    qtbot: QtBot, model: KeysetModel[int], asked: list[Any]
) -> None:
    last = 0
    for step in asked:
        if step == "more":
            model.fetchMore(QModelIndex())
        else:
            last = step
            model.ask(step)
    with qtbot.waitSignal(model.arrived):
        model.ask(last)
    _read_all(qtbot, model)
    assert list(model.rows()) == list(range(last))
