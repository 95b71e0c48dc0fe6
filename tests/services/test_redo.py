"""Redo does again what was undone, step by step, and nothing that something else came after."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.values.errors import UserError
from services.audit import redo_last, undo_last, verify_book
from services.settings import Preferences, with_earlier_name
from services.workspace import FixedClock, Workspace
from tests.examples import examples
from tests.views.books import opened


@pytest.fixture
def book(store_path: Path) -> Workspace:
    return opened(store_path)


def budget(book: Workspace) -> int:
    return book.read_policy().card_budget


def test_undo_and_redo_walk_the_same_steps(book: Workspace) -> None:
    first = budget(book)
    for value in (30, 40, 50):
        book.change_policy(card_budget=value)
    seen = [budget(book)]
    for step in (undo_last, undo_last, undo_last, redo_last, redo_last, redo_last, undo_last, redo_last):
        step(book)
        seen.append(budget(book))
    assert seen == [50, 40, 30, first, 30, 40, 50, 40, 50]
    with pytest.raises(UserError, match="nothing to redo"):
        redo_last(book)
    assert verify_book(book).problems == ()
    book.close()


def test_after_something_else_there_is_nothing_to_redo(book: Workspace) -> None:
    book.change_policy(card_budget=30)
    undo_last(book)
    book.change_policy(engagement_threshold=55)
    with pytest.raises(UserError, match="nothing to redo"):
        redo_last(book)
    assert budget(book) == 25
    book.close()


def test_an_action_of_a_colleague_is_not_undone_by_who_took_their_name_later(book: Workspace) -> None:
    first = budget(book)
    hours = [FixedClock(datetime(2026, 11, 23, hour, tzinfo=UTC)) for hour in (9, 10, 11)]
    colleague = replace(book, clock=hours[0], login="anna.s", person="Anna")
    colleague.change_policy(card_budget=30)
    taken = with_earlier_name(Preferences(me="Anna"), "", hours[1].now().strftime("%Y-%m-%dT%H:%M:%SZ"))
    zoe = replace(book, clock=hours[2], login="zoe", person="zoe").of_person(taken)
    with pytest.raises(UserError, match="nothing to undo"):
        undo_last(zoe)
    zoe.change_policy(card_budget=40)
    undo_last(zoe)
    assert budget(book) == 30 != first
    book.close()


@settings(max_examples=examples(10), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(["change", "undo", "redo"]), max_size=14))
def test_redo_is_the_inverse_of_undo(tmp_path_factory: pytest.TempPathFactory, steps: list[str]) -> None:
    book = opened(tmp_path_factory.mktemp("redo") / "book.bellwether")
    values, at = [budget(book)], 0
    for number, step in enumerate(steps):
        if step == "change":
            values = [*values[: at + 1], 30 + number]
            at += 1
            book.change_policy(card_budget=values[at])
        elif step == "undo" and at:
            at -= 1
            undo_last(book)
        elif step == "redo" and at + 1 < len(values):
            at += 1
            redo_last(book)
        assert budget(book) == values[at]
    book.close()
