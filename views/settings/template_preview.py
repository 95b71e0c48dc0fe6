"""A template filled for a real customer while it is written, with the next and the one before."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QWidget

from models.values.outreach import TemplateChoice, TemplatePreview
from services import outreach
from views.background import Desk, Failed
from views.settings.verdict import Verdict
from views.shell.page import Context
from views.theme import fonts
from views.widgets.buttons import IconButton
from views.widgets.labels import ElidedLabel, column, kind_of, label, note, row, rule

PREVIEW_AFTER_MS = 250


class PreviewPane(QWidget):
    """Shows the mail as it would be drafted, or why it cannot be for this customer; and what the book lacks."""

    def __init__(self, context: Context, desk: Desk) -> None:
        super().__init__()
        self._context, self._desk = context, desk
        self._customers: tuple[int, ...] = ()
        self._at = -1
        self._template: TemplateChoice | None = None
        self.shown: TemplatePreview | None = None
        self.previous_button = IconButton(context.theme, "chevron-left", "Previous customer", framed=True)
        self.next_button = IconButton(context.theme, "chevron-right", "Next customer", framed=True)
        self._customer = ElidedLabel(context.theme, "", fonts.LIST, fonts.SEMIBOLD)
        self.subject = label("", fonts.BODY, fonts.SEMIBOLD, wrap=True)
        self.text = label("", fonts.LIST, wrap=True)
        for words in (self.subject, self.text):
            words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.text.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.fault = Verdict(context.theme)
        self.lacking = note("", fonts.SMALL)
        self._soon = QTimer(self, singleShot=True, interval=PREVIEW_AFTER_MS)
        self._soon.timeout.connect(self._ask)
        self.previous_button.clicked.connect(partial(self._step, -1))
        self.next_button.clicked.connect(partial(self._step, 1))
        heading = label("Preview", fonts.HEADING, fonts.SEMIBOLD)
        steps = row(self.previous_button, 4, self.next_button)
        for_whom = row(label("For ", fonts.LIST, ink="ink_2"), self._customer, 8, steps)
        for_whom.setStretch(1, 1)
        mail = QWidget()
        mail.setLayout(column(self.subject, 10, self.text, self.fault, margins=(16, 14, 16, 16)))
        kind_of(mail, "raised")
        hint = note(
            "Uses the facts that would be ticked. The signature and unsubscribe line are added on sending.",
            fonts.SMALL,
            "ink_3",
        )
        parts = (heading, 8, for_whom, 8, mail, 8, hint, 8, rule(soft=True), 8, self.lacking, -1)
        self.setLayout(column(*parts, margins=(20, 20, 16, 20)))

    def offer(self, customers: Sequence[int]) -> None:
        """Step through these customers; the first preview chooses one by itself."""
        self._customers = tuple(customers)
        self.next_button.setEnabled(bool(customers))
        self.previous_button.setEnabled(bool(customers))

    def begin(self, template: TemplateChoice) -> None:
        """Show a template at once."""
        self._at = -1
        self._template = template
        self._soon.stop()
        self._ask()

    def follow(self, template: TemplateChoice) -> None:
        """Show a template as soon as the typing stops."""
        self._template = template
        self._soon.start()

    def leave(self) -> None:
        """Nobody looks any more."""
        self._soon.stop()
        self._desk.drop("preview")

    def _step(self, by: int, _checked: bool = False) -> None:
        if self._customers:
            self._at = (self._at + by) % len(self._customers) if self._at >= 0 or by > 0 else len(self._customers) - 1
            self._ask()

    def _ask(self) -> None:
        if self._template is None:
            return
        customer = self._customers[self._at] if 0 <= self._at < len(self._customers) else None
        workspace, template = self._context.book.workspace, self._template

        def preview() -> TemplatePreview:
            return outreach.preview_template(workspace, template, customer)

        self._desk.read("preview", preview, self._show, self._failed)

    def _failed(self, failed: Failed) -> None:
        self._show(TemplatePreview("", "", "", "", failed.words, ()))

    def _show(self, found: TemplatePreview) -> None:
        self.shown = found
        self._customer.setText(found.customer or "nobody")
        self.subject.setText(found.subject)
        self.text.setText(f"{found.greeting}\n\n{found.body}" if found.body else "")
        for words in (self.subject, self.text):
            words.setVisible(bool(found.body))
        if found.fault:
            self.fault.fails(found.fault)
        else:
            self.fault.hide()
        said = " · ".join(found.lacking)
        self.lacking.setText(f"{said}: not available for them." if said else "Works for every customer.")
        self.lacking.setVisible(not found.fault or bool(said))
