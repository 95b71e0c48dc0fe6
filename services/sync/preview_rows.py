"""Pages of a check: rows of the file with what will become of each, the faulty cell, and what a changed cell held."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from models.values.imports import PreviewCell, PreviewRow, Verdict
from models.values.words import figure
from services.sync.apply.target import CHANGED, IGNORED, REJECTED, UNCHANGED, Target
from services.sync.formats.plan import Plan
from services.sync.read import Table
from services.sync.stage.layout import PIECE

_STATE_OF: dict[str, str] = {
    "new": "state IS NULL",
    "changed": f"(state = {CHANGED} OR (state = {UNCHANGED} AND note = 'order'))",
    "unchanged": f"state = {UNCHANGED} AND note IS NOT 'order'",
}
_SAMPLE_ROWS = 100


@dataclass(frozen=True, slots=True)
class Page:
    """Which rows of a check: from which on (from 0, among those of the verdict and reason), and how many."""

    first: int
    count: int
    verdict: Verdict | None = None
    reason: str = ""


def rows_of_page(
    db: sqlite3.Connection,
    plan: Plan,
    targets: Sequence[Target],
    wanted: Page,
    fixed: Sequence[Mapping[str, Any]] = (),
) -> tuple[PreviewRow, ...]:
    """One page of a check's rows; ``fixed`` are the cells that a person wrote anew, as the receipt has them."""
    numbers = _numbers(db, wanted)
    if not numbers:
        return ()
    within = f"row IN ({', '.join(map(str, numbers))})"
    cells = {row: json.loads(text) for row, text in db.execute(f"SELECT row, cells FROM stage.raw WHERE {within}")}
    states = {
        row: (state, note) for row, state, note in db.execute(f"SELECT row, state, note FROM stage.r WHERE {within}")
    }
    rejected = {
        row: (place, header, why)
        for row, place, header, why in db.execute(f"SELECT row, place, header, why FROM stage.rejects WHERE {within}")
    }
    ignored = dict(db.execute(f"SELECT row, reason FROM stage.ignored WHERE {within}").fetchall())
    before = _before(db, plan, targets, [row for row in numbers if _is_changed(states.get(row))])
    found = tuple(
        _row(row, cells[row], states.get(row), rejected.get(row), ignored.get(row), before.get(row, {}))
        for row in numbers
    )
    return _with_fixes(found, plan.table.columns, fixed)


def _with_fixes(
    rows: tuple[PreviewRow, ...], columns: Sequence[str], fixed: Sequence[Mapping[str, Any]]
) -> tuple[PreviewRow, ...]:
    """Say at each fixed cell what stands in the file."""
    written = {(one["row"], one["column"]): one["before"] for one in fixed}
    if not written:
        return rows
    return tuple(
        replace(
            row,
            cells=tuple(
                replace(cell, fixed_from=written.get((row.line, column)))
                for column, cell in zip(columns, row.cells, strict=False)
            ),
        )
        if any(row.line == line for line, _ in written)
        else row
        for row in rows
    )


def rows_of_sample(table: Table) -> tuple[PreviewRow, ...]:
    """The first rows of a file that is not understood yet."""
    width = len(table.columns)
    rows = []
    for number, row in enumerate(table.sample[:_SAMPLE_ROWS], 1):
        cells = tuple(PreviewCell(text) for text in (*row, *[""] * width)[:width])
        rows.append(PreviewRow(number, "ignored", "not decided yet", cells))
    return tuple(rows)


def _numbers(db: sqlite3.Connection, wanted: Page) -> list[int]:
    asked = {"first": wanted.first, "count": wanted.count, "reason": wanted.reason}
    verdict = wanted.verdict
    if verdict is None:
        rows = "SELECT row FROM stage.raw"
    elif verdict == "rejected":
        named = "header || ' ' || why = :reason OR (header = '' AND why = :reason)"
        rows = f"SELECT row FROM stage.rejects WHERE :reason = '' OR {named}"
    elif verdict == "ignored":
        rows = (
            "SELECT row FROM (SELECT row, reason FROM stage.ignored UNION SELECT row, note FROM stage.r "
            f"WHERE row < {PIECE} AND state = {IGNORED}) WHERE :reason = '' OR reason = :reason"
        )
    else:
        rows = f"SELECT row FROM stage.r WHERE row < {PIECE} AND {_STATE_OF[verdict]}"
    return [row[0] for row in db.execute(f"{rows} ORDER BY row LIMIT :count OFFSET :first", asked)]


def _is_changed(state: tuple[Any, Any] | None) -> bool:
    return state is not None and (state[0] == CHANGED or (state[0] == UNCHANGED and state[1] == "order"))


def _row(
    number: int,
    texts: list[str],
    state: tuple[Any, Any] | None,
    rejected: tuple[int, str, str] | None,
    ignored: str | None,
    before: dict[int, str],
) -> PreviewRow:
    faults: dict[int, str] = {}
    verdict: Verdict
    reason = ""
    if rejected is not None:
        place, header, why = rejected
        verdict, reason = "rejected", f"{header} {why}".strip()
        if place >= 0:
            faults[place] = why[:1].upper() + why[1:]
    elif ignored is not None or state is None or state[0] == IGNORED:
        verdict, reason = "ignored", ignored or (str(state[1] or "") if state else "")
    elif state[0] == REJECTED:
        verdict, reason = "rejected", str(state[1])
    elif _is_changed(state):
        verdict = "changed"
    else:
        verdict = "new" if state[0] is None else "unchanged"
    cells = tuple(PreviewCell(text, faults.get(place, ""), before.get(place)) for place, text in enumerate(texts))
    return PreviewRow(number, verdict, reason, cells)


def _before(
    db: sqlite3.Connection, plan: Plan, targets: Sequence[Target], rows: list[int]
) -> dict[int, dict[int, str]]:
    """For changed rows: place of a column to what the book holds of it now."""
    found: dict[int, dict[int, str]] = {}
    if not rows:
        return found
    for target in targets:
        places = _places(plan, target)
        if not places:
            continue
        names = list(places)
        old = ", ".join(f"t.{name}" for name in names)
        new = ", ".join(target.columns[name] for name in names)
        row_of = "s.row" if target.staged == "r" else "s.first_row"
        currency = "t.currency" if "currency" in target.columns else "NULL"
        cursor = db.execute(
            f"""
            SELECT {row_of}, {currency}, {old}, {new} FROM stage.{target.staged} s
            JOIN main.{target.table} t ON t.id = s.target_id
            WHERE s.state = {CHANGED} AND {row_of} IN ({", ".join(map(str, rows))})
            """,
            {"source": plan.source},
        )
        for row, code, *values in cursor:
            for name, one, two in zip(names, values[: len(names)], values[len(names) :], strict=True):
                if one != two:
                    found.setdefault(row, {})[places[name]] = _text(name, one, code or plan.currency)
    return found


def _places(plan: Plan, target: Target) -> dict[str, int]:
    """Column of the store to the place of the file's column that it comes from."""
    own = {"product": "product_name", "sku": "sku", "quantity": "quantity", "unit_price": "unit_price"}
    own["email_opt_out"] = "email_consent"
    amounts = ("amount", "line_total", "refund") if target.table != "opportunities" else ()
    found: dict[str, int] = {}
    for column in plan.columns:
        names = [*column.field.columns]
        if column.field.name in own:
            names.append(own[column.field.name])
        if column.field.name in amounts:
            names.append("amount_minor")
        for name in names:
            if name in target.columns and not name.endswith("_at"):
                found.setdefault(name, column.place)
    return found


def _text(name: str, value: Any, currency: str) -> str:
    if value is None:
        return "empty"
    if name.endswith("_minor") and isinstance(value, int):
        return figure(value, currency)
    return str(value)
