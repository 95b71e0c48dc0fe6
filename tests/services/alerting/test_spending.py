"""The reason of falling spend names what it was worked out from, and the figures in it agree."""

from __future__ import annotations

import re

from services.scoring import score_due
from tests.services.alerting.book import Book


def test_the_fall_can_be_worked_out_from_the_figures_in_the_reason(book: Book) -> None:
    book.bear_out_spending()
    customer = book.customer(clv_minor=1)
    for number in range(8):
        book.order(customer, 300 - 20 * number, 40_000 + 2_100 * number)
        book.order(customer, 300 - 20 * number, 11_300)  # two orders of a day are one purchase
    for ago, amount in ((60, 20_150), (40, 31_900), (20, 27_380)):
        book.order(customer, ago, amount)
    with book.writing() as work:
        work.sql("DELETE FROM customer_risk_scores")
    score_due(book.workspace, force_all=True)
    book.evaluate()
    reason = book.alert(customer)["reason"]
    last, before = (float(one.replace(",", "")) for one in re.findall(r"\$([\d,]+)", reason))
    assert (last, before) == (265, 608)
    assert round(100 * (1 - last / before)) == int(re.findall(r"down (\d+)", reason)[0]) == 56


def test_won_deals_that_shrank_are_falling_spend_once_the_past_bears_such_falls_out(book: Book) -> None:
    customer = book.customer(clv_minor=1)
    for number in range(24):
        book.deal(customer, "Won", 400 - 14 * number, (290_000 if number < 21 else 21_000) + 1_000 * number)
    with book.writing() as work:
        work.sql("UPDATE opportunities SET closes_on = opened_on")
        work.sql("DELETE FROM customer_risk_scores")
    score_due(book.workspace, force_all=True)
    book.evaluate()
    assert not any("spend_falling" in book.signals(alert["id"]) for alert in book.open_alerts())
    book.bear_out_spending()
    book.evaluate()
    (alert,) = (alert for alert in book.open_alerts() if "spend_falling" in book.signals(alert["id"]))
    assert alert["customer_id"] == customer
