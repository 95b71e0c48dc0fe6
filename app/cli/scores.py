"""Commands about numbers: score, export."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from app.cli.frame import (
    DONE,
    AsOfOption,
    JsonOption,
    StoreOption,
    answer,
    day_of,
    opened,
    opened_as_of,
    progress_line,
    say,
    say_first_record,
    told,
)
from models.values.backtest import model_words
from models.values.scores import ScoreRun
from services import exporting, insight, scoring
from services.pipeline import do_round
from services.settings import LOOK_FROM

Exportable = Literal["scores", "alerts", "customers", "check"]


@told
def score(
    everyone: Annotated[bool, typer.Option("--all", help="Everyone, not only who is due.")] = False,
    store: StoreOption = None,
    as_of: AsOfOption = None,
    json: JsonOption = False,
) -> int:
    """Score what is due; with an earlier --as-of, a run of its own that changes nothing in the book.

    `--as-of data-end` (the last day of the data) and `--as-of today` also hold for later scores.
    """
    look_from = as_of if as_of in LOOK_FROM else ""
    day, totals = None if look_from else day_of(as_of), ""
    with opened(store, writes=day is None) as workspace:
        if look_from:
            workspace.change_policy(look_from=look_from)
            workspace = workspace.with_policy(workspace.read_policy())
        if day is not None:
            run, _ = scoring.score_as_of(workspace, day, keep=False)
        else:
            outcome = do_round(workspace, force=everyone, progress=progress_line(json))
            assert outcome.scores is not None
            run = outcome.scores
            say_first_record(workspace, json)
            totals = insight.totals_words(workspace)
    for warning in run.warnings:
        say(warning)
    answer(run.as_json(), _words(run, totals), json)
    return DONE


def _words(run: ScoreRun, totals: str) -> str:
    # Activity without a model of its own: there is none of it in the book, or hardly any.
    told = {name: model for name, model in run.models.items() if name != "churn of activity" or "Prior" not in model}
    models = "; ".join(f"{name}: {model_words(model)}" for name, model in told.items())
    seconds = ", ".join(f"{step} {value:.2f} s" for step, value in run.seconds.items())
    kept = "" if run.stored else " (the book is unchanged)"
    head = f"{run.scored:,} of {run.customers:,} customers scored as of {run.as_of}{kept}"
    lines = (head, models and f"Models: {models}", f"Scored because: {run.why}", totals, f"Time: {seconds}")
    return "\n".join(line for line in lines if line)


@told
def export(
    what: Annotated[Exportable, typer.Argument(help="scores, alerts, customers, or the last check of the scores.")],
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="A .csv or .xlsx file.")],
    store: StoreOption = None,
    as_of: AsOfOption = None,
    json: JsonOption = False,
) -> int:
    """Write scores, alerts, customers, or how well the scores predicted the past to a file that spreadsheets open."""
    with opened_as_of(store, day_of(as_of)) as workspace:
        exporting.refuse_export(workspace, out)
        if what == "check":
            rows = exporting.write_report_card(workspace, out)
        else:
            rows = exporting.write_export(workspace, what, out)
    with opened(store) as workspace:
        exporting.note_export(workspace, out)
    answer({"file": str(out), "what": what, "rows": rows}, f"{rows:,} rows in {out}", json)
    return DONE
