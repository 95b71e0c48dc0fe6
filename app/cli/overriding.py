"""The command by which a person sets a score of a customer, or takes it back."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from app.cli.frame import DONE, JsonOption, StoreOption, answer, day_of, opened, told
from models.values.changes import Changes
from models.values.errors import UserError
from models.values.overrides import FIGURES, MOST_REASON, Override, parse_value, value_words
from models.values.scores import SEGMENTS
from services.pipeline import after_change
from services.settings import book_currency
from services.workspace import Workspace

Who = Annotated[str, typer.Argument(metavar="CUSTOMER", help="Number, id in its system, or exact name.")]
Risk = Annotated[str | None, typer.Option("--churn-risk", metavar="P", help="Such as 20%.")]
Health = Annotated[str | None, typer.Option("--health", metavar="N", help="From 0 to 100.")]
Engagement = Annotated[str | None, typer.Option("--engagement", metavar="N", help="From 0 to 100.")]
Segment = Annotated[str | None, typer.Option("--segment", metavar="S", help=f"One of {', '.join(reversed(SEGMENTS))}.")]
Worth = Annotated[str | None, typer.Option("--clv", metavar="AMOUNT", help="Lifetime value, in the book's currency.")]
Reason = Annotated[str, typer.Option("--reason", metavar="TEXT", help=f"Why, in {MOST_REASON} letters at most.")]
Until = Annotated[str | None, typer.Option("--until", metavar="DATE", help="The last day on which it counts.")]
End = Annotated[bool, typer.Option("--end", help="Let what was computed count again, for all scores that are set.")]


@told
def override(
    customer: Who,
    churn_risk: Risk = None,
    health: Health = None,
    engagement: Engagement = None,
    segment: Segment = None,
    clv: Worth = None,
    reason: Reason = "",
    until: Until = None,
    end: End = False,
    store: StoreOption = None,
    json: JsonOption = False,
) -> int:
    """Set a score by hand until a day, take what is set back with --end, or show it; can be undone."""
    from services.insight import customer_named
    from services.scoring import end_override, overrides_of

    given = {"churn_risk": churn_risk, "health": health, "engagement": engagement, "segment": segment, "clv": clv}
    wanted = {figure: text for figure, text in given.items() if text is not None}
    if end and wanted:
        raise typer.BadParameter("Set a score or take it back with --end, not both.")
    with opened(store, writes=bool(wanted or end)) as workspace:
        number = customer_named(workspace, customer)
        changes = Changes()
        if wanted:
            changes = _set(workspace, number, wanted, reason, until)
        elif end:
            changes = end_override(workspace, number)
        if wanted or end:
            after_change(workspace, changes)
        standing, currency = overrides_of(workspace, number), book_currency(workspace)
    said = "\n".join(_words(one, currency) for one in standing) or "No score is set by hand."
    document = {
        "customer_id": number,
        "entry": changes.entry,
        "words": changes.words,
        "overrides": [_document(one) for one in standing],
    }
    answer(document, changes.words or said, json)
    return DONE


def _set(workspace: Workspace, number: int, wanted: dict[str, str], reason: str, until: str | None) -> Changes:
    """Set what is wanted, all or nothing of it: every value is read before the first is kept."""
    from services.scoring import set_override

    day = day_of(until)
    if day is None:
        raise UserError("Name the last day on which it counts: --until YYYY-MM-DD.")
    currency = book_currency(workspace)
    values = {figure: parse_value(figure, text, currency) for figure, text in wanted.items()}
    changes, said = Changes(), []
    for figure, value in values.items():
        done = set_override(workspace, number, figure, value, reason=reason, until=day)
        changes = changes.merged(done)
        said.append(done.words)
    return changes.merged(Changes(words=". ".join(said)))


def _document(one: Override) -> dict[str, Any]:
    return {
        "figure": one.figure,
        "value": one.value,
        "reason": one.reason,
        "by": one.made_by,
        "made_at": one.made_at,
        "until": one.expires_on,
    }


def _words(one: Override, currency: str) -> str:
    shown = value_words(one.figure, one.value, currency)
    return f"{FIGURES[one.figure]}: {shown} until {one.expires_on}, set by {one.made_by}: {one.reason}"
