"""The ticked facts, arranged by what a text may state on their strength."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cached_property
from typing import Final

from models.values.outreach import Fact, FactValue
from services.outreach.claims.lexicon import lexicon
from services.outreach.claims.text import fold, lower, stem

NO_SOURCE: Final = "no source in your data"
_FIGURE: Final = re.compile(r"\d[\d,.]*\d|\d")
_WORD: Final = re.compile(r"[^\W\d_]+")
_BESIDE: Final = re.compile(r"(?:([^\W\d_]+): )?(?<![\w.,-])\d+(?: ([^\W\d_]+))?(?![\w-])")
#: Shorter words are no names of things.
_SHORT: Final = 3
#: The two figures of a rating, or of seats that are used: "5 of 5"; and those of seats, which leave some.
_PAIR: Final = re.compile(r"(?<![\w.,])(\d+(?:\.\d+)?) (?:of|von|sur|de) (\d+)(?![\w]|[.,]\d)")
_SEATS: Final = r"(?:seats?|licen[cs]es?|places?|plätzen?|lizenzen|sièges?|licencias?|plazas?|users?|nutzern?)"
_SEATS_USED: Final = re.compile(rf"{_PAIR.pattern} {_SEATS}\b")
#: Behind a number: that it counts seats.
SEATS_BEHIND: Final = re.compile(rf" (?:\w+ )?{_SEATS}\b")
#: What only tells of how many a figure is out of.
_SCALE: Final = re.compile(r" of \d")
_OF_SCALE: Final = re.compile(r"\d of $")
#: Groups of facts whose days belong to a thing that a text names.
GROUPS_OF: Final = {
    "order": frozenset({"order", "product", "suggestion", "person"}),
    "ticket": frozenset({"ticket", "conversation"}),
    "review": frozenset({"review", "survey"}),
    "renewal": frozenset({"contract", "deal", "person"}),
    "customer": frozenset({"person"}),
    "contract": frozenset({"contract", "deal", "person"}),
}


@dataclass(frozen=True)
class Source:
    """One ticked fact; the customer's own words are kept apart."""

    fact: Fact

    @property
    def is_activity(self) -> bool:
        """Return whether the fact counts what a customer did beside buying; its days are those of nothing else."""
        return self.fact.key.startswith("activity:")

    @cached_property
    def quotes(self) -> tuple[str, ...]:
        """The customer's own words."""
        return tuple(
            text for text in (self.fact.quote, *(v.text for v in self.fact.values if v.kind == "quote")) if text.strip()
        )

    @cached_property
    def said(self) -> str:
        """What the fact states: its line and its statements, in small letters, without the customer's words."""
        stated = [self.fact.words, *(value.text for value in self.fact.values if value.kind == "statement")]
        plain = "\n".join(stated)
        for quote in self.quotes:
            plain = plain.replace(quote, " ")
        return lower(fold(plain))

    @cached_property
    def pairs(self) -> frozenset[tuple[Decimal, Decimal]]:
        """Figures of which one is out of the other: "4 of 5"."""
        return frozenset((Decimal(one), Decimal(two)) for one, two in _PAIR.findall(self.said))

    @cached_property
    def left_over(self) -> frozenset[Decimal]:
        """How many seats are left of those that are used: two, of 3 of 5."""
        used = ((Decimal(one), Decimal(two)) for one, two in _SEATS_USED.findall(self.said))
        return frozenset(two - one for one, two in used if two > one > 0)

    def is_scale(self, number: Decimal) -> bool:
        """Return whether a number is only what something was rated out of."""
        return any(two == number for _, two in self.pairs) and all(one != number for one, _ in self.pairs)

    def unit_of(self, number: Decimal) -> str:
        """Return what a number of the fact counts, '' where its words do not say: "23 orders" → order."""
        for found in _FIGURE.finditer(self.said):
            if decimal_of(found.group()) == number:
                if _SCALE.match(self.said, found.end()) or _OF_SCALE.search(self.said, 0, found.start()):
                    return "rating"
                after = _WORD.findall(re.split(r"[,;.\n]", self.said[found.end() :], maxsplit=1)[0])
                return next((lexicon().units[one] for one in after if one in lexicon().units), "")
        return ""


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
    def ids(self) -> dict[str, Source]:
        """Numbers of rows as the labels name them: ``5128`` of "order #5128"."""
        return {
            number: source
            for source in self.all
            for number in re.findall(r"#\s?([\w-]*\d[\w-]*)", lower(f"{source.fact.label} {source.fact.words}"))
        }

    @cached_property
    def codes(self) -> frozenset[str]:
        """Words of letters and figures that the facts hold, such as the end of a product's name."""
        held = (lower(value.text) for _, value in self.values("product", "statement"))
        words = {word.strip(",.;:()") for said in (*held, *(one.said for one in self.all)) for word in said.split()}
        return frozenset(word for word in words if not word.isdecimal() and _WORD.search(word))

    @cached_property
    def counted(self) -> frozenset[str]:
        """Stems of the words next to figures: "3 sites", "5 von 5 Plätzen", "sites: 2"."""
        found = (word for one in self.all for beside in _BESIDE.findall(one.said) for word in beside)
        forms = (form for word in found if len(word) > _SHORT for form in (word, word.removesuffix("n")))
        return frozenset(map(stem, forms))

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
