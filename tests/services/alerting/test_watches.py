"""A watched metric raises an alert of the book with the tile's figure, and none where the figure says nothing."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from models.tables import alert_signals
from models.values.changes import Changes
from models.values.errors import UserError
from models.values.metrics import Condition, Query
from models.values.watches import Watch, WatchFigure
from models.values.words import THIN
from services.alerting import evaluate, resolve
from services.alerting.rulebook import in_force
from services.alerting.watches import (
    list_watches,
    preview,
    remove_watch,
    set_watch,
    switch_watch,
    watch_rows,
    would_raise,
)
from services.audit import undo_last
from services.insight import day_progress, queue, reading
from services.insight.queue_rows import read_queue
from services.metrics import Metrics
from services.workspace import Workspace
from tests.services.alerting.book import Book

NEGATIVE = Watch("open_negative_tickets", "above", 2)


@pytest.fixture
def whose(book: Book) -> int:
    """A customer of a book that gets orders and tickets each day."""
    customer = book.customer(ago=1)
    for ago in range(1, 100):
        book.order(customer, ago)
    return customer


def watch(book: Book, one: Watch) -> str:
    return set_watch(book.workspace, one)[0]


def tickets(book: Book, whose: int, number: int, **fields: Any) -> list[int]:
    return [book.ticket(whose, 0, **fields) for _ in range(number)]


def run(book: Book) -> None:
    evaluate(book.workspace, Changes())


def raised(book: Book) -> list[dict[str, Any]]:
    return [one for one in book.open_alerts() if one["rule"].startswith("watch:")]


def is_open(alert: dict[str, Any]) -> bool:
    return alert["state"] not in ("resolved", "not_useful")


def figure(book: Book, alert: dict[str, Any]) -> dict[str, Any]:
    """What the alert keeps of the figure."""
    with book.workspace.store.read() as connection:
        rows = connection.execute(select(alert_signals.c.reason).where(alert_signals.c.alert_id == alert["id"]))
        return dict(json.loads(rows.scalar_one())["watch"])


def test_a_level_that_is_crossed_raises_an_alert_with_the_figure_of_the_tile_and_its_rows(
    book: Book, whose: int
) -> None:
    code = watch(book, NEGATIVE)
    tickets(book, whose, 2)
    run(book)
    assert raised(book) == []
    tickets(book, whose, 1)
    run(book)
    (alert,) = raised(book)
    assert (alert["customer_id"], alert["rule"], alert["severity"]) == (None, code, 2)
    assert alert["reason"] == "Open negative tickets: 3 (alert above 2)"
    found = Metrics(book.workspace).answer(Query(("open_negative_tickets",)))
    kept = figure(book, alert)
    assert kept["value"] == found.totals["open_negative_tickets"] == kept["rows"] == 3
    rows = Metrics(book.workspace).rows(watch_rows(book.workspace, code)[0].rows)
    assert rows.total == rows.figure == 3


def test_each_watch_has_an_alert_of_its_own_beside_that_of_the_book(book: Book, whose: int) -> None:
    watch(book, NEGATIVE)
    watch(book, Watch("tickets", "above", 2, period="7d"))
    tickets(book, whose, 3)
    for ago in range(60, 120, 2):
        book.review(whose, 5, ago)
    book.evaluate()
    rules = [alert["rule"] for alert in book.open_alerts() if alert["customer_id"] is None and is_open(alert)]
    assert sorted(rules) == ["data_stale", "watch:1", "watch:2"]
    assert all(len(book.signals(alert["id"])) == 1 for alert in raised(book))


def test_a_limit_of_money_is_not_held_against_another_currency(book: Book, whose: int) -> None:
    code = watch(book, Watch("revenue", "below", 1e9))
    (state,) = list_watches(book.workspace)
    assert state.figure.value is not None and state.watch.currency == "USD"
    rates = [{"currency": "USD", "rate": "150"}]
    book.workspace.change_policy(reporting_currency="JPY", exchange_rates=rates)
    (state,) = list_watches(book.workspace)
    assert state.words == "Not evaluated: the limit is in a different currency from the book"
    run(book)
    assert raised(book) == []
    set_watch(book.workspace, replace(NEGATIVE, metric="revenue", code=code))
    assert list_watches(book.workspace)[0].watch.currency == "JPY"


def test_an_alert_stays_until_the_figure_is_clearly_back_and_is_silent_for_its_cool_down(
    book: Book, whose: int
) -> None:
    watch(book, replace(NEGATIVE, than=10))
    ids = tickets(book, whose, 11)
    run(book)

    def solve(number: int) -> None:
        with book.writing() as work:
            for one in ids[:number]:
                day = book.day(0)
                work.sql("UPDATE tickets SET status = 'solved', resolved_on = ? WHERE id = ?", (day, one))
            work.sql("UPDATE tickets SET status = 'open', resolved_on = NULL WHERE id > ?", (ids[number - 1],))
        run(book)

    solve(1)  # 10: no longer above, but hardly below
    assert is_open(raised(book)[0]) and raised(book)[0]["reason"] == "Open negative tickets: 10 (alert above 10)"
    solve(2)  # 9: a tenth below
    assert [(is_open(one), one["outcome"]) for one in raised(book)] == [(False, "solved")]
    ids += tickets(book, whose, 2)
    run(book)  # 11 again, two days before its cool-down is over
    assert len(raised(book)) == 1
    tickets(book, whose, 2)
    run(book)  # 13: worse by a fifth than when it was told
    assert [is_open(one) for one in raised(book)] == [False, True]


def test_a_closed_alert_comes_again_after_the_cool_down(book: Book, whose: int) -> None:
    watch(book, NEGATIVE)
    tickets(book, whose, 3)
    run(book)
    resolve(book.workspace, [raised(book)[0]["id"]], "known")
    run(book)
    assert len(raised(book)) == 1
    book.move(days=15)
    book.order(whose)
    tickets(book, whose, 0)
    book.ticket(whose, 0, sentiment=0.5)  # the tickets go on
    run(book)
    assert [is_open(one) for one in raised(book)] == [False, True]


@pytest.fixture
def mailed(book: Book, whose: int) -> Iterator[Book]:
    """Twenty emails a week for ten weeks, of which ten are opened each week."""
    for week in range(1, 11):
        emails(book, whose, week, opened=10)
    yield book


def emails(book: Book, whose: int, week: int, opened: int, sent: int = 20) -> None:
    for number in range(sent):
        key = f"{week}-{number}"
        book.email(whose, "sent", 7 * week + number % 7, message=key, campaign="News")
        if number < opened:
            book.email(whose, "opened", 7 * week + number % 7, message=key, campaign="News")


OPEN_RATE = Watch("open_rate", "falls", 0.2, weeks=8)


def test_a_rate_that_falls_by_a_fifth_against_the_mean_of_eight_weeks_is_told(mailed: Book, whose: int) -> None:
    watch(mailed, OPEN_RATE)
    emails(mailed, whose, 0, opened=8)  # exactly a fifth
    run(mailed)
    (alert,) = raised(mailed)
    said = "Open rate: 40 % last week, down 20 % on a mean of 50 % (alert: falls by 20 % against the mean of 8 weeks)"
    assert alert["reason"] == said.replace(" %", f"{THIN}%")
    assert figure(mailed, alert)["before"] == pytest.approx(0.5)


def test_a_smaller_fall_and_a_rise_raise_nothing(mailed: Book, whose: int) -> None:
    watch(mailed, OPEN_RATE)
    emails(mailed, whose, 0, opened=9)
    run(mailed)
    assert raised(mailed) == []


def test_below_the_least_number_of_rows_nothing_is_raised_and_it_says_so(mailed: Book, whose: int) -> None:
    watch(mailed, OPEN_RATE)
    emails(mailed, whose, 0, opened=0, sent=19)
    run(mailed)
    assert raised(mailed) == []
    (state,) = list_watches(mailed.workspace)
    assert state.figure.value is None and state.words == "Not evaluated: too few rows for a figure"


def test_a_mean_of_too_few_weeks_is_no_measure_of_a_change(book: Book, whose: int) -> None:
    watch(book, OPEN_RATE)
    for week in range(1, 4):
        emails(book, whose, week, opened=8)
    emails(book, whose, 0, opened=1)
    run(book)
    assert raised(book) == []
    assert list_watches(book.workspace)[0].figure.why == "short"


def test_a_fall_of_what_the_last_file_does_not_cover_is_none(book: Book, whose: int) -> None:
    """The tickets end four days before the orders do: the last week has three of its days."""
    for ago in range(4, 80):
        book.ticket(whose, ago, status="solved", resolved_on=book.day(ago))
    watch(book, Watch("tickets", "falls", 0.2))
    watch(book, Watch("tickets", "below", 6, period="7d"))
    run(book)
    assert raised(book) == []
    assert [state.figure.why for state in list_watches(book.workspace)] == ["ended", "ended"]
    for ago in range(4):
        book.ticket(whose, ago, status="solved", resolved_on=book.day(ago))
    run(book)
    assert raised(book) == [] and list_watches(book.workspace)[0].figure.value == 7


def test_below_a_figure_of_days_that_the_book_does_not_reach_back_to_is_not_told(book: Book) -> None:
    customer = book.customer(ago=1)
    for ago in range(20):
        book.order(customer, ago)
    watch(book, Watch("orders", "below", 60, period="90d"))
    watch(book, Watch("orders", "below", 30, period="20d"))
    run(book)
    assert [alert["rule"] for alert in raised(book)] == ["watch:2"]


def test_an_open_alert_stays_while_its_figure_cannot_be_computed(mailed: Book, whose: int) -> None:
    watch(mailed, OPEN_RATE)
    emails(mailed, whose, 0, opened=2)
    run(mailed)
    mailed.move(days=40)
    mailed.order(whose)
    run(mailed)
    assert list_watches(mailed.workspace)[0].figure.value is None
    assert [is_open(alert) for alert in raised(mailed)] == [True]


def test_a_watch_is_journalled_undone_switched_off_and_removed(book: Book, whose: int) -> None:
    code = watch(book, NEGATIVE)
    tickets(book, whose, 3)
    switch_watch(book.workspace, code, enabled=False)
    run(book)
    assert raised(book) == []
    switch_watch(book.workspace, code, enabled=True)
    run(book)
    assert [is_open(one) for one in raised(book)] == [True]
    remove_watch(book.workspace, code)
    run(book)
    assert list_watches(book.workspace) == () and not is_open(raised(book)[0])
    progress = day_progress(book.workspace)
    assert progress.words.endswith(" · 1 ended by itself") and queue(book.workspace, "done").rows
    undo_last(book.workspace)
    assert [state.watch.title for state in list_watches(book.workspace)] == ["Open negative tickets above 2"]
    with pytest.raises(UserError, match="There is no watch “watch:9”"):
        remove_watch(book.workspace, "watch:9")


@pytest.mark.parametrize("end", [remove_watch, lambda workspace, code: switch_watch(workspace, code, enabled=False)])
def test_an_alert_whose_watch_is_gone_or_off_counts_as_no_success(
    book: Book, whose: int, end: Callable[[Workspace, str], Changes]
) -> None:
    code = watch(book, NEGATIVE)
    tickets(book, whose, 3)
    run(book)
    end(book.workspace, code)
    run(book)
    (alert,) = raised(book)
    assert (alert["state"], alert["outcome"], alert["in_time"]) == ("resolved", "rule_off", None)
    metrics = Metrics(book.workspace)
    for name, counted in (("alerts_resolved", 1), ("alerts_in_time", 0), ("alert_precision", 0)):
        assert metrics.count_rows(metrics.rows_of(Query((name,)), name)) == counted, name
    with reading(book.workspace) as reader:
        (done,) = read_queue(reader, "done").rows
    assert done.due_words == "Rule is off"


def test_a_watch_that_is_set_to_what_it_is_says_so(book: Book, whose: int) -> None:
    code = watch(book, NEGATIVE)
    (state,) = list_watches(book.workspace)
    said = set_watch(book.workspace, replace(state.watch, code=code))[1].words
    assert said == "The watch “Open negative tickets above 2” is already set to that"


def test_a_changed_watch_keeps_its_code_and_a_new_one_never_takes_that_of_one_that_is_gone(
    book: Book, whose: int
) -> None:
    code = watch(book, NEGATIVE)
    watch(book, replace(NEGATIVE, code=code, than=4))
    assert [state.watch.title for state in list_watches(book.workspace)] == ["Open negative tickets above 4"]
    tickets(book, whose, 5)
    run(book)
    remove_watch(book.workspace, code)
    assert watch(book, NEGATIVE) == "watch:2"


def test_watches_are_no_rules_to_be_tried_or_replayed(book: Book, whose: int) -> None:
    watch(book, NEGATIVE)
    run(book)
    with book.workspace.store.read() as connection:
        assert not any(rule.code.startswith("watch:") for rule in in_force(connection, book.workspace.policy))


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (replace(NEGATIVE, metric="ticketz"), "“ticketz” is not a metric"),
        (Watch("alerts_raised", "above", 3), "counts work in this program"),
        (Watch("revenue_at_risk", "falls", 0.2), "comes from scores, which have no history"),
        (replace(NEGATIVE, where=(Condition("colour", "=", "red"),)), "“colour” is not a field of tickets"),
        (replace(NEGATIVE, period="2026-01"), "A watch counts back from the last day"),
        (replace(OPEN_RATE, weeks=1), "the mean of 2 to 52 weeks"),
        (replace(OPEN_RATE, than=0), "A change must be over 0"),
        (Watch("return_rate", "above", 5), "“Return rate” is never 500.%. For 5 %, write 5% or 0.05"),
        (Watch("open_rate", "above", 1.1), "“Open rate” is never 110"),
        (Watch("open_rate", "below", -0.1), "“Open rate” is never"),
    ],
)
def test_what_cannot_be_watched_is_refused_in_a_sentence(book: Book, whose: int, wrong: Watch, says: str) -> None:
    with pytest.raises(UserError, match=says):
        set_watch(book.workspace, wrong)


def test_a_retention_above_all_of_the_year_before_may_be_watched(book: Book, whose: int) -> None:
    assert watch(book, Watch("net_revenue_retention", "below", 1.1)) == "watch:1"


def test_the_preview_has_twelve_values_and_how_often_it_would_have_told(mailed: Book, whose: int) -> None:
    emails(mailed, whose, 0, opened=2)
    state = preview(mailed.workspace, OPEN_RATE)
    assert len(state.past) == 12 and state.past[-1] == state.figure
    assert state.figure.value == pytest.approx(0.1) and state.raised == 1
    assert state.record == "In the last 12 weeks it would have raised 1 alert."
    values = [one.value for one in preview(mailed.workspace, Watch("emails_sent", "above", 100, period="7d")).past]
    assert values[-1] == 20 and values[0] == 0
    scored = preview(mailed.workspace, Watch("revenue_at_risk", "above", 1))
    assert scored.past == () and scored.record == "No past values to test this limit on."


def test_how_often_it_would_have_told_counts_hysteresis_and_cool_down() -> None:
    def told(*values: float | None, days: int = 14) -> int:
        past = [WatchFigure(f"2026-01-{1 + 7 * n:02d}", value) for n, value in enumerate(values)]
        return would_raise(Watch("tickets", "above", 10, cooldown_days=days), past, 1)

    assert told(9, 11, 10, 11) == 1  # 10 does not close it
    assert told(11, 9, 11) == 1  # within the cool-down
    assert told(11, 9, 11, days=7) == 2
    assert told(11, 9, 13) == 2  # worse by a step
    assert told(11, None, 11) == 1
