"""Statements in a text: which fact a clause rests on, and what can surely be called wrong.

Wrong are a promise that no fact holds and a clause that denies what its fact states. All else that no fact covers is
the person's own words, which they read before the email goes out: no rules of ours can tell whether it is true. A
clause rests on the fact in which most of its words occur, by their stems or with their meaning.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from services.outreach.claims.clauses import Clause
from services.outreach.claims.found import Found, Part
from services.outreach.claims.sentences import is_sign_off
from services.outreach.claims.sources import NO_SOURCE, Source
from services.outreach.claims.text import Span, Word, fold, lower, stems, within
from services.outreach.claims.text import words as words_of
from services.outreach.claims.vocabulary import vocabulary

_NEGATED: Final = re.compile(r"\b(?:not|never|no|none|nobody|without|neither|nor|failed to|cannot)\b|n't\b")
_GUARANTEE: Final = re.compile(
    r"\b(?:guarantee\w*|promis(?:e|es|ing)|assur(?:e|es|ed|ing)|rest assured|you have my word|"
    r"i give you my word|swear|pledge\w*|"
    r"commit(?:ted|ment)? (?:to|ourselves)|(?:will|won't|'ll|shall|can|does|would) (?:not |never |"
    r"no longer )+(?:happen|occur|be repeated|see|have)|"
    r"never again|no longer (?:happen|occur)|(?:will|'ll) (?:always|never)|by (?:then|tomorrow|tonight|noon|"
    r"the end of)|within the (?:hour|day|week)|"
    r"last chance|(?:nearly|almost|soon) gone|sold out|running low|selling fast|one of the last|your (?:own |"
    r"exact )?words (?:were|are)(?!:? ?\")|only (?:today|until)|expires?|while (?:stocks?|supplies) lasts?|"
    r"act now|hurry|deadline|"
    r"final notice|legal action)\b"
)
#: These promise or press even in a question.
_PRESSING: Final = re.compile(
    r"guarantee|promis|assur|pledge|gone|last|sold|selling|running|expire|hurry|deadline|act now"
)
_SAID: Final = re.compile(
    r"\b(?:you|your team|your colleagues?) (?:\w+ ){0,2}(?:told|said|wrote|mentioned|reported|called|described|"
    r"asked|found|complained|praised|rated|gave|felt|liked|praised|noted|pointed out|put it|named|kindly)\b|"
    r"\byour (?:\w+ ){0,2}(?:review|words|verdict|comment|feedback|message|note|remark|survey|answer|rating|complaint|"
    r"ticket)\b|\bin your (?:own )?words\b"
)
#: "Not" that says how things ought to be denies nothing.
_NORMS: Final = re.compile(
    r"\b(?:should|must|need)(?:n't| not| never)\b"
    r"|\b(?:is|was|are|were|'s|has been|have been)(?:n't| not| never) (?:at all )?(?:what|how|who|where|"
    r"the (?:way|kind|sort|"
    r"standard|experience|service|case)|up|as|good|acceptable|our|worthy|right|something|on|it\b|that\b|this\b|"
    r"in line|enough|easy|nice)\b"
    r"|\b(?:do|did|does|would|could)(?:n't| not| never) (?:want|mean|intend|like|wish|expect|deserve|meet|"
    r"live up|match|"
    r"help|seem|hesitate|feel|reflect|represent|know|think|come|go|be|take)\b"
    r"|\bnot (?:so |too |very )?long ago\b|\bno strangers? to us\b|"
    r"\b(?:no|not a) (?:excuse|way|reason|fun|small|matter)\b|"
    r"\bnot (?:only|just|to mention|least|sure|yet sure)\b|\bwithout\b"
)
#: A template's run of fewer words may stand in any text by chance.
_LEAST_FIXED: Final = 3


@dataclass(frozen=True, slots=True)
class Verdict:
    """The words of a clause that facts cover, and the fact that covers most of them."""

    covered: tuple[Span, ...]
    source: Source | None


def find_statements(part: Part, found: Sequence[Found]) -> Iterator[Found]:
    """Yield statements: those of the facts' own words, those that facts cover, and sentences that none covers.

    Parameters
    ----------
    found
        What was found already; its places are judged, and are no part of a statement.
    """
    taken: list[tuple[int, int]] = [(one.start, one.end) for one in found]
    fixed = list(_fixed(part))
    flagged = [one for one in part.sentences if _is_flagged(part, one, [*taken, *fixed], fixed)]
    told = list(_told(part, taken))
    for one in told:
        if not within((one.start, one.end), flagged):
            taken.append((one.start, one.end))
            yield one
    for sentence in part.sentences:
        if sentence in flagged:
            yield Found(*sentence, "statement", label=NO_SOURCE)
        elif not within(sentence, taken):
            yield from _traced(part, sentence, taken)


def _is_flagged(part: Part, sentence: Span, taken: Sequence[tuple[int, int]], fixed: Sequence[tuple[int, int]]) -> bool:
    guaranteed = [one for one in _GUARANTEE.finditer(part.small, *sentence) if not within(one.span(), fixed)]
    if guaranteed and not _guaranteed(part, sentence):
        return True
    return any(_fails(part, clause, taken, fixed) for clause in _clauses(part, sentence))


def _fixed(part: Part) -> Iterator[Span]:
    """Places where the template's own words stand, those that are too short to be known again left out."""
    for text in part.context.fixed_parts:
        wanted = lower(fold(text)).split()
        if sum(word.strip(",.;:!?").isalpha() for word in wanted) < _LEAST_FIXED:
            continue
        before, after = (r"(?<!\w)" if wanted[0][0].isalnum() else ""), (r"(?!\w)" if wanted[-1][-1].isalnum() else "")
        for found in re.finditer(before + r"\s+".join(map(re.escape, wanted)) + after, part.small):
            yield Span(*found.span())


def _clauses(part: Part, sentence: Span) -> list[Clause]:
    return [clause for clause in part.clauses if sentence.start <= clause.start < sentence.end]


def _guaranteed(part: Part, sentence: Span) -> bool:
    """Whether a fact other than a customer's words holds the promise that is spoken of, or nothing is promised."""
    said = {
        word.stem
        for found in _GUARANTEE.finditer(part.small, sentence.start, sentence.end)
        for word in words_of(found.group())
    }
    known = vocabulary()
    wanted = {known.meaning(one) for one in said} - known.light - known.courteous
    asking = all(clause.kind == "open" for clause in _clauses(part, sentence))
    pressing = any(_PRESSING.search(found.group()) for found in _GUARANTEE.finditer(part.small, *sentence))
    return (bool(wanted) and wanted <= part.sources.meanings) or (asking and not pressing)


def _fails(part: Part, clause: Clause, taken: Sequence[tuple[int, int]], fixed: Sequence[tuple[int, int]]) -> bool:
    said = part.small[clause.start : clause.end].strip(" ,;:()-")
    if is_sign_off(said) or clause.topic or clause.kind == "open":
        return False
    if any(one.start <= clause.start and clause.end <= one.end + 1 for one in map(Span._make, fixed)):
        return False
    verdict = judge(part, clause, taken)
    return bool(verdict.covered) and _denies(part, said, verdict)


def judge(part: Part, clause: Clause, taken: Iterable[tuple[int, int]]) -> Verdict:
    """Return what covers a clause."""
    known = vocabulary()
    phrases = _phrases(part, clause)
    idioms = [one.span() for one in known.idioms.finditer(part.small, clause.start, clause.end)]
    skipped = [*taken, *idioms, *(span for span, _ in phrases)]
    sentence = part.sentence_at(clause.start)
    attributed = bool(_SAID.search(part.small, sentence.start, sentence.end))
    asked: list[tuple[Span, tuple[str, ...]]] = [
        (Span(word.start, word.end), (known.meaning(word.stem),)) for word in _wanted(part, clause, skipped)
    ]
    covered: list[Span] = []
    best: dict[int, int] = {}
    for span, meanings in [*asked, *phrases]:
        holders = [at for at, source in enumerate(part.sources.all) if set(meanings) <= _meanings(source, attributed)]
        if holders:
            covered.append(span)
            for at in holders:
                best[at] = best.get(at, 0) + 1
    first = max(best, key=lambda one: (best[one], -one)) if best else None
    return Verdict(tuple(sorted(covered)), None if first is None else part.sources.all[first])


def _meanings(source: Source, attributed: bool) -> frozenset[str]:
    return source.meanings | source.told if attributed else source.meanings


def _wanted(part: Part, clause: Clause, skipped: Sequence[tuple[int, int]]) -> Iterator[Word]:
    light = vocabulary().light
    for word in part.words:
        inside = clause.start <= word.start < clause.end
        if inside and word.stem not in light and not within((word.start, word.end), skipped):
            yield word


def _phrases(part: Part, clause: Clause) -> list[tuple[Span, tuple[str, ...]]]:
    """Turns of phrase that mean a word: "did not reach you on time" is late."""
    return [
        (Span(found.start(), found.end()), means)
        for finds, means in vocabulary().phrases
        for found in finds.finditer(part.small, clause.start, clause.end)
    ]


def _denies(part: Part, said: str, verdict: Verdict) -> bool:
    """Whether a clause denies what its source states: "your order did not reach you late"."""
    if not _negated(_NORMS.sub(" ", said)):
        return False
    known = vocabulary()
    stated = {known.meaning(one) for span in verdict.covered for one in stems(part.text[span.start : span.end])}
    return not any(
        stated & source.meanings >= stated - known.courteous
        and any(_negated(text) for text in (source.fact.words, *(value.text for value in source.fact.values)))
        for source in part.sources.all
        if source.fact.group != "suggestion" or " yet" in said or _names_category(source, said)
    )


def _names_category(source: Source, said: str) -> bool:
    """Whether a clause names a category of a suggestion: only of it the suggestion says "not bought yet"."""
    return any(value.kind == "category" and lower(fold(value.text)) in said for value in source.fact.values)


def _negated(text: str) -> bool:
    """Whether a text denies, apart from turns of phrase that state something: "did not reach you on time" is late."""
    plain = lower(fold(text))
    for finds, _ in vocabulary().phrases:
        plain = finds.sub(" ", plain)
    return bool(_NEGATED.search(plain))


def _told(part: Part, taken: Sequence[tuple[int, int]]) -> Iterator[Found]:
    """Places where the text states what a fact states, in its words: "reached you late"."""
    light = vocabulary().light
    stated = [
        (source, value.text)
        for source, value in part.sources.values("statement")
        if sum(one not in light for one in stems(value.text)) > 1
    ]
    used = list(taken)
    said = tuple(word.stem for word in part.words)
    for source, text in sorted(stated, key=lambda one: -len(one[1])):
        wanted = stems(text)
        for at in range(len(said) - len(wanted) + 1):
            if said[at] != wanted[0] or said[at : at + len(wanted)] != wanted:
                continue
            span = Span(part.words[at].start, part.words[at + len(wanted) - 1].end)
            if "\n" not in part.text[span.start : span.end] and not within(span, used):
                used.append(span)
                yield Found(*span, "statement", source)


def _traced(part: Part, sentence: Span, taken: Sequence[tuple[int, int]]) -> Iterator[Found]:
    """The words that a fact covers, from the first to the last, in the first clause of a sentence that has any."""
    if not part.sources.all:
        return
    for clause in _clauses(part, sentence):
        if clause.kind == "open":
            continue
        verdict = judge(part, clause, taken)
        if verdict.source is not None and verdict.covered:
            yield Found(verdict.covered[0].start, verdict.covered[-1].end, "statement", verdict.source)
            return
