"""Conditions as people write them: ``tier = Gold``, ``rating >= 4``, ``status in open,pending``, ``owner is-empty``."""

from __future__ import annotations

import re
from typing import Final

from models.values.errors import UserError
from models.values.metrics import OPERATORS, Condition, Operator

_SIGNS: Final = "!=|>=|<=|=|>|<"
_WORDS: Final = "not-in|in|contains|is-empty"
_WRITTEN: Final = re.compile(rf"\s*([A-Za-z_]\w*)\s*(?:({_SIGNS})|\s({_WORDS})(?=\s|$))\s*(.*)", re.DOTALL)


def condition_of(text: str) -> Condition:
    """Return the condition that a text writes.

    Raises
    ------
    UserError
        It is none.
    """
    found = _WRITTEN.fullmatch(text.strip())
    operator: Operator | None = next((one for one in OPERATORS if found and one in (found[2], found[3])), None)
    if found is None or operator is None:
        raise UserError(f"“{text}” is not a condition. Write FIELD OP VALUE; OP is one of {' '.join(OPERATORS)}.")
    name, value = found[1], _unquoted(found[4])
    if operator == "is-empty":
        return Condition(name, operator)
    if not value:
        raise UserError(f"“{text}” has no value. To find what is empty, write “{name} is-empty”.")
    if operator in ("in", "not-in"):
        return Condition(name, operator, tuple(_unquoted(one) for one in found[4].split(",") if one.strip()))
    return Condition(name, operator, value)


def _unquoted(text: str) -> str:
    said = text.strip()
    return said[1:-1] if len(said) > 1 and said[0] == said[-1] and said[0] in "\"'" else said
