"""Cells of a file that this program writes: no table program takes one for a formula, and each reads back as it was."""

from __future__ import annotations

import re

_FORMULA = tuple("=+-@\t\r\n")
_NUMBER = re.compile(r"[+-]\d[\d.,]*%?")
_BEFORE = "' \u00a0"


def guarded(cell: str) -> str:
    """A cell with an apostrophe before it where a table program would run it; numbers stay as they are."""
    if not cell.lstrip(_BEFORE).startswith(_FORMULA) or _NUMBER.fullmatch(cell):
        return cell
    return f"'{cell}"


def unguarded(cell: str) -> str:
    """A cell as it was before `guarded`."""
    return cell[1:] if cell.startswith("'") and cell.lstrip(_BEFORE).startswith(_FORMULA) else cell
