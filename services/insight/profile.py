"""The 360° page of a customer: figures, journey, identity with the source of each value, what there is of each kind."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Literal

from models import sqlite
from models.queries.churn_status import SPEAKING
from models.queries.emails import ONE_MAIL
from models.queries.open_tickets import AS_OF, is_open, is_unhappy
from models.queries.products import deal_called
from models.queries.purchases import PURCHASES
from models.values import words
from models.values.alerts import ScoreFigures
from models.values.customers import CustomerProfile, IdentityField, Milestone
from models.values.outbox import OWN_SOURCE
from services.insight.anomalies import anomaly_headline, is_bad, read_anomalies
from services.insight.declared import declared_fields
from services.insight.detail import metadata_line, read_ids
from services.insight.figures import read_figures
from services.insight.mails import mail_through
from services.insight.measurements import read_measurements
from services.insight.open_work import deal_words, read_deals, stage_since
from services.insight.queue_rows import read_open_alert
from services.insight.reader import Reader
from services.insight.said_of import consent_words, contact_fields, contract_fields, full_day, source_words
from services.insight.timeline_formatting import deal_name
from services.permission.ledger import history

#: What the form edits, in its order.
FORM_FIELDS = (
    "name", "company", "email", "phone", "city", "region", "country", "tier", "owner", "signed_up_on", "email_consent",
    "email_consent_since", "email_consent_how",
)  # fmt: skip
_SQUARES = 12
_SHOWN = 3
_LOYAL_AT = 4
_MILESTONES = 5
#: The day as the book has it, its words, and how it is drawn.
_Station = tuple[str | None, str, Literal["start", "good", "bad", "warn"]]


def read_profile(reader: Reader, customer_id: int) -> CustomerProfile | None:
    """Return a customer's page, None for one who is not there."""
    customer = reader.row("SELECT * FROM customers WHERE id = ?", (customer_id,))
    if customer is None:
        return None
    scored = read_figures(reader, customer_id)
    contract = reader.row(SPEAKING.format(customer="?", day="?"), (customer_id, reader.today.isoformat()))
    alert = read_open_alert(reader, customer_id)
    figures = scored[0] if scored is not None else None
    ids = read_ids(reader, customer)
    deals_line, deals = _deals(reader, customer_id)
    tickets_line, tickets = _tickets(reader, customer_id)
    reviews_line, reviews = _reviews(reader, customer_id)
    squares, emails_line, emails_count = _emails(reader, customer_id)
    return CustomerProfile(
        id=customer_id,
        name=words.name_of(customer["name"], customer["external_id"]),
        tier=customer["tier"],
        metadata_line=metadata_line(reader, customer, figures),
        ids=ids,
        alert=alert,
        figures=figures,
        drivers=scored[1] if scored is not None else (),
        milestones=_milestones(reader, customer_id, figures),
        journey_line=_journey_line(reader, customer_id),
        identity=_identity(reader, customer, contract, figures),
        records_joined=len(ids),
        deals_line=deals_line,
        deals=deals,
        tickets_line=tickets_line,
        tickets=tickets,
        reviews_line=reviews_line,
        reviews=reviews,
        emails=squares,
        emails_line=emails_line,
        emails_count=emails_count,
        fields={
            **{name: str(customer[name] or "") for name in FORM_FIELDS},
            "renews_on": contract["ends_on"] or "" if contract is not None and contract["status"] != "ended" else "",
        },
    )


# -- identity ---------------------------------------------------------------------------------------------------


def _identity(
    reader: Reader, customer: sqlite.Row, contract: sqlite.Row | None, figures: ScoreFigures | None
) -> tuple[IdentityField, ...]:
    origins = _origins(reader, customer)
    place = ", ".join(customer[name] for name in ("city", "region", "country") if customer[name])
    rows = [
        ("Company", "company", customer["company"] if customer["company"] != customer["name"] else None),
        ("Email", "email", customer["email"]),
        ("Phone", "phone", customer["phone"]),
        ("Place", "city" if customer["city"] else "region" if customer["region"] else "country", place),
        ("Tier", "tier", customer["tier"]),
        ("Owner", "owner", customer["owner"]),
        ("Consent", "email_consent", consent_words(customer)),
        ("Signed up", "signed_up_on", full_day(customer["signed_up_on"])),
    ]
    found = [
        IdentityField(label, str(value), origins[column], column == "email_consent")
        for label, column, value in rows
        if value
    ]
    ledger = history(reader.driver, reader.policy, customer["email"] or "")
    if ledger:
        found.append(IdentityField("Consent history", "; ".join(ledger[:_SHOWN]), "", of_consent=True))
    if contract is not None:
        found += contract_fields(reader, contract)
    found += contact_fields(reader, customer["id"])
    found += declared_fields(reader, customer["id"])
    found += _fit_scans(reader, customer["id"])
    known = read_measurements(reader.driver, customer["id"])
    if known is not None:
        scanned = words.day_of(known.day)
        when = f"{reader.day(scanned)}: " if scanned is not None else ""
        origin = "scan" if scanned is not None else source_words(customer["source"])
        lines = (("Size", known.size), ("Measured", known.words))
        found += [IdentityField(label, f"{when}{value}", origin) for label, value in lines if value]
    if figures is not None and figures.left_on is not None:
        origin = source_words((contract or customer)["source"])
        found.append(IdentityField("Left", full_day(figures.left_on), origin))
    if figures is not None and figures.clv_if_stays_minor is not None:
        months = figures.clv_horizon_months
        over = "a year" if months == 12 else f"in {words.count(months, 'month')}"
        expected, worth = (
            words.money(minor or 0, figures.currency) for minor in (figures.clv_minor, figures.clv_if_stays_minor)
        )
        mark = figures.mark_of("clv")
        said = f"{expected} of {worth} {over} if they stay"
        found.append(IdentityField("Lifetime value", said, mark.short if mark is not None else "scored"))
    return tuple(found)


def _fit_scans(reader: Reader, customer_id: int) -> list[IdentityField]:
    scans, last = reader.driver.execute(
        "SELECT COUNT(*), MAX(happened_on) FROM activities WHERE customer_id = ? AND kind = 'fit_scan'", (customer_id,)
    ).fetchone()
    day = words.day_of(last)
    return [IdentityField("Fit scans", f"{scans:,}, last on {reader.day(day)}", "scan")] if day is not None else []


class _Origins(dict[str, str]):
    def __init__(self, otherwise: str) -> None:
        super().__init__()
        self._otherwise = otherwise

    def __missing__(self, field: str) -> str:
        return self._otherwise


def _origins(reader: Reader, customer: sqlite.Row) -> _Origins:
    """Return the system that each field has its present value from: the row's own, else who changed it last."""
    origins = _Origins(source_words(customer["source"]))
    changes: list[tuple[int, str, str]] = []
    for row in reader.driver.execute(
        """SELECT i.journal_id, i.source, c.after FROM import_changes c JOIN imports i ON i.id = c.import_id
            WHERE c.table_name = 'customers' AND c.row_id = ? AND i.undone_by IS NULL""",
        (customer["id"],),
    ):
        changes.append((row[0], source_words(row[1]), row[2]))
    for row in reader.driver.execute(
        """SELECT p.journal_id, p.after FROM journal_payloads p JOIN journal j ON j.id = p.journal_id
            WHERE p.table_name = 'customers' AND p.row_id = ? AND p.operation = 'update' AND j.actor_kind = 'person'
              AND j.undoes IS NULL AND NOT EXISTS (SELECT 1 FROM journal u WHERE u.undoes = j.id)""",
        (customer["id"],),
    ):
        changes.append((row[0], "by hand", row[1]))
    for _, origin, after in sorted(changes, key=lambda change: change[0]):
        for field in json.loads(after or "{}"):
            origins[field] = origin
    return origins


# -- journey ----------------------------------------------------------------------------------------------------


def _journey_line(reader: Reader, customer_id: int) -> str:
    first, orders = reader.driver.execute(
        f"SELECT MIN(ordered_on), COUNT(*) FROM {PURCHASES} WHERE customer_id = ? AND ordered_on <= ?",
        (customer_id, reader.present.isoformat()),
    ).fetchone()
    since = words.day_of(first)
    if since is None:
        return "no orders yet"
    parts = [words.span((reader.present - since).days), words.count(orders, "order")]
    top = reader.row(
        """SELECT p.category, COUNT(DISTINCT o.id) AS n FROM orders o JOIN order_lines l ON l.order_id = o.id
             JOIN products p ON p.id = l.product_id
            WHERE o.customer_id = ? AND o.kind = 'purchase' AND p.category IS NOT NULL
            GROUP BY p.category ORDER BY n DESC, p.category LIMIT 1""",
        (customer_id,),
    )
    if top is not None:
        parts.append(f"{top['n']:,} with {top['category'].lower()}")
    return " · ".join(parts)


def _milestones(reader: Reader, customer_id: int, figures: ScoreFigures | None) -> tuple[Milestone, ...]:
    """Return the stations of the journey: its beginning, what held them, what went wrong, where it stands."""
    orders = _order_stations(reader, customer_id)
    stations = [
        *orders,
        *_won_station(reader, customer_id),
        *_unhappy_station(reader, customer_id),
        *_unusual_station(reader, customer_id),
        *_standing_stations(reader, customer_id, figures, orders[0][0] if orders else None),
    ]
    dated = [(words.day_of(text), title, tone) for text, title, tone in stations]
    found = [(day, title, tone) for day, title, tone in dated if day is not None and day <= reader.present]
    found.sort(key=lambda one: one[0])
    # As many as the strip holds: the first, and of the others the latest.
    kept = found if len(found) <= _MILESTONES else [found[0], *found[-(_MILESTONES - 1) :]]
    return tuple(Milestone(words.month(day), title, tone) for day, title, tone in kept)


def _order_stations(reader: Reader, customer_id: int) -> list[_Station]:
    days = [
        row[0]
        for row in reader.driver.execute(
            f"SELECT DISTINCT ordered_on FROM {PURCHASES} WHERE customer_id = ? ORDER BY ordered_on LIMIT ?",
            (customer_id, _LOYAL_AT),
        )
    ]
    found: list[_Station] = [(days[0], "First order", "start")] if days else []
    if len(days) == _LOYAL_AT:
        found.append((days[-1], f"{_LOYAL_AT} orders", "good"))
    return found


def _won_station(reader: Reader, customer_id: int) -> list[_Station]:
    won = reader.row(
        f"""SELECT {deal_called("o")} AS name, o.kind, MAX(h.changed_on) AS day
             FROM opportunities o JOIN stage_changes h ON h.opportunity_id = o.id
            WHERE o.customer_id = ? AND o.stage = 'Won' AND h.to_stage = 'Won' GROUP BY o.id
            ORDER BY o.amount_minor DESC LIMIT 1""",
        (customer_id,),
    )
    return [(won["day"], f"Won: {words.shortened(deal_name(won), 22)}", "good")] if won is not None else []


def _unhappy_station(reader: Reader, customer_id: int) -> list[_Station]:
    since = (reader.present - timedelta(days=365)).isoformat()
    bad = reader.row(
        "SELECT opened_on, coalesce(subject, kind) AS subject FROM tickets WHERE customer_id = ? AND opened_on >= ? "
        f"AND {is_unhappy(AS_OF)} ORDER BY opened_on DESC LIMIT 1",
        (customer_id, since),
    )
    return [(bad["opened_on"], words.shortened(bad["subject"] or "Unhappy ticket", 22), "bad")] if bad else []


def _unusual_station(reader: Reader, customer_id: int) -> list[_Station]:
    """The day on which a customer began to do otherwise: of several anomalies the surest."""
    found = read_anomalies(reader, customer_id)
    return [(one.since, anomaly_headline(one), "bad" if is_bad(one) else "good") for one in found[:1]]


def _standing_stations(
    reader: Reader, customer_id: int, figures: ScoreFigures | None, first_order_on: str | None
) -> list[_Station]:
    state = reader.row(
        "SELECT segment, segment_since, segment_before, last_order_on FROM customer_risk_scores WHERE customer_id = ?",
        (customer_id,),
    )
    found: list[_Station] = []
    if state is not None and first_order_on is not None and state["last_order_on"] != first_order_on:
        found.append((state["last_order_on"], "Last order", "good"))
    if figures is not None and figures.left_on is not None:
        found.append((figures.left_on, "Left", "bad"))
    elif state is not None and state["segment"] and state["segment_before"]:
        found.append((state["segment_since"], state["segment"], "warn" if _worse(figures) else "good"))
    return found


def _worse(figures: ScoreFigures | None) -> bool:
    return figures is not None and (
        figures.trend == "falling" or bool(figures.said_leaving) or (figures.churn_risk or 0) >= 0.4
    )


# -- what there is of each kind -----------------------------------------------------------------------------------


def _deals(reader: Reader, customer_id: int) -> tuple[str, tuple[str, ...]]:
    still_open = read_deals(reader, customer_id)
    closed = reader.rows(
        f"SELECT {deal_called('opportunities')} AS name, kind, stage, amount_minor, currency FROM opportunities"
        " WHERE customer_id = ? AND stage IN ('Won', 'Lost') ORDER BY coalesce(amount_minor, 0) DESC, id",
        (customer_id,),
    )
    if not still_open and not closed:
        return "none", ()
    won = sum(row["stage"] == "Won" for row in closed)
    parts = []
    if still_open:
        days = reader.days_since(stage_since(reader, still_open[0]["id"]))
        longest = f", {words.count(days, 'day')} in stage" if days else ""
        parts.append(f"{len(still_open)} open{longest if len(still_open) == 1 else ''}")
    if won:
        parts.append(f"{won} won")
    lost = len(closed) - won
    if lost:
        parts.append(f"{lost} lost")
    told = [(row, deal_words(reader, row)) for row in still_open[:_SHOWN]]
    told += [(row, _closed(reader, row)) for row in closed[: _SHOWN - len(told)]]
    return " · ".join(parts), tuple(f"{words.shortened(deal_name(row), 40)} · {said}" for row, said in told)


def _closed(reader: Reader, row: sqlite.Row) -> str:
    amount = row["amount_minor"]
    money = f"{words.money(amount, row['currency'] or reader.currency)} · " if amount else ""
    return f"{money}{row['stage']}"


def _tickets(reader: Reader, customer_id: int) -> tuple[str, tuple[str, ...]]:
    total, still_open = reader.driver.execute(
        f"SELECT COUNT(*), SUM({is_open(AS_OF)}) FROM tickets WHERE customer_id = ?",
        (customer_id,),
    ).fetchone()
    if not total:
        return "none", ()
    closed = {1: "closed", 2: "both closed"}.get(total, "all closed")
    rows = reader.rows(
        f"SELECT coalesce(subject, kind) AS subject, satisfaction, opened_on, {is_open(AS_OF)} AS open FROM tickets "
        "WHERE customer_id = ? ORDER BY opened_on DESC, id DESC LIMIT ?",
        (customer_id, _SHOWN),
    )
    said = []
    for row in rows:
        parts = [words.shortened(row["subject"] or "Ticket", 40)]
        if row["satisfaction"] is not None:
            parts.append(f"rated {row['satisfaction']} of 5")
        elif row["open"]:
            parts.append("open")
        day = words.day_of(row["opened_on"])
        parts += [reader.day(day)] if day is not None else []
        said.append(" · ".join(parts))
    return f"{total:,}, {f'{still_open:,} open' if still_open else closed}", tuple(said)


def _reviews(reader: Reader, customer_id: int) -> tuple[str, tuple[str, ...]]:
    total, mean = reader.driver.execute(
        "SELECT COUNT(*), AVG(rating) FROM reviews WHERE customer_id = ?", (customer_id,)
    ).fetchone()
    if not total:
        return "none", ()
    latest = reader.row(
        "SELECT rating, title, text FROM reviews WHERE customer_id = ? ORDER BY reviewed_on DESC, id DESC LIMIT 1",
        (customer_id,),
    )
    parts = [f"{mean:.1f} of 5" if total > 1 else f"{mean:g} of 5"] if mean is not None else []
    quoted = (latest["title"] or latest["text"]) if latest is not None else ""
    parts += [f"“{words.shortened(quoted, 60)}”"] if quoted else []
    return f"{total:,}", (" · ".join(parts),) if parts else ()


def _emails(reader: Reader, customer_id: int) -> tuple[tuple[str, ...], str, int]:
    """Return the last messages as squares, oldest first, what they say together, and how many there are in all."""
    rows = reader.rows(
        f"""SELECT MIN(happened_on) AS day, MAX(kind = 'replied') AS replied,
                  MAX(kind IN ('clicked', 'converted')) AS clicked, MAX(kind = 'opened') AS opened
             FROM email_events WHERE customer_id = ? AND source <> ? GROUP BY {ONE_MAIL}
            ORDER BY day DESC, MIN(id) DESC""",
        (customer_id, OWN_SOURCE),
    )
    if not rows:
        return (), "none", 0
    known_to = mail_through(reader)
    squares = [_square(row, known_to) for row in rows[:_SQUARES]]
    active = sum(one in ("clicked", "replied") for one in squares)
    quiet = next((at for at, one in enumerate(squares) if one in ("clicked", "replied")), len(squares))
    line = f"last {len(squares)}: {f'{active} clicked' if active else 'none clicked'}"
    if active and quiet > 1:
        line += f", none in the last {quiet}"
    if (latest := words.day_of(rows[0]["day"])) is not None:
        line += f" · latest {reader.day(latest)}"
    return tuple(reversed(squares)), line, len(rows)


def _square(row: sqlite.Row, known_to: date | None) -> str:
    for state in ("replied", "clicked", "opened"):
        if row[state]:
            return state
    sent = words.day_of(row["day"])
    return "unknown" if sent is not None and known_to is not None and (known_to - sent).days < 2 else "sent"
