"""What a person waits for when they write: facts, suggestions, a draft by template and the composer's composition.

    python -m tests.benchmarks.bench_outreach [--customers N] [--orders N]

Over the large book with order lines (about 1.8 an order, 400 products in 20 categories). Each round asks for another
customer, half of them the best ones, as people write to those; warm, in one process, without painting.
"""

from __future__ import annotations

import argparse
import random
import shutil
import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from models.store import connect
from services import outreach
from services.insight import reading
from services.outreach.facts.suggest import suggest
from services.workspace import Recipe, Workspace, open_workspace
from tests.benchmarks.big_book import BigBook, big_book

ROUNDS = 200
PRODUCTS = 400
CATEGORIES = (
    "Outerwear", "Knitwear", "Denim", "Shirts", "Dresses", "Trousers", "Shoes", "Basics", "Accessories", "Hats",
    "Bags", "Socks", "Belts", "Gloves", "Scarves", "Swimwear", "Nightwear", "Activewear", "Linen", "Gifts",
)  # fmt: skip


def with_lines(path: Path) -> Path:
    """Return a copy of a book with products and order lines, making it where it is not there yet."""
    made = path.with_suffix(".lines.bellwether")
    if made.exists():
        return made
    half = made.with_suffix(".half")
    shutil.copyfile(path, half)
    connection = connect(half)
    connection.execute("PRAGMA foreign_keys = OFF")
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("BEGIN")
    connection.executemany(
        "INSERT INTO products (id, source, external_id, import_id, name, category, price, currency)"
        " VALUES (?, 'shop', ?, 2, ?, ?, '49', 'USD')",
        ((i, f"P{i}", f"Piece {i}", CATEGORIES[i % 20]) for i in range(1, PRODUCTS + 1)),
    )
    connection.executemany(
        "INSERT INTO order_lines (order_id, source, external_id, import_id, product_id, product_name, quantity,"
        " amount_minor) VALUES (?, 'shop', ?, 2, ?, ?, '1', 4900)",
        _lines(connection.execute("SELECT id, customer_id FROM orders ORDER BY id").fetchall()),
    )
    connection.execute("COMMIT")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    half.replace(made)
    return made


def _lines(orders: list[tuple[int, int]]) -> Iterator[tuple[int, str, int, str]]:
    """Yield lines: most of an order is from the two categories that its customer leans to."""
    draw = random.Random(7)
    for order, customer in orders:
        for line in range(draw.choice((1, 1, 2, 3, 2))):
            leaning = (customer * 7 % 20, customer * 13 % 20)[draw.random() < 0.4]
            category = leaning if draw.random() < 0.8 else draw.randrange(20)
            product = 20 * int(20 * draw.random() ** 2) + category or 20
            yield order, f"{order}/{line}", product, f"Piece {product}"


def people(workspace: Workspace) -> list[tuple[int, int | None]]:
    """Return whom to write to as (customer, alert or None): the best ones with an alert, and others at random."""
    with workspace.store.snapshot() as driver:
        best = driver.execute(
            "SELECT customer_id, id FROM alerts WHERE state = 'open' AND customer_id IS NOT NULL"
            " ORDER BY expected_value_minor DESC LIMIT ?",
            (ROUNDS // 2,),
        ).fetchall()
        last = driver.execute("SELECT max(id) FROM customers").fetchone()[0]
    draw = random.Random(7)
    found: list[tuple[int, int | None]] = [*best, *((draw.randint(1, last), None) for _ in range(ROUNDS // 2))]
    draw.shuffle(found)
    return found


def timed(question: Callable[[int, int | None], object], asked: list[tuple[int, int | None]]) -> list[float]:
    """Return how long each answer took, in milliseconds, in rising order; the first one only warms up."""
    question(*asked[-1])
    taken = []
    for customer, alert in asked:
        began = time.perf_counter()
        question(customer, alert)
        taken.append(1000 * (time.perf_counter() - began))
    return sorted(taken)


def questions(workspace: Workspace) -> Iterator[tuple[str, float, Callable[[int, int | None], object]]]:
    """Yield what is asked, its goal in milliseconds, and the question."""

    def suggestions(customer: int, _alert: int | None) -> object:
        with reading(workspace) as reader:
            row = reader.row("SELECT * FROM customers WHERE id = ?", (customer,))
            assert row is not None
            return suggest(reader, row)

    yield "product suggestions", 30, suggestions
    yield "facts", 50, lambda customer, _alert: outreach.read_facts(workspace, customer, "check_in")
    yield (
        "template draft",
        50,
        lambda customer, _alert: outreach.draft_by_template(workspace, customer, goal="check_in"),
    )
    yield "composer's composition", 60, lambda customer, alert: outreach.compose(workspace, customer, alert)


def main() -> int:
    """Print a line for each question; 1 where a median misses its goal."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=BigBook.customers)
    parser.add_argument("--orders", type=int, default=BigBook.orders)
    chosen = parser.parse_args()
    path = with_lines(big_book(BigBook(customers=chosen.customers, orders=chosen.orders)))
    workspace = open_workspace(Recipe(str(path), "Ada Lindqvist", f"{BigBook.as_of}T09:00:00+00:00"))
    asked = people(workspace)
    print(f"{chosen.customers:,} customers, {chosen.orders:,} orders with lines; {len(asked)} customers each\n")
    print(f"{'':34}{'median':>9}{'19 of 20':>12}{'longest':>11}   goal")
    missed = 0
    for name, goal, question in questions(workspace):
        taken = timed(question, asked)
        median = statistics.median(taken)
        missed += median > goal
        said = f"≤ {goal:g} ms" + ("  MISSED" if median > goal else "")
        slow = taken[int(0.95 * len(taken))]
        print(f"{name:34}{median:7.1f} ms{slow:9.1f} ms{taken[-1]:8.1f} ms   {said}")
    began = time.perf_counter()
    template = next(one for one in outreach.read_templates(workspace) if one.code == "late_warm")
    lacking = outreach.preview_template(workspace, template).lacking
    print(f"\npreview with what the book lacks {1000 * (time.perf_counter() - began):7.1f} ms   {', '.join(lacking)}")
    workspace.close()
    return 1 if missed else 0


if __name__ == "__main__":
    raise SystemExit(main())
