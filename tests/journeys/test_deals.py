"""Deals worked by keyboard: from the rows behind a figure of the Pipeline tab, and from the customer's page."""

from __future__ import annotations

from typing import Any, cast

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QDateEdit, QLineEdit, QWidget

from models.journal import content_hash
from services.sync import edit_deals
from tests.journeys.hands import CONTROL, SHIFT, Hands
from views.actions import Command
from views.customers.page import CustomersPage
from views.insights.page import InsightsPage
from views.widgets.buttons import CommandButton
from views.widgets.overlay import ChoicePanel, FormPanel


def rows_of_open_deals(hands: Hands) -> InsightsPage:
    """Go to the rows behind "Open pipeline"."""
    hands.window.show_page("insights/pipeline")
    hands.calm()
    page, figure = hands.insights, hands.tile("Open pipeline")
    assert not page.context.actions[Command.EDIT_DEAL].isEnabled()
    hands.tab_to(figure.content)
    hands.press(Qt.Key.Key_Return)
    hands.wait(lambda: page.board.rows.table.hasFocus() and page.board.rows.lists_deals)
    return page


def panel(hands: Hands) -> FormPanel:
    hands.wait(lambda: any(one.isVisible() for one in hands.window.findChildren(FormPanel)))
    return next(one for one in hands.window.findChildren(FormPanel) if one.isVisible())


def field(form: FormPanel, name: str) -> QWidget:
    kinds = (QComboBox, QLineEdit, QDateEdit)
    return next(one for kind in kinds for one in form.findChildren(kind) if one.accessibleName() == name)


def write(hands: Hands, form: FormPanel, name: str, text: str) -> None:
    hands.tab_to(field(form, name))
    hands.press(Qt.Key.Key_A, CONTROL)
    hands.type(text)


def ask(hands: Hands, sql: str, *values: Any) -> list[tuple[Any, ...]]:
    with hands.desk.book.workspace.store.snapshot() as driver:
        return [tuple(row) for row in driver.execute(sql, values)]


def state(hands: Hands) -> str:
    with hands.desk.book.workspace.store.read() as connection:
        return content_hash(connection)


def test_one_deal_is_changed_from_its_row_and_the_change_undone_and_redone(hands: Hands) -> None:
    page, before = rows_of_open_deals(hands), state(hands)
    total = page.board.rows.table.lines.rowCount()
    (deal,) = page.board.rows.chosen_deals
    hands.press(Qt.Key.Key_D)
    form = panel(hands)
    write(hands, form, "Amount (USD)", "a lot")
    hands.press(Qt.Key.Key_Return)
    hands.calm()
    assert form.fault.text().startswith("Amount “a lot” is not a number. Enter") and state(hands) == before
    write(hands, form, "Amount (USD)", "1234.50")
    write(hands, form, "Owner", "Cleo")
    write(hands, form, "Next step", "Send the new prices")
    write(hands, form, "Due", "2026-12-01")
    hands.press(Qt.Key.Key_Return)
    hands.calm()
    assert form.fault.text() == "No owner is called “Cleo”. To add a new owner, press Save again."
    write(hands, form, "Owner", "cle")
    hands.press(Qt.Key.Key_Return)
    hands.calm()
    assert form.fault.text().startswith("No owner is called “cle”.") and state(hands) == before
    write(hands, form, "Owner", "Cleo")
    hands.press(Qt.Key.Key_Return)
    hands.calm()
    assert form.isVisible() and state(hands) == before, "another name is asked anew"
    hands.press(Qt.Key.Key_Return)
    hands.calm()
    assert ask(hands, "SELECT amount_minor, owner FROM opportunities WHERE id = ?", deal) == [(123_450, "Cleo")]
    assert ask(hands, "SELECT due_on FROM tasks WHERE title LIKE 'Send the new prices%'") == [("2026-12-01",)]
    assert page.board.in_rows and page.board.rows.chosen_deals == [deal] and hands.focus is page.board.rows.table
    after = state(hands)
    hands.press(Qt.Key.Key_Z, CONTROL)
    hands.calm()
    assert state(hands) == before and ask(hands, "SELECT 1 FROM tasks WHERE title LIKE 'Send the new%'") == []
    hands.press(Qt.Key.Key_Z, CONTROL | SHIFT)
    hands.calm()
    assert state(hands) == after and page.board.rows.table.lines.rowCount() == total


def test_several_deals_are_won_on_a_day_or_get_a_task_each_by_one_action(hands: Hands) -> None:
    page, before = rows_of_open_deals(hands), state(hands)
    total = page.board.rows.table.lines.rowCount()
    hands.press(Qt.Key.Key_Down, SHIFT)
    chosen = page.board.rows.chosen_deals
    assert len(chosen) == 2
    hands.press(Qt.Key.Key_D)
    form = panel(hands)
    closed = cast(QDateEdit, field(form, "Closed on"))
    assert not closed.isVisible(), "the day is asked of who wins or loses a deal"
    assert hands.focus is field(form, "Stage")
    hands.type("W")
    assert closed.isVisible() and not field(form, "Close date").isVisible()
    hands.press(Qt.Key.Key_Return)
    hands.calm()
    found = ask(hands, "SELECT stage, closes_on FROM opportunities WHERE id IN (?, ?)", *chosen)
    today = hands.desk.book.workspace.clock.today().isoformat()
    assert found == [("Won", today)] * 2
    hands.wait(lambda: page.board.rows.table.lines.rowCount() == total - 2)
    hands.press(Qt.Key.Key_Z, CONTROL)
    hands.calm()
    assert state(hands) == before and page.board.rows.table.lines.rowCount() == total
    assert len(page.board.rows.chosen_deals) == 1, "a row is current whatever came and went"
    hands.press(Qt.Key.Key_D)
    panel(hands).dismiss()
    tasks = ask(hands, "SELECT count(*) FROM tasks")
    hands.press(Qt.Key.Key_A, CONTROL)
    count = len(page.board.rows.chosen_deals)
    assert count == page.board.rows.table.lines.rowCount() > 2
    hands.press(Qt.Key.Key_T, SHIFT)
    form = panel(hands)
    hands.press(Qt.Key.Key_Return)
    assert form.fault.text() == "Enter what needs doing."
    write(hands, form, "What needs doing?", "Ask for the decision")
    write(hands, form, "Due", "2026-11-30")
    hands.press(Qt.Key.Key_Return)
    hands.calm()
    assert ask(hands, "SELECT count(*) FROM tasks WHERE title LIKE 'Ask for the decision (%'") == [(count,)]
    hands.press(Qt.Key.Key_Z, CONTROL)
    hands.calm()
    assert ask(hands, "SELECT count(*) FROM tasks") == tasks


def test_who_loses_a_deal_is_asked_why(hands: Hands) -> None:
    page, before = rows_of_open_deals(hands), state(hands)
    (deal,) = page.board.rows.chosen_deals
    hands.press(Qt.Key.Key_D)
    form = panel(hands)
    assert not field(form, "Lost reason").isVisible()
    hands.type("L")
    write(hands, form, "Lost reason", "Price")
    hands.press(Qt.Key.Key_Return)
    hands.calm()
    found = "SELECT stage, lost_reason FROM opportunities WHERE id = ?"
    assert ask(hands, found, deal) == [("Lost", "Price")]
    hands.press(Qt.Key.Key_Z, CONTROL)
    hands.calm()
    assert state(hands) == before


def test_selected_deals_are_changed_and_get_tasks_by_buttons_above_the_rows(hands: Hands) -> None:
    page = rows_of_open_deals(hands)
    rows = page.board.rows
    buttons = [one for one in rows.findChildren(CommandButton) if one.isVisible()]
    assert [one.text() for one in buttons] == ["Change…", "Make tasks…"] and all(one.isEnabled() for one in buttons)
    buttons[1].click()
    assert field(panel(hands), "What needs doing?").isVisible()
    panel(hands).dismiss()
    rows.table.clearSelection()
    assert not any(one.isEnabled() for one in buttons)
    hands.press(Qt.Key.Key_A, CONTROL)
    buttons[0].click()
    form = panel(hands)
    box = cast(QComboBox, field(form, "Stage"))
    box.setCurrentIndex(box.findData("Lost"))
    hands.tab_to(field(form, "Owner"))
    hands.press(Qt.Key.Key_Return)
    hands.wait(lambda: rows.state.state == "empty")
    assert not any(one.isVisible() for one in buttons) and rows.chosen_deals == []
    hands.press(Qt.Key.Key_Z, CONTROL)
    hands.wait(lambda: rows.table.hasFocus())
    assert len(rows.chosen_deals) == 1 and buttons[0].isEnabled()


def test_the_form_of_a_deal_shows_the_probability_that_comes_with_a_stage_and_takes_another(hands: Hands) -> None:
    others = ask(hands, "SELECT id FROM opportunities WHERE stage NOT IN ('Won', 'Lost') ORDER BY opened_on LIMIT 3")
    edit_deals(hands.desk.book.workspace, [one for (one,) in others], {"stage": "Proposal", "probability": "45"})
    page = rows_of_open_deals(hands)
    (deal,) = page.board.rows.chosen_deals
    ((own_stage, own),) = ask(hands, "SELECT stage, probability FROM opportunities WHERE id = ?", deal)
    stage, chance = "Proposal", 0.45
    hands.press(Qt.Key.Key_D)
    form = panel(hands)
    line = cast(QLineEdit, field(form, "Probability (%)"))
    assert line.text() == f"{own * 100:g}"
    box = cast(QComboBox, field(form, "Stage"))
    box.setCurrentIndex(box.findData(stage))
    assert line.text() == f"{chance * 100:g}"
    box.setCurrentIndex(box.findData(own_stage))
    assert line.text() == f"{own * 100:g}"
    write(hands, form, "Probability (%)", "33")
    box.setCurrentIndex(box.findData(stage))
    assert line.text() == "33", "what a person wrote stays"
    hands.tab_to(line)
    hands.press(Qt.Key.Key_Return)
    hands.calm()
    assert ask(hands, "SELECT stage, probability FROM opportunities WHERE id = ?", deal) == [(stage, 0.33)]


def test_a_deal_is_changed_from_its_customers_page(hands: Hands) -> None:
    ((customer, deals),) = ask(
        hands, "SELECT customer_id, count(*) FROM opportunities WHERE customer_id IS NOT NULL"
        " GROUP BY customer_id HAVING count(*) > 1 AND sum(stage NOT IN ('Won', 'Lost')) = 1 LIMIT 1")  # fmt: skip
    page = cast(CustomersPage, hands.window.page("customers"))
    hands.window.show_page("customers")
    page.show_customer(customer)
    hands.calm()
    hands.press(Qt.Key.Key_D)
    hands.wait(lambda: any(one.isVisible() for one in hands.window.findChildren(ChoicePanel)))
    (choices,) = [one for one in hands.window.findChildren(ChoicePanel) if one.isVisible()]
    assert len(choices.choices) == deals + 1
    (first,) = choices.choices[0].value
    hands.press(Qt.Key.Key_1)
    form = panel(hands)
    assert first.stage not in ("Won", "Lost"), "the open one comes first"
    assert hands.focus is field(form, "Stage")
    hands.type("L")
    hands.press(Qt.Key.Key_Return)
    hands.calm()
    assert ask(hands, "SELECT stage FROM opportunities WHERE id = ?", first.id) == [("Lost",)]
    profile = page.profile.profile
    assert profile is not None and "open" not in profile.deals_line
