"""Puts the sample book together: cohorts of customers one after another, each written out when it is done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from services.sample import files
from services.sample.baskets import Orders, fill_baskets, money, order_rows, return_rows
from services.sample.calendar import Calendar, make_calendar
from services.sample.deals import negotiate, opportunity_rows, stage_change_rows
from services.sample.mailings import campaigns, email_rows, mail
from services.sample.people import Consent, Register, contact_rows, customer_rows, decide_consent
from services.sample.purchases import (
    CAUSES,
    LEFT,
    STAYS,
    Cohort,
    Planted,
    Purchases,
    buy,
    faulty_spell,
    invent_cohort,
    late_spells,
    with_an_order_on_the_last_day,
)
from services.sample.recipe import Recipe, load_recipe
from services.sample.reviews import review, review_rows
from services.sample.tickets import ticket_occasions, ticket_rows
from services.sample.truth import CustomerTruth, SampleTruth, Spell
from services.sample.visits import SCAN, activity_rows, drop_by, scan_rows
from services.sample.voices import conversation_rows, survey_rows

COHORT_SIZE = 10_000  # bounds the memory of large books
FIRST_NUMBERS = {"order": 10_001, "return": 2_001, "ticket": 3_001, "review": 5_001, "mail": 1, "deal": 701}
FIRST_NUMBERS |= dict.fromkeys(("contact", "visit", "scan", "survey", "conversation"), 1)


@dataclass
class _Book:
    """What grows while the cohorts are written."""

    files: files.ExportFiles
    recipe: Recipe
    calendar: Calendar
    email_last: int
    register: Register = field(default_factory=Register)
    numbers: dict[str, int] = field(default_factory=lambda: dict(FIRST_NUMBERS))
    customers: list[CustomerTruth] = field(default_factory=list)
    signals: dict[str, list[str]] = field(default_factory=dict)


def write_book(directory: Path, customers: int, seed: int, today: date) -> SampleTruth:
    """Write all exports; see `services.sample.write_exports`."""
    if customers < 1:
        raise ValueError("a sample book needs at least one customer")
    recipe = load_recipe()
    p = recipe.parameters["book"]
    as_of = today - timedelta(days=p["data_ends_days_before_today"])
    calendar = make_calendar(as_of, p["history_days"])
    email_last = calendar.last - (p["email_ends_days_before_today"] - p["data_ends_days_before_today"])
    with files.ExportFiles(directory) as exports:
        book = _Book(exports, recipe, calendar, email_last)
        exports.write(files.PRODUCTS, _product_rows(recipe))
        for number, first in enumerate(range(0, customers, COHORT_SIZE)):
            _write_cohort(book, seed, number, first, min(COHORT_SIZE, customers - first))
    return SampleTruth(
        seed=seed,
        today=today,
        first_on=calendar.first_on,
        as_of=as_of,
        email_events_end_on=calendar.on(email_last),
        currency=recipe.catalogue.currency,
        paths=exports.paths,
        rows=exports.rows,
        customers=tuple(book.customers),
        spells=_spells(recipe, calendar),
        signals={name: tuple(ids) for name, ids in book.signals.items()},
    )


def _write_cohort(book: _Book, seed: int, number: int, first: int, size: int) -> None:
    recipe, calendar, out, planted = book.recipe, book.calendar, book.files, Planted()
    draw = _streams(seed, number)
    ids = [f"C{n:05d}" for n in range(first + 1, first + size + 1)]
    cohort = invent_cohort(draw("cohort"), size, recipe, calendar)
    bought = buy(draw("purchases"), cohort, recipe, calendar)
    if number == 0:
        bought = with_an_order_on_the_last_day(bought, calendar.last)
    consent = decide_consent(draw("consent"), cohort, bought, recipe, calendar, book.email_last)
    people, owner, near = customer_rows(draw("people"), ids, cohort, consent, recipe, calendar, book.register)
    owners = [recipe.people["owners"][o] if o >= 0 else "" for o in owner.tolist()]
    out.write(files.CUSTOMERS, people)
    persons = contact_rows(draw("contacts"), people, cohort, recipe, calendar, book.register, book.numbers["contact"])
    book.numbers["contact"] += len(persons)
    out.write(files.CONTACTS, persons)

    orders = fill_baskets(draw("baskets"), cohort, bought, recipe, calendar, book.numbers["order"])
    book.numbers["order"] += len(orders.day)
    out.write(files.ORDERS, order_rows(ids, orders, recipe, calendar))
    back = return_rows(draw("returns"), ids, cohort, orders, recipe, calendar, book.numbers["return"])
    book.numbers["return"] += len(back)
    out.write(files.RETURNS, back)

    names = [row[1] for row in people]
    _write_deals(book, draw, ids, owners, cohort, bought, planted)
    _write_voices(book, draw, ids, names, cohort, bought, orders, planted)
    _write_mail(book, draw, ids, [row[2] for row in people], cohort, consent, bought)
    _write_activity(book, draw, ids, cohort, bought, orders, planted)
    surveys = survey_rows(draw("surveys"), ids, cohort, bought, recipe, calendar, book.numbers["survey"])
    book.numbers["survey"] += len(surveys)
    out.write(files.SURVEYS, surveys)

    planted.add("unsubscribed_lately", np.flatnonzero(consent.lately))
    planted.add("renewal_near", np.flatnonzero(near))
    planted.add("growing", np.flatnonzero(cohort.growing & (bought.cause == STAYS)))
    planted.add("shrinking", np.flatnonzero(cohort.shrinking & (bought.cause == STAYS)))
    for name, places in planted.signals.items():
        book.signals.setdefault(name, []).extend(ids[i] for i in places)
    book.customers.extend(_truth(ids, cohort, bought, calendar))


def _streams(seed: int, number: int) -> Callable[[str], np.random.Generator]:
    """Return independent streams by name, so that a change to one part of the book leaves the others as they were."""
    return lambda part: np.random.default_rng([seed, number, *part.encode("ascii")])


def _write_voices(
    book: _Book,
    draw: Callable[[str], np.random.Generator],
    ids: list[str],
    names: list[str],
    cohort: Cohort,
    bought: Purchases,
    orders: Orders,
    planted: Planted,
) -> None:
    recipe, calendar = book.recipe, book.calendar
    occasions = ticket_occasions(draw("occasions"), cohort, bought, orders, recipe, calendar, planted)
    tickets = ticket_rows(draw("tickets"), ids, names, orders, occasions, recipe, calendar, book.numbers["ticket"])
    book.numbers["ticket"] += len(tickets)
    book.files.write(files.TICKETS, tickets)
    reviews = review(draw("reviews"), cohort, bought, orders, recipe, calendar, planted)
    rows = review_rows(draw("review rows"), ids, orders, reviews, recipe, calendar, book.numbers["review"])
    book.numbers["review"] += len(rows)
    book.files.write(files.REVIEWS, rows)
    spoken = conversation_rows(
        draw("conversations"), ids, cohort, bought, recipe, calendar, planted, book.numbers["conversation"]
    )
    book.numbers["conversation"] += len(spoken)
    book.files.write(files.CONVERSATIONS, spoken)


def _write_mail(
    book: _Book,
    draw: Callable[[str], np.random.Generator],
    ids: list[str],
    addresses: list[str],
    cohort: Cohort,
    consent: Consent,
    bought: Purchases,
) -> None:
    every = book.recipe.parameters["emails"]["every_days"]
    days, called = campaigns(book.recipe.words, book.calendar, book.email_last, every)
    events = mail(draw("mail"), cohort, consent, bought, book.recipe, days, book.email_last)
    book.files.write(
        files.EMAIL_EVENTS, email_rows(ids, addresses, events, called, book.calendar, book.numbers["mail"])
    )
    book.numbers["mail"] += len(events.at)


def _write_deals(
    book: _Book,
    draw: Callable[[str], np.random.Generator],
    ids: list[str],
    owners: list[str],
    cohort: Cohort,
    bought: Purchases,
    planted: Planted,
) -> None:
    deals = negotiate(draw("deals"), cohort, bought, book.recipe, book.calendar, planted)
    first = book.numbers["deal"]
    book.files.write(
        files.OPPORTUNITIES,
        opportunity_rows(draw("deal rows"), draw("losses"), ids, owners, deals, book.recipe, book.calendar, first),
    )
    book.files.write(files.STAGE_CHANGES, stage_change_rows(draw("stages"), owners, deals, book.calendar, first))
    book.numbers["deal"] += len(deals.opened)


def _write_activity(
    book: _Book,
    draw: Callable[[str], np.random.Generator],
    ids: list[str],
    cohort: Cohort,
    bought: Purchases,
    orders: Orders,
    planted: Planted,
) -> None:
    recipe, calendar, out = book.recipe, book.calendar, book.files
    customer, kind, day, second = drop_by(draw("visits"), cohort, bought, orders, recipe, calendar, planted)
    scans = kind == SCAN
    measured = scan_rows(
        draw("scan rows"), ids, customer[scans], day[scans], second[scans], recipe, calendar, book.numbers["scan"]
    )
    out.write(files.FIT_SCANS, measured)
    book.numbers["scan"] += int(scans.sum())
    customer, kind, day, second = (part[~scans] for part in (customer, kind, day, second))
    out.write(
        files.ACTIVITIES,
        activity_rows(draw("visit rows"), ids, customer, kind, day, second, recipe, calendar, book.numbers["visit"]),
    )
    book.numbers["visit"] += len(day)


def _product_rows(recipe: Recipe) -> list[tuple[str, ...]]:
    catalogue = recipe.catalogue
    prices = money(catalogue.price_cents)
    return [
        (sku, name, catalogue.category_name[category], price, catalogue.currency)
        for sku, name, category, price in zip(
            catalogue.sku, catalogue.name, catalogue.category.tolist(), prices, strict=True
        )
    ]


def _spells(recipe: Recipe, calendar: Calendar) -> tuple[Spell, ...]:
    late = [
        Spell("late_delivery", calendar.on(first), calendar.on(last))
        for first, last in late_spells(recipe.parameters, calendar)
    ]
    first, last = faulty_spell(recipe.parameters, calendar)
    catalogue = recipe.catalogue
    faulty = Spell("faulty_product", calendar.on(first), calendar.on(last), catalogue.sku[catalogue.faulty])
    return (*late, faulty)


def _truth(ids: list[str], cohort: Cohort, bought: Purchases, calendar: Calendar) -> list[CustomerTruth]:
    found: list[CustomerTruth] = []
    for i, identifier in enumerate(ids):
        days = np.unique(bought.day[bought.start[i] : bought.start[i + 1]])
        gaps = np.diff(days)
        cause = int(bought.cause[i])
        found.append(
            CustomerTruth(
                customer_id=identifier,
                company=bool(cohort.company[i]),
                usual_gap_days=float(np.median(gaps)) if len(gaps) > 1 else float(cohort.gap_days[i]),
                purchase_days=len(days),
                first_order_on=calendar.on(int(days[0])) if len(days) else None,
                last_order_on=calendar.on(int(days[-1])) if len(days) else None,
                stopped=cause != STAYS,
                cause=CAUSES[cause],
                planted=bool(cohort.cause[i] > LEFT),
                worth_keeping=bool(cohort.worth_keeping[i]),
                value_minor_a_year=int(cohort.value_minor_a_year[i]),
            )
        )
    return found
