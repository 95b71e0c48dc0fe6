"""The four figures of a customer: churn risk, at risk, engagement, last order. Each with horizon, range and change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import QPointF, QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from models.values.alerts import AlertRow, ScoreFigures
from models.values.reaching import SpendYear
from models.values.words import left_words
from views.theme import Theme, fonts
from views.widgets.buttons import link
from views.widgets.painting import Run, fill, line, ring, runs, snapped
from views.words import DASH, THIN, chance, counted, money, percent, whole

HEIGHT = 100
#: Narrower than this the cells stand two by two.
TWO_BY_TWO = 480
#: The unit of scores, which stands small beside them.
OF_100 = "of 100"
_GAP = 4  # px behind the longest words of a cell
_SHARES = (1.1, 1.2, 1.22, 0.84)


@dataclass(frozen=True, slots=True)
class Figure:
    """One cell: a label, a big figure with its unit, two lines; a ring where it has one."""

    label: str
    big: str
    unit: str = ""
    ink: str = "ink"
    first: tuple[Run, ...] = ()
    second: tuple[Run, ...] = ()
    brief_first: tuple[Run, ...] = ()  # in place of the first line where that does not fit
    brief: tuple[Run, ...] = ()  # in place of the second one
    ring: tuple[float, float, str] | None = None  # share, threshold, ink
    by_hand: bool = False  # a person set it
    more: str = ""  # that the cell has no room for

    @property
    def shortest(self) -> Figure:
        """The same with its lines in brief."""
        return replace(self, first=self.brief_first or self.first, second=self.brief or self.second)

    @property
    def width(self) -> float:
        """How wide its words are, px."""
        big = fonts.width(self.big, fonts.TITLE, fonts.SEMIBOLD) + (fonts.width(self.unit, fonts.BODY) + 8)
        lines = self.label, *("".join(run.text for run in line) for line in (self.first, self.second))
        return max(big, *(fonts.width(words, fonts.SMALL) for words in lines))

    @property
    def spoken(self) -> str:
        """The cell in words."""
        lines = "".join(run.text for run in self.first), "".join(run.text for run in self.second)
        said = f"{self.big} {self.unit}".strip()
        by_hand = "overridden" if self.by_hand else ""
        return ", ".join(part for part in (self.label, said, by_hand, *lines, self.more) if part)


class FigureStrip(QWidget):
    """The cells side by side with lines between them."""

    def __init__(self, theme: Theme, shares: Sequence[float] = _SHARES, height: int = HEIGHT) -> None:
        super().__init__()
        self._theme, self._shares = theme, tuple(shares)
        self._figures: tuple[Figure, ...] = ()
        self.inset = 20
        self._row_height = height
        self.setFixedHeight(height)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)
        self.unfold = link("Why?")
        self.unfold.setParent(self)
        self.unfold.setToolTip("Confidence, lifetime value and trends behind the churn risk")
        self.unfold.hide()

    @property
    def figures(self) -> tuple[Figure, ...]:
        """What is shown."""
        return self._figures

    def show_figures(self, figures: Sequence[Figure]) -> None:
        """Show these cells."""
        self._figures = tuple(figures)
        self.setAccessibleName(". ".join(figure.spoken for figure in figures))
        self.setToolTip("\n".join(figure.spoken for figure in figures))
        self._place_link()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(600, self.height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            theme = self._theme
            soft = theme.color("line_soft")
            fill(painter, 0, 0, self.width(), 1, soft)
            fill(painter, 0, self.height() - 1, self.width(), 1, soft)
            for number, cell in enumerate(self._cells()):
                if cell.x() > 0:
                    fill(painter, cell.x(), cell.y(), 1, cell.height(), soft)
                if cell.y() > 0:
                    fill(painter, 0, cell.y(), self.width(), 1, soft)
                self._paint(painter, self._figures[number], cell)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.setFixedHeight(self._row_height * (2 if self._folded else 1))
        self._place_link()

    def offer_why(self, offered: bool) -> None:
        """Show a link beside the first figure that unfolds what it stands on."""
        self.unfold.setVisible(offered)
        self._place_link()

    def _place_link(self) -> None:
        if not self._figures:
            return
        first = self._figures[0]
        x = self.inset + fonts.width(first.big, fonts.TITLE, fonts.SEMIBOLD) + (24 if first.by_hand else 6)
        self.unfold.adjustSize()
        self.unfold.move(round(x), 26 + (30 - self.unfold.height()) // 2)

    @property
    def _folded(self) -> bool:
        return self.width() < TWO_BY_TWO and len(self._shares) == 4

    def _cells(self) -> list[QRectF]:
        """Rectangle of each figure: one row, or two by two in a narrow pane."""
        count, high = len(self._figures), float(self._row_height)
        if self._folded:
            half = self.width() / 2
            return [QRectF(half * (n % 2), high * (n // 2), half, high) for n in range(count)]
        cells, x = [], 0.0
        for wide in self._widths(count):
            cells.append(QRectF(x, 0, wide, high))
            x += wide
        return cells

    def _widths(self, count: int) -> list[float]:
        """Widths in one row, px: by the shares, or by what stands in the cells where the shares would cut words."""
        shares = self._shares[:count]
        total = sum(shares) or 1
        even = [self.width() * share / total for share in shares]
        needs = [self.inset + figure.width + _GAP for figure in self._figures[:count]]
        if all(need <= wide for need, wide in zip(needs, even, strict=True)):
            return even
        if sum(needs) > self.width():
            needs = [self.inset + figure.shortest.width + _GAP for figure in self._figures[:count]]
        spare = (self.width() - sum(needs)) / (count or 1)
        if spare >= 0:
            return [need + spare for need in needs]
        return [self.width() * need / sum(needs) for need in needs]

    def _paint(self, painter: QPainter, figure: Figure, cell: QRectF) -> None:
        theme = self._theme
        left, top = cell.x() + self.inset, cell.y()
        room = cell.right() - left - 2
        if figure.ring is not None and room > 128:
            share, threshold, ink = figure.ring
            circle = QRectF(cell.right() - (12 if self.inset >= 16 else 6) - 44, top + 12, 44, 44)
            ring(painter, theme, circle, share, threshold, ink)
        line(painter, QRectF(left, top + 9, room, 16), figure.label, theme.color("ink_2"), fonts.SMALL)
        big = QRectF(left, top + 26, room, 30)
        wide = line(painter, big, figure.big, theme.color(figure.ink), fonts.TITLE, fonts.SEMIBOLD)
        if figure.unit:
            unit = QRectF(left + wide + 5, top + 30, room - wide - 5, 26)
            small = figure.unit == OF_100
            size, weight = (fonts.SMALL, fonts.REGULAR) if small else (fonts.BODY, fonts.MEDIUM)
            line(painter, unit, figure.unit, theme.color("ink_3" if small else "ink"), size, weight)
        if figure.by_hand:
            dpr = painter.device().devicePixelRatioF()
            used = wide + (fonts.width(figure.unit, fonts.SMALL) + 10 if figure.unit else 6)
            at = QPointF(snapped(left + used, dpr), snapped(top + 36, dpr))
            painter.drawPixmap(at, theme.pixmap("edit", "ink_2", 12, dpr))
        short = figure.shortest
        for y, whole_line, brief in ((57, figure.first, short.first), (74, figure.second, short.second)):
            fits = fonts.width("".join(run.text for run in whole_line), fonts.SMALL) <= room
            runs(painter, theme, QRectF(left, top + y, room, 16), whole_line if fits else brief, fonts.SMALL)


def risk_ink(churn: float | None, warning: float, critical: float) -> str:
    """Colour of a churn risk: none below the first threshold of the policy."""
    if churn is None or churn < warning:
        return "ink"
    return "critical_text" if churn >= critical else "warning_text"


def churn_figure(f: ScoreFigures, warning: float, critical: float) -> Figure:
    """Churn risk with its horizon, change and confidence."""
    label = f"Churn risk, {f.churn_horizon_days} days"
    if f.left_on is not None:
        return Figure(label, DASH, first=(Run(left_words(f.left_on), "ink_2"),))
    if f.said_leaving:
        words, brief = ((Run(said, "warning_text"),) for said in (f"said {f.said_leaving}", f.said_leaving))
        model = (Run(f"model: {chance(f.model_risk)}", "ink_3"),) if f.model_risk is not None else ()
        return Figure(label, DASH, first=words, brief_first=brief, second=model, more=f.risk_note)
    if f.churn_risk is None:
        return Figure(label, DASH, second=(Run("too little history", "ink_3"),))
    ink = risk_ink(f.churn_risk, warning, critical) if f.standing == "active" else "ink"
    by_hand = by_hand_lines(f, "churn_risk")
    if by_hand is not None:
        return Figure(label, percent(f.churn_risk), ink=ink, first=by_hand[0], second=by_hand[1], by_hand=True)
    if f.risk_note:
        average = (Run(f"your average: {percent(f.average_risk)}", "warning_text"),)
        why = (Run("too alike to tell apart", "ink_3"),)
        return Figure(label, chance(f.churn_risk), first=average, second=why, more=f.risk_note)
    confidence = Run(f"confidence {f.confidence}", "warning_text" if f.confidence == "low" else "ink_3")
    change = changed(f.churn_change_points, "pts", f.change_days, rising_is_bad=True)
    return Figure(label, chance(f.churn_risk), ink=ink, first=change, second=(confidence,))


def by_hand_lines(f: ScoreFigures, figure: str) -> tuple[tuple[Run, ...], tuple[Run, ...]] | None:
    """The two lines under a figure that a person set: by whom and until when, and what the model says; else None."""
    mark = f.mark_of(figure)
    if mark is None:
        return None
    return (Run(mark.short, "ink_2"),), (Run(f"model: {mark.model}", "ink_3"),)


def risk_figure(f: ScoreFigures) -> Figure:
    """Value at risk, what they are worth if they stay, and the range."""
    label = f"At risk, {counted(f.clv_horizon_months, 'month')}"
    if f.value_at_risk_minor is None:
        return Figure(label, DASH)
    by_hand = f.mark_of("clv") is not None or f.mark_of("churn_risk") is not None
    stays, less = (
        (Run(f"of {f.stays_words}{more}", "ink_3"),) if f.stays_words else () for more in (" if they stay", "")
    )
    between = f.value_at_risk_range(short=True)
    span = (Run(between, "ink_3"),) if between else ()
    brief = (Run(between.rpartition(" ")[2], "ink_3"),) if between else ()
    expected = f", {money(f.clv_minor, f.currency)} expected" if f.clv_minor is not None else ""
    worth = f"lifetime value over {counted(f.clv_horizon_months, 'month')}{expected}"
    at_risk = money(f.value_at_risk_minor, f.currency)
    return Figure(label, at_risk, first=stays, second=span, brief_first=less, brief=brief, by_hand=by_hand, more=worth)


def engagement_figure(f: ScoreFigures) -> Figure:
    """Engagement with its ring, change and threshold."""
    threshold = f.engagement_threshold
    second = (Run(f"your threshold is {whole(threshold)}", "ink_3"),)
    if f.engagement is None:
        return Figure("Engagement", DASH, second=second)
    ink = "critical" if f.engagement < threshold else "good"
    mark = (f.engagement / 100, threshold / 100, ink)
    by_hand = by_hand_lines(f, "engagement")
    if by_hand is not None:
        set_by, model = by_hand
        return Figure("Engagement", whole(f.engagement), OF_100, first=set_by, second=model, ring=mark, by_hand=True)
    change = changed(f.engagement_change, "", f.change_days, rising_is_bad=False)
    return Figure("Engagement", whole(f.engagement), OF_100, first=change, second=second, ring=mark)


def last_order_figure(f: ScoreFigures) -> Figure:
    """Days since the last order, beside the usual gap."""
    if f.days_since_last_order is None:
        return Figure("Last order", DASH, second=(Run("no order yet", "ink_3"),))
    gap = (
        ""
        if f.usual_gap_days is None
        else f"usual gap {whole(f.usual_gap_days)}"
        if f.own_rhythm
        else f"others: {whole(f.usual_gap_days)}"
    )
    unit = "day ago" if f.days_since_last_order == 1 else "days ago"
    return Figure(
        "Last order",
        whole(f.days_since_last_order),
        unit,
        first=(Run(f.last_order_words, "ink_3"),),
        second=(Run(gap, "ink_3"),),
    )


def changed(change: float | None, unit: str, days: int, *, rising_is_bad: bool) -> tuple[Run, ...]:
    """A change with its sign and period: "▲ 31 pts in 60 days"."""
    if change is None:
        return (Run(f"no figure {days} days ago", "ink_3"),)
    size = round(abs(change))
    if size == 0:
        return (Run(f"unchanged in {days} days", "ink_3"),)
    rises = change > 0
    unit = "pt" if unit == "pts" and size == 1 else unit
    ink = "critical_text" if rises == rising_is_bad else "good_text"
    sign = "▲" if rises else "▼"
    return (Run(f"{sign} {size} {unit}".strip(), ink), Run(f" in {days} days", "ink_3"))


def spend_figure(spend: SpendYear, currency: str) -> Figure:
    """What they bought within a year, and the change from the year before."""
    label, year = "Spend, 12 months", Run("no figure a year ago", "ink_3")
    if spend.change is not None:
        size = round(100 * abs(spend.change))
        ink = "critical_text" if spend.change < 0 else "good_text"
        sign = "▲" if spend.change > 0 else "▼"
        shown = (Run(f"{sign} {size}{THIN}%", ink), Run(" year on year", "ink_3"))
        same = (Run("same as a year ago", "ink_3"),)
        brief = (shown[0], Run(" vs last year", "ink_3"))
        bought = money(spend.minor, currency)
        return Figure(label, bought, first=shown, brief_first=brief) if size else Figure(label, bought, first=same)
    return Figure(label, money(spend.minor, currency), first=(year,), brief_first=(Run("no earlier year", "ink_3"),))


def contradicted(f: ScoreFigures | None, alert: AlertRow) -> bool:
    """Whether the record behind an alert's money says more than the model, whose figures nothing else replaces."""
    replaced = f is None or f.churn_risk is None or f.said_leaving or f.mark_of("churn_risk") is not None
    return bool(alert.record) and not replaced


def trust_words(f: ScoreFigures | None, alert: AlertRow) -> str:
    """Which of two figures counts for what, where record and model differ; '' elsewhere."""
    if f is None or not contradicted(f, alert):
        return ""
    stake, at_risk = (money(minor, alert.currency) for minor in (alert.loss_minor, alert.value_at_risk_minor or 0))
    return (
        f"To decide whom to call, go by the record: {alert.record}, so {stake} is at stake. "
        f"Lists and totals use the churn model: {chance(f.churn_risk)}, {at_risk} at risk."
    )


def figures_of(
    f: ScoreFigures | None,
    warning: float,
    critical: float,
    spend: SpendYear | None = None,
    alert: AlertRow | None = None,
) -> tuple[Figure, ...]:
    """The four figures of a customer: of the Alerts page with what they spent, where that is known.

    Where the record behind the alert's money says more than the model, it stands first, and the model's beside it.
    """
    if f is None:
        return (Figure("Not scored yet", DASH),)
    third = spend_figure(spend, f.currency) if spend is not None else engagement_figure(f)
    churn, risk = churn_figure(f, warning, critical), risk_figure(f)
    if alert is not None and contradicted(f, alert):
        churn, risk = _by_the_record(alert, f, churn, risk)
    shown = churn, risk, third, last_order_figure(f)
    return shown if shown[0].ink == "critical_text" else tuple(_without_red(one) for one in shown)


def _by_the_record(alert: AlertRow, f: ScoreFigures, churn: Figure, risk: Figure) -> tuple[Figure, Figure]:
    """Churn and money as the record has them, the model's below: as where words or a person stand over the model."""
    share, _, left = alert.record.partition(" left ")
    model = (Run(f"model: {churn.big}", "ink_3"),)
    left_words, brief = ((Run(words, "warning_text"),) for words in (f"left {left}", "left"))
    of_such = Figure("Churn, by the record", share, first=left_words, brief_first=brief, second=model, more=f.risk_note)
    stake = money(alert.loss_minor, alert.currency)
    label = risk.label.replace("At risk", "At stake")
    return of_such, replace(risk, label=label, big=stake, second=(Run(f"model: {risk.big}", "ink_3"),), brief=())


def _without_red(figure: Figure) -> Figure:
    """A figure of who is not above the policy's bar: red is for who is, so that what fell is only said."""

    def plain(parts: tuple[Run, ...]) -> tuple[Run, ...]:
        return tuple(replace(run, ink="ink_2") if run.ink == "critical_text" else run for run in parts)

    ring = (*figure.ring[:2], "warning") if figure.ring is not None and figure.ring[2] == "critical" else figure.ring
    first, second = plain(figure.first), plain(figure.second)
    return replace(figure, first=first, second=second, brief_first=plain(figure.brief_first), ring=ring)
