"""The command by which a person sets a score of a customer, or takes it back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any

import typer

from app.cli.frame import Reply, Who, day_of, in_book
from models.values.changes import Changes
from models.values.errors import UserError
from models.values.overrides import FIGURES, MOST_REASON, Override, parse_value, value_words
from models.values.scores import SEGMENTS
from services import insight, scoring
from services.pipeline import after_change
from services.workspace import Workspace

#: The option that sets a score → the score.
_OPTIONS = {figure.replace("_", "-"): figure for figure in FIGURES}
Risk = Annotated[str | None, typer.Option("--churn-risk", metavar="P", help="Such as 20%.")]
Health = Annotated[str | None, typer.Option("--health", metavar="N", help="From 0 to 100.")]
Engagement = Annotated[str | None, typer.Option("--engagement", metavar="N", help="From 0 to 100.")]
Segment = Annotated[str | None, typer.Option("--segment", metavar="S", help=f"One of {', '.join(reversed(SEGMENTS))}.")]
Worth = Annotated[str | None, typer.Option("--clv", metavar="AMOUNT", help="Lifetime value, in the book's currency.")]
Reason = Annotated[str, typer.Option("--reason", metavar="TEXT", help=f"Why, in {MOST_REASON} characters at most.")]
Until = Annotated[str | None, typer.Option("--until", metavar="DATE", help="The last day of the override.")]
End = Annotated[
    list[str] | None,
    typer.Option("--end", metavar="SCORE", help=f"Remove the override of one score: {', '.join(_OPTIONS)}."),
]
All = Annotated[bool, typer.Option("--all", help="Remove all overrides of the customer.")]


def _writes(given: Mapping[str, Any]) -> bool:
    return bool(given["end"] or given["everything"] or any(given[figure] is not None for figure in FIGURES))


@in_book(writes=_writes)
def override(
    workspace: Workspace,
    customer: Who,
    churn_risk: Risk = None,
    health: Health = None,
    engagement: Engagement = None,
    segment: Segment = None,
    clv: Worth = None,
    reason: Reason = "",
    until: Until = None,
    end: End = None,
    everything: All = False,
) -> Reply:
    """Override a score until a day, remove an override with --end, or list overrides; can be undone."""
    given = {"churn_risk": churn_risk, "health": health, "engagement": engagement, "segment": segment, "clv": clv}
    wanted = {figure: text for figure, text in given.items() if text is not None}
    ended = [_score(text) for text in end or ()]
    if sum(map(bool, (wanted, ended, everything))) > 1:
        raise typer.BadParameter("Set a score, or remove one override with --end, or all of them with --all.")
    number = insight.customer_named(workspace, customer)
    changes = Changes()
    if wanted:
        changes = _set(workspace, number, wanted, reason, until)
    elif ended or everything:
        changes = _end(workspace, number, ended)
    if wanted or ended or everything:
        after_change(workspace, changes)
    standing, currency = scoring.overrides_of(workspace, number), workspace.read_currency()
    said = "\n".join(_words(one, currency) for one in standing) or "No score is overridden."
    document = {
        "customer_id": number,
        "entry": changes.entry,
        "words": changes.words,
        "overrides": [_document(one) for one in standing],
    }
    return Reply(document, changes.words or said)


def _set(workspace: Workspace, number: int, wanted: dict[str, str], reason: str, until: str | None) -> Changes:
    """Set what is wanted, all or nothing of it: every value is read before the first is kept."""
    day = day_of(until)
    if day is None:
        raise UserError("Give the last day of the override: --until YYYY-MM-DD.")
    currency = workspace.read_currency()
    values = {figure: parse_value(figure, text, currency) for figure, text in wanted.items()}
    return _together(
        scoring.set_override(workspace, number, figure, value, reason=reason, until=day)
        for figure, value in values.items()
    )


def _end(workspace: Workspace, number: int, figures: list[str]) -> Changes:
    """Take back these, or all (none named), all or nothing of it: what is not set is said before the first is ended."""
    standing = {one.figure for one in scoring.overrides_of(workspace, number)}
    missing = [figure for figure in figures if figure not in standing]
    # Asked for one that is not set, the room says so with the customer's name.
    return _together(
        scoring.end_override(workspace, number, figure) for figure in missing or dict.fromkeys(figures) or (None,)
    )


def _together(done: Iterable[Changes]) -> Changes:
    """Do one after another; what they changed, and their sentences."""
    changes, said = Changes(), []
    for one in done:
        changes = changes.merged(one)
        said.append(one.words)
    return changes.merged(Changes(words=". ".join(said)))


def _score(text: str) -> str:
    figure = _OPTIONS.get(text.strip().lower().removeprefix("--").replace("_", "-").replace(" ", "-"))
    if figure is None:
        raise typer.BadParameter(f"{text!r} is not a score; choose one of: {', '.join(_OPTIONS)}.")
    return figure


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
