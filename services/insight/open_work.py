"""What is under way with a customer: open tasks and open deals."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from models import sqlite
from models.queries.deals import ALERTED, DEAL_NAME, STAGE_NAME, list_price
from models.values import words
from models.values.alerts import WorkItem
from services.insight.reader import Reader
from services.insight.timeline_formatting import deal_name

#: So many days ahead the close date of a deal is told.
DUE_DAYS: Final = 14


def read_open_work(reader: Reader, customer_id: int, deals: Sequence[sqlite.Row] | None = None) -> tuple[WorkItem, ...]:
    """Return the customer's open tasks, the soonest first, and then its open deals as `read_deals` has them.

    Parameters
    ----------
    deals
        These, where the caller has read them.
    """
    items = []
    for row in reader.rows(
        "SELECT id, title, due_on, owner FROM tasks WHERE customer_id = ? AND done_at IS NULL "
        "ORDER BY COALESCE(due_on, '9999'), id",
        (customer_id,),
    ):
        due = words.day_of(row["due_on"])
        parts = [words.soon(due, reader.today)] if due is not None else []
        parts += [row["owner"]] if row["owner"] and not reader.is_mine(row["owner"]) else []
        items.append(WorkItem("task", row["id"], row["title"], " · ".join(parts), done=False))
    for row in read_deals(reader, customer_id) if deals is None else deals:
        items.append(WorkItem("deal", row["id"], deal_name(row), deal_words(reader, row), done=False))
    return tuple(items)


def read_deals(reader: Reader, customer_id: int) -> list[sqlite.Row]:
    """Return the customer's open deals: those that its alert is about, the largest, the oldest first."""
    return reader.rows(
        f"SELECT o.id, {DEAL_NAME} AS name, o.kind, {STAGE_NAME} AS stage, o.owner,"
        " o.closes_on, coalesce(o.amount_minor, 0) = 0 AS about,"
        f" coalesce(nullif(o.amount_minor, 0), {list_price(reader.currency)}) AS worth_minor,"
        " iif(coalesce(o.amount_minor, 0) = 0, coalesce(p.currency, o.currency), o.currency) AS currency"
        " FROM opportunities o LEFT JOIN products p ON p.id = o.product_id"
        " WHERE o.customer_id = ? AND o.stage NOT IN ('Won', 'Lost')"
        f" ORDER BY {ALERTED} DESC, coalesce(worth_minor, 0) DESC, coalesce(o.opened_on, '~'), o.id",
        (customer_id,),
    )


def deal_words(reader: Reader, deal: sqlite.Row) -> str:
    """Return what an open deal is worth, its stage and time in it: "$450 · Proposal for 19 days"."""
    return " · ".join(deal_parts(reader, deal))


def deal_parts(reader: Reader, deal: sqlite.Row) -> list[str]:
    """Return the same in parts.

    Where no change of stage is known, the time is that since it was opened: "Proposal, open for 19 days". A close
    date is named once it is near, or has passed.
    """
    moved = stage_since(reader, deal["id"])
    since = moved or words.day_of(reader.value("SELECT opened_on FROM opportunities WHERE id = ?", (deal["id"],)))
    parts = []
    if deal["worth_minor"] is not None:
        amount = words.money(deal["worth_minor"], deal["currency"] or reader.currency)
        parts.append(f"about {amount}" if deal["about"] else amount)
    days = reader.days_since(since)
    how = "" if moved is not None else ", open"
    parts.append(f"{deal['stage']}{how} for {words.count(days, 'day')}" if days > 0 else deal["stage"])
    closes = closing_words(reader, words.day_of(deal["closes_on"]))
    return [*parts, closes] if closes else parts


def closing_words(reader: Reader, closes: date | None) -> str:
    """Return when a deal closes, or that its close date has passed; '' while that is far ahead, or not known."""
    if closes is None or (closes - reader.present).days > DUE_DAYS:
        return ""
    if closes < reader.today:
        return f"close date {reader.day(closes)} has passed"
    return f"closes {reader.ahead(closes)}"


def stage_since(reader: Reader, opportunity_id: int) -> date | None:
    """Return the day on which a deal came into its stage, None where no change of its stage is known."""
    return words.day_of(
        reader.value("SELECT MAX(changed_on) FROM stage_changes WHERE opportunity_id = ?", (opportunity_id,))
    )
