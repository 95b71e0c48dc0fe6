"""Whether a customer may be emailed is said alike on the alert's page, in the composer, and where it is sent."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from models.values.alerts import Permission
from services.insight import alert_detail
from services.outreach import compose
from tests.services.outreach.outbox.post import Post
from tests.services.withdrawals import left


@pytest.fixture
def post(store_path: Path) -> Iterator[Post]:
    opened = Post(store_path)
    yield opened
    opened.close()


def _on_page(post: Post, alert: int) -> Permission:
    found = alert_detail(post.workspace, alert)
    assert found is not None and found.permission is not None
    return found.permission


def test_the_page_knows_of_another_customer_under_the_address(post: Post) -> None:
    customer = post.customer("Nora Berg", email="both@example.org")
    alert = post.alert(customer)
    assert _on_page(post, alert).verdict == "You may email them"
    left(post.workspace, "both@example.org", "2026-01-01")
    found = _on_page(post, alert)
    assert (found.allowed, found.verdict) == (False, "Do not email them")
    assert found == compose(post.workspace, customer, alert).permission


def test_the_page_knows_of_an_email_that_is_yet_to_go_out(post: Post) -> None:
    customer = post.customer()
    alert = post.alert(customer)
    post.approved(customer)
    found = _on_page(post, alert)
    assert (found.allowed, found.verdict) == (False, "Wait before you email them")
    assert found == compose(post.workspace, customer, alert).permission


def test_quiet_hours_are_said_where_the_email_is_written_and_refuse_nothing(post: Post) -> None:
    customer = post.customer()
    alert = post.alert(customer)
    post.move(hours=14)
    composed = compose(post.workspace, customer, alert).permission
    assert composed.allowed and composed.lines[-1][1].startswith("Quiet hours")
    assert _on_page(post, alert).lines == composed.lines[:-1]
