"""What a text says of their ticket, against what it is: settled, of one that is open, or open, of one that is settled.

Only where all the tickets that are ticked agree, so that it cannot be another one that is meant.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from services.outreach.claims.found import Found, Part

IS_OPEN: Final = "their ticket is open"
IS_SETTLED: Final = "their ticket is settled"
_SUBJECT: Final = (
    r"\b(?:ticket|case|request|complaint|issue|problem|matter|message|question|enquiry|inquiry|fault|trouble"
    r"|delay|everything|it all)s?\b"
)
_IS: Final = r"(?:is|are|was|were|has been|have been|been|'s|got|now|already|since|fully|all|finally|just|we|i)"
_SETTLED: Final = re.compile(
    rf"{_SUBJECT}[^.;?]{{0,60}}?\b{_IS}\b[^.;?]{{0,20}}?"
    r"\b(?:closed|resolved|settled|solved|fixed|sorted|dealt with|taken care of|put right|behind (?:us|you))\b"
    r"|\b(?:have|has|'ve) (?:\w+ )?(?:closed|resolved|settled|solved|fixed|sorted(?: out)?|dealt with|taken care of)"
    rf"\b[^.;?]{{0,40}}{_SUBJECT}"
    r"|\b(?:no|nothing)\b[^.;?]{0,20}\b(?:open|outstanding|unresolved|pending)\b"
)
_OPEN: Final = re.compile(
    rf"{_SUBJECT}[^.;?]{{0,60}}?\b(?:is|are|'s|remains?|stays?)\b[^.;?]{{0,20}}?"
    r"\b(?:open|unresolved|unsettled|unsolved|pending|outstanding|waiting)\b"
)
_DENIED: Final = re.compile(
    r"\b(?:not|never|no longer|yet to|if|whether|once|until|when|hope|would|may|might|unless)\b|n't\b"
)


def find_states(part: Part) -> Iterator[Found]:
    """Yield sentences that say a state of their tickets which none of these has."""
    tickets = [
        one.fact for one in part.sources.all if one.fact.group == "ticket" and not one.fact.key.endswith(":rating")
    ]
    if not tickets:
        return
    is_open = [any(value.text == "open" for value in fact.values) for fact in tickets]
    wrong = (_SETTLED, IS_OPEN) if all(is_open) else (_OPEN, IS_SETTLED) if not any(is_open) else None
    if wrong is None:
        return
    pattern, label = wrong
    for start, end in part.sentences:
        said = part.small[start:end]
        if not said.endswith("?") and pattern.search(said) and not _DENIED.search(said):
            yield Found(start, end, "statement", label=label)
