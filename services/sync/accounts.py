"""Whether the rows of a list of people belong to accounts that are in the book: then they are contacts of these.

Apart from `recognise`, which knows the file alone and nothing of the book.
"""

from __future__ import annotations

import json
import sys
from typing import Final

from sqlalchemy import Connection

from services.entities import ENTITIES
from services.sync.apply.evidence import alike
from services.sync.apply.write import default_name
from services.sync.formats.headers import known_headers, normal
from services.sync.formats.plan import Plan
from services.sync.formats.recognise import Recognition, contacts_of

_LOOKED_AT: Final = 200
_BY_ID: Final = (
    "SELECT count(*) FROM json_each(?1) j WHERE EXISTS (SELECT 1 FROM identities i"
    " WHERE i.kind = 'external_id' AND i.value = j.value AND (?2 = '' OR i.source = ?2))"
)
_BY_NAME: Final = (
    "SELECT count(*) FROM json_each(?1) j WHERE EXISTS (SELECT 1 FROM customers c"
    " WHERE c.name = j.value COLLATE NOCASE)"
)
_BY_EMAIL: Final = (
    "SELECT count(*) FROM json_each(?1) j WHERE EXISTS (SELECT 1 FROM identities i"
    " WHERE i.kind = 'email' AND i.value = lower(j.value))"
)

_CALLED: Final = (
    "SELECT i.value, max(c.name) FROM json_each(?1) j JOIN identities i ON i.kind = 'external_id' AND i.value = j.value"
    " AND (?2 = '' OR i.source = ?2) JOIN customers c ON c.id = i.customer_id GROUP BY i.value"
)
_NAMES: Final = frozenset({"name", "first_name", "last_name"})


def are_contacts(connection: Connection, plan: Plan) -> bool:
    """Whether a list of people says itself that they belong to accounts, or most of those it names are in the book.

    People who are customers of the book themselves stay customers.
    """
    if plan.entity.name != "customers":
        return False
    found = contacts_of(plan.recognition, {})
    if found is None:
        return False
    if plan.recognition.system is None and _says_so(found):
        return True
    source = plan.source if plan.recognition.system is not None else ""
    if _names_itself(connection, plan, found, source):
        return False
    by_id, ids = _known(connection, found, "customer_id", _BY_ID, source)
    by_name, names = _known(connection, found, "customer_name", _BY_NAME)
    if 2 * max(by_id, by_name) < max(ids if by_id >= by_name else names, 1):
        return False
    own, people = _known(connection, found, "contact_id", _BY_ID, plan.source)
    mails, addresses = _known(connection, found, "email", _BY_EMAIL)
    return 2 * own < max(people, 1) and 2 * mails < max(addresses, 1)


def _says_so(found: Recognition) -> bool:
    """Whether rows name their account and its id beside a person and what they do there, and an account has several."""
    fields = set(found.mapping.values())
    if not {"customer_id", "customer_name"} <= fields or not fields & _NAMES or not fields & {*found.entity.telling}:
        return False
    accounts = _cells(found, next(column for column, name in found.mapping.items() if name == "customer_id"))
    return len(set(accounts)) < len(accounts)


def _names_itself(connection: Connection, plan: Plan, found: Recognition, source: str) -> bool:
    """Whether each row's account is the person themselves: a customer with earlier rows is no contact of their own.

    So it is where every row has an id of its own that no word for accounts heads, or where the book knows most of these
    customers by no other name: by none yet, or by that of the person.
    """
    account = next((column for column, name in found.mapping.items() if name == "customer_id"), "")
    fields = set(found.mapping.values())
    if {*found.entity.telling} & fields or ("customer_name" in fields and fields & _NAMES):
        return False
    if plan.mapping.get(account) != "customer_id":
        return False
    ids = _cells(found, account)
    if len(set(ids)) < len(ids):
        return False
    if "customer_name" in fields:  # the account's name, and nobody's beside it
        return True
    if not _heads_accounts(account):
        return True
    names = [_cells(found, column) for column, name in found.mapping.items() if name in _NAMES]
    people = dict(zip(ids, map(" ".join, zip(*names, strict=True)), strict=False))
    known = connection.exec_driver_sql(_CALLED, (json.dumps(ids[:_LOOKED_AT]), source)).all()
    others = [
        key for key, name in known if name != default_name(key, None, None) and not alike(name, people.get(key, ""))
    ]
    return 2 * len(others) < len(known)


def _heads_accounts(column: str) -> bool:
    """Whether the header is likelier that of an account in a list of contacts than that of a person among customers."""

    def rank(entity: str) -> int:
        said = known_headers(ENTITIES[entity]).get(normal(column), ())
        return min((place for name, place in said if name == "customer_id"), default=sys.maxsize)

    return rank("contacts") < rank("customers")


def _cells(found: Recognition, column: str) -> list[str]:
    place = found.table.columns.index(column)
    return [row[place].strip() if place < len(row) else "" for row in found.table.sample]


def _known(connection: Connection, found: Recognition, field: str, query: str, *more: str) -> tuple[int, int]:
    """How many of the values of a field in the file's first rows the book knows, and of how many."""
    cells = dict.fromkeys(
        cell for column, name in found.mapping.items() if name == field for cell in _cells(found, column)
    )
    values = [cell for cell in cells if cell][:_LOOKED_AT]
    if not values:
        return 0, 0
    return int(connection.exec_driver_sql(query, (json.dumps(values), *more)).scalar() or 0), len(values)
