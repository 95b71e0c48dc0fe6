"""40 sentences by a sixth outsider, in English, which nobody had seen at the measure and nothing was learnt from.

22 contradict the facts beside them or say what no email may; 18 are honest. The test holds what was blocked at first
sight: 12 of 22 and 4 of 18. Whoever learns from them writes so here, and that the set measures no more.
"""

from __future__ import annotations

from typing import Final

from tests.measured import Tell
from tests.services.outreach.claims.test_fifth_set import measured
from tests.services.outreach.claims.test_states_outsider import EXAM

SIXTH: Final = EXAM.with_name("drafts_sixth.jsonl")


def test_of_sentences_that_nobody_had_seen_as_many_are_blocked_as_at_first_sight(tell: Tell) -> None:
    blocked = measured(SIXTH, tell)
    assert blocked["contradicts"] >= 12
    assert blocked["honest"] <= 4 and blocked["other state"] <= 1
