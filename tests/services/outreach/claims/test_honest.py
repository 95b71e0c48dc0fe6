"""Honest texts: how often a flag is a false alarm, counted over templates and over what people and models write."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path

from models.store import connect
from models.values.errors import UserError
from models.values.outreach import GOALS, TONES, Edit
from services.outreach.facts import read_facts
from services.outreach.reviewing import review
from services.outreach.templates.write import draft_by_template
from services.workspace import Workspace

FILE = Path(__file__).resolve().parents[3] / "fixtures" / "outreach" / "honest.toml"
DRAFTS = 120


def test_honest_template_drafts_are_hardly_ever_flagged(book: Workspace) -> None:
    driver = connect(book.store.path)
    ids = [row[0] for row in driver.execute("SELECT id FROM customers WHERE name <> '' ORDER BY id")]
    driver.close()
    kinds = [(goal, tone) for goal in GOALS for tone in TONES]
    drafts = flags = 0
    flagged = []
    for at in range(3 * DRAFTS):
        customer, (goal, tone) = ids[(at * 7) % len(ids)], kinds[at % len(kinds)]
        try:
            draft = draft_by_template(book, customer, goal=goal, tone=tone, variant=at // len(kinds) % 3)
        except UserError:
            continue
        edit = Edit(0, customer, None, goal, tone, draft.writer, draft.subject, draft.greeting, draft.body, draft.facts)
        found = review(book, edit)
        checks = [one for one in found.checks if not one.passed and one.name != "permission"]
        drafts += 1
        if found.flagged or checks:
            flags += 1
            flagged.append((draft.writer, found.flagged, checks))
        if drafts == DRAFTS:
            break
    print(f"\n{drafts} template drafts over {len(kinds)} goals and tones: {flags} with a false flag")
    assert drafts >= 100
    assert flags <= 0.02 * drafts, flagged


def test_honest_paraphrases_are_seldom_flagged(book: Workspace, marlow: Edit) -> None:
    bodies = tomllib.loads(FILE.read_text(encoding="utf-8"))["bodies"]
    everything = replace(marlow, facts=tuple(fact.key for fact in read_facts(book, marlow.customer_id, marlow.goal)))
    assert len(bodies) >= 40
    flagged = [review(book, replace(everything, body=body)).flagged for body in bodies]
    false = [claims for claims in flagged if claims]
    print(f"\n{len(bodies)} honest paraphrases: {len(false)} with a false flag")
    assert len(false) <= 0.05 * len(bodies), false
