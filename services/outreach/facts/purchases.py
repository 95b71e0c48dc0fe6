"""What a customer bought: how often and mostly what, the last order with its lines, and what came back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Final

from models import sqlite
from models.queries.purchases import is_cancelled
from models.values import words
from models.values.outreach import Fact, FactValue
from services.insight import Reader, reference
from services.outreach.facts.found import (
    Filling,
    Found,
    can_be_named,
    long_day,
    long_month,
    money,
    number,
    of_kind,
    on,
    products,
    saying,
    seen_from,
    with_article,
)

#: A category is their main one from this share of their orders on.
_MOSTLY: Final = 0.5
_LINES: Final = 40
_NAMED: Final = 3
#: So long without an order it may be said that it has been a while.
_QUIET_DAYS: Final = 60
_OTHERS: Final = 3
_ORDERS_FOR_CATEGORIES: Final = 400
#: Lines of an order that are no product.
_NO_PRODUCT: Final = re.compile(
    r"(?:\w+ )?(?:postage|carriage|shipping|delivery|freight|packing|packaging|p&p|handling|discount|voucher|manual"
    r"|adjustment|bank charges?|commission|samples?|deposit|surcharge|tax|vat|gift ?card|tip)"
    r"(?: (?:charges?|costs?|fees?))?"
    r"|(?:\w+ )+fee|.*\badjust(?:ed|ment)\b.*",
    re.IGNORECASE,
)


def read_purchases(reader: Reader, customer_id: int) -> Iterator[Found]:
    """Yield the facts of a customer's orders up to today; the last order is the last that they kept some of."""
    today = reader.today.isoformat()
    count = reader.value(
        "SELECT count(*) FROM orders o WHERE customer_id = ? AND kind = 'purchase' AND ordered_on <= ?"
        f" AND NOT {is_cancelled('o')}",
        (customer_id, today),
    )
    if not count:
        return
    yield from _orders(reader, customer_id, count)
    last = reader.row(
        "SELECT o.id, o.external_id, o.customer_id, o.ordered_on, o.amount_minor, o.currency FROM orders o"
        f" WHERE o.customer_id = ? AND o.kind = 'purchase' AND o.ordered_on <= ? AND NOT {is_cancelled('o')}"
        " AND NOT EXISTS (SELECT 1 FROM orders x WHERE x.customer_id = o.customer_id AND x.kind = 'cancellation'"
        "   AND x.of_external_id = o.external_id) AND (o.amount_minor <= 0 OR o.amount_minor >"
        " (SELECT coalesce(-sum(x.amount_minor), 0) FROM orders x WHERE x.customer_id = o.customer_id"
        "   AND x.kind = 'return' AND x.of_external_id = o.external_id))"
        " ORDER BY o.ordered_on DESC, o.id DESC LIMIT 1",
        (customer_id, today),
    )
    day = words.day_of(last["ordered_on"]) if last is not None else None
    if last is not None and day is not None:
        yield from _last_order(reader, last, day)
    yield from _returned(reader, customer_id, today)


def read_categories(reader: Reader, customer_id: int) -> list[tuple[str, int]]:
    """Return the categories of a customer's newest orders with the number of orders with each, the most first."""
    rows = reader.driver.execute(
        """SELECT p.category, count(DISTINCT o.id) AS n
             FROM (SELECT id FROM orders WHERE customer_id = ? AND kind = 'purchase' AND ordered_on <= ?
                    ORDER BY ordered_on DESC LIMIT ?) o
             JOIN order_lines l ON l.order_id = o.id JOIN products p ON p.id = l.product_id
            WHERE p.category <> '' GROUP BY p.category ORDER BY n DESC, p.category""",
        (customer_id, reader.today.isoformat(), _ORDERS_FOR_CATEGORIES),
    )
    return [(row[0], row[1]) for row in rows]


def is_product(name: str) -> bool:
    """Return whether a line of an order is a product rather than postage, a discount or a correction."""
    return not _NO_PRODUCT.fullmatch(name)


def in_a_sentence(category: str) -> str:
    """Return a category as a sentence has it: ``Outerwear`` is outerwear, ``TVs`` stays."""
    return category.lower() if category.istitle() or category[1:].islower() else category


def _orders(reader: Reader, customer_id: int, count: int) -> Iterator[Found]:
    said = words.count(count, "order")
    values = [number(count), *saying(said, "your orders", "ordered from us", "bought from us")]
    fillings: dict[str, Filling] = {"orders": "order" if count == 1 else words.count(count, "order")}
    categories = read_categories(reader, customer_id)
    main = in_a_sentence(categories[0][0]) if categories and categories[0][1] >= _MOSTLY * count else ""
    if main:
        with_main = f", with {main}" if count == 1 else f", all with {main}"
        said += f", mostly {main}" if categories[0][1] < count else with_main
        values += [*of_kind("category", main), number(categories[0][1])]
        fillings["category"] = main
    yield Found(Fact("orders:count", said, "orders", "orders", None, "order", tuple(values)), "orders", fillings)
    others = [in_a_sentence(name) for name, _ in categories if in_a_sentence(name) != main][:_OTHERS]
    if others:
        said = f"{'Also buys' if main else 'Buys'} {words.listed(others)}"
        values = [*of_kind("category", *others), *saying("you buy", "you also buy")]
        yield Found(
            Fact("orders:categories", said, "orders", "orders", None, "order", tuple(values)),
            "categories",
            {"categories": words.listed(others)},
        )


def _last_order(reader: Reader, last: sqlite.Row, day: date) -> Iterator[Found]:
    label = reference("order", last["id"], last["external_id"])
    lines = _lines(reader, last["id"])
    counted, many = _items(lines)
    said = f"Last order {words.day(day, reader.today)}" + (f", {many}" if many else "")
    values: list[FactValue] = [*on(day), *saying("last order", "your order", "most recent order", "ordered", "bought")]
    filling: dict[str, str | bool | list[str]] = {
        "day": long_day(day, reader.today),
        "month": long_month(day, reader.today),
        "when": seen_from(day, reader.today),
        "quiet": (reader.today - day).days >= _QUIET_DAYS,
    }
    if counted is not None:
        values += [number(counted), *saying(many)]
        filling["items"] = many
    key = f"order:{last['id']}"
    yield Found(
        Fact(key, said, label, "orders", last["id"], "order", tuple(values)), "last_order", {"last_order": filling}
    )
    back = _sent_back(reader, last)
    names = [name for name in dict.fromkeys(name for name, _ in lines if name) if name not in back]
    if names:
        shown = names[:_NAMED]
        more = len(names) - len(shown)
        called = [with_article(name) for name in names if can_be_named(name)]
        told = words.listed([*called[:_NAMED], *(["more"] if len(names) > len(called[:_NAMED]) else [])])
        said = f"Bought {words.listed(shown)}" if not more else f"Bought {', '.join(shown)} and {more} more"
        yield Found(
            Fact(f"{key}:products", said, label, "orders", last["id"], "product",
                 (*products(*names), *saying("bought", "ordered", "chose", "last order"))),
            "products",
            {"products": told, "product": called[0]} if called else {},
        )  # fmt: skip
    if last["amount_minor"] > 0:
        amount = words.money(last["amount_minor"], last["currency"])
        yield Found(
            Fact(f"{key}:amount", f"Last order came to {amount}", label, "orders", last["id"], "order",
                 (money(last["amount_minor"], last["currency"]), *saying("last order came to"))),
            "amount",
            {"amount": amount},
        )  # fmt: skip


def _lines(reader: Reader, order_id: int) -> list[tuple[str, str | None]]:
    """Return an order's lines as (product, quantity)."""
    rows = reader.driver.execute(
        "SELECT coalesce(nullif(p.name, ''), l.product_name, ''), l.quantity FROM order_lines l"
        " LEFT JOIN products p ON p.id = l.product_id WHERE l.order_id = ? ORDER BY l.id LIMIT ?",
        (order_id, _LINES),
    )
    named = [(" ".join(row[0].split()), row[1]) for row in rows]
    return [(name, quantity) for name, quantity in named if is_product(name)]


def _sent_back(reader: Reader, order: sqlite.Row) -> set[str]:
    """Return the products that came back from an order: nobody is asked how they like those."""
    rows = reader.driver.execute(
        "SELECT DISTINCT coalesce(nullif(p.name, ''), l.product_name, '') FROM orders r"
        " JOIN order_lines l ON l.order_id = r.id LEFT JOIN products p ON p.id = l.product_id"
        " WHERE r.customer_id = ? AND r.kind = 'return' AND r.ordered_on >= ?"
        " AND coalesce(r.of_external_id, ?) = ?",
        (order["customer_id"], order["ordered_on"], order["external_id"], order["external_id"]),
    )
    return {" ".join(row[0].split()) for row in rows}


def _items(lines: list[tuple[str, str | None]]) -> tuple[int | None, str]:
    """Return how many items an order had, in words; metres and kilograms are counted by their lines."""
    if not lines or len(lines) == _LINES:
        return None, ""
    try:
        each = [Decimal(quantity or "1") for _, quantity in lines]
    except InvalidOperation:
        each = [Decimal("0.5")]
    if all(one == int(one) and one > 0 for one in each):
        total = int(sum(each))
        return total, words.count(total, "item")
    return len(lines), words.count(len(lines), "product")


def _returned(reader: Reader, customer_id: int, today: str) -> Iterator[Found]:
    row = reader.row(
        "SELECT id, external_id, ordered_on FROM orders WHERE customer_id = ? AND kind = 'return' AND ordered_on <= ?"
        " ORDER BY ordered_on DESC, id DESC LIMIT 1",
        (customer_id, today),
    )
    day = words.day_of(row["ordered_on"]) if row is not None else None
    if row is None or day is None or (reader.today - day).days > 365:
        return
    names = [name for name, _ in _lines(reader, row["id"]) if name][:_NAMED]
    called = [with_article(name) for name in names if can_be_named(name)]
    said = (
        f"Returned {words.listed(names)} {words.day(day, reader.today)}"
        if names
        else f"Return {words.day(day, reader.today)}"
    )
    yield Found(
        Fact(f"return:{row['id']}", said, reference("return", row["id"], row["external_id"]), "orders", row["id"],
             "order", (*on(day), *products(*names), *saying("returned", "sent back", "your return"))),
        "returned",
        {"returned": {"day": long_day(day, reader.today), "products": words.listed(called),
                      "when": seen_from(day, reader.today)}},
    )  # fmt: skip
