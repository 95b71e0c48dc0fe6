"""Segment migration of the whole book, kept with each full scoring: one report a day of data, the newest at the end."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from models.values.migration import MigrationReport

if TYPE_CHECKING:
    from collections.abc import Sequence

    from models.store import UnitOfWork
    from services.workspace import Workspace

KIND = "migration"


def keep_migration(
    work: UnitOfWork, as_of: str, since: str, days: int, counts: Sequence[Sequence[int]]
) -> MigrationReport:
    """Keep the moves between segments in the scoring's unit of work, in place of an earlier report of the same day.

    Parameters
    ----------
    as_of, since
        ISO days between which customers moved, ``days`` apart.
    counts
        Customers by their segment before (rows) and now (columns), with none as the last of each.
    """
    report = MigrationReport.of(as_of, since, days, counts)
    work.sql("DELETE FROM score_reports WHERE kind = ? AND as_of >= ?", (KIND, as_of))
    work.sql(
        "INSERT INTO score_reports (kind, as_of, report, made_at) VALUES (?, ?, ?, ?)",
        (KIND, as_of, json.dumps(report.as_json(), ensure_ascii=False), work.at),
    )
    work.touch(tables=("score_reports",))
    return report


def last_migration(workspace: Workspace) -> MigrationReport | None:
    """Return the moves between segments up to the last full scoring, None before the first."""
    with workspace.store.snapshot() as connection:
        found = connection.execute(
            "SELECT report FROM score_reports WHERE kind = ? ORDER BY id DESC LIMIT 1", (KIND,)
        ).fetchone()
    return MigrationReport.from_json(json.loads(found[0])) if found is not None else None
