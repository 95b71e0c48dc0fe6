"""When an import is undone, the alerts that it raised and nobody touched go, and what it resolved is open again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from models.journal import entry_images, undo_images
from models.store import UnitOfWork
from models.tables import customer_risk_scores, drafts, messages, orders, sendings, tickets
from models.values.journal import Actor
from models.values.outreach import Edit
from models.values.watches import Watch
from services import alerting
from services.alerting import set_watch
from services.outreach.messages import discard, read_message, save
from services.pipeline import after_change
from services.sample import write_exports
from services.sync import undo_import as sync_undo_import
from services.workspace import FixedClock, Recipe, Workspace, open_workspace
from tests.services.alerting.book import Book
from tests.services.sample.imports import import_sample


@contextmanager
def importing(book: Book) -> Iterator[UnitOfWork]:
    """A unit of work as an import writes it."""
    with book.workspace.store.unit_of_work(Actor("import", "Ada"), "import", "import:1", at=book.workspace.at) as work:
        yield work
        work.commit()


def undo_import(book: Book) -> None:
    """Compensate the newest import as the room of sync does."""
    with book.workspace.store.unit_of_work(book.workspace.me, "undo-import", "import:1", at=book.workspace.at) as work:
        entry = work.sql("SELECT max(id) FROM journal WHERE actor_kind = 'import'").scalar()
        assert isinstance(entry, int)
        work.undoes = entry
        undo_images(work, entry_images(work.connection, entry))
        work.commit()


def _ticket(book: Book, customer: int, key: str) -> dict[str, object]:
    day = book.day(5)
    fields = {"opened_on": day, "opened_at": f"{day}T08:00:00Z", "status": "open", "sentiment": -0.8}
    return {"customer_id": customer, "source": "import", "external_id": key, **fields}


def test_alerts_of_an_import_go_with_it_unless_someone_worked_on_them(book: Book) -> None:
    untouched, touched, both = (book.customer(name) for name in ("Untouched", "Touched", "Both"))
    book.score(both, days_since_last_order=100, churn_risk=0.3, silence_p=0.01)
    book.evaluate()
    before = book.alert(both)
    book.move(hours=1)
    with importing(book) as work:
        for customer in (untouched, touched, both):
            work.insert(tickets, _ticket(book, customer, str(customer)))
    book.evaluate()
    assert set(book.signals(before["id"])) == {"gap_beyond_usual", "unhappy_tickets"}
    alerting.add_note(book.workspace, book.alert(touched)["id"], "called them")
    undo_import(book)
    run = book.evaluate()
    assert len(run.closed) == 1
    assert book.open_alerts(untouched) == []
    assert book.alert(touched)["state"] == "seen"
    after = book.alert(both)
    assert book.signals(after["id"]) == ["gap_beyond_usual"]
    assert {name: after[name] for name in ("rule", "reason", "severity", "due_at")} == {
        name: before[name] for name in ("rule", "reason", "severity", "due_at")
    }


def test_without_an_undo_a_signal_that_no_longer_holds_stays_for_a_person(book: Book) -> None:
    customer = book.customer()
    ticket = book.ticket(customer, 5)
    book.evaluate()
    with book.writing() as work:
        work.sql("UPDATE tickets SET status = 'solved', resolved_on = ? WHERE id = ?", (book.day(0), ticket))
    book.evaluate()
    assert book.alert(customer)["state"] == "open"


def test_what_an_imported_order_resolved_is_open_again_after_the_undo(book: Book) -> None:
    customer = book.customer(ago=70, gap=20)
    book.evaluate()
    before = book.alert(customer)
    book.move(days=2)
    order = {"ordered_on": book.day(1), "amount_minor": 5_000, "currency": "USD", "kind": "purchase"}
    with importing(book) as work:
        work.insert(orders, {"customer_id": customer, "source": "import", "external_id": "9", **order})
    book.score(customer, days_since_last_order=1)
    book.evaluate()
    assert book.alert(customer)["outcome"] == "came_back"
    undo_import(book)
    book.score(customer, days_since_last_order=70, as_of=book.day(0))
    book.evaluate()
    after = book.alert(customer)
    assert {k: v for k, v in after.items() if k != "reason"} == {k: v for k, v in before.items() if k != "reason"}


def test_a_customer_without_scores_keeps_its_open_alert(book: Book) -> None:
    """A run must not fail on what the scores do not know (yet)."""
    customer = book.customer(ago=70, gap=20)
    book.customer("Other")
    book.evaluate()
    with book.writing() as work:
        work.connection.execute(customer_risk_scores.delete().where(customer_risk_scores.c.customer_id == customer))
    book.evaluate()
    assert book.alert(customer)["state"] == "open"


def _open_alerts(workspace: Workspace) -> dict[str, tuple[object, ...]]:
    with workspace.store.read() as connection:
        rows = connection.exec_driver_sql(
            "SELECT coalesce(c.external_id, 'book'), a.rule, a.severity, a.state, a.reason, a.due_at, a.outcome,"
            " a.value_at_risk_minor, (SELECT group_concat(rule) FROM (SELECT rule FROM alert_signals g"
            "  WHERE g.alert_id = a.id AND g.cleared_at IS NULL ORDER BY rule))"
            " FROM alerts a LEFT JOIN customers c ON c.id = a.customer_id"
        )
        return {row[0]: tuple(row[1:]) for row in rows}


def test_the_queue_after_the_undo_of_a_real_import_is_that_of_before(tmp_path: Path) -> None:
    truth = write_exports(tmp_path, customers=120, today=date(2026, 11, 20))
    workspace = open_workspace(Recipe(str(tmp_path / "book.db"), "Ada", "2026-11-20T09:00:00+00:00"))

    import_sample(workspace, truth, only=("customers", "products", "orders", "reviews", "email_events"), score=True)
    before = _open_alerts(workspace)
    workspace = replace(workspace, clock=FixedClock(workspace.clock.now() + timedelta(hours=1)))
    assert import_sample(workspace, truth, only=("tickets",), score=True).pipeline.opened
    assert _open_alerts(workspace) != before
    with workspace.store.read() as connection:
        newest = connection.exec_driver_sql("SELECT max(id) FROM imports").scalar()
    assert newest is not None
    after_change(workspace, sync_undo_import(workspace, newest))
    after = _open_alerts(workspace)
    assert {who: (*alert[:4], *alert[5:]) for who, alert in after.items()} == {
        who: (*alert[:4], *alert[5:]) for who, alert in before.items()
    }
    # What did not hold with the import is raised again, and due from then on; all others keep their due time.
    assert sum(after[who][4] != alert[4] for who, alert in before.items()) <= 2
    workspace.close()


def _email(book: Book, customer: int, *, origin: str = "person") -> int:
    """An email for the customer's alert, with its first draft, as a person or the pipeline leaves it."""
    at, state = book.workspace.at, "draft" if origin == "person" else "in_review"
    made = {"goal": "apologise", "tone": "warm", "writer": "person", "created_at": at, "created_by": "Ada"}
    alert = book.alert(customer)["id"]
    email = book.add(messages, customer_id=customer, alert_id=alert, state=state, origin=origin, changed_at=at, **made)
    text = {"words": "template", "writer": "person", "subject": "", "greeting": "", "body": "", "written_at": at}
    book.add(drafts, message_id=email, number=1, **text)
    return email


def test_an_alert_that_a_person_writes_for_stays_and_a_draft_of_the_pipeline_goes_with_its_alert(book: Book) -> None:
    written, drafted = (book.customer(name) for name in ("Written", "Drafted"))
    with importing(book) as work:
        for customer in (written, drafted):
            work.insert(tickets, _ticket(book, customer, f"{customer}a"))
            work.insert(tickets, _ticket(book, customer, f"{customer}b"))
    book.evaluate()
    _email(book, drafted, origin="flow")
    edit = Edit(
        0, written, book.alert(written)["id"], "apologise", "warm", "person", "Sorry", "Hello,", "I am sorry.", ()
    )
    kept = save(book.workspace, edit)
    assert (book.alert(written)["state"], book.alert(written)["touched"]) == ("in_work", 1)
    undo_import(book)
    book.evaluate()
    assert book.open_alerts(drafted) == []
    with book.workspace.store.snapshot() as driver:
        assert driver.execute("SELECT id FROM messages").fetchall() == [(kept.id,)]
        assert driver.execute("SELECT count(*) FROM drafts").fetchone() == (0,)
    assert book.alert(written)["state"] == "in_work"


def test_a_draft_of_the_pipeline_that_a_person_has_changed_is_theirs(book: Book) -> None:
    customer = book.customer()
    with importing(book) as work:
        work.insert(tickets, _ticket(book, customer, "a"))
        work.insert(tickets, _ticket(book, customer, "b"))
    book.evaluate()
    email = read_message(book.workspace, _email(book, customer, origin="flow"))
    save(book.workspace, replace(email.edit, body="In my own words."))
    undo_import(book)
    book.evaluate()
    assert book.alert(customer)["touched"] == 1
    assert read_message(book.workspace, email.id).body == "In my own words."


@pytest.mark.parametrize("what", ["discarded", "tried", "put back"])
def test_an_alert_stays_for_what_a_person_did_with_its_draft_even_if_it_was_put_back(book: Book, what: str) -> None:
    customer = book.customer()
    with importing(book) as work:
        work.insert(tickets, _ticket(book, customer, "a"))
        work.insert(tickets, _ticket(book, customer, "b"))
    book.evaluate()
    email = _email(book, customer, origin="flow")
    if what == "discarded":
        discard(book.workspace, [email])
    elif what == "tried":
        book.add(sendings, message_id=email, attempt=1, begun_at=book.workspace.at, outcome="later")
    else:
        with book.writing() as work:
            work.sql("UPDATE messages SET changed_at = '2030-01-01T00:00:00Z'")
    assert book.alert(customer)["touched"] == 0
    undo_import(book)
    book.evaluate()
    assert book.alert(customer)["state"] == "open"
    assert read_message(book.workspace, email).alert_id == book.alert(customer)["id"]


def test_an_alert_of_a_watch_goes_with_the_import_that_crossed_its_limit(book: Book) -> None:
    customer = book.customer(ago=0)
    for ago in range(30):
        book.order(customer, ago)
        book.ticket(customer, ago, sentiment=0.5, status="solved", resolved_on=book.day(ago))
    set_watch(book.workspace, Watch("open_negative_tickets", "above", 1))
    book.move(hours=1)
    with importing(book) as work:
        for number in range(2):
            work.insert(tickets, _ticket(book, customer, f"bad-{number}"))
    book.evaluate()
    assert [alert["reason"] for alert in book.open_alerts() if alert["rule"] == "watch:1"] != []
    undo_import(book)
    book.evaluate()
    assert [alert for alert in book.open_alerts() if alert["rule"] == "watch:1"] == []
