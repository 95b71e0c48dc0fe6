"""Taking a sentence out of a text so that what is left reads on: no double space, no empty paragraph."""

from __future__ import annotations


def without(text: str, words: str, near: int) -> tuple[str, int, int]:
    """Take ``words`` out where they stand around a place.

    Parameters
    ----------
    near
        A place within the words, in code points; where they stand nowhere, nothing is taken out.

    Returns
    -------
    tuple of str, int, int
        The rest, and the stretch that is taken out, end exclusive.
    """
    start = _find(text, words, near)
    if start < 0:
        return text, near, near
    end = start + len(words)
    before, after = text[:start], text[end:]
    if before.endswith(" ") and (not after or after[0] in " \n.,;"):
        start -= 1
    elif (not before or before.endswith("\n")) and after.startswith(" "):
        end += 1
    if (not text[:start] or text[:start].endswith("\n")) and (not text[end:] or text[end:].startswith("\n")):
        while end < len(text) and text[end] == "\n":
            end += 1
        if end == len(text):
            while start and text[start - 1] == "\n":
                start -= 1
    return text[:start] + text[end:], start, end


def _find(text: str, words: str, near: int) -> int:
    """Where the words stand that hold a place, else the nearest ones; -1 for nowhere."""
    found, at = [], text.find(words) if words else -1
    while at >= 0:
        found.append(at)
        at = text.find(words, at + 1)
    if not found:
        return -1
    return min(found, key=lambda one: 0 if one <= near <= one + len(words) else abs(one - near))
