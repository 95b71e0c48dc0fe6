"""Who has left stands in the list and on the page as one who has left, not as one of whom too little is known."""

from __future__ import annotations

from dataclasses import replace

from tests.views.customers.made import figures, made_row
from views.alerts.figures import churn_figure
from views.customers.columns import AT, sentence_of, text_of
from views.words import DASH

LEFT_ON = "2026-09-24"


def test_the_list_says_left_where_a_risk_would_stand() -> None:
    row = replace(made_row(1), churn_risk=None, value_at_risk_minor=None, left_on=LEFT_ON)
    assert text_of(row, AT["churn"], "Ines") == "left"
    assert text_of(row, AT["at_risk"], "Ines") == DASH
    assert "left on 24 Sep 2026" in sentence_of(row, "Ines") and "churn risk" not in sentence_of(row, "Ines")


def test_the_page_says_since_when_in_place_of_the_risk() -> None:
    made = churn_figure(replace(figures(), churn_risk=None, left_on=LEFT_ON), 0.4, 0.7)
    assert made.big == DASH
    assert [run.text for run in made.first] == ["left on 24 Sep 2026"]
