"""All answers of a dashboard, as its tab on Insights gives them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from models.values.dashboards import Dashboard, Filters
from models.values.metrics import Condition
from models.values.reports import Report
from services.metrics import Metrics, tile_answer


def report_of(
    metrics: Metrics,
    dashboard: Dashboard,
    filters: Filters,
    book: str,
    where: Sequence[Condition] = (),
    cancelled: Callable[[], bool] = lambda: False,
) -> Report:
    """Return a dashboard with all its answers.

    Parameters
    ----------
    book
        What the book is called.
    where
        Conditions on the rows of every tile, beside those of the filters.

    Raises
    ------
    UserError
        A condition does not go with a tile, or an answer takes too long.
    Cancelled
        It was cancelled.
    """
    answers = {}
    for tile in dashboard.tiles:
        asked = replace(tile, query=replace(tile.query, where=(*tile.query.where, *where)))
        answers[tile.key] = tile_answer(metrics, asked, filters, cancelled)
    return Report(dashboard, book, metrics.days()[0], filters, tuple(where), answers)
