"""The send policy's sentences, the days that it counts, and quiet hours where the clocks are changed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.tables import email_events, orders
from services.book.sources import source_ages
from services.permission.answer import SendPermission, may_send
from services.permission.quiet import first_moment
from services.scoring.events import last_day_covered
from services.settings import BusinessHours, OwnerZone, Policy, QuietHours
from services.sync import edit_customer
from tests.services.outreach.outbox.post import NOW, Post


@pytest.fixture
def post(store_path: Path) -> Iterator[Post]:
    opened = Post(store_path)
    yield opened
    opened.close()


def asked(post: Post, customer: int, at: datetime = NOW) -> SendPermission:
    with post.workspace.store.snapshot() as driver:
        return may_send(driver, post.workspace.policy, customer, at=at)


def event(post: Post, customer: int, kind: str, day: str, source: str = "test") -> None:
    number = post.value("SELECT count(*) FROM email_events")
    post.add(email_events, customer_id=customer, source=source, external_id=f"E{number}", kind=kind, happened_on=day)


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"email_consent": "withdrawn", "email_consent_since": "2026-11-03"}, "Consent was withdrawn"),
        ({"email_consent": "unknown", "email_consent_since": None}, "No consent is on record"),
        ({"email_consent_since": "2026-11-20"}, "No consent is on record"),
        ({"suppressed_until": "2026-12-03", "suppressed_why": "asked"}, "suppressed until 3 Dec"),
        ({"suppressed_until": "9999-12-31"}, "suppressed permanently"),
        ({"email": ""}, "No email address on record"),
    ],
)
def test_a_refusal_says_why_and_what_to_do(post: Post, fields: dict[str, Any], says: str) -> None:
    answer = asked(post, post.customer(**fields))
    assert not answer.allowed and says in answer.reasons[0]
    assert any(state == "no" for state, _ in answer.lines)


def test_without_the_policy_an_unknown_consent_is_left_to_the_person(post: Post) -> None:
    customer = post.customer(email_consent="unknown", email_consent_since=None)
    post.policy(consent_on_record=False)
    answer = asked(post, customer)
    assert answer.allowed and answer.lines[0][0] == "warn"


def test_who_left_under_another_number_is_not_written_to(post: Post) -> None:
    one = post.customer(email="shop@example.org")
    other = post.customer(email="SHOP@example.org")
    assert asked(post, one).allowed
    edit_customer(post.workspace, other, {"email_consent": "withdrawn"})
    refusal = "Consent was withdrawn for shop@example.org: ask again, and record the answer under “Email consent”."
    assert asked(post, one).reasons == (refusal,)
    post.move(hours=1)
    again = post.customer(email="shop@example.org", email_consent_since="2026-11-19")
    assert not asked(post, again, NOW + timedelta(hours=2)).allowed, "nobody said so for the address since"
    edit_customer(post.workspace, again, {"email_consent": "given"})
    assert asked(post, again, NOW + timedelta(hours=2)).allowed
    assert not asked(post, other, NOW + timedelta(hours=2)).allowed, "their own record says no"


def test_the_cap_counts_what_anyone_sent(post: Post) -> None:
    customer = post.customer()
    event(post, customer, "sent", "2026-11-13")
    answer = asked(post, customer)
    assert answer.reasons == ("Last email 6 days ago; your limit is one in 7 days: from tomorrow on.",)
    assert asked(post, customer, NOW + timedelta(days=1)).allowed


def test_two_bounces_are_a_dead_address(post: Post) -> None:
    customer = post.customer()
    for day in ("2026-10-01", "2026-10-20"):
        event(post, customer, "bounced", day)
    assert "bounced" in asked(post, customer).reasons[0]


def test_our_own_emails_say_nothing_about_how_far_files_reach(post: Post) -> None:
    customer = post.customer()
    post.add(orders, customer_id=customer, source="test", external_id="O1", ordered_on="2026-03-02", amount_minor=9000,
             currency="USD")  # fmt: skip
    event(post, customer, "sent", "2026-11-01")
    event(post, customer, "sent", "2026-11-19", source="bellwether")
    with post.workspace.store.read() as connection:
        assert last_day_covered(connection, NOW.date()) == date(2026, 11, 1)
    with post.workspace.store.snapshot() as driver:
        ages = source_ages(driver, NOW.date(), post.workspace.policy)
    assert {age.last_day for age in ages} == {date(2026, 3, 2), date(2026, 11, 1)}


@settings(max_examples=200, deadline=None)
@given(
    at=st.integers(0, 365 * 24 * 60).map(lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)),
    begins=st.integers(0, 23),
    ends=st.integers(0, 23),
    zone=st.sampled_from(["Europe/Berlin", "America/St_Johns", "Pacific/Auckland", "UTC"]),
    free=st.booleans(),
)
def test_the_first_moment_is_outside_and_nothing_before_it_is(
    at: datetime, begins: int, ends: int, zone: str, free: bool
) -> None:
    if begins == ends:
        return
    hours = BusinessHours(time_zone="UTC", holidays=(date(2026, 5, 1),))
    policy = Policy(business_hours=hours, owner_zones=(OwnerZone("Ada", zone),),
                    quiet_hours=QuietHours(begins=time(begins), ends=time(ends), free_days=free))  # fmt: skip

    def quiet(moment: datetime) -> bool:
        local = moment.astimezone(policy.zone_of("Ada"))
        clock = local.hour
        held = begins <= clock < ends if begins < ends else clock >= begins or clock < ends
        return held or (free and (local.weekday() > 4 or local.date() in hours.holidays))

    found = first_moment(policy, "Ada", at)
    assert found >= at and not quiet(found)
    passed = at
    while passed < found:
        assert quiet(passed)
        passed += timedelta(minutes=30)
