"""A draft by a language model: facts chosen → masked → asked → answered → put back."""

from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_UP, Decimal
from typing import Final

from models.values import words
from models.values.errors import UserError
from models.values.outreach import Draft, Fact, ModelRequest
from services.insight import reading
from services.outreach.facts import facts_of, names_of
from services.outreach.model.answer import so_far, to_email
from services.outreach.model.client import CONNECT_S, Answer, ask, check_address, check_key
from services.outreach.model.faults import Trouble, told
from services.outreach.model.masking import Mask, mask_for
from services.outreach.model.prompt import as_json, request_text, sendable
from services.outreach.model.unticked import without_unticked
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
    profile = _profile(workspace, request.profile)
    check_address(profile)
    key = workspace.keyring.get(profile.secret)
    check_key(profile, key)
    asked = _prepared(workspace, profile, request)
    last = ""

    def tell(text: str) -> None:
        nonlocal last
        shown = asked.mask.show_so_far(so_far(text))
        if shown and shown != last:
            last = shown
            on_text(shown)

    answer = ask(profile, key, asked.text.encode(), on_words=tell, cancelled=cancelled)
    try:
        email = to_email(answer.text, subject=asked.subject if request.change or request.text.strip() else "")
    except Trouble as trouble:
        raise told(trouble, profile, connect_s=CONNECT_S) from trouble
    return Draft(
        subject=asked.mask.show(email.subject),
        greeting=asked.greeting,
        body=f"{asked.mask.show(email.body)}\n\n{_CLOSINGS.get(request.tone, _CLOSINGS['warm'])}",
        writer=f"model:{profile.name}",
        words=f"language model, {words.count(len(asked.facts), 'fact')}",
        facts=tuple(fact.key for fact in asked.facts),
        incentive_minor=request.incentive_minor,
        currency=request.currency,
        sent_to_model=asked.text,
        tokens_in=answer.tokens_in,
        tokens_out=answer.tokens_out,
        cost=cost_of(profile, answer.tokens_in, answer.tokens_out),
        seconds=round(answer.seconds, 2),
    )


def what_leaves(workspace: Workspace, request: ModelRequest) -> str:
    """Return exactly the text that a request would send to the language model."""
    return _prepared(workspace, _profile(workspace, request.profile), request).text


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


class _Prepared:
    """A request that is ready to leave, with the table that turns its answer back."""

    def __init__(self, text: str, mask: Mask, facts: tuple[Fact, ...], greeting: str, subject: str) -> None:
        self.text = text
        self.mask = mask
        self.facts = facts
        self.greeting = greeting
        self.subject = subject


def _prepared(workspace: Workspace, profile: ModelProfile, request: ModelRequest) -> _Prepared:
    with reading(workspace) as reader:
        unwanted = why_not_drafted(reader, request.customer_id, request.contact_id)
        if unwanted:
            raise UserError(unwanted)
        known = facts_of(reader, request.customer_id, request.goal, keep=request.facts)
        facts = sendable(known, request.facts)
        request = without_unticked(workspace, request, known)
        row = addressed(reader.driver, request.customer_id, request.contact_id)
        plain = {value.text for fact in facts for value in fact.values if value.kind in ("product", "category")}
        mask = mask_for(reader.driver, request.customer_id, workspace.person, plain)
        text = request_text(profile, request, facts, mask)
        subject = mask.hide(request.subject)
    names = names_of(row["name"], row["company"])
    return _Prepared(text, mask, facts, names.greeting(request.tone), subject)


def _profile(workspace: Workspace, name: str) -> ModelProfile:
    found = workspace.preferences.profile(name)
    if found is None:
        raise UserError(f"There is no language model “{name}” on this computer. Add it in Settings, or use a template.")
    return found


def _seconds(answer: Answer) -> str:
    return f"{answer.seconds:.1f}"


def _unheard(text: str) -> None:
    """A trial shows nothing while it comes."""
