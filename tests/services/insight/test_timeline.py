"""The timeline: everything in one order, pages that join, counts that agree with what is listed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.tables import alerts, notes
from services import insight
from services.alerting import assign, escalate, not_useful, reopen, resolve, snooze, wait
from services.audit import redo_last, undo_last
from services.insight.open_work import read_open_work
from services.insight.timeline_rows import SOURCES, read_timeline
from services.scoring import end_override, set_override
from tests.examples import examples
from tests.services.insight.conftest import TODAY, Fresh, SmallBook, days_ago, minutes

SCAN = '{"chest_cm": "109", "inseam_cm": "78", "recommended_size": "XL"}'
THIN = "\N{NARROW NO-BREAK SPACE}"


def said(page: Any) -> list[tuple[str, str, str, str]]:
    return [(row.when_words, row.bold, row.rest, row.reference) for row in page.rows]


def test_each_kind_is_said_in_an_account_managers_words(book: SmallBook, reader: Fresh) -> None:
    number = book.customer()
    order = book.order(number, days_ago(74), 38_600, channel="web", external_id="5128")
    for _ in range(3):
        book.insert("order_lines", order_id=order, source="x", external_id=book._id(), amount_minor=100)
    book.order(number, days_ago(75), -9_900, kind="return", channel="store", external_id="R7")
    book.event("tickets", number, subject="Late delivery", status="solved", opened_on=days_ago(76), satisfaction=2,
               resolved_on=days_ago(74), opened_at=f"{days_ago(76)}T08:00:00Z", resolved_at=f"{days_ago(74)}T01:00:00Z",
               external_id="312")  # fmt: skip
    book.event("tickets", number, subject="Invoice", status="open", opened_on=days_ago(77), external_id="f" * 40)
    book.event(
        "reviews", number, rating=5, title="Great fit, fast exchange", reviewed_on=days_ago(78), external_id="96"
    )
    deal = book.event("opportunities", number, name="Winter restock", stage="Won", amount_minor=45_000, currency="USD",
                      opened_on=days_ago(80), external_id="D9")  # fmt: skip
    book.insert("stage_changes", opportunity_id=deal, source="x", external_id="1", from_stage="Proposal",
                to_stage="Won", changed_on=days_ago(79))  # fmt: skip
    book.insert("stage_changes", opportunity_id=deal, source="x", external_id="0", to_stage="Proposal",
                changed_on=days_ago(80))  # fmt: skip
    book.event("activities", number, kind="fit_scan", subject="Rain jacket", happened_on=days_ago(81), duration_s=240)
    book.event("surveys", number, kind="nps", score=6.0, scale=10, comment="Slow", answered_on=days_ago(82))
    book.event("conversations", number, channel="chat", direction="from_customer", text="Where is it?",
               happened_on=days_ago(83))  # fmt: skip
    page = reader(read_timeline, number)
    assert said(page) == [
        ("7 Sep", "$386.00", "3 items · web", "order #5128"),
        ("6 Sep", "Returned $99.00", "store", "order #R7"),
        ("5 Sep", "Late delivery", "resolved in 41 h · rated 2 of 5", "ticket #312"),
        ("4 Sep", "Invoice", "open for 77 days", "ticket #2"),
        ("3 Sep", "5 of 5", "“Great fit, fast exchange”", "review #96"),
        ("2 Sep", "Winter restock", "won · $450", "deal #D9"),
        ("1 Sep", "Winter restock", "deal opened · $450", "deal #D9"),
        ("31 Aug", "Fit scan", "Rain jacket · 4 min", page.rows[7].reference),
        ("30 Aug", "NPS 6 of 10", "“Slow”", page.rows[8].reference),
        ("29 Aug", "Chat from them", "“Where is it?”", page.rows[9].reference),
    ]
    assert [row.tone for row in page.rows[:6]] == ["neutral", "neutral", "bad", "neutral", "neutral", "good"]
    assert page.counts["all"] == 10 and page.counts["deal"] == 2 and page.next_key is None


def test_a_cancelled_order_says_so_and_items_are_counted_in_pieces(book: SmallBook, reader: Fresh) -> None:
    number = book.customer()
    order = book.order(number, days_ago(74), 38_600, external_id="5128")
    cloth = book.order(number, days_ago(75), 100, external_id="5127")
    for of, quantity in ((order, "3900"), (order, "6"), (cloth, "2.5")):
        book.insert("order_lines", order_id=of, source="x", external_id=book._id(), amount_minor=1, quantity=quantity)
    back = book.order(number, days_ago(74), -38_600, kind="cancellation", external_id="C5128")
    book.insert("order_lines", order_id=back, source="x", external_id=book._id(), amount_minor=1, quantity="-3906")
    assert sorted(said(reader(read_timeline, number))) == [
        ("6 Sep", "$1.00", "1 product", "order #5127"),
        ("7 Sep", "$386.00", "3,906 items · cancelled", "order #5128"),
        ("7 Sep", "Cancelled $386.00", "3,906 items", "order #C5128"),
    ]


def test_an_order_of_charges_alone_stands_among_the_orders_and_says_so(book: SmallBook, reader: Fresh) -> None:
    number = book.customer()
    book.order(number, days_ago(74), 3_750, kind="charge", external_id="5129")
    page = reader(read_timeline, number)
    assert said(page) == [("7 Sep", "$37.50", "charges, no goods", "order #5129")]
    assert page.counts["order"] == 1


def test_how_long_a_ticket_is_open_counts_to_the_books_day(book: SmallBook, reader: Fresh) -> None:
    number = book.customer()
    book.score(number, as_of=days_ago(2))
    book.event("tickets", number, subject="Zip is stuck", opened_on=days_ago(8), status="pending")
    assert [row.rest for row in reader(read_timeline, number).rows] == ["pending for 6 days"]
    other = book.customer()
    book.score(other, as_of=days_ago(2))
    book.event("tickets", other, subject="Zip is stuck", opened_on=days_ago(2), status="pending")
    assert [row.rest for row in reader(read_timeline, other).rows] == ["pending"], "it came on the book's day"


@pytest.mark.parametrize(
    ("external_id", "reference"),
    [
        ("5128", "order #5128"),
        ("WEB-2026-000123", "order #WEB-2026-000123"),
        ("d8eebe1de3f508d28bc9", "order #1"),
        ("d8eebe1de3f508d28bc9#2", "order #1"),
        ("x" * 25, "order #1"),
        ("", "order #1"),
    ],
)
def test_a_row_is_called_by_its_systems_id_never_by_a_hash(
    book: SmallBook, reader: Fresh, external_id: str, reference: str
) -> None:
    number = book.customer()
    book.order(number, days_ago(3), external_id=external_id)
    assert reader(read_timeline, number).rows[0].reference == reference


def test_mails_are_one_row_a_message_with_what_became_of_it(book: SmallBook, reader: Fresh) -> None:
    number = book.customer()
    for message, back, kinds in (
        ("M1", 150, "sent opened clicked"),
        ("M2", 120, "sent"),
        ("M3", 60, "sent"),
        ("M4", 40, "sent unsubscribed"),
        ("M5", 20, "sent"),
        ("M6", 18, "sent bounced"),
    ):
        for kind in kinds.split():
            book.event("email_events", number, message=message, campaign=f"News {message}", kind=kind,
                       happened_on=days_ago(back))  # fmt: skip
    book.order(number, days_ago(138))
    page = reader(read_timeline, number, ("email",))
    assert [(row.bold, row.rest, row.tone) for row in page.rows] == [
        ("News M6", "bounced", "bad"),
        ("News M5", "sent · opens not known yet", "neutral"),
        ("News M4", "sent · unsubscribed", "bad"),
        ("News M3", "sent · not opened, 2nd in a row", "neutral"),
        ("News M2", "sent · not opened", "neutral"),
        ("News M1", "clicked · ordered after 12 days", "neutral"),
    ]
    assert page.counts["email"] == 6 and page.rows[0].reference == "email #M6"


@pytest.mark.parametrize(
    ("kinds", "words"),
    [
        ("sent opened", "opened"),
        ("sent opened clicked", "clicked"),
        ("sent clicked replied", "answered"),
        ("sent opened converted", "converted"),
        ("sent opened unsubscribed", "opened · unsubscribed"),
        ("bounced opened", "opened"),
    ],
)
def test_a_mail_says_the_furthest_thing_that_happened_to_it(
    book: SmallBook, reader: Fresh, kinds: str, words: str
) -> None:
    number = book.customer()
    for kind in kinds.split():
        book.event("email_events", number, message="M1", campaign_kind="Promotional", kind=kind,
                   happened_on=days_ago(60))  # fmt: skip
    (row,) = reader(read_timeline, number, ("email",)).rows
    assert (row.bold, row.rest) == ("Promotional", words)


def test_a_mail_to_a_contact_names_the_contact(book: SmallBook, reader: Fresh) -> None:
    number = book.customer(email="shop@linden.example")
    book.insert("contacts", customer_id=number, source="crm", external_id="K1", name="Vera Hayashi",
                email="Vera@linden.example")  # fmt: skip
    for at, address in enumerate(("vera@linden.example", "shop@linden.example"), start=1):
        for kind in ("sent", "opened"):
            book.event("email_events", number, message="Spring", campaign="Spring", campaign_kind="Newsletter",
                       address=address, kind=kind, happened_on=days_ago(60 + at))  # fmt: skip
    page = reader(read_timeline, number, ("email",))
    assert [row.rest for row in page.rows] == ["Newsletter · to Vera Hayashi · opened", "Newsletter · opened"]
    assert dict(page.rows[0].details)["address"] == "vera@linden.example"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"status": "open", "resolved_on": days_ago(-1)}, "open for 4 days"),
        ({"status": "solved", "resolved_on": days_ago(-1)}, "open for 4 days"),
        ({"status": "open", "resolved_on": days_ago(1)}, "resolved 19 Nov by its date, not by its status"),
        ({"status": "solved", "resolved_on": days_ago(1)}, "resolved in 3 days"),
        ({"status": "open"}, "open for 4 days"),
        ({"status": "open", "satisfaction": 5}, "answered · rated 5 of 5"),
    ],
)
def test_a_ticket_is_open_up_to_its_day_of_solving_whatever_its_status_says(
    book: SmallBook, reader: Fresh, fields: dict[str, object], words: str
) -> None:
    number = book.customer()
    book.event("tickets", number, subject="Zip is stuck", opened_on=days_ago(4), **fields)
    assert [row.rest for row in reader(read_timeline, number).rows] == [words]


def test_kinds_and_details_of_rows_are_in_their_words(book: SmallBook, reader: Fresh) -> None:
    number = book.customer()
    book.event("tickets", number, kind="Sizing Issue", status="solved", channel="Phone", priority="High",
               opened_on=days_ago(2))  # fmt: skip
    book.event("tickets", number, subject="Too small", kind="Sizing Issue", status="solved", opened_on=days_ago(3))
    book.event("opportunities", number, kind="Upsell", stage="Negotiation", opened_on=days_ago(4))
    book.event("activities", number, kind="store_visit", subject="Store 2", duration_s=1200, happened_on=days_ago(5))
    book.event("activities", number, kind="web_session", attributes='{"pages_viewed": "5", "device": "mobile"}',
               happened_on=days_ago(6))  # fmt: skip
    book.event("activities", number, kind="fit_scan", attributes=SCAN, happened_on=days_ago(7))
    page = reader(read_timeline, number)
    assert [(row.bold, row.rest) for row in page.rows] == [
        ("Sizing Issue", "resolved"),
        ("Too small", "Sizing Issue · resolved"),
        ("Upsell deal", "opened · now Negotiation"),
        ("Store visit", "Store 2 · 20 min"),
        ("Web session", "5 pages · mobile"),
        ("Fit scan", "size XL · chest 109, inseam 78 cm"),
    ]
    assert dict(page.rows[0].details) == {"type": "Sizing Issue", "channel": "Phone", "priority": "High"}
    assert dict(page.rows[4].details) == {"pages_viewed": "5", "device": "mobile"}


def test_visits_of_a_month_are_one_row_among_everything_and_each_its_own_among_activities(
    book: SmallBook, reader: Fresh
) -> None:
    number = book.customer()
    for day, subject in ((3, "Shoes"), (9, "Shirts"), (18, "Shoes")):
        book.event("activities", number, kind="web_session", subject=subject, happened_on=f"2026-10-{day:02d}")
    book.event("activities", number, kind="web_session", subject="Belts", happened_on="2026-09-30", external_id="S1")
    book.event("activities", number, kind="login", happened_on="2026-10-05")
    book.event("activities", number, kind="login", happened_on="2026-10-05")
    book.event("activities", number, kind="call", subject="Sizes", happened_on="2026-10-04")
    book.event("activities", number, kind="call", subject="Sizes", happened_on="2026-10-03")
    book.order(number, "2026-10-12", 9_900, external_id="5128")
    page = reader(read_timeline, number)
    assert [(row.when_words, row.bold, row.rest, row.times) for row in page.rows] == [
        ("18 Oct", "3 web sessions, 3–18 Oct", "mostly Shoes", 3),
        ("12 Oct", "$99.00", "", 1),
        ("5 Oct", "2 portal logins", "", 2),
        ("4 Oct", "Call", "Sizes", 1),
        ("3 Oct", "Call", "Sizes", 1),
        ("30 Sep", "Web session", "Belts", 1),
    ]
    assert [row.reference for row in page.rows[:2]] == ["", "order #5128"]
    assert page.counts["all"] == 6 and page.counts["activity"] == 8
    assert [row.times for row in reader(read_timeline, number, ["activity"]).rows] == [1] * 8


def test_a_deal_that_was_lost_for_nothing_is_told_without_an_amount(book: SmallBook, reader: Fresh) -> None:
    number = book.customer()
    book.event("opportunities", number, kind="Upsell", stage="Lost", closes_on=days_ago(4), amount_minor=0)
    (row,) = reader(read_timeline, number).rows
    assert (row.bold, row.rest) == ("Upsell deal", "lost")


def test_a_deal_is_won_on_no_day_that_has_not_come(book: SmallBook, reader: Fresh) -> None:
    number = book.customer()
    book.event("opportunities", number, kind="Upsell", stage="Won", opened_on=days_ago(4), closes_on=days_ago(-8))
    (row,) = reader(read_timeline, number).rows
    assert (row.bold, row.rest) == ("Upsell deal", "opened · now Won")


def test_a_planned_day_is_not_the_day_on_which_a_deal_was_won(book: SmallBook, reader: Fresh) -> None:
    number, texts = book.customer(), ("file_name", "file_path", "file_sha256", "source", "recognised_as", "started_at",
                                      "finished_at", "actor")  # fmt: skip
    counts = ("file_bytes", "seconds", "rows_read", "rows_inserted", "rows_updated", "rows_unchanged", "rows_rejected",
              "rows_ignored", "journal_id")  # fmt: skip
    receipt = '{"mapping": {"expected_close_date": "closes_on"}}'
    source = book.insert("imports", **dict.fromkeys(texts, "x"), **dict.fromkeys(counts, 1), receipt=receipt)
    days = {"opened_on": days_ago(9), "closes_on": days_ago(2)}
    book.event("opportunities", number, kind="Upsell", stage="Won", import_id=source, **days)
    (row,) = reader(read_timeline, number).rows
    assert (row.bold, row.rest) == ("Upsell deal", "opened · now Won")


def test_our_own_email_says_who_wrote_and_what_followed_and_is_never_unread(book: SmallBook, reader: Fresh) -> None:
    number = book.customer()
    for back, by in ((40, "Ada"), (9, "Grace")):
        email = book.email(number, approved_by=by, message_id=f"<{back}@shop.example>")
        book.event("email_events", number, source="bellwether", external_id=f"<{back}@shop.example>", kind="sent",
                   message="Your September order", happened_on=days_ago(back))  # fmt: skip
    book.event("email_events", number, message="M1", campaign="News", kind="sent", happened_on=days_ago(30))
    book.event("email_events", number, message="M2", campaign="News", kind="sent", happened_on=days_ago(20))
    book.order(number, days_ago(5))
    page = reader(read_timeline, number, ("email",))
    assert [(row.bold, row.rest) for row in page.rows] == [
        ("Grace emailed", "“Your September order” · ordered after 4 days"),
        ("News", "sent · opens not known yet"),
        ("News", "sent · not opened"),
        ("You emailed", "“Your September order”"),
    ]
    assert page.rows[0].reference == f"email #{email}" and page.counts["email"] == 4


def test_the_alerts_own_history_is_in_it(book: SmallBook, reader: Fresh) -> None:
    book.rule("engagement_below", "Engagement drop")
    number = book.customer("Linden Supply")
    alert = book.alert(number, reason="Gap over 3 × usual")
    book.insert("alert_signals", alert_id=alert, customer_id=number, rule="engagement_below", severity=2, reason="r",
                raised_at=minutes(-50), raised_as_of=days_ago(0))  # fmt: skip
    closed = book.alert(number, state="resolved", outcome="came_back", closed_by="rule", opened_at=minutes(-90_000),
                       closed_at=minutes(-80_000), reason="Spend falling")  # fmt: skip
    me = book.workspace
    with me.store.unit_of_work(me.me, "snooze", f"alert:{alert}", at=me.at) as work:
        work.update(alerts, alert, {"state": "snoozed"})
        work.say("Snoozed Linden Supply until Mon")
        work.commit()
    with me.store.unit_of_work(me.me, "add-note", f"alert:{alert}", at=me.at) as work:
        work.insert(notes, {"customer_id": number, "alert_id": alert, "text": "Call\nthem", "author": "Ada",
                            "written_at": minutes(1)})  # fmt: skip
        work.update(alerts, alert, {"touched": 1})
        work.commit()
    book.insert("tasks", customer_id=number, title="Call the store manager", due_on=days_ago(-3), created_at=minutes(2))
    page = reader(read_timeline, number, ("alert", "note", "task"))
    assert said(page) == [
        ("09:02", "Call the store manager", "due Mon", "task #1"),
        ("09:01", "You", "noted “Call them”", "note #1"),
        ("09:00", "Alert snoozed", "by you", f"alert #{alert}"),
        ("08:02", "Alert raised", "Gap over 3 × usual · merged with “Engagement drop”", f"alert #{alert}"),
        ("25 Sep", "Alert closed", "they ordered again", f"alert #{closed}"),
        ("18 Sep", "Alert raised", "Spend falling", f"alert #{closed}"),
    ]
    assert page.counts["alert"] == 4


def test_a_customers_page_says_what_an_action_on_many_alerts_did_to_theirs(book: SmallBook, reader: Fresh) -> None:
    first, second = book.customer("Linden Supply"), book.customer("Marlow & Pike")
    open_alerts = [book.alert(first), book.alert(second)]
    wait(book.workspace, open_alerts, until=TODAY + timedelta(days=30))
    reopen(book.workspace, open_alerts)
    snooze(book.workspace, open_alerts, condition="worse", until=TODAY + timedelta(days=3))
    assign(book.workspace, open_alerts, "Ben Frost")
    escalate(book.workspace, open_alerts)
    resolve(book.workspace, open_alerts, "saved")
    undo_last(book.workspace)
    not_useful(book.workspace, open_alerts, "a twin")
    told = {row.bold for row in reader(read_timeline, first, ("alert",)).rows}
    assert told == {
        "Alert raised",
        "Alert put on hold until they reply, 20 Dec at the latest",
        "Alert reopened",
        "Alert snoozed until it gets worse, 23 Nov at the latest",
        "Alert assigned to Ben Frost",
        "Alert escalated to critical",
        "Alert marked as not useful: a twin",
    }


def test_an_action_and_its_undo_vanish_together_and_a_redo_brings_the_action_back(
    book: SmallBook, reader: Fresh
) -> None:
    first, second = book.customer("Linden Supply"), book.customer("Marlow & Pike")
    open_alerts = [book.alert(first), book.alert(second)]

    def told(customer: int) -> list[str]:
        page = reader(read_timeline, customer, ("alert",))
        assert page.counts["alert"] == len(page.rows)
        return [row.bold for row in page.rows]

    escalate(book.workspace, open_alerts)
    for shown, turn in ((0, undo_last), (1, redo_last), (0, undo_last), (1, redo_last)):
        turn(book.workspace)
        assert told(first) == ["Alert escalated to critical"] * shown + ["Alert raised"]
    assign(book.workspace, open_alerts, "Ben Frost")
    assign(replace(book.workspace, person="Grace"), open_alerts[:1], "Grace")
    undo_last(book.workspace)
    assert "Alert assigned to Ben Frost" in told(first), "what somebody changed since was kept"
    assert told(second) == ["Alert escalated to critical", "Alert raised"]


def test_a_score_that_somebody_set_is_told_with_who_until_when_and_why(book: SmallBook, reader: Fresh) -> None:
    number = book.customer()
    row = {"customer_id": number, "reason": "renewed\nby phone", "made_by": "Ada"}
    first = book.insert("score_overrides", figure="churn_risk", value="0.12", made_at=minutes(-4000),
                        expires_on=days_ago(-30), ended_at=minutes(-3000), **row)  # fmt: skip
    second = book.insert("score_overrides", figure="churn_risk", value="0.2", made_at=minutes(-3000),
                         expires_on=days_ago(-40), **{**row, "made_by": "Mateo"})  # fmt: skip
    over = book.insert("score_overrides", figure="segment", value="Champion", made_at=minutes(-50_000),
                       expires_on=days_ago(6), **row)  # fmt: skip
    end_override(replace(book.workspace, person="Grace"), number, "churn_risk")
    page = reader(read_timeline, number)
    assert said(page) == [
        (
            "09:00", "Churn risk: back to the model’s score", f"20{THIN}% override removed by Grace",
            f"override #{second}",
        ),
        ("18 Nov", f"Churn risk changed from 12{THIN}% to 20{THIN}%", "by Mateo until 30 Dec: renewed by phone",
         f"override #{second}"),
        ("17 Nov", f"Churn risk set to 12{THIN}%", "by you until 20 Dec: renewed by phone", f"override #{first}"),
        ("15 Nov", "Segment: back to the model’s score", "Champion, set by you, ended 14 Nov", f"override #{over}"),
        ("16 Oct", "Segment set to Champion", "by you until 14 Nov: renewed by phone", f"override #{over}"),
    ]  # fmt: skip
    assert page.counts["override"] == 5


def test_what_was_set_and_taken_back_by_hand_comes_and_goes_with_undo(book: SmallBook, reader: Fresh) -> None:
    number, until = book.customer(), TODAY + timedelta(days=30)
    set_override(book.workspace, number, "health", 80, reason="a good call", until=until)
    end_override(book.workspace, number, "health")
    assert [row.bold for row in reader(read_timeline, number).rows] == [
        "Health: back to the model’s score", "Health set to 80 of 100",
    ]  # fmt: skip
    assert reader(read_timeline, number).rows[0].rest == "80 of 100 override removed by you"
    undo_last(book.workspace)
    assert [row.bold for row in reader(read_timeline, number).rows] == ["Health set to 80 of 100"]
    undo_last(book.workspace)
    assert reader(read_timeline, number).rows == ()


_EVENT = st.tuples(
    st.sampled_from(("order", "return", "ticket", "email", "activity", "note", "override")), st.integers(0, 9)
)


@settings(max_examples=examples(12), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(_EVENT, max_size=30), st.integers(1, 7), st.sets(st.sampled_from(sorted(SOURCES)), max_size=3))
def test_pages_join_to_all_of_it_and_counts_agree(
    book: SmallBook, events: list[tuple[str, int]], limit: int, kinds: set[str]
) -> None:
    number = book.customer()
    for kind, back in events:
        if kind in ("order", "return"):
            book.order(number, days_ago(back), kind="purchase" if kind == "order" else "cancellation")
        elif kind == "ticket":
            book.event("tickets", number, opened_on=days_ago(back), opened_at=f"{days_ago(back)}T10:00:00Z")
        elif kind == "email":
            book.event("email_events", number, kind="sent", happened_on=days_ago(back))
        elif kind == "activity":
            book.event("activities", number, kind="login", happened_on=days_ago(back))
        elif kind == "override":
            book.insert("score_overrides", customer_id=number, figure="health", value="70", reason="r", made_by="Kim",
                        made_at=minutes(-1440 * back), expires_on=days_ago(-1))  # fmt: skip
        else:
            book.insert("notes", customer_id=number, text="t", author="Kim", written_at=minutes(-1440 * back))
    rows, key, counts = [], None, {}
    while True:
        page = insight.timeline_page(book.workspace, number, kinds=frozenset(kinds), after=key, limit=limit)
        rows += page.rows
        counts = page.counts
        assert len(page.rows) <= limit
        key = page.next_key
        if key is None:
            break
    assert len({row.key for row in rows}) == len(rows)
    assert [(row.at, row.key) for row in rows] == sorted(((row.at, row.key) for row in rows), reverse=True)
    visits = [back for kind, back in events if kind == "activity"]
    folded = len(visits) - len({days_ago(back)[:7] for back in visits})
    assert counts["all"] == len(events) - folded
    assert len(rows) == (sum(counts[kind] for kind in kinds) if kinds else counts["all"])
    for kind in kinds or set(SOURCES):
        assert sum(row.times for row in rows if row.kind == kind) == counts[kind]
        assert counts[kind] == sum(one == kind for one, _ in events)


def test_other_customers_events_stay_theirs(book: SmallBook, reader: Fresh) -> None:
    mine, other = book.customer(), book.customer()
    book.order(other, days_ago(3))
    book.alert(other)
    assert reader(read_timeline, mine).rows == ()
    assert reader(read_timeline, mine).counts["all"] == 0


def test_a_deal_and_a_review_name_their_product_as_the_catalogue_does(book: SmallBook, reader: Fresh) -> None:
    who = book.customer()
    product = book.insert("products", source="shop", external_id="P1", name="GTX Pro")
    book.event(
        "opportunities", who, product_id=product, product_name="GTXPro", stage="Qualified", opened_on=days_ago(9)
    )
    named = {"name": "GTXPro", "product_name": "GTXPro"}
    book.event("opportunities", who, product_id=product, stage="Qualified", opened_on=days_ago(8), **named)
    book.event("reviews", who, product_id=product, product_name="gtx pro", rating=4, reviewed_on=days_ago(5))
    book.event("reviews", who, product_name="Harbor Tee", rating=4, reviewed_on=days_ago(3))
    told = " ".join(f"{row.bold} {row.rest}" for row in reader(read_timeline, who).rows)
    assert "GTX Pro" in told and "Harbor Tee" in told
    assert "GTXPro" not in told and "gtx pro" not in told
    assert "GTX Pro" in [item.title for item in reader(read_open_work, who)]
