"""The outbox with 10,000 messages and more: a page, counts, the chip, the send policy; then how fast a round sends.

python -m tests.benchmarks.bench_outbox [--messages N]
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from models.tables import messages
from models.values import words
from services.outreach import read_outbox, read_standing, send_due
from services.permission.answer import may_send
from tests.benchmarks.bench_queries import timed
from tests.servers.mail_server import mail_server
from tests.services.outreach.outbox.post import NOW, Post, account_of

PAGE_MS = 10
SENT = 40


def rows(count: int, state: str) -> Iterator[dict[str, Any]]:
    """Yield messages of one state, each a minute after the one before."""
    for number in range(count):
        at = words.stored(NOW - timedelta(minutes=number))
        due = words.stored(NOW + timedelta(minutes=number)) if state == "queued" else None
        yield {
            **dict.fromkeys(("created_at", "changed_at", "approved_at"), at),
            "customer_id": 1 + number % 100, "state": state, "goal": "check_in", "tone": "warm", "writer": "person",
            "subject": f"Subject {number}", "greeting": "Dear you,", "body": "Thank you. " * 60, "created_by": "Ada",
            "sent_at": at if state == "sent" else None, "due_at": due,
            "message_id": f"<{state}-{number}@linden.example>",
        }  # fmt: skip


def main() -> int:
    """Print a line for each question; 1 where the first page misses its goal."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=10_000)
    count = parser.parse_args().messages
    missed = False
    with tempfile.TemporaryDirectory() as folder, mail_server(Path(folder), security="none") as server:
        post = Post(Path(folder) / "book.db", account_of(server))
        for number in range(100):
            post.customer(f"Customer {number}")
        found = post.due(SENT)
        began = time.perf_counter()
        run, _ = send_due(post.workspace)
        each = 1000 * (time.perf_counter() - began) / SENT
        assert len(run.sent) == len(found)
        with post.workspace.store.unit_of_work(post.workspace.me, "fill", "bench", at=post.workspace.at) as work:
            for state in ("sent", "queued", "in_review", "failed"):
                work.execute(messages.insert(), list(rows(count, state)))
            work.digest("filled")
            work.commit()
        print(f"{count:,} messages of each state\n\n{'':34}{'median':>9}{'longest':>9}   goal")
        for tab in ("sent", "waiting", "review", "failed"):
            middle = read_outbox(post.workspace, tab, count=count // 2).next_key
            questions = {
                f"{tab}: first page": lambda tab=tab: read_outbox(post.workspace, tab),
                f"{tab}: a page in the middle": lambda tab=tab, key=middle: read_outbox(post.workspace, tab, after=key),
                f"{tab}: filtered by text": lambda tab=tab: read_outbox(post.workspace, tab, text="customer 99"),
            }
            for name, question in questions.items():
                median, longest = timed(question)
                missed = missed or (name.endswith("first page") and median > PAGE_MS)
                print(f"{name:34}{median:>7.1f}ms{longest:>7.1f}ms" + ("   10" if "first" in name else ""))
        median, longest = timed(lambda: read_standing(post.workspace))
        print(f"{'chip':34}{median:>7.1f}ms{longest:>7.1f}ms")
        with post.workspace.store.snapshot() as driver:
            median, longest = timed(lambda: may_send(driver, post.workspace.policy, 1, at=NOW))
        print(f"{'send policy':34}{median:>7.1f}ms{longest:>7.1f}ms")
        print(f"{'an email over one line, sent':34}{each:>7.1f}ms")
        post.close()
    return int(missed)


if __name__ == "__main__":
    raise SystemExit(main())
