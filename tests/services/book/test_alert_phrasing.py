"""What alerts keep as codes and figures, in words; and what earlier versions kept in words."""

from __future__ import annotations

import json
from datetime import date

from services.alerting.rules import shipped_rules
from services.book.alert_phrasing import reason_clauses, reason_words, reason_writer, with_part

TODAY = date(2026, 11, 20)
LATE = {"days_since_order": 74, "last_returned": 1, "usual_gap": 21}
THIN = "\u202f"


def stored(rule: str, text: str = "", **figures: object) -> str:
    return json.dumps({"rule": rule, "text": text, "figures": figures, "currency": "EUR"})


def test_a_reason_is_said_with_its_figures_and_with_what_came_besides() -> None:
    deal = stored("deal_stalled", "worth", deal_named="Restock", deal_listed=1, deal_worth=123400, deal_age=40,
                  deal_silent_days=20, deal_close_passed="2025-01-20")  # fmt: skip
    said = (
        "Restock, about €1,234: open for 40 days, no call, reply or note for 20 days; close date 20 Jan 2025 has passed"
    )
    assert reason_words(deal, TODAY) == said
    assert reason_words(with_part(deal, more=2), TODAY) == f"{said}; 2 more deals like this"
    late = with_part(stored("gap_beyond_usual", **LATE), held=("orders", "2026-05-20"))
    ends = "No order for 74 days, the last one returned; the usual gap is 21; your orders end on 20 May 2026"
    assert reason_words(late, TODAY) == ends
    override = {"figure": "clv", "value": 0, "computed": 9000, "currency": "EUR"}
    overridden = with_part(late, overridden=override)
    assert reason_words(overridden, TODAY) == f"Lifetime value overridden to €0; model: €90 · {ends}"
    assert with_part(overridden, overridden=None) == late


def test_what_customers_wrote_or_rated_is_said_with_where_and_when() -> None:
    for value, said in (
        (["We leave_now.", "tickets", "Zip", "2026-11-12"], "Wrote on 12 Nov: “We leave_now.”"),  # of an older book
        (["We leave.", "tickets", "Call me", "2026-11-12", None], "Wrote on 12 Nov: “We leave.”"),
        (["We leave.", "tickets", "Zip", "2026-11-12", "web_form"], "Wrote on 12 Nov (web form): “We leave.”"),
        (["We leave.", "tickets", "Zip", "2026-11-12", "Phone"], "Said on the phone, 12 Nov: “We leave.”"),
        (["Never again.", "reviews", "Belt", "2025-11-12", None], "Wrote on 12 Nov 2025 (review): “Never again.”"),
        (["Bye.", "conversations", "Phone call", "2026-11-12"], "Said on the phone, 12 Nov: “Bye.”"),
        (["Bye.", "conversations", "Chat", "2026-11-12"], "Wrote on 12 Nov (chat): “Bye.”"),
    ):
        assert reason_words(stored("distress", "leaving", leaving_words=value), TODAY) == said
    for rated, said in (
        ([1, 5, "2026-11-12", 1, "Late_delivery", "reviews"], "Rated 1 of 5 on 12 Nov: Late_delivery"),
        ([1, 5, "2026-11-12", 0, "Late delivery", "tickets"], "Rated 1 of 5: Late delivery, ticket of 12 Nov"),
        ([2, 10, "2026-11-12", 1, "survey", "surveys"], "Gave 2 of 10 in the survey of 12 Nov"),
    ):
        assert reason_words(stored("distress", "rated", distress_rated=rated), TODAY) == said


def test_what_was_stored_in_words_is_shown_as_it_is_also_when_a_figure_is_overridden() -> None:
    old = "No order for 74 days"
    assert reason_words(old, TODAY) == old
    overridden = with_part(old, overridden={"figure": "churn_risk", "value": 0.02, "computed": 0.9, "currency": "EUR"})
    assert reason_words(overridden, TODAY) == f"Overridden to 2{THIN}%; model: 90{THIN}% · {old}"
    assert with_part(overridden, overridden=None) == old


def test_a_reason_of_a_rule_that_is_not_known_still_says_something() -> None:
    assert reason_words(stored("of_the_future", "x"), TODAY) == "Of the future"
    assert reason_words(stored("../rules/distress"), TODAY) == "../rules/distress"


def test_words_that_ask_for_a_figure_that_was_not_stored_then_give_way_to_the_title_of_their_rule() -> None:
    def said(**changes: object) -> str:
        return reason_words(stored("gap_beyond_usual", **{**LATE, **changes}), TODAY)

    assert said(usual_gap=None) == "No order for 74 days, the last one returned; the usual gap is no"
    older = {name: value for name, value in LATE.items() if name != "usual_gap"}
    title = next(rule.title for rule in shipped_rules() if rule.code == "gap_beyond_usual")
    assert reason_words(stored("gap_beyond_usual", **older), TODAY) == title
    assert "gap_beyond_usual" in with_part(stored("gap_beyond_usual", **older), held=None)


def test_a_reason_keeps_that_a_measure_has_no_figure() -> None:
    write = reason_writer("gap_beyond_usual", "", "{days_since_order:days}, {usual_gap:days}", {"days_since_order": 0,
                          "usual_gap": 1}, {}, ())  # fmt: skip
    assert json.loads(write([74, None], "EUR"))["figures"] == {"days_since_order": 74, "usual_gap": None}


def test_the_same_facts_are_the_same_whatever_rule_tells_them() -> None:
    rating = [1, 5, "2026-11-12", 1, "Tee", "reviews"]
    one, _ = reason_clauses(stored("bad_review", worst_review=rating), TODAY)
    other, worth = reason_clauses(stored("repeated_trouble", "rated", distress_rated=rating, lifetime_value=9), TODAY)
    assert one.facts == other.facts and one.words == other.words
    assert (worth.between, worth.words) == ("; ", "their lifetime value is €0")


def test_each_text_of_a_rule_has_a_code_of_its_own() -> None:
    for rule in shipped_rules():
        codes = [one.code for one in rule.reasons]
        assert all(codes) and len(set(codes)) == len(codes), rule.code
