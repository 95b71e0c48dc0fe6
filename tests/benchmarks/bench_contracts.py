"""Who ends their contract, beside what an oracle could tell that knows the process and the same records.

    python -m tests.benchmarks.bench_contracts

Simulated books of processes that no feature was made for, of seeds that nothing was tuned on: 2,000 customers each, the
newest four closed windows of 90 days. The oracle is `ContractBook.best`. At the end a book of contract dates and fields
alone of 7,000 customers, whose oracle is the odds from which it was drawn, or the age of the contract without them.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Collection
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from services.scoring.events import BookEvents
from services.scoring.model_selection import judge
from services.scoring.model_selection.judging import Judgement
from services.scoring.model_selection.measures import auc
from tests.services.scoring.contract_books import EVERYTHING, INVOICES, PROCESSES, TICKETS, contract_book
from tests.services.scoring.test_traits import subscriber_book, subscribers

Floats = NDArray[np.float64]

SEEDS = range(21, 26)
KNOWN: tuple[tuple[str, Collection[str]], ...] = (
    ("contract dates", frozenset()),
    ("and invoices", frozenset({INVOICES})),
    ("and tickets", frozenset({INVOICES, TICKETS})),
    ("and fields", EVERYTHING),
)


def reached(book: BookEvents, best: Callable[[Judgement], Floats]) -> tuple[float, float]:
    """AUC of the model in use and of the oracle: means over the newest four closed windows."""
    judged = judge(book, book.as_of, 90, label="contract", tests=4, most_windows=8, with_references=False)
    pairs = [(auc(one.risks[judged.used], one.left), auc(best(one), one.left)) for one in judged.tests]
    model, oracle = (float(np.mean(column)) for column in zip(*pairs, strict=True))
    return model, oracle


def line(title: str, found: list[tuple[float, float]]) -> None:
    """Print the means over books, and the share of the oracle's AUC that was reached."""
    model, oracle = np.mean(found, axis=0).tolist()
    worst = min(one / other for one, other in found)
    beyond = (model - 0.5) / (oracle - 0.5)
    print(
        f"  {title:<18} {model:>6.3f} {oracle:>8.3f} {model / oracle:>8.3f} {worst:>7.3f} {beyond:>14.0%}", flush=True
    )


def of_process(process: str, known: Collection[str], seed: int) -> tuple[float, float]:
    """What is reached on one book of a process."""
    made = contract_book(process, seed, known=known)
    return reached(made.book, lambda test: made.best(test.cutoff, known)[test.customers - 1])


def of_fields(seed: int, *, with_fields: bool) -> tuple[float, float]:
    """What is reached on contract dates of 7,000 customers, with fields or without."""
    book, (begun, _, fields) = subscriber_book(7_000, seed), subscribers(7_000, seed)
    odds = np.array([2.4 * (one["Contract"] == "Monthly") + 0.04 * float(one["Monthly charge"]) for one in fields])
    best = odds if with_fields else begun.astype(np.float64)
    known = book if with_fields else replace(book, traits={})
    return reached(known, lambda test: (best if with_fields else -best)[test.customers - 1])


def main() -> int:
    """Run the bench in a process whose libraries use one thread, as the program's child does."""
    if os.environ.get("OMP_NUM_THREADS") != "1":
        os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"))
        os.execv(sys.executable, [sys.executable, "-m", "tests.benchmarks.bench_contracts", *sys.argv[1:]])
    heads = f"{'AUC':>6} {'oracle':>8} {'of it':>8} {'worst':>7} {'beyond chance':>14}"
    for process in PROCESSES:
        print(f"{process}, {len(SEEDS)} books of 2,000 customers".ljust(20) + f"\n  {'known':<18} {heads}")
        for title, known in KNOWN:
            line(title, [of_process(process, known, seed) for seed in SEEDS])
    print(f"subscribers, 2 books of 7,000 customers\n  {'known':<18} {heads}")
    for title, with_fields in (("contract dates", False), ("and fields", True)):
        line(title, [of_fields(seed, with_fields=with_fields) for seed in (5, 6)])
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
