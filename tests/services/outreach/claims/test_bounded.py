"""The longest text costs what its letters cost: it is read in pieces, and each letter stands in one of them."""

from __future__ import annotations

import pytest

from services.outreach.claims.find import PIECE, read_parts
from services.outreach.claims.sentences import LONGEST_SENTENCE
from services.outreach.claims.sources import Sources
from tests.services.outreach.claims.marlow import BODY, CONTEXT, FACTS, TODAY, claims_of, fact, flagged

LONGEST = 20_000
SHAPES = {
    "plain prose": "I wanted to ask how things are going with us and what we could do better for you. ",
    "an unbroken token": "a", "figures": "7", "quotes": '"', "braces": "{",
    "quotations": '"Why? Why not?" ', "uneven marks": '"Why not? ', "hyphens": "a-b", "hidden letters": "\r",
    "full stops": ".", "full stops and blanks": ". ", "blanks": " ", "empty lines": "\n", "short lines": "a\n",
    "list items": "- a\n", "dates": "7 September ", "questions": "Why? ", "an email": BODY + "\n\n",
}  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_a_text_is_read_in_short_pieces_that_hold_each_letter_once(shape: str) -> None:
    written = (shape * LONGEST)[:LONGEST]
    parts = list(read_parts("body", written, Sources(FACTS, TODAY), CONTEXT))
    assert "".join(one.written for one in parts) == written
    assert [one.at for one in parts] == [sum(len(one.written) for one in parts[:at]) for at in range(len(parts))]
    read = [one for one in parts if not any(end - start > LONGEST_SENTENCE for start, end in one.sentences)]
    assert all(len(one.written) <= PIECE * 2 for one in read)


@pytest.mark.parametrize("letter", ["a", "7", '"', "{", "-", "many words "])
def test_a_sentence_without_an_end_is_one_problem_and_is_read_no_further(letter: str) -> None:
    (found,) = [one for one in claims_of((letter * LONGEST)[:LONGEST].rstrip()) if one.where == "body"]
    assert (found.kind, found.verdict) == ("field", "unsupported")
    assert "more than 1,000 characters" in found.label


def test_a_text_full_of_problems_is_read_until_it_has_enough_of_them() -> None:
    claims = claims_of("You have 99 orders. " * 1000)
    assert 100 < len(claims) < 300


def test_what_stands_in_a_later_piece_is_found_at_its_place() -> None:
    body = "\n\n".join([*["I hope you are well and that all is in order." for _ in range(60)], "It came on 8 October."])
    (found,) = [one for one in claims_of(body) if one.kind == "date"]
    assert body[found.start : found.end] == "8 October"
    assert found.sentence == "It came on 8 October."


QUOTE = "Great fit. Fast exchange"


@pytest.mark.parametrize("before", range(PIECE - 60, PIECE + 10, 7))
def test_a_quote_of_two_sentences_is_read_whole_wherever_a_piece_ends(before: int) -> None:
    said = ("review:97", "5 of 5", "review #97, 19 Aug", "review", ("quote", QUOTE))
    filler = ("I hope you are well. " * PIECE)[: before - 2].rstrip(" .")
    body = f"{filler}. In August you told us “{QUOTE}.” I hope that all is in order."
    assert flagged(body, [*FACTS, fact(*said, quote=QUOTE)]) == []


def test_a_quotation_that_is_longer_than_a_piece_may_be_is_still_flagged() -> None:
    assert ("quote", "sourced") not in {(one.kind, one.verdict) for one in claims_of(f"“{'Why not? ' * 400}”")}
