"""Headers in German, French and Spanish, read from `resources/synonyms`: which fields of an entity they stand for."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from functools import cache
from pathlib import Path
from typing import Any, Final

from services.sync.entities import Entity

FOLDER: Final = Path(__file__).resolve().parents[3] / "resources" / "synonyms"
LANGUAGES: Final = {"de": "German", "fr": "French", "es": "Spanish"}
# What stands before or after the name of a column and says only in what it is counted.
_UNIT = re.compile(
    r"[\[(][^\[\]()]*[\])]|(?:^|[\s_])(?:in|en)\s+(?:eur|usd|gbp|chf|euro|€|\$|£)\s*$"
    r"|[\s_]+(?:eur|usd|gbp|chf|€|\$|£)\s*$",
    re.IGNORECASE,
)


def folded(header: str) -> str:
    """A header without case, accents, blanks, punctuation."""
    text = unicodedata.normalize("NFKD", header.replace("ß", "ss").replace("º", "").replace("°", ""))
    return "".join(sign for sign in text.casefold() if sign.isalnum())


def without_unit(header: str) -> str:
    """A header without what says in what it is counted: "Betrag (EUR)", "Total in USD"."""
    return _UNIT.sub("", header).strip()


@cache
def _languages() -> tuple[tuple[str, dict[str, dict[str, list[str]]]], ...]:
    found: list[tuple[str, dict[str, Any]]] = []
    for code, language in LANGUAGES.items():
        found.append((language, tomllib.loads((FOLDER / f"{code}.toml").read_text(encoding="utf-8"))))
    return tuple(found)


@cache
def synonyms(entity: Entity) -> dict[str, tuple[tuple[str, int, str], ...]]:
    """Folded header → fields of an entity that it may stand for, each with its rank and its language."""
    found: dict[str, list[tuple[str, int, str]]] = {}
    for language, tables in _languages():
        said = {**tables.get("customer", {}), **tables.get("item", {}), **tables.get(entity.name, {})}
        for name, headers in said.items():
            if entity.field(name) is None:
                continue
            for rank, header in enumerate(headers):
                found.setdefault(folded(header), []).append((name, rank, language))
    return {header: tuple(sorted(fields, key=lambda one: one[1])) for header, fields in found.items()}
