"""Columns of fixed width: where blanks run down through all lines, one column ends and the next begins."""

from __future__ import annotations

from collections.abc import Sequence

_FEWEST_LINES = 3
_ON_BOTH_SIDES = 0.3


def fixed_places(lines: Sequence[str]) -> tuple[int, ...]:
    """Where columns begin; empty where the lines are not laid out in columns.

    A place is between two columns where every line has a blank. A gap of a single blank counts only where the lines are
    of one length and many have text on both of its sides, because words stand above each other by chance too.
    """
    texts = [line.rstrip("\r\n").expandtabs(8) for line in lines if line.strip()]
    if len(texts) < _FEWEST_LINES or any("\t" in line for line in lines):
        return ()
    width = max(map(len, texts))
    if width > 4_000:
        return ()
    filled = [0] * width
    for text in texts:
        for place, sign in enumerate(text):
            filled[place] += sign != " "
    blank = [count == 0 for count in filled]
    places = [place for place in range(width) if not blank[place] and (place == 0 or blank[place - 1])]
    if not places:
        return ()
    even = len({len(text) for text in texts}) == 1
    wide = [place for place in places[1:] if blank[place - 2] or (even and _divides(texts, place))]
    return (0, *wide) if wide else ()


def _divides(texts: Sequence[str], place: int) -> bool:
    both = sum(text[place - 2] != " " and text[place] != " " for text in texts)
    return both >= _ON_BOTH_SIDES * len(texts)
