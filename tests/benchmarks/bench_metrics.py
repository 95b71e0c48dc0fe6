"""How long figures take: 100,000 customers, 1 million orders, 200,000 tickets and 1 million email events.

    python -m tests.benchmarks.bench_metrics [--customers N] [--orders N]

Every metric of the catalogue by nothing, by month and by tier over 90 days, once each, from no cache; then those that
dashboards lead with, several times, and all tiles of each dashboard. Times are of the processor.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Iterator

from models.values.dashboards import Filters
from models.values.metrics import Query
from services.metrics import Metrics, the_dashboards, tile_answer
from services.workspace import Recipe, open_workspace
from tests.benchmarks.big_book import BigBook, big_book

MEDIAN, WORST, CACHED = 150, 400, 20
ROUNDS = 3
LEADING = (
    Query(("revenue",), ("month",), period="90d"),
    Query(("revenue",), ("month",), period="12m"),
    Query(("revenue",), ("tier",), period="12m"),
    Query(("orders",), (), period="90d", compare="previous"),
    Query(("tickets",), ("channel",), period="90d"),
    Query(("open_rate",), ("campaign",), period="90d"),
    Query(("open_rate",), ("month",), period="12m"),
    Query(("retention_rate",)),
    Query(("revenue_at_risk",), ("segment",)),
)


def queries(metrics: Metrics) -> Iterator[Query]:
    """Yield each metric by nothing, by month and by tier where it has them."""
    for metric in metrics.catalogue.metrics.values():
        known = metrics.catalogue.dimensions_of(metric)
        for by in ((), *((name,) for name in ("month", "tier") if name in known)):
            yield Query((metric.name,), by, period="90d")


def timed(metrics: Metrics, query: Query) -> float:
    """Return how many milliseconds of the processor an answer takes."""
    began = time.process_time()
    metrics.answer(query)
    return 1000 * (time.process_time() - began)


def told(query: Query) -> str:
    """Return a query in a line."""
    by = f" by {query.by[0]}" if query.by else ""
    return f"{query.metrics[0]}{by}, {query.period}{', compared' if query.compare else ''}"


def main() -> int:
    """Print the figures; 1 where the median, the slowest or the cache misses its goal."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=BigBook.customers)
    parser.add_argument("--orders", type=int, default=BigBook.orders)
    chosen = parser.parse_args()
    book = big_book(BigBook(customers=chosen.customers, orders=chosen.orders, tickets=2.0, emails=8.0))
    workspace = open_workspace(Recipe(str(book), "Ada Lindqvist", f"{BigBook.as_of}T09:00:00+00:00"))
    cold = Metrics(workspace)
    found = sorted(((timed(cold, query), told(query)) for query in queries(cold)), reverse=True)
    median, worst = statistics.median(took for took, _ in found), found[0][0]
    print(f"{chosen.customers:,} customers, {chosen.orders:,} orders")
    print(f"\n{len(found)} queries of one metric by at most one dimension, 90 days, from no cache")
    print(f"  median {median:6.1f} ms   goal ≤ {MEDIAN} ms{'' if median <= MEDIAN else '  MISSED'}")
    print(f"  worst  {worst:6.1f} ms   goal ≤ {WORST} ms{'' if worst <= WORST else '  MISSED'}")
    slow = [one for one in found if one[0] > WORST]
    print(f"  {len(slow)} take longer than {WORST} ms")
    for took, words in found[:12]:
        print(f"    {took:6.0f} ms  {words}")
    print(f"\nleading, {ROUNDS} rounds each{'':18}median  longest")
    for query in LEADING:
        rounds = [timed(Metrics(workspace), query) for _ in range(ROUNDS)]
        print(f"  {told(query):40}{statistics.median(rounds):6.0f} ms {max(rounds):5.0f} ms")
    print("\nall tiles of a dashboard, 90 days, compared")
    for dashboard in the_dashboards():
        empty, began = Metrics(workspace), time.process_time()
        for tile in dashboard.tiles:
            tile_answer(empty, tile, Filters())
        print(f"  {dashboard.title:10}{len(dashboard.tiles):3} tiles {1000 * (time.process_time() - began):8.0f} ms")
    warm = Metrics(workspace)
    for query in LEADING:
        warm.answer(query)
    cached = max(timed(warm, query) for query in LEADING for _ in range(ROUNDS))
    print(f"\nfrom the cache, longest {cached:.1f} ms   goal ≤ {CACHED} ms{'' if cached <= CACHED else '  MISSED'}")
    workspace.close()
    return int(median > MEDIAN or worst > WORST or cached > CACHED)


if __name__ == "__main__":
    raise SystemExit(main())
