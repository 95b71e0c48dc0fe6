"""The names that are most like one that was mistyped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from models.values.words import listed


def nearest(name: str, known: Iterable[str]) -> str:
    """Return a sentence with the names that are most like one, or with all of few."""
    from rapidfuzz import fuzz, process

    names = sorted(known)
    found = [one for one, *_ in process.extract(name, names, scorer=fuzz.ratio, limit=3, score_cutoff=50)]
    if not found and len(name) >= 3:
        found = [one for one in names if name.lower() in one.lower()][:3]
    if found:
        return f"The nearest: {', '.join(found)}."
    return f"Choose one of {', '.join(names)}." if len(names) <= 60 else f"For example {listed(names[:3])}."


def nearest_of(name: str, known: Mapping[int, str]) -> list[int]:
    """Return the numbers of the names that are most like one, the most alike first, whole or in a part."""
    from rapidfuzz import fuzz, process, utils

    found = process.extract(name, known, scorer=fuzz.WRatio, processor=utils.default_process, limit=3, score_cutoff=72)
    return [number for _name, _alike, number in found]
