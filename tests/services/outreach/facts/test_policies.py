"""What our documents say about what a customer wrote to us about is a fact with its page."""

from __future__ import annotations

from datetime import date

import pytest

from services.knowledge import add_documents, known_documents, remove_document
from services.outreach.claims import Context, Text, find_claims
from services.sample import SAMPLE_DOCUMENTS
from tests.services.outreach.facts.small import OneCustomer, has, values_of

DAY = date(2026, 11, 16)


def _with_documents(dana: OneCustomer) -> None:
    add_documents(dana.workspace, sorted(SAMPLE_DOCUMENTS.glob("*.md")))


def test_the_passage_about_their_ticket_is_a_fact_that_nobody_ticked(dana: OneCustomer) -> None:
    _with_documents(dana)
    dana.ticket(5, "Within how many days can a shop send goods back?")
    (fact,) = [one for one in dana.facts() if one.group == "document"]
    assert fact.words.startswith("Return policy: “Private customers may send goods back within 30 days of delivery")
    assert (fact.label, fact.table, fact.ticked) == ("Return policy, page 1", "documents", False)
    row = next(one.id for one in known_documents(dana.workspace) if one.title == "Return policy")
    assert fact.row_id == row and has(fact, "number", "30") and has(fact, "number", "14")
    assert any("shops within 14 days" in one for one in values_of(fact, "quote"))


@pytest.mark.parametrize(
    ("said", "passes"),
    [
        ("Our return policy says: “Private customers may send goods back within 30 days of delivery”.", True),
        ("Private customers may send goods back within 30 days of delivery, shops within 14 days.", True),
        ("Our return policy says: “Private customers may send goods back within 60 days of delivery”.", False),
        ("Private customers may send goods back within 60 days of delivery, shops within 14 days.", False),
        ("Private customers may not send goods back within 30 days of delivery, shops within 14 days.", False),
        ("You paid late: “Private customers may send goods back within 30 days of delivery”.", False),
        ("Shops may send goods back within 30 days.", False),
    ],
)
def test_an_email_may_quote_a_rule_and_not_turn_it(dana: OneCustomer, said: str, passes: bool) -> None:
    _with_documents(dana)
    dana.ticket(5, "Within how many days can a shop send goods back?")
    facts = tuple(one for one in dana.facts() if one.group == "document")
    claims = find_claims(Text("Returns", "Hello Dana,", said), facts, Context(DAY))
    assert passes is not any(one.verdict == "unsupported" for one in claims), claims


def test_old_matters_single_words_and_removed_documents_give_none(dana: OneCustomer) -> None:
    _with_documents(dana)
    dana.ticket(90, "Within how many days can a shop send goods back?")
    dana.ticket(3, "Where is my parcel?")
    assert not [one for one in dana.facts() if one.group == "document"]
    dana.ticket(5, "Within how many days can a shop send goods back?")
    for one in known_documents(dana.workspace):
        remove_document(dana.workspace, one.id)
    assert not [one for one in dana.facts() if one.group == "document"]
