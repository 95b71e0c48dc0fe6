"""The command that says how far scores can be trusted: backtest."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import typer

from app.cli.frame import JsonOption, Reply, day_of, in_book, never_cancelled, progress_line, table
from models.values.backtest import BacktestReport, Measures, ModelReport
from models.values.words import count, money, percent
from services import scoring
from services.workspace import Workspace

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
    return Reply(report.as_json(), _words(report, workspace.read_currency()))


def _words(report: BacktestReport, currency: str) -> str:
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
