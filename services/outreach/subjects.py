"""What a subject may say: it names no product that is private or worn on the skin, whoever writes the draft."""

from __future__ import annotations

import json
import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any, Final

from models import sqlite

_FILE: Final = Path(__file__).resolve().parents[2] / "resources" / "subjects.toml"
_CATEGORIES: Final = "SELECT DISTINCT category FROM products WHERE category <> ''"
_NAMES: Final = "SELECT name FROM products WHERE name <> '' AND category IN (SELECT value FROM json_each(?))"


def discreet(driver: sqlite.Connection, subject: str, goal: str) -> str:
    """Return the subject, or a plain one for the goal where it names a private product.

    Such a product is known by the words of its name, or by those of its category in the catalogue.
    """
    if _is_private(subject):
        return plain_subject(goal)
    private = [category for (category,) in driver.execute(_CATEGORIES) if _is_private(category)]
    said = subject.casefold()
    names = driver.execute(_NAMES, (json.dumps(private),)) if private else ()
    return plain_subject(goal) if any(name.casefold() in said for (name,) in names) else subject


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
