"""By which day a customer asks for an answer, in four languages."""

from __future__ import annotations

from datetime import date

import pytest

from services.distress.answer_day import read_answer_day

#: A Wednesday.
DAY = date(2026, 11, 18)


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("Please reply by Friday.", (11, 20)),
        ("can u fix it before fri pls", (11, 19)),
        ("We need this sorted within two days.", (11, 20)),
        ("I want the refund by 30 November or I call my bank.", (11, 30)),
        ("You have until the end of the month to put this right.", (11, 30)),
        ("If I don't hear from you in 48 hours I go to the press.", (11, 20)),
        ("Call me today please, it's leaking.", (11, 18)),
        ("I need somebody here by 5 pm today.", (11, 18)),
        ("Our event starts Friday morning, so we need the chairs by tomorrow night.", (11, 19)),
        ("Get back to me by Monday 9am.", (11, 23)),
        ("Must be here before 2 December.", (12, 1)),
        ("Please confirm by the 15th.", (12, 15)),
        ("An answer next week is fine, but please do answer.", (11, 27)),
        ("within 5 working days please", (11, 25)),
        ("Saturday is the deadline, no ifs.", (11, 21)),
        ("Could someone ring me by Tuesday lunchtime?", (11, 24)),
        ("I expect your answer in a week.", (11, 25)),
        ("Bitte melden Sie sich bis Freitag, sonst geht das zum Anwalt.", (11, 20)),
        ("Ich brauche das Ersatzteil bis morgen.", (11, 19)),
        ("Wir setzen Ihnen eine Frist bis zum 27.11.2026.", (11, 27)),
        ("Bitte innerhalb von 48 Stunden antworten.", (11, 20)),
        ("Ich erwarte Ihre Antwort binnen einer Woche.", (11, 25)),
        ("Brauche heute noch Bescheid!", (11, 18)),
        ("Das muss bis Ende nächster Woche erledigt sein.", (11, 27)),
        ("Vor Montag muss das laufen, bitte.", (11, 22)),
        ("Spätestens am Dienstag will ich eine Lösung.", (11, 24)),
        ("Bitte bis zum 5. Dezember erledigen.", (12, 5)),
        ("Merci de me répondre avant samedi.", (11, 20)),
        ("Je veux une réponse sous 48 heures.", (11, 20)),
        ("Il faut que ce soit réglé d'ici la fin du mois.", (11, 30)),
        ("Rappelez-moi demain svp", (11, 19)),
        ("J'attends votre retour pour mardi au plus tard.", (11, 24)),
        ("Vous avez jusqu'au 25 novembre pour me rembourser.", (11, 25)),
        ("Merci de livrer cette semaine.", (11, 20)),
        ("Necesito una respuesta antes del sábado.", (11, 20)),
        ("Quiero una solución en 48 horas.", (11, 20)),
        ("Tiene que estar arreglado antes de fin de mes.", (11, 30)),
        ("llámenme mañana por favor", (11, 19)),
        ("Lo necesito para el martes a más tardar.", (11, 24)),
        ("Tienen hasta el 25 de noviembre para devolverme el dinero.", (11, 25)),
        ("Respondan esta semana, por favor.", (11, 20)),
        ("By tomorrow or I cancel.", (11, 19)),
        ("by friday eod thx", (11, 20)),
    ],
)
def test_the_last_day_in_time_is_read_where_something_is_asked_by_it(text: str, last: tuple[int, int]) -> None:
    assert read_answer_day(text, DAY) == date(2026, *last)


@pytest.mark.parametrize(
    "text",
    [
        "It came on Monday, two days late.",
        "You said it would be here by Friday. That was three weeks ago.",
        "I have been waiting since last Tuesday.",
        "We're open until 6 pm and closed on Sunday.",
        "Please call me.",
        "Have a good weekend, see you on Monday",
        "Thanks for your call today.",
        "I'll send you the photos tomorrow.",
        "Your advert says delivery within 24 hours. Mine took nine days.",
        "Heute kam das Paket, leider kaputt.",
        "Ich bin bis Freitag im Urlaub.",
        "Die Ware sollte bis Montag da sein, war sie aber nicht.",
        "Bis morgen!",
        "Wir melden uns bis Freitag bei Ihnen.",
        "J'ai reçu le colis aujourd'hui, il est cassé.",
        "Le magasin est ouvert jusqu'à vendredi.",
        "Vous aviez promis une réponse avant lundi.",
        "À demain, bonne soirée",
        "Hoy llegó roto.",
        "Estamos de vacaciones hasta el lunes.",
        "Me dijeron que llegaba antes del viernes.",
        "Esta semana ha ido todo bien, gracias.",
        "The offer ended before I could order. It was good until Tuesday.",
        "My order from this week is fine, please send the invoice.",
        "Every week the same trouble, please do something.",
        "The washing machine has run for 3 years, please send a part.",
        "Please note: our office moves on 3 December.",
        "I arrive Friday and leave Sunday, could you book me a room?",
    ],
)
def test_days_that_are_over_opening_hours_and_greetings_are_no_limit(text: str) -> None:
    assert read_answer_day(text, DAY) is None


def test_what_they_call_the_latest_day_counts_before_what_they_would_like() -> None:
    text = "It would help to hear from you by Friday. Tuesday is the absolute deadline."
    assert read_answer_day(text, DAY) == date(2026, 11, 24)


def test_a_date_without_its_year_is_the_next_one_and_a_day_that_does_not_exist_is_none() -> None:
    assert read_answer_day("Please answer by 5 January.", DAY) == date(2027, 1, 5)
    assert read_answer_day("Please answer by 31 June.", DAY) is None


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("I need a reply by Monday the 30th.", (2026, 11, 30)),
        ("Please answer by Wednesday 25 November.", (2026, 11, 25)),
        ("We need it by Friday, November 27th, please.", (2026, 11, 27)),
        ("Bitte bis Montag, den 30. November antworten.", (2026, 11, 30)),
        ("Merci de me répondre avant lundi 30.", (2026, 11, 29)),
        ("Get back to me by Monday 9 am.", (2026, 11, 23)),
        ("Please send it by Monday, 3 of us are waiting.", (2026, 11, 23)),
    ],
)
def test_the_number_beside_a_week_day_says_which_one(text: str, last: tuple[int, int, int]) -> None:
    assert read_answer_day(text, DAY) == date(*last)


def test_the_week_day_of_today_is_that_of_next_week_unless_they_say_today() -> None:
    assert read_answer_day("Please reply by Wednesday.", DAY) == date(2026, 11, 25)
    assert read_answer_day("Please reply today, Wednesday.", DAY) == DAY
    assert read_answer_day("Please reply before Thursday.", DAY) == DAY


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("Please answer by 11/30/2026.", (2026, 11, 30)),
        ("Please answer by 11/30.", (2026, 11, 30)),
        ("Please answer by 12/01/2026.", (2026, 12, 1)),
        ("Please answer by 03/12/2026.", (2026, 12, 3)),
        ("Please answer by December 31, 2027.", (2027, 12, 31)),
        ("Bitte bis zum 5. Januar 2028 antworten.", (2028, 1, 5)),
        ("Bitte bis zum 27.11.26 antworten.", (2026, 11, 27)),
        ("Bitte bis zum 30. Januar antworten.", (2027, 1, 30)),
    ],
)
def test_the_year_is_the_one_they_write_and_a_day_no_month_has_stands_second(
    text: str, last: tuple[int, int, int]
) -> None:
    assert read_answer_day(text, DAY) == date(*last)


def test_a_year_that_is_over_and_a_time_of_day_set_no_limit() -> None:
    assert read_answer_day("Please answer by 5 January 2026.", DAY) is None
    assert read_answer_day("Please answer by 5.30.", DAY) is None


def test_what_is_quoted_names_no_day() -> None:
    assert read_answer_day("Thank you.\n> Please answer by Friday.", DAY) is None
