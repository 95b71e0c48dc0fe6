"""What the cells under a noun make of it, short forms of a warehouse, and headers of any sort."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.values.errors import UserError
from models.values.imports import ImportOptions
from services.entities import ENTITIES
from services.sync.formats.headers import known_headers
from services.sync.formats.plan import make_plan
from services.sync.formats.propose import Seen, fields_of, propose
from services.sync.formats.recognise import recognise
from services.sync.read import Table, read_table
from tests.services.sync.book import write_csv


def _field(entity: str, header: str, *cells: str) -> str | None:
    return fields_of(propose(ENTITIES[entity], Seen.of([header], [[cell] for cell in cells]))).get(header)


@pytest.mark.parametrize(
    ("entity", "header", "cells", "field"),
    [
        ("orders", "customer", ("cus_2LoP", "cus_9aKd"), "customer_id"),
        ("orders", "customer", ("Ann Low", "Bo High"), "customer_name"),
        ("orders", "customer", ("a@b.example", "c@d.example"), "customer_email"),
        ("activities", "Caller", ("(555) 014-9117", "(555) 015-3773"), "customer_phone"),
        ("contracts", "account", ("AC310", "AC311"), "customer_id"),
        ("contracts", "Vertrag", ("V-7000", "V-7001"), "contract_id"),
        ("reviews", "review", ("r-300", "r-301"), "review_id"),
        ("reviews", "review", ("Kept us dry in a storm.", "Broke on day two, sadly"), "text"),
        ("customers", "Compte", ("Cabinet Rolland", "Imprimerie Astruc"), "name"),
        ("surveys", "Response #", ("88000", "88001"), "survey_id"),
        ("surveys", "Response", ("88000", "88001"), "survey_id"),
        ("surveys", "Response", ("9", "3"), "score"),
        ("contracts", "id", ("C1", "C2"), None),
        ("email_events", "client", ("Desktop", "Mobile"), None),
        ("orders", "Rabatt %", ("5", "10"), None),
        ("contracts", "Préavis (mois)", ("1", "3"), None),
    ],
)
def test_cells_say_what_a_noun_stands_for(entity: str, header: str, cells: tuple[str, ...], field: str | None) -> None:
    assert _field(entity, header, *cells) == field


@pytest.mark.parametrize(
    ("entity", "header", "cell", "field"),
    [
        ("customers", "cty_nm", "Boise", "city"),
        ("customers", "ctry_cd", "USA", "country"),
        ("customers", "eml_addr", "a@b.example", "email"),
        ("customers", "gndr_cd", "F", "gender"),
        ("customers", "mktg_opt_in_flg", "1", "email_consent"),
        ("orders", "sale_dt_key", "20260226", "ordered_at"),
        ("orders", "Bel.-Dat.", "03.02.2026", "ordered_at"),
        ("orders", "Mt HT", "9,00", "amount"),
        ("orders", "Fec. pedido", "03/02/2026", "ordered_at"),
        ("contracts", "Effective", "2026-01-02", "starts_on"),
        ("contracts", "Vencimiento", "2026-01-02", "ends_on"),
        ("reviews", "vrfd_flg", "Y", "verified"),
        ("reviews", "rtng", "4", "rating"),
        ("tickets", "opened_for_email", "a@b.example", "customer_email"),
        ("tickets", "agent_email", "a@b.example", None),
        ("contacts", "Durchwahl", "0377/94596-48", "phone"),
    ],
)
def test_short_forms_and_words_of_four_languages_are_known(
    entity: str, header: str, cell: str, field: str | None
) -> None:
    assert _field(entity, header, cell) == field


def test_beside_a_first_name_the_account_is_the_company_and_the_name_the_last_one() -> None:
    people = ENTITIES["customers"]
    row = ["AC-31", "Heron Ceramics", "Greta", "Moll"]
    found = fields_of(propose(people, Seen.of(["Account ID", "Account", "First", "Last"], [row])))
    assert list(found.values()) == ["customer_id", "company", "first_name", "last_name"]
    found = fields_of(propose(people, Seen.of(["Name", "Vorname"], [["Haug", "Silke"]])))
    assert list(found.values()) == ["last_name", "first_name"]


def test_what_happened_stands_where_the_words_are_known() -> None:
    mails = Seen.of(["Type", "Événement"], [["promo", "ouverture"], ["promo", "clic"]])
    assert fields_of(propose(ENTITIES["email_events"], mails)) == {"Type": "campaign_kind", "Événement": "kind"}


def test_sums_of_campaigns_are_no_events_of_customers(tmp_path: Path) -> None:
    headers = ["Campaign ID", "Campaign", "Launched", "Sent", "Opened", "Clicked"]
    path = write_csv(tmp_path / "summary.csv", headers, [["C1", "Spring", "2026-04-15", "6742", "3224", "483"]] * 2)
    with pytest.raises(UserError, match="look like campaigns"):
        recognise(read_table(path))


@pytest.mark.parametrize("other", ["Customer Since", "Audited"])
def test_one_file_writes_its_dates_in_one_order(tmp_path: Path, other: str) -> None:
    rows = [["A1", "Acme Ltd", "25/01/2015", "04/03/2026"], ["A2", "Blox Inc", "28/02/2016", ""]]
    path = write_csv(tmp_path / "accounts.csv", ["Account ID", "Account", other, "Lost On"], rows)
    plan = make_plan(read_table(path), ImportOptions(), local_zone=UTC, book_currency="USD", remembered=None)
    assert [column.form.order for one in plan.also for column in one.columns if column.field.name == "left_on"] == [
        "dmy"
    ]
    assert not plan.doubts


_HEADERS = sorted({header for entity in ENTITIES.values() for header in known_headers(entity)})
_CELLS = (
    "",
    "1",
    "9.50",
    "ab_12",
    "Ann Low",
    "a@b.example",
    "2026-01-02",
    "03/04/2026",
    "yes",
    "\\N",
    "+1 555 010 1136",
)


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Table:
    return read_table(write_csv(tmp_path_factory.mktemp("any") / "any.csv", ["a", "b"], [["1", "2"]]))


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_whatever_the_headers_there_is_a_result_or_a_sentence(table: Table, data: st.DataObject) -> None:
    header = st.one_of(st.sampled_from(_HEADERS), st.text(max_size=12))
    columns = tuple(data.draw(st.lists(header, min_size=1, max_size=8, unique=True)))
    row = st.lists(st.sampled_from(_CELLS), min_size=len(columns), max_size=len(columns))
    sample = tuple(map(tuple, data.draw(st.lists(row, max_size=4))))
    try:
        found = recognise(replace(table, columns=columns, sample=sample))
    except UserError as problem:
        assert str(problem)
    else:
        assert set(found.mapping) <= set(found.table.columns)
