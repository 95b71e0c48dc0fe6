"""Where each channel of one customer is heading, and since when: the trend of orders, of logins, of emails …

The last quarter is compared with the three quarters before by the same test as the trend of orders (`trends`), with
what the channel did over the whole book allowed for; the day is where two rates explain the events best. A trend is
what one customer's page may say of one customer: it is named where chance alone would show it one time in ten, and so
is no anomaly yet.
"""

from __future__ import annotations

from datetime import date

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from models.values.anomalies import NO_ACTIVITY, ORDERS, ChannelTrend
from models.values.scores import OWN_GAPS, missed_orders
from services.scoring import trends
from services.scoring.anomalies import Learned, read_learned
from services.scoring.channels import Channel, read_channels
from services.scoring.events import Series, read_events
from services.scoring.ledger import purchase_days
from services.scoring.poisson_gamma import change_day
from services.scoring.rows import day_text
from services.settings import reporting_currency
from services.workspace import Workspace

RECENT_DAYS = 91
_NEWS_DAYS = 182
_MONTH_DAYS = 28
#: As rarely chance alone shows a trend that is named.
_RARE = 0.1


def trends_of(workspace: Workspace, customer_id: int) -> tuple[ChannelTrend, ...]:
    """Trends of a customer's channels as of the day of the scores; none before any scoring."""
    with workspace.store.read() as connection:
        day = connection.exec_driver_sql("SELECT as_of FROM customer_risk_scores LIMIT 1").scalar()
        if day is None:
            return ()
        currency = reporting_currency(connection, workspace.policy)
        found = read_channel_trends(connection, date.fromisoformat(day), customer_id, currency=currency)
        told = {one.channel: one for one in found}
        told |= {name: one for name, one in _unusual(connection, customer_id).items() if name in told}
        told |= _late_orders(connection, customer_id)
    return tuple(told[name] for name in sorted(told))


def _late_orders(connection: Connection, customer_id: int) -> dict[str, ChannelTrend]:
    """Orders that are late by the customer's own usual gap, as a trend: not as usual, and counted in one way only."""
    row = connection.exec_driver_sql(
        "SELECT last_order_on, days_since_last_order, usual_gap_days FROM customer_risk_scores "
        "WHERE customer_id = ? AND purchase_days > ?",
        (customer_id, OWN_GAPS),
    ).one_or_none()
    missing = missed_orders(row[1], row[2]) if row is not None else 0
    if row is None or not missing:
        return {}
    return {ORDERS: ChannelTrend(ORDERS, "silent", row[0], 0.0, float(missing), row[1])}


def _unusual(connection: Connection, customer_id: int) -> dict[str, ChannelTrend]:
    """What scoring found unusual, as trends: one channel is never told with two days and two expected counts."""
    rows = connection.exec_driver_sql(
        "SELECT channel, direction, since, seen, expected, window_days FROM anomalies WHERE customer_id = ?",
        (customer_id,),
    )
    ways = {"down": "falling", "up": "rising"}
    return {channel: ChannelTrend(channel, ways[way], *figures) for channel, way, *figures in rows}


def read_channel_trends(
    connection: Connection, as_of: date, customer_id: int, *, currency: str
) -> tuple[ChannelTrend, ...]:
    """Return the trends of the channels with enough events, by name; nothing after `as_of` is read."""
    book = read_events(connection, as_of, currency=currency, customers=[customer_id], habits=False)
    if not book.customer_ids.size:
        return ()
    learned = read_learned(connection) or Learned()
    kinds = [name for name in learned.channels if name not in NO_ACTIVITY]
    bought, _ = purchase_days(book, book.as_of)
    channels = read_channels(connection, book, Series(bought.row, bought.day), kinds or None)
    told = (_trend(channel, _level(channel, learned)) for channel in channels)
    return tuple(sorted((one for one in told if one is not None), key=lambda one: one.channel))


def _level(channel: Channel, learned: Learned) -> float:
    known = learned.channels.get(channel.name)
    return known.levels[1] if known is not None else 1.0


def _silent(channel: Channel, days: NDArray[np.int64], level: float) -> ChannelTrend | None:
    """Of whom nothing was seen lately, which for so rare a channel may be little: no "as usual" after several gaps.

    The silence since the last event is compared with the rate up to it: falling where chance would rarely show one so
    long; None where it is several usual gaps and chance might.
    """
    last, silence = int(days[-1]), channel.last - int(days[-1])
    rate = level * (days.size - 1) / max(last - int(days[0]), 1)
    if np.exp(-rate * silence) <= _RARE:
        expected = round(rate * silence, 2)
        return ChannelTrend(channel.name, "falling", day_text(last + 1), 0.0, expected, silence)
    if silence >= trends.SEVERAL_GAPS * float(np.median(np.diff(np.unique(days)))):
        return None
    return ChannelTrend(channel.name, "steady", None, 0.0, round(rate * RECENT_DAYS, 2), RECENT_DAYS)


def _trend(channel: Channel, level: float) -> ChannelTrend | None:
    days, units = channel.days_of(0)
    begin = channel.last - RECENT_DAYS
    new = units is None and (not days.size or days[0] >= channel.first + _MONTH_DAYS)
    first = channel.first if not new or not days.size else int(days[0]) + 1
    told = days[days >= first]
    recent, earlier = float((told > begin).sum()), float((told <= begin).sum())
    if units is None:
        window, exposure = float(RECENT_DAYS), float(begin + 1 - first)
    else:
        window, exposure = float((units > begin).sum()), float((units <= begin).sum())
    if window <= 0:
        return None
    figures = (np.array([value]) for value in (recent, level * window, earlier, exposure))
    heading = trends.NAMES[int(trends.direction(*figures)[0])]
    if heading == "unknown":
        return None
    if heading == "steady" and not recent and units is None:
        return _silent(channel, days, level)
    if heading == "steady":
        usual = level * earlier * window / exposure
        return ChannelTrend(channel.name, heading, None, recent, round(usual, 2), RECENT_DAYS)
    down = heading == "falling"
    since = change_day(days, first, channel.last, channel.last - _NEWS_DAYS, down=down, units=units)
    if units is None:
        past, coming = float(since - first), float(channel.last + 1 - since)
    else:
        past, coming = float((units < since).sum()), float((units >= since).sum())
    usual = level * float((told < since).sum()) * coming / max(past, 1.0)
    seen = float((days >= since).sum())
    return ChannelTrend(channel.name, heading, day_text(since), seen, round(usual, 2), channel.last + 1 - since)
