"""What the program adds to a language model: masking over a large book, and the way of the first word.

    python -m tests.benchmarks.bench_model [--customers N] [--orders N]

The model is a server on loopback that notes the moment at which it writes its first word; measured is the time from
there to the first call of ``on_text``, with the client library imported. The goal of 100 ms is the issue's.
"""

from __future__ import annotations

import argparse
import contextlib
import statistics
import time
from collections.abc import Callable
from dataclasses import replace

from models.store import connect
from models.values.errors import Cancelled
from models.values.outreach import GOALS, ModelRequest
from services.outreach import draft_by_model, read_facts, what_leaves
from services.outreach.model import masking_of
from services.outreach.model.masking import mask_for
from services.settings import ModelProfile
from services.workspace import Recipe, Workspace, open_workspace
from tests.benchmarks.big_book import BigBook, big_book
from tests.servers.model_server import ModelServer, model_server, silence, written

ROUNDS = 30
GOAL_MS = 100
QUOTE = (
    "Marlow Outfitters of Portland and Harbor Print Works told Ada Lindqvist that the parcel for 12 Harbour Street came"
    " two days late, and that orders@pike.example has not been answered; call +1 503 555 0188. The coat itself is"
    " lovely, and Brightwell Dental Group would order it again in September."
)


def timed(question: Callable[[], object]) -> tuple[float, float]:
    """Median and longest of some rounds, in milliseconds; the first round only warms up."""
    question()
    taken = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        question()
        taken.append(1000 * (time.perf_counter() - began))
    return statistics.median(taken), max(taken)


def first_words(workspace: Workspace, server: ModelServer, request: ModelRequest) -> list[float]:
    """Return the milliseconds from the server's first word to the window's, for some drafts."""
    taken = []
    heard: list[float] = []
    for _ in range(ROUNDS + 1):
        heard.clear()
        server.written_at.clear()
        draft_by_model(workspace, request, on_text=lambda _: heard.append(time.perf_counter()), cancelled=lambda: False)
        taken.append(1000 * (heard[0] - server.written_at[0]))
    return taken[1:]


def cancels(workspace: Workspace, server: ModelServer, request: ModelRequest) -> list[float]:
    """Return the milliseconds from a cancel to its end while no word comes."""
    server.answer(silence)
    taken = []
    for _ in range(ROUNDS):
        before, asked_at = len(server.received), [0.0]

        def cancelled() -> bool:
            if len(server.received) > before and not asked_at[0]:  # noqa: B023
                # The moment is noted where the answer is still no: the next slice hears it.
                asked_at[0] = time.perf_counter()  # noqa: B023
                return False
            return bool(asked_at[0])  # noqa: B023

        with contextlib.suppress(Cancelled):
            draft_by_model(workspace, request, on_text=lambda _: None, cancelled=cancelled)
        taken.append(1000 * (time.perf_counter() - asked_at[0]))
    return taken


def main() -> int:
    """Print a line for each; 1 where a word or a cancel takes too long."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=BigBook.customers)
    parser.add_argument("--orders", type=int, default=BigBook.orders)
    chosen = parser.parse_args()
    path = big_book(BigBook(customers=chosen.customers, orders=chosen.orders))
    workspace = open_workspace(Recipe(str(path), "Ada Lindqvist", f"{BigBook.as_of}T09:00:00+00:00"))
    print(f"{chosen.customers:,} customers, {chosen.orders:,} orders; {ROUNDS} rounds each\n")
    print(f"{'':44}{'median':>9}{'longest':>9}   goal")
    with model_server() as server:
        profile = ModelProfile("Bench", server.url, "loopback-1", kind="local")
        workspace = replace(workspace, preferences=replace(workspace.preferences, profiles=(profile,)))
        with workspace.store.read() as found:
            given = found.exec_driver_sql("SELECT id FROM customers WHERE email_consent = 'given' AND id % 97 = 1")
            people = given.scalars().all()
        requests = [
            ModelRequest(one, goal, "warm", tuple(fact.key for fact in read_facts(workspace, one, goal)), "Bench")
            for one, goal in zip(people, list(GOALS) * 8, strict=False)
        ]
        turn = iter(requests * ROUNDS)
        _say("what is masked, for the composer", None, *timed(lambda: masking_of(workspace, 77)))
        _say("request of 12 facts, masked", None, *timed(lambda: what_leaves(workspace, next(turn))))
        driver = connect(path)
        _say("a quote that names six, masked", None, *timed(lambda: mask_for(driver, 77, "Ada Lindqvist").hide(QUOTE)))
        driver.close()
        server.answer(written())
        words = first_words(workspace, server, requests[0])
        _say("first word, from the server's to on_text", GOAL_MS, statistics.median(words), max(words))
        stops = cancels(workspace, server, requests[0])
        _say("cancel while no word comes", GOAL_MS, statistics.median(stops), max(stops))
    workspace.close()
    return 1 if max(statistics.median(words), statistics.median(stops)) > GOAL_MS else 0


def _say(name: str, goal: float | None, median: float, longest: float) -> None:
    said = "" if goal is None else f"≤ {goal:g} ms" + ("  MISSED" if median > goal else "")
    print(f"{name:44}{median:7.1f} ms{longest:6.1f} ms   {said}".rstrip())


if __name__ == "__main__":
    raise SystemExit(main())
