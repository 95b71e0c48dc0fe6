"""What a person does with alerts, and that undo brings back what was."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from models.tables import alert_signals, alerts, customers, notes, tasks
from models.values.changes import Changes
from models.values.errors import UserError
from services import alerting
from services.audit import undo_last
from tests.examples import examples
from tests.services.alerting.book import Book


@pytest.fixture
def queue(book: Book) -> Book:
    """A book with three open alerts."""
    book.crowd(12)
    for name in ("Marlow & Pike", "Delacroix Interiors", "Harbor Lane"):
        book.customer(name, ago=70, gap=20, clv_minor=1)
    book.evaluate()
    return book


def first(book: Book) -> dict[str, Any]:
    return book.open_alerts()[0]


def content(book: Book) -> dict[str, list[dict[str, Any]]]:
    """Everything that triage may write."""
    found = {}
    with book.workspace.store.read() as connection:
        for table in (alerts, alert_signals, tasks, notes, customers):
            rows = connection.execute(select(table).order_by(table.c.id)).mappings()
            found[table.name] = [dict(row) for row in rows]
    return found


def test_looking_is_no_action_that_undo_would_take_back(queue: Book) -> None:
    alert = first(queue)["id"]
    alerting.resolve(queue.workspace, [queue.open_alerts()[1]["id"]], "saved")
    changes = alerting.mark_seen(queue.workspace, [alert])
    assert first(queue)["state"] == "seen" and changes.alerts == {alert}
    assert alerting.mark_seen(queue.workspace, [alert]).entry is None
    undo_last(queue.workspace)
    assert first(queue)["state"] == "seen"
    assert queue.open_alerts()[1]["state"] == "open"


def test_a_snooze_to_a_day_comes_back_at_its_opening_hour_and_the_clock_runs_on(queue: Book) -> None:
    due = first(queue)["due_at"]
    changes = alerting.snooze(queue.workspace, [first(queue)["id"]], until=queue.today + timedelta(days=4))
    alert = first(queue)
    assert (alert["state"], alert["until"], alert["due_at"]) == ("snoozed", "2026-11-23T09:00:00Z", due)
    assert alert["clock_stopped_at"] is None and alert["touched"] == 1
    assert changes.words == "Snoozed Marlow & Pike until 23 Nov"
    queue.move(days=3, hours=23)
    assert queue.evaluate().woken == ()
    queue.move(hours=2)
    assert queue.evaluate().woken == (alert["id"],)
    assert first(queue)["state"] == "open"


def test_a_snooze_to_a_weekend_comes_back_on_the_day_that_was_chosen(queue: Book) -> None:
    alerting.snooze(queue.workspace, [first(queue)["id"]], until=queue.today + timedelta(days=2))
    assert first(queue)["until"] == "2026-11-21T09:00:00Z"  # a Saturday


def test_a_condition_carries_a_latest_date(queue: Book) -> None:
    alert = first(queue)
    alerting.snooze(queue.workspace, [alert["id"]], condition="worse")
    assert first(queue)["until"] == "2026-12-19T09:00:00Z"  # 30 days on
    queue.score(alert["customer_id"], days_since_last_order=105)
    assert queue.evaluate().woken == ()
    queue.score(alert["customer_id"], days_since_last_order=111)
    assert queue.evaluate().woken == (alert["id"],)


def test_a_snooze_until_the_next_order_ends_with_it(queue: Book) -> None:
    customer = queue.customer("Complaining", ago=5)
    queue.ticket(customer, 5)
    queue.evaluate()
    alert = queue.alert(customer)
    alerting.snooze(queue.workspace, [alert["id"]], condition="next_order")
    queue.move(days=1)
    queue.order(customer, 0)
    assert queue.evaluate().woken == (alert["id"],)


def test_a_snoozed_alert_that_becomes_critical_comes_back(queue: Book) -> None:
    alert = first(queue)
    alerting.snooze(queue.workspace, [alert["id"]], until=queue.today + timedelta(days=20))
    queue.score(alert["customer_id"], value_at_risk_minor=9_000_000)
    assert queue.evaluate().woken == (alert["id"],)
    assert (first(queue)["state"], first(queue)["severity"]) == ("open", 4)


def test_the_clock_stops_while_waiting_for_the_customer(queue: Book) -> None:
    alert = first(queue)
    assert alert["due_at"] == "2026-11-19T17:00:00Z"
    queue.move(hours=3)
    alerting.wait(queue.workspace, [alert["id"]])
    queue.move(days=5)
    queue.email(alert["customer_id"], "replied", 0, happened_at=queue.workspace.at)
    queue.move(hours=1)
    assert queue.evaluate().woken == (alert["id"],)
    after = first(queue)
    # Five of eight hours were left on Thursday at noon; they run again from Tuesday at 13:00.
    assert (after["state"], after["due_at"]) == ("open", "2026-11-25T10:00:00Z")
    assert after["clock_stopped_at"] is None


def test_resolving_stops_the_clock_and_says_whether_it_was_in_time(queue: Book) -> None:
    in_time, late, _ = queue.open_alerts()
    alerting.resolve(queue.workspace, [in_time["id"]], "saved")
    queue.move(days=1)
    alerting.resolve(queue.workspace, [late["id"]], "lost")
    one, two, _ = queue.open_alerts()
    assert (one["state"], one["outcome"], one["closed_by"], one["in_time"]) == ("resolved", "saved", "person", 1)
    assert (two["outcome"], two["in_time"]) == ("lost", 0)


def test_a_reopened_alert_has_the_time_that_was_left(queue: Book) -> None:
    alert = first(queue)
    queue.move(hours=6)
    alerting.resolve(queue.workspace, [alert["id"]], "saved")
    queue.move(days=5, hours=-6)
    alerting.reopen(queue.workspace, [alert["id"]])
    after = first(queue)
    assert (after["state"], after["outcome"], after["closed_at"]) == ("seen", None, None)
    assert after["due_at"] == "2026-11-24T11:00:00Z"


def test_an_alert_is_not_reopened_beside_another_open_one(queue: Book) -> None:
    alert = first(queue)
    alerting.resolve(queue.workspace, [alert["id"]], "saved")
    queue.ticket(alert["customer_id"], 5)
    queue.evaluate()
    changes = alerting.reopen(queue.workspace, [alert["id"]])
    assert changes.entry is None and "another open alert" in changes.kept[0]


def test_undoing_a_resolution_after_a_new_alert_opened_is_refused_in_words(queue: Book) -> None:
    alert = first(queue)
    alerting.resolve(queue.workspace, [alert["id"]], "saved")
    queue.ticket(alert["customer_id"], 5)
    queue.evaluate()
    changes = undo_last(queue.workspace)
    assert changes.kept
    assert [one["state"] for one in queue.open_alerts(alert["customer_id"])] == ["resolved", "open"]


def test_not_useful_needs_a_reason_and_counts_against_the_rule(queue: Book) -> None:
    one, two, _ = queue.open_alerts()
    with pytest.raises(UserError, match="why"):
        alerting.not_useful(queue.workspace, [one["id"]], "  ")
    alerting.not_useful(queue.workspace, [one["id"]], "seasonal buyer")
    alerting.resolve(queue.workspace, [two["id"]], "saved")
    assert first(queue)["outcome"] == "seasonal buyer"
    (record,) = [r for r in alerting.rule_records(queue.workspace) if r.code == "gap_beyond_usual"]
    assert (record.right, record.closed, record.open) == (1, 2, 1)
    assert record.words == "1 of 2 correct this year"


def test_what_was_known_already_is_no_verdict_on_the_rule(queue: Book) -> None:
    one, two, _ = queue.open_alerts()
    alerting.resolve(queue.workspace, [one["id"]], "known")
    alerting.resolve(queue.workspace, [two["id"]], "saved")
    (record,) = [r for r in alerting.rule_records(queue.workspace) if r.code == "gap_beyond_usual"]
    assert (record.right, record.closed, record.open) == (1, 1, 1)
    undo_last(queue.workspace)
    undo_last(queue.workspace)
    assert first(queue)["state"] == "open"


def test_who_came_back_untouched_was_a_false_alarm(queue: Book) -> None:
    customer = first(queue)["customer_id"]
    queue.move(days=2)
    queue.order(customer, 0)
    queue.evaluate()
    (record,) = [r for r in alerting.rule_records(queue.workspace) if r.code == "gap_beyond_usual"]
    assert (record.right, record.closed) == (0, 1)


def test_a_task_puts_an_alert_in_work_and_is_ticked_off(queue: Book) -> None:
    alert = first(queue)
    alerting.add_task(queue.workspace, alert["id"], " Call the  store manager ", queue.today)
    assert first(queue)["state"] == "in_work"
    (task,) = content(queue)["tasks"]
    assert (task["title"], task["due_on"], task["owner"]) == ("Call the store manager", "2026-11-19", "Ada")
    alerting.complete_task(queue.workspace, task["id"])
    assert content(queue)["tasks"][0]["done_at"] == queue.workspace.at
    with pytest.raises(UserError, match="already done"):
        alerting.complete_task(queue.workspace, task["id"])


def test_a_note_is_kept_with_its_author(queue: Book) -> None:
    alerting.add_note(queue.workspace, first(queue)["id"], "On holiday until December")
    (note,) = content(queue)["notes"]
    assert (note["author"], note["text"]) == ("Ada", "On holiday until December")
    assert first(queue)["state"] == "seen"


def test_escalating_makes_critical_and_due_sooner(queue: Book) -> None:
    alert = first(queue)["id"]
    alerting.escalate(queue.workspace, [alert])
    assert (first(queue)["severity"], first(queue)["due_at"]) == (4, "2026-11-19T13:00:00Z")
    queue.evaluate()
    assert first(queue)["severity"] == 4
    with pytest.raises(UserError, match="already closed or critical"):
        alerting.escalate(queue.workspace, [alert])


def test_suppressing_keeps_the_alert_and_forbids_the_email(queue: Book) -> None:
    customer = first(queue)["customer_id"]
    until = queue.today + timedelta(days=30)
    alerting.suppress(queue.workspace, customer, until=until, why="asked for a break")
    queue.score(customer, as_of=queue.day(0))
    other = queue.customer("Suppressed", ago=70, gap=20, suppressed_until=until.isoformat())
    queue.evaluate()
    assert queue.alert(other)["state"] == "open"
    assert queue.alert(other)["recommendation"]["goal"] == ""
    undo_last(queue.workspace)
    assert content(queue)["customers"][customer - 1]["suppressed_until"] is None


def test_many_alerts_are_one_entry_and_one_undo(queue: Book) -> None:
    before = content(queue)
    ids = [alert["id"] for alert in queue.open_alerts()]
    alerting.resolve(queue.workspace, ids[:1], "saved")
    undo_last(queue.workspace)
    changes = alerting.snooze(queue.workspace, ids, until=queue.today + timedelta(days=7))
    assert changes.words == "Snoozed 3 alerts until 26 Nov" and changes.alerts == frozenset(ids)
    undo_last(queue.workspace)
    assert content(queue) == before


def test_closed_alerts_among_many_are_skipped_and_named(queue: Book) -> None:
    ids = [alert["id"] for alert in queue.open_alerts()]
    alerting.resolve(queue.workspace, ids[:1], "saved")
    changes = alerting.resolve(queue.workspace, ids, "no_issue")
    assert changes.alerts == set(ids[1:])
    assert changes.kept == ("Marlow & Pike is already closed.",)


def test_what_cannot_be_done_is_said_in_a_sentence(queue: Book) -> None:
    workspace, alert = queue.workspace, first(queue)["id"]
    for attempt, words in (
        (lambda: alerting.snooze(workspace, [alert]), "when the snooze ends"),
        (lambda: alerting.snooze(workspace, [alert], until=queue.today - timedelta(days=1)), "past"),
        (lambda: alerting.snooze(workspace, [alert], condition="reply"), "not a condition"),
        (lambda: alerting.resolve(workspace, [alert], "won"), "not an outcome"),
        (lambda: alerting.reopen(workspace, [alert]), "already in the queue"),
        (lambda: alerting.add_note(workspace, alert, " "), "empty"),
        (lambda: alerting.add_task(workspace, alert, ""), "title"),
        (lambda: alerting.add_task(workspace, alert, "Call", queue.today - timedelta(days=1)), "past"),
        (lambda: alerting.assign(workspace, [alert], ""), "taking over"),
        (lambda: alerting.resolve(workspace, [9_999], "saved"), "is gone"),
        (lambda: alerting.complete_task(workspace, 9_999), "no task"),
        (lambda: alerting.suppress(workspace, 9_999, until=queue.today + timedelta(days=1), why="x"), "no customer"),
        (lambda: alerting.switch_rule(workspace, "nonsense", enabled=False), "no rule"),
    ):
        before = content(queue)
        with pytest.raises(UserError, match=words):
            attempt()
        assert content(queue) == before


def test_a_rule_that_is_switched_off_raises_nothing_until_the_undo(queue: Book) -> None:
    alerting.switch_rule(queue.workspace, "gap_beyond_usual", enabled=False)
    late = queue.customer("Late", ago=70, gap=20)
    queue.evaluate()
    assert queue.open_alerts(late) == []
    undo_last(queue.workspace)
    queue.evaluate()
    assert queue.alert(late)["rule"] == "gap_beyond_usual"


def test_switching_a_rule_to_what_it_is_writes_nothing(queue: Book) -> None:
    before = content(queue)
    changes = alerting.switch_rule(queue.workspace, "gap_beyond_usual", enabled=True)
    assert (changes.entry, changes.words) == (None, "The rule “Overdue order” is already on")
    assert content(queue) == before
    changes = alerting.switch_rule(queue.workspace, "gap_beyond_usual", enabled=False)
    assert changes.entry is not None and changes.everyone and "rules" in changes.tables
    assert changes.words == "Switched off the rule “Overdue order”"


Action = Callable[[Book, int], Changes]
ACTIONS: dict[str, Action] = {
    "snooze to a day": lambda b, c: alerting.snooze(b.workspace, [c], until=b.today + timedelta(days=3)),
    "snooze until worse": lambda b, c: alerting.snooze(b.workspace, [c], condition="worse"),
    "wait": lambda b, c: alerting.wait(b.workspace, [c]),
    "resolve": lambda b, c: alerting.resolve(b.workspace, [c], "saved"),
    "not useful": lambda b, c: alerting.not_useful(b.workspace, [c], "noise"),
    "reopen": lambda b, c: alerting.reopen(b.workspace, [c]),
    "assign": lambda b, c: alerting.assign(b.workspace, [c], "Grace"),
    "escalate": lambda b, c: alerting.escalate(b.workspace, [c]),
    "note": lambda b, c: alerting.add_note(b.workspace, c, "spoke to them"),
    "task": lambda b, c: alerting.add_task(b.workspace, c, "Call", b.today + timedelta(days=1)),
    "all": lambda b, c: alerting.snooze(
        b.workspace, [alert["id"] for alert in b.open_alerts()], until=datetime(2027, 1, 4, 9, tzinfo=UTC)
    ),
}


@settings(max_examples=examples(10), deadline=None)
@given(st.lists(st.tuples(st.sampled_from(sorted(ACTIONS)), st.integers(0, 2), st.integers(0, 90)), max_size=7))
def test_any_actions_then_as_many_undos_bring_the_queue_back(steps: list[tuple[str, int, int]]) -> None:
    with TemporaryDirectory() as folder:
        book = Book(Path(folder) / "book.db")
        for name in ("One", "Two", "Three"):
            book.customer(name, ago=70, gap=20)
        book.evaluate()
        before, done = content(book), 0
        ids = [alert["id"] for alert in book.open_alerts()]
        for name, which, minutes in steps:
            book.move(minutes=minutes)
            try:
                done += ACTIONS[name](book, ids[which]).entry is not None
            except UserError:
                continue  # the action does not apply in this state: nothing was written
            check_invariants(book)
        for _ in range(done):
            assert undo_last(book.workspace).kept == ()
        assert content(book) == before
        book.close()


def check_invariants(book: Book) -> None:
    """What holds for every alert, whatever was done to it."""
    for alert in book.open_alerts():
        closed = alert["state"] in ("resolved", "not_useful")
        assert closed == (alert["closed_at"] is not None) == (alert["outcome"] is not None)
        assert (alert["until"] is not None) == (alert["state"] in ("waiting", "snoozed"))
        assert (alert["clock_stopped_at"] is not None) == (closed or alert["state"] == "waiting")
