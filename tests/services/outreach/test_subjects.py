"""What a subject may name: no private product, by its words or its category's, in four languages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from services.outreach import draft_by_template, review
from services.outreach.composing import compose
from services.outreach.subjects import discreet, plain_subjects
from services.outreach.templates.starter import starter_set
from tests.services.outreach.facts.small import OneCustomer


@pytest.fixture
def dana(store_path: Path) -> Iterator[OneCustomer]:
    with OneCustomer.opened(store_path) as made:
        yield made


@pytest.mark.parametrize(
    ("product", "category", "named"),
    [
        ("Harbor rain jacket", "Outerwear", True),
        ("Stone brief case", "Bags", True),
        ("Boxer brief three-pack", "Basics", False),
        ("Spitzen-BH Lina", "Mode", False),
        ("Soutien-gorge Léa", "Mode", False),
        ("Calzoncillos Mar", "Moda", False),
        ("Quiet three-pack", "Unterwäsche", False),
        ("Quiet three-pack", "Sous-vêtements", False),
        ("Quiet three-pack", "Ropa interior", False),
        ("Quiet three-pack", "Men > Underwear", False),
    ],
)
def test_no_subject_of_a_draft_names_a_private_product(
    dana: OneCustomer, product: str, category: str, named: bool
) -> None:
    dana.order(60, dana.product(product, category))
    dana.ticket(12, f"{product}: came apart after a week")
    for tone in ("warm", "brief", "formal"):
        opened = compose(dana.workspace, dana.id, goal="apologise", tone=tone)
        assert opened.edit.writer == f"template:product_{tone}"
        assert (product in opened.edit.subject) is named, opened.edit.subject
        assert product in opened.edit.body
        found = review(dana.workspace, opened.edit)
        assert not found.own and not found.flagged, "a plain subject is verified as well"


def test_every_goal_has_a_plain_subject_and_names_are_only_left_out_where_they_are_private(dana: OneCustomer) -> None:
    goals = {one.choice.goal for one in starter_set().values()}
    with dana.workspace.store.snapshot() as driver:
        plain = {discreet(driver, "A thought about lingerie", goal) for goal in goals}
        assert plain == plain_subjects() and len(plain) == len(goals)
        for said in ("A brief question", "Your payment slip", "The string section", "Your order of 3 May"):
            assert discreet(driver, said, "check_in") == said


@pytest.mark.parametrize(("company", "named"), [("Whitfield Threads", False), (None, True)])
def test_no_body_to_a_firm_names_a_private_product_that_was_only_bought(
    store_path: Path, company: str | None, named: bool
) -> None:
    with OneCustomer.opened(store_path) as made:
        if company:
            made.book.run("UPDATE customers SET name = ?, company = ?", company, company)
        made.order(100, made.product("Quiet sports bra", "Basics"))
        facts = made.facts()
        assert any("Quiet sports bra" in one.words and one.ticked for one in facts) is named
        for goal in ("check_in", "thank"):
            for tone in ("warm", "brief", "formal"):
                assert "bra" not in compose(made.workspace, made.id, goal=goal, tone=tone).edit.body.split() or named
        made.ticket(12, "Quiet sports bra: came apart after a week")
        assert "Quiet sports bra" in compose(made.workspace, made.id, goal="apologise", tone="warm").edit.body


@pytest.mark.parametrize(
    ("rating", "said", "unsaid"),
    [(2, "you were not happy with our answer", "trouble"), (None, "had a proper answer", "sorry")],
)
def test_a_question_is_no_trouble_to_be_sorry_for(
    dana: OneCustomer, rating: int | None, said: str, unsaid: str
) -> None:
    dana.ticket(12, "Prices for next season", satisfaction=rating)
    keys = [one.key for one in dana.facts("apologise") if one.key.startswith("ticket:") and ":rating" not in one.key]
    body = draft_by_template(dana.workspace, dana.id, goal="apologise", tone="warm", facts=keys).body
    assert "“Prices for next season”" in body and said in body and unsaid not in body
