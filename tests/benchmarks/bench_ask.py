"""How long an answer takes: the questions of the gold set, on the sample book and on 100,000 customers.

    python -m tests.benchmarks.bench_ask [--customers N] [--orders N]

Each question is asked once of a program that has just begun (what it knows of the book's values is read then) or that
has answered one. Times are of the processor. Also a table of the gold set by what became of each question.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any, Final

from services.assistant import Assistant
from services.metrics import the_catalogue
from services.workspace import Recipe, Workspace, open_workspace
from tests.benchmarks.big_book import BigBook, big_book
from tests.services.assistant.meaning import meaning
from tests.views.books import opened, sample_copy

GOLD: Final = Path(__file__).resolve().parents[1] / "fixtures" / "ask" / "gold.toml"
FIRST_MS, BIG_MS = 300, 1_000


def took(workspace: Workspace, questions: list[str]) -> list[tuple[float, str]]:
    """Return the processor milliseconds of each question, the first of which begins with nothing known."""
    assistant, found = Assistant(workspace), []
    for words in questions:
        began = time.process_time()
        assistant.ask(words)
        found.append((1000 * (time.process_time() - began), words))
    return found


def told(name: str, found: list[tuple[float, str]], goal: int) -> None:
    """Print the times of one book."""
    rest = [one for one, _ in found[1:]]
    print(f"\n{name}: first {found[0][0]:.0f} ms, median {statistics.median(rest):.0f} ms, goal {goal} ms")
    for one, words in sorted(found, reverse=True)[:5]:
        print(f"  {one:8.0f} ms  {words}")


def by_outcome(assistant: Assistant, gold: dict[str, Any]) -> None:
    """Print what became of each question of the gold set."""
    counts: dict[str, Counter[str]] = {"answerable": Counter(), "not answerable": Counter(), "ambiguous": Counter()}
    for one in gold["intent"]:
        for words in one["ask"]:
            found = assistant.ask(words)
            means = meaning(found.readings[0].question, the_catalogue()) if found.status == "answered" else ""
            what = found.status if not means else "right" if means == one["means"] else "wrong"
            counts["answerable"][what] += 1
    for kind, name in (("not answerable", "refuse"), ("ambiguous", "choose")):
        counts[kind].update(assistant.ask(words).status for words in gold[name]["ask"])
    for kind, found in counts.items():
        print(f"  {kind:16}", ", ".join(f"{what} {number}" for what, number in found.most_common()))


def main() -> int:
    """Print the figures; 1 where the median of a book misses its goal."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=BigBook.customers)
    parser.add_argument("--orders", type=int, default=BigBook.orders)
    chosen = parser.parse_args()
    gold = tomllib.loads(GOLD.read_text(encoding="utf-8"))
    questions = [one["ask"][0] for one in gold["intent"]]
    with tempfile.TemporaryDirectory(prefix="bellwether-ask-") as folder:
        sample = opened(sample_copy(Path(folder) / "sample.bellwether"))
        by_outcome(Assistant(sample), gold)
        small = took(sample, questions)
        sample.close()
    told("sample book", small, FIRST_MS)
    book = big_book(BigBook(customers=chosen.customers, orders=chosen.orders, tickets=2.0, emails=8.0))
    workspace = open_workspace(Recipe(str(book), "Ada Lindqvist", f"{BigBook.as_of}T09:00:00+00:00"))
    large = took(workspace, questions)
    workspace.close()
    told(f"{chosen.customers:,} customers, {chosen.orders:,} orders", large, BIG_MS)
    medians = [statistics.median(one for one, _ in found) for found in (small, large)]
    return int(medians[0] > FIRST_MS or medians[1] > BIG_MS)


if __name__ == "__main__":
    raise SystemExit(main())
