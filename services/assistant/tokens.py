"""A question as tokens: words without endings, numbers with their units, and where each stands in the question."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

#: Longer questions are cut: nobody asks for more in one sentence.
MOST_CHARACTERS: Final = 1_000
_PIECES: Final = re.compile(
    r"\d{4}-\d{2}-\d{2}|#?\d+(?:[.,]\d+)*[km]?(?![\w])|\d+(?=[a-z])|>=|<=|≥|≤|!=|[<>=%$€£?+;:,]|[^\W\d_](?:[\w&]*\w)?|\d+"
)
_DID: Final = "opened|clicked|answered|bought|ordered|used|returned|got|received|read|placed|made|spent|wrote|left"
_GAVE: Final = "send|sends|sending|sent|give|gave|bring|brought"
_REWRITES: Final = (
    (re.compile(r"[’`´]"), "'"),
    (re.compile(r"\bcan't\b|\bcannot\b"), "can not"),
    (re.compile(r"\bwon't\b"), "will not"),
    (re.compile(r"n't\b"), " not"),
    (re.compile(r"\b(have|did|does|do|has|was|were|is|are)nt\b"), r"\1 not"),
    (re.compile(r"\b(who|what|which|how|where)s\b"), r"\1 is"),
    (re.compile(r"'(?:s|re|ve|ll|d|m)\b"), " "),
    (re.compile(r"\bper ?cent\b|\bpct\b"), "%"),
    (re.compile(r"\be-mail"), "email"),
    (re.compile(r"\bavg\b\.?|\bave\b\.?"), "average"),
    (re.compile(r"\bw/o\b"), "without"),
    # "Agent by agent" is "by agent", "sent the trousers back" "returned trousers", "opened none of" "never opened any".
    (re.compile(r"\b(\w{3,}) by \1\b"), r"by \1"),
    (re.compile(rf"\b(?:{_GAVE}) (?:the |a |an |our |their |some )?(\w+) back\b"), r"returned \1"),
    (re.compile(rf"\b({_DID}) (?:absolutely )?(?:none of|nothing|none|no|not a single)\b"), r"never \1 any"),
    (re.compile(r"(?<=[a-z])-(?=[a-z])|(?<=\d)-(?=[a-z])|(?<=[a-z])/(?=[a-z])|_"), " "),
)
_NUMBERS: Final = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
    " eighteen nineteen twenty"
)
_NUMBER_WORDS: Final = {word: number for number, word in enumerate(_NUMBERS.split())} | {
    "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "ninety": 90, "dozen": 12, "hundred": 100, "thousand": 1000,
    "twice": 2, "once": 1,
}  # fmt: skip
_KEPT: Final = frozenset(
    [
        "is",
        "was",
        "has",
        "this",
        "less",
        "across",
        "business",
        "address",
        "status",
        "previous",
        "plus",
        "bus",
        "news",
        "always",
        "yes",
    ]
)


@dataclass(frozen=True, slots=True)
class Token:
    """One word, number or sign of a question.

    Attributes
    ----------
    word
        In small letters, without accents, endings of the plural taken off.
    number
        Its value where it is a number.
    said
        As it was written.
    """

    word: str
    said: str
    number: float | None = None


def tokens_of(question: str) -> tuple[Token, ...]:
    """Return the tokens of a question."""
    text = unicodedata.normalize("NFKC", question[:MOST_CHARACTERS])
    folded = text.lower()
    for pattern, by in _REWRITES:
        folded = pattern.sub(by, folded)
    return tuple(_token(piece) for piece in _PIECES.findall(folded))


def _token(piece: str) -> Token:
    if piece[0] == "#" or piece[0].isdigit():
        bare = piece.lstrip("#")
        factor = {"k": 1_000, "m": 1_000_000}.get(bare[-1], 1)
        digits = bare.rstrip("km").replace(",", "") if re.fullmatch(r"\d{1,3}(,\d{3})*(\.\d+)?[km]?", bare) else bare
        try:
            return Token(piece, piece, float(digits.replace(",", ".")) * factor)
        except ValueError:
            return Token(piece, piece)
    if piece in _NUMBER_WORDS:
        return Token(piece, piece, float(_NUMBER_WORDS[piece]))
    return Token(stem(piece), piece)


def stem(word: str) -> str:
    """Return a word without accents and without the ending of a plural."""
    plain = "".join(one for one in unicodedata.normalize("NFD", word.lower()) if not unicodedata.combining(one))
    if len(plain) <= 3 or plain in _KEPT or plain.endswith(("ss", "us")):
        return plain
    if plain.endswith("ies") and len(plain) > 4:
        return f"{plain[:-3]}y"
    if re.search(r"(?:[sx]|ch|sh)es$", plain):
        return plain[:-2] if not plain.endswith(("ases", "uses", "oses", "ises")) else plain[:-1]
    return plain[:-1] if plain.endswith("s") and not plain.endswith("is") else plain


def stems(phrase: str) -> tuple[str, ...]:
    """Return a phrase as the words that tokens of the same phrase have."""
    return tuple(one.word for one in tokens_of(phrase))
