"""Days and moments: every form, every zone, and the order of day and month from all rows."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.sync.kinds import zones
from services.sync.kinds.memo import Unfit
from services.sync.kinds.moments import month_of, parse_moment
from services.sync.kinds.zones import header_zone, place_named, several
from tests.services.sync.kinds.columns import converted, decided, faults, meaning

_MONTHS = {
    "en": "January February March April May June July August September October November December",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
}
_SHORT = {
    "en": "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
    "de": "Jan Feb Mär Apr Mai Jun Jul Aug Sep Okt Nov Dez",
    "fr": "janv févr mars avr mai juin juil août sept oct nov déc",
    "es": "ene feb mar abr may jun jul ago sep oct nov dic",
}
_WRITTEN = {
    "ymd": ("{0:%Y-%m-%d}", "{0:%Y/%m/%d}", "{0:%Y.%m.%d}", "{0:%Y%m%d}"),
    "dmy": ("{0:%d/%m/%Y}", "{0:%d.%m.%Y}", "{0:%d-%m-%Y}", "{0.day}.{0.month}.{0:%y}", "{0.day}/{0.month}/{0:%Y}"),
    "mdy": ("{0:%m/%d/%Y}", "{0:%m-%d-%Y}", "{0.month}/{0.day}/{0:%y}"),
}
_UNIX = [("unix", 1), ("unix_ms", 10**3), ("unix_us", 10**6)]
_DAYS = st.dates(date(1970, 1, 1), date(2069, 12, 31))


@given(day=_DAYS, form=st.sampled_from([(order, form) for order, forms in _WRITTEN.items() for form in forms]))
@settings(max_examples=200, deadline=None)
def test_law_a_day_written_in_numbers_is_that_day(day: date, form: tuple[str, str]) -> None:
    order, pattern = form
    assert parse_moment(pattern.format(day), order, UTC) == (day.isoformat(), None)


@given(
    day=_DAYS,
    language=st.sampled_from(sorted(_MONTHS)),
    short=st.booleans(),
    pattern=st.sampled_from(["{d} {m} {y}", "{d}. {m} {y}", "{d}-{m}-{y}", "{m} {d}, {y}", "{d} de {m} de {y}"]),
)
@settings(max_examples=200, deadline=None)
def test_law_a_day_written_with_a_name_is_that_day(day: date, language: str, short: bool, pattern: str) -> None:
    name = (_SHORT if short else _MONTHS)[language].split()[day.month - 1]
    text = pattern.format(d=day.day, m=name, y=day.year)
    assert parse_moment(text, "ymd", UTC) == (day.isoformat(), None)


@given(
    moment=st.integers(31_536_000, 3_124_224_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC)),
    minutes=st.integers(-56, 56).map(lambda quarter: quarter * 15),
    pattern=st.sampled_from(["%Y-%m-%d %H:%M:%S {o}", "%Y-%m-%dT%H:%M:%S{o}", "%d %b %Y %I:%M:%S %p {o}"]),
    colon=st.booleans(),
)
@settings(max_examples=150, deadline=None)
def test_law_a_moment_with_its_offset_is_that_moment(moment: datetime, minutes: int, pattern: str, colon: bool) -> None:
    sign = "-" if minutes < 0 else "+"
    offset = f"{sign}{abs(minutes) // 60:02d}{':' if colon else ''}{abs(minutes) % 60:02d}"
    text = moment.strftime(pattern).format(o=offset)
    at = (moment - timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert parse_moment(text, "ymd", UTC) == (moment.date().isoformat(), at)


@given(day=st.dates(date(1901, 1, 1), date(2100, 1, 1)), system=st.sampled_from(["excel", "excel1904"]))
@settings(max_examples=100, deadline=None)
def test_law_a_day_counted_by_a_spreadsheet_is_that_day(day: date, system: str) -> None:
    first = date(1904, 1, 1) if system == "excel1904" else date(1899, 12, 30)
    if day < date(1904, 1, 1):
        return
    assert parse_moment(str((day - first).days), system, UTC) == (day.isoformat(), None)


@given(
    seconds=st.integers(10**8, 4 * 10**9), unit=st.sampled_from([("unix", 1), ("unix_ms", 10**3), ("unix_us", 10**6)])
)
@settings(max_examples=100, deadline=None)
def test_law_counted_seconds_are_that_moment(seconds: int, unit: tuple[str, int]) -> None:
    at = datetime.fromtimestamp(seconds, UTC)
    zone = ZoneInfo("Asia/Tokyo")
    expected = at.astimezone(zone).date().isoformat(), at.strftime("%Y-%m-%dT%H:%M:%SZ")
    assert parse_moment(str(seconds * unit[1]), unit[0], zone) == expected


@pytest.mark.parametrize(
    ("text", "order", "zone", "on", "at"),
    [
        ("Fri, 20 Nov 2026 09:12:40 +0100", "ymd", "UTC", "2026-11-20", "2026-11-20T08:12:40Z"),
        ("Fri Nov 20 2026 09:12:40 GMT+0100 (CET)", "ymd", "UTC", "2026-11-20", "2026-11-20T08:12:40Z"),
        ("Fri Nov 20 09:12:40 UTC 2026", "ymd", "UTC", "2026-11-20", "2026-11-20T09:12:40Z"),
        ("2026-11-20T09:12:40+01:00[Europe/Berlin]", "ymd", "UTC", "2026-11-20", "2026-11-20T08:12:40Z"),
        ("2026-11-20 09:12 Europe/Berlin", "ymd", "UTC", "2026-11-20", "2026-11-20T08:12:00Z"),
        ("20261120T091240Z", "ymd", "UTC", "2026-11-20", "2026-11-20T09:12:40Z"),
        ("20261120091240", "ymd", "UTC", "2026-11-20", "2026-11-20T09:12:40Z"),
        ("2026-11-20 01:05 PM PST", "ymd", "UTC", "2026-11-20", "2026-11-20T21:05:00Z"),
        ("11/20/2026 1 pm", "mdy", "UTC", "2026-11-20", "2026-11-20T13:00:00Z"),
        ("20/11/2026 1:05 p. m.", "dmy", "UTC", "2026-11-20", "2026-11-20T13:05:00Z"),
        ("vendredi 20 novembre 2026 à 9h05", "dmy", "UTC", "2026-11-20", "2026-11-20T09:05:00Z"),
        ("Freitag, 20. November 2026 um 9:05 Uhr", "dmy", "UTC", "2026-11-20", "2026-11-20T09:05:00Z"),
        ("20. 11. 2026", "dmy", "UTC", "2026-11-20", None),
        ("1er mars 2026", "ymd", "UTC", "2026-03-01", None),
        ("March 3rd, 2026", "ymd", "UTC", "2026-03-03", None),
        ("Mar 3 2026", "ymd", "UTC", "2026-03-03", None),
        ("mar. 3 nov 2026", "ymd", "UTC", "2026-11-03", None),
        ("2026-Nov-20", "ymd", "UTC", "2026-11-20", None),
        ("2026-07-01 09:00 IST", "ymd", "Asia/Kolkata", "2026-07-01", "2026-07-01T03:30:00Z"),
        ("2026-07-01 09:00 BST", "ymd", "Europe/London", "2026-07-01", "2026-07-01T08:00:00Z"),
        ("45631.5", "excel", "Europe/Berlin", "2024-12-05", "2024-12-05T11:00:00Z"),
        ("2026-11-20", "excel", "UTC", "2026-11-20", None),
        ("1", "excel", "UTC", "1900-01-01", None),
    ],
)
def test_forms_of_days_and_moments(text: str, order: str, zone: str, on: str, at: str | None) -> None:
    assert parse_moment(text, order, ZoneInfo(zone)) == (on, at)


@pytest.mark.parametrize(
    ("text", "order", "why"),
    [
        ("03/04/2026", "one", "could be day/month or month/day"),
        ("25/03/26", "one", "could be day/month or year/month/day"),
        ("05/13/2026", "dmy", "not a calendar date with the day first"),
        ("31/31/2026", "dmy", "not a calendar date"),
        ("2026-07-01 09:00 IST", "ymd", "India, Israel and Ireland"),
        ("2026-07-01 09:00 XYZ", "ymd", "is not a date or time"),
        ("2026-07-01 14:00 PM", "ymd", "is not a time of day"),
        ("2026-07-01 09:00 +1530", "ymd", "is not a time of day"),
        ("60", "excel", "is not a calendar date"),
        ("45631", "dmy", "is not a date or time"),
        ("2026", "ymd", "is not a date or time"),
        ("Nov 2026", "ymd", "is not a date or time"),
    ],
)
def test_what_could_be_two_days_or_is_none_does_not_fit(text: str, order: str, why: str) -> None:
    with pytest.raises(Unfit, match=why):
        parse_moment(text, order, UTC)


def test_names_of_months_are_told_apart() -> None:
    for names in (*_MONTHS.values(), *_SHORT.values()):
        assert [month_of(name) for name in names.split()] == list(range(1, 13))
    assert [month_of(name) for name in ("ju", "ma", "soon", "x")] == [None] * 4


@pytest.mark.parametrize(
    ("header", "at"),
    [
        ("Created (UTC)", "2026-07-01T09:00:00Z"),
        ("Signed up (AEDT)", "2026-06-30T23:00:00Z"),
        ("First Seen (PST)", "2026-07-01T16:00:00Z"),
        ("At (GMT+2)", "2026-07-01T07:00:00Z"),
        ("At [Europe/Paris]", "2026-07-01T07:00:00Z"),
        ("At (hrs)", "2026-07-01T08:00:00Z"),
        ("At", "2026-07-01T08:00:00Z"),
    ],
)
def test_a_zone_in_the_header_holds_for_times_without_one(header: str, at: str) -> None:
    zone = ZoneInfo("Europe/London")
    _, values = converted(["2026-07-01 09:00", "2026-07-01 10:00 UTC"], "moment", header=header, zone=zone)
    assert values == [at, "2026-07-01T10:00:00Z"]


def test_a_short_name_of_a_zone_that_the_import_bears_means_it() -> None:
    named = header_zone("Seen (IST)", ZoneInfo("Asia/Kolkata"))
    assert named is not None and str(named[0]) == "Asia/Kolkata"
    assert header_zone("Seen (IST)", UTC) is None
    assert several("Seen (IST)")[0] == "IST" and several("Liefertermin (Ist)") == ("", ())


def test_every_short_name_says_what_the_clocks_of_its_place_say() -> None:
    for name, (hours, place) in zones._NAMES.items():
        clocks = {datetime(2026, month, 15, tzinfo=ZoneInfo(place)).utcoffset() for month in (1, 7)}
        assert timedelta(hours=hours) in clocks, name
    for name, places in zones._SEVERAL.items():
        assert len({ZoneInfo(place) for place, _ in places}) > 1, name


def test_what_stands_in_brackets_behind_a_header_may_be_no_zone() -> None:
    for header in ("Value (est)", "Shift (+15:00)", "Size (ES)", "Seen (Mars/Base)", "Seen"):
        assert header_zone(header, UTC) is None, header
    for header, hours in (("Seen (EST)", -5), ("Seen (+05:30)", 5.5), ("Seen (UTC-3)", -3)):
        found = header_zone(header, UTC)
        assert found is not None
        assert datetime(2026, 1, 5, tzinfo=found[0]).utcoffset() == timedelta(hours=hours)
    assert place_named("utc") is UTC and place_named("Europe/Berlin") == ZoneInfo("Europe/Berlin")
    assert place_named("Berlin") is None


@pytest.mark.parametrize(
    ("cells", "order"),
    [
        (["1/13/2026", "1/2/2026"], "mdy"),
        (["13/1/2026", "1/2/2026"], "dmy"),
        (["01.02.2026"], "dmy"),
        (["2/2/2026"], "one"),
        (["2026-01-02"], "one"),
        (["45631", "45632", ""], "excel"),
        (["1700000000", "1700000001"], "unix"),
        (["1700000000000"], "unix_ms"),
        (["26/03/05", "26/03/17", "25/12/31"], "ymd"),
        (["25/03/26", "17/04/26", "03/05/26"], "dmy"),
        (["13/1/2026"] * 99 + ["1/14/2026"], "dmy"),
    ],
)
def test_the_order_of_day_and_month_is_decided_from_all_rows(cells: list[str], order: str) -> None:
    one = decided(cells, "date")
    assert (one.form.order, one.doubts) == (order, [])


def test_dates_that_could_be_both_are_asked_with_what_each_answer_means() -> None:
    found = meaning(["03/04/2026", "05/05/2026", "07/08/2026", "soon"], "date", header="Created")
    (doubt,) = found.doubts
    assert doubt.question.startswith("In book.csv 2 of 4 dates of “Created” (such as 03/04/2026) could be day/month")
    assert [(one.value, one.words, one.fits) for one in doubt.readings] == [
        ("dmy", "Day before month: 03/04/2026 is 3 April 2026", 3),
        ("mdy", "Month before day: 03/04/2026 is 4 March 2026", 3),
    ]
    assert (found.filled, found.unfit, found.confidence) == (4, 1, 0.5)


def test_dates_that_contradict_each_other_are_asked() -> None:
    found = meaning(["13/04/2026", "14/04/2026", "04/13/2026", "01/02/2026"], "date")
    assert "contradict each other: 2 can only be day before month" in found.doubts[0].question
    assert "1 can only be month before day (such as 04/13/2026)" in found.doubts[0].question


def test_what_is_said_of_a_column_comes_before_its_cells() -> None:
    found = meaning(["03/04/2026"], "date", said="mdy")
    assert not found.doubts and found.confidence == 1.0 and found.evidence[0] == "set by you"
    one, values = converted(["44197", "44198"], "date", said="excel1904")
    assert values == ["2025-01-02", "2025-01-03"] and one.obeyed


def test_a_count_is_offered_only_where_bare_numbers_stand_and_what_cannot_be_read_fits_nothing() -> None:
    written = ["2026-09-19T15:19:33Z"] * 8 + ["2026-09-19 31:15"]
    assert meaning(written, "moment").readings == ()
    mixed = meaning([*written, *["45920"] * 20], "moment")
    assert "20 of 29 are bare numbers" in mixed.evidence and mixed.unfit == 1
    assert [(one.value, one.fits) for one in mixed.readings] == [("excel1904", 28)]


def test_evidence_is_told_with_counts() -> None:
    found = meaning(["13/04/2026", "03/04/2026", "", "x"], "date")
    assert found.words == "dates, day before month"
    assert found.evidence == (
        "1 of 3 can only be day before month",
        "1 could be read both ways",
    )


def test_a_bare_number_among_dates_is_no_date() -> None:
    _, values = converted(["2026-01-01", "2026-01-02", "45631"], "date")
    assert values[:2] == ["2026-01-01", "2026-01-02"] and faults(values) == ["is not a date or time"]


@given(
    days=st.lists(_DAYS, min_size=2, max_size=12),
    order=st.sampled_from(["dmy", "mdy"]),
    stray=st.sampled_from([[], ["2026-05-06"], ["13/13/2026"], ["45631"], ["5 May 2026"]]),
    seed=st.randoms(use_true_random=False),
    first=st.integers(0, 14),
    year=st.sampled_from(["%Y", "%y"]),
)
@settings(max_examples=150, deadline=None)
def test_law_rows_in_any_order_and_any_first_rows_decide_the_same(
    days: list[date], order: str, stray: list[str], seed: object, first: int, year: str
) -> None:
    pattern = f"%d/%m/{year}" if order == "dmy" else f"%m/%d/{year}"
    cells = [day.strftime(pattern) for day in days] + stray
    whole, values = converted(cells, "date", survey=True)
    shuffled = cells[:]
    seed.shuffle(shuffled)  # type: ignore[attr-defined]
    again, others = converted(shuffled, "date", first=first)
    assert again.doubts == whole.doubts
    assert sorted(map(repr, values)) == sorted(map(repr, others))
    if not whole.doubts and year == "%Y":
        read = [value for value in values if isinstance(value, str)]
        assert set(read) <= {day.isoformat() for day in days} | {"2026-05-06", "2026-05-05"}


def test_a_zone_in_a_header_that_several_regions_bear_is_asked() -> None:
    cells = ["2026-07-01 09:00", "2026-07-02"]
    found = meaning(cells, "moment", header="Seen (IST)")
    (doubt,) = found.doubts
    assert doubt.question == (
        "In book.csv the one time of “Seen (IST)” is in IST, which could be the zone of India or Israel or Ireland."
    )
    assert (doubt.readings[0].value, doubt.readings[0].words) == ("Asia/Kolkata", "India (Asia/Kolkata)")
    assert decided(cells[::-1], "moment", header="Seen (IST)", first=1).doubts == [doubt]
    answered, values = converted(cells, "moment", header="Seen (IST)", said="Asia/Kolkata")
    assert values == ["2026-07-01T03:30:00Z", None] and not answered.doubts
    assert not meaning(cells, "moment", header="Seen (IST)", zone=ZoneInfo("Asia/Kolkata")).doubts
    assert not meaning(["2026-07-02"], "moment", header="Seen (IST)").doubts


def test_order_and_zone_of_a_column_can_both_be_said() -> None:
    _, values = converted(["03/04/2026 09:00"], "moment", header="Seen (IST)", said="mdy Asia/Kolkata")
    assert values == ["2026-03-04T03:30:00Z"]
