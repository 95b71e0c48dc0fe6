"""The language models of this computer: listed, added, edited, removed, tried; and which one writes drafts."""

from __future__ import annotations

from functools import partial
from threading import Event

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QLabel, QStackedWidget, QWidget

from services.settings import ModelProfile
from views.background import Desk, Failed
from views.settings import asks
from views.settings.own_box import OwnBox
from views.settings.profile_draft import in_words
from views.settings.profile_form import ProfileForm
from views.settings.verdict import Verdict
from views.shell.page import Context
from views.theme import Theme, fonts
from views.widgets.buttons import push
from views.widgets.choice_box import ChoiceBox
from views.widgets.labels import clear, column, headed, in_tab_order, label, note, row, rule

_TITLE_WIDE = 250
BY_TEMPLATE = "A template, without a model"


class ProfileLine(QWidget):
    """One language model in the list."""

    def __init__(self, theme: Theme, profile: ModelProfile) -> None:
        super().__init__()
        self.profile = profile
        self.test_button, self.edit_button, self.remove_button = push("Test"), push("Edit"), push("Remove")
        for button in (self.test_button, self.edit_button, self.remove_button):
            button.setAccessibleName(f"{button.text()} {profile.name}")
        self.state = note("", fonts.SMALL, "ink_3")
        self.verdict = Verdict(theme)
        words = column(
            label(profile.name, fonts.BODY, fonts.SEMIBOLD, wrap=True),
            2,
            note(in_words(profile), fonts.SMALL),
            self.state,
        )
        line = row(words, 16, self.test_button, 6, self.edit_button, 6, self.remove_button)
        line.setStretch(0, 1)
        self.setLayout(column(10, line, 6, self.verdict, 10, rule(soft=True)))
        self.show_kept(None)

    def show_kept(self, kept: asks.Kept | None) -> None:
        """Say where its key is."""
        if kept is None:
            self.state.setText("")
        elif kept.where == "keyring":
            self.state.setText("Its key is stored in the keyring.")
        elif kept.where == "run":
            self.state.setText("Its key is kept until you close Bellwether, never on disk.")
        elif kept.where == "locked":
            self.state.setText("The keyring is locked. Unlock it to see whether a key is stored.")
        elif self.profile.kind == "local":
            self.state.setText("No key stored; most servers on this computer need none.")
        else:
            self.state.setText("No key stored. Press Edit to add one.")


class ModelsBox(OwnBox):
    """The list with the choice of who writes; a form in its place while one is added or edited."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._desk: Desk = context.book.desk(self)
        self.lines: list[ProfileLine] = []
        self._given_up = Event()
        self._shown: tuple[ModelProfile, ...] | None = None
        self.writer = ChoiceBox(context.theme, "Drafts are written by")
        self.writer.setFixedWidth(300)
        self.second = QCheckBox("Read each email again before it is approved")
        self.second.setToolTip("It may add warnings to sentences. It never clears one, and never approves.")
        self._locked = note("", fonts.SMALL)
        self._none = note("None set up. Drafts are written from a template, which works offline.")
        self.add_button = push("Add a language model")
        self.form = ProfileForm(context, self._desk)
        self._list = column()
        self._pages = QStackedWidget()
        self._pages.addWidget(self._list_page())
        self._pages.addWidget(self.form)
        self.setLayout(column(self._pages))
        self._wire()
        self._follow()

    def _list_page(self) -> QWidget:
        what = (
            "A model gets the facts that you tick and, for a second reading, the sentences of your email, with names"
            " and addresses masked; nothing else. Models are stored on this computer, their keys only in its keyring."
        )
        title: QLabel = label("Drafts are written by", fonts.LIST)
        title.setFixedWidth(_TITLE_WIDE)
        title.setBuddy(self.writer)
        says = note("Applies at once. You can always choose another in the composer.", fonts.SMALL, "ink_3")
        choice = row(title, 16, column(row(self.writer, -1), 2, self._locked, says, 8, self.second))
        choice.setAlignment(title, Qt.AlignmentFlag.AlignTop)
        title.setFixedHeight(32)
        made = QWidget()
        buttons = row(self.add_button, -1)
        parts = (12, choice, 14, rule(soft=True), self._none, self._list, 14, buttons, -1)
        made.setLayout(headed("Language models", what, *parts))
        return made

    def _wire(self) -> None:
        self.writer.activated.connect(self._choose_writer)
        self.second.clicked.connect(lambda on: self._context.remembered.set(second_reading=on))
        self.add_button.clicked.connect(lambda: self._edit(None))
        self.form.save_wanted.connect(self._keep)
        self.form.left.connect(self._left)
        self._context.remembered.changed.connect(self._follow)

    @property
    def editing(self) -> bool:
        """Whether the form is shown."""
        return self._pages.currentWidget() is self.form

    @property
    def first(self) -> QWidget:
        return self.form.first if self.editing else self.writer

    def arrive(self) -> None:
        self._read_kept()

    def leave(self) -> None:
        self.form.give_up()
        self._given_up.set()
        self._given_up = Event()
        for line in self.lines:
            self._desk.drop(f"try {line.profile.name}")
            line.verdict.hide()

    # -- the list -----------------------------------------------------------------------------------------------

    def _follow(self) -> None:
        """Show what this computer remembers now."""
        preferences, managed = self._context.remembered.value, self._context.book.workspace.managed
        if preferences.profiles != self._shown:
            self._shown = preferences.profiles
            self._fill(preferences.profiles, locked=managed.is_locked("profiles"))
        self.writer.blockSignals(True)
        self.writer.clear()
        self.writer.addItem(BY_TEMPLATE, "")
        for profile in preferences.profiles:
            self.writer.addItem(profile.name, profile.name)
        self.writer.setCurrentIndex(max(0, self.writer.findData(preferences.writer)))
        self.writer.blockSignals(False)
        self.writer.setEnabled(not managed.is_locked("writer"))
        self.second.setChecked(preferences.second_reading)
        self.second.setEnabled(bool(preferences.profiles) and not managed.is_locked("second_reading"))
        self.add_button.setVisible(not managed.is_locked("profiles"))
        why = next((why for name in ("profiles", "writer", "second_reading") if (why := managed.why_locked(name))), "")
        self._locked.setText(why)
        self._locked.setVisible(bool(why))

    def _fill(self, profiles: tuple[ModelProfile, ...], *, locked: bool) -> None:
        clear(self._list)
        self.lines = [ProfileLine(self._context.theme, profile) for profile in profiles]
        for line in self.lines:
            line.test_button.clicked.connect(partial(self._test, line))
            line.edit_button.clicked.connect(partial(self._edit, line.profile))
            line.remove_button.clicked.connect(partial(self._remove, line))
            line.remove_button.setVisible(not locked)
            self._list.addWidget(line)
        buttons = [part for line in self.lines for part in (line.test_button, line.edit_button, line.remove_button)]
        in_tab_order(self.writer, self.second, *buttons, self.add_button)
        self._none.setVisible(not profiles)
        self._read_kept()

    def _read_kept(self) -> None:
        names = [line.profile.secret for line in self.lines]
        if names:
            job = partial(asks.all_kept, self._context.book.workspace, names)
            self._desk.read("kept", job, self._show_kept)

    def _show_kept(self, kept: dict[str, asks.Kept]) -> None:
        for line in self.lines:
            line.show_kept(kept.get(line.profile.secret))

    def _choose_writer(self, _at: int) -> None:
        self._context.remembered.set(writer=self.writer.currentData())

    def _test(self, line: ProfileLine, _checked: bool = False) -> None:
        profile = line.profile
        if line.verdict.waiting:
            return
        line.verdict.wait(f"Asking {profile.model} for one word …")

        def said(words: str) -> None:
            if line in self.lines:
                line.verdict.works(words)

        def failed(fault: Failed) -> None:
            if line in self.lines:
                line.verdict.fails(fault.words)

        workspace = self._context.book.workspace
        job = partial(asks.try_profile, workspace, profile, "", profile.secret, self._given_up)
        self._desk.read(f"try {profile.name}", job, said, failed)

    def _remove(self, line: ProfileLine, _checked: bool = False) -> None:
        """Forget its key, then the model."""
        name, workspace = line.profile.name, self._context.book.workspace
        line.remove_button.setEnabled(False)

        def gone(_kept: asks.Kept) -> None:
            now = self._context.remembered.value
            left = tuple(profile for profile in now.profiles if profile.name != name)
            writer = "" if now.writer == name else now.writer
            self._context.remembered.set(profiles=left, writer=writer)
            self.add_button.setFocus(Qt.FocusReason.OtherFocusReason)
            self._context.book.told.emit(f"Removed {name} and its key")

        def refused(fault: Failed) -> None:
            if line in self.lines:
                line.remove_button.setEnabled(True)
                line.verdict.fails(fault.words)

        self._desk.write(partial(asks.forget, workspace, line.profile.secret), gone, refused)

    # -- the form -----------------------------------------------------------------------------------------------

    def _edit(self, profile: ModelProfile | None, _checked: bool = False) -> None:
        own = profile.name if profile is not None else ""
        taken = [one.name for one in self._context.remembered.value.profiles if one.name != own]
        self.form.begin(profile, taken)
        self._pages.setCurrentWidget(self.form)
        self.form.first.setFocus(Qt.FocusReason.OtherFocusReason)

    def _keep(self, profile: ModelProfile, typed: str) -> None:
        before = self.form.before
        old = before.secret if before is not None else ""
        workspace = self._context.book.workspace
        job = partial(asks.keep, workspace, profile.secret, typed, old, move=True)
        self._desk.write(job, partial(self._kept, profile, before), self.form.refuse)

    def _kept(self, profile: ModelProfile, before: ModelProfile | None, _kept: asks.Kept) -> None:
        now = self._context.remembered.value
        known = before is not None and any(one.name == before.name for one in now.profiles)
        if before is not None and known:
            profiles = tuple(profile if one.name == before.name else one for one in now.profiles)
        else:
            profiles = (*now.profiles, profile)
        writer = profile.name if before is not None and now.writer == before.name else now.writer
        self._context.remembered.set(profiles=profiles, writer=writer)
        self._read_kept()
        self._back()
        self._context.book.told.emit(f"{profile.name} saved on this computer")

    def _left(self) -> None:
        """The form is left without saving; what was filled in can be brought back."""
        filled, before = self.form.filled, self.form.before
        self._back()
        if filled is not None:
            self.undo_offered.emit("Your changes were not saved", partial(self._bring_back, before, *filled))

    def _bring_back(self, before: ModelProfile | None, texts: dict[str, str], typed: str) -> None:
        self._edit(before)
        self.form.fill(texts, typed)

    def _back(self) -> None:
        self.form.key.forget_typed()
        self.form.give_up()
        name = self.form.before.name if self.form.before is not None else ""
        self._pages.setCurrentIndex(0)
        line = next((one for one in self.lines if one.profile.name == name), None)
        (line.edit_button if line is not None else self.add_button).setFocus(Qt.FocusReason.OtherFocusReason)
