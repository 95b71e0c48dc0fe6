"""The line of an alert in the queue: beside its reason stands what decides whether to act today, and how."""

from __future__ import annotations

import json
from csv import DictReader
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from models.values.alerts import AlertRow
from models.values.metrics import RowsQuery
from models.values.rule_records import LEFT, RULE_RECORDS, PastRecord
from services.exporting import write_export
from services.insight.detail import read_detail
from services.insight.documents import read_alert_documents
from services.insight.lines import with_lines
from services.insight.queue_rows import read_alert
from services.metrics import Metrics
from services.reports import handover_of
from tests.services.insight.conftest import TODAY, Fresh, SmallBook, days_ago, reason
from views.alerts.queue_model import churn_words, value_words

SILENCE = reason("gap_beyond_usual", days_since_order=74, usual_gap=21)
SAID_SILENCE = "No order for 74 days; the usual gap is 21"


def in_days(days: int) -> str:
    return (TODAY + timedelta(days=days)).isoformat()


def line(book: SmallBook, reader: Fresh, number: int, rule: str, stored: str, **values: Any) -> str:
    return row(book, reader, number, rule, stored, **values).reason


def row(book: SmallBook, reader: Fresh, number: int, rule: str, stored: str, **values: Any) -> AlertRow:
    found = reader(read_alert, book.alert(number, rule=rule, reason=stored, **values))
    assert found is not None
    return found


def test_the_line_is_the_same_in_lists_exports_and_the_hand_over_pack(
    book: SmallBook, reader: Fresh, tmp_path: Path
) -> None:
    number = book.customer("Ida Moor", owner="Ada")
    book.score(number)
    deal(book, number, 3)
    said = line(book, reader, number, "gap_beyond_usual", SILENCE, owner="Ada")
    assert said.startswith("Open deal: Pop-up corner, $1,450, Proposal, closes in 3 days · No order for 74 days")
    out = tmp_path / "alerts.csv"
    write_export(book.workspace, "alerts", out)
    with out.open(encoding="utf-8", newline="") as file:
        assert [row["reason"] for row in DictReader(file)] == [said]
    listed = with_lines(book.workspace, Metrics(book.workspace).rows(RowsQuery("alerts")))
    assert said in listed.rows[0]
    assert handover_of(book.workspace, "Ada", "", "Book").lines[0].why == f"High: {said}"


def test_a_list_of_alerts_as_of_a_past_day_keeps_their_reasons(book: SmallBook, reader: Fresh) -> None:
    number = book.customer("Ida Moor")
    deal(book, number, 3)
    line(book, reader, number, "gap_beyond_usual", SILENCE)
    listed = Metrics(book.workspace).rows(RowsQuery("alerts"))
    past = replace(listed, as_of=TODAY - timedelta(days=1))
    assert with_lines(book.workspace, listed) != listed and with_lines(book.workspace, past) == past


@pytest.fixture
def ida(book: SmallBook) -> int:
    number = book.customer("Ida Moor")
    book.score(number)
    return number


def deal(book: SmallBook, number: int, days: int | None, amount: int | None = 145_000) -> None:
    book.event("opportunities", number, name="Pop-up corner", stage="Proposal", amount_minor=amount, currency="USD",
               opened_on=days_ago(20), closes_on=in_days(days) if days is not None else None)  # fmt: skip


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (0, f"Open deal: Pop-up corner, $1,450, Proposal, closes today · {SAID_SILENCE}"),
        (1, f"Open deal: Pop-up corner, $1,450, Proposal, closes tomorrow · {SAID_SILENCE}"),
        (7, f"Open deal: Pop-up corner, $1,450, Proposal, closes in 7 days · {SAID_SILENCE}"),
        (14, f"{SAID_SILENCE} · open deal: Pop-up corner, $1,450, Proposal, closes in 14 days"),
        (15, SAID_SILENCE),
        (-3, f"Open deal: Pop-up corner, $1,450, Proposal, close date 17 Nov has passed · {SAID_SILENCE}"),
        (-8, SAID_SILENCE),
        (None, SAID_SILENCE),
    ],
)
def test_a_deal_that_closes_within_days_is_told(
    book: SmallBook, reader: Fresh, ida: int, days: int | None, said: str
) -> None:
    deal(book, ida, days)
    assert line(book, reader, ida, "gap_beyond_usual", SILENCE) == said


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"ends_on": in_days(31)}, f"{SAID_SILENCE} · contract ends 21 Dec, in 31 days"),
        ({"ends_on": in_days(30), "renews": 1}, f"Contract renews 20 Dec, in 30 days · {SAID_SILENCE}"),
        (
            {"ends_on": in_days(90), "notice_days": 88, "value_per_year_minor": 360_000, "currency": "USD"},
            f"Contract ends 18 Feb 2027, in 90 days, $3,600 a year, notice by 22 Nov · {SAID_SILENCE}",
        ),
        (
            {"ends_on": in_days(20), "notice_days": 30},
            f"Contract ends 10 Dec, in 20 days, notice was due by 10 Nov · {SAID_SILENCE}",
        ),
        ({"ends_on": in_days(90)}, SAID_SILENCE),
        ({"ends_on": in_days(20), "status": "ended"}, SAID_SILENCE),
        ({"ends_on": days_ago(1)}, SAID_SILENCE),
    ],
)
def test_the_end_of_the_contract_and_of_its_notice_is_told(
    book: SmallBook, reader: Fresh, ida: int, fields: dict[str, Any], said: str
) -> None:
    book.event("contracts", ida, **fields)
    assert line(book, reader, ida, "gap_beyond_usual", SILENCE).replace(" 2027", "") == said.replace(" 2027", "")


URGENT = reason("distress", urgent_tickets=1)
PRESSING = reason("urgent_ticket", pressing_tickets=1, pressing_days=4)
OPEN = reason("unhappy_tickets", "open", unhappy_open_days=6)
TWO = reason("unhappy_tickets", unhappy_tickets_60d=2)


@pytest.mark.parametrize(
    ("rule", "stored", "tickets", "said"),
    [
        ("distress", URGENT, [{"priority": "urgent"}], "Urgent ticket “Zip 0” open for 6 days"),
        ("urgent_ticket", PRESSING, [{"priority": "high"}], "High-priority ticket “Zip 0” open for 4 working days"),
        ("unhappy_tickets", OPEN, [{}], "Unhappy ticket “Zip 0” open for 6 days"),
        ("unhappy_tickets", OPEN, [{"subject": None}], "Unhappy ticket open for 6 days"),
        (
            "urgent_ticket", PRESSING, [{"priority": "high", "satisfaction": 1, "status": "open"}],
            "High-priority ticket “Zip 0” open for 4 working days, rated 1 of 5",
        ),
        (
            "unhappy_tickets", OPEN, [{"subject": None, "satisfaction": 2, "status": "open"}],
            "Unhappy ticket open for 6 days, rated 2 of 5",
        ),
        (
            "unhappy_tickets", TWO,
            [{"satisfaction": 1, "resolved_on": days_ago(5), "status": "solved"},
             {"opened_on": days_ago(3), "resolved_on": days_ago(2), "satisfaction": 3, "status": "solved"}],
            "2 unhappy tickets in 60 days · “Zip 0”, 14 Nov, solved 15 Nov, rated 1 of 5"
            " · newest: “Zip 1”, 17 Nov, solved 18 Nov, rated 3 of 5",
        ),
        (
            "unhappy_tickets", TWO, [{}, {"opened_on": days_ago(0)}],
            "2 unhappy tickets in 60 days · “Zip 0”, open for 6 days · newest: “Zip 1”, opened today",
        ),
        (
            "distress", reason("distress", "rated", distress_rated=[2, 5, days_ago(5), 1, "Zip 0", "tickets"]),
            [{"satisfaction": 2, "resolved_on": days_ago(5), "status": "solved"},
             {"opened_on": days_ago(1), "sentiment": -0.9}],
            "Rated 2 of 5 on 15 Nov: Zip 0 · ticket solved · since then: “Zip 1”, open for 1 day",
        ),
    ],
)  # fmt: skip
def test_the_worst_and_the_newest_ticket_are_named_with_what_became_of_them(
    book: SmallBook, reader: Fresh, ida: int, rule: str, stored: str, tickets: list[dict[str, Any]], said: str
) -> None:
    for at, fields in enumerate(tickets):
        plain = {"subject": f"Zip {at}", "opened_on": days_ago(6), "sentiment": -0.8}
        book.event("tickets", ida, **{**plain, **fields})
    assert line(book, reader, ida, rule, stored) == said


def test_what_they_rated_well_since_a_complaint_is_said(book: SmallBook, reader: Fresh, ida: int) -> None:
    rated = reason("repeated_trouble", "review_deal", trouble_review=[1, 5, days_ago(40), 1, "Belt", "reviews"],
                   lifetime_value=210_000, largest_open_deal="Pop-up corner")  # fmt: skip
    text = "The buckle broke on the first day. I expected more."
    book.event("reviews", ida, product_name="Belt", rating=1, reviewed_on=days_ago(40), title="Poor", text=text)
    deal(book, ida, None)
    quoted, known = f"“Poor. {text}”", "Rated 1 of 5 on 11 Oct: Belt; their lifetime value is $2,100"
    sells = "open deal: Pop-up corner, $1,450, Proposal"
    assert line(book, reader, ida, "repeated_trouble", rated) == f"{known} · {quoted} · {sells}"
    book.event("surveys", ida, kind="nps", score=9, scale=10, answered_on=days_ago(8))
    found = reader(read_alert, 1)
    assert found is not None
    assert found.reason == f"{known} · since then gave 9 of 10 in our survey, 12 Nov · {quoted} · {sells}"


@pytest.mark.parametrize(
    ("later", "said"),
    [
        ({}, f"{SAID_SILENCE} · unhappy ticket “Late delivery”, 21 Sep, solved 22 Sep, rated 2 of 5"),
        ({"rating": 5}, SAID_SILENCE),
    ],
)
def test_a_complaint_stands_beside_a_silence_until_they_rated_well_again(
    book: SmallBook, reader: Fresh, ida: int, later: dict[str, int], said: str
) -> None:
    book.event("tickets", ida, subject="Late delivery", opened_on=days_ago(60), resolved_on=days_ago(59),
               satisfaction=2, status="solved")  # fmt: skip
    if later:
        book.event("reviews", ida, product_name="Belt", reviewed_on=days_ago(30), **later)
    alert = book.alert(ida, reason=SILENCE, recommendation='{"code": "check_in_call"}')
    detail = reader(read_detail, alert)
    assert detail is not None and detail.recommendation is not None and detail.alert.reason == said
    told = "Last complaint: “Late delivery”, 21 Sep, rated 2 of 5, solved."
    if later:
        told += " Since then they rated Belt 5 of 5, 21 Oct."
    assert told in detail.recommendation.why
    assert "Late delivery" not in detail.story  # it is said in the line, or not at all


def test_the_ticket_of_words_of_leaving_is_said_to_be_solved(book: SmallBook, reader: Fresh, ida: int) -> None:
    said = "If this cannot be put right I will order elsewhere."
    book.event("tickets", ida, subject="Zip", text=said, opened_on=days_ago(6), resolved_on=days_ago(5),
               satisfaction=3, sentiment=-0.8, status="solved", channel="email")  # fmt: skip
    stored = reason("distress", "leaving", leaving_words=[said, "tickets", "Zip", days_ago(6), "email"])
    deal(book, ida, 3)
    assert line(book, reader, ida, "distress", stored) == (
        f"Wrote on 14 Nov (email): “{said}” · open deal: Pop-up corner, $1,450, Proposal, closes in 3 days"
        " · ticket solved 15 Nov, rated 3 of 5"
    )


def test_a_deal_alert_names_its_deal_and_says_first_when_it_closes(book: SmallBook, reader: Fresh, ida: int) -> None:
    deal(book, ida, 4)
    book.event("tickets", ida, subject="Sizing", opened_on=days_ago(9), sentiment=-0.8)
    stored = reason("deal_at_risk", "open_ticket", deal_amount=145_000, unhappy_open_days=9, deal_close_passed=None)
    alert = book.alert(ida, rule="deal_at_risk", reason=stored)
    book.insert("alert_signals", alert_id=alert, customer_id=ida, rule="deal_at_risk", severity=4, reason=stored,
                evidence='{"deal": 1}', raised_at=days_ago(0), raised_as_of=days_ago(0))  # fmt: skip
    found = reader(read_alert, alert)
    assert found is not None and found.reason == (
        "Closes in 4 days · Open deal: Pop-up corner, $1,450, Proposal, and an unhappy ticket “Sizing” open for 9 days"
    )


@pytest.mark.parametrize(
    ("rule", "stored", "scores", "said"),
    [
        ("deal_stalled", reason("deal_stalled"), {"days_since_last_order": 129, "usual_gap_days": 40}, "129 days"),
        ("renewal_near", reason("renewal_near", days_to_renewal=31, health=40),
         {"days_since_last_order": 212, "usual_gap_days": 30}, "212 days"),
        ("deal_stalled", reason("deal_stalled"), {"days_since_last_order": 40, "usual_gap_days": 10}, None),
        ("deal_stalled", reason("deal_stalled"), {"days_since_last_order": 80, "usual_gap_days": 90}, None),
        ("gap_beyond_usual", SILENCE, {"days_since_last_order": 74, "usual_gap_days": 21}, None),
    ],
)  # fmt: skip
def test_the_silence_is_told_where_the_reason_is_about_something_else(
    book: SmallBook, reader: Fresh, rule: str, stored: str, scores: dict[str, Any], said: str | None
) -> None:
    number = book.customer("Bob Wood")
    book.score(number, **scores)
    told = line(book, reader, number, rule, stored)
    assert told.endswith(f" · no order for {said}") if said else "no order for" not in told


def test_who_ordered_yesterday_and_cancelled_it_is_not_silent(book: SmallBook, reader: Fresh) -> None:
    number = book.customer("Bob Wood")
    last = {"last_order_on": days_ago(205), "days_since_last_order": 205, "usual_gap_days": 53}
    book.score(number, **last)
    book.order(number, days_ago(205), 290)
    stored = reason("large_return", "same_day", returned=16_846_960, returned_same_day=1)
    said = "Ordered and cancelled $168,470 on the same day"
    alert = book.alert(number, rule="large_return", reason=stored)
    assert reader(read_alert, alert).reason == f"{said} · no order for 205 days"
    book.order(number, days_ago(1), 16_846_960)
    book.order(number, days_ago(1), -16_846_960, kind="cancellation")
    assert reader(read_alert, alert).reason == said


@pytest.mark.parametrize(
    ("back", "said"),
    [
        ([("cancellation", 59, 1_181_700), ("cancellation", 40, 207_600)], "cancelled $13,893 in 90 days"),
        ([("return", 20, 600_000)], "returned $6,000 in 90 days"),
        ([("return", 20, 600_000), ("cancellation", 20, 100_000)], "returned or cancelled $7,000 in 90 days"),
        ([("return", 20, 40_000)], ""),  # little beside what they order
        ([("return", 20, 900_000), ("return", 120, 900_000), ("return", 220, 900_000)], ""),  # they always do
        ([("return", 91, 600_000)], ""),
        ([("cancellation", 59, 1_181_700), ("purchase", 57, -1_100_000)], ""),  # ordered anew
        ([("cancellation", 59, 1_181_700), ("purchase", 59, -1_100_000)], "cancelled $11,817 in 90 days"),  # or before
        ([("return", 59, 1_181_700), ("purchase", 57, -1_100_000)], "returned $11,817 in 90 days"),
    ],
)
def test_what_went_back_lately_is_told_where_it_is_much_for_them(
    book: SmallBook, reader: Fresh, back: list[tuple[str, int, int]], said: str
) -> None:
    number = book.customer("Bob Wood")
    book.score(number, spend_12m_minor=4_672_100, value_at_risk_minor=1_000_000)
    for kind, ago, minor in back:
        book.order(number, days_ago(ago), -minor, kind=kind)
    assert line(book, reader, number, "gap_beyond_usual", SILENCE) == " · ".join(filter(None, (SAID_SILENCE, said)))


def test_money_behind_the_severity_is_told_where_the_model_expects_little_loss(book: SmallBook, reader: Fresh) -> None:
    """What they spent, and what is at stake by the rule's record: the queue shows that figure, too."""
    number = book.customer("Bob Wood")
    figures = {"spend_12m_minor": 4_672_100, "value_at_risk_minor": 102_800, "clv_if_stays_minor": 3_927_900}
    book.score(number, **figures)
    found = row(book, reader, number, "gap_beyond_usual", SILENCE)
    assert found.reason == f"{SAID_SILENCE} · $46,721 spent in 12 months"
    assert value_words(found) == "$1,028 at stake"
    book.insert("alert_signals", alert_id=found.id, customer_id=number, rule="gap_beyond_usual", severity=4,
                reason=SILENCE, evidence='{"loss": 1963950}', raised_at=days_ago(0),
                raised_as_of=days_ago(0))  # fmt: skip
    record = PastRecord(LEFT, 60, 30, 100, 20, "active customers", lost_cases=36, lost_hits=18)
    book.insert("book", key=RULE_RECORDS, value=json.dumps({"rules": {"gap_beyond_usual": record.as_json()}}))
    alert = reader(read_alert, found.id)
    assert alert.reason == (
        f"{SAID_SILENCE} · $46,721 spent in 12 months · $19,640 at stake: 18 of 36 left after such a silence"
    )
    assert value_words(alert) == "$19,640 at stake" and alert.record == "18 of 36 left after such a silence"
    assert churn_words(alert) == "18 of 36 left"
    assert "expects less" not in reader(read_detail, alert.id).story and not found.record
    (document,) = reader(read_alert_documents, [found.id])
    assert (document["at_stake"], document["value_at_risk"]) == (19_639.5, 1_028)
    assert document["left_before"] == "18 of 36 left"


@pytest.mark.parametrize(
    ("rule", "at_risk", "said"),
    [
        ("urgent_ticket", 12_700, "$5,100 a year"),
        ("urgent_ticket", 51_000, "$510 at stake"),
        ("gap_beyond_usual", 12_700, "$127 at stake"),
    ],
)
def test_the_queue_shows_what_who_wrote_is_worth_where_the_model_expects_no_loss(
    book: SmallBook, reader: Fresh, rule: str, at_risk: int, said: str
) -> None:
    number = book.customer("Bob Wood")
    book.score(number, spend_12m_minor=510_000, value_at_risk_minor=at_risk)
    assert value_words(row(book, reader, number, rule, PRESSING)) == said


@pytest.mark.parametrize(
    ("ticket", "said"),
    [
        ({"status": "open", "resolved_on": days_ago(5)}, "14 Nov, marked open but resolved 15 Nov, rated 2 of 5"),
        ({"status": "open"}, "open for 6 days, rated 2 of 5"),
        ({"status": None, "resolved_on": days_ago(5)}, "14 Nov, solved 15 Nov, rated 2 of 5"),
    ],
)
def test_a_ticket_that_the_file_calls_open_is_never_said_to_be_solved(
    book: SmallBook, reader: Fresh, ida: int, ticket: dict[str, Any], said: str
) -> None:
    for _ in range(2):
        book.event("tickets", ida, subject="Zip", opened_on=days_ago(6), satisfaction=2, **ticket)
    assert line(book, reader, ida, "unhappy_tickets", TWO).startswith(f"2 unhappy tickets in 60 days · “Zip”, {said}")
    rated = reason(
        "distress", "rated", distress_rated=[2, 5, ticket.get("resolved_on", days_ago(6)), 1, "Zip", "tickets"]
    )
    book.run("DELETE FROM alerts")
    told = line(book, reader, ida, "distress", rated)
    state = "marked open" if "marked" in said else "solved" if "solved" in said else "still open"
    assert [one for one in ("solved", "marked open", "still open") if f"ticket {one}" in told] == [state]


def test_words_of_leaving_are_told_where_the_reason_is_about_something_else(book: SmallBook, reader: Fresh) -> None:
    number = book.customer("Ida Moor")
    kept = {"on": days_ago(40), "leaves": False, "chance": 0.4, "computed": {"churn_risk": 0.9}}
    book.score(number, said_leaving=json.dumps(kept))
    told = line(book, reader, number, "likely_to_leave", reason("likely_to_leave", "segment", value_at_risk=10_000))
    assert told.endswith(" · on 11 Oct they said that they may leave")


def test_a_notice_is_said_once(book: SmallBook, reader: Fresh) -> None:
    number = book.customer("Ida Moor")
    kept = {"on": days_ago(40), "leaves": True, "chance": 0.9, "computed": {"churn_risk": 0.9}, "notice": True}
    book.score(number, said_leaving=json.dumps(kept))
    other = line(book, reader, number, "likely_to_leave", reason("likely_to_leave", "segment", value_at_risk=10_000))
    assert other.endswith(" · gave notice on 11 Oct")
    book.run("DELETE FROM alerts")
    said = line(book, reader, number, "notice_given", reason("notice_given", notice_since=40, notice_ends_in=12))
    assert said == "Gave notice 40 days ago; the contract ends in 12 days"


@pytest.mark.parametrize(("days", "on"), [(0, "20 Nov"), (1, "21 Nov"), (3, "23 Nov")])
def test_days_to_a_close_date_count_from_the_day_of_the_data(
    book: SmallBook, reader: Fresh, days: int, on: str
) -> None:
    """Data that end before today: the day itself is told, as "open for 20 days" is counted from the last one."""
    number = book.customer("Ida Moor")
    book.score(number, as_of=days_ago(2))
    deal(book, number, days)
    told = line(book, reader, number, "gap_beyond_usual", SILENCE)
    assert told.startswith(f"Open deal: Pop-up corner, $1,450, Proposal, closes {on} · ")
    advice = '{"code": "x", "title": "Call", "why": "{deal}"}'
    found = reader(read_detail, book.alert(number, state="resolved", recommendation=advice))
    assert f"Proposal, open for 18 days, closes {on}." in found.recommendation.why


def test_a_closed_alert_keeps_its_reason(book: SmallBook, reader: Fresh, ida: int) -> None:
    deal(book, ida, 2)
    assert line(book, reader, ida, "gap_beyond_usual", SILENCE, state="resolved") == SAID_SILENCE


def test_the_detail_tells_the_parts_as_sentences(book: SmallBook, reader: Fresh, ida: int) -> None:
    deal(book, ida, 2)
    detail = reader(read_detail, book.alert(ida, reason=SILENCE))
    assert detail is not None
    assert detail.story_bold == f"Open deal: Pop-up corner, $1,450, Proposal, closes in 2 days. {SAID_SILENCE}."


@pytest.mark.parametrize(
    "begins",
    [
        "The invoice of $1,249.50 was wrong and nobody has called back about it.",
        "I asked Mr. Smith and Prof. Lee of your team about the refund.",
        "Wir warten seit dem 5. November auf eine Antwort, d. h. seit Wochen.",
        "Write to us at help@shop.example about it.",
    ],
)
def test_a_review_is_quoted_by_whole_sentences(book: SmallBook, reader: Fresh, ida: int, begins: str) -> None:
    text = f"{begins} Then Mr. Smith owed us $1,249.50, {'and we waited for somebody to say something ' * 3}at last."
    book.event("reviews", ida, product_name="Belt", rating=1, reviewed_on=days_ago(40), text=text)
    rated = reason("bad_review", worst_review=[1, 5, days_ago(40), 1, "Belt", "reviews"])
    assert line(book, reader, ida, "bad_review", rated).endswith(f" · “{begins}”")


def test_a_first_sentence_that_is_too_long_is_cut_and_says_so(book: SmallBook, reader: Fresh, ida: int) -> None:
    text = f"The invoice of $1,249.50 was wrong {'and nobody of your team has called us back ' * 4}since."
    book.event("reviews", ida, product_name="Belt", rating=1, reviewed_on=days_ago(40), text=text)
    rated = reason("bad_review", worst_review=[1, 5, days_ago(40), 1, "Belt", "reviews"])
    assert line(book, reader, ida, "bad_review", rated).endswith("…”")


LEAVES = "If this cannot be put right I will order elsewhere."


@pytest.mark.parametrize(("ago", "told"), [(6, ""), (4, " · since then ordered $879 on 16 Nov")])
def test_an_order_after_words_of_leaving_is_told(book: SmallBook, reader: Fresh, ida: int, ago: int, told: str) -> None:
    stored = reason("distress", "leaving", leaving_words=[LEAVES, "conversations", None, days_ago(6), "chat"])
    book.run("UPDATE customer_risk_scores SET last_order_on = ?, last_order_amount_minor = 87900", days_ago(ago))
    assert line(book, reader, ida, "distress", stored) == f"Wrote on 14 Nov (chat): “{LEAVES}”{told}"


@pytest.mark.parametrize("origin", ["tickets", "conversations"])
def test_only_the_ticket_that_is_quoted_says_what_became_of_it(
    book: SmallBook, reader: Fresh, ida: int, origin: str
) -> None:
    day = days_ago(6)
    solved = {"resolved_on": days_ago(5), "satisfaction": 3, "status": "solved"}
    if origin == "tickets":
        book.event("tickets", ida, subject="Zip", text=LEAVES, opened_on=day, sentiment=-0.8, **solved)
    book.event("tickets", ida, subject="Sizing", text="Too small.", opened_on=day, sentiment=-0.8)
    stored = reason("distress", "leaving", leaving_words=[LEAVES, origin, "Zip", day, "chat"])
    became = " · ticket solved 15 Nov, rated 3 of 5" if origin == "tickets" else ""
    assert line(book, reader, ida, "distress", stored) == f"Wrote on 14 Nov (chat): “{LEAVES}”{became}"


def test_of_tickets_with_one_subject_the_rated_one_is_meant(book: SmallBook, reader: Fresh, ida: int) -> None:
    rated = {"subject": "Delivery", "satisfaction": 2}
    book.event("tickets", ida, opened_on=days_ago(20), resolved_on=days_ago(19), status="solved", **rated)
    book.event("tickets", ida, opened_on=days_ago(3), sentiment=-0.8, **rated)
    stored = reason("distress", "rated", distress_rated=[2, 5, days_ago(19), 1, "Delivery", "tickets"])
    said = line(book, reader, ida, "distress", stored)
    assert said.startswith("Rated 2 of 5 on 1 Nov: Delivery · ticket solved · since then: “Delivery”, 17 Nov")


def test_amounts_of_another_currency_are_not_held_against_those_of_the_book(
    book: SmallBook, reader: Fresh, ida: int
) -> None:
    book.order(ida, days_ago(90))
    book.event("opportunities", ida, name="Tokyo", stage="Proposal", amount_minor=200_000, currency="JPY",
               opened_on=days_ago(20))  # fmt: skip
    deal(book, ida, None)
    stored = reason("repeated_trouble", "review_deal", trouble_review=[1, 5, days_ago(40), 1, "Belt", "reviews"],
                   lifetime_value=210_000, largest_open_deal="Pop-up corner")  # fmt: skip
    alert = book.alert(ida, rule="repeated_trouble", reason=stored)
    book.insert("alert_signals", alert_id=alert, customer_id=ida, rule="repeated_trouble", severity=3, reason=stored,
                evidence="{}", raised_at=days_ago(0), raised_as_of=days_ago(0))  # fmt: skip
    found = reader(read_alert, alert)
    assert found is not None and "open deal: Pop-up corner, $1,450" in found.reason


def test_after_its_deal_was_closed_an_alert_names_another_one_as_such(book: SmallBook, reader: Fresh, ida: int) -> None:
    book.event("opportunities", ida, name="Old", stage="Won", amount_minor=90_000, currency="USD",
               opened_on=days_ago(30), closes_on=in_days(9))  # fmt: skip
    deal(book, ida, 3)
    stored = reason("deal_stalled", deal_amount=90_000)
    alert = book.alert(ida, rule="deal_stalled", reason=stored)
    book.insert("alert_signals", alert_id=alert, customer_id=ida, rule="deal_stalled", severity=3, reason=stored,
                evidence='{"deal": 1}', raised_at=days_ago(0), raised_as_of=days_ago(0))  # fmt: skip
    found = reader(read_alert, alert)
    assert found is not None
    assert found.reason.startswith("Open deal: Pop-up corner, $1,450, Proposal, closes in 3 days · ")
