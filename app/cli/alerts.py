"""Commands about the queue: alerts, rules, run."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from app.cli.frame import (
    DONE,
    IN_PART,
    AsOfOption,
    JsonOption,
    Reply,
    StoreOption,
    answer,
    day_of,
    in_book,
    json_text,
    never_cancelled,
    opened_as_of,
    progress_line,
    question_of,
    say,
    table,
    told,
)
from app.cli.outreach import sent_document, sent_words
from app.cli.watching import import_from_folders
from models.values.alerts import QUEUE_ORDERS, Lacks
from models.values.rule_trials import TRIAL_WEEKS, Trial
from models.values.words import DASH, chance, count, full_day
from services import alerting, insight, outreach, scoring
from services.book.overdue import count_overdue
from services.book.sources import asked_end, silence_held
from services.book.unscored import NOT_SCORED
from services.pipeline import after_change, do_round
from services.workspace import Workspace

if TYPE_CHECKING:
    from services.insight import Reader

#: So many alerts are listed in words; a person reads no more, and a program asks for JSON.
MOST_LISTED = 1_000
RuleName = Annotated[str, typer.Argument(metavar="RULE", help="The rule, as listed by `rules`.")]


def _money(document: dict[str, Any], name: str) -> str:
    """An amount of an alert; '' where there is none, or it is not known."""
    return f"{document[name]:,.0f} {document['currency']}" if document[name] else ""


def _risk(document: dict[str, Any]) -> str:
    """The churn risk of an alert's customer, or what counts instead: what they said, or the record."""
    if document["said_leaving"]:
        return f"said {document['said_leaving']}"
    if document["left_before"]:
        return str(document["left_before"])
    return "" if document["churn_risk"] is None else chance(document["churn_risk"])


_LACKS: Final[Mapping[Lacks, str]] = {
    "": "No alerts today.",
    "customers": "No customers yet. Import some with `bellwether import FILE`.",
    "scoring": "Not scored yet. Score the customers with `bellwether score`.",
    "history": "No customer can be scored yet. Import orders, contracts or other activity to score them.",
}


def at_risk_list(documents: list[dict[str, Any]], lacks: Lacks) -> str:
    """Return the queue in words, one line an alert; where it is empty, what the book lacks before that means calm."""
    if not documents:
        return _LACKS[lacks]
    rows = [
        (
            document["severity"],
            str(document["customer_id"] or ""),
            document["customer"],
            document["reason"],
            _money(document, "at_stake"),
            _money(document, "spent_12m"),
            _money(document, "upside"),
            _risk(document),
            document["due"],
        )
        for document in documents
    ]
    head = ("severity", "id", "customer", "why", "at stake", "a year", "to win", "churn", "due")
    return table(head, rows, frozenset({1, 4, 5, 6, 7}))


@told
def alerts(
    everything: Annotated[bool, typer.Option("--all", help="Beyond the daily budget, waiting, snoozed, done.")] = False,
    rule: Annotated[
        list[str] | None,
        typer.Option("--rule", metavar="RULE", help="Only of this rule, beyond the daily budget too; repeatable."),
    ] = None,
    order: Annotated[
        str | None, typer.Option("--order", help=f"{', '.join(QUEUE_ORDERS)}; without it, as in the window.")
    ] = None,
    store: StoreOption = None,
    as_of: AsOfOption = None,
    json: JsonOption = False,
) -> int:
    """Print the queue: which customers need a person, and why; exit code 3 where some are not scored yet.

    At stake: the revenue that is likely to be lost, by the churn risk or, where the track record of such silences is
    worse, by that record (then shown under "churn" too). A year: spend in the last 12 months, not in totals.
    """
    if order not in (None, *QUEUE_ORDERS):
        raise typer.BadParameter(f"Order by {', '.join(QUEUE_ORDERS)}.")
    with opened_as_of(store, day_of(as_of)) as workspace, insight.reading(workspace) as reader:
        wanted = order or workspace.preferences.queue_order
        chosen = next(one for one in QUEUE_ORDERS if one == wanted)
        ids = insight.read_alert_ids(reader, everything=everything, rules=rule or (), order=chosen)
        day, scored = reader.as_of, not reader.unscored
        asked = asked_end(reader.driver, reader.today, reader.policy)
        held = silence_held(reader.driver, reader.present, reader.today, reader.policy)
        if json:
            head = {
                "as_of": day.isoformat() if day else None,
                "scored": scored,
                "data_end_asked": asked.isoformat() if asked else None,
                "silence_held": held or None,
                "criticals_waiting": insight.read_waiting(reader),
            }
            _write_all(insight.read_alert_documents(reader, ids), head)
            unlisted = []
        else:
            if ids or scored:
                listed = list(insight.read_alert_documents(reader, ids[:MOST_LISTED]))
                answer(None, at_risk_list(listed, reader.lacks), False)
            if (more := len(ids) - MOST_LISTED) > 0:
                all_of_them = f"`bellwether alerts{' --all' * everything} --json` gives all {len(ids):,}"
                sys.stdout.write(f"{more:,} more: {all_of_them}.\n")
            unlisted = [] if rule else _unlisted(workspace, reader, len(ids), everything)
    for words in unlisted:
        say(words)
    if day is not None:
        say(f"As of {full_day(day)}.")
    if asked is not None:
        say(question_of(asked))
    elif held:
        say(f"Inactivity alerts are held back: {held}.")
    if not scored:
        say(f"{NOT_SCORED}: your latest data has raised no alerts. Run `bellwether score`.")
    return DONE if scored else IN_PART


def _unlisted(workspace: Workspace, reader: Reader, listed: int, everything: bool) -> list[str]:
    """Say of how many alerts and overdue customers the list does not speak."""
    said = []
    number_open = 0 if everything else insight.read_number_open(reader)
    if number_open > listed:
        said.append(f"{listed:,} of {count(number_open, 'open alert')}; --all lists the rest.")
    if more_critical := insight.waiting_words(reader, insight.read_waiting(reader)):
        said.append(f"{more_critical}.")
    if overdue := count_overdue(reader.driver, reader.policy, reader.now).words:
        said.append(f"{overdue}.")
    if win_back := alerting.win_back_without_alert(workspace):
        why_not = "contacted recently, silent for too long, or with an alert closed recently"
        said.append(f"Win-back without an open alert: {win_back:,} ({why_not}).")
    return said


def _write_all(documents: Iterable[dict[str, Any]], head: dict[str, Any]) -> None:
    """Write one JSON document, laid out as all are, alert by alert: a queue may be longer than memory is large."""
    sys.stdout.write("{\n" + "".join(f'  "{key}": {json_text(head[key])},\n' for key in head))
    sys.stdout.write('  "alerts": [')
    mark = ""
    for document in documents:
        text = json_text(document).replace("\n", "\n    ")
        sys.stdout.write(f"{mark}\n    {text}")
        mark = ","
    sys.stdout.write("\n  ]\n}\n" if mark else "]\n}\n")


@in_book()
def try_rule(
    workspace: Workspace,
    rule: RuleName,
    weeks: Annotated[int, typer.Option("--weeks", min=1, max=104, help="How many weeks to look back.")] = TRIAL_WEEKS,
    figures: Annotated[
        list[str] | None, typer.Option("--set", metavar="NAME=FIGURE", help="Another figure to try; can be repeated.")
    ] = None,
    json: JsonOption = False,
) -> Reply:
    """Try a rule against the past, also with other figures: nothing in the book changes."""
    tried = dict(_figure(text) for text in figures or ())
    trial = alerting.try_rule(workspace, rule, tried, weeks=weeks, progress=progress_line(json))
    return Reply(asdict(trial), "\n".join(_of_trial(trial)))


def _of_trial(trial: Trial) -> Iterator[str]:
    """What the window says of a trial: its sentence, both sets of figures, and whom only one of them names."""
    yield f"{trial.title}. {trial.words}"
    tried = bool(trial.tried)
    wide = 4 if tried else 2
    head = (trial.period, "in force", "tried", "difference")[:wide]
    yield table(head, [line[:wide] for line in trial.lines], frozenset({1, 2, 3}))
    if trial.note:
        yield trial.note
    for cases, what in ((trial.added, "only with the figures tried"), (trial.gone, "only with the figures in force")):
        if cases:
            yield f"{count(len(cases), 'customer')} {what}:"
            rows = [
                (one.name, one.raised_on, one.gap_words, one.year_words, trial.verdict(one) or DASH) for one in cases
            ]
            head = ("customer", "raised", "gap then", "worth a year", "outcome")
            yield table(head, rows, frozenset({2, 3}))


def _figure(text: str) -> tuple[str, float | str]:
    """The name and the figure of ``risk=0.35``; what is no number is a word."""
    name, separator, said = text.partition("=")
    if not separator or not name or not said:
        raise typer.BadParameter(f"{text!r} is not NAME=FIGURE, such as risk=0.35.")
    try:
        return name, float(said)
    except ValueError:
        return name, said


@in_book(writes=True)
def switch_on(workspace: Workspace, rule: RuleName) -> Reply:
    """Switch a rule on; can be undone."""
    return _switch(workspace, rule, True)


@in_book(writes=True)
def switch_off(workspace: Workspace, rule: RuleName) -> Reply:
    """Switch a rule off; can be undone."""
    return _switch(workspace, rule, False)


def _switch(workspace: Workspace, rule: str, enabled: bool) -> Reply:
    changes = alerting.switch_rule(workspace, rule, enabled=enabled)
    after_change(workspace, changes)
    document = {"rule": rule, "enabled": enabled, "entry": changes.entry}
    return Reply(document, changes.words or f"{rule} is {'on' if enabled else 'off'}.")


@in_book(writes=True)
def name_owner(
    workspace: Workspace,
    rule: RuleName,
    name: Annotated[str, typer.Argument(metavar="NAME", help='Who answers for it; "" for nobody.')],
) -> Reply:
    """Set the owner of a rule; can be undone."""
    changes = alerting.name_owner(workspace, rule, name)
    after_change(workspace, changes)
    document = {"rule": rule, "owner": name.strip(), "entry": changes.entry}
    return Reply(document, f"Owner of {rule}: {name.strip() or 'nobody'}.")


@in_book()
def rules(workspace: Workspace) -> Reply:
    """List the rules with how often each was right."""
    records = alerting.rule_records(workspace)
    documents = [
        {
            "code": record.code,
            "title": record.title,
            "kind": record.kind,
            "enabled": record.enabled,
            "owner": record.owner,
            "figures": {one.name: one.value for one in record.parameters},
            "cooldown_days": record.cooldown_days,
            "right": record.right,
            "closed": record.closed,
            "open": record.open,
            "promise": record.promise._asdict() if record.promise is not None else None,
            "past": record.past.as_json() if record.past is not None else None,
        }
        for record in records
    ]
    lines = [
        (record.code, record.title, "on" if record.enabled else "off", record.owner, str(record.open), record.words)
        for record in records
    ]
    return Reply({"rules": documents}, table(("rule", "title", "", "owner", "open", "record"), lines, frozenset({4})))


@in_book(writes=True)
def run(workspace: Workspace, json: JsonOption = False) -> Reply:
    """Do one round without the window: import from watched folders, score, raise alerts, send, check the scores."""
    landed = import_from_folders(workspace, json)
    outcome = do_round(workspace, progress=progress_line(json))
    sent, changes = outreach.send_due(workspace)
    after_change(workspace, changes)
    due = scoring.reports_due(workspace)
    scoring.renew_reports(workspace, progress=progress_line(json))
    checked = due - scoring.reports_due(workspace)
    if alerting.record_due(workspace):
        alerting.renew_record(workspace, progress_line(json), never_cancelled)
        checked |= {"rules"}
    runs = (landed.found.run, outcome)
    # What landed is scored with its import; the round finds nothing left of it.
    scores = max((run.scores for run in runs if run.scores), key=lambda one: one.scored, default=None)
    raised = [alert for run in runs for alert in run.opened]
    closed = [alert for run in runs for alert in run.closed]
    document = {
        **landed.document,
        "scores": scores.as_json() if scores else None,
        "opened": raised,
        "closed": closed,
        "reports": sorted(checked),
        **sent_document(sent),
    }
    scored = count(scores.scored if scores else 0, "customer")
    words = f"{landed.words}{scored} scored, {count(len(raised), 'alert')} opened, "
    made = f" Reports updated: {', '.join(sorted(checked))}." if checked else ""
    notes = [*landed.concerns, *landed.silent, *([sent.fault] if sent.fault else [])]
    code = IN_PART if landed.concerns or sent.fault or sent.failed or sent.in_doubt else DONE
    return Reply(document, f"{words}{len(closed)} closed. {sent_words(sent)}{made}", notes, code)
