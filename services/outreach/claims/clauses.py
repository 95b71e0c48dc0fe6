"""Clauses of a sentence, and whether each asserts something: what happened, what we did or will do, or only asks.

A question, an invitation, a wish that is put as a condition, or a request asserts nothing; what hangs on it by "that",
"because" or "now that" does. In doubt a clause asserts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final, Literal

from services.outreach.claims.sentences import is_sign_off
from services.outreach.claims.text import Span

#: open: asserts nothing; act: what we did, do or will do; assertion: anything else that is stated.
Kind = Literal["open", "act", "assertion"]


@dataclass(frozen=True, slots=True)
class Clause:
    """A part of a sentence with what it does. ``topic`` is a heading: it names, and has no verb to state with."""

    start: int
    end: int
    kind: Kind
    topic: bool = False


_SUBJECT = r"(?:i|we|you|he|she|they|it|this|that|these|those|there|our|your|the|my|everything|everyone|nothing)\b"
_WE = (
    r"(?:i|we|our (?:[a-z-]+ ){0,2}[a-z-]+|my (?:team|colleagues?)|the (?:team|warehouse|store|shop|company|workshop))"
)
_AUX = (
    r"(?:am|is|are|was|were|do|does|did|have|has|had|would|could|can|will|shall|may|might|should|isn't|aren't|don't|"
    r"doesn't|didn't|haven't|hasn't|wouldn't|couldn't|can't|won't)"
)
_SPLIT: Final = re.compile(
    r"[;:()]|(?<=\s)--?(?=\s)|,(?! (?:20|19)\d\d)|"
    rf"\s(?=(?:and|but|so|or|yet|then) (?:(?:also|then|now|therefore|that is why) )?(?:{_SUBJECT}|would|could|"
    rf"will|have|has|please))|"
    r"\s(?=(?:because|although|though|even though|whereas|while|if|unless|whether)\b)|"
    rf"\s(?=(?:since|now that|as|after|before|until|when|once|where) {_SUBJECT})|"
    rf"\s(?=(?:that|which|who|whom|whose) (?:{_SUBJECT}|{_AUX}\b|[a-z]+ed\b))|"
    r"\s(?=(?:that) [a-z]+ (?:is|are|was|were|has|have|will)\b)",
    re.IGNORECASE,
)
_LEAD: Final = re.compile(
    r"(?:(?:and|but|so|or|yet|then|also|of course|in (?:that|any) case|in the meantime|meanwhile|however|perhaps|maybe|"
    r"naturally|either way|as always|again|for now|to begin with|first of all|either|therefore)[, ]+)*",
    re.IGNORECASE,
)
_HYPOTHESIS: Final = re.compile(
    r"(?:even )?(?:if|unless|whether|should (?:you|that|this|it|there)|in case|what|how|why|where|whatever|whichever)\b"
    r"|(?:when|once|as soon as|until|before|after|so that) (?:you|it|that|this|we|i)\b(?!.*\b(?:have|has|had|"
    r"was|were|did|[a-z]{2,}ed)\b)"
    r"|(?:whenever|wherever|so that you can|for when)\b",
)
#: A question for the reason states that it was so.
_SUPPOSING: Final = re.compile(r"(?:why (?:did|have|are|were) you|what made you|how come you)\b")
_WH: Final = re.compile(r"(?:what|when|where|who|whom|which|why|how)\b")
_DID_YOU_KNOW: Final = re.compile(
    r"(?:did|do) you (?:know|hear|see|notice|realise|realize|remember)|(?:have|had) (?:you|i|we) "
    r"(?:heard|noticed|seen|told|mentioned|said)|are you aware|did (?:i|we) (?:tell|mention|say)|"
    r"can you believe|guess what"
)
_REQUEST: Final = re.compile(
    r"(?:please|let me\b|let us\b|let's|tell (?:me|us)|just (?:tell|let|reply|answer|write|call|say|send)|"
    r"(?:simply |do |a short )?(?:reply|answer|write (?:to|back)|call (?:me|us)|drop (?:me|us)|send (?:me|us)|"
    r"ask (?:me|us)|pick (?:a|any|the|what|whatever)|choose (?:a|any|the|what|whatever)|have a look|"
    r"take (?:your time|a look)|"
    r"feel free|don't hesitate|do not hesitate|say (?:yes|no|the word|so)|name (?:a|the) (?:day|time)|"
    r"do (?:let|tell|say|write|call|get|come|keep|ask)))\b"
)
_PROPOSAL: Final = re.compile(
    r"\b(?:i|we|you|it|that|this|there|one|which|who|they|[a-z]+)(?:'d| would| could| might)\b(?! (?:have|has)\b)"
    r"|^(?:would|could|might|may|shall) |\b(?:i|we) may\b|\bmay i\b|\bwould (?:be|suit|like|love|mean|help|"
    r"make|work|fit|go)\b"
)
_NO_PROPOSAL: Final = re.compile(
    r"\b(?:could|would) (?:now |also |finally |already )*(?:confirm|trace|establish|verify|see that|assure|"
    r"promise|guarantee)\b"
    r"|\bwould (?:like|love|be glad|be happy) to (?:confirm|assure|announce|inform|tell you that|let you know that)\b"
)
_CAN: Final = re.compile(
    r"\b(?:you|i|we) can (?:of course |also |always |gladly |easily |simply |certainly |then )*"
    r"(?:reach|call|write|reply|answer|tell|talk|speak|ask|contact|meet|find a|choose|pick|think|imagine|understand|"
    r"help|do better|be of|arrange a (?:call|time|visit)|set up a|look at|go through|discuss|plan|show)\b"
)
_GLADLY: Final = re.compile(
    r"\b(?:i|we)(?:'m| am|'re| are|'ll be| will be| shall be)(?: always| very| more than| only too)? "
    r"(?:happy|glad|pleased|delighted|ready|here|free|available|at your disposal) (?:to|if|whenever|for)\b"
    r"(?! (?:confirm|announce|inform|report|say|tell|let you know|share|advise))"
)
_NORM: Final = re.compile(
    r"\b(?:should|must) (?:not|never) have to\b|\bshouldn't have to\b|\b(?:we|i) should (?!have\b)|\b(?:nobody|"
    r"no one|no customer) (?:should|"
    r"must) \w+"
)
#: What somebody feels, thinks or sees is no act; what they say of us behind it is.
_INWARD: Final = re.compile(
    r"^(?:i|we) (?:do |did |very |really |truly |deeply |also |only |just |must |have to |had to |can |"
    r"can only |fully |"
    r"sincerely |personally |would |still |always |so |not |did not |do not )*"
    r"(?:hope|wish|trust|fear|believe|think|know|understand|feel|regret|appreciate|realise|realize|see|saw|noticed|learned|"
    r"learnt|read|heard|wanted|want|admit|remember|wonder|care|value|enjoy|enjoyed|apologise|apologize|thank|owe|look|"
    r"missed you|was|were|am|are|have been (?:thinking|wondering)|imagine|love|loved|like|liked|mean|meant|ask)\b"
    r"|^(?:i'm|we're)\b"
)
_OUR_ACT: Final = re.compile(
    r".\b(?:we|our (?:[a-z]+ )?[a-z]+|the (?:team|warehouse))(?:'ve|'ll| have| had| will| did| are going|"
    r" are [a-z]+ing| [a-z]{2,}ed)\b"
)
_PROMISE: Final = re.compile(
    r"\b(?:will|'ll|won't|shall|going to)\b|\b(?:am|are|'m|'re) (?:now |already )*[a-z]+ing (?:your|you|a|the)\b"
)
_COURTEOUS_WILL: Final = re.compile(
    r"\b(?:i|we)(?:'ll| will| shall) (?:of course |also |always |gladly |certainly )*"
    r"(?:be (?:glad|happy|pleased|delighted|here|grateful)|gladly|read|listen|answer|understand|look forward)\b"
)
_ACT: Final = re.compile(
    rf"^{_WE}(?:'ve|'ll|'re|'m)?\b|\b(?:has|have|had) (?:now |already |since |just |also )*been [a-z]+(?:ed|en|t)\b"
    r"|\b(?:will|'ll|won't|shall|going to)\b|\b(?:is|are|was|were) (?:now |already |being )*[a-z]+ed by (?:us|our)\b"
)
_VERB: Final = re.compile(
    r"\b(?:am|is|are|was|were|be|been|being|has|have|had|do|does|did|will|shall|can|could|should|may|might|must|"
    r"[a-z]+n't|[a-z]{2,}ed|sent|made|got|went|came|bought|paid|found|kept|left|lost|won|gave|took|put|set|told|said|"
    r"wrote|chose|began|brought|built|held|knew|met|saw|sold|spoke|stood|thought|here|now|i|we|they|he|she)\b|'(?:ve|re|ll|m|s)\b"
)
_BEHIND: Final = re.compile(
    r"^(?:that|which|who|whom|because|since|now that|as|although|though|even though|after|when|once|before|until|while|"
    r"whereas) "
)
_TOLD: Final = re.compile(r"\byou (?:[a-z]+ )?(?:told|said|wrote|mentioned|asked|complained|promised|agreed)\b")
_FACTUAL: Final = re.compile(r"(?:because|although|though|even though|now that|since|as|whereas|while|after)\b")


def clauses(small: str, sentence: Span, *, heading: bool = False) -> tuple[Clause, ...]:
    """Return the clauses of a sentence, in order and without a gap.

    Parameters
    ----------
    small
        The folded text in small letters.
    heading
        Whether it is a subject line: without a verb it states nothing by itself.
    """
    said = small[sentence.start : sentence.end]
    if is_sign_off(said):
        return (Clause(sentence.start, sentence.end, "open"),)
    topic = (heading or len(said.split()) <= 4) and not _VERB.search(said)
    asked = said.rstrip("\"')").endswith("?")
    cuts = [sentence.start, *(sentence.start + found.start() for found in _SPLIT.finditer(said)), sentence.end]
    made: list[Clause] = []
    before: Kind | None = None
    for start, end in pairwise(cuts):
        part = small[start:end].lstrip(" ,;:()-\n")
        if not part.strip():
            continue
        kind = _kind(part[_end_of_lead(part) :], before, asked)
        if kind == "open" and part.startswith("that ") and made and _TOLD.search(small, made[-1].start, start):
            kind = "assertion"
        made.append(Clause(start, end, kind, topic))
        before = kind
    return tuple(_leading(small, made))


def _leading(small: str, made: list[Clause]) -> Iterator[Clause]:
    """What only leads to an invitation or a question belongs to it: "With winter near, would you like …"."""
    for at, one in enumerate(made):
        leads = at + 1 < len(made) and made[at + 1].kind == "open" and not _VERB.search(small, one.start, one.end)
        yield replace(one, kind="open") if leads else one


def _end_of_lead(part: str) -> int:
    found = _LEAD.match(part)
    return found.end() if found else 0


def _kind(part: str, before: Kind | None, asked: bool) -> Kind:
    if _DID_YOU_KNOW.match(part):
        return "assertion"
    if _opens(part, asked):
        return "open"
    if before == "open" and not _states(part):
        return "open"
    part = _BEHIND.sub("", part)
    if not _ACT.search(part) or _COURTEOUS_WILL.search(part):
        return "assertion"
    return "assertion" if _INWARD.match(part) and not _OUR_ACT.search(part) and not _PROMISE.search(part) else "act"


def _opens(part: str, asked: bool) -> bool:
    if _HYPOTHESIS.match(part) or _REQUEST.match(part) or _NORM.search(part):
        return True
    if _SUPPOSING.match(part):
        return False
    if asked and (re.match(rf"{_AUX}\b", part) or _WH.match(part)):
        return True
    if _FACTUAL.match(part) and not re.search(r"\b(?:would|could|might)\b", part):
        return False
    if _NO_PROPOSAL.search(part):
        return False
    return any(one.search(part) for one in (_PROPOSAL, _CAN, _GLADLY))


def _states(part: str) -> bool:
    """Whether a part that follows an invitation has a subject and a verb of its own, and so states something."""
    if re.match(r"(?:that|which|who|whom|whose)\b", part):
        return bool(
            _ACT.search(part[part.find(" ") + 1 :]) or re.search(r"\b(?:has|have|had|was|were|[a-z]{2,}ed)\b", part)
        )
    return bool(_FACTUAL.match(part) or (re.match(_SUBJECT, part) and _VERB.search(part)))
