"""The report card in words: the verdict fits the figures; without a check it says what is missing for one."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from models.values.backtest import (
    ADDITIVE,
    DEPTH_3,
    LOGISTIC,
    MBG,
    PRIOR,
    RULE,
    BacktestReport,
    CalibrationBin,
    ClvMeasures,
    CutoffMeasures,
    Measures,
)
from models.values.errors import UserError
from models.values.words import THIN
from services import exporting, insight
from services.insight.report_card import read_reliance, read_report_card
from services.insight.report_formatting import (
    compared_words,
    cost_verdict,
    judged_words,
    model_lines,
    said_words,
    value_verdict,
)
from services.insight.report_verdict import off_by, rule_words, verdict
from tests.services.insight.conftest import TODAY, Fresh, SmallBook, days_ago, minutes
from tests.views.insights import made


def keep(book: SmallBook, kind: str, report: Any) -> None:
    document = json.dumps(report.as_json())
    book.insert("score_reports", kind=kind, as_of=report.as_of, report=document, made_at=minutes(-12))


def test_the_verdict_says_how_far_off_and_against_what() -> None:
    answer = verdict(made.report())
    assert answer.tone == "good"
    assert answer.bold == "Yes, off by 1 point on average."
    assert answer.rest == (
        "The model ranks a customer who leaves above one who stays 87 % of the time; “no order for 90 days” does so"
        " 76 %."
    )


def test_a_model_that_the_books_average_beats_is_said_to_be_no_better() -> None:
    report = made.report()
    used = report.model(report.used)
    assert used is not None

    def better(one: Measures) -> Measures:
        return replace(one, log_loss=(one.log_loss or 0.0) - 0.1, auc=0.5)

    cutoffs = tuple(replace(one, measures=better(one.measures)) for one in used.cutoffs)
    average = replace(used, name=PRIOR, label="Share that left before", mean=better(used.mean), cutoffs=cutoffs)
    answer = verdict(replace(report, models=(average, *(one for one in report.models if one.name != PRIOR))))
    assert (answer.tone, answer.bold) == ("bad", "No better than the average.")
    assert answer.rest.startswith("Giving every customer the average churn rate was more accurate in back-tests.")


def test_a_model_that_does_not_beat_the_rule_is_said_to_be_no_better() -> None:
    answer = verdict(made.report(beats_rule=False))
    assert answer.tone == "bad"
    assert answer.bold == "No better than the baseline."
    assert "“no order for 90 days” predicts who leaves just as well" in answer.rest


def test_a_rule_that_is_clearly_better_is_said_to_be() -> None:
    models = (
        made.model(ADDITIVE, "Additive", 0.40, 0.55, 0.1, 0.0),
        made.model(RULE, "No order for 90 days", 0.3, 0.8, 0.1, 0.0),
    )
    assert (
        "“no order for 90 days” predicts who leaves clearly better."
        in verdict(made.report(beats_rule=False, models=models)).rest
    )


def test_too_much_churn_predicted_is_said_with_its_points() -> None:
    wrong = tuple(CalibrationBin(0.4, 20, 100, 0.13, 0.29) for _ in range(3))
    models = tuple(made.model(name, name, 0.3, 0.8, 0.1, 0.2) for name in (ADDITIVE, RULE))
    answer = verdict(made.report(calibration=wrong, models=models))
    assert (answer.tone, answer.bold) == ("bad", "Use with care: off by 20 points on average.")
    assert answer.rest.startswith("It predicted 20 points more leaving than left.")


def test_a_small_book_that_is_off_by_chance_alone_is_not_called_wrong() -> None:
    few = (CalibrationBin(0.2, 8, 28, 0.15, 0.47), CalibrationBin(0.6, 14, 30, 0.30, 0.64))
    assert off_by(made.report(calibration=few, models=())) == pytest.approx((2.4 + 4.0) / 58, abs=1e-9)
    assert verdict(made.report(calibration=few, models=())).tone == "fair"


def checked(biases: list[float], off: list[float], customers: int = 3_000, chance: float = 0.026) -> Any:
    """The model in use with these biases and errors, a check each."""
    windows = tuple(
        CutoffMeasures(
            f"2026-0{n + 1}-01", Measures(0.76, 0.2, 0.58, one, 1.5, bias, customers, customers // 2, chance)
        )
        for n, (bias, one) in enumerate(zip(biases, off, strict=True))
    )
    return replace(made.model(ADDITIVE, "Additive", 0.58, 0.76, 0.2, 0.0), cutoffs=windows)


def test_errors_of_different_seasons_do_not_cancel_in_the_verdict() -> None:
    right = tuple(
        CalibrationBin(said, round(said * 1_000), 1_000, said - 0.03, said + 0.03) for said in (0.2, 0.5, 0.8)
    )
    one = made.report(calibration=right, models=(checked([-0.092, -0.038, 0.02, 0.076], [0.092, 0.042, 0.024, 0.076]),))
    assert off_by(one) == pytest.approx(0.0565, abs=0.0005)
    answer = verdict(one)
    assert (answer.tone, answer.bold) == ("fair", "Roughly, off by 6 points on average.")
    assert answer.rest.startswith(
        "Across back-tests, predicted churn was between 9 points too low and 8 points too high."
    )
    still = made.report(calibration=right, models=(checked([0.004, -0.003], [0.026, 0.025]),))
    assert off_by(still) == pytest.approx(0.0, abs=0.005)
    assert (verdict(still).tone, "check" in verdict(still).rest) == ("good", False)
    one_way = verdict(made.report(calibration=right, models=(checked([0.03, 0.08], [0.03, 0.08]),)))
    assert one_way.rest.startswith("Across back-tests, predicted churn was 3 points to 8 points too high.")


def test_checks_of_so_few_customers_that_chance_hides_the_error_never_say_yes() -> None:
    answer = verdict(made.report(models=(checked([0.0] * 6, [0.078] * 6, 30, 0.075),)))
    assert answer.tone == "fair" and answer.bold.startswith("Roughly, off by 2 points")
    assert "With so few customers, a back-test cannot be more precise." in answer.rest


def test_where_few_leave_two_points_are_not_right_and_the_riskiest_are_named() -> None:
    tenths = [CalibrationBin(0.02, 6, 267, 0.005, 0.06) for _ in range(8)]
    curve = (*tenths, CalibrationBin(0.12, 37, 267, 0.09, 0.21), CalibrationBin(0.198, 28, 268, 0.06, 0.174))
    models = (checked([0.004] * 7, [0.03] * 7, 380, 0.022),)
    answer = verdict(made.report(calibration=curve, models=models))
    assert answer.tone == "fair" and answer.bold == f"Roughly, off by 2 points on average where 4{THIN}% left."
    assert (
        f"Of the riskiest tenth 20{THIN}% were predicted to leave and 10{THIN}% did; of all customers, 4{THIN}%."
        in answer.rest
    )


def test_with_hardly_anybody_who_left_it_is_too_early_to_tell() -> None:
    answer = verdict(made.early())
    assert (answer.tone, answer.bold) == ("open", "Too early to tell.")
    assert answer.rest.startswith("Of 52 forecasts that can be checked, only three left.")


def test_of_a_book_without_orders_the_rule_is_about_activity() -> None:
    models = tuple(
        replace(one, label="No activity for 30 days") if one.name == RULE else one for one in made.report().models
    )
    told = made.report(label="activity", horizon_days=30, models=models)
    assert "“no activity for 30 days”" in verdict(told).rest
    assert rule_words(made.report(label="activity", horizon_days=30, models=())) == "no activity for 30 days"


@settings(max_examples=60)
@given(
    st.lists(
        st.tuples(st.floats(0, 1), st.integers(0, 400), st.integers(0, 400), st.floats(0, 1), st.floats(0, 1)),
        max_size=12,
    ),
    st.sampled_from([True, False, None]),
    st.booleans(),
)
def test_every_check_gets_an_answer(rows: list[Any], beats: bool | None, with_models: bool) -> None:
    bins = tuple(
        CalibrationBin(said, min(a, b), max(a, b), min(low, high), max(low, high)) for said, a, b, low, high in rows
    )
    changes: dict[str, Any] = {} if with_models else {"models": ()}
    report = made.report(calibration=bins, beats_rule=beats, **changes)
    answer = verdict(report)
    assert answer.bold.endswith(".") and "nan" not in answer.bold + answer.rest
    off = off_by(report)
    assert off is None or 0 <= off <= 1
    model_lines(report), said_words(report, TODAY), judged_words(report)


def test_the_best_of_each_column_is_marked() -> None:
    lines = {one.name: one for one in model_lines(made.report())}
    assert [name for name, one in lines.items() if one.best_log_loss] == [ADDITIVE]
    assert [name for name, one in lines.items() if one.best_auc] == [ADDITIVE]
    assert lines[ADDITIVE].used and not lines[MBG].used and lines[RULE].reference
    assert all(one.plain for one in lines.values())


def test_a_book_without_orders_is_told_of_in_words_of_its_own(book: SmallBook, reader: Fresh) -> None:
    number = book.customer()
    book.score(number, order_count=0, confidence="low", confidence_why="[]")
    assert (reader(read_reliance).low, reader(read_reliance).few_orders) == (1, 0)
    one = made.report([number, number], label="activity")
    unpriced = replace(
        one, missed=(replace(one.missed[0], value_minor=None),), alarmed=(replace(one.alarmed[0], value_minor=None),)
    )
    lines = {each.name: each for each in model_lines(unpriced)}
    assert "how often they came" in lines[MBG].plain and "bought" not in lines[MBG].plain
    keep(book, "backtest", unpriced)
    assert reader(read_report_card).missed.sentence.endswith("Largest error first.")


def test_ways_are_compared_over_the_checks_that_judged_all_of_them() -> None:
    one = made.report()
    late = replace(one.models[3], cutoffs=one.models[3].cutoffs[2:])
    deep = replace(one.models[4], cutoffs=one.models[4].cutoffs[3:])
    fewer = replace(one, models=(*one.models[:3], late, deep, one.models[5]))
    lines = {each.name: each for each in model_lines(fewer)}
    kept = one.models[2].cutoffs[2:]
    assert lines[LOGISTIC].log_loss == pytest.approx(sum(each.measures.log_loss or 0 for each in kept) / 3)
    assert lines[DEPTH_3].log_loss is None and not lines[DEPTH_3].best_auc
    assert compared_words(fewer) == "over the three of 5 checks that could judge all"
    assert compared_words(one) == "over 5 checks"
    apart = replace(one, models=(replace(one.models[2], cutoffs=one.models[2].cutoffs[:2]), late))
    assert not any(each.best_log_loss or each.best_auc for each in model_lines(apart))
    assert compared_words(apart) == "no back-test covers all of them"


def test_when_was_said_and_when_checked() -> None:
    assert said_words(made.report(), TODAY) == "predicted on five days, 22 Apr to 20 Aug · each checked 90 days later"
    one = made.report(models=tuple(_first_window(model) for model in made.report().models))
    assert said_words(one, TODAY) == "predicted on 22 Apr · checked on 21 Jul"
    assert judged_words(made.report()) == "1,214 forecasts, 226 left"


def _first_window(model: Any) -> Any:
    from dataclasses import replace

    return replace(model, cutoffs=model.cutoffs[:1])


@pytest.mark.parametrize(
    ("bias", "coverage", "tone", "bold"),
    [
        (0.04, 0.79, "good", "Yes: the total was 4 % too high."),
        (-0.003, 0.8, "good", "Yes: the total was right to the percent."),
        (-0.1, 0.6, "fair", "Roughly: the total was 10 % too low."),
        (0.3, None, "bad", "Use with care: the total was 30 % too high."),
    ],
)
def test_the_verdict_on_value(bias: float, coverage: float | None, tone: str, bold: str) -> None:
    answer = value_verdict(ClvMeasures("2026-01-01", 90, 100, None, None, bias, None, coverage))
    assert answer is not None
    assert (answer.tone, answer.bold) == (tone, bold.replace(" %", f"{THIN}%"))


def test_the_card_names_customers_and_counts_those_who_are_gone(book: SmallBook, reader: Fresh) -> None:
    first, second = book.customer("Linden Supply"), book.customer("")
    book.score(first)
    keep(book, "backtest", made.report([first, second, 9_999, second]))
    card = reader(read_report_card)
    assert [line.name for line in card.missed.lines] == ["Linden Supply"]
    assert card.missed.count == 2 and not card.missed.at_least
    assert [line.name for line in card.alarmed.lines] == ["Customer C2", "Customer C2"]
    assert card.checked == "back-tested 12 min ago"
    assert card.used == "The additive model" and "It told later windows best" in card.why
    assert card.report is not None and not card.empty and card.old == ""


def test_all_who_were_told_wrongly_are_counted_and_the_named_ones_are_a_file(
    book: SmallBook, reader: Fresh, tmp_path: Path
) -> None:
    known = [book.customer(f"Shop {n}", tier="Gold" if n % 2 else None) for n in range(60)]
    book.score(known[0])
    keep(book, "backtest", made.report(known, missed_count=1_204, alarmed_count=30))
    card = reader(read_report_card)
    assert (card.missed.count, len(card.missed.lines), card.missed.at_least) == (1_204, 30, False)
    assert card.missed.sentence.startswith(
        f"On 20 Aug the model predicted a 90-day churn risk under 40{THIN}% for these customers, and they left."
    )
    assert f"churn risk of 50{THIN}% or more for these customers, and they stayed." in card.alarmed.sentence
    path = tmp_path / "missed-churn.csv"
    assert exporting.write_report_card(book.workspace, path, "missed") == 30
    rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
    assert rows[0] == {"customer_id": str(known[0]), "name": "Shop 0", "tier": "", "risk": "0.08",
                       "spent_12m_before": "4120.0", "currency": "USD"}  # fmt: skip
    assert [row["name"] for row in rows] == [f"Shop {n}" for n in range(0, 60, 2)]
    assert exporting.write_report_card(book.workspace, tmp_path / "stayed.xlsx", "alarmed") == 30
    keep(book, "backtest", made.report(known))  # as an older version of the program kept it
    card = reader(read_report_card)
    assert (card.missed.count, card.missed.at_least) == (30, True)


def test_a_workbook_of_the_check_has_a_sheet_for_each_part(book: SmallBook, tmp_path: Path) -> None:
    known = [book.customer("=Shop"), book.customer("Linden Supply")]
    book.score(known[0])
    report = made.report(known)
    keep(book, "backtest", report)
    figures = exporting.write_report_card(book.workspace, tmp_path / "check.csv")
    assert exporting.write_report_card(book.workspace, tmp_path / "check.xlsx") == figures
    sheets = {sheet.title: list(sheet.values) for sheet in load_workbook(tmp_path / "check.xlsx")}
    assert list(sheets) == ["back-test", "model", "calibration", "missed churn", "false alarms", "lifetime value"]
    heading, *models = sheets["model"]
    assert heading[:2] == ("of", "day") and "auc" in heading
    per_model = 1 + len(report.models[0].cutoffs)
    assert len(models) == len(report.models) * per_model
    first = dict(zip(heading, next(row for row in models if row[1] == report.models[0].cutoffs[0].cutoff), strict=True))
    assert first["auc"] == report.models[0].cutoffs[0].measures.auc
    assert [row[1:] for row in sheets["missed churn"][1:]] == [
        (miss.risk, None if miss.value_minor is None else miss.value_minor / 100) for miss in report.missed
    ]


def test_the_newest_check_counts_and_the_other_reports_stand_beside_it(book: SmallBook, reader: Fresh) -> None:
    book.score(book.customer())
    keep(book, "backtest", made.report(why="The first"))
    keep(book, "backtest", made.report(why="The second"))
    for kind, one in (("forecast", made.forecast()), ("migration", made.migration()), ("drift", made.drift())):
        keep(book, kind, one)
    card = reader(read_report_card)
    assert "The second." in card.why
    assert (card.forecast, card.migration, card.drift) == (made.forecast(), made.migration(), made.drift())


def test_what_winning_customers_cost_stands_against_what_they_bring(book: SmallBook, reader: Fresh) -> None:
    number = book.customer("Linden Supply")
    book.score(number)
    keep(book, "forecast", made.forecast())
    assert reader(read_report_card).costs is None
    one = made.costs([number, 9_999])
    keep(book, "forecast", replace(made.forecast(), acquisition=one))
    costs = reader(read_report_card).costs
    assert (costs.verdict.tone, costs.verdict.bold) == ("good", "Yes: 1.8 times what was spent.")
    assert costs.verdict.rest == (
        "It cost $12k; they have brought $17k and $4.6k more is expected. "
        "31 of 40 customers have earned that back; 2 are unlikely to."
    )
    assert costs.known == "40 of 52 customers with a known cost"
    assert [(line.name, line.cost_minor) for line in costs.lines] == [("Linden Supply", 90_000)]
    assert cost_verdict(replace(one, earned=0), "USD").bold == "Not yet: 0.4 times what was spent."
    assert cost_verdict(replace(one, cost=0), "USD").bold == "They cost nothing to acquire."


def test_a_check_much_older_than_the_scores_is_called_old(book: SmallBook, reader: Fresh) -> None:
    book.score(book.customer())
    keep(book, "backtest", made.report(as_of=days_ago(80)))
    assert reader(read_report_card).old == "The back-test used data to 1 Sep, 11 weeks before the scores."


def test_a_report_of_another_shape_counts_as_none(book: SmallBook, reader: Fresh) -> None:
    book.score(book.customer())
    for kind in ("backtest", "forecast"):
        book.insert("score_reports", kind=kind, as_of=days_ago(0), report='{"strange": 1}', made_at=minutes(0))
    card = reader(read_report_card)
    assert card.report is None and card.forecast is None and card.verdict.tone == "open"


def test_an_empty_book_says_what_comes_first(reader: Fresh) -> None:
    card = reader(read_report_card)
    assert card.empty and card.verdict.bold == "Nothing is scored yet."


def test_too_few_customers_are_counted(book: SmallBook, reader: Fresh) -> None:
    for _ in range(3):
        book.score(book.customer(), purchase_days=2, first_order_on=days_ago(400))
    card = reader(read_report_card)
    assert card.verdict.bold == "Too few customers to tell."
    assert "this book has 3 customers with a history" in card.verdict.rest


def test_too_short_a_history_says_when_it_can_be_told(book: SmallBook, reader: Fresh) -> None:
    for _ in range(50):
        book.score(book.customer(), purchase_days=2, first_order_on=days_ago(79))
    card = reader(read_report_card)
    assert card.verdict.bold == "Too little history to tell yet."
    assert card.verdict.rest.endswith("The book has 79 days; a back-test is possible from 31 Dec.")
    assert (date(2026, 12, 31) - TODAY).days == 30 + 90 - 79


def test_a_check_that_could_judge_nothing_says_when_it_can(book: SmallBook, reader: Fresh) -> None:
    for _ in range(50):
        book.score(book.customer(), purchase_days=2, first_order_on=days_ago(79))
    keep(book, "backtest", made.report(calibration=(), models=(), missed=(), alarmed=(), clv=None))
    card = reader(read_report_card)
    assert card.report is None and card.verdict.bold == "Too little history to tell yet."
    book.run("UPDATE customer_risk_scores SET first_order_on = ?", days_ago(900))
    card = reader(read_report_card)
    assert card.verdict.bold == "Nothing to compare yet." and "It told later windows" in card.why


def test_a_long_history_was_only_not_checked_yet(book: SmallBook, reader: Fresh) -> None:
    for _ in range(50):
        book.score(book.customer(), purchase_days=2, first_order_on=days_ago(500))
    assert reader(read_report_card).verdict.bold == "Not back-tested yet."


def test_what_the_scores_stand_on(book: SmallBook, reader: Fresh) -> None:
    sure, unsure, silent = book.customer(), book.customer(), book.customer()
    book.score(sure, order_count=9)
    why = json.dumps(["Only one purchase day on record: one-time buyers cannot be told apart."])
    book.score(unsure, order_count=1, confidence="low", confidence_why=why)
    book.score(silent, order_count=0, confidence="low", confidence_why=why)
    for back in (3, 5, 7, 9, 11):
        book.order(sure, days_ago(back))
    book.order(unsure, days_ago(50))  # the tickets of who never bought are those of a contact
    for back in (40, 42, 44, 46, 48):
        book.event("tickets", unsure, opened_on=days_ago(back))
    found = reader(read_reliance)
    by_name = {one.name: one for one in found.sources}
    assert list(by_name) == ["Orders", "Tickets"]
    assert (by_name["Orders"].state, by_name["Orders"].customers) == ("fresh", 2)
    assert by_name["Orders"].used_for == "every score"
    assert (by_name["Tickets"].state, by_name["Tickets"].stale) == ("40 days old", True)
    assert by_name["Tickets"].used_for == "health, to 11 Oct" and by_name["Tickets"].customers == 1
    assert (found.scored, found.low, found.few_orders) == (3, 2, 2)
    book.run("UPDATE customer_risk_scores SET model = 'Additive v2 (rung 3)'")
    uses = {one.name: one.used_for for one in reader(read_reliance).sources}
    assert uses == {"Orders": "every score", "Tickets": "health, churn, to 11 Oct"}
    assert found.why.startswith("Only one purchase day")


def test_orders_of_a_day_to_come_are_said_to_be_left_out(book: SmallBook, reader: Fresh) -> None:
    number = book.customer()
    book.order(number, days_ago(-3))
    assert reader(read_reliance).left_out == ""  # nothing was scored: no day to be after
    book.score(number)
    assert reader(read_reliance).left_out == "1 order is dated after 20 Nov and counts from then."
    book.order(number, days_ago(-400))
    assert reader(read_reliance).left_out == "2 orders are dated after 20 Nov and count from then."


def test_the_figures_as_a_file(book: SmallBook, tmp_path: Path) -> None:
    one, other = book.customer(), book.customer()
    book.score(one)
    report = made.report([one, other])
    keep(book, "backtest", report)
    path = tmp_path / "check.csv"
    rows = exporting.write_report_card(book.workspace, path)
    with path.open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    assert len(lines) == rows
    told = {(line["part"], line["of"], line["day"], line["figure"]): line["value"] for line in lines}
    assert told["back-test", "", "", "model"] == ADDITIVE and told["back-test", "", "", "beats_rule"] == "yes"
    assert float(told["model", RULE, "", "log_loss"]) == 0.371
    assert told["model", ADDITIVE, made.CUTOFFS[0], "customers"] == "243"
    assert told["calibration", "2", "", "left"] == "43"
    assert told["lifetime value", "", made.CUTOFFS[0], "mae"] == "30.8"
    assert told["missed churn", str(one), "", "spent_12m_before"] == "4120.0"
    windows = sum(1 + len(model.cutoffs) for model in report.models)
    assert sum(line["part"] == "model" for line in lines) == 9 * windows


def test_without_a_check_there_is_nothing_to_export(book: SmallBook, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="No back-test yet"):
        exporting.write_report_card(book.workspace, tmp_path / "check.csv")


def test_the_list_leads_to_the_customers_that_are_counted(book: SmallBook) -> None:
    from models.values.customers import CustomerFilter

    low, high = book.customer(), book.customer()
    book.score(low, confidence="low")
    book.score(high, confidence="high")
    wanted = CustomerFilter(confidences=frozenset({"low"}))
    assert [row.id for row in insight.customers_page(book.workspace, wanted).rows] == [low]
    assert insight.customers_count(book.workspace, wanted).matching == insight.reliance(book.workspace).low == 1


def test_a_real_report_is_read_as_it_was_written() -> None:
    assert BacktestReport.from_json(json.loads(json.dumps(made.report([1, 2]).as_json()))) == made.report([1, 2])
