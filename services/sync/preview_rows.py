"""Pages of a check: rows of the file with what will become of each, the faulty cell, and what a changed cell held."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from models import sqlite
from models.values.imports import PreviewCell, PreviewRow, Verdict
from models.values.words import figure
from services.sync.formats.plan import Plan
from services.sync.read import Table
from services.sync.stage.layout import CHANGED, IGNORED, PIECE, REJECTED, UNCHANGED, Target

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
    db: sqlite.Connection, plan: Plan, targets: Sequence[Target], wanted: Page, fixed: Sequence[Mapping[str, Any]]
) -> tuple[PreviewRow, ...]:
    """One page of a check's rows; ``fixed`` are the cells that a person wrote anew, as the receipt has them."""
    numbers = _numbers(db, wanted)
    if not numbers:
        return ()

    def staged(table: str, columns: str) -> dict[int, Any]:
        found = db.execute(f"SELECT row, {columns} FROM stage.{table} WHERE row IN ({', '.join(map(str, numbers))})")
        return {row: rest for row, *rest in found}

    raw, states = staged("raw", "cells"), staged("r", "state, note")
    rejected, ignored = staged("rejects", "place, header, why"), staged("ignored", "reason")
    before = _before(db, plan, targets, [row for row in numbers if _is_changed(states.get(row))])
    written: dict[int, dict[int, str]] = {}
    for one in fixed:
        written.setdefault(one["row"], {})[plan.table.columns.index(one["column"])] = one["before"]
    rows = []
    for row in numbers:
        verdict, reason, faults = _verdict(states.get(row), rejected.get(row), ignored.get(row))
        held, stood = before.get(row, {}), written.get(row, {})
        texts = enumerate(json.loads(raw[row][0]))
        cells = (PreviewCell(text, faults.get(at, ""), held.get(at), stood.get(at)) for at, text in texts)
        rows.append(PreviewRow(row, verdict, reason, tuple(cells)))
    return tuple(rows)


def rows_of_sample(table: Table) -> tuple[PreviewRow, ...]:
    """The first rows of a file that is not understood yet."""
    width = len(table.columns)
    rows = []
    for number, row in enumerate(table.sample[:_SAMPLE_ROWS], 1):
        cells = tuple(PreviewCell(text) for text in (*row, *[""] * width)[:width])
        rows.append(PreviewRow(number, "ignored", "not decided yet", cells))
    return tuple(rows)


def _numbers(db: sqlite.Connection, wanted: Page) -> list[int]:
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


def _is_changed(state: Sequence[Any] | None) -> bool:
    return state is not None and (state[0] == CHANGED or (state[0] == UNCHANGED and state[1] == "order"))


def _verdict(
    state: Sequence[Any] | None, rejected: Sequence[Any] | None, ignored: Sequence[str] | None
) -> tuple[Verdict, str, dict[int, str]]:
    """What becomes of a row, why, and what is wrong with its cells by their place."""
    if rejected is not None:
        place, header, why = rejected
        return "rejected", f"{header} {why}".strip(), {place: why[:1].upper() + why[1:]} if place >= 0 else {}
    if ignored is not None or state is None or state[0] == IGNORED:
        return "ignored", ignored[0] if ignored else (str(state[1] or "") if state else ""), {}
    if state[0] == REJECTED:
        return "rejected", str(state[1]), {}
    if _is_changed(state):
        return "changed", "", {}
    return "new" if state[0] is None else "unchanged", "", {}


def _before(db: sqlite.Connection, plan: Plan, targets: Sequence[Target], rows: list[int]) -> dict[int, dict[int, str]]:
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
