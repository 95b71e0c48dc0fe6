"""Words by which the columns of exports are called, in any language that is known."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from services.entities import ENTITIES
from services.sync.formats.headers import known_headers, normal
from services.sync.formats.synonyms import folded, synonyms


def are_known(cells: Iterable[str]) -> int:
    """How many cells are names that columns of exports have."""
    own, others = _vocabulary()
    return sum(1 for cell in cells if normal(cell) in own or folded(cell) in others)


@cache
def _vocabulary() -> tuple[frozenset[str], frozenset[str]]:
    """Names in this program's language as they are compared, and those of other languages."""
    own = frozenset(header for entity in ENTITIES.values() for header in known_headers(entity))
    others = frozenset(header for entity in ENTITIES.values() for header in synonyms(entity))
    return own - {""}, others - {""}
