"""Commands about people: who may be one, merging two, keeping two apart, and consent to emails under an address."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from app.cli.frame import DONE, JsonOption, StoreOption, Who, answer, opened, progress_line, table, told
from models.values.changes import Changes
from models.values.errors import UserError
from models.values.people import PAIR_STATES
from services.pipeline import after_change
from services.workspace import Workspace

PAGE = 200
Kept = Annotated[int, typer.Argument(metavar="A", help="The customer whose number and fields are kept.")]
Other = Annotated[int, typer.Argument(metavar="B", help="The other record of the same customer.")]
One = Annotated[int, typer.Argument(metavar="A", help="A customer's number, as listed by `customers`.")]
Two = Annotated[int, typer.Argument(metavar="B", help="The other customer's number.")]


@told
def duplicates(
    state: Annotated[str, typer.Option("--state", metavar="S", help="pending, later, apart or merged.")] = "pending",
    limit: Annotated[int, typer.Option("--limit", min=1, help="How many at the most.")] = PAGE,
    quality: Annotated[bool, typer.Option("--quality", help="Identifiers that contradict each other too.")] = False,
    store: StoreOption = None,
    json: JsonOption = False,
) -> int:
    """List customers who may be the same: also as `customers duplicates`."""
    from services.duplicates import count_pairs, find_duplicates, identifier_quality, read_pairs

    if state not in PAIR_STATES:
        raise typer.BadParameter(f"{state!r} is not one of {', '.join(PAIR_STATES)}.")
    with opened(store, writes=True) as workspace:
        find_duplicates(workspace, progress=progress_line(json))
        pairs = read_pairs(workspace, state, limit=limit)
        counts = count_pairs(workspace)
        contradictions = identifier_quality(workspace) if quality else ()
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
    answer(document, words, json)
    return DONE


@told
def consent(
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help="The email address.")],
    said: Annotated[str, typer.Argument(metavar="[given|withdrawn]", help="What to record; nothing shows it.")] = "",
    since: Annotated[str, typer.Option("--since", metavar="DAY", help="Since when, today unless you say so.")] = "",
    how: Annotated[str, typer.Option("--how", metavar="WORDS", help="How they said so: on the phone, a form.")] = "",
    store: StoreOption = None,
    json: JsonOption = False,
) -> int:
    """Show or record consent to emails under an address: `withdrawn` blocks it, a later `given` lifts that."""
    from services.permission.ledger import address_key, history, standing
    from services.permission.lookalike import about_domain
    from services.sync import record_consent

    with opened(store, writes=bool(said)) as workspace:
        changes = record_consent(workspace, address, said, since=since, how=how) if said else Changes()
        after_change(workspace, changes)
        with workspace.store.snapshot() as driver:
            lines = history(driver, workspace.policy, address)
            blocked = standing(driver, address, workspace.clock.now()) is not None
            domain = about_domain(driver, address_key(address))
    state = "Blocked: no email goes to this address." if blocked else "Not blocked."
    document = {"address": address_key(address), "blocked": blocked, "history": lines, "domain": domain}
    answer(document, "\n".join(filter(None, (changes.words, state, domain, *lines))), json)
    return DONE


_NOTHING = {
    "pending": "No two customers look alike.",
    "later": "Nothing was left for later.",
    "apart": "No customers were kept apart.",
    "merged": "No customers were merged.",
}


@told
def merge(kept: Kept, other: Other, store: StoreOption = None, json: JsonOption = False) -> int:
    """Make customer B a part of customer A; `undo` brings both back."""
    from services.duplicates import merge_customers

    return _decided(lambda workspace: merge_customers(workspace, kept, other), store, json)


@told
def apart(one: One, two: Two, store: StoreOption = None, json: JsonOption = False) -> int:
    """Remember that two customers are two."""
    from services.duplicates import keep_apart

    return _decided(lambda workspace: keep_apart(workspace, one, two), store, json)


@told
def later(one: One, two: Two, store: StoreOption = None, json: JsonOption = False) -> int:
    """Put off whether two customers are one."""
    from services.duplicates import decide_later

    return _decided(lambda workspace: decide_later(workspace, one, two), store, json)


def _decided(decide: Callable[[Workspace], Changes], store: StoreOption, json: bool) -> int:
    with opened(store, writes=True) as workspace:
        changes = decide(workspace)
        after_change(workspace, changes)
    document = {"entry": changes.entry, "customers": sorted(changes.customers), "words": changes.words}
    answer(document, changes.words, json)
    return DONE


@told
def erase(
    customer: Who,
    sure: Annotated[bool, typer.Option("--yes", help="Erase: it cannot be undone.")] = False,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Write the receipt to this file.")] = None,
    store: StoreOption = None,
    json: JsonOption = False,
) -> int:
    """Erase a customer on their request, with what the journal holds of them; prints a receipt."""
    from services.backups import copies_with_data
    from services.duplicates import erase_customer, receipt_text
    from services.insight import customer_named

    with opened(store, writes=True) as workspace:
        number = customer_named(workspace, customer)
        if not sure:
            raise UserError(f"This erases customer {number} for good. Add --yes to do it.")
        if out is not None:
            out.write_text("", encoding="utf-8")  # a place that cannot be written is found before
        found = erase_customer(workspace, number)
        after_change(workspace, found.changes)
        receipt = receipt_text(found, copies_with_data(workspace.store.path))
    if out is not None:
        out.write_text(receipt, encoding="utf-8")
    document = {"customer": found.customer_id, "at": found.at, "rows": found.rows, "details": found.details}
    answer({**document, "marks": found.marks, "files": list(found.files)}, receipt.rstrip(), json)
    return DONE
