"""A tile of a dashboard: a title, the figure or chart of its query, what it means, and the way to its rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Final

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QGuiApplication,
    QImage,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QWidget

from models.values.dashboards import FEW, FIGURE_FORMS, LOW_GROUPS, Change, Height, TileAnswer, TileSpec
from models.values.metrics import Value
from models.values.words import capital, full_day
from views.background import Failed
from views.charts.bars import Bar, BarsChart, RangesChart, StackedChart
from views.charts.table import ChartTable, copied
from views.charts.trend import HIGH, TrendChart
from views.insights.answer_table import ALL, AnswerTable
from views.insights.figure import Figure
from views.insights.headline import Headline
from views.insights.matrix import Cells, matrix_of
from views.insights.panel import Panel, rest
from views.insights.said import (
    beside_of,
    change,
    groups,
    held_words,
    is_figure,
    left_out_words,
    most_telling,
    of_words,
    range_words,
    said,
    table_of,
    verdict,
)
from views.lists.word_table import HEADER_HEIGHT, ROW_HEIGHT, TableCell, TableColumn, TableLine
from views.theme import Theme, fonts
from views.widgets.buttons import IconButton, link
from views.widgets.labels import label
from views.widgets.tabs import CountTabs, Tab
from views.words import DASH, DOT, counted, percent, whole

#: Ratings and satisfaction are of 5.
_FIVE = 5.0
#: What is said of the figures that changed.
CHANGES = "Shares and counts that differ from the period before by more than chance (1 %), and sums by 15 % or more."
#: How high a line is at least.
_LINES: Final[dict[Height, int]] = {"S": 110, "M": HIGH, "L": 380}
_BOTH = ("Before", "Now")
_ICONS = {True: "check", False: "warning", None: "info"}
_BEFORE = {"previous": "before", "year": "a year before"}


class Outline(QWidget):
    """The line around the tile in hand, over everything in it."""

    def __init__(self, theme: Theme, tile: QWidget) -> None:
        super().__init__(tile)
        self._theme = theme
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def paintEvent(self, _event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setPen(self._theme.color("focus"))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))


class Tile(Panel):
    """One tile.

    Signals
    -------
    drilled : (metric, cell) of the figure whose rows are wanted.
    switched : it is wanted by another of its dimensions.
    tab_wanted : the name of the dashboard that it is a glimpse of.
    menu_wanted : everything that can be done with the tile is wanted, at a point of the screen.
    """

    drilled = Signal(str, object)
    switched = Signal(str)
    tab_wanted = Signal(str)
    menu_wanted = Signal(object)

    def __init__(self, theme: Theme, spec: TileSpec) -> None:
        self.spec, self.shown = spec, None
        self._theme = theme
        self.content: Figure | TrendChart | BarsChart | AnswerTable | Headline
        if spec.form in FIGURE_FORMS:
            self.content = Figure(theme, spec.title, 1 if spec.form == "figure" else 2)
            self.content.clicked.connect(lambda: self._drill(spec.query.metrics[0], 0))
        elif spec.form == "headline":
            self.content = Headline(theme, spec.title)
            self.content.picked.connect(self._picked_change)
        elif spec.form in ("table", "matrix", "changes"):
            low = spec.height == "S"  # then it scrolls
            self.content = AnswerTable(theme, spec.title, (TableColumn(""),), inset=16, whole=not low)
            if low:
                self.content.setFixedHeight(HEADER_HEIGHT + LOW_GROUPS * ROW_HEIGHT)
            self.content.clicked.connect(self._picked_cell)
            self.content.opened.connect(self._opened_line)
            self.content.left_out_changed.connect(self._say_left_out)
            if spec.form == "matrix":  # each cell leads to rows of its own
                self.content.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectItems)
        else:
            bars = {"ranges": RangesChart, "stacked": StackedChart}.get(spec.form, BarsChart)
            self.content = TrendChart(theme, spec.title) if spec.form == "line" else bars(theme, spec.title)
            self.content.picked.connect(self._picked)
            if isinstance(self.content, TrendChart):
                self.content.setMinimumHeight(_LINES[spec.height])
        self._words = label("", fonts.LIST, fonts.REGULAR, "ink_2", wrap=True)
        self._words.setContentsMargins(16, 4, 16, 14)
        self._words.hide()
        self._below = label("", fonts.SMALL, fonts.REGULAR, "ink_2", wrap=True)
        self._below.setContentsMargins(16, 4, 16, 12)
        self._below.hide()
        self._columns: list[str] = []
        self._places: list[int] = []  # of bars: the rows that they stand for
        self._buttons: tuple[IconButton, ...] = ()
        small = spec.form == "figure"
        # A line fills the room beside a longer tile; everything else stays at the top.
        below = () if spec.form == "line" else (rest(),)
        band = isinstance(self.content, Headline)  # stands in the place of the title, which it needs not
        parts: tuple[QWidget, ...] = () if band else (self.content,)
        if spec.switch:
            self.switch = CountTabs(theme, f"{spec.title}: by", size=fonts.SMALL, height=28)
            self.switch.show_tabs([Tab(name, name.replace("_", " ").capitalize()) for name in spec.switch])
            parts = (self.switch, *parts)
        super().__init__(theme, spec.title, *parts, self._words, self._below, *below, small=small)
        if spec.switch:
            self.switch.chosen.connect(self.switched)
        if band:
            self.heading.hide()
            self.top.insertWidget(0, self.content, 100)
        self.wide = spec.wide
        if not small:
            about = IconButton(theme, "info", f"What is this? {spec.title}")
            about.clicked.connect(self.explain)
            more = IconButton(theme, "more", f"Change or copy {spec.title}")
            more.clicked.connect(lambda: self.menu_wanted.emit(more.mapToGlobal(more.rect().bottomLeft())))
            self.top.setContentsMargins(16, 4, 8, 4 if band else 0)
            self._buttons = (about, more)
            if spec.opens or spec.beside:
                way = link("Open ›" if spec.opens else "Open all ›")
                way.setAccessibleName(f"Open {spec.title}" if spec.opens else "Open all customers of the table")
                way.clicked.connect(self._open)
                self.top.addWidget(way)
            for button in self._buttons:
                self.top.addWidget(button)
        self.outline = Outline(theme, self)

    shown: TileAnswer | None
    #: How a figure went; False where it has no course, None where that is not asked yet.
    course: TileAnswer | bool | None = None

    # -- showing ------------------------------------------------------------------------------------------------

    def show_answer(self, shown: TileAnswer) -> None:
        """Show another answer, or say why there is none."""
        self.shown, self.course = shown, None
        answer = shown.answer
        notes = "\n".join(answer.notes)
        self.setToolTip(f"{answer.definition}\n{notes}".strip())
        self._say("" if isinstance(self.content, Figure) else shown.empty)
        self.say_aside("" if isinstance(self.content, Figure) else shown.left_off)
        if isinstance(self.content, Figure):
            self._show_figure(self.content, shown)
            return
        if shown.empty:
            return
        if isinstance(self.content, Headline):
            self.content.show_changes(shown)
        elif self.spec.form == "changes" and isinstance(self.content, AnswerTable):
            self._show_changes(self.content, shown)
        elif self.spec.form == "matrix" and isinstance(self.content, AnswerTable):
            self.content.show_lines(*matrix_of(shown))
            self.content.setAccessibleDescription(answer.definition)
        elif isinstance(self.content, AnswerTable):
            self._columns = self.content.show_answer(shown)
            self._say_left_out()
        elif isinstance(self.content, TrendChart):
            self._show_line(self.content, shown)
        else:
            self._show_bars(self.content, shown)

    @property
    def below(self) -> str:
        """What is said below the groups."""
        return self._below.text()

    def show_course(self, found: TileAnswer | None) -> None:
        """Show how a figure went, of whole months; nothing of one that has no course."""
        self.course = found or False
        if found is None or found.empty or not isinstance(self.content, Figure):
            return
        answer, name = found.answer, found.query.metrics[0]
        rows = [at for at in range(len(answer.rows)) if not answer.cut(at)]
        values = [answer.cells(at)[name] for at in rows if at not in answer.few.get(name, ())]
        known = [float(one) for one in values if isinstance(one, int | float)]
        if len(known) > 1:
            unit = next(column.unit for column in answer.columns if column.name == name)
            low, high = (said(one, unit, answer.currency, short=True) for one in (min(known), max(known)))
            self.content.show_course(known, f"Last {len(known)} months: {low} to {high}.")

    def turn(self, spec: TileSpec) -> None:
        """Show something else in the same form from now on: its answer is still to come."""
        self.spec, self.shown, self.title = spec, None, spec.title
        self.heading.setText(spec.title)
        for part in (self, self.content):
            part.setAccessibleName(spec.title)

    def stand_as(self, spec: TileSpec) -> None:
        """Be the same tile in another place, or of another width."""
        if (spec.query, spec.title) == (self.spec.query, self.spec.title):
            self.spec = spec
        else:
            self.turn(spec)
        self.wide = spec.wide

    def choose(self, chosen: bool) -> None:
        """Whether it is the figure that other tiles show."""
        if isinstance(self.content, Figure):
            self.content.choose(chosen)

    def hold(self, held: bool) -> None:
        """Whether it is in hand: what a key does to a tile it does to this one, and that is to be seen."""
        self.outline.setVisible(held)
        self.outline.raise_()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.outline.setGeometry(self.rect())

    def show_failure(self, failed: Failed) -> None:
        """Say why there is no answer."""
        self._say(failed.words)

    def _say(self, words: str) -> None:
        self.content.setVisible(not words)
        self._below.clear()
        self._below.hide()
        self._words.setText(words)
        self._words.setVisible(bool(words))

    def _show_figure(self, content: Figure, shown: TileAnswer) -> None:
        answer, name = shown.answer, shown.query.metrics[0]
        cells, unit = answer.cells(0), self._unit(name)
        value, before = cells[name], cells.get(f"{name}_before")
        if shown.empty:
            content.show_figure(DASH, "", "ink_2", "No data")
            self.setToolTip(f"{shown.empty}\n{answer.definition}")
        elif answer.few.get(name):
            content.show_figure(DASH, "", "ink_2", FEW)
        else:
            moved, ink = change(value, before, unit, shown.better.get(name, ""))
            of, out = of_words(answer, name, 0), left_out_words(answer)
            below = shown.left_off or shown.span
            if not shown.left_off and shown.query.compare and before is not None:
                then = f"{_BEFORE[shown.query.compare]}: {said(before, unit, answer.currency, short=True)}"
                below = "" if of else then  # of a share the change says it
            below = DOT.join(filter(None, (of, out, below)))
            beside = ""
            if self.spec.form == "glimpse":
                beside, below = beside_of(shown)
            content.show_figure(said(value, unit, answer.currency, short=True), moved, ink, below, beside)
        self.setToolTip(f"{self.toolTip()}{range_words(answer, name, 0)}")
        figure, moved, _ink, line_below = content.parts  # whole here, where the tile is too narrow for it
        said_whole = (f"{figure} {moved}".strip(), line_below, self.toolTip())
        content.setToolTip("\n".join(filter(None, said_whole)))
        content.setAccessibleDescription(answer.definition)

    def _show_changes(self, content: AnswerTable, shown: TileAnswer) -> None:
        figures = [one for whole_ in shown.changes for one in (whole_, whole_.part) if one is not None]
        words = [[said(value, one.unit, shown.answer.currency, short=True) for value in (one.before, one.now)]
                 for one in figures]  # fmt: skip
        wide = max((fonts.width(text, fonts.LIST) for texts in words for text in texts), default=0)
        columns = [TableColumn(""), *(TableColumn(one, max(76, round(wide) + 46), right=True) for one in _BOTH)]
        lines = []
        for one, (before, now) in zip(figures, words, strict=True):
            moved, ink = change(one.now, one.before, one.unit, shown.better.get(one.metric, ""))
            tip = f"{one.title} {moved}"
            name = (
                TableCell(f"most in {one.title}", "ink_2", link="rows", small=True, tip=tip)
                if one.cell
                else TableCell(one.title, icon=_ICONS[one.good], link="rows", tip=tip)
            )
            cells = (name, TableCell(before, "ink_2"), TableCell(f"{moved[:1]} {now}", ink))
            lines.append(TableLine(cells, one))
        content.show_lines(lines, columns)
        content.setAccessibleDescription(CHANGES)
        self.setToolTip(CHANGES)
        if not lines:
            self._say("Nothing changed by more than chance.")

    def _show_line(self, content: TrendChart, shown: TileAnswer) -> None:
        answer, name = shown.answer, shown.query.metrics[0]
        unit, scale = self._unit(name), 100 if self._unit(name) == "percent" else 1
        cells = [answer.cells(row) for row in range(len(answer.rows))]
        few = answer.few.get(name, ())
        values = [None if at in few else _scaled(one[name], scale) for at, one in enumerate(cells)]
        before = [_scaled(one.get(f"{name}_before"), scale) for one in cells] if shown.query.compare else []
        named = [", ".join(groups(shown, at, cut=False)) for at in range(len(cells))]
        content.show_line(
            [one.split(" ")[0] if shown.query.by[0] == "month" else one for one in named],
            values,
            [self._told(at) for at in range(len(cells))],
            lambda value: said(value / scale, unit, answer.currency, short=True),
            self._sentence(),
            table_of(shown),
            before=before,
            most=_FIVE
            if unit == "score" and max((one for one in values if one is not None), default=6) <= _FIVE
            else None,
            cut=[at for at in range(len(cells)) if answer.cut(at)],
            band=[(scale * one.low, scale * one.high) if one else None for one in answer.intervals.get(name, ())],
        )

    def _show_bars(self, content: BarsChart, shown: TileAnswer) -> None:
        answer, name = shown.answer, shown.query.metrics[0]
        unit = self._unit(name)
        bars: list[Bar] = []
        values = [float(answer.cells(at)[name] or 0) for at in range(len(answer.rows))]
        all_ = unit == "count" and self.spec.form == "bars" and sum(values) == answer.totals[name]
        for at in range(len(answer.rows)):
            few = at in answer.few.get(name, ())
            figure = FEW if few else said(answer.cells(at)[name], unit, answer.currency)
            if self.spec.form == "funnel" and at and bars[0].value:
                figure += f"{DOT}{percent(values[at] / bars[0].value)}"
            elif all_ and values[at]:  # the groups are all that there is: how much of it each holds
                figure += f"{DOT}{percent(values[at] / sum(values))}"
            bars.append(Bar(self._group(at), values[at], figure, self._told(at), few))
        if isinstance(content, RangesChart):
            self._show_ranges(content, shown, bars)
        elif isinstance(content, StackedChart):
            self._show_stacked(content, shown, bars)
        else:
            self._places = list(range(len(bars)))[: self.spec.limit]
            content.show_bars([bars[at] for at in self._places], self._sentence(), table_of(shown))
            self._say_below("", len(bars))

    def _show_stacked(self, content: StackedChart, shown: TileAnswer, bars: Sequence[Bar]) -> None:
        answer, names = shown.answer, shown.query.metrics
        titles = [next(one.title for one in answer.columns if one.name == name) for name in names]
        unit, made = self._unit(names[0]), []
        for at, bar in enumerate(bars):
            values = [max(0.0, float(answer.cells(at)[name] or 0)) for name in names]
            words = [
                said(answer.cells(at)[name], unit, answer.currency, short=True) if value or unit != "money" else DASH
                for name, value in zip(names, values, strict=True)
            ]
            parts = tuple(
                (value, f"{bar.name}\n{text}  {title}")
                for value, text, title in zip(values, words, titles, strict=True)
            )
            made.append(
                replace(bar, value=sum(values), figure=DOT.join(word for word in words if word != DASH), parts=parts)
            )
        self._places = list(range(len(made)))
        content.show_stacked(titles, made, self._sentence(), table_of(shown))

    def _show_quartiles(self, content: RangesChart, shown: TileAnswer, bars: Sequence[Bar]) -> None:
        answer, (name, *ends) = shown.answer, shown.query.metrics
        unit, total, made = self._unit(name), answer.totals[name], []
        whole_ = float(total) if isinstance(total, int | float) else None
        for at, bar in enumerate(bars):
            half = [answer.cells(at)[end] for end in ends]
            if not bar.faint and all(isinstance(one, int | float) for one in half):
                low, high = (float(str(one)) for one in half)
                bar = replace(bar, range=(low, high))
            made.append(bar)
        self._places = list(range(len(made)))[: self.spec.limit]
        level = partial(said, unit=unit, currency=answer.currency, short=True)
        content.show_ranges([made[at] for at in self._places], whole_, self._sentence(), table_of(shown), level)
        words = f"Dot: median. Bar: the middle half. Dashed: all, {said(total, unit, answer.currency)}."
        self._say_below(words, len(made))

    def _show_ranges(self, content: RangesChart, shown: TileAnswer, bars: Sequence[Bar]) -> None:
        name = shown.query.metrics[0]
        if name not in shown.answer.intervals:
            self._show_quartiles(content, shown, bars)
            return
        total = shown.answer.totals[name]
        whole_ = float(total) if isinstance(total, int | float) else None
        ranges = shown.answer.intervals.get(name, ())
        made = []
        for bar, found in zip(bars, ranges, strict=True):
            if found is not None:
                of = f"{whole(round(bar.value * found.rows))} of {whole(found.rows)}"
                figure = f"{FEW}{DOT}{of}" if bar.faint else f"{bar.figure}{DOT}{of}"
                bar = replace(bar, figure=figure, range=(found.low, found.high))
            made.append(bar)
        self._places = most_telling(made, whole_, self.spec.limit)
        content.show_ranges([made[at] for at in self._places], whole_, self._sentence(), table_of(shown))
        self._say_below(verdict(made, whole_), len(made))

    def _say_left_out(self) -> None:
        """Say for which columns of the table there is no room."""
        assert isinstance(self.content, AnswerTable)
        titles = list(dict.fromkeys(self.content.left_out))
        more = f"{counted(len(titles), 'more column')}: {', '.join(titles)}. Widen the tile or the window."
        of = self.shown
        out = left_out_words(of.answer) if of is not None else ""
        words = [held_words(of) if of is not None else "", out and f"{capital(out)}.", more if titles else ""]
        self._below.setText(" ".join(filter(None, words)))
        self._below.setVisible(bool(self.below))

    def _say_below(self, words: str, groups: int) -> None:
        """Say something below the groups, and how many of them are not shown."""
        more = f"{groups - len(self._places)} more in the table." if len(self._places) < groups else ""
        left_out = left_out_words(self.shown.answer) if self.shown is not None else ""
        self._below.setText(" ".join(filter(None, (words, more, left_out and f"{capital(left_out)}."))))
        self._below.setVisible(bool(self.below))

    # -- words --------------------------------------------------------------------------------------------------

    def _unit(self, name: str) -> str:
        assert self.shown is not None
        return next(column.unit for column in self.shown.answer.columns if column.name == name)

    def _group(self, row: int) -> str:
        """The name of a row's group."""
        assert self.shown is not None
        return ", ".join(groups(self.shown, row))

    def _told(self, row: int) -> str:
        """What is said of a row: its group, its figures, and the change."""
        assert self.shown is not None
        answer = self.shown.answer
        parts = [self._group(row)]
        for column, value in zip(answer.columns, answer.rows[row], strict=True):
            if column.name in self.shown.query.metrics:
                range_ = range_words(answer, column.name, row)
                parts.append(f"{said(value, column.unit, answer.currency)}  {column.title}{range_}")
            elif is_figure(column) and column.name.endswith("_before") and value is not None:
                parts.append(f"{said(value, column.unit, answer.currency)}  {_BEFORE[self.shown.query.compare or '']}")
        return "\n".join(parts)

    def _sentence(self) -> str:
        assert self.shown is not None
        rows = len(self.shown.answer.rows)
        first = self._told(0).replace("\n", " ") if rows else ""
        return f"{self.spec.title}. {self.shown.answer.definition} {first}".strip()

    # -- what can be done with it -------------------------------------------------------------------------------

    def _picked(self, place: int) -> None:
        if isinstance(self.content, TrendChart):
            place = self.content.places[place]
        elif isinstance(self.content, StackedChart):
            row, part = divmod(place, len(self.spec.query.metrics))
            self._drill(self.spec.query.metrics[part], self._places[row])
            return
        elif isinstance(self.content, BarsChart):
            place = self._places[place]
        self._drill(self.spec.query.metrics[0], place)

    def _picked_change(self, place: int) -> None:
        if self.shown is not None:
            self._picked_line(self.shown.changes[place])

    def _picked_cell(self, index: QModelIndex) -> None:
        assert isinstance(self.content, AnswerTable)
        line_ = self.content.lines.line_at(index.row())
        if line_ is not None:
            self._picked_line(line_.key, index.column())

    def _opened_line(self, key: Change | int | Cells) -> None:
        """Enter: in a matrix the rows of the cell, else those of the line's first figure."""
        assert isinstance(self.content, AnswerTable)
        self._picked_line(key, self.content.currentIndex().column() if isinstance(key, tuple) else 0)

    def _picked_line(self, key: Change | int | Cells, column: int = 0) -> None:
        """Ask for the rows of what changed, or of a row's figure."""
        if isinstance(key, Change):
            self.drilled.emit(key.metric, dict(key.cell))
        elif isinstance(key, tuple):  # the cells of a matrix
            self.drilled.emit(self.spec.query.metrics[0], dict(key[column]))
        elif key == ALL:
            self.drilled.emit(self._columns[column], {})
        else:
            self._drill(self._columns[column], key)

    def _open(self) -> None:
        """Ask for the tab that this is a glimpse of, or for the rows of all groups."""
        if self.spec.opens:
            self.tab_wanted.emit(self.spec.opens)
        elif self.shown is not None and not self.shown.empty:
            self.drilled.emit(self.spec.query.metrics[0], {})

    def _drill(self, metric: str, row: int) -> None:
        if self.shown is None or self.shown.empty or not 0 <= row < len(self.shown.answer.rows):
            return
        cells = self.shown.answer.cells(row)
        cell: Mapping[str, Value] = {name: cells[name] for name in self.spec.query.by}
        self.drilled.emit(metric, cell)

    def explain(self) -> None:
        """Show what the tile counts, over which days, and the statements that ran."""
        if self.shown is None:
            return
        answer = self.shown.answer
        first = full_day(answer.period.first) if answer.period.first is not None else "the first day of the book"
        rows = [
            ("Period", f"{first} to {full_day(answer.period.last)}"),
            ("Data through", full_day(answer.as_of)),
            *(("Only rows with", one.in_words) for one in self.shown.query.where),
            *(("Note", note) for note in answer.notes),
            ("SQL", answer.sql),
        ]
        table = ChartTable(f"What is this? {self.title}", answer.definition, ("", ""), rows, self.window())
        table.resize(720, 360)
        table.show()

    def copy(self) -> None:
        """Put the figures on the clipboard, as a spreadsheet takes them."""
        if self.shown is not None:
            QGuiApplication.clipboard().setText(copied(*table_of(self.shown)))

    def picture(self) -> QImage:
        """Return the tile as it is on screen, without its buttons."""
        return picture_of(self, self._theme, (*self._buttons, self.outline))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
            return
        super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.menu_wanted.emit(event.globalPos())


def picture_of(part: QWidget, theme: Theme, without: Sequence[QWidget] = ()) -> QImage:
    """Return the whole of a part of the window as a picture on the ground of the window, some widgets left out."""
    ratio = part.devicePixelRatioF()
    picture = QImage((part.size() * ratio), QImage.Format.Format_RGB32)
    picture.setDevicePixelRatio(ratio)
    picture.fill(theme.color("panel"))
    shown = [one for one in without if not one.isHidden()]
    for one in shown:
        one.hide()
    part.render(picture)
    for one in shown:
        one.show()
    return picture


def _scaled(value: Value, scale: int) -> float | None:
    return value * scale if isinstance(value, int | float) else None
