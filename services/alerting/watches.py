"""Watches: metrics of the catalogue that raise alerts of the book, kept among its rules and looked at by every run.

A figure is that of the tile: the same query, asked of the same catalogue. Where it cannot be trusted (too few rows, a
kind of data that ended, weeks that nothing covers) it says why and raises nothing, and an open alert stays as it is.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date, timedelta
from math import isfinite
from typing import TYPE_CHECKING, Any, Final

from models.tables import rules as rules_table
from models.values.changes import Changes
from models.values.dashboards import PERIODS, Drill
from models.values.errors import UserError
from models.values.metrics import Condition, Query
from models.values.money import exponent
from models.values.watches import (
    PREFIX,
    ROLLING,
    SHOWN,
    SUBJECT,
    TESTS,
    Watch,
    WatchFigure,
    WatchState,
    figures_of,
    limit_words,
)
from models.values.words import listed, percent
from services.alerting.evaluate_rule import Fired
from services.alerting.rules import SEVERITIES, Group, Rule
from services.book.alert_phrasing import watch_reason
from services.metrics import Catalogue, Coverage, Metrics, period_of
from services.workspace import Workspace

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from services.metrics.catalogue import Metric

#: Below so many a week (rows, or a mean of them) a change is mostly chance.
_FEWEST_A_WEEK: Final = 5
_MOST_WEEKS: Final = 52
#: The highest level of a quotient in percent, of which some, as net revenue retention, are above 100 %.
_MOST_DERIVED: Final = 2


def watch_of(definition: str) -> Watch:
    """Return the watch that a rule's definition keeps."""
    kept = json.loads(definition)
    names = Watch.__dataclass_fields__
    where = tuple(Condition(name, how, tuple(value) if isinstance(value, list) else value)
                  for name, how, value in kept["where"])  # fmt: skip
    return Watch(**{**{name: kept[name] for name in names if name in kept}, "where": where})


def _definition(watch: Watch) -> str:
    where = [[one.name, one.operator, one.value] for one in watch.where]
    return json.dumps({**asdict(watch), "where": where, "subject": SUBJECT}, sort_keys=True, ensure_ascii=False)


def watches_of(connection: Connection) -> list[tuple[Watch, bool]]:
    """Return the book's watches, the oldest first, with whether each is switched on."""
    rows = connection.exec_driver_sql(
        "SELECT definition, enabled FROM rules WHERE substr(code, 1, ?) = ?", (len(PREFIX), PREFIX)
    )
    return sorted(
        ((watch_of(text), bool(on)) for text, on in rows), key=lambda one: int(one[0].code.removeprefix(PREFIX))
    )


def _rule(watch: Watch) -> Rule:
    """A watch as a rule: what merging, cool-down and the queue ask of one."""
    return Rule(
        code=watch.code, title=watch.title, position=900, kind="data", subject=SUBJECT, group=SUBJECT,
        severity=SEVERITIES[watch.severity], cooldown_days=watch.cooldown_days, once_since=None, order_resolves=False,
        reason="", reasons=(), words_from=(), worse_measure=None, worse_by=watch.step, upside_measure=None,
        upside_times=0, parameters={}, when=Group("all", ()), escalations=(), definition={},
    )  # fmt: skip


# -- figures ----------------------------------------------------------------------------------------------------


class Looking:
    """Reads the figures of watches, as the catalogue has them."""

    def __init__(self, workspace: Workspace, metrics: Metrics | None = None) -> None:
        self._workspace, self.metrics = workspace, metrics or Metrics(workspace)
        self.currency = workspace.read_currency()
        self.today = self.metrics.days()[0]
        self._coverage = Coverage(workspace, self.metrics.catalogue)

    def figure(self, watch: Watch, day: date | None = None) -> WatchFigure:
        """Return a watch's figure on a day; None: the book's last."""
        end = day or self.today
        metric = self.metrics.catalogue.metric(watch.metric)
        if watch.currency not in ("", self.currency):
            return WatchFigure(end.isoformat(), None, why="currency")
        if day is not None and self.metrics.needs_scores(self._query(watch)):
            return WatchFigure(end.isoformat(), None, why="now")
        found = self._level(watch, metric, end, of_today=day is None)
        if not found.why:
            found = replace(found, why=self._doubt(watch, metric, end))
        if watch.is_change and not found.why:
            before = [self._level(watch, metric, end - timedelta(weeks=back)) for back in range(1, watch.weeks + 1)]
            known = [
                one.value
                for one in before
                if one.value is not None and self._covers(watch, metric, date.fromisoformat(one.day))
            ]
            mean = sum(known) / len(known) if 2 * len(known) >= watch.weeks else None
            counted = metric.measure in ("count", "distinct") and metric.kind in ("simple", "as_of")
            if mean is None:
                found = replace(found, why="short")
            elif not mean or (counted and mean < _FEWEST_A_WEEK):
                found = replace(found, before=mean, why="few")
            else:
                found = replace(found, before=mean)
        return found if not found.why else replace(found, value=None)

    def past(self, watch: Watch) -> tuple[WatchFigure, ...]:
        """Return the last values, a week apart."""
        if self.metrics.needs_scores(self._query(watch)):
            return ()
        days = (self.today - timedelta(weeks=back) for back in range(SHOWN - 1, 0, -1))
        return (*(self.figure(watch, day) for day in days), self.figure(watch))

    @staticmethod
    def _query(watch: Watch, day: date | None = None) -> Query:
        return Query((watch.metric,), where=watch.where, period=watch.asked, as_of=day)

    def _level(self, watch: Watch, metric: Metric, day: date, *, of_today: bool = False) -> WatchFigure:
        query = self._query(watch, None if of_today else day)
        answer = self.metrics.answer(query)
        value, codes = answer.totals[metric.name], {note.code for note in answer.noted}
        rows = self.metrics.count_rows(self.metrics.rows_of(query, metric.name)) if of_today else 0
        least = max(metric.least, _FEWEST_A_WEEK) if watch.is_change and metric.least else 0
        why = ""
        if "unscored" in codes:
            why = "unscored"
        elif "without_rate" in codes:
            why = "unrated"
        elif answer.few.get(metric.name) or (of_today and rows < least):
            why = "few"
        elif not isinstance(value, int | float):
            why = "none"
        known = float(value) if isinstance(value, int | float) and not why else None
        return WatchFigure(day.isoformat(), known, why=why, rows=rows)

    def _doubt(self, watch: Watch, metric: Metric, day: date) -> str:
        """Why a figure that was computed says nothing: its data ended, or cover only a part of its days."""
        _, age = self._coverage.of(metric, day)
        if age is not None and age.stale:
            return "ended"
        falls = watch.test in ("below", "falls")
        if metric.kind == "as_of" or not metric.adds_up or not falls:
            return ""
        if age is not None and age.age_days > (age.usual_days or 1):
            return "ended"  # the last days are not in the book yet
        return "" if self._covers(watch, metric, day) else "short"

    def _covers(self, watch: Watch, metric: Metric, day: date) -> bool:
        """Whether the data reach back to the beginning of the figure that ends on a day."""
        return self._coverage.begins(metric, period_of(watch.asked, day))

    # -- for runs of the rules and for lists -------------------------------------------------------------------

    def words(self, watch: Watch) -> dict[str, Any]:
        """Return what a watch's figure is called, its limit in words, its unit, currency and factor."""
        return _words(watch, self.metrics.catalogue, self.currency)


def _words(watch: Watch, catalogue: Catalogue, currency: str) -> dict[str, Any]:
    metric = catalogue.metric(watch.metric)
    factor = 10 ** exponent(currency) if metric.unit == "money" else 1
    title = metric.title
    if watch.where:
        title += f" ({listed([_condition(one) for one in watch.where])})"
    counted = metric.kind != "as_of" and not catalogue.of_scores(metric)
    if counted and not watch.is_change:
        title += f", {dict(PERIODS).get(watch.period, watch.period).lower()}"
    return {
        "title": title,
        "limit": limit_words(watch, metric.unit, currency, factor),
        "unit": metric.unit,
        "currency": currency,
        "factor": factor,
    }


def _condition(one: Condition) -> str:
    value = listed([str(each) for each in one.value]) if isinstance(one.value, tuple) else str(one.value or "")
    return value if one.operator == "=" else f"{one.name} {one.operator} {value}".strip()


@dataclass(frozen=True)
class Watched:
    """What a run of the rules knows of the watches: as rules, with their figures."""

    rules: Mapping[str, Rule] = field(default_factory=dict)
    seen: tuple[tuple[Watch, WatchFigure, Mapping[str, Any]], ...] = ()

    def fire(self, raised: Collection[str], currency: str) -> list[Fired]:
        """Return what holds now; `raised`: the watches whose alert is open."""
        return [
            _fired(watch, figure, words, currency)
            for watch, figure, words in self.seen
            if figure.value is not None
            and watch.holds(figure.value / words["factor"], _scaled(figure, words), raised=watch.code in raised)
        ]

    @property
    def unknown(self) -> frozenset[tuple[str, int | None]]:
        """The watches without a figure, as what still holds: an open alert is not over for that."""
        return frozenset((watch.code, None) for watch, figure, _ in self.seen if figure.value is None)


def look(workspace: Workspace) -> Watched:
    """Read the figures of all watches that are switched on."""
    with workspace.store.read() as connection:
        watches = [watch for watch, on in watches_of(connection) if on]
    if not watches:
        return Watched()
    looking = Looking(workspace)
    seen = tuple((one, looking.figure(one), looking.words(one)) for one in watches)
    return Watched({one.code: _rule(one) for one in watches}, seen)


def _scaled(figure: WatchFigure, words: Mapping[str, Any]) -> float | None:
    return figure.before / words["factor"] if figure.before is not None else None


def _fired(watch: Watch, figure: WatchFigure, words: Mapping[str, Any], currency: str) -> Fired:
    assert figure.value is not None
    return Fired(
        rule=watch.code, kind="data", customer_id=None, severity=SEVERITIES[watch.severity],
        reason=watch_reason(watch.code, figures_of(watch, figure, words)),
        measure=watch.size(figure.value / words["factor"], _scaled(figure, words)), upside_minor=0, since_days=None,
        value_at_risk_minor=0, churn_risk=None, currency=currency, segment=None, owner=None, may_email=0,
        value_if_stays_minor=0,
    )  # fmt: skip


def would_raise(watch: Watch, past: Sequence[WatchFigure], factor: int) -> int:
    """Return how many alerts a watch would have raised on days a week apart, each closed as soon as it was over."""
    raised, is_open, closed, told = 0, False, None, 0.0
    for one in past:
        if one.value is None:
            continue
        day, value = date.fromisoformat(one.day), one.value / factor
        before = one.before / factor if one.before is not None else None
        holds = watch.holds(value, before, raised=is_open)
        if is_open and not holds:
            is_open, closed = False, day
        elif holds and not is_open:
            size = watch.size(value, before)
            rests = closed is not None and day < closed + timedelta(days=watch.cooldown_days)
            if rests and not (watch.step and size >= told + watch.step):
                continue
            raised, is_open, told = raised + 1, True, size
    return raised


# -- for people -------------------------------------------------------------------------------------------------


def checked(watch: Watch, metrics: Metrics, currency: str) -> Watch:
    """Return a watch with its title.

    Raises
    ------
    UserError
        It names a metric or a field that there is not, or cannot be evaluated.
    """
    catalogue = metrics.catalogue
    metric = catalogue.metric(watch.metric)
    entity = catalogue.entities[metric.entity]
    if entity.until != "data":
        raise UserError(f"“{metric.title}” counts work in this program. Watch a metric of the imported data.")
    if watch.test not in TESTS:
        raise UserError(f"“{watch.test}” is not a test. Choose one of {', '.join(TESTS)}.")
    if not isfinite(watch.than):
        raise UserError("The limit must be a number, such as 5 or 20 %.")
    if watch.is_change and not 0 < watch.than <= 10:
        raise UserError("A change must be over 0 % and at most 1,000 %. Write 20% or 0.2.")
    if watch.is_change and not 2 <= watch.weeks <= _MOST_WEEKS:
        raise UserError(f"A change is compared with the mean of 2 to {_MOST_WEEKS} weeks, not {watch.weeks}.")
    most = _MOST_DERIVED if metric.kind == "derived" else 1
    if not watch.is_change and metric.unit == "percent" and not 0 <= watch.than <= most:
        raise UserError(f"“{metric.title}” is never {percent(watch.than)}. For 5 %, write 5% or 0.05.")
    if watch.severity not in SEVERITIES:
        raise UserError(f"“{watch.severity}” is not a severity. Choose one of {', '.join(SEVERITIES)}.")
    if not 1 <= watch.cooldown_days <= 365:
        raise UserError(f"A cool-down lasts 1 to 365 days, not {watch.cooldown_days}.")
    if not ROLLING.fullmatch(watch.period):
        raise UserError(f"A watch counts back from the last day: write 30d, 12w, 12m or all, not “{watch.period}”.")
    asked = Query((watch.metric,), where=watch.where, period=watch.asked)
    metrics.answer(asked)
    if watch.is_change and metrics.needs_scores(asked):
        raise UserError(
            f"“{metric.title}” comes from scores, which have no history to compare with. Set a limit above or below "
            "instead."
        )
    words = _words(watch, catalogue, currency)
    own = currency if metric.unit == "money" and not watch.is_change else ""
    return replace(watch, title=f"{words['title']} {words['limit']}", currency=own)


def preview(workspace: Workspace, watch: Watch, metrics: Metrics | None = None) -> WatchState:
    """Return what a watch would show, whether or not the book keeps it.

    Raises
    ------
    UserError
        It names what there is not, or cannot be evaluated.
    """
    looking = Looking(workspace, metrics)
    return _state(looking, checked(watch, looking.metrics, looking.currency), True, None, with_past=True)


def _state(looking: Looking, watch: Watch, on: bool, alert: int | None, *, with_past: bool) -> WatchState:
    words, metric = looking.words(watch), looking.metrics.catalogue.metric(watch.metric)
    past = looking.past(watch) if with_past else ()
    return WatchState(
        watch=watch, enabled=on, figure=past[-1] if past else looking.figure(watch), unit=words["unit"],
        currency=words["currency"], title=metric.title, counts=metric.counts, open_alert=alert,
        past=past, raised=would_raise(watch, past, words["factor"]),
    )  # fmt: skip


def list_watches(workspace: Workspace) -> tuple[WatchState, ...]:
    """Return the book's watches with their present figures and whether an alert is open."""
    with workspace.store.read() as connection:
        found = watches_of(connection)
        alerts = connection.exec_driver_sql(
            "SELECT rule, id FROM alerts WHERE state NOT IN ('resolved', 'not_useful') AND substr(rule, 1, ?) = ?",
            (len(PREFIX), PREFIX),
        )
        opened = {str(row[0]): int(row[1]) for row in alerts}
    if not found:
        return ()
    looking = Looking(workspace)
    return tuple(_state(looking, watch, on, opened.get(watch.code), with_past=False) for watch, on in found)


def set_watch(workspace: Workspace, watch: Watch) -> tuple[str, Changes]:
    """Keep a new watch, or another definition of one that there is; return its code and what changed.

    Raises
    ------
    UserError
        As `preview`, or there is no watch of its code.
    """
    watch = checked(watch, Metrics(workspace), workspace.read_currency())
    verb = "change-watch" if watch.code else "add-watch"
    with workspace.store.unit_of_work(workspace.me, verb, "watches", at=workspace.at) as work:
        known = {one.code: (one, on) for one, on in watches_of(work.connection)}
        if watch.code:
            before = _known_watch(known, watch.code)
            values = {"definition": _definition(watch), "changed_at": work.at}
            if before == watch:
                return watch.code, Changes(words=f"The watch “{watch.title}” is already set to that")
            work.update(rules_table, watch.code, values)
            work.say(f"Changed the watch “{before.title}” to “{watch.title}”")
        else:
            watch = replace(watch, code=f"{PREFIX}{1 + _last_number(work.connection)}")
            row = {"version": 1, "enabled": 1, "definition": _definition(watch), "changed_at": work.at}
            work.insert(rules_table, {"code": watch.code, **row})
            work.say(f"Watching “{watch.title}”")
        work.touch(tables=("rules",))
        return watch.code, work.commit()


def _last_number(connection: Connection) -> int:
    """The highest number of a watch, also of one that is gone: its alerts are not another's."""
    begin = len(PREFIX) + 1
    found = connection.exec_driver_sql(
        "SELECT max(CAST(substr(code, ?) AS INTEGER)) FROM (SELECT code FROM rules UNION ALL"
        " SELECT rule FROM alert_signals WHERE customer_id IS NULL) WHERE substr(code, 1, ?) = ?",
        (begin, len(PREFIX), PREFIX),
    ).scalar()
    return int(found or 0)


def _known_watch(known: Mapping[str, tuple[Watch, bool]], code: str) -> Watch:
    if code not in known:
        there = ", ".join(known) or "none yet"
        raise UserError(f"There is no watch “{code}”. The watches are: {there}.")
    return known[code][0]


def remove_watch(workspace: Workspace, code: str) -> Changes:
    """Forget a watch; its open alert is resolved by the next run.

    Raises
    ------
    UserError
        There is none of this code.
    """

    def remove(work: Any, watch: Watch) -> None:
        work.delete(rules_table, code)
        work.say(f"Removed the watch “{watch.title}”")

    return _change(workspace, code, "remove-watch", remove)


def switch_watch(workspace: Workspace, code: str, *, enabled: bool) -> Changes:
    """Switch a watch on or off.

    Raises
    ------
    UserError
        There is none of this code.
    """

    def switch(work: Any, watch: Watch) -> None:
        work.update(rules_table, code, {"enabled": int(enabled), "changed_at": work.at})
        work.say(f"Switched {'on' if enabled else 'off'} the watch “{watch.title}”")

    return _change(workspace, code, "switch-on-watch" if enabled else "switch-off-watch", switch)


def _change(workspace: Workspace, code: str, verb: str, change: Callable[[Any, Watch], None]) -> Changes:
    with workspace.store.unit_of_work(workspace.me, verb, f"rule:{code}", at=workspace.at) as work:
        change(work, _known_watch({one.code: (one, on) for one, on in watches_of(work.connection)}, code))
        work.touch(tables=("rules",))
        return work.commit()


def watch_rows(workspace: Workspace, code: str) -> tuple[Drill, str]:
    """Return the rows behind a watch's present figure, and what the metric counts.

    Raises
    ------
    UserError
        There is none of this code.
    """
    with workspace.store.read() as connection:
        watch = _known_watch({one.code: (one, on) for one, on in watches_of(connection)}, code)
    metrics = Metrics(workspace)
    query = Query((watch.metric,), where=watch.where, period=watch.asked)
    words = _words(watch, metrics.catalogue, workspace.read_currency())
    rows = metrics.rows_of(query, watch.metric)
    part = metrics.catalogue.metrics[rows.metric].title if rows.metric not in (None, watch.metric) else ""
    title = f"{words['title']}, last week" if watch.is_change else words["title"]
    return Drill(title, rows, part), metrics.catalogue.metric(watch.metric).counts
