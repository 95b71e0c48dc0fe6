"""The form: what is checked while typing, what is sent, how a refusal is shown."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QDate, Qt
from PySide6.QtWidgets import QComboBox, QDateEdit, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from models.values.errors import UnknownOwner, UserError
from services.settings import FieldError
from tests.views.customers.made import MadeCustomers
from views.background import Failed
from views.customers.form import CustomerForm
from views.customers.form_fields import FIELDS, changed, fault_of, faults_of
from views.theme import Theme
from views.widgets.overlay import FormPanel

BY_KEY = {field.key: field for field in FIELDS}


@pytest.fixture
def form(qtbot: QtBot, theme: Theme) -> CustomerForm:
    made = CustomerForm(theme)
    qtbot.addWidget(made)
    made.show()
    return made


def edit(form: CustomerForm) -> dict[str, str]:
    profile = MadeCustomers().profile(3)
    form.begin(3, profile.name, profile.fields, MadeCustomers().choices())
    return profile.fields


def typed(form: CustomerForm, key: str) -> QLineEdit:
    entry = form.input(key)
    assert isinstance(entry, QLineEdit)
    return entry


@pytest.mark.parametrize(
    ("key", "text", "faulty"),
    [
        ("name", "", True),
        ("name", "Ada", False),
        ("email", "a@b", True),
        ("email", "a@b.example", False),
        ("email", "", False),
        ("renews_on", "2026-02-30", True),
        ("renews_on", "2026-02-28", False),
    ],
)
def test_a_fault_is_one_sentence(key: str, text: str, faulty: bool) -> None:
    fault = fault_of(BY_KEY[key], text)
    assert bool(fault) is faulty
    assert not fault or fault.endswith(".")


def test_blanks_at_the_ends_are_no_change() -> None:
    assert changed({"name": "Ada"}, {"name": " Ada ", "city": ""}) == {}
    assert faults_of({"name": " "}) == {"name": "A customer needs a name."}


def test_only_what_changed_is_sent(qtbot: QtBot, form: CustomerForm) -> None:
    edit(form)
    typed(form, "city").setText("Salem")
    consent = form.input("email_consent")
    assert isinstance(consent, QComboBox)
    consent.setCurrentIndex(consent.findData("withdrawn"))
    with qtbot.waitSignal(form.save_wanted) as sent:
        form.save()
    assert sent.args == [{"city": "Salem", "email_consent": "withdrawn"}]


def test_another_answer_has_a_day_and_a_way_of_its_own(qtbot: QtBot, form: CustomerForm) -> None:
    said = {"name": "Ada", "email_consent": "given", "email_consent_since": "2024-01-05", "email_consent_how": "a form"}
    form.begin(1, "Ada", said, MadeCustomers().choices())
    assert not form.dirty
    consent = form.input("email_consent")
    assert isinstance(consent, QComboBox)
    consent.setCurrentIndex(consent.findData("withdrawn"))
    with qtbot.waitSignal(form.save_wanted) as sent:
        form.save()
    assert sent.args == [{"email_consent": "withdrawn", "email_consent_since": "", "email_consent_how": ""}]


def test_a_day_is_chosen_in_a_calendar(qtbot: QtBot, form: CustomerForm) -> None:
    edit(form)
    since = typed(form, "email_consent_since")
    since.setText("2026-03-02")
    since.actions()[0].trigger()
    panel = form.window().findChild(FormPanel)
    assert panel is not None
    day = panel.findChild(QDateEdit)
    assert day is not None and day.date() == QDate(2026, 3, 2)
    day.setDate(QDate(2026, 3, 5))
    panel._sent()
    assert since.text() == "2026-03-05"


def test_nothing_is_sent_while_a_field_is_faulty(qtbot: QtBot, form: CustomerForm) -> None:
    edit(form)
    typed(form, "email").setText("nobody")
    with qtbot.assertNotEmitted(form.save_wanted):
        form.save()
    assert "email address" in form.fault("email")
    qtbot.keyClicks(typed(form, "email"), "@a.example")
    assert form.fault("email") == ""


def test_saving_without_a_change_only_leaves(qtbot: QtBot, form: CustomerForm) -> None:
    edit(form)
    assert not form.dirty
    with qtbot.waitSignal(form.left), qtbot.assertNotEmitted(form.save_wanted):
        form.save()


def test_a_refusal_is_said_at_its_field_or_above(form: CustomerForm) -> None:
    edit(form)
    form.refuse(Failed(FieldError("phone", "has too few digits")))
    assert form.fault("phone") == "Has too few digits."
    form.refuse(Failed(UserError("Phone “banana” is not a number that can be called. Enter 6 to 15 digits.")))
    assert form.fault("phone") == "Phone “banana” is not a number that can be called. Enter 6 to 15 digits."
    form.refuse(Failed(UserError("Another customer has this email; open that one instead.")))
    assert form.texts["name"]


def test_a_new_owner_is_asked_for_again_after_anything_else_was_done(qtbot: QtBot, form: CustomerForm) -> None:
    edit(form)
    owner = form.input("owner")
    assert isinstance(owner, QComboBox)
    owner.setEditText("Nora Whitfeld")
    unknown = Failed(UnknownOwner("No owner is called “Nora Whitfeld”."))
    form.refuse(unknown)
    save = next(one for one in form.findChildren(QPushButton) if one.text() == "Save")
    save.setFocus()
    with qtbot.waitSignal(form.save_wanted):
        save.click()
    assert form.new_owner, "a press that follows the question answers it"
    form.refuse(unknown)
    typed(form, "city").setFocus()
    assert not form.new_owner, "another field came between"
    form.refuse(unknown)
    owner.setEditText("Nora")
    owner.setEditText("Nora Whitfeld")
    assert not form.new_owner, "the name was changed in between"


def test_an_owner_nobody_is_called_like_takes_a_second_press(form: CustomerForm) -> None:
    edit(form)
    owner = form.input("owner")
    assert isinstance(owner, QComboBox) and owner.findText("Ines") >= 0
    owner.setEditText("Pri")
    assert not form.new_owner
    form.refuse(Failed(UnknownOwner("No owner is called “Pri”. Closest: Priya Raman.")))
    asked = "No owner is called “Pri”. Closest: Priya Raman. To add a new owner, press Save again."
    assert form.fault("owner") == asked and form.new_owner
    owner.setEditText("Pria")
    assert not form.new_owner, "another name is asked for anew"
    owner.setEditText("Pri")
    edit(form)
    owner.setEditText("Pri")
    assert not form.new_owner, "and so is the name for another customer"


def test_escape_leaves_and_enter_in_a_line_saves(qtbot: QtBot, form: CustomerForm) -> None:
    edit(form)
    typed(form, "city").setText("Salem")
    with qtbot.waitSignal(form.save_wanted):
        qtbot.keyClick(typed(form, "city"), Qt.Key.Key_Return)
    edit(form)
    with qtbot.waitSignal(form.left):
        qtbot.keyClick(typed(form, "city"), Qt.Key.Key_Escape)


def test_escape_asks_before_changes_are_thrown_away(qtbot: QtBot, form: CustomerForm) -> None:
    edit(form)
    typed(form, "city").setText("Salem")
    with qtbot.assertNotEmitted(form.left):
        qtbot.keyClick(typed(form, "city"), Qt.Key.Key_Escape)
    panel = form.window().findChild(FormPanel)
    assert panel is not None and form.dirty
    with qtbot.waitSignal(form.left):
        next(one for one in panel.findChildren(QPushButton) if one.text() == "Discard").click()


def test_adding_starts_empty_with_consent_not_known(form: CustomerForm) -> None:
    form.begin(None, "", {}, MadeCustomers().choices())
    assert form.texts["email_consent"] == "unknown"
    assert not form.dirty
