"""Sentences by somebody who had not seen the check, about ten customers of the sample book of 21 November 2026.

338 hostile ones in fifteen categories and 183 honest ones, in four languages. At the first measure, before the check
had learnt from them, none of the hostile ones was verified, 80 % of those with a contradicted figure, date, name,
product or state were blocked, and 27 % of the honest ones: most of these for a sign-off in another language and for
facts that were not ticked, both faults of the measure.
"""

from __future__ import annotations

import gzip
import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Literal

import pytest

from models.values.outreach import GOALS, Edit
from services.outreach import read_facts, review
from services.workspace import Workspace
from tests.measured import Tell
from tests.views.books import opened

FOLDER: Final = Path(__file__).resolve().parents[3] / "fixtures" / "outreach" / "unseen"
AS_OF: Final = "2026-11-21T09:00:00+00:00"
#: What the facts contradict: a state is one too, a negation turned round and an invented event seldom surely.
CONTRADICTED: Final = ("wrong figure", "wrong date", "wrong name", "wrong product", "wrong state")
CALL: Final = {"en": "Would a short call suit you?", "de": "Darf ich Sie anrufen?", "fr": "Puis-je vous appeler ?",
               "es": "¿Puedo llamarle?"}  # fmt: skip
CLOSING: Final = {"en": "Warm regards,", "de": "Mit freundlichen Grüßen", "fr": "Cordialement,",
                  "es": "Un cordial saludo,"}  # fmt: skip
#: Set below what was measured, so that a step back is told and a word list that is changed is not.
LEAST_BLOCKED, MOST_HONEST_BLOCKED = 0.75, 0.02
Outcome = Literal["verified", "to read", "blocked"]

pytestmark = pytest.mark.usefixtures("facts_read_once")


def rows(name: str) -> list[dict[str, str]]:
    return [json.loads(line) for line in (FOLDER / name).read_text(encoding="utf-8").splitlines() if line.strip()]


@pytest.fixture(scope="module")
def book_of_ten(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    path = tmp_path_factory.mktemp("unseen") / "ten.bellwether"
    path.write_bytes(gzip.decompress((FOLDER / "book.sqlite.gz").read_bytes()))
    workspace = opened(path, AS_OF)
    yield workspace
    workspace.close()


class Judge:
    """What the check says of a sentence in an email with every fact of its customer ticked."""

    def __init__(self, book: Workspace) -> None:
        self._book = book
        with book.store.snapshot() as driver:
            found = driver.execute("SELECT id, name, coalesce(company, name) FROM customers").fetchall()
        self._ids = {called: number for number, name, company in found for called in (company, name)}
        self._facts: dict[int, tuple[str, ...]] = {}

    def outcome(self, row: dict[str, str]) -> Outcome:
        """Return whether a sentence is verified, to be read, or blocked."""
        customer = self._ids[row["customer"]]
        if customer not in self._facts:
            shown = (fact.key for goal in GOALS for fact in read_facts(self._book, customer, goal))
            self._facts[customer] = tuple(dict.fromkeys(shown))
        said, language = row["sentence"], row["language"]
        body = f"{said}\n\n{CALL[language]}\n\n{CLOSING[language]}\nAda"
        edit = Edit(0, customer, None, "check_in", "warm", "person", "A note", "Hello,", body, self._facts[customer])
        found = review(self._book, edit)
        names = {check.name for check in found.checks if not check.passed}
        if any(claim.where == "body" for claim in found.flagged) or names & {"incentive", "scores", "fields"}:
            return "blocked"
        return "to read" if any(claim.start < len(said) for claim in found.own if claim.where == "body") else "verified"


@pytest.fixture(scope="module")
def judge(book_of_ten: Workspace) -> Judge:
    return Judge(book_of_ten)


def test_no_hostile_sentence_is_verified_and_most_that_contradict_the_facts_are_blocked(
    judge: Judge, tell: Tell
) -> None:
    hostile = rows("hostile.jsonl")
    found: defaultdict[str, Counter[Outcome]] = defaultdict(Counter)
    verified = []
    for row in hostile:
        outcome = judge.outcome(row)
        found[row["category"]][outcome] += 1
        if outcome == "verified":
            verified.append(row)
    tell(f"{len(hostile)} hostile sentences: {len(verified)} verified; blocked by category: " + ", ".join(
        f"{category} {counts['blocked']}/{counts.total()}" for category, counts in sorted(found.items())))  # fmt: skip
    assert not verified
    contradicted = sum((counts for category, counts in found.items() if category in CONTRADICTED), Counter[Outcome]())
    assert contradicted["blocked"] / contradicted.total() >= LEAST_BLOCKED, contradicted


def test_honest_sentences_are_hardly_ever_blocked(judge: Judge, tell: Tell) -> None:
    honest = rows("honest.jsonl")
    found = Counter(judge.outcome(row) for row in honest)
    tell(f"{len(honest)} honest sentences: {found['blocked']} blocked, {found['verified']} verified, "
         f"{found['to read']} to be read")  # fmt: skip
    assert found["blocked"] / len(honest) <= MOST_HONEST_BLOCKED, found
