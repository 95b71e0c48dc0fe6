"""The tab Scores: the verdict, and below it the panels that it stands on."""

from __future__ import annotations

import html
from collections.abc import Sequence
from datetime import date

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtWidgets import QScrollArea, QWidget

from models.values.drift import DriftReport
from models.values.emerging import EmergingReport
from models.values.forecast import RevenueForecast
from models.values.migration import MigrationReport
from models.values.report_card import Reliance, ReportCard
from views.charts.table import ChartTable
from views.data.sections import icon_line
from views.insights.band import VerdictBand
from views.insights.costs import CostPanel
from views.insights.course import CourseChart
from views.insights.curve import CalibrationCurve, off_words
from views.insights.explained import show_facts, show_models, show_sources
from views.insights.misses import MissPanel
from views.insights.months import MonthsChart
from views.insights.panel import Panel, PanelGrid, hold, rest
from views.insights.tables import (
    ISSUES,
    MEASURES,
    MODELS,
    SOURCES,
    VALUE,
    fact_lines,
    issue_lines,
    model_lines,
    source_lines,
)
from views.lists.word_table import TableCell, TableColumn, TableLine, WordTable
from views.theme import Theme, fonts
from views.widgets.buttons import link
from views.widgets.labels import FlowingContent, clear, column, label, row, rule, scrolling
from views.words import DASH, MINUS, counted, percent, whole

#: Below these widths of the window two panels stand beside one another, then one.
THREE_FROM, TWO_FROM = 1240, 900
_SEGMENTS = (
    TableColumn("Segment"),
    TableColumn("Before", 76, right=True),
    TableColumn("Now", 84, right=True),
    TableColumn("Stayed", 84, right=True, keeps=1),
)


class ScoresTab(QWidget):
    """Shows a `ReportCard` and a `Reliance`.

    `customer_wanted` leads to a customer, `low_wanted` to the uncertain; `misses_wanted` asks for a file of those of
    one kind whose forecasts were wrong.
    """

    customer_wanted = Signal(int)
    low_wanted = Signal()
    misses_wanted = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._card: ReportCard | None = None
        self._reliance: Reliance | None = None
        self.band = VerdictBand(theme)
        self._make_panels(theme)
        self.grid = PanelGrid(self.panels)
        content = FlowingContent()
        content.setLayout(column(self.band, rule(), self.grid))
        self.area: QScrollArea = scrolling(content)
        self.setLayout(column(self.area))

    # -- building -----------------------------------------------------------------------------------------------

    def _make_panels(self, theme: Theme) -> None:
        self.curve = CalibrationCurve(theme)
        self.off = label("", fonts.LIST, fonts.REGULAR, "ink_2", wrap=True)
        off = hold(column(self.off, margins=(16, 2, 16, 10)))
        self.curve_panel = Panel(theme, "Calibration", self.curve, off)
        self.models = _table(theme, "Churn models", MODELS)
        self.models.horizontalHeader().setToolTip(MEASURES)
        self.models.setAccessibleDescription(MEASURES)
        self.models.opened.connect(lambda _key: self._explain_models())
        self.losses = CourseChart(theme, "log_loss", "Log loss, less is better")
        self.ranks = CourseChart(theme, "auc", "AUC in %, more is better", scale=100)
        courses = row(self.losses, 12, self.ranks, margins=(16, 10, 12, 10))
        courses.setStretch(0, 1)
        courses.setStretch(2, 1)
        self._courses = QWidget()
        self._courses.setLayout(courses)
        self.models_panel = Panel(theme, "Models and baseline", self.models, self._courses, rest())
        self._make_sources(theme)
        self.missed_panel = MissPanel(theme, "Missed churn", "missed")
        self.alarmed_panel = MissPanel(theme, "False alarms", "alarmed")
        for misses in (self.missed_panel, self.alarmed_panel):
            misses.customer_wanted.connect(self.customer_wanted)
            misses.export_wanted.connect(self.misses_wanted)
        self.missed, self.alarmed = self.missed_panel.table, self.alarmed_panel.table
        self.value = _table(theme, "Lifetime value against what was spent", VALUE)
        self.value.opened.connect(lambda _key: self._explain_value())
        self._value_bold = label("", fonts.LIST, fonts.SEMIBOLD, "ink", wrap=True)
        self._value_rest = label("", fonts.LIST, fonts.REGULAR, "ink_2", wrap=True)
        said = column(self._value_bold, 1, self._value_rest, margins=(16, 0, 16, 8))
        self.value_panel = Panel(theme, "Can the value be trusted?", hold(said), self.value, rest())
        self.months = MonthsChart(theme)
        self.outlook = label("", fonts.LIST, fonts.REGULAR, "ink_2", wrap=True)
        self.outlook.setTextFormat(Qt.TextFormat.RichText)
        told = column(self.outlook, margins=(16, 2, 16, 10))
        self.months_panel = Panel(theme, "Revenue to come", self.months, hold(told), rest())
        self.months_panel.say_aside("bars actual · dots forecast")
        self.costs_panel = CostPanel(theme)
        self.costs_panel.customer_wanted.connect(self.customer_wanted)
        self.segments = _table(theme, "Segments then and now", _SEGMENTS)
        self.segments.opened.connect(lambda _key: self.show_moves())
        self._moves = label("", fonts.LIST, fonts.REGULAR, "ink_2", wrap=True)
        self.moves_link = link("All moves")
        self.moves_link.clicked.connect(self.show_moves)
        below = column(self._moves, 2, row(self.moves_link, -1), margins=(12, 8, 16, 10))
        self._moves.setContentsMargins(4, 0, 0, 0)
        self.segments_panel = Panel(theme, "Are segments stable?", self.segments, hold(below), rest())
        self._drift = column(margins=(16, 0, 16, 10))
        self.drift_panel = Panel(theme, "Model drift", hold(self._drift), rest())
        self.issues = _table(theme, "Rising complaints", ISSUES)
        self.issues_panel = Panel(theme, "Rising complaints", self.issues, rest())

    def _make_sources(self, theme: Theme) -> None:
        self.sources = _table(theme, "Data you can rely on", SOURCES)
        self.sources.opened.connect(lambda _key: self._explain_sources())
        self._left_out = column(margins=(16, 10, 16, 0))
        self._left_out_words = hold(self._left_out)
        self._low = column(margins=(16, 10, 16, 10))
        self.show_low = link("Show them")
        self.show_low.clicked.connect(self.low_wanted)
        self._low_words = hold(self._low)
        button = row(self.show_low, -1, margins=(32, 0, 16, 10))
        self.sources_panel = Panel(theme, "Data you can rely on", self.sources, self._left_out_words, self._low_words,
                                   hold(button), rest())  # fmt: skip

    @property
    def panels(self) -> tuple[Panel, ...]:
        """All panels in reading order, whether they are to be seen or not."""
        return (self.curve_panel, self.models_panel, self.sources_panel, self.missed_panel, self.alarmed_panel,
                self.value_panel, self.months_panel, self.costs_panel, self.segments_panel, self.drift_panel,
                self.issues_panel)  # fmt: skip

    @property
    def stops(self) -> tuple[QWidget, ...]:
        """Where F6 leads: one part of each panel that is to be seen."""
        found = (self.curve, self.models, self.sources, self.missed, self.alarmed, self.value, self.months,
                 self.costs_panel.table, self.segments, self.issues)  # fmt: skip
        return tuple(part for part in found if part.isVisible())

    def fit(self, width: int) -> None:
        """Place the panels for a window of this width."""
        across = 3 if width >= THREE_FROM else 2 if width >= TWO_FROM else 1
        if across != self.grid.across:
            self.grid.place(across)

    # -- filling it ---------------------------------------------------------------------------------------------

    def show_card(self, card: ReportCard) -> None:
        """Show another answer. Panels without anything to say are left out."""
        self._card = card
        self.band.show_card(card)
        report = card.report
        for panel in (self.curve_panel, self.models_panel, self.missed_panel, self.alarmed_panel):
            panel.wanted = report is not None
        if report is not None:
            self.curve.show_groups(report.calibration)
            self.off.setText(off_words(report.calibration))
            self.curve_panel.say_aside(f"{report.horizon_days} days · with 95 % range".replace(" %", percent(0)[1:]))
            self.models.show_lines(model_lines(card.models))
            self.models_panel.say_aside(f"“{card.rule}” · {card.compared}" if card.compared else f"“{card.rule}”")
            for chart in (self.losses, self.ranks):
                chart.show_models(report.models, report.used)
            self._courses.setVisible(bool(self.losses.days))
        self.missed_panel.show_misses(card.missed, card.currency, f"left, predicted under {percent(card.warning)}")
        flagged = f"stayed, predicted {percent(card.critical)} or more"
        self.alarmed_panel.show_misses(card.alarmed, card.currency, flagged)
        self._show_value(card)
        self._show_forecast(card)
        self.costs_panel.show_costs(card.costs, card.currency)
        self._show_migration(card.migration)
        self._show_drift(card.drift)
        self._show_issues(card.emerging)
        self.grid.refresh()

    def show_reliance(self, reliance: Reliance) -> None:
        """Show what the scores stand on."""
        self._reliance = reliance
        self.sources.show_lines(source_lines(reliance.sources))
        stale = sum(1 for one in reliance.sources if one.stale)
        self.sources_panel.say_aside(f"{counted(stale, 'kind')} older than usual" if stale else "")
        clear(self._left_out)
        self._left_out_words.setVisible(bool(reliance.left_out))
        if reliance.left_out:
            self._left_out.addWidget(icon_line(self._theme, "info", reliance.left_out, "ink_2"))
        clear(self._low)
        self._low_words.setVisible(bool(reliance.low))
        self.show_low.setVisible(bool(reliance.low))
        if reliance.low:
            heading, rest = low_words(reliance)
            self._low.addWidget(icon_line(self._theme, "warning", heading, "warning_text"))
            told = label(rest, fonts.LIST, fonts.REGULAR, "ink_2", wrap=True)
            told.setContentsMargins(22, 0, 0, 0)
            self._low.addWidget(told)
            self.show_low.setAccessibleName(f"Show them: {heading}")

    def _show_value(self, card: ReportCard) -> None:
        verdict = card.value_verdict
        self.value_panel.wanted = bool(card.value)
        self._value_bold.setText(verdict.bold if verdict is not None else "")
        self._value_rest.setText(verdict.rest if verdict is not None else "")
        for part in (self._value_bold, self._value_rest):
            part.setVisible(bool(part.text()))
        self.value.show_lines(fact_lines(card.value))
        self.value_panel.say_aside(card.value_span)

    def _show_forecast(self, card: ReportCard) -> None:
        self.months_panel.wanted = card.forecast is not None
        if card.forecast is not None:
            self.months.show_forecast(card.forecast)
            said = outlook_lines(card.forecast, card.value_note)
            self.outlook.setText("".join(f'<p style="margin: 0 0 6px 0">{html.escape(one)}</p>' for one in said))
            self.outlook.setAccessibleName(" ".join(said))

    def _show_migration(self, migration: MigrationReport | None) -> None:
        self.segments_panel.wanted = migration is not None
        if migration is not None:
            self.segments.show_lines(segment_lines(migration))
            self.segments_panel.say_aside(f"change over {migration.days} days")
            self._moves.setText(stability_words(migration))

    def _show_drift(self, drift: DriftReport | None) -> None:
        self.drift_panel.wanted = drift is not None and bool(drift.sentences)
        clear(self._drift)
        if drift is None:
            return
        off = drift.calibration is not None and drift.calibration.off
        changed = off or any(one.shift == "changed" for one in drift.features)
        for place, sentence in enumerate(drift.sentences):
            icon, ink = ("warning", "warning_text") if changed else ("check", "good_text")
            first = place == 0
            self._drift.addWidget(
                icon_line(self._theme, icon if first else "info", sentence, ink if first else "ink_2")
            )

    def _show_issues(self, report: EmergingReport | None) -> None:
        self.issues_panel.wanted = report is not None and bool(report.issues)
        if report is not None:
            self.issues.show_lines(issue_lines(report.issues, date.fromisoformat(report.as_of)))
            self.issues_panel.say_aside(f"{whole(report.checked)} topics tracked")

    def _explain_models(self) -> None:
        if self._card is not None:
            show_models(self._card.models, self.window())

    def _explain_value(self) -> None:
        if self._card is not None:
            show_facts(self._card.value, self._card.value_span, self.window())

    def _explain_sources(self) -> None:
        if self._reliance is not None:
            show_sources(self._reliance.sources, self.window())

    def show_moves(self) -> None:
        """Open the moves between segments as a table."""
        migration = self._card.migration if self._card is not None else None
        if migration is None:
            return
        names = [one.segment for one in migration.segments]
        heads = ("From \\ to", *names)
        rows = [(before, *(_count(migration.count(before, now)) for now in names)) for before in names]
        ChartTable("Moves between segments", stability_words(migration), heads, rows, self.window()).show()


def outlook_lines(forecast: RevenueForecast, value_note: str) -> list[str]:
    """What there is to say of the revenue to come, a line each; the last: how far off totals of value were."""
    # What winning customers cost, the last sentence where it is known, has a panel of its own.
    said = forecast.sentences[:-1] if forecast.acquisition is not None else forecast.sentences
    return [*said, *([value_note] if value_note and forecast.value > 0 else [])]


def low_words(reliance: Reliance) -> tuple[str, str]:
    """How many customers have scores of low confidence, why, and what that means for them."""
    share = percent(reliance.low / reliance.scored) if reliance.scored else ""
    has = "has" if reliance.low == 1 else "have"
    heading = f"{counted(reliance.low, 'customer')} ({share}) {has} scores of low confidence"
    few = ""
    if reliance.few_orders:
        verb = "has" if reliance.few_orders == 1 else "have"
        whom = "All of them" if reliance.few_orders == reliance.low else whole(reliance.few_orders)
        few = f"{whom} {verb if whom != 'All of them' else 'have'} fewer than 3 orders. "
    why = f"Most often: {reliance.why.rstrip('.')}. " if reliance.why else ""
    return heading, f"{why}{few}Their risk is shown with low confidence and never raises a critical alert by itself."


def stability_words(migration: MigrationReport) -> str:
    """How many customers are where they were."""
    if migration.stability is None:
        return f"Nobody had a segment {counted(migration.days, 'day')} before."
    came = f" {counted(migration.joined, 'customer')} came into one." if migration.joined else ""
    return f"{percent(migration.stability)} of customers kept their segment in {counted(migration.days, 'day')}.{came}"


def segment_lines(migration: MigrationReport) -> Sequence[TableLine]:
    """Segments with their size before and now, and the share that stayed."""
    lines = []
    for one in migration.segments:
        moved = one.now - one.before
        sign = "▲" if moved > 0 else "▼" if moved < 0 else MINUS
        tip = f"{sign} {whole(abs(moved))} in {migration.days} days" if moved else "As many as before"
        cells = (
            TableCell(one.segment),
            TableCell(whole(one.before), "ink_2"),
            TableCell(whole(one.now), tip=tip),
            TableCell(DASH if one.share is None else percent(one.share), "ink_2"),
        )
        lines.append(TableLine(cells, one.segment))
    return lines


def scores_skeleton(width: float, height: float) -> list[QRectF]:
    """Grey blocks of the tab's own geometry."""
    third = width / 3
    blocks = [QRectF(44, 36, width * 0.3, 20), QRectF(44, 66, width * 0.5, 12), QRectF(44, 96, width * 0.4, 10)]
    for place in range(3):
        left = 16 + place * third
        blocks += [
            QRectF(left, 150, third * 0.5, 12),
            QRectF(left, 184, third - 40, max(0.0, min(260.0, height - 220))),
        ]
    return blocks


def _table(theme: Theme, name: str, columns: Sequence[TableColumn]) -> WordTable:
    return WordTable(theme, name, columns, inset=16, whole=True)


def _count(number: int) -> str:
    return whole(number) if number else DASH
