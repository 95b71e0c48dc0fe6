"""When an import is undone, the cards that it raised and nobody touched go, and what it resolved is open again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from models.journal import entry_images, undo_images
from models.store import UnitOfWork
from models.tables import customer_risk_scores, orders, tickets
from models.values.journal import Actor
from services import alerting
from tests.services.alerting.book import Book


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


def test_cards_of_an_import_go_with_it_unless_someone_worked_on_them(book: Book) -> None:
    untouched, touched, both = (book.customer(name) for name in ("Untouched", "Touched", "Both"))
    book.score(both, days_since_last_order=100)
    book.evaluate()
    before = book.card(both)
    book.move(hours=1)
    with importing(book) as work:
        for customer in (untouched, touched, both):
            work.insert(tickets, _ticket(book, customer, str(customer)))
    book.evaluate()
    assert set(book.signals(before["id"])) == {"gap_beyond_usual", "unhappy_tickets"}
    alerting.add_note(book.workspace, book.card(touched)["id"], "called them")
    undo_import(book)
    run = book.evaluate()
    assert len(run.closed) == 1
    assert book.cards(untouched) == []
    assert book.card(touched)["state"] == "seen"
    after = book.card(both)
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
    assert book.card(customer)["state"] == "open"


def test_what_an_imported_order_resolved_is_open_again_after_the_undo(book: Book) -> None:
    customer = book.customer(ago=70, gap=20)
    book.evaluate()
    before = book.card(customer)
    book.move(days=2)
    order = {"ordered_on": book.day(1), "amount_minor": 5_000, "currency": "USD", "kind": "purchase"}
    with importing(book) as work:
        work.insert(orders, {"customer_id": customer, "source": "import", "external_id": "9", **order})
    book.score(customer, days_since_last_order=1)
    book.evaluate()
    assert book.card(customer)["outcome"] == "came_back"
    undo_import(book)
    book.score(customer, days_since_last_order=70, as_of=book.day(0))
    book.evaluate()
    after = book.card(customer)
    assert {k: v for k, v in after.items() if k != "reason"} == {k: v for k, v in before.items() if k != "reason"}


def test_a_customer_without_scores_keeps_its_open_card(book: Book) -> None:
    """A run must not fail on what the scores do not know (yet)."""
    customer = book.customer(ago=70, gap=20)
    book.customer("Other")
    book.evaluate()
    with book.writing() as work:
        work.connection.execute(customer_risk_scores.delete().where(customer_risk_scores.c.customer_id == customer))
    book.evaluate()
    assert book.card(customer)["state"] == "open"
