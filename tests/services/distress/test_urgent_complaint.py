"""Urgent complaints, on texts by outsiders that were not learnt from, and on ordinary ones."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from services.distress.urgent_complaint import urgent_complaint
from tests.measured import Tell

OUTSIDERS = Path(__file__).parents[2] / "fixtures" / "outsider"


def test_an_outsiders_texts_are_read_as_well_as_documented(tell: Tell) -> None:
    lines = (OUTSIDERS / "anger.jsonl").read_text(encoding="utf-8").splitlines()
    texts = [json.loads(line) for line in lines]
    said = [urgent_complaint(". ".join(filter(None, (one["title"], one["text"])))) is not None for one in texts]
    told = [(one["presses"], found) for one, found in zip(texts, said, strict=True)]
    right = told.count((True, True))
    tell(f"right {right} of {right + told.count((False, True))}, found of {right + told.count((True, False))}")
    assert right >= 0.85 * (right + told.count((False, True)))
    assert right >= 0.6 * (right + told.count((True, False)))


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "?!",
        "Please call me today. Thank you!",
        "Please check the SAP and ERP interface now, we need it by tomorrow.",
        "PO 4711: EUR pallets DAP Hamburg, please confirm by tomorrow, we need the CMR today.",
        "Our oven order is still waiting for dispatch. We need a delivery date today, please.",
        "the account is locked. I need to reset my password today.",
        "The boiler at our school is due for service, we need a date by tomorrow please.",
        "Нужен счёт СЕГОДНЯ, спасибо",
        "PLEASE NOTE our new address from MONDAY. Deliveries for the CLINIC must arrive today, please confirm now.",
        "DELIVERY ADDRESS for the CLINIC: 4 Mill Lane. Please confirm today that it arrives by noon, we need it now.",
        "REMINDER: Order 5512 for the HOSPITAL must arrive today. Please confirm NOW by email.",
        "BITTE BEACHTEN: Neue Adresse ab MONTAG. Was für die KLINIK ist, muss heute ankommen, bitte jetzt bestätigen.",
        "AVISO IMPORTANTE: nueva dirección desde el LUNES. Las de la CLÍNICA deben llegar hoy, confirmen ahora.",
        "The worst meal of my life.",
        "> Nobody answers. Call me NOW!\nSee their mail above, I have solved it.",
    ],
)
def test_haste_or_anger_alone_is_no_urgent_complaint(text: str | None) -> None:
    assert urgent_complaint(text) is None


def test_the_sentences_that_need_a_person_most_are_quoted() -> None:
    told = "Our line has stood still since Monday. Nobody answers the phone."
    assert urgent_complaint(f"We ordered on the 3rd. The colour is red. {told} Kind regards, Ann.") == told
