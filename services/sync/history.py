"""The history of imports, newest first."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from models.store.driver import driver_of
from models.values.imports import ImportRecord, Receipt
from services.sync.undo_check import overwritten_by

if TYPE_CHECKING:
    from services.workspace import Workspace

_COUNTS = ("read", "inserted", "updated", "unchanged", "rejected", "ignored")


def imports_history(workspace: Workspace) -> list[ImportRecord]:
    """The imports of the book, newest first: at most 200."""
    now = workspace.clock.now()
    with workspace.store.read() as connection:
        db = driver_of(connection)
        rows = db.execute(
            f"""
            SELECT id, file_name, finished_at, recognised_as, seconds, undone_by, receipt,
                   {", ".join(f"rows_{name}" for name in _COUNTS)}
            FROM imports ORDER BY id DESC LIMIT 200
            """
        ).fetchall()
        later = overwritten_by(db, [row[0] for row in rows if row[5] is None])
        return [
            ImportRecord(
                id=row[0],
                file_name=row[1],
                finished_at=row[2],
                when_words=_when(row[2], now),
                recognised_as=row[3],
                rows=dict(zip(_COUNTS, row[7:], strict=True)),
                seconds=row[4],
                undone=row[5] is not None,
                overwritten_by=later.get(row[0]),
                receipt=receipt_from_json(json.loads(row[6])),
            )
            for row in rows
        ]


def receipt_from_json(kept: dict[str, Any]) -> Receipt:
    """The receipt that an import left in the book."""
    reasons = dict(kept["reasons"])
    ignored = dict(kept.get("ignored_reasons", {}))
    names = ("file", "recognised_as", "import_id", "dialect", "mapping", "rows", "entities", "customers", "totals")
    return Receipt(
        **{name: kept[name] for name in (*names, "rejects_file", "seconds")},
        reasons={reason: count for reason, count in reasons.items() if reason not in ignored},
        warnings=tuple(kept["warnings"]),
        ignored_reasons=ignored,
        fixed=tuple(kept.get("fixed", kept.get("mended", ()))),  # "mended": receipts of the first version
    )


def _when(moment: str, now: datetime) -> str:
    """When it was, in the words of the window: "today 11:21", "yesterday 09:02", "18 Nov"."""
    then = datetime.fromisoformat(moment.replace("Z", "+00:00")).astimezone(UTC)
    local, today = then.astimezone(), now.astimezone()
    if local.date() == today.date():
        return f"today {local:%H:%M}"
    if local.date() == (today - timedelta(days=1)).date():
        return f"yesterday {local:%H:%M}"
    day = f"{local.day} {local:%b}"
    return day if local.year == today.year else f"{day} {local.year}"
