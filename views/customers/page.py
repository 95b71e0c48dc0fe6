"""The Customers page: the list, and beside it everything about the current customer, or the form to edit them.

Facts and requests of the panes are wired here and nowhere else. In a narrow window list and detail stack.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QMenu, QStackedWidget, QWidget

from models.values.changes import Changes
from models.values.customers import Among, CustomerFilter, CustomerProfile
from models.values.facts import SCORED_TABLES
from services.settings import Policy
from views.actions import Command
from views.background import Failed
from views.customers.brief import save_all_data, save_brief
from views.customers.contacts import Contacts
from views.customers.delegate import Marks
from views.customers.filters import FilterTab, from_json, own_tabs
from views.customers.form import CustomerForm
from views.customers.handover import HandoverBar
from views.customers.list_pane import ListPane
from views.customers.profile_pane import ProfilePane
from views.customers.rooms import BookOfCustomers
from views.scores.overriding import Asked, ask_override, end_override
from views.shell.consent import addressee, ask_consent, ask_consent_of_several
from views.shell.deals import Deals
from views.shell.page import PAGE_TITLES, Context, Page
from views.shell.saved_filters import SavedFilters
from views.widgets.labels import column
from views.widgets.splitter import PaneSplitter

KEY = "customers"
#: What can be done with the customer whose page is open, once it is there.
_OF_ONE = (
    Command.DRAFT,
    Command.CONTACTS,
    Command.OVERRIDE,
    Command.RECORD_CONSENT,
    Command.COMPARE,
    Command.SAVE_BRIEF,
    Command.SAVE_ALL_DATA,
    Command.EDIT_DEAL,
    Command.DEAL_TASK,
    Command.DELETE_CUSTOMER,
    Command.ERASE_CUSTOMER,
)
LOW_CONFIDENCE = "low-confidence"
STACK_BELOW = 960
_SHOWN = frozenset({*SCORED_TABLES, "customer_risk_scores", "alerts", "tasks", "notes", "policies", "imports"})
_BECOMES = "It becomes a tab on this computer; right-click the tab to delete it."


class CustomersPage(Page):
    """Two halves in a splitter; the right one is the profile, or the form while it is open."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        theme, actions, book = context.theme, context.actions, context.book
        self._rooms = BookOfCustomers(book)
        self._named = SavedFilters(context, KEY, "Renewals in the north", _BECOMES)
        self._me = book.workspace.person
        self._stacked = False
        self._visited = False
        self._origin = ""  # the page from which a customer was opened
        self._next: int | None = None
        self._edit_soon = False
        self._taken_out: int | None = None  # whom the page showed last of those who are no longer in the book
        marks = marks_of(book.workspace.policy)
        desk = self._desk = book.desk(self)
        self.list = ListPane(theme, desk, self._rooms, self._me, marks)
        self.profile = ProfilePane(theme, actions, desk, self._rooms, marks)
        self.form = CustomerForm(theme)
        self._people = Contacts(book, theme, self)
        self._deals = Deals(book, theme, self)
        self._right = QStackedWidget()
        for half in (self.profile, self.form):
            self._right.addWidget(half)
        self._splitter = PaneSplitter(KEY)
        self._splitter.add(self.list, stretch=11, minimum=330)
        self._splitter.add(self._right, stretch=8, minimum=400)
        self._splitter.setSizes([792, 576])
        self._splitter.restore(context.remembered.splitter(KEY))
        self._splitter.resized.connect(context.remembered.set_splitter)
        self.handover = HandoverBar(self)
        self.setLayout(column(self.handover, self._splitter))
        self._wire()

    def _wire(self) -> None:
        self.take_commands(
            {
                Command.ADD_CUSTOMER: self._add,
                Command.EDIT_CUSTOMER: self._edit,
                Command.CONTACTS: self._contacts,
                Command.SAVE_FILTER: self._save_filter,
                Command.DRAFT: self._draft,
                Command.OVERRIDE: self._override,
                Command.DELETE_CUSTOMER: self._delete,
                Command.ERASE_CUSTOMER: partial(self._save_file, self._erase),
                Command.RECORD_CONSENT: self._consent,
                Command.COMPARE: self._compare,
                Command.SAVE_BRIEF: partial(self._save_file, save_brief),
                Command.SAVE_ALL_DATA: partial(self._save_file, save_all_data),
                Command.HAND_OVER: self._hand_over,
                Command.EDIT_DEAL: self._deal,
                Command.DEAL_TASK: partial(self._deal, task=True),
                Command.EXPORT_LIST: self._export,
                Command.FILTER: self._to_field,
            }
        )
        self.list.selected.connect(self._selected)
        self.list.nobody.connect(self._show_nobody)
        self.list.opened.connect(self._opened)
        self.list.table.wants_menu.connect(self._show_menu)
        self.list.add_wanted.connect(self._add)
        self.list.duplicates_wanted.connect(lambda: self.wants_page.emit("duplicates/customers"))
        self.list.save_wanted.connect(lambda _chosen: self._save_filter())
        self.list.forget_wanted.connect(self._forget_filter)
        self.profile.loaded.connect(self._loaded)
        self.profile.gone.connect(self._gone)
        self.profile.draft_wanted.connect(self._draft)
        self.profile.told.connect(self.context.book.told)
        self.profile.notes.end_wanted.connect(self._end_override)
        self.profile.course.past_wanted.connect(lambda: self.wants_page.emit("insights"))
        self.form.save_wanted.connect(self._save)
        self.form.left.connect(self._leave_form)

    # -- what the shell asks ------------------------------------------------------------------------------------

    @property
    def headline(self) -> str:
        if self._stacked and self._right.isVisible() and self.profile.profile is not None:
            return self.profile.profile.name
        return ""

    @property
    def back(self) -> str:
        if self._origin:
            return PAGE_TITLES[self._origin]
        return "Customers" if self._stacked and self._right.isVisible() else ""

    def go_back(self) -> None:
        if self._right.currentWidget() is self.form:
            self.form.leave()
        elif self._origin:
            self.wants_page.emit(self._origin)
        elif self._stacked and self._right.isVisible():
            self._show_half(self.list)
            self.list.table.setFocus()

    def arrive(self) -> None:
        for command in _OF_ONE:
            self.context.actions[command].setEnabled(self.profile.profile is not None)
        if not self._visited:
            self._visited = True
            self.list.show_tabs(self._tabs(), "all")
            self.list.reload()
            self.list.table.setFocus()

    def renew(self, changes: Changes) -> None:
        if not changes.tables & _SHOWN and not changes.everyone:
            return
        marks = marks_of(self.context.book.workspace.policy)
        self.profile.marks = marks
        self.list.table.set_marks(marks)
        if self._me != self.context.book.workspace.person:
            self._me = self.context.book.workspace.person
            self.list.know(self._me, self._tabs() if self._visited else ())
        if not self._visited:
            return
        self.list.reload()
        back = self._taken_out
        undone = self.context.book.own and "customers" in changes.tables  # scores that come later are nobody's action
        if undone and back is not None and back in changes.customers:
            self._taken_out = None
            self.list.want(back)
            self._selected(back)
            return
        shown = self.profile.profile
        if shown is not None and (changes.everyone or not changes.customers or shown.id in changes.customers):
            self.profile.reload()

    def fit(self, width: int, height: int) -> None:
        stacked = width < STACK_BELOW
        if stacked == self._stacked:
            return
        self._stacked = stacked
        self._show_half(self.list if stacked else None)

    def panes(self) -> Sequence[QWidget]:
        right: QWidget = self.profile.timeline if self._right.currentWidget() is self.profile else self.form
        return (self.list.field, self.list.table, right)

    def leave(self) -> None:
        self._origin = ""

    def show_customer(self, customer_id: int, origin: str = "") -> None:
        if origin != KEY:
            self._origin = origin if origin in PAGE_TITLES else ""
            self.headline_changed.emit()
        self.arrive()
        self.list.want(customer_id)
        self._selected(customer_id)
        if self._stacked:
            self._show_half(self._right)

    def show_section(self, key: str) -> None:
        """Show the customers whose scores are of low confidence; other pages count them and lead here."""
        if key == LOW_CONFIDENCE:
            self.list.set_filter(CustomerFilter(confidences=frozenset({"low"})))
            if self._stacked:
                self._show_half(self.list)
            self.list.table.setFocus()

    def show_among(self, among: Among) -> None:
        """Show these customers only, until the filter is taken away."""
        self.list.set_filter(CustomerFilter(among=among))
        if self._stacked:
            self._show_half(self.list)
        self.list.table.setFocus()

    def _draft(self) -> None:
        """Write to the customer whose page is open."""
        profile = self.profile.profile
        if profile is not None and not self.profile.awaited and self._right.currentWidget() is self.profile:
            self.wants_email.emit(profile.id, profile.alert.id if profile.alert is not None else None)

    def _override(self) -> None:
        """Set a score of the customer whose page is open."""
        profile, book = self.profile.profile, self.context.book
        if profile is None or self.profile.awaited or self._right.currentWidget() is not self.profile:
            return
        if self._stacked:
            self._show_half(self._right)
        figures = profile.figures
        currency = figures.currency if figures is not None else book.workspace.policy.reporting_currency
        asked = Asked(profile.id, profile.name, figures, currency)
        ask_override(book, self.context.theme, self.window(), asked, self.profile.name_label)

    def _delete(self) -> None:
        """Delete the customer whose page is open; the toast brings them back."""
        if self.list.isVisible() and len(self.list.table.chosen_ids) > 1:
            self.context.book.told.emit("One customer at a time can be deleted. Select one.")
            return
        profile = self.profile.profile
        if profile is not None and not self.profile.awaited and self._right.currentWidget() is self.profile:
            self.context.book.act(self._rooms.deleting(profile.id))

    def _erase(self, _page: Page, profile: CustomerProfile) -> None:
        from views.customers.erasing import ask_to_erase

        ask_to_erase(self, profile, self.profile.name_label)

    def _consent(self) -> None:
        """Record that the selected customers agreed to be emailed; of one alone, beside what was said before."""
        profile, book, stands = self.profile.profile, self.context.book, self.list.isVisible()
        chosen = self.list.table.chosen_ids if stands else [profile.id] if profile is not None else []
        if not chosen or (len(chosen) == 1 and (profile is None or profile.id != chosen[0])):
            return
        theme, window, anchor = (
            self.context.theme,
            self.window(),
            self.list.field if stands else self.profile.name_label,
        )
        if len(chosen) > 1:
            ask_consent_of_several(book, theme, window, chosen).open_under(anchor)
            return
        asked = partial(addressee, book.workspace, chosen[0])
        self._desk.read(
            "asked", asked, lambda one: ask_consent(book, theme, window, one).open_under(anchor), book.failed.emit
        )

    def _export(self) -> None:
        from services.exporting import write_customers_list

        wanted, (sort, falling) = self.list.chosen, self.list.table.order
        write = partial(write_customers_list, wanted=wanted, sort=sort, descending=falling)
        self.export_list("customers", write)

    def _compare(self) -> None:
        """Show or hide the customer's figures beside the median of their segment."""
        if self._right.currentWidget() is self.profile and self.profile.compare.isEnabled():
            self.profile.compare.toggle()

    def _save_file(self, save: Callable[[Page, CustomerProfile], None]) -> None:
        """Save a file about the customer whose page is open."""
        profile = self.profile.profile
        if profile is not None and not self.profile.awaited and self._right.currentWidget() is self.profile:
            save(self, profile)

    def _hand_over(self) -> None:
        """Save the pack of the owner that the list is filtered by, else of one who is chosen first."""
        owners = [owner for owner in self.list.chosen.owners if owner]
        anchor = self.list.field if self.list.isVisible() else self.profile.name_label
        self.handover.ask(owners[0] if len(owners) == 1 else "", anchor)

    def _show_menu(self, at: QPoint) -> None:
        """What can be done with the customer of a row, once their page is there."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for command in (Command.EDIT_CUSTOMER, *_OF_ONE, Command.EXPORT_LIST, Command.HAND_OVER):
            menu.addAction(self.context.actions[command])
        menu.popup(at)

    def _contacts(self) -> None:
        """List the contacts of the customer whose page is open."""
        profile = self.profile.profile
        if profile is not None and not self.profile.awaited and self._right.currentWidget() is self.profile:
            if self._stacked:
                self._show_half(self._right)
            self._people.open(profile, self.profile.contacts)

    def _deal(self, *, task: bool = False) -> None:
        """Change a deal of the customer whose page is open, or add a task for it."""
        profile = self.profile.profile
        if profile is not None and not self.profile.awaited and self._right.currentWidget() is self.profile:
            if self._stacked:
                self._show_half(self._right)
            self._deals.of_customer(profile.id, self.profile.deals, task=task)

    def _end_override(self, figure: str) -> None:
        profile = self.profile.profile
        if profile is not None:
            self.context.book.act(partial(end_override, customer_id=profile.id, figure=figure))

    # -- panes --------------------------------------------------------------------------------------------------

    def _show_half(self, half: QWidget | None) -> None:
        """Show one half alone in a narrow window, both without one named."""
        self._splitter.show_only(half)
        self.headline_changed.emit()

    def _selected(self, customer_id: int) -> None:
        if self._right.currentWidget() is self.form and self.form.dirty:
            # What was typed is not thrown away by a step in the list; the customer comes after the form.
            self._next = customer_id
            self.form.remind(len(self.list.table.chosen_ids))
            return
        self._edit_soon = False
        self._right.setCurrentWidget(self.profile)
        self.profile.show_customer(customer_id)

    def _show_nobody(self) -> None:
        """The filter lets nobody through: the page of somebody whom it leaves out goes; a form with changes stays."""
        if self._right.currentWidget() is self.form and self.form.dirty:
            return
        self._right.setCurrentWidget(self.profile)
        self.profile.clear()
        for command in _OF_ONE:
            self.context.actions[command].setEnabled(False)
        self.headline_changed.emit()

    def _loaded(self) -> None:
        self.headline_changed.emit()
        if self.isVisible():
            for command in _OF_ONE:
                self.context.actions[command].setEnabled(True)
        if self._edit_soon:
            self._edit()

    def _gone(self, customer_id: int) -> None:
        """Whom the page showed was taken out, by an undo as a rule: the list goes on to the next one."""
        if self._stacked and self._right.currentWidget() is self.profile:
            self._show_half(self.list)
        self._taken_out = customer_id
        self.list.release(customer_id)

    def _opened(self, customer_id: int) -> None:
        self._selected(customer_id)
        if self._stacked:
            self._show_half(self._right)
        self.profile.timeline.setFocus()

    def _to_field(self) -> None:
        if self._stacked:
            self._show_half(self.list)
        self.list.field.setFocus()
        self.list.field.selectAll()

    # -- the form -----------------------------------------------------------------------------------------------

    def _add(self) -> None:
        owner = {"owner": self._me} if self.context.remembered.value.me else {}
        self.form.begin(None, "", owner, self.list.choices)
        self._show_form()

    def _edit(self) -> None:
        profile = self.profile.profile
        # The one before stays in sight until the customer of the current row is read: it is not them who is meant.
        self._edit_soon = self.profile.awaited and self._right.currentWidget() is self.profile
        if profile is not None and self._right.currentWidget() is self.profile and not self._edit_soon:
            self.form.begin(profile.id, profile.name, profile.fields, self.list.choices)
            self._show_form()

    def _show_form(self) -> None:
        self._right.setCurrentWidget(self.form)
        if self._stacked:
            self._show_half(self._right)
        self.form.input("name").setFocus()

    def _leave_form(self) -> None:
        self._right.setCurrentWidget(self.profile)
        if self._next is not None:
            self.profile.show_customer(self._next)
            self._next = None
        if self._stacked and self.profile.profile is None:
            self._show_half(self.list)
        self.list.table.setFocus()

    def _save(self, fields: Mapping[str, str]) -> None:
        work = self._rooms.writing(self.form.customer_id, dict(fields), self.form.new_owner)
        self.context.book.act(work, "", self._saved, self._not_saved)

    def _saved(self, changes: Changes) -> None:
        added = self.form.customer_id is None
        self.form.set_busy(False)
        customer = next(iter(changes.customers), None) if added else self.form.customer_id
        self._right.setCurrentWidget(self.profile)
        self._next = None
        if customer is not None:
            self.list.want(customer)
            self.profile.show_customer(customer)
        self.list.table.setFocus()

    def _not_saved(self, failed: Failed) -> None:
        self.form.refuse(failed)

    # -- saved filters ------------------------------------------------------------------------------------------

    def _tabs(self) -> tuple[FilterTab, ...]:
        named = [
            FilterTab(f"saved:{one.name}", one.name, from_json(one.filter), saved=True) for one in self._named.found
        ]
        warning = self.context.book.workspace.policy.churn_warning
        return (*own_tabs(self._me, warning), *named)

    def _save_filter(self) -> None:
        def kept(name: str) -> None:
            self.list.show_tabs(self._tabs(), f"saved:{name}")

        self._named.ask(self.list.chosen, self.list.save_button, kept)

    def _forget_filter(self, key: str) -> None:
        self._named.forget(key.removeprefix("saved:"))
        self.list.show_tabs(self._tabs())


def marks_of(policy: Policy) -> Marks:
    """From which figures on the page uses colour."""
    by_segment = tuple((one.segment, one.figure) for one in policy.engagement_threshold_by_segment)
    return Marks(policy.churn_warning, policy.churn_critical, policy.engagement_threshold, by_segment)
