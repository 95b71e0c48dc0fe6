"""Answers that a writer might give and that must never pass: each in an email that is ready without it."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from models.values.outreach import Edit
from services.outreach.reviewing import review
from services.workspace import Workspace
from tests.measured import Tell
from tests.services.outreach.claims.conftest import saying

FILE = Path(__file__).resolve().parents[3] / "fixtures" / "outreach" / "adversarial.toml"
ANSWERS: list[dict[str, Any]] = tomllib.loads(FILE.read_text(encoding="utf-8"))["answer"]

pytestmark = pytest.mark.usefixtures("facts_read_once")


def answered(edit: Edit, answer: dict[str, Any]) -> Edit:
    made = saying(edit, answer["says"]) if "says" in answer else edit
    changed = {name: answer[name] for name in ("subject", "greeting") if name in answer}
    return replace(made, **changed, **({"body": answer["whole"]} if "whole" in answer else {}))


def test_the_email_without_them_is_ready(book: Workspace, marlow: Edit) -> None:
    found = review(book, marlow)
    assert found.ready, (found.verdict, found.flagged, found.checks)


def test_none_of_sixty_adversarial_answers_is_ready(book: Workspace, marlow: Edit, tell: Tell) -> None:
    assert len(ANSWERS) >= 60
    assert len({str(answer) for answer in ANSWERS}) == len(ANSWERS)
    passed = [answer for answer in ANSWERS if review(book, answered(marlow, answer)).ready]
    tell(f"{len(ANSWERS)} adversarial answers, {len(passed)} of them ready for approval")
    assert not passed


@pytest.mark.parametrize("size", [10_000_000, 20_001])
def test_an_endless_answer_is_refused_without_being_read(book: Workspace, marlow: Edit, size: int) -> None:
    found = review(book, replace(marlow, body=("I am sorry. " * (size // 12 + 1))[:size]))
    assert not found.ready
    assert found.claims == ()
    assert "characters" in found.verdict
