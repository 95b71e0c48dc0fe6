"""The four figures on top. What a tile counts is what its filter lists; every change names its period."""

from __future__ import annotations

import math
from datetime import timedelta
from typing import Literal

from models.values import words
from models.values.alerts import QueueFilter, Severity, Tile
from models.values.scores import CAME_ONCE
from services.book.unscored import NOT_SCORED
from services.insight.queue_marks import read_line, start_of_today
from services.insight.reader import Reader
from services.insight.value_check import read_value_check
from services.outcomes import returned

CHANGE_DAYS = 30
RESOLVED_DAYS = 30
OUTREACH_DAYS = 60
#: What the estimates of a book have in common and adding up does not even out, as a share of the total: the bound
#: that is set for the bias of lifetime values; more where the last backtest of this book was off by more.
COMMON_ERROR = 0.15
#: How long before it a full scoring is looked for, and what share of customers makes it full.
_FULL_SCORING_DAYS = 14
_NEARLY_ALL = 0.9
_Z80 = 1.2816  # standard normal quantile: 80 % lie within ± this many standard deviations


def read_today_tiles(reader: Reader) -> tuple[Tile, Tile]:
    """Return what today asks for: need action today, at risk."""
    return read_need_today(reader), _at_risk(reader)


def read_outcome_tiles(reader: Reader) -> tuple[Tile, Tile]:
    """Return what came of the alerts: resolved in time, came back after outreach."""
    return _in_time(reader), _came_back(reader)


def filter_of_tile(key: str) -> tuple[str, QueueFilter] | None:
    """Return the queue's tab and filter that list what a tile counts; None for the tile that opens Customers."""
    return {
        "today": ("todo", QueueFilter(need_today=True)),
        "in_time": ("done", QueueFilter(done_days=RESOLVED_DAYS)),
        "came_back": ("done", QueueFilter(kinds=frozenset({"risk"}), resolved_only=True, done_days=OUTREACH_DAYS)),
    }.get(key)


def read_need_today(reader: Reader) -> Tile:
    """Return how many alerts of today's queue are due by midnight."""
    title = "need action today"
    if reader.unscored:
        said = "The latest import has not been scored yet."
        return Tile("today", words.DASH, title, NOT_SCORED.lower(), "neutral", said)
    open_alerts = read_line(reader, "todo", QueueFilter()).shown
    if not open_alerts and reader.lacks:
        line = "no customers yet" if reader.lacks == "customers" else "no customer is scored yet"
        return Tile("today", words.DASH, title, line, "neutral")
    today = [alert for alert in open_alerts if alert.group in ("hour", "today")]
    critical = sum(alert.severity == Severity.CRITICAL for alert in today)
    ahead = [alert for alert in open_alerts if alert.due_at is not None and alert.due_at >= reader.at]
    coming = min(ahead, key=lambda alert: alert.due_at or "", default=None)
    late = sum(alert.due_at is not None and alert.due_at < reader.at for alert in today)
    parts = [f"{critical:,} critical"] if critical else []
    parts += [f"{late:,} late"] if late else []
    due = words.moment_of(coming.due_at) if coming is not None else None
    if coming is not None and due is not None:
        said = words.left(due, reader.now, reader.zone)
        parts.append(f"next due in {said}" if coming.group in ("hour", "today") else f"next due {said}")
    return Tile(
        key="today",
        figure=f"{len(today):,}",
        title="needs action today" if len(today) == 1 else title,
        line=" · ".join(parts) or "nothing is due",
        tone="bad" if critical or late else "neutral",
        tooltip="Alerts of today's queue that are due by midnight, late ones included.",
    )


def _at_risk(reader: Reader) -> Tile:
    days = words.count(reader.policy.churn_horizon_days, "day")
    months = words.count(reader.policy.clv_horizon_months, "month")
    # All of it from the index on value at risk, which holds the range and the standing too.
    total, scored, spread, once, once_minor, win_back, lost = reader.driver.execute(
        f"""SELECT COALESCE(SUM(value_at_risk_minor) FILTER (WHERE NOT {CAME_ONCE}), 0), COUNT(value_at_risk_minor),
                  SUM((value_at_risk_high_minor - value_at_risk_low_minor) * 1.0
                      * (value_at_risk_high_minor - value_at_risk_low_minor)) FILTER (WHERE NOT {CAME_ONCE}),
                  COUNT(value_at_risk_minor) FILTER (WHERE {CAME_ONCE}),
                  COALESCE(SUM(value_at_risk_minor) FILTER (WHERE {CAME_ONCE}), 0),
                  COUNT(CASE standing WHEN 'win_back' THEN 1 END), COUNT(CASE standing WHEN 'lost' THEN 1 END)
             FROM customer_risk_scores"""
    ).fetchone()
    title = f"revenue at risk, {months}"
    if not scored:
        return Tile("at_risk", words.DASH, title, "no customer is scored yet", "neutral")
    own = math.sqrt(spread or 0) / 2 / _Z80
    check = read_value_check(reader)
    common = COMMON_ERROR if check is None else max(COMMON_ERROR, abs(check.bias))
    half = _Z80 * math.hypot(own, common * total / _Z80)
    low, high = max(0, round(total - half)), round(total + half)
    line = words.money_range(low, high, reader.currency, mean_minor=total, short=True)
    before = _at_risk_before(reader, scored)
    tone: Literal["neutral", "bad", "good"] = "neutral"
    if before:
        change = (total - before) / before
        tone = "bad" if change > 0.005 else "good" if change < -0.005 else "neutral"
        sign = {"bad": "▲ ", "good": "▼ ", "neutral": ""}[tone]
        said = f"{sign}{words.percent(abs(change))}" if sign else "unchanged"
        line = f"{said} in {CHANGE_DAYS} days · {line}"
    line += f" · {win_back:,} win-back" if win_back else ""
    others = f"{words.count(once, 'new or one-time customer')}, {words.money_short(once_minor, reader.currency)}"
    apart = f"Not included: {others}. Most one-time buyers never return. " if once else ""
    return Tile(
        key="at_risk",
        figure=words.money_short(total, reader.currency),
        title=title,
        line=line,
        tone=tone,
        tooltip=(
            f"What each active customer spends over {months} if they buy within {days}, less their expected lifetime "
            f"value, summed over {words.count(scored - once, 'active customer')}; {win_back:,} win-back and {lost:,} "
            f"lost are not included. The range combines the customers' own 80{words.THIN}% ranges with "
            f"{words.percent(common)} for the error that all estimates share. {apart}"
            f"{check.sentence(reader.today) if check is not None else ''}".rstrip()
        ),
    )


def _at_risk_before(reader: Reader, scored: int) -> int | None:
    """Return the book's value at risk as it was scored 30 days before the as-of day; None without a history.

    A full scoring leaves a row of that day for every customer: the last such day is read from the index. A book that
    was only scored in parts takes each customer's last row.
    """
    then = (reader.present - timedelta(days=CHANGE_DAYS)).isoformat()
    near = (reader.present - timedelta(days=CHANGE_DAYS + _FULL_SCORING_DAYS)).isoformat()
    for total, number in reader.driver.execute(
        f"""SELECT SUM(value_at_risk_minor) FILTER (WHERE NOT {CAME_ONCE}), COUNT(*)
            FROM score_history WHERE as_of BETWEEN ? AND ?
            GROUP BY as_of ORDER BY as_of DESC""",
        (near, then),
    ):
        if number >= _NEARLY_ALL * scored:
            return int(total or 0)
    oldest = (reader.present - timedelta(days=4 * CHANGE_DAYS)).isoformat()
    # MAX with a bare column: SQLite takes the value at risk from the row that has the latest day.
    found = reader.driver.execute(
        f"""SELECT SUM(before) FILTER (WHERE NOT {CAME_ONCE}), COUNT(before) FROM (
               SELECT customer_id, MAX(as_of), value_at_risk_minor AS before, segment
                 FROM score_history INDEXED BY ix_score_history_day
                WHERE as_of BETWEEN ? AND ? GROUP BY customer_id)""",
        (oldest, then),
    ).fetchone()
    return int(found[0] or 0) if found[1] else None


def _in_time(reader: Reader) -> Tile:
    now = _share_in_time(reader, RESOLVED_DAYS, 0)
    before = _share_in_time(reader, RESOLVED_DAYS, RESOLVED_DAYS)
    title = f"resolved in time, {RESOLVED_DAYS} days"
    if not now[1]:
        return Tile("in_time", words.DASH, title, "no alerts resolved yet", "neutral")
    share = now[0] / now[1]
    line, bad, good = f"{now[0]:,} of {now[1]:,} alerts", False, False
    if before[1]:
        points = round(100 * share - 100 * before[0] / before[1])
        bad, good = points < 0, points > 0
        sign = "▲" if points > 0 else "▼"
        said = f"{sign} {words.count(abs(points), 'pt')} on" if points else "as in"
        line = f"{said} the {RESOLVED_DAYS} days before · {line}"
    return Tile("in_time", words.percent(share), title, line, "bad" if bad else "good" if good else "neutral",
                "Alerts closed before they were due, out of all that had a due time.")  # fmt: skip


def _share_in_time(reader: Reader, days: int, back: int) -> tuple[int, int]:
    since, until = start_of_today(reader, days + back), start_of_today(reader, back) if back else "9999"
    found = reader.driver.execute(
        "SELECT COALESCE(SUM(in_time), 0), COUNT(in_time) FROM alerts WHERE closed_at >= ? AND closed_at < ?",
        (since, until),
    ).fetchone()
    return int(found[0]), int(found[1])


def _came_back(reader: Reader) -> Tile:
    """Count, among alerts of customers at risk that were closed, who ordered again: emailed, and not emailed.

    It is a count and no effect: nobody was held back at random.
    """
    found = returned(reader.driver, start_of_today(reader, OUTREACH_DAYS), reader.policy.watch_days)
    title = f"came back after outreach, {OUTREACH_DAYS} days"
    share = words.percent(found.others_back / found.others) if found.others else ""
    others = [f"not contacted: {found.others_back:,} of {found.others:,} ({share})"] if found.others else []
    if not found.contacted:
        sent = reader.value("SELECT EXISTS (SELECT 1 FROM messages WHERE state = 'sent')")
        none = "no alert closed after an email yet" if sent else "no emails sent yet"
        return Tile("came_back", words.DASH, title, " · ".join([none, *others]), "neutral")
    return Tile(
        key="came_back",
        figure=words.percent(found.contacted_back / found.contacted),
        title=title,
        line=" · ".join([f"{found.contacted_back:,} of {found.contacted:,}", *others]),
        tone="neutral",
        tooltip="Closed alerts of customers at risk, with and without an email. "
        "A count, not proof of an effect: there was no control group.",
    )
