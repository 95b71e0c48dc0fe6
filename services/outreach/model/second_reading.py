"""A second reading by a language model: it may warn of sentences of an email that is written, and never clear one.

What leaves is what leaves for a draft: the ticked facts and the sentences, masked. A warning is kept beside what
people answer for, so that it stands as long as its sentence does; the verdict is made without the model, as before.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final

from models.values import words
from models.values.changes import Changes
from models.values.errors import UserError
from models.values.outreach import Draft, Edit, Fact, ModelRequest, Resolution, SecondReading, Warned
from services.insight import reading
from services.outreach.messages import SECOND_READING, keep_reading, last_reading
from services.outreach.model.answer import as_document, bare
from services.outreach.model.client import CONNECT_S
from services.outreach.model.faults import Trouble, told
from services.outreach.model.masking import Mask
from services.outreach.model.prompt import reading_text
from services.outreach.model.visible import visible
from services.outreach.model.write import answered, cost_of, material, note_request, usable
from services.outreach.verified import sentences_of
from services.settings import ModelProfile, Preferences
from services.workspace import Workspace

_READS_AS: Final = ("contradicts", "promises", "tone", "fine")
_MOST_REASON: Final = 160
_MOST_FACT: Final = 80
_QUOTES: Final = "“”\"'"
#: The JSON schema of an answer, strict.
_FORM: Final[dict[str, Any]] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["findings"],
    "properties": {
        "findings": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["sentence", "reads_as", "fact", "reason"],
                "properties": {
                    "sentence": {"type": "integer"},
                    "reads_as": {"type": "string", "enum": list(_READS_AS)},
                    "fact": {"type": "integer"},
                    "reason": {"type": "string"},
                },
            },
        }
    },
}
_SCHEMA: Final = {"name": "second_reading", "strict": True, "schema": _FORM}
_FORMS: Final[tuple[dict[str, Any], ...]] = (
    {"response_format": {"type": "json_schema", "json_schema": _SCHEMA}},
    {"response_format": {"type": "json_object"}},
    {},
)


def reader_of(preferences: Preferences, chosen: str = "") -> str:
    """Return the name of the language model that reads: the chosen one, else who writes drafts, else the first; ''."""
    for name in (chosen, preferences.writer):
        if name and preferences.profile(name) is not None:
            return name
    return preferences.profiles[0].name if preferences.profiles else ""


def reading_due(workspace: Workspace, edit: Edit) -> bool:
    """Whether the person wants each email read before it is approved, and this text was not read within a day."""
    if not (workspace.preferences.second_reading and workspace.preferences.profiles):
        return False
    with workspace.store.snapshot() as driver:
        return last_reading(driver, edit.id, workspace.clock.now()) != edit.mark


def read_again(workspace: Workspace, edit: Edit, profile: str, *, cancelled: Callable[[], bool]) -> SecondReading:
    """Let a language model read an email; nothing is stored.

    Raises
    ------
    Cancelled, EnvironmentFault, UserError
        As `services.outreach.draft_by_model` says; the verdict of before stands.
    """
    model, key = usable(workspace, profile)
    asked = _prepared(workspace, model, edit)
    note_request(workspace, model, edit.customer_id, asked.forms[0], asked.facts)
    answer, sent = answered(model, key, asked.forms, lambda _text: None, cancelled)
    try:
        warnings = _warnings(answer.text, asked)
    except Trouble as trouble:
        raise told(trouble, model, connect_s=CONNECT_S) from trouble
    cost = cost_of(model, answer.tokens_in, answer.tokens_out)
    spent = (answer.tokens_in, answer.tokens_out, cost, round(answer.seconds, 2))
    return SecondReading(edit, model.name, warnings, sent, *spent)


def with_warnings(workspace: Workspace, edit: Edit, found: SecondReading) -> Edit:
    """Return an email with the warnings of a second reading added.

    A sentence that it warns of is to be read again, even one that was read before. No warning of an earlier reading
    goes, and what is not warned of stays as it was.
    """
    source = f"model:{found.profile}"
    made = tuple(
        Resolution(
            *(one.sentence, "warned", source, one.reason, workspace.person, workspace.at, one.reads_as, one.fact),
            found.edit.mark,
        )
        for one in found.warnings
    )
    warned = {one.sentence for one in made}
    # The same model that reads a sentence the same way again only words it anew.
    again = {(one.sentence, one.source, one.reads_as) for one in made}
    kept = tuple(
        one
        for one in edit.resolutions
        if (one.sentence, one.source, one.reads_as) not in again and (one.way != "read" or one.sentence not in warned)
    )
    return replace(edit, resolutions=(*kept, *made))


def keep(workspace: Workspace, message_id: int, found: SecondReading) -> Changes:
    """Keep what a second reading found with a stored email, and what was sent for it.

    Raises
    ------
    UserError
        The email is no longer open for writing.
    """
    count = words.count(len(found.warnings), "warning") if found.warnings else "no warning"
    text = found.edit
    read = Draft(text.subject, text.greeting, text.body, text.writer, f"{SECOND_READING}, {count}", text.facts,
                 sent_to_model=found.sent_to_model, tokens_in=found.tokens_in, tokens_out=found.tokens_out,
                 cost=found.cost)  # fmt: skip
    return keep_reading(workspace, message_id, partial(with_warnings, workspace, found=found), read, found.words)


@dataclass(frozen=True, slots=True)
class _Prepared:
    forms: tuple[str, ...]
    sentences: tuple[str, ...]
    facts: tuple[Fact, ...]
    mask: Mask


def _prepared(workspace: Workspace, profile: ModelProfile, edit: Edit) -> _Prepared:
    request = ModelRequest(
        edit.customer_id, edit.goal, edit.tone, edit.facts, profile.name, text=edit.body, subject=edit.subject,
        incentive_minor=edit.incentive_minor, currency=edit.currency, contact_id=edit.contact_id,
    )  # fmt: skip
    signers = (workspace.person, workspace.preferences.signed_by)
    with reading(workspace) as reader:
        found = material(workspace, reader, request)
        left = replace(edit, subject=found.request.subject, body=found.request.text)
        said = tuple(dict.fromkeys(sentences_of(left, signers)))
        if not said:
            raise UserError("Nothing was sent to the language model: the email has no sentence that it may read.")
        forms = tuple(reading_text(profile, said, found.facts, found.mask, form) for form in _FORMS)
    return _Prepared(forms, said, found.facts, found.mask)


def _warnings(answer: str, asked: _Prepared) -> tuple[Warned, ...]:
    """Return what an answer warns of, in the order of the text; whatever else it holds is left out."""
    findings = _findings(as_document(bare(answer)))
    warned: dict[int, Warned] = {}
    usable_ones = 0
    for one in findings:
        number, reads_as = _number(one.get("sentence")), str(one.get("reads_as", "")).strip().casefold()
        if not 1 <= number <= len(asked.sentences) or reads_as not in _READS_AS:
            continue
        usable_ones += 1
        if reads_as != "fine":
            warned.setdefault(number, _warned(asked.sentences[number - 1], reads_as, one, asked))
    if findings and not usable_ones:
        raise Trouble("no_reading")
    return tuple(warned[number] for number in sorted(warned))


def _findings(document: object) -> Sequence[Mapping[str, object]]:
    found = document.get("findings") if isinstance(document, dict) else document
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise Trouble("no_reading")
    return found


def _number(said: object) -> int:
    """Return a number as endpoints without a schema write it: 3, 3.0, "3", "S3" or "F3"; 0 for none."""
    found = re.fullmatch(r"[SF]?([0-9]{1,4})(?:\.0)?", str(said).strip(), re.IGNORECASE)
    return int(found[1]) if found else 0


def _warned(sentence: str, reads_as: str, one: Mapping[str, object], asked: _Prepared) -> Warned:
    number = _number(one.get("fact"))
    fact = asked.facts[number - 1].words if 1 <= number <= len(asked.facts) else ""
    reason = " ".join(visible(asked.mask.show(str(one.get("reason") or ""))).split()).strip(_QUOTES)
    return Warned(sentence, reads_as, words.shortened(fact, _MOST_FACT), words.shortened(reason, _MOST_REASON))
