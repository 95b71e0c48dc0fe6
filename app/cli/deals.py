"""The command that changes deals by hand: `rows deals` lists them with their numbers."""

from __future__ import annotations

from typing import Annotated, Final

import typer

from app.cli.customers import pairs
from app.cli.frame import NewOwner, Reply, in_book
from models.values.deals import DealFields
from models.values.words import THIN
from services import sync
from services.pipeline import after_change
from services.workspace import Workspace

_HELP = (
    "Numbers of deals as listed by `rows deals`, then what to change: stage=Won closed_on=2026-11-20, amount=1200,"
    " probability=75, closes_on=…, owner=…, lost_reason=… with stage=Lost,"
    " or a task each: next_step='Send the prices' next_step_on=…."
)

_SHOWN: Final = ("name", "stage", "probability", "amount", "closes_on", "owner", "lost_reason")


@in_book(writes=True)
def change(
    workspace: Workspace,
    words: Annotated[list[str], typer.Argument(metavar="ID… FIELD=VALUE…", help=_HELP)],
    new_owner: NewOwner = False,
) -> Reply:
    """Change one or several deals in one step: `deal set 12 15 stage=Negotiation owner=Ana`."""
    numbers = [word for word in words if "=" not in word]
    wrong = next((word for word in numbers if not word.isdecimal()), "")
    if wrong or not numbers:
        raise typer.BadParameter(
            f"{wrong!r} is not a deal’s number: `rows deals` lists them." if wrong else "Name a deal by its number."
        )
    ids, fields = [int(one) for one in numbers], pairs([one for one in words if "=" in one])
    changes = sync.edit_deals(workspace, ids, fields, new_owner=new_owner)
    after_change(workspace, changes)
    now = sync.deals_to_edit(workspace, ids)
    document = {
        "entry": changes.entry, "customers": sorted(changes.customers), "words": changes.words,
        "deals": [{name: getattr(one, name) for name in ("id", *_SHOWN, "currency")} for one in now],
    }  # fmt: skip
    said = changes.words or "Nothing to change: the deals already have these values."
    return Reply(document, "\n".join([said, *map(_line, now)]))


def _line(deal: DealFields) -> str:
    """What a deal is now: "12  Refit: Negotiation, probability 75 %, 512.50 USD, close date 2026-12-01, Cleo"."""
    amount = f"{deal.amount} {deal.currency}" if deal.amount else ""
    chance = f"probability {deal.probability}{THIN}%" if deal.probability else ""
    day = f"close date {deal.closes_on}" if deal.closes_on else ""
    said = (deal.stage, deal.lost_reason, chance, amount, day, deal.owner)
    return f"{deal.id}  {deal.name}: {', '.join(filter(None, said))}"
