"""The small panels of the composer: how to rewrite, a source, a reason, a moment, a template, how consent is known."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from PySide6.QtCore import QDateTime, Qt
from PySide6.QtWidgets import QCompleter, QLineEdit, QWidget

from models.values.customers import CONSENT_WORDS
from models.values.outreach import TONES, Composition, Fact, TemplateChoice
from models.values.words import stored
from views.theme import Theme
from views.widgets.date_field import MomentField
from views.widgets.overlay import Choice, ChoicePanel, FormPanel, Overlay, text_field


def rewrite_panel(theme: Theme, window: QWidget, send: Callable[[str], None]) -> Overlay:
    """Say in words how the text is to be changed."""
    field = text_field("For example: mention the call on Tuesday, and leave out the review")
    foot = "It is written as a new draft; this one can be restored."
    return _form(theme, window, "Rewrite", "Rewrite", "How should it change?", field, send, foot,
                 "Say how, or use Shorter or Warmer.")  # fmt: skip


def source_panel(theme: Theme, window: QWidget, labels: Sequence[str], send: Callable[[str], None]) -> Overlay:
    """Name what a statement rests on."""
    field = QLineEdit()
    field.setMaxLength(200)
    field.setPlaceholderText("Order, ticket, policy page or note")
    completer = QCompleter(sorted(set(labels)), field)
    completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
    completer.setFilterMode(Qt.MatchFlag.MatchContains)
    field.setCompleter(completer)
    foot = "It is recorded with your name and shown in the margin."
    return _form(theme, window, "Add a source", "Add source", "What supports it?", field, send, foot,
                 "Name the record, page or note that supports it.")  # fmt: skip


def confirm_panel(theme: Theme, window: QWidget, send: Callable[[str], None]) -> Overlay:
    """Confirm a statement with a reason."""
    field = text_field("For example: agreed with the warehouse on the phone, 18 Nov")
    foot = "Your name and reason are recorded."
    return _form(theme, window, "Confirm the statement", "Confirm", "How do you know it?", field, send, foot,
                 "Write how you know it: the reason is recorded.")  # fmt: skip


def name_panel(theme: Theme, window: QWidget, send: Callable[[str], None]) -> Overlay:
    """Whose name stands under the emails."""
    field = QLineEdit()
    field.setMaxLength(120)
    field.setPlaceholderText("Dana Whitfield")
    foot = "It goes under every email. You can change it in Settings, Mail server."
    return _form(theme, window, "Your name", "Save name", "Sign emails as", field, send, foot, "Enter your name.")


def moment_panel(theme: Theme, window: QWidget, now: datetime, send: Callable[[str], None]) -> Overlay:
    """Pick a day and a time, in the time of this computer."""
    at = now + timedelta(hours=1)
    field = MomentField(QDateTime(at.year, at.month, at.day, at.hour, 0, 0))
    field.setMinimumDateTime(QDateTime(now.year, now.month, now.day, now.hour, now.minute, 0))
    field.setDisplayFormat("ddd d MMM yyyy, HH:mm")
    field.setCalendarPopup(True)

    def sent(panel: FormPanel) -> None:
        panel.dismiss()
        # A local time without a zone takes the offset of its own day: the clocks may change until then.
        send(stored(field.dateTime().toPython().astimezone()))  # type: ignore[attr-defined]

    foot = "Quiet hours still apply: it goes out when they end."
    panel = FormPanel(theme, window, "Pick a time", "Choose", sent, foot)
    panel.add("When should it go out?", field)
    return panel.done()


def recipients(found: Composition) -> list[Choice]:
    """Who of a customer can be written to: the customer where it has an address, and its contacts."""
    own = [Choice(found.customer, found.own_address, None)] if found.own_address else []
    people = [
        Choice(one.called, CONSENT_WORDS[one.consent] if one.email else "no email address", one.id)
        for one in found.recipients
    ]
    return own + people


def recipient_panel(
    theme: Theme, window: QWidget, choices: Sequence[Choice], chosen: Callable[[int | None], None]
) -> Overlay:
    """Choose who gets the email."""
    return ChoicePanel(theme, window, "Send to", choices, chosen, "The greeting changes with it; the text stays.")


def template_panel(
    theme: Theme, window: QWidget, templates: Sequence[TemplateChoice], chosen: Callable[[str], None]
) -> Overlay:
    """Choose a template; it writes at once."""
    choices = [Choice(one.name, TONES.get(one.tone, one.tone), one.code) for one in templates[:9]]
    return ChoicePanel(theme, window, "Write with", choices, chosen, "It is written as a new draft.")


def fact_panel(
    theme: Theme, window: QWidget, facts: Sequence[tuple[Fact, str]], chosen: Callable[[str], None]
) -> Overlay:
    """Choose a fact with its sentence; it is put into the text."""
    choices = [Choice(sentence, fact.label, fact.key) for fact, sentence in facts[:9]]
    return ChoicePanel(theme, window, "Say in the text", choices, chosen, "It is verified, and its fact is ticked.")


def _form(
    theme: Theme,
    window: QWidget,
    title: str,
    button: str,
    caption: str,
    field: QWidget,
    send: Callable[[str], None],
    foot: str,
    objection: str,
) -> Overlay:
    def sent(panel: FormPanel) -> None:
        text = field.text() if isinstance(field, QLineEdit) else field.toPlainText()  # type: ignore[attr-defined]
        if not text.strip():
            panel.object_to(objection)
            return
        panel.dismiss()
        send(text.strip())

    panel = FormPanel(theme, window, title, button, sent, foot)
    panel.add(caption, field)
    return panel.done()
