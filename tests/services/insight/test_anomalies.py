"""What scoring found unusual, in sentences: in the story of an alert, on the customer's page, in documents."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from models.values.anomalies import ChannelTrend
from models.values.emerging import EmergingIssue, EmergingReport
from services import insight
from services.insight.anomalies import issue_words, read_anomalies, read_emerging, shared_issue_words, trend_words
from services.insight.detail import read_detail
from services.insight.documents import read_customer_document
from services.insight.profile import read_profile
from tests.services.insight.conftest import TODAY, Fresh, SmallBook, days_ago, reason

ISSUE = EmergingIssue(
    about="ticket words", name="late delivery", title="Tickets with “late delivery”", since=days_ago(21), seen=26,
    expected=1.14, of=None, window_days=22, p=4e-9, customer_count=24, customers=(1, 2, 3), example="Late delivery",
)  # fmt: skip


def fallen(book: SmallBook, customer: int, channel: str = "login", **values: Any) -> None:
    row = {
        "as_of": days_ago(1), "since": days_ago(27), "direction": "down", "seen": 2.0, "expected": 13.2,
        "window_days": 27, "p": 1e-5, "evidence": "2 portal logins in 27 days, about 13 expected",
    }  # fmt: skip
    book.insert("anomalies", customer_id=customer, channel=channel, **{**row, **values})


def told(book: SmallBook, *issues: EmergingIssue) -> None:
    report = EmergingReport(TODAY.isoformat(), 40, issues)
    text = json.dumps(report.as_json())
    book.insert("score_reports", kind="emerging", as_of=report.as_of, report=text, made_at="2026-11-20T09:00:00Z")


@pytest.fixture
def linden(book: SmallBook) -> int:
    number = book.customer(signed_up_on="2023-03-02")
    book.score(number)
    return number


def story(book: SmallBook, reader: Fresh, customer: int, why: str, kind: str = "risk") -> str:
    return str(reader(read_detail, book.alert(customer, reason=why, kind=kind)).story)


def test_the_story_of_an_alert_says_which_activity_fell_and_since_when(
    book: SmallBook, reader: Fresh, linden: int
) -> None:
    fallen(book, linden)
    said = story(book, reader, linden, "Churn risk 72 %")
    assert said == "Portal logins fell 85\u202f% since 24 Oct: 2 in 27 days, about 13 expected."


def test_the_story_does_not_say_again_what_the_alert_says(book: SmallBook, reader: Fresh, linden: int) -> None:
    fallen(book, linden)
    drop = {"activity_channel": "login", "activity_fall": 0.85, "activity_since": days_ago(27), "activity_seen": 2}
    assert story(book, reader, linden, reason("activity_dropped", **drop, activity_expected=13.2)) == ""


def test_good_news_belong_to_an_opportunity_and_more_tickets_are_none(
    book: SmallBook, reader: Fresh, linden: int
) -> None:
    rise = {"direction": "up", "seen": 30.0}
    fallen(book, linden, "web_session", evidence="30 web visits in 27 days, about 13 expected", **rise)
    fallen(book, linden, "tickets", evidence="30 tickets in 27 days, about 13 expected", **rise)
    assert [one.channel for one in reader(read_anomalies, linden)] == ["tickets", "web_session"]
    said = story(book, reader, linden, "Orders up 60 %", "opportunity")
    assert said == "Web visits rose since 24 Oct: 30 in 27 days, about 13 expected."


def test_whoever_shares_an_issue_of_the_book_is_not_alone(book: SmallBook, reader: Fresh, linden: int) -> None:
    told(book, replace(ISSUE, customers=(linden,)))
    said = story(book, reader, linden, "Two unhappy tickets in 60 days")
    assert said == "23 other customers have sent tickets with “late delivery” since 30 Oct, more than usual."
    assert reader(shared_issue_words, linden + 1) == ""


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"about": "ticket kind", "name": "Quality"}, "sent tickets of the kind “Quality”"),
        ({"about": "product in tickets", "name": "Tee"}, "sent tickets about Tee"),
        ({"about": "product reviews", "name": "Tee"}, "given Tee a bad review"),
    ],
)
def test_each_kind_of_issue_has_words(
    book: SmallBook, reader: Fresh, linden: int, change: dict[str, Any], words: str
) -> None:
    told(book, replace(ISSUE, customers=(linden,), customer_count=2, **change))
    assert reader(shared_issue_words, linden) == f"1 other customer has {words} since 30 Oct, more than usual"


def test_issues_of_the_book_are_read_and_worded(book: SmallBook, reader: Fresh) -> None:
    assert reader(read_emerging) is None
    told(book, ISSUE)
    report = reader(read_emerging)
    assert report is not None and report.issues == (ISSUE,)
    said = "Tickets with “late delivery”: 26 since 30 Oct, about 1 expected, from 24 customers"
    assert reader(issue_words, ISSUE) == said
    reviews = replace(ISSUE, title="Bad reviews of Tee", seen=7, of=10, expected=1.6)
    assert reader(issue_words, reviews).startswith("Bad reviews of Tee: 7 of 10 reviews since 30 Oct, about 2 expected")


def test_a_report_in_another_shape_counts_as_none(book: SmallBook, reader: Fresh) -> None:
    book.insert(
        "score_reports", kind="emerging", as_of=days_ago(1), report='{"what": 1}', made_at="2026-11-20T09:00:00Z"
    )
    assert reader(read_emerging) is None


def test_the_day_of_the_change_is_a_station_of_the_journey_and_stands_in_the_document(
    book: SmallBook, reader: Fresh, linden: int
) -> None:
    book.order(linden, days_ago(300))
    fallen(book, linden)
    profile, document = reader(read_profile, linden), reader(read_customer_document, linden)
    assert ("Portal logins fell", "bad") in [(one.title, one.tone) for one in profile.milestones]
    (one,) = document["anomalies"]
    assert (one["channel"], one["since"], one["seen"]) == ("login", days_ago(27), 2.0)
    assert one["words"].startswith("Portal logins fell 85")
    assert insight.read_emerging is read_emerging


def test_a_topic_that_never_was_is_told_without_a_nought(reader: Fresh) -> None:
    assert ": 26 since 30 Oct, none expected, from" in reader(issue_words, replace(ISSUE, expected=0.01))


def test_where_channels_are_heading_is_one_line_with_the_figures_behind_it() -> None:
    trends = (
        ChannelTrend("login", "steady", None, 14.0, 13.2, 91),
        ChannelTrend("tickets", "rising", "2026-10-20", 3.0, 0.4, 32),
        ChannelTrend("orders", "falling", "2026-09-03", 0.0, 3.7, 79),
        ChannelTrend("web_session", "steady", None, 0.0, 0.01, 91),
        ChannelTrend("store_visit", "falling", "2026-08-30", 0.0, 2.2, 83),
    )
    assert trend_words((replace(trends[2], seen=10.0),), TODAY).more == (
        "Orders down since 3 Sep: 10 purchase days in 79 days, about 4 at their earlier rate",
    )
    told = trend_words(trends, TODAY)
    assert told.line == (
        "Orders down since 3 Sep, store visits since 30 Aug; tickets up since 20 Oct; "
        "portal logins and web visits as usual"
    )
    assert told.more == (
        "Orders down since 3 Sep: none in 79 days, about 4 at their earlier rate",
        "Store visits down since 30 Aug: none in 83 days, about 2 expected",
        "Tickets up since 20 Oct: 3 in 32 days, fewer than 1 expected",
        "Portal logins as usual: 14 in 91 days, about 13 expected",
        "Web visits as usual: none in 91 days, none expected",
    )
    assert trend_words(trends[:1], TODAY).line == "Portal logins as usual"
    late = trend_words((trends[0], ChannelTrend("orders", "silent", "2026-08-14", 0.0, 3.0, 100)), TODAY)
    assert late.line == "No order since 14 Aug; portal logins as usual"
    assert late.more[0] == "No order since 14 Aug: 3 expected in 100 days"
    assert trend_words((), TODAY).line == "Not enough activity for a trend"


def test_what_was_expected_and_did_not_come_is_never_as_usual() -> None:
    trends = (ChannelTrend("orders", "steady", None, 0.0, 1.1, 91), ChannelTrend("login", "steady", None, 14.0, 13, 91))
    told = trend_words(trends, TODAY)
    assert told.line == "Portal logins as usual; not enough orders for a trend"
    assert "Not enough orders for a trend: none in 91 days, about 1 at their earlier rate" in told.more


def test_before_any_scoring_no_trend_is_told(book: SmallBook, linden: int) -> None:
    book.run("DELETE FROM customer_risk_scores")
    assert insight.customer_trends(book.workspace, linden).more == ()
