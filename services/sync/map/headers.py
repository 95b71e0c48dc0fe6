"""Headers as they are compared, and which fields of an entity they could stand for."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cache

from services.sync.entities import Entity, Field

# Columns that this program adds to a file of rejected rows; a mended file is imported as if they were not there.
REJECT_COLUMNS = ("Row in the file", "Why it was rejected")
_ZONE_SUFFIX = re.compile(r"\s*\([A-Z]{2,5}\)$")


def normal(header: str) -> str:
    """A header without case, blanks, punctuation and the zone that some programs add to it."""
    text = unicodedata.normalize("NFKC", header).strip().lstrip("\ufeff").removesuffix("*")
    text = _ZONE_SUFFIX.sub("", text.strip())
    text = text.replace("#", " number ").replace("%", " percent ")
    return "".join(sign for sign in text.casefold() if sign.isalnum())


def fingerprint(columns: Iterable[str]) -> str:
    """What a set of headers is remembered by, whatever their order."""
    return "|".join(sorted({normal(column) for column in columns if column not in REJECT_COLUMNS}))


@cache
def known_headers(entity: Entity) -> dict[str, tuple[tuple[str, int], ...]]:
    """Normalised header → fields it may stand for, with a rank: 0 for the field's own name, then its synonyms."""
    found: dict[str, list[tuple[str, int]]] = {}
    for field in entity.fields:
        for place, header in enumerate((field.name, field.label, *field.headers, *field.once)):
            found.setdefault(normal(header), []).append((field.name, place))
    return {header: tuple(sorted(fields, key=lambda item: item[1])) for header, fields in found.items()}


def fields_for(entity: Entity, header: str) -> list[str]:
    """Names of the fields that a header could stand for, the likeliest first."""
    known = known_headers(entity)
    exact = [name for name, _ in known.get(normal(header), ())]
    words = set(_words(header))
    near = [
        field.name
        for field in entity.fields
        if field.name not in exact and words and any(words & set(_words(one)) for one in (field.name, field.label))
    ]
    return exact + near


def lacking(entity: Entity, fields: Iterable[str]) -> list[tuple[Field, ...]]:
    """Groups of fields of which a file about this entity must have one and has none."""
    given = set(fields)
    return [
        tuple(field for name in group if (field := entity.field(name)))
        for group in entity.needs
        if not given & set(group)
    ]


def _words(header: str) -> list[str]:
    return [word for word in re.split(r"[^a-z0-9]+", header.casefold()) if len(word) > 2]
