"""Whether the facts of an approved email still stand when it is handed over; where not, it goes back to review."""

from __future__ import annotations

from typing import Final

from models.values import words
from models.values.errors import UserError
from models.values.outreach import Message
from services.outreach.messages import message_of
from services.outreach.outbox.approval import back_to_review
from services.outreach.reviewing import review
from services.workspace import Workspace

_LOOK: Final = "Check the text again."


def changed_since(workspace: Workspace, message: Message) -> str:
    """Return the sentence that the data no longer say what was approved, '' where they do or no fact is ticked.

    The text is judged as it was at approval, with the facts as they are now: one that is gone, or of which a sentence
    says what it no longer does.
    """
    if not message.facts:
        return ""
    found = review(workspace, message.edit)
    gone = next((one for one in found.checks if one.name == "facts" and not one.passed), None)
    if gone is not None:
        return f"{words.sentence(gone.words.removesuffix(':'))} {_LOOK}"
    changed = next((one.sentence for one in (*found.flagged, *found.to_read) if one.where != "greeting"), "")
    if not changed:
        return ""
    return f"“{words.shortened(changed, 120)}” no longer matches your data. {_LOOK}"


def still_standing(workspace: Workspace, message_id: int) -> int:
    """Return an email that may be given to a mail app; one whose facts have changed goes back to review.

    Raises
    ------
    UserError
        They have: nothing is handed over.
    """
    with workspace.store.snapshot() as driver:
        message = message_of(driver, message_id)
    why = changed_since(workspace, message) if message.state in ("approved", "queued") else ""
    if not why:
        return message_id
    with workspace.store.unit_of_work(workspace.me, "recall", f"message:{message_id}", at=workspace.at) as work:
        back_to_review(work, message_of(work.driver, message_id), why)
        work.say(f"Recalled the email to {message.customer} for review: its facts have changed")
        work.commit()
    raise UserError(f"Not sent. {why}")
