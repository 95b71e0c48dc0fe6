"""The four figures and the line beside the title."""

from __future__ import annotations

from models.tables import customers
from services import insight
from services.book.sources import source_ages
from services.insight.freshness import read_freshness
from services.insight.tile_figures import filter_of_tile, read_outcome_tiles, read_today_tiles
from services.settings import Policy
from tests.services.insight.conftest import Fresh, SmallBook, days_ago, minutes


def test_an_empty_book_says_so_everywhere(reader: Fresh) -> None:
    tiles = (*reader(read_today_tiles), *reader(read_outcome_tiles))
    assert [(tile.figure, tile.line) for tile in tiles] == [
        ("–", "no customers yet"),
        ("–", "no customer is scored yet"),
        ("–", "no alerts resolved yet"),
        ("–", "no emails sent yet"),
    ]
    fresh = reader(read_freshness)
    assert fresh.empty and fresh.words == "Nothing imported yet" and fresh.warning == "" and fresh.through is None


def test_need_action_today_counts_late_ones_and_names_the_next(book: SmallBook, reader: Fresh) -> None:
    for due, severity in ((-60, 4), (47, 4), (180, 3), (3 * 1440, 2)):
        book.alert(book.customer(), due_at=minutes(due), severity=severity)
    tile = reader(read_today_tiles)[0]
    assert (tile.figure, tile.line, tile.tone) == ("3", "2 critical · 1 late · next due in 47 min", "bad")
    tab, wanted = filter_of_tile("today")  # type: ignore[misc]
    assert len(insight.queue(book.workspace, tab, wanted).rows) == 3
    assert filter_of_tile("at_risk") is None


def test_what_is_at_risk_has_a_range_and_a_change_with_its_period(book: SmallBook, reader: Fresh) -> None:
    for value in (1_000_000, 840_000):
        number = book.customer()
        book.score(number, value_at_risk_minor=value, value_at_risk_low_minor=value // 2,
                   value_at_risk_high_minor=value * 3 // 2)  # fmt: skip
        for back, before in ((45, 999), (31, value * 10 // 12), (2, value)):
            book.insert(
                "score_history", customer_id=number, as_of=days_ago(back), value_at_risk_minor=before, model="m"
            )
    tile = reader(read_today_tiles)[1]
    assert tile.figure == "$18.4k" and tile.title == "revenue at risk, 12 months"
    assert tile.line == "▲ 20\u202f% in 30 days · 80\u202f% range $11.3k–$25.5k"
    assert tile.tone == "bad"
    assert insight.customers_count(book.workspace).value_at_risk_minor == 1_840_000


def test_what_is_at_risk_is_told_with_both_horizons(book: SmallBook) -> None:
    book.score(book.customer(), value_at_risk_minor=1_000)
    policy = Policy(churn_horizon_days=30, clv_horizon_months=6)
    tile = Fresh(book.workspace.with_policy(policy))(read_today_tiles)[1]
    assert tile.title == "revenue at risk, 6 months"
    assert "spends over 6 months if they buy within 30 days, less their expected lifetime value" in tile.tooltip


def test_resolved_in_time_is_compared_with_the_days_before(book: SmallBook, reader: Fresh) -> None:
    for days, in_time in ((2, 1), (3, 1), (4, 0), (20, 1), (40, 1), (50, 0), (90, 1)):
        book.alert(book.customer(), state="resolved", outcome="saved", in_time=in_time, closed_at=minutes(-1440 * days))
    tile = reader(read_outcome_tiles)[0]
    assert (tile.figure, tile.line, tile.tone) == (
        "75\u202f%",
        "▲ 25 pts on the 30 days before · 3 of 4 alerts",
        "good",
    )
    listed = filter_of_tile("in_time")
    assert listed is not None and len(insight.queue(book.workspace, *listed).rows) == 4


def test_came_back_is_a_count_beside_those_not_contacted(book: SmallBook, reader: Fresh) -> None:
    for emailed, outcome, state, kind in (
        (1, "came_back", "resolved", "risk"),
        (1, "lost", "resolved", "risk"),
        (0, "came_back", "resolved", "risk"),
        (0, None, "resolved", "risk"),
        (0, None, "resolved", "risk"),
        (1, "known", "not_useful", "risk"),
        (1, "came_back", "resolved", "opportunity"),
    ):
        customer = book.customer()
        alert = book.alert(customer, state=state, outcome=outcome, touched=1, kind=kind, closed_at=minutes(-1440))
        book.email(customer, alert, state="sent" if emailed else "discarded")
    tile = reader(read_outcome_tiles)[1]
    assert (tile.figure, tile.line) == ("50\u202f%", "1 of 2 · not contacted: 1 of 3 (33\u202f%)")
    listed = filter_of_tile("came_back")
    assert listed is not None and len(insight.queue(book.workspace, *listed).rows) == 5


def test_an_email_that_no_closed_alert_followed_is_not_said_to_be_none(book: SmallBook, reader: Fresh) -> None:
    assert reader(read_outcome_tiles)[1].line == "no emails sent yet"
    customer = book.customer()
    book.email(customer, book.alert(customer))
    assert reader(read_outcome_tiles)[1].line == "no alert closed after an email yet"


def test_without_anyone_left_alone_nobody_is_compared_with(book: SmallBook, reader: Fresh) -> None:
    for outcome in ("came_back", "lost"):
        customer = book.customer()
        book.email(customer, book.alert(customer, state="resolved", outcome=outcome, closed_at=minutes(-1440)))
    assert reader(read_outcome_tiles)[1].line == "1 of 2"


def _import(book: SmallBook, at: str) -> None:
    counts = dict.fromkeys(("read", "inserted", "updated", "unchanged", "rejected", "ignored"), 0)
    book.insert("imports", file_name="a", file_path="a", file_sha256="", file_bytes=0, source="x", recognised_as="x",
                started_at=at, finished_at=at, seconds=0.0, actor="Ada", receipt="{}", journal_id=1,
                **{f"rows_{name}": value for name, value in counts.items()})  # fmt: skip


def test_the_line_says_through_when_and_how_long_ago(book: SmallBook, reader: Fresh) -> None:
    number = book.customer()
    book.order(number, days_ago(0))
    _import(book, minutes(-12))
    assert reader(read_freshness).words == "Data through 20 Nov · synced 12 min ago"
    book.score(number, scored_at=minutes(-12), as_of=days_ago(2))
    fresh = reader(read_freshness)
    assert (fresh.words, fresh.through) == ("Data through 18 Nov · synced and scored 12 min ago", "2026-11-18")
    _import(book, minutes(-1))
    assert reader(read_freshness).words == "Data through 18 Nov · synced 1 min ago · scored 12 min ago"


def test_what_came_after_the_scores_is_not_said_to_be_scored_just_now(book: SmallBook, reader: Fresh) -> None:
    number = book.customer()
    book.order(number, days_ago(0))
    book.score(number, scored_at=minutes(0), as_of=days_ago(2))
    assert reader(read_freshness).words == "Data through 18 Nov · scored just now"
    with book.workspace.store.unit_of_work(book.workspace.me, "edit", "customer:1", at=book.workspace.at) as work:
        work.update(customers, number, {"tier": "Gold"})
        work.say("Changed tier")
        work.commit()
    fresh = reader(read_freshness)
    assert (fresh.words, fresh.warning) == ("Data through 18 Nov", "latest changes not scored yet")


def test_a_source_that_fell_behind_is_named_with_its_age(book: SmallBook, reader: Fresh) -> None:
    number = book.customer()
    for back in range(40):
        book.order(number, days_ago(back))
    for back in range(38, 100, 3):
        book.event("email_events", number, kind="sent", happened_on=days_ago(back))
    for back in range(10, 200, 14):
        book.event("reviews", number, rating=5, reviewed_on=days_ago(back))
    book.event("surveys", number, kind="nps", answered_on=days_ago(300))
    ages = {age.words: age for age in reader(lambda view: source_ages(view.driver, view.today, view.policy))}
    assert (ages["email events"].usual_days, ages["email events"].stale) == (3, True)
    assert (ages["reviews"].usual_days, ages["reviews"].stale) == (14, False)
    assert (ages["surveys"].usual_days, ages["surveys"].stale) == (None, False)
    assert reader(read_freshness).warning == "email events 38 days old"


def test_an_old_book_is_not_stale_for_ending_long_ago(book: SmallBook, reader: Fresh) -> None:
    number = book.customer()
    for back in range(10_000, 10_040):
        book.order(number, days_ago(back))
    fresh = reader(read_freshness)
    assert (
        fresh.warning == "data ends on 5 Jul 1999"
        and fresh.words == f"Data through {days_ago(10_000)[8:].lstrip('0')} Jul 1999"
    )
