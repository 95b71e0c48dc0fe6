"""What could suit a customer next: what those who bought the same went on to buy, weighed by what they like.

Category affinity (the share of a customer's orders with a category, and what their record says they prefer) times
co-occurrence (how many of a bounded sample of other buyers of the same products also bought a product, what came
after counting twice). Nothing that they own, sent back or rated badly, and nothing that others rate badly. The figures
order the suggestions and are shown nowhere.

A book whose files name products in the lines of orders only has no catalogue to follow: there the newest orders of
others are looked through for those that share a product, by name.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from models import sqlite
from models.queries.products import product_called
from models.values.outreach import Fact
from services.insight import Reader, reference
from services.outreach.facts.found import Found, can_be_named, of_kind, products, saying
from services.outreach.facts.person import preferred_categories
from services.outreach.facts.purchases import in_a_sentence, is_product, read_categories

#: Bounds of the sample: newest orders of theirs, products out of these, lines of each, and orders of each other buyer.
_ORDERS: Final = 60
_PRODUCTS: Final = 5
_LINES_EACH: Final = 50
_ORDERS_EACH: Final = 12
_SHOWN: Final = 2
_TRIED: Final = 12
#: Newest orders of others that are looked through where products have names only, how much sharing counts at most
#: for one buyer, and from how much a product is no coincidence.
_BASKETS: Final = 200
_SHARED_MOST: Final = 3
_LEAST_SHARED: Final = 3
#: A product is rated badly below this mean of at least so many ratings.
_FAIR_RATING: Final = 3.5
_RATINGS: Final = 3
_LEAST_BUYERS: Final = 2
#: A category that is preferred counts as half of all orders.
_PREFERRED: Final = 0.5


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A product that could suit, or a category that they have not bought from yet.

    Attributes
    ----------
    product_id
        None for a category, and for a product that is known by its name only.
    """

    kind: Literal["product", "category"]
    product_id: int | None
    name: str
    category: str
    label: str


def suggest(reader: Reader, customer: sqlite.Row) -> tuple[Suggestion, ...]:
    """Return up to two products, the most fitting first, and up to one further category."""
    bought = _bought(reader, customer["id"])
    if not bought:
        return _by_name(reader, customer["id"])
    seen = _also_bought(reader, customer["id"], list(bought)[:_PRODUCTS])
    owned = {name.casefold() for name in bought.values()}
    refused = _refused(reader, customer["id"])
    affinity = _affinity(reader, customer)
    candidates: list[tuple[float, int, str, str, str]] = []
    for product_id, name, category, external_id, buyers in _products(reader, seen):
        if product_id in bought or product_id in refused or name.casefold() in owned or not can_be_named(name):
            continue
        weight = buyers * (0.5 + affinity.get(category.casefold(), 0.0))
        candidates.append((weight, product_id, name, category, external_id))
    candidates.sort(key=lambda one: (-one[0], one[1]))
    liked = [one for one in candidates[:_TRIED] if not _rated_badly(reader, one[1])]
    found = [
        Suggestion("product", product_id, name, category, reference("product", product_id, external_id))
        for _, product_id, name, category, external_id in liked[:_SHOWN]
    ]
    return (*found, *_further_category(candidates, affinity))


def suggested_facts(reader: Reader, customer: sqlite.Row) -> Iterator[Found]:
    """Yield the suggestions as facts: what a text may name because they are in the range."""
    for one in suggest(reader, customer):
        if one.kind == "category":
            name = in_a_sentence(one.name)
            values = (*of_kind("category", name), *saying(f"not bought {name} yet", "could suit you", "goes with"))
            key = f"suggestion:category:{one.name}"
            fact = Fact(key, f"New to them: {name}", one.label, "products", None, "suggestion", values)
            yield Found(fact, "further category", {"further_category": name})
            continue
        category = in_a_sentence(one.category)
        said = f"Could suit: {one.name}" + (f", {category}" if category else "")
        values = (
            *products(one.name),
            *of_kind("category", category),
            *saying("could suit you", "goes with", "may like", "fits what you buy"),
        )
        key = f"suggestion:{one.product_id or one.name}"
        fact = Fact(key, said, one.label, "products", one.product_id, "suggestion", values)
        yield Found(fact, "suggestion", {"suggestions": [one.name]})


def _bought(reader: Reader, customer_id: int) -> dict[int, str]:
    """Return the products of their newest orders with their names, the newest first."""
    rows = reader.driver.execute(
        """SELECT l.product_id, p.name
             FROM (SELECT id, ordered_on FROM orders WHERE customer_id = ? AND kind = 'purchase' AND ordered_on <= ?
                    ORDER BY ordered_on DESC LIMIT ?) o
             JOIN order_lines l ON l.order_id = o.id JOIN products p ON p.id = l.product_id
            ORDER BY o.ordered_on DESC, l.id""",
        (customer_id, reader.today.isoformat(), _ORDERS),
    )
    return dict(rows.fetchall())


def _also_bought(reader: Reader, customer_id: int, products: list[int]) -> Counter[int]:
    """Return how many of a sample of other buyers of some products bought each product."""
    since: dict[int, str] = {}
    for product in products:
        rows = reader.driver.execute(
            """SELECT o.customer_id, o.ordered_on
                 FROM (SELECT order_id FROM order_lines WHERE product_id = ? ORDER BY id LIMIT ?) l
                 JOIN orders o ON o.id = l.order_id WHERE o.kind = 'purchase' AND o.customer_id <> ?""",
            (product, _LINES_EACH, customer_id),
        )
        for other, day in rows:
            since[other] = min(day, since.get(other, day))
    found: Counter[int] = Counter()
    for other, day in since.items():
        lines = reader.driver.execute(
            """SELECT DISTINCT l.product_id, o.ordered_on > ?
                 FROM (SELECT id, ordered_on FROM orders WHERE customer_id = ? AND kind = 'purchase'
                        ORDER BY ordered_on DESC LIMIT ?) o
                 JOIN order_lines l ON l.order_id = o.id WHERE l.product_id IS NOT NULL""",
            (day, other, _ORDERS_EACH),
        )
        best: dict[int, int] = {}
        for product, after in lines:
            best[product] = max(best.get(product, 0), 1 + after)
        found.update(best)
    return Counter({product: count for product, count in found.items() if count >= _LEAST_BUYERS})


def _products(reader: Reader, seen: Counter[int]) -> list[tuple[int, str, str, str, int]]:
    """Return (id, name, category, id of its source, weight) of the products seen most that have a name."""
    most = [product for product, _ in seen.most_common(5 * _TRIED)]
    if not most:
        return []
    marks = ",".join("?" * len(most))
    rows = reader.driver.execute(
        f"SELECT id, name, coalesce(category, ''), external_id FROM products WHERE id IN ({marks}) AND name <> ''", most
    )
    return [(row[0], " ".join(row[1].split()), row[2], row[3], seen[row[0]]) for row in rows]


def _by_name(reader: Reader, customer_id: int) -> tuple[Suggestion, ...]:
    """Return up to two products that stand in the newest orders of others beside what this customer bought."""
    own = _names(reader, customer_id, bought=True) | _names(reader, customer_id, bought=False)
    if not own:
        return ()
    baskets: dict[int, set[str]] = defaultdict(set)
    for customer, name in reader.driver.execute(
        f"""SELECT o.customer_id, {product_called("l")}
             FROM (SELECT id, customer_id FROM orders WHERE kind = 'purchase' AND customer_id <> ?
                    ORDER BY id DESC LIMIT ?) o
             JOIN order_lines l ON l.order_id = o.id WHERE l.product_name <> ''""",
        (customer_id, _BASKETS),
    ):
        baskets[customer].add(name)
    everywhere: Counter[str] = Counter()
    beside: Counter[str] = Counter()
    for basket in baskets.values():
        everywhere.update(basket)
        shared = min(len(own & basket), _SHARED_MOST)
        if shared:
            beside.update(dict.fromkeys(basket - own, shared))
    # what everybody buys says little of this customer: it counts by the root of how common it is
    likely = [(weight / everywhere[name] ** 0.5, name) for name, weight in beside.items() if weight >= _LEAST_SHARED]
    likely.sort(key=lambda one: (-one[0], one[1]))
    names = [" ".join(name.split()) for _, name in likely if is_product(name) and can_be_named(name)]
    return tuple(Suggestion("product", None, name, "", "bought together") for name in names[:_SHOWN])


def _names(reader: Reader, customer_id: int, *, bought: bool) -> set[str]:
    """Return the names of the products of their newest orders, or of what they sent back."""
    kinds = "('purchase')" if bought else "('return', 'cancellation')"
    rows = reader.driver.execute(
        f"""SELECT DISTINCT {product_called("l")} FROM (SELECT id FROM orders WHERE customer_id = ? AND kind IN {kinds}
             AND ordered_on <= ? ORDER BY ordered_on DESC LIMIT ?) o
             JOIN order_lines l ON l.order_id = o.id WHERE l.product_name <> ''""",
        (customer_id, reader.today.isoformat(), _ORDERS),
    )
    return {row[0] for row in rows}


def _refused(reader: Reader, customer_id: int) -> set[int]:
    """Return the products that they sent back or rated badly."""
    returned = reader.driver.execute(
        "SELECT DISTINCT l.product_id FROM orders o JOIN order_lines l ON l.order_id = o.id"
        " WHERE o.customer_id = ? AND o.kind IN ('return', 'cancellation') AND l.product_id IS NOT NULL",
        (customer_id,),
    )
    disliked = reader.driver.execute(
        "SELECT DISTINCT product_id FROM reviews WHERE customer_id = ? AND rating <= 2 AND product_id IS NOT NULL",
        (customer_id,),
    )
    return {row[0] for row in (*returned, *disliked)}


def _rated_badly(reader: Reader, product_id: int) -> bool:
    count, mean = reader.driver.execute(
        "SELECT count(rating), avg(rating) FROM (SELECT rating FROM reviews WHERE product_id = ? ORDER BY id DESC"
        " LIMIT 200)",
        (product_id,),
    ).fetchone()
    return bool(count >= _RATINGS and mean < _FAIR_RATING)


def _affinity(reader: Reader, customer: sqlite.Row) -> dict[str, float]:
    """Return each category's share of their orders, with what their record prefers on top."""
    counted = read_categories(reader, customer["id"])
    most = max((count for _, count in counted), default=1)
    found = {category.casefold(): count / most for category, count in counted}
    for category in preferred_categories(customer):
        found[category.casefold()] = found.get(category.casefold(), 0.0) + _PREFERRED
    return found


def _further_category(
    candidates: list[tuple[float, int, str, str, str]], affinity: dict[str, float]
) -> tuple[Suggestion, ...]:
    """Return the category that other buyers buy from the most and this customer has not bought from."""
    weights: Counter[str] = Counter()
    for weight, _, _, category, _ in candidates:
        if category and affinity.get(category.casefold(), 0.0) <= _PREFERRED and not _bought_from(category, affinity):
            weights[category] += round(1000 * weight)
    return tuple(Suggestion("category", None, category, category, "products") for category, _ in weights.most_common(1))


def _bought_from(category: str, affinity: dict[str, float]) -> bool:
    return affinity.get(category.casefold(), 0.0) not in (0.0, _PREFERRED)
