"""Outreach: from a customer's facts to an email that a person approved, sent once.

facts → draft (template or language model) → claims and checks → approval → outbox → handed over → what followed. The
send policy (consent, suppression, frequency cap, quiet hours, approval) is one function that every path passes:
drafting shows it, approving asks it, and sending asks it again inside the transaction that claims the email.

Everything is imported at its first use. No module bears the name of a function here: it would take its place.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

from models.lazy import offering
from models.values.changes import Changes

if TYPE_CHECKING:
    from models.values.outreach import After, TemplateField
    from services.outreach.answering import read_sentences, resolve_statement
    from services.outreach.automatic import draft_automatically
    from services.outreach.composing import compose, readdress, reopen
    from services.outreach.facts import read_facts
    from services.outreach.mail import mail_text, why_not_by_hand
    from services.outreach.messages import discard, read_message, restore_draft, save
    from services.outreach.model.second_reading import keep as keep_second_reading
    from services.outreach.model.second_reading import read_again, reader_of, reading_due, with_warnings
    from services.outreach.model.write import draft_by_model, try_profile, what_leaves
    from services.outreach.outbox.approval import handed_over, recall, reschedule, retry, settle
    from services.outreach.outbox.attempts import read_attempts
    from services.outreach.outbox.reading import count_held, read_outbox, read_standing
    from services.outreach.outbox.sending import next_due, send_due
    from services.outreach.outbox.trouble import no_trouble as account_fixed
    from services.outreach.outbox.trying import send_to_oneself, try_mail
    from services.outreach.reviewing import review
    from services.outreach.send_policy import why_not_now
    from services.outreach.sentences_of_facts import fact_sentences
    from services.outreach.templates.library import preview_template, read_templates, reset_template, save_template
    from services.outreach.templates.write import draft_by_template
    from services.outreach.verified import warning_words
    from services.outreach.warm_start import warm_up
    from services.workspace import Workspace
else:
    __getattr__ = offering(
        __name__,
        {
            "services.outreach.composing": "compose reopen readdress",
            "services.outreach.sentences_of_facts": "fact_sentences",
            "services.outreach.facts": "read_facts",
            "services.outreach.templates.write": "draft_by_template",
            "services.outreach.model.write": "draft_by_model what_leaves try_profile",
            "services.outreach.model.second_reading": (
                "read_again keep:keep_second_reading reader_of reading_due with_warnings"
            ),
            "services.outreach.templates.library": "read_templates save_template reset_template preview_template",
            "services.outreach.verified": "warning_words",
            "services.outreach.warm_start": "warm_up",
            "services.outreach.reviewing": "review",
            "services.outreach.answering": "resolve_statement read_sentences",
            "services.outreach.messages": "save restore_draft discard read_message",
            "services.outreach.outbox.approval": "recall reschedule retry settle handed_over",
            "services.outreach.send_policy": "why_not_now",
            "services.outreach.outbox.sending": "send_due next_due",
            "services.outreach.outbox.reading": "count_held read_outbox read_standing",
            "services.outreach.outbox.attempts": "read_attempts",
            "services.outreach.mail": "mail_text why_not_by_hand",
            "services.outreach.outbox.trying": "try_mail send_to_oneself",
            "services.outreach.outbox.trouble": "no_trouble:account_fixed",
            "services.outreach.automatic": "draft_automatically",
        },
    )


def template_fields() -> tuple[TemplateField, ...]:
    """Return the fields that a template may use, in the order in which they are offered."""
    from models.values.outreach import TemplateField
    from services.outreach.templates.fields import FIELDS, FLAGS

    return tuple(TemplateField(name, words, name in FLAGS) for name, words in FIELDS.items())


def approve(
    workspace: Workspace, message_id: int, version: int | None = None, *, at: str | None = None,
    after: After | None = None,
) -> Changes:  # fmt: skip
    """Approve an email as a person and queue it; the alert waits. One unit of work, so one undo.

    ``version`` is that of the text which the person saw (another one is refused; None: the stored one). It goes out not
    before the moment ``at`` (UTC); None: at once, after the time in which it can be stopped.

    Raises
    ------
    UserError
        A check does not pass: the sentence names it.
    """
    from models.values.outreach import After
    from services.outreach.outbox.approval import approve as do

    return do(workspace, message_id, version, at=at, after=after or After())


def leaves_at(workspace: Workspace, owner: str, at: str | None = None) -> tuple[str, bool]:
    """Return when (UTC) an email approved now for ``at`` goes out, and whether quiet hours or a free day hold it."""
    from services.permission.quiet import leaves_at as do

    return do(workspace, owner, at)


def write_eml(workspace: Workspace, message_id: int, folder: Path) -> Path:
    """Write an approved email as an .eml file that a mail app opens as a draft; the send policy is asked."""
    from services.outreach.mail import write_eml as do
    from services.outreach.outbox.standing import still_standing as check

    return do(workspace, check(workspace, message_id), folder)


def mail_link(workspace: Workspace, message_id: int) -> str:
    """Return the ``mailto:`` link that opens the approved email in the mail app; the send policy is asked."""
    from services.outreach.mail import mail_link as do
    from services.outreach.outbox.standing import still_standing

    return do(workspace, still_standing(workspace, message_id))
