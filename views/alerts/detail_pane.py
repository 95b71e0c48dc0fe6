"""The detail of one alert: who, why now, four figures, reasons, rhythm, and one timeline of everything."""

from __future__ import annotations

import html
from bisect import bisect_left
from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QGuiApplication, QPainter, QPaintEvent, QResizeEvent, QTextDocument
from PySide6.QtWidgets import QBoxLayout, QMenu, QSizePolicy, QWidget

from models.values.alerts import AlertDetail
from views.actions import Actions, Command
from views.alerts.figures import TWO_BY_TWO, FigureStrip, contradicted, figures_of, trust_words
from views.alerts.person_lines import PersonLines
from views.charts.drivers import DriverBars
from views.charts.rhythm import RhythmChart
from views.lists.timeline import TimelineList, TimelineModel
from views.lists.timeline import tabs as timeline_tabs
from views.scores.course import ScoreCourse
from views.scores.notes import ScoreNotes
from views.theme import Theme, fonts
from views.widgets.buttons import IconButton
from views.widgets.labels import ElidedLabel, FlowingContent, column, kind_of, label, row, rule, scrolling, tag
from views.widgets.painting import fill, mark_of
from views.widgets.tabs import CountTabs, Tab

#: Kinds that have a tab even when they are few; the others come under "More" when they exist.
_ALWAYS = frozenset({"order", "ticket", "email", "review", "deal"})
#: Lower than this the pictures take less room.
_LOW = 700
#: Narrower than this the title of the rhythm needs the room of its period, which its axis has too.
_PERIOD = 620
_STORY_LINES, _STORY_INSET = 3, 14


class Story(QWidget):
    """Why now: the verdict in bold, then the reasons, beside a line in the colour of the severity.

    What goes beyond three lines folds behind a link.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme, self._bar = theme, "critical"
        self._bold: Sequence[str] = ()
        self._rest: Sequence[str] = ()
        self._open = False
        self.words = label("", fonts.BODY, wrap=True)
        self.words.setTextFormat(Qt.TextFormat.RichText)
        self.words.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.LinksAccessibleByMouse
            | Qt.TextInteractionFlag.LinksAccessibleByKeyboard
        )  # fmt: skip
        self.words.linkActivated.connect(self._turn)
        self.setLayout(column(self.words, margins=(_STORY_INSET, 0, 0, 0)))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        theme.changed.connect(self._fit)

    def tell(self, bold: str, rest: str, bar: str) -> None:
        """Show another story."""
        self._bar, self._bold, self._rest, self._open = bar, bold.split(" "), rest.split(" "), False
        self.words.setAccessibleName(f"{bold} {rest}")
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _turn(self) -> None:
        self._open = not self._open
        self._fit()

    def _fit(self) -> None:
        """Show as many words as three lines hold, or all of them."""
        whole = len(self._bold) + len(self._rest)
        shown, link = whole, ""
        if self._lines(self._written(whole)) > _STORY_LINES:
            shown, link = (whole, "less") if self._open else (self._most(whole), "more")
        self.words.setText(self._written(shown, link))
        self.update()

    def _most(self, whole: int) -> int:
        """How many words stand in three lines with the link behind them."""
        return bisect_left(range(1, whole), True, key=lambda n: self._lines(self._written(n, "more")) > _STORY_LINES)

    def _written(self, count: int, link: str = "") -> str:
        """The first words as rich text, the verdict's in bold, and a link to the others, or back."""
        bold, rest = (html.escape(" ".join(part)) for part in (
            self._bold[:count], self._rest[: max(0, count - len(self._bold))]
        ))  # fmt: skip
        dots = "…" if count < len(self._bold) + len(self._rest) else ""
        ink = self._theme.color("primary_text").name()
        link = f' <a href="{link}" style="color:{ink};text-decoration:none">{link}</a>' if link else ""
        return f'<div style="line-height:20px"><span style="font-weight:600">{bold}</span> {rest}{dots}{link}</div>'

    def _lines(self, text: str) -> int:
        """How many lines a text takes in the width that there is."""
        page = QTextDocument()
        page.setDefaultFont(self.words.font())
        page.setDocumentMargin(0)
        page.setHtml(text)
        page.setTextWidth(max(1, self.width() - _STORY_INSET))
        page.documentLayout()
        return page.firstBlock().layout().lineCount()

    def paintEvent(self, _event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            fill(painter, 0, 0, 2, self.height(), self._theme.color(self._bar))


class DetailPane(QWidget):
    """Everything about the current alert. Emits what a person asks; never acts by itself."""

    kind_chosen = Signal(str)
    wants_customer = Signal(int)
    narrow_back = Signal()
    wants_actions = Signal()

    def __init__(self, theme: Theme, actions: Actions, timeline: TimelineModel) -> None:
        super().__init__()
        kind_of(self, "panel")
        self._theme, self._actions = theme, actions
        self._timeline = timeline
        self._detail: AlertDetail | None = None
        self._build_header()
        self.story = Story(theme)
        self.figures = FigureStrip(theme)
        self.notes = ScoreNotes(theme)
        self.course = ScoreCourse(theme)
        self._why_open = self._low = False
        self.figures.unfold.clicked.connect(self._turn_why)
        self.drivers = DriverBars(theme)
        self.rhythm = RhythmChart(theme)
        self.tabs = CountTabs(theme, "Timeline", size=fonts.SMALL, height=36, gap=16, inset=20)
        self.tabs.chosen.connect(self.kind_chosen)
        self.list = TimelineList(theme)
        self.list.setModel(timeline)
        self.list.each_wanted.connect(self._show_kind)
        self._charts = self._build_charts()
        self._story_box = column(self.story, margins=(20, 8, 20, 12))
        upper = column(self._header_box, self._story_box, self.figures, self.notes, self.course, self._charts)
        content = FlowingContent()
        content.setLayout(column(upper, self.tabs, self.list))
        self.list.setMinimumHeight(96)
        self.list.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._scroll = scrolling(content)
        self.setLayout(column(self._scroll))

    @property
    def detail(self) -> AlertDetail | None:
        """What is shown."""
        return self._detail

    def forget(self) -> None:
        """No alert is shown any more."""
        self._detail = None

    def show_detail(self, detail: AlertDetail, warning: float, critical: float) -> None:
        """Show another alert; ``warning`` and ``critical`` are the policy's thresholds of churn risk."""
        other = self._detail is None or self._detail.alert.id != detail.alert.id
        self._detail = detail
        self.name.setText(detail.alert.customer)
        self.tier.setText(detail.tier or "")
        self._show_tier()
        self.show_place(detail.place, detail.of)
        self.name.setToolTip(detail.metadata_line)
        self.metadata.setText(detail.metadata_line)
        self.metadata.setVisible(detail.person is None)
        self.person.show_person(detail.person)
        self._fold(self.width() < TWO_BY_TWO)
        self.open_button.setVisible(detail.alert.customer_id is not None)
        bar = mark_of(detail.alert.severity, detail.alert.kind).bar
        self.story.tell(detail.story_bold, detail.story, bar)
        self.figures.setVisible(detail.alert.customer_id is not None)
        self._charts.setVisible(detail.alert.customer_id is not None)
        shown = figures_of(detail.figures, warning, critical, detail.spend, detail.alert)
        alarm = shown[0].ink == "critical_text" or bar == "critical"
        self.figures.show_figures(shown)
        self.course.show_figures(detail.figures, contradicted=contradicted(detail.figures, detail.alert))
        self.figures.offer_why(detail.figures is not None and detail.alert.customer_id is not None)
        self._fold_why()
        typical = detail.figures.typical_risk if detail.figures is not None else None
        self.drivers.show_drivers(detail.drivers, typical, alarm=alarm)
        self._say_hint()
        self.rhythm.show_rhythm(detail.rhythm, detail.alert.currency, alarm=alarm)
        self._missing_hint()
        if other:
            self._scroll.verticalScrollBar().setValue(0)

    def show_counts(self, counts: dict[str, int], kind: str) -> None:
        """Counts of the timeline's tabs."""
        tabs = [Tab("", "All", counts.get("all", 0))]
        for key, words in timeline_tabs(counts):
            if counts.get(key) or (key in _ALWAYS and key == kind):
                tabs.append(Tab(key, words, counts.get(key, 0)))
        self.tabs.show_tabs(tabs, kind)

    def _show_kind(self, kind: str) -> None:
        self.tabs.choose(kind)
        self.kind_chosen.emit(kind)

    def show_place(self, place: int, of: int) -> None:
        """Say where in the queue the alert is."""
        self.place.setText(f"{place} of {of}" if place else "")

    def set_mode(self, *, stacked: bool, drawer: bool) -> None:
        """In a narrow window: the way back to the list, and the way to the actions in their drawer."""
        self.back_button.setVisible(stacked)
        self.actions_button.setVisible(drawer)
        self._show_tier()

    def _show_tier(self) -> None:
        """Beside the actions' word there is no room for it; the row in the queue has it then, if that is on screen."""
        gives_way = self.actions_button.isVisibleTo(self) and not self.back_button.isVisibleTo(self)
        self.tier.setVisible(bool(self.tier.text()) and not gives_way)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fold(self.width() < TWO_BY_TWO)
        self._set_low(self.height() < _LOW)
        self._period.setVisible(not TWO_BY_TWO <= self.width() < _PERIOD)
        inset = 20 if self.width() >= 620 else 16 if self.width() >= 520 else 12
        if inset != self.figures.inset:
            self.figures.inset = inset
            self._header_box.setContentsMargins(inset, 10, inset - 6, 0)
            self._set_margins()
            self.list.set_inset(inset)
            self.notes.set_inset(inset)
            self.course.set_inset(inset)

    def _set_low(self, low: bool) -> None:
        """In a low window the pictures give way, so that the timeline keeps room for the last weeks."""
        if low != self._low:
            self._low = low
            self.drivers.set_low(low)
            self.rhythm.set_low(low)
            self._set_margins()
            self._say_hint()

    def _set_margins(self) -> None:
        inset, less = self.figures.inset, 4 if self._low else 0
        self._story_box.setContentsMargins(inset, 8 - less, inset, 12 - less)
        for box in self._chart_boxes:
            box.setContentsMargins(inset, 10 - less, inset, 4)

    def _build_header(self) -> None:
        theme = self._theme
        self.back_button = IconButton(theme, "chevron-left", "Back to the queue (Esc)")
        self.back_button.clicked.connect(self.narrow_back)
        self.back_button.hide()
        self.name = ElidedLabel(theme, "", fonts.CUSTOMER, fonts.SEMIBOLD)
        self.name.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.tier = tag("")
        self.place = label("", fonts.SMALL, fonts.REGULAR, "ink_3")
        self.up = self._command(Command.PREVIOUS, "chevron-up")
        self.down = self._command(Command.NEXT, "chevron-down")
        self.copy_button = IconButton(theme, "copy", "Copy an ID")
        self.copy_button.clicked.connect(self._show_ids)
        self.open_button = IconButton(theme, "open", "Open the customer (Enter)")
        self.open_button.clicked.connect(self._open)
        self.actions_button = IconButton(theme, "panel-right", self._actions[Command.DRAWER].toolTip())
        self.actions_button.say("Actions")
        self.actions_button.clicked.connect(self.wants_actions)
        self.actions_button.hide()
        self.metadata = ElidedLabel(theme, "", fonts.SMALL, fonts.REGULAR, "ink_3")
        top = row(self.back_button, self.name, 8, self.tier, -1, 8, self.place, 4, self.up, self.down)
        for button in (self.copy_button, self.open_button, self.actions_button):
            top.addWidget(button)
        self.person = PersonLines(theme)
        self._header_box = column(top, self.metadata, self.person, margins=(20, 8, 14, 0))

    def _build_charts(self) -> QWidget:
        theme = self._theme
        hint = label("", fonts.SMALL, fonts.REGULAR, "ink_3")
        why = row(label("Why at risk", fonts.SMALL, fonts.SEMIBOLD), -1, hint)
        self._period = label("12 months", fonts.SMALL, fonts.REGULAR, "ink_3")
        self.rhythm_title = ElidedLabel(theme, "Orders against their usual rhythm", fonts.SMALL, fonts.SEMIBOLD)
        usual = row(self.rhythm_title, -1, 8, self._period)
        left = column(why, 6, self.drivers, -1, margins=(20, 10, 20, 4))
        right = column(usual, 6, self.rhythm, -1, margins=(20, 10, 20, 4))
        self._chart_boxes = (left, right)
        self._chart_hint = hint
        self._chart_row = both = row()
        both.addLayout(left, 46)
        self._chart_rule = rule(vertical=True, soft=True)
        both.addWidget(self._chart_rule)
        both.addLayout(right, 54)
        made = QWidget()
        made.setLayout(column(both, rule(soft=True)))
        made.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        return made

    def _fold(self, folded: bool) -> None:
        """In a narrow pane the charts stand under one another, and the header has only what has no other place."""
        vertical, across = QBoxLayout.Direction.TopToBottom, QBoxLayout.Direction.LeftToRight
        self._chart_row.setDirection(vertical if folded else across)
        self._chart_rule.setVisible(not folded)
        self.place.setVisible(not folded)
        self.copy_button.setVisible(not folded and self._detail is not None and bool(self._detail.ids))

    def _turn_why(self) -> None:
        """Confidence, value and trends are folded behind the figure that they explain."""
        self._why_open = not self._why_open
        self._fold_why()

    def _fold_why(self) -> None:
        figures = self._detail.figures if self._detail is not None else None
        trust = trust_words(figures, self._detail.alert) if self._detail is not None and self._why_open else ""
        self.notes.show_figures(figures, week=self._why_open, trust=trust)
        self.course.setVisible(self._why_open and figures is not None)
        self.figures.unfold.setText("Hide" if self._why_open else "Why?")
        self.figures.offer_why(not self.figures.unfold.isHidden())

    def _command(self, command: Command, icon: str) -> IconButton:
        action = self._actions[command]
        button = IconButton(self._theme, icon, action.toolTip())
        button.clicked.connect(action.trigger)
        return button

    def _say_hint(self) -> None:
        figures = self._detail.figures if self._detail is not None else None
        self._chart_hint.setText(self.drivers.hint(figures.mark_of("churn_risk") if figures is not None else None))

    def _missing_hint(self) -> None:
        self._chart_hint.setVisible(bool(self.drivers.drivers))

    def _open(self) -> None:
        if self._detail is not None and self._detail.alert.customer_id is not None:
            self.wants_customer.emit(self._detail.alert.customer_id)

    def _show_ids(self) -> None:
        if self._detail is not None:
            menu = id_menu(self._detail.ids, self)
            menu.popup(self.copy_button.mapToGlobal(self.copy_button.rect().bottomLeft()))


def id_menu(ids: Sequence[tuple[str, str]], parent: QWidget) -> QMenu:
    """A menu that copies one of a customer's ids."""
    menu = QMenu(parent)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    for source, identity in ids:
        action = menu.addAction(f"Copy {source} ID: {identity}")
        action.triggered.connect(partial(_copy, identity))
    return menu


def _copy(text: str, _checked: bool = False) -> None:
    QGuiApplication.clipboard().setText(text)


def detail_skeleton(width: float, height: float) -> list[QRectF]:
    """Grey blocks of the detail's own geometry."""
    quarter = width / 4
    blocks = [
        QRectF(20, 18, width * 0.4, 18),
        QRectF(20, 46, width * 0.6, 10),
        QRectF(20, 76, width - 40, 12),
        QRectF(20, 98, width * 0.7, 12),
    ]
    blocks += [QRectF(20 + n * quarter, 140, quarter * 0.55, 10) for n in range(4)]
    blocks += [QRectF(20 + n * quarter, 160, quarter * 0.4, 24) for n in range(4)]
    blocks += [QRectF(20, 246 + n * 22, width * 0.38, 12) for n in range(5)]
    blocks += [QRectF(width * 0.48, 246, width * 0.48, 110)]
    blocks += [QRectF(20, 430 + n * 32, width - 40, 10) for n in range(int(max(0, height - 430) // 32))]
    return blocks
