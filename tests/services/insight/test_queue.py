"""The queue: groups, order, the daily budget, filters, counts; what a tile counts is what its filter lists."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from functools import partial

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.values.alerts import QUEUE_ORDERS, QueueFilter
from services import alerting, insight
from services.insight.detail import read_detail
from services.insight.documents import read_alert_documents
from services.insight.figure_formatting import figure_lines
from services.insight.profile import read_profile
from services.insight.queue_rows import read_order, read_queue
from services.insight.tile_figures import filter_of_tile, read_today_tiles
from services.settings import Policy
from tests.examples import examples
from tests.services.insight.conftest import TODAY, Fresh, SmallBook, days_ago, minutes


def test_alerts_are_grouped_by_when_they_are_due_and_ordered_by_value(book: SmallBook, reader: Fresh) -> None:
    for name, due, value in (
        ("Okafor", minutes(3 * 24 * 60), 196_000),
        ("Delacroix", minutes(180), 1_290_000),
        ("Marlow", minutes(47), 524_000),
        ("Harbor", minutes(180), 218_000),
        ("Late", minutes(-130), 100),
        ("Far", minutes(30 * 24 * 60), 100),
    ):
        book.alert(book.customer(name), due_at=due, value_at_risk_minor=value)
    page = reader(read_queue)
    assert [row.customer for row in page.rows] == ["Marlow", "Late", "Delacroix", "Harbor", "Okafor", "Far"]
    assert [row.due_words for row in page.rows] == ["47 min", "2 h late", "3 h", "3 h", "Mon", "20 Dec"]
    assert [row.due_aloud for row in page.rows] == [
        "due in 47 minutes", "2 hours late", "due in 3 hours", "due in 3 hours", "due Mon", "due 20 Dec",
    ]  # fmt: skip
    assert [(group.title, group.count, group.at_stake_minor) for group in page.groups] == [
        ("Due within the hour", 2, 524_100),
        ("Due today", 2, 1_508_000),
        ("Next week", 1, 196_000),
        ("Later", 1, 100),
    ]
    assert [(row.due_within_hour, row.breached) for row in page.rows[:3]] == [
        (True, False),
        (True, True),
        (False, False),
    ]


def test_in_an_order_that_was_asked_for_there_are_no_groups(book: SmallBook, reader: Fresh) -> None:
    for name, due, value, severity in (
        ("Okafor", minutes(3 * 24 * 60), 196_000, 4),
        ("delacroix", minutes(180), 1_290_000, 2),
        ("Marlow", minutes(47), 524_000, 2),
        ("Harbor", minutes(180), 218_000, 3),
    ):
        book.alert(book.customer(name), due_at=due, value_at_risk_minor=value, severity=severity)
    wanted = {
        "due": ["Marlow", "Harbor", "delacroix", "Okafor"],
        "severity": ["Okafor", "Harbor", "delacroix", "Marlow"],
        "value": ["delacroix", "Marlow", "Harbor", "Okafor"],
        "customer": ["delacroix", "Harbor", "Marlow", "Okafor"],
    }
    assert wanted.keys() == QUEUE_ORDERS.keys()
    for order, names in wanted.items():
        page = reader(partial(read_queue, order=order))
        assert [row.customer for row in page.rows] == names, order
        assert bool(page.groups) == (order == "due")


def test_a_rule_is_filtered_by_and_counted_also_beyond_todays_limit(book: SmallBook, reader: Fresh) -> None:
    for number in range(12):
        book.alert(book.customer(f"C{number}"), rule="gap_beyond_usual", due_at=minutes(180))
    of_owner = book.customer("Mine", owner="Ada")
    book.alert(of_owner, rule="bad_review", due_at=minutes(180), severity=4)
    reader = Fresh(reader.workspace.with_policy(replace(Policy(), card_budget=5)))
    page = reader(read_queue)
    told = [("gap_beyond_usual", 12), ("bad_review", 1)]
    assert [(code, count) for code, _title, count in page.rules] == told
    assert all(title and title[0].isupper() for _code, title, _count in page.rules)
    for code, count in told:
        found = reader(lambda r, code=code: read_queue(r, wanted=QueueFilter(rules=frozenset({code}))))
        assert [row.rule for row in found.rows] == [code] * count and found.rules == page.rules
    mine = reader(lambda r: read_queue(r, wanted=QueueFilter(owners=frozenset({"Ada"}))))
    assert [(code, count) for code, _title, count in mine.rules] == told[1:]


def test_an_opportunity_counts_as_upside_and_not_as_risk(book: SmallBook, reader: Fresh) -> None:
    book.alert(book.customer("A"), due_at=minutes(180))
    book.alert(
        book.customer("B"), kind="opportunity", due_at=minutes(180), value_at_risk_minor=0, upside_minor=330_000,
        expected_value_minor=330_000,
    )  # fmt: skip
    (group,) = reader(read_queue).groups
    assert (group.count, group.at_stake_minor, group.upside_minor) == (2, 10_000, 330_000)


def test_the_budget_holds_the_dearest_alerts_and_every_critical_one(book: SmallBook, reader: Fresh) -> None:
    for number in range(30):
        book.alert(book.customer(f"N{number}"), value_at_risk_minor=1000 + number)
    poor = book.alert(book.customer("Poor but critical"), severity=4, value_at_risk_minor=1)
    page = reader(read_queue)
    assert len(page.rows) == page.counts["todo"] == 25 and poor in {row.id for row in page.rows}
    assert page.beyond_budget == 6
    assert min(row.value_at_risk_minor for row in page.rows if row.id != poor) == 1006
    every = reader(read_queue, beyond_budget=True)
    assert len(every.rows) == 31 and every.beyond_budget == 6
    found = reader(read_queue, "todo", QueueFilter(text="N1"))
    assert {row.customer for row in found.rows} == {"N1", *(f"N{number}" for number in range(10, 20))}
    assert found.beyond_budget == 1
    small = reader.workspace.with_policy(replace(Policy(), card_budget=3))
    assert len(insight.queue(small).rows) == 3 and insight.queue(small).counts["todo"] == 3
    for number in range(4):
        book.alert(book.customer(f"Critical {number}"), severity=4, value_at_risk_minor=1)
    assert len(insight.queue(small).rows) == 5, "no critical alert is held back"


def test_the_alerts_beyond_todays_limit_are_named(book: SmallBook, reader: Fresh) -> None:
    numbers = [book.alert(book.customer(f"N{number}"), value_at_risk_minor=1000 + number) for number in range(28)]
    assert insight.beyond_limit(reader.workspace) == set(numbers[:3])


def test_what_somebody_might_buy_more_of_hides_nobody_who_may_leave(book: SmallBook, reader: Fresh) -> None:
    for number in range(30):
        book.alert(book.customer(f"Buys {number}"), severity=1, kind="opportunity", upside_minor=900_000,
                  expected_value_minor=900_000, value_at_risk_minor=0)  # fmt: skip
    quiet = book.alert(book.customer("Quiet"), severity=3, value_at_risk_minor=60_000)
    assert quiet in {row.id for row in reader(read_queue).rows}


def test_who_says_that_they_leave_or_waits_for_an_answer_is_within_the_limit(book: SmallBook, reader: Fresh) -> None:
    for number in range(30):
        book.alert(book.customer(f"Quiet {number}"), severity=3, value_at_risk_minor=900_000)
    asks = book.alert(book.customer("Asks"), rule="urgent_ticket", severity=3, value_at_risk_minor=10)
    small = book.alert(book.customer("Small"), rule="distress", severity=2, value_at_risk_minor=10)
    rated = book.alert(book.customer("Rated"), rule="distress", severity=3, value_at_risk_minor=10)
    for alert, rule, sign in (
        (asks, "urgent_ticket", None), (small, "distress", "leaving"), (rated, "distress", "rated")
    ):  # fmt: skip
        book.insert(
            "alert_signals", alert_id=alert, rule=rule, severity=3, reason="r", raised_at=minutes(-9),
            raised_as_of=days_ago(0), evidence=sign and json.dumps({"sign": sign}),
        )  # fmt: skip
    page = reader(read_queue)
    assert {asks, small, rated} <= {row.id for row in page.rows} and len(page.rows) == 26


def test_critical_alerts_that_wait_for_room_are_counted_by_owner_while_their_day_lasts(
    book: SmallBook, reader: Fresh
) -> None:
    assert reader(read_queue).criticals_waiting == ""
    kept = {"day": TODAY.isoformat(), "raised": {"Ada": 5}, "waiting": {"Ada": [1, 2], "": [3]}}
    book.insert("book", key="critical_alerts", value=json.dumps(kept))
    assert reader(read_queue).criticals_waiting == "3 more critical alerts wait for tomorrow: at most 5 a day"
    hers = reader(read_queue, "todo", QueueFilter(owners=frozenset({"Ada"})))
    assert hers.criticals_waiting.startswith("2 more critical alerts wait")
    book.run("UPDATE book SET value = ? WHERE key = 'critical_alerts'", json.dumps({**kept, "day": days_ago(1)}))
    assert reader(read_queue).criticals_waiting == ""


def test_distress_comes_first_among_equal_stakes_and_after_larger_ones(book: SmallBook, reader: Fresh) -> None:
    book.rule("distress", "Customer in distress", distress=True)
    book.alert(book.customer("Rich"), due_at=minutes(120), value_at_risk_minor=900_000, severity=4)
    upset = book.alert(book.customer("Upset"), due_at=minutes(180), value_at_risk_minor=100, severity=4)
    calmed = book.alert(book.customer("Calmed"), due_at=minutes(190), value_at_risk_minor=100, severity=4)
    for alert, cleared in ((upset, None), (calmed, minutes(-5))):
        book.insert(
            "alert_signals", alert_id=alert, rule="distress", severity=4, reason="Wrote", raised_at=minutes(-9),
            raised_as_of=days_ago(0), cleared_at=cleared,
        )  # fmt: skip
    assert [row.customer for row in reader(read_queue).rows] == ["Rich", "Upset", "Calmed"]


def test_what_a_rules_record_says_is_to_be_lost_counts_where_the_model_expects_less(
    book: SmallBook, reader: Fresh
) -> None:
    """Half of those so silent left: of a customer of $390 that is more than the $20 that the model fears."""
    for name, at_risk, lost in (("Doubted", 9_000, None), ("Sudden", 2_000, 19_500), ("Answered", 1_000, 90_000)):
        alert = book.alert(book.customer(name), due_at=minutes(180), value_at_risk_minor=at_risk, severity=4)
        book.insert(
            "alert_signals", alert_id=alert, rule="gap_beyond_usual", severity=4, reason="r", raised_at=minutes(-9),
            raised_as_of=days_ago(0), evidence=lost and json.dumps({"loss": lost}),
            cleared_at=minutes(-5) if name == "Answered" else None,
        )  # fmt: skip
    assert [row.customer for row in reader(read_queue).rows] == ["Sudden", "Doubted", "Answered"]


def test_alerts_stand_by_severity_then_stake_and_of_equal_stakes_who_leaves_comes_first(
    book: SmallBook, reader: Fresh
) -> None:
    book.rule("distress", "Customer in distress", distress=True)
    for name, severity, sign, value, due in (
        ("Rated", 4, "rated", 7_000, 180),
        ("Silent", 4, None, 500_000, 180),
        ("Ticket", 4, "urgent", 15_000, 190),
        ("Leaves, small", 3, "leaving", 2_000, 185),
        ("Leaves", 4, "leaving", 90_000, 185),
        ("Silent as well", 4, None, 90_000, 185),
        ("Silent, high", 3, None, 800_000, 170),
        ("Silent, due before", 4, None, 100, 170),
    ):
        customer = book.customer(name)
        book.score(customer, value_at_risk_minor=value, clv_if_stays_minor=value)
        alert = book.alert(
            customer, severity=severity, due_at=minutes(due), value_at_risk_minor=value,
            rule="distress" if sign else "gap_beyond_usual",
        )  # fmt: skip
        if sign:
            book.insert(
                "alert_signals", alert_id=alert, rule="distress", severity=severity, reason="r", raised_at=minutes(-9),
                raised_as_of=days_ago(0), evidence=json.dumps({"sign": sign}),
            )  # fmt: skip
    assert [row.customer for row in reader(read_queue).rows] == [
        "Silent", "Leaves", "Silent as well", "Ticket", "Rated", "Silent, due before", "Silent, high", "Leaves, small",
    ]  # fmt: skip


def test_several_signs_weigh_more_than_one_and_more_than_a_small_deal(book: SmallBook, reader: Fresh) -> None:
    """Whatever the model expects: a deal of a few hundred stands after an unhappy customer who is worth much."""
    for name, rule, signs, spent, upside in (
        ("Deal", "deal_stalled", None, 44_500, 15_900),
        ("Once", "distress", 1, 108_000, 28_700),
        ("Ticket", "urgent_ticket", 1, 190_300, 0),
        ("Twice", "distress", 2, 99_800, 0),
        ("Large deal", "deal_stalled", None, 44_500, 119_000),
    ):
        customer = book.customer(name)
        book.score(customer, value_at_risk_minor=6_000, clv_if_stays_minor=0, spend_12m_minor=spent)
        alert = book.alert(
            customer, severity=3, due_at=minutes(180), rule=rule, value_at_risk_minor=6_000, upside_minor=upside,
            expected_value_minor=max(upside, 6_000),
        )  # fmt: skip
        book.insert(
            "alert_signals", alert_id=alert, rule=rule, severity=3, reason="r", raised_at=minutes(-9),
            raised_as_of=days_ago(0), measure=signs,
        )  # fmt: skip
    assert [row.customer for row in reader(read_queue).rows] == ["Large deal", "Twice", "Ticket", "Once", "Deal"]
    small = reader.workspace.with_policy(replace(Policy(), card_budget=1))
    assert [row.customer for row in insight.queue(small).rows] == ["Twice"], "who waits is called first"


def test_words_of_leaving_come_before_a_rating_and_every_page_has_the_figures_of_the_score(
    book: SmallBook, reader: Fresh
) -> None:
    book.rule("distress", "Customer in distress", distress=True)
    # The words tell nothing: a person's sentence may begin with anything.
    for name, sign, reason, later in (("Rated", "rated", "Two of ten", 120), ("Said", "leaving", "Gave notice", 180)):
        customer = book.customer(name)
        figures = {"churn_risk": 0.03, "clv_minor": 29_100, "value_at_risk_minor": 900, "clv_if_stays_minor": 30_000}
        if sign == "leaving":
            words = {
                "on": days_ago(1),
                "leaves": False,
                "chance": 0.4,
                "computed": {"churn_risk": 0.03, "clv_minor": 29_100},
            }
            figures |= {"churn_risk": None, "clv_minor": 18_000, "value_at_risk_minor": 12_000}
            figures["said_leaving"] = json.dumps(words)
        book.score(customer, **figures)
        alert = book.alert(customer, rule="distress", reason=reason, due_at=minutes(later), severity=4)
        book.insert(
            "alert_signals", alert_id=alert, rule="distress", severity=4, reason=reason, raised_at=minutes(-9),
            raised_as_of=days_ago(0), evidence=json.dumps({"sign": sign}),
        )  # fmt: skip
    said, rated = reader(read_queue).rows
    assert (said.customer, said.churn_risk, said.value_at_risk_minor) == ("Said", None, 12_000)
    assert (rated.customer, rated.churn_risk, rated.value_at_risk_minor) == ("Rated", 0.03, 900)
    for page in (reader(read_detail, said.id), reader(read_profile, said.customer_id)):
        lines = figure_lines(page.figures)
        assert (
            "Churn risk, 90 days: they said that they may leave, which counts as 40\u202f%. "
            "The model, without what they said: 3\u202f%" in lines
        )
        assert "Revenue at risk, 12 months: $120 of $300 if they stay" in lines
        assert "Lifetime value, 12 months: $180, counting what they said" in lines
        assert page.figures.value_at_risk_minor == said.value_at_risk_minor
    assert not reader(read_profile, rated.customer_id).figures.risk_note


def test_a_filter_looks_through_all_open_alerts_and_counts_those_beyond_the_limit(
    book: SmallBook, reader: Fresh
) -> None:
    for number in range(40):
        book.alert(book.customer(f"N{number}", tier="Gold" if number % 2 else None), value_at_risk_minor=1000 + number)
    for wanted, listed, beyond in (
        (QueueFilter(tiers=frozenset({"Gold"})), 20, 7),
        (QueueFilter(severities=frozenset({3})), 40, 15),
        (QueueFilter(text="N3 gap"), 11, 1),
        (QueueFilter(need_today=True), 25, 15),
    ):
        page = reader(read_queue, "todo", wanted)
        assert (len(page.rows), page.beyond_budget) == (listed, beyond)


def test_each_owner_has_a_limit_of_their_own(book: SmallBook, reader: Fresh) -> None:
    for number in range(60):
        book.alert(book.customer(owner=("Ada", "Kim")[number % 2]), value_at_risk_minor=1000 + number)
    assert len(reader(read_queue).rows) == 25
    mine = reader(read_queue, "todo", QueueFilter(owners=frozenset({"Kim"})))
    assert (len(mine.rows), mine.beyond_budget) == (25, 5)


def test_a_finished_day_is_not_refilled_and_more_is_offered(book: SmallBook, reader: Fresh) -> None:
    open_alerts = [book.alert(book.customer(f"N{number}"), value_at_risk_minor=1000 + number) for number in range(40)]
    best = [row.id for row in reader(read_queue).rows]
    alerting.resolve(book.workspace, best[:10], "saved")
    alerting.snooze(book.workspace, best[10:13], until=TODAY + timedelta(days=5))
    alerting.wait(book.workspace, best[13:15], condition="reply")
    page = reader(read_queue)
    assert {row.id for row in page.rows} == set(best[15:]) and page.beyond_budget == 15
    alerting.resolve(book.workspace, best[15:], "no_issue")
    page = reader(read_queue)
    assert (page.rows, page.counts["todo"], page.beyond_budget) == ((), 0, 15)
    assert len(reader(read_queue, beyond_budget=True).rows) == 15
    book.run("UPDATE alerts SET closed_at = ? WHERE state = 'resolved'", minutes(-24 * 60))
    assert len(reader(read_queue).rows) == 15, "a new day has a limit of its own"
    assert len(open_alerts) == 40


def test_tabs_are_exclusive_and_say_until_when(book: SmallBook, reader: Fresh) -> None:
    book.alert(book.customer("Seen"), state="seen")
    book.alert(book.customer("At work"), state="in_work")
    book.alert(book.customer("Snoozed"), state="snoozed", until=minutes(3 * 24 * 60))
    book.alert(book.customer("Soon"), state="snoozed", until=minutes(90), until_condition="next_order")
    book.alert(book.customer("Waiting"), state="waiting", until=minutes(14 * 24 * 60), until_condition="reply")
    book.alert(book.customer("Back"), state="resolved", outcome="came_back", closed_at=minutes(-60))
    book.alert(book.customer("No use"), state="not_useful", outcome="not worth the time", closed_at=minutes(-30))
    book.alert(book.customer("Yesterday"), state="resolved", closed_at=minutes(-24 * 60))
    page = reader(read_queue)
    assert page.counts == {"todo": 2, "waiting": 1, "snoozed": 2, "done": 2}
    snoozed, waiting, done = (reader(read_queue, tab) for tab in ("snoozed", "waiting", "done"))
    assert [row.due_words for row in snoozed.rows] == ["until they order or 10:30", "until Mon"]
    assert [row.due_words for row in waiting.rows] == ["until they reply or 4 Dec"]
    assert [row.due_aloud for row in (*snoozed.rows, *done.rows)] == [
        "until they order or 10:30", "until Mon", "Not useful", "Came back",
    ]  # fmt: skip
    assert [(row.customer, row.due_words) for row in done.rows] == [("No use", "Not useful"), ("Back", "Came back")]
    assert [row.customer for row in reader(read_queue, "done", QueueFilter(done_days=30)).rows][-1] == "Yesterday"


def test_an_empty_tab_says_what_comes_next(book: SmallBook, reader: Fresh) -> None:
    assert reader(read_queue).next_due_words == ""
    book.alert(book.customer("Harbor Lane Café"), state="snoozed", until=minutes(3 * 24 * 60))
    assert reader(read_queue).next_due_words == "Harbor Lane Café, Monday"


def test_an_alert_for_the_book_and_a_customer_without_a_name_are_named(book: SmallBook, reader: Fresh) -> None:
    book.alert(None, kind="data", rule="data_stale", reason="Email events are 18 days old", due_at=None)
    book.alert(book.customer("", external_id="00004"))
    assert {row.customer for row in reader(read_queue).rows} == {"The book", "Customer 00004"}


def test_the_row_shows_the_risk_that_the_detail_shows(book: SmallBook, reader: Fresh) -> None:
    customer = book.customer()
    book.score(customer, value_at_risk_minor=77_700, churn_risk=0.72, sparkline="[3, 2, 1]")
    book.alert(customer, value_at_risk_minor=50_000, churn_risk=0.5)
    (row,) = reader(read_queue).rows
    assert (row.value_at_risk_minor, row.churn_risk, row.sparkline) == (77_700, 0.72, (3, 2, 1))


def test_filters_are_or_within_a_kind_and_and_between(book: SmallBook, reader: Fresh) -> None:
    for name, tier, owner, severity in (
        ("A", "Gold", "Ada", 4),
        ("B", "Gold", None, 3),
        ("C", "Silver", "Ada", 3),
        ("D", None, "Kim", 1),
    ):
        book.alert(book.customer(name, tier=tier, owner=owner), severity=severity)

    def named(**wanted: object) -> str:
        return "".join(sorted(row.customer for row in reader(read_queue, "todo", QueueFilter(**wanted)).rows))  # type: ignore[arg-type]

    assert named(tiers=frozenset({"Gold", "Silver"})) == "ABC"
    assert named(tiers=frozenset({"Gold"}), owners=frozenset({"Ada"})) == "A"
    assert named(owners=frozenset({""})) == "B"
    assert named(severities=frozenset({3, 4}), tiers=frozenset({"Silver"})) == "C"
    assert named(kinds=frozenset({"opportunity"})) == ""
    assert named(text="usual GAP") == "ABCD"
    assert named(text="gold b") == "B"


def test_the_owner_of_the_alert_comes_before_that_of_the_customer(book: SmallBook, reader: Fresh) -> None:
    book.alert(book.customer(owner="Kim"), owner="Ada")
    assert reader(read_queue, "todo", QueueFilter(owners=frozenset({"Ada"}))).rows[0].owner == "Ada"
    assert reader(read_queue, "todo", QueueFilter(owners=frozenset({"Kim"}))).rows == ()


@settings(max_examples=examples(10), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(
            st.integers(-3000, 20_000),
            st.integers(1, 4),
            st.integers(0, 10**6),
            st.sampled_from(("risk", "opportunity")),
        ),
        max_size=40,
    ),
    st.integers(1, 20),
)
def test_groups_add_up_and_every_alert_is_shown_or_counted(
    book: SmallBook, open_alerts: list[tuple[int, int, int, str]], budget: int
) -> None:
    for table in ("alerts", "identities", "customers"):
        book.run(f"DELETE FROM {table}")
    for due, severity, value, kind in open_alerts:
        book.alert(
            book.customer(), due_at=minutes(due), severity=severity, kind=kind, expected_value_minor=value,
            value_at_risk_minor=value if kind == "risk" else 0, upside_minor=value if kind == "opportunity" else 0,
        )  # fmt: skip
    workspace = book.workspace.with_policy(replace(Policy(), card_budget=budget))
    page = insight.queue(workspace)
    assert len(page.rows) + page.beyond_budget == len(open_alerts)
    assert len(page.rows) == page.counts["todo"] == insight.to_do(workspace) == sum(one.count for one in page.groups)
    assert sum(group.at_stake_minor for group in page.groups) == sum(row.value_at_risk_minor for row in page.rows)
    assert sum(row.severity == 4 for row in page.rows) == sum(severity == 4 for _, severity, _, _ in open_alerts)
    left = sorted((severity for _, severity, _, _ in open_alerts), reverse=True)[len(page.rows) :]
    assert all(row.severity >= severity for row in page.rows for severity in left), "none is hidden behind a lesser one"
    assert [row.group for row in page.rows] == [group.key for group in page.groups for _ in range(group.count)]
    every = insight.queue(workspace, beyond_budget=True)
    assert {row.id for row in page.rows} <= {row.id for row in every.rows} and len(every.rows) == len(open_alerts)
    with insight.reading(workspace) as reader:
        tile = read_today_tiles(reader)[0]
        assert read_order(reader) == tuple(row.id for row in page.rows)
    listed = filter_of_tile("today")
    assert listed is not None
    assert tile.figure == (f"{len(insight.queue(workspace, *listed).rows)}" if open_alerts else "–")


def test_the_order_is_that_of_the_tab(book: SmallBook, reader: Fresh) -> None:
    late, soon = book.alert(book.customer(), due_at=minutes(300)), book.alert(book.customer(), due_at=minutes(10))
    assert reader(read_order) == (soon, late)


def test_no_money_is_at_risk_of_whom_none_is_known(book: SmallBook, reader: Fresh) -> None:
    unknown, gone = book.customer(), book.customer(churned_on=days_ago(5))
    book.score(unknown, value_at_risk_minor=None, churn_risk=0.7)
    book.score(gone, value_at_risk_minor=None, churn_risk=None)
    for who in (unknown, gone):
        book.alert(who, value_at_risk_minor=0, churn_risk=0.9, state="in_work")
    page = reader(read_queue)
    assert [group.at_stake_minor for group in page.groups] == [None]
    assert {(row.value_at_risk_minor, row.churn_risk) for row in page.rows} == {(None, 0.7), (None, None)}
    documents = list(reader(read_alert_documents, [row.id for row in page.rows]))
    assert [one["value_at_risk"] for one in documents] == [None, None]
