"""Customers and contacts added and edited by hand: the same checks as for files, each change a unit of work."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from datetime import UTC
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy import text as sql

from models.queries.churn_status import SPEAKING
from models.store import UnitOfWork
from models.tables import contracts, customers, identities, opportunities, tasks
from models.values.changes import Changes
from models.values.deals import CLOSED
from models.values.errors import UserError
from models.values.phones import NO_PHONE, is_phone
from models.values.words import count, listed
from services.duplicates import lift
from services.entities import ENTITIES, Field
from services.permission.ledger import note
from services.sync.formats.headers import normal
from services.sync.kinds.column import Column, Form
from services.sync.kinds.columns import make_converter
from services.sync.kinds.dates import Dates
from services.sync.kinds.memo import Fault
from services.sync.kinds.phones import phone_key
from services.sync.owners import give_alerts, owner_named
from services.sync.written import decimal_comma

if TYPE_CHECKING:
    from services.workspace import Workspace


SOURCE = "by hand"
_ENTITY, _CONTRACT = ENTITIES["customers"], ENTITIES["contracts"]
_SAID = ("number", "starts_on", "ends_on", "notice_days", "value_per_year_minor", "status", "renews")
# What a form or a command may set, by field name; the store's column is the same except for money.
FIELDS: dict[str, Field] = {
    field.name: field for field in _ENTITY.fields if (field.columns and field.role == "row") or field.part
}
_CHOICES = {"email_consent": ("given", "withdrawn", "unknown"), "tracking_consent": ("given", "withdrawn", "unknown")}


def add_customer(workspace: Workspace, fields: Mapping[str, str], *, new_owner: bool = False) -> Changes:
    """Add a customer.

    Parameters
    ----------
    fields : mapping of str to str
        Field name to text as a person wrote it; an empty text is nothing. At least a name, company, email or phone.
    new_owner : bool
        Whether ``owner`` may be somebody who owns nothing in the book yet.

    Raises
    ------
    UserError
        A field is not known or its text does not fit, or nobody is called like the owner; the message names it.
    """
    values, contract = _values(workspace, fields, new_owner)
    name = values.get("name") or values.get("company") or values.get("email") or values.get("phone")
    if not name:
        raise UserError("A customer needs a name, a company, an email address or a phone number.")
    values["name"] = name
    with workspace.store.unit_of_work(workspace.me, "add-customer", "customer", at=workspace.at) as work:
        _refuse_taken(work, values, None)
        customer_id = work.insert(
            customers,
            {
                "source": SOURCE,
                "external_id": uuid.uuid4().hex,
                **{column: value for column, value in values.items() if value is not None},
            },
        )
        work.subject = f"customer:{customer_id}"
        _identify(work, customer_id, values)
        _set_contract(work, customer_id, contract)
        note(workspace, work, values.get("email"), values)
        lift(work, values.get("email"))  # whoever was erased and is back comes with files again
        work.say(f"Added {name}")
        return work.commit()


def edit_customer(
    workspace: Workspace, customer_id: int, fields: Mapping[str, str], *, new_owner: bool = False
) -> Changes:
    """Change fields of a customer; with the owner, the customer's open deals, tasks and alerts go over as well.

    Parameters
    ----------
    fields : mapping of str to str
        Field name to its new text; an empty text clears the field. Fields that are not named stay.
    new_owner : bool
        Whether ``owner`` may be somebody who owns nothing in the book yet.

    Returns
    -------
    Changes
        Without an entry where nothing changed.

    Raises
    ------
    UserError
        There is no such customer, a field is not known, its text does not fit, or nobody is called like the owner.
    """
    values, contract = _values(workspace, fields, new_owner)
    with workspace.store.unit_of_work(
        workspace.me, "edit-customer", f"customer:{customer_id}", at=workspace.at
    ) as work:
        row = work.connection.execute(select(customers).where(customers.c.id == customer_id)).mappings().first()
        if row is None:
            raise UserError(f"There is no customer {customer_id}.")
        if "name" in values and not values["name"]:
            values["name"] = values.get("company", row["company"]) or values.get("email", row["email"])
            if not values["name"]:
                raise UserError("A customer needs a name.")
        for column in _CHOICES:
            if column in values and values[column] is None:
                values[column] = "unknown"
        if values.get("email") != row["email"]:
            _refuse_taken(work, values, customer_id)
            lift(work, values.get("email"))
        if values.get("email") and row["email_consent"] == "withdrawn":
            values.setdefault("email_consent", "withdrawn")  # for whichever address they have
        changed = [column for column, value in values.items() if row[column] != value]
        work.update(customers, customer_id, values)
        along = ""
        if "owner" in changed:
            along = _give_work(work, customers.c.id == customer_id, row["owner"], values["owner"])
            give_alerts(work, [(customer_id, row["owner"], values["owner"])])
        changed += _set_contract(work, customer_id, contract)
        if not note(workspace, work, {**row, **values}["email"], values) and not changed:
            return Changes()
        _forget_old(work, customer_id, dict(row), values)
        if values.keys() & {"email", "phone", "country"}:
            _identify(work, customer_id, {**row, **values})
        name = values.get("name") or row["name"]
        work.say(said_of_consent(changed, values, name) or f"Changed {_titles(changed)} of {name}{along}")
        return work.commit()


def _give_work(work: UnitOfWork, whose: ColumnElement[bool], before: str | None, now: str | None) -> str:
    """Let open deals and tasks of customers go to their new owner; of others they stay. Return what went, in words."""
    went = []
    for table, still_open, noun in (
        (opportunities, opportunities.c.stage.not_in(CLOSED), "open deal"),
        (tasks, tasks.c.done_at.is_(None), "open task"),
    ):
        theirs = table.c.customer_id.in_(select(customers.c.id).where(whose))
        held = func.nullif(table.c.owner, "").is_not_distinct_from(before or None)
        rows = list(work.connection.execute(select(table.c.id).where(theirs, held, still_open)).scalars())
        for row in rows:
            work.update(table, row, {"owner": now or None})
        went += [count(len(rows), noun)] if rows else []
    return f"; {listed(went)} went along" if went else ""


def hand_over(workspace: Workspace, owner: str, to: str, *, new_owner: bool = False) -> Changes:
    """Give all customers of an owner to another one, with that owner's open deals, tasks and alerts: one action.

    Raises
    ------
    UserError
        It is not said to whom, nobody has this owner, or nobody is called like the new one; ``new_owner`` allows that.
    """
    new = owner_named(workspace, to, new=new_owner)
    if not new or new == owner:
        raise UserError(f"Enter who takes over from {owner}.")
    with workspace.store.unit_of_work(workspace.me, "hand-over", "customers", at=workspace.at) as work:
        theirs = select(customers.c.id).where(customers.c.owner == owner)
        ids = list(work.connection.execute(theirs.order_by(customers.c.id)).scalars())
        if not ids:
            raise UserError(f"No customer has the owner “{owner}”. Write the name as Customers has it.")
        _give_work(work, customers.c.owner == owner, owner, new)
        give_alerts(work, [(row, owner, new) for row in ids])
        for row in ids:
            work.update(customers, row, {"owner": new})
        work.say(f"Handed {count(len(ids), 'customer')} of {owner} over to {new}")
        return work.commit()


def _set_contract(work: UnitOfWork, customer_id: int, values: Mapping[str, Any]) -> list[str]:
    """Change the contract that speaks for a customer, or make one where none runs; the fields that changed."""
    named = {"customer": customer_id, "day": (work.at or "")[:10]}
    row = work.connection.execute(sql(SPEAKING.format(customer=":customer", day=":day")), named).mappings().first()
    known = {name: row[name] if row is not None else None for name in values}
    if row is not None and row["status"] == "ended" and values.get("ends_on") and "status" not in values:
        row, known = None, dict.fromkeys(values)
    changed = [name for name, value in values.items() if known[name] != value]
    if not changed:
        return []
    if row is None:
        key = {"customer_id": customer_id, "source": SOURCE, "external_id": uuid.uuid4().hex}
        work.insert(contracts, {**key, **values})
    elif any(value is not None for name, value in {**row, **values}.items() if name in _SAID):
        work.update(contracts, row["id"], values)
    else:
        work.delete(contracts, row["id"])
    return changed


def said_of_consent(changed: Iterable[str], values: Mapping[str, Any], name: str) -> str:
    """``Recorded consent of Ada``, or that it was withdrawn; '' where something else changed."""
    said = values.get("email_consent") or ""
    alone = said in ("given", "withdrawn") and all(one.startswith("email_consent") for one in changed)
    return consent_in_words(said, name) if alone else ""


def consent_in_words(said: str, name: str) -> str:
    """Return ``Recorded consent of Ada``, or ``Recorded that Ada withdrew consent``."""
    return f"Recorded consent of {name}" if said == "given" else f"Recorded that {name} withdrew consent"


def _titles(columns: Iterable[str]) -> str:
    """The labels of changed columns, as the form has them: "email, consent since"."""
    labels: dict[str, str] = {}
    for field in FIELDS.values():
        of_contract = _CONTRACT.field(field.part) if field.part else None
        for column in (of_contract or field).columns[:1]:
            labels.setdefault(column, field.label)
    return ", ".join(dict.fromkeys(labels.get(one, one.replace("_", " ")).lower() for one in columns))


def _values(workspace: Workspace, fields: Mapping[str, str], new_owner: bool) -> tuple[dict[str, Any], dict[str, Any]]:
    """The columns of the customer, and those of the contract, that the fields name."""
    known = {normal(name): field for name, field in FIELDS.items()}
    values: dict[str, Any] = {}
    contract: dict[str, Any] = {}
    for name, text in fields.items():
        field = known.get(normal(name))
        if field is None:
            raise UserError(f"Customers have no field “{name}”. Choose one of {', '.join(FIELDS)}.")
        value = value_of(workspace, field, text)
        of_contract = _CONTRACT.field(field.part) if field.part else None
        if field.part == "left_on":
            contract |= {"ends_on": value, "status": "ended" if value else None}
        elif of_contract is not None:
            contract.setdefault(of_contract.columns[0], value)
        else:
            values[field.columns[0]] = value
    if values.get("owner"):
        values["owner"] = owner_named(workspace, values["owner"], new=new_owner)
    dated(workspace, values)
    return values, contract


def dated(workspace: Workspace, values: dict[str, Any]) -> None:
    """Give consent that is said by hand its day, today where none is named, and its way; nobody says it in advance.

    Raises
    ------
    UserError
        The day is still to come.
    """
    today = workspace.clock.today().isoformat()
    if values.get("email_consent") in ("given", "withdrawn"):
        values["email_consent_since"] = values.get("email_consent_since") or today
        values["email_consent_how"] = values.get("email_consent_how") or "recorded by hand"
        if values["email_consent_since"] > today:
            raise UserError(
                f"Consent since {values['email_consent_since']} is in the future. Enter a date up to today."
            )


def value_of(workspace: Workspace, field: Field, text: str, currency: str = "") -> Any:
    """Return what a text that a person wrote for a field means, None for an empty one.

    Money is in ``currency``, by default the book's.

    Raises
    ------
    UserError
        It does not fit.
    """
    if field.name in _CHOICES:
        word = text.strip().lower() or "unknown"
        if word not in _CHOICES[field.name]:
            raise UserError(f"{field.label} is given, withdrawn or unknown, not “{text.strip()}”.")
        return word
    if field.kind == "phone" and text.strip() and not is_phone(text):
        raise UserError(f"{field.label} “{text.strip()}” is {NO_PHONE}")
    order = _date_order(field, text)
    comma = False
    if field.kind == "money":
        currency = currency or workspace.read_currency()
        comma = decimal_comma(field.label, text, currency)
    converter = make_converter(Column(0, field.label, field, form=Form(order=order, comma=comma)), UTC, currency)
    value = converter.convert([text])[0][0]
    if isinstance(value, Fault):
        raise UserError(f"{field.label} {value.why}.")
    return value


def _date_order(field: Field, text: str) -> str:
    if field.kind != "date":
        return "one"
    evidence = Dates()
    evidence.take([text])
    if evidence.order is None:
        raise UserError(f"{field.label}: {text.strip()} could be day/month or month/day. Write it as year-month-day.")
    return evidence.order


def _refuse_taken(work: UnitOfWork, values: Mapping[str, Any], customer_id: int | None) -> None:
    """Two customers by hand under one address are most likely one: say so before a second one has it."""
    email = values.get("email")
    if not email:
        return
    known = work.connection.execute(
        select(customers.c.name)
        .join(identities, identities.c.customer_id == customers.c.id)
        .where(identities.c.kind == "email", identities.c.value == email, customers.c.id.is_not(customer_id))
        .limit(1)
    ).scalar()
    if known is not None:
        raise UserError(f"{known} has the address {email} already. Edit that customer instead.")


def _forget_old(work: UnitOfWork, customer_id: int, row: Mapping[str, Any], values: Mapping[str, Any]) -> None:
    """Files find a customer no longer under an address or number that was given by hand and replaced by hand."""
    for kind, value in sorted(_known_as(row) - _known_as({**row, **values})):
        for identity, import_id in _identities(work, customer_id, kind, value):
            if import_id is None:
                work.delete(identities, identity)


def _known_as(values: Mapping[str, Any]) -> set[tuple[str, str]]:
    """Address and number of a customer as they are compared with files: a number as it is dialled at home too."""
    email, phone, country = values.get("email"), values.get("phone") or "", values.get("country") or ""
    found = {("email", email or ""), ("phone", phone_key(phone)), ("phone", phone_key(phone, country))}
    return {(kind, value) for kind, value in found if value}


def _identify(work: UnitOfWork, customer_id: int, values: Mapping[str, Any]) -> None:
    """Remember address and number, so that later files find the customer."""
    for kind, value in sorted(_known_as(values)):
        if not _identities(work, customer_id, kind, value):
            work.insert(identities, {"customer_id": customer_id, "kind": kind, "source": "", "value": value})


def _identities(work: UnitOfWork, customer_id: int, kind: str, value: str) -> list[tuple[int, int | None]]:
    """The identities of a customer with this value, each with the import that it came with."""
    own, same = identities.c.customer_id == customer_id, (identities.c.kind == kind, identities.c.value == value)
    found = work.connection.execute(select(identities.c.id, identities.c.import_id).where(own, *same))
    return [(identity, import_id) for identity, import_id in found]
