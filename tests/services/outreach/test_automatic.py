"""Automatic drafts: off by default, by policy only, for review only; never approved, never sent, never twice."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from models.journal import entries
from models.values.changes import Changes
from models.values.errors import UserError
from models.values.outreach import Composition
from services.audit import undo_last
from services.outreach import composing, discard, draft_automatically, read_message, review, save
from services.pipeline import after_change, do_round
from services.settings import AutoDrafts, Policy
from services.workspace import Workspace


def _with(book: Workspace, **values: Any) -> Workspace:
    chosen = AutoDrafts(**{"enabled": True, "approved_by": "Dana", "rules": ("gap_beyond_usual",), **values})
    return book.with_policy(replace(book.policy, auto_drafts=chosen))


def _alerts(book: Workspace, rule: str = "gap_beyond_usual") -> list[int]:
    with book.store.snapshot() as driver:
        rows = driver.execute(
            "SELECT id FROM alerts WHERE rule = ? AND state IN ('open', 'seen', 'in_work') ORDER BY id", (rule,)
        )
        return [row[0] for row in rows]


def _messages(book: Workspace) -> list[dict[str, Any]]:
    with book.store.read() as connection:
        return [dict(row) for row in connection.exec_driver_sql("SELECT * FROM messages ORDER BY id").mappings()]


def test_it_is_off_until_a_person_approves_it_by_name(book: Workspace) -> None:
    assert not Policy().auto_drafts.enabled
    assert draft_automatically(book, _alerts(book)).entry is None
    assert _messages(book) == []


def test_drafts_of_the_chosen_rules_wait_for_review_and_are_the_pipelines_own(book: Workspace) -> None:
    chosen = _with(book)
    changes = draft_automatically(chosen, _alerts(book) + _alerts(book, "unhappy_tickets"))
    found = _messages(book)
    assert found and {row["state"] for row in found} == {"in_review"}
    assert {row["origin"] for row in found} == {"flow"} and {row["approved_at"] for row in found} == {None}
    assert {row["alert_id"] for row in found} <= set(_alerts(book))
    assert all(row["writer"].startswith("template:") and row["body"] for row in found)
    with book.store.read() as connection:
        (entry,) = entries(connection, limit=1)
    assert (entry.id, entry.actor.kind, entry.actor.name) == (changes.entry, "flow", "automatic drafts")
    assert review(chosen, read_message(chosen, found[0]["id"]).edit).checks


def test_the_daily_number_holds_over_several_rounds(book: Workspace) -> None:
    chosen = _with(book, per_day=2)
    for _ in range(3):
        draft_automatically(chosen, _alerts(book))
    assert len(_messages(book)) == 2


def test_only_the_chosen_segments_are_drafted_for(book: Workspace) -> None:
    draft_automatically(_with(book, segments=("No such segment",)), _alerts(book))
    assert _messages(book) == []
    draft_automatically(_with(book, segments=("Cooling VIP",)), _alerts(book))
    with book.store.snapshot() as driver:
        segments = driver.execute(
            "SELECT DISTINCT s.segment FROM messages m JOIN customer_risk_scores s ON s.customer_id = m.customer_id"
        ).fetchall()
    assert segments in ([], [("Cooling VIP",)])


def test_nobody_is_drafted_for_who_may_not_be_emailed(book: Workspace) -> None:
    with book.store.unit_of_work(book.me, "test", "customers", at=book.at) as work:
        work.sql("UPDATE customers SET email_consent = 'withdrawn', email_consent_since = '2020-01-01'")
        work.digest("withdrawn")
        work.commit()
    draft_automatically(_with(book), _alerts(book))
    assert _messages(book) == []


def test_what_a_person_put_away_is_not_drafted_again(book: Workspace) -> None:
    chosen = _with(book, per_day=200)
    draft_automatically(chosen, _alerts(book))
    before = len(_messages(book))
    discard(chosen, [_messages(book)[0]["id"]])
    draft_automatically(chosen, _alerts(book))
    assert len(_messages(book)) == before


def test_undo_of_a_person_never_takes_the_pipelines_drafts(book: Workspace) -> None:
    chosen = _with(book)
    draft_automatically(chosen, _alerts(book))
    before = _messages(book)
    with pytest.raises(UserError, match="Your last action was an import"):
        undo_last(chosen)
    assert _messages(book) == before


def test_the_pipeline_drafts_for_what_it_opens_and_only_then(book: Workspace) -> None:
    chosen = _with(book, rules=tuple(sorted({"gap_beyond_usual", "likely_to_leave", "unhappy_tickets"})))
    assert do_round(chosen).opened == ()
    assert _messages(book) == []
    with book.store.unit_of_work(book.me, "test", "alerts", at=book.at) as work:
        work.sql("DELETE FROM alert_signals")
        work.sql("DELETE FROM alerts")
        work.digest("emptied")
        work.commit()
    run = after_change(chosen, Changes(everyone=True, tables=frozenset({"orders"})), force=True)
    assert run.opened and {row["alert_id"] for row in _messages(book)} <= set(run.opened)
    assert _messages(book) and "messages" in run.changes.tables


def test_an_email_that_a_person_began_meanwhile_is_left_alone_and_the_others_are_drafted(
    book: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = _with(book)
    begun: list[int] = []
    compose = composing.compose

    def compose_and_begin(workspace: Workspace, customer: int, alert: int | None) -> Composition:
        found = compose(workspace, customer, alert)
        if not begun:
            begun.append(save(workspace, found.edit).id)
        return found

    monkeypatch.setattr(composing, "compose", compose_and_begin)
    changes = draft_automatically(chosen, _alerts(book))
    origins = [row["origin"] for row in _messages(book)]
    assert origins.count("person") == 1 and origins.count("flow") >= 1
    assert changes.words.startswith(f"Drafted {origins.count('flow')} email")
