"""Try a rule against the past: what it would have raised with its figures in force and with others, and how it ended.

The trial runs on a copy of the book, with the same scoring and the same rule, as of each week's day. Nobody works on
its alerts: an order closes them, and then the rule keeps silent as long as it does in the book. Correct: who left, as
the replay of all rules judges it.

Scoring the past takes nearly all of the time and does not depend on the rule. So the copy keeps each week's scores,
and whoever tries again gives the same folder: as long as the book is the same, only the rule runs, and writes nothing.
"""

from __future__ import annotations

import hashlib
import json
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from itertools import zip_longest
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from sqlalchemy import Connection

from models.file_lock import held
from models.private import private
from models.queries.purchases import PURCHASES
from models.store import UnitOfWork, trial_folder
from models.store.driver import driver_of
from models.values.errors import UserError
from models.values.imports import Progress
from models.values.rule_trials import Trial, TrialCase, TrialSide, TrialWeek
from services.alerting.evaluate_rule import Fired
from services.alerting.measuring import fire_alone
from services.alerting.merge import Rulebook, Silence, is_silent
from services.alerting.replay import NO_REFIT_DAYS, Events, is_judged, window_end
from services.alerting.rulebook import known_rule, with_figures, with_policy
from services.alerting.rules import Rule
from services.book.as_of import opened_copy, write_copy
from services.book.sources import RULE as STALE_RULE
from services.book.sources import silence_held
from services.workspace import FixedClock, Workspace

#: What scoring writes and rules read of one day, with the key of its rows.
_SCORED: Final = {"customer_risk_scores": "customer_id", "book": "key"}
#: Entries that leave what scores are made of as it is; the policy is looked at by itself.
_WITHOUT_DATA: Final = (
    *("change-policy", "switch-on-rule", "switch-off-rule", "evaluate", "score", "refit", "replay", "report"),
    "digest-imports",
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
    weeks: int = 26,
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
    sides, last = _sides(workspace, code, figures or {})
    days = _days(last, weeks)
    tell = progress or (lambda _step: None)
    with ExitStack() as stack:
        folder = kept or Path(stack.enter_context(TemporaryDirectory(prefix="bellwether-trial-")))
        if kept is not None:
            stack.enter_context(_alone(kept))
        copy = _copy_in(workspace, folder, days)
        if not _whole(copy):
            _score_past(workspace, copy, days, tell)
        past = stack.enter_context(opened_copy(workspace, copy, days[0]))
        queues = [_Queue(rule, workspace.policy.watch_days) for rule in sides]
        _walk(past, queues, days, tell)
        if is_judged(queues[0].rule):
            events = Events(past, last)
            for queue in queues:
                queue.judge(events)
    before, after = queues[0], queues[-1]
    return Trial(
        rule=code,
        title=after.rule.title,
        outcome=after.rule.outcome if is_judged(after.rule) else "",
        before=before.side(days),
        after=after.side(days),
        added=_cases(workspace, after, before),
        gone=_cases(workspace, before, after),
    )


def _sides(workspace: Workspace, code: str, figures: Mapping[str, float | str]) -> tuple[list[Rule], date]:
    """Return the rule with its figures in force, with those tried if they differ, and the day of the last scores."""
    with workspace.store.read() as connection:
        rule, _ = known_rule(connection, code)
        last = _scored_through(connection)
    if last is None:
        raise UserError("The book has no scores yet, so no rule can be tried. Import orders first.")
    policies = (workspace.policy, with_figures(workspace, workspace.policy, code, figures))
    return [with_policy(rule, policy) for policy in dict.fromkeys(policies)], last


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


def is_kept(workspace: Workspace, kept: Path, *, weeks: int = 26) -> bool:
    """Whether the folder has the past of this very book, so that a trial takes a moment."""
    with workspace.store.read() as connection:
        last = _scored_through(connection)
    return last is not None and _whole(_copy_in(workspace, kept, _days(last, weeks)))


def _days(last: date, weeks: int) -> list[date]:
    return [last - timedelta(weeks=back) for back in range(weeks - 1, -1, -1)]


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
            score_due(_then(past, day), force_all=True)
            _keep_scores(past, day)
    copy.with_suffix(".whole").touch()


def _keep_scores(past: Workspace, day: date) -> None:
    """Keep what scoring wrote as of a day, and whether silence meant nothing then; the history knows its days."""
    with past.store.unit_of_work(past.me, "keep", "scores", at=past.at) as work:
        for table, key in _SCORED.items():
            work.sql(f"CREATE TABLE IF NOT EXISTS past_{table} AS SELECT '' AS past_day, * FROM {table} WHERE 0")
            work.sql(f"CREATE INDEX IF NOT EXISTS past_{table}_day ON past_{table} (past_day, {key})")
            work.sql(f"INSERT INTO past_{table} SELECT ?, * FROM {table}", (day.isoformat(),))
        then = _then(past, day)
        stopped = bool(silence_held(driver_of(work.connection), day, then.clock.today(), past.policy))
        work.sql("CREATE TABLE IF NOT EXISTS past_silence (day TEXT PRIMARY KEY, held INTEGER NOT NULL)")
        work.sql("INSERT INTO past_silence VALUES (?, ?)", (day.isoformat(), stopped))
        work.digest(day.isoformat())
        work.commit()


def _then(past: Workspace, day: date) -> Workspace:
    return replace(past, clock=FixedClock(datetime.combine(day, past.clock.now().timetz())))


# -- the rule's own queue ---------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Queue:
    """The alerts that a rule alone would have raised while nobody worked on them.

    Attributes
    ----------
    open
        Day and measure of each open alert, by customer; None stands for the book.
    raised
        Every alert: day, customer, and the customer's usual gap then.
    verdicts
        Of each of these whether it was correct; None: not to be judged yet. Empty for a rule that is not judged.
    """

    rule: Rule
    watch_days: int
    open: dict[int | None, tuple[str, float | None]] = field(default_factory=dict)
    closed: dict[int | None, Silence] = field(default_factory=dict)
    raised: list[tuple[date, int | None, float]] = field(default_factory=list)
    verdicts: list[bool | None] = field(default_factory=list)

    def answer(self, fired: Mapping[int | None, Fired], orders: _Orders, now: datetime) -> None:
        """Close what an order answers, or of the book fresh data."""
        for customer, (day, measure) in list(self.open.items()):
            holds = customer in fired
            over = not holds if customer is None else orders.followed(customer, day, self.watch_days, now.date())
            if over and (self.rule.order_resolves or not holds):
                del self.open[customer]
                self.closed[customer] = Silence(now, day, measure)

    def take(self, work: UnitOfWork, fired: Mapping[int | None, Fired], book: Rulebook) -> None:
        """Raise what is new and outside the rule's cool-down."""
        for customer, one in fired.items():
            if customer in self.open:
                self.open[customer] = (self.open[customer][0], one.measure)
            elif not is_silent(one, self.closed.get(customer), book):
                self.open[customer] = (book.as_of, one.measure)
                gap = work.sql("SELECT usual_gap_days FROM customer_risk_scores WHERE customer_id = ?", (customer,))
                self.raised.append((date.fromisoformat(book.as_of), customer, float(gap.scalar() or 0)))

    def judge(self, events: Events) -> None:
        """Say of each alert whose window is over whether its customer left, or spent less.

        Who orders again is known to have stayed before that, who left is not: judging early would count only the wrong.
        """
        for day, customer, gap in self.raised:
            end = window_end(day, gap)
            known = customer is not None and events.is_over(end)
            self.verdicts.append(events.hit(customer or 0, self.rule.outcome, day, end) if known else None)

    def side(self, days: Sequence[date]) -> TrialSide:
        """What the queue came to."""
        opened = Counter(day for day, _, _ in self.raised)
        judged = [one for one in self.verdicts if one is not None]
        weeks = tuple(TrialWeek(day.isoformat(), opened[day]) for day in days)
        return TrialSide(weeks, len(self.open), len(judged), sum(judged))


class _Orders:
    """Days on which each customer bought something, from a day on."""

    def __init__(self, past: Workspace, first: date) -> None:
        self._days: dict[int, list[str]] = {}
        with past.store.read() as connection:
            for customer, day in connection.exec_driver_sql(
                f"SELECT customer_id, ordered_on FROM {PURCHASES}"
                " WHERE kind = 'purchase' AND amount_minor > 0 AND ordered_on > ? ORDER BY ordered_on",
                (first.isoformat(),),
            ):
                self._days.setdefault(customer, []).append(day)

    def followed(self, customer: int, raised_on: str, watch_days: int, today: date) -> bool:
        """Whether an order followed an alert within its watch time, up to today."""
        days = self._days.get(customer, [])
        at = bisect_right(days, raised_on)
        last = min(today, date.fromisoformat(raised_on) + timedelta(days=watch_days))
        return at < len(days) and days[at] <= last.isoformat()


def _walk(past: Workspace, queues: Sequence[_Queue], days: Sequence[date], tell: Callable[[Progress], None]) -> None:
    """Let the rule look at each day's scores, in views that stand before the tables; nothing is committed."""
    orders = _Orders(past, days[0])
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
            then = _then(past, day)
            now = then.clock.now()
            for queue in queues:
                found = {one.customer_id: one for one in fire_alone(work, then, queue.rule)}
                if queue.rule.silence and held_back[day.isoformat()]:
                    found = {customer: one for customer, one in found.items() if customer in queue.open}
                queue.answer(found, orders, now)
                queue.take(work, found, Rulebook({queue.rule.code: queue.rule}, now, day.isoformat(), _never_due))


def _never_due(_severity: int, _owner: str | None) -> str:
    return ""


def _cases(workspace: Workspace, queue: _Queue, other: _Queue) -> tuple[TrialCase, ...]:
    """The customers of one queue and not of the other, each at their first alert, the newest first."""
    others = {customer for _, customer, _ in other.raised}
    first: dict[int, tuple[str, bool | None]] = {}
    for (day, customer, _), correct in zip_longest(queue.raised, queue.verdicts):
        if customer is not None and customer not in others:
            first.setdefault(customer, (day.isoformat(), correct))
    with workspace.store.read() as connection:
        named = connection.exec_driver_sql(
            "SELECT id, coalesce(nullif(name, ''), nullif(company, ''), external_id) FROM customers"
            " WHERE id IN (SELECT value FROM json_each(?))",
            (json.dumps(list(first)),),
        )
        found = [TrialCase(customer, str(name), *first[customer]) for customer, name in named]
    return tuple(sorted(found, key=lambda one: (one.raised_on, -one.customer_id), reverse=True))
