"""Contracts: columns of a file of customers, or a file of their own; a second import changes nothing, an undo all."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest

from models.store.driver import driver_of
from services.distress.carried_out import PRIORS
from services.distress.said_leaving import Said, read_said
from services.duplicates import merge_customers
from services.insight import reading
from services.insight.profile import read_profile
from services.insight.timeline_rows import read_timeline
from services.sync import undo_import
from services.sync.formats.ranking import Undecided
from services.sync.kinds.words import to_contract_status
from tests.services.duplicates.crowd import undo_merge
from tests.services.sync.book import Book, counts, write_csv

PEOPLE = ["id", "name", "email", "start date", "renewal date", "churn date", "status"]
ROWS = [
    ["C1", "Ada Stone", "ada@example.org", "2024-01-05", "2027-01-05", "", "active"],
    ["C2", "Kim Marlow", "kim@example.org", "2023-03-01", "2027-03-01", "2026-02-01", "churned"],
    ["C3", "Lee Pike", "lee@example.org", "", "", "", ""],
]
PAPERS = ["contract number", "customer id", "start date", "end date", "notice period", "annual value", "auto renew"]
SIGNED = [
    ["K-1", "C1", "2022-01-01", "2023-12-31", "30", "1,200.00", "no"],
    ["K-2", "C1", "2024-01-01", "2026-12-31", "60", "2,400.00", "yes"],
    ["K-3", "C3", "2025-05-01", "2027-04-30", "30", "600.00", "yes"],
]
#: Before a notice was given, while the contract runs, and after it.
DAYS = ("2026-10-21", "2026-11-20", "2026-12-21")
ALL = "SELECT external_id, starts_on, ends_on, status FROM contracts ORDER BY external_id"


def test_contract_columns_of_customers_become_contracts_and_the_same_file_again_changes_nothing(
    book: Book, tmp_path: Path
) -> None:
    before = book.hash()
    path = write_csv(tmp_path / "crm.csv", PEOPLE, ROWS)
    receipt = book.bring(path, source="crm")
    assert receipt.entities["contracts"] == {"inserted": 2, "updated": 0, "unchanged": 0}
    assert book.ask(ALL) == [
        ("customer:C1", "2024-01-05", "2027-01-05", "active"),
        ("customer:C2", "2023-03-01", "2026-02-01", "ended"),
    ]
    assert book.ask("SELECT attributes FROM customers WHERE attributes IS NOT NULL") == []
    assert counts(book.bring(path, source="crm")) == (0, 0, 3, 0, 0)
    later = [["C1", "Ada Stone", "2028-01-05"], ["C3", "Lee Pike", "2027-06-01"]]
    book.bring(write_csv(tmp_path / "late.csv", ["id", "name", "renewal date"], later), source="crm")
    assert book.ask(ALL) == [
        ("customer:C1", "2024-01-05", "2028-01-05", "active"),
        ("customer:C2", "2023-03-01", "2026-02-01", "ended"),
        ("customer:C3", None, "2027-06-01", None),
    ]
    for number in (3, 2, 1):
        undo_import(book.workspace, number)
    assert book.hash() == before


def test_a_notice_leaves_the_day_on_which_the_contract_ends(book: Book, tmp_path: Path) -> None:
    book.bring(write_csv(tmp_path / "crm.csv", PEOPLE[:3], [row[:3] for row in ROWS]), source="crm")
    header = ["contract_id", "customer_id", "start_date", "end_date", "auto_renew", "cancelled_on", "status"]
    rows = [
        ["K-1", "C1", "2025-12-21", "2026-12-21", "no", "2026-10-22", "notice given"],
        ["K-2", "C2", "2025-12-21", "", "no", "2026-10-22", "cancelled"],
        ["K-3", "C3", "2025-12-21", "2026-12-21", "no", "", "notice given"],
    ]
    path = write_csv(tmp_path / "contracts.csv", header, rows)
    receipt = book.bring(path, source="crm")
    assert receipt.mapping["cancelled_on"] == "noticed_on"
    assert book.ask("SELECT external_id, ends_on, status, noticed_on FROM contracts ORDER BY external_id") == [
        ("K-1", "2026-12-21", "ended", "2026-10-22"),
        ("K-2", "2026-10-22", "ended", "2026-10-22"),
        ("K-3", "2026-12-21", "ended", None),
    ]
    assert counts(book.bring(path, source="crm")) == (0, 0, 3, 0, 0)


def test_who_gave_notice_is_a_customer_who_leaves_until_the_contract_ends(book: Book, tmp_path: Path) -> None:
    book.bring(write_csv(tmp_path / "crm.csv", PEOPLE[:3], [row[:3] for row in ROWS]), source="crm")
    header = ["contract_id", "customer_id", "start_date", "end_date", "cancelled_on", "status"]
    row = ["K-1", "C1", "2025-12-21", "2026-12-21", "2026-10-22", "notice given"]
    book.bring(write_csv(tmp_path / "contracts.csv", header, [row]), source="crm")
    customer = book.one("SELECT id FROM customers WHERE external_id = 'C1'")
    with book.workspace.store.read() as connection:
        on_day = {day: read_said(driver_of(connection), date.fromisoformat(day)) for day in DAYS}
    assert on_day == {DAYS[0]: {}, DAYS[1]: {customer: Said("2026-10-22", True, PRIORS.leaves)}, DAYS[2]: {}}
    with reading(book.workspace) as reader:
        told = [(row.at, row.bold, row.rest) for row in read_timeline(reader, customer).rows]
    assert ("2026-10-22", "Gave notice", "contract to 21 Dec 2026") in told


def test_a_status_alone_is_no_contract(book: Book, tmp_path: Path) -> None:
    book.bring(
        write_csv(
            tmp_path / "crm.csv", ["id", "name", "email", "status"], [["C1", "Ada Stone", "ada@example.org", "VIP"]]
        )
    )
    assert book.ask("SELECT attributes FROM customers") == [('{"status": "VIP"}',)]
    assert book.ask(ALL) == []


def test_a_file_of_contracts_gives_a_customer_several_and_the_running_one_speaks(book: Book, tmp_path: Path) -> None:
    book.bring(write_csv(tmp_path / "crm.csv", PEOPLE[:3], [row[:3] for row in ROWS]), source="crm")
    before = book.hash()
    path = write_csv(tmp_path / "papers.csv", PAPERS, SIGNED)
    receipt = book.bring(path, source="crm")
    assert receipt.entities == {"contracts": {"inserted": 3, "updated": 0, "unchanged": 0}}
    found = "SELECT number, notice_days, value_per_year_minor, renews FROM contracts ORDER BY number"
    assert book.ask(found) == [("K-1", 30, 120_000, 0), ("K-2", 60, 240_000, 1), ("K-3", 30, 60_000, 1)]
    assert counts(book.bring(path, source="crm")) == (0, 0, 3, 0, 0)
    with reading(book.workspace) as reader:
        profile = read_profile(reader, book.one("SELECT id FROM customers WHERE external_id = 'C1'"))
    assert profile is not None
    said = {field.label: field.value for field in profile.identity}
    assert said["Contract"] == "since 1 Jan 2024, K-2, $2,400 a year, notice period: 60 days, one of 2"
    assert said["Renews"] == "31 Dec 2026"
    for number in (3, 2):
        undo_import(book.workspace, number)
    assert book.hash() == before


def test_contracts_go_over_in_a_merge_and_come_back_with_its_undo(book: Book, tmp_path: Path) -> None:
    crm = write_csv(tmp_path / "crm.csv", PEOPLE, ROWS)
    book.bring(crm, source="crm")
    before = book.hash()
    merge_customers(book.workspace, 1, 2)
    assert book.ask("SELECT DISTINCT customer_id FROM contracts") == [(1,)]
    assert counts(book.bring(crm, source="crm"))[:2] == (0, 0)
    undo_import(book.workspace, 2)
    undo_merge(book)
    assert book.hash() == before


def test_of_an_end_and_a_renewal_date_neither_is_lost(book: Book, tmp_path: Path) -> None:
    head = ["contract number", "customer id", "renewal date", "end date", "annual value"]
    rows = [
        ["K1", "C1", "2026-10-01", "2026-12-31", "1200"],
        ["K2", "C2", "", "2027-01-31", "600"],
        ["K3", "C3", "2027-02-01", "", "600"],
    ]
    path = write_csv(tmp_path / "contracts.csv", head, rows)
    receipt = book.bring(path)
    assert book.ask("SELECT number, ends_on FROM contracts ORDER BY 1") == [
        ("K1", "2026-12-31"), ("K2", "2027-01-31"), ("K3", "2027-02-01"),
    ]  # fmt: skip
    assert "“renewal date” counts where “end date” is empty." in receipt.warnings
    assert not any("Not imported" in one for one in receipt.warnings)
    assert counts(book.bring(path)) == (0, 0, 3, 0, 0)
    people = ["Kundennummer", "Name", "E-Mail", "Vertragsbeginn", "Vertragsende", "Verlängerungsdatum"]
    firms = [
        ["C7", "Ada Stein", "ada@stein.example", "01.01.2024", "31.12.2026", "01.10.2026"],
        ["C8", "Bo Berg", "bo@berg.example", "01.02.2024", "", "01.02.2027"],
    ]
    book.bring(write_csv(tmp_path / "kunden.csv", people, firms, delimiter=";"))
    assert book.ask("SELECT ends_on FROM contracts WHERE external_id LIKE 'customer:%' ORDER BY external_id") == [
        ("2026-12-31",), ("2027-02-01",),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("header", "cell", "year", "said"),
    [
        ("monthly_value", "120.50", 144_600, "month: the annual value is 12 times that."),
        ("MRR", "$310", 372_000, "month: the annual value is 12 times that."),
        ("Quarterly fee", "300.00", 120_000, "quarter: the annual value is 4 times that."),
        (
            "Monatsmiete",
            "1.234,50 €",
            1_481_400,
            "month: the annual value is 12 times that.",
        ),
        ("Cuota mensual", "45,00 €", 54_000, "month: the annual value is 12 times that."),
        ("Gross premium p.a.", "412.50", 41_250, ""),
        ("Monthly charge ex VAT", "30.00", 36_000, "month: the annual value is 12 times that."),
        ("monthly_charge_excl_vat", "30.00", 36_000, "month: the annual value is 12 times that."),
        ("Monthly payment", "25", 30_000, "month: the annual value is 12 times that."),
        ("DD Amount p.m.", "29", 34_800, "month: the annual value is 12 times that."),
        ("Annual value 12 months", "1200", 120_000, ""),
        ("Annual value net of VAT (12 months)", "1200", 120_000, ""),
        ("Miete mtl. zzgl. MwSt.", "300,00", 360_000, "month: the annual value is 12 times that."),
        ("VAT charge per month", "6.00", None, ""),
        ("MwSt.-Betrag monatlich", "6,00", None, ""),
        ("Annual value 2026", "1200", None, ""),
        ("Month of payment", "3", None, ""),
        ("Contract term (months)", "24", None, ""),
        ("Notice given in month", "11", None, ""),
        ("Interest rate p.a.", "4.5", None, ""),
        ("Price increase per year", "3", None, ""),
        ("Annual rate increase %", "3", None, ""),
        ("Payment day of month", "15", None, ""),
        ("Payment month", "3", None, ""),
        ("Total value (12 month)", "1200", None, ""),
        ("Discount rate (monthly)", "5", None, ""),
    ],
)
def test_an_amount_paid_each_month_or_quarter_is_the_annual_value_so_many_times(
    book: Book, tmp_path: Path, header: str, cell: str, year: int | None, said: str
) -> None:
    rows = [[*row[:4], cell] for row in SIGNED]
    receipt = book.bring(write_csv(tmp_path / "contracts.csv", [*PAPERS[:4], header], rows))
    assert book.ask("SELECT DISTINCT value_per_year_minor FROM contracts") == [(year,)]
    told = [one for one in receipt.warnings if "paid each" in one or "as the annual value" in one]
    yearly = [f"Bellwether reads “{header}” as the annual value."] if year else []
    assert told == ([f"“{header}” is paid each {said}"] if said else yearly)


def test_beside_an_annual_value_what_is_paid_each_month_changes_nothing(book: Book, tmp_path: Path) -> None:
    rows = [[*row[:4], row[5], "1.00"] for row in SIGNED]
    receipt = book.bring(write_csv(tmp_path / "contracts.csv", [*PAPERS[:4], PAPERS[5], "MRR"], rows))
    assert book.one("SELECT sum(value_per_year_minor) FROM contracts") == 420_000
    assert not any("paid each" in one for one in receipt.warnings)


@pytest.mark.parametrize(
    ("columns", "cells", "name"),
    [
        (("Arrendatario",), ("Hotel Miramar",), "Hotel Miramar"),
        (("Lessee (DBA)",), ("Hotel Miramar",), "Hotel Miramar"),
        (("Mieter / Pächter",), ("Hotel Miramar",), "Hotel Miramar"),
        (("Account owner",), ("Kim Berg",), None),  # who works here
        *[
            ((one,), ("Kim Berg",), None)
            for one in (
                "Kundenbetreuer",
                "Consultant",
                "Relationship partner",
                "Landlord",
                "Insurer",
                "Guarantor",
                "Package",
                "Property",
                "Tenant liaison",
                "Client consultant",
            )
        ],
        (("Signed for", "Signed with"), ("Hotel Miramar", "Bar Luz"), None),  # either may be the customer
    ],
)
def test_the_one_column_of_those_who_sign_a_contract_is_its_customer_and_said_to_be(
    book: Book, tmp_path: Path, columns: tuple[str, ...], cells: tuple[str, ...], name: str | None
) -> None:
    head = ["contract number", *columns, *PAPERS[2:]]
    rows = [[f"K-{n}", *(f"{one} {sign}" for one in cells), *SIGNED[0][2:]] for n, sign in enumerate("ABC")]
    path = write_csv(tmp_path / "contracts.csv", head, rows)
    if name is None:
        with suppress(Undecided):
            assert book.bring(path).rows["inserted"] == 0
        assert not book.one("SELECT count(*) FROM customers")
        return
    said = f"“{columns[0]}” was read as “Customer name”: from its values."
    assert said in book.bring(path).warnings
    assert book.ask("SELECT name FROM customers ORDER BY 1") == [(f"{name} {sign}",) for sign in "ABC"]


@pytest.mark.parametrize(
    ("word", "standing"),
    [
        ("Gekündigt zum 31.12.", "ended"), ("Baja solicitada por el cliente", "ended"), ("Running (auto)", "active"),
        ("Does not renew", "ended"), ("not cancelled", "unknown"), ("Cancellation revoked", "unknown"),
        ("Active until cancelled", "unknown"), ("Active (expires 31.12.2027)", "unknown"),
        ("In force until terminated", "unknown"), ("aktiv bis Kündigung", "unknown"), ("Expires 2027", "unknown"),
        ("Kündigung abgelehnt", "unknown"), ("Kündigung widerrufen", "unknown"), ("Résiliation annulée", "unknown"),
        ("Cancellation rejected", "unknown"), ("Deadline pending", "unknown"), ("Closed Won", "unknown"),
        ("Kunde", "unknown"), ("Läuft aus", "unknown"), ("Cancellable monthly", "unknown"),
        ("Vertrag läuft", "active"), ("Terminated by customer", "ended"),
    ],
)  # fmt: skip
def test_a_status_is_understood_by_its_telling_part_unless_that_is_denied(word: str, standing: str) -> None:
    assert to_contract_status(word) == standing


def test_statuses_read_by_part_of_a_word_are_said_and_unknown_ones_too(book: Book, tmp_path: Path) -> None:
    said = ["Running (auto)", "Gekündigt zum 31.12.", "active", "Active until cancelled"]
    rows = [[f"K-{n}", "C1", "2024-01-01", one] for n, one in enumerate(said)]
    head = ["contract number", "customer id", "start date", "status"]
    receipt = book.bring(write_csv(tmp_path / "contracts.csv", head, rows))
    assert [one for one in receipt.warnings if "status" in one] == [
        "Unrecognised contract statuses count as unknown: Active until cancelled (“status”).",
        "By part of a word, contract statuses were read as active: Running (auto) (“status”).",
        "By part of a word, contract statuses were read as ended: Gekündigt zum 31.12. (“status”).",
    ]


def test_days_of_a_contract_are_told_by_parts_of_their_headers_and_said(book: Book, tmp_path: Path) -> None:
    head = ["Vertrag Ref", "Kunde", "Objekt Mietbeginn", "Mietende geplant", "Kdg. Eingang", "Kündbar bis"]
    rows = [
        [f"V{n}", f"Haus {n}", "01.02.2024", "31.01.2027", "05.11.2026" if n else "", "31.10.2026"] for n in range(3)
    ]
    receipt = book.bring(write_csv(tmp_path / "vertraege.csv", head, rows, delimiter=";"), entity="contracts")
    assert book.ask("SELECT starts_on, ends_on, noticed_on FROM contracts ORDER BY external_id") == [
        ("2024-02-01", "2027-01-31", None), *[("2024-02-01", "2027-01-31", "2026-11-05")] * 2,
    ]  # fmt: skip
    assert "“Kdg. Eingang” was read as “Notice given”: by part of its header." in receipt.warnings


def test_a_second_day_of_notice_is_no_other_day_of_the_contract(book: Book, tmp_path: Path) -> None:
    head = ["contract number", "customer name", "end date", "Notice given on", "Cancellation effective from"]
    rows = [[f"K-{n}", f"Haus {n}", "2026-12-31", "2026-10-01", "2026-11-30"] for n in range(3)]
    receipt = book.bring(write_csv(tmp_path / "contracts.csv", head, rows))
    assert book.ask("SELECT DISTINCT starts_on, ends_on, noticed_on FROM contracts") == [
        (None, "2026-12-31", "2026-10-01")
    ]
    assert any("Cancellation effective from" in one for one in receipt.warnings)
