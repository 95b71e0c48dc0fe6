"""Scores in the columns of ``export scores``: names beside ids, money in major units."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, select

from models.tables import customer_risk_scores, customers
from models.values.money import exponent
from models.values.scores import CustomerScore
from services.scoring.rows import EXPORT_COLUMNS

_MONEY = {
    "clv": "clv_minor",
    "clv_low": "clv_low_minor",
    "clv_high": "clv_high_minor",
    "value_at_risk": "value_at_risk_minor",
}


def export_rows(
    connection: Connection, scores: Iterable[CustomerScore] | None = None
) -> tuple[tuple[str, ...], list[tuple[Any, ...]]]:
    """Columns and rows of `scores`, or of the public table as it stands."""
    named = {
        row.id: (row.external_id, row.name)
        for row in connection.execute(select(customers.c.id, customers.c.external_id, customers.c.name))
    }
    if scores is None:
        found = connection.execute(select(customer_risk_scores).order_by(customer_risk_scores.c.customer_id))
        records: Iterable[dict[str, Any]] = (dict(row) for row in found.mappings())
    else:
        records = (score.values for score in scores)
    return EXPORT_COLUMNS, [_row(record, *named.get(record["customer_id"], ("", ""))) for record in records]


def _row(record: dict[str, Any], external_id: str, name: str) -> tuple[Any, ...]:
    values = {**record, "external_id": external_id, "name": name}
    for column, minor in _MONEY.items():
        amount = record[minor]
        values[column] = None if amount is None else Decimal(amount).scaleb(-exponent(record["currency"]))
    return tuple(values[column] for column in EXPORT_COLUMNS)
