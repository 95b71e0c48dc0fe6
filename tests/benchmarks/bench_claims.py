"""What the composer waits for while somebody types: the review of an email, over the large book.

    python -m tests.benchmarks.bench_claims [--customers N] [--orders N]

Each round takes another customer. An ordinary email is a draft by template with an invented sentence and another
customer's name in it; the longest is 20,000 characters of such text, a text beyond that is not read at all.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from dataclasses import replace

from models.store import connect
from models.values.outreach import Edit
from services import outreach
from services.workspace import Recipe, Workspace, open_workspace
from tests.benchmarks.bench_outreach import with_lines
from tests.benchmarks.big_book import BigBook, big_book

ROUNDS = 100
MORE = " We have since moved your region to a second carrier. I thought of {name} on 3 October, as you have 23 orders."


def emails(workspace: Workspace) -> list[Edit]:
    """Return an ordinary email to each of some customers."""
    driver = connect(workspace.store.path)
    people = driver.execute(
        "SELECT id, name FROM customers WHERE name <> '' AND email_consent = 'given' ORDER BY id LIMIT ?", (ROUNDS + 1,)
    ).fetchall()
    driver.close()
    made = []
    for (customer, _), (_, other) in zip(people, [*people[1:], people[0]], strict=True):
        draft = outreach.draft_by_template(workspace, customer, goal="check_in", tone="warm")
        body = draft.body.replace("\n\n", MORE.format(name=other) + "\n\n", 1)
        made.append(Edit(0, customer, None, "check_in", "warm", draft.writer, draft.subject, draft.greeting, body,
                         draft.facts))  # fmt: skip
    return made


def timed(question: Callable[[Edit], object], edits: list[Edit]) -> tuple[float, float]:
    """Median and longest of a round for each email, in milliseconds; the first only warms up."""
    question(edits[0])
    taken = []
    for edit in edits[1:]:
        began = time.perf_counter()
        question(edit)
        taken.append(1000 * (time.perf_counter() - began))
    return statistics.median(taken), max(taken)


def main() -> int:
    """Print a line for each kind of email; 1 where a median misses its goal."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=BigBook.customers)
    parser.add_argument("--orders", type=int, default=BigBook.orders)
    chosen = parser.parse_args()
    path = with_lines(big_book(BigBook(customers=chosen.customers, orders=chosen.orders)))
    workspace = open_workspace(Recipe(str(path), "Ada Lindqvist", f"{BigBook.as_of}T09:00:00+00:00"))
    ordinary = emails(workspace)
    long = [replace(edit, body=(edit.body * 200)[:19_990]) for edit in ordinary[:8]]
    endless = [replace(edit, body="I am sorry. " * 900_000) for edit in ordinary[:8]]
    print(f"{chosen.customers:,} customers, {chosen.orders:,} orders\n")
    print(f"{'':36}{'median':>9}{'longest':>10}   goal")
    missed = 0
    for name, goal, edits in (
        (f"an ordinary email, {len(ordinary[1].body.split())} words", 20.0, ordinary),
        ("the longest that is read", 200.0, long),
        ("10 MB", 20.0, endless),
    ):
        median, longest = timed(lambda edit: outreach.review(workspace, edit), edits)
        missed += median > goal
        said = f"≤ {goal:g} ms" + ("  MISSED" if median > goal else "")
        print(f"{name:36}{median:7.1f} ms{longest:7.1f} ms   {said}".rstrip())
    workspace.close()
    return 1 if missed else 0


if __name__ == "__main__":
    raise SystemExit(main())
