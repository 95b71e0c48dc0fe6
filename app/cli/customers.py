"""Commands about customers: the list, the profile, and adding or changing one by hand."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Annotated, Any

import typer

from app.cli.frame import NewOwner, Reply, Who, in_book, table
from models.queries.contacts import contact_named
from models.values.changes import Changes
from models.values.customers import STANDINGS, CustomerFilter, CustomerRow
from models.values.errors import UserError
from models.values.words import chance, count, left_words, money
from services import insight, scoring, sync
from services.pipeline import after_change
from services.workspace import Workspace

PAGE = 200
NEWEST = 20
Fields = Annotated[list[str], typer.Argument(metavar="FIELD=VALUE…", help="Such as name='Linden Supply'.")]
Number = Annotated[int, typer.Argument(metavar="ID", help="The customer's number, as listed by `customers`.")]


@in_book(as_of=True)
def customers(
    workspace: Workspace,
    query: Annotated[str, typer.Option("--query", metavar="Q", help="Words of a name, company, place or e-mail.")] = "",
    limit: Annotated[int, typer.Option("--limit", min=1, help="How many at the most.")] = PAGE,
    standing: Annotated[
        str, typer.Option("--standing", metavar="|".join(STANDINGS), help="Only customers with this status.")
    ] = "",
) -> Reply:
    """List customers: the highest value at risk first, then win-back, then lost."""
    if standing and standing not in STANDINGS:
        raise typer.BadParameter(f"{standing!r} is not a status. Choose one of {', '.join(STANDINGS)}.")
    found: list[CustomerRow] = []
    with insight.reading(workspace) as reader:
        wanted, key = CustomerFilter(text=query, standings=frozenset({standing} - {""})), None
        while len(found) < limit:
            page = insight.read_customers(reader, wanted, sort="at_risk", descending=True, after=key)
            found += page.rows
            key = page.next_key
            if key is None:
                break
        total = len(found) if key is None else insight.customers_count(workspace, wanted).matching
    rows = [dataclasses.asdict(row) for row in found[:limit]]
    lines = [
        (
            str(row.id),
            row.name,
            row.tier or "",
            row.segment or "",
            _risk(row),
            _at_risk(row),
            row.last_order_on or "",
            row.owner or "",
        )
        for row in found[:limit]
    ]
    head = ("id", "name", "tier", "segment", "churn", "at risk", "last order", "owner")
    left = [f"{len(rows):,} of {count(total, 'customer')} shown; --limit {total} shows all."] * (total > len(rows))
    return Reply({"customers": rows, "total": total}, table(head, lines, frozenset({0, 4, 5})), left)


def _at_risk(row: CustomerRow) -> str:
    if row.value_at_risk_minor is not None:
        return money(row.value_at_risk_minor, row.currency)
    return row.gone_words


def _risk(row: CustomerRow) -> str:
    if row.left_on is not None:
        return left_words(row.left_on)
    if row.said_leaving:
        return f"said {row.said_leaving}"
    return "" if row.churn_risk is None else chance(row.churn_risk)


@in_book(as_of=True)
def show(
    workspace: Workspace,
    customer: Who,
    events: Annotated[int, typer.Option("--events", min=0, help="How many of the newest events.")] = NEWEST,
) -> Reply:
    """Show a customer: identity, scores with their reasons, trends, newest events, consent, open work."""
    number = insight.customer_named(workspace, customer)
    with insight.reading(workspace) as reader:
        document = insight.read_customer_document(reader, number, newest=events)
    if document is None:
        raise UserError(f"There is no customer {number}. `bellwether customers` lists them.")
    trends = scoring.channel_trends(workspace, number)
    document["trends"] = [dataclasses.asdict(one) for one in trends]
    told = insight.trend_words(trends, workspace.clock.today())
    figures = insight.customer_profile(workspace, number).figures
    lines = insight.figure_lines(figures) if figures is not None else ("Not scored yet",)
    shown, total = len(document["timeline"]), document["counts"]["all"]
    left = [f"{shown:,} of {count(total, 'event')} shown; --events {total} shows all."] * (shown < total)
    return Reply(document, _words(document, lines, told.more), left)


def _words(document: dict[str, Any], figures: Sequence[str], trends: Sequence[str]) -> str:
    lines = [f"{document['name']} · {document['metadata']}", *(f"  {one}" for one in _suggested(document["alert"]))]
    lines += [f"  {one}" for one in figures]
    lines += [f"  {_reason(driver)}" for driver in sorted(document["drivers"], key=_size)]
    lines += [f"  unusual: {one['words']}" for one in document["anomalies"]]
    lines += [f"  trend: {one}" for one in trends]
    lines += [f"  {row['when']}  {row['words']}  {row['reference']}" for row in document["timeline"]]
    return "\n".join(lines)


def _suggested(alert: dict[str, Any] | None) -> list[str]:
    """The open alert with what to do about it."""
    if alert is None:
        return []
    advice = alert["recommendation"]
    lines = [f"Alert, {alert['severity']}: {alert['reason']}"]
    return lines + ([f"Suggested: {advice['title']}. {advice['why']}"] if advice is not None else [])


def _size(driver: dict[str, Any]) -> float:
    """The largest first, what the model does not count last."""
    return -abs(float(driver["points"] or 0.0))


def _reason(driver: dict[str, Any]) -> str:
    """ "raises the risk by 54 points: Gap since last order. No order for 178 days; the usual gap is 26"."""
    size = driver["points"]
    whole = 0 if size is None else round(abs(size))
    told = "" if size is None else f" by {count(whole, 'point')}" if abs(size) >= 1 else " by under a point"
    return (
        f"{driver['kind']} the risk{told}: {'. '.join(part for part in (driver['label'], driver['evidence']) if part)}"
    )


@in_book(writes=True, create=True)
def add(workspace: Workspace, fields: Fields, new_owner: NewOwner = False) -> Reply:
    """Add a customer by hand."""
    return changed(workspace, sync.add_customer(workspace, pairs(fields), new_owner=new_owner))


@in_book(writes=True)
def change(workspace: Workspace, number: Number, fields: Fields, new_owner: NewOwner = False) -> Reply:
    """Change fields of a customer by hand."""
    return changed(workspace, sync.edit_customer(workspace, number, pairs(fields), new_owner=new_owner))


@in_book(writes=True)
def contact(
    workspace: Workspace,
    customer: Who,
    fields: Fields,
    who: Annotated[str, typer.Option("--who", help="The contact to change: name, address or number.")] = "",
) -> Reply:
    """Add a contact to a customer, or change one: `is_primary=yes`, `email_consent=given`."""
    number = insight.customer_named(workspace, customer)
    if not who:
        return changed(workspace, sync.add_contact(workspace, number, pairs(fields)))
    with workspace.store.snapshot() as driver:
        known = contact_named(driver, number, who)
    return changed(workspace, sync.edit_contact(workspace, known, pairs(fields)))


def pairs(fields: list[str]) -> dict[str, str]:
    found = {}
    for text in fields:
        name, separator, value = text.partition("=")
        if not separator:
            raise typer.BadParameter(f"{text!r} is not FIELD=VALUE.")
        found[name.strip()] = value
    return found


def changed(workspace: Workspace, changes: Changes) -> Reply:
    """Score and evaluate whom a change touched, and answer with it."""
    after_change(workspace, changes)
    document = {"entry": changes.entry, "customers": sorted(changes.customers), "words": changes.words}
    return Reply(document, changes.words or "Nothing to change: the customer already has these values.")
