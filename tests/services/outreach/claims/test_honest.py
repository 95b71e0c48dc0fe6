"""Honest texts: how often a flag is a false alarm, counted over templates and over what people and models write."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from models.store import connect
from models.values.errors import UserError
from models.values.outreach import GOALS, TONES, Edit
from services.outreach.claims import sentences
from services.outreach.facts import read_facts
from services.outreach.reviewing import review
from services.outreach.templates.write import draft_by_template
from services.workspace import Workspace
from tests.measured import Tell

FILE = Path(__file__).resolve().parents[3] / "fixtures" / "outreach" / "honest.toml"

pytestmark = pytest.mark.usefixtures("facts_read_once")


@pytest.mark.parametrize("asked", [45, pytest.param(120, marks=pytest.mark.soak)])
def test_all_that_a_template_writes_is_verified(book: Workspace, tell: Tell, asked: int) -> None:
    driver = connect(book.store.path)
    ids = [row[0] for row in driver.execute("SELECT id FROM customers WHERE name <> '' ORDER BY id")]
    driver.close()
    kinds = [(goal, tone) for goal in GOALS for tone in TONES]
    drafts = flags = 0
    flagged = []
    for at in range(3 * asked):
        customer, (goal, tone) = ids[(at * 7) % len(ids)], kinds[at % len(kinds)]
        try:
            draft = draft_by_template(book, customer, goal=goal, tone=tone, variant=at // len(kinds) % 3)
        except UserError:
            continue
        edit = Edit(0, customer, None, goal, tone, draft.writer, draft.subject, draft.greeting, draft.body, draft.facts)
        found = review(book, edit)
        checks = [one for one in found.checks if not one.passed and one.name != "permission"]
        drafts += 1
        if found.flagged or found.own or checks:
            flags += 1
            flagged.append((draft.writer, found.flagged, found.own, checks))
        if drafts == asked:
            break
    tell(f"{drafts} template drafts over {len(kinds)} goals and tones: {flags} not verified")
    assert drafts == asked
    assert not flagged, flagged


def test_honest_paraphrases_are_seldom_flagged(book: Workspace, marlow: Edit, tell: Tell) -> None:
    written = tomllib.loads(FILE.read_text(encoding="utf-8"))
    emails = [replace(everything(book, marlow), body=body) for body in written["bodies"]]
    driver = connect(book.store.path)
    for one in written["customer"]:
        customer = driver.execute("SELECT id FROM customers WHERE name = ?", (one["name"],)).fetchone()[0]
        blank = Edit(
            0, customer, None, "check_in", "warm", "person", "A short note", f"Hello {one['name']} team,", "", ()
        )
        emails += [replace(everything(book, blank), body=body) for body in one["bodies"]]
    driver.close()
    assert len(emails) >= 40
    false = [claims for email in emails if (claims := review(book, email).flagged)]
    count = sum(len(sentences(email.body)) for email in emails)
    tell(f"{len(emails)} honest paraphrases, {count} sentences: {len(false)} with a false flag")
    assert len(false) <= 0.02 * len(emails), false


def everything(book: Workspace, edit: Edit) -> Edit:
    """The email with every fact ticked."""
    return replace(edit, facts=tuple(fact.key for fact in read_facts(book, edit.customer_id, edit.goal)))
