"""A hundred programs killed at random moments around sending: none sent twice, none lost, and the counts."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.measured import Tell
from tests.servers.mail_server import mail_server
from tests.services.outreach.outbox.crash import kill_often, senders, without_quiet_hours
from tests.services.outreach.outbox.post import Post, account_of

KILLS = 100


@pytest.mark.soak
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_hundred_kills(store_path: Path, tmp_path: Path, seed: int, tell: Tell) -> None:
    with mail_server(tmp_path, security="none") as server:
        post = Post(store_path, account_of(server))
        try:
            without_quiet_hours(post)
            counts = kill_often(post, server, KILLS, seed)
        finally:
            post.close()
    tell(f"{KILLS} × kill -9, seed {seed}")
    for name, many in sorted(counts.items()):
        tell(f"  {name:28}{many:>6}")
    assert counts["kills"] == KILLS


@pytest.mark.soak
def test_many_rounds_of_two_senders_that_share_no_lock(store_path: Path, tmp_path: Path) -> None:
    with mail_server(tmp_path, security="none") as server:
        post = Post(store_path, account_of(server))
        try:
            without_quiet_hours(post)
            with senders(post, server, 2, unlocked=True) as both:
                for _ in range(20):
                    found = [post.approved() for _ in range(8)]
                    post.move(minutes=11)
                    for one in both:
                        one.start()
                    assert [one.ended() for one in both] == [False, False]
                    assert set(post.states(found)) <= {"sent", "queued"}
            assert set(server.times_accepted().values()) == {1}
        finally:
            post.close()
