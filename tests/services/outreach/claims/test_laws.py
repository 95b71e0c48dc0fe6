"""What holds for every text: places, margins, every figure without a source flagged, no flag without its sentence."""

from __future__ import annotations

import re
from itertools import pairwise

from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from models.values.outreach import Claim
from tests.services.outreach.claims.marlow import BODY, FACTS, GREETING, SUBJECT, claims_of

PIECES = (
    "Your order of 7 September reached you late.", "I am sorry.", "We have moved your region to a second carrier.",
    "You have placed 23 orders since March 2023!", "Would a short call on Tuesday suit you?",
    "“great fit, fast exchange”",
    "Take 20% off.", "Nordlund & Vale told us so.", "<b>late</b>", "[customer]", "Sept. 7, 2026", "e.g.", "$40", "…",
    "as a Champion", "your churn risk", "http://x.example", "\n\n", "\n- ", "outerwear", "five of five", "(", "\"", "’",
    "twenty-three", "next week", "Warm regards,", "Ada", "½", "７", "\u200b", "İ", "ß", "🙂", "no.", "3.5", "{", "*",
)  # fmt: skip
texts = st.lists(st.sampled_from(PIECES) | st.text(max_size=8), max_size=12).map(" ".join)
bodies = st.sampled_from([BODY, *(piece for piece in PIECES if piece.endswith("."))]) | texts
_IN_FACTS = set(
    re.findall(r"\d+", " ".join(f"{f.words} {f.label} {f.key} {[v.text for v in f.values]}" for f in FACTS))
)


@given(body=bodies, subject=texts)
@example(body="İİİ 7 September", subject="ß")
@settings(max_examples=120)
def test_claims_lie_within_their_part_and_never_overlap_within_a_kind(body: str, subject: str) -> None:
    written = {"subject": subject, "greeting": GREETING, "body": body}
    claims = claims_of(body, subject=subject)
    for claim in claims:
        part = written[claim.where]
        assert 0 <= claim.start < claim.end <= len(part)
        assert part[claim.start : claim.end] == claim.text
        assert claim.sentence in part
    for where in written:
        for kind in {claim.kind for claim in claims}:
            ones = [claim for claim in claims if (claim.where, claim.kind) == (where, kind)]
            assert all(one.end <= other.start for one, other in pairwise(ones))


@given(body=bodies)
@settings(max_examples=80)
def test_one_source_has_one_number_and_the_body_counts_them_in_order(body: str) -> None:
    claims = claims_of(body, subject=SUBJECT)
    numbers: dict[str, set[int | None]] = {}
    for claim in claims:
        assert (claim.number is None) or claim.verdict != "unsupported"
        if claim.fact:
            numbers.setdefault(claim.fact, set()).add(claim.number)
    assert all(len(some) == 1 for some in numbers.values())
    first: list[int] = []
    for claim in claims:
        if claim.where == "body" and claim.number is not None and claim.number not in first:
            first.append(claim.number)
    assert first == sorted(first)


@given(number=st.integers(1000, 999_999), at=st.integers(0, len(BODY)))
@settings(max_examples=150)
def test_figures_that_are_in_no_fact_are_flagged_wherever_they_stand(number: int, at: int) -> None:
    said = str(number)
    assume(not any(said in one or one in said for one in _IN_FACTS if len(one) > 2))
    body = f"{BODY[:at]}{said}{BODY[at:]}"
    flagged = [one for one in claims_of(body) if one.verdict == "unsupported"]
    assert any(one.where == "body" and one.start < at + len(said) and at < one.end for one in flagged), body


@given(pieces=st.permutations([piece for piece in PIECES if piece[-1] in ".!?" and len(piece.split()) > 2]))
@settings(max_examples=40)
def test_removing_the_flagged_sentences_removes_the_flags(pieces: list[str]) -> None:
    body = "\n\n".join(pieces)
    flagged = _flagged(body)
    assert flagged
    for sentence in {one.sentence for one in flagged}:
        body = body.replace(sentence, "")
    assert not _flagged(body)


def _flagged(body: str) -> list[Claim]:
    return [one for one in claims_of(body) if one.where == "body" and one.verdict == "unsupported"]
