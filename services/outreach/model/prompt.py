"""The request to a language model: the ticked facts as numbered lines, masked, with what customers wrote kept apart.

One way leads to the text that leaves: what the composer shows as "what would be sent" is made here too, letter by
letter the same.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from models.values import words
from models.values.errors import UserError
from models.values.outreach import Fact, ModelRequest
from services.outreach.frames import offered, texts_of
from services.outreach.model.answer import FORM
from services.outreach.model.masking import Mask, cleaned
from services.outreach.model.personal import doubt
from services.settings import ModelProfile

_FOLDER: Final = Path(__file__).resolve().parents[3] / "resources" / "prompts"
#: Tables that hold what is never told to anybody: a fact from them would be a mistake of ours.
_NEVER: Final = frozenset({"customer_risk_scores", "score_history", "alerts", "alert_signals", "rules", "model_fits"})
#: Names are told as tokens in square brackets.
_MASKED: Final = frozenset({"first_name", "name", "company"})
_QUOTED: Final = re.compile(r"“[^”]*”|\"[^\"]*\"|„[^“]*“")
#: What is told in place of a text that may hold what is personal after all.
NOT_SENT: Final = "(not sent: it may hold personal data that could not be hidden)"


#: How an answer is asked for: held to the schema, to any JSON, or to nothing, for endpoints that know less and less.
FORMS: Final[tuple[dict[str, Any], ...]] = (
    {"response_format": {"type": "json_schema", "json_schema": {"name": "email", "strict": True, "schema": FORM}}},
    {"response_format": {"type": "json_object"}},
    {},
)


def request_text(
    profile: ModelProfile,
    request: ModelRequest,
    facts: Sequence[Fact],
    mask: Mask,
    slots: Mapping[str, Any] = MappingProxyType({}),
    form: Mapping[str, Any] = FORMS[0],
) -> str:
    """Return the JSON of a request, as a person can read it and exactly as it is sent.

    Parameters
    ----------
    slots
        The fields that the facts fill (``frames.slots_of``).
    form
        To what the answer is held, one of `FORMS`.
    """
    messages = [
        {"role": "system", "content": _resource("email.txt")},
        {"role": "user", "content": _asked(request, facts, mask, slots)},
    ]
    return as_json(profile, messages, form)


def as_json(
    profile: ModelProfile, messages: list[dict[str, str]], form: Mapping[str, Any] = MappingProxyType({})
) -> str:
    """Return messages as the JSON of a streamed chat completion."""
    document: dict[str, Any] = {
        "model": profile.model,
        "messages": messages,
        "stream": True,
        "stream_options": {"include_usage": True},
        **form,
    }
    return json.dumps(document, ensure_ascii=False, indent=2)


def reading_text(
    profile: ModelProfile, sentences: Sequence[str], facts: Sequence[Fact], mask: Mask, form: Mapping[str, Any]
) -> str:
    """Return the JSON of a request to read an email again: the ticked facts and its sentences, numbered and masked.

    Raises
    ------
    UserError
        A sentence may hold what cannot be hidden.
    """
    numbered = [f"S{number}: {own_words(mask, _one_line(said))}" for number, said in enumerate(sentences, start=1)]
    asked = "\n".join([*_facts(facts, mask), "<email>", *numbered, "</email>"])
    system = {"role": "system", "content": _resource("second_reading.txt")}
    return as_json(profile, [system, {"role": "user", "content": asked}], form)


def sendable(facts: Sequence[Fact], ticked: Sequence[str]) -> tuple[Fact, ...]:
    """Return the ticked facts in the order in which they are shown; nothing else ever leaves."""
    wanted = frozenset(ticked)
    return tuple(fact for fact in facts if fact.key in wanted and fact.table not in _NEVER)


def _asked(request: ModelRequest, facts: Sequence[Fact], mask: Mask, slots: Mapping[str, Any]) -> str:
    said = _words()
    goal, tone = said["goals"].get(request.goal, ""), said["tones"].get(request.tone, "")
    lines = [f"Goal: {goal}", f"Tone: {tone}", _incentive(request, said), *_slots(slots, mask), *_facts(facts, mask)]
    if request.change or request.text.strip():
        lines += _change(request, mask, said)
    elif request.variant:
        lines.append(said["variants"]["again"].format(number=request.variant + 1))
    return "\n".join(line for line in lines if line)


def _incentive(request: ModelRequest, said: Mapping[str, Any]) -> str:
    if request.incentive_minor <= 0:
        return str(said["incentive"]["none"])
    whole = words.major(request.incentive_minor, request.currency)
    is_whole = whole == whole.to_integral_value()
    amount = (words.money if is_whole else words.money_exact)(request.incentive_minor, request.currency)
    return str(said["incentive"]["allowed"]).format(amount=amount)


def _facts(facts: Sequence[Fact], mask: Mask) -> list[str]:
    stated, quoted = ["<facts>"], ["<customer_words>"]
    for number, fact in enumerate(facts, start=1):
        line, theirs = _parted(fact)
        stated.append(f"F{number}: {sent_of(mask, line, ours=True)}")
        quoted += [f"F{number}: {sent_of(mask, one)}" for one in theirs]
    if len(stated) == 1:
        stated.append("(none: write without any fact)")
    stated.append("</facts>")
    return [*stated, *([*quoted, "</customer_words>"] if len(quoted) > 1 else [])]


def _slots(slots: Mapping[str, Any], mask: Mask) -> list[str]:
    """Return the placeholders with what stands for them, but for what customers wrote, and the wordings that fit."""
    texts = {path: text for path, text in texts_of(slots).items() if path not in _MASKED}
    theirs = "(their words)"
    lines = [
        f"{{{path}}} = {theirs if path.endswith('.quote') else sent_of(mask, _QUOTED.sub(theirs, text), ours=True)}"
        for path, text in texts.items()
    ]
    fitting = [f"- {said}" for said in offered({name: slot for name, slot in slots.items() if name not in _MASKED})]
    return ["<placeholders>", *lines, "</placeholders>", "<wordings>", *fitting, "</wordings>"]


def _parted(fact: Fact) -> tuple[str, list[str]]:
    """Return a fact's line without the customer's own words, and those words."""
    line, theirs = fact.words, []

    def apart(found: re.Match[str]) -> str:
        theirs.append(found.group()[1:-1])
        return "(their words are below)"

    if fact.quote:
        line = line.replace(f"“{fact.quote}”", "(their words are below)").replace(fact.quote, "(their words are below)")
        theirs.append(fact.quote)
    if fact.group in ("ticket", "review", "survey", "conversation"):
        line = _QUOTED.sub(apart, line)
    return line, list(dict.fromkeys(theirs))


def _change(request: ModelRequest, mask: Mask, said: Mapping[str, Any]) -> list[str]:
    known = said["changes"].get(request.change)
    if known is None or request.change == "rewrite":
        wish = own_words(mask, _one_line(request.change))
        asked = [said["changes"]["rewrite"], wish] if wish else [said["changes"]["rewrite"]]
    else:
        asked = [known]
    subject, body = own_words(mask, _one_line(request.subject)), own_words(mask, request.text).strip()
    return [*asked, "<email>", f"Subject: {subject}\n\n{body}", "</email>"]


def sent_of(mask: Mask, text: str, *, ours: bool = False) -> str:
    """Return a text of the book as it leaves: masked, or not at all where that is not sure to be enough.

    Parameters
    ----------
    ours
        Its words are Bellwether's: what has a capital in it is no name that nobody holds.
    """
    masked = mask.hide(_one_line(text), ours=ours)
    return NOT_SENT if doubt(masked) else masked


def own_words(mask: Mask, text: str) -> str:
    """Return what the account manager wrote, masked.

    Raises
    ------
    UserError
        It may hold what cannot be hidden.
    """
    masked = mask.hide(text)
    if doubt(masked):
        raise UserError(
            "Nothing was sent to the language model: your text seems to contain personal data that could not be "
            "hidden, such as a password or a number in words. Remove it and try again."
        )
    return masked


def _one_line(text: str) -> str:
    """Return a text on one line: nobody forges a line of facts, and a name is not parted by the end of one."""
    return " ".join(cleaned(text).split())


@cache
def _resource(name: str) -> str:
    return (_FOLDER / name).read_text("utf-8").strip()


@cache
def _words() -> dict[str, Any]:
    return tomllib.loads(_resource("words.toml"))
