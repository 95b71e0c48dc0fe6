"""Reasons that come from habits and contracts have figures of their own, and say what anybody can look up."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date

import numpy as np
import pytest

from services.scoring.features import Features, features_at
from services.scoring.habit_series import LOST, MOVED, OPENED
from services.scoring.ledger import Ledger
from services.scoring.model_selection.frame import INPUTS
from services.scoring.model_selection.groups import GROUP_OF, GROUPS
from services.scoring.parameters import fit_parameters
from services.scoring.phrasing import reasons_in_words
from services.scoring.reason_figures import told_by
from services.scoring.reasons import Contributions, contributions, drivers_json
from services.scoring.series import day_number
from tests.services.scoring.made_up import NEVER, Event, made_up_book

#: 21 Nov 2026.
TODAY = day_number(date(2026, 11, 21))


def back(*events: Sequence[float]) -> list[Event]:
    """Events of the first customer, given by days ago."""
    return [(0, TODAY - event[0], *event[1:]) for event in events]


def seen(**events: list[Event]) -> Features:
    return features_at(Ledger(made_up_book(1, TODAY, **{"orders": back((300, 100.0), (3, 100.0)), **events}), TODAY))


def told(code: str, found: Features) -> tuple[str, str]:
    parameters = fit_parameters(found, "USD")
    ((phrase, figures),) = told_by(
        code, found, np.zeros(1, np.int64), None, np.ones(1, np.bool_), parameters.orders, parameters.activity
    )
    (reason,) = reasons_in_words(json.dumps([{"code": code, "phrase": phrase, "figures": figures}]))
    return reason["label"], reason["evidence"]


def test_every_reason_beside_the_rhythm_has_words() -> None:
    nothing = seen()
    for code in GROUPS[len(INPUTS) :]:
        label, evidence = told(code, nothing)
        assert label and evidence and "nan" not in evidence
    assert set(GROUP_OF.values()) <= set(GROUPS)


@pytest.mark.parametrize(
    ("code", "events", "words"),
    [
        ("contract", {"contracts": back((342, NEVER))}, "Runs 11 months; can be ended in 23 days"),
        ("contract", {"contracts": back((364, NEVER))}, "Runs 12 months; can be ended in 1 day"),
        ("contract", {"contracts": back((20, NEVER))}, "Runs 20 days; can be ended in 345 days"),
        ("contract", {"contracts": back((400, TODAY - 10.0))}, "None running"),
        (
            "contract",
            {"contracts": back((400, NEVER)), "renewals": back((35,))},
            "Renewed 35 days ago; the next is due in 330 days",
        ),
        (
            "contract",
            {"contracts": back((500, NEVER)), "renewals": back((300,))},
            "Renewed 10 months ago; the next was due 100 days ago",
        ),
        ("deals", {"deals": back((50, 1, OPENED), (45, 1, MOVED))}, "1 open, last moved 45 days ago"),
        (
            "deals",
            {"deals": back((50, 1, OPENED), (40, 2, OPENED), (60, 3, OPENED), (20, 3, LOST))},
            "2 open, last moved 40 days ago; 1 lost in 6 months",
        ),
        ("deals", {"deals": back((400, 1, OPENED))}, "1 open, last moved 400 days ago"),
        ("deals", {"deals": back((400, 1, OPENED), (300, 1, LOST))}, "None open"),
        ("deals", {"deals": back((0, 1, OPENED))}, "1 open, last moved today"),
        ("mix", {"mix": back((600, 1))}, "None in a year"),
        ("mix", {"mix": back((300, 1), (300, 2), (3, 1))}, "1 different in 6 months, 2 in the 6 before"),
        (
            "mix",
            {"mix": back(*((300, kind) for kind in range(1_444)), *((3, kind) for kind in range(934)))},
            "934 different in 6 months, 1,444 in the 6 before",
        ),
        (
            "discounts",
            {
                "orders": back((300, 900.0), (290, 100.0), (3, 50.0), (2, 50.0)),
                "discounted": back((290, 100.0), (2, 50.0)),
            },
            "50\u202f% of revenue discounted in 6 months, 10\u202f% in the year before",
        ),
        (
            "discounts",
            {"orders": back((3, 50.0)), "discounted": back((3, 50.0))},
            "100\u202f% of revenue discounted in 6 months",
        ),
        ("discounts", {"orders": back((300, 9.0)), "discounted": back((300, 9.0))}, "Nothing bought in 6 months"),
        ("visits", {"visits": back((79,), (90,))}, "No visit or login since 3 Sep"),
        ("visits", {"visits": back((700,))}, "No visit or login since 21 Dec 2024"),
        ("visits", {"visits": back((5,), (6,), (50,), (60,), (100,))}, "2 in 30 days, 1 a month before"),
        (
            "use",
            {"uses": [*back(*((60, feature) for feature in range(5))), *back((4, 1), (4, 2))]},
            "Uses 2 of the 5 features used in the 3 months before",
        ),
        ("use", {"uses": back((60, 1))}, "Uses none of the 1 feature used in the 3 months before"),
        ("use", {"uses": back((4, 1))}, "Uses 1 feature, none before"),
        ("use", {"uses": back((400, 1))}, "None used in 4 months"),
        # Only what was given is a rating: unrated tickets count by their mood, and are no satisfaction "of 5".
        (
            "satisfaction",
            {
                "tickets": back(
                    (50, TODAY - 49.0, 1.0, np.nan), (40, TODAY - 39.0, 1.0, np.nan), (9, TODAY - 8.0, 0.0, 3)
                )
            },
            "3.0 of 5, 1 rating in a year",
        ),
        ("satisfaction", {"tickets": back((50, TODAY - 49.0, 1.0, np.nan))}, "Good; not rated in a year"),
        ("satisfaction", {"surveys": back((50, 2.0), (40, 5.0))}, "3.5 of 5, 2 ratings in a year"),
        ("reviews", {"reviews": back((50, np.nan, 1.0), (40, 2.0, np.nan))}, "2.0 of 5, 1 review in a year"),
    ],
)
def test_the_evidence_names_the_figures(code: str, events: dict[str, list[Event]], words: str) -> None:
    assert told(code, seen(**events))[1] == words


def drivers(found: Features, points: dict[str, float] | None = None) -> list[dict[str, object]]:
    parameters = fit_parameters(found, "USD")
    size = found.frequency.size
    parts = contributions(parameters.orders, found, 90)
    if points is not None:
        every = np.array([points.get(code, 0.0) for code in GROUPS]) / 100
        parts = Contributions(np.full(size, 0.3), np.tile(every, (size, 1)), GROUPS, np.tile(every, (size, 1)))
    return reasons_in_words(drivers_json(found, parts, parameters.orders, parameters.activity)[0])


def test_one_email_tells_no_share_of_emails_answered() -> None:
    mailed = [(0, TODAY - ago) for ago in (5, 15, 25)]
    one = seen(mails=mailed[:1], answers=mailed[:1])
    assert "Emails answered" not in {fact["label"] for fact in drivers(one)}
    (fact,) = (fact for fact in drivers(seen(mails=mailed, answers=mailed[:2])) if fact["code"] == "email")
    assert fact["evidence"] == "2 of 3 in 180 days"


def test_fewer_products_that_lower_the_risk_are_not_held_against_the_more_of_before() -> None:
    bought = [(ago, float(kind)) for ago, kinds in ((200, 58), (20, 7)) for kind in range(kinds)]
    found = seen(mix=back(*bought))
    evidence = {way: drivers(found, {"gap": 9.0, "mix": way * 3.0})[1]["evidence"] for way in (1, -1)}
    assert evidence == {1: "7 different in 6 months, 58 in the 6 before", -1: "7 different in 6 months"}


FEWER = {"uses": [*back(*((60, feature) for feature in range(5))), *back((4, 1), (4, 2))]}
LOST_ONE = {"deals": back((50, 1, OPENED), (45, 1, LOST))}
AWAY = {"visits": back(*((days,) for days in range(40, 120, 10)))}


@pytest.mark.parametrize(
    ("events", "code", "label", "evidence"),
    [
        (FEWER, "use", "Features no longer used", "Uses 2 of the 5 features used in the 3 months before"),
        (LOST_ONE, "deals", "Deal lost", "1 in 6 months, none won, none open"),
        (AWAY, "visits", "No visits or logins any more", "No visit or login since 12 Oct"),
    ],
)
def test_what_went_wrong_is_told_even_where_no_model_counts_it(
    events: dict[str, list[Event]], code: str, label: str, evidence: str
) -> None:
    fact = {"code": code, "label": label, "evidence": evidence, "points": None, "kind": "raises"}
    assert fact in drivers(seen(**events))
    assert code not in {one["code"] for one in drivers(seen())}
    counted = [one for one in drivers(seen(**events), {"gap": 9.0, code: 4.0}) if one["code"] == code]
    assert [(one["label"], one["points"]) for one in counted] == [(label, 4.0)]
    other_way = [one for one in drivers(seen(**events), {"gap": 9.0, code: -4.0}) if one["code"] == code]
    assert [(one["points"], one["kind"]) for one in other_way] == [(-4.0, "lowers")]


def test_few_visits_a_new_deal_and_features_that_come_and_go_are_no_fact() -> None:
    calm = seen(
        visits=back((40,), (50,)),
        deals=back((50, 1, OPENED), (45, 1, LOST), (10, 2, OPENED)),
        uses=back((60, 1), (60, 2), (60, 3), (4, 1), (4, 2)),
    )
    assert not {"visits", "deals", "use"} & {one["code"] for one in drivers(calm)}


def test_who_is_known_by_their_contract_alone_gets_its_reason() -> None:
    found = seen(orders=[], contracts=back((342, NEVER)))
    (reason,) = drivers(found, {"contract": 6.0})
    assert (reason["code"], reason["evidence"]) == ("contract", "Runs 11 months; can be ended in 23 days")
    gap, tenure, _ = drivers(found, {"gap": 8.0, "tenure": 7.0, "contract": 6.0})
    assert gap["evidence"] == "No order known" and tenure["label"] == "Customer for 11 months"


def test_many_visits_are_no_fewer_than_before_where_they_speak_for_staying() -> None:
    found = seen(visits=back(*((days,) for days in (*range(1, 25), *range(31, 121)))))
    lowers, raises = (
        next(one for one in drivers(found, {"gap": 9.0, "visits": points}) if one["code"] == "visits")
        for points in (-4.0, 4.0)
    )
    assert lowers["evidence"] == "24 in 30 days"
    assert raises["evidence"] == "24 in 30 days, 30 a month before"
