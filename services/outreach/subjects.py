"""Products that are private or worn on the skin: no subject of a draft names one, and no email to a firm does.

In an email to a firm one may be named only where that very product is what went wrong.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, Final

from models import sqlite
from services.outreach.facts.found import Found

_FILE: Final = Path(__file__).resolve().parents[2] / "resources" / "subjects.toml"
_CATEGORIES: Final = "SELECT DISTINCT category FROM products WHERE category <> ''"
_NAMES: Final = "SELECT name FROM products WHERE name <> '' AND category IN (SELECT value FROM json_each(?))"

_NAMING: Final = frozenset({"product", "category", "quote"})
#: What went wrong is named as it is.
_WENT_WRONG: Final = frozenset({"matter", "trouble", "open ticket", "bad review", "returned"})


def discreet(driver: sqlite.Connection, subject: str, goal: str) -> str:
    """Return the subject, or a plain one for the goal where it names a private product.

    Such a product is known by the words of its name, or by those of its category in the catalogue.
    """
    return plain_subject(goal) if _names_private(driver, subject) else subject


def without_private(driver: sqlite.Connection, found: Iterable[Found]) -> Iterator[Found]:
    """Yield facts about a firm; those that name a private product are not proposed, and no template has their words."""
    for one in found:
        said = "\n".join([one.fact.words, *(value.text for value in one.fact.values if value.kind in _NAMING)])
        if one.sort in _WENT_WRONG or not _names_private(driver, said):
            yield one
        elif one.sort == "orders":  # how many there are tells nothing
            values = tuple(value for value in one.fact.values if value.kind not in _NAMING)
            fact = replace(one.fact, words=one.fact.words.partition(",")[0], values=values)
            yield replace(one, fact=fact, fillings={"orders": one.fillings["orders"]})
        else:
            yield replace(one, sort="private", fillings={})


def _names_private(driver: sqlite.Connection, text: str) -> bool:
    if _is_private(text):
        return True
    private = [category for (category,) in driver.execute(_CATEGORIES) if _is_private(category)]
    said = text.casefold()
    names = driver.execute(_NAMES, (json.dumps(private),)) if private else ()
    return any(name.casefold() in said for (name,) in names)


def plain_subject(goal: str) -> str:
    """Return a subject that says nothing of the customer."""
    subjects: dict[str, str] = _data()["plain"]
    return subjects.get(goal, subjects["check_in"])


def plain_subjects() -> frozenset[str]:
    """Return the plain subjects of all goals."""
    return frozenset(_data()["plain"].values())


def _is_private(text: str) -> bool:
    return _words().search(text.casefold()) is not None


@cache
def _words() -> re.Pattern[str]:
    every = {word for words in _data()["private"].values() for word in words}
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, sorted(every)))})(?!\w)")


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))
