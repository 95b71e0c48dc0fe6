"""The policy in the book: the newest version counts, each change is a journalled unit of work that can be undone."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

from models.values.changes import Changes
from models.values.money import exponent
from services.settings.codec import FieldError, decode_field, from_json, hints_of, to_json
from services.settings.policy import ABOUT_EMAILS, AutoDrafts, Policy

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from models import sqlite
    from models.store import Store
    from models.values.journal import Actor

_FIRST_ORDERS = 400
#: Fields whose names are not the words that people see.
_TITLES = {
    "card_budget": "alerts a day",
    "critical_budget": "critical inactivity alerts",
    "export_allowed": "exports allowed",
    "look_from": "score as of",
    "mail": "mail server",
    "mail_hosts": "mail servers allowed",
    "model_endpoints": "language models allowed",
    "profiles": "language models",
    "rule_owners": "a rule’s owner",
    "rule_parameters": "a rule’s figures",
    "sign_in": "browser sign-in",
    "store_folders": "folders for books",
    "watched": "watched folders",
    "watched_folders": "folders that may be watched",
    "write_back_allowed": "writing back allowed",
    "writer": "drafts written by",
}


def _first(connection: Connection | sqlite.Connection, sql: str) -> Any:
    """Return the first row of a query, on SQLAlchemy's connection or on SQLite's own (before the first page)."""
    either: Any = connection
    ask = either.exec_driver_sql if hasattr(either, "exec_driver_sql") else either.execute
    return ask(sql).fetchone()


def load_policy(connection: Connection | sqlite.Connection) -> Policy:
    """Return the book's policy: its newest version, or the defaults where none was ever changed.

    Fields that this version does not know are left out; a field that no longer fits takes its default, so that
    a book can always be opened.
    """
    found = _first(connection, "SELECT policy FROM policies ORDER BY id DESC LIMIT 1")
    if found is None:
        return Policy()
    raw = json.loads(found[0])
    known: dict[str, Any] = {name: raw[name] for name in hints_of(Policy) if name in raw}
    while True:
        try:
            return from_json(Policy, known)
        except FieldError as error:
            broken = error.field.split(".")[0].split("[")[0]
            if known.pop(broken, None) is None:
                return Policy()


def reporting_currency(connection: Connection | sqlite.Connection, policy: Policy) -> str:
    """Return the currency in which the book adds up: the policy's, else of most of its first orders or deals, else USD.

    The first ones, so that it stays the same as the book grows, and is looked up at once.
    """
    return known_currency(connection, policy) or "USD"


def known_currency(connection: Connection | sqlite.Connection, policy: Policy) -> str:
    """Return the same, '' where neither the policy nor an order or a deal says it."""
    if policy.reporting_currency:
        return policy.reporting_currency
    for table in ("orders", "opportunities"):
        found = _first(connection, most_of_first(f"SELECT id, currency FROM {table}"))
        if found:
            return str(found[0])
    return ""


def most_of_first(rows: str) -> str:
    """Return the query for the currency of most of the first rows that a query finds, each with its id and currency."""
    return (
        f"SELECT currency FROM ({rows} ORDER BY id LIMIT {_FIRST_ORDERS})"
        " WHERE currency IS NOT NULL GROUP BY currency ORDER BY count(*) DESC, min(id) LIMIT 1"
    )


def minor_rates(policy: Policy, currency: str) -> dict[str, float]:
    """Return what one minor unit of each other currency that the policy knows is worth in minor units of ``currency``.

    A yen is a minor unit, a cent one of a hundred: the rate of whole units is scaled by both exponents (ISO 4217).
    """
    into = replace(policy, reporting_currency=currency)
    found = {}
    for one in policy.exchange_rates:
        rate = into.rate_of(one.currency)
        if rate is not None and one.currency != currency:
            found[one.currency] = float(rate.scaleb(exponent(currency) - exponent(one.currency)))
    return found


def change_policy(store: Store, actor: Actor, at: str, changes: Mapping[str, Any]) -> Changes:
    """Write a new version of the policy with some fields changed; see ``Workspace.change_policy``."""
    from models.tables import policies

    decoded = {name: decode_field(Policy, name, value) for name, value in changes.items()}
    with store.unit_of_work(actor, "change-policy", "policy", at=at) as work:
        before = load_policy(work.connection)
        after = replace(before, **decoded)
        if after == before:
            return Changes()
        text = json.dumps(to_json(after), ensure_ascii=False, sort_keys=True)
        work.insert(policies, {"policy": text, "changed_at": at, "actor": actor.name})
        work.say(_said(before, after))
        names = changed_fields(before, after)
        work.touch(everyone=not names <= ABOUT_EMAILS, tables=("policies",), policy=names)
        return work.commit()


def changed_fields(before: Policy, after: Policy) -> frozenset[str]:
    """Return the names of the fields in which two policies differ."""
    return frozenset(one.name for one in fields(Policy) if getattr(before, one.name) != getattr(after, one.name))


def history(connection: Connection, limit: int = 100) -> list[tuple[str, str, Mapping[str, Any]]]:
    """Return the versions, newest first: when, who, the policy as JSON values."""
    rows = connection.exec_driver_sql(
        "SELECT changed_at, actor, policy FROM policies ORDER BY id DESC LIMIT ?", (limit,)
    )
    return [(row[0], row[1], json.loads(row[2])) for row in rows]


def title_of(name: str) -> str:
    """Return a field's name in words: ``refit_days`` is "refit days"."""
    plain = name.replace("_", " ").replace("clv", "lifetime value").replace("sla", "answer")
    return _TITLES.get(name, plain)


def _said(before: Policy, after: Policy) -> str:
    parts = []
    for one in fields(Policy):
        old, new = getattr(before, one.name), getattr(after, one.name)
        if old == new:
            continue
        plain = isinstance(new, int | float | str) and isinstance(old, int | float | str)
        if isinstance(new, AutoDrafts) and isinstance(old, AutoDrafts):
            parts.append(_said_of_drafts(old, new))
            continue
        parts.append(title_of(one.name) + (f" from {old or 'none'} to {new or 'none'}" if plain else ""))
    return "Changed " + ", ".join(parts)


def _said_of_drafts(before: AutoDrafts, after: AutoDrafts) -> str:
    """Return what the journal says of a policy under which the pipeline may draft: who answers for it."""
    if not after.enabled:
        return "automatic drafts to off" if before.enabled else "automatic drafts, which are off"
    return f"automatic drafts to on, approved by {after.approved_by}"
