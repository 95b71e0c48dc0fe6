"""What a customer who speaks of leaving says that they do, and until when, in four languages."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from services.distress.departure import leaving_words, leaving_words_of, read_departure
from tests.measured import Tell

UNSEEN = Path(__file__).parents[2] / "fixtures" / "leaving" / "unseen_titles.tsv"
#: A Wednesday.
DAY = date(2026, 11, 18)
TUESDAY = date(2026, 11, 17)
DECIDE = "that they may leave and will decide by 22 Nov"
TODAY = date(2026, 11, 20)
WEEK, MONTH = date(2026, 11, 22), date(2026, 11, 30)


@pytest.mark.parametrize(
    "text",
    [
        "Please close our account at the end of the month. We are moving to a competitor.",
        "We are moving to a competitor.",
        "We are leaving you. If you have questions, call Ida.",
        "Wir kündigen den Vertrag.",
        "Wir wechseln zur Konkurrenz.",
        "Bitte schließen Sie unser Konto.",
        "Merci de clôturer notre compte.",
        "Nous passons chez un autre fournisseur.",
        "Por favor, cierren nuestra cuenta.",
        "Nos cambiamos a otro proveedor.",
        "We are not angry, but please close our account.",
        "We have signed with another supplier.",
        "Last week we moved all our orders to a competitor.",
        "Wir haben uns für einen anderen Lieferanten entschieden.",
        "Nous avons décidé de mettre fin à notre abonnement.",
        "Quiero darme de baja.",
    ],
)
def test_plain_words_say_that_they_are_leaving(text: str) -> None:
    assert read_departure(text, DAY).told(TODAY).startswith("that they are leaving")


@pytest.mark.parametrize(
    "text",
    [
        "We are talking to another supplier.",
        "If this happens again we close our account.",
        "We are not closing our account.",
        "Wenn das so bleibt, kündigen wir den Vertrag.",
        "Wir kündigen den Vertrag nicht.",
        "Wir wollen unser Konto nicht schließen.",
        "Nous ne fermons pas notre compte.",
        "No vamos a cerrar nuestra cuenta.",
        "We have had enough.",
    ],
)
def test_who_compares_threatens_or_denies_it_may_leave(text: str) -> None:
    assert read_departure(text, DAY).told(TODAY) == "that they may leave"


@pytest.mark.parametrize(
    ("text", "until", "told"),
    [
        ("We are talking to another supplier. We will decide this week.", WEEK, DECIDE),
        ("Wir sprechen mit einem anderen Anbieter und entscheiden diese Woche.", WEEK, DECIDE),
        ("Nous discutons avec un autre fournisseur. Nous décidons cette semaine.", WEEK, DECIDE),
        ("Hablamos con otro proveedor y decidimos esta semana.", WEEK, DECIDE),
        ("Please close our account at the end of the month.", MONTH, "that they are leaving by 30 Nov"),
        ("Bitte schließen Sie unser Konto zum Monatsende.", MONTH, "that they are leaving by 30 Nov"),
        ("Please close our account. We count our stock this week.", None, "that they are leaving"),
    ],
)
def test_the_term_that_they_named_is_told(text: str, until: date | None, told: str) -> None:
    found = read_departure(text, DAY)
    assert (found.until, found.told(TODAY)) == (until, told)


@pytest.mark.parametrize(
    ("text", "until"),
    [
        ("We are talking to another supplier. We will decide by Tuesday.", date(2026, 11, 24)),
        ("We are talking to another supplier and decide on Friday.", date(2026, 11, 20)),
        ("We are talking to another supplier and decide on Wednesday.", DAY),
        ("If this is not solved by Monday, we close our account.", date(2026, 11, 23)),
        ("Wir sprechen mit einem anderen Anbieter und entscheiden bis Dienstag.", date(2026, 11, 24)),
        ("Nous discutons avec un autre fournisseur et décidons mardi.", date(2026, 11, 24)),
        ("Hablamos con otro proveedor y decidimos el miércoles.", DAY),
        ("On Tuesday we moved all our orders to a competitor.", None),
    ],
)
def test_a_day_of_the_week_is_the_next_one_from_the_day_of_the_text(text: str, until: date | None) -> None:
    assert read_departure(text, DAY).until == until


@pytest.mark.parametrize(
    "text",
    [
        "We will decide before Tuesday.",
        "We will decide before next Tuesday.",
        "Wir entscheiden vor Dienstag.",
        "Wir entscheiden vor dem nächsten Dienstag.",
        "Decidimos antes del martes.",
        "Nous décidons avant mardi.",
        "Nous décidons avant mardi prochain.",
        "If this is not solved before Tuesday, we close our account.",
    ],
)
def test_before_a_day_of_the_week_ends_on_the_day_before(text: str) -> None:
    monday = date(2026, 11, 23)
    assert [read_departure(text, day).until for day in (TUESDAY, DAY, monday)] == [monday] * 3


@pytest.mark.parametrize(
    "text",
    [
        "We will decide next Tuesday.",
        "We will decide by next Tuesday.",
        "Wir entscheiden nächsten Dienstag.",
        "Wir entscheiden bis zum kommenden Dienstag.",
        "Decidimos el próximo martes.",
        "Decidimos el martes que viene.",
        "Nous décidons mardi prochain.",
        "Nous décidons d’ici mardi prochain.",
    ],
)
def test_the_next_day_of_a_name_is_never_today(text: str) -> None:
    assert [read_departure(text, day).until for day in (TUESDAY, DAY)] == [date(2026, 11, 24)] * 2


def test_a_term_that_is_over_is_told_as_meant_and_nobody_is_asked_to_come_before_it() -> None:
    found = read_departure("We are talking to another supplier. We will decide by Tuesday.", DAY)
    assert (found.by(date(2026, 11, 24)), found.told(date(2026, 11, 24))) == (
        "before they decide", "that they may leave and will decide by 24 Nov",
    )  # fmt: skip
    assert (found.by(date(2026, 11, 25)), found.told(date(2026, 11, 25))) == (
        "", "that they may leave; they planned to decide by Tue 24 Nov",
    )  # fmt: skip


def test_this_week_said_on_a_sunday_is_the_week_that_begins() -> None:
    sunday = date(2026, 11, 22)
    found = read_departure("We are talking to another supplier. We will decide this week.", sunday)
    assert found.until == date(2026, 11, 29)
    assert found.told(sunday + timedelta(days=2)) == "that they may leave and will decide by 29 Nov"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("The rates are fine.", None),
        ("We are leaving you.", "We are leaving you."),
        (
            "After the last two late deliveries we are talking to another supplier. We will decide this week.",
            "After the last two late deliveries we are talking to another supplier. We will decide this week.",
        ),
        (
            "We will decide this week. After the last two late deliveries we are talking to another supplier.",
            "We will decide this week. After the last two late deliveries we are talking to another supplier.",
        ),
        (
            "We are leaving you. The shirts were nice. We decide this week when.",
            "We are leaving you. … We decide this week when.",
        ),
    ],
)
def test_the_term_is_quoted_with_the_words_of_leaving(text: str, shown: str | None) -> None:
    assert leaving_words(text) == shown


@pytest.mark.parametrize(
    ("title", "text", "leaves"),
    [
        ("Between M and the next", "The M is tight and the L is loose. Which of the two runs true?", False),
        ("Between M and the next", "We are closing our account with you.", True),
        ("Closing our account", "Please confirm when it is done.", True),
        ("Closing our account", None, True),
        (None, "We are closing our account with you.", True),
        (None, None, False),
    ],
)
def test_a_title_is_read_with_its_text(title: str | None, text: str | None, leaves: bool) -> None:
    assert (leaving_words_of(title, text) is not None) is leaves


def test_tickets_never_learnt_from_are_told_by_title_and_text(tell: Tell) -> None:
    told = [
        (mark == "1", leaving_words_of(title, text.replace("\\n", "\n")) is not None)
        for mark, title, text in (line.split("\t") for line in UNSEEN.read_text("utf-8").splitlines())
    ]
    right, false, missed = (told.count(kind) for kind in ((True, True), (False, True), (True, False)))
    tell(f"{len(told)} unseen tickets: {right} of {right + missed} who leave are told of, {false} others are")
    assert right >= 15 and false <= 2


def test_a_long_sentence_that_names_the_term_itself_is_quoted_once() -> None:
    text = (
        "If nothing is put right by the end of the week, we will take our business to some other supplier, as we said."
    )
    said = leaving_words(text)
    assert said is not None and said.count("If nothing") == 1


def test_who_has_decided_does_not_decide_any_more() -> None:
    assert read_departure("Nous avons décidé de mettre fin à notre contrat.", DAY).by(TODAY) == ""
    assert read_departure("Nous décidons cette semaine.", DAY).by(TODAY) == "before they decide"
