"""Try a rule against the past: what it would have raised with its figures in force and with others, and how it ended.

The trial runs on a copy of the book, with the same scoring and the same rule, as of each week's day. Nobody works on
its alerts, and they are counted and judged as those of the record are (`alone`, `outcomes`).

Scoring the past takes nearly all of the time and does not depend on the rule. So the copy keeps each week's scores,
and whoever tries again gives the same folder: as long as the book is the same, only the rule runs, and writes nothing.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import date
from itertools import zip_longest
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Final

from sqlalchemy import Connection

from models.file_lock import held
from models.private import private
from models.store import trial_folder
from models.store.driver import driver_of
from models.values.errors import UserError
from models.values.imports import Progress
from models.values.rule_records import LEFT
from models.values.rule_trials import TRIAL_WEEKS, Trial, TrialCase, TrialSide, TrialWeek, Tried
from services.alerting.alone import Orders, Queue, at_end_of, look, weeks_before
from services.alerting.outcomes import Events, is_judged, window_end
from services.alerting.replay import NO_REFIT_DAYS
from services.alerting.rulebook import in_force, known_rule, with_figures, with_policy
from services.alerting.rules import Rule
from services.book.as_of import opened_copy, write_copy
from services.book.sources import RULE as STALE_RULE
from services.book.sources import silence_held
from services.workspace import Workspace

#: What scoring writes and rules read of one day, with the key of its rows.
_SCORED: Final = {"customer_risk_scores": "customer_id", "book": "key"}
#: Entries that leave what scores are made of as it is; the policy is looked at by itself.
_WITHOUT_DATA: Final = (
    *("change-policy", "switch-on-rule", "switch-off-rule", "evaluate", "score", "refit", "replay", "report"),
    *("digest-imports", "add-watch", "change-watch", "remove-watch", "switch-on-watch", "switch-off-watch"),
    *("ask-model", "export", "write-back"),
)
SHORTEST_WEEKS = 1
LONGEST_WEEKS = 104
_IN_USE = "in-use"
_PATIENCE_S = 600.0
_STEP: Final = "Trying the rule"


def try_rule(
    workspace: Workspace,
    code: str,
    figures: Mapping[str, float | str] | None = None,
    *,
    weeks: int = TRIAL_WEEKS,
    progress: Callable[[Progress], None] | None = None,
    kept: Path | None = None,
) -> Trial:
    """Try a rule over the last weeks of the book.

    Parameters
    ----------
    workspace
        The book; it is only read.
    code
        The rule, switched on or not.
    figures
        What to try instead of the figures in force; None: these.
    weeks
        How many weeks back, from 1 to 104.
    progress
        Told each week that is scored, and then each that the rule looks at.
    kept
        A folder in which the scored past stays for the next trial; None: it lives as long as this one.

    Raises
    ------
    UserError
        For a rule that there is not, a figure that it does not have or that lies out of its bounds, a number of weeks
        out of bounds, or a book without scores.
    """
    if not SHORTEST_WEEKS <= weeks <= LONGEST_WEEKS:
        raise UserError(f"A trial looks back {SHORTEST_WEEKS} to {LONGEST_WEEKS} weeks, not {weeks}.")
    sides, others, last = _sides(workspace, code, figures or {})
    days = weeks_before(last, range(weeks - 1, -1, -1))
    tell = progress or (lambda _step: None)
    with ExitStack() as stack:
        folder = kept or Path(stack.enter_context(TemporaryDirectory(prefix="bellwether-trial-")))
        if kept is not None:
            stack.enter_context(_alone(kept))
        copy = _copy_in(workspace, folder, days)
        if not _whole(copy):
            _score_past(workspace, copy, days, tell)
        past = stack.enter_context(opened_copy(workspace, copy, days[0]))
        queues = [Queue(rule, workspace.policy.watch_days) for rule in sides]
        _walk(past, queues, others, days, tell)
        ahead: dict[int, list[int]] = {}
        leavers: set[int] = set()
        if is_judged(queues[0].rule):
            events = Events(past, last)
            leavers = _leavers(past, events, queues[0].rule.outcome)
            for queue in queues:
                queue.judge(events)
                ahead[id(queue)] = _days_ahead(queue, events)
        before, after = queues[0], queues[-1]
        return Trial(
            rule=code,
            title=after.rule.title,
            outcome=after.rule.outcome if is_judged(after.rule) else "",
            before=_side(before, days, ahead.get(id(before), []), leavers),
            after=_side(after, days, ahead.get(id(after), []), leavers),
            added=_cases(past, after, before),
            gone=_cases(past, before, after),
            tried=_tried(before.rule, after.rule),
        )


def _tried(before: Rule, after: Rule) -> tuple[Tried, ...]:
    """The figures of the second rule that differ from those of the first."""
    pairs = ((one, after.parameters[name]) for name, one in before.parameters.items())
    return tuple(Tried(one.title, one.words, other.words) for one, other in pairs if one.value != other.value)


def _leavers(past: Workspace, events: Events, outcome: str) -> set[int]:
    """All active customers who left, or spent less, after one of the days that the copy keeps."""
    found: set[int] = set()
    with past.store.read() as connection:
        for customer, day, gap in connection.exec_driver_sql(
            "SELECT customer_id, past_day, coalesce(usual_gap_days, 0) FROM past_customer_risk_scores"
            " WHERE standing = 'active'"
        ):
            begin = date.fromisoformat(day)
            if customer not in found and events.hit(customer, outcome, begin, window_end(begin, gap)):
                found.add(customer)
    return found


def _sides(
    workspace: Workspace, code: str, figures: Mapping[str, float | str]
) -> tuple[list[Rule], tuple[Rule, ...], date]:
    """Return the rule with its figures in force, with those tried if they differ, all in force, and the last day."""
    with workspace.store.read() as connection:
        rule, _ = known_rule(connection, code)
        others = in_force(connection, workspace.policy)
        last = _scored_through(connection)
    if last is None:
        raise UserError("The book has no scores yet, so no rule can be tried. Import orders first.")
    policies = (workspace.policy, with_figures(workspace, workspace.policy, code, figures))
    return [with_policy(rule, policy) for policy in dict.fromkeys(policies)], others, last


@contextmanager
def _alone(kept: Path) -> Iterator[None]:
    """Wait until no other trial is at work in a folder: the first of them scores the past for all."""
    kept.mkdir(mode=0o700, exist_ok=True)
    with held(open(kept / _IN_USE, "ab+", opener=private), lambda: False, _PATIENCE_S) as free:
        if not free:
            raise UserError("Another trial is still running. Try again in a minute.")
        yield


def _scored_through(connection: Connection) -> date | None:
    newest = connection.exec_driver_sql("SELECT max(as_of) FROM customer_risk_scores").scalar()
    return date.fromisoformat(newest) if newest is not None else None


def place_of_trials(workspace: Workspace) -> Path:
    """Where this process keeps the scored past between trials: beside the book, swept at the next start."""
    return trial_folder(workspace.store.path)


def is_kept(workspace: Workspace, kept: Path, *, weeks: int = TRIAL_WEEKS) -> bool:
    """Whether the folder has the past of this very book, so that a trial takes a moment."""
    with workspace.store.read() as connection:
        last = _scored_through(connection)
    return last is not None and _whole(_copy_in(workspace, kept, weeks_before(last, range(weeks - 1, -1, -1))))


def _copy_in(workspace: Workspace, folder: Path, days: Sequence[date]) -> Path:
    """Where the copy of this book lies, whether it is there or not; of rules, scores know only what stale data are."""
    marks = ", ".join("?" * len(_WITHOUT_DATA))
    with workspace.store.read() as connection:
        head = connection.exec_driver_sql(f"SELECT max(id) FROM journal WHERE verb NOT IN ({marks})", _WITHOUT_DATA)
        entry = head.scalar()
    figures = tuple(one for one in workspace.policy.rule_parameters if one.rule == STALE_RULE)
    mark = repr((entry, days, replace(workspace.policy, rule_parameters=figures, rule_owners=())))
    return folder / f"{hashlib.sha256(mark.encode()).hexdigest()[:24]}.bellwether"


def _whole(copy: Path) -> bool:
    """Whether a copy has all of its weeks: one that was cancelled before has no mark beside it."""
    return copy.with_suffix(".whole").exists()


def _score_past(workspace: Workspace, copy: Path, days: Sequence[date], tell: Callable[[Progress], None]) -> None:
    """Write the copy with every week's scores, by the fit of the first week; what lies in its folder goes."""
    from services.scoring import score_due

    for left in copy.parent.iterdir():
        if left.name != _IN_USE:
            left.unlink()
    write_copy(workspace, copy, days[0], later_too=True)
    with opened_copy(workspace, copy, days[0]) as opened:
        past = replace(opened, policy=replace(opened.policy, refit_days=NO_REFIT_DAYS))
        for number, day in enumerate(days):
            tell(Progress(_STEP, number, len(days)))
            score_due(at_end_of(past, day), force_all=True)
            _keep_scores(past, day)
    copy.with_suffix(".whole").touch()


def _keep_scores(past: Workspace, day: date) -> None:
    """Keep what scoring wrote as of a day, and whether silence meant nothing then; the history knows its days."""
    with past.store.unit_of_work(past.me, "keep", "scores", at=past.at) as work:
        for table, key in _SCORED.items():
            work.sql(f"CREATE TABLE IF NOT EXISTS past_{table} AS SELECT '' AS past_day, * FROM {table} WHERE 0")
            work.sql(f"CREATE INDEX IF NOT EXISTS past_{table}_day ON past_{table} (past_day, {key})")
            work.sql(f"INSERT INTO past_{table} SELECT ?, * FROM {table}", (day.isoformat(),))
        then = at_end_of(past, day)
        stopped = bool(silence_held(driver_of(work.connection), day, then.clock.today(), past.policy))
        work.sql("CREATE TABLE IF NOT EXISTS past_silence (day TEXT PRIMARY KEY, held INTEGER NOT NULL)")
        work.sql("INSERT INTO past_silence VALUES (?, ?)", (day.isoformat(), stopped))
        work.digest(day.isoformat())
        work.commit()


def _walk(
    past: Workspace,
    queues: Sequence[Queue],
    rules: Sequence[Rule],
    days: Sequence[date],
    tell: Callable[[Progress], None],
) -> None:
    """Let the rule look at each day's scores, in views that stand before the tables; nothing is committed."""
    orders = Orders(past, days[0])
    with past.store.unit_of_work(past.me, "try-rule", "rule", at=past.at) as work:
        work.sql("CREATE TEMP TABLE past_now (day TEXT)")
        work.sql("INSERT INTO temp.past_now VALUES ('')")
        for table in _SCORED:
            columns = ", ".join(row.name for row in work.sql(f"PRAGMA main.table_info({table})"))
            kept = f"SELECT {columns} FROM main.past_{table} WHERE past_day = (SELECT day FROM temp.past_now)"
            work.sql(f"CREATE TEMP VIEW {table} AS {kept}")
        held_back = {row.day: row.held for row in work.sql("SELECT day, held FROM past_silence")}
        for day in days:
            tell(Progress(_STEP, len(days), len(days)))
            work.sql("UPDATE temp.past_now SET day = ?", (day.isoformat(),))
            for queue in queues:
                look(work, at_end_of(past, day), [queue], rules, orders, held=bool(held_back[day.isoformat()]))


def _days_ahead(queue: Queue, events: Events) -> list[int]:
    """Days from each correct alert until its customer counted as gone; none where leaving is not the outcome."""
    if queue.rule.outcome != LEFT:
        return []
    judged = zip(queue.raised, queue.verdicts, strict=True)
    return [events.gone_after(customer or 0, day, window_end(day, gap)) for (day, customer, gap), hit in judged if hit]


def _side(queue: Queue, days: Sequence[date], ahead: Sequence[int], leavers: set[int]) -> TrialSide:
    """What the queue came to; `ahead`: days by which its correct alerts were early."""
    opened = Counter(one.day for one in queue.raised)
    judged = [one for one in queue.verdicts if one is not None]
    weeks = tuple(TrialWeek(day.isoformat(), opened[day]) for day in days)
    caught = {one.customer for one, hit in zip_longest(queue.raised, queue.verdicts) if hit} & leavers
    early_by = round(median(ahead)) if ahead else None
    return TrialSide(weeks, len(queue.open), len(judged), sum(judged), len(caught), early_by, len(leavers))


def _cases(past: Workspace, queue: Queue, other: Queue) -> tuple[TrialCase, ...]:
    """The customers of one queue and not of the other, each at their first alert, the newest first."""
    others = {one.customer for one in other.raised}
    first: dict[int, tuple[str, bool | None]] = {}
    for (day, customer, *_), correct in zip_longest(queue.raised, queue.verdicts):
        if customer is not None and customer not in others:
            first.setdefault(customer, (day.isoformat(), correct))
    with past.store.read() as connection:
        named = connection.exec_driver_sql(
            "SELECT c.id, coalesce(nullif(c.name, ''), nullif(c.company, ''), c.external_id),"
            " s.days_since_last_order / max(s.usual_gap_days, 1.0), s.spend_12m_minor, coalesce(s.currency, '')"
            " FROM json_each(?) j JOIN customers c ON c.id = j.key LEFT JOIN past_customer_risk_scores s"
            " ON s.customer_id = c.id AND s.past_day = j.value",
            (json.dumps({customer: day for customer, (day, _) in first.items()}),),
        )
        found = [TrialCase(who, str(name), *first[who], *then) for who, name, *then in named]
    return tuple(sorted(found, key=lambda one: (one.raised_on, -one.customer_id), reverse=True))
