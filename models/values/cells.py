"""Cells of files that this program writes: no table program takes one for a formula, and each reads back as it was."""

from __future__ import annotations

import re
from typing import Final

_FORMULA: Final = tuple("=+-@\t\r\n＝＋－＠")
#: Numbers and numbers to call, "+1 (503) 555-0148 ext. 12": a sign and digits call nothing and refer to nothing.
_HARMLESS: Final = re.compile(r"[+-][0-9 ().,\-/]+%?(?: ?(?:ext\.?|x|#) ?[0-9]+)?", re.IGNORECASE)
_BEFORE: Final = "' \u00a0"


def guarded(cell: str) -> str:
    """A cell with an apostrophe before it where a table program would run it; numbers stay as they are."""
    if not cell.lstrip(_BEFORE).startswith(_FORMULA) or _HARMLESS.fullmatch(cell):
        return cell
    return f"'{cell}"


def unguarded(cell: str) -> str:
    """A cell as it was before `guarded`."""
    return cell[1:] if cell.startswith("'") and cell.lstrip(_BEFORE).startswith(_FORMULA) else cell
