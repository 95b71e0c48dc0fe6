"""All answers of a dashboard, as its tab on Insights gives them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from models.values.dashboards import Dashboard, Filters
from models.values.metrics import Condition
from models.values.reports import Report
from services.metrics import Metrics, tile_answer, trend_of


def report_of(
    metrics: Metrics,
    dashboard: Dashboard,
    filters: Filters,
    book: str,
    where: Sequence[Condition] = (),
    *,
    courses: bool = False,
    cancelled: Callable[[], bool] = lambda: False,
) -> Report:
    """Return a dashboard with all its answers, which are of one state of the book.

    Parameters
    ----------
    book
        What the book is called.
    where
        Conditions on the rows of every tile, beside those of the filters.
    courses
        Whether how the figures went over the last 12 months is wanted too.

    Raises
    ------
    UserError
        A condition does not go with a tile, or an answer takes too long.
    Cancelled
        It was cancelled.
    """
    answers, went = {}, {}
    with metrics.at_one_state() as reading:
        for tile in dashboard.tiles:
            asked = replace(tile, query=replace(tile.query, where=(*tile.query.where, *where)))
            answers[tile.key] = tile_answer(reading, asked, filters, cancelled)
            trend = trend_of(asked) if courses else None
            if trend is not None:
                went[tile.key] = tile_answer(reading, trend, filters, cancelled)
        return Report(dashboard, book, reading.days()[0], filters, tuple(where), answers, went)
