"""Alerts against what came: each rule and severity over past cutoffs of six books, beside two baselines.

    python -m tests.benchmarks.bench_alerts [--books NAME …] [--json FILE] [--before FILE]

A cutoff is scored on its own past only, and every rule is evaluated on a queue that nobody has worked. Left: no
purchase within max(90 days, 2 x the usual gap) after the alert; whose window is not over by the book's last day is not
judged. Base: the share that left among the active customers that a rule of silence could have named (four own gaps or
more; for the other rules: all active customers). Figures were tuned on Online Retail, the sample book and the invoices
of seed 1; from which silence on nothing is critical any more, on CDNOW and the groceries; else these, the others of the
simulated books and the invoices of seed 2 were only reported. Recall: of those who
left among the active customers with the highest fifth of last year's spend, the share that was named. Lead: median of
the days between an alert that was right and the day on which the silence counts as having left.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from models.values.errors import UserError
from models.values.past_cases import wilson
from services.scoring.events import EPOCH
from services.workspace import Workspace
from tests.benchmarks.public_books import data_folder, online_retail
from tests.services.alerting.past import alerts_as_of
from tests.services.scoring.books import Book
from tests.services.scoring.cdnow import read_purchases

Purchase = tuple[int, date, int]
SEVERITIES = {4: "critical", 3: "high", 2: "medium", 1: "low"}
SILENCE = ("gap_beyond_usual", "likely_to_leave")
#: Purchase days that make four own gaps.
_OWN = 5


@dataclass(frozen=True)
class Named:
    """One customer with a signal (or, without a rule, an active customer) as of a cutoff, and what came."""

    cutoff: str
    rule: str
    severity: str
    customer: int
    own: bool
    risk: float
    at_risk: int
    spent: int  # in the year before
    silent_days: int
    window_days: int  # in which leaving is judged
    lead_days: int  # until the silence is as long as the window in which leaving is judged
    left: bool | None


@dataclass(frozen=True)
class Line:
    """One row of the report."""

    book: str
    what: str
    alerts: int
    judged: int
    left: int
    back: int
    base: float
    lead_days: float
    recall: float


# -- books ----------------------------------------------------------------------------------------------------------


def cdnow() -> tuple[list[Purchase], list[date]]:
    """Every tenth customer of CDNOW's master file."""
    known: dict[str, int] = {}
    found = [
        (known.setdefault(who, len(known) + 1), day, cents)
        for who, day, cents in sorted(read_purchases(data_folder()))
        if int(who) % 10 == 3 and cents > 0
    ]
    return found, [date(1997, 12, 1), date(1998, 1, 1), date(1998, 2, 1), date(1998, 3, 1), date(1998, 4, 1)]


def retail() -> tuple[list[Purchase], list[date]]:
    """Every second customer of Online Retail, returns left out."""
    orders = online_retail(data_folder()).orders
    found = [
        (int(row) + 1, EPOCH + timedelta(days=int(day)), int(value))
        for row, day, value in zip(orders.row, orders.day, orders.values["value"], strict=True)
        if row % 2 == 0 and value > 0
    ]
    return found, [date(2011, 6, 10), date(2011, 7, 10), date(2011, 8, 10), date(2011, 9, 9)]


_FIRST, _LAST = date(2021, 1, 1), date(2026, 6, 30)
_CUTOFFS = [date(2025, 1, 15), date(2025, 4, 15), date(2025, 7, 15), date(2025, 10, 15), date(2025, 12, 15)]


def _walk(
    rng: np.random.Generator, steps: Callable[[], float], leaves: float, level: float
) -> list[tuple[float, float]]:
    day, found = float(rng.uniform(0, 900)), []
    while day < (_LAST - _FIRST).days:
        found.append((day, level * rng.lognormal(0, 0.15)))
        if rng.random() < leaves:
            break
        day += steps()
    return found


def _dated(rows: Iterable[tuple[int, Sequence[tuple[float, float]]]]) -> list[Purchase]:
    return [(who, _FIRST + timedelta(days=int(day)), int(value)) for who, own in rows for day, value in own]


def invoices(seed: int) -> tuple[list[Purchase], list[date]]:
    """250 firms invoiced each month, quarter, half-year or year, some days late, one in twenty missed altogether."""
    rng = np.random.default_rng(seed)
    firms = []
    for who in range(1, 251):
        period = float(rng.choice([30.4, 91.3, 182.6, 365.2], p=[0.35, 0.4, 0.15, 0.1]))
        level = float(rng.lognormal(12.0, 1.2)) * period / 91

        def step(period: float = period) -> float:
            return max(period * (1 + int(rng.random() < 0.05)) + float(rng.normal(0, 0.06 * period)), 1.0)

        firms.append((who, _walk(rng, step, 1 - 0.8 ** (period / 365), level)))
    return _dated(firms), _CUTOFFS


def subscriptions(seed: int) -> tuple[list[Purchase], list[date]]:
    """400 subscribers charged each month; some pause for one to four months, a quarter leaves within a year."""
    rng = np.random.default_rng(seed)

    def step() -> float:
        return 30.4 * (1 + (int(rng.integers(1, 5)) if rng.random() < 0.03 else 0)) + float(rng.normal(0, 1))

    return _dated((who, _walk(rng, step, 0.024, float(rng.lognormal(8, 0.6)))) for who in range(1, 401)), _CUTOFFS


def groceries(seed: int) -> tuple[list[Purchase], list[date]]:
    """300 households that shop about once a week or fortnight, and now and then are away for weeks."""
    rng = np.random.default_rng(seed)
    homes = []
    for who in range(1, 301):
        gap = float(rng.choice([7, 14, 21]))

        def step(gap: float = gap) -> float:
            return max(float(rng.gamma(3, gap / 3)), 1.0) + (float(rng.uniform(20, 60)) if rng.random() < 0.04 else 0.0)

        homes.append((who, _walk(rng, step, 0.1 * gap / 365, float(rng.lognormal(8.5, 0.4)))))
    return _dated(homes), _CUTOFFS


def seasonal(seed: int) -> tuple[list[Purchase], list[date]]:
    """400 shops: half buy several times within the same eight weeks of each year, half all year round."""
    rng = np.random.default_rng(seed)
    shops = []
    for who in range(1, 401):
        level = float(rng.lognormal(9, 0.9))
        if who % 2:
            shops.append((who, _walk(rng, lambda: float(rng.gamma(2, 25)) + 1, 0.03, level)))
            continue
        peak, own = float(rng.choice([130, 320])) + float(rng.normal(0, 10)), []
        for year in range(int(rng.integers(0, 3)), 6):
            count = rng.integers(3, 9)
            days = sorted(year * 365.25 + peak + rng.uniform(-28, 28, count))
            own += [(float(day), level * rng.lognormal(0, 0.2)) for day in days if day < (_LAST - _FIRST).days]
            if rng.random() < 0.15:
                break
        shops.append((who, own))
    return _dated(shops), _CUTOFFS


def sample(seed: int) -> tuple[list[Purchase], list[date]]:
    """The sample book's purchases (its other events are the rules' own business and tested with the sample)."""
    from services.sample import write_exports
    from services.workspace import Recipe, open_workspace
    from tests.services.sample.imports import import_sample

    with tempfile.TemporaryDirectory() as folder:
        truth = write_exports(Path(folder), seed=seed, today=_LAST)
        workspace = open_workspace(Recipe(f"{folder}/book.db", "Ada", f"{_LAST}T09:00:00+00:00"))
        import_sample(workspace, truth)
        with workspace.store.read() as connection:
            rows = connection.exec_driver_sql(
                "SELECT customer_id, ordered_on, amount_minor FROM orders WHERE kind = 'purchase' AND amount_minor > 0"
                " AND customer_id IS NOT NULL"
            ).fetchall()
        workspace.close()
    return [(row[0], date.fromisoformat(row[1]), row[2]) for row in rows], [*_CUTOFFS[1:], date(2026, 2, 15)]


BOOKS: dict[str, Callable[[], tuple[list[Purchase], list[date]]]] = {
    "Online Retail": retail,
    "CDNOW": cdnow,
    "sample": lambda: sample(16),
    "invoices, seed 1": lambda: invoices(1),
    "invoices, seed 2": lambda: invoices(2),
    "subscriptions": lambda: subscriptions(3),
    "seasonal": lambda: seasonal(4),
    "groceries": lambda: groceries(5),
}


# -- what is raised and what came -----------------------------------------------------------------------------------


def measured(purchases: Sequence[Purchase], cutoffs: Sequence[date]) -> list[Named]:
    """Everybody who has a signal as of a cutoff, and every active customer beside them under the rule ''."""
    last = max(day for _, day, _ in purchases)
    days: dict[int, dict[date, int]] = {}
    for who, day, amount in sorted(purchases):
        own = days.setdefault(who, {})
        own[day] = own.get(day, 0) + amount
    with tempfile.TemporaryDirectory() as folder:
        book = Book(Path(folder) / "book.db", f"{last}T12:00:00+00:00")
        book.add_customers(max(days))
        book.add_orders(purchases)
        found: list[Named] = []
        for cutoff in cutoffs:
            found += at_cutoff(book.workspace, cutoff, days, last)
        book.workspace.close()
    return found


def at_cutoff(workspace: Workspace, cutoff: date, days: dict[int, dict[date, int]], last: date) -> list[Named]:
    """Everybody who has a signal as of a cutoff, and every active customer under the rule ''; what came of each."""
    with alerts_as_of(workspace, cutoff).store.read() as connection:
        scores = {
            row["customer_id"]: row
            for row in connection.exec_driver_sql(
                "SELECT customer_id, churn_risk, value_at_risk_minor, days_since_last_order, usual_gap_days,"
                " purchase_days FROM customer_risk_scores WHERE purchase_days > 0"
            ).mappings()
        }
        signals = connection.exec_driver_sql(
            "SELECT g.rule, g.severity, g.customer_id FROM alert_signals g WHERE g.customer_id IS NOT NULL"
        ).fetchall()
    active = [who for who, row in scores.items() if row["days_since_last_order"] <= max(180, 3 * row["usual_gap_days"])]
    named = [(rule, SEVERITIES[severity], who) for rule, severity, who in signals if who in scores]
    named += [("", "", who) for who in active]
    return [_named(cutoff, rule, severity, scores[who], days[who], last) for rule, severity, who in named]


def _named(cutoff: date, rule: str, severity: str, score: Any, days: dict[date, int], last: date) -> Named:
    window = int(max(90.0, 2.0 * score["usual_gap_days"]))
    until = cutoff + timedelta(days=window)
    bought = any(cutoff < day <= until for day in days)
    return Named(
        cutoff=cutoff.isoformat(),
        rule=rule,
        severity=severity,
        customer=score["customer_id"],
        own=score["purchase_days"] >= _OWN,
        risk=score["churn_risk"] or 0.0,
        at_risk=score["value_at_risk_minor"] or 0,
        spent=sum(amount for day, amount in days.items() if cutoff - timedelta(days=365) < day <= cutoff),
        silent_days=score["days_since_last_order"],
        window_days=window,
        lead_days=max(window - score["days_since_last_order"], 0),
        left=not bought if until <= last else None,
    )


def lines_of(book: str, named: Sequence[Named]) -> list[Line]:
    """The report's rows: each rule and severity, each rule, and as many as the silence rules named by value at risk."""
    active = [one for one in named if not one.rule]
    judged = [one for one in active if one.left is not None]
    base = {own: _share([one for one in judged if one.own or not own]) for own in (True, False)}
    worth = {
        cutoff: float(np.quantile([one.spent for one in active if one.cutoff == cutoff], 0.8))
        for cutoff in {one.cutoff for one in active}
    }
    leavers = {(one.cutoff, one.customer) for one in judged if one.left and one.spent >= worth[one.cutoff]}
    signals = [one for one in named if one.rule]
    groups: dict[str, list[Named]] = {}
    for one in signals:
        groups.setdefault(f"{one.rule}, {one.severity}", []).append(one)
    by_silence = _once(one for one in signals if one.rule in SILENCE)
    groups = dict(sorted(groups.items()))
    groups["by silence, critical"] = _once(one for one in signals if one.rule in SILENCE and one.severity == "critical")
    groups["by silence"] = by_silence
    counts = Counter(one.cutoff for one in by_silence)
    groups["as many with most value at risk"] = [
        one
        for cutoff, count in counts.items()
        for one in sorted((o for o in active if o.cutoff == cutoff), key=lambda o: -o.at_risk)[:count]
    ]
    found = []
    for what, ones in groups.items():
        known = [one for one in ones if one.left is not None]
        own = what.startswith("gap_beyond_usual") or what == "by silence, critical"
        caught = leavers & {(one.cutoff, one.customer) for one in known}
        left = sum(bool(one.left) for one in known)
        lead = median([one.lead_days for one in known if one.left] or [0])
        recall = len(caught) / len(leavers) if leavers else 0.0
        found.append(Line(book, what, len(ones), len(known), left, len(known) - left, base[own], float(lead), recall))
    return found


def _once(ones: Iterable[Named]) -> list[Named]:
    return list({(one.cutoff, one.customer): one for one in ones}.values())


def _share(ones: Sequence[Named]) -> float:
    return sum(bool(one.left) for one in ones) / max(len(ones), 1)


def _told(line: Line, before: dict[tuple[str, str], Line]) -> str:
    share = line.left / line.judged if line.judged else 0.0
    low, high = wilson(line.left, line.judged)
    old = before.get((line.book, line.what))
    then = (
        f"{old.alerts:>5} {old.left / max(old.judged, 1):>5.0%} {old.recall:>5.0%}"
        if old
        else f"{'–':>5} {'–':>5} {'–':>5}"
    )
    return (
        f"{line.book:<17} {line.what:<34} {line.alerts:>6} {line.judged:>6} {line.left:>5} {share:>5.0%}"
        f" [{low:>4.0%}, {high:>4.0%}] {line.back:>5} {line.base:>5.0%} {line.lead_days:>5.0f} {line.recall:>6.0%}"
        f"   {then}"
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the report."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--books", nargs="*", choices=list(BOOKS), default=list(BOOKS))
    parser.add_argument("--json", type=Path, help="keep the figures")
    parser.add_argument("--before", type=Path, default=Path(__file__).with_name("alerts_before.json"))
    asked = parser.parse_args(arguments)
    before = {}
    if asked.before.exists():
        before = {(one["book"], one["what"]): Line(**one) for one in json.loads(asked.before.read_text())}
    sys.stdout.write(
        f"{'book':<17} {'rule, severity':<34} {'alerts':>6} {'judged':>6} {'left':>5} {'share':>5} {'95 %':>12}"
        f" {'back':>5} {'base':>5} {'lead':>5} {'recall':>6}   before: alerts, share, recall\n"
    )
    kept: list[Line] = []
    for name in asked.books:
        try:
            named = measured(*BOOKS[name]())
        except (FileNotFoundError, UserError) as fault:
            sys.stdout.write(f"{name}: {fault}\n")
            continue
        for line in lines_of(name, named):
            kept.append(line)
            sys.stdout.write(f"{_told(line, before)}\n")
        sys.stdout.flush()
    if asked.json:
        asked.json.write_text(json.dumps([asdict(line) for line in kept], indent=1))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
