"""Try a rule against the past: how many alerts it would have raised week by week, and how they would have ended.

The trial runs on a copy of the book, with the same scoring and the same rules' engine, as of each week's day; only the
rule in question is switched on. Nobody works on the alerts of the copy, so "ordered again" is what would have happened
by itself: for a rule about leaving these are its false alarms.

Scoring the past takes nearly all of the time and does not depend on the rule. So the copy keeps each week's scores,
and whoever tries again with other figures gives the same folder: as long as the book is the same, only the rule runs.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import Connection

from models.file_lock import held
from models.private import private
from models.queries.purchases import PURCHASES
from models.store import trial_folder
from models.values.errors import UserError
from models.values.imports import Progress
from models.values.words import count
from services.alerting.replay import NO_REFIT_DAYS
from services.alerting.rulebook import install, known_rule
from services.book.as_of import opened_copy, write_copy
from services.workspace import FixedClock, Workspace

#: What scoring writes and rules read of one day.
_SCORED = ("customer_risk_scores", "book")
SHORTEST_WEEKS = 1
LONGEST_WEEKS = 104
_IN_USE = "in-use"
_PATIENCE_S = 600.0


@dataclass(frozen=True, slots=True)
class TrialWeek:
    """Alerts that the rule would have opened as of one day; the first week also finds what had piled up before."""

    as_of: str
    opened: int


@dataclass(frozen=True, slots=True)
class Trial:
    """What a trial found.

    Attributes
    ----------
    judged
        Alerts whose watch time is over, so that it is known how they ended.
    ordered
        Of these, customers who ordered within the watch time though nobody did anything.
    """

    rule: str
    title: str
    weeks: tuple[TrialWeek, ...]
    cards: int
    judged: int
    ordered: int
    watch_days: int

    @property
    def words(self) -> str:
        """The trial in a sentence."""
        later = self.cards - self.weeks[0].opened
        pace = later / max(1, len(self.weeks) - 1)
        said = f"{count(self.cards, 'alert')} in {count(len(self.weeks), 'week')}, {pace:.1f} a week after the first"
        if not self.judged:
            return f"{said}; too early to say how they end"
        return f"{said}; {self.ordered} of {self.judged} ordered within {self.watch_days} days by themselves"


def try_rule(
    workspace: Workspace,
    code: str,
    *,
    weeks: int = 26,
    progress: Callable[[Progress], None] | None = None,
    kept: Path | None = None,
) -> Trial:
    """Try a rule, with the figures that the policy sets for it, over the last weeks of the book.

    Parameters
    ----------
    workspace
        The book; it is only read.
    code
        The rule, switched on or not.
    weeks
        How many weeks back, from 1 to 104.
    progress
        Told each week that is scored.
    kept
        A folder in which the scored past stays for the next trial; None: it lives as long as this one.

    Raises
    ------
    UserError
        For a rule that there is not, a number of weeks out of bounds, or a book without scores.
    """
    if not SHORTEST_WEEKS <= weeks <= LONGEST_WEEKS:
        raise UserError(f"A trial looks back {SHORTEST_WEEKS} to {LONGEST_WEEKS} weeks, not {weeks}.")
    title, last = _ruling(workspace, code)
    days = _days(last, weeks)
    with ExitStack() as stack:
        folder = kept or Path(stack.enter_context(TemporaryDirectory(prefix="bellwether-trial-")))
        if kept is not None:
            stack.enter_context(_alone(kept))
        copy = _copy_in(workspace, folder, days)
        if not _whole(copy):
            _score_past(workspace, copy, days, progress or (lambda _step: None))
        past = stack.enter_context(opened_copy(workspace, copy, days[0]))
        _only(past, code)
        found = [_week(past, day) for day in days]
        judged, ordered = _ends(past, last, workspace.policy.watch_days)
    return Trial(
        rule=code,
        title=title,
        weeks=tuple(found),
        cards=sum(week.opened for week in found),
        judged=judged,
        ordered=ordered,
        watch_days=workspace.policy.watch_days,
    )


@contextmanager
def _alone(kept: Path) -> Iterator[None]:
    """Wait until no other trial writes in a folder: each sets the rules and alerts of the copy there anew."""
    kept.mkdir(mode=0o700, exist_ok=True)
    with held(open(kept / _IN_USE, "ab+", opener=private), lambda: False, _PATIENCE_S) as free:
        if not free:
            raise UserError("Another trial is still running. Try again in a minute.")
        yield


def _ruling(workspace: Workspace, code: str) -> tuple[str, date]:
    """Return the rule's title and the day as of which the book was scored last."""
    with workspace.store.read() as connection:
        rule, _ = known_rule(connection, code)
        newest = _scored_through(connection)
    if newest is None:
        raise UserError("The book has no scores yet, so no rule can be tried. Import orders first.")
    return rule.title, newest


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
    """Where the copy of this book lies, whether it is there or not; figures of rules do not change its scores."""
    with workspace.store.read() as connection:
        head = connection.exec_driver_sql("SELECT max(id) FROM journal").scalar()
    mark = repr((head, days, replace(workspace.policy, rule_parameters=())))
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
            tell(Progress("Trying the rule", number, len(days)))
            score_due(_then(past, day), force_all=True)
            _keep_scores(past, day)
    copy.with_suffix(".whole").touch()


def _keep_scores(past: Workspace, day: date) -> None:
    """Keep what scoring wrote as of a day; the history knows its days by itself."""
    with past.store.unit_of_work(past.me, "keep", "scores", at=past.at) as work:
        for table in _SCORED:
            work.sql(f"CREATE TABLE IF NOT EXISTS past_{table} AS SELECT '' AS past_day, * FROM {table} WHERE 0")
            work.sql(f"CREATE INDEX IF NOT EXISTS past_{table}_day ON past_{table} (past_day)")
            work.sql(f"INSERT INTO past_{table} SELECT ?, * FROM {table}", (day.isoformat(),))
        work.digest(day.isoformat())
        work.commit()


def _take_scores(past: Workspace, day: date) -> None:
    """Make the scores of a day those that rules see."""
    with past.store.unit_of_work(past.me, "take", "scores", at=past.at) as work:
        work.sql("DELETE FROM customer_risk_scores")
        for table in _SCORED:
            columns = ", ".join(row.name for row in work.sql(f"PRAGMA table_info({table})"))
            kept = f"SELECT {columns} FROM past_{table} WHERE past_day = ?"
            work.sql(f"INSERT OR REPLACE INTO {table} ({columns}) {kept}", (day.isoformat(),))
        work.digest(day.isoformat())
        work.commit()


def _then(past: Workspace, day: date) -> Workspace:
    return replace(past, clock=FixedClock(datetime.combine(day, past.clock.now().timetz())))


def _only(past: Workspace, code: str) -> None:
    """Switch every other rule of the copy off, and forget what an earlier trial raised."""
    with past.store.unit_of_work(past.me, "try-rule", f"rule:{code}", at=past.at) as work:
        for table in ("alert_signals", "alerts", "book"):
            work.sql(f"DELETE FROM {table}")
        install(work)
        work.sql("UPDATE rules SET enabled = (code = ?)", (code,))
        work.digest(code)
        work.commit()


def _week(past: Workspace, day: date) -> TrialWeek:
    from services.alerting.run import run_rules

    _take_scores(past, day)
    return TrialWeek(day.isoformat(), len(run_rules(_then(past, day), gated=False).opened))


def _ends(past: Workspace, last: date, watch_days: int) -> tuple[int, int]:
    """Of how many alerts the watch time is over, and how many of their customers ordered within it."""
    with past.store.read() as connection:
        row = connection.exec_driver_sql(
            f"SELECT count(*), coalesce(sum(EXISTS (SELECT 1 FROM {PURCHASES} o WHERE o.customer_id = a.customer_id"
            "   AND o.kind = 'purchase' AND o.ordered_on > a.opened_as_of"
            "   AND o.ordered_on <= date(a.opened_as_of, :watch))), 0)"
            " FROM alerts a WHERE a.customer_id IS NOT NULL AND date(a.opened_as_of, :watch) <= :last",
            {"watch": f"+{watch_days} days", "last": last.isoformat()},
        ).one()
    return int(row[0]), int(row[1])
