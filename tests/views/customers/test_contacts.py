"""The people of a customer are added and changed from the customer's page, and each change can be undone."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QCheckBox, QComboBox, QLineEdit
from pytestqt.qtbot import QtBot

from models.queries.contacts import contacts_of
from services.insight import reading
from services.workspace import Workspace
from tests.views.conftest import OpenWindow
from tests.views.customers.test_page import WAIT_MS, customers, until
from views.customers.page import CustomersPage
from views.desktop import Desktop
from views.widgets.overlay import ChoicePanel, FormPanel, Overlay


def panel_of(qtbot: QtBot, desk: Desktop, page: CustomersPage, key: Qt.Key) -> FormPanel:
    """Open the list by its key, choose a line by its number, and return the form."""
    page.list.table.setFocus()
    qtbot.keyClick(page.list.table, Qt.Key.Key_P)
    until(qtbot, lambda: any(isinstance(one, ChoicePanel) for one in open_panels(desk)))
    qtbot.keyClick(open_panels(desk)[0], key)
    (form,) = open_panels(desk)
    assert isinstance(form, FormPanel)
    return form


def open_panels(desk: Desktop) -> list[Overlay]:
    return [one for one in desk.window.findChildren(Overlay) if one.isVisible()]


def send(qtbot: QtBot, desk: Desktop, form: FormPanel) -> None:
    with qtbot.waitSignal(desk.book.acted, timeout=WAIT_MS):
        qtbot.keyClick(form.findChildren(QLineEdit)[0], Qt.Key.Key_Return)
    until(qtbot, lambda: desk.background.idle)


def test_a_contact_is_added_changed_and_both_are_undone(
    qtbot: QtBot, sample: Workspace, open_window: OpenWindow
) -> None:
    desk = open_window(sample)
    page = customers(qtbot, desk)
    profile = page.profile.profile
    assert profile is not None

    def known() -> list[tuple[str, str, str, str]]:
        with reading(sample) as reader:
            found = contacts_of(reader.driver, profile.id)
        return [(one.name, one.role, one.email, one.consent) for one in found]

    before = known()
    form = panel_of(qtbot, desk, page, Qt.Key.Key_1)
    qtbot.keyClick(form.findChildren(QLineEdit)[0], Qt.Key.Key_Return)
    assert form.isVisible() and form.fault.text() == "A contact needs a name or an email address."
    for line, words in zip(
        form.findChildren(QLineEdit), ("Kim Berg", "Buyer", "kim@x.example", "any day"), strict=False
    ):
        line.setText(words)
    qtbot.keyClick(form.findChildren(QLineEdit)[0], Qt.Key.Key_Return)
    assert form.isVisible() and "Enter 6 to 15 digits" in form.fault.text()
    form.findChildren(QLineEdit)[3].clear()
    form.findChildren(QCheckBox)[0].setChecked(True)
    send(qtbot, desk, form)
    assert sorted(known()) == sorted([*before, ("Kim Berg", "Buyer", "kim@x.example", "unknown")])
    until(qtbot, lambda: any("Kim Berg" in one.value for one in page.profile.profile.identity))  # type: ignore[union-attr]

    place = [one[0] for one in known()].index("Kim Berg")
    form = panel_of(qtbot, desk, page, Qt.Key(Qt.Key.Key_2 + place))
    assert form.findChildren(QLineEdit)[0].text() == "Kim Berg"
    consent = form.findChild(QComboBox)
    assert consent is not None
    consent.setCurrentIndex(consent.findData("given"))
    send(qtbot, desk, form)
    assert ("Kim Berg", "Buyer", "kim@x.example", "given") in known()

    for _ in range(2):
        with qtbot.waitSignal(desk.book.changed, timeout=WAIT_MS):
            desk.book.undo()
        until(qtbot, lambda: desk.background.idle)
    assert known() == before
    assert QApplication.focusWidget() is not None
