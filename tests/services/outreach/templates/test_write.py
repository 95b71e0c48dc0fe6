"""A draft by template: the best that fits, from ticked facts only, or a sentence why there is none."""

from __future__ import annotations

from dataclasses import replace

import pytest

from models.values.errors import UserError
from models.values.outreach import TemplateChoice
from services.outreach import draft_by_template, read_facts, read_templates, save_template
from services.workspace import Workspace
from tests.services.outreach.conftest import SampleCustomers

OWN = TemplateChoice("", "Ours", "check_in", "warm", "Hello from us", "We think of you.\n\nWarm regards,", "own")


def test_the_occasion_decides_which_template_is_taken(book: Workspace, customers: SampleCustomers) -> None:
    draft = draft_by_template(book, customers.ticketed, goal="apologise", tone="warm")
    assert draft.writer == "template:product_warm"
    assert draft.words == "template “After trouble with a product”"
    facts = read_facts(book, customers.ticketed, "apologise")
    without = [fact.key for fact in facts if fact.ticked and fact.group != "ticket"]
    other = draft_by_template(book, customers.ticketed, goal="apologise", tone="warm", facts=without)
    assert other.writer == "template:apologise_warm"


def test_only_ticked_facts_are_said(book: Workspace, customers: SampleCustomers) -> None:
    facts = {fact.key: fact for fact in read_facts(book, customers.given, "check_in")}
    last = next(fact for fact in facts.values() if fact.words.startswith("Last order 2"))
    assert "21 August" in draft_by_template(book, customers.given, goal="check_in", tone="warm").body
    rest = [key for key in facts if key != last.key]
    assert "21 August" not in draft_by_template(book, customers.given, goal="check_in", tone="warm", facts=rest).body
    nothing = draft_by_template(book, customers.given, goal="check_in", tone="warm", facts=())
    assert nothing.writer == "template:check_in_warm" and nothing.facts == ()


def test_a_variant_is_another_template_and_they_come_round(book: Workspace, customers: SampleCustomers) -> None:
    def writer(variant: int) -> str:
        return draft_by_template(book, customers.given, goal="thank", tone="warm", variant=variant).writer

    writers = [writer(variant) for variant in range(4)]
    assert len(set(writers)) == 4
    assert writers == [writer(variant + 4) for variant in range(4)]


def test_without_a_tone_the_segment_decides(book: Workspace, customers: SampleCustomers) -> None:
    assert draft_by_template(book, customers.renewing, goal="check_in").greeting.startswith("Dear ")
    assert draft_by_template(book, customers.given, goal="check_in").greeting.startswith("Hello ")


def test_an_incentive_is_said_where_the_template_has_it(book: Workspace, customers: SampleCustomers) -> None:
    said = draft_by_template(book, customers.ticketed, goal="apologise", tone="warm", incentive_minor=1500)
    assert "$15 off your next order" in said.body
    assert (said.incentive_minor, said.currency) == (1500, "USD")
    silent = draft_by_template(book, customers.renewing, goal="renewal", tone="warm", incentive_minor=1500)
    assert "$15" not in silent.body and (silent.incentive_minor, silent.currency) == (0, "")


def test_a_field_that_cannot_be_filled_is_named(book: Workspace, customers: SampleCustomers) -> None:
    save_template(book, replace(OWN, body="Is all well, {{ first_name }}?"))
    assert "Katya" in draft_by_template(book, customers.given, goal="check_in", template="own_ours").body
    with pytest.raises(UserError, match="“First name” is not known for Garrick Brothers Clothing Co\\.; tick a fact"):
        draft_by_template(book, customers.company, goal="check_in", template="own_ours")
    chosen = draft_by_template(book, customers.company, goal="check_in", tone="warm")
    assert chosen.writer != "template:own_ours", "one that cannot be filled is not chosen"
    assert draft_by_template(book, customers.given, goal="check_in", tone="warm").writer == "template:own_ours"


def test_a_general_one_of_their_own_comes_after_what_is_particular(book: Workspace, customers: SampleCustomers) -> None:
    save_template(book, OWN)
    assert draft_by_template(book, customers.given, goal="check_in", tone="warm").writer == "template:suggest_warm"
    assert draft_by_template(book, customers.bare, goal="check_in", tone="warm").writer == "template:own_ours"


def test_one_that_is_switched_off_is_not_chosen(book: Workspace, customers: SampleCustomers) -> None:
    for one in read_templates(book):
        if one.goal == "renewal" and one.tone == "formal":
            save_template(book, replace(one, enabled=False))
    assert draft_by_template(book, customers.renewing, goal="renewal", tone="formal").writer.endswith(
        ("_warm", "_brief")
    )
    for one in read_templates(book):
        if one.goal == "renewal" and one.enabled:
            save_template(book, replace(one, enabled=False))
    with pytest.raises(UserError, match="No template for “Renewal” is switched on"):
        draft_by_template(book, customers.renewing, goal="renewal")


def test_what_is_not_there_is_told_in_a_sentence(book: Workspace, customers: SampleCustomers) -> None:
    with pytest.raises(UserError, match="is not a goal of an email"):
        draft_by_template(book, customers.given, goal="sell")
    with pytest.raises(UserError, match="There is no template “nothing”"):
        draft_by_template(book, customers.given, goal="thank", template="nothing")
    with pytest.raises(UserError, match="no longer in the book"):
        draft_by_template(book, 99_999, goal="thank")
