"""What stands on a customer's record beside the ticked facts: no fact of the email, and no contradiction either.

A day, a sum or a name that is theirs may be one that the person knows of; whether it is right is for the reader to say.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from models.queries.invoices import is_owed
from models.values.words import day_of, major
from services.book.sources import UNANSWERED
from services.insight import Reader
from services.outreach.claims.lexicon import FOLDER
from services.outreach.claims.text import fold, lower

#: A call that nobody answered is no conversation.
_SPOKEN: Final = f"FROM conversations WHERE customer_id = :id AND channel <> '{UNANSWERED}'"
_DAYS: Final = f"""
SELECT ordered_on FROM orders WHERE customer_id = :id UNION SELECT opened_on FROM tickets WHERE customer_id = :id
UNION SELECT resolved_on FROM tickets WHERE customer_id = :id
UNION SELECT reviewed_on FROM reviews WHERE customer_id = :id
UNION SELECT answered_on FROM surveys WHERE customer_id = :id
UNION SELECT happened_on {_SPOKEN}
UNION SELECT opened_on FROM opportunities WHERE customer_id = :id
UNION SELECT signed_up_on FROM customers WHERE id = :id
"""
_AMOUNTS: Final = (
    "SELECT amount_minor, currency FROM orders WHERE customer_id = :id"
    " UNION SELECT amount_minor, currency FROM opportunities WHERE customer_id = :id AND amount_minor IS NOT NULL"
)
_ORDERED: Final = "SELECT ordered_on FROM orders WHERE customer_id = :id AND kind = 'purchase'"
_MONTHS: Final = (
    "SELECT sum(amount_minor), currency FROM orders WHERE customer_id = :id"
    " GROUP BY substr(ordered_on, 1, 7), currency HAVING sum(amount_minor) > 0"
)
_SAID: Final = f"""
SELECT coalesce(subject, '') || '. ' || coalesce(text, '') FROM tickets WHERE customer_id = :id
UNION ALL SELECT coalesce(title, '') || '. ' || coalesce(text, '') FROM reviews WHERE customer_id = :id
UNION ALL SELECT comment FROM surveys WHERE customer_id = :id AND comment <> ''
UNION ALL SELECT text {_SPOKEN} AND text <> ''
UNION ALL SELECT name FROM opportunities WHERE customer_id = :id AND name <> ''
"""
_PRODUCTS: Final = """
SELECT DISTINCT coalesce(nullif(p.name, ''), l.product_name, ''), o.ordered_on
  FROM orders o JOIN order_lines l ON l.order_id = o.id
  LEFT JOIN products p ON p.id = l.product_id WHERE o.customer_id = :id
UNION SELECT coalesce(nullif(p.name, ''), r.product_name, ''), r.reviewed_on
  FROM reviews r LEFT JOIN products p ON p.id = r.product_id
 WHERE r.customer_id = :id
UNION SELECT p.name, t.opened_on FROM tickets t JOIN products p
   ON instr(lower(coalesce(t.subject, '') || ' ' || coalesce(t.text, '')), lower(p.name)) > 0 AND length(p.name) > 3
 WHERE t.customer_id = :id
"""
_RATINGS: Final = (
    "SELECT coalesce(nullif(p.name, ''), r.product_name, ''), r.rating FROM reviews r"
    " LEFT JOIN products p ON p.id = r.product_id WHERE r.customer_id = :id AND r.rating IS NOT NULL"
)
_IDS: Final = """
SELECT external_id FROM orders WHERE customer_id = :id UNION SELECT external_id FROM tickets WHERE customer_id = :id
UNION SELECT external_id FROM opportunities WHERE customer_id = :id
UNION SELECT external_id FROM invoices WHERE customer_id = :id
UNION SELECT number FROM invoices WHERE customer_id = :id
"""
_CONTACTS: Final = "SELECT name FROM contacts WHERE customer_id = :id"
_OWNERS: Final = "SELECT DISTINCT owner FROM customers WHERE owner <> '' AND :id IS NOT NULL"
_QUANTITIES: Final = (
    "SELECT DISTINCT coalesce(nullif(p.name, ''), l.product_name, ''), l.quantity FROM orders o"
    " JOIN order_lines l ON l.order_id = o.id LEFT JOIN products p ON p.id = l.product_id"
    " WHERE o.customer_id = :id AND l.quantity <> ''"
)
_OWED: Final = is_owed("'9999-12-31'")
#: What the book says of topics that no ticked fact holds.
_STATES: Final = (
    (FOLDER / "states.sql").read_text(encoding="utf-8").format(owed=_OWED, spoken=_SPOKEN, unanswered=UNANSWERED)
)
_WORD: Final = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Record:
    """All that is theirs, in small letters.

    Attributes
    ----------
    days, amounts
        On which something happened; sums in major units.
    things
        Products with the days on which they bought, sent back or rated them, or wrote of them.
    ratings, quantities
        Products with what they rated them, and with how many of them an order or a return had.
    ids, contacts, said
        Numbers of rows; who is written to there; what they wrote, as words.
    owners
        Our own people: whoever owns a customer of the book.
    ordered
        The days of their purchases, one for each.
    months
        Sums of the orders of each month, in major units.
    states
        Topics with the values that the book says (``resources/claims/states.toml``).
    """

    days: frozenset[date] = frozenset()
    amounts: frozenset[Decimal] = frozenset()
    things: frozenset[tuple[str, date]] = frozenset()
    ratings: frozenset[tuple[str, int]] = frozenset()
    quantities: frozenset[tuple[str, str]] = frozenset()
    ids: frozenset[str] = frozenset()
    contacts: tuple[str, ...] = ()
    owners: tuple[str, ...] = ()
    ordered: tuple[date, ...] = ()
    months: frozenset[Decimal] = frozenset()
    said: str = ""
    states: frozenset[tuple[str, str]] = frozenset()

    def falls_on(self, first: date, last: date) -> bool:
        """Return whether something of theirs happened between two days."""
        return any(first <= day <= last for day in self.days)

    @property
    def products(self) -> frozenset[str]:
        """Return the names of products that are theirs."""
        return frozenset(name for name, _ in self.things)

    def quotes(self, inside: str) -> bool:
        """Return whether they wrote some words."""
        return f" {' '.join(_WORD.findall(inside))} " in self.said

    def spoke_of(self, product: str) -> bool:
        """Return whether they rated a product or wrote of it."""
        rated = any(name == product for name, _ in self.ratings)
        return rated or f" {' '.join(_WORD.findall(product))}" in self.said

    def counts(self, number: str, unit_words: list[str]) -> bool:
        """Return whether they wrote of so many of a thing."""
        return any(f" {number} {word} " in self.said for word in unit_words)


def read_record(reader: Reader, customer_id: int) -> Record:
    """Return a customer's record; of the newest things of theirs all is read, as the book has it."""

    def column(sql: str) -> list[str]:
        return [row[0] for row in reader.driver.execute(sql, {"id": customer_id}) if row[0]]

    def rows(sql: str) -> list[tuple[str, str]]:
        return reader.driver.execute(sql, {"id": customer_id, "today": reader.today.isoformat()}).fetchall()

    amounts = reader.driver.execute(_AMOUNTS, {"id": customer_id}).fetchall()
    months = reader.driver.execute(_MONTHS, {"id": customer_id}).fetchall()
    return Record(
        frozenset(day for day in map(day_of, column(_DAYS)) if day is not None),
        frozenset(major(abs(minor), currency or reader.currency) for minor, currency in amounts if minor),
        frozenset((_small(name), day) for name, text in rows(_PRODUCTS) if name and (day := day_of(text)) is not None),
        frozenset((_small(name), int(rating)) for name, rating in rows(_RATINGS) if name),
        frozenset((_small(name), quantity.split(".")[0]) for name, quantity in rows(_QUANTITIES) if name),
        frozenset(lower(one) for one in column(_IDS)),
        tuple(column(_CONTACTS)),
        tuple(column(_OWNERS)),
        tuple(day for day in map(day_of, column(_ORDERED)) if day is not None),
        frozenset(major(minor, currency or reader.currency) for minor, currency in months),
        f" {' '.join(_WORD.findall(lower(fold(' '.join(column(_SAID))))))} ",
        frozenset((topic, value) for topic, value in rows(_STATES) if value),
    )


def _small(name: str) -> str:
    return lower(fold(" ".join(name.split())))
