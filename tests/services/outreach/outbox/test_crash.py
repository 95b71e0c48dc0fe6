"""Whatever is killed, and however many send at once: each email arrives once, and none is lost."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from services.outreach import send_due
from tests.measured import Tell
from tests.servers.mail_server import MailServer, mail_server
from tests.services.outreach.outbox.crash import kill_often, senders, without_quiet_hours
from tests.services.outreach.outbox.post import Post, account_of


@pytest.fixture
def plain(tmp_path: Path) -> Iterator[MailServer]:
    """A server without encryption: a process that is killed a hundred times shakes hands a hundred times."""
    with mail_server(tmp_path, security="none") as running:
        yield running


@pytest.fixture
def crashing(store_path: Path, plain: MailServer) -> Iterator[Post]:
    """A book from which processes send that are killed."""
    opened = Post(store_path, account_of(plain))
    without_quiet_hours(opened)
    yield opened
    opened.close()


def test_a_sender_that_is_killed_sends_nothing_twice_and_loses_nothing(
    crashing: Post, plain: MailServer, tell: Tell
) -> None:
    counts = kill_often(crashing, plain, kills=10, seed=20261121)
    tell(str(dict(sorted(counts.items()))))
    assert counts["kills"] == 10


@pytest.mark.parametrize("unlocked", [False, True], ids=["as it is", "without the lock"])
def test_two_processes_at_once_never_send_the_same_email(crashing: Post, plain: MailServer, unlocked: bool) -> None:
    found = [crashing.approved() for _ in range(12)]
    crashing.move(minutes=11)
    with senders(crashing, plain, 2, unlocked=unlocked) as both:
        for one in both:
            one.start()
        assert [one.ended() for one in both] == [False, False]
    send_due(crashing.workspace, now=True)
    assert crashing.states(found) == ["sent"] * 12
    assert plain.times_accepted() == {one.message_id: 1 for one in found}
