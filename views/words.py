"""Numbers as a person reads them: percent with a thin space, money with its sign, days in words.

The queries give finished sentences; these functions are for figures that the window puts together itself, and
write them in the same way.
"""

from __future__ import annotations

from datetime import date, datetime

from models.values import words
from models.values.words import whole as whole

THIN = "\N{NARROW NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"
DASH = "\N{EN DASH}"
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
NEAR_DAYS = 300
DOT = " \N{MIDDLE DOT} "
_SIGNS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "CNY": "CN¥", "INR": "₹", "BRL": "R$", "KRW": "₩"}
_NO_MINOR = frozenset({"JPY", "KRW", "CLP", "VND", "ISK", "HUF"})
_THREE_MINOR = frozenset({"BHD", "KWD", "OMR", "JOD", "TND"})


def percent(share: float | None, digits: int = 0) -> str:
    """``0.72`` as "72 %"."""
    if share is None:
        return DASH
    return f"{share * 100:.{digits}f}{THIN}%".replace("-", MINUS)


def chance(share: float | None) -> str:
    """A foretold chance: "72 %", and ">99 %" or "<1 %" where that would say that it is certain."""
    return DASH if share is None else words.chance(share)


def minor_digits(currency: str) -> int:
    """How many digits of a currency stand behind the point."""
    if currency in _NO_MINOR:
        return 0
    return 3 if currency in _THREE_MINOR else 2


def money(minor: int | None, currency: str, *, cents: bool = False) -> str:
    """Minor units as "$5,240", or "$386.00" with ``cents``."""
    if minor is None:
        return DASH
    digits = minor_digits(currency)
    amount = abs(minor) / 10**digits
    figure = f"{amount:,.{digits}f}" if cents else whole(amount)
    return _signed(minor, currency, figure)


def money_short(minor: int | None, currency: str) -> str:
    """Minor units in at most four figures: "$184k", "$5.2k", "$1.3m", "$980"."""
    if minor is None:
        return DASH
    amount = abs(minor) / 10 ** minor_digits(currency)
    for limit, unit in ((999_500_000, "bn"), (999_500, "m"), (999.5, "k")):
        if amount >= limit:
            scaled = amount / {"bn": 1e9, "m": 1e6, "k": 1e3}[unit]
            figure = f"{scaled:.0f}" if scaled >= 99.95 else f"{scaled:.1f}".removesuffix(".0")
            return _signed(minor, currency, figure + unit)
    return _signed(minor, currency, f"{amount:.0f}")


def points(change: float) -> str:
    """Signed points without a unit: "+31", "−4"; what is not nothing but less than half of one: "<1"."""
    rounded = round(change)
    if not rounded and change:
        return "<1"
    return f"+{rounded}" if rounded >= 0 else f"{MINUS}{-rounded}"


def days(count: int) -> str:
    """A span: "1 day", "74 days"."""
    return f"{whole(count)} day" if count == 1 else f"{whole(count)} days"


def counted(count: int, one: str, many: str | None = None) -> str:
    """A count with its noun: "1 customer", "2 customers"."""
    return f"{whole(count)} {one if count == 1 else many or one + 's'}"


def ago(then: datetime, now: datetime) -> str:
    """How long ago, while it is recent: "just now", "12 min ago", "3 h ago", "5 days ago"."""
    seconds = max(0.0, (now - then).total_seconds())
    if seconds < 60:
        return "just now"
    if seconds < 3_600:
        return f"{int(seconds // 60)} min ago"
    if seconds < 86_400:
        return f"{int(seconds // 3_600)} h ago"
    return f"{days(int(seconds // 86_400))} ago"


def short_day(day: date, today: date) -> str:
    """A day as "7 Sep", with its year where that could be mistaken."""
    near = day.year == today.year or abs((day - today).days) < NEAR_DAYS
    return f"{day.day} {MONTHS[day.month - 1]}" + ("" if near else f" {day.year}")


def duration(seconds: float) -> str:
    """A rough span of work: "9 seconds", "2 min"."""
    if seconds < 90:
        return counted(max(1, round(seconds)), "second")
    return f"{round(seconds / 60)} min"


def sentence(reason: str) -> str:
    """A reason as a sentence: "must be a whole number" becomes "Must be a whole number."."""
    text = words.capital(reason.strip())
    return text if text.endswith((".", "?")) else f"{text}."


def _signed(minor: int, currency: str, figure: str) -> str:
    sign = _SIGNS.get(currency)
    text = f"{sign}{figure}" if sign else f"{currency}{THIN}{figure}"
    return f"{MINUS}{text}" if minor < 0 and figure.strip("0.") else text
