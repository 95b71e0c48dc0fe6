"""Words of other systems, read from `resources/vocabulary/values.toml`: for each thing they say, all that say it."""

from __future__ import annotations

import tomllib
import unicodedata
from functools import cache
from pathlib import Path
from typing import Final

FILE: Final = Path(__file__).resolve().parents[3] / "resources" / "vocabulary" / "values.toml"


def phrase(text: str) -> str:
    """A word or a few as they are compared: without case, accents, lines between them and stray blanks."""
    apart = unicodedata.normalize("NFKD", text.casefold().replace("_", " ").replace("-", " ").replace("’", "'"))
    return " ".join("".join(sign for sign in apart if not unicodedata.combining(sign)).split())


@cache
def _tables() -> dict[str, dict[str, str]]:
    return tomllib.loads(FILE.read_text(encoding="utf-8"))


@cache
def vocabulary(table: str) -> dict[str, frozenset[str]]:
    """What words of one table say, each with the phrases that say it."""
    return {
        name: frozenset(phrase(one) for line in listed.strip().splitlines() for one in line.split(","))
        for name, listed in _tables()[table].items()
    }


@cache
def meanings(table: str) -> dict[str, str]:
    """Phrase to what it says."""
    return {one: name for name, listed in vocabulary(table).items() for one in listed}
