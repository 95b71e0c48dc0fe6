"""What unhappy texts complain of, by the kinds of complaints of ``resources/assistant``, each with an example."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterable
from functools import cache
from typing import Final

from models.values.assistant import ResultTable
from models.values.metrics import Column
from models.values.words import shortened
from services.assistant.vocabulary import WORDS

_OTHER: Final = "Something else"
_NO_WORDS: Final = "No reason given"
_LONGEST: Final = 110


@cache
def _kinds() -> tuple[tuple[str, re.Pattern[str]], ...]:
    said = tomllib.loads(WORDS.read_text(encoding="utf-8"))["complaints"]
    return tuple(
        (kind, re.compile(rf"\b(?:{'|'.join(re.escape(one) for one in sorted(words, key=len, reverse=True))})", re.I))
        for kind, words in said.items()
    )


def reasons(texts: Iterable[str], limit: int | None = None) -> ResultTable:
    """Return how many texts complain of what, the most frequent first; a text counts under each kind that it names."""
    counted, examples, total = Counter[str](), dict[str, str](), 0
    for text in texts:
        total += 1
        named = [kind for kind, pattern in _kinds() if pattern.search(text)] or [_OTHER if text.strip() else _NO_WORDS]
        for kind in named:
            counted[kind] += 1
            if text.strip() and (kind not in examples or len(text) < len(examples[kind])):
                examples[kind] = text
    rows = [
        (kind, number, f"“{shortened(' '.join(examples[kind].split()), _LONGEST)}”" if kind in examples else "")
        for kind, number in counted.most_common()
    ]
    columns = (
        Column("reason", "Reason", "text"),
        Column("texts", "Texts", "count"),
        Column("example", "For example", "text"),
    )
    return ResultTable(f"Reasons, of {total:,} texts", columns, tuple(rows[:limit]), len(rows[:limit]))
