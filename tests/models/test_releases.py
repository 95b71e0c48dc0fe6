"""A store of every release opens and keeps its content; each is the sample book with five customers."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from models import sqlite
from models.journal import verify
from models.journal.import_digests import TABLES, row_text, without_later
from models.schema_version import LATER_COLUMNS, ROWS_SCHEMA
from models.store import open_store
from models.store.migrate import backup_path, migrate
from models.tables import SCHEMA_VERSION, metadata

RELEASES = {"0.1.0": "7ae470e63d273f34ba6bb1dc8086f4bbf407db6d947234bf377f3028638fa1f0"}
STORES = Path(__file__).parents[2] / "resources" / "self_test"


@pytest.mark.parametrize("release", list(RELEASES))
def test_a_store_of_each_release_opens_and_keeps_its_content(release: str, store_path: Path) -> None:
    store_path.write_bytes(gzip.decompress((STORES / f"{release}.bellwether.gz").read_bytes()))
    store = open_store(store_path)
    try:
        with store.read() as connection:
            outcome = verify(connection)
            assert outcome.problems == ()
            assert outcome.content_hash == RELEASES[release]
            assert connection.exec_driver_sql("SELECT count(*) FROM customer_risk_scores").scalar() == 5
    finally:
        store.close()


def test_a_migrated_store_has_the_tables_of_a_new_one(store_path: Path, tmp_path: Path) -> None:
    store_path.write_bytes(gzip.decompress((STORES / "0.1.0.bellwether.gz").read_bytes()))
    for path in (store_path, tmp_path / "new.db"):
        open_store(path).close()
    assert _shape(store_path) == _shape(tmp_path / "new.db")


def test_rows_of_imports_keep_their_form_since_the_schema_that_says_so(store_path: Path) -> None:
    store_path.write_bytes(gzip.decompress((STORES / "0.1.0.bellwether.gz").read_bytes()))
    migrate(store_path, 1, to=ROWS_SCHEMA)
    driver = sqlite.connect(store_path)
    for table, columns in LATER_COLUMNS.items():
        for column in columns:
            driver.execute(f"ALTER TABLE {table} ADD COLUMN {column}")
    before = _rows_of_imports(store_path)
    for table, columns in LATER_COLUMNS.items():
        for column in columns:
            driver.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
    driver.close()
    migrate(store_path, ROWS_SCHEMA)
    assert before == {table: rows for table, rows in _rows_of_imports(store_path).items() if table in before}
    assert sum(map(len, before.values())) > 100


def test_columns_that_came_later_are_the_last_of_their_tables_and_count_once_they_say_something() -> None:
    for name, columns in LATER_COLUMNS.items():
        table = metadata.tables[name]
        assert tuple(column.name for column in table.columns)[-len(columns) :] == columns
        assert without_later(table, ("a", *[None] * len(columns))) == ("a",)
        assert without_later(table, ("a", None, *["b"] * len(columns)))[-1] == "b"


def _rows_of_imports(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """What the digests of imports read, of the tables that there are."""
    driver = sqlite.connect(path)
    try:
        there = {row[0] for row in driver.execute("SELECT name FROM sqlite_master")}
        tables = [table for table in TABLES if table.name in there]
        return {one.name: driver.execute(f"SELECT {row_text(one)} FROM {one.name}").fetchall() for one in tables}
    finally:
        driver.close()


def _shape(path: Path) -> dict[str, object]:
    """Columns, keys, the columns of every index and the names of the triggers of each table."""
    driver = sqlite.connect(path)
    try:
        tables = [row[0] for row in driver.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {
            table: (
                driver.execute(f"SELECT * FROM pragma_table_info('{table}')").fetchall(),
                sorted(row[2:] for row in driver.execute(f"SELECT * FROM pragma_foreign_key_list('{table}')")),
                sorted(
                    (*row[1:], tuple(driver.execute(f"SELECT name FROM pragma_index_info('{row[1]}')")))
                    for row in driver.execute(f"SELECT * FROM pragma_index_list('{table}')")
                ),
                sorted(
                    driver.execute(f"SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = '{table}'")
                ),
            )
            for table in tables
        }
    finally:
        driver.close()


#: What version 4 brought: tables of its own, and columns of the public table of scores.
REPORT_CARD_TABLES = ("score_overrides", "anomalies", "score_reports")
REPORT_CARD_COLUMNS = ("changed", "overridden")


def _of_version(number: int, path: Path) -> None:
    """Make the oldest store that is kept one of version `number`."""
    path.write_bytes(gzip.decompress((STORES / "0.1.0.bellwether.gz").read_bytes()))
    migrate(path, 1, to=number)
    backup_path(path, 1).unlink()


def _rows(path: Path) -> dict[str, list[tuple[object, ...]]]:
    driver = sqlite.connect(path)
    try:
        tables = [row[0] for row in driver.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {
            table: sorted(driver.execute(f"SELECT * FROM {table}"), key=repr)
            for table in tables
            if not table.startswith(("sqlite_", "customers_search", "alembic"))
        }
    finally:
        driver.close()


def test_the_report_card_is_added_and_every_row_of_before_is_kept(store_path: Path) -> None:
    _of_version(3, store_path)
    before = _rows(store_path)
    assert not set(REPORT_CARD_TABLES) & set(before)
    migrate(store_path, 3, to=4)
    after = _rows(store_path)
    assert [after.pop(table) for table in REPORT_CARD_TABLES] == [[], [], []]
    scores = [row[: -len(REPORT_CARD_COLUMNS)] for row in after["customer_risk_scores"]]
    assert {row[-len(REPORT_CARD_COLUMNS) :] for row in after["customer_risk_scores"]} == {(None, None)}
    assert {**after, "customer_risk_scores": scores} == before
    assert len(before["customer_risk_scores"]) == 5


def test_a_copy_of_the_store_as_it_was_is_left_beside_it(store_path: Path) -> None:
    _of_version(3, store_path)
    before = _rows(store_path)
    open_store(store_path).close()
    assert _rows(backup_path(store_path, 3)) == before


def test_a_migration_that_is_cut_off_leaves_the_store_as_it_was(store_path: Path) -> None:
    _of_version(3, store_path)
    driver = sqlite.connect(store_path)
    driver.execute("CREATE TABLE score_overrides (id INTEGER)")  # in the way of the migration's last table
    driver.commit()
    driver.close()
    before = _rows(store_path)
    with pytest.raises(Exception, match="score_overrides already exists"):
        migrate(store_path, 3)
    assert _rows(store_path) == before
    driver = sqlite.connect(store_path)
    assert driver.execute("PRAGMA user_version").fetchone() == (3,)
    driver.execute("DROP TABLE score_overrides")
    driver.commit()
    driver.close()
    open_store(store_path).close()
    assert set(REPORT_CARD_TABLES) <= set(_rows(store_path))


def test_a_store_of_each_version_comes_to_the_same_tables(store_path: Path, tmp_path: Path) -> None:
    open_store(tmp_path / "new.db").close()
    newest = _shape(tmp_path / "new.db")
    for number in range(1, SCHEMA_VERSION):
        path = store_path.with_name(f"version-{number}.db")
        _of_version(number, path)
        open_store(path).close()
        assert _shape(path) == newest


def test_every_store_kept_is_tested() -> None:
    assert {path.name.removesuffix(".bellwether.gz") for path in STORES.glob("*.gz")} == set(RELEASES)


def test_wider_keys_keep_every_activity_and_conversation(store_path: Path) -> None:
    _of_version(4, store_path)
    driver = sqlite.connect(store_path)
    driver.execute(
        "INSERT INTO conversations (source, external_id, channel, text, happened_on) VALUES (?, ?, NULL, ?, ?)",
        ("crm", "1", "Hi", "2026-05-01"),
    )
    driver.commit()
    driver.close()
    before = _rows(store_path)
    open_store(store_path).close()
    after = _rows(store_path)
    assert before["activities"] and after["activities"] == before["activities"]
    driver = sqlite.connect(store_path)
    assert driver.execute("SELECT external_id, channel, text FROM conversations").fetchall() == [("1", "", "Hi")]
    driver.close()


def test_what_a_customer_said_of_a_contract_becomes_one_and_an_undo_still_puts_it_back(store_path: Path) -> None:
    _of_version(4, store_path)
    driver = sqlite.connect(store_path)
    first, second, third, *_ = (row[0] for row in driver.execute("SELECT id FROM customers ORDER BY id"))
    driver.execute(
        "UPDATE customers SET contract_starts_on = '2024-01-05', renews_on = '2027-01-05' WHERE id = ?", (first,)
    )
    driver.execute("UPDATE customers SET renews_on = '2026-03-01', churned_on = '2026-02-01' WHERE id = ?", (second,))
    driver.execute(
        "INSERT INTO import_changes (import_id, table_name, row_id, before, after) VALUES (1, 'customers', ?, ?, ?)",
        (first, '{"renews_on": "2026-01-05", "tier": null}', '{"renews_on": "2027-01-05", "tier": "Gold"}'),
    )
    driver.commit()
    driver.close()
    open_store(store_path).close()
    driver = sqlite.connect(store_path)
    rows = driver.execute(
        "SELECT customer_id, external_id LIKE 'customer:%', starts_on, ends_on, status FROM contracts "
        "WHERE customer_id <= ? ORDER BY customer_id", (third,)
    ).fetchall()  # fmt: skip
    assert rows[:2] == [(first, 1, "2024-01-05", "2027-01-05", None), (second, 1, None, "2026-02-01", "ended")]
    images = driver.execute("SELECT table_name, before, after FROM import_changes WHERE before LIKE '%2026-01-05%'")
    assert images.fetchall() == [
        (
            "contracts",
            '{"starts_on":"2024-01-05","ends_on":"2026-01-05","status":null}',
            '{"starts_on":"2024-01-05","ends_on":"2027-01-05","status":null}',
        )
    ]
    kept = driver.execute("SELECT before FROM import_changes WHERE table_name = 'customers' AND after LIKE '%Gold%'")
    assert kept.fetchall() == [('{"tier":null}',)]
    driver.close()


def test_the_withdrawals_of_an_older_store_are_entered_with_the_consents_that_lift_them(store_path: Path) -> None:
    _of_version(5, store_path)
    driver = sqlite.connect(store_path)
    first, second, third, fourth, fifth = (row[0] for row in driver.execute("SELECT id FROM customers ORDER BY id"))
    driver.execute("DELETE FROM email_events WHERE kind = 'unsubscribed'")
    driver.execute("UPDATE customers SET email_consent = 'unknown', email_consent_since = NULL, email = NULL")
    for number, email, consent, since in (
        (first, "A@x.example", "withdrawn", "2026-01-05"),
        (second, "a@x.example", "given", "2026-02-05"),
        (third, "b@x.example", "withdrawn", None),
        (fourth, "b@x.example", "given", "2020-01-01"),
        (fifth, "c@x.example", "unknown", None),
    ):
        said = (email, consent, since, number)
        driver.execute("UPDATE customers SET email = ?, email_consent = ?, email_consent_since = ? WHERE id = ?", said)
    driver.execute(
        "INSERT INTO email_events (customer_id, source, external_id, kind, happened_on, happened_at)"
        " VALUES (?, 'crm', 'E1', 'unsubscribed', '2026-03-01', '2026-03-01T23:45:00Z')",
        (fifth,),
    )
    (last,) = driver.execute("SELECT max(at) FROM journal").fetchone()
    driver.commit()
    driver.close()
    open_store(store_path).close()
    driver = sqlite.connect(store_path)
    assert driver.execute("SELECT address, said, since FROM suppression_ledger ORDER BY address, since").fetchall() == [
        ("a@x.example", "withdrawn", "2026-01-05T23:59:59Z"),
        ("a@x.example", "given", "2026-02-05T00:00:00Z"),
        ("b@x.example", "given", "2020-01-01T00:00:00Z"),
        ("b@x.example", "withdrawn", last),
        ("c@x.example", "withdrawn", "2026-03-01T23:45:00Z"),
    ]
    driver.close()


@pytest.mark.parametrize(
    ("reason", "plain"),
    [
        (
            "Overridden to 20\u202f%; model: 81\u202f% · 81\u202f% likely to leave · by phone",
            "81\u202f% likely to leave · by phone",
        ),
        ("Lifetime value overridden to $0; model: $90 · No order", "No order"),
        ("Risk set to 20\u202f% by hand; the model said 81\u202f% · No order", "No order"),
        ("No order · overridden", "No order"),
        ("Deal stands still · 90 days", None),
    ],
)
def test_version_11_keeps_what_an_overridden_rule_said_beside_its_signal(
    reason: str, plain: str | None, store_path: Path
) -> None:
    _of_version(10, store_path)
    driver = sqlite.connect(store_path)
    with driver:
        driver.execute("UPDATE alert_signals SET reason = ?, evidence = NULL", (reason,))
        assert driver.execute("SELECT count(*) FROM alert_signals").fetchone()[0]
    driver.close()
    migrate(store_path, 10, to=11)
    driver = sqlite.connect(store_path)
    assert set(driver.execute("SELECT reason, evidence ->> 'overridden' FROM alert_signals")) == {(reason, plain)}
    driver.close()


def test_a_book_from_before_words_counted_in_its_scores_is_scored_again(store_path: Path) -> None:
    _of_version(14, store_path)
    before = json.loads(dict(_rows(store_path)["book"])["scored"])  # type: ignore[arg-type]
    assert before["entry"] > 0
    open_store(store_path).close()
    marks = json.loads(dict(_rows(store_path)["book"])["scored"])  # type: ignore[arg-type]
    assert marks == {**before, "entry": 0}


def test_version_16_takes_the_words_of_a_figure_set_by_hand_and_those_of_the_playbook_out_of_alerts(
    store_path: Path,
) -> None:
    _of_version(15, store_path)
    said = "Overridden to 20\u202f%; model: 81\u202f% · No order"
    kept = json.dumps({"overridden": "No order", "deal": 7})
    advice = {"code": "check_in", "title": "{call} them", "why": "So", "evidence": "7 of 12", "goal": "Ask",
              "goal_code": "check_in", "incentive_minor": 5000, "incentive_words": "Offer up to $50."}  # fmt: skip
    driver = sqlite.connect(store_path)
    with driver:
        driver.execute("UPDATE alert_signals SET reason = ?, evidence = ?, cleared_at = NULL", (said, kept))
        driver.execute("UPDATE alerts SET reason = ?, state = 'open', recommendation = ?", (said, json.dumps(advice)))
        (closed,) = driver.execute("SELECT min(id) FROM alerts").fetchone()
        driver.execute("UPDATE alerts SET state = 'resolved' WHERE id = ?", (closed,))
        own = json.dumps({**advice, "code": "of_an_older_playbook"})
        driver.execute("UPDATE alerts SET recommendation = ? WHERE id = ?", (own, closed))
    driver.close()
    open_store(store_path).close()
    driver = sqlite.connect(store_path)
    rows = "SELECT a.id = ?, a.reason, g.reason, g.evidence FROM alerts a JOIN alert_signals g ON g.alert_id = a.id"
    deal = '{"deal":7}'
    assert set(driver.execute(rows, (closed,))) == {(1, said, said, deal), (0, "No order", "No order", deal)}
    of_words = ("title", "why", "goal", "goal_code")
    left = {name: value for name, value in advice.items() if name not in of_words}
    found = driver.execute("SELECT id = ?, recommendation FROM alerts", (closed,)).fetchall()
    assert {text for is_own, text in found if is_own} == {own}
    assert [json.loads(text) for is_own, text in found if not is_own] == [left] * (len(found) - 1)
    driver.close()
