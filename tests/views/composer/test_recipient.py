"""To whom the email goes is shown, and another contact can be chosen: their greeting, their consent, their draft."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from models.queries.contacts import contacts_of
from models.store import connect
from services.sync import add_contact
from services.workspace import Workspace
from tests.views.composer.made import Desk, open_desk, somebody
from tests.views.conftest import OpenWindow
from views.actions import Command
from views.widgets.overlay import ChoicePanel

CONTROL = Qt.KeyboardModifier.ControlModifier
KIM = {"name": "Kim Berg", "role": "Buyer", "email": "kim@linden.example", "email_consent": "given"}
LEE = {"name": "Lee Pike", "role": "Owner", "email": "lee@linden.example"}


@pytest.fixture
def desk(qtbot: QtBot, open_window: OpenWindow, sample: Workspace) -> Desk:
    customer, alert = somebody(sample)
    for fields in (KIM, LEE):
        add_contact(sample, customer, fields)
    made = open_desk(qtbot, open_window, sample)
    made.open(customer, alert)
    return made


def choose(desk: Desk, name: str) -> None:
    """Choose by the keyboard alone."""
    before = desk.session.edit.contact_id
    desk.press(Qt.Key.Key_T, CONTROL)
    panel = desk.panel()
    assert isinstance(panel, ChoicePanel)
    place = [choice.words.startswith(name) for choice in panel.choices].index(True)
    desk.press(Qt.Key(Qt.Key.Key_1 + place))
    desk.wait(lambda: desk.session.edit.contact_id != before)
    desk.reviewed()
    desk.calm()


def to(desk: Desk) -> tuple[str, str]:
    head = desk.page.mail.head
    return head.to.text(), head.to_row.state.text()


def test_another_contact_is_chosen_by_keyboard_and_undone(desk: Desk, sample: Workspace) -> None:
    page, own, greeting = desk.page, to(desk), desk.session.edit.greeting
    assert own[0].startswith(f"{desk.session.composition.customer} · "), "the address of nobody of them"
    assert page.mail.head.change.isVisible() and "(Ctrl T)" in page.mail.head.change.toolTip()
    desk.type_in(" We are here until six.")
    body = desk.text
    choose(desk, "Kim Berg, Buyer")
    assert to(desk)[0] == "Kim Berg, Buyer · kim@linden.example" and to(desk)[1].startswith("consent of Kim Berg given")
    assert "Kim" in page.mail.head.greeting.text() and desk.text == body
    stored = desk.session.message
    assert stored is not None and stored.contact_id == desk.session.edit.contact_id is not None
    desk.wait(lambda: bool(desk.session.composition.versions))
    assert desk.session.composition.versions[0].words == "addressed to Kim Berg by you"

    for toast in (True, False):  # what the toast offers, and what the journal holds
        if not toast:
            choose(desk, "Kim Berg, Buyer")
            desk.desktop.window.toast.dismiss()
        page.context.actions[Command.UNDO].trigger()
        desk.wait(lambda: desk.session.edit.contact_id is None)
        desk.reviewed()
        desk.calm()
        assert to(desk) == own and page.mail.head.greeting.text() == greeting and desk.text == body


def test_a_contact_without_consent_is_asked_for_theirs_and_the_company_keeps_its_own(
    desk: Desk, sample: Workspace
) -> None:
    customer = desk.session.edit.customer_id
    choose(desk, "Lee Pike, Owner")
    assert desk.page.mail.head.to_row.state.text().startswith("no consent")
    desk.page.acts.record_consent()
    field = desk.panel().findChild(QLineEdit)
    assert field is not None
    field.setText("at the fair")
    desk.press(Qt.Key.Key_Return)
    desk.wait(lambda: desk.page.mail.head.to_row.state.text().startswith("consent of Lee Pike given"))
    desk.calm()
    driver = connect(sample.store.path)
    consents = {one.name: one.consent for one in contacts_of(driver, customer)}
    assert consents.items() >= {"Kim Berg": "given", "Lee Pike": "given"}.items()
    how = driver.execute("SELECT email_consent_how FROM contacts WHERE name = 'Lee Pike'").fetchone()[0]
    driver.close()
    assert how == "at the fair"


def test_what_is_written_again_is_written_to_the_contact(desk: Desk) -> None:
    choose(desk, "Kim Berg")
    assert desk.page.drafting.request(desk.session).contact_id == desk.session.edit.contact_id
    desk.page.mail.head.greeting.setText("Dear all,")
    desk.page.take_text()
    desk.page.context.actions[Command.WRITE].trigger()
    desk.wait(lambda: "Kim" in desk.session.edit.greeting)
    desk.calm()
    assert desk.session.message is not None and desk.session.message.contact_id == desk.session.edit.contact_id
