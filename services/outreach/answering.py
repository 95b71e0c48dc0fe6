"""What a person answers for in an email: a flagged statement, and the sentences of their own that they have read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final, Literal

from models.values import words
from models.values.changes import Changes
from models.values.errors import UserError
from models.values.outreach import Claim, Edit, Message, Resolution
from services.outreach.claims import NEVER_CONFIRMED
from services.outreach.messages import change_text, read_message
from services.workspace import Workspace

Way = Literal["sourced", "confirmed"]
_ASKED: Final[Mapping[Way, str]] = {
    "sourced": "Name the record, page or note that supports the statement.",
    "confirmed": "Write how you know it: the reason is recorded with your name.",
}


def resolve_statement(workspace: Workspace, message_id: int, sentence: str, way: Way, said: str) -> Changes:
    """Name the record, page or note that supports a flagged statement, or confirm it with a reason.

    Raises
    ------
    UserError
        Nothing is said; or nothing of these words is flagged, or it can never be right.
    """
    if not said.strip():
        raise UserError(_ASKED[way])
    message = read_message(workspace, message_id)
    _resolvable(_flagged_in(workspace, message, sentence))
    source, reason = (said.strip(), "") if way == "sourced" else ("", said.strip())
    made = Resolution(sentence, way, source, reason, workspace.person, workspace.at)

    def add(edit: Edit) -> Edit:
        kept = tuple(one for one in edit.resolutions if one.sentence != sentence or one.way == "warned")
        return replace(edit, resolutions=(*kept, made))

    done = "Confirmed" if way == "confirmed" else "Named the source of"
    return change_text(workspace, message_id, way, add, f"{done} a statement in the email to {message.customer}")


def read_sentences(workspace: Workspace, message_id: int, *, read: bool = True) -> Changes:
    """Keep that a person has read the sentences that only they can judge as they stand, or take that back.

    A sentence that is changed afterwards is another one, and is to be read again.
    """
    from services.outreach.reviewing import review

    message = read_message(workspace, message_id)
    kept = tuple(one for one in message.resolutions if one.way != "read")
    own = review(workspace, message.edit).own if read else ()
    sentences = tuple(dict.fromkeys(claim.sentence for claim in own))
    made = tuple(Resolution(one, "read", "", "", workspace.person, workspace.at) for one in sentences)
    said = f"Read {words.count(len(made), 'sentence')} of the email to {message.customer}"
    verb, said = ("read", said) if read else ("unread", f"The email to {message.customer} is to be read again")
    return change_text(workspace, message_id, verb, lambda edit: replace(edit, resolutions=(*kept, *made)), said)


def _flagged_in(workspace: Workspace, message: Message, sentence: str) -> list[Claim]:
    from services.outreach.reviewing import review

    return [claim for claim in review(workspace, message.edit).flagged if claim.sentence == sentence]


def _resolvable(claims: Sequence[Claim]) -> None:
    if not claims:
        raise UserError("The email has changed: this statement is no longer flagged as it was. Check it again.")
    if any(claim.kind in NEVER_CONFIRMED for claim in claims):
        raise UserError("This can only be removed: scores, unfilled fields and mark-up never go to a customer.")
