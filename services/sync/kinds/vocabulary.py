"""Words of other systems, read from `resources/vocabulary`: for each thing they say, all that say it."""

from __future__ import annotations

import tomllib
import unicodedata
from functools import cache
from pathlib import Path
from typing import Any, Final

FOLDER: Final = Path(__file__).resolve().parents[3] / "resources" / "vocabulary"


def phrase(text: str) -> str:
    """A word or a few as they are compared: without case, accents, lines between them and stray blanks."""
    apart = unicodedata.normalize("NFKD", text.casefold().replace("_", " ").replace("-", " ").replace("’", "'"))
    return " ".join("".join(sign for sign in apart if not unicodedata.combining(sign)).split())


@cache
def listed(name: str) -> dict[str, Any]:
    """One file of word lists, such as "zones"."""
    return tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


@cache
def vocabulary(table: str) -> dict[str, frozenset[str]]:
    """What words of one table say, each with the phrases that say it."""
    return {
        name: frozenset(phrase(one) for line in words.strip().splitlines() for one in line.split(","))
        for name, words in listed("values")[table].items()
    }


@cache
def meanings(table: str) -> dict[str, str]:
    """Phrase to what it says."""
    return {one: name for name, words in vocabulary(table).items() for one in words}
