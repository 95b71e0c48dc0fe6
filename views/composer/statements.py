"""What is flagged, by sentence: one is removed, sourced or confirmed as a whole, however much of it has no source."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from models.values.outreach import Claim

#: What no reason can make right: it can only be removed.
NEVER: Final = frozenset({"score", "field", "markup"})


def statements_of(claims: Iterable[Claim]) -> tuple[Claim, ...]:
    """One claim of each sentence, in their order: one without a source before others, one that must go before all."""
    found: dict[tuple[str, str], Claim] = {}
    for claim in claims:
        key = (claim.where, claim.sentence or claim.text)
        if key not in found or _weight(claim) > _weight(found[key]):
            found[key] = claim
    return tuple(found.values())


def _weight(claim: Claim) -> int:
    return 0 if claim.verdict != "unsupported" else 2 if claim.kind in NEVER else 1
