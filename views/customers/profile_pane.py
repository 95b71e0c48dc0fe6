"""The right half: everything about one customer on one page, with one timeline below.

A new customer's page takes the place of the old one when it is there; the old one stays up to 100 ms.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QGuiApplication, QResizeEvent
from PySide6.QtWidgets import QMenu, QSizePolicy, QWidget

from models.values.customers import ComparedFigures, CustomerProfile
from models.values.errors import UserError
from views.actions import Actions, Command
from views.alerts.figures import FigureStrip
from views.background import Desk, Failed
from views.charts.drivers import DriverBars
from views.customers.book import CustomersBook
from views.customers.delegate import Marks
from views.customers.facts import EmailSquares, IdentityGrid, LinesBlock
from views.customers.figures import HEIGHT, SHARES, profile_figures
from views.customers.journey import JourneyStrip
from views.lists.keyset_model import Page
from views.lists.timeline import TimelineList, TimelineModel
from views.lists.timeline import tabs as timeline_tabs
from views.scores.course import ScoreCourse
from views.scores.notes import ScoreNotes
from views.scores.trends import TrendsOnRest
from views.theme import Theme, fonts
from views.widgets.alert_badge import AlertBadge
from views.widgets.buttons import CommandButton, IconButton, link
from views.widgets.labels import ElidedLabel, FlowingContent, column, kind_of, label, row, rule, scrolling, tag
from views.widgets.states import StatePane
from views.widgets.tabs import CountTabs, Tab
from views.words import counted, whole

TIMELINE_AT_LEAST = 192
_HEAD_LEFT, _HEAD_RIGHT = 20, 16
#: Lower than this the facts take less room, so that the timeline keeps some for the last weeks.
_LOW = 700


class ProfilePane(QWidget):
    """Shows one customer. Emits requests only."""

    loaded = Signal(object)
    gone = Signal(int)  # the customer that was shown is no longer in the book
    told = Signal(str)
    draft_wanted = Signal()

    def __init__(self, theme: Theme, actions: Actions, desk: Desk, book: CustomersBook, marks: Marks) -> None:
        super().__init__()
        self._theme, self._desk, self._book = theme, desk, book
        self.marks = marks
        self._profile: CustomerProfile | None = None
        self._wanted: int | None = None
        self._make_parts(theme, actions, desk)
        self.state = StatePane(theme, scrolling(self._content()), _blocks)
        self.setLayout(column(self.state))
        kind_of(self, "panel")
        self.clear()

    @property
    def profile(self) -> CustomerProfile | None:
        """The customer that is shown."""
        return self._profile

    @property
    def name_label(self) -> QWidget:
        """Where the customer's name stands: panels about the customer open under it."""
        return self._name

    @property
    def awaited(self) -> bool:
        """Whether another customer is being read and takes the place of the one that is shown."""
        return self._wanted is not None and (self._profile is None or self._profile.id != self._wanted)

    @property
    def timeline(self) -> TimelineList:
        """The list of events, for the focus."""
        return self._list

    def show_customer(self, customer_id: int) -> None:
        """Read a customer and show them; the timeline's filter is kept."""
        self._wanted = customer_id
        self.state.loading("Loading the customer")
        self._desk.read("profile", lambda: self._book.profile(customer_id), self._have, self._failed)

    def reload(self) -> None:
        """Read the customer that is shown again."""
        if self._wanted is not None:
            self.show_customer(self._wanted)

    def clear(self) -> None:
        """Show nobody."""
        self._desk.drop("profile")
        self._desk.drop("compared")
        self._trends.follow(None)
        self._profile = self._wanted = None
        self.state.show_empty("No customer chosen", "Choose one in the list to see everything about them.")

    def _make_parts(self, theme: Theme, actions: Actions, desk: Desk) -> None:
        self._name = ElidedLabel(theme, "", fonts.CUSTOMER, fonts.SEMIBOLD)
        self._name.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self._tier = tag("")
        self._tier.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self._badge = AlertBadge(theme)
        self._badge_below = AlertBadge(theme)
        self._copy = IconButton(theme, "copy", "Copy an ID", framed=True)
        self._copy.clicked.connect(self._copy_menu)
        self._edit = CommandButton.of(theme, actions[Command.EDIT_CUSTOMER], "edit")
        self._edit.set_key("")
        self._edit.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._write = IconButton(theme, "email", "Write an email", framed=True)
        self._write.setToolTip(actions[Command.DRAFT].toolTip())
        self._write.clicked.connect(self.draft_wanted)
        self._line = ElidedLabel(theme, "", fonts.SMALL, fonts.REGULAR, "ink_2")
        self._figures = FigureStrip(theme, SHARES, HEIGHT)
        self._figures.unfold.clicked.connect(self._turn_why)
        self._why_open = False
        self.notes = ScoreNotes(theme)
        self.course = ScoreCourse(theme)
        self._trends = TrendsOnRest(desk, self._book.trends, self.course)
        self.drivers = DriverBars(theme, alone=True)
        self._why_hint = label("", fonts.SMALL, fonts.REGULAR, "ink_3")
        self._why = QWidget()
        why_head = row(_heading("Why at risk"), -1, self._why_hint)
        why = column(why_head, 6, self.drivers, margins=(20, 10, 20, 6))
        self._why.setLayout(column(why, rule(soft=True)))
        self._journey = JourneyStrip(theme)
        self._journey_line = label("", fonts.SMALL, fonts.REGULAR, "ink_2")
        self._identity = IdentityGrid(theme)
        self.contacts = link("Contacts…")
        self.contacts.setToolTip(actions[Command.CONTACTS].toolTip())
        self.contacts.clicked.connect(actions[Command.CONTACTS].trigger)
        self._joined = label("", fonts.SMALL, fonts.REGULAR, "ink_2")
        self.deals = LinesBlock(theme, "Deals", 2)
        self.deals.can_be_asked(actions[Command.EDIT_DEAL])
        self._tickets = LinesBlock(theme, "Tickets", 2)
        self._reviews = LinesBlock(theme, "Reviews", 2)
        self.compared, self.about = LinesBlock(theme, "Figures", 6), LinesBlock(theme, "Purchases and contact", 2)
        self._beside = QWidget()
        self.compare = link("Compare")
        self.compare.setCheckable(True)
        self.compare.setToolTip("Show their figures beside the median of their segment, and what they buy (B)")
        self.compare.toggled.connect(self._turn_beside)
        self._emails = label("", fonts.SMALL, fonts.SEMIBOLD)
        self._squares = EmailSquares(theme)
        self._emails_line = ElidedLabel(theme, "", fonts.SMALL, fonts.REGULAR, "ink_2")
        self._emails_line.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._kinds = CountTabs(theme, "Timeline", size=fonts.SMALL, height=38, inset=20)
        self._kinds.chosen.connect(self._kind_chosen)
        self._model = TimelineModel(desk, self._fetch, self)
        self._model.arrived.connect(self._timeline_came)
        self._list = TimelineList(theme)
        self._list.each_wanted.connect(self._show_kind)
        self._list.setModel(self._model)
        self._list.setMinimumHeight(TIMELINE_AT_LEAST)

    def _content(self) -> QWidget:
        made = FlowingContent()
        name_row = row(self._name, 8, self._tier, 8, self._badge, 8, -1, self._copy, 6, self._write, 6, self._edit)
        line = row(self._badge_below, self._line)
        line.setSpacing(8)
        head = column(name_row, 2, line, margins=(_HEAD_LEFT, 9, _HEAD_RIGHT, 10))
        journey_head = row(_heading("Journey"), -1, self._journey_line, margins=(20, 8, 20, 2))
        left = QWidget()
        left_head = row(_heading("Identity"), 8, self.contacts, -1, self._joined, 8, self._identity.unfold)
        left.setLayout(column(left_head, 6, self._identity, -1, margins=(20, 10, 16, 10)))
        right = QWidget()
        blocks = column(self.deals, 4, self._tickets, 4, self._reviews, -1, margins=(16, 8, 16, 10))
        right.setLayout(blocks)
        halves = row(left, rule(vertical=True, soft=True), right)
        halves.setStretch(0, 11)
        halves.setStretch(2, 9)
        for part in (left, right):
            part.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
            part.setMinimumWidth(180)
        both = row(self.compared, 16, self.about, margins=(20, 8, 20, 8))
        for part in (self.compared, self.about):
            both.setAlignment(part, Qt.AlignmentFlag.AlignTop)
        self._beside.setLayout(column(both, rule(soft=True)))
        self._beside.hide()
        emails = row(self._emails, 14, self._squares, 8, self._emails_line, 8, self.compare, margins=(20, 2, 20, 2))
        emails.setStretch(4, 1)
        box = column(
            head, self._figures, self.notes, self.course, self._why, journey_head,
            row(self._journey, margins=(12, 0, 12, 4)), rule(soft=True), halves, rule(soft=True), self._beside, emails,
            rule(soft=True), self._kinds, self._list,
        )  # fmt: skip
        box.setStretch(box.count() - 1, 1)
        made.setLayout(box)
        return made

    # -- filling it ---------------------------------------------------------------------------------------------

    def _have(self, profile: CustomerProfile) -> None:
        if self._profile is None or self._profile.id != profile.id:
            self._beside.hide()  # figures of somebody else
        self._profile = profile
        self._name.setText(profile.name)
        self._tier.setText(profile.tier or "")
        self._tier.setVisible(bool(profile.tier))
        self._copy.setVisible(bool(profile.ids))
        self._place_badge()
        self._line.setText(profile.metadata_line)
        self._figures.show_figures(profile_figures(profile.figures, self.marks))
        self.course.show_figures(profile.figures)
        self._show_why(profile)
        self._journey.show_milestones(profile.milestones)
        self._journey_line.setText(profile.journey_line)
        self._identity.show_fields(profile.identity)
        self._joined.setText(
            f"{counted(profile.records_joined, 'record')} joined" if profile.records_joined > 1 else ""
        )
        self.deals.show_lines(profile.deals_line, profile.deals)
        self._tickets.show_lines(profile.tickets_line, profile.tickets)
        self._reviews.show_lines(profile.reviews_line, profile.reviews)
        self._emails.setText(f"Emails {whole(profile.emails_count)}")
        self._squares.show_emails(profile.emails)
        self._emails_line.setText(profile.emails_line)
        self.state.show_content()
        self._read_compared()
        self._trends.follow(profile.id)
        self._ask_timeline()
        self.loaded.emit(profile)

    def _turn_beside(self, _shown: bool) -> None:
        """Show or hide the figures beside the segment's median: the timeline needs their room on most days."""
        self._beside.hide()
        self._read_compared()

    def _read_compared(self) -> None:
        if self.compare.isChecked() and self._profile is not None:
            ask = partial(self._book.compared, self._profile.id)
            self._desk.read("compared", ask, self._have_compared, self._no_compared)

    def _have_compared(self, found: ComparedFigures) -> None:
        """Figures beside the segment's median come behind the page: they are counted over the segment."""
        self.compared.show_lines(f"median of {found.segment}" if found.segment else "", found.lines)
        self.about.show_lines("", found.about)
        self._beside.setVisible(self.compare.isChecked() and bool(found.lines or found.about))

    def _no_compared(self, _failed: Failed) -> None:
        self._beside.hide()

    def _show_why(self, profile: CustomerProfile) -> None:
        figures = profile.figures
        self._figures.offer_why(figures is not None)
        self._fold_why()
        alarm = profile_figures(figures, self.marks)[0].ink == "critical_text"
        self.drivers.show_drivers(profile.drivers, figures.typical_risk if figures is not None else None, alarm=alarm)
        mark = figures.mark_of("churn_risk") if figures is not None else None
        self._why_hint.setText(self.drivers.hint(mark))

    def _turn_why(self) -> None:
        self._why_open = not self._why_open
        self._fold_why()

    def _fold_why(self) -> None:
        """Reasons, confidence, value and trends are folded behind the figure that they explain."""
        profile, shown = self._profile, self._why_open
        figures = profile.figures if profile is not None else None
        self.notes.show_figures(figures, week=shown)
        self.course.setVisible(shown and figures is not None)
        self._why.setVisible(shown and profile is not None and bool(profile.drivers))
        self._figures.unfold.setText("Hide" if shown else "Why?")

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_badge()
        for block in (self.deals, self._tickets):
            block.set_most(1 if self.height() < _LOW else 2)

    def _place_badge(self) -> None:
        """The badge stands beside the name, or under it where the name would be cut."""
        alert = self._profile.alert if self._profile is not None else None
        self._badge.show_alert(alert)
        beside = (self._name, self._tier, self._badge, self._copy, self._write, self._edit)
        wide = sum(max(part.sizeHint().width(), part.minimumWidth()) + 8 for part in beside if not part.isHidden())
        below = alert is not None and wide > self.width() - _HEAD_LEFT - _HEAD_RIGHT
        self._badge_below.show_alert(alert if below else None)
        if below:
            self._badge.show_alert(None)

    def _failed(self, failed: Failed) -> None:
        shown = self._profile.id if self._profile is not None else None
        if shown is not None and shown == self._wanted and isinstance(failed.error, UserError):
            # An undo took out whom the page showed: that is no error, there is just somebody else to show.
            self.clear()
            self.gone.emit(shown)
            return
        self.state.show_error(failed, self.reload, "This customer could not be loaded")

    def _ask_timeline(self) -> None:
        if self._profile is not None:
            self._model.ask((self._profile.id, self._kinds.current))
            self._list.scrollToTop()

    def _fetch(self, question: tuple[int, str], key: Any) -> Page[Any]:
        """Read one page of the timeline; runs in the pool."""
        customer, kind = question
        kinds = frozenset({kind}) if kind and kind != "all" else frozenset[str]()
        page = self._book.timeline(customer, kinds, key)
        return Page(page.rows, page.next_key, page.counts)

    def _timeline_came(self, first: bool) -> None:
        if first:
            self._kinds.show_tabs(tabs_of(self._model.about))

    def _kind_chosen(self, _kind: str) -> None:
        self._ask_timeline()

    def _show_kind(self, kind: str) -> None:
        self._kinds.choose(kind)
        self._ask_timeline()

    def _copy_menu(self) -> None:
        if self._profile is None:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for source, value in self._profile.ids:
            menu.addAction(f"{source}  {value}", partial(self._copied, value))
        menu.popup(self._copy.mapToGlobal(self._copy.rect().bottomLeft()))

    def _copied(self, value: str) -> None:
        QGuiApplication.clipboard().setText(value)
        self.told.emit(f"Copied {value}")


def _heading(text: str) -> QWidget:
    return label(text, fonts.SMALL, fonts.SEMIBOLD)


def tabs_of(counts: dict[str, int]) -> Sequence[Tab]:
    """The tabs of the timeline: all, then every kind that has rows."""
    shown = [Tab("all", "All", counts.get("all", 0))]
    return shown + [Tab(kind, words, counts[kind]) for kind, words in timeline_tabs(counts) if counts.get(kind)]


def _blocks(width: float, _tall: float) -> list[QRectF]:
    """Skeleton in the geometry of the page."""
    made = [QRectF(20, 18, width * 0.4, 18), QRectF(20, 46, width * 0.6, 10)]
    for place in range(4):
        x = 20 + place * width / 4
        made += [QRectF(x, 82, width * 0.14, 10), QRectF(x, 102, width * 0.12, 22), QRectF(x, 134, width * 0.16, 10)]
    made += [QRectF(20, 190, width - 40, 8)]
    made += [QRectF(20, 270 + 22 * place, width * 0.4, 10) for place in range(6)]
    made += [QRectF(width * 0.58, 270 + 22 * place, width * 0.34, 10) for place in range(5)]
    made += [QRectF(20, 470 + 32 * place, width * 0.7, 10) for place in range(10)]
    return made
