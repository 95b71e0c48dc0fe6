"""What could suit a customer next: what similar ones bought, and never what they do not want."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from services.insight import reading
from services.outreach.facts.suggest import Suggestion, suggest
from tests.services.outreach.facts.small import OneCustomer


class Shop(OneCustomer):
    """A shop in which others bought what this customer bought, and then something more."""

    def suggested(self) -> list[Suggestion]:
        with reading(self.workspace) as reader:
            row = reader.row("SELECT * FROM customers WHERE id = ?", (self.id,))
            assert row is not None
            return list(suggest(reader, row))

    def names(self) -> list[str]:
        return [one.name for one in self.suggested() if one.kind == "product"]

    def others_bought(self, first: int, then: int, count: int = 3) -> None:
        for _ in range(count):
            other = self.book.customer("Another")
            self.order(200, first, customer=other)
            self.order(100, then, customer=other)


@pytest.fixture
def shop(store_path: Path) -> Iterator[Shop]:
    with Shop.opened(store_path) as made:
        yield made


def test_what_others_bought_next_is_suggested(shop: Shop) -> None:
    jacket, coat, belt = shop.product("Jacket"), shop.product("Coat"), shop.product("Belt", "Accessories")
    shop.order(50, jacket)
    shop.others_bought(jacket, coat, 4)
    shop.others_bought(jacket, belt, 2)
    assert shop.names() == ["Coat", "Belt"]
    assert [one.name for one in shop.suggested() if one.kind == "category"] == ["Accessories"]


def test_what_they_own_is_not_suggested(shop: Shop) -> None:
    jacket, coat = shop.product("Jacket"), shop.product("Coat")
    shop.order(50, jacket, coat)
    shop.others_bought(jacket, coat)
    assert shop.names() == []


def test_what_they_sent_back_is_not_suggested(shop: Shop) -> None:
    jacket, coat, cap = shop.product("Jacket"), shop.product("Coat"), shop.product("Cap")
    shop.order(50, jacket)
    shop.order(30, coat, kind="return", amount_minor=-100)
    shop.others_bought(jacket, coat, 5)
    shop.others_bought(jacket, cap, 2)
    assert shop.names() == ["Cap"]


def test_what_they_rated_badly_is_not_suggested(shop: Shop) -> None:
    jacket, coat = shop.product("Jacket"), shop.product("Coat")
    shop.order(50, jacket)
    shop.others_bought(jacket, coat)
    assert shop.names() == ["Coat"]
    shop.review(20, 2, "Not for me", product_id=coat)
    assert shop.names() == []


def test_what_others_rate_badly_is_not_suggested(shop: Shop) -> None:
    jacket, coat = shop.product("Jacket"), shop.product("Coat")
    shop.order(50, jacket)
    shop.others_bought(jacket, coat)
    for _ in range(3):
        shop.book.event("reviews", shop.book.customer("Critic"), product_id=coat, rating=2, reviewed_on="2026-05-01")
    assert shop.names() == []


def test_what_they_prefer_weighs_more(shop: Shop) -> None:
    jacket, belt, sock = shop.product("Jacket"), shop.product("Belt", "Accessories"), shop.product("Sock", "Basics")
    shop.order(50, jacket)
    shop.others_bought(jacket, belt, 3)
    shop.others_bought(jacket, sock, 3)
    shop.book.run("UPDATE customers SET preferences = ? WHERE id = ?", '{"categories": ["basics"]}', shop.id)
    assert shop.names()[0] == "Sock"


def test_one_other_buyer_is_a_coincidence(shop: Shop) -> None:
    jacket, coat = shop.product("Jacket"), shop.product("Coat")
    shop.order(50, jacket)
    other = shop.book.customer("Another")
    shop.order(200, jacket, coat, customer=other)
    assert shop.names() == []


def test_where_products_have_names_only_the_baskets_of_others_are_looked_through(shop: Shop) -> None:
    jacket, coat, cap = (shop.product(name) for name in ("JACKET", "COAT", "CAP"))
    shop.order(50, jacket)
    shop.order(20, cap, kind="return", amount_minor=-100)
    for _ in range(4):
        shop.order(90, jacket, coat, cap, customer=shop.book.customer("Another"))
    shop.order(80, shop.product("SOCK"), customer=shop.book.customer("Stranger"))
    shop.book.run(
        "UPDATE order_lines SET product_name = (SELECT name FROM products p WHERE p.id = product_id), product_id = NULL"
    )
    assert [(one.product_id, one.name, one.label) for one in shop.suggested()] == [(None, "COAT", "bought together")]
    assert shop.fact("Could suit").words == "Could suit: COAT"


def test_who_bought_nothing_is_suggested_nothing(shop: Shop) -> None:
    assert shop.suggested() == []


def test_a_suggestion_says_no_figure(shop: Shop) -> None:
    jacket, coat = shop.product("Jacket"), shop.product("Coat")
    shop.order(50, jacket)
    shop.others_bought(jacket, coat)
    fact = shop.fact("Could suit")
    assert fact.words == "Could suit: Coat, outerwear"
    assert fact.group == "suggestion" and fact.ticked
    assert not [value for value in fact.values if value.kind in ("number", "percent", "money")]
