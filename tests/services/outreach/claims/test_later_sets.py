"""Sentences about customers of the sample book, and what the check says of each.

The seventh set: 376 in four languages, which a developer wrote from the customers' facts on 25 November 2026, before
looking at the check in that session. At the first measure 165 of 240 contradictions were blocked (69 %; of those with
a contradicted figure, date, name, amount, product or state 134 of 193), and 13 of 136 honest sentences; none was
verified. The check was improved with one half of the customers at hand, which took the other half from 88 to 96 of
124, then with all of them.

The eighth set: 350 in three languages, by two writers who had not seen the program. The check has not learnt from
them: 114 of 215 contradictions were blocked (53 %: English 74 of 130, German 21 of 45, French 19 of 40; of those with
a contradicted figure, date, name, amount, product or state 99 of 189), 17 of 135 honest ones were (English 5 of 80,
German 8 of 30, French 4 of 25), none was verified.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from services.workspace import Workspace
from tests.measured import Tell
from tests.services.outreach.claims.test_unseen import Judge, Outcome
from tests.views.books import opened, sample_copy

SETS: Final = Path(__file__).resolve().parents[3] / "fixtures" / "outreach"
AS_OF: Final = "2026-11-20T09:00:00+00:00"
CONTRADICTED: Final = ("amount", "date", "figure", "name", "product", "state")

pytestmark = pytest.mark.usefixtures("facts_read_once")


@pytest.fixture(scope="module")
def book_of_that_day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    workspace = opened(sample_copy(tmp_path_factory.mktemp("later") / "book.bellwether"), AS_OF)
    yield workspace
    workspace.close()


@pytest.mark.parametrize(
    ("name", "least_blocked", "most_honest_blocked"),
    [("seventh", 0.79, 0.02), ("eighth", 0.52, 0.13)],  # set at what was reached, so that a step back is told
)
def test_contradictions_are_blocked_none_is_verified_and_honest_sentences_seldom_blocked(
    book_of_that_day: Workspace, tell: Tell, name: str, least_blocked: float, most_honest_blocked: float
) -> None:
    judge = Judge(book_of_that_day)
    found: defaultdict[tuple[str, str], Counter[Outcome]] = defaultdict(Counter)
    for row in map(json.loads, (SETS / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()):
        found[row["verdict"], row["category"]][judge.outcome(row)] += 1
    hostile = {kind: counts for (verdict, kind), counts in found.items() if verdict == "contradicts"}
    honest = sum((counts for (verdict, _), counts in found.items() if verdict == "honest"), Counter[Outcome]())
    tell("blocked of the contradictions: " + ", ".join(
        f"{kind} {counts['blocked']}/{counts.total()}" for kind, counts in sorted(hostile.items()))
        + f"; honest ones {honest['blocked']}/{honest.total()}")  # fmt: skip
    assert not any(counts["verified"] for counts in hostile.values())
    blocked = sum((hostile[kind] for kind in CONTRADICTED), Counter[Outcome]())
    assert blocked["blocked"] / blocked.total() >= least_blocked, blocked
    assert honest["blocked"] / honest.total() <= most_honest_blocked, honest
