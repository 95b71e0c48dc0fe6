"""What a customer has of several records: its own values, else theirs; consent at its strictest.

The outcome does not depend on the order in which records were merged: what a customer lacks it has from the first
record, in the order of their keys, that knows it. A field that came from a record is marked as given by it, so that a
further merge can tell it from the customer's own.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from models.tables import customers
from services.duplicates.normal import stands_in

_CONSENT: Final = ("email_consent", "email_consent_since", "email_consent_how")
_SUPPRESSED: Final = ("suppressed_until", "suppressed_why")
_BY_RULE: Final = frozenset({*_CONSENT, *_SUPPRESSED, "tracking_consent", "attributes"})
_KEY: Final = frozenset({"id", "source", "external_id", "import_id"})
#: Every field of a customer that a record has a word on.
FIELDS: Final = tuple(column.name for column in customers.columns if column.name not in _KEY)
#: Those of them that are taken as they are.
PLAIN: Final = tuple(name for name in FIELDS if name not in _BY_RULE)
#: Fields in the words of the window, where their name is not the word.
LABELS: Final = {
    "signed_up_on": "customer since",
    "acquisition_cost_minor": "acquisition cost",
    "email_consent": "email consent",
    "email_consent_since": "consent since",
    "email_consent_how": "consent by",
    "tracking_consent": "tracking consent",
    "suppressed_until": "no emails until",
    "suppressed_why": "why no emails",
    "attributes": "other columns",
}
_STRICTNESS: Final = {"given": 0, "unknown": 1, "withdrawn": 2}
_ATTRIBUTE: Final = "attributes."


@dataclass(frozen=True, slots=True)
class Record:
    """What one record says of its customer, by its key; `gave` are the fields that the customer has from it."""

    key: tuple[str, str]
    values: Mapping[str, Any]
    gave: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Combined:
    """The customer's fields, and what each record gave, by key."""

    values: dict[str, Any]
    gave: dict[tuple[str, str], frozenset[str]]


def combined(row: Mapping[str, Any], records: Iterable[Record]) -> Combined:
    """Put a customer together.

    Parameters
    ----------
    row
        The customer as it stands, with what it may have from records merged before.
    records
        All its records but its own, those merged before included.
    """
    ordered = sorted(records, key=lambda record: record.key)
    own = own_values(row, ordered)
    values: dict[str, Any] = {}
    gave: dict[tuple[str, str], set[str]] = {record.key: set() for record in ordered}
    for name in PLAIN:
        values[name] = own[name]
        if not _has(own, name):
            giver = next((record for record in ordered if _has(record.values, name)), None)
            if giver is not None:
                values[name] = giver.values[name]
                gave[giver.key].add(name)
    values["name"] = values["name"] or _any_name(ordered, gave) or row["name"]
    values["attributes"] = _attributes(own, ordered, gave)
    everyone = [row, *(record.values for record in ordered)]
    values |= _consent(values["email"], everyone)
    values["tracking_consent"] = strictest(one.get("tracking_consent") for one in everyone)
    values |= _suppression(everyone)
    return Combined(values, {key: frozenset(names) for key, names in gave.items()})


def _any_name(records: Sequence[Record], gave: dict[tuple[str, str], set[str]]) -> str:
    """What a customer is called whom no record names: what stands in for a name in the first that has it."""
    giver = next((record for record in records if record.values.get("name")), None)
    if giver is None:
        return ""
    gave[giver.key].add("name")
    return str(giver.values["name"])


def own_values(row: Mapping[str, Any], records: Sequence[Record]) -> dict[str, Any]:
    """The customer's fields without what it has from records."""
    own = {name: row[name] for name in FIELDS}
    attributes = _as_object(own["attributes"])
    for record in records:
        for name in record.gave:
            if not name.startswith(_ATTRIBUTE) and own[name] == record.values.get(name):
                own[name] = None
        said = _as_object(record.values.get("attributes")) or {}
        for name in said.keys() & (attributes or {}).keys():
            if _ATTRIBUTE + name in record.gave and attributes is not None and attributes[name] == said[name]:
                del attributes[name]
                own["attributes"] = _as_text(attributes)
    return own


def strictest(consents: Iterable[Any]) -> str:
    """The strictest of several consents: withdrawn, else unknown, else given."""
    return max((one or "unknown" for one in consents), key=lambda one: _STRICTNESS.get(one, 1), default="unknown")


def differing(one: Mapping[str, Any], two: Mapping[str, Any]) -> list[str]:
    """Plain fields that both know and say differently."""
    return [name for name in PLAIN if _has(one, name) and _has(two, name) and not _same(one[name], two[name])]


def _has(values: Mapping[str, Any], name: str) -> bool:
    value = values.get(name)
    if value is None or value == "":
        return False
    return name != "name" or not stands_in(str(value), values.get("phone"))


def _same(one: Any, two: Any) -> bool:
    return one == two or (isinstance(one, str) and isinstance(two, str) and one.casefold() == two.casefold())


def _consent(email: str | None, records: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Withdrawn beats all; given stands for the address that it was given for, and for no other."""
    told = [
        (
            one.get("email_consent") or "unknown",
            one.get("email_consent_since") or "",
            one.get("email_consent_how") or "",
        )
        for one in records
    ]
    withdrawn = [one for one in told if one[0] == "withdrawn"]
    given = [
        one
        for one, record in zip(told, records, strict=True)
        if one[0] == "given" and (email is None or record.get("email") == email)
    ]
    consent, since, how = min(withdrawn or given or [("unknown", "", "")])
    return dict(zip(_CONSENT, (consent, since or None, how or None), strict=True))


def _suppression(records: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The longest holds."""
    until, why = max((one.get("suppressed_until") or "", one.get("suppressed_why") or "") for one in records)
    return {"suppressed_until": until or None, "suppressed_why": why or None}


def _attributes(own: Mapping[str, Any], records: Sequence[Record], gave: dict[tuple[str, str], set[str]]) -> str | None:
    """All columns that nobody mapped; where two records have one, the customer's own is kept."""
    mine = _as_object(own["attributes"])
    if mine is None:
        return str(own["attributes"])  # text of another kind: it is left as it is
    merged = dict(mine)
    for record in records:
        for name, value in (_as_object(record.values.get("attributes")) or {}).items():
            if name not in merged:
                merged[name] = value
                gave[record.key].add(_ATTRIBUTE + name)
    return _as_text(merged) if merged != mine else own["attributes"]


def _as_object(text: str | None) -> dict[str, Any] | None:
    if not text:
        return {}
    try:
        found = json.loads(text)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _as_text(attributes: Mapping[str, Any]) -> str | None:
    return json.dumps(attributes, ensure_ascii=False) if attributes else None
