"""Lines of an order that are no goods: postage, fees, discounts, adjustments; in four languages.

Nobody comes back by being sent a bill for postage: an order of such lines alone is revenue, and no purchase. What a
line says decides: its description is made of words of a charge alone, or its code has no digit where nearly all codes
of the file have, and its description names a charge. A code without a digit tells nothing by itself ("DCGSSBOY" is a
party bag), and neither does one word among others ("Postage stamp album").
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Final

from services.sync.validate.vocabulary import phrase, vocabulary

#: So many codes show how the file's codes are made, of which so many have a digit.
_CODES_THAT_TELL: Final = 20
_WITH_DIGITS: Final = 0.9
_SIGN: Final = re.compile(r"[^\w&]|\d")


def charges_among(items: Sequence[tuple[str | None, str | None]]) -> list[bool]:
    """Which of a file's items, each a code and a description, are charges and no goods."""
    codes = {code for code, _ in items if code}
    numbered = len(codes) >= _CODES_THAT_TELL and sum(map(_has_digit, codes)) >= _WITH_DIGITS * len(codes)
    return [_is_charge(code or "", name or "", numbered=numbered) for code, name in items]


def _is_charge(code: str, name: str, *, numbered: bool) -> bool:
    said = " ".join(_SIGN.sub(" ", phrase(name)).split())
    worded = bool(code) and not _has_digit(code)
    left = _found("sure").sub(" ", said)
    rest = _found("doubtful").sub(" ", left)
    if left != said:
        return _only_beside(rest) or (numbered and worded)
    # A manual or a sample may be sold, but then it has a code as the other goods have.
    return worded and rest != said and _only_beside(rest)


def _has_digit(code: str) -> bool:
    return any(sign.isdigit() for sign in code)


def _only_beside(words: str) -> bool:
    return set(words.split()) <= vocabulary("charge")["beside"]


@cache
def _found(name: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(_longest_first(vocabulary('charge')[name]))})\b")


def _longest_first(phrases: Iterable[str]) -> list[str]:
    plain = (" ".join(_SIGN.sub(" ", one).split()) for one in phrases)
    return sorted(map(re.escape, plain), key=lambda one: (-len(one), one))
