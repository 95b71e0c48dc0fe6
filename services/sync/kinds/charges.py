"""Lines of an order that are no goods: postage, fees, discounts, adjustments; in four languages.

Nobody comes back by being sent a bill for postage: an order of such lines alone is revenue, and no purchase. What a
line says decides: its description is made of words of a charge alone, or it is named a charge, whichever it is ("Pallet
fee", "Frais de dossier"), or its code has no digit where nearly all codes of the file have, and its description names a
charge. A code without a digit tells nothing by itself ("DCGSSBOY" is a party bag), and neither does one word among
others ("Postage stamp album").
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Final

from services.sync.kinds.vocabulary import phrase, vocabulary

#: So many codes show how the file's codes are made, of which so many have a digit.
_CODES_THAT_TELL: Final = 20
_WITH_DIGITS: Final = 0.9
_SIGN: Final = re.compile(r"[^\w&]|\d")
#: Where the noun with what belongs to it ends.
_PART: Final = re.compile(r"[,;:(|/]|\s[-–—]\s|\b(?:for|of|to|on|für|auf)\b", re.IGNORECASE)
_BRACKETS: Final = re.compile(r"\([^)]*\)")
#: So many letters at least say of what a compound is.
_SHORTEST: Final = 3
_QUOTED: Final = re.compile('["“”„«»]')


def charges_among(items: Sequence[tuple[str | None, str | None]]) -> list[bool]:
    """Which of a file's items, each a code and a description, are charges and no goods."""
    codes = {code for code, _ in items if code}
    numbered = len(codes) >= _CODES_THAT_TELL and sum(map(_has_digit, codes)) >= _WITH_DIGITS * len(codes)
    return [_is_charge(code or "", name or "", numbered=numbered) for code, name in items]


def _is_charge(code: str, name: str, *, numbered: bool) -> bool:
    said = _plain(_BRACKETS.sub(" ", name))
    words = said.split()
    if _telling_words().isdisjoint(words) and not any(map(_is_compound, words)):
        return False
    if _is_named_charge(name):
        return True
    worded = bool(code) and not _has_digit(code)
    left = _found("sure").sub(" ", said)
    rest = _found("doubtful").sub(" ", left)
    if left != said:
        return _only_beside(rest) or (numbered and worded)
    # A manual or a sample may be sold, but then it has a code as the other goods have.
    return worded and rest != said and _only_beside(rest)


def _is_named_charge(name: str) -> bool:
    """Whether the noun that says what the line is names a charge: German and English have it last, the others first."""
    said = _plain(_PART.split(name.strip(), maxsplit=1)[0])
    words, known = said.split(), vocabulary("charge")
    if not words or known["goods"] & set(words) or _QUOTED.search(name):
        return False
    if _found("voucher").search(said) and _found("redeemed").search(said):
        return True
    begins = _found("first").match(said)
    return begins is not None or words[-1] in known["last"] or _is_compound(words[0]) or _is_compound(words[-1])


def _is_compound(word: str) -> bool:
    """Whether a German word names a charge at its end, and of what before."""
    return word.endswith(_endings()) and any(
        word.endswith(one) and len(word) >= len(one) + _SHORTEST for one in _endings()
    )


@cache
def _endings() -> tuple[str, ...]:
    return tuple(sorted(vocabulary("charge")["ending"]))


@cache
def _telling_words() -> frozenset[str]:
    """With one of these every charge begins that is no compound; most goods have none of them."""
    known = vocabulary("charge")
    phrases = known["sure"] | known["doubtful"] | known["first"] | known["last"] | known["voucher"]
    return frozenset(plain.split()[0] for plain in map(_plain, phrases) if plain)


def _plain(name: str) -> str:
    """Words alone, without figures, signs and single letters (of an amount, an abbreviation)."""
    return " ".join(one for one in _SIGN.sub(" ", phrase(name)).split() if len(one) > 1 or one == "&")


def _has_digit(code: str) -> bool:
    return any(sign.isdigit() for sign in code)


def _only_beside(words: str) -> bool:
    return not _found("beside").sub(" ", words).split()


@cache
def _found(name: str) -> re.Pattern[str]:
    """The phrases of a list, the longest first."""
    plain = map(re.escape, filter(None, map(_plain, vocabulary("charge")[name])))
    return re.compile(rf"\b(?:{'|'.join(sorted(plain, key=lambda one: (-len(one), one)))})\b")
