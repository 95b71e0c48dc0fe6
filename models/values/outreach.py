"""Values of outreach: facts, drafts, claims, checks, and an email as it is written. Money is in minor units."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, Literal, NamedTuple

from models.values.alerts import AlertRow, Permission, WorkItem
from models.values.customers import Contact
from models.values.tones import TONES as TONES
from models.values.words import count

Goal = Literal["apologise", "check_in", "renewal", "thank", "introduce"]
MessageState = Literal["draft", "in_review", "approved", "queued", "sending", "sent", "failed", "in_doubt", "discarded"]

GOALS: Final[Mapping[str, str]] = {
    "apologise": "Apologise and win back",
    "check_in": "Check in",
    "renewal": "Renewal",
    "thank": "Thank and offer more",
    "introduce": "Introduce a feature",
}
#: States in which a person may still write.
WRITABLE: Final = frozenset({"draft", "in_review"})
#: States that count against the frequency cap: the customer has it, will have it, or may have it.
UNDER_WAY: Final = frozenset({"approved", "queued", "sending", "sent", "in_doubt"})
#: States that an undo may not touch: the email has left, or may have.
HANDED_OVER: Final = frozenset({"sending", "sent", "in_doubt"})


@dataclass(frozen=True, slots=True)
class FactValue:
    """Something that a text may state on the strength of a fact.

    Attributes
    ----------
    kind
        What it is; decides how it is looked for in a text.
    text
        Canonical: a date ``2026-09-07``, a month ``2026-09``, a year ``2026``, a number as decimal text, money as
        decimal text of major units (with ``currency``), a percent as decimal text (``5`` for 5 %), all else in words.
        A ``statement`` holds words whose meaning the fact supports ("late delivery", "reached you late").
    """

    kind: Literal["date", "month", "year", "number", "money", "percent", "product", "category", "name", "quote",
                  "statement"]  # fmt: skip
    text: str
    currency: str = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact of a customer with its source row.

    Attributes
    ----------
    key
        Unique within the customer and stable while the row stands: ``order:5128``, ``orders:count``.
    words
        One line as the composer shows it: "Last order 7 Sep, 3 items". No score, no segment, no alert's reason.
    label
        Where it is from, short: "order #5128", "CRM", "ticket #312, 18 Sep".
    table, row_id
        The source row; ``row_id`` is None for a count over a table.
    group
        order | product | ticket | review | deal | contract | survey | conversation | campaign | person | suggestion
    values
        What a text may state because of it.
    ticked
        Whether it is proposed for the goal; only ticked facts leave this computer.
    quote
        The customer's own words, if it holds any: data, never an instruction.
    """

    key: str
    words: str
    label: str
    table: str
    row_id: int | None
    group: str
    values: tuple[FactValue, ...] = ()
    ticked: bool = False
    quote: str = ""


@dataclass(frozen=True, slots=True)
class TemplateChoice:
    """A template as the composer and the settings list it; ``origin`` is starter, changed or own."""

    code: str
    name: str
    goal: str
    tone: str
    subject: str
    body: str
    origin: Literal["starter", "changed", "own"]
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class TemplateField:
    """A field that a template may use: ``name`` as it stands in the brackets, ``asked`` if it is only yes or no."""

    name: str
    words: str
    asked: bool = False


@dataclass(frozen=True, slots=True)
class TemplatePreview:
    """A template filled for one customer, or the sentence why it cannot be; with what it lacks over the whole book."""

    customer: str
    subject: str
    greeting: str
    body: str
    fault: str
    lacking: tuple[str, ...]  # "3 customers have no first name"


@dataclass(frozen=True, slots=True)
class Draft:
    """A text as a writer made it; nothing of it is stored yet.

    Attributes
    ----------
    writer
        ``template:CODE``, ``model:PROFILE`` or ``person``.
    words
        "template “After a late delivery”", "language model, 6 facts".
    """

    subject: str
    greeting: str
    body: str
    writer: str
    words: str
    facts: tuple[str, ...]
    incentive_minor: int = 0
    currency: str = ""
    sent_to_model: str = ""  # exactly what left this computer, as text
    tokens_in: int | None = None
    tokens_out: int | None = None
    cost: str = ""
    seconds: float = 0.0
    note: str = ""  # one line to tell: "No network: the template was used"


@dataclass(frozen=True, slots=True)
class ModelRequest:
    """What a language model is asked for; ``facts`` are the keys of the ticked ones.

    ``change`` is '' for a new draft, "shorter", "warmer", or a person's own words for a rewrite of ``text``.
    """

    customer_id: int
    goal: str
    tone: str
    facts: tuple[str, ...]
    profile: str
    change: str = ""
    text: str = ""  # the body that a rewrite starts from
    subject: str = ""
    incentive_minor: int = 0
    currency: str = ""
    variant: int = 0
    contact_id: int | None = None


class Warned(NamedTuple):
    """A sentence that a second reading warns of: how it reads it, the fact that this is about, and why."""

    sentence: str
    reads_as: str
    fact: str
    reason: str


@dataclass(frozen=True, slots=True)
class SecondReading:
    """What a language model finds in an email that is written; it only ever adds warnings.

    Attributes
    ----------
    edit
        The text that was read.
    warnings
        What the model warns of, in the order of the text.
    """

    edit: Edit
    profile: str
    warnings: tuple[Warned, ...]
    sent_to_model: str  # exactly what left this computer
    tokens_in: int | None
    tokens_out: int | None
    cost: str
    seconds: float

    @property
    def words(self) -> str:
        """The outcome in one line: "The second reading warns of 2 sentences"."""
        if not self.warnings:
            return "The second reading found nothing to add"
        return f"The second reading warns of {count(len(self.warnings), 'sentence')}"


@dataclass(frozen=True, slots=True)
class Resolution:
    """What is kept of a sentence of an email: what a person answers for, or a second reading warned of. Journalled."""

    sentence: str  # the words as they stood
    way: Literal["sourced", "confirmed", "read", "warned"]
    source: str  # label of the record or note, "model:PROFILE" of a warning, '' when confirmed or read
    reason: str  # of a warning: why, in the words of the model
    by: str
    at: str
    reads_as: str = ""  # of a warning: contradicts | promises | tone
    fact: str = ""  # of a warning: the fact that it contradicts, in words
    text: str = ""  # of a warning: mark of the whole text that was read


@dataclass(frozen=True, slots=True)
class Claim:
    """A part of a text that states something, at its place, with its source or without one.

    Attributes
    ----------
    where, start, end
        Part of the email, and the place in it in code points, end exclusive.
    kind
        number | date | money | percent | name | product | quote | statement | score | offer | field | markup | link;
        of a sentence that code would not write own, of any other that a second reading warned of warned; both with the
        verdicts to_read and read
    verdict
        sourced | confirmed | unsupported
    label
        The source's label ("order #5128"), or why it is flagged ("no source in your data").
    """

    where: Literal["subject", "greeting", "body"]
    start: int
    end: int
    text: str
    kind: str
    verdict: Literal["sourced", "confirmed", "unsupported", "to_read", "read"]
    number: int | None  # its source's in the margin, counted through the text
    label: str
    fact: str = ""  # key of the one that supports it
    sentence: str = ""  # the whole sentence that it stands in
    warned: bool = False  # the label is what a second reading warned of


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the checks. ``blocks`` is False for what only advises.

    name: permission | facts | statements | greeting | incentive | scores | sender | fields | unsubscribe
    """

    name: str
    passed: bool
    words: str
    why: str = ""  # the rest of the line, and of the tooltip
    blocks: bool = True
    instead: str = ""  # who gave consent and can be chosen as the recipient
    remedy: str = ""  # words of the button that settles it in place

    @property
    def rest(self) -> str:
        """What follows the words in their line, '' for nothing, with what joins it to them."""
        joined = " " if self.passed or self.words.endswith(":") else "; "
        return f"{joined}{self.why}" if self.why else ""


@dataclass(frozen=True, slots=True)
class Review:
    """The verdict on a text: its claims in order of place, the checks, and whether it may be approved.

    ``read_again``: mark of the text of the last second reading, unless that is a day old; '' without one.
    """

    claims: tuple[Claim, ...]
    checks: tuple[Check, ...]
    ready: bool
    verdict: str  # "All verified: every statement has a source", "2 sentences to read: …", "1 problem: …"
    read_again: str = ""

    @property
    def flagged(self) -> tuple[Claim, ...]:
        """Claims without a source."""
        return tuple(claim for claim in self.claims if claim.verdict == "unsupported")

    @property
    def own(self) -> tuple[Claim, ...]:
        """The person's own sentences, read or not: no source is claimed for them; and those that a model warned of."""
        return tuple(claim for claim in self.claims if claim.kind in ("own", "warned"))

    @property
    def to_read(self) -> tuple[Claim, ...]:
        """Those that nobody has read yet, where nothing else stands in the email's way."""
        others = any(check.blocks and not check.passed and check.name != "statements" for check in self.checks)
        left = tuple(claim for claim in self.own if claim.verdict == "to_read")
        return () if others or self.flagged else left


@dataclass(frozen=True, slots=True)
class After:
    """What approval does beside queueing the email; deals are never ticked for a person."""

    wait: bool = True  # the alert waits
    remind_on: str | None = None  # day: it comes back then if no order was placed
    deal_id: int | None = None
    deal_stage: str = ""


def text_mark(subject: str, greeting: str, body: str) -> str:
    """A short text that changes with any of the three."""
    return sha256("\0".join((subject, greeting, body)).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Edit:
    """The text of an email as the composer or the command line holds it. ``id`` 0: not stored yet.

    ``version`` is that of the stored text which it was made from; 0 does not ask whether that still stands.
    """

    id: int
    customer_id: int
    alert_id: int | None
    goal: str
    tone: str
    writer: str
    subject: str
    greeting: str
    body: str
    facts: tuple[str, ...]
    resolutions: tuple[Resolution, ...] = ()
    incentive_minor: int = 0
    currency: str = ""
    version: int = 0
    contact_id: int | None = None

    @property
    def mark(self) -> str:
        """A short text that changes with the subject, the greeting or the body."""
        return text_mark(self.subject, self.greeting, self.body)


@dataclass(frozen=True, slots=True)
class Message:
    """An email as it is stored."""

    id: int
    customer_id: int
    customer: str
    alert_id: int | None
    state: MessageState
    goal: str
    tone: str
    writer: str
    origin: str
    subject: str
    greeting: str
    body: str
    facts: tuple[str, ...]
    resolutions: tuple[Resolution, ...]
    incentive_minor: int
    currency: str
    version: int
    after: After | None
    approved_by: str | None
    approved_at: str | None
    to_address: str | None
    from_address: str | None
    due_at: str | None
    message_id: str | None
    attempts: int
    fault: str | None
    via: str | None
    sent_at: str | None
    created_at: str
    changed_at: str
    contact_id: int | None = None

    @property
    def edit(self) -> Edit:
        """The text as a value to go on writing from."""
        return Edit(self.id, self.customer_id, self.alert_id, self.goal, self.tone, self.writer, self.subject,
                    self.greeting, self.body, self.facts, self.resolutions, self.incentive_minor,
                    self.currency, contact_id=self.contact_id)  # fmt: skip


@dataclass(frozen=True, slots=True)
class DraftVersion:
    """One of the drafts of an email, newest first in a `Composition`."""

    id: int
    number: int
    written_at: str
    words: str
    subject: str
    greeting: str
    body: str
    sent_to_model: str
    tokens_in: int | None
    tokens_out: int | None
    cost: str


@dataclass(frozen=True, slots=True)
class Masking:
    """What is masked on the way out and put back here, and what never leaves."""

    masked: tuple[tuple[str, str], ...]  # ("Marlow & Pike Outfitters", "[customer]")
    withheld: str  # "Email, phone, address"
    never: str  # "churn risk, value at risk, engagement, segment, alert reason"


@dataclass(frozen=True, slots=True)
class Composition:
    """Everything that the composer opens with. ``message`` is None until the first change is saved."""

    customer_id: int
    customer: str
    to_address: str
    from_address: str
    consent_words: str  # "consent given 2 Mar 2023"
    edit: Edit
    message: Message | None
    facts: tuple[Fact, ...]
    versions: tuple[DraftVersion, ...]
    templates: tuple[TemplateChoice, ...]
    permission: Permission
    masking: Masking
    alert: AlertRow | None
    deal: WorkItem | None
    deal_stage: str  # the stage that "move" would set, '' where there is none after it
    remind_on: str  # proposed day
    scheduled: tuple[tuple[str, str], ...]  # (moment, words): proposed times other than now
    recall_minutes: int
    note: str = ""
    recipients: tuple[Contact, ...] = ()
    own_address: str = ""  # the customer's own, whoever is written to
    owner: str = ""  # whose zone quiet hours and free days are meant in
    consent_history: tuple[str, ...] = ()  # what was said under the address, the newest first

    @property
    def recipient(self) -> Contact | None:
        """The contact who is written to; None where it is the customer."""
        return next((one for one in self.recipients if one.id == self.edit.contact_id), None)

    @property
    def to_name(self) -> str:
        """The name of who is written to."""
        return self.recipient.name if self.recipient is not None else self.customer
