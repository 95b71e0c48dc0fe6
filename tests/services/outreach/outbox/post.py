"""A small book with a mail account: customers who gave consent, and emails to them that pass every check."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from models.store import connect, open_store
from models.tables import alert_signals, alerts, customers, identities
from models.values.journal import Actor
from models.values.outreach import After, Edit, Message
from services.outreach import approve, read_message, save
from services.settings import BusinessHours, MailAccount, Policy, Preferences
from services.workspace import FixedClock, Recipe, SessionKeyring, Workspace
from tests.servers.mail_server import MailServer
from tests.services.outreach.reading import as_read

#: A Thursday, in the morning.
NOW = datetime(2026, 11, 19, 9, 0, tzinfo=UTC)
POLICY = Policy(business_hours=BusinessHours(time_zone="UTC"), reporting_currency="USD")
BODY = "Thank you for being with us.\n\nWould a short call suit you?"


class Post:
    """A book with a clock that can be moved, and what tests do with its emails."""

    def __init__(self, path: Path, account: MailAccount | None = None, now: datetime = NOW) -> None:
        recipe = Recipe(store=str(path), person="Ada", moment=now.isoformat())
        preferences = Preferences(mail=account or MailAccount(), signature="Ada Lindqvist\nLinden Supply")
        self.workspace = Workspace(
            open_store(path), POLICY, FixedClock(now), SessionKeyring(), "Ada", "Ada", recipe, preferences=preferences
        )
        self._number = 0

    def close(self) -> None:
        self.workspace.close()

    def move(self, **delta: float) -> None:
        """Let time pass."""
        moved = self.workspace.clock.now() + timedelta(**delta)
        self.workspace = replace(self.workspace, clock=FixedClock(moved))

    def policy(self, **fields: Any) -> None:
        self.workspace = replace(self.workspace, policy=replace(self.workspace.policy, **fields))

    def preferences(self, **fields: Any) -> None:
        self.workspace = replace(self.workspace, preferences=replace(self.workspace.preferences, **fields))

    def account(self, **fields: Any) -> None:
        self.preferences(mail=replace(self.workspace.preferences.mail, **fields))

    def add(self, table: Any, **values: Any) -> int:
        maker = Actor("system", "test")
        with self.workspace.store.unit_of_work(maker, "prepare", "test", at=self.workspace.at) as work:
            key = work.connection.execute(table.insert().values(**values)).inserted_primary_key
            assert key is not None
            work.digest("prepared")
            work.commit()
        return int(key[0])

    def customer(self, name: str = "Nora Berg", **fields: Any) -> int:
        """A customer who gave consent, known by the address as an import would know them."""
        self._number += 1
        email = fields.pop("email", f"c{self._number}@example.org")
        values = {"email_consent": "given", "email_consent_since": "2023-03-02", **fields}
        row = {"source": "test", "external_id": str(self._number), "name": name, "email": email}
        number = self.add(customers, **{**row, **values})
        if email:
            self.add(identities, customer_id=number, kind="email", source="", value=email.lower())
        return number

    def alert(self, customer: int, **fields: Any) -> int:
        day = self.workspace.clock.today().isoformat()
        values = {"kind": "risk", "rule": "gap", "severity": 3, "state": "open", "reason": "No order for 74 days",
                  "opened_at": self.workspace.at, "opened_as_of": day,
                  "due_at": "2026-11-20T15:00:00Z", **fields}  # fmt: skip
        open_alert = self.add(alerts, customer_id=customer, **values)
        self.add(alert_signals, alert_id=open_alert, customer_id=customer, rule="gap", severity=3, reason="No order",
                 raised_at=self.workspace.at, raised_as_of=day)  # fmt: skip
        return open_alert

    def written(self, customer: int | None = None, *, alert: int | None = None, body: str = BODY,
                subject: str = "Your time with us") -> Message:  # fmt: skip
        """An email that waits for review and passes every check."""
        customer = customer if customer is not None else self.customer()
        name = str(self.value("SELECT name FROM customers WHERE id = ?", customer))
        edit = Edit(0, customer, alert, "check_in", "warm", "person", subject, f"Dear {name},", body, ())
        return save(self.workspace, as_read(edit), for_review=True)

    def approved(self, customer: int | None = None, *, alert: int | None = None, at: str | None = None,
                 after: After | None = None, **text: str) -> Message:  # fmt: skip
        """An email that is approved and queued."""
        message = self.written(customer, alert=alert, **text)
        approve(self.workspace, message.id, message.version, at=at, after=after)
        return read_message(self.workspace, message.id)

    def due(self, count: int = 1) -> list[Message]:
        """Approved emails, each to a customer of its own, whose time has come."""
        found = [self.approved() for _ in range(count)]
        self.move(minutes=11)
        return found

    def state(self, message: Message | int) -> str:
        number = message if isinstance(message, int) else message.id
        return read_message(self.workspace, number).state

    def states(self, found: Sequence[Message]) -> list[str]:
        return [self.state(one) for one in found]

    def value(self, sql: str, *given: Any) -> Any:
        """The first value of a query, on a connection of its own."""
        driver = connect(self.workspace.store.path)
        try:
            row = driver.execute(sql, given).fetchone()
        finally:
            driver.close()
        return row[0] if row is not None else None


def account_of(server: MailServer) -> MailAccount:
    """The account by which a program sends over the server."""
    return MailAccount(server.host, server.port, server.security, server.user, "ada@linden.example", "Ada Lindqvist")
