"""The left column: what the draft may use, what is masked and what never leaves, goal, tone, and who writes."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QBoxLayout, QButtonGroup, QWidget

from models.values.outreach import GOALS, TONES, Composition, Edit, Fact, Masking
from views.actions import Actions, Command
from views.composer.options import MARK_LEFT, CheckOption, RadioOption, Switch
from views.composer.writers import Writer
from views.theme import Theme, fonts
from views.widgets.buttons import LINK_PAD, CommandButton, link
from views.widgets.labels import FlowingContent, Pictogram, clear, column, kind_of, label, row, rule, scrolling

KEPT = "You can restore your current draft afterwards."
NOTHING_TICKED = "No facts ticked: the draft can only greet and ask."


class FactsPane(QWidget):
    """Shows the facts of one customer and how the draft is to be written. Emits what a person chooses.

    Signals
    -------
    ticked : keys of the ticked facts, in the order in which they are shown.
    goal_chosen, tone_chosen, writer_chosen : the key of what was chosen.
    sent_wanted : show exactly what was sent, or would be.
    templates_wanted : choose another template.
    cancel_wanted : stop writing.
    settings_wanted : set up a language model.
    """

    ticked = Signal(object)
    goal_chosen = Signal(str)
    tone_chosen = Signal(str)
    writer_chosen = Signal(str)
    sent_wanted = Signal()
    templates_wanted = Signal()
    cancel_wanted = Signal()
    settings_wanted = Signal()

    def __init__(self, theme: Theme, actions: Actions) -> None:
        super().__init__()
        kind_of(self, "panel")
        self._theme, self._actions = theme, actions
        self._boxes: dict[str, CheckOption] = {}
        self._facts: tuple[Fact, ...] = ()
        self._writers: dict[str, RadioOption] = {}
        self._writer_group = QButtonGroup(self)
        self._make_parts()
        content = FlowingContent()
        content.setLayout(self._lay_out())
        # The writer stays in sight: writing is what the column is for.
        self.setLayout(column(scrolling(content), rule(soft=True), self._writer_box()))

    def _make_parts(self) -> None:
        theme = self._theme
        self.count = label("", fonts.SMALL, fonts.REGULAR, "ink_3")
        self._rows = column()
        self._masked = column()
        self.sent_link = link("See exactly what would be sent")
        self.sent_link.clicked.connect(self.sent_wanted)
        self.goal = Switch(theme, "Goal", tuple(GOALS.items()))
        self.goal.chosen.connect(self.goal_chosen)
        self.tone = Switch(theme, "Tone", tuple(TONES.items()))
        self.tone.chosen.connect(self.tone_chosen)
        self._writer_rows = column()
        self.template_link = link("Another template…")
        self.template_link.clicked.connect(self.templates_wanted)
        self.settings_link = link("Language model…")
        self.settings_link.setToolTip("Set up a language model in Settings")
        self.settings_link.clicked.connect(self.settings_wanted)
        self.write = CommandButton.of(theme, self._actions[Command.WRITE], "retry")
        self.write_first = CommandButton.of(theme, self._actions[Command.WRITE], "edit", primary=True, text="Write")
        self.write_first.hide()
        self.cancel = CommandButton(theme, "Cancel", "close", "Esc")
        self.cancel.clicked.connect(self.cancel_wanted)
        self.cancel.hide()
        self.told = label(KEPT, fonts.SMALL, fonts.REGULAR, "ink_3", wrap=True)

    def _lay_out(self) -> QBoxLayout:
        head = row(label("Facts the draft may use", fonts.HEADING, fonts.SEMIBOLD), -1, self.count)
        only = label("Only ticked facts leave this computer.", fonts.SMALL, fonts.REGULAR, "ink_2")
        said = column(head, 6, only, margins=(MARK_LEFT, 0, 0, 0))
        facts = column(said, 4, self._rows, margins=(16 - MARK_LEFT, 10, 16, 8))
        title = label("Hidden from the model, restored here", fonts.SMALL, fonts.SEMIBOLD)
        sent = row(13, self.sent_link, -1)
        masked = column(title, 4, self._masked, 2, sent, margins=(16, 8, 16, 4))
        tone = row(label("Tone", fonts.SMALL, fonts.SEMIBOLD), 12, self.tone)
        tone.setStretch(2, 1)
        how = column(label("Goal", fonts.SMALL, fonts.SEMIBOLD), 6, self.goal, 8, tone, margins=(16, 8, 16, 8))
        return column(facts, rule(soft=True), masked, rule(soft=True), how, -1)

    def _writer_box(self) -> QBoxLayout:
        title = label("Writer", fonts.SMALL, fonts.SEMIBOLD)
        head = row(title, -1, self.template_link, self.settings_link, margins=(16, 4, 16 - LINK_PAD, 0))
        writers = row(self._writer_rows, margins=(16 - MARK_LEFT, 0, 16, 0))
        below = column(
            self.write, self.write_first, self.cancel, 6, self.told, margins=(16, 6, 16, 10),
        )  # fmt: skip
        return column(head, writers, below)

    # -- filling it ---------------------------------------------------------------------------------------------

    def first_control(self) -> QWidget:
        """Where the focus goes when the column takes it."""
        return next(iter(self._boxes.values()), self.goal)

    def show_composition(self, composition: Composition, edit: Edit) -> None:
        """Show an email's facts and choices."""
        self.goal.choose(edit.goal)
        self.tone.choose(edit.tone)
        self.show_facts(composition.facts, edit.facts)
        self._show_masking(composition.masking)

    def show_facts(self, facts: Sequence[Fact], ticked: Sequence[str]) -> None:
        """Show facts in their order with what is ticked; the same ones keep their boxes, and the focus in them."""
        chosen = set(ticked)
        if tuple(facts) == self._facts and facts:
            for key, box in self._boxes.items():
                box.setChecked(key in chosen)
            self._count()
            return
        self._facts = tuple(facts)
        clear(self._rows)
        self._boxes = {}
        for fact in facts:
            box = CheckOption(self._theme, fact.words, fact.label, checked=fact.key in chosen)
            box.clicked.connect(self._tick)
            self._boxes[fact.key] = box
            self._rows.addWidget(box)
        if not facts:
            self._rows.addWidget(label("No facts yet that a draft could use.", fonts.SMALL, ink="ink_2"))
        self._count()

    def boxes(self) -> dict[str, CheckOption]:
        """The boxes by the key of their fact."""
        return dict(self._boxes)

    def show_writers(self, writers: Sequence[Writer], chosen: str, *, choice: bool) -> None:
        """Show who can write; ``choice``: another template fits too."""
        if [writer.key for writer in writers] == list(self._writers):
            for writer in writers:
                self._writers[writer.key].say(writer.words, writer.hint)
        else:
            clear(self._writer_rows)
            self._writers = {}
            for writer in writers:
                option = RadioOption(self._theme, writer.words, writer.hint)
                option.clicked.connect(partial(self._choose_writer, writer.key))
                self._writer_group.addButton(option)
                self._writers[writer.key] = option
                self._writer_rows.addWidget(option)
        if chosen in self._writers:
            self._writers[chosen].setChecked(True)
        self.template_link.setVisible(choice)
        self.settings_link.setVisible(not any(writer.model for writer in writers))

    def writer(self, key: str) -> RadioOption:
        """The choice of one writer."""
        return self._writers[key]

    def show_writing(self, *, writing: bool, first: bool, told: str) -> None:
        """Show what the button does now: write for the first time, again, or stop."""
        self.cancel.setVisible(writing)
        self.write_first.setVisible(first and not writing)
        self.write.setVisible(not first and not writing)
        self.told.setText(told)
        self.told.setVisible(bool(told))

    def show_sent(self, *, was_sent: bool, possible: bool) -> None:
        """Name the link by whether something has left already; without a language model nothing does."""
        self.sent_link.setText("See exactly what was sent" if was_sent else "See exactly what would be sent")
        self.sent_link.setVisible(possible)

    def set_writable(self, on: bool) -> None:
        """Whether anything can be chosen: not in an email that is approved."""
        for part in (*self._boxes.values(), *self._writers.values(), self.goal, self.tone, self.template_link):
            part.setEnabled(on)

    # -- inside -------------------------------------------------------------------------------------------------

    def _tick(self, _checked: bool = False) -> None:
        self._count()
        self.ticked.emit(tuple(key for key, box in self._boxes.items() if box.isChecked()))

    def _choose_writer(self, key: str, _checked: bool = False) -> None:
        self.writer_chosen.emit(key)

    def _count(self) -> None:
        on = sum(box.isChecked() for box in self._boxes.values())
        self.count.setText(f"{on} of {len(self._boxes)} ticked" if self._boxes else "")
        self.count.setToolTip("" if on else NOTHING_TICKED)

    def _show_masking(self, masking: Masking) -> None:
        clear(self._masked)
        for name, token in masking.masked:
            self._masked.addLayout(self._line("customers", f"{name} → ", token))
        if masking.withheld:
            self._masked.addLayout(self._line("email", f"{masking.withheld} → ", "not sent"))
        if masking.never:
            self._masked.addLayout(self._line("lock", "", "Never sent: ", masking.never))

    def _line(self, icon: str, before: str, strong: str, after: str = "") -> QBoxLayout:
        picture = Pictogram(self._theme, icon, "ink_2", 14, (18, 18))
        words = label("", fonts.SMALL, fonts.REGULAR, "ink_2", wrap=True)
        words.setTextFormat(Qt.TextFormat.RichText)
        words.setText(f"{_safe(before)}<b style='font-weight:500'>{_safe(strong)}</b>{_safe(after)}")
        words.setAccessibleName(f"{before}{strong}{after}")
        box = row(picture, words, margins=(0, 1, 0, 1))
        box.setAlignment(picture, Qt.AlignmentFlag.AlignTop)
        return box


def _safe(text: str) -> str:
    import html

    return html.escape(text)
