"""Words of leaving, on texts that the weights were learnt without, by writers who knew nothing of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from services.distress.departure import leaving_words_of
from services.distress.leaving_words import says_leaving
from services.distress.weighed_words import features
from tests.measured import Tell

TEXTS = Path(__file__).parents[2] / "fixtures" / "leaving"


@pytest.mark.parametrize(
    ("name", "precision", "recall"),
    [
        ("second_outsider.tsv", 0.88, 0.80),
        ("fresh_everyday.tsv", 0.93, 0.76),
        ("unseen_kinds.tsv", 0.95, 0.76),
        ("unseen.tsv", 0.90, 0.60),
        ("unseen_everyday.tsv", 0.80, 0.58),
    ],
)
def test_texts_never_learnt_from_are_told_as_well_as_documented(name: str, precision: float, recall: float) -> None:
    lines = (line.split("\t") for line in (TEXTS / name).read_text(encoding="utf-8").splitlines())
    told = [(mark == "1", says_leaving(text.replace("\\n", "\n")) is not None) for _, mark, text, *_kind in lines]
    right = told.count((True, True))
    assert right >= precision * (right + told.count((False, True)))
    assert right >= recall * (right + told.count((True, False)))


def test_texts_of_a_third_outsider_are_read_with_title_and_rating_as_well_as_documented(tell: Tell) -> None:
    lines = (TEXTS.parent / "outsider" / "leaving.jsonl").read_text(encoding="utf-8").splitlines()
    texts = [json.loads(line) for line in lines]
    told = []
    for one in texts:
        titled = (one["title"], one["text"]) if one["kind"] in ("email", "ticket", "review") else (one["text"],)
        found = leaving_words_of(*titled, rated_well=one["kind"] == "review" and (one["rating"] or 0) >= 4)
        told.append((one["how"], one["leaves"], found is not None))
    by_kind: dict[str, list[bool]] = {}
    for how, leaves, said in told:
        by_kind.setdefault(how if leaves else "others", []).append(said)
    for how, said in by_kind.items():
        tell(f"{how}: {sum(said)} of {len(said)} found")
    right = sum(leaves and said for _, leaves, said in told)
    assert right >= 0.90 * sum(said for *_, said in told)
    assert right >= 0.86 * sum(leaves for _, leaves, _ in told)


@pytest.mark.parametrize(("name", "most", "least"), [("denials.jsonl", 7, 50), ("denials_second.jsonl", 12, 38)])
def test_denials_by_outsiders_are_read_as_well_as_documented(name: str, most: int, least: int, tell: Tell) -> None:
    lines = (TEXTS.parent / "outsider" / name).read_text(encoding="utf-8").splitlines()
    told = [(one["leaves"], says_leaving(one["text"]) is not None) for one in map(json.loads, lines)]
    false, found = told.count((False, True)), told.count((True, True))
    tell(f"{false} of {sum(not leaves for leaves, _ in told)} denials read as leaving, {found} of 60 who leave found")
    assert false <= most and found >= least


def test_the_sentence_that_decides_is_the_one_that_is_shown() -> None:
    lines = (TEXTS.parent / "outsider" / "quotes.jsonl").read_text(encoding="utf-8").splitlines()
    texts = [json.loads(line) for line in lines]
    leaving = [one for one in texts if one["kind"] in ("leaving", "may leave")]
    shown = [(says_leaving(one["text"]), one["deciding"]) for one in leaving]
    assert len([said for said, _ in shown if said]) >= 10
    assert all(said == deciding for said, deciding in shown if said)
    assert sum(says_leaving(one["text"]) is not None for one in texts if one not in leaving) <= 2


def test_no_text_that_is_measured_on_was_learnt_from() -> None:
    def texts(*names: str) -> set[str]:
        return {line.split("\t")[2] for name in names for line in (TEXTS / name).read_text("utf-8").splitlines()}

    everyday = ("everyday.tsv", "more_everyday.tsv")
    varied = ("varied_a.tsv", "varied_b.tsv", "varied_c.tsv", "outsider.tsv")
    learnt = texts(*everyday, "neighbours.tsv", "plain.tsv", "denials.tsv", *varied)
    assert len(learnt) > 9_000
    held_out = texts("held_out.tsv", "held_out_hard.tsv", "held_out_short.tsv")
    unseen = texts("second_outsider.tsv", "fresh_everyday.tsv", "unseen_kinds.tsv", "unseen.tsv", "unseen_everyday.tsv")
    assert learnt.isdisjoint(held_out | unseen)


@pytest.mark.parametrize(
    "text",
    [
        "We are cancelling our contract.",
        "We will leave.",
        "Please close our account.",
        "We will not renew.",
        "Wir kündigen zum Jahresende.",
        "Wir wechseln den Anbieter.",
        "Nous résilions notre contrat.",
        "Nous ne renouvellerons pas.",
        "Nos vamos con otro proveedor.",
        "No vamos a renovar el contrato.",
    ],
)
def test_the_plainest_words_need_nothing_around_them(text: str) -> None:
    assert says_leaving(text) == text


def test_a_text_is_read_by_its_words_their_beginnings_and_pairs() -> None:
    assert features("Wir kündigen!") == {*("wir", "kundigen", "!", "_kundi"), *("wir kundigen", "kundigen !")} | {
        *("~wir kundi", "~kundi !", ".wir !", "@WE", "@CANCEL", "@WE CANCEL", "@{CANCEL WE"),
    }


def test_what_is_denied_is_told_from_what_is_said() -> None:
    for text in ("We do not cancel", "Wir kündigen nicht", "Nous ne résilions pas", "No cancelamos"):
        assert "@¬CANCEL" in features(text)
        assert "@CANCEL" not in features(text)
    assert "@CANCEL" in features("It is not the price, we cancel")
    assert "@CANCEL" in features("You did not answer so we cancel")


@pytest.mark.parametrize(
    ("denial", "leaving"),
    [
        ("We are not cancelling.", "We are cancelling."),
        ("I won't close the account.", "I will close the account."),
        ("We have no intention of leaving you.", "We have no intention of staying with you."),
        ("Ich kündige nicht.", "Ich kündige."),
        ("Wir beenden den Vertrag nicht.", "Wir beenden den Vertrag."),
        ("Nous ne résilions pas.", "Nous ne renouvelons pas."),
        ("Il n'est pas question de partir.", "Il n'est pas question de rester."),
        ("No vamos a cancelar.", "No vamos a renovar."),
        ("No nos vamos.", "Nos vamos."),
    ],
)
def test_who_denies_that_they_leave_does_not_leave(denial: str, leaving: str) -> None:
    assert says_leaving(denial) is None
    assert says_leaving(leaving) == leaving


def test_what_a_word_means_is_the_same_in_each_language_and_misspelt() -> None:
    said = ("We cancel the contract", "Wir kündigen den Vertrag", "cancelr contarct")
    assert all({"@CANCEL", "@CONTRACT", "@CANCEL CONTRACT"} <= features(text) for text in said)
    assert "@FINAL" not in features("Schlüssel")


def test_the_sentence_is_quoted_as_it_was_written() -> None:
    text = "Hallo,\ndas Paket ist wieder zu spät. Ich KÜNDIGE hiermit!  Grüße"
    assert says_leaving(text) == "Ich KÜNDIGE hiermit!"
    assert len(says_leaving("We are leaving because " + "of this " * 80) or "") <= 300
    asked = (
        "We are talking to another supplier, and if the second delivery is as late as the first one was, we will leave."
    )
    assert says_leaving(f"Dear all. {asked} Yours, Ida") == asked


@pytest.mark.parametrize(
    "text",
    [
        "Thanks!\n> We are cancelling our contract.",
        "See below.\n-----Original Message-----\nWe are leaving you.",
        "Hallo\nAm 3. März 2026 schrieb Newsletter:\nWir kündigen!",
        "Your mail says “cancel your subscription today”, is it real?",
        "",
    ],
)
def test_what_is_quoted_or_forwarded_is_not_theirs(text: str) -> None:
    assert says_leaving(text) is None


@pytest.mark.parametrize(
    ("text", "leaves"),
    [
        ("If anything is unclear, ring Tom.", False),
        ("If the price goes up again we will look for someone else.", True),
        ("Wenn Sie in der Nähe sind, schauen Sie vorbei.", False),
        ("Sagen Sie uns, falls der Schlüssel nicht ankommt.", False),
        ("Wenn das so bleibt, kündigen wir den Vertrag.", True),
        ("Si le temps le permet, nous passons lundi.", False),
        ("Si les prix augmentent encore, nous changerons de fournisseur.", True),
        ("Si el tiempo acompaña, recogemos el lunes.", False),
        ("Si vuelven a subir los precios, nos vamos con otro proveedor.", True),
    ],
)
def test_a_condition_is_a_threat_only_with_words_of_leaving(text: str, *, leaves: bool) -> None:
    assert (says_leaving(text) is not None) is leaves


@pytest.mark.parametrize(
    "asked",
    [
        "A customer has asked me where the wool of the Alder merino crew comes from.",
        "Eine unserer Kundinnen fragt, ob wir zu einem anderen Lieferanten wechseln.",
        "Un de nos clients demande s'il peut résilier chez vous.",
        "Un client me demande comment résilier son extension de garantie.",
        "Un cliente nuestro pregunta cómo darse de baja.",
        "Una clienta nos ha preguntado si puede cancelar su contrato con vosotros.",
    ],
)
def test_what_a_shop_is_asked_by_its_own_customers_is_not_its_own_word(asked: str) -> None:
    assert says_leaving(asked) is None
    assert says_leaving(f"{asked} We are closing our account with you.") is not None
