"""The detail of an alert: figures with their changes, story, rhythm, permission, open work, record; and the profile."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from models.tables import customers
from models.values.alerts import ALIKE_WORDS
from models.values.customers import CustomerFilter
from models.values.errors import UserError
from models.values.scores import as_of_model, missed_orders
from models.values.words import THIN
from services import insight
from services.audit import undo_last
from services.insight.detail import read_detail
from services.insight.figure_formatting import figure_lines
from services.insight.figures import read_figures
from services.insight.permission import read_permission
from services.insight.profile import read_profile
from services.insight.rhythm import read_rhythm
from services.outreach.facts import facts_of
from services.settings import ExchangeRate, Policy, Preferences
from tests.services.insight.conftest import Fresh, SmallBook, days_ago, minutes, reason
from views.alerts.figures import churn_figure
from views.customers.delegate import Marks
from views.customers.figures import profile_figures

DRIVERS = json.dumps(
    [
        {
            "code": "gap",
            "label": "Gap since last order",
            "points": 31.2,
            "evidence": "No order for 74 days",
            "kind": "raises",
        },
        {
            "code": "tickets",
            "label": "Late-delivery ticket",
            "points": None,
            "evidence": "Rated 2 of 5",
            "kind": "raises",
        },
    ]
)

RATED = [2, 5, "2026-11-11", 1, "Zip", "reviews"]


@pytest.fixture
def marlow(book: SmallBook) -> int:
    """A customer whose usual gap of 21 days was passed more than three times."""
    number = book.customer(
        "Marlow & Pike Outfitters", tier="Gold", owner="Ada", city="Portland", region="OR",
        email="orders@marlow.example", signed_up_on="2023-03-02",
        email_consent="given", email_consent_since="2023-03-02",
    )  # fmt: skip
    for back in range(74, 360, 21):
        book.order(number, days_ago(back), 30_000 + 100 * (back % 5))
    book.score(
        number, churn_risk=0.72, engagement=34.0, health=41.0, health_coverage=6, value_at_risk_minor=524_000,
        clv_minor=204_000, clv_if_stays_minor=728_000,
        value_at_risk_low_minor=360_000, value_at_risk_high_minor=710_000,
        segment="Cooling VIP", segment_before="Loyal", segment_since=days_ago(60), last_order_on=days_ago(74),
        last_order_amount_minor=38_600, days_since_last_order=74, usual_gap_days=21.0, drivers=DRIVERS,
        confidence_why='["14 orders"]',
    )  # fmt: skip
    for back, churn, engagement in ((100, 0.2, 70.0), (63, 0.41, 61.0), (30, 0.6, 50.0)):
        book.insert(
            "score_history", customer_id=number, as_of=days_ago(back), churn_risk=churn, engagement=engagement,
            value_at_risk_minor=1, model="m",
        )  # fmt: skip
    return number


def test_the_last_order_says_where_returns_are_taken_off(book: SmallBook, reader: Fresh) -> None:
    number = book.customer("Anaya Reed")
    book.score(number, last_order_on=days_ago(10), last_order_amount_minor=36_500)
    book.order(number, days_ago(10), 57_288)
    book.order(number, days_ago(10), 90_000)
    book.order(number, days_ago(9), -90_000, kind="cancellation")
    assert reader(read_detail, book.alert(number)).figures.last_order_words == "10 Nov · $365 after returns"


def test_what_came_back_of_no_known_order_is_said_with_the_last_order(book: SmallBook, reader: Fresh) -> None:
    number = book.customer("Anaya Reed")
    book.score(number, last_order_on=days_ago(10), last_order_amount_minor=83_880)
    book.order(number, days_ago(10), 83_880)
    book.order(number, days_ago(30), -5_000, kind="cancellation")
    book.order(number, days_ago(8), -13_980, kind="cancellation")
    assert reader(read_detail, book.alert(number)).figures.last_order_words == "10 Nov · $839 ($140 came back)"


def test_figures_name_their_change_and_its_period(book: SmallBook, reader: Fresh, marlow: int) -> None:
    detail = reader(read_detail, book.alert(marlow))
    figures = detail.figures
    assert round(figures.churn_change_points) == 31 and figures.change_days == 63
    assert figures.engagement_change == -27
    assert figures.last_order_words == "7 Sep · $386" and figures.confidence_why == ("14 orders",)
    assert [(driver.label, driver.points) for driver in detail.drivers] == [
        ("Gap since last order", 31.2),
        ("Late-delivery ticket", None),
    ]


def test_an_order_that_was_returned_is_not_said_to_have_brought_nothing(book: SmallBook, reader: Fresh) -> None:
    for amount, back, words in ((0, True, "7 Sep · returned"), (0, False, "7 Sep · $0"), (1_000, True, "7 Sep · $10")):
        number = book.customer()
        book.score(number, last_order_on=days_ago(74), last_order_amount_minor=amount, days_since_last_order=74)
        if back:
            book.order(number, days_ago(70), amount_minor=-10_000, kind="return")
        found = reader(read_figures, number)
        assert found is not None and found[0].last_order_words == words


def test_the_line_of_the_risk_ends_where_the_risk_stands_now(book: SmallBook, reader: Fresh) -> None:
    number = book.customer()
    book.score(number, churn_risk=0.12)
    for back, churn in ((7, 0.11), (0, 0.13)):  # today's was scored by the fit before the present one
        book.insert("score_history", customer_id=number, as_of=days_ago(back), churn_risk=churn, model="m")
    figures = reader(read_figures, number)[0]
    assert figures.history == ((days_ago(7), 0.11), (days_ago(0), 0.12))


def test_each_figure_of_the_past_says_when_it_was_worked_out_and_the_week_by_which_model(
    book: SmallBook, reader: Fresh
) -> None:
    number = book.customer()
    week = {"code": "churn_risk", "label": "Churn risk", "evidence": "", "points": 3.0, "kind": "raises"}
    week |= {"since": days_ago(7), "before": 0.1, "now": 0.13}
    book.score(number, churn_risk=0.13, changed=json.dumps([week]))
    versions = {"parameters": "{}", "versions": "{}", "why": "", "fitted_at": minutes(0), "customers": 1}
    book.insert("model_fits", kind="scores", model="m", as_of=days_ago(20), **versions)
    book.insert("book", key="scored", value='{"fit": 1}')
    later = as_of_model("m", days_ago(3))
    for back, model in ((27, "m"), (14, later), (7, "m")):  # the first one by a program that did not say so yet
        book.insert("score_history", customer_id=number, as_of=days_ago(back), churn_risk=0.1, model=model)
    figures = reader(read_figures, number)[0]
    assert figures.history_worked_out_on == (days_ago(20), days_ago(3), None, None)
    assert figures.model_day == days_ago(20)
    assert figures.week_line == f"Risk 10{THIN}% → 13{THIN}% since 13 Nov, by the model of 31 Oct"
    assert "Scores as of 20 Nov 2026, by the model of 31 Oct 2026" in figure_lines(figures)


def test_a_short_history_tells_its_own_period_and_none_tells_nothing(book: SmallBook, reader: Fresh) -> None:
    number = book.customer()
    book.score(number, churn_risk=0.5)
    assert reader(read_detail, book.alert(number)).figures.churn_change_points is None
    for back, churn in ((40, 0.3), (20, 0.4), (3, 0.5)):
        book.insert("score_history", customer_id=number, as_of=days_ago(back), churn_risk=churn, model="m")
    profile = reader(read_profile, number)
    assert round(profile.figures.churn_change_points) == 20 and profile.figures.change_days == 40


def test_the_story_says_what_the_reason_does_not(book: SmallBook, reader: Fresh, marlow: int) -> None:
    book.event(
        "tickets", marlow, subject="Late delivery", opened_on=days_ago(63), resolved_on=days_ago(61), satisfaction=2,
        status="solved",
    )  # fmt: skip
    detail = reader(read_detail, book.alert(marlow))
    assert detail.story_bold == (
        "No order for 74 days; the usual gap is 21. "
        "Unhappy ticket “Late delivery”, 18 Sep, solved 20 Sep, rated 2 of 5."
    )
    assert detail.story == "Lifetime value over 12 months: $2,040 of $7,280 if they stay."
    assert detail.metadata_line == "Cooling VIP, was Loyal until Sep · customer since March 2023 · Portland, OR · yours"


def test_a_customer_is_one_since_the_first_order_where_the_record_is_younger(book: SmallBook, reader: Fresh) -> None:
    number = book.customer("Ida Moor", signed_up_on="2026-02-03")
    book.order(book.customer("Older"), "2025-01-09")  # the book goes further back, so April was the first
    book.order(number, "2025-04-09")
    book.score(number)
    first = reader(read_profile, number).metadata_line
    assert first.startswith("Customer since April 2025")
    facts = reader(facts_of, number, "check_in")
    assert "Customer since April 2025" in [fact.words for fact in facts]


def test_who_signed_up_long_before_the_first_order_is_told_by_both_days(book: SmallBook, reader: Fresh) -> None:
    book.order(book.customer("Older"), "2024-01-09")
    number = book.customer("Ida Moor", signed_up_on="2024-02-03")
    book.order(number, "2025-04-09")
    book.score(number)
    assert reader(read_profile, number).metadata_line.startswith("Signed up Feb 2024, first order Apr 2025")


def test_other_signals_come_first_in_the_story_and_are_named(book: SmallBook, reader: Fresh, marlow: int) -> None:
    book.rule("gap_beyond_usual", "Order gap")
    book.rule("engagement_below", "Engagement drop")
    open_alert = book.alert(marlow)
    fell = reason("engagement_below", "fell", engagement_before=52, engagement=34)
    for rule, said in (
        ("gap_beyond_usual", reason("gap_beyond_usual", days_since_order=74)),
        ("engagement_below", fell),
    ):
        book.insert(
            "alert_signals", alert_id=open_alert, customer_id=marlow, rule=rule, severity=3, reason=said,
            raised_at=minutes(-50), raised_as_of=days_ago(0),
        )  # fmt: skip
    detail = reader(read_detail, open_alert)
    assert detail.story.startswith("Engagement fell from 52 to 34 in 60 days. Lifetime value")
    assert detail.signals == ("Engagement drop",)


def test_a_deal_that_the_line_names_is_not_told_again(book: SmallBook, reader: Fresh, marlow: int) -> None:
    book.event("opportunities", marlow, name="Renewal", amount_minor=48_600, stage="Proposal", currency="USD",
               closes_on=days_ago(1))  # fmt: skip
    open_alert = book.alert(marlow, rule="bad_review", reason=reason("bad_review", worst_review=RATED))
    book.insert("alert_signals", alert_id=open_alert, customer_id=marlow, rule="deal_at_risk", severity=3,
                reason=reason("deal_at_risk", "tickets", deal_amount=48_600, unhappy_tickets_60d=2),
                raised_at=minutes(-50), raised_as_of=days_ago(0))  # fmt: skip
    detail = reader(read_detail, open_alert)
    assert "Open deal: Renewal, $486, Proposal" in detail.story_bold and "deal" not in detail.story


def test_a_quote_is_said_once(book: SmallBook, reader: Fresh, marlow: int) -> None:
    said = "We are talking to another supplier."
    wrote = reason("distress", "leaving", leaving_words=[said, "tickets", "", days_ago(2)])
    open_alert = book.alert(marlow, reason=wrote)
    book.insert("alert_signals", alert_id=open_alert, customer_id=marlow, rule="unhappy_mention", severity=3,
                reason=reason("unhappy_mention", "leaving", mention_words=said), raised_at=minutes(-50),
                raised_as_of=days_ago(0))  # fmt: skip
    detail = reader(read_detail, open_alert)
    assert detail.story_bold == f"Wrote on 18 Nov: “{said}” No order for 74 days." and "another" not in detail.story


def test_the_story_tells_the_rest_of_what_the_reason_quotes(book: SmallBook, reader: Fresh, marlow: int) -> None:
    text = "We are talking  to another supplier. We will decide this week."
    book.event("conversations", marlow, channel="Call", text=text, happened_on=days_ago(2))
    quote = ["We are talking to another supplier.", "conversations", "Call", days_ago(2)]
    open_alert = book.alert(marlow, reason=reason("distress", "leaving", leaving_words=quote))
    assert reader(read_detail, open_alert).story.startswith("They also said: “We will decide this week.”")


def test_what_is_yours_goes_by_the_name_that_the_book_has_for_you(book: SmallBook) -> None:
    number = book.customer(owner="A. Lindqvist")
    known = book.workspace.of_person(Preferences(me="A. Lindqvist"))
    assert insight.customer_profile(book.workspace, number).metadata_line == "A. Lindqvist"
    assert insight.customer_profile(known, number).metadata_line == "Yours"


def test_the_story_says_nothing_twice(book: SmallBook, reader: Fresh, marlow: int) -> None:
    likely = reason("likely_to_leave", "segment", value_at_risk=524_000)
    open_alert = book.alert(marlow, rule="likely_to_leave", reason=likely)
    detail = reader(read_detail, open_alert)
    assert detail.story_bold.endswith("No order for 74 days.")
    assert detail.story.startswith("Three expected orders did not come. Lifetime value")
    for rule, said in (
        ("likely_to_leave", likely),
        ("gap_beyond_usual", reason("gap_beyond_usual", days_since_order=74, usual_gap=21)),
    ):
        book.insert(
            "alert_signals", alert_id=open_alert, customer_id=marlow, rule=rule, severity=3, reason=said,
            raised_at=minutes(-50), raised_as_of=days_ago(0),
        )  # fmt: skip
    assert reader(read_detail, open_alert).story == (
        "Three expected orders did not come. Lifetime value over 12 months: $2,040 of $7,280 if they stay."
    )


@pytest.mark.parametrize(
    ("headline", "other", "new"),
    [
        (reason("distress", "rated", distress_rated=RATED), reason("bad_review", worst_review=RATED),
         "No ticket opened yet."),
        (reason("unhappy_tickets", unhappy_tickets_60d=2), reason("repeated_trouble", trouble_tickets=2,
         lifetime_value=65_100), "Lifetime value $651."),
        (reason("bad_review", worst_review=RATED), reason("repeated_trouble", "review_deal", trouble_review=RATED,
         lifetime_value=65_100, largest_open_deal="Uniforms"), "Their lifetime value is $651; open deal: Uniforms."),
        (reason("deal_at_risk", "tickets", deal_amount=4_600, unhappy_tickets_60d=3), reason("repeated_trouble",
         "tickets_deal", trouble_tickets=2, lifetime_value=800, largest_open_deal="Upsell"),
         "2 unhappy tickets in 60 days, lifetime value $8."),
        (reason("distress", urgent_tickets=1), reason("unhappy_tickets", "open", unhappy_open_days=6),
         "Three expected orders did not come."),
        (reason("unhappy_tickets", unhappy_tickets_60d=2), reason("renewal_near", days_to_renewal=31, health=40),
         "Renews in 31 days, health 40 of 100."),
        (reason("deal_at_risk", "tickets", deal_amount=4_600, unhappy_tickets_60d=2), reason("repeated_trouble",
         trouble_tickets=2, lifetime_value=800), "2 unhappy tickets in 60 days, lifetime value $8."),
        ("2 unhappy tickets in 60 days", "Rated 2 of 5", "Rated 2 of 5."),
    ],
)  # fmt: skip
def test_a_further_reason_says_only_what_is_new(
    book: SmallBook, reader: Fresh, marlow: int, headline: str, other: str, new: str
) -> None:
    open_alert = book.alert(marlow, rule="distress", reason=headline)
    book.insert("alert_signals", alert_id=open_alert, customer_id=marlow, rule="other", severity=3, reason=other,
                raised_at=minutes(-50), raised_as_of=days_ago(0))  # fmt: skip
    assert reader(read_detail, open_alert).story.startswith(new)


def test_an_order_that_came_back_whole_is_told_with_the_last_one_they_kept(book: SmallBook, reader: Fresh) -> None:
    number = book.customer()
    book.score(number, last_order_on=days_ago(9), last_order_amount_minor=0, days_since_last_order=9)
    book.order(number, days_ago(300))
    book.order(number, days_ago(9), amount_minor=18_719, external_id="B")
    book.order(number, days_ago(8), amount_minor=-18_719, kind="return", of_external_id="B")
    open_alert = book.alert(number, rule="deal_stalled", reason="Restock: open for 30 days")
    assert reader(read_detail, open_alert).story.startswith(
        "The order of 11 Nov was returned; the last order they kept was on 24 Jan."
    )
    row = insight.customers_page(book.workspace, CustomerFilter()).rows[0]
    assert row.last_returned


def test_a_rating_that_the_reason_names_is_not_told_again(book: SmallBook, reader: Fresh, marlow: int) -> None:
    book.event("tickets", marlow, subject="Return request", opened_on=days_ago(12), satisfaction=2)
    book.event("reviews", marlow, rating=2, reviewed_on=days_ago(9))
    open_alert = book.alert(marlow, rule="distress")
    for rated, of_ticket in (
        ([2, 5, days_ago(12), 1, "Return request", "tickets"], True),
        ([2, 5, days_ago(9), 1, "Half-zip", "reviews"], False),
    ):
        book.run("UPDATE alerts SET reason = ?", reason("distress", "rated", distress_rated=rated))
        detail = reader(read_detail, open_alert)
        assert "Return request" not in detail.story and ("review of 11 Nov" in detail.story) == of_ticket
        assert "eturn request" in detail.story_bold  # the line names the ticket beside a rating of those days


def test_the_rules_record_counts_the_closed_alerts_of_a_year(book: SmallBook, reader: Fresh, marlow: int) -> None:
    book.rule("gap_beyond_usual", "Order gap")
    open_alert = book.alert(marlow)
    assert reader(read_detail, open_alert).rule_line == "Rule “Order gap”: no alert closed yet"
    for outcome, state, touched in (
        ("saved", "resolved", 1),
        ("came_back", "resolved", 1),
        ("came_back", "resolved", 0),
        ("no_issue", "resolved", 1),
        ("known", "not_useful", 1),
    ):
        book.alert(marlow, state=state, outcome=outcome, touched=touched, closed_at=minutes(-9000))
    book.alert(marlow, state="resolved", outcome="saved", closed_at=minutes(-400 * 24 * 60))
    detail = reader(read_detail, open_alert)
    assert detail.rule_line == "Rule “Order gap”: 2 of 4 correct this year"  # "I know this already" is no verdict


@pytest.mark.parametrize(
    ("values", "due", "raised"),
    [
        ({"due_at": minutes(182)}, "due 12:02", "Raised 08:02 · answer within 8 working hours"),
        ({"due_at": minutes(-28), "severity": 4}, "was due 08:32", "Raised 08:02 · answer within 4 working hours"),
        ({"due_at": minutes(3 * 1440)}, "due Mon 09:00", "Raised 08:02 · answer within 8 working hours"),
        ({"state": "snoozed"}, "due 11:00 · runs while snoozed", "Raised 08:02 · answer within 8 working hours"),
        (
            {"state": "waiting", "clock_stopped_at": minutes(-5)},
            "due time paused while waiting",
            "Raised 08:02 · answer within 8 working hours",
        ),
        (
            {"state": "resolved", "closed_at": minutes(-5), "in_time": 0},
            "closed 08:55, late",
            "Raised 08:02 · answer within 8 working hours",
        ),
    ],
)
def test_due_and_raised_in_words(
    book: SmallBook, reader: Fresh, marlow: int, values: dict[str, object], due: str, raised: str
) -> None:
    detail = reader(read_detail, book.alert(marlow, **values))
    assert (detail.due_words, detail.raised_line) == (due, raised)


def test_a_sooner_due_time_is_explained_by_the_term_that_they_named(
    book: SmallBook, reader: Fresh, marlow: int
) -> None:
    text = "We are talking to another supplier. We will decide this week."
    book.event("conversations", marlow, channel="Call", text=text, happened_on=days_ago(2), leaving=1)
    open_alert = book.alert(marlow, rule="distress", severity=4, opened_at=minutes(0), due_at=minutes(60))
    book.insert(
        "alert_signals", alert_id=open_alert, customer_id=marlow, rule="distress", severity=4, reason="They may leave",
        raised_at=minutes(0), raised_as_of=days_ago(0), evidence='{"sign": "leaving"}',
    )  # fmt: skip
    detail = reader(read_detail, open_alert)
    assert detail.raised_line.endswith("answer within 1 working hour: they plan to decide by Sun 22 Nov")


def test_a_due_time_is_explained_by_the_day_by_which_they_asked_for_an_answer(
    book: SmallBook, reader: Fresh, marlow: int
) -> None:
    book.event(
        "tickets", marlow, text="Broken again. Please answer today.", status="open", priority="urgent", sentiment=-0.8,
        opened_on=days_ago(0),
    )  # fmt: skip
    open_alert = book.alert(marlow, rule="distress", severity=3, opened_at=minutes(0), due_at=minutes(60))
    asked = "they asked for an answer by"
    assert asked in reader(read_detail, open_alert).raised_line
    later = book.alert(book.customer(), rule="distress", severity=3, opened_at=minutes(0), due_at=minutes(3 * 1440))
    assert asked not in reader(read_detail, later).raised_line


def test_the_place_is_that_of_the_alerts_own_tab(book: SmallBook, reader: Fresh, marlow: int) -> None:
    first, second = book.alert(book.customer(), due_at=minutes(5)), book.alert(marlow)
    snoozed = book.alert(book.customer(), state="snoozed", until=minutes(999))
    assert [
        (reader(read_detail, open_alert).place, reader(read_detail, open_alert).of)
        for open_alert in (first, second, snoozed)
    ] == [
        (1, 2),
        (2, 2),
        (1, 1),
    ]
    assert reader(read_detail, second, order=(9, 8, second)).place == 3
    assert reader(read_detail, 12345) is None


def test_an_alert_of_the_book_has_no_customer_about_it(book: SmallBook, reader: Fresh) -> None:
    detail = reader(read_detail, book.alert(None, kind="data", reason="Email events are 18 days old"))
    assert detail.alert.customer == "The book" and detail.metadata_line == "Your book as a whole"
    assert (detail.figures, detail.rhythm, detail.permission, detail.open_work) == (None, None, None, ())


def test_recommendation_open_work_and_notes(book: SmallBook, reader: Fresh, marlow: int) -> None:
    advice = {"title": "Apologise", "why": "w", "evidence": "9 of 11", "goal": "g", "incentive_minor": 5000,
              "incentive_words": "Offer up to $50."}  # fmt: skip
    open_alert = book.alert(marlow, recommendation=json.dumps(advice))
    book.insert("tasks", customer_id=marlow, title="Call", due_on=days_ago(0), created_at=minutes(-9), owner="Kim")
    deal = book.event(
        "opportunities", marlow, name="Winter restock", stage="Proposal", amount_minor=45_000, currency="USD",
        opened_on=days_ago(50),
    )  # fmt: skip
    book.insert("stage_changes", opportunity_id=deal, source="x", external_id="1", from_stage="Qualified",
                to_stage="Proposal", changed_on=days_ago(19))  # fmt: skip
    book.event("opportunities", marlow, name="Old", stage="Won", opened_on=days_ago(500))
    book.insert(
        "notes", customer_id=marlow, alert_id=open_alert, text="Will order", author="Ada", written_at=minutes(-3)
    )
    detail = reader(read_detail, open_alert)
    assert detail.recommendation.title == "Apologise"
    assert [(item.title, item.words) for item in detail.open_work] == [
        ("Call", "today · Kim"),
        ("Winter restock", "$450 · Proposal for 19 days"),
    ]
    assert detail.notes == ("You, 08:57: Will order",)
    assert detail.permission.lines[-1] == ("warn", "Offer up to $50.")


def test_what_was_done_here_after_the_data_ended_is_no_negative_number_of_days_ago(
    book: SmallBook, reader: Fresh, marlow: int
) -> None:
    """The data may end days before today: a deal that is moved here today came into its stage after that end."""
    deal = book.event("opportunities", marlow, name="Restock", stage="Proposal", opened_on=days_ago(50))
    book.insert("stage_changes", opportunity_id=deal, source="x", external_id="1", from_stage="Qualified",
                to_stage="Proposal", changed_on=days_ago(-2))  # fmt: skip
    profile = reader(read_profile, marlow)
    assert profile.deals_line == "1 open" and profile.deals == ("Restock · Proposal",)


def test_an_order_is_missed_once_it_is_late_by_half_a_gap() -> None:
    asked = ((74, 21.0), (17, 16.6), (31, 21.0), (32, 21.0), (0, 21.0), (None, 21.0), (9, None), (9, 0.0))
    assert [missed_orders(days, gap) for days, gap in asked] == [3, 0, 0, 1, 0, 0, 0, 0]


def test_expected_orders_are_the_silence_over_the_usual_gap() -> None:
    assert [missed_orders(days, gap) for days, gap in ((174, 24.5), (114, 11.0), (78, 44.0), (90, 21.0))] == [
        7,
        10,
        1,
        4,
    ]


def test_the_rhythm_marks_what_was_expected_and_did_not_come(reader: Fresh, marlow: int) -> None:
    rhythm = reader(read_rhythm, marlow, 21.0)
    missing = [point.day for point in rhythm.points if point.expected_missing]
    assert missing == [days_ago(53), days_ago(32), days_ago(11)] and rhythm.missing == 3
    assert rhythm.usual_low_minor <= rhythm.usual_high_minor
    assert (rhythm.first_day, rhythm.last_day) == (days_ago(365), days_ago(0))
    assert rhythm.sentence.startswith("14 purchase days in 12 months, the last on 7 Sep 2026; usually $301 to $303; ")
    assert rhythm.sentence.endswith("3 expected orders did not come.")


def test_a_long_silence_shows_its_last_marks_only(book: SmallBook, reader: Fresh) -> None:
    number = book.customer()
    book.order(number, days_ago(700))
    rhythm = reader(read_rhythm, number, 7.0)
    assert rhythm.missing == 100 and len(rhythm.points) == 12
    assert reader(read_rhythm, book.customer(), 7.0) is None


def test_orders_of_a_day_are_one_stem_and_other_currencies_are_converted(book: SmallBook) -> None:
    number = book.customer()
    book.order(number, days_ago(5), 10_000)
    book.order(number, days_ago(5), 10_000, currency="EUR")
    book.order(number, days_ago(3), 500, currency="JPY")
    book.order(number, days_ago(2), -500, kind="return")
    policy = Policy(reporting_currency="USD", exchange_rates=(ExchangeRate("EUR", "1.5"),))
    with insight.reading(book.workspace.with_policy(policy)) as reader:
        rhythm = read_rhythm(reader, number, None)
    assert rhythm is not None
    assert [(point.day, point.amount_minor) for point in rhythm.points] == [(days_ago(5), 25_000), (days_ago(3), 0)]


@pytest.mark.parametrize(
    ("values", "emails", "allowed", "verdict", "line"),
    [
        ({"email_consent": "given", "email_consent_since": "2023-03-02"}, (), True, "You may email them",
         ("ok", "Consent given 2 Mar 2023")),
        ({"email_consent": "withdrawn", "email_consent_since": "2026-05-03"}, (), False, "Do not email them",
         ("no", "Consent withdrawn 3 May 2026")),
        ({}, (), False, "Ask for their consent before you email them",
         ("no", "No consent is on record")),
        ({"email_consent": "given"}, (("sent", 8),), True, "You may email them",
         ("ok", "Last email 8 days ago; your limit is one in 7 days")),
        ({"email_consent": "given"}, (("sent", 2),), False, "Wait before you email them",
         ("no", "Last email 2 days ago; your limit is one in 7 days: from Wed on")),
        ({"email_consent": "given", "suppressed_until": "2026-12-24", "suppressed_why": "in dispute"}, (), False,
         "Do not email them", ("no", "Suppressed until 24 Dec: in dispute")),
        ({"email_consent": "given", "suppressed_until": "9999-12-31"}, (), False, "Do not email them",
         ("no", "Suppressed permanently")),
        ({"email_consent": "given"}, (("unsubscribed", 30),), False, "Do not email them",
         ("no", "Unsubscribed 21 Oct")),
        ({"email_consent": "given", "email_consent_since": "2026-11-01"}, (("unsubscribed", 30),), True,
         "You may email them", ("ok", "No email from us so far; your limit is one in 7 days")),
        ({"email_consent": "given"}, (("sent", 20), ("bounced", 20)), True, "You may email them",
         ("warn", "The last email bounced, 31 Oct: check the address")),
        ({"email_consent": "given"}, (("delivered", 50), ("bounced", 20), ("bounced", 30)), False, "Do not email them",
         ("no", "The last 2 emails bounced: ask for another address")),
        ({"email_consent": "given"}, (("bounced", 40), ("opened", 20)), True, "You may email them",
         ("ok", "No email from us so far; your limit is one in 7 days")),
    ],
)  # fmt: skip
def test_permission_has_its_reasons(
    book: SmallBook, reader: Fresh, values: dict[str, str], emails: tuple[tuple[str, int], ...], allowed: bool,
    verdict: str, line: tuple[str, str],
) -> None:  # fmt: skip
    number = book.customer(email="a@x.example", **values)
    for kind, back in emails:
        book.event("email_events", number, kind=kind, happened_on=days_ago(back))

    def permission(view: insight.Reader) -> object:
        return read_permission(view, view.rows("SELECT * FROM customers WHERE id = ?", (number,))[0])

    found = reader(permission)
    assert (found.allowed, found.verdict) == (allowed, verdict)
    assert line in found.lines


def test_without_an_address_nobody_is_emailed(book: SmallBook, reader: Fresh) -> None:
    detail = reader(read_detail, book.alert(book.customer(email_consent="given")))
    assert not detail.permission.allowed and ("no", "No email address on record") in detail.permission.lines


def test_the_profile_says_where_each_value_comes_from(book: SmallBook, reader: Fresh, marlow: int) -> None:
    book.insert("identities", customer_id=marlow, kind="external_id", source="shop", value="S-1")
    me = book.workspace
    with me.store.unit_of_work(me.me, "edit-customer", f"customer:{marlow}", at=me.at) as work:
        work.update(customers, marlow, {"city": "Salem"})
        work.commit()
    profile = reader(read_profile, marlow)
    assert {field.label: (field.value, field.origin) for field in profile.identity} == {
        "Email": ("orders@marlow.example", "CRM"),
        "Place": ("Salem, OR", "by hand"),
        "Tier": ("Gold", "CRM"),
        "Owner": ("Ada", "CRM"),
        "Consent": ("given 2 Mar 2023", "CRM"),
        "Signed up": ("2 Mar 2023", "CRM"),
        "Lifetime value": ("$2,040 of $7,280 a year if they stay", "scored"),
    }
    assert profile.records_joined == 2 and profile.fields["city"] == "Salem"
    undo_last(book.workspace)
    assert {field.label: field.origin for field in reader(read_profile, marlow).identity}["Place"] == "CRM"


def test_the_profile_sums_up_each_kind(book: SmallBook, reader: Fresh, marlow: int) -> None:
    for back, status, rating in ((63, "solved", 2), (20, "open", None)):
        book.event("tickets", marlow, subject="Late delivery", status=status, opened_on=days_ago(back),
                   resolved_on=days_ago(back - 2) if rating else None, satisfaction=rating)  # fmt: skip
    for rating, back in ((5, 90), (4, 200)):
        book.event("reviews", marlow, rating=rating, title="Great fit, fast exchange", reviewed_on=days_ago(back))
    for number, kinds in enumerate(("sent", "sent clicked", "sent opened", "sent", "sent")):
        for kind in kinds.split():
            book.event("email_events", marlow, message=f"M{number}", campaign="News", kind=kind,
                       happened_on=days_ago(100 - 20 * number))  # fmt: skip
    other = book.customer("Other")
    book.event("email_events", other, message="N1", campaign="News", kind="sent", happened_on=days_ago(19))
    profile = reader(read_profile, marlow)
    assert profile.tickets_line == "2, 1 open"
    assert profile.tickets == ("Late delivery · open · 31 Oct", "Late delivery · rated 2 of 5 · 18 Sep")
    assert (profile.reviews_line, profile.reviews) == ("2", ("4.5 of 5 · “Great fit, fast exchange”",))
    assert profile.emails == ("sent", "clicked", "opened", "sent", "unknown") and profile.emails_count == 5
    assert profile.emails_line == "last 5: 1 clicked, none in the last 3 · latest 31 Oct"
    assert profile.deals_line == "none" and profile.journey_line == "11 months · 14 orders"
    assert [stone.title for stone in profile.milestones] == [
        "First order",
        "4 orders",
        "Last order",
        "Late delivery",
        "Cooling VIP",
    ]


def test_a_customer_who_is_gone_is_a_sentence(book: SmallBook, reader: Fresh) -> None:
    assert reader(read_profile, 4711) is None
    with pytest.raises(UserError, match="no longer in the book"):
        insight.customer_profile(book.workspace, 4711)


def test_the_engagement_threshold_is_the_segments(book: SmallBook, marlow: int) -> None:
    from services.settings import SegmentFigure

    policy = replace(Policy(), engagement_threshold_by_segment=(SegmentFigure("Cooling VIP", 60),))
    profile = insight.customer_profile(book.workspace.with_policy(policy), marlow)
    assert profile.figures is not None and profile.figures.engagement_threshold == 60


def test_a_low_risk_beside_a_long_silence_says_that_the_model_tells_nobody_apart(
    book: SmallBook, reader: Fresh
) -> None:
    who, other = book.customer(), book.customer()
    silent = {"days_since_last_order": 130, "usual_gap_days": 25.0, "purchase_days": 14}
    alike = json.dumps(["Fewer than 4 purchase days on record.", ALIKE_WORDS])
    book.score(who, churn_risk=0.21, confidence="low", confidence_why=alike, **silent)
    book.score(other, churn_risk=0.25, confidence="low", **silent)
    note = f"the average of your active customers is 23{THIN}%; the model cannot tell customers apart yet"
    detail = reader(read_detail, book.alert(who, reason="No order for 130 days; the usual gap is 25"))
    assert detail.story.endswith(f"Churn risk 21{THIN}%: {note}.")
    assert figure_lines(detail.figures)[0] == f"Churn risk, 90 days: 21{THIN}%; {note}"
    shown = churn_figure(detail.figures, 0.4, 0.5).spoken
    assert f"your average: 23{THIN}%" in shown and note in shown
    assert note in profile_figures(detail.figures, Marks())[0].spoken
    known = reader(read_detail, book.alert(other, reason="No order for 130 days; the usual gap is 25"))
    assert "average" not in known.story + figure_lines(known.figures)[0]


def test_only_who_the_book_calls_primary_is_the_primary_contact_and_a_days_notice_is_a_period(
    book: SmallBook, reader: Fresh
) -> None:
    number = book.customer(contract_starts_on="2026-01-05")
    book.run("UPDATE contracts SET notice_days = 1")
    book.event("contacts", number, name="Kim Berg")
    told = {one.label: one.value for one in reader(read_profile, number).identity}
    assert "Primary contact" not in told and told["Contact"].startswith("Kim Berg")
    assert told["Contract"].endswith("notice period: 1 day")
    book.event("contacts", number, name="Ada Stone", is_primary=1)
    told = {one.label: one.value for one in reader(read_profile, number).identity}
    assert told["Primary contact"].startswith("Ada Stone") and told["Contact"].startswith("Kim Berg")


def test_a_number_stands_beside_the_name_of_whose_it_is(book: SmallBook, reader: Fresh) -> None:
    number = book.customer()
    book.event("contacts", number, name="Dana Cole", role="Buyer", is_primary=1)
    lee = book.event("contacts", number, name="Lee Ash", role="Office", phone="+1 303 555 0105")
    open_alert = book.alert(number)
    person = reader(read_detail, open_alert).person
    assert (person.name, person.role, person.phone) == ("Lee Ash", "Office", "+1 303 555 0105")
    book.run("UPDATE contacts SET phone = NULL WHERE id = ?", lee)
    person = reader(read_detail, open_alert).person
    assert (person.name, person.role, person.phone) == ("Dana Cole", "Buyer", "")


@pytest.mark.parametrize(("ends_on", "renews"), [("2025-05-03", False), ("2026-11-20", True)])
def test_a_contract_whose_end_is_past_does_not_renew(
    book: SmallBook, reader: Fresh, ends_on: str, renews: bool
) -> None:
    number = book.customer(contract_starts_on="2024-05-03", renews_on=ends_on)
    facts = reader(read_detail, book.alert(number)).person.facts
    assert any(fact.title == "Renews" for fact in facts) == renews
