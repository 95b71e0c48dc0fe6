"""Model selection on CDNOW and Online Retail beside the goals, and its choice for books of few customers.

    python -m tests.benchmarks.bench_model_selection [--draws N] [--only cells|small|young]

Every model is trained on windows that closed on or before the test cutoff. A cell is a mean over the test cutoffs;
where the best single model misses a goal, the 95 % interval over resampled customers says whether chance could have
done it. Small books are random customers of the real ones: their model is chosen on their own past, and each model is
then judged by all other customers' next days.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from models.values.backtest import ADDITIVE, CANDIDATES, DEPTH_3, LOGISTIC, MBG, RULE, Measures, mean_of
from services.scoring.events import BookEvents, day_number
from services.scoring.features import features_at
from services.scoring.ledger import Ledger
from services.scoring.model_selection import (
    CLOSED_FORM,
    LABELS,
    Window,
    cutoffs_before,
    fit_challenger,
    fit_model,
    frame_at,
    judge,
)
from services.scoring.model_selection.measures import measure
from services.scoring.model_selection.windows import Past
from services.scoring.parameters import fit_parameters
from tests.benchmarks.public_books import cdnow, data_folder, groceries, online_retail

#: The closed form without the level of past windows.
PLAIN = "plain"
FIGURES = ("auc", "brier", "ece")
SIZES = (50, 100, 300, 1_000, 3_000)
_RESAMPLED = 200
_LOSES = 0.005


@dataclass(frozen=True)
class Goal:
    """One row of the goals: a book, a horizon, its test cutoffs, and AUC, Brier and ECE of the best prototypes."""

    book: str
    horizon: int
    cutoffs: tuple[str, ...]
    figures: tuple[float, float, float]
    prototypes: str = ""


GOALS = (
    Goal(
        "CDNOW", 90, ("1998-01-01", "1998-02-01", "1998-03-01", "1998-04-01"), (0.822, 0.0980, 0.018),
        "prototype of the additive model: .8212 .0980 .0177",
    ),
    Goal("CDNOW", 30, ("1998-01-01", "1998-03-01", "1998-05-31"), (0.832, 0.0548, 0.012)),
    Goal(
        "Online Retail", 90, ("2011-07-15", "2011-08-15", "2011-09-10"), (0.760, 0.197, 0.039),
        "prototype of the additive model: .7599 .1975 .0408",
    ),
    Goal(
        "Online Retail", 30, ("2011-07-10", "2011-09-10", "2011-11-09"), (0.748, 0.167, 0.042),
        "prototype of MBG/NBD: .738 .174 .063",
    ),
)  # fmt: skip
#: Where small books are cut, and the AUC that fifty customers should reach.
SMALL = (("CDNOW", "1998-04-01", 90, 0.83), ("Online Retail", "2011-09-10", 90, 0.73))

#: Where books are young: fewer months of history, and customers from a handful to a few hundred.
YOUNG = (
    ("CDNOW", "1997-08-15"), ("CDNOW", "1997-11-01"), ("CDNOW", "1998-01-15"), ("CDNOW", "1998-04-01"),
    ("Online Retail", "2011-05-15"), ("Online Retail", "2011-07-15"), ("Online Retail", "2011-09-10"),
    ("Groceries", "2024-03-03"), ("Groceries", "2024-07-01"),
)  # fmt: skip
YOUNG_SIZES = (60, 150, 300)

Told = tuple[np.ndarray, np.ndarray]


def day(text: str) -> int:
    """Day number of an ISO day."""
    return day_number(date.fromisoformat(text))


def trained(past: Past, first: int, cutoff: int) -> list[Window]:
    """Windows that had closed by a cutoff."""
    return [past.window(one) for one in cutoffs_before(cutoff, first, past.horizon_days)]


def told_by_model(book: BookEvents, goal: Goal) -> dict[str, list[Told]]:
    """Risk and outcome of each test cutoff by model."""
    past, first = Past(book, goal.horizon), book.first_day()
    assert first is not None
    found: dict[str, list[Told]] = {name: [] for name in (PLAIN, MBG, LOGISTIC, ADDITIVE, DEPTH_3, RULE)}
    for text in goal.cutoffs:
        window, train = past.window(day(text)), trained(past, first, day(text))
        for name, told in found.items():
            model = (
                CLOSED_FORM if name == PLAIN else fit_challenger(train) if name == DEPTH_3 else fit_model(name, train)
            )
            assert model is not None
            told.append((model.risk(window.frame), window.left))
    return found


def interval(told: Sequence[Told], name: str) -> tuple[float, float]:
    """95 % interval of the mean of one figure, each cutoff's customers resampled.

    Resampling adds its own chance, which raises a calibration error: quantiles are taken around the figure (the basic
    bootstrap), so that what it adds is taken off.
    """
    rng = np.random.default_rng(7)
    means = []
    for _ in range(_RESAMPLED):
        drawn = [rng.integers(0, left.size, left.size) for _, left in told]
        means.append(mean_of([measure(risk[rows], left[rows]) for (risk, left), rows in zip(told, drawn, strict=True)]))
    figure = getattr(mean_of([measure(risk, left) for risk, left in told]), name)
    low, high = np.quantile([getattr(one, name) for one in means], (0.025, 0.975))
    return float(2.0 * figure - high), float(2.0 * figure - low)


def reached(name: str, figure: float, goal: float) -> bool:
    """Whether a figure, rounded as the goal is written, reaches it."""
    digits = len(f"{goal:.4f}".rstrip("0").split(".")[1])
    rounded = round(figure, max(digits, 3))
    return rounded >= goal if name == "auc" else rounded <= goal


def cells(book: BookEvents, goal: Goal) -> None:
    """Print one row of the goals with every model beside it."""
    print(f"\n{goal.book}, {goal.horizon} days, {len(goal.cutoffs)} cutoffs".ljust(46) + "AUC     Brier   ECE     bias")
    by_model = told_by_model(book, goal)
    means: dict[str, Measures] = {}
    for name, told in by_model.items():
        mean = means[name] = mean_of([measure(risk, left) for risk, left in told])
        words = "MBG/NBD as it is" if name == PLAIN else LABELS[name].replace(" N ", f" {goal.horizon} ")
        print(f"  {words:<42}  {mean.auc:.4f}  {mean.brier:.4f}  {mean.ece:.4f}  {mean.bias:+.4f}", flush=True)
    print(f"  {'goal':<42}  {goal.figures[0]:.4f}  {goal.figures[1]:.4f}  {goal.figures[2]:.4f}   {goal.prototypes}")
    best = min((MBG, LOGISTIC, ADDITIVE), key=lambda name: means[name].log_loss or 9.0)
    for name, wanted in zip(FIGURES, goal.figures, strict=True):
        figure = getattr(means[best], name)
        if reached(name, figure, wanted):
            continue
        low, high = interval(by_model[best], name)
        within = "within" if low <= wanted <= high else "outside"
        print(
            f"  {LABELS[best]}: {name} {figure:.4f} misses {wanted:g}; chance alone: {low:.4f} to {high:.4f}, {within}"
        )


def through(book: BookEvents, last: int) -> BookEvents:
    """The book as it was at the end of a day."""
    return replace(book, as_of=last, orders=book.orders.until(last), loose_returns=book.loose_returns.until(last))


def small_books(book: BookEvents, cutoff: int, horizon: int, size: int, draws: int) -> Iterator[dict[str, Measures]]:
    """Of each draw, how each model told all customers' next days; the model that was chosen also under ``chosen``."""
    known = through(book, cutoff)
    ledger = Ledger(known, cutoff)
    plain = features_at(ledger)
    bought = np.flatnonzero(plain.purchase_days > 0)
    left = Ledger(book, cutoff + horizon).orders.counted(cutoff, cutoff + horizon) == 0
    for draw in range(draws):
        rng = np.random.default_rng([size, draw])
        kept = np.zeros(left.size, np.bool_)
        kept[rng.choice(bought, min(size, bought.size), replace=False)] = True
        few = known.only(kept)
        parameters = fit_parameters(features_at(Ledger(few, cutoff)), book.currency, with_value=False)
        frame = frame_at(ledger, features_at(ledger, parameters.gaps, plain), parameters, horizon).only(
            plain.purchase_days > 0
        )
        judged = judge(few, cutoff, horizon, with_references=False, tests=3, most_windows=8)
        first = few.first_day()
        assert first is not None
        past = Past(few, horizon)
        train = [past.window(one) for one in cutoffs_before(cutoff, first, horizon, 8)]
        told = {name: fit_model(name, train) for name in CANDIDATES}
        told[PLAIN] = CLOSED_FORM
        found = {name: measure(model.risk(frame), left[bought]) for name, model in told.items()}
        yield {**found, "chosen": measure(judged.model.risk(frame), left[bought]), judged.used + " used": found[MBG]}


def loss(one: Measures) -> float:
    """Its log loss as a number."""
    assert one.log_loss is not None
    return one.log_loss


def small(books: dict[str, BookEvents], draws: int) -> None:
    """Print the choice for small books, and in how many of them another model would have been better."""
    print(f"\nSmall books: random customers, {draws} draws; log loss on all customers' next days")
    lost = cases = 0
    for name, cutoff, horizon, wanted in SMALL:
        for size in SIZES:
            drawn = list(small_books(books[name], day(cutoff), horizon, size, draws))
            worse = [loss(one["chosen"]) - min(loss(one[model]) for model in CANDIDATES) > _LOSES for one in drawn]
            lost, cases = lost + sum(worse), cases + len(worse)
            means = "  ".join(f"{model} {np.mean([loss(one[model]) for one in drawn]):.4f}" for model in CANDIDATES[1:])
            used = "  ".join(f"{sum(f'{model} used' in one for one in drawn)}× {model}" for model in CANDIDATES)
            area = float(np.mean([one["chosen"].auc for one in drawn]))
            aim = f" (goal {wanted}: {'met' if round(area, 2) >= wanted else 'missed'})" if size == SIZES[0] else ""
            chosen = np.mean([loss(one["chosen"]) for one in drawn])
            print(
                f"  {name:<14}{size:>6,} customers  chosen {chosen:.4f}  {means}  AUC {area:.3f}{aim}  "
                f"[{used}]  loses {sum(worse)} of {len(worse)}",
                flush=True,
            )
    share = lost / max(cases, 1)
    print(f"  the chosen model loses more than {_LOSES} in {share:.0%} of {cases}; goal 10 %: ", end="")
    print("met" if share <= 0.10 else "missed")


def young(books: dict[str, BookEvents], draws: int) -> None:
    """Print in how many young books of few customers what is in use loses to plain MBG/NBD on the days that follow."""
    print(
        f"\nYoung books: random customers, {draws} draws; log loss on the 90 days that follow, against MBG/NBD as it is"
    )
    lost = cases = 0
    for name, cutoff in YOUNG:
        for size in YOUNG_SIZES:
            drawn = list(small_books(books[name], day(cutoff), 90, size, draws))
            worse = np.array([loss(one["chosen"]) - loss(one[PLAIN]) for one in drawn])
            lost, cases = lost + int((worse > _LOSES).sum()), cases + worse.size
            told = f"{worse.mean():+.4f} on average, {worse.max():+.4f} at worst"
            error = f"ECE {np.mean([one['chosen'].ece for one in drawn]):.3f}"
            loses = f"loses {(worse > _LOSES).sum()} of {worse.size}"
            print(f"  {name:<14}{cutoff}{size:>6,} customers  {told}  {error}  {loses}", flush=True)
    share = lost / max(cases, 1)
    print(f"  loses more than {_LOSES} in {share:.0%} of {cases}; goal 10 %: {'met' if share <= 0.10 else 'missed'}")


def main() -> int:
    """Run the bench in a process whose libraries use one thread, as the program's child does."""
    if os.environ.get("OMP_NUM_THREADS") != "1":
        os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"))
        os.execv(sys.executable, [sys.executable, "-m", "tests.benchmarks.bench_model_selection", *sys.argv[1:]])
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--draws", type=int, default=20)
    arguments.add_argument("--only", choices=("cells", "small", "young"))
    chosen = arguments.parse_args()
    if not data_folder().exists():
        print(f"The public data sets are not there ({data_folder()}): nothing is measured.")
        return 0
    books = {"CDNOW": cdnow(data_folder()), "Online Retail": online_retail(data_folder()), "Groceries": groceries()}
    if chosen.only in (None, "cells"):
        for goal in GOALS:
            cells(books[goal.book], goal)
    if chosen.only in (None, "small"):
        small(books, chosen.draws)
    if chosen.only in (None, "young"):
        young(books, chosen.draws)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
