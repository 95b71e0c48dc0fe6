"""The right column: whether the email may go, what stands in its way and the ways out of it, when, and what follows."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QApplication,
    QBoxLayout,
    QButtonGroup,
    QLineEdit,
    QPlainTextEdit,
    QTextEdit,
    QWidget,
)

from models.values.outreach import Check, Claim, Review
from models.values.words import sentence, shortened
from views.actions import Actions, Command
from views.composer.options import MARK_LEFT, CheckOption, RadioOption
from views.composer.timing import Moment
from views.composer.ways import WAYS, Quote, WayButton
from views.theme import Theme, fonts
from views.widgets.buttons import CommandButton, IconButton, link
from views.widgets.labels import FlowingContent, Pictogram, clear, column, kind_of, label, row, rule, scrolling

NOTHING_SENT = "Nothing is sent before you approve."
_NOT_READY = ("severity-high", "warning_text")
#: So many sentences of their own are quoted beside the text, and so much of each.
_MOST_QUOTED, _LONGEST_QUOTE = 4, 110


class VerdictPane(QWidget):
    """Shows the verdict on an email. Emits what a person chooses.

    Signals
    -------
    flag_wanted : +1 or -1: the next flagged statement, or the one before.
    moment_chosen : index of a `Moment`, -1 for one to pick.
    after_changed : a tick of what follows was changed.
    remedy_wanted : name of a check whose remedy is asked for.
    read_changed : whether the person has read the sentences of their own.
    """

    flag_wanted = Signal(int)
    moment_chosen = Signal(int)
    after_changed = Signal()
    remedy_wanted = Signal(str)
    read_changed = Signal(bool)

    def __init__(self, theme: Theme, actions: Actions) -> None:
        super().__init__()
        kind_of(self, "panel")
        self._theme, self._actions = theme, actions
        self._moments: list[RadioOption] = []
        self._group = QButtonGroup(self)
        self._make_parts()
        content = FlowingContent()
        content.setLayout(self._lay_out())
        self.setLayout(column(scrolling(content)))
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.focusChanged.connect(self._show_keys)

    def _make_parts(self) -> None:
        theme, actions = self._theme, self._actions
        self._sign = Pictogram(theme, "", "good_text", 18, (24, 22))
        self.verdict = label("", fonts.HEADING, fonts.SEMIBOLD, wrap=True)
        self.summary = label("", fonts.SMALL, fonts.REGULAR, "ink_2", wrap=True)
        self.quote = Quote(theme)
        self.quote_count = label("", fonts.SMALL, fonts.REGULAR, "ink_3")
        self.quote_before = IconButton(theme, "chevron-up", "Previous statement")
        self.quote_next = IconButton(theme, "chevron-down", "Next statement")
        self.quote_before.clicked.connect(lambda: self.flag_wanted.emit(-1))
        self.quote_next.clicked.connect(lambda: self.flag_wanted.emit(1))
        self._steps = QWidget()
        self._steps.setLayout(row(self.quote_count, -1, self.quote_before, self.quote_next))
        self.ways = [WayButton(theme, actions[command], icon, says) for command, icon, says in WAYS]
        self.never = label("", fonts.SMALL, fonts.REGULAR, "ink_2", wrap=True)
        self._own_rows = column()
        self.read = CheckOption(theme, "I have read them")
        self.read.clicked.connect(self.read_changed)
        self.again = CommandButton.of(theme, actions[Command.SECOND_READING], "eye")
        self.approve = CommandButton.of(theme, actions[Command.APPROVE], "send", primary=True)
        self.locked = CommandButton.of(theme, actions[Command.APPROVE], "lock", primary=True)
        self.recall = CommandButton.of(theme, actions[Command.RECALL], "return")
        self.save = CommandButton.of(theme, actions[Command.SAVE_DRAFT], "")
        self.save.set_key("")
        self.program = CommandButton.of(theme, actions[Command.MAIL_PROGRAM], "")
        self.opens = label("", fonts.SMALL, fonts.REGULAR, "ink_3", wrap=True)
        self._passed = label("", fonts.SMALL, fonts.REGULAR, "ink_3")
        self._checks = column()
        self._due = label("", fonts.SMALL, fonts.REGULAR, "ink_3")
        self._moment_rows = column()
        self.wait = CheckOption(theme, "Move the alert to Waiting")
        self.remind = CheckOption(theme, "")
        self.deal = CheckOption(theme, "")
        for box in (self.wait, self.remind, self.deal):
            box.clicked.connect(lambda _on: self.after_changed.emit())

    def _lay_out(self) -> QBoxLayout:
        head = row(self._sign, self.verdict)
        head.setAlignment(self._sign, Qt.AlignmentFlag.AlignTop)
        beside = QWidget()
        beside.setLayout(row(self.save, 6, self.program))
        self._beside = beside
        flagged: list[QWidget | QBoxLayout | int] = [2, self.quote, self._steps, 2]
        for button in self.ways:
            flagged += [6, button]
        self._flagged = QWidget()
        self._flagged.setLayout(column(*flagged, 4, self.never))
        self._own = QWidget()
        self._own.setLayout(column(2, self._own_rows, 6, self.read))
        buttons = (self.approve, self.locked, self.recall, 8, beside, 6, self.again, 6, self.opens)
        self._act = QWidget()
        self._act.setLayout(
            column(head, 6, self.summary, self._flagged, self._own, 8, *buttons, margins=(16, 12, 16, 12))
        )
        checks = column(row(_title("Checks"), -1, self._passed), 4, self._checks, margins=(16, 11, 16, 11))
        self._when = QWidget()
        when_head = row(_title("When"), -1, self._due, margins=(MARK_LEFT, 0, 0, 0))
        when = column(when_head, 3, self._moment_rows, margins=(16 - MARK_LEFT, 11, 16, 11))
        self._when.setLayout(column(rule(soft=True), when))
        self._after = QWidget()
        hint = label("nothing is ticked for you", fonts.SMALL, fonts.REGULAR, "ink_3")
        after_head = row(_title("After approval"), -1, hint, margins=(MARK_LEFT, 0, 0, 0))
        after = column(after_head, 3, self.wait, self.remind, self.deal, margins=(16 - MARK_LEFT, 11, 16, 14))
        self._after.setLayout(column(rule(soft=True), after))
        self._checks_box = QWidget()
        self._checks_box.setLayout(column(rule(soft=True), checks))
        return column(self._act, self._checks_box, self._when, self._after, -1)

    # -- filling it ---------------------------------------------------------------------------------------------

    def first_control(self) -> QWidget:
        """Where the focus goes when the column takes it."""
        parts = (*self.ways, self.read, self.approve, self.recall, self.save, *self._moments)
        return next((part for part in parts if part.isVisible() and part.isEnabled()), self)

    def has_focus(self) -> bool:
        """Whether the focus is in this column."""
        focus = QApplication.focusWidget()
        return focus is not None and self.isAncestorOf(focus)

    def take_focus(self) -> None:
        """Put the focus on the first control, unless a narrow window hides the column."""
        first = self.first_control()
        if first.isVisible():
            first.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_checking(self) -> None:
        """Another email is shown, and its verdict is still to come."""
        self.verdict.setText("Checking …")
        self._sign.show_icon("", "ink_3")
        self._show_flag(None, (0, 0))
        self._show_own(())
        self._passed.setText("")
        clear(self._checks)
        for part in (self.summary, self.approve, self.recall, self.again, self.opens):
            part.hide()
        self.locked.show()
        self._beside.show()

    def show_review(self, review: Review, flag: Claim | None, place: tuple[int, int], opens: str) -> None:
        """Show a verdict, the flagged statement that is looked at, and what opens the button."""
        first, _colon, rest = review.verdict.partition(": ")
        what, _colon, why = rest.partition(": ")
        passed = sum(check.passed for check in review.checks)
        if review.ready:
            said = f"{passed} of {len(review.checks)} checks passed. {NOTHING_SENT}"
            self._say_verdict(first, "ready", "good_text")
            self._show(self.summary, f"{sentence(rest)} {said}" if rest else said)
        elif review.to_read:
            self._say_verdict(first, "eye", "ink")
            self._show(self.summary, sentence(rest))
        else:
            self._say_verdict(f"{first}:\n{what}" if what else first, *_NOT_READY)
            self._show(self.summary, why)
        self._show_own(() if review.flagged else review.own)
        self._passed.setText(f"{passed} of {len(review.checks)} passed")
        self._show_flag(flag, place)
        self.approve.setVisible(review.ready)
        self.locked.setVisible(not review.ready)
        self.recall.hide()
        self._beside.show()
        self._checks_box.show()
        self._show(self.opens, opens)
        self._show_checks(review.checks)

    def show_closed(self, verdict: str, summary: str, *, ready: bool, recall: bool) -> None:
        """Show an email that is not written any more: approved, sent, failed, in doubt, discarded."""
        self._say_verdict(verdict, *(("ready", "good_text") if ready else _NOT_READY))
        self._show(self.summary, summary)
        self._show_flag(None, (0, 0))
        self._show_own(())
        for part in (self.approve, self.locked, self._beside, self.again, self._checks_box, self._when, self._after):
            part.hide()
        self.recall.setVisible(recall)
        self._show(self.opens, "")

    def show_open(self) -> None:
        """Show an email that can be written."""
        self._when.show()
        self._after.setVisible(not all(box.isHidden() for box in (self.wait, self.remind, self.deal)))

    def show_moments(self, moments: Sequence[Moment], chosen: int, due: str) -> None:
        """Show when it may go out, each with what that does to the alert's clock."""
        self._due.setText(due)
        if len(moments) == len(self._moments):
            for option, moment in zip(self._moments, moments, strict=True):
                option.say(moment.words, moment.effect)
        else:
            self._make_moments(moments)
        if 0 <= chosen < len(self._moments):
            self._moments[chosen].setChecked(True)

    def _make_moments(self, moments: Sequence[Moment]) -> None:
        clear(self._moment_rows)
        self._moments = []
        for number, moment in enumerate(moments):
            option = RadioOption(self._theme, moment.words, moment.effect)
            option.clicked.connect(partial(self._choose_moment, -1 if moment.at == "" else number))
            self._group.addButton(option)
            self._moments.append(option)
            self._moment_rows.addWidget(option)

    def moment(self, number: int) -> RadioOption:
        """One of the moments, the last one is to be picked."""
        return self._moments[number]

    def show_after(self, *, alert: bool, remind: str, deal: str) -> None:
        """Show what can follow; '' where there is no such thing. What a person ticked stays."""
        self.wait.setVisible(alert)
        for box, words in ((self.remind, remind), (self.deal, deal)):
            box.setVisible(bool(words))
            box.say(words, "")

    def untick_after(self) -> None:
        """For another email nothing is ticked: what follows an email is a person's to decide."""
        for box in (self.wait, self.remind, self.deal):
            box.setChecked(False)

    # -- inside -------------------------------------------------------------------------------------------------

    def _show_keys(self, _before: QWidget | None, focus: QWidget | None) -> None:
        for way in self.ways:
            way.show_key(typing=takes_letters(focus))

    def _show(self, part: QWidget, words: str) -> None:
        part.setText(words)  # type: ignore[attr-defined]
        part.setVisible(bool(words))

    def _say_verdict(self, words: str, icon: str, ink: str) -> None:
        self.verdict.setText(words)
        self._sign.show_icon(icon, ink)
        self._act.setAccessibleName(words.replace("\n", " "))

    def _show_flag(self, flag: Claim | None, place: tuple[int, int]) -> None:
        at, of = place
        self._flagged.setVisible(flag is not None)
        self._steps.setVisible(of > 1)
        if flag is None:
            self._show(self.never, "")
            return
        self.quote.words.setText(f"“{flag.sentence or flag.text}”")
        self.quote.words.setToolTip(flag.label)
        self.quote_count.setText(f"{at} of {of} to resolve")
        never = "" if self.ways[1].isEnabled() else "This can only be removed: it never goes to a customer."
        self._show(self.never, never)

    def _show_own(self, own: Sequence[Claim]) -> None:
        """Show the person's own sentences, each once, with the box that says that they were read."""
        clear(self._own_rows)
        self._own.setVisible(bool(own))
        for one in list(dict.fromkeys(claim.sentence for claim in own))[:_MOST_QUOTED]:
            quote = Quote(self._theme, "control")
            quote.words.setText(f"“{shortened(one, _LONGEST_QUOTE)}”")
            self._own_rows.addWidget(quote)
            if warning := next((claim.label for claim in own if claim.sentence == one and claim.warned), ""):
                self._own_rows.addLayout(_warning(self._theme, warning))
        said = {claim.sentence for claim in own}
        self.read.say(f"I have read {'it' if len(said) == 1 else 'them'}", "")
        more = len(said) - _MOST_QUOTED
        if more > 0:
            self._own_rows.addWidget(label(f"and {more} more, marked in the text", fonts.SMALL, fonts.REGULAR, "ink_3"))
        self.read.setChecked(bool(own) and all(claim.verdict == "read" for claim in own))

    def _show_checks(self, checks: Sequence[Check]) -> None:
        clear(self._checks)
        for check in checks:
            icon, ink = ("check", "good_text") if check.passed else ("warning", "warning_text")
            picture = Pictogram(self._theme, icon, ink, 14, (20, 18))
            words = _check_words(check)
            line_box = row(picture, words, margins=(0, 1, 0, 1))
            line_box.setAlignment(picture, Qt.AlignmentFlag.AlignTop)
            self._checks.addLayout(line_box)
            if check.remedy and not check.passed:
                remedy = link(check.remedy)
                remedy.clicked.connect(partial(self.remedy_wanted.emit, check.name))
                self._checks.addLayout(row(16, remedy, -1))

    def _choose_moment(self, number: int, _checked: bool = False) -> None:
        self.moment_chosen.emit(number)


def _warning(theme: Theme, said: str) -> QBoxLayout:
    """What a second reading said of the sentence above."""
    words = label(said, fonts.SMALL, fonts.REGULAR, "warning_text", wrap=True)
    sign = Pictogram(theme, "warning", "warning_text", 14, (20, 18))
    made = row(sign, words, margins=(0, 1, 0, 5))
    made.setAlignment(sign, Qt.AlignmentFlag.AlignTop)
    return made


def takes_letters(focus: QWidget | None) -> bool:
    """Whether a letter goes into a text instead of being a key."""
    return isinstance(focus, QLineEdit | QPlainTextEdit | QTextEdit | QAbstractSpinBox) and not focus.isReadOnly()


def _check_words(check: Check) -> QWidget:
    import html

    made = label("", fonts.SMALL, fonts.REGULAR, "ink_2", wrap=True)
    strong = check.why or not check.passed
    first = html.escape(check.words)
    # The statement itself is quoted above the ways out of it.
    rest = "" if check.name == "statements" else html.escape(check.rest)
    made.setTextFormat(Qt.TextFormat.RichText)
    made.setText(f"<span style='font-weight:500'>{first}</span>{rest}" if strong else first)
    made.setAccessibleName(f"{'Passed' if check.passed else 'Not passed'}: {check.words}{check.rest}")
    made.setToolTip(check.why)
    return made


def _title(text: str) -> QWidget:
    return label(text, fonts.SMALL, fonts.SEMIBOLD)
