"""What a recogniser returns: something that is stated at a place, with the fact that supports it or without one."""

from __future__ import annotations

from dataclasses import dataclass

from services.outreach.claims.clauses import Clause
from services.outreach.claims.context import Context
from services.outreach.claims.sources import NO_SOURCE, Source, Sources
from services.outreach.claims.text import Span, Word


@dataclass(frozen=True, slots=True)
class Found:
    """Something stated at a place; ``label`` says why it is flagged where it has no source."""

    start: int
    end: int
    kind: str
    source: Source | None = None
    label: str = NO_SOURCE
    ours: str = ""  # supported by no fact but by this: the label to show
    others: tuple[Source, ...] = ()  # all that hold it, the source among them
    note: str = ""  # a mark of its own for the checks

    @property
    def supported(self) -> bool:
        """Return whether something stands behind it."""
        return self.source is not None or bool(self.ours)


@dataclass(frozen=True, slots=True)
class Part:
    """A part of an email (subject, greeting or body) as every recogniser gets it.

    ``text`` is folded, ``small`` is that in small letters; both are as long as what was written.
    """

    where: str
    written: str
    text: str
    small: str
    sentences: tuple[Span, ...]
    clauses: tuple[Clause, ...]
    words: tuple[Word, ...]
    sources: Sources
    context: Context

    def clause_at(self, place: int) -> Clause | None:
        """Return the clause in which a place lies."""
        return next((one for one in self.clauses if one.start <= place < one.end), None)

    def sentence_at(self, place: int) -> Span:
        """Return the sentence in which a place lies, or else the line."""
        for one in self.sentences:
            if one.start <= place < one.end:
                return one
        start = self.text.rfind("\n", 0, place) + 1
        end = self.text.find("\n", place)
        return Span(start, len(self.text) if end < 0 else end)

    def asserts(self, place: int) -> bool:
        """Return whether a place lies in a clause that states something."""
        clause = self.clause_at(place)
        return clause is None or clause.kind != "open"
