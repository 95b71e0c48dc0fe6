"""Anomalies of 100,000 customers over 52 weeks: how well they are found, and how long that takes.

    python -m tests.benchmarks.bench_anomaly [--customers N]

The simulation of SCORING.md: rates above .75 a week, 5 % of the customers drop by 90 % in the last four weeks. Goals:
an average precision of .79 at no more than 2 false alarms in 10,000, and a tenth of a second of the processor for the
weekly counts.
Then the whole way from the events of a large book's tables to its anomalies and emerging issues.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from datetime import date

import numpy as np
from sqlalchemy import create_engine

from services.scoring.anomalies import find_anomalies
from services.scoring.anomaly_detection import FALSE_DISCOVERIES, chances, learn, summed
from services.scoring.channels import WEEKS, Weekly
from services.scoring.emerging import find_emerging
from services.scoring.events import day_number, read_events
from services.scoring.poisson_gamma import largest_discovery
from tests.benchmarks.big_book import BigBook, big_book

GOAL_PRECISION, GOAL_ALARMS, GOAL_SECONDS = 0.79, 2e-4, 0.1
_ROUNDS = 5


def simulated(customers: int, of: str, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Weekly counts, and who dropped."""
    random = np.random.default_rng(seed)
    draw = customers * 5
    rate = random.gamma(1.2, 1.5, draw) if of == "gamma" else np.exp(random.normal(0.0, 1.0, draw))
    rate = rate[rate > 0.75][:customers]
    dropped = random.random(rate.size) < 0.05
    expected = np.repeat(rate[:, None], WEEKS, axis=1)
    expected[dropped, -4:] *= 0.1
    return random.poisson(expected).astype(float), dropped


def average_precision(score: np.ndarray, truth: np.ndarray) -> float:
    """Mean precision at each true one, from the highest score down."""
    hits = truth[np.argsort(-score, kind="stable")]
    return float(np.sum(np.cumsum(hits) / np.arange(1, hits.size + 1) * hits) / hits.sum())


def found_in(customers: int, of: str) -> bool:
    """Print one line for one law of the rates, and return whether the goals are met."""
    counts, dropped = simulated(customers, of, 16)
    weekly = Weekly(np.arange(len(counts)), counts, np.full(len(counts), float(WEEKS)))
    seconds = []
    for _ in range(_ROUNDS):
        begun = time.process_time()
        parts = summed(weekly)
        summing = time.process_time() - begun
        told = chances(parts, learn(parts))
        few = np.nan_to_num(told.few, nan=1.0)
        found = few <= largest_discovery(few, FALSE_DISCOVERIES)
        seconds.append((time.process_time() - begun, summing))
    whole, summing = min(seconds)
    precision, alarms = average_precision(-few, dropped), float(found[~dropped].mean())
    met = precision >= GOAL_PRECISION and alarms <= GOAL_ALARMS
    print(
        f"{of:<10} average precision {precision:.3f} (goal {GOAL_PRECISION})   false alarms {alarms:.1e} "
        f"(goal {GOAL_ALARMS:g})   {found[dropped].mean():.0%} of the drops told of   "
        f"{len(counts):,} × {WEEKS} in {whole:.3f} s of the processor, of which sums {summing:.3f}"
    )
    return met and whole <= GOAL_SECONDS * len(counts) / 100_000


def whole_book(book: BigBook) -> None:
    """Print how long a large book takes, read from its tables."""
    engine = create_engine(f"sqlite:///{big_book(book)}")
    with engine.connect() as connection:
        day = date.fromisoformat(book.as_of)
        events = read_events(connection, day, currency="USD")
        begun = time.perf_counter()
        anomalies, learned = find_anomalies(connection, events)
        found = time.perf_counter()
        report = find_emerging(connection, day_number(day))
        ended = time.perf_counter()
    engine.dispose()
    print(
        f"a book of {events.customer_ids.size:,} customers and {events.orders.row.size:,} orders: "
        f"{len(anomalies):,} anomalies in {len(learned.channels)} channels, {found - begun:.2f} s; "
        f"{len(report.issues)} issues of {report.checked:,} topics, {ended - found:.2f} s"
    )


def main() -> int:
    """Run the bench in a process whose libraries use one thread, as the program's child does."""
    if os.environ.get("OMP_NUM_THREADS") != "1":
        os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"))
        os.execv(sys.executable, [sys.executable, "-m", "tests.benchmarks.bench_anomaly", *sys.argv[1:]])
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--customers", type=int, default=100_000)
    customers = arguments.parse_args().customers
    met = [found_in(customers, of) for of in ("gamma", "lognormal")]
    print(f"goals {'met' if all(met) else 'missed'}")
    whole_book(BigBook(customers=100_000, orders=1_000_000))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
