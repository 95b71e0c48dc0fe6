"""From evidence to decisions: how each column of a file is read, and what must be asked.

A file's first rows decide, where they can: a later cell that speaks against them makes the converter raise
`Unsettled`, and then all rows are counted. Where the first rows cannot decide, all rows are counted at once. So every
decision is the one that all rows together give, and most files are read only once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import tzinfo

from models.values.errors import UserError
from models.values.meanings import Doubt, Meaning
from models.values.money import CODES, exponent
from services.sync.kinds import in_words
from services.sync.kinds.currencies import header_currency, header_scale
from services.sync.kinds.date_evidence import DateTally
from services.sync.kinds.durations import DurationTally, header_clock, header_unit
from services.sync.kinds.fit_evidence import FIT_KINDS, FitTally
from services.sync.kinds.form import Form
from services.sync.kinds.ids import IdTally
from services.sync.kinds.moments import NUMERIC
from services.sync.kinds.number_evidence import NumberTally
from services.sync.kinds.zones import header_zone, place_named, several

Tally = DateTally | NumberTally | IdTally | DurationTally | FitTally
DATES = ("date", "moment", "instant")
DURATIONS = ("duration", "hours")
NUMBERS = ("money", "decimal", "integer", "number", "percent")
_DAY_ORDERS = ("dmy", "mdy", "ymd")
_ORDERS = (*_DAY_ORDERS, "excel", "excel1904", "unix", "unix_ms", "unix_us")
_SIGNS = ("point", "comma")
_SHARES = ("of_hundred", "of_one")
_IDS = ("as_written",)
_SLIPS = 0.02
_SCALED = {
    "thousands": "counted in thousands, as its header says",
    "millions": "counted in millions, as its header says",
    "minor": "counted in cents, as its header says",
}
_CLOCKS = ("hm", "ms")
# How many seconds a bare number counts where nothing says it.
_BARE = {"duration": 1.0, "hours": 3600.0}
_UNITS = {"milliseconds": 0.001, "seconds": 1.0, "minutes": 60.0, "hours": 3600.0, "days": 86_400.0}


@dataclass(frozen=True, slots=True)
class Column:
    """A column that becomes a field: its place, header, the field's kind, and what a person said of it."""

    place: int
    header: str
    kind: str
    said: str = ""


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What is known of the file besides its cells.

    Attributes
    ----------
    delimiter
        What parts its cells.
    zone
        The zone of times that name none.
    currency
        What its amounts are in; '' where nobody said it and no cell does.
    file
        Its name, for questions.
    book
        The currency of the book.
    beside
        Whether a column of the file says the currency of each row.
    year
        The year of the file, in which ages count.
    """

    delimiter: str
    zone: tzinfo
    currency: str = ""
    file: str = "the file"
    book: str = ""
    beside: bool = False
    year: int = 0


@dataclass
class Decided:
    """How a column is read, and why."""

    column: Column
    tally: Tally | None
    form: Form
    because: list[str] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)
    said: bool = False

    @property
    def currency(self) -> str:
        """The currency that its cells or its header name; '' where they name none, or several."""
        if not isinstance(self.tally, NumberTally):
            return ""
        return self.tally.currency or header_currency(self.column.header)


AllRows = Callable[[], Iterable[Sequence[Sequence[str]]]]


def decide(
    columns: Sequence[Column],
    first_rows: Sequence[Sequence[str]],
    all_rows: AllRows,
    about: Circumstances,
    *,
    survey: bool = False,
) -> dict[int, Decided]:
    """Decide how columns are read.

    Parameters
    ----------
    columns : sequence of Column
    first_rows : sequence of sequence of str
        The file's first rows.
    all_rows : callable
        Yields batches of all rows.
    about : Circumstances
    survey : bool
        Whether all rows are to be counted even if the first ones decide.

    Returns
    -------
    dict of int to Decided
        By place in the file. A column with a doubt has the first of its readings.
    """
    tallies = _tallies(columns)
    for batch in all_rows() if survey else (first_rows,):
        _take(tallies, batch)
    found = _decide_all(columns, tallies, about, settled=survey)
    doubtful = {type(one.tally) for one in found.values() if not survey and _needs_all(one)}
    if doubtful:
        # Neighbours may settle it: all columns that are of one sort are counted together.
        whole = {place: one for place, one in _tallies(columns).items() if type(one) in doubtful}
        for batch in all_rows():
            _take(whole, batch)
        found = _decide_all(columns, {**tallies, **whole}, about, settled=False)
        for place in whole:
            found[place].form = replace(found[place].form, settled=True)
    return found


def _needs_all(one: Decided) -> bool:
    """Whether the first rows leave open how a column is read, or only circumstances speak."""
    if one.said:
        return False
    if isinstance(one.tally, NumberTally):
        mixed = one.column.kind == "percent" and 0 < one.tally.above_one < one.tally.filled
        bare = one.form.own_currency and one.tally.bare > 0
        return mixed or bare or one.tally.sign == "open" or (one.tally.open_cells > 0 and one.tally.sign is None)
    if isinstance(one.tally, DurationTally):
        return bool(one.doubts)
    # Years of two digits are told from days by how close they lie together: each row may change that.
    if not isinstance(one.tally, DateTally):
        return False
    open_zone = one.form.zone is None and bool(several(one.column.header)[1])
    return one.tally.order is None or "ymd" in one.tally.orders or open_zone


def _tallies(columns: Iterable[Column]) -> dict[int, Tally]:
    return {column.place: tally for column in columns if (tally := _tally_of(column.kind)) is not None}


def _tally_of(kind: str) -> Tally | None:
    if kind in DATES:
        return DateTally()
    if kind in NUMBERS:
        return NumberTally()
    if kind in DURATIONS:
        return DurationTally()
    if kind in FIT_KINDS:
        return FitTally(kind)
    return IdTally() if kind == "id" else None


def _take(tallies: Mapping[int, Tally], rows: Sequence[Sequence[str]]) -> None:
    if len(set(map(len, rows))) == 1:
        cells = list(zip(*rows, strict=True))
        for place, tally in tallies.items():
            tally.take(cells[place] if place < len(cells) else ())
        return
    for place, tally in tallies.items():
        tally.take([row[place] for row in rows if place < len(row)])


def _decide_all(
    columns: Sequence[Column], tallies: Mapping[int, Tally], about: Circumstances, *, settled: bool
) -> dict[int, Decided]:
    found: dict[int, Decided] = {}
    for column in columns:
        tally = tallies.get(column.place)
        one = Decided(column, tally, Form(settled=settled, year=about.year))
        if isinstance(tally, DateTally):
            _decide_date(one, tally, about)
        elif isinstance(tally, NumberTally):
            _decide_number(one, tally, about)
        elif isinstance(tally, IdTally):
            one.form = replace(tally.form, settled=settled)
        elif isinstance(tally, DurationTally):
            _decide_duration(one, tally, about)
        _obey(one)
        found[column.place] = one
    _ask_neighbours_for_order(found, about)
    _ask_neighbours_for_sign(found, about)
    return found


def _decide_date(one: Decided, tally: DateTally, about: Circumstances) -> None:
    named = header_zone(one.column.header, about.zone)
    order = tally.order
    one.form = replace(one.form, order=order or "", zone=named[0] if named else None)
    if named:
        one.because.append(f"times in {named[1]}, as its header says")
    name, places = several(one.column.header)
    if not named and places and tally.timed:
        one.doubts.append(in_words.ask_zone(one.column.header, name, places, tally, about.file))


def _decide_number(one: Decided, tally: NumberTally, about: Circumstances) -> None:
    sign = tally.sign
    # One share above 1 among many below it is a slip, and no proof that they count to 100.
    hundred = "%" in one.column.header or tally.above_one > _SLIPS * tally.filled
    own = one.column.kind == "money" and tally.mixed
    scale = header_scale(one.column.header) if one.column.kind in ("money", "decimal") else ""
    if scale == "minor" and not tally.whole:
        scale = ""  # cents are whole: these amounts have theirs behind a sign
    if scale:
        one.because.append(_SCALED[scale])
    one.form = replace(
        one.form, comma=sign == "comma", sure=sign in _SIGNS, hundred=hundred, own_currency=own, scale=scale
    )
    if not own or not tally.bare or about.beside:
        return
    bare = about.currency or header_currency(one.column.header)
    if not bare:
        one.doubts.append(in_words.ask_currency(one.column.header, tally, about.book, about.file))
        bare = one.doubts[0].readings[0].value
    one.form = replace(one.form, bare=bare)


def _decide_duration(one: Decided, tally: DurationTally, about: Circumstances) -> None:
    header = one.column.header
    unit, clock = header_unit(header), header_clock(header) or tally.clock
    if unit is not None:
        one.because.append("bare numbers count as its header says")
    if tally.kinds["two"] and not clock:
        one.doubts.append(in_words.ask_clock(header, tally, about.file))
        clock = one.doubts[0].readings[0].value
    one.form = replace(one.form, unit=unit or _BARE[one.column.kind], clock=clock)


def _obey(one: Decided) -> None:
    """Read a column as a person said it is to be read.

    Raises
    ------
    UserError
        The column cannot be read so.
    """
    for word in one.column.said.split():
        if word in _DAY_ORDERS and isinstance(one.tally, DateTally) and one.tally.order in NUMERIC:
            # It is said of dates of three numbers; these are bare numbers.
            continue
        if one.column.kind in DATES and (zone := place_named(word)) is not None:
            one.form = replace(one.form, zone=zone)
            one.doubts.clear()
            continue
        if word in _ORDERS and one.column.kind in DATES:
            one.form = replace(one.form, order=word)
        elif word in _SIGNS and one.column.kind in NUMBERS:
            one.form = replace(one.form, comma=word == "comma", sure=True)
        elif word in CODES and one.column.kind == "money":
            one.form = replace(one.form, bare=word, own_currency=True)
            one.doubts = [doubt for doubt in one.doubts if doubt.kind != "currency"]
            continue
        elif word in _SHARES and one.column.kind == "percent":
            one.form = replace(one.form, hundred=word == "of_hundred")
        elif word in _IDS and one.column.kind == "id":
            one.form = Form()
        elif word in _CLOCKS and one.column.kind in DURATIONS:
            one.form = replace(one.form, clock=word)
            one.doubts.clear()
        elif word in _UNITS and one.column.kind in DURATIONS:
            one.form = replace(one.form, unit=_UNITS[word])
        else:
            known = _readings(one)
            advice = f"Choose one of {', '.join(known)}." if known else "There is nothing to choose for such a column."
            raise UserError(f"“{one.column.header}” cannot be read as “{word}”. {advice}")
        one.said = True
        one.form = replace(one.form, settled=True)


def _readings(one: Decided) -> tuple[str, ...]:
    if one.column.kind in DATES:
        return _ORDERS
    if one.column.kind in NUMBERS:
        further = {"percent": _SHARES, "money": ("the code of a currency",)}.get(one.column.kind, ())
        return (*_SIGNS, *further)
    if one.column.kind in DURATIONS:
        return (*_CLOCKS, *_UNITS)
    return _IDS if one.column.kind == "id" else ()


def _ask_neighbours_for_order(found: Mapping[int, Decided], about: Circumstances) -> None:
    """One program wrote all columns of a file: what the dates of one prove holds for those of its neighbours."""
    dated = [one for one in found.values() if isinstance(one.tally, DateTally)]
    proven = {one.form.order: one for one in dated if one.form.order in ("dmy", "mdy") or (one.said and one.form.order)}
    for one in dated:
        if one.form.order or not isinstance(one.tally, DateTally):
            continue
        fitting = [order for order in proven if order in one.tally.orders]
        contradicted = min(one.tally.witnesses("dmy"), one.tally.witnesses("mdy")) > 0
        if len(fitting) == 1 and not contradicted:
            one.form = replace(one.form, order=fitting[0])
            one.because.append(f"as the dates of “{proven[fitting[0]].column.header}” show")
        else:
            doubt = in_words.ask_order(one.column.header, one.tally, about.file)
            one.doubts.append(doubt)
            one.form = replace(one.form, order=doubt.readings[0].value)


def _ask_neighbours_for_sign(found: Mapping[int, Decided], about: Circumstances) -> None:
    numbers = [one for one in found.values() if isinstance(one.tally, NumberTally)]
    proven = {one.form.comma: one for one in numbers if one.form.sure}
    for one in numbers:
        tally = one.tally
        if one.form.sure or not isinstance(tally, NumberTally):
            continue
        if tally.sign == "open":
            _ask_sign(one, tally, about)
        elif tally.open_cells:
            _settle_open(one, tally, proven, about)
        elif len(proven) == 1:
            one.form = replace(one.form, comma=next(iter(proven)))


def _settle_open(one: Decided, tally: NumberTally, proven: Mapping[bool, Decided], about: Circumstances) -> None:
    own = one.currency or about.currency
    likely = tally.likely(
        money=one.column.kind == "money" and not one.form.scale and (not own or exponent(own) < 3),
        whole=one.column.kind == "integer",
        delimiter="",
    )
    if likely is None and len(proven) == 1:
        comma, neighbour = next(iter(proven.items()))
        likely = ("comma" if comma else "point"), f"as the numbers of “{neighbour.column.header}” show"
    likely = likely or tally.likely(money=False, whole=False, delimiter=about.delimiter)
    if likely is None:
        _ask_sign(one, tally, about)
        return
    sign, why = likely
    one.form = replace(one.form, comma=sign == "comma", sure=True)
    one.because.append(why)


def _ask_sign(one: Decided, tally: NumberTally, about: Circumstances) -> None:
    doubt = in_words.ask_sign(one.column.header, tally, about.file)
    one.doubts.append(doubt)
    one.form = replace(one.form, comma=doubt.readings[0].value == "comma", sure=True)


def meaning_of(one: Decided) -> Meaning:
    """What a column was found to mean, in words."""
    return in_words.meaning(one.column.header, one.column.kind, one.form, one.tally, one.because, one.doubts, one.said)
