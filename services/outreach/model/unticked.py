"""The text that a rewrite starts from, without what it says of facts that are no longer ticked: those do not leave."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from models.values.outreach import Claim, Edit, Fact, ModelRequest
from services.workspace import Workspace


def without_unticked(workspace: Workspace, request: ModelRequest, facts: Sequence[Fact]) -> ModelRequest:
    """Return the request without the sentences that only an unticked fact supports.

    A person's own words that no fact knows anything of stay: they were written to be sent.

    Parameters
    ----------
    facts
        All facts of the customer, ticked or not.
    """
    if not request.text.strip() and not request.subject.strip():
        return request
    ticked = frozenset(request.facts)
    judged = _claims(workspace, request, request.facts)
    supported = {(one.where, one.start) for one in judged if one.fact}
    known = _claims(workspace, request, tuple(fact.key for fact in facts))
    going = {
        (one.where, one.sentence)
        for one in known
        if one.fact and one.fact not in ticked and (one.where, one.start) not in supported
    }
    text = request.text
    for where, sentence in going:
        if where == "body":
            text = text.replace(sentence, "")
    subject = "" if any(where == "subject" for where, _ in going) else request.subject
    return replace(request, text=text, subject=subject)


def _claims(workspace: Workspace, request: ModelRequest, facts: tuple[str, ...]) -> tuple[Claim, ...]:
    from services.outreach.reviewing import review

    edit = Edit(
        id=0,
        customer_id=request.customer_id,
        alert_id=None,
        goal=request.goal,
        tone=request.tone,
        writer="person",
        # A text without a subject is refused before it is read; these words state nothing.
        subject=request.subject.strip() or "A word from us",
        greeting="Hello,",
        body=request.text,
        facts=facts,
        incentive_minor=request.incentive_minor,
        currency=request.currency,
    )
    return review(workspace, edit).claims
