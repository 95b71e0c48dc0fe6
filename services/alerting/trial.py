"""Try a rule against the past: how many alerts it would have raised week by week, and how they would have ended.

The trial runs on a copy of the book that lives as long as the trial, with the same scoring and the same rules' engine,
as of each week's day; only the rule in question is switched on. Nobody works on the alerts of the copy, so "ordered
again" is what would have happened by itself: for a rule about leaving these are its false alarms.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from models.queries.purchases import PURCHASES
from models.values.errors import UserError
from models.values.imports import Progress
from models.values.words import count
from services.alerting.rulebook import install, stored_rules
from services.book.as_of import copy_as_of
from services.workspace import FixedClock, Workspace

SHORTEST_WEEKS = 1
LONGEST_WEEKS = 104


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
        Told each week.

    Raises
    ------
    UserError
        For a rule that there is not, a number of weeks out of bounds, or a book without scores.
    """
    if not SHORTEST_WEEKS <= weeks <= LONGEST_WEEKS:
        raise UserError(f"A trial looks back {SHORTEST_WEEKS} to {LONGEST_WEEKS} weeks, not {weeks}.")
    title, last = _ruling(workspace, code)
    days = [last - timedelta(weeks=back) for back in range(weeks - 1, -1, -1)]
    with copy_as_of(workspace, days[0], later_too=True) as past:
        _only(past, code)
        found = []
        for number, day in enumerate(days):
            if progress is not None:
                progress(Progress("Trying the rule", number, len(days)))
            found.append(_week(past, day))
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


def _ruling(workspace: Workspace, code: str) -> tuple[str, date]:
    """Return the rule's title and the day as of which the book was scored last."""
    with workspace.store.read() as connection:
        known = {rule.code: rule for rule, _ in stored_rules(connection)}
        newest = connection.exec_driver_sql("SELECT max(as_of) FROM customer_risk_scores").scalar()
    if code not in known:
        raise UserError(f"There is no rule “{code}”; the rules are: {', '.join(sorted(known))}.")
    if newest is None:
        raise UserError("The book has no scores yet, so no rule can be tried. Import orders first.")
    return known[code].title, date.fromisoformat(newest)


def _only(past: Workspace, code: str) -> None:
    """Switch every other rule of the copy off."""
    with past.store.unit_of_work(past.me, "try-rule", f"rule:{code}", at=past.at) as work:
        install(work)
        work.sql("UPDATE rules SET enabled = (code = ?)", (code,))
        work.digest(code)
        work.commit()


def _week(past: Workspace, day: date) -> TrialWeek:
    from services.alerting.run import run_rules
    from services.scoring import score_due

    moment = past.clock.now()
    then = replace(past, clock=FixedClock(datetime.combine(day, moment.timetz())))
    score_due(then, force_all=True)
    return TrialWeek(day.isoformat(), len(run_rules(then, gated=False).opened))


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
