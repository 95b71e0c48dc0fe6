"""What the window waits for: each question of its pages over 100,000 customers and 1 million orders.

    python -m tests.benchmarks.bench_queries [--customers N] [--orders N]

Warm, in one process, without painting: the window's own bench adds that. A page, a keystroke and a click are short of
their goals by far, so that what else runs on the machine does not bring them over.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Iterator

from models.values.alerts import QueueFilter
from models.values.customers import CustomerFilter
from services import insight
from services.workspace import Recipe, Workspace, open_workspace
from tests.benchmarks.big_book import BigBook, big_book

ROUNDS = 30
TYPED = ("m", "ma", "mar", "marl", "marlow", "marlow p", "marlow pi", "marlow pike")
SORTS = ("name", "tier", "segment", "churn", "at_risk", "engagement", "last_order", "next_action", "owner")


def timed(question: Callable[[], object], rounds: int = ROUNDS) -> tuple[float, float]:
    """Median and longest of some rounds, in milliseconds; the first round only warms up."""
    question()
    taken = []
    for _ in range(rounds):
        began = time.perf_counter()
        question()
        taken.append(1000 * (time.perf_counter() - began))
    return statistics.median(taken), max(taken)


def questions(workspace: Workspace) -> Iterator[tuple[str, float | None, Callable[[], object]]]:
    """Yield what is asked, its goal in milliseconds (None: it has none of its own), and the question."""
    queue = insight.queue(workspace)
    order = tuple(alert.id for alert in queue.rows)
    open_alerts = iter(order * 1000)
    people = [alert.customer_id for alert in queue.rows if alert.customer_id is not None]
    who = iter(people * 1000)
    yield "queue, first page", 500, lambda: insight.queue(workspace)
    yield "queue, filtered by text", 50, lambda: insight.queue(workspace, "todo", QueueFilter(text="pike"))
    yield "four tiles", None, lambda: (insight.today_tiles(workspace), insight.outcome_tiles(workspace))
    yield "freshness", None, lambda: insight.freshness(workspace)
    yield "alert selected: detail", 100, lambda: insight.alert_detail(workspace, next(open_alerts), order=order)
    yield "timeline, 50 rows", 100, lambda: insight.timeline(workspace, next(who))
    yield "360° profile", 100, lambda: insight.customer_profile(workspace, next(who))
    for sort in SORTS:
        yield (
            f"customers by {sort}",
            10 if sort == "at_risk" else None,
            lambda sort=sort: insight.customers_page(workspace, None, sort),  # type: ignore[misc]
        )
    for text in TYPED:
        wanted = CustomerFilter(text=text)
        yield f"keystroke “{text}”", 12, lambda wanted=wanted: insight.customers_page(workspace, wanted)  # type: ignore[misc]
    picture = CustomerFilter(regions=frozenset({"Northwest"}), churn_from=0.2, at_risk_from_minor=50_000)
    yield "three filters", 50, lambda: insight.customers_page(workspace, picture)
    yield "three filters, count and sum", None, lambda: insight.customers_count(workspace, picture)
    yield "count and sum of all", None, lambda: insight.customers_count(workspace)
    yield "values that filters offer", None, lambda: insight.filter_choices(workspace)


def main() -> int:
    """Print a line for each question; 1 where a median misses its goal."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=BigBook.customers)
    parser.add_argument("--orders", type=int, default=BigBook.orders)
    chosen = parser.parse_args()
    path = big_book(BigBook(customers=chosen.customers, orders=chosen.orders))
    workspace = open_workspace(Recipe(str(path), "Ada Lindqvist", f"{BigBook.as_of}T09:00:00+00:00"))
    print(f"{chosen.customers:,} customers, {chosen.orders:,} orders; {ROUNDS} rounds each\n")
    print(f"{'':34}{'median':>9}{'longest':>9}   goal")
    missed = 0
    for name, goal, question in questions(workspace):
        median, longest = timed(question)
        missed += goal is not None and median > goal
        said = "" if goal is None else f"≤ {goal:g} ms" + ("  MISSED" if median > goal else "")
        print(f"{name:34}{median:7.1f} ms{longest:6.1f} ms   {said}".rstrip())
    workspace.close()
    return 1 if missed else 0


if __name__ == "__main__":
    raise SystemExit(main())
