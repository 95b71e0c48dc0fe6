"""An approved email whose customer ordered meanwhile comes back for review; approved again, it goes out as it is."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.tables import imports, orders
from models.values import words
from services.audit import undo_last
from services.outreach import (
    approve,
    compose,
    read_message,
    read_outbox,
    read_standing,
    recall,
    reschedule,
    retry,
    save,
    send_due,
)
from services.outreach.outbox.claim import ordered_since
from services.workspace import FixedClock
from tests.examples import examples
from tests.servers.mail_server import MailServer
from tests.services.outreach.outbox.post import NOW, Post

TODAY = "2026-11-19"


def ordered(post: Post, customer: int, day: str, at: str | None = None, **fields: Any) -> int:
    """An order that a person wrote down, or that came in with an import."""
    count = post.value("SELECT count(*) FROM orders")
    row = {"source": "test", "external_id": f"O{count}", "amount_minor": 4_200, "currency": "USD", **fields}
    return post.add(orders, customer_id=customer, ordered_on=day, ordered_at=at, **row)


def imported(post: Post, customer: int, day: str, **fields: Any) -> None:
    """An order in a file that is imported now."""
    entry = post.value("SELECT max(id) FROM journal")
    counts = {f"rows_{name}": 0 for name in ("read", "inserted", "updated", "unchanged", "rejected", "ignored")}
    file = {"file_name": "orders.csv", "file_path": "orders.csv", "file_sha256": "", "file_bytes": 0}
    moment = {"started_at": post.workspace.at, "finished_at": post.workspace.at, "seconds": 0.1}
    kept = {"source": "test", "recognised_as": "Orders", "actor": "Ada", "receipt": "{}", "journal_id": entry}
    number = post.add(imports, **file, **moment, **counts, **kept)
    ordered(post, customer, day, import_id=number, **fields)


@pytest.fixture
def waiting(post: Post) -> tuple[int, int]:
    """A customer, and the email that waits for them since this morning until tomorrow's."""
    customer = post.customer()
    imported(post, customer, "2026-09-05")
    post.move(minutes=1)
    message = post.approved(customer, alert=post.alert(customer), at="2026-11-20T09:00:00Z")
    return customer, message.id


def test_an_email_whose_customer_ordered_meanwhile_comes_back_for_review(
    post: Post, server: MailServer, waiting: tuple[int, int]
) -> None:
    customer, number = waiting
    before = read_message(post.workspace, number)
    post.move(days=1)
    imported(post, customer, "2026-11-20")
    run, _ = send_due(post.workspace)
    assert run.failed == (number,) and not run.sent and not server.accepted
    message = read_message(post.workspace, number)
    assert message.state == "in_review" and message.edit == before.edit and message.approved_by is None
    assert message.fault == "They have ordered since you approved it (20 Nov): check the text again."
    (row,) = read_outbox(post.workspace, "review").rows
    assert (row.state_words, row.fault) == ("Back for review", message.fault)
    assert compose(post.workspace, customer, message.alert_id).note == message.fault
    standing = read_standing(post.workspace)
    assert (standing.again, standing.words) == (1, "1 email to check again")
    told = post.value("SELECT after FROM journal_payloads WHERE operation = 'words' ORDER BY id DESC LIMIT 1")
    assert "Recalled the email to Nora Berg for review: an order came in after it was approved" in told
    assert post.value("SELECT state FROM alerts WHERE id = ?", message.alert_id) != "waiting"


def test_approved_again_it_goes_out_as_it_is(post: Post, server: MailServer, waiting: tuple[int, int]) -> None:
    customer, number = waiting
    post.move(days=1)
    imported(post, customer, "2026-11-20")
    send_due(post.workspace)
    post.move(minutes=1)
    approve(post.workspace, number)
    assert read_standing(post.workspace).words == "Online · 1 email scheduled"
    post.move(minutes=11)
    assert send_due(post.workspace)[0].sent == (number,) and len(server.accepted) == 1


def test_the_text_may_be_changed_before_it_is_approved_again(post: Post, waiting: tuple[int, int]) -> None:
    customer, number = waiting
    post.move(days=1)
    imported(post, customer, "2026-11-20")
    send_due(post.workspace)
    message = read_message(post.workspace, number)
    save(post.workspace, message.edit)
    assert read_standing(post.workspace).again == 1
    post.move(minutes=1)
    approve(post.workspace, number)
    assert read_message(post.workspace, number).fault is None and read_standing(post.workspace).again == 0


def test_an_older_order_that_came_in_late_is_named_by_its_day(post: Post, waiting: tuple[int, int]) -> None:
    customer, number = waiting
    post.move(days=1)
    imported(post, customer, "2026-11-17")
    send_due(post.workspace)
    fault = read_message(post.workspace, number).fault
    assert fault == "Their order of 17 Nov came in after you approved it: check the text again."


@pytest.mark.parametrize(
    ("day", "fields"),
    [
        ("2026-03-02", {}),  # history that is older than what was known
        ("2026-11-20", {"kind": "return", "amount_minor": -4_200}),
        ("2026-11-20", {"amount_minor": 0}),
        ("2026-12-24", {}),  # a day that is yet to come
    ],
)
def test_what_is_no_later_order_holds_nothing(
    post: Post, waiting: tuple[int, int], day: str, fields: dict[str, Any]
) -> None:
    customer, number = waiting
    post.move(days=1)
    imported(post, customer, day, **fields)
    assert send_due(post.workspace)[0].sent == (number,)


def test_another_customers_order_holds_nothing(post: Post, waiting: tuple[int, int]) -> None:
    post.move(days=1)
    imported(post, post.customer("Ole Lund"), "2026-11-20")
    assert send_due(post.workspace)[0].sent == (waiting[1],)


def test_an_email_without_an_alert_is_not_held(post: Post) -> None:
    customer = post.customer()
    message = post.approved(customer, at="2026-11-20T09:00:00Z")
    post.move(days=1)
    imported(post, customer, "2026-11-20")
    assert send_due(post.workspace)[0].sent == (message.id,)


@pytest.mark.parametrize(
    ("day", "at", "held"),
    [
        (TODAY, None, False),  # it may have been placed before the approval
        (TODAY, "2026-11-19T08:59:00Z", False),
        (TODAY, "2026-11-19T09:02:00Z", True),
        ("2026-11-20", None, True),
    ],
)
def test_an_order_of_no_import_counts_when_it_was_placed(
    post: Post, waiting: tuple[int, int], day: str, at: str | None, held: bool
) -> None:
    customer, number = waiting
    post.move(days=1)
    ordered(post, customer, day, at)
    assert send_due(post.workspace)[0].failed == ((number,) if held else ())


@pytest.mark.parametrize("way", ["send now", "retry", "round at once"])
def test_it_is_held_however_it_is_sent(post: Post, server: MailServer, waiting: tuple[int, int], way: str) -> None:
    customer, number = waiting
    post.move(days=1)
    if way == "retry":
        server.at("rcpt", "550 no such mailbox", times=1)
        assert send_due(post.workspace)[0].failed == (number,)
        post.move(minutes=1)
    imported(post, customer, "2026-11-20")
    if way == "retry":
        retry(post.workspace, [number])
    elif way == "send now":
        reschedule(post.workspace, [number], None)
    run, _ = send_due(post.workspace, now=way == "round at once")
    assert run.failed == (number,) and not server.accepted and post.state(number) == "in_review"


def test_nothing_that_undo_finds_sends_it_after_all(post: Post, server: MailServer, waiting: tuple[int, int]) -> None:
    customer, number = waiting
    post.move(days=1)
    imported(post, customer, "2026-11-20")
    send_due(post.workspace)
    changes = undo_last(post.workspace)
    assert changes.kept == ("The email to Nora Berg is no longer approved.",)
    post.move(minutes=11)
    assert not send_due(post.workspace)[0].sent and post.state(number) == "in_review" and not server.accepted


def test_a_recall_leaves_nothing_to_look_at_again(post: Post, waiting: tuple[int, int]) -> None:
    recall(post.workspace, [waiting[1]])
    assert read_standing(post.workspace).again == 0


@settings(max_examples=examples(15), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(days=st.lists(st.tuples(st.integers(-400, 3), st.integers(-3, 3)), max_size=5))
def test_it_is_held_exactly_where_the_newest_order_was_not_known(post: Post, days: list[tuple[int, int]]) -> None:
    """Each order has a day of its own and the day on which its file came, relative to the approval and to now."""
    customer = post.customer()
    known, new = [], []
    for placed, came in days:
        arrives = NOW + timedelta(days=came, minutes=-1)
        post.workspace = replace(post.workspace, clock=FixedClock(arrives))
        imported(post, customer, (NOW + timedelta(days=placed)).date().isoformat())
        (known if arrives <= NOW else new).append(placed)
    post.workspace = replace(post.workspace, clock=FixedClock(NOW))
    message = replace(post.written(customer), alert_id=1, approved_at=words.stored(NOW))
    with post.workspace.store.snapshot() as driver:
        said = ordered_since(driver, message, UTC, NOW + timedelta(days=3))
    assert bool(said) == (bool(new) and max(new) >= max(known, default=-1_000))
