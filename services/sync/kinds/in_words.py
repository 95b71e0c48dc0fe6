"""Decisions in words: what was found, why, with counts; and questions with what each answer would mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from models.values.meanings import Doubt, Meaning, MeaningKind, Reading
from services.sync.kinds.date_evidence import DateTally
from services.sync.kinds.durations import DurationTally, to_seconds
from services.sync.kinds.fit_evidence import FitTally
from services.sync.kinds.form import Form
from services.sync.kinds.ids import IdTally
from services.sync.kinds.lists import JSON, ListTally
from services.sync.kinds.memo import Unfit
from services.sync.kinds.moments import day_readings
from services.sync.kinds.number_evidence import NumberTally
from services.sync.kinds.numbers import plain_number

_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_ORDER_WORDS = {
    "dmy": "day before month",
    "mdy": "month before day",
    "ymd": "year before month",
    "excel": "days counted by a spreadsheet from 1900",
    "excel1904": "days counted by a spreadsheet from 1904",
    "unix": "seconds since 1970",
    "unix_ms": "thousandths of seconds since 1970",
    "unix_us": "millionths of seconds since 1970",
}
_COUNTS = ("excel", "excel1904", "unix", "unix_ms", "unix_us")
_KINDS: dict[str, MeaningKind] = {
    "date": "date",
    "moment": "moment",
    "money": "money",
    "decimal": "number",
    "integer": "number",
    "number": "number",
    "percent": "percent",
    "id": "id",
    "email": "email",
    "phone": "phone",
    "boolean": "boolean",
    "flag_deleted": "boolean",
    "duration": "duration",
    "hours": "duration",
    "instant": "moment",
}
_CLOCK_WORDS = {"hm": "hours and minutes", "ms": "minutes and seconds"}
_FIT_WORDS = {
    "one": "are addresses",
    "several": "hold several addresses, of which the first is taken",
    "international": "name their country",
    "national": "name no country",
    "yes": "mean yes",
    "no": "mean no",
}
_PROVEN, _LIKELY, _SILENT = 1.0, 0.9, 0.8


def ask_order(header: str, tally: DateTally, file: str) -> Doubt:
    """The question how the dates of a column are to be read."""
    kind = max((kind for kind in tally.kinds if len(kind) > 1), key=lambda one: (tally.kinds[one], one), default=())
    example = tally.example.get(kind, "")
    days = day_readings(example)
    orders = [order for order in ("dmy", "mdy", "ymd") if order in tally.orders]
    readings = tuple(
        Reading(order, _order_reading(order, example, days), tally.fits(order))
        for order in sorted(orders, key=lambda order: -tally.fits(order))
    )
    contradicting = [order for order in orders if tally.witnesses(order)]
    if len(contradicting) > 1:
        parts = " and ".join(
            f"{tally.witnesses(order):,} can only be {_ORDER_WORDS[order]} (such as {tally.example[(order,)]})"
            for order in contradicting
        )
        question = f"In {file} the dates of “{header}” contradict each other: {parts}."
    else:
        question = (
            f"In {file} {tally.open_cells:,} of {tally.filled:,} dates of “{header}” (such as {example}) could be "
            "day/month or month/day."
        )
    return Doubt("date_order", header, question, readings)


def _order_reading(order: str, example: str, days: Mapping[str, object]) -> str:
    day = days.get(order)
    words = _ORDER_WORDS[order].capitalize()
    return f"{words}: {example} is {_day(day)}" if day is not None else words


def _day(day: object) -> str:
    year, month, number = str(day).split("-")
    return f"{int(number)} {_MONTHS[int(month) - 1]} {year}"


def ask_zone(header: str, name: str, places: Sequence[tuple[str, str]], tally: DateTally, file: str) -> Doubt:
    """The question of which region a zone's name in a header is."""
    regions = " or ".join(words for _, words in places)
    times = f"{tally.timed:,} times of “{header}” are" if tally.timed > 1 else f"one time of “{header}” is"
    question = f"In {file} the {times} in {name}, which could be the zone of {regions}."
    readings = tuple(Reading(zone, f"{words[:1].upper()}{words[1:]} ({zone})", tally.timed) for zone, words in places)
    return Doubt("zone", header, question, readings)


def ask_sign(header: str, tally: NumberTally, file: str) -> Doubt:
    """The question whether the comma or the point is a column's decimal sign."""
    whole = tally.readings["whole"] + tally.open_cells
    example = tally.example.get(".") or tally.example.get(",") or tally.example.get("point") or ""
    readings = []
    for sign in ("point", "comma"):
        try:
            value = _grouped(plain_number(example, sign == "comma"))
        except Unfit:
            value = "no number"
        readings.append(Reading(sign, f"Decimal {sign}: {example} is {value}", tally.readings[sign] + whole))
    if tally.sign == "open":
        question = (
            f"In {file} the numbers of “{header}” contradict each other: {tally.readings['point']:,} can only have a "
            f"decimal point (such as {tally.example['point']}) and {tally.readings['comma']:,} only a decimal comma "
            f"(such as {tally.example['comma']})."
        )
    else:
        question = (
            f"In {file} {tally.open_cells:,} of {tally.filled:,} numbers of “{header}” (such as {example}) could have "
            "a decimal sign or a mark between thousands."
        )
    return Doubt("decimal", header, question, tuple(sorted(readings, key=lambda one: -one.fits)))


def ask_currency(header: str, tally: NumberTally, book: str, file: str) -> Doubt:
    """The question which currency amounts are in that name none, beside others that name theirs."""
    codes = tuple(dict.fromkeys((*tally.named[:3], book)))
    example = tally.bare_example
    question = (
        f"In {file} {tally.bare:,} of {tally.filled:,} amounts of “{header}” (such as {example}) name no currency, "
        f"while others are in {' or '.join(tally.named[:3])}."
    )
    return Doubt(
        "currency",
        header,
        question,
        tuple(Reading(code, f"{example} is in {code}", tally.bare) for code in codes if code),
    )


def _grouped(number: str) -> str:
    whole, point, part = number.partition(".")
    return f"{int(whole or '0'):,}{point}{part}"


def meaning(
    header: str,
    kind: str,
    form: Form,
    tally: DateTally | NumberTally | IdTally | DurationTally | FitTally | None,
    because: Sequence[str],
    doubts: Sequence[Doubt],
    said: bool,
) -> Meaning:
    """What a column was found to mean."""
    known = _KINDS.get(kind, "text")
    if tally is not None and not tally.filled:
        return Meaning(header, "empty", "nothing in it", 1.0)
    if isinstance(tally, DateTally):
        words, evidence, unfit, sure = _dates(form, tally)
        counts = [count for count in _COUNTS if tally.numbers(count)]
        readings = tuple(
            Reading(order, _ORDER_WORDS[order], tally.fits(order))
            for order in (*tally.orders, *counts)
            if order != form.order
        )
        flags: tuple[str, ...] = ()
    elif isinstance(tally, NumberTally):
        words, evidence, unfit, sure = _numbers(kind, form, tally)
        other = "point" if form.comma else "comma"
        fits = tally.readings[other] + tally.readings["whole"] + tally.open_cells
        readings = (Reading(other, f"decimal {other}", fits),) if tally.readings["whole"] < fits else ()
        flags = ()
    elif isinstance(tally, IdTally):
        words, evidence, flags, unfit, sure = _ids(form, tally)
        readings = (Reading("as_written", "text as it is written", tally.filled),) if form != Form() else ()
    elif isinstance(tally, DurationTally):
        words, evidence, unfit, sure = _durations(form, tally)
        other = {"hm": "ms", "ms": "hm"}.get(form.clock, "")
        two = tally.kinds["two"]
        readings = (Reading(other, _CLOCK_WORDS[other], tally.filled - unfit),) if two and other else ()
        flags = ()
    elif isinstance(tally, FitTally):
        unfit = tally.found["unfit"]
        parts = [f"{tally.found[name]:,} {text}" for name, text in _FIT_WORDS.items() if tally.found[name]]
        evidence = tuple(parts)
        words, readings, flags, sure = known, (), (), _LIKELY if unfit else _PROVEN
    else:
        return Meaning(header, known, known, _SILENT)
    confidence = 0.5 if doubts else _PROVEN if said else _LIKELY if because and sure < _PROVEN else sure
    why = ("said by a person", *evidence) if said else (*evidence, *because)
    return Meaning(header, known, words, confidence, why, tuple(doubts), flags, readings, tally.filled, unfit)


def _dates(form: Form, tally: DateTally) -> tuple[str, tuple[str, ...], int, float]:
    what = "times" if tally.timed else "dates"
    words = f"{what}, {_ORDER_WORDS[form.order]}" if form.order in _ORDER_WORDS else what
    evidence = []
    proof = tally.witnesses(form.order)
    if form.order in ("dmy", "mdy", "ymd"):
        if proof:
            evidence.append(f"{proof:,} of {tally.filled:,} can only be {_ORDER_WORDS[form.order]}")
        if tally.open_cells:
            evidence.append(f"{tally.open_cells:,} could be read both ways")
    elif form.order == "one":
        evidence.append(f"{tally.fits('one'):,} of {tally.filled:,} read without doubt")
    elif form.order:
        evidence.append(f"{tally.numbers(form.order):,} of {tally.filled:,} are bare numbers")
    unfit = tally.filled - tally.fits(form.order)
    certain = not unfit and (form.order == "one" or (proof and form.order in ("dmy", "mdy", "ymd")))
    return words, tuple(evidence), unfit, _PROVEN if certain else _LIKELY


def _numbers(kind: str, form: Form, tally: NumberTally) -> tuple[str, tuple[str, ...], int, float]:
    sign = "comma" if form.comma else "point"
    proof, against = tally.readings[sign], tally.readings["point" if form.comma else "comma"]
    marked = proof or tally.open_cells
    words = {"money": "money", "percent": "shares of 100" if form.hundred else "shares of 1"}.get(kind, "numbers")
    if marked:
        words += f", decimal {sign}"
    evidence = []
    if proof:
        evidence.append(f"{proof:,} of {tally.filled:,} can only have a decimal {sign}")
    elif not tally.open_cells:
        evidence.append(f"{tally.readings['whole']:,} of {tally.filled:,} are whole numbers")
    if tally.open_cells:
        evidence.append(f"{tally.open_cells:,} could be read both ways")
    if tally.currency:
        evidence.append(f"{sum(tally.currencies.values()):,} are written in {tally.currency}")
    if form.own_currency:
        parts = (f"{count:,} in {marks[0]}" for marks, count in sorted(tally.currencies.items()))
        whose = "amounts name their" if tally.bare else "each amount names its"
        evidence.append(f"{whose} currency: {', '.join(parts)}")
        if tally.bare and form.bare:
            evidence.append(f"{tally.bare:,} that name none are taken in {form.bare}")
    if tally.percent:
        evidence.append(f"{tally.percent:,} have a percent sign")
    unfit = tally.readings["none"] + against
    sure = _PROVEN if proof and not unfit else _LIKELY if proof or not tally.open_cells else _SILENT
    return words, tuple(evidence), unfit, sure


def ask_clock(header: str, tally: DurationTally, file: str) -> Doubt:
    """The question whether 1:30 is an hour and a half or a minute and a half."""
    example = tally.example["two"]
    readings = []
    for clock, words in _CLOCK_WORDS.items():
        seconds = to_seconds(example, clock=clock)
        readings.append(Reading(clock, f"{words.capitalize()}: {example} is {seconds // 60:,} min {seconds % 60} s", 0))
    fits = tally.filled - tally.kinds["none"]
    question = (
        f"In {file} {tally.kinds['two']:,} of {tally.filled:,} durations of “{header}” (such as {example}) could be "
        "hours and minutes or minutes and seconds."
    )
    return Doubt("duration", header, question, tuple(replace(one, fits=fits) for one in readings))


def _durations(form: Form, tally: DurationTally) -> tuple[str, tuple[str, ...], int, float]:
    kinds = tally.kinds
    evidence = []
    if kinds["two"] and form.clock:
        evidence.append(f"{kinds['two']:,} are read as {_CLOCK_WORDS[form.clock]}")
    if kinds["two"] and kinds["three"]:
        evidence.append(f"{kinds['three']:,} longer ones have hours before")
    if kinds["bare"]:
        evidence.append(f"{kinds['bare']:,} bare numbers count {form.unit:g} seconds each")
    return "durations", tuple(evidence), kinds["none"], _LIKELY if kinds["none"] or kinds["bare"] else _PROVEN


def _ids(form: Form, tally: IdTally) -> tuple[str, tuple[str, ...], tuple[str, ...], int, float]:
    evidence, flags = [], []
    if form.salesforce:
        evidence.append(f"{tally.filled:,} are Salesforce ids")
        if tally.short_salesforce:
            evidence.append(f"{tally.short_salesforce:,} of 15 characters are completed to 18")
    if form.strip_zero:
        evidence.append(f"{tally.with_zero:,} are written like {tally.example['with_zero']}: the .0 is left off")
    if tally.leading_zero:
        evidence.append(f"{tally.leading_zero:,} begin with zeros, which are kept")
    if tally.guarded:
        evidence.append(f"{tally.guarded:,} have an apostrophe before them, which is left off")
    unfit = tally.scientific
    if tally.scientific:
        flags.append(
            f"{tally.scientific:,} were damaged by a spreadsheet, such as {tally.example['scientific']}: "
            "export them again as text."
        )
    if form.rounded:
        unfit += tally.long
        flags.append(
            f"{tally.long:,} were rounded by a spreadsheet, such as {tally.example['long']}: export them again as text."
        )
    words = "Salesforce ids" if form.salesforce else "ids, kept as text"
    return words, tuple(evidence), tuple(flags), unfit, _LIKELY if flags else _PROVEN


def list_meaning(header: str, cells: Sequence[str]) -> Meaning | None:
    """What a column means that no field takes, where its cells hold several texts each; None where they hold one."""
    tally = ListTally()
    tally.take(cells)
    mark = tally.mark
    several = tally.marks[mark] if mark else 0
    if several * 2 < tally.filled or not several:
        return None
    parted = "as JSON" if mark == JSON else f"parted by “{mark.strip()}”"
    evidence = (f"{several:,} of the first {tally.filled:,} hold several, such as {tally.example[mark]}",)
    return Meaning(header, "list", f"lists, {parted}", _LIKELY, evidence, filled=tally.filled)
