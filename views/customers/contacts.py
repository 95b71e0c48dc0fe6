"""The people of a customer: listed, added, changed, made primary, and their consent recorded; each can be undone."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QCheckBox, QLineEdit, QWidget

from models.queries.contacts import contacts_of
from models.values.changes import Changes
from models.values.customers import CONSENT_WORDS, Contact, CustomerProfile
from models.values.phones import NO_PHONE, is_phone
from models.values.words import capital
from services.workspace import Workspace
from views.customers.form_fields import changed, faults_of
from views.shell.book import Book
from views.theme import Theme
from views.widgets.choice_box import ChoiceBox
from views.widgets.overlay import Choice, ChoicePanel, FormPanel, consent_fields

_LINES = {"name": "Name", "role": "Role", "email": "Email", "phone": "Phone"}
_HOW, _SINCE = "email_consent_how", "email_consent_since"


class Contacts(QObject):
    """Opens the panels of one page."""

    def __init__(self, book: Book, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._book, self._theme = book, theme
        self._desk = book.desk(self)

    def open(self, profile: CustomerProfile, anchor: QWidget) -> None:
        """List the contacts of a customer under a widget."""
        ask = partial(_read, self._book.workspace, profile.id)
        self._desk.read("contacts", ask, partial(self._list, profile, anchor), self._book.failed.emit)

    def _list(self, profile: CustomerProfile, anchor: QWidget, found: Sequence[Contact]) -> None:
        if not anchor.isVisible():
            return
        choices = [Choice("Add a contact…", "", None)]
        for one in found:
            primary = "primary · " if one.primary else ""
            choices.append(Choice(one.called, f"{primary}{CONSENT_WORDS[one.consent]}", one))
        foot = "Choose a contact to change their details."
        chosen = partial(self._edit, profile, anchor)
        ChoicePanel(self._theme, anchor.window(), "Contacts", choices, chosen, foot).open_under(anchor)

    def _edit(self, profile: CustomerProfile, anchor: QWidget, one: Contact | None) -> None:
        lines = {key: QLineEdit(getattr(one, key) if one is not None else "") for key in _LINES}
        lines[_HOW], since = consent_fields(self._book.workspace.clock.today())
        consent, primary = ChoiceBox(self._theme, "Email consent"), QCheckBox("Primary contact")
        for value, words in CONSENT_WORDS.items():
            consent.addItem(capital(words), value)
        consent.setCurrentIndex(consent.findData(one.consent if one is not None else "unknown"))
        primary.setChecked(one is not None and one.primary)

        def texts() -> dict[str, str]:
            said = {key: line.text() for key, line in lines.items()}
            said[_SINCE] = since.date().toString(Qt.DateFormat.ISODate)
            return {**said, "email_consent": consent.currentData(), "is_primary": "yes" if primary.isChecked() else ""}

        before = texts()

        def send(panel: FormPanel) -> None:
            now = texts()
            fault = faults_of(now).get("email", "")
            if not (now["name"].strip() or now["email"].strip()):
                fault = "A contact needs a name or an email address."
            fields = changed(before, now)
            if fields.keys() & {_HOW, _SINCE} and "email_consent" not in fields:
                fields["email_consent"] = now["email_consent"]
            if fields.get("phone", "").strip() and not is_phone(fields["phone"]):
                fault = f"Phone is {NO_PHONE}"
            if fault:
                panel.object_to(fault)
                return
            panel.dismiss()
            if fields:
                self._book.act(partial(_write, profile.id, one.id if one is not None else None, fields))

        title, button = ("Change the contact", "Save") if one is not None else (f"Add to {profile.name}", "Add contact")
        panel = FormPanel(self._theme, anchor.window(), title, button, send)
        for key, words in _LINES.items():
            panel.add(words, lines[key])
        panel.add("Email consent", consent)
        panel.add("Consent since", since)
        panel.add("Consent source", lines[_HOW])
        panel.add("Receives emails by default", primary)
        panel.done().open_under(anchor)


def _read(workspace: Workspace, customer_id: int) -> tuple[Contact, ...]:
    with workspace.store.snapshot() as driver:
        return contacts_of(driver, customer_id)


def _write(customer_id: int, contact_id: int | None, fields: dict[str, str], workspace: Workspace) -> Changes:
    from services.sync import add_contact, edit_contact

    if contact_id is None:
        return add_contact(workspace, customer_id, fields)
    return edit_contact(workspace, contact_id, fields)
