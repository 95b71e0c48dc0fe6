"""From a text to its claims: every recogniser in its turn, resolutions, and the numbers in the margin."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from models.values.outreach import Claim, Fact, Resolution
from services.outreach.claims.amounts import find_amounts
from services.outreach.claims.apart import find_apart
from services.outreach.claims.context import Context
from services.outreach.claims.dates import find_dates
from services.outreach.claims.figures import find_numbers
from services.outreach.claims.forbidden import find_forbidden, find_links
from services.outreach.claims.found import ON_RECORD, Found, Part
from services.outreach.claims.lexicon import lexicon
from services.outreach.claims.names import find_names, find_products
from services.outreach.claims.offers import find_offers, find_pictures, find_promises
from services.outreach.claims.quotes import find_quotes, our_rules, quoted
from services.outreach.claims.sentences import LONGEST_SENTENCE, is_sign_off, sentences
from services.outreach.claims.sources import Sources
from services.outreach.claims.states import find_states
from services.outreach.claims.text import Span, fold, lower, stems, within

Where = Literal["subject", "greeting", "body"]
#: What no reason makes right.
NEVER_CONFIRMED: Final = frozenset({"score", "field", "markup"})
#: A statement of fewer words may stand in any text by chance.
_LEAST_TOLD: Final = 2
#: Letters that are read at once, in whole sentences: the cost of a text grows with its pieces, not with its square.
#: Up to twice as many where a quotation would be cut in two.
PIECE: Final = 1000
#: A text with so many flagged places is read no further: it cannot go out, whatever follows.
_MOST_FLAGGED: Final = 100
_WORD: Final = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")
_ENDLESS: Final = f"a sentence of more than {LONGEST_SENTENCE:,} characters"


@dataclass(frozen=True, slots=True)
class Text:
    """The parts of an email as they were written."""

    subject: str
    greeting: str
    body: str


def find_claims(text: Text, facts: Sequence[Fact], context: Context) -> tuple[Claim, ...]:
    """Return everything that a text states, in order of place, each with its source or without one.

    Parameters
    ----------
    facts
        Those on which the text may rest: the ticked ones.

    Returns
    -------
    Claims of subject, greeting and body. Those of one kind do not overlap within a part. The claims that a fact
    supports are numbered by the first appearance of their source in the body; the subject has no margin and counts on.
    """
    sources = Sources(facts, context.today)
    claims: list[Claim] = []
    where: Where
    for where, written in (("subject", text.subject), ("greeting", text.greeting), ("body", text.body)):
        flagged = 0
        for part in read_parts(where, written, sources, context):
            found = _greeting(part) if where == "greeting" else _all(part)
            claims += [_claim(part, where, one) for one in _apart(found)]
            flagged += sum(not one.supported for one in found)
            if flagged > _MOST_FLAGGED:
                break
    return _numbered([_resolved(claim, context.resolutions) for claim in claims])


def read_parts(where: str, written: str, sources: Sources, context: Context) -> Iterator[Part]:
    """Yield a part of an email in pieces of whole sentences, each with its clauses and words."""
    text = fold(written)
    small = lower(text)
    spans = sentences(text) if where == "body" else _line(text)
    language = lexicon().language_of(_WORD.findall(small))
    closing = next((at for at, one in enumerate(spans) if is_sign_off(text[one.start : one.end])), len(spans))
    signed = spans[closing].end if closing < len(spans) else len(text)
    last = spans[closing - 1] if where == "body" and closing else None
    for at, end, some in _pieces(spans, len(text), quoted(text)):
        yield Part(
            where=where,
            at=at,
            written=written[at:end],
            text=text[at:end],
            small=small[at:end],
            sentences=tuple(Span(one.start - at, one.end - at) for one in some),
            signed=max(0, signed - at),
            last_said=Span(last.start - at, last.end - at) if last is not None and last in some else None,
            language=language,
            sources=sources,
            context=context,
        )


def _pieces(spans: Sequence[Span], length: int, quotes: Sequence[Span]) -> Iterator[tuple[int, int, Sequence[Span]]]:
    """Yield where a piece begins and ends, and its sentences; together they hold all that was written."""
    start = first = 0
    for at, one in enumerate((*spans, Span(length, length))):
        if at > first and (one.end - start > _most(spans[at - 1].end, quotes) or at == len(spans)):
            yield start, spans[at - 1].end, spans[first:at]
            start, first = spans[at - 1].end, at
        while at == first and one.start - start > PIECE:  # nothing that anybody sees
            yield start, start + PIECE, ()
            start += PIECE
    if start < length or not length:
        yield start, length, ()


def _most(end: int, quotes: Sequence[Span]) -> int:
    """How many letters a piece may have before it ends here: more within a quotation."""
    return PIECE * 2 if any(one.start < end < one.end for one in quotes) else PIECE


def _line(text: str) -> tuple[Span, ...]:
    start = len(text) - len(text.lstrip())
    end = len(text.rstrip())
    return (Span(start, end),) if start < end else ()


def _all(part: Part) -> list[Found]:
    if endless := [one for one in part.sentences if one.end - one.start > LONGEST_SENTENCE]:
        return [Found(*one, "field", label=_ENDLESS) for one in endless]
    found = [*find_forbidden(part), *find_links(part)]
    taken = [(one.start, one.end) for one in found if one.kind == "link"]
    found += [one for one in find_quotes(part) if not within((one.start, one.end), taken)]
    taken = [(one.start, one.end) for one in found if one.kind in ("link", "quote")]
    for finder in (find_products, find_amounts, find_dates):
        more = [one for one in finder(part) if not within((one.start, one.end), taken)]
        found += more
        taken += [(one.start, one.end) for one in more]
    more = list(find_names(part, taken))
    found += more
    taken += [(one.start, one.end) for one in more]
    found += find_numbers(part, taken)
    found += find_offers(part, [one for one in found if one.kind == "money"])
    found += find_promises(part)
    found += find_states(part)
    found += find_pictures(part)
    found += _told(part, [(one.start, one.end) for one in found if one.kind != "offer"])
    found += find_apart(part)
    if rules := list(our_rules(part)):
        found = [
            one for one in found if one.kind != "statement" or one.supported or not within((one.start, one.end), rules)
        ]
    return [one for one in found if one.note != ON_RECORD]


def _told(part: Part, taken: Sequence[tuple[int, int]]) -> Iterator[Found]:
    """Yield places where the text states what a fact states, in its words: "reached you late"."""
    said = tuple(word.stem for word in part.words)
    used = list(taken)
    stated = [(source, value.text) for source, value in part.sources.values("statement")]
    for source, text in sorted(stated, key=lambda one: -len(one[1])):
        wanted = stems(text)
        if len(wanted) < _LEAST_TOLD or (len(wanted) == _LEAST_TOLD and lexicon().common.issuperset(wanted)):
            continue
        for at in range(len(said) - len(wanted) + 1):
            if said[at] != wanted[0] or said[at : at + len(wanted)] != wanted:
                continue
            span = Span(part.words[at].start, part.words[at + len(wanted) - 1].end)
            if "\n" not in part.text[span.start : span.end] and not within(span, used):
                used.append(span)
                yield Found(*span, "statement", source)


def _greeting(part: Part) -> list[Found]:
    """What a greeting must not hold; whose name it is, the checks say."""
    found = [*find_forbidden(part), *find_links(part)]
    own = [(one.start, one.end) for one in find_names(part, ()) if one.ours == "this customer"]
    found += find_numbers(part, [*own, *((one.start, one.end) for one in found)])
    return found


def _apart(found: Sequence[Found]) -> Iterator[Found]:
    """Order what was found by place; where two of a kind overlap, keep the flagged one, else the longer."""
    kept: dict[str, list[Found]] = {}
    for one in sorted(found, key=lambda one: (one.supported, one.start - one.end, one.start)):
        others = kept.setdefault(one.kind, [])
        if not within((one.start, one.end), [(other.start, other.end) for other in others]):
            others.append(one)
    yield from sorted((one for some in kept.values() for one in some), key=lambda one: (one.start, one.end))


def _claim(part: Part, where: Where, found: Found) -> Claim:
    sentence = part.sentence_at(found.start)
    return Claim(
        where=where,
        start=part.at + found.start,
        end=part.at + found.end,
        text=part.written[found.start : found.end],
        kind=found.kind,
        verdict="sourced" if found.supported else "unsupported",
        number=None,
        label=found.source.fact.label if found.source else found.ours or found.label,
        fact=found.source.fact.key if found.source else "",
        sentence=part.written[sentence.start : sentence.end],
    )


def _resolved(claim: Claim, resolutions: Sequence[Resolution]) -> Claim:
    """A flagged sentence that a person has sourced or confirmed stays so while it stands word for word."""
    if claim.verdict != "unsupported" or claim.kind in NEVER_CONFIRMED:
        return claim
    for one in reversed(resolutions):
        if one.way in ("sourced", "confirmed") and one.sentence.strip() and one.sentence == claim.sentence:
            label = one.source if one.way == "sourced" else f"confirmed by {one.by}"
            return replace(claim, verdict=one.way, label=label)
    return claim


def _numbered(claims: Sequence[Claim]) -> tuple[Claim, ...]:
    numbers: dict[str, int] = {}
    for where in ("body", "subject"):
        for claim in claims:
            if claim.where == where and claim.verdict != "unsupported" and _of(claim):
                numbers.setdefault(_of(claim), len(numbers) + 1)
    return tuple(
        replace(claim, number=numbers[_of(claim)])
        if claim.verdict != "unsupported" and _of(claim) in numbers
        else claim
        for claim in claims
    )


def _of(claim: Claim) -> str:
    """What makes two claims of one source: the fact, or the record that a person has named."""
    return claim.fact or (f"label:{claim.label}" if claim.kind != "name" or claim.verdict != "sourced" else "")
