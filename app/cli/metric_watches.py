"""Commands about watches: metrics that raise an alert when they cross a level or change."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

import typer

from app.cli.frame import Reply, in_book, table
from app.cli.metrics import Where, conditions_of, plain
from models.values.errors import UserError
from models.values.watches import Test, Watch, WatchState
from services import alerting, insight, sync
from services.pipeline import after_change
from services.workspace import Workspace

_DEFAULT = Watch("", "above", 0)
Code = Annotated[str, typer.Argument(metavar="WATCH", help="As listed by `rules watches`.")]


@in_book(writes=True)
def add(
    workspace: Workspace,
    metric: Annotated[str, typer.Argument(metavar="METRIC", help="As listed by `metrics`.")],
    test: Annotated[Test, typer.Argument(help="A level (above, below), or a change of the last week (rises, falls).")],
    than: Annotated[str, typer.Argument(metavar="VALUE", help="5, 1200.50 or 20%; of a change its share.")],
    where: Where = None,
    period: Annotated[
        str, typer.Option("--period", metavar="PERIOD", help="Of a level: 30d, 12w, 12m or all.")
    ] = _DEFAULT.period,
    weeks: Annotated[
        int, typer.Option("--weeks", help="Of a change: against the mean of so many weeks.")
    ] = _DEFAULT.weeks,
    severity: Annotated[
        str, typer.Option("--severity", metavar="S", help="critical, high, medium or low.")
    ] = _DEFAULT.severity,
    cooldown: Annotated[
        int, typer.Option("--cooldown", metavar="DAYS", help="Days of silence after an alert.")
    ] = _DEFAULT.cooldown_days,
) -> Reply:
    """Watch a metric: `rules watch open_negative_tickets above 5`, `rules watch open_rate falls 20%`; can be undone."""
    asked = Watch(metric, test, _share(than), conditions_of(where), period, weeks, severity, cooldown)
    code, changes = alerting.set_watch(workspace, asked)
    after_change(workspace, changes)
    state = next(one for one in alerting.list_watches(workspace) if one.watch.code == code)
    return Reply(_document(state), f"Watching {code}: {state.watch.title}. Now: {state.words}")


def _share(text: str) -> float:
    try:
        number, percent = sync.number_of(text)
    except UserError as error:
        raise typer.BadParameter(str(error)) from None
    return float(number) / 100 if percent else float(number)


@in_book()
def show(workspace: Workspace) -> Reply:
    """List the watches with their present figures."""
    beyond = insight.beyond_limit(workspace)
    found = [replace(one, beyond=one.open_alert in beyond) for one in alerting.list_watches(workspace)]
    lines = [(one.watch.code, one.watch.title, "on" if one.enabled else "off", one.words, _alert(one)) for one in found]
    words = table(("watch", "raises an alert", "", "now", "alert"), lines) if lines else "No metric is watched yet."
    return Reply({"watches": [_document(one) for one in found]}, words)


@in_book(writes=True)
def remove(workspace: Workspace, code: Code) -> Reply:
    """Stop watching a metric; its open alert is resolved. Can be undone."""
    changes = alerting.remove_watch(workspace, code)
    after_change(workspace, changes)
    return Reply({"watch": code, "entry": changes.entry}, changes.words)


def _alert(state: WatchState) -> str:
    if state.open_alert is None:
        return ""
    return f"#{state.open_alert}{', beyond today’s limit' if state.beyond else ''}"


def _document(state: WatchState) -> dict[str, Any]:
    watch, figure = state.watch, state.figure
    return {
        "code": watch.code, "title": watch.title, "enabled": state.enabled, "metric": watch.metric,
        "test": watch.test, "than": watch.than, "where": [[one.name, one.operator, one.value] for one in watch.where],
        "period": watch.asked, "weeks": watch.weeks if watch.is_change else None, "severity": watch.severity,
        "cooldown_days": watch.cooldown_days, "as_of": figure.day, "unit": state.unit,
        "currency": state.currency, "value": plain(figure.value, state.unit, state.currency),
        "mean_before": plain(figure.before, state.unit, state.currency),
        "not_evaluated": figure.why_not or None, "alert": state.open_alert,
        "beyond_limit": state.beyond,
    }  # fmt: skip
