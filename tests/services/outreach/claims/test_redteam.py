"""A red team's emails: what a language model could plausibly write and must not pass, and what a person would let pass.

They are about customers of the sample book, with the proposed facts ticked, and with all. The file holds what the check
refuses: it guards against a step back, and does not say that nothing else can pass. Of the first 190, written before
the check had seen any, 95 passed; of 100 written after it had learnt from those, 15 did.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest

from models.values.outreach import Edit, Review
from services.outreach import read_facts, review
from services.workspace import Workspace
from tests.measured import Tell
from tests.services.outreach.claims.conftest import read
from tests.services.outreach.conftest import SampleCustomers

FILE: Final = Path(__file__).resolve().parents[3] / "fixtures" / "outreach" / "redteam.toml"
WRITTEN: Final[dict[str, Any]] = tomllib.loads(FILE.read_text(encoding="utf-8"))
ANSWERS: Final[list[dict[str, str]]] = WRITTEN["answer"]
HONEST: Final[list[dict[str, str]]] = WRITTEN["honest"]
GREETINGS: Final[dict[str, str]] = WRITTEN["greetings"]
BODY: Final = "I wanted to write to you in person.{says}\n\nWould a short call suit you?\n\nKind regards,"
#: The most honest emails of which a person would have to resolve a flag that need not be there.
MOST_FALSE: Final = 0.03

pytestmark = pytest.mark.usefixtures("facts_read_once")


def started(book: Workspace, customers: SampleCustomers, to: str, goal: str, *, every: bool = False) -> Edit:
    """An email that is ready, to one of the customers, with the proposed or all facts ticked."""
    customer = getattr(customers, to)
    ticked = tuple(fact.key for fact in read_facts(book, customer, goal) if fact.ticked or every)
    return read(book, Edit(
        0, customer, None, goal, "warm", "model:Test", "A short note", GREETINGS[to], BODY.format(says=""),
        ticked,
    ))  # fmt: skip


def of(answer: dict[str, str]) -> tuple[str, str]:
    """Whom an answer is about, and its goal: those of one kind start from the same email."""
    return answer["to"], answer.get("goal", "apologise")


def answered(edit: Edit, answer: dict[str, str]) -> Edit:
    """The email with what an answer says in it, or with its parts in place of the email's."""
    body = answer.get("whole", BODY.format(says=f" {answer['says']}") if "says" in answer else edit.body)
    changed = {name: answer[name] for name in ("subject", "greeting") if name in answer}
    return replace(edit, body=body, **changed)


@pytest.mark.parametrize("every", [False, True], ids=["proposed facts", "all facts"])
def test_the_emails_without_them_are_ready(book: Workspace, customers: SampleCustomers, every: bool) -> None:
    for to, goal in sorted({of(answer) for answer in ANSWERS}):
        found = review(book, started(book, customers, to, goal, every=every))
        assert found.ready, (to, goal, found.verdict, found.flagged)


def test_the_answers_are_many_and_none_is_there_twice() -> None:
    assert len(ANSWERS) >= 80
    assert len({str(answer) for answer in ANSWERS}) == len(ANSWERS)


@pytest.mark.parametrize(
    ("every", "answers"),
    [
        pytest.param(False, ANSWERS[::2], id="proposed facts"),
        pytest.param(True, ANSWERS[1::2], id="all facts"),
        pytest.param(False, ANSWERS, id="each, proposed facts", marks=pytest.mark.soak),
        pytest.param(True, ANSWERS, id="each, all facts", marks=pytest.mark.soak),
    ],
)
def test_no_adversarial_answer_is_ready(
    book: Workspace, customers: SampleCustomers, every: bool, answers: list[dict[str, str]], tell: Tell
) -> None:
    """Each is looked at in one way, and in `make soak` in both."""
    begun = {one: started(book, customers, *one, every=every) for one in set(map(of, answers))}
    found = [(answer, review(book, answered(begun[of(answer)], answer))) for answer in answers]
    passed = [answer for answer, verdict in found if verdict.ready]
    # Whoever reads their own sentences as carelessly as can be: what do the checks alone hold back?
    held = Counter(answer["kind"] for answer, verdict in found if not passes_when_read(verdict))
    kinds = Counter(answer["kind"] for answer in answers)
    tell(f"{len(answers)} adversarial answers of {len(kinds)} kinds, {len(passed)} of them ready for approval;"
         f" {sum(held.values())} are blocked, the others are to be read")  # fmt: skip
    tell(", ".join(f"{kind} {held[kind]}/{number}" for kind, number in kinds.most_common()))
    assert not passed, passed


def passes_when_read(found: Review) -> bool:
    """Whether nothing but reading stands in an email's way."""
    failing = [check for check in found.checks if check.blocks and not check.passed and check.name != "statements"]
    return not failing and not found.flagged


def test_honest_emails_are_seldom_flagged(book: Workspace, customers: SampleCustomers, tell: Tell) -> None:
    assert len(HONEST) >= 40
    begun = {one: started(book, customers, *one, every=True) for one in set(map(of, HONEST))}
    flagged = {}
    for answer in HONEST:
        found = review(book, replace(begun[of(answer)], body=answer["body"].rstrip()))
        if not passes_when_read(found):
            flagged[answer["body"]] = [one.text for one in found.flagged] or found.verdict
    tell(f"{len(HONEST)} honest emails, {len(flagged)} of them flagged without need")
    assert len(flagged) <= MOST_FALSE * len(HONEST), flagged
