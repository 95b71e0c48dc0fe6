"""The starter set: every goal in every tone, filled for anyone, in honest plain words."""

from __future__ import annotations

import re
from collections import Counter
from itertools import product
from pathlib import Path

import pytest

from models.values.errors import UserError
from models.values.outreach import GOALS, TONES
from services.outreach import draft_by_template, read_facts
from services.outreach.templates.sandbox import parse
from services.outreach.templates.starter import starter_set
from services.permission import unsubscribed_on, withdrawn
from services.workspace import Workspace
from tests.services.outreach.conftest import SampleCustomers

SET = starter_set()
CLOSINGS = {"warm": "Warm regards,", "brief": "Best regards,", "formal": "Yours sincerely,"}


def test_every_goal_has_a_template_in_every_tone_that_asks_for_nothing() -> None:
    for goal, tone in product(GOALS, TONES):
        fitting = [one for one in SET.values() if (one.choice.goal, one.choice.tone) == (goal, tone)]
        plain = [one for one in fitting if not one.when]
        assert len(plain) == 1, (goal, tone)
        assert not (parse(plain[0].choice.subject).needs | parse(plain[0].choice.body).needs)
        assert len(fitting) >= 2 and fitting[-1] is plain[0], "the general one stands last"


def test_what_a_template_cannot_do_without_is_what_its_occasion_asks_for() -> None:
    for code, one in SET.items():
        roots = {path.strip("!").partition(".")[0] for condition in one.when for path in condition.split("|")}
        needs = parse(one.choice.subject).needs | parse(one.choice.body).needs
        assert {path.partition(".")[0] for path in needs} <= roots, code


def test_their_own_words_promise_and_claim_nothing() -> None:
    forbidden = re.compile(
        r"!|[0-9]|%|\$|guarantee|always|never|best price|free|we have since|has been fixed|as soon as"
    )
    days = re.compile(r"\b(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b|\b(?:tomorrow|yesterday|next week|today)\b")
    for code, one in SET.items():
        for part in re.split(r"\{\{.*?\}\}|\{%.*?%\}", f"{one.choice.subject}\n{one.choice.body}"):
            assert not forbidden.search(part), (code, part)
            assert not days.search(part), (code, part)
        assert one.choice.body.endswith(CLOSINGS[one.choice.tone]), code


def test_names_are_told_apart_in_each_goal_and_tone() -> None:
    counted = Counter((one.choice.name, one.choice.goal, one.choice.tone) for one in SET.values())
    assert set(counted.values()) == {1}


def repeated(body: str) -> set[str]:
    """What an email says twice: to put something right, or four words in a row."""
    paired: Counter[str] = Counter()
    said = re.findall(r"[\w’']+", re.sub(r"“[^”]*”", "", body).lower())
    paired.update(" ".join(said[at : at + 4]) for at in range(len(said) - 3))
    paired["put right"] = len(re.findall(r"\bput (?:it |this |that )?right\b", body))
    return {words for words, times in paired.items() if times > 1}


#: Nobody drafts to who withdrew consent or unsubscribed.
MAY_BE_DRAFTED_TO = f"NOT {withdrawn('date()')} AND {unsubscribed_on('date()')} IS NULL"


@pytest.mark.parametrize("every", [15, pytest.param(5, marks=pytest.mark.soak)], ids="every {}".format)
def test_everyone_in_the_sample_book_can_be_written_to(book: Workspace, customers: SampleCustomers, every: int) -> None:
    with book.store.snapshot() as driver:
        everyone = [row[0] for row in driver.execute(f"SELECT c.id FROM customers c WHERE {MAY_BE_DRAFTED_TO}")]
    written: Counter[str] = Counter()
    for at, customer in enumerate([customers.bare, customers.nameless, *everyone[::every]]):
        for goal, tone in product(GOALS, TONES):
            draft = draft_by_template(book, customer, goal=goal, tone=tone, variant=at, incentive_minor=at % 2 * 2050)
            written[draft.writer] += 1
            whole = f"{draft.subject}\n{draft.greeting}\n{draft.body}"
            assert not re.search(r"[{}<>\[\]]|\bNone\b|  | [,.;?]|\.\.|,\.|\n\n\n|\byour 1\b", whole), whole
            assert draft.subject and len(draft.subject) <= 120 and "\n" not in draft.subject
            assert not repeated(draft.body), whole
            assert draft.body.count("\n\n") >= 1 and draft.facts == tuple(
                fact.key for fact in read_facts(book, customer, goal) if fact.ticked
            )
            assert all(paragraph[:1].isupper() or paragraph[:1] == "“" for paragraph in draft.body.split("\n\n"))
            assert ("$20.50" in whole) == (draft.incentive_minor == 2050)
    assert len(written) >= 40


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[template]", "cannot be read as TOML"),
        ('[[template]]\nname = "x"', "needs a “code”"),
        ('[[template]]\ncode = "a"\nkind = 1', "“kind” of “a” is not part"),
        ('[[template]]\ncode = "a"\ngoal = "sell"', "“goal” of “a” must be one of"),
        ('[[template]]\ncode = "a"\ngoal = "thank"\ntone = "warm"\nname = "A"\nsubject = ""', "“subject” of “a”"),
        ('[[template]]\ncode = "a"\ngoal = "thank"\ntone = "warm"\nname = "A"\nsubject = "B"\nbody = "[[still open]]"',
         "“[[still open]]” of “a” is not part"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_file_is_told(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "mine.toml").write_text(text, encoding="utf-8")
    with pytest.raises(UserError, match=re.escape(said)):
        starter_set(tmp_path)
