"""Commands about numbers: score, export."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from app.cli.alerts import opened_as_of
from app.cli.frame import (
    DONE,
    AsOfOption,
    JsonOption,
    StoreOption,
    answer,
    day_of,
    opened,
    progress_line,
    say,
    told,
)
from models.values.scores import ScoreRun
from services.pipeline import do_round


class Exportable(StrEnum):
    """What can be exported."""

    SCORES = "scores"
    ALERTS = "alerts"
    CUSTOMERS = "customers"


@told
def score(
    everyone: Annotated[bool, typer.Option("--all", help="Everyone, not only who is due.")] = False,
    store: StoreOption = None,
    as_of: AsOfOption = None,
    json: JsonOption = False,
) -> int:
    """Score what is due; with an earlier --as-of, a run of its own that changes nothing in the book."""
    from services.insight import totals_words

    day, totals = day_of(as_of), ""
    with opened(store, writes=day is None) as workspace:
        if day is not None:
            from services.scoring import score_as_of

            run, _ = score_as_of(workspace, day, keep=False)
        else:
            outcome = do_round(workspace, force=everyone, progress=progress_line(json))
            assert outcome.scores is not None
            run = outcome.scores
            totals = totals_words(workspace)
    for warning in run.warnings:
        say(warning)
    answer(run.as_json(), _words(run, totals), json)
    return DONE


def _words(run: ScoreRun, totals: str) -> str:
    # The prior of activity tells that the book's own taught nothing: there is none, or hardly any.
    told = {name: model for name, model in run.models.items() if name != "churn of activity" or "Prior" not in model}
    models = "; ".join(f"{name}: {model}" for name, model in told.items())
    seconds = ", ".join(f"{step} {value:.2f} s" for step, value in run.seconds.items())
    kept = "" if run.stored else " (a run of its own: the book is as it was)"
    head = f"{run.scored:,} of {run.customers:,} customers scored as of {run.as_of}{kept}"
    return "\n".join(part for part in (head, models, run.why, totals, seconds) if part)


@told
def export(
    what: Annotated[Exportable, typer.Argument(help="scores, alerts or customers.")],
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="A .csv or .xlsx file.")],
    store: StoreOption = None,
    as_of: AsOfOption = None,
    json: JsonOption = False,
) -> int:
    """Write scores, alerts or customers to a file that spreadsheets open."""
    from services.insight import write_export

    with opened_as_of(store, day_of(as_of)) as workspace:
        rows = write_export(workspace, what.value, out)
    answer({"file": str(out), "what": what.value, "rows": rows}, f"{rows:,} rows in {out}", json)
    return DONE
