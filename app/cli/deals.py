"""The command that changes deals by hand: `rows deals` lists them with their numbers."""

from __future__ import annotations

from typing import Annotated

import typer

from app.cli.customers import pairs
from app.cli.frame import DONE, JsonOption, StoreOption, answer, opened, told
from services.pipeline import after_change

_HELP = (
    "Numbers of deals as listed by `rows deals`, then what to change: stage=Won closed_on=2026-11-20, amount=1200,"
    " closes_on=…, owner=…, or a task each: next_step='Send the prices' next_step_on=…."
)


@told
def change(
    words: Annotated[list[str], typer.Argument(metavar="ID… FIELD=VALUE…", help=_HELP)],
    store: StoreOption = None,
    json: JsonOption = False,
) -> int:
    """Change one or several deals by hand, all by one action: `deal set 12 15 stage=Negotiation owner=Ana`."""
    from services.sync import edit_deals

    numbers = [word for word in words if "=" not in word]
    wrong = next((word for word in numbers if not word.isdecimal()), "")
    if wrong or not numbers:
        raise typer.BadParameter(
            f"{wrong!r} is not a deal’s number: `rows deals` lists them." if wrong else "Name a deal by its number."
        )
    with opened(store, writes=True) as workspace:
        changes = edit_deals(workspace, [int(one) for one in numbers], pairs([one for one in words if "=" in one]))
        after_change(workspace, changes)
    document = {"entry": changes.entry, "customers": sorted(changes.customers), "words": changes.words}
    answer(document, changes.words or "Nothing to change: the deals already have these values.", json)
    return DONE
