"""A real retailer's file: revenue against its own lines, and orders against brackets closed by hand."""

from __future__ import annotations

import csv
import gzip
from collections import Counter, defaultdict
from datetime import date
from decimal import Decimal
from itertools import islice
from pathlib import Path
from statistics import mean, median

import pytest

from models.values.imports import ImportOptions, ImportRequest
from models.values.metrics import Query
from services.metrics import Metrics
from services.sync import run_import
from services.workspace import Recipe, open_workspace
from tests.services.metrics.conftest import Row, Tables

pytestmark = pytest.mark.data
NOW = "2011-12-10T08:00:00+00:00"
#: The first five weeks and more of it, with some hundred cancellations.
LINES = 60_000


def not_cancelled(orders: list[Row]) -> list[Row]:
    """Purchases that no cancellation takes back: each takes the newest of its amount, of the 90 days before."""
    standing: defaultdict[tuple[int, int], list[Row]] = defaultdict(list)
    for row in sorted(orders, key=lambda row: (row["ordered_at"], row["id"])):
        if row["kind"] == "purchase":
            standing[row["customer_id"], row["amount_minor"]].append(row)
        elif row["kind"] == "cancellation" and row["amount_minor"] < 0:
            taken = standing[row["customer_id"], -row["amount_minor"]]
            if taken and (day(row) - day(taken[-1])).days <= 90:
                taken.pop()
    return [row for rows in standing.values() for row in rows]


def day(row: Row) -> date:
    return date.fromisoformat(row["ordered_on"])


def test_online_retail(data_dir: Path, tmp_path: Path) -> None:
    with gzip.open(data_dir / "online-retail" / "online_retail.csv.gz", "rt", encoding="utf-8", newline="") as source:
        head, *body = islice(csv.reader(source), LINES)
    file = tmp_path / "online_retail.csv"
    with file.open("w", encoding="utf-8", newline="") as target:
        csv.writer(target).writerows([head, *body])
    lines = [dict(zip(head, row, strict=True)) for row in body]
    known = [line for line in lines if line["CustomerID"]]
    months = Counter[str]()
    for line in known:
        months[line["InvoiceDate"][:7]] += round(100 * Decimal(line["Quantity"]) * Decimal(line["UnitPrice"]))
    workspace = open_workspace(Recipe(str(tmp_path / "book.bellwether"), "Ada", NOW))
    try:
        request = ImportRequest(workspace.recipe.store, str(file), NOW, "Ada", ImportOptions(timezone="UTC"), False)
        run_import(workspace, request)
        asking = Metrics(workspace)
        by_month = asking.answer(Query(("revenue",), ("month",)))
        assert dict(by_month.rows) == months
        orders = Tables(workspace.store.path)["orders"]
        assert any(row["kind"] == "cancellation" for row in orders)
        bought = not_cancelled(orders)
        assert len(bought) < sum(row["kind"] == "purchase" for row in orders), "some were cancelled in full"
        found = asking.answer(Query(("orders", "gross_revenue", "buying_customers", "customers"))).totals
        assert found == {
            "orders": len(bought),
            "gross_revenue": sum(row["amount_minor"] for row in bought),
            "buying_customers": len({row["customer_id"] for row in bought}),
            "customers": len({line["CustomerID"] for line in known}),
        }
        amounts, standing = [row["amount_minor"] for row in bought], {row["external_id"] for row in bought}
        of_orders = ("mean_order_value", "median_order_value", "revenue_per_customer")
        of_lines = [line for line in known if line["InvoiceNo"] in standing]
        assert asking.answer(Query((*of_orders, "product_revenue", "units_sold", "lines"))).totals == pytest.approx({
            "mean_order_value": mean(amounts),
            "median_order_value": median(amounts),
            "revenue_per_customer": sum(months.values()) / len({row["customer_id"] for row in bought}),
            "product_revenue": sum(months.values()),
            "units_sold": sum(int(line["Quantity"]) for line in of_lines),
            "lines": len(of_lines),
        })  # fmt: skip
        by_month = asking.answer(Query(("orders", "buying_customers"), ("month",)))
        of_month = defaultdict[str, list[Row]](list)
        for row in bought:
            of_month[row["ordered_on"][:7]].append(row)
        assert by_month.rows == tuple(
            (one, len(rows), len({row["customer_id"] for row in rows})) for one, rows in sorted(of_month.items())
        )
    finally:
        workspace.close()
