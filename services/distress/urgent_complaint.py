"""Whether a text is an urgent complaint: somebody unhappy needs a person today, in words of four languages.

Haste alone is an ordinary request, and anger alone a bad review. Most who need somebody today do not shout: they tell
what stands still, who waits and how often they called. ``python -m tests.benchmarks.fit_urgent`` learns the weighted
word list from `tests/fixtures/urgent`; `docs/distress.md` has the figures on texts by other writers.
"""

from __future__ import annotations

from typing import Final

from services.distress.lexicon import LEXICON_FILES
from services.distress.weighed_words import clearest_words

WEIGHTS: Final = LEXICON_FILES / "urgent.tsv"
#: What stands still is told in one sentence, and that nobody answers often in the next.
_QUOTED: Final = 2


def urgent_complaint(text: str | None) -> str | None:
    """Return the sentences that need a person today most, None of a text that is no urgent complaint."""
    return clearest_words(text, WEIGHTS, _QUOTED)
