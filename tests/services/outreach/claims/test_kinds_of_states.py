"""Every kind of state that a book can hold, said by others than it has: in English, German, French and Spanish.

Written beside the words that tell them, so it measures nothing: it holds that no kind is forgotten, and that what
agrees with a state, asks or proposes is not taken for another one.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import Any, Final

import pytest

from models.store import connect
from services.insight import reading
from services.outreach.claims import Context, Text, find_claims
from services.outreach.claims.lexicon import topics
from services.outreach.claims.record import Record, read_record
from services.outreach.verified import with_own_words, written_by_code
from services.workspace import Workspace
from tests.measured import Tell
from tests.services.outreach.claims.test_states import FILE, TODAY

ROWS: Final[list[dict[str, Any]]] = [
    json.loads(line) for line in FILE.with_name("kinds_of_states.jsonl").read_text("utf-8").splitlines()
]
#: Told by the facts of a ticket or of a product, which have tests of their own.
OF_FACTS: Final = {"punctual", "whole", "complete", "refund", "size", "quality", "billing", "feature", "other",
                    "trend", "seats", "since contact"}  # fmt: skip
SHORT: Final = {"known", "orders", "since order"}


def found_in(row: dict[str, Any]) -> set[str]:
    """Return the labels of what is flagged in a sentence."""
    record = Record(states=frozenset((topic, value) for topic, value in row["states"]))
    text = Text("A note", "Hello,", f"{row['sentence']}\n\nWarm regards,")
    found = find_claims(text, (), Context(TODAY, record=record))
    claims = with_own_words(text, found, written_by_code({}), ())
    return {one.label for one in claims if one.where == "body" and one.verdict == "unsupported"}


def test_each_kind_of_state_is_told_and_what_agrees_is_no_other(tell: Tell) -> None:
    said = {topic.name for topic in topics()} - OF_FACTS - SHORT
    assert {row["states"][0][0] for row in ROWS if row["contradicts"]} == said
    labels = {value.label for topic in topics() for value in topic.values if value.label}
    found = Counter((row["contradicts"], bool(found_in(row) & labels)) for row in ROWS)
    blocked, missed, flagged = found[True, True], found[True, False], found[False, True]
    tell(f"{blocked} of {blocked + missed} contradicted states blocked; {flagged} of {found[False, False] + flagged}"
         " honest sentences taken for another state")  # fmt: skip
    assert blocked >= 0.9 * (blocked + missed) and flagged <= 0.02 * (found[False, False] + flagged)


@pytest.mark.parametrize(
    ("rows", "states"),
    [
        ("INSERT INTO contracts (customer_id, source, external_id, status) VALUES (1, 'x', 'a', 'ended')",
         {("contract", "cancelled"), ("trial", "ended")}),
        ("INSERT INTO contracts (customer_id, source, external_id, status, renews, ends_on)"
         " VALUES (1, 'x', 'a', 'active', 0, '2026-01-31')", {("contract", "cancelled"), ("trial", "ended")}),
        ("INSERT INTO invoices (customer_id, source, external_id, due_on, amount_minor, currency, status)"
         " VALUES (1, 'x', 'a', '2027-06-30', 5000, 'USD', 'partly paid')", {("invoice", "part"), ("due", "in time")}),
        ("INSERT INTO invoices (customer_id, source, external_id, due_on, amount_minor, currency, status)"
         " VALUES (1, 'x', 'a', '2026-01-31', 5000, 'USD', 'open')", {("invoice", "unpaid"), ("due", "late")}),
        ("INSERT INTO invoices (customer_id, source, external_id, amount_minor, currency, status)"
         " VALUES (1, 'x', 'a', 5000, 'USD', 'void')", {("invoice", "void")}),
        ("INSERT INTO tasks (customer_id, title, due_on, created_at) VALUES"
         " (1, 'Review the range, 10:30', '2027-01-12', '2026-11-18T09:00:00Z')", {("appointment", "planned")}),
        ("INSERT INTO opportunities (customer_id, source, external_id, name, stage)"
         " VALUES (1, 'x', 'a', 'Spring', 'Qualified')", {("deal", "open"), ("proposal", "none")}),
        ("INSERT INTO tickets (customer_id, source, external_id, status, satisfaction)"
         " VALUES (1, 'x', 'a', 'solved', 1)", {("ticket", "closed"), ("handling", "poor")}),
        ("INSERT INTO reviews (customer_id, source, external_id, reviewed_on, rating)"
         " VALUES (1, 'x', 'a', '2026-10-01', 5)", {("review", "good")}),
        ("INSERT INTO conversations (customer_id, source, external_id, channel, happened_on)"
         " VALUES (1, 'x', 'a', 'call', '2026-10-01')", {("talk", "had")}),
        ("INSERT INTO conversations (customer_id, source, external_id, channel, happened_on)"
         " VALUES (2, 'x', 'a', 'call', '2026-10-01')", {("talk", "none")}),
        ("INSERT INTO conversations (customer_id, source, external_id, channel, happened_on)"
         " VALUES (1, 'x', 'a', 'call', '2026-01-31')", {("talk", "had"), ("since contact", "long ago")}),
    ],
)  # fmt: skip
def test_the_record_has_what_the_book_says(book: Workspace, rows: str, states: set[tuple[str, str]]) -> None:
    driver = connect(book.store.path)
    for table in ("tickets", "reviews", "opportunities", "contracts", "invoices", "tasks", "notes", "conversations"):
        driver.execute(f"UPDATE {table} SET customer_id = NULL WHERE customer_id = 1" if table in _LOOSE else
                       f"UPDATE {table} SET customer_id = 3 WHERE customer_id = 1")  # fmt: skip
    driver.execute(rows)
    driver.close()
    with reading(book) as reader:
        found = read_record(reader, 1).states
    kinds = {topic for topic, _ in states}
    assert {one for one in found if one[0] in kinds} == states


#: Tables whose rows may be nobody's.
_LOOSE: Final = {"tickets", "conversations", "notes", "tasks"}
