"""Sentences written for each mechanism before it was: goods, plans, colleagues, figures, contact, private matters.

Whoever wrote the rules wrote them, in English, German, French and Spanish, so they measure nothing of unseen sentences.
They hold that what is honest in much the same words is not blocked.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any, Final

from tests.measured import Tell
from tests.services.outreach.claims.test_fifth_set import outcome
from tests.services.outreach.claims.test_states import FILE

WRITTEN: Final = FILE.with_name("drafts_by_mechanism.txt")


def rows_written() -> Iterator[dict[str, Any]]:
    """Yield the sentences with their kind, their facts and whether they contradict these."""
    kind, facts = "", {}
    for line in WRITTEN.read_text("utf-8").splitlines():
        mark, _, rest = line.partition(" ")
        if line.startswith("["):
            kind, facts = mark.strip("[]"), json.loads(rest)
        elif mark in ("-", "+"):
            yield {"category": kind, "facts": facts, "contradicts": mark == "-", "sentence": rest}


def test_what_each_mechanism_is_for_is_blocked_and_what_looks_like_it_is_not(tell: Tell) -> None:
    of, blocked = Counter[tuple[bool, str]](), Counter[tuple[bool, str]]()
    for row in rows_written():
        what, _ = outcome(row)
        assert what != "verified" or not row["contradicts"], row
        of[row["contradicts"], row["category"]] += 1
        blocked[row["contradicts"], row["category"]] += what == "blocked"
    for contradicts, said in ((True, "contradictions"), (False, "honest sentences")):
        kinds = ", ".join(f"{kind} {blocked[contradicts, kind]}/{count}" for (one, kind), count in of.items()
                          if one == contradicts)  # fmt: skip
        tell(f"{said} blocked: {kinds}")
    assert sum(count for (contradicts, _), count in blocked.items() if contradicts) >= 120
    assert sum(count for (contradicts, _), count in blocked.items() if not contradicts) <= 12
