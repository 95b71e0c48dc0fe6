"""Whether a text says that its customer leaves or may leave: a weighted word list in four languages.

``python -m tests.benchmarks.fit_leaving`` learns the list from `tests/fixtures/leaving`; `docs/distress.md` has the
figures on texts by other writers.
"""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from typing import Final

from services.distress.lexicon import LEXICON_FILES
from services.distress.weighed_words import MEANINGS, clearest_words

WEIGHTS: Final = LEXICON_FILES / "leaving.tsv"


@cache
def edition() -> str:
    """What tells this word list, and this way of reading titles, from another."""
    return sha256(WEIGHTS.read_bytes() + MEANINGS.read_bytes() + b"title with its text").hexdigest()[:16]


def says_leaving(text: str | None) -> str | None:
    """Return the sentence in which a customer says most clearly that they leave or may leave, None without one."""
    return clearest_words(text, WEIGHTS)
