"""What is said of an email that cannot be written any more: approved, sent, failed, in doubt, put away."""

from __future__ import annotations

from dataclasses import dataclass

from models.values.outreach import Message
from views.composer.timing import local_words


@dataclass(frozen=True, slots=True)
class Standing:
    """Verdict and summary of the right column, the sentence above the text, and whether it can be taken back.

    ``by_hand``: it is in the person's mail app, and they say when it was sent.
    """

    verdict: str
    summary: str
    notice: str
    good: bool
    recall: bool
    by_hand: bool = False


def closed_words(message: Message) -> Standing:
    """Say where an email stands.

    Parameters
    ----------
    message
        One that is neither a draft nor in review.
    """
    by = f"Approved by {message.approved_by}. " if message.approved_by else ""
    due = f"Goes out {local_words(message.due_at)}. " if message.due_at else "It waits in the outbox. "
    read_only = "Approved: recall it to edit."
    match message.state:
        case "approved" if message.via:
            notice = "It is open in your mail app. Once you have sent it there, mark it as sent in the outbox."
            return Standing("In your mail app", f"{by}Bellwether no longer sends it.", notice, good=True,
                            recall=True, by_hand=True)  # fmt: skip
        case "approved" | "queued":
            return Standing("Approved", f"{by}{due}".strip(), read_only, good=True, recall=True)
        case "sending":
            return Standing("Sending", by.strip(), "It is being sent and can no longer be changed.",
                            good=True, recall=False)  # fmt: skip
        case "sent":
            when = f"Sent {local_words(message.sent_at)}. " if message.sent_at else "Sent. "
            return Standing("Sent", f"{when}{by}".strip(), "This email was sent; this is its text.", good=True,
                            recall=False)  # fmt: skip
        case "failed":
            why = (message.fault or "The mail server refused it").rstrip(".")
            return Standing("Not sent", f"{why}. Recall it to edit, or try again in the outbox.", read_only, good=False,
                            recall=True)  # fmt: skip
        case "in_doubt":
            words = "The connection dropped before the server replied. Say in the outbox whether it arrived."
            notice = "It may have been delivered, so it cannot be changed."
            return Standing("Delivery not confirmed", words, notice, good=False, recall=False)
        case _:
            return Standing("Discarded", "Undo (Ctrl Z) brings it back.", "This email was discarded.", good=False,
                            recall=False)  # fmt: skip
