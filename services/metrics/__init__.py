"""Metrics: one catalogue of figures, defined as data in ``resources/metrics`` and read by everything that shows one.

A ``Query`` names metrics, dimensions, conditions and a period; its ``Answer`` has the figures, what they mean, and the
statements that ran. ``rows_of`` gives the query for the rows behind any figure. Dashboards are rows of such queries,
as data in ``resources/dashboards``. Nothing here writes.
"""

from __future__ import annotations

from services.metrics.answer import Metrics
from services.metrics.asking import condition_of
from services.metrics.catalogue import Catalogue
from services.metrics.dashboards import asked, drill, the_dashboards, tile_answer
from services.metrics.load import load_catalogue, the_catalogue

__all__ = [
    "Catalogue", "Metrics", "asked", "condition_of", "drill", "load_catalogue", "the_catalogue", "the_dashboards",
    "tile_answer",
]  # fmt: skip
