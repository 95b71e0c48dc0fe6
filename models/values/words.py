"""Numbers, money and time in an account manager's words, as the rooms' sentences use them.

Percent with a thin space, money in its currency's sign, days relative where they are near. Nothing here reads a
clock: now and today are arguments.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo
from decimal import ROUND_HALF_UP, Decimal

from models.values.money import SIGNS, exponent

THIN = "\N{NARROW NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"
DASH = "\N{EN DASH}"
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
MONTHS_LONG = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
#: Below and from here on a chance would read as 0 % and 100 %.
SURELY_NOT, SURELY = 0.005, 0.995
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
WEEKDAYS_LONG = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_SMALL = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


def major(amount_minor: int, currency: str) -> Decimal:
    """Return an amount of minor units in major units, exactly."""
    return Decimal(amount_minor).scaleb(-exponent(currency))


def money(amount_minor: int, currency: str) -> str:
    """Return whole major units: ``$5,240``."""
    whole = major(amount_minor, currency).quantize(Decimal(1), ROUND_HALF_UP)
    return _signed(whole, currency, f"{abs(whole):,}")


def money_exact(amount_minor: int, currency: str) -> str:
    """Return an amount with its minor units: ``$386.00``."""
    value = major(amount_minor, currency)
    return _signed(value, currency, f"{abs(value):,.{exponent(currency)}f}")


def figure(amount_minor: int, currency: str) -> str:
    """Return an amount as it stands in files, without its currency: ``-1,386.00``."""
    return f"{major(amount_minor, currency):,.{exponent(currency)}f}"


def money_short(amount_minor: int, currency: str) -> str:
    """Return an amount as a headline: ``$950``, ``$5.2k``, ``$184k``, ``$2.3m``."""
    value = major(amount_minor, currency)
    size = abs(value)
    if size < 1000:
        return money(amount_minor, currency)
    for unit, letter in ((Decimal(10) ** 3, "k"), (Decimal(10) ** 6, "m"), (Decimal(10) ** 9, "bn")):
        scaled = size / unit
        if scaled < Decimal("999.5") or letter == "bn":
            break
    digits = 1 if scaled < Decimal("99.95") else 0
    text = f"{scaled.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP):,}"
    return _signed(value, currency, text.removesuffix(".0") + letter)


def money_range(
    low_minor: int, high_minor: int, currency: str, *, mean_minor: int | None = None, short: bool = False
) -> str:
    """Return the 80 % range of an amount, ``80 % range $292–$1,248``, to stand beside that amount.

    Ends that read alike are no range, and "$0–$0" beside an average of $120 looks like a fault: then it is
    ``most likely nothing``, and where the amount beside it (`mean_minor`) reads otherwise, ``the average
    outcome; most likely nothing``.
    """
    say = money_short if short else money
    low, high = say(low_minor, currency), say(high_minor, currency)
    if low != high:
        return f"80{THIN}% range {low}{DASH}{high}"
    likely = f"most likely {'nothing' if low == say(0, currency) else low}"
    return f"the average outcome; {likely}" if mean_minor is not None and say(mean_minor, currency) != low else likely


def _signed(value: Decimal, currency: str, digits: str) -> str:
    sign = SIGNS.get(currency, f"{currency}{THIN}" if currency else "")
    return f"{MINUS if value < 0 else ''}{sign}{digits}"


def percent(share: float) -> str:
    """Return a share of 1 as ``72 %`` with a thin space."""
    return f"{_half_up(100 * share)}{THIN}%"


def chance(share: float) -> str:
    """Return a predicted chance like `percent`: as nothing to come is certain, "<1 %" and ">99 %" at the ends."""
    if share < SURELY_NOT:
        return f"<1{THIN}%"
    return f">99{THIN}%" if share >= SURELY else percent(share)


def whole(value: float) -> str:
    """Return a number rounded to a whole one, with separators: ``1,854``."""
    return f"{_half_up(value):,}"


def in_unit(value: float, unit: str, currency: str, *, short: bool = False) -> str:
    """Return a figure of the catalogue in its unit; ``short``: money in at most four figures."""
    if unit == "money":
        return money_short(round(value), currency) if short else money(round(value), currency)
    if unit == "percent":
        return percent(value)
    if unit == "score":
        return f"{value:.1f}".replace("-", MINUS)
    if unit == "number" and not float(value).is_integer():
        return f"{value:.2f}".replace("-", MINUS)
    if unit == "hours":
        return f"{value:.1f} h" if 0 < abs(value) < 10 else f"{whole(value)} h"
    if unit == "days":
        return count(round(value), "day")
    return whole(value)


def in_cell(value: str | float | None, unit: str, currency: str) -> str:
    """Return a value of a table in words: a figure in its unit, a flag as yes or no, a dash for none."""
    if value is None:
        return DASH
    if unit == "flag":
        return "yes" if value else "no"
    return in_unit(value, unit, currency) if isinstance(value, int | float) else value


def count(number: int, one: str, many: str = "") -> str:
    """Return a count with its noun: ``1 order``, ``23 orders``."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def gap_words(days: float, own: bool) -> str:
    """Return how long a customer's gaps are: their usual one, or where they have too few, that of others."""
    return f"the usual gap is {whole(days)}" if own else f"customers like them: about {count(_half_up(days), 'day')}"


def once_words(number: int, minor: int, currency: str) -> str:
    """Return who came on one day only and what is at risk with them: ``1,203 new or one-time, $1.3m``; '' for none."""
    return f"{number:,} new or one-time, {money_short(minor, currency)}" if number else ""


def spelled(number: int) -> str:
    """Return small numbers as words: ``three``; from thirteen on as digits."""
    return _SMALL[number] if 0 <= number < len(_SMALL) else f"{number:,}"


def capital(text: str) -> str:
    """Return the text with its first letter as a capital."""
    return text[:1].upper() + text[1:]


def _half_up(value: float) -> int:
    return int(Decimal(repr(float(value))).quantize(Decimal(1), ROUND_HALF_UP))


def name_of(name: str | None, external_id: str | None) -> str:
    """Return a customer's name; one whose file has none is called by its id."""
    return name or (f"Customer {external_id}" if external_id else "Customer without a name")


def day_of(text: str | None) -> date | None:
    """Return the calendar day with which a stored day or moment begins, None for none."""
    if not text:
        return None
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


def moment_of(text: str | None) -> datetime | None:
    """Return a stored moment (UTC) as an aware one, None for none or for a bare day."""
    if not text or len(text) <= 10:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def stored(moment: datetime) -> str:
    """Return an aware moment as the store writes it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def day(value: date, today: date) -> str:
    """Return ``7 Sep``, with the year where it is not this one or the day is over ten months away."""
    near = value.year == today.year or abs((value - today).days) < 300
    return f"{value.day} {MONTHS[value.month - 1]}" + ("" if near else f" {value.year}")


def full_day(value: date) -> str:
    """Return ``2 Mar 2023``."""
    return f"{value.day} {MONTHS[value.month - 1]} {value.year}"


def left_words(on: str | None) -> str:
    """Return since when who has left is no customer, ``left on 24 Sep 2026``; '' without a day."""
    left = day_of(on)
    return f"left on {full_day(left)}" if left is not None else ""


def month(value: date) -> str:
    """Return ``Mar 2023``."""
    return f"{MONTHS[value.month - 1]} {value.year}"


def long_month(value: date) -> str:
    """Return ``March 2023``."""
    return f"{MONTHS_LONG[value.month - 1]} {value.year}"


def clock(moment: datetime, zone: tzinfo) -> str:
    """Return the local time ``08:02``."""
    return moment.astimezone(zone).strftime("%H:%M")


def when(text: str, today: date, zone: tzinfo) -> str:
    """Return a stored day or moment for a list: ``08:02`` today, else ``12 Nov``."""
    moment = moment_of(text)
    local = moment.astimezone(zone).date() if moment else day_of(text)
    if local is None:
        return ""
    if moment is not None and local == today:
        return clock(moment, zone)
    return "today" if local == today else day(local, today)


def soon(value: date, today: date) -> str:
    """Return a day to come: ``today``, ``tomorrow``, ``Mon``, ``8 Dec``; one that is past: ``3 days late``."""
    away = (value - today).days
    if away < 0:
        return f"{count(-away, 'day')} late"
    if away <= 1:
        return ("today", "tomorrow")[away]
    return WEEKDAYS[value.weekday()] if away < 7 else day(value, today)


def within(days: int) -> str:
    """Return ``today``, ``tomorrow`` or ``in 4 days``, of something that is so many days ahead."""
    return ("today", "tomorrow")[days] if days < 2 else f"in {count(days, 'day')}"


def ago(moment: datetime, now: datetime) -> str:
    """Return ``just now``, ``12 min ago``, ``3 h ago``, ``2 days ago``."""
    minutes = int((now - moment).total_seconds() // 60)
    if minutes < 1:
        return "just now"
    if minutes < 60:
        return f"{minutes} min ago"
    if minutes < 24 * 60:
        return f"{minutes // 60} h ago"
    return f"{count(minutes // (24 * 60), 'day')} ago"


def left(due: datetime, now: datetime, zone: tzinfo, *, aloud: bool = False) -> str:
    """Return the time left until a moment: ``47 min``, ``3 h``, ``Mon``, ``3 Dec``; past ones ``2 h late``.

    As it is read aloud: ``due in 47 minutes``, ``due Mon``, ``2 hours late``.
    """
    minutes = (due - now).total_seconds() / 60
    if minutes < 0:
        late = int(-minutes)
        return f"{_hours(late, aloud) if late < 24 * 60 else count(late // (24 * 60), 'day')} late"
    local, today = due.astimezone(zone).date(), now.astimezone(zone).date()
    if minutes < 60 or local == today:
        return f"{'due in ' if aloud else ''}{_hours(int(minutes), aloud)}"
    on = WEEKDAYS[local.weekday()] if local - today < timedelta(days=7) else day(local, today)
    return f"due {on}" if aloud else on


def _hours(minutes: int, in_full: bool) -> str:
    if minutes < 60:
        number, unit, short = max(minutes, 1), "minute", "min"
    else:
        number, unit, short = minutes // 60, "hour", "h"
    return count(number, unit) if in_full else f"{number} {short}"


def span(days: int) -> str:
    """Return a length of time: ``12 days``, ``9 weeks``, ``44 months``."""
    if days < 60:
        return count(days, "day")
    return count(days // 7, "week") if days < 180 else count(round(days / 30.4375), "month")


def sentence(text: str) -> str:
    """Return the text as a sentence: a capital at its beginning, a full stop at its end, within a quote or after it."""
    text = capital(text.strip())
    return text if not text or text.rstrip("”").endswith((".", "?", "!", "…")) else f"{text}."


def shortened(text: str, limit: int) -> str:
    """Return the text on one line, cut at a word within ``limit`` letters."""
    flat = " ".join(text.split())
    if len(flat) <= limit:
        return flat
    cut = flat[: limit - 1]
    at_word = cut.rfind(" ")
    return (cut[:at_word] if at_word > limit // 2 else cut).rstrip(",.;: ") + "…"


def listed(names: Sequence[str]) -> str:
    """Return ``the rain jacket, the belt and the tote`` without the articles: names joined as a sentence has them."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"
