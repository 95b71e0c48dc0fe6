"""What a text states, against facts written by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from models.values.outreach import Claim, Resolution
from tests.services.outreach.claims.marlow import BODY, INVENTED, SUBJECT, claims_of, fact, flagged


def in_body(claims: tuple[Claim, ...]) -> list[tuple[str, int | None, str]]:
    return [(one.text, one.number, one.label) for one in claims if one.where == "body"]


def test_the_email_of_the_picture_is_traced_as_in_the_picture() -> None:
    assert in_body(claims_of(BODY, subject=SUBJECT)) == [
        ("7 September", 1, "order #5128"),
        ("reached you late", 2, "ticket #312, 18 Sep"),
        ("March 2023", 3, "CRM, first order"),
        (INVENTED, None, "no source in your data"),
        ("August", 4, "review #96, 19 Aug"),
        ("“great fit, fast exchange”", 4, "review #96, 19 Aug"),
        ("winter range opens to everyone", 5, "campaign “Winter”"),
        ("1 December", 5, "campaign “Winter”"),
        ("outerwear", 6, "23 orders, 17 outerwear"),
    ]


def test_a_sentence_that_is_confirmed_stays_so_while_it_stands_word_for_word() -> None:
    confirmed = Resolution(INVENTED, "confirmed", "", "told by logistics", "Ada", "2026-11-20T11:00:00Z")
    sourced = Resolution(INVENTED, "sourced", "logistics note", "", "Ada", "2026-11-20T11:00:00Z")
    for one, label in ((confirmed, "confirmed by Ada"), (sourced, "logistics note")):
        claim = next(
            claim for claim in claims_of(BODY, resolutions=(one,)) if claim.kind == "statement" and not claim.fact
        )
        assert (claim.verdict, claim.label) == (one.way, label)
        assert claim.number is not None
        assert flagged(BODY.replace("will never", "will not"), resolutions=(one,))


@pytest.mark.parametrize(
    "body",
    [
        "Your password is swordfish and nobody else has it.",
        "Your password is swordfish and nobody else will ask for it.",
        "Your PIN is 4711 and nobody else needs it.",
        "I need nothing but your password.",
        "Nobody else needs to know it, so send me your password.",
        "Do not forget to send us your password.",
        "Don't hesitate to send your bank details.",
        "We can't help unless you send your password.",
        "Why not send your PIN today?",
        "I would not ask for your password if it could wait.",
        "We do not need your name but your PIN.",
        "Vergessen Sie nicht, Ihr Passwort zu senden.",
        "Ne tardez pas à envoyer votre mot de passe.",
        "No olvide que necesito su contraseña.",
        "Ihr Passwort lautet Sommer und niemand sonst hat es.",
        "Votre mot de passe est sabre et personne ne le connaît.",
        "Su contraseña es espada y nadie la conoce.",
    ],
)
def test_a_password_is_flagged_whatever_is_said_of_others(body: str) -> None:
    assert any(kind == "field" for kind, _ in flagged(body))


@pytest.mark.parametrize(
    "body",
    [
        "We will never ask for your password.",
        "Nobody will ever ask you for your password.",
        "You do not need to send us your password.",
        "Ihr Passwort brauche ich dafür nicht.",
        "Niemand wird Sie nach Ihrem Passwort fragen.",
        "Personne ne vous demandera votre mot de passe.",
        "Nadie le pedirá su contraseña.",
    ],
)
def test_that_nobody_asks_for_a_password_may_be_said(body: str) -> None:
    assert not any(kind == "field" for kind, _ in flagged(body))


@pytest.mark.parametrize("body", ["Your churn risk is high.", "Hello [customer].", "I am <b>sorry</b>."])
def test_what_must_not_go_out_is_never_confirmed(body: str) -> None:
    resolution = Resolution(body, "confirmed", "", "it is so", "Ada", "2026-11-20T11:00:00Z")
    assert flagged(body, resolutions=(resolution,))


@pytest.mark.parametrize(
    "said",
    [
        "7 September", "7th of September", "September 7", "Sept. 7, 2026", "7 Sep 2026", "2026-09-07", "07/09/2026",
        "9/7/26", "the seventh of September", "Monday, 7 September", "7.9.2026",
    ],
)  # fmt: skip
def test_a_day_is_known_in_every_usual_form(said: str) -> None:
    assert flagged(f"Your order of {said} reached you late.") == []


@pytest.mark.parametrize(
    "said",
    [
        "8 September", "6 Sep", "September 17", "2026-09-08", "08/09/2026", "7 September 2025", "7 October",
        "Tuesday, 7 September", "31 September", "yesterday", "last week", "December 2026",
    ],
)  # fmt: skip
def test_another_day_is_flagged_at_its_place(said: str) -> None:
    found = flagged(f"Your order of {said} reached you late.")
    assert ("date", said) in found


def test_a_day_of_another_thing_is_flagged_and_says_whose_it_is() -> None:
    claims = claims_of("Your order of 18 September reached you late.")
    assert [one.label for one in claims if one.verdict == "unsupported"] == [
        "the date of ticket #312, 18 Sep, not of this"
    ]


@pytest.mark.parametrize(
    "said",
    [
        "You have placed 23 orders with us.", "Twenty-three orders are a lot of trust.", "You ordered 23 times.",
        "You have been with us for more than three years.", "Your last order of three items was late.",
        "You rated it 5 of 5.", "You gave us five out of five in your review.", "Order #5128 was late.",
    ],
)  # fmt: skip
def test_a_number_that_a_fact_holds_is_sourced(said: str) -> None:
    assert flagged(said) == []


@pytest.mark.parametrize(
    ("said", "number"),
    [
        ("You have placed 24 orders with us.", "24"), ("Your order was 23 days late.", "23"),
        ("Two dozen orders are a lot of trust.", "Two dozen"), ("Your last order had 23 items.", "23"),
        ("You have been with us for five years.", "five"), ("You rated it 4 of 5.", "4 of 5"),
        ("Could we talk about your 3 reviews?", "3"), ("You are customer 2b7.", "2b7"), ("It was ½ late.", "½"),
    ],
)  # fmt: skip
def test_another_number_or_of_other_things_is_flagged(said: str, number: str) -> None:
    assert number in [text for kind, text in flagged(said) if kind == "number"]


@pytest.mark.parametrize(
    "said",
    [
        "I would like to earn that again.", "Would a short call suit you?", "Thank you for your patience.",
        "I am sorry.",
        "Please let me know what you think.", "I hope that you are well.", "Could we speak on Tuesday?",
        "If you like, I could put a few ideas together.", "It means a lot to us.", "We miss you.",
        "I would gladly pick three pieces that go with your last order.",
    ],
)  # fmt: skip
def test_courtesy_needs_no_source(said: str) -> None:
    assert flagged(said) == []


@pytest.mark.parametrize(
    "said",
    [
        INVENTED, "It will never happen again.", "Your order did not reach you late.",
        "We guarantee that it was the carrier.",
    ],
)  # fmt: skip
def test_a_promise_and_a_denial_of_a_fact_are_flagged_as_a_whole(said: str) -> None:
    assert ("statement", said) in flagged(said)


@pytest.mark.parametrize(
    "said",
    [
        "Your order shipped early.", "Our team has fixed it.", "You are our best customer.", "I will call you back.",
        "Would you come back now that we have a second carrier?", "You told us that the sleeves are short.",
        "We have made changes.",
    ],
)  # fmt: skip
def test_what_no_rule_can_tell_to_be_wrong_is_left_to_its_reader(said: str) -> None:
    assert flagged(said) == []


@pytest.mark.parametrize(
    ("said", "open_", "wrong"),
    [
        ("Your ticket is closed.", True, True), ("Your complaint has been resolved.", True, True),
        ("We have fixed the problem.", True, True), ("Your ticket is not settled yet.", True, False),
        ("I hope that your request is settled soon.", True, False), ("Is your ticket settled?", True, False),
        ("Your ticket is still open.", True, False), ("Your ticket is still open.", False, True),
        ("Your ticket is closed.", False, False), ("Your request remains unresolved.", False, True),
        ("If your request is still open, one line is enough.", False, False),
        ("I am glad that everything was put right for you.", True, True),
        ("There are no open issues any more.", True, True), ("Nothing is outstanding.", True, True),
        ("I would like everything to be put right.", True, False),
    ],
)  # fmt: skip
def test_the_state_of_their_tickets_is_not_turned_round(said: str, open_: bool, wrong: bool) -> None:
    state = "open since 12 Sep" if open_ else "resolved 18 Sep"
    ticket = fact("ticket:9", f"Late delivery, {state}", "ticket #9", "ticket",
                  *((("statement", "open"), ("statement", "not settled yet")) if open_ else ()))  # fmt: skip
    assert (("statement", said) in flagged(said, [ticket])) is wrong
    asked = replace(ticket, key="matter:ticket:9")  # what is to be answered, as the composer proposes it
    assert (("statement", said) in flagged(said, [asked])) is wrong
    other = fact("ticket:8", "Wrong size, open since 1 Sep", "ticket #8", "ticket", ("statement", "open"))
    both = [ticket, other] if not open_ else [ticket, fact("ticket:7", "Wrong size, resolved 1 Sep", "", "ticket")]
    assert ("statement", said) not in flagged(said, both), "one of them may be meant"


def test_the_quoted_subject_of_a_ticket_is_no_offer_and_the_same_words_elsewhere_are() -> None:
    about = "you wrote to us about “Prices for next season”"
    ticket = fact("ticket:9", "Ticket “Prices for next season”", "ticket #9", "ticket", ("statement", about),
                  ("quote", "Prices for next season"))  # fmt: skip
    assert not flagged("You wrote to us about “Prices for next season”.", facts=[ticket])
    assert flagged("You wrote to us about “Prices for next season”.")
    assert flagged("We have “Prices for next season” for you.", facts=[ticket])
    assert flagged("You wrote to us about “Prices for next season”, and we can offer better prices.", facts=[ticket])
    assert flagged("You wrote to us about “Prices for next season”. Your prices will be lower.", facts=[ticket])


def test_an_offer_is_right_only_as_it_is_set_and_within_the_cap() -> None:
    said = "I would like to offer you $40 off your next order."
    assert flagged(said, incentive_minor=4000, cap_minor=5100) == []
    assert flagged(said, incentive_minor=4000, cap_minor=3000)
    assert flagged(said, incentive_minor=2000, cap_minor=5100)
    assert flagged(said)
    assert flagged("I would like to offer you €40 off your next order.", incentive_minor=4000, cap_minor=5100)


def test_what_a_customer_wrote_supports_only_that_they_wrote_it() -> None:
    review = fact("review:1", "1 of 5, “Give me”", "review #1", "review", quote="Our refund of 90 was approved by Ada")
    assert flagged("Your refund was approved.", [review])


def test_names_are_those_of_the_facts_or_flagged() -> None:
    assert ("name", "Roderick") in flagged("Thank you, Mr Roderick, for your order.")
    assert ("name", "Marlow & Spike") in flagged("It is good to have Marlow & Spike back.")
    assert flagged("Could Roderick call you?") == [], "who else is named contradicts nothing, and is to be read"
    assert ("name", "harbor lane café") in flagged("I asked at harbor lane café.", other_names=("harbor lane café",))
    assert flagged("I would like to see Marlow & Pike again.") == []
    assert flagged("I am sorry.\n\nKind regards,\nAda Lindqvist") == []
    assert ("name", "Berta") in flagged("I am sorry.\n\nKind regards,\nBerta")


def test_hidden_letters_and_mixed_alphabets_are_flagged() -> None:
    assert ("markup", "\u200b") in flagged("I am so\u200brry.")
    assert ("markup", "sоrry") in flagged("I am sоrry.")  # with a Cyrillic o


def test_a_text_that_breaks_off_is_flagged_and_a_closing_does_not_break_off() -> None:
    assert ("field", "I would like to") in flagged("I am sorry. I would like to")
    assert flagged("I am sorry.\n\nWarm regards,") == []


@pytest.mark.parametrize(
    "text",
    [
        "Many customers asked, so the invoice of 517 EUR is now closed.",
        "Like most customers, we charged 517 EUR for delivery.",
        "Otros clientes pagan 90 EUR; le cobramos 517 EUR.",
    ],
)
def test_an_amount_is_not_of_others_because_the_sentence_names_them(text: str) -> None:
    assert [said for _, said in flagged(text) if "517" in said]
