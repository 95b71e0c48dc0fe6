"""Outreach: from a customer's facts to an email that a person approved, sent once.

facts → draft (template or language model) → claims and checks → approval → outbox → handed over → what followed. The
send policy (consent, suppression, frequency cap, quiet hours, approval) is one function that every path passes:
drafting shows it, approving asks it, and sending asks it again inside the transaction that claims the email.

Everything is imported at its first use. No module bears the name of a function here: it would take its place.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from models.values.changes import Changes

if TYPE_CHECKING:
    from models.values.outbox import Attempt, NotNow, OutboxPage, OutboxStanding, SendRun
    from models.values.outreach import (
        After,
        Composition,
        Draft,
        Edit,
        Fact,
        Message,
        ModelRequest,
        Review,
        TemplateChoice,
        TemplateField,
        TemplatePreview,
    )
    from services.settings import MailAccount, ModelProfile
    from services.workspace import Workspace


def compose(
    workspace: Workspace, customer_id: int, alert_id: int | None = None, *, goal: str = "", tone: str = "",
    contact: str = "",
) -> Composition:  # fmt: skip
    """Return what the composer opens with: the alert's open draft, or a new one by template that is not stored yet.

    Without a goal, the alert's recommendation decides; without a tone, the segment does; without a contact (name,
    address or number), it goes to the customer's own address, else to the primary contact.
    """
    from services.outreach.composing import compose as do

    return do(workspace, customer_id, alert_id, goal=goal, tone=tone, contact=contact)


def reopen(workspace: Workspace, message_id: int) -> Composition:
    """Return what the composer opens with for an email that is stored, in whatever state."""
    from services.outreach.composing import reopen as do

    return do(workspace, message_id)


def readdress(workspace: Workspace, edit: Edit, contact_id: int | None) -> Composition:
    """Return the composition of a text that goes to another contact, or to the customer (None), greeted by name."""
    from services.outreach.composing import readdress as do

    return do(workspace, edit, contact_id)


def read_facts(workspace: Workspace, customer_id: int, goal: str) -> tuple[Fact, ...]:
    """Return a customer's facts in the order in which they are shown, ticked as proposed for the goal."""
    from services.outreach.facts import read_facts as do

    return do(workspace, customer_id, goal)


def draft_by_template(
    workspace: Workspace, customer_id: int, *, goal: str, tone: str = "", facts: Sequence[str] | None = None,
    template: str = "", incentive_minor: int = 0, variant: int = 0, contact_id: int | None = None,
) -> Draft:  # fmt: skip
    """Write a draft from a template; without a code the best enabled one for goal, tone and ticked facts.

    ``facts`` are keys of ticked facts, None the proposed ones. ``variant`` counts through the templates that fit. Where
    none fits, or one has a field that this customer cannot fill, a UserError says so.
    """
    from services.outreach.templates.write import draft_by_template as do

    return do(workspace, customer_id, goal=goal, tone=tone, facts=facts, template=template,
              incentive_minor=incentive_minor, variant=variant, contact_id=contact_id)  # fmt: skip


def draft_by_model(
    workspace: Workspace, request: ModelRequest, *, on_text: Callable[[str], None], cancelled: Callable[[], bool]
) -> Draft:
    """Write a draft with a language model, telling the text so far (names already put back) as it comes.

    Only ticked facts leave, masked; what customers wrote is marked as data. An endpoint that is down, slow, refuses or
    answers garbage is an EnvironmentFault of one sentence; when ``cancelled`` says so, nothing is kept.
    """
    from services.outreach.model.write import draft_by_model as do

    return do(workspace, request, on_text=on_text, cancelled=cancelled)


def what_leaves(workspace: Workspace, request: ModelRequest) -> str:
    """Return exactly the text that a request would send to the language model, as it would be sent."""
    from services.outreach.model.write import what_leaves as do

    return do(workspace, request)


def try_profile(
    workspace: Workspace, profile: ModelProfile, key: str | None, *, cancelled: Callable[[], bool] = lambda: False
) -> str:
    """Ask the endpoint for one word; return "Works: …" in words, or raise the fault that a draft would meet."""
    from services.outreach.model.write import try_profile as do

    return do(workspace, profile, key, cancelled=cancelled)


# -- templates ----------------------------------------------------------------------------------------------------


def read_templates(workspace: Workspace) -> tuple[TemplateChoice, ...]:
    """Return the starter set with the book's changes and its own templates, by goal and name."""
    from services.outreach.templates.library import read_templates as do

    return do(workspace)


def save_template(workspace: Workspace, template: TemplateChoice) -> Changes:
    """Write a template, parsed and tried first: a UserError names line and reason (unknown field, open bracket)."""
    from services.outreach.templates.library import save_template as do

    return do(workspace, template)


def reset_template(workspace: Workspace, code: str) -> Changes:
    """Put a changed template of the starter set back, or remove one of the book's own."""
    from services.outreach.templates.library import reset_template as do

    return do(workspace, code)


def preview_template(workspace: Workspace, template: TemplateChoice, customer_id: int | None = None) -> TemplatePreview:
    """Fill a template that may not be saved yet for a real customer, and say what the book lacks for it."""
    from services.outreach.templates.library import preview_template as do

    return do(workspace, template, customer_id)


def template_fields() -> tuple[TemplateField, ...]:
    """Return the fields that a template may use, in the order in which they are offered."""
    from models.values.outreach import TemplateField
    from services.outreach.templates.fields import FIELDS, FLAGS

    return tuple(TemplateField(name, words, name in FLAGS) for name, words in FIELDS.items())


# -- checking -----------------------------------------------------------------------------------------------------


def warm_up(workspace: Workspace) -> None:
    """Write and judge an email that nobody sees and nothing keeps, in a worker: the first opens as fast as others."""
    from services.outreach.warm_start import warm_up as do

    do(workspace)


def review(workspace: Workspace, edit: Edit) -> Review:
    """Check a text: statements against the facts, greeting, send policy, incentive, leaks, open fields."""
    from services.outreach.reviewing import review as do

    return do(workspace, edit)


def resolve_statement(
    workspace: Workspace, message_id: int, sentence: str, way: Literal["sourced", "confirmed"], said: str
) -> Changes:
    """Name the source of a flagged statement, or confirm it with a reason; scores and mark-up can never go out."""
    from services.outreach.answering import resolve_statement as do

    return do(workspace, message_id, sentence, way, said)


def read_sentences(workspace: Workspace, message_id: int, *, read: bool = True) -> Changes:
    """Keep that a person has read the sentences of their own as they stand, or take that back; journalled."""
    from services.outreach.answering import read_sentences as do

    return do(workspace, message_id, read=read)


# -- writing ------------------------------------------------------------------------------------------------------


def save(workspace: Workspace, edit: Edit, *, draft: Draft | None = None, for_review: bool = False) -> Message:
    """Store a text: an autosave, which Ctrl+Z passes over, or with ``draft`` or ``for_review`` an act of the person.

    One that is approved, sent or discarded meanwhile, or changed elsewhere (`ChangedElsewhere`: kept as a draft), is a
    UserError.
    """
    from services.outreach.messages import save as do

    return do(workspace, edit, draft=draft, for_review=for_review)


def restore_draft(workspace: Workspace, message_id: int, draft_id: int) -> Message:
    """Bring an earlier draft back as the newest one; nothing is lost."""
    from services.outreach.messages import restore_draft as do

    return do(workspace, message_id, draft_id)


def discard(workspace: Workspace, message_ids: Sequence[int]) -> Changes:
    """Put emails that are not approved away; can be undone."""
    from services.outreach.messages import discard as do

    return do(workspace, message_ids)


# -- approval and outbox ------------------------------------------------------------------------------------------


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


def recall(workspace: Workspace, message_ids: Sequence[int]) -> Changes:
    """Take approved emails back to review, with exactly the text last seen; impossible once handed over."""
    from services.outreach.outbox.approval import recall as do

    return do(workspace, message_ids)


def reschedule(workspace: Workspace, message_ids: Sequence[int], at: str | None, *, anyway: bool = False) -> Changes:
    """Let approved emails go out at another moment; None: now, with ``anyway`` in these quiet hours too."""
    from services.outreach.outbox.approval import reschedule as do

    return do(workspace, message_ids, at, anyway=anyway)


def why_not_now(workspace: Workspace, message_id: int) -> NotNow | None:
    """Return what keeps a queued email from going out at this moment; None if nothing does."""
    from services.outreach.send_policy import why_not_now as do

    return do(workspace, message_id)


def retry(workspace: Workspace, message_ids: Sequence[int]) -> Changes:
    """Queue failed emails again."""
    from services.outreach.outbox.approval import retry as do

    return do(workspace, message_ids)


def settle(workspace: Workspace, message_id: int, *, delivered: bool) -> Changes:
    """A person decides on an email in doubt: it arrived (sent), or it did not (back to review)."""
    from services.outreach.outbox.approval import settle as do

    return do(workspace, message_id, delivered=delivered)


def send_due(
    workspace: Workspace, *, now: bool = False, only: Sequence[int] | None = None,
    cancelled: Callable[[], bool] = lambda: False, abandoned: Callable[[], bool] = lambda: False,
) -> tuple[SendRun, Changes]:  # fmt: skip
    """Hand over over SMTP what is approved and due; each email at most once, whatever happens.

    Two at once never send the same email. A fault of the connection or the account ends the round: what is left waits.
    ``now`` does not wait out the time in which an email can be stopped; ``only`` names just these. ``cancelled`` begins
    no further email; ``abandoned`` cuts the line too: what was being handed over is in doubt only if its end was sent.
    """
    from services.outreach.outbox.sending import send_due as do

    return do(workspace, now=now, only=only, cancelled=cancelled, abandoned=abandoned)


def next_due(workspace: Workspace) -> str | None:
    """Return the moment at which the next email is due or to be tried again; None if nothing waits."""
    from services.outreach.outbox.sending import next_due as do

    return do(workspace)


def read_outbox(
    workspace: Workspace, tab: str, *, after: tuple[str, int] | None = None, count: int = 200, text: str = ""
) -> OutboxPage:
    """Return a page of a tab: review | waiting | doubt | failed | sent, with the counts of all."""
    from services.outreach.outbox.reading import read_outbox as do

    return do(workspace, tab, after=after, count=count, text=text)


def read_standing(workspace: Workspace) -> OutboxStanding:
    """Return what the chip of the top bar says."""
    from services.outreach.outbox.reading import read_standing as do

    return do(workspace)


def read_attempts(workspace: Workspace, message_id: int) -> tuple[Attempt, ...]:
    """Return each attempt to hand an email over, oldest first, with the server's words."""
    from services.outreach.outbox.attempts import read_attempts as do

    return do(workspace, message_id)


def read_message(workspace: Workspace, message_id: int) -> Message:
    """Return one email as it is stored; a UserError where there is none of this number."""
    from services.outreach.messages import read_message as do

    return do(workspace, message_id)


def mail_text(workspace: Workspace, message_id: int) -> str:
    """Return the mail as it goes out, signature and unsubscribe line included, for the preview."""
    from services.outreach.mail import mail_text as do

    return do(workspace, message_id)


def write_eml(workspace: Workspace, message_id: int, folder: Path) -> Path:
    """Write an approved email as an .eml file that a mail program opens as a draft; the send policy is asked."""
    from services.outreach.mail import write_eml as do
    from services.outreach.outbox.standing import still_standing as check

    return do(workspace, check(workspace, message_id), folder)


def mail_link(workspace: Workspace, message_id: int) -> str:
    """Return the ``mailto:`` link that opens the approved email in the mail program; the send policy is asked."""
    from services.outreach.mail import mail_link as do
    from services.outreach.outbox.standing import still_standing

    return do(workspace, still_standing(workspace, message_id))


def why_not_by_hand(workspace: Workspace, message_id: int) -> str:
    """Return why an approved email may not be given to the mail program at this moment, '' where it may."""
    from services.outreach.mail import why_not_by_hand as do

    return do(workspace, message_id)


def handed_over(workspace: Workspace, message_id: int, via: str) -> Changes:
    """A person says that an email went out by their mail program: it counts as sent."""
    from services.outreach.outbox.approval import handed_over as do

    return do(workspace, message_id, via)


def try_mail(
    workspace: Workspace, account: MailAccount, password: str | None, *, cancelled: Callable[[], bool] = lambda: False
) -> str:
    """Connect, encrypt and sign in without sending anything; return "Works: …", or raise what sending would meet."""
    from services.outreach.outbox.trying import try_mail as do

    return do(workspace, account, password, cancelled=cancelled)


def send_to_oneself(
    workspace: Workspace, account: MailAccount, password: str | None, *, cancelled: Callable[[], bool] = lambda: False
) -> str:
    """Send a test email from an account to its own address; return what to look for, or raise what sending meets."""
    from services.outreach.outbox.trying import send_to_oneself as do

    return do(workspace, account, password, cancelled=cancelled)


def account_fixed(workspace: Workspace) -> None:
    """Forget the account's fault: with another server or password, emails that wait may go out at once."""
    from services.outreach.outbox.trouble import no_trouble as do

    do(workspace)


def draft_automatically(workspace: Workspace, alert_ids: Sequence[int]) -> Changes:
    """Draft by template for new alerts as the policy says; they wait for review, and nothing is approved or sent."""
    from services.outreach.automatic import draft_automatically as do

    return do(workspace, alert_ids)
