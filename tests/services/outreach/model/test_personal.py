"""What is personal by its form is found, business is left alone, and what is doubtful does not leave."""

from __future__ import annotations

import re

import pytest

from models.store import connect
from models.store.schema import create_schema
from services.outreach.model.masking import Mask, mask_for
from services.outreach.model.personal import doubt


@pytest.fixture(scope="module")
def mask() -> Mask:
    """The table of an empty book: what is found is found by its form."""
    driver = connect(":memory:")
    create_schema(driver, 1)
    return mask_for(driver, 1, "Ada Quist")


def hidden(mask: Mask, text: str) -> str:
    masked = mask.hide(text)
    assert mask.show(masked) == text.replace("<", "‹")
    return re.sub(r"\[([a-z ]+?) \d+\]", r"[\1]", masked)


PERSONAL = {
    # cards
    "my card 4111 1111 1111 1111 was charged": "my card [card] was charged",
    "card 4111-1111-1111-1111": "card [card]",
    "5555555555554444 twice": "[card] twice",
    "Amex 3782 822463 10005": "Amex [card]",
    "with 4111 1111 1111 1112 (a slip)": "with [number] (a slip)",
    # accounts
    "IBAN DE89 3704 0044 0532 0130 00 please": "IBAN [account] please",
    "GB82WEST12345698765432": "[account]",
    "refund to FR14 2004 1010 0505 0001 3M02 606, thanks": "refund to [account], thanks",
    "es91 2100 0418 4502 0005 1332": "[account]",
    "DE88 3704 0044 0532 0130 00 is mine": "[account] is mine",
    # documents
    "passport no. 533380006": "passport no. [number]",
    "my passport number is C01X00T47": "my passport number is [document]",
    "Reisepass C01X00T47": "Reisepass [document]",
    "passeport 12AB34567": "passeport [document]",
    "pasaporte AAA123456": "pasaporte [document]",
    "DNI 12345678Z": "DNI [document]",
    "my driving licence MORGA 657054 SM9": "my driving licence MORGA [document]",
    "P<UTOERIKSSON<<ANNA<MARIA": "[document]",
    # days of birth
    "I was born on 3 May 1980": "I was born on [birth date]",
    "date of birth: 12/03/1999": "date of birth: [birth date]",
    "DOB 1980-03-12": "DOB [birth date]",
    "my birthday is March 12": "my birthday is [birth date]",
    "geboren am 3. Mai 1980": "geboren am [birth date]",
    "geb. 03.05.80": "geb. [birth date]",
    "née le 3 mai 1980": "née le [birth date]",
    "date de naissance 03/05/1980": "date de naissance [birth date]",
    "nacida el 3 de mayo de 1980": "nacida el [birth date]",
    "fecha de nacimiento: 03-05-1980": "fecha de nacimiento: [birth date]",
    "on 3 May 1980 I was born": "on [birth date] I was born",
    "born in 1980": "born in [birth date]",
    "it says 12.03.1980": "it says [birth date]",
    # streets
    "12 Harbour Street, Flat 3": "[address]",
    "send it to 12 harbour street": "send it to [address]",
    "Harbour Street 12 is ours": "[address] is ours",
    "221B Baker St.": "[address]",
    "Hauptstraße 12a": "[address]",
    "hauptstr. 12": "[address]",
    "an die 12 Hauptstraße": "an die [address]",
    "Lange Straße 5": "[address]",
    "Am Markt 3": "[address]",
    "Unter den Linden 77": "[address]",
    "Kurfürstendamm 21": "[address]",
    "12 rue de la Paix": "[address]",
    "12 bis, avenue des Champs-Élysées": "[address]",
    "5 rue victor hugo": "[address]",
    "rue de la Paix 12": "[address]",
    "Calle Mayor, 5": "[address]",
    "c/ Alcalá 45": "[address]",
    "Avenida de la Constitución 3": "[address]",
    "5 Calle Mayor": "[address]",
    "Via Roma 10": "[address]",
    "10, via Garibaldi": "[address]",
    "PO Box 1234": "[address]",
    "Postfach 1234": "[address]",
    # spelt-out addresses
    "anna at example dot com": "[email]",
    "write to anna (at) example (dot) com": "write to [email]",
    "anna @example.com": "[email]",
    "ring 030.12.12.1234": "ring [phone]",
    "anna dot berg at example dot co dot uk": "[email]",
    "anna ät example punkt de": "[email]",
    "anna arobase example point fr": "[email]",
    "ana arroba example punto es": "[email]",
    "anna @ example . com": "[email]",
    "anna at example.com": "[email]",
    "we are @lindenshop": "we are [handle]",
    # people
    "my name is anna berg": "my name is [person] berg",
    "Ich heiße Jürgen Wohlfahrt": "Ich heiße [person]",
    "ask Mrs Abernathy": "ask Mrs [person]",
    "Frau Wohlfahrt war da": "Frau [person] war da",
    "Mme Dubois a dit": "Mme [person] a dit",
    "Late again. Regards, Jo Bell": "Late again. Regards, [person]",
    "和王先生说": "[person]先生说",
    "Rose called. Gold wants more.": "[person] called. [person] wants more.",
    "Ask Art about it": "Ask [person] about it",
    "Support called": "Support called",
    "born on the second of May nineteen eighty-four, regular": "born on [birth date], regular",
}


@pytest.mark.parametrize(("text", "expected"), PERSONAL.items(), ids=list(PERSONAL))
def test_what_is_personal_by_its_form_is_hidden(mask: Mask, text: str, expected: str) -> None:
    assert hidden(mask, text) == expected
    assert not doubt(mask.hide(text)), "it is hidden, and nothing else in it is doubtful"


@pytest.mark.parametrize(
    "text",
    [
        "The parcel came three days late and two boxes were wet.",
        "We ordered 12 jackets and 3 coats for $1,250.00 in March 2026.",
        "During 12 months nothing happened; in Spring 2026 we ordered again.",
        "Wir haben im Mai 2026 bestellt, am Montag kamen 12 Kartons.",
        "Am Montag 12 Stück, im Schnitt 14.",
        "La commande de 12 chemises est arrivée le 3 mars 2026.",
        "El pedido de 12 camisas llegó el 3 de marzo de 2026, por 1.250 €.",
        "It was shipped via UPS on 12 May and via DHL 2 days later.",
        "Reset my password, please, and check the card reader.",
        "The passport cover and the card holder are great.",
        "At this point in time we wait; you will place 12 orders more.",
        "2026-09-07, 07/09/2026, 7.9.2026 and 2026-09-07 12 items",
        "It took one or two weeks, three at most.",
        "5 of 5, 72 %, 4.5 stars, size 3XL, 10-12 days, 24/7",
        "Happy birthday to your shop! A great anniversary sale.",
        "I would buy it again at any time.",
        "Im Sommer 2025 war alles besser; from 2019-2024 we bought from you.",
    ],
)
def test_business_is_left_as_it_is(mask: Mask, text: str) -> None:
    assert hidden(mask, text) == text
    assert not doubt(text)


@pytest.mark.parametrize(
    "text",
    [
        "call me on five five five oh one double eight",
        "meine Nummer ist null eins sieben zwei drei vier",
        "mon numéro: zéro six un deux trois quatre",
        "a-n-n-a-b at the usual place",
        "the password is Winter2026",
        "PIN: 4711",
        "mi contraseña es gato",
        "my passport number is see attachment",
        "write to anna at example, dot com I mean",
        "it is 12 34 56 7 with the area code",
    ],
)
def test_what_cannot_be_hidden_surely_is_doubtful(mask: Mask, text: str) -> None:
    masked = mask.hide(text)
    assert doubt(masked) or "[phone" in masked
