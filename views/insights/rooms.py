"""The Insights page's questions, put to the rooms. Every call runs in a worker and returns frozen values."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from models.values.alerts import Tile
from models.values.dashboards import Dashboard, Drill, Filters, Offered, SavedView, TileAnswer, TileSpec
from models.values.metrics import Query, RowList, Value
from models.values.report_card import Reliance, ReportCard
from models.values.reports import Report
from models.values.watches import Watch, WatchState
from services import insight
from services.workspace import Workspace
from views.shell.book import Book

if TYPE_CHECKING:
    from services.metrics import Metrics
    from views.child import ChildJob


class BookOfScores:
    """Reads the last check, and what the scores stand on."""

    def __init__(self, book: Book) -> None:
        self._book = book

    def card(self) -> ReportCard:
        """How far the scores can be trusted."""
        return insight.trust_in_scores(self._book.workspace)

    def tiles(self) -> tuple[Tile, ...]:
        """What came of the alerts: resolved in time, came back after outreach."""
        return insight.outcome_tiles(self._book.workspace)

    def reliance(self) -> Reliance:
        """How fresh each kind of data is, and how many customers have scores of low confidence."""
        return insight.reliance(self._book.workspace)

    def checking(self) -> ChildJob:
        """The work of a check: everything that is worked out of the book as a whole, anew."""
        from services.pipeline.jobs import ReportsJob

        return ReportsJob(self._book.workspace.recipe, everything=True)


class BookOfMetrics:
    """Answers the tiles of dashboards, and lists the rows behind them."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._asking: tuple[Workspace, Metrics] | None = None
        self._lock = threading.Lock()

    def dashboards(self) -> tuple[Dashboard, ...]:
        """The dashboards in the order of their tabs."""
        from services.metrics import all_dashboards

        return all_dashboards(self._book.workspace)

    def offered(self) -> tuple[Offered, ...]:
        """What tiles can be made of."""
        from services.metrics import offered, the_catalogue

        return offered(the_catalogue())

    def choices(self) -> dict[str, tuple[str, ...]]:
        """What each filter can be, as the book has it."""
        from services.metrics.own import product_categories

        found = insight.filter_choices(self._book.workspace)
        of_customers = {"segment": found.segments, "tier": found.tiers, "owner": found.owners, "region": found.regions}
        names = {name: tuple(one for one, _count in each if one) for name, each in of_customers.items()}
        return {**names, "category": product_categories(self._book.workspace)}

    def views(self) -> tuple[SavedView, ...]:
        """The views that people saved."""
        from services.metrics.own import saved_views

        return saved_views(self._book.workspace)

    def tile(self, spec: TileSpec, filters: Filters, cancelled: Callable[[], bool]) -> TileAnswer:
        """What a tile shows."""
        from services.metrics import tile_answer

        return tile_answer(self._metrics(), spec, filters, cancelled)

    def course(self, spec: TileSpec, filters: Filters, cancelled: Callable[[], bool]) -> TileAnswer | None:
        """The last 12 months of a figure; None of one that has no course."""
        from services.metrics import tile_answer, trend_of

        trend = trend_of(spec)
        return tile_answer(self._metrics(), trend, filters, cancelled) if trend is not None else None

    def under_lens(self, spec: TileSpec, figure: TileSpec) -> TileSpec:
        """A tile as it shows the figure that is chosen."""
        from services.metrics import under_lens

        return under_lens(spec, figure)

    def report(self, dashboard: Dashboard, filters: Filters, book_name: str) -> Report:
        """A dashboard with all its answers."""
        from services.reports import report_of

        return report_of(self._metrics(), dashboard, filters, book_name)

    def rows(
        self, spec: TileSpec, query: Query, metric: str, cell: Mapping[str, Value], limit: int | None
    ) -> tuple[Drill, RowList]:
        """The rows behind a figure; without a limit all."""
        from services.metrics import drill

        return self._listed(drill(self._metrics(), spec, query, metric, cell), limit)

    def watch(self, workspace: Workspace, watch: Watch) -> WatchState:
        """What a watch would show, whether or not the book keeps it."""
        from services.alerting import preview

        return preview(workspace, watch, self._metrics())

    def watched_rows(self, code: str, limit: int | None) -> tuple[Drill, RowList]:
        """The rows behind the present figure of a watch."""
        from services.alerting import watch_rows

        return self._listed(watch_rows(self._book.workspace, code)[0], limit)

    def _listed(self, found: Drill, limit: int | None) -> tuple[Drill, RowList]:
        from services.insight.lines import with_lines

        return found, with_lines(self._book.workspace, self._metrics().rows(replace(found.rows, limit=limit)))

    def _metrics(self) -> Metrics:
        """The catalogue over the book as it is, with what it has answered already."""
        from services.metrics import Metrics

        with self._lock:  # several readers ask at the same time
            workspace, known = self._book.workspace, self._asking
            if known is None or known[0] is not workspace:
                known = self._asking = (workspace, Metrics(workspace))
            return known[1]
