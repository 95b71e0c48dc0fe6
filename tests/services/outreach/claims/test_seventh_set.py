"""376 sentences about 28 customers of the sample book, in four languages, and what the check says of each.

A developer wrote them from the customers' facts on 25 November 2026, before looking at the check in that session. At
the first measure 165 of 240 contradictions were blocked (69 %; of those with a contradicted figure, date, name, amount,
product or state 134 of 193), and 13 of 136 honest sentences; none was verified. The check was improved with one half of
the customers at hand, which took the other half from 88 to 96 of 124, then with all of them.
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

SET: Final = Path(__file__).resolve().parents[3] / "fixtures" / "outreach" / "seventh.jsonl"
AS_OF: Final = "2026-11-20T09:00:00+00:00"
CONTRADICTED: Final = ("amount", "date", "figure", "name", "product", "state")
#: Set at what was reached, so that a step back is told.
LEAST_BLOCKED, MOST_HONEST_BLOCKED = 0.79, 0.02

pytestmark = pytest.mark.usefixtures("facts_read_once")


@pytest.fixture(scope="module")
def book_of_that_day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    workspace = opened(sample_copy(tmp_path_factory.mktemp("seventh") / "book.bellwether"), AS_OF)
    yield workspace
    workspace.close()


def test_most_contradictions_are_blocked_none_is_verified_and_honest_sentences_hardly_ever_blocked(
    book_of_that_day: Workspace, tell: Tell
) -> None:
    judge = Judge(book_of_that_day)
    found: defaultdict[tuple[str, str], Counter[Outcome]] = defaultdict(Counter)
    for row in map(json.loads, SET.read_text(encoding="utf-8").splitlines()):
        found[row["verdict"], row["category"]][judge.outcome(row)] += 1
    hostile = {kind: counts for (verdict, kind), counts in found.items() if verdict == "contradicts"}
    honest = sum((counts for (verdict, _), counts in found.items() if verdict == "honest"), Counter[Outcome]())
    tell("blocked of the contradictions: " + ", ".join(
        f"{kind} {counts['blocked']}/{counts.total()}" for kind, counts in sorted(hostile.items()))
        + f"; honest ones {honest['blocked']}/{honest.total()}")  # fmt: skip
    assert not any(counts["verified"] for counts in hostile.values())
    blocked = sum((hostile[kind] for kind in CONTRADICTED), Counter[Outcome]())
    assert blocked["blocked"] / blocked.total() >= LEAST_BLOCKED, blocked
    assert honest["blocked"] / honest.total() <= MOST_HONEST_BLOCKED, honest
