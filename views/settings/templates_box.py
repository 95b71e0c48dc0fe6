"""The templates of the book by goal: which are used, which were changed; each opens in the editor."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QWidget

from models.values.changes import Changes
from models.values.outreach import GOALS, TONES, TemplateChoice
from services import outreach
from views.settings import asks
from views.settings.own_box import OwnBox
from views.settings.template_editor import NEW
from views.shell.page import Context
from views.theme import Theme, fonts
from views.widgets.buttons import push
from views.widgets.labels import ElidedLabel, clear, column, headed, in_tab_order, row, rule
from views.widgets.tabs import CountTabs, Tab
from views.words import DOT

_ORIGINS = {"starter": "", "changed": "changed here", "own": "your own"}


class TemplateLine(QWidget):
    """One template in the list."""

    def __init__(self, theme: Theme, template: TemplateChoice, *, unsaved: bool) -> None:
        super().__init__()
        self.template = template
        self.used = QCheckBox("Used")
        self.used.setFont(fonts.font(fonts.LIST))
        self.used.setChecked(template.enabled)
        self.used.setAccessibleName(f"Use {template.name}, {TONES[template.tone].lower()}")
        self.edit_button = push("Edit")
        self.edit_button.setAccessibleName(f"Edit {template.name}, {TONES[template.tone].lower()}")
        state = "not saved yet" if unsaved else _ORIGINS[template.origin]
        said = DOT.join(part for part in (TONES[template.tone], state, template.subject) if part)
        name = ElidedLabel(theme, template.name, fonts.BODY, fonts.SEMIBOLD if template.enabled else fonts.REGULAR)
        details = ElidedLabel(theme, said, fonts.SMALL, fonts.REGULAR, "ink_2")
        words = column(name, 2, details)
        line = row(words, 16, self.used, 10, self.edit_button)
        line.setStretch(0, 1)
        self.setLayout(column(8, line, 8, rule(soft=True)))


class TemplatesBox(OwnBox):
    """The list of one goal.

    Signals
    -------
    edit_wanted : the template to be opened in the editor.
    read : a new `TemplateLibrary` was read.
    """

    edit_wanted = Signal(object)
    read = Signal(object)

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._desk = context.book.desk(self)
        self.library = asks.TemplateLibrary((), (), ())
        self.lines: list[TemplateLine] = []
        #: What was typed and not saved, by code.
        self.unsaved: dict[str, TemplateChoice] = {}
        self.goals = CountTabs(context.theme, "Goals", size=fonts.LIST, height=36, inset=0)
        self.goals.show_tabs([Tab(goal, words) for goal, words in GOALS.items()])
        self.goals.chosen.connect(lambda _goal: self._fill())
        self.add_button = push("Add a template")
        self.add_button.clicked.connect(self._add)
        self._list = column()
        says = (
            "Drafts without a language model are written from these. Changes are saved in the book for everyone who"
            " opens it, and can be undone."
        )
        parts = (self.goals, rule(soft=True), self._list, 14, row(self.add_button, -1), -1)
        self.setLayout(headed("Templates", says, 8, *parts))

    @property
    def first(self) -> QWidget:
        return self.goals

    def arrive(self) -> None:
        workspace = self._context.book.workspace
        self._desk.read("library", partial(asks.library, workspace), self._take, self._context.book.failed.emit)

    def renew(self, changes: Changes) -> None:
        if "templates" in changes.tables:
            self.arrive()

    def keep(self, code: str, draft: TemplateChoice | None) -> None:
        """Remember what was typed of a template and not saved; None: nothing."""
        if draft is None:
            self.unsaved.pop(code, None)
        else:
            self.unsaved[code] = draft
        self._fill()

    def focus_on(self, code: str) -> None:
        """Put the focus where the editor was opened."""
        line = next((one for one in self.lines if one.template.code == code), None)
        (line.edit_button if line is not None else self.add_button).setFocus(Qt.FocusReason.OtherFocusReason)

    def _take(self, library: asks.TemplateLibrary) -> None:
        if library == self.library:
            return
        self.library = library
        counts: Mapping[str, int] = {goal: sum(one.goal == goal for one in library.templates) for goal in GOALS}
        self.goals.show_tabs([Tab(goal, words, counts[goal]) for goal, words in GOALS.items()])
        self._fill()
        self.read.emit(library)

    def _fill(self) -> None:
        at = self.window().focusWidget()
        had = next((line for line in self.lines if at is not None and line.isAncestorOf(at)), None)
        clear(self._list)
        shown = [one for one in self.library.templates if one.goal == self.goals.current]
        self.lines = [
            TemplateLine(self._context.theme, template, unsaved=template.code in self.unsaved) for template in shown
        ]
        for line in self.lines:
            line.used.toggled.connect(partial(self._switch, line.template))
            line.edit_button.clicked.connect(partial(self._edit, line.template))
            self._list.addWidget(line)
        fields = [part for line in self.lines for part in (line.used, line.edit_button)]
        in_tab_order(self.goals, *fields, self.add_button)
        again = next((line for line in self.lines if had and line.template.code == had.template.code), None)
        if had is not None and again is not None:
            (again.used if at is had.used else again.edit_button).setFocus(Qt.FocusReason.OtherFocusReason)
        self.add_button.setText("Continue with your template" if NEW.code in self.unsaved else "Add a template")

    def _switch(self, template: TemplateChoice, on: bool) -> None:
        words = f"“{template.name}” is {'used' if on else 'not used'} for drafts"
        kept = replace(template, enabled=on)
        self._context.book.act(lambda workspace: outreach.save_template(workspace, kept), words)

    def _edit(self, template: TemplateChoice, _checked: bool = False) -> None:
        self.edit_wanted.emit(template)

    def _add(self) -> None:
        self.edit_wanted.emit(replace(NEW, goal=self.goals.current))
