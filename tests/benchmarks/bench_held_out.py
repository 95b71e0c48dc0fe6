"""Alerts against the truth, on six books of a process that an outsider made up (`tests/fixtures/held_out`).

    python -m tests.benchmarks.bench_held_out [FOLDER]

Nobody who wrote a rule had seen the books or their process when they were judged first.

The books are imported by the command line, as an account manager would. A cutoff is scored on its own past only, and
every rule is evaluated on a queue that nobody has worked, as in `bench_alerts`; left there: no purchase within
max(90 days, 2 x the usual gap). Gone: the customer had decided to leave by the end of that window, whatever they still
bought. Found: of the most valuable customers (the highest fifth of a year's value, those who came once or twice for a
trial left out) who decided to leave between the first cutoff and 30 days before the last, the share that a rule named
between 30 days before that day and 180 after it. As many: so many with the most value at risk, at each cutoff, instead.
Tickets: those that speak of leaving or are urgent and unhappy, against the writer's own mark.
"""

from __future__ import annotations

import csv
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from models.queries.open_tickets import UNHAPPY
from models.values.past_cases import wilson
from services.distress.lexicon import urgency
from services.distress.urgent_complaint import urgent_complaint
from services.workspace import Recipe, Workspace, open_workspace
from tests.benchmarks.bench_alerts import SILENCE, Named, at_cutoff

LAST = date(2026, 11, 20)
CUTOFFS = [date(2026, month, 20) for month in (5, 8, 11)]
_GENERATOR = Path(__file__).parents[1] / "fixtures" / "held_out" / "gen.py"
_NOT_IMPORTED = ("future_orders.csv", "truth.csv", "distress.csv")
_PASSING = ("once", "trial")
_EARLY, _LATE = timedelta(days=30), timedelta(days=180)


@dataclass(frozen=True)
class Truth:
    """What became of a customer."""

    left_on: date | None
    value: float
    passing: bool


def rows_of(path: Path) -> Iterator[dict[str, str]]:
    """The rows of a file, none where there is no such file."""
    if path.exists():
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield from csv.DictReader(file)


def imported(folder: Path, store: Path) -> Workspace:
    """A book of the folder's exports, brought in by the command line."""
    files = [str(path) for path in sorted(folder.glob("*.csv")) if path.name not in _NOT_IMPORTED]
    command = [sys.executable, "main.py", "import", *files, "--plain", "--no-score", "--store", str(store)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
    return open_workspace(Recipe(str(store), "Ada", f"{LAST}T20:00:00+00:00"))


def judged(folder: Path, workspace: Workspace) -> tuple[list[Named], dict[int, Truth]]:
    """Whom the rules named at each cutoff, and every active customer under the rule ''; what became of each."""
    with workspace.store.read() as connection:
        rows = connection.exec_driver_sql("SELECT value, customer_id FROM identities WHERE kind = 'external_id'")
        ids = dict(rows.fetchall())
    truth = {
        ids[row["customer_id"]]: Truth(
            date.fromisoformat(row["left_on"]) if row["left_on"] else None,
            float(row["yearly_value"] or 0),
            row["pattern"] in _PASSING,
        )
        for row in rows_of(folder / "truth.csv")
    }
    days: dict[int, dict[date, int]] = {}
    last = LAST
    for name in ("orders.csv", "future_orders.csv"):
        for row in rows_of(folder / name):
            day, amount = date.fromisoformat(row["order_date"]), int(100 * float(row["total"]))
            last = max(last, day)
            if row["status"] != "cancelled" and amount > 0 and row["customer_id"] in ids:
                own = days.setdefault(ids[row["customer_id"]], {})
                own[day] = own.get(day, 0) + amount
    named = [one for cutoff in CUTOFFS for one in at_cutoff(workspace, cutoff, days, last)]
    return named, truth


def is_gone(one: Named, truth: dict[int, Truth]) -> bool:
    """Whether the customer had decided to leave by the end of the window of a cutoff."""
    left_on = truth[one.customer].left_on
    end = date.fromisoformat(one.cutoff) + timedelta(days=one.window_days)
    return left_on is not None and left_on <= end


def report(book: str, named: Sequence[Named], truth: dict[int, Truth]) -> None:
    """Print the lines of a book."""
    active = [one for one in named if not one.rule]
    bar = np.quantile([one.value for one in truth.values() if not one.passing], 0.8)
    leavers = {
        who: one.left_on
        for who, one in truth.items()
        if one.left_on and one.value >= bar and not one.passing and CUTOFFS[0] <= one.left_on <= CUTOFFS[-1] - _EARLY
    }
    silent = [one for one in named if one.rule in SILENCE]
    counts = {cutoff.isoformat(): 0 for cutoff in CUTOFFS}
    for cutoff, _ in {(one.cutoff, one.customer) for one in silent}:
        counts[cutoff] += 1
    as_many = [
        one
        for cutoff, count in counts.items()
        for one in sorted((o for o in active if o.cutoff == cutoff), key=lambda o: -o.at_risk)[:count]
    ]
    groups = {
        "by silence, critical": [one for one in silent if one.severity == "critical"],
        "by silence, high": [one for one in silent if one.severity == "high"],
        "by silence, medium": [one for one in silent if one.severity == "medium"],
        "by silence": silent,
        "as many with most value at risk": as_many,
        "distress": [one for one in named if one.rule == "distress"],
        "every rule but win-back": [one for one in named if one.rule and one.rule != "win_back_due"],
        "base: active, four own gaps": [one for one in active if one.own],
        "base: active": active,
    }
    for what, ones in groups.items():
        each = list({(one.cutoff, one.customer): one for one in ones}.values())
        known = [one for one in each if one.left is not None]
        left = sum(bool(one.left) for one in known)
        gone = sum(is_gone(one, truth) for one in known)
        low, high = wilson(left, len(known))
        found = {
            one.customer
            for one in each
            if one.customer in leavers
            and leavers[one.customer] - _EARLY <= date.fromisoformat(one.cutoff) <= leavers[one.customer] + _LATE
        }
        of = f"{len(found):>3} of {len(leavers):<3}" if not what.startswith("base") else " " * 9
        sys.stdout.write(
            f"{book:<13} {what:<32} {len(each):>6} {len(known):>6} {left:>5} {left / max(len(known), 1):>5.0%}"
            f" [{low:>4.0%}, {high:>4.0%}] {gone / max(len(known), 1):>5.0%}   {of}\n"
        )


def report_tickets(book: str, folder: Path, workspace: Workspace) -> None:
    """Print precision and recall of tickets in distress, by the writer's own mark."""
    marks = {row["ticket_id"]: row["distressed"] == "true" for row in rows_of(folder / "distress.csv")}
    if not marks:
        return
    with workspace.store.read() as connection:
        query = "SELECT external_id, leaving, priority, sentiment, subject || '. ' || text FROM tickets"
        rows = connection.exec_driver_sql(query).fetchall()
    leaving = {row[0] for row in rows if row[1]}
    pressing = {row[0] for row in rows if urgency(row[2]) >= 2 and (row[3] or 0) < UNHAPPY}
    angry = {row[0] for row in rows if urgent_complaint(row[4])}
    for what, found in (
        ("words of leaving", leaving),
        ("words, or urgent and unhappy", leaving | pressing),
        ("words of leaving or urgent complaints", leaving | angry),
        ("all three", leaving | pressing | angry),
    ):
        right, of = sum(marks[one] for one in found), sum(marks.values())
        low, high = wilson(right, len(found))
        sys.stdout.write(
            f"{book:<13} tickets: {what:<30} precision {right} of {len(found)} ({right / max(len(found), 1):.0%},"
            f" [{low:.0%}, {high:.0%}]), recall {right} of {of} ({right / max(of, 1):.0%})\n"
        )


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the report."""
    asked = list(sys.argv[1:] if arguments is None else arguments)
    with tempfile.TemporaryDirectory() as scratch:
        if asked:
            folder = Path(asked[0])
        else:
            folder = Path(scratch) / "books"
            subprocess.run([sys.executable, str(_GENERATOR), str(folder)], check=True, stdout=subprocess.DEVNULL)
        sys.stdout.write(
            f"{'book':<13} {'rule, severity':<32} {'alerts':>6} {'judged':>6} {'left':>5} {'share':>5} {'95 %':>12}"
            f" {'gone':>5}   valuable leavers found\n"
        )
        for book in sorted(one for one in folder.iterdir() if (one / "truth.csv").exists()):
            workspace = imported(book, Path(scratch) / f"{book.name}.bellwether")
            report(book.name, *judged(book, workspace))
            report_tickets(book.name, book, workspace)
            sys.stdout.flush()
            workspace.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
