"""Reports whose rows stand below the name of whom they are about: "Ada Stone", her sales, "Total for Ada Stone"."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from services.sync.formats.headers import same_words
from services.sync.formats.propose import UNNAMED
from services.sync.formats.reshape import reshape
from services.sync.formats.systems import Rule, System
from services.sync.read import Table
from services.sync.read.structure import is_footer

_CUSTOMER: Final = "Customer (above the rows)"


def rule_of_groups(table: Table) -> Rule | None:
    """The rule that gives each row the name above it; None where rows do not stand so, or of whom is not told.

    The column of the names has no header, and only the file's name says that they are customers.
    """
    rows = [row for row in table.sample if any(cell.strip() for cell in row) and not is_footer(row)]
    if not rows or not UNNAMED.fullmatch(table.columns[0]) or "customer" not in same_words(table.path.stem):
        return None
    names = [row for row in rows if row[0].strip()]
    if len(names) in (0, len(rows)) or names[0] is not rows[0] or not all(map(_stands_alone, names)):
        return None
    return Rule("grouped", {"column": table.columns[0], "into": _CUSTOMER})


def with_groups(table: Table) -> Table:
    """The table with the names above its rows in a column of their own, where it has such."""
    rule = rule_of_groups(table)
    return reshape(table, System("", "", "", (), {}, rules=(rule,))) if rule else table


def _stands_alone(row: Sequence[str]) -> bool:
    return bool(row[0].strip()) and not any(cell.strip() for cell in row[1:])
