"""One setting as text and back: what stands in its field, and what a person's text means."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, time
from decimal import Decimal
from typing import Any

from models.values.errors import UserError
from models.values.outreach import TONES
from services import sync
from services.settings import ExchangeRate, FieldError, SegmentFigure, SegmentTone
from views.settings.fields import Setting
from views.words import THIN, minor_digits

_MOST_DIGITS = 15


def parse(setting: Setting, text: str, currency: str) -> Any:
    """The value of a text; an amount of money is one of ``currency``.

    Raises
    ------
    FieldError
        With the reason as a person is told it.
    """
    text = text.strip()
    reader = _READERS.get(setting.kind)
    if reader is not None:
        return reader(setting, text)
    if setting.kind == "money":
        return _minor(setting, text, currency)
    return text


def shown(setting: Setting, value: Any, currency: str) -> str:
    """The text of a value, as its field shows it."""
    if setting.kind == "money":
        digits = minor_digits(currency)
        return f"{Decimal(value).scaleb(-digits):.{digits}f}".removesuffix("." + "0" * digits)
    writer = _WRITERS.get(setting.kind)
    return writer(value) if writer is not None else str(value)


def pairs(text: str) -> dict[str, str]:
    """Figures by segment from their text: a line each, "Champion = 2"."""
    lines = (line.partition("=") for line in text.splitlines() if line.strip())
    return {name.strip(): figure.strip() for name, _equals, figure in lines if figure.strip()}


def joined(figures: dict[str, str]) -> str:
    """The text of figures by segment; an empty figure is left out."""
    return "\n".join(f"{name} = {figure.strip()}" for name, figure in figures.items() if figure.strip())


def _figure(setting: Setting, text: str) -> float:
    try:
        return float(sync.number_of(text, fraction=setting.kind != "whole")[0])
    except UserError:
        raise FieldError(setting.path, f"“{text}” is not a number" if text else "a number is missing here") from None


def _whole(setting: Setting, text: str) -> int:
    value = _figure(setting, text)
    if not value.is_integer():
        raise FieldError(setting.path, "must be a whole number")
    return int(value)


def _share(setting: Setting, text: str) -> float:
    value = _figure(setting, text)
    if not 0 <= value <= 100:
        raise FieldError(setting.path, f"must be between 0 and 100{THIN}%")
    return round(value / 100, 6)


def _minor(setting: Setting, text: str, currency: str) -> int:
    if not text:
        raise FieldError(setting.path, "an amount is missing here")
    try:
        minor = sync.amount_of("Amount", text, currency)
    except UserError as error:
        raise FieldError(setting.path, str(error).removesuffix(".")) from None
    if minor >= 10**_MOST_DIGITS:
        raise FieldError(setting.path, f"“{text}” is not an amount that can be used here")
    return minor


def _time(setting: Setting, text: str) -> time:
    try:
        return time.fromisoformat(text if ":" in text else f"{int(text):02d}:00")
    except ValueError:
        raise FieldError(setting.path, f"“{text}” is not a time; write one such as 09:00") from None


def _day(setting: Setting, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise FieldError(setting.path, f"“{text}” is not a date; write one such as 2026-12-25") from None


def _days(setting: Setting, text: str) -> tuple[date, ...]:
    return tuple(sorted({_day(setting, line.strip()) for line in text.splitlines() if line.strip()}))


def _rates(setting: Setting, text: str) -> tuple[ExchangeRate, ...]:
    found = []
    for number, line in enumerate((line.strip() for line in text.splitlines()), 1):
        if not line:
            continue
        currency, _space, rate = line.replace("=", " ").partition(" ")
        try:
            found.append(ExchangeRate(currency.upper(), str(sync.number_of(rate, fraction=True)[0])))
        except UserError as error:
            reason = getattr(error, "reason", "write a currency and its rate, such as EUR 1.0845")
            raise FieldError(setting.path, f"line {number}: {reason}") from None
    return tuple(found)


def _by_segment(read: Callable[[Setting, str], float]) -> Callable[[Setting, str], tuple[SegmentFigure, ...]]:
    def parsed(setting: Setting, text: str) -> tuple[SegmentFigure, ...]:
        found = []
        for segment, figure in pairs(text).items():
            try:
                found.append(SegmentFigure(segment, read(setting, figure)))
            except FieldError as error:
                raise FieldError(setting.path, f"{segment}: {error.reason}") from None
        return tuple(found)

    return parsed


def _tones(setting: Setting, text: str) -> tuple[SegmentTone, ...]:
    by_words = {words.casefold(): tone for tone, words in TONES.items()}
    found = []
    for segment, words in pairs(text).items():
        tone = by_words.get(words.casefold(), words)
        try:
            found.append(SegmentTone(segment, tone))
        except FieldError:
            names = ", ".join(TONES.values())
            raise FieldError(setting.path, f"{segment}: “{words}” is not a tone; choose one of {names}") from None
    return tuple(found)


def _tones_text(tones: Sequence[SegmentTone]) -> str:
    return joined({one.segment: TONES.get(one.tone, one.tone) for one in tones})


def _names(_setting: Setting, text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def _one_line(_setting: Setting, text: str) -> str:
    return " ".join(text.split())


def _figures_text(write: Callable[[float], str]) -> Callable[[Sequence[SegmentFigure]], str]:
    return lambda figures: joined({one.segment: write(one.figure) for one in figures})


def _share_text(value: float) -> str:
    return f"{100 * value:.6g}"


def _plain(value: float) -> str:
    return f"{value:g}"


_READERS: dict[str, Callable[[Setting, str], Any]] = {
    "number": _figure,
    "whole": _whole,
    "percent": _share,
    "choice": lambda _setting, text: int(text) if text.isdecimal() else text,
    "time": _time,
    "weekdays": lambda _setting, text: tuple(int(day) for day in text.split(",") if day),
    "days": _days,
    "currency": lambda _setting, text: text.upper(),
    "tick": lambda _setting, text: text == "yes",
    "line": _one_line,
    "name": _one_line,
    "ticks": _names,
    "by_segment": _by_segment(_figure),
    "percent_by_segment": _by_segment(_share),
    "tone_by_segment": _tones,
    "rates": _rates,
}
_WRITERS: dict[str, Callable[[Any], str]] = {
    "number": _plain,
    "whole": _plain,
    "percent": _share_text,
    "time": lambda value: f"{value:%H:%M}",
    "weekdays": lambda days: ",".join(str(day) for day in days),
    "days": lambda days: "\n".join(day.isoformat() for day in days),
    "tick": lambda on: "yes" if on else "no",
    "ticks": "\n".join,
    "by_segment": _figures_text(_plain),
    "percent_by_segment": _figures_text(_share_text),
    "tone_by_segment": _tones_text,
    "rates": lambda rates: "\n".join(f"{one.currency} {one.rate}" for one in rates),
}
