"""What a customer who leaves asks for, and until when, in the four languages that words of leaving are known in."""

from __future__ import annotations

from datetime import date

import pytest

from services.distress.departure import read_departure
from services.distress.matters import Matter
from services.outreach.facts.leaving import Leaving, read_leaving

TODAY = date(2026, 11, 20)
DAY = date(2026, 11, 16)
CLOSE = "you want to close your account"
END = "you want to end your contract"
COMPARE = "you are talking to another supplier"
MOVE = "you are moving to another supplier"


def leaving(text: str, day: date = DAY) -> Leaving:
    return read_leaving(
        Matter("leaving", "conversations", 1, day, text=text, departure=read_departure(text, day)), TODAY
    )


@pytest.mark.parametrize(
    ("text", "asked", "by"),
    [
        ("Please close our account at the end of the month.", CLOSE, "before the end of the month"),
        ("Bitte schließen Sie unser Konto zum Monatsende.", CLOSE, "before the end of the month"),
        ("Wir möchten unser Konto auflösen.", CLOSE, ""),
        ("Merci de fermer notre compte à la fin du mois.", CLOSE, "before the end of the month"),
        ("Por favor, cierren nuestra cuenta a finales de mes.", CLOSE, "before the end of the month"),
        ("We are cancelling our contract.", END, ""),
        ("Hiermit kündigen wir den Vertrag.", END, ""),
        ("Nous résilions l'abonnement.", END, ""),
        ("Vamos a cancelar la suscripción.", END, ""),
        ("We are talking to another supplier and will decide this week.", COMPARE, "before you decide"),
        ("Wir sprechen mit einem anderen Anbieter und entscheiden diese Woche.", COMPARE, "before you decide"),
        ("Nous discutons avec un autre fournisseur.", COMPARE, ""),
        ("Estamos hablando con otro proveedor.", COMPARE, ""),
        ("We are moving to another supplier.", MOVE, ""),
        ("Wir wechseln zu einem anderen Anbieter.", MOVE, ""),
        ("Nous passons chez un autre fournisseur.", MOVE, ""),
        ("Nos cambiamos a otro proveedor.", MOVE, ""),
        ("We are not happy with how things go.", "", ""),
        ("Wenn das so bleibt, kündigen wir den Vertrag.", "", ""),
        ("Si cela continue, nous fermons notre compte.", "", ""),
    ],
)
def test_what_is_asked_for_is_taken_up(text: str, asked: str, by: str) -> None:
    found = leaving(text)
    assert (found.asked, found.by) == (asked, by)


def test_the_end_of_a_month_that_is_over_is_no_day_to_call_before() -> None:
    assert leaving("Please close our account at the end of the month.", date(2026, 10, 30)).by == ""


def test_the_trouble_that_they_name_goes_with_it() -> None:
    assert leaving("Late deliveries again: please close our account.").trouble == "the late deliveries"
    assert leaving("A late delivery: please close our account.").trouble == "the late delivery"
    assert leaving("Poor quality, twice: please close our account.").trouble == "the poor quality"
    assert leaving("Late deliveries again.").trouble == ""


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("Could you shut our account down once the last invoice has cleared?", CLOSE),
        ("Bitte löschen Sie unser Kundenkonto.", CLOSE),
        ("Merci de clôturer notre compte.", CLOSE),
        ("Quisiera dar de baja nuestra cuenta.", CLOSE),
        ("We are talking to two of your competitors.", COMPARE),
        ("We are switching to a cheaper provider.", MOVE),
        ("We're moving to a new building and will not need you there.", ""),
        ("I was talking to your driver, and we have had enough.", ""),
        ("If this happens again we close our account.", ""),
        ("If this happens again,\nwe close our account.", ""),
        ("Fix this by Friday. Otherwise we close our account.", ""),
        ("Please close our account. If you need the customer number, call me.", CLOSE),
        ("If only it had worked! We are moving to another supplier.", MOVE),
        ("Hiermit kündigen wir den Vertrag. Wenn Sie Fragen haben, rufen Sie an.", END),
        ("Nous résilions l'abonnement. Appelez-moi si besoin.", END),
        ("Sí, queremos cancelar el contrato.", END),
        ("Si no lo arreglan, vamos a cancelar el contrato.", ""),
    ],
)
def test_what_they_ask_for_is_told_back_only_where_they_said_it(text: str, asked: str) -> None:
    assert leaving(text).asked == asked
