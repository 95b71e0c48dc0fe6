"""The list of customers: every order, every filter, pages that join without a gap."""

from __future__ import annotations

from typing import Any, get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.values.customers import CustomerFilter, CustomerRow, SortColumn
from services import insight
from services.insight.customers import count_customers, find_customers, read_choices, read_customers
from services.insight.matching import match_expression
from services.insight.tile_figures import read_today_tiles
from tests.examples import examples
from tests.services.insight.conftest import Fresh, SmallBook, days_ago, minutes

SORTS = get_args(SortColumn)
_ROW = st.fixed_dictionaries(
    {
        "name": st.sampled_from(("Marlow", "marlow pike", "Äpfel & Co", "Pike", "")),
        "tier": st.sampled_from((None, "Gold", "Silver")),
        "owner": st.sampled_from((None, "", "Ada", "Kim")),
        "region": st.sampled_from((None, "West")),
        "email_consent": st.sampled_from(("given", "withdrawn", "unknown")),
        "renews_on": st.sampled_from((None, days_ago(-10), days_ago(-50), days_ago(5))),
        "score": st.one_of(
            st.none(),
            st.fixed_dictionaries(
                {
                    "churn_risk": st.one_of(st.none(), st.sampled_from((0.1, 0.5, 0.9))),
                    "value_at_risk_minor": st.one_of(st.none(), st.integers(0, 3)),
                    "engagement": st.one_of(st.none(), st.sampled_from((10.0, 60.0))),
                    "segment": st.sampled_from((None, "Loyal", "Lost")),
                    "last_order_on": st.sampled_from((None, days_ago(3), days_ago(30))),
                }
            ),
        ),
        "card": st.booleans(),
        "task": st.sampled_from((None, days_ago(-3), days_ago(2))),
    }
)
_FILTER = st.builds(
    CustomerFilter,
    text=st.sampled_from(("", "", "", "m", "ma", "marl pi", "apf", "&", "zzz")),
    tiers=st.sampled_from((frozenset(), frozenset({"Gold"}), frozenset({"Gold", "Silver"}), frozenset({""}))),
    segments=st.sampled_from((frozenset(), frozenset({"Loyal"}))),
    regions=st.sampled_from((frozenset(), frozenset({"West", ""}))),
    owners=st.sampled_from((frozenset(), frozenset({""}), frozenset({"Ada", ""}))),
    consents=st.sampled_from((frozenset(), frozenset({"given", "unknown"}))),
    churn_from=st.sampled_from((None, 0.5)),
    at_risk_from_minor=st.sampled_from((None, 1)),
    renews_within_days=st.sampled_from((None, 30)),
    open_alert=st.booleans(),
)


def _passes(row: dict[str, Any], wanted: CustomerFilter) -> bool:
    score = row["score"] or dict.fromkeys(
        ("churn_risk", "value_at_risk_minor", "engagement", "segment", "last_order_on")
    )
    text, name = wanted.text, row["name"].casefold().replace("ä", "a")
    if text == "&":
        matches = "&" in name
    elif len(text) == 1:
        matches = name.startswith(text)
    else:
        matches = all(any(word.startswith(part) for word in name.split()) for part in text.split())
    return bool(
        matches
        and (not wanted.tiers or (row["tier"] or "") in wanted.tiers)
        and (not wanted.regions or (row["region"] or "") in wanted.regions)
        and (not wanted.owners or (row["owner"] or "") in wanted.owners)
        and (not wanted.segments or score["segment"] in wanted.segments)
        and (not wanted.consents or row["email_consent"] in wanted.consents)
        and (wanted.churn_from is None or (score["churn_risk"] or 0) >= wanted.churn_from)
        and (wanted.at_risk_from_minor is None or (score["value_at_risk_minor"] or 0) >= wanted.at_risk_from_minor)
        and (wanted.renews_within_days is None or row["renews_on"] == days_ago(-10))
        and (not wanted.open_alert or row["card"])
    )


def _value(row: dict[str, Any], sort: str) -> Any:
    score = row["score"] or {}
    if sort == "next_action":
        return min((day for day in (row["task"], _renewal(row)) if day), default=None)
    name = {"churn": "churn_risk", "at_risk": "value_at_risk_minor", "last_order": "last_order_on"}.get(sort, sort)
    value = row[name] if name in row else score.get(name)
    return value.lower() if sort == "name" else value


def _renewal(row: dict[str, Any]) -> str | None:
    return row["renews_on"] if row["renews_on"] in (days_ago(-10), days_ago(-50)) else None


@pytest.mark.parametrize(
    ("fields", "listed"),
    [
        ({"silence_p": 0.005, "churn_risk": 0.03}, True),  # weekly for years, silent for five weeks
        ({"silence_p": 0.09}, True),
        ({"silence_p": 0.7, "days_since_last_order": 182}, False),  # a seasonal buyer in July
        ({"silence_p": None, "purchase_days": 3, "days_since_last_order": 60}, True),  # too few gaps of their own
        ({"silence_p": None, "purchase_days": 3, "days_since_last_order": 59}, False),
        ({"silence_p": None, "purchase_days": 1, "days_since_last_order": 170}, False),
        ({"silence_p": 0.005, "standing": "win_back"}, False),
        ({"silence_p": 0.005, "standing": "lost"}, False),
    ],
)
def test_who_is_overdue_is_listed_whether_or_not_they_have_an_alert(
    book: SmallBook, fields: dict[str, Any], listed: bool
) -> None:
    number = book.customer("Weekly")
    book.score(number, **{"standing": "active", "usual_gap_days": 30.0, "days_since_last_order": 38, **fields})
    found = insight.customers_page(book.workspace, CustomerFilter(overdue=True))
    assert [row.id for row in found.rows] == [number] * listed
    count = insight.customers_count(book.workspace, CustomerFilter(overdue=True))
    assert count.matching == listed
    assert count.overdue == ("1 silent, but not unusually late for them",) * listed
    assert insight.customers_count(book.workspace).overdue == ()


@settings(max_examples=examples(20), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(_ROW, max_size=14), _FILTER, st.sampled_from(SORTS), st.booleans(), st.integers(1, 5))
def test_pages_join_to_the_whole_book_in_order(
    book: SmallBook, rows: list[dict[str, Any]], wanted: CustomerFilter, sort: SortColumn, descending: bool, limit: int
) -> None:
    for table in ("alerts", "tasks", "customer_risk_scores", "identities", "contracts", "customers"):
        book.run(f"DELETE FROM {table}")
    known: dict[int, dict[str, Any]] = {}
    for row in rows:
        plain = {name: row[name] for name in ("name", "tier", "owner", "region", "email_consent", "renews_on")}
        number = book.customer(**plain)
        known[number] = row
        if row["score"] is not None:
            book.score(number, **row["score"])
        if row["card"]:
            book.alert(number)
        if row["task"]:
            book.insert("tasks", customer_id=number, title="Call them", due_on=row["task"], created_at=minutes(-5))
    found: list[int] = []
    key = None
    while True:
        page = insight.customers_page(book.workspace, wanted, sort, descending=descending, after=key, limit=limit)
        found += [row.id for row in page.rows]
        assert len(page.rows) <= limit
        key = page.next_key
        if key is None:
            break
    expected = [number for number, row in known.items() if _passes(row, wanted)]
    assert sorted(found) == expected
    values = [_value(known[number], sort) for number in found]
    filled = [value for value in values if value is not None]
    assert values == sorted(filled, reverse=descending) + [None] * (len(values) - len(filled))
    if sort == "at_risk":  # who has no value at risk comes by risk
        risks = [(known[one]["score"] or {}).get("churn_risk") for one in found[len(filled) :]]
        told = [risk for risk in risks if risk is not None]
        assert risks == sorted(told, reverse=descending) + [None] * (len(risks) - len(told))
    count = insight.customers_count(book.workspace, wanted)
    assert (count.matching, count.total) == (len(expected), len(rows))
    sums = [(known[number]["score"] or {}).get("value_at_risk_minor") for number in expected]
    assert count.value_at_risk_minor == (sum(one or 0 for one in sums) if set(sums) - {None} else None)


def _names(rows: tuple[CustomerRow, ...]) -> list[str]:
    return [row.name for row in rows]


def test_a_search_finds_names_companies_addresses_cities_and_ids(book: SmallBook, reader: Fresh) -> None:
    book.customer(
        "Marlow & Pike", company="MP Holding", email="orders@marlowpike.example", city="Århus", external_id="AB-77"
    )
    book.customer('O\'Brien "Bikes"', external_id="0042")
    for text in ("marlow pi", "hold", "marlowpike.ex", "arhus", "AB-7", "pike & m"):
        assert _names(reader(find_customers, text)) == ["Marlow & Pike"], text
    for text in ("o'b", '"bikes"', "0042", "brien"):
        assert _names(reader(find_customers, text)) == ['O\'Brien "Bikes"'], text
    for text in ("", "  ", "nobody", "AND OR NOT", "NEAR(", "col:x", "*", "^"):
        assert reader(find_customers, text) == (), text


@given(st.text(max_size=30))
def test_no_text_breaks_the_full_text_query(text: str) -> None:
    expression = match_expression(text)
    assert expression.count('"') % 2 == 0


@settings(max_examples=examples(20), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(codec="utf-8"), max_size=12))
def test_any_text_can_be_looked_for(book: SmallBook, text: str) -> None:
    insight.customers_page(book.workspace, CustomerFilter(text=text))


def test_a_row_says_what_is_next_to_do(book: SmallBook, reader: Fresh) -> None:
    task, late, renewal, ticket, nothing = (book.customer(name) for name in "ABCDE")
    book.insert("tasks", customer_id=task, title="Call the store manager", due_on=days_ago(-3), created_at=minutes(-5))
    book.insert(
        "tasks", customer_id=task, title="Done", due_on=days_ago(9), created_at=minutes(-9), done_at=minutes(-1)
    )
    book.insert("tasks", customer_id=late, title="Email", due_on=days_ago(2), created_at=minutes(-5))
    book.event("contracts", renewal, ends_on=days_ago(-18))
    book.event("tickets", ticket, subject="Late", status="open", opened_on=days_ago(3))
    book.event("tickets", nothing, subject="Late", status="solved", opened_on=days_ago(3))
    page = reader(read_customers, None, "next_action", descending=False)
    assert [(row.name, row.next_action) for row in page.rows] == [
        ("B", "Email 2 days late"),
        ("A", "Call Mon"),
        ("C", "Renewal 8 Dec"),
        ("D", "Ticket open"),
        ("E", "–"),
    ]


def test_who_came_once_is_counted_apart_and_listed_after_the_customers_at_risk(book: SmallBook, reader: Fresh) -> None:
    for name, at_risk, segment, standing in (
        ("New, large", 1_207_900, "New", "active"),
        ("Regular", 50_000, "Loyal", "active"),
        ("Small", 10_000, None, "active"),
        ("Once, small", 20_000, "One-time", "active"),
        ("Long gone", None, "Hibernating", "win_back"),
    ):
        number = book.customer(name=name)
        book.score(number, value_at_risk_minor=at_risk, clv_if_stays_minor=at_risk, segment=segment, standing=standing)
        book.insert("score_history", customer_id=number, as_of=days_ago(31), value_at_risk_minor=at_risk and 30_000,
                    segment=segment, model="m")  # fmt: skip
    for limit in (1, 2, 10):
        names: list[str] = []
        key = None
        while True:
            page = reader(read_customers, None, "at_risk", after=key, limit=limit)
            names += [row.name for row in page.rows]
            key = page.next_key
            if key is None:
                break
        assert names == ["Regular", "Small", "New, large", "Once, small", "Long gone"]
    count, tile = reader(count_customers), reader(read_today_tiles)[1]
    assert (count.value_at_risk_minor, count.once, count.once_minor) == (60_000, 2, 1_227_900)
    assert count.once_words == "2 new or one-time, $12.3k"
    assert tile.figure == "$600" and tile.line.startswith("unchanged in 30 days")
    assert "summed over 2 active customers" in tile.tooltip
    assert "Not included: 2 new or one-time customers, $12.3k. Most" in tile.tooltip
    assert insight.totals_words(book.workspace).endswith("; not included: 2 new or one-time, $12.3k.")


def test_a_book_of_people_who_came_once_has_nothing_at_risk_rather_than_an_unknown_sum(
    book: SmallBook, reader: Fresh
) -> None:
    book.score(book.customer(), value_at_risk_minor=1_000_00, clv_if_stays_minor=2_000_00, segment="One-time")
    assert (reader(count_customers).value_at_risk_minor, reader(count_customers).once) == (0, 1)
    assert insight.totals_words(book.workspace).startswith("Revenue at risk, 12 months: $0, of $0")


def test_choices_name_every_value_with_its_count(book: SmallBook, reader: Fresh) -> None:
    for tier, owner in (("Gold", "Ada"), ("Gold", None), (None, "")):
        number = book.customer(tier=tier, owner=owner)
    book.score(number, segment="Loyal")
    choices = reader(read_choices)
    assert choices.tiers == (("Gold", 2), ("", 1))
    assert dict(choices.owners) == {"Ada": 1, "": 2}
    assert choices.segments == (("Loyal", 1),)


@pytest.mark.parametrize("sort", SORTS)
def test_an_empty_book_has_an_empty_page(reader: Fresh, sort: SortColumn) -> None:
    page = reader(read_customers, None, sort)
    assert (page.rows, page.next_key) == ((), None)
    assert reader(count_customers).matching == 0


def test_active_customers_come_first_and_the_others_are_counted_apart(book: SmallBook) -> None:
    """The lost have the highest risk: a list by risk that began with them would begin with nobody to save."""
    ids = {}
    for name, standing, risk, at_risk in (
        ("Lost", "lost", 0.99, None),
        ("Gone", "win_back", 0.9, None),
        ("Calm", "active", 0.1, 900),
        ("Shaky", "active", 0.6, 500),
        ("New", None, None, None),
    ):
        ids[name] = book.customer(name)
        book.score(ids[name], standing=standing, churn_risk=risk, value_at_risk_minor=at_risk)
    with insight.reading(book.workspace) as reader:
        for sort, first in (("churn", ["Shaky", "Calm"]), ("at_risk", ["Calm", "Shaky"])):
            names, key = [], None
            while True:
                page = read_customers(reader, None, sort, after=key, limit=2)
                names += [row.name for row in page.rows]
                key = page.next_key
                if key is None:
                    break
            assert names == [*first, "Gone", "Lost", "New"]
        win_back = read_customers(reader, CustomerFilter(standings=frozenset({"win_back"})))
        assert [(row.name, row.standing) for row in win_back.rows] == [("Gone", "win_back")]
        count = count_customers(reader)
        assert (count.value_at_risk_minor, count.win_back) == (1_400, 1)
        tile = next(one for one in read_today_tiles(reader) if one.key == "at_risk")
        assert tile.figure == "$14" and "1 win-back" in tile.line and "1 lost" in tile.tooltip
