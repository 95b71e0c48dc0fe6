"""The outbox as it is listed: a page of a tab by key, its words, and what the chip of the top bar says."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any, Final

from models import sqlite
from models.values import words
from models.values.errors import UserError
from models.values.outbox import OutboxPage, OutboxRow, OutboxStanding
from models.values.outreach import WRITABLE
from services import permission
from services.outreach.outbox.sending import next_due
from services.outreach.outbox.trouble import Trouble, read_trouble
from services.outreach.send_policy import in_force
from services.permission.answer import may_send
from services.permission.ledger import address_key, refused, stored_key
from services.settings import Policy
from services.workspace import Workspace

#: Tabs with their states.
TABS: Final = {
    "review": ("in_review", "draft"),
    "waiting": ("sending", "queued", "approved"),
    "doubt": ("in_doubt",),
    "failed": ("failed",),
    "sent": ("sent",),
}
_COLUMNS: Final = (
    "m.id, m.customer_id, c.name, c.external_id, m.subject, m.state, m.writer, m.origin, m.fault, m.alert_id,"
    " m.approved_by, m.due_at, m.sent_at, m.changed_at, m.via, m.not_before"
)
_TO: Final = (
    "SELECT id, customer_id, due_at, to_address FROM messages"
    " WHERE state = 'queued' OR (state = 'approved' AND via IS NULL)"
)
#: Of some emails those whose recipient did not give consent, or may not be emailed for another reason than the cap.
_AGAINST: Final = (
    "SELECT m.id FROM messages m JOIN customers c ON c.id = m.customer_id LEFT JOIN contacts k ON k.id = m.contact_id"
    " WHERE m.id IN (SELECT value FROM json_each(:ids)) AND (coalesce(k.email_consent, c.email_consent) <> 'given'"
    f" OR NOT {permission.may_email(':day')} OR {refused(stored_key('m.to_address'), ':now')})"
)
#: Approved emails that came back by themselves: an order came in meanwhile.
_AGAIN: Final = "SELECT count(*) FROM messages WHERE state IN ('draft', 'in_review') AND fault IS NOT NULL"
_QUEUE: Final = (
    "SELECT count(*) AS number, min(due_at) AS first, max(due_at) AS last FROM messages WHERE state = 'queued'"
)
_NEWEST: Final = "m.changed_at"
_NEXT: Final = "coalesce(m.due_at, m.approved_at, m.changed_at)"


@dataclass(frozen=True, slots=True)
class _Now:
    """What the words are relative to."""

    moment: datetime
    zone: tzinfo
    account: bool
    trouble: Trouble | None


def read_outbox(
    workspace: Workspace, tab: str, *, after: tuple[str, int] | None = None, count: int = 200, text: str = ""
) -> OutboxPage:
    """Return a page of a tab: what waits in the order in which it goes out, all else with the newest first.

    Raises
    ------
    UserError
        There is no such tab.
    """
    if tab not in TABS:
        raise UserError(f"“{tab}” is not a tab of the outbox; choose one of: {', '.join(TABS)}.")
    now = _now(workspace)
    with workspace.store.snapshot() as driver:
        found = _rows(driver, tab, after, count + 1, text.strip())
        counts = _by_tab(_states(driver))
        now = _Now(now.moment, now.zone, now.account, read_trouble(workspace))
        if tab == "waiting":
            _say_held(driver, in_force(workspace, driver), found[:count], now)
    rows = tuple(_row(row, now) for row in found[:count])
    last = found[count - 1] if len(found) > count else None
    return OutboxPage(rows, (str(last["at"]), int(last["id"])) if last is not None else None, counts)


def count_held(workspace: Workspace, address: str) -> int:
    """Return how many approved emails to an address may not go out as things stand."""
    now = _now(workspace)
    with workspace.store.snapshot() as driver:
        policy = in_force(workspace, driver)
        asked = [
            {"id": number, "customer_id": customer, "due_at": due, "state": "queued", "via": None}
            for number, customer, due, to in driver.execute(_TO).fetchall()
            if address_key(to) == address_key(address)
        ]
        return sum(_held(driver, policy, row, now) is not None for row in asked)


def _say_held(driver: sqlite.Connection, policy: Policy, found: list[dict[str, Any]], now: _Now) -> None:
    """Note in the rows of a page which emails may not go out, asked of those alone against whom something stands."""
    asked = {"ids": json.dumps([row["id"] for row in found]), "now": words.stored(now.moment)}
    day = now.moment.astimezone(now.zone).date().isoformat()
    against = {number for (number,) in driver.execute(_AGAINST, {**asked, "day": day})}
    for row in found:
        held = _held(driver, policy, row, now) if row["id"] in against else None
        if held is not None:
            row["held"], row["fault"] = held


def _held(driver: sqlite.Connection, policy: Policy, row: dict[str, Any], now: _Now) -> tuple[str, str] | None:
    """Return why sending would refuse an approved email, in a line and as the sentence what to do; None if nothing."""
    if row["state"] not in ("queued", "approved") or row["via"]:
        return None
    at = max(now.moment, words.moment_of(row["due_at"]) or now.moment)
    answer = may_send(driver, policy, row["customer_id"], at=at, message_id=row["id"])
    if answer.allowed:
        return None
    why = next(said for state, said in answer.lines if state == "no")
    return f"Held: {why[:1].lower()}{why[1:]}", answer.refusal


def read_standing(workspace: Workspace) -> OutboxStanding:
    """Return what the chip of the top bar says."""
    with workspace.store.snapshot() as driver:
        states = _states(driver)
        again = int(driver.execute(_AGAIN).fetchone()[0])
        queue = _queue(driver)
    counts = _by_tab(states)
    scheduled = states.get("queued", 0) + states.get("sending", 0)
    trouble = read_trouble(workspace) if scheduled else None
    due, account = next_due(workspace), bool(workspace.preferences.mail.host)
    offline = trouble is not None and trouble.offline
    return OutboxStanding(
        review=counts["review"],
        waiting=counts["waiting"],
        doubt=counts["doubt"],
        failed=counts["failed"],
        next_due=due,
        offline=offline,
        words=_standing_words({**counts, "again": again}, scheduled, offline, trouble, account),
        unfinished=states.get("sending", 0) > 0,
        again=again,
        fault=trouble.sentence if trouble is not None else "",
        scheduled=_scheduled_words(queue, _now(workspace)) if account and queue["number"] else "",
    )


def _scheduled_words(queue: sqlite.Row, now: _Now) -> str:
    """Say how many emails a server is to take, and for when."""

    def moment(text: str) -> str:
        then = datetime.fromisoformat(text).astimezone(now.zone)
        today = now.moment.astimezone(now.zone).date()
        if then <= now.moment:
            return "now"
        on = f"{words.day(then.date(), today)}, " if then.date() != today else ""
        return f"{on}{words.clock(then, now.zone)}"

    number, first, last = queue["number"], moment(queue["first"]), moment(queue["last"])
    when = f" for {first}" if first == last else f", the first for {first}, the last for {last}"
    return f"{words.count(number, 'email')} {'is' if number == 1 else 'are'} scheduled{when}"


def _standing_words(
    counts: dict[str, int], scheduled: int, offline: bool, trouble: Trouble | None, account: bool
) -> str:
    """Say the most pressing thing, what needs a person first: of what goes out, only that which a server is to take."""
    doubt, by_hand, failed = counts["doubt"], counts["waiting"] - scheduled, counts["failed"]
    if doubt:
        return f"{words.count(doubt, 'delivery', 'deliveries')} not confirmed"
    if counts["again"]:
        return f"{words.count(counts['again'], 'email')} to check again"
    if not scheduled:
        if by_hand:
            return f"{words.count(by_hand, 'email')} to send yourself"
        return f"{words.count(failed, 'email')} not sent" if failed else ""
    wait = "waits" if scheduled == 1 else "wait"
    if offline:
        return f"Offline · {words.count(scheduled, 'email')} {wait}"
    if not account:
        return f"No mail account · {words.count(scheduled, 'email')} {wait}"
    if trouble is not None:
        return f"Mail account not working · {words.count(scheduled, 'email')} {wait}"
    return f"Online · {words.count(scheduled, 'email')} scheduled"


def _rows(
    driver: sqlite.Connection, tab: str, after: tuple[str, int] | None, count: int, text: str
) -> list[dict[str, Any]]:
    at, order, beyond = (_NEXT, "ASC", ">") if tab == "waiting" else (_NEWEST, "DESC", "<")
    states = TABS[tab]
    # Sent emails are many and hardly ever change: their index by change is their order already.
    table = "messages m INDEXED BY ix_messages_changed" if tab == "sent" and not text else "messages m"
    where = [f"m.state IN ({', '.join('?' * len(states))})"]
    given: list[Any] = [*states]
    if text:
        where.append("(instr(lower(c.name), ?) OR instr(lower(m.subject), ?))")
        given += [text.lower(), text.lower()]
    if after is not None:
        where.append(f"({at}, m.id) {beyond} (?, ?)")
        given += after
    cursor = driver.execute(
        f"SELECT {at} AS at, {_COLUMNS} FROM {table} JOIN customers c ON c.id = m.customer_id"
        f" WHERE {' AND '.join(where)} ORDER BY {at} {order}, m.id {order} LIMIT ?",
        (*given, count),
    )
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor]


def _states(driver: sqlite.Connection) -> dict[str, int]:
    return dict(driver.execute("SELECT state, count(*) FROM messages GROUP BY state"))


def _queue(driver: sqlite.Connection) -> sqlite.Row:
    cursor = driver.cursor()
    cursor.row_factory = sqlite.Row
    found: sqlite.Row = cursor.execute(_QUEUE).fetchone()
    return found


def _by_tab(found: dict[str, int]) -> dict[str, int]:
    return {tab: sum(found.get(state, 0) for state in states) for tab, states in TABS.items()}


def _now(workspace: Workspace) -> _Now:
    zone = workspace.policy.business_hours.zone()
    return _Now(workspace.clock.now(), zone, bool(workspace.preferences.mail.host), None)


def _row(row: dict[str, Any], now: _Now) -> OutboxRow:
    when = str(row["at"])
    return OutboxRow(
        id=row["id"],
        customer_id=row["customer_id"],
        customer=words.name_of(row["name"], row["external_id"]),
        subject=row["subject"],
        state=row["state"],
        state_words=_state_words(row, now),
        when=when,
        when_words=_when_words(when, now),
        writer_words=_writer_words(row["writer"], row["origin"]),
        fault=row["fault"] or "",
        alert_id=row["alert_id"],
        approved_by=row["approved_by"] or "",
        held="held" in row,
    )


def _state_words(row: dict[str, Any], now: _Now) -> str:
    state = row["state"]
    if row.get("held"):
        return str(row["held"])
    if state == "queued":
        return _queued_words(row, now)
    if state == "approved":
        return "Opened in your mail app: was it sent?" if row["via"] else "Approved: send it from your mail app"
    if state == "sent":
        by = {"eml": " from your mail app", "mail_program": " from your mail app"}.get(row["via"] or "", "")
        return f"Sent{by} {_on(row['sent_at'] or row['changed_at'], now)}"
    if state in WRITABLE and row["fault"]:
        return "Back for review"
    if state == "in_review":
        return "Drafted automatically: awaiting your review" if row["origin"] == "flow" else "Awaiting your review"
    fixed = {
        "draft": "Draft",
        "sending": "Sending",
        "in_doubt": "Delivery not confirmed",
        "failed": "Not sent",
        "discarded": "Discarded",
    }
    return fixed[state]


def _queued_words(row: dict[str, Any], now: _Now) -> str:
    due = words.moment_of(row["due_at"])
    if not now.account:
        return "Waiting for a mail account"
    if now.trouble is not None and (due is None or due <= now.moment):
        return "Waiting for the network" if now.trouble.offline else "Waiting: the mail account is not working"
    if due is None or due <= now.moment:
        return "Goes out now"
    again = "Retries" if row["fault"] else "Goes out"
    minutes = (due - now.moment).total_seconds() / 60
    if minutes < 60:
        return f"{again} in {max(1, round(minutes))} min"
    day = words.soon(due.astimezone(now.zone).date(), now.moment.astimezone(now.zone).date())
    return f"{again} {day} at {words.clock(due, now.zone)}"


def _when_words(when: str, now: _Now) -> str:
    return words.when(when, now.moment.astimezone(now.zone).date(), now.zone)


def _on(when: str, now: _Now) -> str:
    said = _when_words(when, now)
    return f"at {said}" if ":" in said else said


def _writer_words(writer: str, origin: str) -> str:
    kind, _, name = writer.partition(":")
    said = {"template": "Template", "model": f"Language model {name}".strip(), "person": "Written by hand"}
    return said.get(kind, "Written by hand") + (", automatically" if origin == "flow" else "")
