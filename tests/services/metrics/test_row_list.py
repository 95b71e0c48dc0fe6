"""Which columns of rows are shown: the first names the row, and none is told twice."""

from __future__ import annotations

from datetime import date

from models.values.metrics import Column, RowList


def test_the_column_that_names_a_row_stays_where_it_is_what_the_row_adds() -> None:
    columns = tuple(
        Column(name, name, unit) for name, unit in (("id", "count"), ("rating", "score"), ("adds", "score"))
    )
    of_review_one = RowList("reviews", date(2026, 11, 20), columns, ((1, 1, 1),), 1, "USD", value="adds")
    assert of_review_one.shown == (0, 2)
