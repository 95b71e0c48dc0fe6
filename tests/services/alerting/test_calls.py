"""Calls and meetings: each is one unit of work that undo takes back whole."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from app.bootstrap import build_workspace
from models.tables import alerts, conversations, tasks
from models.values.errors import UserError
from services import alerting, insight
from services.alerting.calls import OUTCOMES
from services.alerting.facts import Facts
from services.alerting.measures import MEASURES, NAMED, day_bindings
from services.audit import history, undo_last
from services.settings import Preferences, with_earlier_name
from tests.services.alerting.book import Book


@pytest.fixture
def queue(book: Book) -> Book:
    """A book with an open alert, on a Thursday morning."""
    book.crowd(12)
    book.customer("Marlow & Pike", ago=70, gap=20, clv_minor=1)
    book.evaluate()
    return book


def rows(book: Book, table: Any) -> list[dict[str, Any]]:
    with book.workspace.store.read() as connection:
        return [dict(row) for row in connection.execute(select(table).order_by(table.c.id)).mappings()]


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_a_call_is_a_conversation_and_one_undo_takes_it_back(queue: Book, outcome: Any) -> None:
    alert = queue.open_alerts()[0]["id"]
    before = rows(queue, alerts), rows(queue, conversations)
    changes = alerting.log_call(queue.workspace, alert, outcome, "wants a new price")
    logged = rows(queue, conversations)[-1]
    channel = "call" if outcome == "reached" else "unanswered call"
    assert (logged["channel"], logged["direction"]) == (channel, "to_customer")
    assert logged["text"].endswith(f"called, {OUTCOMES[outcome]}: wants a new price")
    assert changes.words.startswith(f"Called Marlow & Pike: {OUTCOMES[outcome]}")
    state = queue.open_alerts()[0]
    assert state["state"] == ("waiting" if outcome == "reached" else "snoozed")
    assert (state["clock_stopped_at"] is not None) == (outcome == "reached")
    progress = insight.day_progress(queue.workspace)
    assert progress.handled == 1 and not progress.snoozed
    undo_last(queue.workspace)
    assert (rows(queue, alerts), rows(queue, conversations)) == before


def test_what_is_only_put_off_was_not_handled(queue: Book) -> None:
    alert = queue.open_alerts()[0]["id"]
    due = insight.day_progress(queue.workspace).left
    alerting.snooze(queue.workspace, [alert], condition="worse")
    progress = insight.day_progress(queue.workspace)
    assert (progress.handled, progress.snoozed) == (0, {alert}) and progress.left == max(0, due - 1)
    assert progress.words.endswith("1 snoozed")
    alerting.wait(queue.workspace, [alert])
    assert insight.day_progress(queue.workspace).done.keys() == {alert}


def test_after_a_call_the_advice_says_that_they_were_reached(queue: Book) -> None:
    alert = queue.open_alerts()[0]["id"]
    alerting.log_call(queue.workspace, alert, "reached", "wants a new price")
    detail = insight.alert_detail(queue.workspace, alert)
    assert detail is not None and detail.recommendation is not None
    assert detail.recommendation.title == "You reached them today"
    assert "Call" not in detail.recommendation.why


def test_what_is_done_is_signed_with_the_name_on_this_computer(queue: Book) -> None:
    login, alert = queue.workspace, queue.open_alerts()[0]
    alerting.add_note(login, alert["id"], "Ring back")
    named = login.of_person(Preferences(me="Ines Marlow"))
    alerting.log_call(named, alert["id"], "reached")
    assert rows(queue, conversations)[-1]["text"] == "Ines Marlow called, reached them"
    assert [entry.actor.name for entry in history(named, limit=2)] == ["Ines Marlow", login.person]
    assert named.recipe.person == "Ines Marlow", "child processes sign with it too"
    notes_ = insight.alert_detail(named, alert["id"])
    assert notes_ is not None and notes_.notes[0].startswith("You")
    later = login.of_person(with_earlier_name(Preferences(me="I. Marlow"), "Ines Marlow", login.at))
    assert "Called" in undo_last(later).words
    assert "note" in undo_last(later).words.lower(), "what was done before this computer knew a name"


def test_nobody_is_tried_again_before_two_hours_or_the_next_working_day(queue: Book) -> None:
    alert = queue.open_alerts()[0]["id"]
    alerting.log_call(queue.workspace, alert, "no_answer")
    until = datetime.fromisoformat(queue.open_alerts()[0]["until"])
    assert until == queue.workspace.clock.now() + timedelta(hours=2)
    alerting.reopen(queue.workspace, [alert])
    alerting.log_call(queue.workspace, alert, "voicemail")
    assert datetime.fromisoformat(queue.open_alerts()[0]["until"]).date() == queue.workspace.clock.today() + timedelta(
        days=1
    )


def test_a_logged_call_moves_neither_the_books_day_nor_its_data(queue: Book) -> None:
    before = insight.freshness(queue.workspace).through
    alerting.log_call(queue.workspace, queue.open_alerts()[0]["id"], "reached")
    assert insight.freshness(queue.workspace).through == before


def test_the_header_and_the_timeline_say_who_called(queue: Book) -> None:
    alert = queue.open_alerts()[0]
    alerting.log_call(queue.workspace, alert["id"], "voicemail")
    detail = insight.alert_detail(queue.workspace, alert["id"])
    assert detail is not None and detail.person is not None
    said = next(fact for fact in detail.person.facts if fact.title == "Last call")
    assert said.rest.endswith("called, left a voicemail")
    row = next(r for r in insight.timeline(queue.workspace, alert["customer_id"]).rows if r.kind == "conversation")
    assert (row.bold, row.rest) == ("Call from us", said.rest.removeprefix(": "))


@pytest.mark.parametrize(("outcome", "ago"), [("no_answer", None), ("voicemail", None), ("reached", 0)])
def test_a_call_that_nobody_took_is_no_contact(queue: Book, outcome: Any, ago: int | None) -> None:
    alert = queue.open_alerts()[0]
    queue.add(conversations, customer_id=None, channel="Chat", happened_on=queue.day(200))
    alerting.log_call(queue.workspace, alert["id"], outcome)
    queue.deal(alert["customer_id"], "Proposal", 90)
    with queue.workspace.store.unit_of_work(queue.workspace.me, "look", "test", at=queue.workspace.at) as work:
        facts = Facts(work, {**day_bindings(queue.day(0), work.at), "today": queue.day(0), **NAMED}, None)
        facts.build_customers("50", "1")
        facts.build_deals("o.amount_minor", "NULL")
        last = f"SELECT {MEASURES['days_since_contact'].sql} FROM temp.run_facts f WHERE customer_id = :customer"
        assert work.sql(last, {**facts.bindings, "customer": alert["customer_id"]}).scalar() == ago
        assert work.sql("SELECT silent_days FROM temp.run_deals").scalar() == (90 if ago is None else 0)
        facts.drop()


def test_on_a_day_off_the_next_try_is_on_the_next_working_day(queue: Book) -> None:
    queue.move(days=2)
    assert queue.today.strftime("%A") == "Saturday"
    alerting.log_call(queue.workspace, queue.open_alerts()[0]["id"], "no_answer")
    until = datetime.fromisoformat(queue.open_alerts()[0]["until"])
    assert until.strftime("%A") == "Monday"


def test_a_call_that_cannot_be_is_refused(queue: Book) -> None:
    alert = queue.open_alerts()[0]["id"]
    with pytest.raises(UserError, match="Not a call outcome: “busy”"):
        alerting.log_call(queue.workspace, alert, "busy")  # type: ignore[arg-type]
    alerting.resolve(queue.workspace, [alert], "saved")
    with pytest.raises(UserError, match="closed"):
        alerting.log_call(queue.workspace, alert, "reached")


def test_a_meeting_is_a_task_of_its_day(queue: Book) -> None:
    alert = queue.open_alerts()[0]["id"]
    begins = queue.workspace.clock.now() + timedelta(days=1, hours=1)
    alerting.add_meeting(queue.workspace, alert, " Talk about  spring ", begins)
    (task,) = rows(queue, tasks)
    assert task["title"] == f"Talk about spring, {begins:%H:%M}"
    assert task["due_on"] == begins.date().isoformat()
    undo_last(queue.workspace)
    assert rows(queue, tasks) == []
    with pytest.raises(UserError, match="past"):
        alerting.add_meeting(queue.workspace, alert, "Talk", begins - timedelta(days=9))
    with pytest.raises(UserError, match="no title"):
        alerting.add_meeting(queue.workspace, alert, "  ", begins)


def test_an_invitation_is_one_that_calendars_read_and_lies_beside_the_book_for_one_run(queue: Book) -> None:
    begins = datetime(2026, 11, 24, 10, 30, tzinfo=UTC)
    title = "Größe; Maße, " + "Überhang " * 12
    path = alerting.write_invitation(queue.workspace, title, begins, 45, "Dana\n+1 303 555 0105")
    store = Path(queue.workspace.store.path)
    raw = path.read_bytes()
    assert raw.endswith(b"END:VEVENT\r\nEND:VCALENDAR\r\n")
    assert all(len(line) <= 75 for line in raw.split(b"\r\n"))
    whole = raw.decode().replace("\r\n ", "").split("\r\n")
    assert "DTSTART:20261124T103000Z" in whole and "DTEND:20261124T111500Z" in whole
    assert next(line for line in whole if line.startswith("SUMMARY")).startswith("SUMMARY:Größe\\; Maße\\, Über")
    assert "DESCRIPTION:Dana\\n+1 303 555 0105" in whole
    assert path.stat().st_mode & 0o077 == 0 and path.parent.stat().st_mode & 0o077 == 0
    assert path.parent.parent == store.parent
    build_workspace(store).close()
    assert not path.parent.exists() and store.exists()
