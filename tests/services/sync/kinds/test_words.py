"""Addresses, numbers of phones, yes and no, durations and lists."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.sync.kinds import words
from services.sync.kinds.durations import header_clock, header_unit, to_seconds
from services.sync.kinds.lists import list_meaning, mark_of
from services.sync.kinds.memo import Unfit
from services.sync.kinds.phones import phone_key
from tests.services.sync.kinds.columns import converted, decided, faults, meaning


@pytest.mark.parametrize(
    ("text", "key"),
    [
        (" Ada Stone <Ada@Stone.Example> ", "ada@stone.example"),
        ("mailto:ada@stone.example", "ada@stone.example"),
        ("ada@stone.example, eve@stone.example", "ada@stone.example"),
        ("* Work ::: x", None),
        ("ada@stone.example ::: eve@stone.example", "ada@stone.example"),
        ('"Stone, Ada" <ada@stone.example>', "ada@stone.example"),
        ("ada@bücher.example", "ada@xn--bcher-kva.example"),
        ("ada@stone.example.", "ada@stone.example"),
        ("ada@@stone.example", None),
        ("ada@stone", None),
    ],
)
def test_addresses_are_compared_by_what_they_mean(text: str, key: str | None) -> None:
    if key is None:
        with pytest.raises(Unfit):
            words.to_email(text)
    else:
        assert words.to_email(text) == key == words.to_email(key)


@pytest.mark.parametrize(
    ("text", "country", "key"),
    [
        ("020 5550 1234", "GB", "+442055501234"),
        ("+44 (0)20 5550-1234 ext. 7", "", "+442055501234"),
        ("0044 20 5550 1234", "Germany", "+442055501234"),
        ("030/555 012", "Deutschland", "+4930555012"),
        ("(212) 555-0100", "United States", "+12125550100"),
        ("1-212-555-0100", "USA", "+12125550100"),
        ("612 555 010", "España", "+34612555010"),
        ("06 1 555 0100", "HU", "+3615550100"),
        ("030 555 012", "", "030555012"),
        ("030 555 012", "Atlantis", "030555012"),
        ("'+31 6 1234 5678", "", "+31612345678"),
        ("4.42056E+11", "GB", ""),
        ("442055501234.0", "GB", "+442055501234"),
        ("5550123.01", "", "555012301"),
        ("+49 1512", "", ""),
        ("020 5550 1234 / 07700 900123", "GB", "+442055501234"),
        ("000 000 000", "GB", ""),
        ("12", "GB", ""),
        ("0800 1234", "NL", "+318001234"),
        ("+31 800 1234", "", "+318001234"),
        ("0800 0123456", "NL", "+318000123456"),
        ("+31 20 1234", "", ""),
        ("02200", "NO", "+4702200"),
        ("+47 02200", "", "+4702200"),
        ("22000", "NO", ""),
        ("n/a", "", ""),
        ("555-0100 #22", "", "5550100"),
    ],
)
def test_numbers_of_phones_are_compared_by_what_they_mean(text: str, country: str, key: str) -> None:
    assert phone_key(text, country) == key


def test_a_question_with_a_number_names_no_end_of_a_scale() -> None:
    assert words.turned_scale("Question 1: Good") is None
    assert words.turned_scale("Question (1 = good)") == (1, 5)


@given(national=st.integers(10**8, 10**9 - 1), country=st.sampled_from([("GB", "44"), ("DE", "49"), ("FR", "33")]))
@settings(max_examples=100, deadline=None)
def test_law_a_number_is_the_same_at_home_and_abroad(national: int, country: tuple[str, str]) -> None:
    name, code = country
    home, abroad = f"0{national}", f"+{code} (0) {national}"
    assert phone_key(home, name) == phone_key(abroad) == phone_key(f"00{code}{national}", "US") == f"+{code}{national}"


@pytest.mark.parametrize(
    ("yes", "no"),
    [("Yes", "No"), ("ja", "Nein"), ("OUI", "non"), ("sí", "no"), ("WAHR", "FALSCH"), ("vrai", "faux"), ("✓", "✗")],
)
def test_yes_and_no_in_four_languages(yes: str, no: str) -> None:
    assert converted([yes, no, "", "perhaps"], "boolean")[1][:3] == [1, 0, None]
    found = meaning([yes, no, "perhaps"], "boolean")
    assert found.evidence == ("1 mean yes", "1 mean no")


@pytest.mark.parametrize(
    ("text", "unit", "clock", "seconds"),
    [
        ("01:30:00", 1, "", 5_400),
        ("100:00:01", 1, "", 360_001),
        ("1 day, 2:03:04", 1, "", 93_784),
        ("2 days 03:04:05", 1, "", 183_845),
        ("1.02:03:04", 1, "", 93_784),
        ("0:00:01.6", 1, "", 2),
        ("1:30", 1, "hm", 5_400),
        ("1:30", 1, "ms", 90),
        ("2 days 3 hrs", 1, "", 183_600),
        ("1h 30m", 1, "", 5_400),
        ("1 hour and 5 minutes", 1, "", 3_900),
        ("2 Std. 15 Min.", 1, "", 8_100),
        ("1 jour 2 heures", 1, "", 93_600),
        ("3 días y 4 horas", 1, "", 273_600),
        ("1,5 Stunden", 1, "", 5_400),
        ("PT1H30M", 1, "", 5_400),
        ("P1DT5S", 1, "", 86_405),
        ("90", 60, "", 5_400),
        ("1.5", 3_600, "", 5_400),
        ("250 ms", 1, "", 0),
    ],
)
def test_durations_are_seconds(text: str, unit: float, clock: str, seconds: int) -> None:
    assert to_seconds(text, unit, clock) == seconds


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("1:30", "hours and minutes or minutes and seconds"),
        ("1:75:00", "is not a duration"),
        ("-5", "is not a duration"),
        ("3 months", "is not a duration"),
        ("5 min 2 hours", "is not a duration"),
        ("P", "is not a duration"),
        ("soon", "is not a duration"),
        ("2 days 30:00:00", "is not a duration"),
        ("9" * 20, "is too long"),
    ],
)
def test_what_is_no_duration_does_not_fit(text: str, why: str) -> None:
    with pytest.raises(Unfit, match=why):
        to_seconds(text)


@given(seconds=st.integers(0, 10**7))
@settings(max_examples=150, deadline=None)
def test_law_a_duration_written_in_any_way_is_that_duration(seconds: int) -> None:
    hours, minutes, rest = seconds // 3600, seconds // 60 % 60, seconds % 60
    days = hours // 24
    for text in (
        f"{hours:02d}:{minutes:02d}:{rest:02d}",
        f"{days} days {hours % 24}:{minutes:02d}:{rest:02d}",
        f"{days}d {hours % 24}h {minutes}m {rest}s",
        f"{days} Tage, {hours % 24} Stunden, {minutes} Minuten und {rest} Sekunden",
        f"P{days}DT{hours % 24}H{minutes}M{rest}S",
        str(seconds),
    ):
        assert to_seconds(text) == seconds


def test_what_short_durations_mean_is_decided_for_the_column() -> None:
    assert converted(["4:05", "1:02:03"], "duration", first=1)[1] == [245, 3_723]
    assert converted(["4:05"], "duration", header="Length (mm:ss)")[1] == [245]
    assert converted(["4:05"], "duration", header="Length (hh:mm)")[1] == [14_700]
    assert converted(["90", "1.5"], "duration", header="Handling time (min)")[1] == [5_400, 90]
    assert converted(["90"], "duration", said="hours")[1] == [324_000]
    (doubt,) = decided(["4:05", "7:10"], "duration", header="Length").doubts
    assert doubt.question.startswith("In book.csv 2 of 2 durations of “Length” (such as 4:05)")
    assert [one.words for one in doubt.readings] == [
        "Hours and minutes: 4:05 is 245 min 0 s",
        "Minutes and seconds: 4:05 is 4 min 5 s",
    ]
    assert faults(converted(["x"], "duration")[1]) == ["is not a duration"]


def test_units_in_headers() -> None:
    assert header_unit("First response time (in hrs)") == 3600
    assert header_unit("Full resolution time in minutes within business hours") is None
    assert header_unit("Duration") is None
    assert header_clock("Length [hh:mm:ss]") == ""


@pytest.mark.parametrize(
    ("cells", "mark"),
    [
        (["a;b", "c", "d, e;f"], ";"),
        (["a | b", "c"], "|"),
        (["a, b", "c"], ","),
        (["He came, he saw what there was to see", "Late, as so often in the last days"], ""),
        (['["a"]', "[]"], "json"),
        ([r"Shirts\, long,Hats", '"VIP","Blog"'], ","),
        (["a ::: b, c"], " ::: "),
        (["a", "b"], ""),
    ],
)
def test_what_parts_the_lists_of_a_column(cells: list[str], mark: str) -> None:
    assert mark_of(cells) == mark


def test_a_column_of_lists_says_so_with_an_example() -> None:
    found = list_meaning("Tags", ["b;c", "a;b", "d", "-"])
    assert found is not None and (found.words, found.filled) == ("lists, separated by “;”", 3)
    assert found.evidence == ("2 of the first 3 have several, such as a;b",)
    assert list_meaning("Tags", ["a;b", "c", "d"]) is None


def test_what_is_said_must_be_possible() -> None:
    from models.values.errors import UserError

    with pytest.raises(UserError, match=r"“Column” cannot be read as “comma”\. Choose one of dmy, mdy"):
        decided(["1"], "date", said="comma")
    with pytest.raises(UserError, match="There is nothing to choose"):
        decided(["1"], "email", said="comma")


@pytest.mark.parametrize("kind", ["date", "moment", "money", "percent", "id", "email", "boolean", "duration", "phone"])
def test_an_empty_column_means_nothing(kind: str) -> None:
    found = meaning(["", " ", "-"] if kind != "id" else ["", " "], kind)  # type: ignore[arg-type]
    assert (found.kind, found.doubts) == ("empty", ())


def test_several_addresses_in_a_cell_are_told() -> None:
    found = meaning(["a@b.example", "a@b.example, c@d.example", "x"], "email")
    assert found.evidence == (
        "1 are addresses",
        "1 hold several addresses, of which the first is taken",
    )
