"""Write a draft from a template: the best that fits what is ticked, with every field filled or a sentence why not."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from models import sqlite
from models.values import words
from models.values.errors import UserError
from models.values.outreach import GOALS, TONES, Draft, TemplateChoice
from services.insight import Reader, reading
from services.outreach.facts import Found, Names, find_facts, names_of
from services.outreach.manner import tone_of
from services.outreach.subjects import discreet
from services.outreach.templates.fields import fill, holds
from services.outreach.templates.library import templates_of
from services.outreach.templates.sandbox import FieldMissing, fault_of, parse, render
from services.outreach.templates.starter import starter_set
from services.outreach.unwanted import why_not_drafted
from services.permission.recipient import addressed
from services.workspace import Workspace

_SUBJECT_LENGTH: Final = 200


def draft_by_template(
    workspace: Workspace,
    customer_id: int,
    *,
    goal: str,
    tone: str = "",
    facts: Sequence[str] | None = None,
    template: str = "",
    incentive_minor: int = 0,
    variant: int = 0,
    unlike: Collection[str] = (),
    contact_id: int | None = None,
) -> Draft:
    """Write a draft from a template; without a code the best enabled one for goal, tone and ticked facts.

    ``facts`` are keys of ticked facts, None the proposed ones. ``variant`` counts through the templates that fit;
    one that writes a text of ``unlike`` is passed over where another fits.

    Raises
    ------
    UserError
        No template fits, or one has a field that this customer cannot fill: an unresolved field is never sent; or
        they withdrew consent or unsubscribed.
    """
    with reading(workspace) as reader:
        unwanted = why_not_drafted(reader, customer_id, contact_id)
        if unwanted:
            raise UserError(unwanted)
        found = find_facts(reader, customer_id, goal, keep=facts or ())
        return draft_of(reader, customer_id, found, goal=goal, tone=tone, facts=facts, template=template,
                        incentive_minor=incentive_minor, variant=variant, unlike=unlike,
                        contact_id=contact_id)  # fmt: skip


def draft_of(
    reader: Reader,
    customer_id: int,
    found: Sequence[Found],
    *,
    goal: str,
    tone: str = "",
    facts: Sequence[str] | None = None,
    template: str = "",
    incentive_minor: int = 0,
    variant: int = 0,
    unlike: Collection[str] = (),
    contact_id: int | None = None,
) -> Draft:
    """Write the same from facts at hand."""
    if goal not in GOALS:
        raise UserError(f"“{goal}” is not a goal of an email; the goals are {', '.join(GOALS)}.")
    customer = addressed(reader.driver, customer_id, contact_id)
    tone = tone if tone in TONES else tone_of(reader, customer)
    shown = [one.fact for one in found]
    ticked = [fact.key for fact in shown if fact.ticked] if facts is None else facts
    keys = [key for key in dict.fromkeys(ticked) if key in {fact.key for fact in shown}]
    names = names_of(customer["name"], customer["company"])
    values = fill(found, keys, names, incentive_minor=incentive_minor, currency=reader.currency)
    library = templates_of(reader.driver)
    if template:
        fitting = tuple(one for one in library if one.code == template)
        if not fitting:
            raise UserError(f"There is no template “{template}”. See the templates in Settings.")
    else:
        fitting = choose(library, goal, tone, values)
        if not fitting:
            raise UserError(f"No template for “{GOALS[goal]}” is switched on; switch one on in Settings.")
    first = variant % len(fitting)
    for choice in (*fitting[first:], *fitting[:first]):
        offered = incentive_minor if incentive_minor > 0 and _offers(choice, values) else 0
        draft = _filled(reader, choice, customer, names, values, keys, offered)
        if draft.body not in unlike:
            break
    return draft if template else replace(draft, note=_left_out(library, goal))


def _left_out(library: Collection[TemplateChoice], goal: str) -> str:
    """Name the templates of a goal that cannot be read: they write nothing until they are fixed."""
    broken = [one.name for one in library if one.goal == goal and one.enabled and _fault(one)]
    if not broken:
        return ""
    listed = ", ".join(f"“{name}”" for name in broken)
    return f"Left out because of a mistake in the template: {listed}. Fix it in Settings."


def _fault(choice: TemplateChoice) -> str:
    """Say what keeps a template of the book from being read; '' for one that can be, and for the starter set."""
    if choice.origin == "starter":
        return ""
    try:
        parse(choice.subject)
        parse(choice.body)
    except UserError as fault:
        return str(fault)
    return ""


def filled(reader: Reader, customer_id: int, choice: TemplateChoice) -> Draft:
    """Fill one template with everything that is known of a customer, whether it is proposed or not."""
    customer = addressed(reader.driver, customer_id)
    found = find_facts(reader, customer_id, choice.goal)
    keys = [one.fact.key for one in found]
    names = names_of(customer["name"], customer["company"])
    return _filled(reader, choice, customer, names, fill(found, keys, names), keys, 0)


def choose(
    library: Collection[TemplateChoice], goal: str, tone: str, values: Mapping[str, Any]
) -> tuple[TemplateChoice, ...]:
    """Return the enabled templates of a goal that can be filled, the most particular first.

    Those in the wanted tone; where none of them can be filled, those of the other tones. The starter set stands in its
    files in this order; a template of the book's own comes before those of the set that ask for as little.
    """
    fitting = [(place, one) for one in library for place in _place(one, goal, values)]
    in_tone = [one for one in fitting if one[1].tone == tone] or fitting
    return tuple(one for _, one in sorted(in_tone, key=lambda one: (one[0], one[1].name, one[1].code)))


def _place(choice: TemplateChoice, goal: str, values: Mapping[str, Any]) -> Iterator[tuple[int, int]]:
    """Yield where a template stands among those that fit; nothing where it does not fit."""
    if choice.goal != goal or not choice.enabled:
        return
    starter = starter_set().get(choice.code)
    if starter is not None and not all(holds(values, condition) for condition in starter.when):
        return
    needs: frozenset[str] = frozenset()
    if choice.origin != "starter":
        try:
            parts = parse(choice.subject), parse(choice.body)
            for part in parts:
                render(part, values)
        except (FieldMissing, UserError):
            return
        needs = parts[0].needs | parts[1].needs
    if starter is None:
        yield (0, -len(needs)) if needs else (2, 0)
    else:
        yield (1 if starter.when else 3, list(starter_set()).index(choice.code))


def _offers(choice: TemplateChoice, values: Mapping[str, Any]) -> bool:
    """Whether a template says the incentive at all."""
    return "incentive" in values and "incentive" in choice.subject + choice.body


def _filled(
    reader: Reader,
    choice: TemplateChoice,
    customer: sqlite.Row,
    names: Names,
    values: Mapping[str, Any],
    keys: Sequence[str],
    incentive_minor: int,
) -> Draft:
    fault = _fault(choice)
    if fault:
        raise UserError(f"The template “{choice.name}” has a mistake: {fault} Fix it in Settings, or choose another.")
    try:
        subject, body = render(parse(choice.subject), values), render(parse(choice.body), values)
    except FieldMissing as missing:
        raise fault_of(missing, words.name_of(names.called, customer["external_id"])) from None
    return Draft(
        subject=discreet(reader.driver, words.capital(" ".join(subject.split()))[:_SUBJECT_LENGTH], choice.goal),
        greeting=names.greeting(choice.tone),
        body=body,
        writer=f"template:{choice.code}",
        words=f"template “{choice.name}”",
        facts=tuple(keys),
        incentive_minor=incentive_minor,
        currency=reader.currency if incentive_minor else "",
    )
