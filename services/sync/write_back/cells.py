"""Cells of a file for another system: no spreadsheet runs one, no number or phone number is spoiled."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any, Final

from services.sync.guard import guarded

#: A sign, digits and what stands between them, with an extension: it calls nothing and refers to nothing.
_PHONE: Final = re.compile(r"\+?[0-9][0-9 ().\-/]*(?: ?(?:ext\.?|x|#) ?[0-9]+)?", re.IGNORECASE)


def cell(value: Any, *, phone: bool = False) -> str:
    """Return a value as a cell: text that a spreadsheet would run has an apostrophe before it.

    Parameters
    ----------
    phone
        Whether the column holds phone numbers: ``+31 20 123 4567`` stays as it is there.
    """
    if value is None:
        return ""
    if isinstance(value, int | float | Decimal):
        return format(value, "f").rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
    text = str(value)
    if phone and _PHONE.fullmatch(text):
        return text
    return guarded(text)
