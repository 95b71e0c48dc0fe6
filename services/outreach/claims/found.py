"""What a recogniser returns: something that is stated at a place, with the fact that supports it or without one."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Final

from services.outreach.claims.context import Context
from services.outreach.claims.lexicon import lexicon, phrase, topics
from services.outreach.claims.sources import NO_SOURCE, Source, Sources
from services.outreach.claims.text import Span, Word, words

_CUT: Final = re.compile(
    r"[;:()\n]|,(?=\s)|\s-\s|\s(?=(?:but|because|although|though|aber|weil|obwohl|sondern|mais|car|parce|pero|porque|aunque"
    r"|(?:and|so) (?:i|we|you|your|our|it|that)|und (?:ich|wir|sie|ihre?)|et (?:je|nous|vous|votre)"
    r"|y (?:le|nos|su|me))\b)"
)


#: The note of what no ticked fact holds and the customer's record does: no claim, nor another recogniser's either.
ON_RECORD: Final = "on record"


@dataclass(frozen=True, slots=True)
class Found:
    """Something stated at a place; ``label`` says why it is flagged where it has no source."""

    start: int
    end: int
    kind: str
    source: Source | None = None
    label: str = NO_SOURCE
    ours: str = ""  # supported by no fact but by this: the label to show
    note: str = ""  # a mark of its own for the checks

    @property
    def supported(self) -> bool:
        """Return whether something stands behind it."""
        return self.source is not None or bool(self.ours)


@dataclass(frozen=True)
class Part:
    """A piece of an email's subject, greeting or body as every recogniser gets it; places are counted from its start.

    ``text`` is folded, ``small`` is that in small letters; both are as long as what was written. It begins ``at``
    that place of the whole, and what stands behind ``signed`` is under the closing. ``last_said`` is the last sentence
    above the closing where it lies in this piece, ``language`` that of the whole: en, de, fr or es.
    """

    where: str
    at: int
    written: str
    text: str
    small: str
    sentences: tuple[Span, ...]
    signed: int
    last_said: Span | None
    language: str
    sources: Sources
    context: Context

    @cached_property
    def words(self) -> tuple[Word, ...]:
        """The words of the part, in order."""
        return tuple(words(self.small))

    @cached_property
    def clauses(self) -> tuple[Span, ...]:
        """The clauses of its sentences, in order."""
        made = []
        for start, end in self.sentences:
            cuts = [start, *(found.end() for found in _CUT.finditer(self.small, start, end)), end]
            made += [Span(one, other) for one, other in pairwise(cuts) if one < other]
        return tuple(made)

    def sentence_at(self, place: int) -> Span:
        """Return the sentence in which a place lies, or else the line."""
        at = bisect_right(self.sentences, (place, len(self.text))) - 1
        if at >= 0 and place < self.sentences[at].end:
            return self.sentences[at]
        start = self.text.rfind("\n", 0, place) + 1
        end = self.text.find("\n", place)
        return Span(start, len(self.text) if end < 0 else end)

    def language_at(self, place: int) -> str:
        """Return the language of the sentence in which a place lies."""
        start, end = self.sentence_at(place)
        return lexicon().language_of((one.text for one in words(self.small, start, end)), self.language)

    def clause_at(self, place: int) -> Span:
        """Return the clause in which a place lies, or else the line."""
        return next((one for one in self.clauses if one.start <= place < one.end), self.sentence_at(place))

    def is_theirs(self, place: int) -> bool:
        """Return whether a sentence speaks to the customer, or of a thing of theirs."""
        start, end = self.sentence_at(place)
        known = lexicon()
        if phrase("you").search(self.small, start, end):
            return True
        things = {word for _, value in self.sources.values("product") for word in value.text.lower().split()}
        things |= known.things.keys()
        said = {word.text for word in words(self.small, start, end)}
        return not said.isdisjoint(things) or any(
            topic.values and topic.nouns is not None and topic.nouns.search(self.small, start, end)
            for topic in topics()
        )

    def is_of_others(self, place: int) -> bool:
        """Return whether a clause speaks of other customers, in a sentence that does not speak to this one."""
        of_others = phrase("others").search(self.small, *self.clause_at(place)) is not None
        return of_others and phrase("you").search(self.small, *self.sentence_at(place)) is None

    def is_open(self, place: int) -> bool:
        """Return whether a place lies in a clause that asks, proposes or supposes, and so states nothing new."""
        start, end = self.sentence_at(place)
        if self.small[start:end].rstrip("\"')").endswith("?"):
            return True
        return phrase("open").search(self.small, *self.clause_at(place)) is not None

    def denies(self, start: int, end: int) -> bool:
        """Return whether a place holds a "not" that denies something."""
        said = phrase("denies_nothing").sub(" ", self.small[start:end])
        return phrase("denies").search(said) is not None
