"""A hundred sentences by somebody who had not seen the check, each with what is on record in that writer's own words.

Fifty contradict the record, 35 agree with it and 15 say nothing of it, in English, German and French. At first sight 26
of the fifty were blocked, and 4 of the others: a number of an invoice, two places of ours, and an attachment that the
email does not have. Seven contradict what the book has no place for. The check has learnt from them since, so this set
measures no more: it holds what was reached.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Any, Final

import pytest

from models.store import connect
from models.values.outreach import Fact
from services.outreach.claims import Context, Text, find_claims
from services.outreach.claims.lexicon import topics
from services.outreach.claims.record import Record
from services.outreach.reviewing import review
from services.outreach.verified import with_own_words, written_by_code
from services.workspace import Workspace
from tests.measured import Tell
from tests.services.outreach.claims.conftest import add_marlow, saying, written
from tests.services.outreach.claims.marlow import fact
from tests.services.outreach.claims.test_states import FILE, TODAY

ROWS: Final[list[dict[str, Any]]] = [
    json.loads(line) for line in (FILE.parents[1] / "outsider" / "states.jsonl").read_text("utf-8").splitlines()
]
#: By other outsiders: the second set was measured on, and both are learnt from since.
LEARNT: Final = {"outsider": "states.jsonl", "second": "states_second.jsonl", "third": "states_third.jsonl"}
EXAM: Final = FILE.parents[1] / "outsider" / "states_exam.jsonl"
LABELS: Final = {value.label for topic in topics() for value in topic.values if value.label}
#: How the program's facts and record name what the set says; the book has no place for the rest: trials, paused
#: subscriptions, plans, credited invoices, former customers, deliveries on time, renewals that are not decided.
TICKETS: Final = dict.fromkeys(("open", "pending", "new"), "open") | dict.fromkeys(
    ("solved", "closed", "gelöst", "résolu"), "closed"
)
ORDERS: Final = {
    "delivered": "Last order delivered 3 Nov", "livrée": "Last order delivered 3 Nov",
    "shipped": "Last order on the way since 20 Nov", "versandt": "Last order on the way since 20 Nov",
    "expédiée": "Last order on the way since 20 Nov",
    "processing": "Last order 18 Nov, not shipped yet", "backordered": "Last order 18 Nov, not shipped yet",
    "cancelled": "Order cancelled 18 Nov", "cancelled by customer": "Order cancelled 18 Nov",
    "storniert": "Order cancelled 18 Nov", "annulée": "Order cancelled 18 Nov",
    "on its way": "Last order on the way since 20 Nov", "not shipped": "Last order 18 Nov, not shipped yet",
}  # fmt: skip
STATES: Final = {
    ("order_status", "returned"): ("return", "returned"),
    ("renewal", "signed"): ("contract", "running"), ("renewal", "unterschrieben"): ("contract", "running"),
    ("contract_status", "active"): ("contract", "running"), ("contract_status", "actif"): ("contract", "running"),
    **{("contract_status", word): ("contract", "cancelled")
       for word in ("expired", "cancelled", "notice given", "gekündigt", "résilié")},
    **{("invoice_status", word): ("invoice", "paid") for word in ("paid", "bezahlt", "payée")},
    **{("invoice_status", word): ("invoice", "unpaid")
       for word in ("overdue", "überfällig", "en retard", "disputed", "open")},
    ("contract_status", "ended"): ("contract", "cancelled"), ("renewal", "renewed"): ("contract", "running"),
    ("complaint", "open"): ("ticket", "open"), ("complaint", "answered"): ("ticket", "closed"),
    ("quote", "sent"): ("deal", "open"), ("quote", "accepted"): ("deal", "won"),
    ("quote", "declined"): ("deal", "lost"),
    ("return_status", "announced"): ("return", "announced"), ("return_status", "returned"): ("return", "returned"),
    ("return_status", "refund sent"): ("return", "refunded"),
    ("appointment", "agreed"): ("appointment", "planned"), ("appointment", "cancelled"): ("appointment", "cancelled"),
    ("last_contact", "none for a year"): ("talk", "none"), ("last_contact", "last week"): ("talk", "had"),
    ("last_order", "last week"): ("since order", "lately"), ("last_order", "long ago"): ("since order", "long ago"),
    ("consent", "given"): ("consent", "given"), ("consent", "withdrawn"): ("consent", "refused"),
    **{("review_rating", stars): ("review", "good") for stars in (4, 5)},
    **{("review_rating", stars): ("review", "bad") for stars in (1, 2)},
}  # fmt: skip
DEALS: Final = {"lost": "Deal lost", "won": "Deal won 2 Nov", "negotiation": "Open deal, negotiation",
                "proposal sent": "Open deal, proposal"}  # fmt: skip


def known(said: dict[str, Any]) -> tuple[tuple[Fact, ...], Record]:
    """Return what the program would hold of a customer of whom the set says so."""
    facts = []
    if (status := said.get("ticket_status")) is not None:
        title = f"Ticket “{said['ticket_subject']}”" if "ticket_subject" in said else "Ticket"
        line, *states = {"open": ("open since 12 Nov", "open", "not settled yet"),
                         "closed": ("resolved 20 Nov", "resolved", "settled", "closed")}[TICKETS[status]]  # fmt: skip
        values = [("statement", state) for state in states]
        facts.append(fact("ticket:1", f"{title}, {line}", "ticket #1", "ticket", *values))
    item = [("product", said["order_item"])] if "order_item" in said else []
    if said.get("order_status") in ORDERS:
        facts.append(fact("order:1", ORDERS[said["order_status"]], "order #1", "order", *item))
    if said.get("order_status") == "returned":
        facts.append(fact("return:1", f"Returned {item[0][1]} 15 Nov", "order #2", "order", *item))
    if said.get("delivery") in ("delayed", "retardée"):
        facts.append(fact("ticket:2", "The order was late", "ticket #2", "ticket"))
    if "deal_stage" in said:
        facts.append(fact("deal:1", DEALS[said["deal_stage"]], "deal #1", "deal"))
    if "contract_end" in said:
        end = date.fromisoformat(said["contract_end"])
        line = "Renews" if said["contract_status"] == "active" else "Contract cancelled, ends"
        on = ("date", said["contract_end"])
        facts.append(fact("contract:1", f"{line} {end.day} {end:%b %Y}", "contract #1", "contract", on))
    if "review_rating" in said:
        stars = str(said["review_rating"])
        facts.append(fact("review:1", f"{stars} of 5", "review #1", "review", ("number", stars), ("number", "5")))
    last = said["last_order"] if said.get("last_order", "")[:1].isdigit() else None
    days = {date.fromisoformat(day) for day in (last, said.get("contract_end")) if day is not None}
    if last is not None:
        day = date.fromisoformat(last)
        facts.append(fact("order:1", f"Last order {day.day} {day:%b}", "order #1", "order", ("date", last)))
    states = {STATES[one] for one in said.items() if one in STATES}
    if last is not None:
        ago = (TODAY - date.fromisoformat(last)).days
        states |= {("since order", "lately" if ago < 14 else "long ago")} if ago < 14 or ago > 180 else set()
    ids = frozenset({said["invoice"]} if "invoice" in said else ())
    return tuple(facts), Record(frozenset(days), ids=ids, states=frozenset(states))


def learnt_rows() -> Iterator[tuple[str, dict[str, Any]]]:
    """The sentences by outsiders that the weights are learnt from, each with its writer."""
    for writer, name in LEARNT.items():
        for line in (FILE.parents[1] / "outsider" / name).read_text("utf-8").splitlines():
            yield writer, json.loads(line)


def read(row: dict[str, Any]) -> str:
    """Return whether a sentence is verified, to be read, or blocked."""
    facts, record = known(row["facts"])
    text = Text("A note", "Hello,", f"{row['sentence']}\n\nWarm regards,")
    found = find_claims(text, facts, Context(TODAY, record=record))
    body = [one for one in with_own_words(text, found, written_by_code({}), ()) if one.where == "body"]
    if any(one.verdict == "unsupported" for one in body):
        return "blocked"
    return "to read" if any(one.kind == "own" for one in body) else "verified"


def states_of(row: dict[str, Any]) -> bool:
    """Return whether the book can hold what the set says of a customer."""
    facts, record = known(row["facts"])
    return bool(facts or record.states)


def labels_of(row: dict[str, Any]) -> set[str]:
    """Return why a sentence is flagged."""
    facts, record = known(row["facts"])
    text = Text("A note", "Hello,", f"{row['sentence']}\n\nWarm regards,")
    claims = find_claims(text, facts, Context(TODAY, record=record))
    return {one.label for one in claims if one.where == "body" and one.verdict == "unsupported"}


def test_contradicted_states_are_blocked_and_what_agrees_is_not(tell: Tell) -> None:
    found = Counter((row["verdict"] == "contradicts", read(row)) for row in ROWS)
    contradicted = [row for row in ROWS if row["verdict"] == "contradicts"]
    held = Counter(read(row) for row in contradicted if known(row["facts"])[0] or known(row["facts"])[1].states)
    tell(f"{found[True, 'blocked']} of 50 contradicted states blocked, {held['blocked']} of the {held.total()} that"
         f" the book can hold; {found[False, 'blocked']} of 50 others")  # fmt: skip
    assert not found[True, "verified"] and not found[False, "verified"]
    assert found[True, "blocked"] >= 39
    assert found[False, "blocked"] <= 1


def test_contradicted_states_of_a_set_that_nobody_had_seen_are_blocked(tell: Tell) -> None:
    """By a third outsider, opened once after all weights were fitted; nothing was learnt from it since.

    Two honest ones that were taken for another state were looked at when frames were added.
    """
    rows = [json.loads(line) for line in EXAM.read_text("utf-8").splitlines()]
    found = Counter((row["verdict"] == "contradicts", bool(states_of(row)), read(row)) for row in rows)
    blocked = found[True, True, "blocked"] + found[True, False, "blocked"]
    turned_round = sum(bool(labels_of(row) & LABELS) for row in rows if row["verdict"] != "contradicts")
    tell(f"{blocked} of 60 contradicted states blocked, {found[True, True, 'blocked']} of the"
         f" {sum(found[True, True, one] for one in ('blocked', 'to read'))} that the book can hold;"
         f" {turned_round} of 60 others taken for another state")  # fmt: skip
    assert not any(outcome == "verified" for _, _, outcome in found)
    assert blocked >= 42 and found[True, True, "blocked"] >= 40
    assert turned_round <= 1


def test_sets_that_are_learnt_from_stay_told() -> None:
    for name in ("second", "third"):
        rows = [row for writer, row in learnt_rows() if writer == name]
        blocked = Counter(row["verdict"] == "contradicts" for row in rows if labels_of(row) & LABELS)
        told = sum(bool(states_of(row)) for row in rows if row["verdict"] == "contradicts")
        assert blocked[True] >= 0.9 * told and blocked[False] <= 0.03 * len(rows), name


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"order_status": "shipped"}, "Haben Sie Ihre Bestellung schon erhalten?"),
        ({"order_status": "shipped"}, "Avez-vous reçu votre commande ?"),
        ({"ticket_status": "open", "ticket_subject": "Scanner freezes"}, "Sorry that the scanner stopped again."),
        ({"ticket_status": "open"}, "I'm glad we could talk about your problem."),
        ({"ticket_status": "open"}, "It was good to hear from you again about your ticket."),
        ({"contract_status": "active"}, "You are still under contract, so nothing changes."),
        (
            {"contract_status": "notice given", "contract_end": "2026-12-31"},
            "Your contract still covers you until then.",
        ),
        ({"contract_status": "notice given"}, "You are still under contract until the last day."),
    ],
)
def test_questions_and_kind_words_are_no_states(facts: dict[str, str], sentence: str) -> None:
    assert read({"facts": facts, "sentence": sentence}) == "to read"


def test_an_order_of_this_week_is_not_long_ago_and_the_number_of_an_invoice_is_theirs(book: Workspace) -> None:
    customer = add_marlow(book)
    driver = connect(book.store.path)
    try:
        order = "INSERT INTO orders (customer_id, source, external_id, ordered_on, amount_minor, currency)"
        driver.execute(f"{order} VALUES (?, 'crm', 'M-9', '2026-11-16', 100, 'USD')", (customer,))
        invoice = "INSERT INTO invoices (customer_id, source, external_id, number, due_on, amount_minor, currency)"
        driver.execute(f"{invoice} VALUES (?, 'crm', 'in_1', '77190', '2026-10-15', 9000, 'USD')", (customer,))
    finally:
        driver.close()
    edit = written(book, customer)

    def flagged(says: str) -> list[str]:
        return [one.text for one in review(book, saying(edit, says)).flagged if one.text in says]

    assert flagged("It must be months since you ordered.")
    assert not flagged("Thank you for your recent order.")
    assert not flagged("Did 77190 slip through on your side?")
    assert flagged("Did 77191 slip through on your side?")
    assert not flagged("Invoice 77190 is still open.")
    assert "77190" not in " ".join(flagged("The total of invoice 77190 is right."))
    assert not flagged("The number of your invoice is 77190.")
    for money in (
        "Your balance is 77190.",
        "You owe us 77190.",
        "The total comes to 77190.",
        "Ihr Saldo beträgt 77190.",
    ):
        assert "77190" in " ".join(flagged(money)), money
