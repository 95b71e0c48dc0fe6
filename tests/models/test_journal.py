"""The laws of the journal: undo restores, the chain shows every change, the content hash sees only content."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.journal import (
    content_hash,
    entries,
    entry_images,
    erase_images,
    fact_entries_since,
    last_undoable,
    undo_images,
    verify,
)
from models.store import Store, open_store
from models.tables import customers, identities, notes, orders
from models.values.changes import Changes
from models.values.journal import Actor, OwnName
from tests.examples import examples

ANN, RULE = Actor("person", "Ann"), Actor("rule", "order_gap")
AT = "2026-11-20T08:00:00Z"

FIELDS = st.fixed_dictionaries(
    {},
    optional={
        "name": st.text(max_size=8),
        "city": st.none() | st.text(max_size=8),
        "tier": st.sampled_from([None, "Gold", "Silver"]),
        "acquisition_cost_minor": st.none() | st.integers(-(2**40), 2**40),
    },
)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("add"), FIELDS),
        st.tuples(st.just("edit"), st.tuples(st.integers(0, 5), FIELDS)),
        st.tuples(st.just("remove"), st.integers(0, 5)),
    ),
    max_size=8,
)


@pytest.fixture
def store(store_path: Path) -> Any:
    opened = open_store(store_path)
    yield opened
    opened.close()


_numbers = itertools.count(1)


def _state(store: Store) -> tuple[list[tuple[Any, ...]], str]:
    with store.read() as connection:
        rows = connection.exec_driver_sql("SELECT * FROM customers ORDER BY id").all()
        return [tuple(row) for row in rows], content_hash(connection)


def _do(store: Store, step: tuple[str, Any]) -> Changes:
    kind, value = step
    with store.unit_of_work(ANN, kind, "customers", at=AT) as work:
        ids = [row[0] for row in work.sql("SELECT id FROM customers ORDER BY id").all()]
        if kind == "add":
            work.insert(customers, {"source": "manual", "external_id": f"{next(_numbers)}", **value})
        elif ids and kind == "edit":
            work.update(customers, ids[value[0] % len(ids)], value[1])
        elif ids:
            work.delete(customers, ids[value % len(ids)])
        return work.commit()


def _undo(store: Store) -> Changes | None:
    with store.unit_of_work(ANN, "undo", "journal", at=AT) as work:
        entry = last_undoable(work.connection, [OwnName("Ann")])
        if entry is None:
            return None
        work.undoes = entry.id
        undo_images(work, entry_images(work.connection, entry.id))
        return work.commit()


@settings(max_examples=examples(10), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_undoing_every_step_brings_back_every_state(tmp_path_factory: pytest.TempPathFactory, steps: Any) -> None:
    store = open_store(tmp_path_factory.mktemp("journal") / "book.db")
    try:
        states = [_state(store)]
        for step in steps:
            if _do(store, step).entry is not None:
                states.append(_state(store))
        for expected in reversed(states[:-1]):
            changes = _undo(store)
            assert changes is not None and not changes.kept
            assert _state(store) == expected
        assert _undo(store) is None
        with store.read() as connection:
            assert verify(connection).problems == ()
    finally:
        store.close()


def _add(store: Store, **values: Any) -> int:
    with store.unit_of_work(ANN, "add", "customer", at=AT) as work:
        row_id = work.insert(customers, {"source": "manual", "external_id": f"{next(_numbers)}", **values})
        work.say(f"Added {values.get('name')}")
        work.commit()
    return row_id


def test_a_field_that_was_changed_again_is_kept_and_named(store: Store) -> None:
    row_id = _add(store, name="Linden Supply", tier="Silver", city="Oslo")
    with store.unit_of_work(ANN, "edit", f"customer:{row_id}", at=AT) as work:
        work.update(customers, row_id, {"tier": "Gold", "city": "Bergen"})
        work.commit()
    with store.unit_of_work(RULE, "edit", f"customer:{row_id}", at=AT) as work:
        work.update(customers, row_id, {"tier": "Platinum"})
        work.commit()
    changes = _undo(store)
    assert changes is not None
    assert len(changes.kept) == 1 and "tier" in changes.kept[0]
    with store.read() as connection:
        assert connection.exec_driver_sql("SELECT tier, city FROM customers").one() == ("Platinum", "Oslo")


def test_a_row_that_others_refer_to_is_kept_and_named(store: Store) -> None:
    row_id = _add(store, name="Linden Supply")
    with store.unit_of_work(RULE, "import", "import:1", at=AT) as work:
        work.insert(
            orders,
            {
                "customer_id": row_id,
                "source": "shop",
                "external_id": "1",
                "ordered_on": "2026-01-01",
                "amount_minor": 100,
                "currency": "USD",
            },
        )
        work.commit()
    changes = _undo(store)
    assert changes is not None and "orders" in changes.kept[0]
    with store.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM customers").scalar() == 1


def test_a_row_that_was_changed_later_is_kept_and_named(store: Store) -> None:
    row_id = _add(store, name="Linden Supply", city="Oslo")
    with store.unit_of_work(RULE, "import", "import:1", at=AT) as work:
        work.update(customers, row_id, {"city": "Paris"})
        work.commit()
    changes = _undo(store)
    assert changes is not None and "city" in changes.kept[0]
    with store.read() as connection:
        assert connection.exec_driver_sql("SELECT city FROM customers").scalar() == "Paris"


def test_a_customer_that_stays_keeps_its_identities_and_scores(store: Store) -> None:
    with store.unit_of_work(ANN, "add", "customer", at=AT) as work:
        row_id = work.insert(customers, {"source": "manual", "external_id": "1", "name": "Linden Supply"})
        work.insert(identities, {"customer_id": row_id, "kind": "email", "value": "a@linden.example"})
        work.commit()
    with store.unit_of_work(RULE, "import", "import:1", at=AT) as work:
        values = {"source": "shop", "external_id": "1", "ordered_on": "2026-01-01", "amount_minor": 1}
        work.insert(orders, {"customer_id": row_id, "currency": "USD", **values})
        work.commit()
    changes = _undo(store)
    assert changes is not None and "orders" in changes.kept[0]
    with store.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM identities").scalar() == 1
        assert verify(connection).ok


def test_entries_that_changed_facts_are_known_and_others_are_not(store: Store) -> None:
    row_id = _add(store, name="Linden Supply")
    with store.unit_of_work(ANN, "note", f"customer:{row_id}", at=AT) as work:
        work.insert(notes, {"customer_id": row_id, "text": "called", "author": "Ann", "written_at": AT})
        work.commit()
    with store.read() as connection:
        assert fact_entries_since(connection, 0, ["customers", "orders"]) == {1}
        assert fact_entries_since(connection, 1, ["customers", "orders"]) == frozenset()


def test_undo_never_takes_the_pipelines_work(store: Store) -> None:
    _add(store, name="Linden Supply")
    with store.unit_of_work(RULE, "evaluate", "book", at=AT) as work:
        work.insert(notes, {"text": "seen", "author": "rule", "written_at": AT})
        work.commit()
    with store.read() as connection:
        entry = last_undoable(connection, [OwnName("Ann")])
        assert entry is not None and entry.verb == "add"
        assert last_undoable(connection, [OwnName("Bea")]) is None


def test_an_earlier_name_is_ones_own_only_while_it_was(store: Store) -> None:
    """A colleague of that name, who wrote before or since, keeps their work."""
    for hour, who in ((8, "Priya"), (10, "Priya"), (12, "Priya")):
        with store.unit_of_work(Actor("person", who), "add", f"at:{hour}", at=f"2026-11-20T{hour:02}:00:00Z") as work:
            work.insert(notes, {"text": "called", "author": who, "written_at": AT})
            work.commit()
    earlier = OwnName("Priya", "2026-11-20T09:00:00Z", "2026-11-20T11:00:00Z")
    with store.read() as connection:
        entry = last_undoable(connection, [OwnName("Ann"), earlier])
        assert entry is not None and entry.subject == "at:10"
        assert last_undoable(connection, [OwnName("Ann")]) is None


def test_a_unit_of_work_that_changes_nothing_leaves_no_entry(store: Store) -> None:
    row_id = _add(store, name="Linden Supply")
    with store.unit_of_work(ANN, "edit", f"customer:{row_id}", at=AT) as work:
        assert not work.update(customers, row_id, {"name": "Linden Supply"})
        assert work.commit().entry is None


def test_changes_name_the_customers_and_tables(store: Store) -> None:
    row_id = _add(store, name="Linden Supply")
    with store.unit_of_work(ANN, "note", f"customer:{row_id}", at=AT) as work:
        work.insert(notes, {"customer_id": row_id, "text": "called", "author": "Ann", "written_at": AT})
        changes = work.commit()
    assert changes.customers == {row_id}
    assert changes.tables == {"notes"}


TAMPERING = {
    "a changed verb": "UPDATE journal SET verb = 'kiss' WHERE id = 2",
    "a changed payload": "UPDATE journal_payloads SET after = '{}' WHERE journal_id = 2 AND operation = 'insert'",
    "a missing payload": "DELETE FROM journal_payloads WHERE journal_id = 2",
    "a missing entry": "DELETE FROM journal WHERE id = 2",
    "reordered entries": "UPDATE journal SET id = CASE id WHEN 2 THEN 30 ELSE id END",
}


@pytest.mark.parametrize("how", list(TAMPERING))
def test_the_chain_shows(store: Store, how: str) -> None:
    for name in ("Linden Supply", "Ridgeway Toys", "Halden Stationery"):
        _add(store, name=name)
    with store.read() as connection:
        assert verify(connection).ok
    with store._engine.connect() as connection:
        connection.exec_driver_sql(TAMPERING[how])
        connection.commit()
    with store.read() as connection:
        assert not verify(connection).ok


def test_a_journal_cut_off_at_its_end_is_known_from_the_remembered_head(store: Store) -> None:
    for name in ("Linden Supply", "Ridgeway Toys"):
        _add(store, name=name)
    with store.read() as connection:
        last = entries(connection, limit=1)[0]
    with store._engine.connect() as connection:
        connection.exec_driver_sql("DELETE FROM journal WHERE id = 2")
        connection.exec_driver_sql("DELETE FROM journal_payloads WHERE journal_id = 2")
        connection.commit()
    with store.read() as connection:
        assert verify(connection).ok
        assert not verify(connection, (last.id, last.hash)).ok


def _by_hand(store: Store, *statements: str) -> tuple[str, ...]:
    """Change the store behind the program's back and return what is wrong with it then."""
    with store._engine.connect() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
        connection.commit()
    with store.read() as connection:
        return verify(connection).problems


def test_erasing_a_persons_images_leaves_the_chain_whole(store: Store) -> None:
    row_id = _add(store, name="Linden Supply")
    with store.unit_of_work(ANN, "erase", f"customer:{row_id}", at=AT) as work:
        assert erase_images(work, "customers", [row_id]) == 1
        work.commit()
    with store.read() as connection:
        assert verify(connection).problems == ()
        assert entry_images(connection, 1) == []
        assert "Linden" not in str(connection.exec_driver_sql("SELECT before, after FROM journal_payloads").all()[1:])


def test_images_that_nobody_erased_through_the_journal_are_told(store: Store) -> None:
    _add(store, name="Linden Supply")
    mark = f"UPDATE journal_payloads SET erased_at = '{AT}' WHERE operation = 'insert'"
    (kept, unsaid) = _by_hand(store, mark)
    assert kept == "A detail of journal entry 1 is marked as erased but still there."
    assert unsaid == "A detail of journal entry 1 is marked as erased, but no later entry says who erased it."
    gone = "UPDATE journal_payloads SET before = NULL, after = NULL WHERE operation = 'insert'"
    assert _by_hand(store, gone) == (unsaid,)


def test_another_time_of_erasing_is_told(store: Store) -> None:
    row_id = _add(store, name="Linden Supply")
    with store.unit_of_work(ANN, "erase", f"customer:{row_id}", at=AT) as work:
        erase_images(work, "customers", [row_id])
        work.commit()
    later = "UPDATE journal_payloads SET erased_at = '2026-11-21T00:00:00Z' WHERE erased_at IS NOT NULL"
    assert len(_by_hand(store, later)) == 1


def test_a_row_that_was_edited_behind_the_program_is_named(store: Store) -> None:
    row_id = _add(store, name="Linden Supply", tier="Silver")
    with store.unit_of_work(ANN, "edit", f"customer:{row_id}", at=AT) as work:
        work.update(customers, row_id, {"tier": "Gold"})
        work.commit()
    _add(store, name="Oak")
    assert _by_hand(store, "UPDATE customers SET tier = 'Lead', name = 'Lime' WHERE id = 1") == (
        "Row 1 of customers was changed outside Bellwether: “name”, “tier” is not what journal entry 1 wrote.",
    )
    assert _by_hand(store, "UPDATE customers SET tier = 'Gold', name = 'Linden Supply'") != ()
    assert _by_hand(store, "UPDATE customers SET name = 'Oak', tier = NULL WHERE id = 2") == ()
    assert _by_hand(store, "DELETE FROM customers WHERE id = 2") == (
        "Row 2 of customers was deleted outside Bellwether: journal entry 3 left it there.",
    )


def test_what_was_compared_and_what_was_not_is_said(store: Store) -> None:
    _add(store, name="Linden Supply")
    with store._engine.connect() as connection:
        connection.exec_driver_sql("INSERT INTO customers (source, external_id, name) VALUES ('shop', '7', 'Elm')")
        connection.commit()
    with store.read() as connection:
        (note,) = verify(connection).notes
    assert "last wrote into them: 1." in note and "Rows without either: 1," in note


def test_the_content_hash_sees_content_only(store: Store, tmp_path: Path) -> None:
    other = open_store(tmp_path / "other.db")
    rows = [{"source": "crm", "external_id": str(n), "name": f"Customer {n}"} for n in range(5)]
    for target, order in ((store, rows), (other, rows[::-1])):
        with target.unit_of_work(ANN, "import", "import:1", at=AT) as work:
            for row in order:
                work.insert(customers, {**row, "import_id": len(order) if target is other else 1})
            work.commit()
    with store.read() as one, other.read() as two:
        assert content_hash(one) == content_hash(two)
    with other.unit_of_work(ANN, "edit", "customer:1", at=AT) as work:
        work.update(customers, 1, {"name": "Customer x"})
        work.commit()
    with store.read() as one, other.read() as two:
        assert content_hash(one) != content_hash(two)
    other.close()


def test_the_search_index_follows_the_table(store: Store) -> None:
    row_id = _add(store, name="Linden Supply", city="Zürich")
    query = "SELECT rowid FROM customers_search WHERE customers_search MATCH ?"
    with store.read() as connection:
        assert connection.exec_driver_sql(query, ("zurich*",)).scalar() == row_id
    _undo(store)
    with store.read() as connection:
        assert connection.exec_driver_sql(query, ("zurich*",)).scalar() is None
