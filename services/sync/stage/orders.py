"""What a row of an order is worth, and whether it is a purchase, a return or a cancellation."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from models.values.money import exponent
from services.sync.formats.plan import Plan
from services.sync.kinds.memo import Fault, Memo, Unfit
from services.sync.kinds.numbers import to_minor
from services.sync.kinds.order_kinds import UNDONE

EMPTY = Fault("is empty")
_DEBIT = ("return", "cancellation")


def _sizes(discounts: list[Any], amounts: Sequence[Any]) -> list[Any]:
    """Discounts of purchases without the sign that some programs give them."""
    if not any(off.__class__ is int and off < 0 for off in discounts):
        return discounts
    return [
        -off if off.__class__ is int and off < 0 and not (amount.__class__ is int and amount < 0) else off
        for off, amount in zip(discounts, amounts, strict=True)
    ]


class OrderColumns:
    """Computes the amount of each row and the kind of its order."""

    def __init__(self, plan: Plan, lines: bool) -> None:
        self._lines = lines
        self._is_return = "return" in plan.entity.hooks
        self._currency = plan.currency
        self._prefix = plan.recognition.system.cancelled_prefix if plan.recognition.system else ""
        self._total = plan.column("refund" if self._is_return else "line_total")
        self._price = plan.column("unit_price")
        self._amount = plan.column("amount")
        self._has_discount = plan.has("discount")
        self._products: dict[int, Memo] = {}
        self.cancelled_positive = 0

    def column_of_amount(self) -> tuple[int, str]:
        """Place and header of the column to which a missing amount is laid."""
        column = self._total or self._amount or self._price
        return (column.place, column.header) if column else (0, "Amount")

    def add(self, values: dict[str, list[Any]], count: int, keys: Sequence[Any] | None) -> list[Any]:
        """Put amounts, totals, kinds and currencies into `values`; return amounts, a `Fault` where there is none."""
        currencies = values.get("currency")
        if currencies is None:
            values["currency"] = [self._currency] * count
        elif None in currencies:
            values["currency"] = [currency or self._currency for currency in currencies]
        amounts = self._amounts(values, count)
        if self._has_discount:
            values["discount_minor"] = _sizes(values["discount_minor"], amounts)
        kinds = self._kinds(values.get("kind"), keys, count)
        if self._is_return:
            amounts = [-abs(amount) if isinstance(amount, int) else amount for amount in amounts]
        elif kinds is not None:
            kinds = _undone(kinds, amounts)
            amounts = self._signed(amounts, kinds)
            if values.get("total_minor"):
                values["total_minor"] = self._signed(values["total_minor"], kinds, counted=False)
        values["kind"] = self._settled(kinds, amounts)
        values["amount_minor"] = amounts
        return amounts

    def _amounts(self, values: dict[str, list[Any]], count: int) -> list[Any]:
        total = values.pop("refund" if self._is_return else "line_total", None)
        amount = values.pop("amount", None)
        if not self._lines:
            found = amount or total or [None] * count
            return [EMPTY if one is None else one for one in found] if None in found else found
        if total is None and self._price is None:
            values["total_minor"] = [None] * count
            return [EMPTY if one is None else one for one in amount or [None] * count]
        values["total_minor"] = amount if amount is not None else [None] * count
        if total is not None and None not in total:
            return total
        computed = self._computed(values, count)
        if total is None:
            return computed
        return [other if one is None else one for one, other in zip(total, computed, strict=True)]

    def _computed(self, values: dict[str, list[Any]], count: int) -> list[Any]:
        prices = values.get("unit_price", [None] * count)
        quantities = values.get("quantity", ["1"] * count)
        places = {exponent(currency) for currency in set(values["currency"])}
        if len(places) == 1:
            memo = self._product(places.pop())
            computed = list(map(memo.__getitem__, zip(quantities, prices, strict=True)))
        else:
            computed = [
                self._product(exponent(currency))[quantity, price]
                for quantity, price, currency in zip(quantities, prices, values["currency"], strict=True)
            ]
        if not self._has_discount or self._amount is not None:
            return computed
        discounts = values.get("discount_minor", [None] * count)
        return [
            one - abs(off) if isinstance(one, int) and isinstance(off, int) else one
            for one, off in zip(computed, discounts, strict=True)
        ]

    def _product(self, places: int) -> Memo:
        if places not in self._products:

            def amount(pair: tuple[Any, Any]) -> Any:
                quantity, price = pair
                if isinstance(price, Fault) or isinstance(quantity, Fault):
                    return 0
                if price is None:
                    raise Unfit("is empty")
                return to_minor(str(Decimal(quantity or "1") * Decimal(price)), places)

            self._products[places] = Memo(amount)
        return self._products[places]

    def _kinds(self, given: list[Any] | None, keys: Sequence[Any] | None, count: int) -> list[Any] | None:
        if self._is_return:
            return ["return"] * count
        if self._prefix and keys is not None:
            return ["cancellation" if key and key.startswith(self._prefix) else None for key in keys]
        return given

    def _signed(self, amounts: list[Any], kinds: list[Any], *, counted: bool = True) -> list[Any]:
        """Returns are negative; a cancelled order that is listed with what it would have cost counts as nothing."""
        if not any(kind in _DEBIT for kind in set(kinds)):
            return amounts
        signed = []
        for amount, kind in zip(amounts, kinds, strict=True):
            if isinstance(amount, int) and amount > 0 and kind in _DEBIT:
                self.cancelled_positive += counted and kind == "cancellation"
                signed.append(-amount if kind == "return" else 0)
            else:
                signed.append(amount)
        return signed

    def _settled(self, kinds: list[Any] | None, amounts: list[Any]) -> list[Any]:
        if self._lines:
            # An order of several lines is a return where their sum is negative: known only when all are read.
            return kinds if kinds is not None else [None] * len(amounts)
        kinds = [kind or "purchase" for kind in kinds] if kinds is not None else ["purchase"] * len(amounts)
        if not any(one.__class__ is int and one < 0 for one in set(amounts)):
            return kinds
        # Nobody buys for less than nothing, whatever a word of the file's own says.
        return [
            "return" if kind == "purchase" and isinstance(one, int) and one < 0 else kind
            for kind, one in zip(kinds, amounts, strict=True)
        ]


def _undone(kinds: list[Any], amounts: list[Any]) -> list[Any]:
    """An order that was wholly given back counts as nothing, unless what went back is what it is listed with."""
    if UNDONE not in kinds:
        return kinds
    return [
        kind if kind != UNDONE else "return" if isinstance(one, int) and one < 0 else "cancellation"
        for kind, one in zip(kinds, amounts, strict=True)
    ]
