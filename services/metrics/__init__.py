"""Metrics: one catalogue of figures, defined as data in ``resources/metrics`` and read by everything that shows one.

A ``Query`` names metrics, dimensions, conditions and a period; its ``Answer`` has the figures, what they mean, and the
statements that ran. ``rows_of`` gives the query for the rows behind any figure. Dashboards are rows of such queries,
as data in ``resources/dashboards`` and, where people made or changed some, in the book (`own`, all that writes here).
"""

from __future__ import annotations

from services.metrics.answer import Metrics
from services.metrics.asking import condition_of
from services.metrics.catalogue import Catalogue
from services.metrics.coverage import Coverage
from services.metrics.dashboards import (
    asked,
    document_of,
    drill,
    forms_of,
    meant,
    offered,
    the_dashboards,
    tile_answer,
    trend_of,
    under_lens,
)
from services.metrics.load import load_catalogue, the_catalogue
from services.metrics.lookups import customers_of, field_of, values_of
from services.metrics.own import all_dashboards, dashboard_named
from services.metrics.periods import period_of

__all__ = [
    "Catalogue", "Coverage", "Metrics", "all_dashboards", "asked", "condition_of", "customers_of", "dashboard_named",
    "document_of", "drill", "field_of", "forms_of", "load_catalogue", "meant", "offered", "period_of",
    "the_catalogue", "the_dashboards", "tile_answer", "trend_of", "under_lens", "values_of",
]  # fmt: skip
