"""Find in a question what means something: periods, comparisons, references to one row, phrases of the vocabulary."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final, NamedTuple

from models.values.metrics import Operator
from services.assistant.times import TIME_WORDS, Time, time_at
from services.assistant.tokens import Token, stem
from services.assistant.vocabulary import ARTICLES, Sense, Vocabulary

_BEFORE: Final[Sequence[tuple[Operator, str]]] = (
    ("<=", "no more than|not more than|at most|up to|maximum of|at the most|not over|not above|<=|≤"),
    (">=", "no less than|not less than|no fewer than|at least|minimum of|or at least|>=|≥"),
    (">", "more than|greater than|higher than|larger than|bigger than|longer than|better than|older than|over|above"),
    (">", "exceeding|exceed|in excess of|beyond|>"),
    ("<", "less than|fewer than|lower than|smaller than|shorter than|worse than|under|below|beneath|<"),
    ("=", "exactly|equal to|equal|precisely|="),
)
_AFTER: Final[Sequence[tuple[Operator, str]]] = (
    (">=", "+|or more|or higher|or above|or over|or better|or greater|and more|and above|and over|and up|plus|upward"),
    ("<=", "or less|or fewer|or lower|or below|or under|or worse|and below|and under|and lower"),
)
_MONEY: Final = frozenset(["$", "£", "€", "dollar", "usd", "euro", "eur", "pound", "gbp"])
_LENGTHS: Final = {"day": 1, "week": 7, "month": 30, "quarter": 91, "year": 365}
#: Words that a question which goes on begins with; elsewhere "only" and "same" change what is asked.
_OPENERS: Final = frozenset({"only", "just", "now", "same", "instead", "but", "what"})
#: Stand within phrases without changing them: "a close date that has already gone by".
_ADVERBS: Final = frozenset(
    ("already", "still", "just", "really", "actually", "also", "ever", "even", "currently", "now")
)
#: Begins the word of a token that something else has read already.
TAKEN: Final = "\0"
#: Nouns that a number after them refers to.
REFERRED: Final = {"customer": "customers", "client": "customers", "account": "customers", "deal": "deals",
                    "opportunity": "deals", "ticket": "tickets", "order": "orders", "case": "tickets"}  # fmt: skip
_BETWEEN: Final = frozenset({"number", "no", "id", "the", "#", "nr"})


class Comparison(NamedTuple):
    """A number that something is compared with; unit: ``money``, ``%``, ``days``, ``star``, ``times`` or ''."""

    operator: Operator
    value: float
    unit: str = ""
    said: bool = True


@dataclass(frozen=True, slots=True)
class Span:
    """Some tokens that mean one thing, or one of several.

    Attributes
    ----------
    weight
        How many words of it carry meaning.
    quiet
        Whether the question loses nothing if it finds no place.
    """

    start: int
    end: int
    meanings: tuple[Sense, ...] = ()
    time: Time | None = None
    comparisons: tuple[Comparison, ...] = ()
    reference: tuple[str, str] | None = None
    number: int | None = None
    weight: float = 1.0
    quiet: bool = False

    def of(self, kind: str) -> tuple[Sense, ...]:
        """Return its meanings of one kind."""
        return tuple(one for one in self.meanings if one.kind == kind)


@dataclass(frozen=True)
class Parsed:
    """A question's spans, in their order, and the words of weight that none has."""

    tokens: tuple[Token, ...]
    spans: tuple[Span, ...]
    unread: tuple[str, ...] = field(default=())

    def words(self, span: Span) -> str:
        """Return a span as it was written."""
        return " ".join(one.said for one in self.tokens[span.start : span.end])


def find(tokens: tuple[Token, ...], vocabulary: Vocabulary, today: date) -> Parsed:
    """Return what the tokens of a question mean; longer phrases win over shorter ones."""
    spans: list[Span] = []
    unread: list[str] = []
    at = 0
    while at < len(tokens):
        one = _at(tokens, at, vocabulary, today)
        if one is not None:
            if not one.of("filler"):
                spans.append(one)
            at = one.end
            continue
        token = tokens[at]
        known = (
            token.word.startswith(TAKEN)
            or (at == 0 and token.word in _OPENERS)
            or token.word in vocabulary.harmless
            or token.said in vocabulary.harmless
            or token.word in ARTICLES
        )
        if not known and not (len(token.word) == 1 and not token.word.isalnum()):
            unread.append(token.said)
        at += 1
    return Parsed(tokens, tuple(spans), tuple(unread))


def corrected(tokens: tuple[Token, ...], vocabulary: Vocabulary) -> tuple[Token, ...]:
    """Return the tokens with words that no vocabulary has replaced by those they are most like."""
    return tuple(
        replace(one, word=stem(_nearest(one.said, vocabulary))) if _is_strange(one, vocabulary) else one
        for one in tokens
    )


def _is_strange(token: Token, vocabulary: Vocabulary) -> bool:
    return (
        token.number is None
        and len(token.said) >= 4
        and token.word.isalpha()
        and token.word not in vocabulary.words
        and token.word not in TIME_WORDS
        and token.said not in vocabulary.words
    )


def _nearest(word: str, vocabulary: Vocabulary) -> str:
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    most = 1 if len(word) <= 7 else 2
    near = [one for one in vocabulary.words if abs(len(one) - len(word)) <= most + 1 and len(one) >= 4
            and not (len(word) <= 5 and _is_another(word, one))]  # fmt: skip
    found = process.extract(word, near, scorer=OSA.distance, score_cutoff=most, limit=8)
    if not found and word.endswith("s"):
        found = process.extract(word[:-1], near, scorer=OSA.distance, score_cutoff=most, limit=8)
    if not found:
        return word
    # Of those as near, the one of the same letters, that begins alike, and that the most phrases have.
    best = min(found, key=lambda one: (one[1], sorted(one[0]) != sorted(word), one[0][0] != word[0],
                                       -vocabulary.words[one[0]], one[0]))  # fmt: skip
    # A word in passing is taken only for one of the same letters: "fell apart" is no "feel apart".
    like = best[1] <= 1 and sorted(best[0]) == sorted(word) and best[0][0] == word[0]
    return str(best[0]) if like or vocabulary.words[best[0]] else word


def _is_another(word: str, known: str) -> bool:
    """Whether a short word has another letter in place of one: "fire" is no typing mistake for "firm"."""
    forms = (word, word[:-1]) if word.endswith("s") else (word,)
    return all(len(one) == len(known) and sorted(one) != sorted(known) for one in forms)


def _at(tokens: tuple[Token, ...], at: int, vocabulary: Vocabulary, today: date) -> Span | None:
    phrase = _phrase(tokens, at, vocabulary)
    time = time_at(tokens, at, today)
    if time is not None and (phrase is None or time[0] >= phrase.end):
        return Span(at, time[0], time=time[1])
    compared = _comparison(tokens, at)
    if compared is not None and (phrase is None or compared.end > phrase.end):
        return compared
    if phrase is not None:
        return phrase
    token = tokens[at]
    if token.number is not None and token.number == int(token.number) and token.word != "one":
        return Span(at, at + 1, number=int(token.number))
    return None


def _phrase(tokens: tuple[Token, ...], at: int, vocabulary: Vocabulary) -> Span | None:
    """The longest phrase of the vocabulary that begins at a token, articles and then adverbs left out."""
    if tokens[at].word in ARTICLES:
        return None
    plain = _longest(tokens, at, vocabulary, frozenset())
    if not any(one.said in _ADVERBS for one in tokens[at + 1 : at + 2 * vocabulary.longest]):
        return plain
    looser = _longest(tokens, at, vocabulary, _ADVERBS)
    return looser if plain is None or (looser is not None and looser.weight > plain.weight) else plain


def _longest(tokens: tuple[Token, ...], at: int, vocabulary: Vocabulary, left_out: frozenset[str]) -> Span | None:
    words: list[str] = []
    found: Span | None = None
    for end in range(at, min(len(tokens), at + 2 * vocabulary.longest)):
        if tokens[end].word in ARTICLES or (words and tokens[end].said in left_out):
            continue
        words.append(tokens[end].word)
        if len(words) > vocabulary.longest:
            break
        meanings = vocabulary.phrases.get(tuple(words))
        if meanings is None and tokens[end].said != tokens[end].word:
            meanings = vocabulary.phrases.get((*words[:-1], tokens[end].said))
        if meanings is not None:
            plain = len(words) == 1 and tokens[end].said in vocabulary.harmless
            quiet = plain and all(one.kind in ("value", "field") for one in meanings)
            found = Span(at, end + 1, meanings, weight=float(len(words)), quiet=quiet)
    return found


def reference_at(tokens: tuple[Token, ...], at: int) -> Span | None:
    """``customer 42``, ``deal #245``, ``opportunity with id 245``."""
    entity = REFERRED.get(tokens[at].word)
    if entity is None:
        return None
    end = at + 1
    if end + 1 < len(tokens) and tokens[end].word == "with" and tokens[end + 1].word in ("id", "number", "the"):
        end += 1
    while end < len(tokens) and tokens[end].word in _BETWEEN and end - at < 4:
        end += 1
    if end >= len(tokens):
        return None
    token = tokens[end]
    is_id = token.word.startswith("#") or (token.number is not None and token.word.isdigit()) or (
        any(one.isdigit() for one in token.word) and token.word[0].isalpha()
    )  # fmt: skip
    after = tokens[end + 1].word if end + 1 < len(tokens) else ""
    if not is_id or after in _LENGTHS or after in ("%", "or", "+"):
        return None
    return Span(at, end + 1, reference=(entity, token.said.lstrip("#")), weight=2.0)


def _comparison(tokens: tuple[Token, ...], at: int) -> Span | None:
    between = _between(tokens, at) or _either(tokens, at)
    if between is not None:
        return between
    operator, begun = _operator(tokens, at, _BEFORE)
    number = _number(tokens, begun)
    if number is None:
        return None
    end, value, unit = number
    if operator is None:
        operator, end = _operator(tokens, end, _AFTER)
        if operator is None and unit == "":
            return None
        if unit == "" and end < len(tokens) and (tokens[end].word in ("star", "%") or tokens[end].word in _LENGTHS):
            end, unit, value = _unit(tokens, end, value)
        if operator is None:
            if unit in ("days", "money"):
                return None
            return Span(at, end, comparisons=(Comparison("=", value, unit, said=False),))
    return Span(at, end, comparisons=(Comparison(operator, value, unit),), weight=2.0)


def _operator(tokens: tuple[Token, ...], at: int, known: Sequence[tuple[Operator, str]]) -> tuple[Operator | None, int]:
    said = [one.said for one in tokens[at : at + 4]]
    each = ((words.split(), operator) for operator, phrases in known for words in phrases.split("|"))
    found = [(len(words), operator) for words, operator in each if said[: len(words)] == words]
    if not found:
        return None, at
    length, operator = max(found, key=lambda one: one[0])
    return operator, at + length


def _number(tokens: tuple[Token, ...], at: int) -> tuple[int, float, str] | None:
    begun = at
    while begun < len(tokens) and (tokens[begun].word in _MONEY or tokens[begun].word in ("a", "the", "of")):
        begun += 1
    unit = "money" if any(one.word in _MONEY for one in tokens[at:begun]) else ""
    if begun >= len(tokens) or tokens[begun].number is None:
        days = _LENGTHS.get(tokens[begun].word) if at < begun < len(tokens) and tokens[begun - 1].word == "a" else None
        return (begun + 1, float(days), "days") if days is not None else None
    value, end = tokens[begun].number or 0.0, begun + 1
    while end < len(tokens) and tokens[end].word in ("hundred", "thousand", "million"):
        value *= {"hundred": 100, "thousand": 1_000, "million": 1_000_000}[tokens[end].word]
        end += 1
    if unit:
        return end, value, unit
    end, unit, value = _unit(tokens, end, value)
    return end, value, unit


def _unit(tokens: tuple[Token, ...], at: int, value: float) -> tuple[int, str, float]:
    word = tokens[at].word if at < len(tokens) else ""
    if word == "%":
        return at + 1, "%", value
    if word in _MONEY:
        return at + 1, "money", value
    if word == "star":
        return at + 1, "star", value
    if word in _LENGTHS:
        return at + 1, "days", value * _LENGTHS[word]
    if word == "time":
        return at + 1, "times", value
    if word in ("hour", "minute"):
        return at + 1, "hours", value / (60 if word == "minute" else 1)
    return at, "", value


def _between(tokens: tuple[Token, ...], at: int) -> Span | None:
    if tokens[at].word not in ("between", "from"):
        return None
    low = _number(tokens, at + 1)
    if low is None or low[0] >= len(tokens) or tokens[low[0]].word not in ("and", "to"):
        return None
    high = _number(tokens, low[0] + 1)
    if high is None:
        return None
    unit = high[2] or low[2]
    return Span(at, high[0], comparisons=(Comparison(">=", low[1], unit), Comparison("<=", high[1], unit)), weight=2.0)


def _either(tokens: tuple[Token, ...], at: int) -> Span | None:
    """``1 or 2 stars``: two numbers that follow each other, with a unit."""
    low = _number(tokens, at)
    if low is None or low[0] >= len(tokens) or tokens[low[0]].word not in ("or", "to"):
        return None
    high = _number(tokens, low[0] + 1)
    if high is None or high[2] != "star" or high[1] != low[1] + 1:
        return None
    bounds = (Comparison(">=", low[1], "star"), Comparison("<=", high[1], "star"))
    return Span(at, high[0], comparisons=bounds, weight=2.0)
