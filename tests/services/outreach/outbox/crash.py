"""Sending by a program that is killed at random moments, to a server that refuses, hangs and breaks the line too."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from models.store import connect
from services.outreach import approve, read_message, retry, send_due, settle
from services.settings import Policy, QuietHours
from tests.conftest import PROJECT
from tests.servers.mail_server import MailServer
from tests.services.outreach.outbox.post import Post

AHEAD = 4  # emails that wait at each start of a sender
#: How often a server does what at each stage.
MISDEEDS = (("", 88), ("451 later", 3), ("550 refused", 2), ("close", 5), ("hang", 2))
STAGES = ("mail", "rcpt", "data", "end", "accepted")


class Sender:
    """A process that forks senders for this book."""

    def __init__(self, post: Post, server: MailServer, unlocked: bool = False) -> None:
        self._post, self._server, self._unlocked = post, server, unlocked
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.services.outreach.outbox.sender"],
            cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={**os.environ},
        )  # fmt: skip

    def start(self) -> int:
        """Start a sender and return its number; it has gone through nothing yet."""
        given = {
            "store": str(self._post.workspace.store.path),
            "moment": self._post.workspace.clock.now().isoformat(),
            "account": asdict(self._post.workspace.preferences.mail),
            "timeouts": (5, 0.4, 0.4),
            "unlocked": self._unlocked,
        }
        self._tell(json.dumps(given))
        return self._line()

    def ended(self) -> bool:
        """Wait for the sender's end and return whether it was killed; until then its number is nobody else's."""
        self._tell("")
        return os.WIFSIGNALED(self._line())

    def close(self) -> None:
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(60)
        self._process.stdout.close()

    def _tell(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()

    def _line(self) -> int:
        assert self._process.stdout is not None
        return int(self._process.stdout.readline())


@contextmanager
def senders(post: Post, server: MailServer, count: int = 1, *, unlocked: bool = False) -> Iterator[list[Sender]]:
    """Processes that can send from the book."""
    made = [Sender(post, server, unlocked) for _ in range(count)]
    try:
        yield made
    finally:
        for one in made:
            one.close()


def without_quiet_hours(post: Post) -> None:
    """Write a policy into the book under which emails go at any hour, wherever this test runs."""
    changed = Policy(quiet_hours=QuietHours(enabled=False))
    post.workspace.change_policy(quiet_hours=changed.quiet_hours)
    post.workspace = post.workspace.with_policy(changed)


def kill_often(post: Post, server: MailServer, kills: int, seed: int) -> Counter[str]:
    """Kill a sender so many times at random moments, then let everything come to its end, and count.

    Raises
    ------
    AssertionError
        An email was sent twice or lost, or is in doubt without its end having been sent.
    """
    chance = random.Random(seed)
    counts: Counter[str] = Counter()
    emails: list[int] = []
    moments = _Moments(server, chance)
    with senders(post, server) as (sender,):
        while counts["kills"] < kills:
            while _count(post, "queued") < AHEAD:
                emails.append(post.approved().id)
            post.move(minutes=11)
            moments.arm()
            pid = sender.start()
            moments.wait()
            os.kill(pid, signal.SIGKILL)
            killed = sender.ended()
            counts["kills" if killed else "ended before the kill"] += 1
            _look(post, server, counts)
    server.behave()
    _come_to_an_end(post, server, emails, counts)
    counts["emails"] = len(emails)
    return counts


class _Moments:
    """Chooses when to kill: after so many stages at the server and a little while, or before the first."""

    def __init__(self, server: MailServer, chance: random.Random) -> None:
        self._chance = chance
        self._left = 0
        self._reached = threading.Event()
        server.script = self._stage

    def arm(self) -> None:
        self._reached.clear()
        self._left = self._chance.randrange(1, 18)

    def wait(self) -> None:
        self._reached.wait(0.8)
        threading.Event().wait(self._chance.random() * 0.012)

    def _stage(self, stage: str) -> str:
        self._left -= 1
        if self._left == 0:
            self._reached.set()
        if stage not in STAGES:
            return ""
        acts, weights = zip(*MISDEEDS, strict=True)
        return str(self._chance.choices(acts, weights)[0]) if stage != "accepted" else self._broken()

    def _broken(self) -> str:
        """A mail that was taken: mostly said so, sometimes the line breaks before."""
        return str(self._chance.choices(("", "close", "hang"), (92, 5, 3))[0])


def _look(post: Post, server: MailServer, counts: Counter[str]) -> None:
    """After a kill: nothing was taken twice, and what is in doubt had its end sent."""
    twice = [number for number, times in server.times_accepted().items() if times > 1]
    assert not twice, f"sent twice: {twice}"
    counts["killed while sending"] += _count(post, "sending")
    assert _value(post, "SELECT count(*) FROM sendings WHERE outcome = 'in_doubt' AND handing_over_at IS NULL") == 0


def _come_to_an_end(post: Post, server: MailServer, emails: list[int], counts: Counter[str]) -> None:
    for _ in range(50):
        run, _ = send_due(post.workspace, now=True)
        assert not run.fault, run.fault
        _decide(post, server, counts)
        if all(post.state(one) == "sent" for one in emails):
            break
    accepted = Counter(recipient for mail in server.accepted for recipient in mail.recipients)
    for number in emails:
        message = read_message(post.workspace, number)
        assert message.state == "sent", f"lost: {number} is {message.state}"
        assert accepted[message.to_address or ""] == 1, f"{number} arrived {accepted[message.to_address or '']} times"
    assert sum(accepted.values()) == len(emails)
    events = _value(post, "SELECT count(*) FROM email_events WHERE source = 'bellwether' AND kind = 'sent'")
    assert events == len(emails)
    for outcome, many in _rows(post, "SELECT outcome, count(*) FROM sendings GROUP BY outcome"):
        counts[f"attempts {outcome}"] = many


def _decide(post: Post, server: MailServer, counts: Counter[str]) -> None:
    """Do what a person would: look whether what is in doubt arrived, and try again what failed."""
    there = server.times_accepted()
    for number, message_id in _rows(post, "SELECT id, message_id FROM messages WHERE state = 'in_doubt'"):
        arrived = there[message_id] > 0
        counts["in doubt, had arrived" if arrived else "in doubt, had not arrived"] += 1
        settle(post.workspace, number, delivered=arrived)
        if not arrived:
            approve(post.workspace, number)
    failed = [number for (number,) in _rows(post, "SELECT id FROM messages WHERE state = 'failed'")]
    if failed:
        retry(post.workspace, failed)


def _count(post: Post, state: str) -> int:
    return int(_value(post, "SELECT count(*) FROM messages WHERE state = ?", state))


def _value(post: Post, sql: str, *given: object) -> int:
    return int(_rows(post, sql, *given)[0][0])


def _rows(post: Post, sql: str, *given: object) -> list[tuple[object, ...]]:  # type: ignore[type-arg,unused-ignore]
    driver = connect(Path(post.workspace.store.path))
    try:
        return driver.execute(sql, given).fetchall()
    finally:
        driver.close()
