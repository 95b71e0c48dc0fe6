"""Text as a person sees it: without signs that are not seen, in which instructions and numbers can hide."""

from __future__ import annotations

import unicodedata
from typing import Final

_UNSEEN: Final = frozenset({"Cc", "Cf", "Co", "Cs", "Cn"})


def visible(text: str) -> str:
    """Return a text without control, format and private signs; line ends stay, a tab is a space."""
    return "".join(
        " " if one == "\t" else one
        for one in unicodedata.normalize("NFC", text)
        if one in "\n\t" or unicodedata.category(one) not in _UNSEEN
    )
