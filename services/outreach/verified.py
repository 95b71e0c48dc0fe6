"""The sentences that code would write to a customer today: only these are verified, whoever typed them.

Every starter template that fits is filled with the ticked facts as they are now and parted into sentences, and so is
every frame of the closed list. A sentence of an email is verified where it is one of them. No English is read for it:
what a fact no longer says is no longer written, and one changed word makes a sentence the person's own. Templates that
a book has changed or added are the firm's words, not ours, and are to be read as such.
"""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Final, Literal

from models.values import words
from models.values.outreach import Claim, Edit, Resolution, Warned, text_mark
from services.outreach.claims import NEVER_CONFIRMED, Text, fold, is_sign_off, sentences
from services.outreach.frames import written_as
from services.outreach.frames.wordings import Written
from services.outreach.subjects import plain_subjects
from services.outreach.templates.fields import holds
from services.outreach.templates.sandbox import FieldMissing, as_fields, fill, parse
from services.outreach.templates.starter import starter_set

OWN_WORDS: Final = "your words, not checked"


@dataclass(frozen=True, slots=True)
class WrittenByCode:
    """What the starter templates and the frames of each language say with a customer's facts."""

    templates: frozenset[str]
    frames: tuple[Written, ...]

    def holds(self, where: str, said: str) -> bool:
        """Return whether a sentence, or a subject, is one of them."""
        if _plain(said) in self.templates:
            return True
        return any(one.has_subject(said) if where == "subject" else one.holds(said) for one in self.frames)


def written_by_code(slots: Mapping[str, Any]) -> WrittenByCode:
    """Return every sentence, and every subject, that code writes with what stands for the fields of a customer."""
    return WrittenByCode(_in_templates(json.dumps(slots, sort_keys=True, default=list)), written_as(slots))


@lru_cache(maxsize=64)
def _in_templates(key: str) -> frozenset[str]:
    """What the starter templates say: kept, as an email is looked at with each change of its words."""
    slots = json.loads(key)
    made = {_plain(subject) for subject in plain_subjects()}
    fields = as_fields(slots)
    for one in starter_set().values():
        if not all(holds(slots, condition) for condition in one.when):
            continue
        try:
            subject, body = (fill(parse(text), fields) for text in (one.choice.subject, one.choice.body))
        except FieldMissing:
            continue
        made.add(_plain(words.capital(subject)))
        made.update(_plain(said) for _start, _end, said in _said("body", body))
    return frozenset(made)


def with_own_words(
    text: Text,
    claims: Sequence[Claim],
    written: WrittenByCode,
    resolutions: Sequence[Resolution],
    signers: Sequence[str] = (),
    now: datetime | None = None,
) -> tuple[Claim, ...]:
    """Return the claims of an email with its own sentences among them, in order of place.

    A sentence that code wrote loses what was flagged in it, but for what never goes to a customer. One that it did not
    write is the person's own, to be read before the email goes out, unless something in it is flagged or was answered
    for. One that a second reading warned of is to be read, whoever wrote it or answered for it; while something in it
    is flagged, that stands before the warning. ``signers`` are ours who may stand under the closing.
    ``now``: by which a warning that is a day old says so.
    """
    found: list[Claim] = [claim for claim in claims if claim.where == "greeting"]
    read = {one.sentence for one in resolutions if one.way == "read"}
    answered = {one.sentence for one in resolutions if one.way in ("sourced", "confirmed")}
    warnings = _warnings_of(resolutions, text_mark(text.subject, text.greeting, text.body), now)
    cleared: set[int] = set()
    parts: tuple[tuple[Literal["subject", "body"], str], ...] = (("subject", text.subject), ("body", text.body))
    for where, part in parts:
        mine = sorted((claim for claim in claims if claim.where == where), key=_start)
        for start, end, said in _said(where, part, signers):
            inside = mine[bisect_left(mine, start, key=_start) : bisect_left(mine, end, key=_start)]
            kind = "own"
            if written.holds(where, said):
                cleared.update(map(id, (claim for claim in inside if _may_go(claim))))
                kind = "warned"
            elif any(claim.verdict == "unsupported" for claim in inside):
                continue
            elif said in answered:
                kind = "warned"
            if kind == "own" or said in warnings:
                found.append(_own(kind, where, start, said, warnings.get(said, ""), read=said in read))
        found += [claim for claim in mine if id(claim) not in cleared]
    place = {"subject": 0, "greeting": 1, "body": 2}
    return tuple(sorted(found, key=lambda claim: (place[claim.where], claim.start, claim.end)))


def _start(claim: Claim) -> int:
    return claim.start


#: How a second reading reads a sentence; {fact} is what it is about.
_READS: Final = {
    "contradicts": "The model reads this as contradicting {fact}",
    "promises": "The model reads this as a promise that no fact holds",
    "tone": "The model reads the tone of this as unsuitable",
}


def warning_words(one: Warned | Resolution) -> str:
    """Say how a second reading reads a sentence, and why: "The model reads the tone of this as unsuitable: “…”"."""
    said = _READS[one.reads_as].format(fact=f"“{one.fact}”" if one.fact else "the facts")
    return f"{said}: “{one.reason}”" if one.reason else said


def _warnings_of(resolutions: Sequence[Resolution], mark: str, now: datetime | None) -> dict[str, str]:
    """Return each sentence that a second reading warned of with all that it said of it, and whether that is stale."""
    said: dict[str, list[str]] = {}
    for one in resolutions:
        if one.way == "warned":
            said.setdefault(one.sentence, []).append(warning_words(one) + _stale(one, mark, now))
    return {sentence: "; ".join(reasons) for sentence, reasons in said.items()}


def _stale(one: Resolution, mark: str, now: datetime | None) -> str:
    """Say that a warning is of another text, or more than a day old; '' of one that still belongs to its text."""
    days = (now - datetime.fromisoformat(one.at)).days if now is not None else 0
    since = [f"{words.count(days, 'day')} old"] if days else []
    since += ["the email was changed since"] if one.text and one.text != mark else []
    return f" ({', '.join(since)})" if since else ""


def sentences_of(edit: Edit, signers: Sequence[str] = ()) -> list[str]:
    """Return the subject and the sentences of an email as `with_own_words` parts them, but for the closing."""
    parts = (("subject", edit.subject), ("body", edit.body))
    return [said for where, part in parts for _start, _end, said in _said(where, part, signers)]


def _own(kind: str, where: Literal["subject", "body"], start: int, said: str, warning: str, *, read: bool) -> Claim:
    verdict: Literal["read", "to_read"] = "read" if read else "to_read"
    label, end = warning or OWN_WORDS, start + len(said)
    return Claim(where, start, end, said, kind, verdict, None, label, sentence=said, warned=bool(warning))


def _said(where: str, part: str, signers: Sequence[str] = ()) -> Iterator[tuple[int, int, str]]:
    """The sentences of a part of an email with their places in code points, but for the closing and who signs."""
    ours = {word for one in signers for word in _plain(one).casefold().split()}
    folded = fold(part)
    spans = sentences(folded) if where == "body" else [(0, len(part))] if part.strip() else []
    closed = False
    for start, end in spans:
        if is_sign_off(folded[start:end]):
            closed = True
        elif not (closed and ours.issuperset(folded[start:end].casefold().split())):
            yield start, end, part[start:end]


def _may_go(claim: Claim) -> bool:
    """Whether a flag of a sentence that code wrote is a misreading."""
    return claim.verdict == "unsupported" and claim.kind not in NEVER_CONFIRMED | {"offer"}


def _plain(text: str) -> str:
    return " ".join(fold(text).split())
