"""Keys of rows that may lack an id of their own: what else tells them apart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def first_of(*columns: list[Any] | None) -> list[Any]:
    """For each row the first value that one of the columns has."""
    given = [column for column in columns if column is not None]
    return [next((value for value in values if value), None) for values in zip(*given, strict=True)]


def contact_keys(
    given: Sequence[Any] | None,
    whose: Sequence[Sequence[str]],
    emails: Sequence[Any] | None,
    names: Sequence[Any] | None,
) -> list[Any]:
    """The key of each contact: its id, else the account with the address or the name; one person may be at two."""
    accounts = [next((text for cell in cells if (text := cell.strip())), "") for cells in zip(*whose, strict=True)]
    assert names is not None
    nothing: Sequence[Any] = [None] * len(names)
    return [
        own or (f"{account}/{who}" if (who := email or name) else None)
        for own, account, email, name in zip(
            given or nothing, accounts or [""] * len(names), emails or nothing, names, strict=True
        )
    ]
