"""The ticked facts, arranged by what a text may state on their strength."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cached_property, lru_cache
from typing import Final

from models.values.outreach import Fact, FactValue
from services.outreach.claims.text import fold, lower, stems
from services.outreach.claims.vocabulary import vocabulary

NO_SOURCE: Final = "no source in your data"
#: What is new to a customer is not new with us.
_UNTRIED: Final = re.compile(r"^New to them\b")
_FIGURE: Final = re.compile(r"\d[\d,.]*\d|\d")
#: Groups of facts whose days belong to a thing that a text names.
GROUPS_OF: Final = {
    "order": frozenset({"order", "product", "suggestion"}),
    "ticket": frozenset({"ticket", "conversation"}),
    "review": frozenset({"review", "survey"}),
    "renewal": frozenset({"contract", "deal", "person"}),
    "customer": frozenset({"person"}),
    "contract": frozenset({"contract", "deal", "person"}),
}


@dataclass(frozen=True)
class Source:
    """One ticked fact with the meanings of its words; the customer's own words are kept apart."""

    fact: Fact

    @cached_property
    def meanings(self) -> frozenset[str]:
        """Meanings of what the fact states; what a customer wrote is not among them."""
        said = [_UNTRIED.sub("Untried", self.fact.words), self.fact.label, self.fact.group]
        said += [value.text for value in self.fact.values if value.kind not in ("quote", "number", "date", "money")]
        plain = " ".join(said)
        for quote in self.quotes:
            plain = plain.replace(quote, " ")
        return _meant(plain)

    @property
    def is_activity(self) -> bool:
        """Return whether the fact counts what a customer did beside buying; its days are those of nothing else."""
        return self.fact.key.startswith("activity:")

    @cached_property
    def told(self) -> frozenset[str]:
        """Meanings of what the customer wrote."""
        return _meant(" ".join(self.quotes))

    @cached_property
    def quotes(self) -> tuple[str, ...]:
        """The customer's own words."""
        return tuple(
            text for text in (self.fact.quote, *(v.text for v in self.fact.values if v.kind == "quote")) if text.strip()
        )


@lru_cache(maxsize=1024)
def _meant(text: str) -> frozenset[str]:
    """The meanings of a text's words, and those of its turns of phrase."""
    known = vocabulary()
    small = lower(fold(text))
    phrases = (means for finds, means in known.phrases if finds.search(small))
    return frozenset(known.meaning(one) for one in stems(text)).union(*phrases)


class Sources:
    """All ticked facts of a customer.

    Parameters
    ----------
    facts
        The ticked ones, in their order.
    today
        From which lengths of time are counted.
    """

    def __init__(self, facts: Sequence[Fact], today: date) -> None:
        self.today = today
        self.all = tuple(Source(fact) for fact in facts)

    def values(self, *kinds: str) -> Iterator[tuple[Source, FactValue]]:
        """Yield the values of some kinds with their source."""
        for source in self.all:
            for value in source.fact.values:
                if value.kind in kinds:
                    yield source, value

    @cached_property
    def days(self) -> tuple[tuple[Source, date], ...]:
        """The calendar days that the facts hold."""
        found = []
        for source, value in self.values("date"):
            try:
                found.append((source, date.fromisoformat(value.text)))
            except ValueError:
                continue
        return tuple(found)

    @cached_property
    def months(self) -> tuple[tuple[Source, int, int], ...]:
        """The months (source, year, month) that the facts hold, those of their days too."""
        named = [
            (source, int(value.text[:4]), int(value.text[5:7]))
            for source, value in self.values("month")
            if re.fullmatch(r"\d{4}-\d\d", value.text)
        ]
        return (*named, *((source, day.year, day.month) for source, day in self.days))

    @cached_property
    def years(self) -> tuple[tuple[Source, int], ...]:
        """The years that the facts hold, those of their months and days too."""
        named = [(source, int(value.text)) for source, value in self.values("year") if value.text.isdecimal()]
        return (*named, *((source, year) for source, year, _ in self.months))

    @cached_property
    def figures(self) -> tuple[tuple[Source, Decimal], ...]:
        """The bare numbers that the facts hold."""
        return tuple(self._decimals("number"))

    @cached_property
    def shares(self) -> tuple[tuple[Source, Decimal], ...]:
        """The percentages that the facts hold: 5 for 5 %."""
        return tuple(self._decimals("percent"))

    @cached_property
    def amounts(self) -> tuple[tuple[Source, Decimal, str], ...]:
        """The sums of money (source, major units, currency) that the facts hold."""
        found = []
        for source, value in self.values("money"):
            amount = decimal_of(value.text)
            if amount is not None:
                found.append((source, amount, value.currency))
        return tuple(found)

    @cached_property
    def meanings(self) -> frozenset[str]:
        """Meanings of all that the facts state."""
        return frozenset().union(*(source.meanings for source in self.all))

    @cached_property
    def ids(self) -> dict[str, Source]:
        """Numbers of rows as the labels name them: ``5128`` of "order #5128"."""
        return {
            number: source
            for source in self.all
            for number in re.findall(r"#\s?([\w-]*\d[\w-]*)", lower(f"{source.fact.label} {source.fact.words}"))
        }

    def _decimals(self, kind: str) -> Iterator[tuple[Source, Decimal]]:
        for source, value in self.values(kind):
            number = decimal_of(value.text)
            if number is not None:
                yield source, number


def decimal_of(text: str) -> Decimal | None:
    """Return a number of decimal text, None for anything else."""
    try:
        number = Decimal(text.replace(",", ""))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def nouns_of(source: Source, number: Decimal) -> frozenset[str] | None:
    """Return the meanings around a number in a fact's words, None where its words do not write it with digits.

    "23 orders, mostly outerwear" → order. The words up to the next comma or figure say what is counted; what stands
    before it does too ("rated 2 of 5").
    """
    said = lower(fold(source.fact.words))
    known = vocabulary()
    for found in _FIGURE.finditer(said):
        if decimal_of(found.group()) == number:
            after = re.split(r"[,;.\d]", said[found.end() :], maxsplit=1)[0]
            before = re.split(r"[,;.]", said[: found.start()])[-1]
            return frozenset(known.meaning(one) for one in stems(f"{before} {after}") if one not in known.light)
    return None
