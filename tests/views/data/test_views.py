"""The views of an import: rows with their reasons, mapping boxes under the header, tables, receipts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QLabel, QLineEdit, QScrollArea
from pytestqt.qtbot import QtBot

from models.values.imports import ColumnProposal, FixedCell, ImportOptions, UndoPreview
from models.values.meanings import Doubt, Meaning
from models.values.meanings import Reading as MeaningReading
from models.values.people import PairCounts, QualityRow
from models.values.quality import DataAge, DataQuality, FieldFill
from models.values.reading import Conclusion, ReadingChoice, ReadingOption
from services.pipeline.jobs import ImportResult
from tests.views.data.made import alert, doubt, preview, receipt, record, request, row
from views.data.batch_view import BatchView
from views.data.check_delegate import REASON_LINE, ROW_HEIGHT
from views.data.check_model import LEADING, PAGE, CheckModel
from views.data.check_table import CheckTable
from views.data.check_view import CheckView
from views.data.column_panel import ColumnPanel, wants_a_look
from views.data.file_reading import offers_for
from views.data.history_view import HistoryView
from views.data.jobs import Checked
from views.data.phrases import undo_lines
from views.data.quality_view import QualityView, is_thin, pair_words
from views.data.question import AnswerButton, answers_to
from views.data.reading_options import BY_EVIDENCE, UNSAID
from views.data.receipt_screen import ReceiptScreen
from views.data.receipt_side import fixed_words, note_lines
from views.data.receipt_view import ReceiptContent
from views.data.rooms import QueueEffect
from views.data.undo_panel import UndoPanel
from views.lists.word_table import TableCell, TableColumn, TableLine, TableModel, WordTable
from views.theme import Theme

Fatal = QAbstractItemModelTester.FailureReportingMode.Fatal


@pytest.fixture
def view(qtbot: QtBot, theme: Theme) -> CheckView:
    made = CheckView(theme)
    qtbot.addWidget(made)
    made.resize(1200, 700)
    made.show_check(request(), preview())
    made.show()
    return made


def test_the_check_model_keeps_the_rules_of_item_models(qtbot: QtBot) -> None:
    model = CheckModel()
    tester = QAbstractItemModelTester(model, Fatal)
    seen = preview(10)
    model.show(seen.columns, seen.rows, 12, every_column=False)
    model.show_columns(every_column=True)
    model.take(0, seen.rows)
    assert model.rowCount() == 10
    assert model.setData(model.index(3, 4), "a@b.example")
    assert tester.model() is model


def test_a_page_is_asked_for_once_and_only_where_it_is_looked_at(qtbot: QtBot) -> None:
    model = CheckModel()
    seen = preview(PAGE)
    model.show(seen.columns, seen.rows, 100_000, every_column=False)
    assert model.rowCount() == 100_000 and model.kept_rows == PAGE
    asked: list[int] = []
    model.rows_wanted.connect(asked.append)
    model.look_at(0, 50)
    model.look_at(54_321, 54_400)
    model.look_at(54_321, 54_400)
    assert asked == [54_200, 54_400]
    model.take(54_200, [row(n) for n in range(54_201, 54_401)])
    found = model.row_at(54_321)
    assert found is not None and found.line == 54_322
    assert model.index(54_321, 0).data() == "54,322" and model.index(80_000, 0).data() is None


def test_however_far_one_scrolls_few_rows_are_kept(qtbot: QtBot) -> None:
    model = CheckModel()
    model.show(preview().columns, (), 1_000_000, every_column=False)
    model.rows_wanted.connect(lambda first: model.take(first, [row(n) for n in range(first + 1, first + PAGE + 1)]))
    for first in range(0, 40_000, PAGE):
        model.look_at(first, first + 30)
    assert model.kept_rows <= 41 * PAGE
    assert model.row_at(0) is None and model.row_at(39_900) is not None


def test_a_cell_is_fixed_by_keyboard_and_taken_back(qtbot: QtBot, view: CheckView) -> None:
    table = view.rows.table
    table.setCurrentIndex(view.rows.model.index(3, 1))
    qtbot.keyClick(table, Qt.Key.Key_Return)
    editor = table.findChild(QLineEdit, options=Qt.FindChildOption.FindChildrenRecursively)
    assert editor is not None and editor.accessibleName() == "Fix Created at"
    assert editor.text() == "07/11/2026 31:15"
    editor.setText("07/11/2026 13:15")
    with qtbot.waitSignal(view.check_wanted) as asked:
        qtbot.keyClick(editor, Qt.Key.Key_Return)
    options = asked.args[0].options
    assert options.fixed == (FixedCell(4, "Created at", "07/11/2026 13:15"),)
    assert options.fixed_of == "1-2"
    index = view.rows.model.index(3, LEADING.__len__() + 1)
    assert index.data(Qt.ItemDataRole.ToolTipRole) == (
        "Created at: 07/11/2026 13:15, changed; the file has 07/11/2026 31:15"
    )
    assert not view.plan.go.isEnabled()
    with qtbot.waitSignal(view.check_wanted) as back:
        view.rows.model.setData(index, "07/11/2026 31:15")
    assert back.args[0].options.fixed == ()


def test_the_rows_of_one_reason_are_asked_for(qtbot: QtBot, view: CheckView) -> None:
    with qtbot.waitSignal(view.rows_wanted) as asked:
        view.plan.tab_wanted.emit("rejected", "Total is empty")
    assert asked.args == ["rejected", "Total is empty", 0]
    assert view.rows.model.rowCount() == 13
    view.add_rows("rejected", "", 0, [row(404)])
    assert view.rows.model.kept_rows == 0
    view.add_rows("rejected", "Total is empty", 0, [row(8 * n + 4) for n in range(13)])
    assert view.rows.model.kept_rows == 13


def test_how_a_file_is_read_is_shown_and_overridden(qtbot: QtBot, view: CheckView) -> None:
    box = view.plan.file.boxes["delimiter"]
    assert box.currentText() == "Comma"
    assert "90" in box.accessibleDescription() and "cuts rows into 9 columns" in box.accessibleDescription()
    at = box.findText("Semicolon, 9 columns")
    with qtbot.waitSignal(view.check_wanted) as asked:
        box.activated.emit(at)
    assert asked.args[0].options == ImportOptions(reading=ReadingChoice(delimiter=";"))
    header = view.plan.file.boxes["header"]
    with qtbot.waitSignal(view.check_wanted) as asked:
        header.activated.emit(header.findText("Row 3 names the columns"))
    assert asked.args[0].options.reading == ReadingChoice(header_row=3)


def test_what_is_said_can_be_left_to_the_evidence_again() -> None:
    said = ReadingChoice(encoding="cp1252", delimiter=";")
    offers = dict(offers_for(Conclusion("encoding", "Windows-1252", "you said so", 1.0), said))
    assert offers["detect automatically"] == ReadingChoice(delimiter=";")
    assert offers["UTF-8"] == ReadingChoice(encoding="utf-8", delimiter=";")


def test_what_is_read_already_is_not_asked_for_again(qtbot: QtBot, view: CheckView) -> None:
    box = view.plan.file.boxes["delimiter"]
    with qtbot.assertNotEmitted(view.plan.file.changed):
        box.activated.emit(0)


def test_a_file_that_is_read_otherwise_has_nothing_fixed(qtbot: QtBot, view: CheckView) -> None:
    said = ImportOptions(
        currency="EUR",
        mapping=(("Total", "total"),),
        meanings=(("Total", "comma"),),
        fixed=(FixedCell(4, "Total", "5"),),
        fixed_of="1-2",
    )
    view.show_check(replace(request(), options=said), preview())
    with qtbot.waitSignal(view.check_wanted) as asked:
        view.plan.file.boxes["delimiter"].activated.emit(1)
    assert asked.args[0].options == ImportOptions(currency="EUR", reading=asked.args[0].options.reading)
    assert asked.args[0].options.reading.delimiter


@pytest.mark.parametrize(
    ("field", "confidence", "looks"), [("total", 0.79, True), ("total", 0.8, False), ("", 0.2, False)]
)
def test_a_column_wants_a_look_where_it_is_taken_for_a_field_without_being_sure(
    field: str, confidence: float, looks: bool
) -> None:
    one = replace(preview().columns[0], field=field, confidence=confidence)
    assert wants_a_look(one) is looks


def test_a_column_says_why_and_is_read_otherwise(qtbot: QtBot, view: CheckView) -> None:
    shown = preview(doubts=(doubt(),), kind="date_order")
    column = replace(shown.columns[1], confidence=0.6, why="From its values", meaning=shown.meanings[0])
    asking = replace(shown, columns=(shown.columns[0], column, *shown.columns[2:]))
    view.show_check(request(), asking)
    assert wants_a_look(column) and not wants_a_look(shown.columns[0])
    view.rows.table.setCurrentIndex(view.rows.model.index(0, LEADING.__len__() + 1))
    qtbot.keyClick(view.rows.table, Qt.Key.Key_Return, Qt.KeyboardModifier.AltModifier)
    panel = view.findChild(ColumnPanel)
    assert panel is not None and len(panel.ways) == 2
    said = [one.text() for one in panel.findChildren(QLabel)]
    assert "Becomes Ordered at, 60\u202f% sure" in said and "From its values" in said
    with qtbot.waitSignal(view.check_wanted) as asked:
        panel.ways[1].click()
    assert asked.args[0].options.meanings == (("Created at", "mdy"),)


def test_only_columns_that_mean_something_are_shown_until_all_are_wanted(view: CheckView) -> None:
    model = view.rows.model
    assert model.columnCount() == len(LEADING) + 7
    assert len(view.rows.table.header.boxes) == 7
    view.rows._columns.click()
    assert model.columnCount() == len(LEADING) + 9
    assert len(view.rows.table.header.boxes) == 9


def test_a_rejected_row_is_higher_and_says_why(view: CheckView) -> None:
    table = view.rows.table
    assert table.rowHeight(3) == ROW_HEIGHT + REASON_LINE  # line 4
    assert table.rowHeight(0) == ROW_HEIGHT
    said = view.rows.model.index(3, 1).data(Qt.ItemDataRole.AccessibleTextRole)
    assert said == "Row 4: rejected, Not a time of day"
    changed = view.rows.model.index(1, LEADING.__len__() + 3).data(Qt.ItemDataRole.ToolTipRole)
    assert changed == "Total: was 214.00, will be 2.50"


def test_row_number_and_verdict_stay_while_the_columns_scroll(qtbot: QtBot, view: CheckView) -> None:
    view.resize(820, 500)
    table, model = view.rows.table, view.rows.model
    last = len(LEADING) + 6
    table.setCurrentIndex(model.index(2, last))
    assert table.horizontalScrollBar().value() > 0
    assert [table.visualRect(model.index(2, section)).left() for section in (0, 1)] == [0, table.columnWidth(0)]
    number, verdict = (table.visualRect(model.index(3, section)).center() for section in (0, 1))
    assert (table.indexAt(number).column(), table.indexAt(verdict).column()) == (0, 1)
    before = table.horizontalScrollBar().value()
    table.setCurrentIndex(model.index(4, 1))
    assert table.horizontalScrollBar().value() == before, "what stays in sight need not be scrolled to"
    for section in range(last, len(LEADING) - 1, -1):
        qtbot.keyClick(table, Qt.Key.Key_Left) if section < last else table.setCurrentIndex(model.index(4, last))
        assert table.visualRect(table.currentIndex()).left() >= table.frozen_width
    names = [table.header.mapTo(view, QPoint(0, 0)).x() + table.frozen_width]
    shown = [box for box in table.header.boxes if box.isVisible() and not box.visibleRegion().isEmpty()]
    assert all(box.mapTo(view, box.visibleRegion().boundingRect().topLeft()).x() >= names[0] for box in shown)


def test_a_reason_is_in_sight_wherever_its_cell_is(qtbot: QtBot, view: CheckView) -> None:
    view.resize(820, 500)
    shown = preview()
    rows = []
    for one in shown.rows:
        cells = list(one.cells)
        if one.verdict == "rejected":
            cells[1], cells[6] = replace(cells[1], fault=""), replace(cells[6], fault="No such channel")
        rows.append(replace(one, cells=tuple(cells), reason="Source: no such channel" if one.reason else ""))
    view.show_check(request(), replace(shown, rows=tuple(rows)))
    table, bar = view.rows.table, view.rows.table.horizontalScrollBar()
    assert bar.maximum() > 0
    for across in range(0, bar.maximum() + 1, 10):
        bar.setValue(across)
        place, words = table.reason_place(3)
        assert words.endswith("o such channel")
        assert table.frozen_width <= place.left() and place.right() <= table.viewport().width()
    assert table.reason_place(0)[1] == ""


def test_a_reason_is_shown_whole_however_narrow_the_view_is(qtbot: QtBot, theme: Theme) -> None:
    view = CheckView(theme)
    qtbot.addWidget(view)
    view.resize(1200, 500)
    shown = preview()
    long = "No customer of the book has this number, and the file names neither an address nor a name for them"
    rows = tuple(replace(one, reason=long) if one.verdict == "rejected" else one for one in shown.rows)
    view.show_check(request(), replace(shown, rows=rows))
    view.show()
    table = view.rows.table
    assert table.rowHeight(3) == ROW_HEIGHT + REASON_LINE
    view.resize(760, 500)
    assert table.rowHeight(3) > ROW_HEIGHT + REASON_LINE
    assert table.rowHeight(0) == ROW_HEIGHT


def test_reasons_far_from_the_top_stay_whole_in_a_narrower_and_a_wider_view(qtbot: QtBot, theme: Theme) -> None:
    model = CheckModel()
    table = CheckTable(theme, model)
    qtbot.addWidget(table)
    table.resize(1300, 400)
    long = "No customer of the book has this number, and the file names neither an address nor a name for them"
    rows = [replace(row(4), line=n + 1, reason=long) for n in range(2000)]
    model.rows_wanted.connect(lambda first: model.take(first, rows[first : first + PAGE]))
    model.show(preview().columns, rows[:PAGE], len(rows), every_column=False)
    table.show()

    def heights() -> set[int]:
        last = table.rowAt(table.viewport().height() - 1)
        seen = range(table.rowAt(1), last + 1)
        assert len(seen) > 3 and all(table.reason_place(n)[1] for n in seen)
        for n in seen:
            room = table.rowViewportPosition(n) + table.rowHeight(n) - table.reason_place(n)[0].bottom()
            assert 0 <= room < REASON_LINE
        return {table.rowHeight(n) for n in seen}

    def stand_at(number: int, lines: int) -> None:
        table.scrollTo(model.index(number, 0), table.ScrollHint.PositionAtTop)
        qtbot.waitUntil(lambda: heights() == {ROW_HEIGHT + lines * REASON_LINE})

    stand_at(1000, 1)
    table.resize(620, 400)
    assert heights() == {ROW_HEIGHT + 2 * REASON_LINE}
    stand_at(900, 2)
    table.resize(1300, 400)
    stand_at(1000, 1)
    stand_at(0, 1)


def test_tabs_count_and_show_their_rows(qtbot: QtBot, view: CheckView) -> None:
    assert [tab.count for tab in view.rows.tabs.tabs] == [48_230, 31_406, 412, 16_280, 113, 19]
    with qtbot.waitSignal(view.rows_wanted) as asked:
        view.rows.show_tab("rejected")
    assert asked.args == ["rejected", "", 0]
    assert view.rows.model.rowCount() == 113
    view.add_rows("rejected", "", 0, [row(8 * n + 4) for n in range(113)])
    assert {view.rows.model.row_at(n).verdict for n in range(113)} == {"rejected"}  # type: ignore[union-attr]
    assert view.rows.table.rowHeight(100) == ROW_HEIGHT + REASON_LINE


def test_a_mapping_is_chosen_under_its_header_by_keyboard(qtbot: QtBot, view: CheckView) -> None:
    box = view.rows.table.header.boxes[6]
    assert box.currentText() == "Channel"
    box.setFocus()
    with qtbot.waitSignal(view.check_wanted) as asked:
        qtbot.keyClick(box, Qt.Key.Key_Down)
        qtbot.keyClick(box, Qt.Key.Key_Down)
        box.activated.emit(box.currentIndex())
    assert asked.args[0].options.mapping == (("Source", box.currentData() or ""),)
    assert not view.plan.go.isEnabled()
    view.show_check(asked.args[0], preview())
    assert view.plan.go.isEnabled()
    assert all(one.isEnabled() for one in view.rows.table.header.boxes)


def test_mapping_boxes_follow_the_columns_sideways(qtbot: QtBot, theme: Theme) -> None:
    view = CheckView(theme)
    qtbot.addWidget(view)
    view.resize(820, 500)
    view.show_check(request(), preview())
    view.show()
    header = view.rows.table.header
    box = header.boxes[0]
    before = box.x()
    bar = view.rows.table.horizontalScrollBar()
    bar.setValue(bar.maximum())
    assert box.x() == before - bar.maximum()
    assert header.boxes[-1].isVisible()


def test_a_question_is_answered_before_anything_can_be_imported(qtbot: QtBot, theme: Theme) -> None:
    view = CheckView(theme)
    qtbot.addWidget(view)
    view.show_check(request(), preview(kind="date_order", doubts=(doubt(),)))
    assert not view.plan.go.isEnabled()
    first, second = view.plan.question.buttons
    assert first.accessibleName() == "day first: 03/04/2026 is 3 April 2026, fits all 1,615 cells"
    assert second.accessibleName() == "month first, fits 1,203 of 1,615 cells"
    with qtbot.waitSignal(view.check_wanted) as asked:
        qtbot.keyClick(first, Qt.Key.Key_Space)
    assert asked.args[0].options == ImportOptions(date_order="dmy")


def test_an_answer_about_one_column_leaves_what_others_prove(theme: Theme) -> None:
    asking = preview(kind="date_order", doubts=(doubt(),))
    proven = replace(asking, meanings=(*asking.meanings, Meaning("Paid at", "date", "dates, month first", 1.0)))
    answers = answers_to(proven, ImportOptions())
    assert [answer.options.meanings for answer in answers] == [(("Created at", "dmy"),), (("Created at", "mdy"),)]
    assert all(answer.options.date_order is None for answer in answers)


def test_a_file_that_can_be_cut_in_two_ways_asks_which(qtbot: QtBot, theme: Theme) -> None:
    view = CheckView(theme)
    qtbot.addWidget(view)
    ways = (
        ReadingOption("3 columns by comma", ReadingChoice(delimiter=","), "--delimiter ','"),
        ReadingOption("3 columns by semicolon", ReadingChoice(delimiter=";"), "--delimiter ';'"),
    )
    asking = replace(preview(question="Which is right?", kind="reading"), ways=ways)
    view.show_check(request(), asking)
    assert not view.plan.go.isEnabled()
    with qtbot.waitSignal(view.check_wanted) as asked:
        view.plan.question.buttons[1].click()
    assert asked.args[0].options.reading == ReadingChoice(delimiter=";")


def test_another_entity_forgets_the_mapping_of_the_old_one(qtbot: QtBot, theme: Theme) -> None:
    view = CheckView(theme)
    qtbot.addWidget(view)
    mapped = replace(request(), options=ImportOptions(mapping=(("Name", "order_id"),)))
    view.show_check(mapped, preview())
    box = view.plan.options._entity
    box.setCurrentIndex(box.findData("returns"))
    with qtbot.waitSignal(view.check_wanted) as asked:
        box.activated.emit(box.currentIndex())
    assert asked.args[0].options == ImportOptions(entity="returns")


def test_the_kind_of_activities_is_asked_for_where_no_column_says_it(qtbot: QtBot, theme: Theme) -> None:
    view = CheckView(theme)
    qtbot.addWidget(view)
    box, form = view.plan.options._kind, view.plan.options._form
    view.show_check(request(), preview())
    assert not form.isRowVisible(box), "orders say it themselves"
    added = ColumnProposal("kind (of the export)", "kind", (), ("store_walk",), "As you said", fixable=False)
    walks = replace(preview(), entity="activities", columns=(added,))
    view.show_check(request(), walks)
    assert form.isRowVisible(box) and box.currentText() == "store walk"
    box.setCurrentIndex(box.findData("store_visit"))
    with qtbot.waitSignal(view.check_wanted) as asked:
        box.activated.emit(box.currentIndex())
    assert asked.args[0].options == ImportOptions(kind="store_visit")
    view.show_check(replace(request(), options=ImportOptions(kind="tasting")), walks)
    assert box.currentText() == "tasting"
    view.show_check(request(), replace(walks, columns=(replace(added, fixable=True),)))
    assert not form.isRowVisible(box), "the file has a column for it"


def test_a_plain_table_keeps_the_rules_and_its_current_line(qtbot: QtBot, theme: Theme) -> None:
    model = TableModel([TableColumn("A"), TableColumn("B", 80, right=True)])
    tester = QAbstractItemModelTester(model, Fatal)
    model.show([TableLine((TableCell("x"), TableCell("1")), 1)])
    model.set_title(0, "C")
    assert model.headerData(0, Qt.Orientation.Horizontal) == "C"
    assert tester.model() is model
    table = WordTable(theme, "Lines", model.columns)
    qtbot.addWidget(table)
    lines = [TableLine((TableCell(str(n), link="open"), TableCell("")), n) for n in range(5)]
    table.show_lines(lines)
    table.selectRow(3)
    table.show_lines(lines[1:])
    assert table.current_key == 3
    with qtbot.waitSignal(table.opened) as opened:
        qtbot.keyClick(table, Qt.Key.Key_Return)
    assert opened.args == [3]
    with qtbot.waitSignal(table.linked) as linked:
        qtbot.keyClick(table, Qt.Key.Key_Space)
    assert linked.args == ["open", 3]


def test_an_answer_keeps_what_was_said_of_the_column_before() -> None:
    money = Doubt("currency", "Total", "Which?", (MeaningReading("EUR", "3.00 is in EUR", 1),))
    (answer,) = answers_to(preview(doubts=(money,)), ImportOptions(meanings=(("Total", "comma"), ("Day", "dmy"))))
    assert answer.options.meanings == (("Day", "dmy"), ("Total", "comma EUR"))


def test_the_source_of_a_files_ids_is_proposed_and_can_be_chosen_or_typed(qtbot: QtBot, view: CheckView) -> None:
    seen = replace(preview(), source="orders", sources=("customers", "till"))
    view.show_check(request(), seen)
    box = view.plan.options._source
    assert box.currentText() == "orders"
    assert [box.itemText(place) for place in range(box.count())] == ["orders", "customers", "till"]
    told: list[ImportOptions] = []
    view.plan.options_changed.connect(told.append)
    line = box.lineEdit()
    assert line is not None
    line.editingFinished.emit()
    assert not told, "what was only looked at is not said"
    box.setCurrentIndex(1)
    box.activated.emit(1)
    assert told[-1].source == "customers"
    view.show_check(replace(request(), options=told[-1]), replace(seen, source="customers"))
    assert box.currentText() == "customers"
    assert box.itemText(0) == BY_EVIDENCE
    view.activateWindow()
    line.setFocus()
    qtbot.waitUntil(line.hasFocus)
    line.selectAll()
    qtbot.keyClicks(line, "second shop")
    line.editingFinished.emit()
    assert told[-1].source == "second shop"
    view.show_check(replace(request(), options=told[-1]), replace(seen, source="second shop"))
    assert box.currentText() == "second shop"
    box.setCurrentIndex(0)
    box.activated.emit(0)
    assert told[-1].source is None


def test_a_batch_names_a_file_once_in_what_is_open_about_it(qtbot: QtBot, theme: Theme) -> None:
    view = BatchView(theme)
    qtbot.addWidget(view)
    named = preview(question="a.csv is not recognised.", kind="mapping")
    unnamed = preview(question="Which is right?", kind="date_order")
    view.show_batch([Checked(request("/e/a.csv"), named), Checked(request("/e/b.csv"), unnamed)])
    notes = " ".join(one.text() for one in view.findChildren(QLabel))
    assert notes.count("a.csv") == 1
    assert "b.csv: Which is right?" in notes


def test_a_batch_says_which_files_are_ready(qtbot: QtBot, theme: Theme) -> None:
    view = BatchView(theme)
    qtbot.addWidget(view)
    asking = preview(question="Which?", kind="date_order")
    view.show_batch(
        [
            Checked(request("/e/a.csv"), preview()),
            Checked(request("/e/b.csv"), asking),
            Checked(request("/e/c.xlsx"), None, "c.xlsx is a workbook. Save it as CSV."),
        ]
    )
    assert view.go.text() == "Import 1 files, 48,098 rows" or view.go.text() == "Import 48,098 rows"
    assert view.go.isEnabled()
    with qtbot.waitSignal(view.file_wanted) as wanted:
        view.table.selectRow(1)
        qtbot.keyClick(view.table, Qt.Key.Key_Return)
    assert wanted.args == [1]


def test_a_receipt_fits_the_smallest_window(qtbot: QtBot, theme: Theme) -> None:
    screen = ReceiptScreen(theme)
    qtbot.addWidget(screen)
    effect = QueueEffect((), (), 1_234, 56, 12, 14)
    screen.show_content(ReceiptContent((ImportResult("/e/orders.csv", receipt()),), effect), "Imported just now")
    screen.resize(688, 368)
    screen.show()
    (area,) = screen.view.findChildren(QScrollArea)
    assert area.widget().width() <= area.viewport().width()


def test_a_receipt_adds_up_and_says_what_an_undo_does(qtbot: QtBot, theme: Theme) -> None:
    screen = ReceiptScreen(theme)
    qtbot.addWidget(screen)
    effect = QueueEffect(tuple(alert(n) for n in range(3)), (alert(9),), 3, 1, 12, 14)
    content = ReceiptContent((ImportResult("/e/orders.csv", receipt(import_id=214)),), effect)
    screen.show_content(content, "Imported just now")
    screen.show_undo(UndoPreview((("orders", 14_283),), (("orders", 187),), ""))
    screen.show_earlier((record(214), record(213), record(212, undone=True)))
    assert screen.import_ids == (214,)
    assert screen.side.go.text() == "Go to your queue, 14 to do"
    assert screen.side.undo.text() == "Undo import of 48,098 rows"
    with qtbot.waitSignal(screen.side.undo_wanted):
        screen.side.undo.click()
    screen.show_undo(None, undone=True)
    assert screen.side.undo.isHidden()
    screen.show_content(replace(content, effect=replace(effect, now=0)), "Imported just now")
    assert screen.side.go.text() == "Go to your queue", "nothing to do is no reason to go there"


def test_a_receipt_in_part_says_so(qtbot: QtBot, theme: Theme) -> None:
    screen = ReceiptScreen(theme)
    qtbot.addWidget(screen)
    files = (ImportResult("/e/a.csv", receipt(import_id=1)), ImportResult("/e/b.csv", None, "b.csv is empty."))
    screen.show_content(ReceiptContent(files), "Imported just now")
    assert screen.import_ids == (1,)
    assert "1 of 2 files were not imported" in screen.side._done.text()


def test_history_offers_receipts_and_undo(qtbot: QtBot, theme: Theme) -> None:
    view = HistoryView(theme)
    qtbot.addWidget(view)
    view.show_records(())
    assert view.state.state == "empty"
    view.show_records([record(2), record(1, undone=True)])
    assert view.state.state == "content"
    with qtbot.waitSignal(view.receipt_wanted) as wanted:
        view.table.opened.emit(2)
    assert wanted.args == [2]
    with qtbot.waitSignal(view.undo_wanted) as undo:
        view.table.linked.emit("undo", 2)
    assert undo.args == [2]


def test_an_undo_that_is_refused_cannot_be_pressed(qtbot: QtBot, theme: Theme) -> None:
    from PySide6.QtWidgets import QWidget

    window = QWidget()
    qtbot.addWidget(window)
    window.resize(800, 600)
    window.show()
    done: list[bool] = []
    refused = UndoPanel(theme, window, "a.csv", UndoPreview((), (), "Undo b.csv first."), lambda: done.append(True))
    assert refused._go.isHidden()
    free = UndoPanel(theme, window, "a.csv", UndoPreview((("orders", 2),), (), ""), lambda: done.append(True))
    free._go.click()
    assert done == [True]


QUALITY = DataQuality(
    fields=(
        FieldFill("Customers", "Email", 60, 100, "no emails to them"),
        FieldFill("Customers", "Phone", 10, 100),
        FieldFill("Orders", "Customer", 999, 1_000, "orders without a customer are not counted"),
    ),
    ages=(DataAge("orders", date(2026, 11, 16), 5, False), DataAge("email events", date(2026, 11, 3), 18, True)),
    pairs=PairCounts(pending=38, later=2),
    contradictions=(QualityRow("shared_email", "2 customers share the address a@b.example.", ((7, "Ada Elm"),), 2),),
)


def test_quality_says_what_is_missing_and_what_for(qtbot: QtBot, theme: Theme) -> None:
    view = QualityView(theme)
    qtbot.addWidget(view)
    view.show_quality(QUALITY)
    texts = [
        [cell.text for cell in line.cells]
        for line in (view.fields.lines.line_at(n) for n in range(view.fields.lines.rowCount()))
        if line is not None
    ]
    assert texts[0][0] == "Customers, 100"
    assert texts[1] == ["   Email", "60\u202f%", "40", "No emails to them"]
    assert texts[4][1:3] == ["over 99\u202f%", "1"]
    assert [is_thin(one) for one in QUALITY.fields] == [True, False, False]
    with qtbot.waitSignal(view.duplicates_wanted):
        view.review.click()
    with qtbot.waitSignal(view.customer_wanted) as wanted:
        view.contradictions.selectRow(0)
        qtbot.keyClick(view.contradictions, Qt.Key.Key_Return)
    assert wanted.args == [7]


def test_pairs_are_counted_in_words() -> None:
    assert pair_words(QUALITY.pairs) == (
        "38 pairs look like the same customer, 2 more left for later. None are merged until you decide."
    )
    assert pair_words(PairCounts(merged=1)) == "None found. 1 record is merged."


def test_sections_stand_behind_tabs_and_are_chosen_by_keyboard(qtbot: QtBot, theme: Theme) -> None:
    view = HistoryView(theme)
    qtbot.addWidget(view)
    quality = QualityView(theme)
    view.add_section("quality", "Data quality", quality)
    view.show_records([record(1), record(2)])
    assert [(tab.text, tab.count) for tab in view.tabs.tabs] == [("Imports", 2), ("Data quality", None)]
    with qtbot.waitSignal(view.section_shown) as shown:
        qtbot.keyClick(view.tabs, Qt.Key.Key_Right)
    assert shown.args == ["quality"] and view.section == "quality"
    view.show_records([record(1)])
    assert view.section == "quality"


def test_an_undo_names_what_it_keeps_before_it_is_done(qtbot: QtBot, theme: Theme) -> None:
    keeps = tuple(f"Order W{n} is kept, because returns refer to it." for n in range(7))
    lines = undo_lines((("orders", 2),), (("customers", 1),), keeps)
    assert lines[2] == ("lock", "Order W0 is kept, because returns refer to it.")
    assert lines[-1] == ("lock", "3 more stay for similar reasons") and len(lines) == 7


def test_a_receipt_names_the_cells_that_were_fixed() -> None:
    one = {"row": 2, "column": "Email", "before": "a@b", "after": "a@b.example"}
    assert fixed_words(replace(receipt(), fixed=(one,) * 8)) == [
        *["Row 2, Email: “a@b” was changed to “a@b.example”."] * 6,
        "2 more cells changed.",
    ]


def test_an_answer_shows_all_of_its_words_in_a_narrow_pane(qtbot: QtBot, theme: Theme) -> None:
    button = AnswerButton(theme, "Day before month: 03/04/2026 is 3 April 2026", "fits all 1,615 cells")
    qtbot.addWidget(button)
    button.resize(400, 40)
    button.show()
    wide = button.height()
    button.resize(180, wide)
    assert button.height() > wide >= 36


def test_another_file_begins_at_its_first_rows(view: CheckView) -> None:
    view.rows.show_tab("rejected")
    view.show_check(view.request or request(), preview())
    assert view.rows.tabs.current == "rejected"
    view.show_check(request("/exports/other.csv"), preview())
    assert view.rows.tabs.current == "all"


@pytest.mark.parametrize("kind", ["mapping", "reading"])
def test_a_file_that_is_not_understood_yet_offers_every_column_and_no_sums(
    qtbot: QtBot, theme: Theme, kind: str
) -> None:
    view = CheckView(theme)
    qtbot.addWidget(view)
    view.resize(1200, 700)
    nothing = dict.fromkeys(("read", "inserted", "updated", "unchanged", "rejected", "ignored"), 0)
    asked = replace(preview(20, question="There is no column for the amount.", kind=kind), receipt=receipt(nothing))
    view.show_check(request(), asked)
    view.show()
    assert len(view.rows.model.shown_columns) == len(asked.columns), "the column that is asked for may be any"
    assert [tab.text for tab in view.rows.tabs.tabs] == ["First rows"]
    assert view.rows.model.index(0, 1).data() == "to decide"
    assert " of 0" not in view.rows._shown.text()
    assert not view.plan._sums.isVisible()
    assert view.plan.options._entity.currentText() == "Orders"
    view.show_check(request(), replace(asked, entity=""))
    assert view.plan.options._entity.currentText() == UNSAID, "nothing is chosen that nobody chose"
    view.show_check(request(), preview())
    assert view.plan._sums.isVisible()
    assert len(view.rows.model.shown_columns) < len(asked.columns)


def test_the_focus_is_back_where_it_was_once_a_choice_was_checked(qtbot: QtBot, view: CheckView) -> None:
    qtbot.waitExposed(view)
    view.activateWindow()
    box = view.plan.options._order
    box.setFocus()
    qtbot.waitUntil(box.hasFocus)
    view.set_busy(True)
    assert not box.hasFocus()
    view.show_check(request(), preview())
    assert box.hasFocus()
    view.set_busy(True)
    view.rows.tabs.setFocus()
    view.show_check(request(), preview())
    assert view.rows.tabs.hasFocus(), "who went on elsewhere stays there"


def test_a_receipt_says_of_which_file_a_note_is(qtbot: QtBot, theme: Theme) -> None:
    one = replace(receipt(import_id=1), warnings=("Times had no zone.", "Two of its sheets were not read."))
    two = replace(receipt(import_id=2, file="tickets.csv"), warnings=("Times had no zone.",))
    assert note_lines([one]) == ["Times had no zone.", "Two of its sheets were not read."]
    assert note_lines([one, two]) == ["2 files: Times had no zone.", "orders.csv: Two of its sheets were not read."]


def test_a_file_that_is_not_understood_yet_is_not_counted_in_a_batch(qtbot: QtBot, theme: Theme) -> None:
    view = BatchView(theme)
    qtbot.addWidget(view)
    asking = preview(question="There is no column for the amount.", kind="mapping")
    view.show_batch([Checked(request("/e/a.csv"), preview()), Checked(request("/e/b.csv"), asking)])
    known, unknown = (view.table.lines.line_at(place) for place in (0, 1))
    assert known is not None and all(cell.text for cell in known.cells)
    assert unknown is not None and [cell.text for cell in unknown.cells[2:]] == [""] * 6


def test_who_was_matched_is_not_summed_over_files(qtbot: QtBot, theme: Theme) -> None:
    screen = ReceiptScreen(theme)
    qtbot.addWidget(screen)
    one, two = (ImportResult(f"/e/{name}.csv", receipt(import_id=1)) for name in "ab")
    for files, lines in (((one,), 2), ((one, two), 1)):
        screen.show_content(ReceiptContent(files), "Imported just now")
        assert screen.side._customers.count() == lines


def test_a_receipt_leads_to_customers_who_look_like_one(qtbot: QtBot, theme: Theme) -> None:
    screen = ReceiptScreen(theme)
    qtbot.addWidget(screen)
    content = ReceiptContent((ImportResult("/e/a.csv", receipt(import_id=1)),), QueueEffect(pairs=3))
    screen.show_content(content, "Imported just now")
    said = [screen.side._customers.itemAt(n).widget() for n in range(screen.side._customers.count())]
    assert len(said) == 3, "known, new, and pairs that look like one"
    with qtbot.waitSignal(screen.side.review_wanted):
        screen.side.review.click()
    screen.show_content(replace(content, effect=None), "Imported on Monday")
    assert screen.side.review.isHidden()


def test_enter_presses_the_button_of_a_panel_that_has_the_focus(qtbot: QtBot, theme: Theme) -> None:
    from PySide6.QtWidgets import QWidget

    window = QWidget()
    qtbot.addWidget(window)
    window.resize(800, 600)
    with qtbot.waitExposed(window):
        window.show()
    window.activateWindow()
    done: list[bool] = []

    def panel(refused: str = "") -> UndoPanel:
        made = UndoPanel(theme, window, "a.csv", UndoPreview((), (), refused), lambda: done.append(True))
        made.open_at(QPoint(500, 100))
        return made

    asked = panel()
    qtbot.waitUntil(asked._go.hasFocus)
    qtbot.keyClick(asked._go, Qt.Key.Key_Return)
    assert done == [True]
    refused = panel("A file that was imported later (import 2) changed rows of this import. Undo that one first.")
    assert refused.height() < 200, "as high as its words"
    qtbot.waitUntil(refused._close.hasFocus)
    qtbot.keyClick(refused._close, Qt.Key.Key_Enter)
    assert not refused.isVisible() and done == [True]


def test_rejected_rows_of_several_files_are_opened_and_not_fixed_here(qtbot: QtBot, theme: Theme) -> None:
    screen = ReceiptScreen(theme)
    qtbot.addWidget(screen)
    side, one = screen.side, ImportResult("/e/a.csv", receipt(file="a.csv"))
    other = ImportResult("/e/b.csv", replace(receipt(file="b.csv"), rejects_file="/book/rejects/b.rejects.csv"))
    side.show_content(ReceiptContent((one,)))
    assert not side._mend.isHidden() and side._file_name.text() == "orders.rejects.csv"
    side.show_content(ReceiptContent((one, other)))
    assert side._mend.isHidden() and not side._show_file.isHidden()
    assert side._file_name.text() == "orders.rejects.csv and 1 more"
