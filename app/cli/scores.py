"""Commands about numbers: score, backtest, export."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Literal

import typer

from app.cli.frame import (
    DONE,
    AsOfOption,
    JsonOption,
    Reply,
    StoreOption,
    answer,
    day_of,
    in_book,
    never_cancelled,
    opened,
    opened_as_of,
    progress_line,
    say,
    say_first_record,
    table,
    told,
)
from models.values.backtest import BacktestReport, Measures, ModelReport, model_words
from models.values.scores import ScoreRun
from models.values.words import count, money, percent
from services import exporting, insight, scoring
from services.pipeline import do_round
from services.settings import LOOK_FROM
from services.workspace import Workspace

Exportable = Literal["scores", "alerts", "customers", "check"]


@told
def score(
    everyone: Annotated[bool, typer.Option("--all", help="Everyone, not only who is due.")] = False,
    store: StoreOption = None,
    as_of: AsOfOption = None,
    json: JsonOption = False,
) -> int:
    """Score what is due. An earlier --as-of is a trial that changes nothing in the book.

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
    """Export scores, alerts, customers or the back-test to a file for spreadsheets."""
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


HorizonOption = Annotated[
    int | None, typer.Option("--horizon", metavar="DAYS", min=1, max=730, help="Days ahead; default: the policy's.")
]
CutoffsOption = Annotated[
    str | None,
    typer.Option("--cutoffs", metavar="D,D,…", help="Days to score from; default: monthly, as many as have closed."),
]


def _days(text: str | None) -> tuple[date, ...] | None:
    if text is None:
        return None
    found = tuple(day for one in text.split(",") if (day := day_of(one.strip())) is not None)
    return tuple(sorted(set(found)))


@in_book(writes=lambda given: given["horizon"] is None and given["cutoffs"] is None)
def backtest(
    workspace: Workspace, horizon: HorizonOption = None, cutoffs: CutoffsOption = None, json: JsonOption = False
) -> Reply:
    """Score the book's past from earlier days and compare with what happened; kept where nothing else is asked for."""
    show, days = progress_line(json), _days(cutoffs)
    report = scoring.backtest(workspace, horizon_days=horizon, cutoffs=days, progress=show, cancelled=never_cancelled)
    return Reply(report.as_json(), _backtest_words(report, workspace.read_currency()))


def _backtest_words(report: BacktestReport, currency: str) -> str:
    lines = [f"As of {report.as_of}, {report.horizon_days} days ahead: {report.why}"]
    if report.models:
        head = ("", "AUC", "Brier", "log loss", "ECE", "bias", "windows")
        common, means = report.compared()
        checks = {each.cutoff for one in report.models for each in one.cutoffs}
        over = f"Means over the same {len(common)} of {count(len(checks), 'window')}; " if common else ""
        rows = [_row(one, means.get(one.name) if common else one.mean, report.used) for one in report.models]
        lines += ["", f"{over}* is in use:", table(head, rows, frozenset(range(1, 7)))]
    if report.clv is not None:
        one = report.clv
        lines += ["", f"Lifetime value, {one.days} days from {one.cutoff}, {count(one.customers, 'customer')}:"]
        lines.append(
            f"total {_signed_percent(one.bias)}, off by {_money(one.mae, currency)} a customer, top tenth brought "
            f"{_share(one.top10_capture)}, {_share(one.coverage80)} within the 80 % range, "
            f"Spearman {_figure(one.spearman)}"
        )
    return "\n".join([*lines, *(["", report.seasonal] if report.seasonal else [])])


def _row(one: ModelReport, mean: Measures | None, used: str) -> tuple[str, ...]:
    mark = "* " if one.name == used else "  "
    name = one.way if one.way == one.label else f"{one.way} ({one.label})"
    if mean is None:
        return (f"{mark}{name}", *("" for _ in range(5)), str(len(one.cutoffs)))
    bias = "" if mean.bias is None else f"{100 * mean.bias:+.1f} pts"
    figures = (mean.auc, mean.brier, mean.log_loss, mean.ece)
    return (f"{mark}{name}", *(_figure(figure) for figure in figures), bias, str(len(one.cutoffs)))


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"


def _share(value: float | None) -> str:
    return "not known" if value is None else percent(value)


def _signed_percent(value: float | None) -> str:
    return "not known" if value is None else f"{100 * value:+.0f} %"


def _money(minor: float | None, currency: str) -> str:
    return "not known" if minor is None else money(round(minor), currency)
