"""The receipt: every row of the file in exactly one of five, and what became of it in the book."""

from __future__ import annotations

import sqlite3
from collections import Counter

from models.values.imports import Receipt
from services.sync.apply.analysis import Analysis
from services.sync.apply.target import CHANGED, IGNORED, REJECTED
from services.sync.validate.numbers import exponent_of

_STATES = f"""
    count(*) FILTER (WHERE state IS NULL),
    count(*) FILTER (WHERE state = {CHANGED}),
    count(*) FILTER (WHERE state = 2)
"""


def make_receipt(
    db: sqlite3.Connection,
    analysis: Analysis,
    *,
    import_id: int | None,
    rejects_file: str | None,
    seconds: float,
    dry_run: bool,
) -> Receipt:
    """Count what the staging file holds; see DATA.md for the receipt's fields."""
    plan, stager = analysis.plan, analysis.stager
    new, changed, unchanged = db.execute(f"SELECT {_STATES} FROM stage.r").fetchone()
    with_order = db.execute("SELECT count(*) FROM stage.r WHERE note = 'order' AND state = 2").fetchone()[0]
    late_ignored = Counter(
        dict(db.execute(f"SELECT note, count(*) FROM stage.r WHERE state = {IGNORED} GROUP BY note").fetchall())
    )
    late_rejected = Counter(
        dict(db.execute(f"SELECT note, count(*) FROM stage.r WHERE state = {REJECTED} GROUP BY note").fetchall())
    )
    ignored, rejected = stager.ignored + late_ignored, stager.rejected_by + late_rejected
    rows = {
        "read": stager.rows_read,
        "inserted": new,
        "updated": changed + with_order,
        "unchanged": unchanged - with_order,
        "rejected": rejected.total(),
        "ignored": ignored.total(),
    }
    totals, aside = _totals(db, analysis)
    return Receipt(
        file=str(plan.table.path),
        recognised_as=plan.recognition.words,
        import_id=import_id,
        dialect=dict(plan.table.dialect.as_dict()),
        mapping=plan.mapping,
        rows=rows,
        entities=_entities(db, analysis),
        customers={"matched": analysis.matches.matched, "created": _created(analysis, db)},
        totals=totals,
        reasons=dict(rejected.most_common()),
        rejects_file=rejects_file,
        warnings=tuple(analysis.warnings + aside + _about_rows(db, analysis)),
        seconds=seconds,
        dry_run=dry_run,
        ignored_reasons=dict(ignored.most_common()),
    )


def money_words(minor: int, currency: str) -> str:
    """An amount with its currency, such as "-611,342.09 GBP"."""
    places = exponent_of(currency)
    return f"{minor / 10**places:,.{places}f} {currency}"


def _created(analysis: Analysis, db: sqlite3.Connection) -> int:
    """Customers who are new and have a row that is kept."""
    if not analysis.layout.has_people:
        return 0
    if analysis.plan.entity.customer == "self":
        return int(db.execute("SELECT count(*) FROM stage.r WHERE state IS NULL").fetchone()[0])
    return int(
        db.execute(
            f"""
            SELECT count(DISTINCT p.head) FROM stage.people p JOIN stage.r ON r.who = p.who
            WHERE p.head IS NOT NULL AND (r.state IS NULL OR r.state = {CHANGED})
            """
        ).fetchone()[0]
    )


def _entities(db: sqlite3.Connection, analysis: Analysis) -> dict[str, dict[str, int]]:
    found = {}
    for target in analysis.targets:
        counts = db.execute(f"SELECT {_STATES} FROM stage.{target.staged}").fetchone()
        found[target.table] = dict(zip(("inserted", "updated", "unchanged"), counts, strict=True))
    return found


def _totals(db: sqlite3.Connection, analysis: Analysis) -> tuple[dict[str, int], list[str]]:
    """Purchases of the file by currency; returns and cancellations are said beside them."""
    if analysis.plan.entity.table != "orders":
        return {}, []
    table, amount = ("o", "file_minor") if analysis.layout.lines else ("r", "amount_minor")
    totals: dict[str, int] = {}
    aside = []
    for kind, currency, count, minor in db.execute(
        f"""
        SELECT kind, currency, count(*), sum({amount}) FROM stage.{table}
        WHERE state IS NULL OR state < {IGNORED} GROUP BY 1, 2 ORDER BY 1, 2
        """
    ):
        if kind == "purchase":
            totals[currency] = minor
        else:
            noun = kind if count == 1 else f"{kind}s"
            aside.append(f"{count:,} {noun} worth {money_words(minor, currency)} are not in the total of purchases.")
    return totals, aside


def _about_rows(db: sqlite3.Connection, analysis: Analysis) -> list[str]:
    said = []
    if analysis.plan.zone_assumed and _has_naive_times(db, analysis):
        said.append(f"Times without a zone were taken in {analysis.plan.zone}.")
    if analysis.plan.entity.customer == "optional":
        nobody = db.execute(f"SELECT count(*) FROM stage.r WHERE who IS NULL AND (state IS NULL OR state < {IGNORED})").fetchone()[0]
        if nobody:
            said.append(f"{nobody:,} {analysis.plan.entity.label.lower()} have no customer in the file and are kept without one.")
    return said


def _has_naive_times(db: sqlite3.Connection, analysis: Analysis) -> bool:
    moments = [name for name in analysis.layout.columns if name.endswith("_at")]
    return any(
        db.execute(f"SELECT EXISTS (SELECT 1 FROM stage.r WHERE {name} IS NOT NULL)").fetchone()[0] for name in moments
    )
