"""What customers buy and use, at what price, how their deals stand, and who said that they leave: further series.

Each is read only where the book has something of the kind, and each has a day of its own: a deal's stage counts from
the day on which it changed, an order's discount and products from the order's, a feature's use from its own.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date
from functools import cache
from typing import Final

import numpy as np
from sqlalchemy import Connection

from models.queries.deals import closed_on
from models.store.driver import driver_of
from services.distress.leaving_marks import SAID_LEAVING, teach
from services.scoring.series import Series, SeriesReader, decode_days, decode_numbers, fetch, kind_series, nothing
from services.sync.kinds.charges import charges_among

#: What these series are called among the kinds of event that a book has.
DEALS, MIX, DISCOUNTS, VISITS, USE, RENEWALS = "deals", "order mix", "discounts", "visits", "feature use", "renewals"
LEAVING: Final = "words of leaving"
HABITS: Final = (DEALS, MIX, DISCOUNTS, VISITS, USE, RENEWALS)
#: Steps of a deal, and from which of them on it is closed.
OPENED, MOVED, WON, LOST = range(4)

#: Kinds of activity are words of files: these are told from others however they are spelt.
_WORD = "replace(replace(lower(kind), ' ', '_'), '-', '_')"
_VISITS = (
    "login", "log_in", "logged_in", "sign_in", "web_session", "session", "store_visit", "web_visit", "website_visit",
    "visit", "page_view", "app_open",
)  # fmt: skip
_RENEWALS = (
    "renewal", "renewed", "contract_renewal", "contract_renewed", "subscription_renewal", "subscription_renewed",
)  # fmt: skip
_USES = ("feature_use", "feature_used", "feature_usage")
_VISIT = f"{_WORD} IN {_VISITS}"
_RENEWAL = f"{_WORD} IN {_RENEWALS}"
_USE = f"{_WORD} IN {_USES} AND subject <> ''"
#: A deal's present stage counts only from its close on, which has a day; the stages before have days in their history.
#: One that was won or lost nobody knows when tells nothing of any day.
_STEPS = f"""(SELECT customer_id, opened_on AS day, id AS deal, {OPENED} AS step FROM opportunities o
        WHERE stage NOT IN ('Won', 'Lost') OR {closed_on("o")} IS NOT NULL
    UNION ALL SELECT customer_id, {closed_on("o")}, id, iif(stage = 'Won', {WON}, {LOST}) FROM opportunities o
        WHERE stage IN ('Won', 'Lost')
    UNION ALL SELECT o.customer_id, c.changed_on, o.id,
        CASE c.to_stage WHEN 'Won' THEN {WON} WHEN 'Lost' THEN {LOST} ELSE {MOVED} END
        FROM stage_changes AS c JOIN opportunities AS o ON o.id = c.opportunity_id)"""
_SAID_LEAVING = f"({SAID_LEAVING})"
_PRODUCT = "coalesce(t.product_id, nullif(t.sku, ''), nullif(t.product_name, ''))"
_CHARGES: Final = "SELECT id, sku, name FROM products WHERE coalesce(sku, '') NOT GLOB '*[0-9]*'"
#: What the first line of each code without a digit calls it.
_NAMED: Final = """SELECT sku, product_name, min(id) FROM order_lines
    WHERE sku <> '' AND sku NOT GLOB '*[0-9]*' AND product_name <> '' GROUP BY sku"""
_OF_ALL = "order_lines t CROSS JOIN orders o ON o.id = t.order_id"
#: Whether the book has any of it by a day; each looks through its table at most once, and stops at the first.
_ANY: Final = {
    MIX: f"SELECT 1 FROM {_OF_ALL} WHERE {_PRODUCT} IS NOT NULL AND o.ordered_on <= :day AND o.kind = 'purchase'",
    DISCOUNTS: "SELECT 1 FROM orders INDEXED BY ix_orders_customer WHERE kind = 'purchase' AND discount_minor > 0 "
    "AND +ordered_on <= :day",
    USE: f"SELECT 1 FROM activities WHERE {_USE} AND +happened_on <= :day AND customer_id IS NOT NULL",
    RENEWALS: f"SELECT 1 FROM activities WHERE {_RENEWAL} AND +happened_on <= :day AND customer_id IS NOT NULL",
}
_SOME_VISITS = f"""SELECT 1 WHERE
    EXISTS (SELECT 1 FROM activities WHERE {_VISIT} AND +happened_on <= :day AND customer_id IS NOT NULL)
    AND EXISTS (SELECT 1 FROM activities WHERE NOT {_VISIT} AND +happened_on <= :day AND customer_id IS NOT NULL)"""
#: Where each is looked for.
_TABLE_OF: Final = {MIX: "orders", DISCOUNTS: "orders", VISITS: "activities", USE: "activities", RENEWALS: "activities"}


def habits_known(connection: Connection, as_of: date, sources: Collection[str]) -> frozenset[str]:
    """Which of `HABITS`, and words of leaving, anybody in the book has had by `as_of`; visits only with other activity.

    Parameters
    ----------
    sources
        Kinds of event that the book has by then, by table.
    """
    found = {DEALS} if {"opportunities", "stage_changes"} & set(sources) else set()
    for name, query in {**_ANY, VISITS: _SOME_VISITS}.items():
        if _TABLE_OF[name] in sources and fetch(connection, f"{query} LIMIT 1", {"day": as_of.isoformat()}):
            found.add(name)
    teach(driver_of(connection))
    if fetch(connection, f"SELECT 1 FROM {_SAID_LEAVING.format(only='')} LIMIT 1", {"day": as_of.isoformat()}):
        found.add(LEAVING)
    return frozenset(found)


def read_habits(reader: SeriesReader, known: Collection[str], money: str) -> dict[str, Series]:
    """The series of the habits that are `known`, by their names in `BookEvents`.

    Parameters
    ----------
    money
        SQL for an order's amount.
    """
    found = {}
    if DEALS in known:
        steps = reader.series(_STEPS, "day", {"deal": "deal", "step": "step"}, "day IS NOT NULL")
        found["deals"] = steps
    if MIX in known:
        found["mix"] = _lines(reader)
    if DISCOUNTS in known:
        found["discounted"] = reader.series(
            "orders", "ordered_on", {"value": money}, "kind = 'purchase' AND discount_minor > 0"
        )
    if VISITS in known:
        found["visits"] = reader.series("activities", "happened_on", {}, _VISIT)
    if USE in known:
        found["uses"] = _uses(reader)
    if RENEWALS in known:
        found["renewals"] = reader.series("activities", "happened_on", {}, _RENEWAL)
    if LEAVING in known:
        found["leaving"] = reader.series(_SAID_LEAVING, "day", {"glad": "glad"})
    return found


def _uses(reader: SeriesReader) -> Series:
    """Features by the days on which they were used."""
    where = f"{_USE} AND +happened_on <= :day AND customer_id IS NOT NULL{reader.only()}"
    owner, on, kinds = [], [], []
    for (owners, days), codes in reader.coded("activities", ("customer_id", "happened_on"), "subject", where):
        owner.append(reader.rows(decode_numbers(owners, np.int64, codes.size)))
        on.append(decode_days(days))
        kinds.append(codes)
    return kind_series(np.concatenate(owner), np.concatenate(on), np.concatenate(kinds)) if kinds else nothing("kind")


def _lines(reader: SeriesReader) -> Series:
    """Products by the days on which they were bought.

    Lines are looked up in the orders here: SQLite would look for the order of each of them in turn.
    """
    orders = reader.series("orders", "ordered_on", {"id": "id"}, "kind = 'purchase'")
    number = orders.values["id"].astype(np.int64)
    if not number.size:
        return nothing("kind")
    by_number = np.argsort(number)
    rising = number[by_number]
    among = "SELECT o.id FROM orders AS o WHERE o.kind = 'purchase'" + reader.only("o.")
    where = f"{_PRODUCT} IS NOT NULL" + ("" if reader.everyone else f" AND t.order_id IN ({among})")
    places, kinds = [], []
    for (ids,), codes in reader.coded("order_lines", ("t.order_id",), _PRODUCT, where, _charges(reader)):
        order = decode_numbers(ids, np.int64, codes.size)
        at = np.minimum(np.searchsorted(rising, order), rising.size - 1)
        bought = (rising[at] == order) & (codes >= 0)
        places.append(by_number[at[bought]])
        kinds.append(codes[bought])
    if not kinds:
        return nothing("kind")
    place = np.concatenate(places)
    return kind_series(orders.row[place], orders.day[place], np.concatenate(kinds))


def _charges(reader: SeriesReader) -> Callable[[str], bool]:
    """Whether what lines are counted by is postage, a fee or the like, each judged by its own words alone."""
    known = {str(row_id) for row_id, sku, name in reader.fetched(_CHARGES) if any(charges_among([(sku, name)]))}

    @cache
    def names() -> dict[str, str]:  # no index has them: the lines are looked through once, and only for such codes
        return {sku: name for sku, name, _ in reader.fetched(_NAMED)}

    def is_charge(what: str) -> bool:
        if any(map(str.isdigit, what)):
            return what in known
        named = names().get(what)
        return any(charges_among([(what, named) if named else (None, what)]))

    return is_charge
