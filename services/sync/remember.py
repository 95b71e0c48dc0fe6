"""What a person said of a file is remembered for the next file with the same headers: its system, its mapping."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import replace

from sqlalchemy import Connection, select

from models.tables import mappings
from models.values.imports import ImportOptions, ImportRequest
from services.sync.map.plan import Plan, Remembered


def recall(connection: Connection, signature: str, options: ImportOptions) -> tuple[Remembered | None, ImportOptions]:
    """What is remembered of files with these headers, and the options completed with it."""
    found = connection.execute(select(mappings).where(mappings.c.header_signature == signature)).first()
    if found is None:
        return None, options
    kept = json.loads(found.options)
    remembered = Remembered(kept["source"], json.loads(found.mapping), found.entity) if kept.get("source") else None
    completed = replace(
        options,
        date_order=options.date_order or kept.get("date_order"),
        currency=options.currency or kept.get("currency"),
        timezone=options.timezone or kept.get("timezone"),
    )
    if remembered is not None and options.entity not in (None, remembered.entity):
        remembered = replace(remembered, mapping={}, entity=options.entity or "")
    return remembered, completed


def remember(db: sqlite3.Connection, signature: str, plan: Plan, request: ImportRequest) -> None:
    """Keep what a person said, and under which system the rows are known."""
    options = request.options
    said = {
        "source": plan.source,
        "date_order": options.date_order,
        "currency": options.currency,
        "timezone": options.timezone,
    }
    found = db.execute("SELECT options, mapping FROM main.mappings WHERE header_signature = ?", (signature,)).fetchone()
    before = json.loads(found[0]) if found else {}
    mapping = {**(json.loads(found[1]) if found else {}), **dict(options.mapping)}
    merged = {**before, **{name: value for name, value in said.items() if value}}
    db.execute(
        """
        INSERT INTO main.mappings (header_signature, entity, mapping, options, confirmed_at) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT (header_signature) DO UPDATE
        SET entity = excluded.entity, mapping = excluded.mapping, options = excluded.options,
            confirmed_at = excluded.confirmed_at
        """,
        (signature, plan.entity.name, json.dumps(mapping), json.dumps(merged), request.now),
    )
