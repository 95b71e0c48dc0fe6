"""What is known of a customer's body and size: the newest fit scan that says it, else their own record."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from models import sqlite

_UNITS: Final = {"inch": "in", "inches": "in", "lbs": "lb"}
#: "in" alone is a unit only in brackets: people are also logged in.
_MEASURE: Final = re.compile(
    r"(?P<what>.+?)([ _]+(?P<unit>cm|mm|inch|inches|kg|lbs?)|[ _]*[(\[](?P<within>cm|mm|in|kg|lbs?)[)\]])",
    re.IGNORECASE,
)
_NUMBER: Final = re.compile(r"\d{1,4}([.,]\d+)?")
_SIZE: Final = re.compile(
    r"(recommended|suggested|fit|empfohlene|taille|talla)?[ _]*(size|größe|taille|talla)", re.IGNORECASE
)
_LONGEST_SIZE: Final = 20
#: As many scans are looked through for one that says something.
_MOST: Final = 20


@dataclass(frozen=True, slots=True)
class Measurements:
    """A size and measurements, with the row that says them; `measures` are (what, value, unit)."""

    table: str
    row_id: int
    day: str | None
    size: str
    measures: tuple[tuple[str, str, str], ...]

    @property
    def words(self) -> str:
        """Return ``chest 109, waist 110 cm``, each with its unit where they differ."""
        return in_words(self.measures)


def in_words(measures: Sequence[tuple[str, str, str]]) -> str:
    """Return measurements on one line, a unit that all have only once."""
    units = {unit for _, _, unit in measures}
    if len(units) == 1:
        return f"{', '.join(f'{what} {value}' for what, value, _ in measures)} {min(units)}"
    return ", ".join(f"{what} {value} {unit}" for what, value, unit in measures)


def measured(details: Mapping[str, Any]) -> tuple[str, tuple[tuple[str, str, str], ...]]:
    """Return the recommended size, '' without, and the measurements that details of a row name by their unit."""
    size, found = "", []
    for header, value in details.items():
        text, known = str(value).strip(), _MEASURE.fullmatch(header.strip())
        if known and _NUMBER.fullmatch(text):
            what = known["what"].replace("_", " ").strip().lower()
            unit = (known["unit"] or known["within"]).lower()
            found.append((what, text, _UNITS.get(unit, unit)))
        elif _SIZE.fullmatch(header.strip()) and 0 < len(text) <= _LONGEST_SIZE:
            size = size or text
    return size, tuple(found)


def read_measurements(driver: sqlite.Connection, customer_id: int) -> Measurements | None:
    """Return what the newest scan says, else the customer's own record; None where neither says anything."""
    rows = driver.execute(
        """SELECT 'activities', id, happened_on, attributes FROM (
               SELECT * FROM activities WHERE customer_id = :customer AND attributes IS NOT NULL
                  AND kind NOT IN ('login', 'document_view', 'feature_use', 'web_session', 'store_visit')
                ORDER BY happened_on DESC, id DESC LIMIT :most)
           UNION ALL SELECT 'customers', id, NULL, attributes FROM customers
            WHERE id = :customer AND attributes IS NOT NULL""",
        {"customer": customer_id, "most": _MOST},
    )
    for table, row_id, day, text in rows:
        size, measures = measured(details_of(text))
        if size or measures:
            return Measurements(table, row_id, day, size, measures)
    return None


def details_of(text: str | None) -> dict[str, str]:
    """Return the columns that were kept with a row under the names that its file gave them."""
    found = json.loads(text) if text else {}
    return {str(name): str(value) for name, value in found.items()} if isinstance(found, dict) else {}
