"""How long it takes to see who may be one customer: among everybody, and for the customers of an import.

    python -m tests.benchmarks.bench_people [--customers N]

The people are made up from syllables: their names, places and domains are as unevenly common as real ones. One in
fifty is written a second time with a slip, as another system would have it. The merge is of a customer with 3,000 rows.
"""

from __future__ import annotations

import argparse
import random
import resource
import tempfile
import time
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path

from models.store import connect
from models.values.people import LISTED
from services.audit import undo_last
from services.duplicates import count_pairs, find_duplicates, merge_customers, read_pair, read_pairs
from services.workspace import Recipe, Workspace, open_workspace

CUSTOMERS, CHANGED, TWINS, ROWS = 100_000, 1_000, 0.02, 3_000
SYLLABLES = ("ka", "lo", "mi", "ra", "ten", "dor", "vil", "son", "ber", "hart", "man", "ley", "wick", "ston", "field",
             "ford", "ham", "ric", "el", "an", "jo", "ma", "ri", "pe", "tra", "gun")  # fmt: skip
Row = tuple[str, str, str, str, str, str, str]


def made_up(count: int, chance: random.Random) -> Iterator[Row]:
    """Source, id, name, address, number, city, country of made-up people."""
    firsts, lasts, cities = (
        ["".join(chance.choices(SYLLABLES, k=parts)).title() for _ in range(many)]
        for many, parts in ((600, 2), (3_000, 3), (400, 3))
    )
    common = list(accumulate(1 / (place + 1) for place in range(len(cities))))
    for number in range(count):
        first, last = chance.choice(firsts), chance.choice(lasts)
        domain = chance.choice(("gmail.com", f"acme{chance.randrange(3_000)}.test"))
        city = chance.choices(cities, cum_weights=common)[0]
        phone = f"+44{chance.randrange(10**9, 10**10)}"
        address = f"{first}.{last}{number % 97}@{domain}".lower()
        yield "shop", str(number), f"{first} {last}", address, phone, city, "UK"
        if chance.random() < TWINS:
            slip = f"{last[:-1]}{chance.choice('aeinst')}, {first}"
            yield "crm", str(number), slip, f"{number}@{domain}", phone, city, "United Kingdom"


def fill(path: Path, count: int) -> int:
    """Write the people into a store, past the importer; return how many there are."""
    db = connect(path)
    rows = list(made_up(count, random.Random(3)))
    db.execute("BEGIN")
    db.executemany(
        "INSERT INTO customers (source, external_id, name, email, phone, city, country) VALUES (?, ?, ?, ?, ?, ?, ?)",
        rows,
    )
    for kind, source, value in (("external_id", "source", "external_id"), ("email", "''", "email"),
                                ("phone", "''", "phone")):  # fmt: skip
        db.execute(
            f"INSERT INTO identities (customer_id, kind, source, value) SELECT id, '{kind}', {source}, {value}"
            " FROM customers"
        )
    db.execute("COMMIT")
    db.close()
    return len(rows)


def change(workspace: Workspace, count: int) -> None:
    """Change the names of some customers, as an import would, with an entry that says so."""
    from models.tables import customers

    with workspace.store.unit_of_work(workspace.me, "edit", "customers", at=workspace.at) as work:
        for number in range(1, count + 1):
            name = work.sql("SELECT name FROM customers WHERE id = ?", (number,)).scalar()
            work.update(customers, number, {"name": f"{name} Jr"})
        work.commit()


def timed(what: str, goal: float, began: float, more: str = "") -> bool:
    """Print a line; whether the goal was kept."""
    seconds = time.perf_counter() - began
    print(f"{what:52}{seconds:8.2f} s   ≤ {goal:g} s{'' if seconds <= goal else '  MISSED'}{more}")
    return seconds <= goal


def main() -> int:
    """Print a line for each step; 1 where a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=CUSTOMERS)
    wanted = parser.parse_args().customers
    share = max(1.0, wanted / CUSTOMERS)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "people.bellwether"
        workspace = open_workspace(Recipe(str(path), "Ada", "2026-11-21T08:00:00+00:00"))
        there = fill(path, wanted)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        began = time.perf_counter()
        search = find_duplicates(workspace)
        more = f"; {search.compared:,} compared, {len(search.found):,} at {LISTED} or more"
        well = timed(f"among {there:,} customers", 10 * share, began, more)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        print(f"{'its memory at most':52}{peak:8,} MB  ≤ 500 MB ({before} MB before it)")
        change(workspace, CHANGED)
        began = time.perf_counter()
        search = find_duplicates(workspace)
        assert search.customers == CHANGED
        well &= timed(f"{CHANGED:,} changed customers", 1, began, f"; {search.compared:,} compared")
        began = time.perf_counter()
        pairs = read_pairs(workspace, limit=200)
        count_pairs(workspace)
        well &= timed("a page of the list with its counts", 0.1, began)
        began = time.perf_counter()
        read_pair(workspace, pairs[0].first_id, pairs[0].second_id)
        well &= timed("two records side by side", 0.1, began)
        well &= merging(workspace, pairs[0].first_id, pairs[0].second_id)
        workspace.close()
    return 0 if well and peak <= 500 * share else 1


def merging(workspace: Workspace, kept: int, other: int) -> bool:
    """Merge a customer with many rows into another, and undo it."""
    db = connect(workspace.store.path)
    db.execute("BEGIN")
    db.executemany(
        "INSERT INTO activities (customer_id, source, external_id, kind, happened_on) VALUES (?, 's', ?, 'login', ?)",
        ((other, str(number), "2026-01-02") for number in range(ROWS)),
    )
    db.execute("COMMIT")
    db.close()
    began = time.perf_counter()
    merge_customers(workspace, kept, other)
    well = timed(f"a merge of {ROWS:,} rows", 1, began)
    began = time.perf_counter()
    undo_last(workspace)
    return timed("its undo", 5, began) and well


if __name__ == "__main__":
    raise SystemExit(main())
