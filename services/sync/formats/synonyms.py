"""The headers that files give to fields in English and six other languages, read from `resources/synonyms`."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from functools import cache
from pathlib import Path
from typing import Final

from services.entities import Entity

FOLDER: Final = Path(__file__).resolve().parents[3] / "resources" / "synonyms"
LANGUAGES: Final = {"de": "German", "fr": "French", "es": "Spanish", "nl": "Dutch", "it": "Italian", "pt": "Portuguese"}
# What stands before or after the name of a column and says only in what it is counted.
_UNIT = re.compile(
    r"[\[(][^\[\]()]*[\])]|\s*/\s*(?:5|7|10)\s*$|[\s_]1\s*$"
    r"|(?:(?:^|[\s_])(?:in|en))?[\s_]+(?:[tk]?(?:eur|usd|gbp|chf|euro|€|\$|£)|cents?|centimes|c[eé]ntimos|minor)\s*$"
    r"|[\s_]+(?:(?:in|ex)cl?|inkl|zzgl|ohne|mit)\.?[\s_]*(?:vat|tax(?:es)?|gst|mwst|ust|btw|iva|tva)\.?\s*$",
    re.IGNORECASE,
)

# What some programs write around the name of a column that a person made.
_WRAPPED = re.compile(r"custom fields?\s*[(\[](.+)[)\]]", re.IGNORECASE)


@cache
def folded(header: str) -> str:
    """A header without case, accents, blanks, punctuation."""
    text = unicodedata.normalize("NFKD", header.replace("ß", "ss").replace("º", "").replace("°", ""))
    return "".join(sign for sign in text.casefold() if sign.isalnum())


def without_unit(header: str) -> str:
    """A header without what says in what it is counted: "Betrag (EUR)", "Total in USD"."""
    wrapped = _WRAPPED.fullmatch(header.strip())
    return _UNIT.sub("", wrapped[1] if wrapped else header).strip()


@cache
def _tables(code: str) -> dict[str, dict[str, list[str]]]:
    return tomllib.loads((FOLDER / f"{code}.toml").read_text(encoding="utf-8"))


def listed(code: str, entity: Entity) -> dict[str, list[str]]:
    """Field to its headers in one language, likelier first; those of the entity itself stand instead of common ones."""
    tables = _tables(code)
    own = {**tables.get(entity.name, {}), **entity.headers.get(code, {})}
    said = {**tables.get("customer", {}), **tables.get("item", {}), **own}
    return {name: headers for name, headers in said.items() if entity.field(name) is not None}


@cache
def synonyms(entity: Entity) -> dict[str, tuple[tuple[str, int, str], ...]]:
    """Folded header → fields of an entity that it may stand for, each with its rank and its language."""
    found: dict[str, list[tuple[str, int, str]]] = {}
    for code, language in LANGUAGES.items():
        for name, headers in listed(code, entity).items():
            for rank, header in enumerate(headers):
                found.setdefault(folded(header), []).append((name, rank, language))
    return {header: tuple(sorted(fields, key=lambda one: one[1])) for header, fields in found.items()}
