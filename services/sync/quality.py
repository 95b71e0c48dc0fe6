"""Query module: how complete, how old and how consistent the data of the book are."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Final

from models import sqlite
from models.values.quality import DataAge, DataQuality, FieldFill
from services.book.sources import source_ages
from services.duplicates import count_pairs, identifier_quality

if TYPE_CHECKING:
    from services.workspace import Workspace

_FILE: Final = Path(__file__).resolve().parents[2] / "resources" / "quality.toml"


def data_quality(workspace: Workspace) -> DataQuality:
    """How complete, how old and how consistent the data are; each table is read once."""
    kinds = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    with workspace.store.snapshot() as db:
        fields = tuple(fill for table, said in kinds.items() for fill in _fills(db, table, **said))
        ages = source_ages(db, workspace.clock.today(), workspace.policy)
    return DataQuality(
        fields=fields,
        ages=tuple(DataAge(one.words, one.last_day, one.age_days, one.stale) for one in ages),
        pairs=count_pairs(workspace),
        contradictions=identifier_quality(workspace),
    )


def _fills(db: sqlite.Connection, table: str, kind: str, fields: list[dict[str, str]]) -> list[FieldFill]:
    counts = ", ".join(f"count({one['sql']})" for one in fields)
    total, *filled = db.execute(f"SELECT count(*), {counts} FROM {table}").fetchone()
    if not total:
        return []
    return [
        FieldFill(kind, one["name"], count, total, one.get("matters", ""))
        for one, count in zip(fields, filled, strict=True)
    ]
