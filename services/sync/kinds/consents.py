"""Consent as other systems write it: a status, or yes and no, in four languages; and columns that say the opposite.

What says neither is unknown, and it is told: an opt-out that nobody understood must not pass for nothing.
"""

from __future__ import annotations

import re
from typing import Any, Final

from services.sync.kinds.memo import Unfit
from services.sync.kinds.vocabulary import phrase, vocabulary

_WORDS: Final = vocabulary("consent")
_YES, _NO, _LEFT = _WORDS["yes"], _WORDS["no"], _WORDS["left"]
_GIVEN: Final = _YES | _WORDS["given"]
_UNKNOWN: Final = _WORDS["unknown"] | {""}
_DAY: Final = re.compile(r"\d{1,4}[-./]\d{1,2}[-./]\d{1,4}\b.*", re.DOTALL)


def to_consent(text: str) -> str:
    """Consent given, withdrawn, or unknown; a text that says neither is unknown."""
    word = phrase(text)
    if word in _GIVEN:
        return "given"
    return "withdrawn" if word in _LEFT or word in _NO else "unknown"


def knows_consent(text: str) -> bool:
    """Whether a text is known to say something of consent, if only that nobody knows."""
    return any(phrase(text) in known for known in (_GIVEN, _LEFT, _NO, _UNKNOWN))


def to_opt_out(text: str) -> str:
    """Consent as a column says it whose yes means no: withdrawn, or unknown.

    A day is the one on which somebody opted out. Not to have opted out is not a consent.

    Raises
    ------
    Unfit
        It says neither.
    """
    word = phrase(text)
    if word in _YES or word in _LEFT or _DAY.fullmatch(text.strip()):
        return "withdrawn"
    if word in _NO or word in _GIVEN or word in _UNKNOWN:
        return "unknown"
    raise Unfit("does not say whether they opted out")


def stricter(consents: list[Any] | None, opt_outs: list[Any]) -> list[Any]:
    """Consents of rows that have a column of opt-outs too: who opted out has withdrawn it, whatever else is said."""
    given = consents if consents is not None else [None] * len(opt_outs)
    return [out if out == "withdrawn" else one or out for one, out in zip(given, opt_outs, strict=True)]
