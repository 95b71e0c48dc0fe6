"""Where each channel of one customer is heading, and since when."""

from __future__ import annotations

from datetime import date, timedelta

from models.values.anomalies import about
from models.values.scores import missed_orders
from services.scoring import channel_trends, score_due
from services.scoring.channel_directions import read_channel_trends
from tests.services.scoring.books import Book
from tests.services.scoring.test_anomalies import LAST, crowded, days, did, found


def filled(book: Book) -> Book:
    """Customer 1 came less from ten weeks ago on, 2 more from five weeks ago on; the others come as ever."""
    book.add_customers(30)
    rows = []
    for who in range(3, 31):
        rows += did(who, days(363, 0, 2.0, who))
    rows += did(1, [*days(363, 70, 2.0, 101), *days(69, 0, 0.4, 102)])
    rows += did(2, [*days(363, 35, 1.5, 103), *days(34, 0, 6.0, 104)])
    rows += did(3, days(363, 0, 1.0, 105), "web_session")
    book.add("activities", [*rows, *did(30, [LAST])])
    return book


def test_each_channel_has_a_direction_and_the_day_of_its_change(book: Book) -> None:
    assert channel_trends(filled(book).workspace, 1) == ()  # nothing was scored yet
    score_due(book.workspace)
    (falling,) = channel_trends(book.workspace, 1)
    (rising,) = channel_trends(book.workspace, 2)
    steady = channel_trends(book.workspace, 3)
    assert (falling.direction, rising.direction) == ("falling", "rising")
    assert falling.since is not None and rising.since is not None
    assert abs((date.fromisoformat(falling.since) - (LAST - timedelta(days=69))).days) <= 10
    assert abs((date.fromisoformat(rising.since) - (LAST - timedelta(days=34))).days) <= 5
    assert falling.seen < 0.5 * falling.expected and rising.seen > 2 * rising.expected
    assert [(one.channel, one.direction, one.since) for one in steady] == [
        ("login", "steady", None),
        ("web_session", "steady", None),
    ]
    assert 0.5 < steady[0].seen / steady[0].expected < 2.0
    assert channel_trends(book.workspace, 9_999) == ()


def test_a_silence_of_several_usual_gaps_is_not_as_usual(book: Book) -> None:
    book.add_customers(30)
    rows = [row for who in range(4, 31) for row in did(who, days(363, 0, 2.0, who))]
    silences = {1: 130, 2: 184, 3: 95}
    for who, silent in silences.items():
        rows += did(who, [LAST - timedelta(days=back) for back in range(silent, 364, 80 if who == 3 else 45)])
    book.add("activities", rows)
    score_due(book.workspace)
    told = {who: channel_trends(book.workspace, who) for who in silences}
    for who in (1, 2):
        (one,) = told[who]
        assert (one.direction, one.seen) == ("falling", 0.0)
        assert one.since == (LAST - timedelta(days=silences[who] - 1)).isoformat()
        assert one.expected > 2.0 and one.window_days == silences[who]
    assert [one.direction for one in told[3]] == ["steady"]


def test_what_comes_after_the_day_changes_no_trend(book: Book) -> None:
    filled(book)
    day = LAST - timedelta(days=20)

    def told() -> object:
        with book.workspace.store.read() as connection:
            return [read_channel_trends(connection, day, who, currency="USD") for who in (1, 2, 3)]

    before = told()
    book.add("activities", [row for who in (1, 2, 3) for row in did(who, [day + timedelta(days=1)] * 30)])
    assert told() == before


def test_a_channel_that_is_unusual_has_one_day_and_one_expected_count_wherever_it_is_told(book: Book) -> None:
    score_due(crowded(book).workspace)
    for (who, channel), anomaly in found(book).items():
        (trend,) = (one for one in channel_trends(book.workspace, who) if one.channel == channel)
        figures = (anomaly.since, anomaly.seen, anomaly.expected, anomaly.window_days)
        assert (trend.since, trend.seen, trend.expected, trend.window_days) == figures
        assert about(trend.expected) in anomaly.evidence


def test_orders_that_are_late_are_never_as_usual_and_as_many_are_expected_as_everywhere_else(book: Book) -> None:
    book.add_customers(30)
    gaps, silences = {1: 21, 2: 21, 3: 30}, {1: 90, 2: 275, 3: 20}
    for who in range(1, 31):
        first = silences.get(who, who - 4)
        book.add_orders((who, LAST - timedelta(days=back), 5_000) for back in range(first, 500, gaps.get(who, 25)))
    score_due(book.workspace)
    told = {who: {one.channel: one for one in channel_trends(book.workspace, who)} for who in (1, 2, 3)}
    for who, missed in ((1, 4), (2, 13)):
        one, scored = told[who]["orders"], book.scores()[who]
        assert (one.direction, one.seen, one.window_days) == ("silent", 0.0, silences[who])
        assert one.since == scored["last_order_on"]
        assert one.expected == missed == missed_orders(scored["days_since_last_order"], scored["usual_gap_days"])
    assert told[3]["orders"].direction == "steady"
