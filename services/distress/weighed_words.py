"""What a text says, by weighted word lists in four languages: that somebody leaves, or that it is an urgent complaint.

People say it in too many ways for a list of phrases made by hand ("Come and get the propane tank."), so the lists are
learnt: logistic regressions of words and pairs of words of thousands of short texts, each marked by the person who
wrote it. What they learnt is a file of `resources/lexicon`, which can be read, and is all that the program needs.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache, lru_cache
from itertools import combinations, pairwise
from math import sqrt
from pathlib import Path
from typing import Final, NamedTuple

from services.distress.lexicon import LEXICON_FILES, plain

MEANINGS: Final = LEXICON_FILES / "leaving_meanings.txt"
#: How many characters of a sentence are quoted: whole ones but for those that do not end.
QUOTED: Final = 300
#: A text is read so far: who leaves says so before.
_READ: Final = 4_000
#: Weights are written as whole thousandths.
SCALE: Final = 1_000
#: How much the sentence that says it most clearly counts beside the whole text.
CLEAREST: Final = 0.3
#: Texts that many customers get or send alike, and words, are looked at once.
REMEMBERED: Final = 10_000
_BEGINNING: Final = 5
#: Stands before what is denied: a word that says it, its beginning, and what it means.
_DENIED: Final = "¬"
#: Words of these meanings deny what follows in their clause, so many words on; "nicht" also what stands before it.
_DENYING: Final = frozenset({"NOT", "NEVER", "NOBODY"})
_DENIES_AFTER, _DENIES_BEFORE = 5, 3
_BEHIND_VERB: Final = frozenset({"nicht", "nich", "net", "nie", "niemals"})
#: Where what is denied ends: at a sign, and before a word that joins another clause.
_CLAUSE: Final = re.compile(
    r"[,:;()–—…]|\s-+\s|(?=\b(?:and|but|because|so|since|if|unless|although|und|aber|sondern|weil|denn|wenn|falls|obwohl"
    r"|doch|et|mais|parce|car|si|donc|alors|y|pero|porque|sino|aunque)\b)"
)
#: Beginnings are no shorter; words from this length on are known by their consonants too.
_SHORTEST, _SPELT_FROM = 3, 6
_VOWELS: Final = frozenset("aeiouy")
_TOKEN: Final = re.compile(r"[^\W_]+|[!?]")
SENTENCE: Final = re.compile(r"[^.!?;\n]+(?:[.!?](?=\w)[^.!?;\n]+)*[.!?;\n]*")
_QUOTED_LINE: Final = re.compile(r"(?m)^[ \t]*>.*$")
_QUOTED_SPAN: Final = re.compile(r"“[^”]{12,}”|„[^“”]{12,}[“”]|«[^»]{12,}»|\"[^\"\n]{12,}\"")
_FORWARDED: Final = re.compile(
    r"(?im)^\W*(?:-+ *)?(?:(?:begin )?forwarded message|original message|weitergeleitete nachricht"
    r"|ursprüngliche nachricht|message (?:transféré|d'origine)|mensaje (?:reenviado|original))\b"
    r"|^(?:on|am|le|el) .{4,80}(?:wrote|schrieb.{0,40}|a écrit|escribió) ?: *$"
)

#: What a shop's own customers asked it, up to the end of the sentence: it does not speak of the shop and us.
_RELAYED: Final = re.compile(
    r"(?i)\b(?:(?:an?|one of (?:my|our)|my|our|some|several) customers?(?: of (?:ours|mine))? (?:ha(?:s|ve) )?"
    r"(?:ask(?:ed|s)?|wants? to know)"
    r"|eine?r? (?:unserer |meiner )?kund(?:e|in|innen|en)? (?:fragt|hat (?:mich |uns )?gefragt|will wissen)"
    r"|une? (?:de nos |de mes )?client(?:e|s|es)?(?: à (?:nous|moi))? (?:(?:m'|nous )?a demandé"
    r"|(?:me |nous )?demande|veut savoir)"
    r"|un[ao]? (?:de nuestr[ao]s |de mis )?client[ea]s?(?: (?:nuestr[ao]|mí[ao]))? (?:(?:me |nos )?ha preguntado"
    r"|(?:me |nos )?pregunta|quiere saber))"
    r"\b[^.!?;\n]*"
)


class Meanings(NamedTuple):
    """What words mean: whole ones, by their beginning, and by their spelling."""

    whole: Mapping[str, str]
    begun: Mapping[str, str]
    spelt: Mapping[str, str]


class Learnt(NamedTuple):
    """What was learnt: a text says it where its score is above the bar."""

    weights: Mapping[str, int]
    bar: float


@cache
def learnt(path: Path) -> Learnt:
    """The weights, read once; their first line holds the bar."""
    head, *lines = path.read_text(encoding="utf-8").splitlines()
    weights = {}
    for line in lines:
        feature, weight = line.split("\t")
        weights[feature] = int(weight)
    return Learnt(weights, float(head.split("\t")[1]))


@cache
def meanings(path: Path = MEANINGS) -> Meanings:
    """What words mean, read once."""
    whole: dict[str, str] = {}
    begun: dict[str, str] = {}
    spelt: dict[str, str] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        meaning, _, words = line.partition(": ")
        for word in [] if line.startswith("#") else words.split():
            stem = word.rstrip("*")
            (begun if stem != word else whole).setdefault(stem, meaning)
            if len(stem) >= _SPELT_FROM:
                spelt.setdefault(_spelling(stem), meaning)
    return Meanings(whole, begun, spelt)


@lru_cache(REMEMBERED)
def _meaning(word: str) -> str | None:
    """What a word means: by itself, by its beginning, or misspelt; None for most words."""
    known = meanings()
    found = known.whole.get(word)
    if found is None:
        beginnings = (word[:length] for length in range(len(word), _SHORTEST - 1, -1))
        found = next((known.begun[one] for one in beginnings if one in known.begun), None)
    if found is None and len(word) >= _SPELT_FROM:
        found = known.spelt.get(_spelling(word))
    return found


def _spelling(word: str) -> str:
    """The first letter of a word and the consonants near it, which most misspellings leave as they are."""
    return word[0] + "".join(sorted(set(word[1:_SPELT_FROM]) - _VOWELS))


def features(text: str) -> set[str]:
    """Return the features of a text's sentences; none spans two sentences."""
    return set().union(*map(_features, sentences(text)))


def sentences(text: str) -> list[str]:
    """The sentences of a text; those of signs alone are none."""
    return [one for one in SENTENCE.findall(text) if one.strip()]


def _features(sentence: str) -> set[str]:
    """The words of a sentence, their beginnings, pairs of neighbours and of words with one between, and meanings.

    What is denied is another feature: "we are not leaving" has nothing of "we are leaving" but the words around it.
    """
    marked = [one for clause in _CLAUSE.split(plain(sentence)) for one in _marked(_TOKEN.findall(clause))]
    words = [mark + word for mark, word in marked]
    stems = [mark + word[:_BEGINNING] for mark, word in marked]
    found = set(words)
    found.update(["_" + stem for stem in stems if len(stem.lstrip(_DENIED)) == _BEGINNING])
    found.update([f"{one} {two}" for one, two in pairwise(words)])
    found.update([f"~{one} {two}" for one, two in pairwise(stems)])
    found.update([f".{one} {two}" for one, two in zip(stems, stems[2:], strict=False)])
    return found | _meant(marked)


def _marked(words: list[str]) -> list[tuple[str, str]]:
    """The words of a clause, each after the mark of whether it is denied."""
    denying = [place for place, word in enumerate(words) if _meaning(word) in _DENYING]
    if not denying:
        return [("", word) for word in words]
    denied = {place for one in denying for place in range(one + 1, one + 1 + _DENIES_AFTER)}
    denied.update(place for one in denying if words[one] in _BEHIND_VERB for place in range(one - _DENIES_BEFORE, one))
    denied.difference_update(denying)
    return [(_DENIED if place in denied else "", word) for place, word in enumerate(words)]


def _meant(marked: list[tuple[str, str]]) -> set[str]:
    """The meanings of words: each, neighbours, those with one between, three in a row, and any two."""
    said = [mark + meaning for mark, word in marked if (meaning := _meaning(word)) is not None]
    found = {"@" + one for one in said}
    found.update([f"@{one} {two}" for one, two in pairwise(said)])
    found.update([f"@{one} . {two}" for one, two in zip(said, said[2:], strict=False)])
    found.update([f"@{one} {two} {three}" for one, two, three in zip(said, said[1:], said[2:], strict=False)])
    found.update([f"@{{{one} {two}" for one, two in combinations(sorted(set(said)), 2)])
    return found


def score(found: set[str], weights: Mapping[str, float]) -> float:
    """The sum of a text's weights over the root of how many features it has, so that long texts score as short ones."""
    return sum(filter(None, map(weights.get, found))) / SCALE / sqrt(len(found) or 1)


@lru_cache(REMEMBERED)
def clearest_words(text: str | None, path: Path, in_a_row: int = 1) -> str | None:
    """Return the words that say most clearly what a word list tells, None of a text that does not say it.

    The score is that of the whole text with some of that of its clearest sentence.

    Parameters
    ----------
    text
        What a customer wrote, or what was noted of them, in English, German, French or Spanish.
    path
        The word list.
    in_a_row
        How many sentences are returned: the clearest, and beside it those that say most of it too.

    Returns
    -------
    str or None
        As they wrote it, cut to `QUOTED` characters.
    """
    said = sentences(own_words(text[:_READ])) if text else []
    if not said:
        return None
    weights, bar = learnt(path)
    found = list(map(_features, said))
    scores = [score(one, weights) for one in found]
    whole = scores[0] if len(said) == 1 else score(set().union(*found), weights)
    clearest = max(scores)
    if whole + CLEAREST * clearest <= bar:
        return None
    best, many = scores.index(clearest), min(in_a_row, len(said))
    first = max(
        range(max(0, best - many + 1), min(best, len(said) - many) + 1), key=lambda at: sum(scores[at : at + many])
    )
    words = " ".join("".join(said[first : first + many]).split()).rstrip(";")
    return words if len(words) <= QUOTED else f"{words[: QUOTED - 1].rstrip()}…"


def own_words(text: str) -> str:
    """A text without what its writer quotes, forwards or was asked by others."""
    forwarded = _FORWARDED.search(text)
    if forwarded is not None:
        text = text[: forwarded.start()]
    text = _RELAYED.sub(" ", _QUOTED_LINE.sub("", text))
    return _QUOTED_SPAN.sub(lambda match: match[0] if match[0] == text.strip() else " ", text)
