"""What surveys ask in full sentences: for a score (would recommend, satisfaction, effort), or for words beside it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

KINDS: Final = (
    ("nps", re.compile(r"recommend|\bnps\b|net promoter|weiterempf|recommand|recomi?end", re.IGNORECASE)),
    ("ces", re.compile(r"\beas(?:y|ily|e)\b|effort|einfach|aufwand|facil|fácil|\bces\b", re.IGNORECASE)),
    ("csat", re.compile(r"satisf|zufried|\bcsat\b|overall experience|rate (?:us|our|your)", re.IGNORECASE)),
)
REMARK: Final = re.compile(
    r"comment|why\b|feedback|improve|better|tell us|reason|anything else|warum|kommentar|grund|besser|pourquoi|mieux"
    r"|comentario|por qué|mejor",
    re.IGNORECASE,
)
# A question that names its scale is one, however short.
_SCALE: Final = re.compile(r"[(\[]\s*[01]\s*(?:-|–|to|a|bis|à)\s*\d{1,2}\s*[)\]]")
#: No question is shorter, and no scale goes further.
_WORDS, _MOST = 4, 10


def kind_asked(header: str) -> str | None:
    """What a question asks for a score of: nps, ces or csat; None where it asks for something else."""
    return next((name for name, form in KINDS if form.search(header)), None)


def asks_for_score(header: str, cells: Sequence[str]) -> bool:
    """Whether a header is a question for a score, and what was answered are numbers of a scale."""
    scaled = _SCALE.search(header) is not None
    if (len(header.split()) < _WORDS and not scaled) or kind_asked(header) is None or not cells:
        return False
    return all(cell.isdecimal() and int(cell) <= _MOST for cell in cells)


def asks_for_words(header: str, cells: Sequence[str]) -> bool:
    """Whether a header is a question for words, and what was answered are some."""
    asked = len(header.split()) >= _WORDS and (REMARK.search(header) is not None or header.strip().endswith("?"))
    return asked and any(" " in cell for cell in cells)


def kind_of_survey(mapping: Mapping[str, str]) -> str:
    """What kind of survey headers speak of, where no column says it: the score's own, else any other."""
    scores = [header for header, field in mapping.items() if field == "score"]
    words = " ".join(mapping).lower()
    kinds = {"nps": "nps", "promoter": "nps", "ces": "ces", "effort": "ces"}
    told = next((kind for word, kind in kinds.items() if re.search(rf"\b{word}", words)), "csat")
    return next((kind for header in scores if (kind := kind_asked(header))), told)
