"""The pipeline runs where a figure may have moved, and stands still where only emails were concerned."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import time
from pathlib import Path
from typing import Any

import pytest

from models.values.changes import Changes
from services.audit import undo_last
from services.pipeline import after_change, concerns_figures, do_round
from services.settings import ABOUT_EMAILS, Policy, QuietHours
from services.workspace import Workspace
from tests.views.books import opened, sample_copy

OTHERS: dict[str, Any] = {
    "recall_minutes": 5,
    "quiet_hours": QuietHours(begins=time(19, 0)),
    "sender_line": "Linden Supply, 12 Quay Street",
}


@pytest.fixture
def book(store_path: Path) -> Iterator[Workspace]:
    workspace = opened(sample_copy(store_path))
    yield workspace
    workspace.close()


def now(workspace: Workspace) -> Workspace:
    return workspace.with_policy(workspace.read_policy())


def test_the_fields_about_emails_are_fields_of_the_policy() -> None:
    assert all(hasattr(Policy(), name) for name in ABOUT_EMAILS)


def test_a_setting_of_emails_scores_nobody_neither_at_once_nor_in_the_next_round(book: Workspace) -> None:
    changes = book.change_policy(**OTHERS)
    assert changes.entry is not None and "policies" in changes.tables
    assert changes.policy == frozenset(OTHERS)
    assert not changes.everyone and not concerns_figures(changes)
    assert after_change(now(book), changes).scores is None
    scores = do_round(now(book)).scores
    assert scores is not None and scores.scored == 0
    back = undo_last(book)
    assert back.policy == frozenset(OTHERS) and not concerns_figures(back)
    assert book.read_policy() == Policy()


def test_a_figure_scores_everyone_and_so_does_its_undo(book: Workspace) -> None:
    changes = book.change_policy(engagement_threshold=45.0, recall_minutes=5)
    assert changes.everyone and concerns_figures(changes)
    scores = after_change(now(book), changes).scores
    assert scores is not None and scores.scored == scores.customers
    back = undo_last(book)
    assert concerns_figures(back)
    scores = after_change(now(book), back).scores
    assert scores is not None and scores.scored == scores.customers


def test_orders_that_come_with_a_setting_of_emails_score_only_who_ordered(book: Workspace) -> None:
    ordered = Changes(customers=frozenset({1}), tables=frozenset({"orders"}))
    both = book.change_policy(recall_minutes=5).merged(ordered)
    assert concerns_figures(both)
    scores = after_change(now(book), both).scores
    assert scores is not None and scores.scored == 1
    assert concerns_figures(replace(both, policy=both.policy | {"card_budget"}))
