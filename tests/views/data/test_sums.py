"""The sums of an import: they add up, every part can be seen, and the words say what will happen."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from models.values.imports import FileProgress, Progress
from tests.views.data.made import ROWS, preview, receipt, request
from views.data.importing_view import left_words, whole_share
from views.data.jobs import Checked, in_order
from views.data.phrases import (
    ROW_KEYS,
    VERDICTS,
    Sums,
    entity_rows,
    import_words,
    listed,
    nothing_words,
    reason_lines,
    sums_of,
    undo_lines,
)
from views.data.sums import LEAST_SHARE, sentence_of, widths

COUNTS = st.integers(0, 5_000_000)
SUMS = st.builds(Sums, COUNTS, COUNTS, COUNTS, COUNTS, COUNTS)


@settings(max_examples=80, deadline=None)
@given(SUMS)
def test_the_five_parts_are_the_rows_that_were_read(sums: Sums) -> None:
    assert sum(sums.of(verdict) for verdict in VERDICTS) == sums.read
    assert sums.importable == sums.new + sums.changed + sums.unchanged
    rows = {"read": sums.read, **{ROW_KEYS[verdict]: sums.of(verdict) for verdict in VERDICTS}}
    assert sums_of(rows) == sums


@settings(max_examples=80, deadline=None)
@example(Sums(1, 0, 0, 715, 29669), 174.0)
@given(SUMS, st.floats(120, 2_000))
def test_every_part_that_is_there_can_be_seen_and_the_bar_is_full(sums: Sums, room: float) -> None:
    placed = widths(sums, room)
    assert [verdict for verdict, _wide in placed] == [verdict for verdict in VERDICTS if sums.of(verdict)]
    assert all(wide >= 4.0 - 1e-9 for _verdict, wide in placed)
    if placed:
        assert sum(wide for _verdict, wide in placed) + 2 * (len(placed) - 1) == pytest.approx(room)


@settings(max_examples=40, deadline=None)
@given(SUMS, SUMS)
def test_sums_of_two_files_are_added(first: Sums, second: Sums) -> None:
    assert first.plus(second).read == first.read + second.read


def test_a_part_under_one_percent_is_drawn_wider() -> None:
    shares = dict(widths(sums_of(ROWS), 1_000))
    assert shares["ignored"] >= LEAST_SHARE * 990
    assert shares["new"] > shares["unchanged"] > shares["rejected"]


def test_the_button_says_how_many_rows() -> None:
    assert import_words(sums_of(ROWS)) == "Import 48,098 rows"
    assert import_words(Sums(new=1)) == "Import 1 row"
    assert import_words(sums_of(ROWS), 3) == "Import 3 files, 48,098 rows"


def test_an_import_that_would_change_nothing_says_so() -> None:
    assert nothing_words(sums_of(ROWS)) == ""
    assert "changes nothing" in nothing_words(Sums(unchanged=12))
    assert "fix the file" in nothing_words(Sums(rejected=3))


def test_counts_are_listed_in_one_phrase() -> None:
    assert listed((("order_lines", 3), ("orders", 2), ("customers", 1))) == "3 order lines, 2 orders and 1 customer"
    assert listed((("activities", 1), ("identities", 1))) == "1 activity and 1 customer ID"
    assert listed((("email_events", 2), ("opportunities", 1))) == "2 email events and 1 deal"
    assert listed(()) == "nothing"
    assert undo_lines((("orders", 2),), ()) == [("minus", "Removes 2 orders")]
    assert undo_lines((), (("orders", 1),)) == [("return", "Restores 1 order as it was")]
    assert undo_lines((), (("orders", 1), ("customers", 1)), ["x"] * 7)[0][1].endswith("as they were")
    assert reason_lines({"b": 1, "a": 1, "c": 5}) == [("c", 5), ("a", 1), ("b", 1)]


def test_what_is_in_the_book_is_summed_over_files() -> None:
    rows = entity_rows([receipt(), receipt()])
    assert rows[0] == ("Order lines", 62_812, 824, 32_560)
    assert "48,230 rows read" in sentence_of(sums_of(ROWS))


def test_files_are_imported_in_the_order_in_which_they_refer_to_one_another() -> None:
    checked = [Checked(request("/e/broken.csv"), None, "broken")]
    for entity in ("", "stage_changes", "surveys", "opportunities", "returns", "orders", "products", "customers"):
        checked.append(Checked(request(f"/e/{entity}.csv"), replace(preview(1), entity=entity)))
    ordered = in_order(checked)
    known = ["customers", "products", "orders", "returns", "surveys", "opportunities", "stage_changes", ""]
    assert [one.preview.entity for one in ordered[:-1] if one.preview] == known
    assert ordered[-1].error == "broken"


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 12), st.data())
def test_progress_over_files_never_leaves_its_range(files: int, data: st.DataObject) -> None:
    number = data.draw(st.integers(0, files))
    done, total = data.draw(st.integers(0, 2_000)), data.draw(st.none() | st.integers(1, 1_000))
    share = whole_share(FileProgress("Reading", done, total, number, files))
    assert share is None or 0.0 <= share <= 1.0


def test_time_left_is_said_once_it_can_be_told() -> None:
    assert left_words(None, 10) == left_words(0.01, 10) == left_words(0.5, 0.1) == ""
    assert left_words(0.5, 10) == "about 10 seconds left"
    assert Progress("x", 1, None).fraction is None
