"""Commands about people: who may be one, merging two, keeping two apart, and consent to emails under an address."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Annotated, Any

import typer

from app.cli.customers import changed
from app.cli.frame import JsonOption, Reply, Who, in_book, progress_line, table
from models.values.changes import Changes
from models.values.errors import UserError
from models.values.people import PAIR_STATES
from models.values.words import count
from services import duplicates as people
from services import insight, outreach, sync
from services.permission.ledger import history, on_record, standing
from services.permission.lookalike import about_domain
from services.pipeline import after_change
from services.pipeline.retention import due_for_erasure, erase_due, with_receipt
from services.workspace import Workspace

PAGE = 200
Kept = Annotated[int, typer.Argument(metavar="A", help="The customer whose number and fields are kept.")]
Other = Annotated[int, typer.Argument(metavar="B", help="The other record of the same customer.")]
One = Annotated[int, typer.Argument(metavar="A", help="A customer's number, as listed by `customers`.")]
Two = Annotated[int, typer.Argument(metavar="B", help="The other customer's number.")]


@in_book(writes=True)
def duplicates(
    workspace: Workspace,
    state: Annotated[str, typer.Option("--state", metavar="S", help="pending, later, apart or merged.")] = "pending",
    limit: Annotated[int, typer.Option("--limit", min=1, help="How many at the most.")] = PAGE,
    quality: Annotated[bool, typer.Option("--quality", help="Identifiers that contradict each other too.")] = False,
    json: JsonOption = False,
) -> Reply:
    """List customers who may be the same: also as `customers duplicates`."""
    if state not in PAIR_STATES:
        raise typer.BadParameter(f"{state!r} is not one of {', '.join(PAIR_STATES)}.")
    people.find_duplicates(workspace, progress=progress_line(json))
    pairs, counts = people.read_pairs(workspace, state, limit=limit), people.count_pairs(workspace)
    contradictions = people.identifier_quality(workspace) if quality else ()
    lines = [
        (str(row.first_id), row.first_name, str(row.second_id), row.second_name, str(row.score), "; ".join(row.reasons))
        for row in pairs
    ]
    words = table(("id", "name", "id", "name", "score", "why"), lines, frozenset({0, 2, 4}))
    words = "\n".join([words, *(row.words for row in contradictions)]) if pairs or contradictions else _NOTHING[state]
    document: dict[str, Any] = {
        "duplicates": [dataclasses.asdict(row) for row in pairs],
        "counts": dataclasses.asdict(counts),
    }
    if quality:
        document["quality"] = [dataclasses.asdict(row) for row in contradictions]
    return Reply(document, words)


@in_book(writes=lambda given: bool(given["said"]))
def consent(
    workspace: Workspace,
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help="The email address.")],
    said: Annotated[str, typer.Argument(metavar="[given|withdrawn]", help="What to record; nothing shows it.")] = "",
    since: Annotated[str, typer.Option("--since", metavar="DAY", help="Since when, today unless you say so.")] = "",
    how: Annotated[str, typer.Option("--how", metavar="WORDS", help="How they said so: on the phone, a form.")] = "",
) -> Reply:
    """Show or record consent to emails under an address: `withdrawn` blocks it, a later `given` lifts that."""
    address = sync.address_of(address)
    changes = sync.record_consent(workspace, address, said, since=since, how=how) if said else Changes()
    after_change(workspace, changes)
    with workspace.store.snapshot() as driver:
        lines = history(driver, workspace.policy, address)
        blocked = standing(driver, address, workspace.clock.now()) is not None
        unasked = not blocked and not on_record(driver, address)
        domain = about_domain(driver, address)
    held = outreach.count_held(workspace, address)
    held_words = f"{count(held, 'approved email')} to it {'is' if held == 1 else 'are'} held." if held else ""
    state = "Blocked: no email goes to this address." if blocked else "Not blocked."
    if unasked:
        state = "No consent is on record; the address is not blocked."
    document = {"address": address, "blocked": blocked, "held": held, "history": lines, "domain": domain}
    return Reply(document, "\n".join(filter(None, (changes.words, state, held_words, domain, *lines))))


_NOTHING = {
    "pending": "There are no possible duplicates.",
    "later": "No pair is marked for later.",
    "apart": "No customers were kept apart.",
    "merged": "No customers were merged.",
}


@in_book(writes=True)
def merge(workspace: Workspace, kept: Kept, other: Other) -> Reply:
    """Merge customer B into customer A; `undo` brings both back."""
    return changed(workspace, people.merge_customers(workspace, kept, other))


@in_book(writes=True)
def apart(workspace: Workspace, one: One, two: Two) -> Reply:
    """Mark two customers as different."""
    return changed(workspace, people.keep_apart(workspace, one, two))


@in_book(writes=True)
def later(workspace: Workspace, one: One, two: Two) -> Reply:
    """Decide later whether two customers are the same."""
    return changed(workspace, people.decide_later(workspace, one, two))


@in_book(writes=True)
def erase(
    workspace: Workspace,
    customer: Who,
    sure: Annotated[bool, typer.Option("--yes", help="Erase: it cannot be undone.")] = False,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="A .txt file for the receipt.")] = None,
) -> Reply:
    """Erase a customer at their request, with all the journal holds about them; prints a receipt."""
    number = insight.customer_named(workspace, customer)
    if not sure:
        raise UserError(f"This erases customer {number} for good. Add --yes to do it.")
    found, receipt = with_receipt(workspace, out, lambda: people.erase_customer(workspace, number))
    after_change(workspace, found.changes)
    document = {"customer": found.customer_id, "at": found.at, "rows": found.rows, "details": found.details}
    return Reply({**document, "marks": found.marks, "files": list(found.files)}, receipt.rstrip())


@in_book(writes=lambda given: bool(given["erases"]))
def retention(
    workspace: Workspace,
    given_months: Annotated[
        int | None, typer.Option("--months", min=1, max=600, help="Another period than the policy's.")
    ] = None,
    erases: Annotated[bool, typer.Option("--erase", help="Erase who is listed; needs --yes too.")] = False,
    sure: Annotated[bool, typer.Option("--yes", help="Erase: it cannot be undone.")] = False,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="A .txt file for the receipt.")] = None,
    json: JsonOption = False,
) -> Reply:
    """List customers without contact for longer than you keep them; with --erase --yes, erase them."""
    months = given_months or 0
    found = due_for_erasure(workspace, months)
    document: dict[str, Any] = dataclasses.asdict(found)
    document["before"] = found.before and found.before.isoformat()
    for one in document["due"]:
        one["last_on"] = one["last_on"].isoformat()
    if not erases:
        lines = [
            (str(one.customer_id), one.name, one.last_on.isoformat(), one.table.replace("_", " ")) for one in found.due
        ]
        listed = table(("id", "customer", "last contact", "source"), lines, frozenset({0})) if lines else ""
        hint = "" if found.months else "Or try one with --months."
        return Reply(document, "\n".join(filter(None, (found.words, hint, listed))))
    if not sure and found.due:
        raise UserError(f"This erases {count(len(found.due), 'customer')} for good. Add --yes to do it.")
    who = [one.customer_id for one in found.due]
    erased, receipt = with_receipt(workspace, out, lambda: erase_due(workspace, who, months, progress_line(json)))
    after_change(workspace, erased.changes)
    if erased.fault:
        raise UserError(receipt.rstrip())
    return Reply({**document, "erased": list(erased.customers)}, receipt.rstrip())
