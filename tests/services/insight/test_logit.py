"""A customer's document says how base and reasons add up to their risk, on the scale on which they do exactly."""

from __future__ import annotations

import json
from math import log

import pytest

from services.insight.documents import read_customer_document
from tests.services.insight.conftest import Fresh, SmallBook


def test_the_document_of_a_customer_adds_up_to_the_logit_of_the_risk(book: SmallBook, reader: Fresh) -> None:
    reasons = [
        {"code": "gap", "label": "Gap", "evidence": "", "points": 31.2, "logit": 1.2345678901, "kind": "raises"},
        {"code": "email", "label": "Emails", "evidence": "", "points": None, "kind": "raises"},
        {"code": "orders", "label": "Orders", "evidence": "", "points": -3.1, "logit": -0.2, "kind": "lowers"},
    ]
    stored = [{**reasons[0], "logit_base": -0.5, "logit_rest": 0.0123}, *reasons[1:]]
    number = book.customer("Marlow")
    book.score(number, churn_risk=0.6334, drivers=json.dumps(stored))
    document = reader(read_customer_document, number)
    logit = document["logit"]
    assert document["drivers"] == reasons
    assert (logit["base"], logit["rest"]) == (-0.5, 0.0123)
    added = logit["base"] + logit["rest"] + sum(one.get("logit", 0.0) for one in document["drivers"])
    assert added == pytest.approx(log(logit["risk"] / (1.0 - logit["risk"])), abs=1e-9)
    assert round(logit["risk"], 4) == 0.6334


def test_the_closed_form_has_no_logit_to_add_up(book: SmallBook, reader: Fresh) -> None:
    number = book.customer("Marlow")
    book.score(number, drivers="[]")
    assert reader(read_customer_document, number)["logit"] is None
