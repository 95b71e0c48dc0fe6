"""Commands about the queue: alerts, rules, run."""

from __future__ import annotations

import json as json_text
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from app.cli.frame import (
    DONE,
    IN_PART,
    AsOfOption,
    JsonOption,
    StoreOption,
    answer,
    day_of,
    opened,
    progress_line,
    say,
    table,
    told,
)
from app.cli.outreach import sent_document, sent_words
from app.cli.watching import import_from_folders
from models.values.words import chance
from services.pipeline import after_change, do_round
from services.workspace import Workspace

#: So many cards are listed in words; a person reads no more, and a program asks for JSON.
MOST_LISTED = 1_000
RuleName = Annotated[str, typer.Argument(metavar="RULE", help="The rule, as `rules` names it.")]


@contextmanager
def opened_as_of(store: Path | None, day: date | None) -> Iterator[Workspace]:
    """Open the book as it is, or a look back at an earlier day."""
    with opened(store) as workspace:
        if day is None:
            yield workspace
            return
        from services.looking_back import looking_back

        with looking_back(workspace, day) as past:
            yield past


def _worth(document: dict[str, Any]) -> str:
    """The money that a card is about; '' where it is about none, or that is not known."""
    worth = document["value_at_risk"] or document["upside"]
    return f"{worth:,.0f} {document['currency']}" if worth or document["value_at_risk"] is not None else ""


def at_risk_list(documents: list[dict[str, Any]]) -> str:
    """Return the queue in words, one line a card."""
    if not documents:
        return "Nothing needs a person: the queue is empty."
    rows = [
        (
            document["severity"],
            document["customer"],
            document["reason"],
            _worth(document),
            "" if document["churn_risk"] is None else chance(document["churn_risk"]),
            document["due_at"] or "",
        )
        for document in documents
    ]
    return table(("severity", "customer", "why", "at risk", "churn", "due"), rows, frozenset({3, 4}))


@told
def alerts(
    everything: Annotated[bool, typer.Option("--all", help="Beyond the daily budget, waiting, snoozed, done.")] = False,
    store: StoreOption = None,
    as_of: AsOfOption = None,
    json: JsonOption = False,
) -> int:
    """Print the queue: who needs a person, and why."""
    from services.insight import read_alert_documents, read_alert_ids, reading

    with opened_as_of(store, day_of(as_of)) as workspace, reading(workspace) as reader:
        ids = read_alert_ids(reader, everything=everything)
        if json:
            _write_all(read_alert_documents(reader, ids))
            return DONE
        sys.stdout.write(f"{at_risk_list(list(read_alert_documents(reader, ids[:MOST_LISTED])))}\n")
    more = len(ids) - MOST_LISTED
    if more > 0:
        sys.stdout.write(f"{more:,} more: `bellwether alerts{' --all' * everything} --json` gives all {len(ids):,}.\n")
    return DONE


def _write_all(documents: Iterable[dict[str, Any]]) -> None:
    """Write one JSON document, laid out as all are, card by card: a queue may be longer than memory is large."""
    sys.stdout.write('{\n  "alerts": [')
    mark = ""
    for document in documents:
        text = json_text.dumps(document, ensure_ascii=False, indent=2).replace("\n", "\n    ")
        sys.stdout.write(f"{mark}\n    {text}")
        mark = ","
    sys.stdout.write("\n  ]\n}\n" if mark else "]\n}\n")


@told
def try_rule(
    rule: RuleName,
    weeks: Annotated[int, typer.Option("--weeks", min=1, max=104, help="How many weeks to look back.")] = 26,
    store: StoreOption = None,
    json: JsonOption = False,
) -> int:
    """Try a rule against the past before it is switched on: nothing in the book changes."""
    from services.alerting import try_rule as trial_of

    with opened(store) as workspace:
        trial = trial_of(workspace, rule, weeks=weeks, progress=progress_line(json))
    answer(asdict(trial), f"{trial.title}: {trial.words}", json)
    return DONE


@told
def switch_on(rule: RuleName, store: StoreOption = None, json: JsonOption = False) -> int:
    """Switch a rule on; can be undone."""
    return _switch(rule, True, store, json)


@told
def switch_off(rule: RuleName, store: StoreOption = None, json: JsonOption = False) -> int:
    """Switch a rule off; can be undone."""
    return _switch(rule, False, store, json)


def _switch(rule: str, enabled: bool, store: Path | None, as_json: bool) -> int:
    from services.alerting import switch_rule

    with opened(store, writes=True) as workspace:
        changes = switch_rule(workspace, rule, enabled=enabled)
        after_change(workspace, changes)
    state = "on" if enabled else "off"
    answer({"rule": rule, "enabled": enabled, "entry": changes.entry}, changes.words or f"{rule} is {state}.", as_json)
    return DONE


@told
def rules(store: StoreOption = None, json: JsonOption = False) -> int:
    """List the rules with how often each was right."""
    from services.alerting import rule_records

    with opened(store) as workspace:
        records = rule_records(workspace)
    documents = [
        {
            "code": record.code,
            "title": record.title,
            "kind": record.kind,
            "enabled": record.enabled,
            "cooldown_days": record.cooldown_days,
            "right": record.right,
            "closed": record.closed,
            "open": record.open,
            "promise": record.promise._asdict() if record.promise is not None else None,
        }
        for record in records
    ]
    lines = [
        (record.code, record.title, "on" if record.enabled else "off", str(record.open), record.words)
        for record in records
    ]
    answer({"rules": documents}, table(("rule", "title", "", "open", "record"), lines, frozenset({3})), json)
    return DONE


@told
def run(store: StoreOption = None, json: JsonOption = False) -> int:
    """Do one round without a window: import what landed in watched folders, score, evaluate, send, check the scores."""
    from services.outreach import send_due
    from services.scoring import renew_reports, reports_due

    with opened(store, writes=True) as workspace:
        landed = import_from_folders(workspace, json)
        outcome = do_round(workspace, progress=progress_line(json))
        sent, changes = send_due(workspace)
        after_change(workspace, changes)
        due = reports_due(workspace)
        renew_reports(workspace, progress=progress_line(json))
        checked = due - reports_due(workspace)
    runs = (landed.landing.run, outcome)
    # What landed is scored with its import; the round finds nothing left of it.
    scores = max((run.scores for run in runs if run.scores), key=lambda one: one.scored, default=None)
    raised = [card for run in runs for card in run.opened]
    closed = [card for run in runs for card in run.closed]
    document = {
        **landed.document,
        "scores": scores.as_json() if scores else None,
        "opened": raised,
        "closed": closed,
        "reports": sorted(checked),
        **sent_document(sent),
    }
    words = f"{landed.words}{scores.scored if scores else 0:,} customers scored, {len(raised)} alerts opened, "
    made = f" Reports made anew: {', '.join(sorted(checked))}." if checked else ""
    answer(document, f"{words}{len(closed)} closed. {sent_words(sent)}{made}", json)
    for sentence in [*landed.concerns, *landed.silent, *([sent.fault] if sent.fault else [])]:
        say(sentence)
    return IN_PART if landed.concerns or sent.fault or sent.failed or sent.in_doubt else DONE
