"""Overrides over a real store: they count everywhere, survive recomputation, end by themselves, and can be undone."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.journal import entries
from models.values.changes import Changes
from models.values.errors import UserError
from models.values.overrides import Override
from services.audit import undo_last
from services.book.as_of import copy_as_of
from services.pipeline import after_change, do_round
from services.scoring import (
    end_override,
    next_override_end,
    overrides_of,
    overrides_out_of_date,
    run,
    score_as_of,
    score_due,
    set_override,
)
from services.scoring.lifetime_value import at_risk
from services.scoring.overrides import TOUCHED, computed_of, effective
from tests.services.scoring.books import Book

pytestmark = pytest.mark.usefixtures("few_stumps")

TODAY = date(2026, 11, 23)
UNTIL = TODAY + timedelta(days=40)
WHY = "they renewed by phone"


def set_risk(book: Book, value: float = 0.12, customer: int = 7, until: date = UNTIL) -> Changes:
    return set_override(book.workspace, customer, "churn_risk", value, reason=WHY, until=until)


def figures(row: dict[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in (*TOUCHED, "overridden")}


def test_a_figure_that_a_person_set_counts_at_once_and_says_what_was_computed(scored: Book) -> None:
    before = scored.scores()[7]
    changes = set_risk(scored)
    row = scored.scores()[7]
    assert row["churn_risk"] == 0.12
    assert row["value_at_risk_minor"] == round(0.12 * (before["clv_if_stays_minor"] - before["clv_if_leaves_minor"]))
    assert row["clv_minor"] + row["value_at_risk_minor"] == row["clv_if_stays_minor"] == before["clv_if_stays_minor"]
    assert row["clv_low_minor"] is row["value_at_risk_low_minor"] is row["clv_median_minor"] is None
    mark = json.loads(row["overridden"])["churn_risk"]
    assert (mark["computed"], mark["reason"], mark["until"], mark["by"]) == (
        before["churn_risk"], WHY, UNTIL.isoformat(), "Ada",
    )  # fmt: skip
    assert changes.customers == {7}
    assert {"score_overrides", "customer_risk_scores"} <= changes.tables
    assert changes.words == "Set the churn risk of Customer 7 to 12\N{NARROW NO-BREAK SPACE}% until 2 Jan"


@pytest.mark.parametrize("everyone", [True, False])
def test_it_survives_recomputation(scored: Book, everyone: bool) -> None:
    changes = set_risk(scored)
    changes = changes.merged(set_override(scored.workspace, 7, "segment", "Champion", reason=WHY, until=UNTIL))
    before = figures(scored.scores()[7])
    run = score_due(scored.workspace, changes.merged(Changes(customers=frozenset({8}))), force_all=everyone)
    assert run.scored == (80 if everyone else 2)
    assert figures(scored.scores()[7]) == before
    assert scored.scores()[8]["overridden"] is None


def test_new_data_move_what_is_computed_and_not_what_was_set(scored: Book) -> None:
    silent = max(scored.scores().values(), key=lambda row: row["days_since_last_order"] or 0)["customer_id"]
    changes = set_risk(scored, customer=silent)
    before = json.loads(scored.scores()[silent]["overridden"])["churn_risk"]["computed"]
    scored.add_orders([(silent, scored.scores()[silent]["as_of"], 9900)])
    assert score_due(scored.workspace, changes).scored == 1
    row = scored.scores()[silent]
    assert row["churn_risk"] == 0.12
    assert json.loads(row["overridden"])["churn_risk"]["computed"] < before
    assert row["value_at_risk_minor"] == round(0.12 * (row["clv_if_stays_minor"] - row["clv_if_leaves_minor"]))
    assert row["clv_minor"] + row["value_at_risk_minor"] == row["clv_if_stays_minor"]


def test_one_that_is_set_while_a_run_scores_is_laid_over_and_nothing_is_scored_twice(
    scored: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = []
    score = run.scorecard

    def meanwhile(*arguments: Any) -> Any:
        runs.append(set_risk(scored) if not runs else None)
        return score(*arguments)

    monkeypatch.setattr(run, "scorecard", meanwhile)
    assert score_due(scored.workspace, force_all=True).scored == 80
    assert len(runs) == 1
    assert scored.scores()[7]["churn_risk"] == 0.12
    assert score_due(scored.workspace, runs[0]).scored == 1


def test_taken_back_the_computed_figures_count_again(scored: Book) -> None:
    before = figures(scored.scores()[7])
    set_risk(scored)
    set_override(scored.workspace, 7, "clv", 99_000_00, reason=WHY, until=UNTIL)
    assert [one.figure for one in overrides_of(scored.workspace, 7)] == ["churn_risk", "clv"]
    changes = end_override(scored.workspace, 7)
    assert changes.words == "Removed the override of churn risk and lifetime value for Customer 7"
    assert figures(scored.scores()[7]) == before
    assert overrides_of(scored.workspace, 7) == ()


def test_one_of_two_is_taken_back_and_the_other_stays(scored: Book) -> None:
    before = scored.scores()[7]
    set_risk(scored)
    set_override(scored.workspace, 7, "health", 90, reason=WHY, until=UNTIL)
    end_override(scored.workspace, 7, "churn_risk")
    row = scored.scores()[7]
    assert (row["churn_risk"], row["health"]) == (before["churn_risk"], 90)
    assert row["value_at_risk_minor"] == before["value_at_risk_minor"]
    assert list(json.loads(row["overridden"])) == ["health"]


def test_undo_takes_an_override_back_and_brings_back_the_one_before(scored: Book) -> None:
    before = figures(scored.scores()[7])
    set_risk(scored, 0.2)
    set_risk(scored, 0.3)
    workspace = scored.workspace
    after_change(workspace, undo_last(workspace))
    assert scored.scores()[7]["churn_risk"] == 0.2
    after_change(workspace, undo_last(workspace))
    assert figures(scored.scores()[7]) == before
    with workspace.store.read() as connection:
        verbs = [one.verb for one in entries(connection) if one.actor.kind == "person"]
    assert verbs.count("override") == 2
    assert verbs.count("undo") == 2


def test_undo_of_taking_back_sets_it_again(scored: Book) -> None:
    set_risk(scored)
    end_override(scored.workspace, 7)
    after_change(scored.workspace, undo_last(scored.workspace))
    assert scored.scores()[7]["churn_risk"] == 0.12


def test_it_is_over_by_itself_after_its_last_day(scored: Book) -> None:
    before = figures(scored.scores()[7])
    after_change(scored.workspace, set_risk(scored, until=TODAY))
    assert next_override_end(scored.workspace) == TODAY + timedelta(days=1)
    assert scored.scores()[7]["churn_risk"] == 0.12
    workspace = scored.at(TODAY + timedelta(days=1))
    assert overrides_out_of_date(workspace) == {7}
    outcome = do_round(workspace)
    assert outcome.scores is not None and outcome.scores.scored == 1
    assert 7 in outcome.changes.customers
    assert figures(scored.scores()[7]) == before
    assert overrides_out_of_date(workspace) == frozenset()
    assert next_override_end(workspace) is None
    assert do_round(workspace).scores.scored == 0  # type: ignore[union-attr]


def test_the_history_keeps_what_was_computed(scored: Book) -> None:
    before = scored.history(7)
    assert score_due(scored.workspace, set_risk(scored, 0.01)).scored == 1
    assert score_due(scored.workspace, Changes(customers=frozenset({7}))).scored == 1
    assert scored.history(7) == before


def test_an_earlier_day_is_computed_without_what_a_person_set(scored: Book) -> None:
    day = date(2026, 11, 1)
    _, once = score_as_of(scored.workspace, day)
    set_risk(scored)
    _, twice = score_as_of(scored.workspace, day)
    strip = [{**one.values, "scored_at": ""} for one in once]
    assert strip == [{**one.values, "scored_at": ""} for one in twice]


def test_a_copy_as_of_a_day_knows_only_what_was_set_by_then(scored: Book) -> None:
    workspace = scored.at(date(2026, 11, 15))
    set_override(workspace, 7, "segment", "Champion", reason=WHY, until=date(2026, 11, 18))
    workspace = scored.at(TODAY)
    found = {}
    for day in (date(2026, 11, 14), date(2026, 11, 16), date(2026, 11, 20)):
        with copy_as_of(workspace, day) as past:
            score_due(past, force_all=True, as_of=day)
            query = "SELECT segment, overridden FROM customer_risk_scores WHERE customer_id = 7"
            with past.store.read() as connection:
                found[day.day] = tuple(connection.exec_driver_sql(query).one())
    assert found[16][0] == "Champion" and found[16][1]
    assert found[14][1] is None and found[20][1] is None


def test_who_was_never_scored_gets_the_figure_with_the_first_scores(book: Book) -> None:
    book.add_customers(60)
    set_override(book.workspace, 3, "churn_risk", 0.5, reason=WHY, until=UNTIL)
    set_override(book.workspace, 3, "clv", 1000, reason=WHY, until=UNTIL)
    score_due(book.workspace)
    row = book.scores()[3]
    assert (row["churn_risk"], row["clv_minor"], row["clv_if_stays_minor"]) == (0.5, 1000, 1500)
    assert row["value_at_risk_minor"] == 500


def test_the_same_again_is_no_change(scored: Book) -> None:
    set_risk(scored)
    again = set_risk(scored)
    assert again.entry is None
    assert "already" in again.words


@pytest.mark.parametrize(
    ("figure", "value", "reason", "until", "said"),
    [
        ("churn", 0.2, WHY, UNTIL, "cannot be overridden"),
        ("churn_risk", 1.2, WHY, UNTIL, "between 0 and 100"),
        ("churn_risk", float("nan"), WHY, UNTIL, "as a number"),
        ("health", 101, WHY, UNTIL, "Health must be between 0 and 100"),
        ("engagement", -1, WHY, UNTIL, "Engagement must be between 0 and 100"),
        ("segment", "Whale", WHY, UNTIL, "is not a segment"),
        ("clv", -5, WHY, UNTIL, "cannot be negative"),
        ("churn_risk", 0.2, "  ", UNTIL, "Give a short reason"),
        ("churn_risk", 0.2, "x" * 201, UNTIL, "200 characters"),
        ("churn_risk", 0.2, WHY, TODAY - timedelta(days=1), "is in the past"),
        ("churn_risk", 0.2, WHY, TODAY + timedelta(days=367), "An override lasts a year at most"),
    ],
)
def test_what_cannot_be_is_refused_in_one_sentence(
    scored: Book, figure: str, value: float | str, reason: str, until: date, said: str
) -> None:
    before = scored.scores()[7]
    with pytest.raises(UserError, match=said) as caught:
        set_override(scored.workspace, 7, figure, value, reason=reason, until=until)
    assert "\n" not in str(caught.value)
    assert scored.scores()[7] == before


def test_an_unknown_customer_and_nothing_to_take_back_are_refused(scored: Book) -> None:
    with pytest.raises(UserError, match="no customer 999"):
        set_risk(scored, customer=999)
    with pytest.raises(UserError, match="The health of Customer 7 has no override"):
        end_override(scored.workspace, 7, "health")


def test_an_override_that_nobody_laid_over_is_found_by_the_next_round(scored: Book) -> None:
    set_risk(scored)
    with scored.workspace.store.unit_of_work(scored.workspace.me, "test", "book", at=scored.workspace.at) as work:
        work.sql("UPDATE customer_risk_scores SET overridden = NULL, churn_risk = 0.9 WHERE customer_id = 7")
        work.digest("as an old backup would have it")
        work.commit()
    assert overrides_out_of_date(scored.workspace) == {7}
    do_round(scored.workspace)
    assert scored.scores()[7]["churn_risk"] == 0.12


_MONEY = st.none() | st.integers(0, 10**7)


@given(
    risk=st.none() | st.integers(0, 10_000).map(lambda n: n / 10_000),
    leaves=_MONEY,
    more=st.integers(0, 10**7),
    standing=st.sampled_from(["active", "win_back", "lost", None]),
    laid=st.dictionaries(st.sampled_from(["churn_risk", "health", "engagement", "segment", "clv"]), st.integers(0, 1)),
)
def test_computed_figures_come_back_and_expected_and_at_risk_add_up_to_the_value_if_they_stay(
    risk: float | None, leaves: int | None, more: int, standing: str | None, laid: dict[str, int]
) -> None:
    values: dict[str, Any] = {"churn_risk": 0.37, "health": 12.0, "engagement": 70.0, "segment": "Loyal", "clv": 5_000}
    computed = dict.fromkeys(TOUCHED) | {"churn_risk": risk, "standing": standing}
    if leaves is not None:
        computed |= {"clv_if_leaves_minor": leaves, "clv_if_stays_minor": leaves + more}
        if risk is not None:
            lost = int(at_risk(risk, float(leaves + more), float(leaves)))
            computed |= {"clv_minor": leaves + more - lost}
            computed["value_at_risk_minor"] = lost if standing in ("active", None) else None
    overrides = {
        figure: Override(n, 1, figure, values[figure], WHY, "2026-11-20T08:00:00Z", "Ada", "2027-01-02")
        for n, figure in enumerate(laid)
    }
    row = {**computed, **effective(computed, overrides)}
    assert computed_of(row) == computed
    if row["value_at_risk_minor"] is not None:
        assert row["clv_minor"] + row["value_at_risk_minor"] == row["clv_if_stays_minor"]
        assert row["value_at_risk_minor"] >= 0
        assert standing in ("active", None)
    if "clv" in laid:
        assert row["clv_minor"] == 5_000 <= row["clv_if_stays_minor"]


def test_a_value_that_is_set_to_what_was_computed_leaves_what_is_at_risk() -> None:
    computed = dict.fromkeys(TOUCHED) | {
        "churn_risk": 0.4, "clv_minor": 6_400, "clv_if_stays_minor": 10_000, "clv_if_leaves_minor": 1_000,
        "value_at_risk_minor": 3_600, "standing": "active",
    }  # fmt: skip
    for wanted, lost in ((6_400, 3_600), (3_200, 1_800), (64_000, 25_600), (0, 0)):
        one = Override(1, 1, "clv", wanted, WHY, "2026-11-20T08:00:00Z", "Ada", "2027-01-02")
        row = {**computed, **effective(computed, {"clv": one})}
        assert (row["value_at_risk_minor"], row["clv_if_stays_minor"]) == (lost, wanted + lost)
