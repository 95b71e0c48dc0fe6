"""Everything that a book holds about one customer, for the customer's right of access."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class PersonalData:
    """One customer's data.

    Attributes
    ----------
    name
        Of the customer.
    made_at
        When it was put together, UTC.
    tables
        Table of the book to its rows; fields without a value are left out.
    history
        Entries of the journal about these rows: when, who, verb, words.
    """

    name: str
    made_at: str
    tables: Mapping[str, tuple[Mapping[str, Any], ...]]
    history: tuple[Mapping[str, str], ...]
