"""How a state of an email is told: shape, word and colour; what may be done in it; what stands behind it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from models.values.outbox import OutboxRow
from models.values.outreach import Message, MessageState
from views.actions import Command
from views.outbox.rooms import ShownEmail


@dataclass(frozen=True, slots=True)
class Look:
    """How a state is drawn: an icon, a word, the ink of both, and what the text beside them explains."""

    icon: str
    word: str
    ink: str
    why: str


TABS: Final = (
    ("review", "To review"),
    ("waiting", "Waiting"),
    ("doubt", "Not confirmed"),
    ("failed", "Failed"),
    ("sent", "Sent"),
)
LOOKS: Final[Mapping[MessageState, Look]] = {
    "draft": Look("edit", "Draft", "ink_2", "Nothing is sent before you approve it in the composer."),
    "in_review": Look("edit", "To review", "primary_text", "Nothing is sent before you approve it in the composer."),
    "approved": Look("clock", "Waiting", "primary_text", "You can recall it until it is sent."),
    "queued": Look("clock", "Waiting", "primary_text", "You can recall it until it is sent."),
    "sending": Look("send", "Sending", "primary_text", "It can no longer be stopped."),
    "sent": Look("check", "Sent", "good_text", "Sent emails can’t be recalled."),
    "failed": Look("warning", "Not sent", "critical_text", "Nothing was delivered, and nothing is lost."),
    "in_doubt": Look("warning", "Not confirmed", "warning_text",
                     "The connection dropped before the server replied. Check your Sent folder, then tell Bellwether. "
                     "It won’t resend by itself."),
    "discarded": Look("bin", "Discarded", "ink_3", "It was discarded and is not sent."),
}  # fmt: skip
_HELD: Final = Look("warning", "Held", "warning_text", "Bellwether does not send it as things stand.")
#: What is said where a tab has no emails: heading, words, and the one action (words, page or tab that it leads to).
EMPTY: Final[Mapping[str, tuple[str, str, str, str]]] = {
    "review": ("Nothing to review", "Drafts wait here until somebody has read and approved them.",
               "Go to the alerts", "alerts"),
    "waiting": ("Nothing is scheduled", "Approved emails wait here until it is time to send them and you are online.",
                "Show emails to review", "review"),
    "doubt": ("No unconfirmed deliveries", "Emails appear here when the connection dropped before the server replied.",
              "Show sent emails", "sent"),
    "failed": ("Nothing has failed", "Emails that a server refused appear here, with the server’s reason.",
               "Show sent emails", "sent"),
    "sent": ("Nothing sent yet", "Every sent email is kept here, exactly as it went out.",
             "Show emails to review", "review"),
}  # fmt: skip
_TAKEN_OUT = (Command.MAIL_PROGRAM, Command.SAVE_EML)
#: The composer opens for what can still be changed; all else is read where it stands, or recalled first.
_DEEDS: Final[Mapping[MessageState, tuple[Command, ...]]] = {
    "draft": (Command.OPEN_EMAIL, Command.DISCARD),
    "in_review": (Command.OPEN_EMAIL, Command.DISCARD),
    "approved": (Command.MAIL_PROGRAM, Command.SAVE_EML, Command.MARK_SENT, Command.RECALL),
    "queued": (Command.SEND_NOW, Command.SEND_AT, Command.RECALL, *_TAKEN_OUT),
    "sending": (),
    "sent": (),
    "failed": (Command.TRY_AGAIN, Command.RECALL, *_TAKEN_OUT),
    "in_doubt": (Command.ARRIVED, Command.NOT_ARRIVED),
    "discarded": (),
}
#: Everything that the page can do with an email, in the order of the context menu.
ALL_DEEDS: Final = tuple(dict.fromkeys(command for commands in _DEEDS.values() for command in commands))
#: Under a button that leads to something which is not seen at once.
EXPLAINED: Final[Mapping[Command, str]] = {
    Command.ARRIVED: "It counts as sent, so the frequency cap applies to the next one.",
    Command.NOT_ARRIVED: "It goes back to review with its text unchanged. You approve it again.",
    Command.MARK_SENT: "Press this once you have sent it from your mail app. It then counts as sent.",
}


def look_of(row: OutboxRow) -> Look:
    """Return how the row of an email is drawn: one that is held is not waiting for its time."""
    return _HELD if row.held else LOOKS[row.state]


def cautions(message: Message) -> Mapping[Command, str]:
    """Return what a button does that its words do not say: an email leaves by one way only."""
    if message.state != "queued":
        return {}
    return dict.fromkeys(_TAKEN_OUT, "Bellwether then no longer sends it")


def sends_words(email: ShownEmail | None) -> str:
    """What the button says that lets an email go out from here."""
    if email is not None and email.message.state == "approved" and email.message.via:
        return "Send from here…"
    if email is not None and email.not_now is not None and email.not_now.quiet:
        return "Send anyway"
    return "Send when online" if email is not None and email.offline else "Send now"


def explained(email: ShownEmail) -> Mapping[Command, str]:
    """Return what stands under each button: what it leads to, and why an email does not go out now."""
    not_now = email.not_now
    return {**EXPLAINED, Command.SEND_NOW: not_now.why} if not_now is not None else EXPLAINED


def can_send(email: ShownEmail) -> bool:
    """Return whether an email goes out now if a person says so: quiet hours alone do not forbid it."""
    return email.not_now is None or email.not_now.quiet


def deeds(message: Message, *, has_account: bool) -> tuple[Command, ...]:
    """Return what can be done with an email, the first being the one that is meant.

    Parameters
    ----------
    has_account
        Whether this program sends by itself.
    """
    found = _DEEDS[message.state]
    if message.state == "approved" and message.via:
        found = (Command.MARK_SENT, *(command for command in found if command is not Command.MARK_SENT))
    if message.state == "approved" and has_account and message.from_address:
        found = (*found, Command.SEND_NOW)
    elif message.state == "approved" and has_account and not message.via:
        found = (Command.RECALL, *(command for command in found if command is not Command.RECALL))
    if message.state == "failed" and not has_account:
        found = tuple(command for command in found if command is not Command.TRY_AGAIN)
    return found


def why_of(message: Message) -> str:
    """What the state means for this email."""
    if message.state == "approved" and message.via:
        return "It was opened in your mail app, so Bellwether does not send it. Mark it as sent once you have sent it."
    if message.state == "approved" and not message.from_address:
        return (
            "It was approved without a mail account. Open it in your mail app. Once an account is set up in Settings, "
            "you can also recall it and approve it again to send it from here."
        )
    if message.state == "approved":
        return "No mail account is set up. Open it in your mail app, or add an account in Settings."
    return LOOKS[message.state].why
