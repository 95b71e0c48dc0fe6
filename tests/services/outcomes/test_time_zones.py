"""An order follows an email by the clock where its time is known, else by the calendar of the customer's owner."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from models.store import connect
from models.tables import orders
from services.outcomes import contact_of_message
from services.outreach import handed_over, mail_link
from services.settings import BusinessHours
from tests.services.outreach.outbox.post import Post

#: 16:30 on 19 November in Los Angeles, 9:30 on 20 November in Tokyo.
SENT_AT = datetime(2026, 11, 20, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "ordered_on", "ordered_at", "follows"),
    [
        ("America/Los_Angeles", "2026-11-19", "2026-11-20T02:00:00Z", True),
        ("America/Los_Angeles", "2026-11-19", "2026-11-20T00:10:00Z", False),
        ("America/Los_Angeles", "2026-11-19", None, False),
        ("America/Los_Angeles", "2026-11-20", None, True),
        ("Asia/Tokyo", "2026-11-20", "2026-11-20T02:00:00Z", True),
        ("Asia/Tokyo", "2026-11-20", "2026-11-19T23:00:00Z", False),
        ("Asia/Tokyo", "2026-11-20", None, False),
        ("Asia/Tokyo", "2026-11-21", None, True),
    ],
)
def test_an_order_follows_an_email_in_every_time_zone(
    store_path: Path, zone: str, ordered_on: str, ordered_at: str | None, follows: bool
) -> None:
    post = Post(store_path, now=SENT_AT)
    post.policy(business_hours=BusinessHours(time_zone=zone))
    message = post.approved()
    mail_link(post.workspace, message.id)
    handed_over(post.workspace, message.id, "mail_program")
    order = {"kind": "purchase", "ordered_on": ordered_on, "ordered_at": ordered_at, "amount_minor": 1_000}
    post.add(orders, customer_id=message.customer_id, source="test", external_id="1", currency="USD", **order)
    driver = connect(store_path)
    try:
        hours = post.workspace.policy.business_hours
        found = contact_of_message(
            driver, message.id, post.workspace.policy, today=post.workspace.clock.today(), zone=hours.zone()
        )
    finally:
        driver.close()
        post.close()
    assert found is not None and found.orders == int(follows)
