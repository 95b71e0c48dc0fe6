"""The list of customers over the whole book: any filter, any sort column, pages of 200 rows by keyset.

A page walks the index of its sort column from where the page before ended; customers without a value there come last,
in either direction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from models import sqlite
from models.queries.open_tickets import AS_OF, is_open
from models.queries.purchases import last_returned
from models.values import words
from models.values.customers import (
    CustomerFilter,
    CustomerRow,
    CustomersCount,
    CustomersPage,
    FilterChoices,
    SortColumn,
)
from models.values.said_leaving import RISK_ORDER, said_words
from models.values.scores import CAME_ONCE
from services.book.overdue import count_overdue
from services.insight.matching import Conditions, conditions_of
from services.insight.overridden import marks_of
from services.insight.reader import Reader, marks
from services.insight.value_check import read_value_check

PAGE = 200
RENEWAL_DAYS = 60


@dataclass(frozen=True, slots=True)
class _Sort:
    """Where a sort column lies: its table, id column, expression, the index that is walked, and whose rows lead."""

    table: str
    key: str
    column: str
    index: str
    lead: str = ""


#: Who stands at the top where risk orders a list: the others are to be won back, or lost. By value at risk those lead
#: who came more than once; who came once follows by value, before all others.
_ACTIVE = " AND standing = 'active'"
_SORTS: dict[str, _Sort] = {
    "name": _Sort("customers", "id", "name COLLATE NOCASE", "ix_customers_name"),
    "tier": _Sort("customers", "id", "tier", "ix_customers_tier"),
    "owner": _Sort("customers", "id", "owner", "ix_customers_owner"),
    "segment": _Sort("customer_risk_scores", "customer_id", "segment", "ix_scores_segment"),
    "churn": _Sort("customer_risk_scores", "customer_id", RISK_ORDER, "ix_scores_standing", _ACTIVE),
    "at_risk": _Sort(
        "customer_risk_scores", "customer_id", "value_at_risk_minor", "ix_scores_at_risk", f" AND NOT {CAME_ONCE}"
    ),
    "engagement": _Sort("customer_risk_scores", "customer_id", "engagement", "ix_scores_engagement"),
    "last_order": _Sort("customer_risk_scores", "customer_id", "last_order_on", "ix_scores_last_order"),
}

#: What is next to do for a customer, as (customer, day, rank, words); tickets have no day and come last.
_ACTIONS = """
    SELECT customer_id, COALESCE(due_on, '9998-01-01') AS day, 0 AS rank, title AS said
      FROM tasks WHERE done_at IS NULL AND customer_id IS NOT NULL {tasks}
    UNION ALL
    SELECT customer_id, ends_on, 1, 'Renewal' FROM contracts
     WHERE ends_on BETWEEN ? AND ? AND status IS NOT 'ended' {renewals}
    UNION ALL
    SELECT customer_id, '9999-01-01', 2, 'Ticket open' FROM tickets
     WHERE customer_id IS NOT NULL AND {open} {tickets}
"""


def read_customers(
    reader: Reader,
    wanted: CustomerFilter | None = None,
    sort: SortColumn = "at_risk",
    *,
    descending: bool = True,
    after: tuple[object, int] | None = None,
    limit: int = PAGE,
) -> CustomersPage:
    """Return one page of customers.

    Parameters
    ----------
    after
        The page before's ``next_key``: (value of the sort column, None among those without one; id).
    """
    conditions = conditions_of(reader, wanted or CustomerFilter())
    keys: list[tuple[object, int]] = []
    if after is None or after[0] is not None:
        keys = _walk(reader, conditions, sort, descending, after, limit + 1)
    if len(keys) <= limit:
        start = after[1] if after is not None and after[0] is None else None
        keys += _without_value(reader, conditions, sort, descending, start, limit + 1 - len(keys))
    page = keys[:limit]
    return CustomersPage(rows=_rows(reader, [one for _, one in page]), next_key=page[-1] if len(keys) > limit else None)


def count_customers(reader: Reader, wanted: CustomerFilter | None = None) -> CustomersCount:
    """Return how many customers the filter lets through, of how many, and what is at risk with them."""
    conditions = conditions_of(reader, wanted or CustomerFilter())
    total = reader.value("SELECT COUNT(*) FROM customers")
    matching, at_risk, win_back, once, once_at_risk = reader.driver.execute(
        f"SELECT COUNT(*), SUM(CASE WHEN NOT {CAME_ONCE} THEN value_at_risk_minor END),"
        " COUNT(CASE s.standing WHEN 'win_back' THEN 1 END),"
        f" COUNT(CASE WHEN {CAME_ONCE} THEN value_at_risk_minor END),"
        f" SUM(CASE WHEN {CAME_ONCE} THEN value_at_risk_minor END) "
        f"FROM customer_risk_scores s INDEXED BY ix_scores_at_risk WHERE TRUE{conditions.on('s.customer_id')}",
        conditions.parameters,
    ).fetchone()
    if reader.value("SELECT COUNT(*) FROM customer_risk_scores") < total:
        matching += reader.value(
            "SELECT COUNT(*) FROM customers c WHERE NOT EXISTS "
            f"(SELECT 1 FROM customer_risk_scores WHERE customer_id = c.id){conditions.on('c.id')}",
            conditions.parameters,
        )
    at_risk = 0 if at_risk is None and once else at_risk
    check = read_value_check(reader)
    told = check.sentence(reader.today) if check is not None else ""
    overdue: tuple[str, ...] = ()
    if wanted is not None and wanted.overdue:
        where = conditions.on("s.customer_id")
        overdue = count_overdue(reader.driver, reader.policy, reader.now, where, conditions.parameters).parts
    return CustomersCount(matching, total, at_risk, reader.currency, told, win_back, once, once_at_risk or 0, overdue)


def read_choices(reader: Reader) -> FilterChoices:
    """Return the values that the filters can offer, each with its count, the most frequent first."""
    return FilterChoices(
        tiers=_choice(reader, "customers", "tier"),
        segments=_choice(reader, "customer_risk_scores", "segment"),
        regions=_choice(reader, "customers", "region"),
        owners=_choice(reader, "customers", "owner"),
    )


def find_customers(reader: Reader, text: str, limit: int = 8) -> tuple[CustomerRow, ...]:
    """Return the customers that a search by name, company, e-mail, city or id finds, the most at risk first."""
    if not text.strip():
        return ()
    return read_customers(reader, CustomerFilter(text=text), "at_risk", limit=limit).rows


def _choice(reader: Reader, table: str, column: str) -> tuple[tuple[str, int], ...]:
    found = reader.driver.execute(
        f"SELECT COALESCE({column}, ''), COUNT(*) FROM {table} GROUP BY {column} ORDER BY COUNT(*) DESC, 1"
    ).fetchall()
    counts: dict[str, int] = {}
    for value, number in found:
        counts[value] = counts.get(value, 0) + number
    return tuple(counts.items())


def _walk(
    reader: Reader,
    conditions: Conditions,
    sort: SortColumn,
    descending: bool,
    after: tuple[object, int] | None,
    limit: int,
) -> list[tuple[object, int]]:
    direction, beyond = ("DESC", "<") if descending else ("ASC", ">")
    if sort == "next_action":
        source = f"(SELECT customer_id, MIN(day || rank) AS next_on FROM ({_actions_of_all()}) GROUP BY customer_id) t"
        key, column, lead, whose = "t.customer_id", "t.next_on", _action_days(reader), ""
    else:
        where = _SORTS[sort]
        source, lead, whose = f"{where.table} t INDEXED BY {where.index}", [], where.lead
        key, column = f"t.{where.key}", where.column
    keyset = f" AND ({column}, {key}) {beyond} (?, ?)" if after is not None else ""
    found = reader.driver.execute(
        f"SELECT {column}, {key} FROM {source} WHERE {column} IS NOT NULL{whose}{keyset}{conditions.on(key)} "
        f"ORDER BY {column} {direction}, {key} {direction} LIMIT ?",
        [*lead, *(after or ()), *conditions.parameters, limit],
    )
    return [(row[0], row[1]) for row in found]


def _without_value(
    reader: Reader, conditions: Conditions, sort: SortColumn, descending: bool, after: int | None, limit: int
) -> list[tuple[object, int]]:
    """Return customers that have nothing in the sort column, by id; in a list by risk, by standing and risk first."""
    if sort in ("at_risk", "churn"):
        return _by_risk(reader, _SORTS[sort], conditions, descending, after, limit)
    lead: list[Any] = []
    if sort == "next_action":
        missing = f"c.id NOT IN (SELECT customer_id FROM ({_actions_of_all()}))"
        lead = _action_days(reader)
    else:
        where = _SORTS[sort]
        column = where.column.split(" ")[0]
        if where.table == "customers":
            missing = f"c.{column} IS NULL"
        else:
            with_value = f"SELECT COUNT(*) FROM {where.table} WHERE {column} IS NOT NULL"
            if reader.value(with_value) == reader.value("SELECT COUNT(*) FROM customers"):
                return []
            missing = (
                f"NOT EXISTS (SELECT 1 FROM {where.table} s WHERE s.{where.key} = c.id AND s.{column} IS NOT NULL)"
            )
    found = reader.driver.execute(
        f"SELECT c.id FROM customers c WHERE c.id > ? AND {missing}{conditions.on('c.id')} ORDER BY c.id LIMIT ?",
        [after or 0, *lead, *conditions.parameters, limit],
    )
    return [(None, row[0]) for row in found]


def _by_risk(
    reader: Reader, led: _Sort, conditions: Conditions, descending: bool, after: int | None, limit: int
) -> list[tuple[object, int]]:
    """Return customers whom the sort column does not lead: active ones first, then by risk, those without one last."""
    leads = f"{led.column} IS NOT NULL{led.lead}"
    scores = f"SELECT COUNT(*) FROM customer_risk_scores WHERE {leads}"
    if reader.value(scores) == reader.value("SELECT COUNT(*) FROM customers"):
        return []
    sign = "" if descending else "-"
    size = RISK_ORDER
    if led.column == "value_at_risk_minor":
        size = f"CASE WHEN value_at_risk_minor IS NULL THEN {RISK_ORDER} ELSE value_at_risk_minor / 1e12 END"
    risk = f"COALESCE(CASE standing WHEN 'active' THEN 6 WHEN 'win_back' THEN 3 ELSE 0 END + {sign}({size}), -2)"
    place = f"(SELECT COALESCE(MAX({risk}), -3) FROM customer_risk_scores WHERE customer_id = {{}})"
    last = ""
    if after is not None:
        last = f" AND (place < {place.format('?')} OR (place = {place.format('?')} AND id > ?))"
    found = reader.driver.execute(
        f"SELECT id FROM (SELECT c.id AS id, {place.format('c.id')} AS place FROM customers c WHERE NOT EXISTS "
        f"(SELECT 1 FROM customer_risk_scores WHERE customer_id = c.id AND {leads})"
        f"{conditions.on('c.id')}) WHERE TRUE{last} ORDER BY place DESC, id LIMIT ?",
        [*conditions.parameters, *([after] * 3 if after is not None else ()), limit],
    )
    return [(None, row[0]) for row in found]


def _rows(reader: Reader, ids: Sequence[int]) -> tuple[CustomerRow, ...]:
    if not ids:
        return ()
    found = reader.rows(
        f"""SELECT c.id, c.name, c.external_id, c.tier, c.owner, s.segment, s.churn_risk, s.value_at_risk_minor,
                   s.currency, s.engagement, s.last_order_on, s.days_since_last_order, s.confidence, s.overridden,
                   s.standing, s.left_on, s.said_leaving, {last_returned("s")} AS last_returned
              FROM customers c LEFT JOIN customer_risk_scores s ON s.customer_id = c.id
             WHERE c.id IN ({marks(ids)})""",
        list(ids),
    )
    actions = next_actions(reader, ids)
    by_id = {row["id"]: _row(reader, row, actions.get(row["id"], words.DASH)) for row in found}
    return tuple(by_id[one] for one in ids if one in by_id)


def _row(reader: Reader, row: sqlite.Row, action: str) -> CustomerRow:
    return CustomerRow(
        id=row["id"],
        name=words.name_of(row["name"], row["external_id"]),
        tier=row["tier"],
        segment=row["segment"],
        churn_risk=row["churn_risk"],
        value_at_risk_minor=row["value_at_risk_minor"],
        currency=row["currency"] or reader.currency,
        engagement=row["engagement"],
        last_order_on=row["last_order_on"],
        days_since_last_order=row["days_since_last_order"],
        next_action=action,
        owner=row["owner"],
        confidence=row["confidence"],
        overridden=marks_of(reader, row["overridden"], row["currency"] or reader.currency),
        left_on=row["left_on"],
        standing=row["standing"],
        last_returned=bool(row["last_returned"]),
        said_leaving=said_words(row["said_leaving"]),
    )


def next_actions(reader: Reader, ids: Sequence[int]) -> dict[int, str]:
    """Return what is next to do for each of these customers, in few words: "Call Mon", "Ticket open"."""
    inside = marks(ids)
    sql = _ACTIONS.format(
        tasks=f"AND customer_id IN ({inside})",
        renewals=f"AND +customer_id IN ({inside})" if len(ids) > 50 else f"AND customer_id IN ({inside})",
        tickets=f"AND customer_id IN ({inside})",
        open=is_open(AS_OF),
    )
    found: dict[int, tuple[str, int, str]] = {}
    for row in reader.driver.execute(sql, [*ids, *_action_days(reader), *ids, *ids]):
        said = (row[1], row[2], row[3])
        if row[0] not in found or said < found[row[0]]:
            found[row[0]] = said
    return {one: _said(reader, *action) for one, action in found.items()}


def _said(reader: Reader, on: str, rank: int, said: str) -> str:
    day = words.day_of(on)
    if rank == 2 or day is None or on >= "9998":
        return words.shortened(said, 24)
    if rank == 1:
        return f"{said} {words.soon(day, reader.today)}"
    return f"{words.shortened(said.split()[0] if said.split() else said, 14)} {words.soon(day, reader.today)}"


def _actions_of_all() -> str:
    return _ACTIONS.format(tasks="", renewals="", tickets="", open=is_open(AS_OF))


def _action_days(reader: Reader) -> list[Any]:
    return [reader.today.isoformat(), (reader.today + timedelta(days=RENEWAL_DAYS)).isoformat()]
