"""A sample book in which people worked: first answers, invoices, tasks, closed alerts, emails, contracts, deals."""

from __future__ import annotations

from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

from models import sqlite
from tests.services.metrics.test_brute_force import AS_OF

#: The day of the program's own records.
TODAY = "2026-11-19"


def day(back: int, of: str = AS_OF) -> str:
    return (date.fromisoformat(of) - timedelta(days=back)).isoformat()


def work(path: Path) -> None:
    """Give a sample book first answers, invoices, tasks, closed alerts, sent emails, and contracts near their end."""
    with closing(sqlite.connect(path)) as driver, driver:
        driver.execute(
            "UPDATE tickets SET first_answer_at ="
            " strftime('%Y-%m-%dT%H:%M:%SZ', opened_at, '+' || (id % 37) || ' hours')"
            " WHERE id % 3 > 0 AND opened_at IS NOT NULL"
        )
        bills = [
            ("open", day(80), day(50), None), ("open", day(20), day(-10), None), ("paid", day(200), day(170), day(160)),
            ("paid", day(40), day(10), day(-1)), ("void", day(70), day(40), None), (None, day(60), day(30), None),
            (None, day(90), day(60), day(55)), ("overdue", day(99), None, None), ("open", day(-1), day(-2), None),
            ("open", day(400), day(370), None), ("open", day(0), day(0), None),
        ]  # fmt: skip
        driver.executemany(
            "INSERT INTO invoices (customer_id, source, external_id, number, status, issued_on, due_on, paid_on,"
            " amount_minor, currency) VALUES (?, 'test', ?, ?, ?, ?, ?, ?, ?, 'USD')",
            [(at + 1, f"I{at}", f"I{at}", *bill, 1_000 + 7 * at) for at, bill in enumerate(bills)],
        )
        for at in range(15):
            created, done = (f"{day(begun - at, TODAY)}T12:00:00Z" for begun in (30, 15))
            driver.execute(
                "INSERT INTO tasks (customer_id, alert_id, title, due_on, created_at, done_at)"
                " VALUES (?, ?, 'Call', ?, ?, ?)",
                (at + 1, at if at in (3, 6) else None, day(at - 9, TODAY) if at % 4 else None, created,
                 None if at % 3 else done),
            )  # fmt: skip
        alerts = [one for (one,) in driver.execute("SELECT id FROM alerts ORDER BY id")]
        ends = [
            ("resolved", "saved", "person", 1), ("resolved", "lost", "person", 0),
            ("not_useful", "wrong", "person", None), ("resolved", "known", "person", 1),
            ("resolved", "solved", "rule", None), ("resolved", "came_back", "rule", 1),
            ("resolved", "solved", "person", 1),
        ]  # fmt: skip
        for at, alert in enumerate(alerts[:21]):
            state, outcome, by, in_time = ends[at % len(ends)]
            driver.execute(
                "UPDATE alerts SET opened_at = ?, state = ?, outcome = ?, closed_by = ?, in_time = ?, closed_at = ?,"
                " touched = ? WHERE id = ?",
                (f"{day(60 - at, TODAY)}T10:00:00Z", state, outcome, by, in_time, f"{day(40 - at, TODAY)}T12:30:00Z",
                 at % 2, alert),
            )  # fmt: skip
        driver.executemany(
            "INSERT INTO notes (customer_id, alert_id, text, author, written_at) VALUES (1, ?, 'Called', 'Ann', ?)",
            [(alert, f"{day(55 - 2 * at, TODAY)}T15:00:00Z") for at, alert in enumerate(alerts[:9:2])],
        )
        people = [one for (one,) in driver.execute("SELECT id FROM customers ORDER BY id")]
        driver.executemany(
            "INSERT INTO messages (customer_id, alert_id, state, goal, tone, writer, approved_at, sent_at, created_at,"
            " created_by, changed_at) VALUES (?, ?, ?, 'win back', 'warm', 'rules', ?, ?, ?, 'Ann', ?)",
            [(one, alerts[at] if at < 6 else None, "draft" if at % 8 == 7 else "sent",
              f"{day(5 * at)}T11:00:00Z" if at % 8 < 7 else None, f"{day(5 * at)}T12:00:00Z" if at % 8 < 7 else None,
              f"{day(5 * at)}T10:00:00Z", f"{day(5 * at)}T12:00:00Z") for at, one in enumerate(people[:48])],
        )  # fmt: skip
        driver.execute("UPDATE contracts SET value_per_year_minor = 50000 + id, currency = 'USD'")
        for at, (contract,) in enumerate(driver.execute("SELECT id FROM contracts ORDER BY id").fetchall()):
            status = "ended" if at % 5 == 4 else None
            driver.execute("UPDATE contracts SET starts_on = ?, ends_on = ?, status = ? WHERE id = ?",
                           (day(300 - 40 * at), day(8 - 6 * at), status, contract))  # fmt: skip
        # Deals that came to a halt, and some of them late.
        for at, (deal,) in enumerate(driver.execute(
            "SELECT id FROM opportunities WHERE stage = 'Lost' ORDER BY id LIMIT 12").fetchall()):  # fmt: skip
            driver.execute("DELETE FROM stage_changes WHERE opportunity_id = ?", (deal,))
            driver.execute("UPDATE opportunities SET stage = 'Proposal', opened_on = ?, closes_on = ? WHERE id = ?",
                           (day(24 + at), day(3 - 4 * at) if at % 3 else None, deal))  # fmt: skip
