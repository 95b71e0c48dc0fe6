"""How fast churn models are fitted: BG/NBD and MBG/NBD against the package `lifetimes`, at the same optimum.

    python -m tests.benchmarks.bench_btyd [--customers N,N]

`lifetimes` is no package of this project. To measure against it, put it somewhere and name the place:

    pip install --target DIR --no-deps lifetimes autograd dill
    PYTHONPATH=DIR python -m tests.benchmarks.bench_btyd

Without it, the same likelihood is searched row by row as it does (BFGS from the same point), and the output says so.
Histories are drawn from the model itself, in whole days. Goal: 15 times faster on 100,000 and on 1 million customers.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

import numpy as np
from numpy.typing import NDArray

from services.scoring import btyd
from services.scoring.btyd import BtydParameters, Family

Floats = NDArray[np.float64]
GOAL = 15.0
#: Of whole days: a shop whose customers come back every three weeks and leave after one purchase in five.
TRUTH = {"r": 0.6, "alpha": 25.0, "a": 0.9, "b": 2.8}
DAYS = 546
ROUNDS = 3
#: Nats a customer: optima that lie closer are the same.
SAME = 1e-5


@dataclass(frozen=True)
class Histories:
    """x, t_x and T in whole days, shape (customers,) each."""

    x: Floats
    t_x: Floats
    age: Floats


def drawn(customers: int, family: Family, seed: int = 5) -> Histories:
    """Histories of customers who do as the model says; purchases of one day are one."""
    rng = np.random.default_rng(seed)
    age = rng.integers(1, DAYS, customers).astype(np.float64)
    rate = rng.gamma(TRUTH["r"], 1 / TRUTH["alpha"], customers)
    leaves = rng.beta(TRUTH["a"], TRUTH["b"], customers)
    x, last, at = np.zeros(customers), np.zeros(customers), np.zeros(customers)
    active = np.arange(customers)
    if family == "mbg":
        active = active[rng.random(customers) >= leaves]
    while active.size:
        at[active] += rng.exponential(1 / rate[active])
        active = active[at[active] <= age[active]]
        day = np.floor(at[active])
        x[active] += day > last[active]
        last[active] = day
        active = active[rng.random(active.size) >= leaves[active]]
    return Histories(x, last, age)


def by_lifetimes(known: Histories, family: Family) -> Floats:
    """Parameters as the package finds them."""
    import lifetimes

    fitter = lifetimes.BetaGeoFitter() if family == "bg" else lifetimes.ModifiedBetaGeoFitter()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fitter.fit(known.x, known.t_x, known.age)
    return np.array([float(fitter.params_[name]) for name in ("r", "alpha", "a", "b")])


def by_a_generic_search(known: Histories, family: Family) -> Floats:
    """Parameters as the package searches for them, row by row, but with gradients by formula: quicker than it is."""
    from scipy.optimize import minimize

    scale = 1.0 / known.age.max()
    each = np.arange(known.x.size)
    rows = btyd._Grouped(known.x, each, known.x, known.t_x * scale, known.age * scale, np.ones(known.x.size))

    def negative(log_theta: Floats) -> tuple[float, Floats]:
        value, gradient = btyd._likelihood(family, log_theta, rows)
        return -value / known.x.size, -gradient / known.x.size

    theta = np.exp(minimize(negative, np.full(4, 0.1), jac=True, method="BFGS", tol=1e-7).x)
    theta[1] /= scale
    return np.asarray(theta)


def seconds_of(work: Callable[[], object]) -> float:
    """Seconds that `work` takes."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def log_likelihood(known: Histories, family: Family, theta: Floats) -> float:
    """Mean log-likelihood of a customer at any parameters, by this program's formula."""
    rows = btyd._group(known.x, known.t_x, known.age)
    return btyd._likelihood(family, np.log(theta), rows)[0] / known.x.size


def theta_of(fitted: BtydParameters) -> Floats:
    """The four parameters."""
    return np.array([fitted.r, fitted.alpha, fitted.a, fitted.b])


def compared(customers: int, family: Family, other: Callable[[Histories, Family], Floats]) -> bool:
    """Measure both on the same histories, print a line, and return whether the goal is met."""
    known = drawn(customers, family)
    fits: list[BtydParameters] = []
    ours = median(
        seconds_of(lambda: fits.append(btyd.fit(known.x, known.t_x, known.age, family=family))) for _ in range(ROUNDS)
    )
    found: list[Floats] = []
    theirs = seconds_of(lambda: found.append(other(known, family)))
    apart = log_likelihood(known, family, theta_of(fits[0])) - log_likelihood(known, family, found[0])
    optimum = "the same" if abs(apart) <= SAME else "OURS IS BETTER" if apart > 0 else "OURS IS WORSE"
    parameters = " ".join(f"{value:.4g}" for value in theta_of(fits[0]))
    print(
        f"{family.upper() + '/NBD':<8} {customers:>9,}   {ours:7.3f} s   {theirs:8.2f} s   {theirs / ours:6.0f} x   "
        f"{optimum} ({apart:+.1e} nats a customer)   r α a b {parameters}"
    )
    return theirs / ours >= GOAL and apart >= -SAME


def main() -> int:
    """Run the bench in a process whose libraries use one thread, as the program's child does."""
    if os.environ.get("OMP_NUM_THREADS") != "1":
        os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"))
        os.execv(sys.executable, [sys.executable, "-m", "tests.benchmarks.bench_btyd", *sys.argv[1:]])
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--customers", default="100000,1000000")
    sizes = [int(size) for size in arguments.parse_args().customers.split(",")]
    try:
        import lifetimes

        other, name = by_lifetimes, f"lifetimes {lifetimes.__version__}"
    except ImportError:
        other, name = by_a_generic_search, "a search of its kind (BFGS, row by row), as `lifetimes` is not here"
    print(f"against {name}; ours: median of {ROUNDS}\n")
    print("model    customers        ours      other    faster   optimum")
    families: tuple[Family, ...] = ("bg", "mbg")
    met = [compared(size, family, other) for size in sizes for family in families]
    print(f"\ngoal {GOAL:g} x at the same optimum: {'met' if all(met) else 'missed'}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
