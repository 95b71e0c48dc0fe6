"""What a person may type as a phone number, wherever one is typed."""

from __future__ import annotations

import re
from typing import Final

FEWEST_DIGITS: Final = 6
MOST_DIGITS: Final = 15
#: Goes on after what is wrong: "Phone “banana” is …".
NO_PHONE: Final = "not a number that can be called. Enter 6 to 15 digits, such as +44 20 5550 1234 ext. 7."
_EXTENSION = re.compile(
    r"(?:\s*[,;]?\s*(?:ext|extn|extension|durchwahl|dw|poste|x)\.?\s*:?\s*\d{1,6}|\s*#\s*\d{1,6})$", re.I
)
_TRUNK = re.compile(r"\(0\)")
_TYPED = re.compile(r"\(?\+?[\d\s()./\-\u2010-\u2015]+")


def dialled(text: str) -> str:
    """A number without its extension and without the (0) that is not dialled from abroad."""
    return _TRUNK.sub("", _EXTENSION.sub("", text))


def is_phone(text: str) -> bool:
    """Whether a person typed a number that can be called: 6 to 15 digits, +, blanks, ( ) - . / and an extension."""
    body = dialled(text.strip())
    return _TYPED.fullmatch(body) is not None and FEWEST_DIGITS <= sum(map(str.isdecimal, body)) <= MOST_DIGITS
