"""A book with one customer, written row by row, so that each test says what it looks at."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from models.values.outreach import Fact, FactValue
from services.insight import reading
from services.outreach.facts import find_facts, read_facts
from services.workspace import Recipe, Workspace, open_workspace
from tests.services.insight.conftest import NOW, SmallBook, days_ago


class OneCustomer:
    """Adds to one customer of a small book, and reads their facts."""

    def __init__(self, book: SmallBook, **customer: Any) -> None:
        self.book = book
        self.id = book.customer(**{"name": "Dana Whitfield", "email_consent": "given", "email": "dana@x.example",
                                   "signed_up_on": "2023-03-14", **customer})  # fmt: skip

    @classmethod
    @contextmanager
    def opened(cls, store_path: Path) -> Iterator[Self]:
        """Open a new book with one customer, and close it."""
        workspace = open_workspace(Recipe(str(store_path), "Ada", NOW))
        small = SmallBook(workspace)
        yield cls(small)
        small.close()
        workspace.close()

    @property
    def workspace(self) -> Workspace:
        return self.book.workspace

    def product(self, name: str, category: str | None = "Outerwear") -> int:
        return self.book.insert("products", source="shop", external_id=name, name=name, category=category)

    def order(self, days: int, *products: int, customer: int | None = None, **values: Any) -> int:
        order = self.book.order(customer or self.id, days_ago(days), **values)
        for at, product in enumerate(products):
            self.book.insert("order_lines", order_id=order, source="shop", external_id=f"{order}/{at}",
                             product_id=product, quantity="1", amount_minor=100)  # fmt: skip
        return order

    def ticket(self, days: int, subject: str, **values: Any) -> int:
        row = {"sentiment": -0.8, "status": "solved", "resolved_on": days_ago(max(days - 2, 0)), **values}
        return self.book.event("tickets", self.id, subject=subject, opened_on=days_ago(days), **row)

    def review(self, days: int, rating: int, title: str, **values: Any) -> int:
        return self.book.event("reviews", self.id, rating=rating, title=title, reviewed_on=days_ago(days), **values)

    def facts(self, goal: str = "check_in") -> tuple[Fact, ...]:
        return read_facts(self.workspace, self.id, goal)

    def facts_of_rule(self, rule: str) -> tuple[Fact, ...]:
        """The facts as an email in answer to an alert of the rule has them."""
        with reading(self.workspace) as reader:
            return tuple(one.fact for one in find_facts(reader, self.id, "check_in", rule=rule))

    def words(self, goal: str = "check_in") -> list[str]:
        return [fact.words for fact in self.facts(goal)]

    def fact(self, begins: str, goal: str = "check_in") -> Fact:
        return next(fact for fact in self.facts(goal) if fact.words.startswith(begins))


def values_of(fact: Fact, kind: str) -> set[str]:
    return {value.text for value in fact.values if value.kind == kind}


def has(fact: Fact, kind: Any, text: str, currency: str = "") -> bool:
    return FactValue(kind, text, currency) in fact.values
