"""A sentence for each fact, as it may be put into an email: written by code, and so verified as it stands."""

from __future__ import annotations

from collections.abc import Mapping

from models.values.outreach import Edit
from services.insight import reading
from services.outreach.facts import find_facts, names_of
from services.outreach.frames import filled, offered, slots_of, texts_of
from services.outreach.templates.fields import fill
from services.permission.recipient import addressed
from services.workspace import Workspace


def fact_sentences(workspace: Workspace, edit: Edit) -> Mapping[str, str]:
    """Return by the key of each fact of an email, ticked or not, a sentence of it; facts that have none are left out.

    Raises
    ------
    UserError
        The customer is no longer in the book.
    """
    with reading(workspace) as reader:
        customer = addressed(reader.driver, edit.customer_id, edit.contact_id)
        found = find_facts(reader, edit.customer_id, edit.goal, keep=edit.facts)
    names = names_of(customer["name"], customer["company"])
    said = {}
    for one in found:
        slots = slots_of(found, [one.fact.key], fill(found, [one.fact.key], names))
        fitting = (line for line in offered(slots) if any(f"{{{root}" in line for root in one.fillings))
        sentence = filled(next(fitting, ""), texts_of(slots))[0]
        if sentence:
            said[one.fact.key] = sentence if sentence[-1] in ".!?" else f"{sentence}."
    return said
