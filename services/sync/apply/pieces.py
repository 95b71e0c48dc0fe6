"""Rows of a file that became several staged rows: each still counts once, by the strongest of what became of them."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Sequence

from services.sync.apply.compare import Tally
from services.sync.apply.target import CHANGED, IGNORED, REJECTED, UNCHANGED
from services.sync.stage.layout import PIECE

_STRENGTH = f"""
    CASE WHEN state IS NULL THEN 1 WHEN state = {REJECTED} THEN 0 WHEN state = {CHANGED} THEN 2
         WHEN state = {UNCHANGED} THEN iif(note = 'order', 2, 3) ELSE 4 END
"""


def tally_rows(db: sqlite3.Connection, staged: Sequence[str]) -> Tally:
    """Count the rows of the file by what became of them in all staged tables together."""
    counts = dict(
        db.execute(
            f"SELECT best, count(*) FROM (SELECT min(strength) AS best FROM ({_all(staged)}) GROUP BY n) GROUP BY best"
        ).fetchall()
    )
    return Tally(
        new=counts.get(1, 0),
        changed=counts.get(2, 0),
        unchanged=counts.get(3, 0),
        ignored=counts.get(4, 0),
        rejected=counts.get(0, 0),
        with_order=0,
    )


def late_reasons(db: sqlite3.Connection, state: int) -> Counter[str]:
    """Why the comparison ignored or rejected rows of the file: of those that nothing else was made of."""
    strength = {REJECTED: 0, IGNORED: 4}[state]
    return Counter(
        dict(
            db.execute(
                f"""
                SELECT why, count(*) FROM (
                    SELECT min(strength) AS best, min(note) FILTER (WHERE strength = {strength}) AS why
                    FROM ({_all(["r"])}) GROUP BY n)
                WHERE best = {strength} GROUP BY why
                """
            ).fetchall()
        )
    )


def _all(staged: Sequence[str]) -> str:
    return " UNION ALL ".join(
        f"SELECT row % {PIECE} AS n, {_STRENGTH} AS strength, note FROM stage.{name}" for name in staged
    )
