"""The Settings page: sections as tabs. Figures of the business are a draft that is saved as one journal entry.

What belongs to this computer alone is not part of that draft: its look applies at once, mail server and language models
have a Save of their own, and their secrets go to the keyring.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QScrollArea, QStackedWidget, QWidget

from models.values.changes import Changes
from models.values.outreach import TemplateChoice
from services.settings import ABOUT_EMAILS, Policy
from views.actions import Command
from views.background import Failed
from views.settings import asks
from views.settings.backup_box import BackupBox
from views.settings.draft import changes as changed_fields
from views.settings.draft import check, groups_of, texts_of
from views.settings.encryption_box import EncryptionBox
from views.settings.fields import AUTO_DRAFTS, PRIVACY, SECTIONS, Group
from views.settings.group_box import GroupBox
from views.settings.keys import saves, takes_over
from views.settings.look_box import LookBox
from views.settings.managed_list import ManagedList
from views.settings.many import Ticks
from views.settings.own_box import OwnBox
from views.settings.places import LOOK, MAIL, MODELS, OWN, RULES, TEMPLATES
from views.shell.page import Context, Page
from views.widgets.buttons import push
from views.widgets.labels import FlowingContent, column, kind_of, note, row, rule, scrolling
from views.widgets.tabs import CountTabs, Tab
from views.words import counted

if TYPE_CHECKING:
    from views.settings.template_editor import TemplateEditor
    from views.settings.templates_box import TemplatesBox

WIDE = 720
_GROUPS_OF = {section.key: section.groups for section in SECTIONS}
#: The sections that are imported at their first visit: module and class.
_MADE_OF = {
    MAIL: ("mail_box", "MailBox"),
    MODELS: ("models_box", "ModelsBox"),
    RULES: ("rules_box", "RulesBox"),
    PRIVACY: ("privacy_box", "PrivacyBox"),
}
#: So much more of the room than the empty side gets, up to its own greatest width.
_ALL = 1_000


class SettingsPage(Page):
    """Holds the draft of a policy. Nothing is changed before Save; Discard brings the book's own back."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._desk = context.book.desk(self)
        self._policy: Policy = context.book.workspace.policy
        self._currency = self._policy.reporting_currency  # "" until the book says in which one it adds up
        self._texts = texts_of(self._policy, self._currency)
        #: What does not fit, by setting.
        self.faults: dict[str, str] = {}
        self._rules: tuple[tuple[str, str], ...] = ()
        self.groups: dict[str, GroupBox] = {}
        self.look = LookBox(context.theme, context.book.workspace.store.path)
        self.encryption, self.backups = EncryptionBox(context), BackupBox(context)
        waiting = QWidget(self)  # until their section is opened: without a parent they would outlive the page
        waiting.hide()
        for box in (self.look, self.encryption, self.backups):
            box.setParent(waiting)
        self.boxes: dict[str, OwnBox] = {}
        self._areas: dict[str, QWidget] = {}
        self._stack, self._levels = QStackedWidget(), QStackedWidget()
        self.editor: TemplateEditor | None = None
        self.tabs = CountTabs(context.theme, "Groups of settings", height=44, inset=16)
        titles = [Tab(section.key, section.title) for section in SECTIONS]
        titles += [Tab(key, title) for key, title in OWN.items()]
        self.tabs.show_tabs(titles, SECTIONS[0].key)
        self.save_button = push("Save changes", primary=True)
        self.discard_button = push("Discard")
        self._state = note()
        self._lay_out()
        self._wire()
        self._show_all()
        self._lock()

    def _lay_out(self) -> None:
        bar = row(self._state, 16, self.discard_button, 8, self.save_button, margins=(16, 10, 24, 10))
        bar.setStretch(0, 1)
        self._bar = QWidget()
        self._bar.setLayout(column(rule(), bar))
        kind_of(self._bar, "ground")
        sections = QWidget()
        self._feet = column()
        sections.setLayout(column(self.tabs, rule(), self._stack, self._bar, self._feet))
        self._levels.addWidget(sections)
        self.setLayout(column(self._levels))
        self._place(SECTIONS[0].key)
        self._stack.setCurrentWidget(self._areas[SECTIONS[0].key])

    def _place(self, key: str) -> None:
        """Make a section at its first visit: all of them at once would hold the window up."""
        if key in _GROUPS_OF:
            below = [self._add_box(key)] if key in _MADE_OF else []
            self._add_area(key, [*(self._make_group(group) for group in _GROUPS_OF[key]), *below])
            self._show_all()
        elif key == LOOK:
            self._add_area(
                key, [self.look, self.backups, self.encryption, ManagedList(self.context.book.workspace.managed)]
            )
        else:
            box = self._add_box(key)
            if box.fills:
                self._areas[key] = box
                self._stack.addWidget(box)
            else:
                self._add_area(key, [box])

    def _add_box(self, key: str) -> OwnBox:
        box = self.boxes[key] = self._make_box(key)
        box.headline_changed.connect(self.headline_changed)
        self._feet.addWidget(box.foot)
        box.undo_offered.connect(self.undo_offered)
        box.customer_wanted.connect(self.wants_customer)
        box.page_wanted.connect(self.wants_page)
        return box

    def _make_group(self, group: Group) -> GroupBox:
        made = self.groups[group.key] = GroupBox(self.context.theme, group)
        made.edited.connect(self._edited)
        return made

    def _add_area(self, key: str, parts: Sequence[QWidget]) -> None:
        inner = FlowingContent()
        inner.setMaximumWidth(WIDE)
        inner.setLayout(column(*parts, -1, margins=(16, 20, 24, 20)))
        host = FlowingContent()
        box = row(inner, -1)
        box.setStretch(0, _ALL)
        host.setLayout(box)
        area = self._areas[key] = scrolling(host)
        self._stack.addWidget(area)

    def _wire(self) -> None:
        self.tabs.chosen.connect(self._chosen)
        self.save_button.clicked.connect(self.save)
        self.discard_button.clicked.connect(self.discard)
        self.look.changed.connect(lambda name, value: self.context.remembered.set(**{name: value}))
        self.look.restart_wanted.connect(self._restart)
        self.encryption.wanted.connect(self.wants_encryption)
        self.backups.wanted.connect(self.wants_restore)
        self.context.remembered.changed.connect(self._show_look)
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusChanged.connect(self._focus_moved)

    def _lock(self) -> None:
        workspace = self.context.book.workspace
        managed, not_allowed = workspace.managed, workspace.permit.why_not("change-policy")
        for group in self.groups.values():
            for at, (path, made) in enumerate(group.inputs.items()):
                if managed.is_locked(made.setting.top):
                    group.lock(path, managed.why_locked(made.setting.top))
                elif not_allowed:
                    group.lock(path, not_allowed, said_below=not at)
        for name in ("theme", "text_size", "reduced_motion"):
            if managed.is_locked(name):
                self.look.lock(name, managed.why_locked(name))

    # -- what the shell asks ------------------------------------------------------------------------------------

    def arrive(self) -> None:
        self._show_look()
        self.encryption.arrive()
        self.backups.arrive()
        self._read()
        if self.tabs.current in self.boxes:
            self.boxes[self.tabs.current].arrive()

    @property
    def headline(self) -> str:
        if self.editor is None or not self._editing:
            return self._inside
        return f"Template: {self.editor.before.name}" if self.editor.before.code else "A new template"

    @property
    def back(self) -> str:
        return "Settings" if self._editing or self._inside else ""

    def go_back(self) -> None:
        if self.editor is not None and self._editing:
            self.editor.leave()
        elif self._inside:
            self.boxes[self.tabs.current].go_back()

    @property
    def _inside(self) -> str:
        """Title of what is open over the section in front."""
        box = self.boxes.get(self.tabs.current)
        return box.inside if box is not None else ""

    def leave(self) -> None:
        for box in self.boxes.values():
            box.leave()

    def renew(self, changes: Changes) -> None:
        if changes.everyone or changes.tables & {"policies", "rules"}:
            self._read()
        for box in self.boxes.values():
            box.renew(changes)

    def fit(self, width: int, height: int) -> None:
        if self.editor is not None:
            self.editor.fit(self.width())

    def panes(self) -> Sequence[QWidget]:
        if self.editor is not None and self._editing:
            return (self.editor.name, self.editor.body, self.editor.save_button)
        return (self.tabs, self._first(self.tabs.current), self.save_button)

    # -- sections -----------------------------------------------------------------------------------------------

    def show_section(self, key: str) -> None:
        """Open a section, or a group of one ("emails.quiet"), with the focus in its first field."""
        if self.editor is not None and self._editing:
            self.editor.leave()
        section, _, group = key.partition(".")
        self._open(section)
        part = self.groups.get(group) or self.boxes[section] if group else None
        (part.first if part is not None else self._first(section)).setFocus(Qt.FocusReason.OtherFocusReason)
        if part is not None:
            self._bring_into_view(part)

    def _restart(self) -> None:
        """Start again in this section."""
        self.context.remembered.set(last_page=f"settings/{LOOK}")
        self.context.actions[Command.RESTART].trigger()

    def _chosen(self, key: str) -> None:
        # The arrow keys go on to the next tab; a click goes into the section.
        self._open(key) if self.tabs.hasFocus() else self.show_section(key)

    def _open(self, key: str) -> None:
        self.tabs.choose(key)
        if key not in self._areas:
            self._place(key)
        self._stack.setCurrentWidget(self._areas[key])
        for other, box in self.boxes.items():
            box.foot.setVisible(other == key and box.foot.layout() is not None)
        if key in self.boxes:
            self.boxes[key].arrive()
        self.headline_changed.emit()

    def _make_box(self, key: str) -> OwnBox:
        if key != TEMPLATES:
            module, name = _MADE_OF[key]
            made: OwnBox = getattr(import_module(f"views.settings.{module}"), name)(self.context)
            return made
        from views.settings.templates_box import TemplatesBox

        box = TemplatesBox(self.context)
        box.edit_wanted.connect(partial(self._edit_template, box))
        box.read.connect(self._library_read)
        return box

    def _first(self, key: str) -> QWidget:
        if key in _GROUPS_OF:
            return self.groups[_GROUPS_OF[key][0].key].first
        return self.boxes[key].first if key in self.boxes else self.look.theme

    def _focus_moved(self, _before: QWidget | None, field: QWidget | None) -> None:
        if field is not None and self._levels.isAncestorOf(field):
            self._bring_into_view(field)

    def _bring_into_view(self, field: QWidget) -> None:
        # A moment later: a section that has just been opened is not laid out yet.
        QTimer.singleShot(0, field, partial(self._scroll_to, field))

    def _scroll_to(self, field: QWidget) -> None:
        area = field.parentWidget()
        while area is not None and not isinstance(area, QScrollArea):
            area = area.parentWidget()
        if area is not None and self.isAncestorOf(area):
            if (inner := area.widget()) and (layout := inner.layout()) is not None:
                layout.activate()
            area.ensureWidgetVisible(field, 0, 60)

    @property
    def _editing(self) -> bool:
        return self.editor is not None and self._levels.currentWidget() is self.editor

    def _edit_template(self, box: TemplatesBox, template: TemplateChoice) -> None:
        """Open a template in the editor, over the sections."""
        if self.editor is None:
            from views.settings.template_editor import TemplateEditor

            self.editor = TemplateEditor(self.context)
            self.editor.left.connect(partial(self._template_left, box))
            self.editor.undo_offered.connect(self.undo_offered)
            self._levels.addWidget(self.editor)
        self.editor.offer(box.library)
        self.editor.fit(self.width())
        self._levels.setCurrentWidget(self.editor)
        self.editor.begin(template, box.unsaved.get(template.code))
        self.headline_changed.emit()

    def _template_left(self, box: TemplatesBox) -> None:
        if self.editor is None:
            return
        code = self.editor.before.code
        box.keep(code, self.editor.template if self.editor.dirty else None)
        self._levels.setCurrentIndex(0)
        box.focus_on(code)
        self.headline_changed.emit()

    def _library_read(self, library: asks.TemplateLibrary) -> None:
        """Show in the editor what was changed elsewhere, unless something is being typed."""
        if self.editor is None or not self._editing or self.editor.dirty:
            return
        now = next((one for one in library.templates if one.code == self.editor.before.code), None)
        if now is not None and now != self.editor.before:
            self.editor.begin(now)

    # -- the draft ----------------------------------------------------------------------------------------------

    @property
    def dirty(self) -> bool:
        """Whether something was typed and not saved."""
        return self._texts != texts_of(self._policy, self._currency)

    def save(self) -> None:
        """Write what changed as one unit of work."""
        after, faults = check(self._policy, self._texts, self._currency)
        if faults:
            self._go_to_fault(faults)
            return
        fields = changed_fields(self._policy, after)
        if not fields:
            self.discard()
            return
        self.save_button.setEnabled(False)
        words = (
            "Settings saved" if fields.keys() <= ABOUT_EMAILS else "Settings saved; scores and alerts are recalculated"
        )
        saved = partial(self._saved, after)
        self.context.book.act(lambda book: book.change_policy(**fields), words, saved, self._refused)

    def discard(self) -> None:
        """Show the book's own settings again; what was typed can be brought back."""
        shown = texts_of(self._policy, self._currency)
        typed = {path: text for path, text in self._texts.items() if text != shown.get(path)}
        self._texts = shown
        self._show_all()
        self.tabs.setFocus(Qt.FocusReason.OtherFocusReason)  # in a field Ctrl+Z would be the field's own
        self.undo_offered.emit("Your changes were discarded", partial(self._type_again, typed))

    def _type_again(self, typed: dict[str, str]) -> None:
        self._texts |= typed
        self._show_all()

    def _saved(self, after: Policy, _changes: Changes) -> None:
        self._take(asks.InForce(after, after.reporting_currency or self._currency))

    def _refused(self, failed: Failed) -> None:
        self.context.book.failed.emit(failed)
        self._show_state()

    def _read(self) -> None:
        workspace, tell = self.context.book.workspace, self.context.book.failed.emit
        self._desk.read("policy", partial(asks.in_force, workspace), self._take, tell)
        self._desk.read("rules", partial(asks.rule_titles, workspace), self._offer_rules, tell)

    def _offer_rules(self, rules: tuple[tuple[str, str], ...]) -> None:
        self._rules = rules
        if AUTO_DRAFTS in self.groups:
            ticks = self.groups[AUTO_DRAFTS].inputs["auto_drafts.rules"].field
            if isinstance(ticks, Ticks):
                ticks.offer(rules)

    def _take(self, found: asks.InForce) -> None:
        """Take up the book's policy; what a person is typing stays, the rest follows."""
        before = texts_of(self._policy, self._currency)
        now = texts_of(found.policy, found.currency)
        self._texts = {path: now[path] if text == before[path] else text for path, text in self._texts.items()}
        self._policy, self._currency = found.policy, found.currency
        self._show_all()

    def _edited(self, path: str) -> None:
        made = next(group.inputs[path] for group in self.groups.values() if path in group.inputs)
        self._texts[path] = made.text
        if path == "auto_drafts.enabled" and made.text == "yes" and not self._policy.auto_drafts.enabled:
            # Whoever switches it on answers for it: not the one of last time.
            by = self.groups[AUTO_DRAFTS].inputs["auto_drafts.approved_by"]
            self._texts["auto_drafts.approved_by"] = ""
            by.put("")
            by.field.setFocus(Qt.FocusReason.OtherFocusReason)
        self._check()

    def _check(self) -> None:
        _after, self.faults = check(self._policy, self._texts, self._currency)
        for group in self.groups.values():
            group.show_faults(self.faults, self._texts)
        self._show_state()
        self._lock()

    def _show_all(self) -> None:
        self._offer_rules(self._rules)
        for group in self.groups.values():
            group.show_texts(self._texts)
            for made in group.inputs.values():
                if made.setting.kind == "money":
                    made.set_unit(self._currency)
        self._check()

    def _show_state(self) -> None:
        before = texts_of(self._policy, self._currency)
        changed = [path for path, text in self._texts.items() if text != before[path]]
        self._bar.setVisible(bool(changed))
        only_emails = all(path.partition(".")[0] in ABOUT_EMAILS for path in changed)
        follows = "You can undo it." if only_emails else "Scores and alerts are recalculated. You can undo it."
        words = f"{counted(len(changed), 'change')}. {follows}"
        if self.faults:
            words = f"{counted(len(self.faults), 'setting')} cannot be saved yet. See the note next to it."
        self._state.setText(words)
        self.save_button.setEnabled(bool(changed) and not self.faults)

    def _show_look(self) -> None:
        self.look.show_preferences(self.context.remembered.value)

    def _go_to_fault(self, faults: dict[str, str]) -> None:
        faulty = groups_of(faults)
        section, group = next((one, group) for one in SECTIONS for group in one.groups if group.key in faulty)
        self._open(section.key)
        inputs = self.groups[group.key].inputs
        first = next((made for path, made in inputs.items() if path in faults), next(iter(inputs.values())))
        first.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def event(self, event: QEvent) -> bool:
        return takes_over(event) or super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if saves(event):
            self.save()
            return
        super().keyPressEvent(event)
