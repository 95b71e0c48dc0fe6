"""Money and percentages in a text, and whether a fact or the email's own incentive holds them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Final

from models.values.words import major, money
from services.outreach.claims.figures import is_so_much, plain_figure, spelled_value
from services.outreach.claims.found import ON_RECORD, Found, Part
from services.outreach.claims.sources import decimal_of
from services.outreach.claims.text import Span

#: Signs with the one currency that they mean; '' where there are several.
_SIGNS: Final = {
    "$": "", "us$": "USD", "ca$": "CAD", "c$": "CAD", "a$": "AUD", "au$": "AUD", "nz$": "NZD", "hk$": "HKD",
    "s$": "SGD", "r$": "BRL", "mx$": "MXN", "€": "EUR", "£": "GBP", "¥": "", "₹": "INR", "₩": "KRW", "₪": "ILS",
    "₴": "UAH", "₫": "VND", "₽": "RUB", "₺": "TRY", "zł": "PLN", "kr": "",
}  # fmt: skip
_CODES: Final = "usd|eur|gbp|jpy|cad|aud|nzd|chf|sek|nok|dkk|pln|czk|inr|brl|mxn|zar|cny|hkd|sgd|krw|try|ils|aed|sar"
_NAMED: Final = {
    "dollar": "", "dólare": "", "dólar": "", "buck": "",
    "euro": "EUR", "pound": "GBP", "quid": "GBP", "yen": "JPY", "franc": "CHF",
    "krona": "SEK", "krone": "", "rupee": "INR", "cent": "", "penny": "", "pence": "GBP", "zloty": "PLN",
}  # fmt: skip
_DOLLARS: Final = frozenset({"USD", "CAD", "AUD", "NZD", "HKD", "SGD"})
_NUMBER: Final = r"\d{1,3}(?:[,.' ]\d{3})+(?:[.,]\d{1,2})?|\d+(?:[.,]\d{1,3})?"
_SCALE: Final = r"(?:\s?(?:k|m|bn|thousand|million|hundred)(?!\w))?"
_SIGN: Final = "|".join(re.escape(one) for one in sorted(_SIGNS, key=len, reverse=True))
_WORDS: Final = (
    "dollars?|dólares|dólar|bucks?|euros?|pounds?|pfund|libras?|livres|quid|yen|francs?|franken|kronor|krona|krone|kroner"
    "|rupees?|cents?|pence|penny|pennies|zloty"
)
_MONEY: Final = tuple(
    re.compile(form)
    for form in (
        rf"(?<![\w])-?(?:{_SIGN})\s?(?P<number>{_NUMBER})(?P<scale>{_SCALE})(?:\s(?:{_CODES})(?!\w))?(?![\d])",
        rf"(?<!\w)(?P<code>{_CODES})\s?(?P<number>{_NUMBER})(?P<scale>{_SCALE})(?![\d])",
        rf"(?<![\w.,])(?P<number>{_NUMBER})(?P<scale>{_SCALE})[ -]?(?P<after>{_SIGN}|{_CODES}|{_WORDS})(?!\w)",
        rf"(?<![\w-])(?P<spelled>[a-z]+(?:[ -](?:and )?[a-z]+){{0,5}}?)[ -](?P<after>{_WORDS})(?!\w)",
    )
)
_PERCENTS: Final = "per ?cent|percent|pct|prozent|pour ?cent|por ?ciento|percentage points?"
_PERCENT: Final = re.compile(rf"(?<![\w])(?P<number>{_NUMBER})(?:\s?-\s?\d+)?\s?-?(?:%|{_PERCENTS})(?!\w)")
_PERCENT_SPELLED: Final = re.compile(rf"(?<![\w-])(?P<spelled>[^\W\d_]+(?:[ -][^\W\d_]+)?)[ -](?:{_PERCENTS})(?!\w)")


def find_amounts(part: Part) -> Iterator[Found]:
    """Yield money and percentages, digits and words."""
    taken: list[Span] = []
    for form in _MONEY:
        for found in form.finditer(part.small):
            span, amount = _read(found)
            if span is not None and not any(span.meets(one) for one in taken):
                taken.append(span)
                stated = _money(part, span, amount, found)
                on_record = not stated.supported and (_on_record(part, span, amount) or part.is_of_others(span.start))
                yield replace(stated, note=ON_RECORD) if on_record else stated
    for form in (_PERCENT, _PERCENT_SPELLED):
        for found in form.finditer(part.small):
            number = (
                decimal_of(plain_figure(found["number"]))
                if "number" in found.groupdict()
                else _last_spelled(found["spelled"])[1]
            )
            if number is not None:
                held = next((source for source, share in part.sources.shares if share == number), None)
                yield Found(found.start(), found.end(), "percent", held)


def _read(found: re.Match[str]) -> tuple[Span | None, Decimal | None]:
    has = found.groupdict()
    if has.get("spelled"):
        back, number = _last_spelled(has["spelled"])
        if number is None:
            return None, None
        return Span(found.end("spelled") - back, found.end()), _cents(number, has["after"])
    number = decimal_of(plain_figure(has["number"]))
    scale = {"k": 1000, "m": 10**6, "bn": 10**9, "thousand": 1000, "million": 10**6, "hundred": 100}.get(
        has["scale"].strip(), 1
    )
    return Span(found.start(), found.end()), None if number is None else _cents(number * scale, has.get("after") or "")


def _cents(number: Decimal, unit: str) -> Decimal:
    return number / 100 if unit.rstrip("s") in ("cent", "penny", "pence", "pennie") else number


def _last_spelled(said: str) -> tuple[int, Decimal | None]:
    """The longest number in words at the end of some words: how long it is, and what it means."""
    for start in (0, *(found.end() for found in re.finditer(r"[ -]", said))):
        number = spelled_value(said[start:])
        if number is not None and not said[start:].startswith(("and ", "a of", "the ", "of ")):
            return len(said) - start, number
    return 0, None


def _money(part: Part, span: Span, amount: Decimal | None, found: re.Match[str]) -> Found:
    if amount is None:
        return Found(*span, "money")
    context = part.context
    for source, held, currency in part.sources.amounts:
        if _fits(found, currency) and is_so_much(part, span, amount, held):
            return Found(*span, "money", source)
    if context.incentive_minor > 0 and _fits(found, context.currency):
        offered = major(context.incentive_minor, context.currency)
        if amount == offered and context.incentive_minor <= context.cap_minor:
            return Found(
                *span,
                "money",
                ours=f"your offer; the cap is {money(context.cap_minor, context.currency)}",
                note="incentive",
            )
    return Found(*span, "money")


def _on_record(part: Part, span: Span, amount: Decimal | None) -> bool:
    """Whether a sum of theirs is so much, or those of a month together."""
    record = part.context.record
    return amount is not None and any(is_so_much(part, span, amount, one) for one in record.amounts | record.months)


def _fits(found: re.Match[str], currency: str) -> bool:
    """Whether the sign, code or name of a sum's currency may stand for a currency."""
    said = found.group()
    has = found.groupdict()
    unit = (has.get("after") or has.get("code") or "").strip()
    if unit in _CODES.split("|"):
        return unit.upper() == currency
    name = unit.rstrip("s")
    sign = (
        unit
        if unit in _SIGNS
        else next((one for one in sorted(_SIGNS, key=len, reverse=True) if said.lstrip("-").startswith(one)), "")
    )
    if name in ("dollar", "dólare", "dólar", "buck", "cent") or sign == "$":
        return currency in _DOLLARS
    known = _NAMED.get(name) or _SIGNS.get(sign, "")
    return known == currency if known else currency in ("JPY", "CNY", "SEK", "NOK", "DKK", "USD")
