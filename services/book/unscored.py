"""Query module: what is in the book but not yet in its scores and alerts.

An import, an edit and an undo are in the book as soon as their unit of work is over; scores and rules follow. Where
they did not (a killed process, a closed window, an error, ``--no-score``), an empty queue is no all-clear: whoever
shows it says so, and the next start, or the next command that writes, scores what is missing.
"""

from __future__ import annotations

from typing import Final

from models import sqlite
from models.values.facts import FACT_ENTRIES, SCORED_TABLES
from services.workspace import Workspace

#: What every place says that shows scores or alerts.
NOT_SCORED: Final = "Not scored yet"

_RULES_LAG: Final = """coalesce((SELECT max(id) FROM journal WHERE actor_kind = 'model' AND verb = 'score'), 0)
    > coalesce((SELECT CAST(value AS INTEGER) FROM book WHERE key = 'alerts_evaluated_to_entry'), 0)"""
_SCORED_TO: Final = "coalesce((SELECT json_extract(value, '$.entry') FROM book WHERE key = 'scored'), 0)"
_NAMES: Final = ", ".join(f"'{name}'" for name in SCORED_TABLES)
#: How to reach somebody, and whose they are: no score rests on it.
_DETAILS: Final = (
    "name", "company", "email", "phone", "city", "owner", "preferences", "suppressed_until", "suppressed_why",
    "email_consent", "email_consent_since", "email_consent_how", "tracking_consent",
)  # fmt: skip
_OF_DETAILS: Final = ", ".join(f"'{name}'" for name in _DETAILS)
#: A change of these alone leaves a score as it is. An update holds the columns that changed.
_MOVES: Final = f"""AND p.table_name NOT IN ('identities', 'contacts')
    AND (p.table_name <> 'customers' OR p.operation <> 'update'
         OR EXISTS (SELECT 1 FROM json_each(p.after) f WHERE f.key NOT IN ({_OF_DETAILS})))"""
_STALE: Final = f"EXISTS ({FACT_ENTRIES.format(since=_SCORED_TO, tables=_NAMES, moves=_MOVES)})"
_UNSCORED: Final = f"EXISTS ({FACT_ENTRIES.format(since=_SCORED_TO, tables=_NAMES, moves='')}) OR {_RULES_LAG}"


def is_unscored(driver: sqlite.Connection) -> bool:
    """Return whether facts came in after the last scoring, or scores after the rules last looked."""
    return bool(driver.execute(f"SELECT {_UNSCORED}").fetchone()[0])


def is_stale(driver: sqlite.Connection) -> bool:
    """Return whether scores and alerts lack something that moves them: an address, an owner or a consent does not."""
    return bool(driver.execute(f"SELECT {_STALE} OR {_RULES_LAG}").fetchone()[0])


def rules_lag(workspace: Workspace) -> bool:
    """Return whether scores were written after the rules last looked: a closed window or a power cut came between."""
    with workspace.store.snapshot() as driver:
        return bool(driver.execute(f"SELECT {_RULES_LAG}").fetchone()[0])
