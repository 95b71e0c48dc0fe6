"""Words of other systems, read from `resources/vocabulary`: for each thing they say, all that say it."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from functools import cache
from pathlib import Path
from typing import Any, Final

_LONGEST: Final = 24
_AS_WRITTEN: Final = frozenset(("", "NULL", "null", "NaN", "nan", "None"))
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
def hints(table: str) -> dict[str, re.Pattern[str]]:
    """What is said by words of one table that are not listed, each with the parts that tell it."""
    return {name: re.compile(form.replace("\n", "")) for name, form in listed("hints")[table].items()}


@cache
def meanings(table: str) -> dict[str, str]:
    """Phrase to what it says."""
    return {one: name for name, words in vocabulary(table).items() for one in words}


_ANYWHERE, _TYPED = (vocabulary("nothing")[name] for name in ("anywhere", "typed"))


def is_nothing(text: str, *, typed: bool = False) -> bool:
    """Whether a cell says that there is no value; `typed`: of a column that holds no free text."""
    body = text.strip()
    if body in _AS_WRITTEN:
        return True
    if body[0].isdecimal() or body[-1].isdecimal() or len(body) > _LONGEST:
        return False
    word = body.casefold()
    # Plain words are as they are compared: most cells cost no more than a look-up.
    if not word.isascii() or "-" in word or "_" in word:
        word = phrase(body)
    return word in _ANYWHERE or (typed and word in _TYPED)
