"""Query module: the review list of pairs by what was decided, and two records side by side."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from sqlalchemy import Connection

from models import sqlite
from models.store.driver import driver_of
from models.values.errors import UserError
from models.values.people import Likeness, PairCounts, PairDetail, PairField, PairRow, PairSide, PairState
from models.values.words import money_exact, when
from services.duplicates import rows
from services.duplicates.fields import FIELDS, LABELS, PLAIN, differing
from services.duplicates.likeness import likeness
from services.duplicates.parts import (
    UNSAID,
    Row,
    customer_row,
    joined_words,
    noun_of,
    outcome,
    refusal,
    rows_of,
)
from services.settings import reporting_currency
from services.settings.local_zone import this_computers_zone
from services.workspace import Workspace

_PAGE: Final = 500
#: Whose record a key is: a customer's own, or a part of one.
_WHOSE: Final = """
    coalesce((SELECT c.id FROM customers c WHERE c.source = d.{0}_source AND c.external_id = d.{0}_key),
             (SELECT m.customer_id FROM merged_customers m WHERE m.source = d.{0}_source AND m.external_id = d.{0}_key))
"""
_DECIDED: Final = f"""
    WITH named(one, two, decision, decided_at, decided_by) AS MATERIALIZED (
        SELECT {_WHOSE.format("left")}, {_WHOSE.format("right")}, d.decision, d.decided_at, d.decided_by
        FROM pair_decisions d),
    decided(first_id, second_id, decision, decided_at, decided_by) AS MATERIALIZED (
        SELECT min(one, two), max(one, two), decision, max(decided_at), decided_by
        FROM named WHERE one <> two GROUP BY 1, 2)
"""
_PLACE: Final = "coalesce(nullif({0}.city, ''), nullif({0}.region, ''), nullif({0}.country, ''), '')"
_PENDING: Final = f"""
    {_DECIDED}
    SELECT p.first_id, p.second_id, a.name, b.name, {_PLACE.format("a")}, {_PLACE.format("b")}, p.score, p.reasons,
           'pending', '', ''
    FROM likely_pairs p JOIN customers a ON a.id = p.first_id JOIN customers b ON b.id = p.second_id
    WHERE (p.first_id, p.second_id) NOT IN (SELECT first_id, second_id FROM decided)
"""
_JUDGED: Final = f"""
    {_DECIDED}
    SELECT d.first_id, d.second_id, a.name, b.name, {_PLACE.format("a")}, {_PLACE.format("b")},
           coalesce(p.score, 0), coalesce(p.reasons, '[]'), d.decision, d.decided_at, d.decided_by
    FROM decided d JOIN customers a ON a.id = d.first_id JOIN customers b ON b.id = d.second_id
    LEFT JOIN likely_pairs p ON p.first_id = d.first_id AND p.second_id = d.second_id
    WHERE d.decision = :state
"""
_MERGED: Final = f"""
    SELECT m.customer_id, m.former_id, c.name, coalesce(json_extract(m.record, '$.name'), ''),
           {_PLACE.format("c")}, coalesce(json_extract(m.record, '$.city'), ''), 100, '[]', 'merged',
           m.merged_at, m.merged_by
    FROM merged_customers m JOIN customers c ON c.id = m.customer_id
"""


def read_pairs(
    workspace: Workspace, state: PairState = "pending", *, limit: int = _PAGE, after: int = 0
) -> tuple[PairRow, ...]:
    """Pairs of the review list: the likeliest first, decided ones the latest first.

    Parameters
    ----------
    workspace : Workspace
    state : {"pending", "later", "apart", "merged"}
    limit, after : int
        How many at the most, and how many to pass over.
    """
    today, zone = workspace.clock.today(), this_computers_zone()
    with workspace.store.snapshot() as db:
        return tuple(
            replace(row, decided_words=f"{row.decided_by}, {when(row.decided_at, today, zone)}")
            if row.decided_at
            else row
            for row in _pairs(db, state, limit, after)
        )


def _pairs(db: sqlite.Connection, state: PairState, limit: int, after: int) -> tuple[PairRow, ...]:
    order = "7 DESC, 1, 2" if state == "pending" else "10 DESC, 1, 2"
    query = {"pending": _PENDING, "merged": _MERGED}.get(state, _JUDGED)
    cursor = db.execute(
        f"{query} ORDER BY {order} LIMIT :limit OFFSET :after", {"state": state, "limit": limit, "after": after}
    )
    return tuple(_pair(row) for row in cursor)


def _pair(row: Sequence[Any]) -> PairRow:
    first, second, one, two, one_place, two_place, score, reasons, state, at, by = row
    told = tuple(json.loads(reasons))
    return PairRow(first, second, one, two, one_place, two_place, score, told, state, at, by)


def count_pairs(workspace: Workspace) -> PairCounts:
    """How many pairs there are in each state."""
    with workspace.store.snapshot() as db:
        judged = dict(db.execute(f"{_DECIDED} SELECT decision, count(*) FROM decided GROUP BY decision").fetchall())
        pending = db.execute(f"SELECT count(*) FROM ({_PENDING})").fetchone()[0]
        merged = db.execute("SELECT count(*) FROM merged_customers").fetchone()[0]
    return PairCounts(pending, judged.get("later", 0), judged.get("apart", 0), merged)


def read_pair(workspace: Workspace, one_id: int, two_id: int, *, keep: int | None = None) -> PairDetail:
    """Two customers side by side, with what merging them would do.

    Parameters
    ----------
    workspace : Workspace
    one_id, two_id : int
    keep : int, optional
        Whose number stays; without it the one with more history, then the older one.

    Raises
    ------
    UserError
        One of them is not in the book any more.
    """
    with workspace.store.read() as connection:
        db = driver_of(connection)
        found = {number: _customer(connection, number) for number in (one_id, two_id)}
        counts = {number: _history(connection, number) for number in found}
        kept_id = keep if keep in found else fuller(counts, one_id, two_id)
        kept, other = found[kept_id], found[two_id if kept_id == one_id else one_id]
        people = rows.persons(db, found)
        together, _ = outcome(connection, kept, other)
        currency = reporting_currency(connection, workspace.policy)
        return PairDetail(
            kept=_side(db, kept, counts[kept["id"]]),
            other=_side(db, other, counts[other["id"]]),
            likeness=likeness(people[one_id], people[two_id]),
            state=_state(db, one_id, two_id),
            fields=tuple(_fields(kept, other, together.values, currency)),
            moves=_in_words(counts[other["id"]]),
            notes=tuple(_notes(kept, other, together.values)),
            refused=refusal(connection, kept, other),
        )


def read_merged(workspace: Workspace, customer_id: int, former_id: int) -> PairDetail:
    """A record that was merged beside the customer that it is a part of.

    Raises
    ------
    UserError
        They were parted again.
    """
    with workspace.store.read() as connection:
        db = driver_of(connection)
        found = db.execute(
            "SELECT source, external_id, record FROM merged_customers WHERE customer_id = ? AND former_id = ?",
            (customer_id, former_id),
        ).fetchone()
        kept = customer_row(connection, customer_id)
        if found is None or kept is None:
            raise UserError("They are no longer one customer. Refresh the list.")
        other = {**dict.fromkeys(FIELDS), **json.loads(found[2])}
        currency = reporting_currency(connection, workspace.policy)
        return PairDetail(
            kept=_side(db, kept, _history(connection, customer_id)),
            other=PairSide(former_id, other["name"] or found[1], f"{found[0]} {found[1]}", ()),
            likeness=Likeness(100, ()),
            state="merged",
            fields=tuple(_fields(kept, other, kept, currency)),
            moves=(),
        )


def fuller(counts: Mapping[int, Mapping[str, int]], one_id: int, two_id: int) -> int:
    """Whose number is to stay: the customer with more rows, then the one who was in the book first."""
    return min((one_id, two_id), key=lambda number: (-sum(counts[number].values()), number))


def _customer(connection: Connection, number: int) -> Row:
    row = customer_row(connection, number)
    if row is None:
        raise UserError(f"Customer {number} is no longer in the book. Refresh the list.")
    return row


def _history(connection: Connection, number: int) -> dict[str, int]:
    return {table.name: len(ids) for table, _, ids in rows_of(connection, number) if table.name not in UNSAID}


def _in_words(counts: Mapping[str, int]) -> tuple[str, ...]:
    return tuple(f"{count:,} {noun_of(table, count)}" for table, count in counts.items())


def _side(db: sqlite.Connection, row: Row, counts: Mapping[str, int]) -> PairSide:
    known = db.execute(
        "SELECT source, value FROM identities WHERE customer_id = ? AND kind = 'external_id' ORDER BY 1, 2 LIMIT 4",
        (row["id"],),
    ).fetchall()
    origin = " · ".join(f"{source} {value}" for source, value in known) or str(row["source"])
    return PairSide(row["id"], row["name"], origin, _in_words(counts))


def _state(db: sqlite.Connection, one_id: int, two_id: int) -> PairState:
    found = db.execute(
        f"{_DECIDED} SELECT decision FROM decided WHERE first_id = ? AND second_id = ?",
        (min(one_id, two_id), max(one_id, two_id)),
    ).fetchone()
    return found[0] if found is not None else "pending"


def _fields(kept: Row, other: Row, values: Mapping[str, Any], currency: str) -> Iterator[PairField]:
    """What one of them knows, field by field; consent that nobody was asked for is not shown."""
    differ = set(differing(kept, other))
    for name in FIELDS:
        if name == "attributes" or not any(_told(name, row) for row in (kept, other)):
            continue
        unlike = name in differ if name in PLAIN else kept[name] != other[name]
        texts = [_text(name, row[name], currency) for row in (kept, other, values)]
        label = LABELS.get(name, name.replace("_", " "))
        yield PairField(name, label[:1].upper() + label[1:], texts[0], texts[1], unlike, texts[2])


def _told(name: str, row: Row) -> bool:
    return row[name] not in (None, "") and not (
        name in ("email_consent", "tracking_consent") and row[name] == "unknown"
    )


def _text(name: str, value: Any, currency: str) -> str:
    if value in (None, ""):
        return ""
    return money_exact(value, currency) if name.endswith("_minor") else str(value)


def _notes(kept: Row, other: Row, values: Mapping[str, Any]) -> Iterator[str]:
    """What a person should know before merging."""
    rows_ = (kept, other)
    if any(row["email_consent"] == "withdrawn" for row in rows_) and kept["email_consent"] != other["email_consent"]:
        yield "One of them withdrew consent, so it counts as withdrawn for the merged customer."
    elif kept["email_consent"] != values["email_consent"]:
        yield f"Email consent will be {values['email_consent']}: it was given for another address."
    if values["suppressed_until"] and values["suppressed_until"] != kept["suppressed_until"]:
        yield f"No emails until {values['suppressed_until']}, as in the other record."
    differ = [LABELS.get(name, name.replace("_", " ")) for name in differing(kept, other)]
    if differ:
        yield f"They differ in {joined_words(differ)}; values that are not used stay with the merged record."
