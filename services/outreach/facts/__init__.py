"""Facts of a customer with their source rows: what a draft may say, in the order in which a person reads them.

matter (what must be answered first) · person · purchases · voice (what they said) · business (deals, mailings, the
feature) · suggestions → chosen for a goal.
No score, segment, risk or alert's reason is a fact; they are never read here.
"""

from __future__ import annotations

from collections.abc import Collection

from models.values.outreach import Fact
from services.distress.complaints import read_unsettled
from services.insight import Reader, reading
from services.outreach.facts.business import read_business
from services.outreach.facts.choose import chosen
from services.outreach.facts.found import Filling, Found
from services.outreach.facts.matter import read_matter
from services.outreach.facts.names import Names, has_first_name, names_of
from services.outreach.facts.person import read_person
from services.outreach.facts.purchases import read_purchases
from services.outreach.facts.suggest import suggested_facts
from services.outreach.facts.voice import read_voice
from services.outreach.subjects import without_private
from services.permission.recipient import addressed
from services.workspace import Workspace

__all__ = ["Filling", "Found", "Names", "facts_of", "find_facts", "has_first_name", "names_of", "read_facts"]


def read_facts(workspace: Workspace, customer_id: int, goal: str) -> tuple[Fact, ...]:
    """Return a customer's facts in the order in which they are shown, ticked as proposed for the goal.

    Raises
    ------
    UserError
        There is no such customer.
    """
    with reading(workspace) as reader:
        return facts_of(reader, customer_id, goal)


def facts_of(reader: Reader, customer_id: int, goal: str, *, keep: Collection[str] = ()) -> tuple[Fact, ...]:
    """Return the same, read on a reader at hand; ``keep`` as in ``find_facts``."""
    return tuple(one.fact for one in find_facts(reader, customer_id, goal, keep=keep))


def find_facts(
    reader: Reader, customer_id: int, goal: str, *, keep: Collection[str] = (), rule: str = ""
) -> tuple[Found, ...]:
    """Return the facts with what templates may say because of them.

    Parameters
    ----------
    keep
        Keys that are shown in any case, though there are more telling ones: those of a stored email.
    rule
        Of the alert that the email answers, '' without one: what it is about is proposed as well.
    """
    customer = addressed(reader.driver, customer_id)
    every = [
        *read_matter(reader, customer_id, rule),
        *read_person(reader, customer),
        *read_purchases(reader, customer_id),
        *read_voice(reader, customer_id),
        *read_business(reader, customer_id),
        *suggested_facts(reader, customer),
    ]
    is_firm = bool(names_of(customer["name"], customer["company"]).company)
    found = list(without_private(reader.driver, every)) if is_firm else every
    complained = read_unsettled(reader.driver, customer_id, reader.present) is not None
    return chosen(found, goal, keep=keep, rule=rule, complained=complained)
