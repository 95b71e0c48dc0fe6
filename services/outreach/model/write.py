"""A draft by a language model: facts chosen → masked → asked → answered → put back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_UP, Decimal
from typing import Any, Final
from urllib.parse import urlsplit

from models.values import words
from models.values.errors import UserError
from models.values.outreach import Draft, Fact, ModelRequest
from services.book.disclosures import ASKED, note_disclosure
from services.insight import Reader, reading
from services.outreach.facts import Names, find_facts, names_of
from services.outreach.frames import filled, slots_of, texts_of
from services.outreach.model.answer import Email, so_far, to_email
from services.outreach.model.client import CONNECT_S, Answer, ask, check_address, check_key
from services.outreach.model.faults import ModelFault, Trouble, told
from services.outreach.model.masking import Mask, mask_for
from services.outreach.model.prompt import FORMS, NOT_SENT, as_json, request_text, sendable
from services.outreach.model.unticked import without_unticked
from services.outreach.subjects import discreet, plain_subject
from services.outreach.templates.fields import fill
from services.outreach.unwanted import why_not_drafted
from services.permission.recipient import addressed
from services.settings import ModelProfile
from services.workspace import Workspace

_MILLION: Final = Decimal(1_000_000)
_SMALLEST: Final = Decimal("0.000001")
#: As the templates end; the signature comes under it at sending.
_CLOSINGS: Final = {"warm": "Warm regards,", "brief": "Best regards,", "formal": "Yours sincerely,"}


def draft_by_model(
    workspace: Workspace,
    request: ModelRequest,
    *,
    on_text: Callable[[str], None],
    cancelled: Callable[[], bool],
) -> Draft:
    """Write a draft with a language model, telling the text so far as it comes.

    The text so far is the answer as it stands, the line "Subject: …" first, names put back.

    Raises
    ------
    Cancelled, EnvironmentFault, UserError
        As `services.outreach.draft_by_model` says.
    """
    profile, key = usable(workspace, request.profile)
    asked = _prepared(workspace, profile, request)
    note_request(workspace, profile, request.customer_id, asked.forms[0], asked.facts)
    answer, sent = answered(profile, key, asked.forms, _teller(asked, on_text), cancelled)
    try:
        email = to_email(answer.text, subject=asked.subject if request.change or request.text.strip() else "")
        subject, body, left_out = _put_back(email, asked, request.goal)
    except Trouble as trouble:
        raise told(trouble, profile, connect_s=CONNECT_S) from trouble
    with reading(workspace) as reader:
        subject = discreet(reader.driver, subject, request.goal)
    return Draft(
        subject=subject,
        greeting=asked.names.greeting({"dear": "formal", "hello": "warm"}.get(email.greeting, request.tone)),
        body=f"{body}\n\n{_CLOSINGS.get(request.tone, _CLOSINGS['warm'])}",
        writer=f"model:{profile.name}",
        words=f"language model, {words.count(len(asked.facts), 'fact')}",
        facts=tuple(fact.key for fact in asked.facts),
        incentive_minor=request.incentive_minor,
        currency=request.currency,
        sent_to_model=sent,
        tokens_in=answer.tokens_in,
        tokens_out=answer.tokens_out,
        cost=cost_of(profile, answer.tokens_in, answer.tokens_out),
        seconds=round(answer.seconds, 2),
        note=_note(left_out, NOT_SENT in sent),
    )


def note_request(
    workspace: Workspace, profile: ModelProfile, customer_id: int, text: str, facts: Sequence[Fact]
) -> None:
    """Note what a language model is about to be sent, and where, whatever comes of it."""
    size, host = len(text.encode()), urlsplit(profile.base_url).hostname
    what = f"Request to {profile.name}: {words.count(len(facts), 'fact')}"
    to, fields = f"{host} ({profile.model})", [fact.key for fact in facts]
    note_disclosure(workspace, ASKED, f"customer:{customer_id}", what, to=to, size=size, fields=fields)


def _teller(asked: _Prepared, on_text: Callable[[str], None]) -> Callable[[str], None]:
    """Return what is told of an answer as it comes: the text so far, each time it is another."""
    last = ""

    def tell(text: str) -> None:
        nonlocal last
        shown = filled(asked.mask.show_so_far(so_far(text)), asked.texts)[0]
        if shown and shown != last:
            last = shown
            on_text(shown)

    return tell


def _note(left_out: int, withheld: bool) -> str:
    """Say what is missing from the draft, and what did not leave though it was ticked."""
    said = []
    if withheld:
        said.append(
            "Some words were not sent to the language model: they may hold personal data that cannot be hidden."
        )
    if left_out:
        said.append(f"{words.count(left_out, 'sentence')} left out: no ticked fact covers what you asked for.")
    return " ".join(said)


def answered(
    profile: ModelProfile,
    key: str | None,
    forms: Sequence[str],
    tell: Callable[[str], None],
    cancelled: Callable[[], bool],
) -> tuple[Answer, str]:
    """Ask for an answer in the strictest form that the endpoint knows; return it with what was sent for it."""
    for text in forms:
        try:
            return ask(profile, key, text.encode(), on_words=tell, cancelled=cancelled), text
        except ModelFault as fault:
            if fault.kind != "refused_request" or text == forms[-1]:
                raise
    raise AssertionError("the last form returns or raises")


def _put_back(email: Email, asked: _Prepared, goal: str) -> tuple[str, str, int]:
    """Return subject and body with names and facts in their places, and how many sentences had none."""
    subject, wrong = filled(asked.mask.show(email.subject), asked.texts)
    body, left_out = filled(asked.mask.show(email.body), asked.texts)
    if not body:
        raise Trouble("no_email", "none of its sentences holds what the facts do")
    return (plain_subject(goal) if wrong else subject), body, len(left_out) + len(wrong)


def what_leaves(workspace: Workspace, request: ModelRequest) -> str:
    """Return exactly the text that a request would send to the language model."""
    return _prepared(workspace, _profile(workspace, request.profile), request).forms[0]


def try_profile(
    workspace: Workspace, profile: ModelProfile, key: str | None, *, cancelled: Callable[[], bool] = lambda: False
) -> str:
    """Ask an endpoint for one word and say how long it took.

    Parameters
    ----------
    key
        The key as it was typed; None: the one in the keyring.

    Raises
    ------
    Cancelled
        ``cancelled`` said so.
    EnvironmentFault, UserError
        In one sentence, what a draft would meet.
    """
    workspace.managed.limits.refuse_model(profile.base_url)
    secret = key if key is not None else workspace.keyring.get(profile.secret)
    text = as_json(profile, [{"role": "user", "content": "Answer with the one word: ready"}])
    answer = ask(profile, secret, text.encode(), on_words=_unheard, cancelled=cancelled)
    return f"Works: {profile.model} answered in {_seconds(answer)} s."


def cost_of(profile: ModelProfile, tokens_in: int | None, tokens_out: int | None) -> str:
    """Return what an answer cost by the profile's prices, as decimal text with its currency; '' if it is not known."""
    if tokens_in is None or tokens_out is None or not (profile.price_in or profile.price_out):
        return ""
    spent = Decimal(profile.price_in or 0) * tokens_in + Decimal(profile.price_out or 0) * tokens_out
    return f"{(spent / _MILLION).quantize(_SMALLEST, ROUND_UP).normalize():f} {profile.currency}"


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A request that is ready to leave, with the table that turns its answer back."""

    forms: tuple[str, ...]  # what is sent, for each of ``prompt.FORMS``
    mask: Mask
    facts: tuple[Fact, ...]
    texts: Mapping[str, str]  # of the placeholders
    names: Names
    subject: str


def _prepared(workspace: Workspace, profile: ModelProfile, request: ModelRequest) -> _Prepared:
    with reading(workspace) as reader:
        found = material(workspace, reader, request)
        request, facts, mask, slots = found.request, found.facts, found.mask, found.slots
        forms = tuple(request_text(profile, request, facts, mask, slots, form) for form in FORMS)
        return _Prepared(forms, mask, facts, texts_of(slots), found.names, mask.hide(request.subject))


@dataclass(frozen=True, slots=True)
class Material:
    """What of a customer may be told to a language model, and the table that masks it while the book is read.

    ``request`` is without the sentences that only an unticked fact supports.
    """

    request: ModelRequest
    facts: tuple[Fact, ...]
    mask: Mask
    slots: Mapping[str, Any]
    names: Names


def material(workspace: Workspace, reader: Reader, request: ModelRequest) -> Material:
    """Return what may leave for a request.

    Raises
    ------
    UserError
        No email may be written to this customer or contact.
    """
    unwanted = why_not_drafted(reader, request.customer_id, request.contact_id)
    if unwanted:
        raise UserError(unwanted)
    found = find_facts(reader, request.customer_id, request.goal, keep=request.facts)
    known = tuple(one.fact for one in found)
    facts = sendable(known, request.facts)
    request = without_unticked(workspace, request, known)
    row = addressed(reader.driver, request.customer_id, request.contact_id)
    names = names_of(row["name"], row["company"])
    keys = [fact.key for fact in facts]
    values = fill(found, keys, names, incentive_minor=request.incentive_minor, currency=request.currency)
    slots = slots_of(found, keys, values)
    plain = {value.text for fact in facts for value in fact.values if value.kind in ("product", "category")}
    mask = mask_for(reader.driver, request.customer_id, workspace.person, plain)
    return Material(request, facts, mask, slots, names)


def usable(workspace: Workspace, name: str) -> tuple[ModelProfile, str | None]:
    """Return the language model of a name with its key.

    Raises
    ------
    UserError
        There is none, or its address or key cannot be used.
    """
    profile = _profile(workspace, name)
    workspace.managed.limits.refuse_model(profile.base_url)
    check_address(profile)
    key = workspace.keyring.get(profile.secret)
    check_key(profile, key)
    return profile, key


def _profile(workspace: Workspace, name: str) -> ModelProfile:
    found = workspace.preferences.profile(name)
    if found is None:
        raise UserError(f"There is no language model “{name}” on this computer. Add it in Settings, or use a template.")
    return found


def _seconds(answer: Answer) -> str:
    return f"{answer.seconds:.1f}"


def _unheard(text: str) -> None:
    """A trial shows nothing while it comes."""
