"""Lifetime value on CDNOW: learnt from the first 39 weeks, compared with what was spent in the 39 after them.

    python -m tests.benchmarks.bench_lifetime_value

All 23,570 customers of the full set. Each figure beside its goal; the intervals are of 2,000 bootstrap draws of
customers. The expected value is the displayed one: by the churn risk of the model that would have been in use. The
figures by the purchase model's own risk stand beside it. Online Retail follows without goals: another shop, half a year
ahead, into its high season. At the end books of other processes, a year ahead: how many of the ranges held on ten
books of shops, and how far values were off on firms that are invoiced every quarter, with and without some that leave.
Beside firms that all stay stands an oracle, who knows each firm's level and days and how often an invoice is missed.

The error and the bias pull against one another on CDNOW, where seven customers of ten buy nothing: the mean absolute
error is least where nothing is predicted for them. So the error that the same forecast would have with its total
lowered to the goal is shown too.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from services.scoring.events import BookEvents, day_number
from services.scoring.features import features_at
from services.scoring.ledger import Ledger
from services.scoring.lifetime_value import AS_TOLD
from services.scoring.range_levels import has_value, known_and_spent, learnt_levels
from services.scoring.report.clv import PredictedAndSpent, displayed_risk, measures, predict, window_at
from tests.benchmarks.public_books import cdnow, data_folder, online_retail
from tests.services.scoring.firm_books import PROCESSES, FirmBook, firms
from tests.services.scoring.other_process import LATER_DAYS, simulated

DRAWS = 2_000


@dataclass(frozen=True)
class Goal:
    """One figure: its name in `ClvMeasures`, how it is printed, its goal in words, and whether a value meets it."""

    name: str
    label: str
    text: Callable[[float], str]
    wanted: str
    met: Callable[[float], bool]


def _share(value: float) -> str:
    return f"{100 * value:.1f} %"


GOALS = (
    Goal("spearman", "Spearman", lambda value: f"{value:.3f}", "≥ .43", lambda value: value >= 0.43),
    Goal("mae", "MAE", lambda value: f"{value / 100:.2f}", "≤ 31.8", lambda value: value <= 3180),
    Goal("bias", "bias of the total", _share, "≤ ±15 %", lambda value: abs(value) <= 0.15),
    Goal("top10_capture", "top 10 % capture", _share, "≥ 52 %", lambda value: value >= 0.52),
    Goal("coverage80", "80 % range covers", _share, "75–85 %", lambda value: 0.75 <= value <= 0.85),
    Goal("inside80", "  of all, lie inside", _share, "75–85 %", lambda value: 0.75 <= value <= 0.85),
)
OTHERS = range(11, 21)
#: Seeds of the books of firms, none of which was looked at while the models were made.
FIRMS = range(101, 106)
HORIZON_DAYS = 90


def drawn(window: PredictedAndSpent, rng: np.random.Generator) -> PredictedAndSpent:
    """The window over as many customers, drawn with return."""
    chosen = rng.integers(0, window.spent.size, window.spent.size)
    names = window.predicted.__dataclass_fields__
    predicted = replace(window.predicted, **{name: getattr(window.predicted, name)[chosen] for name in names})
    return replace(window, predicted=predicted, spent=window.spent[chosen])


def report(title: str, book: BookEvents, cutoff: date, days: int, goals: bool) -> None:
    """Print the figures of one window."""
    begun = time.perf_counter()
    window = window_at(book, day_number(cutoff), days, HORIZON_DAYS)
    found, seconds = measures(window), time.perf_counter() - begun
    rng = np.random.default_rng(1)
    draws = [measures(drawn(window, rng)) for _ in range(DRAWS)]
    print(f"{title}: {found.customers:,} customers known on {cutoff}, {days} days ahead ({seconds:.2f} s)")
    print(f"  {'':<20} {'measured':>10}   {'95 % interval':<20} {'goal' if goals else ''}".rstrip())
    for goal in GOALS:
        value = getattr(found, goal.name)
        low, high = np.quantile([getattr(one, goal.name) for one in draws], [0.025, 0.975])
        interval = f"{goal.text(low)} … {goal.text(high)}"
        verdict = ""
        if goals:
            within = goal.met(low) or goal.met(high)
            verdict = "met" if goal.met(value) else "missed by noise" if within else "missed"
            verdict = f"{goal.wanted:<9} {verdict}"
        print(f"  {goal.label:<20} {goal.text(value):>10}   {interval:<20} {verdict}".rstrip())
    known, spent = known_and_spent(book, window.cutoff, days)
    alone = measures(PredictedAndSpent(window.cutoff, days, predict(known, days, HORIZON_DAYS, None, AS_TOLD), spent))
    told = ", ".join(f"{goal.label} {goal.text(getattr(alone, goal.name))}" for goal in GOALS[:4])
    print(f"  by the purchase model's own risk: {told}")
    if goals:
        error = moved(window, -0.15) / 100
        print(f"  with its total moved to a bias of -15 %, the same forecast has an MAE of {error:.2f}")


def moved(window: PredictedAndSpent, bias: float) -> float:
    """The mean absolute error, if all values were moved by the factor that gives the total this bias."""
    predicted, spent = window.predicted.expected, window.spent
    factor = (1.0 + bias) * float(spent.sum()) / float(predicted.sum())
    return float(np.abs(factor * predicted - spent).mean())


def other_processes() -> None:
    """Print the coverage on books of customers who leave, spend and pause otherwise than the models have it."""
    found = []
    for seed in OTHERS:
        drawn_book = simulated(seed)
        book = drawn_book.as_events()
        seen, _ = known_and_spent(book, book.as_of, 0)
        risk = displayed_risk(book, book.as_of, HORIZON_DAYS)
        predicted = predict(seen, LATER_DAYS, HORIZON_DAYS, risk, learnt_levels(book, book.as_of, LATER_DAYS))
        spent = np.array([drawn_book.later.get(who, 0) for who in book.customer_ids.tolist()], np.float64)
        found.append(measures(PredictedAndSpent(book.as_of, LATER_DAYS, predicted, spent)))
    print(f"Books of another process, {len(found)} of 900 customers, {LATER_DAYS} days ahead")
    for name, label in (("coverage80", "80 % range covers"), ("inside80", "  of all, lie inside")):
        each = [getattr(one, name) for one in found]
        print(f"  {label:<20} {_share(float(np.mean(each))):>10}   {_share(min(each))} … {_share(max(each))}")


def of_firms(leaving_a_year: float) -> None:
    """Print the errors on firms that are invoiced every quarter, by process: medians over the books."""
    print(f"Firms invoiced quarterly, {len(FIRMS)} books of 200 a process, a year ahead, ", end="")
    print(f"{_share(leaving_a_year)} leave within a year")
    print(f"  {'values':<12} {'MAE / mean':>10} {'worst':>7} {'bias':>9} {'Spearman':>9} {'covers':>8}", end="")
    print("" if leaving_a_year else f" {'oracle':>8} {'worst':>7}")
    for process in PROCESSES:
        books = [firms(process, seed, leaving_a_year=leaving_a_year) for seed in FIRMS]
        each = [_of_firms(one) for one in books]
        error, bias, rank, covered = (float(figure) for figure in np.median(each, axis=0))
        worst = max(one[0] for one in each)
        print(
            f"  {process:<12} {error:>10.3f} {worst:>7.3f} {_share(bias):>9} {rank:>9.3f} {_share(covered):>8}", end=""
        )
        best = [float(np.abs(one.due - one.later).mean() / one.later.mean()) for one in books]
        print("" if leaving_a_year else f" {np.median(best):>8.3f} {max(best):>7.3f}")


def _of_firms(drawn_book: FirmBook) -> tuple[float, ...]:
    book = drawn_book.book
    seen, _ = known_and_spent(book, book.as_of, 0)
    later = drawn_book.later[has_value(features_at(Ledger(book, book.as_of)))]
    risk = displayed_risk(book, book.as_of, HORIZON_DAYS)
    predicted = predict(seen, LATER_DAYS, HORIZON_DAYS, risk, learnt_levels(book, book.as_of, LATER_DAYS))
    found = measures(PredictedAndSpent(book.as_of, LATER_DAYS, predicted, later))
    mae, bias, rank, covered = found.mae or 0.0, found.bias or 0.0, found.spearman or 0.0, found.coverage80 or 0.0
    return mae / float(later.mean()), bias, rank, covered


def main() -> int:
    """Run the bench in a process whose libraries use one thread, as the program's child does."""
    if os.environ.get("OMP_NUM_THREADS") != "1":
        os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"))
        os.execv(sys.executable, [sys.executable, "-m", "tests.benchmarks.bench_lifetime_value", *sys.argv[1:]])
    data = data_folder()
    report("CDNOW", cdnow(data), date(1997, 9, 30), 273, goals=True)
    print()
    report("Online Retail", online_retail(data), date(2011, 6, 9), 180, goals=False)
    print()
    other_processes()
    for leaving in (0.0, 0.1):
        print()
        of_firms(leaving)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
