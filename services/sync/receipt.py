"""The receipt: every row of the file in exactly one of five, and what became of it in the book."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING, Final

from models import sqlite
from models.queries.open_tickets import is_open, is_unhappy
from models.queries.purchases import PURCHASES, is_customer
from models.values import words
from models.values.facts import RATED_WELL, WRITTEN
from models.values.imports import Receipt
from models.values.words import figure
from services.book.sources import orders_ahead
from services.distress.departure import leaving_words_of
from services.distress.matters import teach
from services.sync.apply.analysis import Analysis
from services.sync.apply.compare import late_reasons
from services.sync.formats.plan import Plan
from services.sync.said import fixed_cells
from services.sync.stage import faults
from services.sync.stage.layout import CHANGED, IGNORED, REJECTED, exists

if TYPE_CHECKING:
    from services.settings import Policy

#: What happened to customers, of which scores need some.
_SCORED_BY: Final = ("orders", "contracts", "opportunities", "activities", "tickets", "email_events", "surveys")
#: Kinds of orders that count as revenue; of the others a receipt says how much they are, without a sign.
_EARNED: Final = ("purchase", "charge")
_CHARGES: Final = ("order with charges only, such as postage,", "orders with charges only, such as postage,")


def make_receipt(db: sqlite.Connection, analysis: Analysis, policy: Policy, *, seconds: float, today: date) -> Receipt:
    """Count what the staging file holds, before anything is written; see DATA.md for the receipt's fields."""
    plan, stager = analysis.plan, analysis.stager
    counts = analysis.rows
    late = late_reasons if analysis.in_pieces else _late
    ignored = stager.ignored + (late(db, IGNORED) if counts.ignored else Counter())
    rejected = stager.rejected_by + (late(db, REJECTED) if counts.rejected else Counter())
    rows = {
        "read": stager.rows_read,
        "inserted": counts.new,
        "updated": counts.changed + counts.with_order,
        "unchanged": counts.unchanged - counts.with_order,
        "rejected": rejected.total(),
        "ignored": ignored.total(),
    }
    totals, aside = _totals(db, analysis, policy)
    may_leave, contacts = _may_leave(db, analysis)
    member = plan.table.reading.choice.member
    nothing = _about_nothing(plan, rows, ignored) + _only_customers(db, plan)
    return Receipt(
        # The file's path; of an archive with several files also which of them it is.
        file=f"{plan.table.path}/{member}" if member else str(plan.table.path),
        recognised_as=plan.words,
        import_id=None,
        dialect=dict(plan.table.dialect.as_dict()),
        mapping=plan.mapping,
        rows=rows,
        entities=_entities(analysis),
        customers={"matched": analysis.matched, "created": _created(analysis, db)},
        totals=totals,
        reasons=dict(rejected.most_common()),
        rejects_file=None,
        warnings=tuple(analysis.warnings + aside + _about_rows(db, analysis, today) + contacts + nothing),
        seconds=seconds,
        dry_run=True,
        ignored_reasons=dict(ignored.most_common()),
        fixed=fixed_cells(plan.table),
        may_leave=may_leave,
        urgent=tuple(name for name in _urgent(db, analysis) if name not in may_leave),
        guessed=(*analysis.guessed, *(("currency",) if _guesses_currency(analysis.plan) else ())),
    )


#: Purchases of any day make a customer.
_EVER: Final = "'9999'"


def _may_leave(db: sqlite.Connection, analysis: Analysis) -> tuple[tuple[str, ...], list[str]]:
    """Who writes in new or changed rows of the last 30 days that they may leave: customers first, the latest first.

    Who never bought is not scored and has no alert, so that they are counted in a note too.
    """
    written, day = WRITTEN.get(analysis.plan.entity.name, ((), ""))
    known = analysis.layout.columns
    columns = [name for name in written if name in known]
    if not columns or day not in known:
        return (), []
    is_rated = {"rating", "satisfaction"} & set(known) or {"kind", "score", "scale"} <= set(known)
    rated_well = RATED_WELL[analysis.plan.entity.name] if is_rated else "0"
    theirs = " AND coalesce(direction, '') <> 'to_customer'" if "direction" in known else ""
    texts_of = ", ".join(f"r.{one}" for one in columns)
    rows = db.execute(
        f"SELECT coalesce(nullif(c.name, ''), p.name, p.email, p.external_id), p.who,"
        f" c.id IS NOT NULL AND {is_customer(_EVER)}, {rated_well}, {texts_of}"
        " FROM stage.r r JOIN stage.people p ON p.who = r.who LEFT JOIN main.customers c ON c.id = p.customer_id"
        f" WHERE (r.state IS NULL OR r.state = {CHANGED}){theirs}"
        f" AND r.{day} > (SELECT date(max({day}), '-30 days') FROM stage.r) ORDER BY r.{day} DESC, r.row DESC"
    )
    wrote = {
        who: (name, bought)
        for name, who, bought, glad, *texts in rows
        if leaving_words_of(*texts, rated_well=bool(glad))
    }
    contacts = sum(not bought for _, bought in wrote.values())
    who = words.count(contacts, "contact")
    note = f"{who} without purchases wrote that they may leave: not scored, so they get no alert."
    ordered = sorted(wrote.values(), key=lambda one: not one[1])
    return tuple(dict.fromkeys(name for name, _ in ordered if name)), [note] if contacts else []


def _urgent(db: sqlite.Connection, analysis: Analysis) -> tuple[str, ...]:
    """Customers whose urgent complaint is open in new or changed rows: who spent most in a year first."""
    known = set(analysis.layout.columns)
    if analysis.plan.entity.name != "tickets" or "opened_on" not in known:
        return ()
    teach(db)
    asked = ("priority", "opened_on", "resolved_on", "status", "satisfaction", "sentiment", "subject", "text")
    columns = ", ".join(f"r.{one} AS {one}" if one in known else f"NULL AS {one}" for one in asked)
    last = "(SELECT max(opened_on) FROM stage.r)"
    rows = db.execute(
        f"SELECT c.name, (SELECT sum(o.amount_minor) FROM {PURCHASES} o WHERE o.customer_id = c.id"
        f" AND o.ordered_on > date({last}, '-365 days')) AS spent"
        f" FROM (SELECT r.who AS who, {columns} FROM stage.r r WHERE r.state IS NULL OR r.state = {CHANGED}) tickets"
        " JOIN stage.people p ON p.who = tickets.who JOIN main.customers c ON c.id = p.customer_id"
        f" WHERE {is_open(last)} AND (urgency(tickets.priority) >= 2 AND {is_unhappy(last)}"
        f" OR tickets.opened_on > date({last}, '-30 days') AND urgent_complaint(subject, text) IS NOT NULL)"
        f" AND tickets.opened_on > date({last}, '-180 days') AND c.name <> '' AND {is_customer(_EVER)}"
        " ORDER BY coalesce(spent, 0) DESC"
    )
    return tuple(dict.fromkeys(name for name, _ in rows))


def money_words(minor: int, currency: str) -> str:
    """An amount with its currency, such as "-611,342.09 GBP"."""
    return f"{figure(minor, currency)} {currency}"


def _late(db: sqlite.Connection, state: int) -> Counter[str]:
    """Reasons that the comparison gave."""
    return Counter(
        dict(db.execute("SELECT note, count(*) FROM stage.r WHERE state = ? GROUP BY note", (state,)).fetchall())
    )


def _created(analysis: Analysis, db: sqlite.Connection) -> int:
    """Customers who are new and have a row that is kept."""
    if not analysis.layout.has_people:
        return 0
    if analysis.plan.entity.customer == "self":
        return analysis.tallies["r"].new
    return int(
        db.execute("SELECT count(DISTINCT head) FROM stage.people WHERE head IS NOT NULL AND staged").fetchone()[0]
    )


def _entities(analysis: Analysis) -> dict[str, dict[str, int]]:
    found = {}
    for target in analysis.targets:
        counts = analysis.tallies[target.staged]
        found[target.table] = {"inserted": counts.new, "updated": counts.changed, "unchanged": counts.unchanged}
    for part in analysis.parts:
        of_table = found.setdefault(part.target.table, {"inserted": 0, "updated": 0, "unchanged": 0})
        of_table["inserted"] += part.tally.new
        of_table["updated"] += part.tally.changed
        of_table["unchanged"] += part.tally.unchanged
    return found


def _totals(db: sqlite.Connection, analysis: Analysis, policy: Policy) -> tuple[dict[str, int], list[str]]:
    """Revenue of the file's purchases by currency; returns, cancellations and what has no rate are said beside it."""
    if analysis.plan.entity.table != "orders":
        return {}, []
    lines = analysis.layout.lines
    totals: dict[str, int] = {}
    orders: dict[str, int] = {}
    aside = []
    sums = "SELECT kind, currency, count(*), sum(file_minor) FROM stage.o GROUP BY 1, 2 ORDER BY 1, 2"
    for kind, currency, count, minor in db.execute(sums) if lines else _sums_of_rows(db, analysis):
        worth = f"worth {money_words(minor if kind in _EARNED else abs(minor), currency)}"
        if kind in _EARNED:
            totals[currency] = totals.get(currency, 0) + minor
        if kind == "purchase":
            orders[currency] = count
        elif count and kind == "charge":
            counts = "counts" if count == 1 else "count"
            aside.append(f"{words.count(count, *_CHARGES)} {worth} {counts} as revenue, not as purchases.")
        elif count:
            are = "is" if count == 1 else "are"
            aside.append(f"{words.count(count, kind)} {worth} {are} not in the total of purchases.")
    return totals, aside + list(_without_rate(db, orders, policy, lines=lines))


def _without_rate(db: sqlite.Connection, orders: Mapping[str, int], policy: Policy, *, lines: bool) -> Iterator[str]:
    """What is said of the file's orders by currency, where there is no rate to the one in which the book adds up."""
    from services.settings import most_of_first, reporting_currency

    home = reporting_currency(db, policy)
    if not policy.reporting_currency and not exists(db, "main.orders"):
        staged = "SELECT first_row AS id, currency FROM stage.o" if lines else "SELECT row AS id, currency FROM stage.r"
        first = db.execute(most_of_first(f"{staged} WHERE state IS NULL")).fetchone()
        home = first[0] if first else home
    known = {home, *(one.currency for one in policy.exchange_rates)}
    for currency, count in orders.items():
        if count and currency not in known:
            are = "order is" if count == 1 else "orders are"
            yield (
                f"{count:,} {are} in {currency}, without a rate to {home}: they count as purchases without a value. "
                f"Enter the value of one {currency} in Settings, Money, Exchange rates."
            )


def _sums_of_rows(db: sqlite.Connection, analysis: Analysis) -> list[tuple[str, str, int, int]]:
    """Sums by kind and currency in one pass: sorting a million rows into groups would cost a third of a second."""
    kinds = analysis.stager.kinds_of_money
    groups = sorted({*kinds, *(("charge", currency) for _, currency in kinds)})
    if not groups:
        return []
    chosen = "FILTER (WHERE kind = ? AND currency = ?)"
    sums = ", ".join(f"count(*) {chosen}, coalesce(sum(amount_minor) {chosen}, 0)" for _ in groups)
    found = db.execute(
        f"SELECT {sums} FROM stage.r WHERE state IS NULL OR state < {IGNORED}",
        [value for group in groups for value in (*group, *group)],
    ).fetchone()
    return [(kind, currency, found[2 * place], found[2 * place + 1]) for place, (kind, currency) in enumerate(groups)]


def _about_rows(db: sqlite.Connection, analysis: Analysis, today: date) -> list[str]:
    said: list[str] = []
    if "ordered_on" in analysis.layout.columns:
        kept = f"(SELECT ordered_on FROM stage.r WHERE state IS NULL OR state < {IGNORED})"
        said += filter(None, [orders_ahead(db, today, kept)])
    moments = [name for name in analysis.layout.columns if name.endswith("_at")]
    if analysis.plan.zone_assumed and any(exists(db, f"stage.r WHERE {name} IS NOT NULL") for name in moments):
        said.append(f"Times without a zone were read as {analysis.plan.zone}.")
    if _guesses_currency(analysis.plan):
        said.append(f"Bellwether read the amounts as {analysis.plan.currency}, {analysis.plan.currency_whose}.")
    if analysis.plan.entity.customer == "optional":
        nobody = db.execute(
            f"SELECT count(*) FROM stage.r WHERE who IS NULL AND (state IS NULL OR state < {IGNORED})"
        ).fetchone()[0]
        if nobody:
            said.append(
                f"{nobody:,} {analysis.plan.entity.label.lower()} have no customer in the file "
                "and are kept without one."
            )
    return said


def _only_customers(db: sqlite.Connection, plan: Plan) -> list[str]:
    """Say of customers what it takes to score them, where neither the book nor the files dropped with theirs has it."""
    if plan.entity.name != "customers":
        return []
    if set(plan.mapping.values()) == {"name"}:
        return ["The file has only names: nothing else to match or score these customers by."]
    dated = plan.has("contract_starts_on") or plan.also or plan.origin.beside
    if dated or any(exists(db, f"main.{table}") for table in _SCORED_BY):
        return []
    return ["Customers alone cannot be scored: import their orders, contracts or other activity too."]


def _guesses_currency(plan: Plan) -> bool:
    return bool(plan.currency_assumed and plan.currency_whose)


def _about_nothing(plan: Plan, rows: Mapping[str, int], ignored: Mapping[str, int]) -> list[str]:
    """Say what a file lacks where nothing of it is imported."""
    if not rows["read"] or rows["inserted"] or rows["updated"] or rows["unchanged"]:
        return []
    if ignored.get(faults.NO_CUSTOMER) and not plan.has("customer_id", "customer_email", "customer_name"):
        return [
            "Nothing is imported, because no column identifies the customer: map one to customer_id or customer_email."
        ]
    if ignored.get(faults.STRANGER):
        return [
            "Nothing is imported, because none of these customers is in the book. Import the customers first, or, "
            "where each row is a customer, import the file as customers (--as customers)."
        ]
    return ["Nothing is imported. Read the reasons above, then map the columns."]
