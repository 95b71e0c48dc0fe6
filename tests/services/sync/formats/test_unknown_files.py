"""What a file of no known system is about: the plainest headers are read as a person would, or it is asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.values.errors import UserError
from services.entities import ENTITIES
from services.sync.formats.propose import Seen
from services.sync.formats.ranking import Held
from tests.services.sync.book import Book, counts, write_csv


@pytest.mark.parametrize(
    ("headers", "entity"),
    [
        ("order,customer,date,total", "orders"),
        ("Date,Customer,Amount", "orders"),
        ("Order ID,Date,Email,Amount,Status", "orders"),
        ("id,customer,date,amount,method,status", "orders"),
        ("Bestellnummer,Kunde,Datum,Betrag,Status", "orders"),
        ("N° commande,Client,Date,Montant,Statut", "orders"),
        ("Pedido,Cliente,Fecha,Importe,Estado", "orders"),
        ("RMA,Order number,Return date,Refund,Reason", "returns"),
        ("Order number,Refund date,Refund amount,Customer", "returns"),
        ("Opportunity,Company,Value,Probability,Owner,Status", "opportunities"),
        ("Deal,Account,Stage,Amount,Close Date", "opportunities"),
        ("id,name,email,status,created", "customers"),
        ("Email,NPS,Comment,Date", "surveys"),
        ("customer_id,score,date,survey", "surveys"),
        ("Email,Score,Comment,Date", "reviews"),
        ("Product,SKU,Price,Stock", "products"),
        ("ID,Subject,Status,Priority,Created,Customer", "tickets"),
    ],
)
def test_headers_say_what_a_file_is_about(headers: str, entity: str) -> None:
    assert Held(Seen.of(headers.split(",")), {}).ranked()[0][1].name == entity


def test_customers_of_whom_only_an_id_a_contract_and_fields_are_known_are_customers(book: Book, tmp_path: Path) -> None:
    headers = ["customerID", "start_date", "end_date", "status", "Contract", "InternetService", "MonthlyCharges"]
    rows = [
        ["7590-VHVEG", "2025-12-01", "", "Active", "Month-to-month", "DSL", "29.85"],
        ["5575-GNVDE", "2024-01-10", "2026-03-02", "Churned", "One year", "Fiber optic", "56.95"],
    ]
    book.bring(write_csv(tmp_path / "customers.csv", headers, rows))
    assert book.ask("SELECT starts_on, ends_on, status FROM contracts ORDER BY starts_on") == [
        ("2024-01-10", "2026-03-02", "ended"),
        ("2025-12-01", None, "active"),
    ]
    assert book.ask("SELECT count(*) FROM customers WHERE json_extract(attributes, '$.MonthlyCharges') > 0") == [(2,)]


def test_a_plain_list_of_orders_is_none_of_returns(book: Book, tmp_path: Path) -> None:
    rows = [["1", "Acme", "2026-01-05", "10.00"], ["2", "Bolt", "2026-01-06", "20.00"]]
    receipt = book.bring(write_csv(tmp_path / "a.csv", ["order", "customer", "date", "total"], rows))
    assert receipt.totals == {"USD": 3_000}
    assert book.ask("SELECT external_id, kind, amount_minor FROM orders ORDER BY 1") == [
        ("1", "purchase", 1_000),
        ("2", "purchase", 2_000),
    ]


@pytest.mark.parametrize(
    ("headers", "question"),
    [
        ("Date,Product,Qty,Price,Total", "looks like orders, but no column is “Customer ID”"),
        ("order_id,order_date,total", "looks like orders, but no column is “Customer ID”"),
        ("Customer,Product,Date,Quantity", "looks like orders, but no column is “Amount”"),
        ("order id,date,email,total,reason", "could be returns or orders"),
    ],
)
def test_what_is_not_certain_is_asked(book: Book, tmp_path: Path, headers: str, question: str) -> None:
    cells = {"Date": "2026-01-05", "date": "2026-01-05", "Qty": "2", "Quantity": "2", "Price": "5.00", "Total": "10.00"}
    cells |= {"total": "10.00", "email": "a@x.example", "order_id": "A1", "order_date": "2026-01-05"}
    header = headers.split(",")
    path = write_csv(tmp_path / "a.csv", header, [[cells.get(one, "Tee") for one in header]])
    with pytest.raises(UserError, match=question):
        book.bring(path)
    found = book.check(path)
    assert question in found.question
    assert found.entity in ("orders", "returns")


@pytest.mark.parametrize(
    ("headers", "kinds", "entity"),
    [
        ("Email,Date,Type", ("opened", "clicked"), "email_events"),
        ("Email,Date,Type", ("call", "meeting"), "activities"),
        ("id,date,email,kind,score", ("nps", "csat"), "surveys"),
        ("Order,Customer,Date,Reason,Amount", ("torn", "late"), None),
    ],
)
def test_where_headers_do_not_decide_the_cells_do_or_it_is_asked(
    book: Book, tmp_path: Path, headers: str, kinds: tuple[str, str], entity: str | None
) -> None:
    header = headers.split(",")
    cells = {"Email": "a@x.example", "email": "a@x.example", "Date": "2026-01-05", "date": "2026-01-05"}
    cells |= {"score": "4", "Amount": "5.00", "Customer": "C1"}
    rows = [
        [cells.get(one, kind if one in ("Type", "kind", "Reason") else kind[:1]) for one in header] for kind in kinds
    ]
    path = write_csv(tmp_path / "a.csv", header, rows)
    if entity is None:
        assert book.check(path).question == "a.csv could be returns or orders."
        with pytest.raises(UserError, match="Say which with --as returns or --as orders"):
            book.bring(path)
    else:
        assert book.bring(path).recognised_as == ENTITIES[entity].label


def test_the_kind_of_a_survey_stands_in_its_header(book: Book, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", ["Email", "NPS", "Comment", "Date"], [["a@x.example", "9", "", "2026-01-05"]])
    book.bring(path)
    assert book.ask("SELECT kind, score, scale FROM surveys") == [("nps", 9.0, 10)]


FORM = [
    ["2026-05-01 10:00", "ada@stone.example", "9", "Nothing at all"],
    ["2026-05-02 10:00", "ben@frost.example", "3", "Delivery was late"],
    ["2026-05-03 10:00", "cy@lake.example", "10", ""],
]


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("How likely are you to recommend us to a friend or colleague?", "nps"),
        ("Wie wahrscheinlich ist es, dass Sie uns weiterempfehlen?", "nps"),
        ("How satisfied are you with our service? (1-10)", "csat"),
    ],
)
def test_a_question_for_a_score_makes_a_form_a_survey(book: Book, tmp_path: Path, question: str, kind: str) -> None:
    header = ["Timestamp", "Email Address", question, "What could we do better?"]
    path = write_csv(tmp_path / "answers.csv", header, FORM)
    receipt = book.bring(path)
    assert receipt.recognised_as == "Surveys"
    assert receipt.mapping == dict(zip(header, ("answered_at", "customer_email", "score", "comment"), strict=True))
    assert any(question in warning and "by its question" in warning for warning in receipt.warnings)
    assert book.ask("SELECT kind, score, scale, comment FROM surveys ORDER BY answered_on")[1] == (
        *(kind, 3.0, 10),
        "Delivery was late",
    )
    assert counts(book.bring(path)) == (0, 0, 3, 0, 0)


def test_a_question_that_words_answer_is_no_score(book: Book, tmp_path: Path) -> None:
    header = ["Timestamp", "Email Address", "Why would you recommend us to others?", "Other"]
    path = write_csv(tmp_path / "answers.csv", header, [[*row[:2], row[3] or "Good", row[2]] for row in FORM])
    assert "score" not in book.check(path).receipt.mapping.values()


def test_the_scale_of_a_survey_is_told_from_its_scores(book: Book, tmp_path: Path) -> None:
    header = ["email", "survey", "score", "date"]
    rows = [["a@x.example", "csat", "4", "2026-05-01"], ["b@x.example", "csat", "2", "2026-05-01"]]
    rows += [["a@x.example", "nps", "7", "2026-05-01"], ["a@x.example", "CES", "6,5", "2026-05-02"]]
    book.bring(write_csv(tmp_path / "a.csv", header, rows))
    assert book.ask("SELECT kind, max(scale), min(scale) FROM surveys GROUP BY kind ORDER BY 1") == [
        ("ces", 7, 7),
        ("csat", 5, 5),
        ("nps", 10, 10),
    ]


def test_one_high_score_far_down_shows_the_scale_of_all_wherever_it_stands(book: Book, tmp_path: Path) -> None:
    header = ["email", "survey", "score", "date"]
    rows = [[f"a{n}@x.example", "csat", str(n % 5 + 1), "2026-05-01"] for n in range(400)]
    high = ["z@x.example", "csat", "9", "2026-05-02"]
    for name, written in (("below", [*rows, high]), ("above", [high, *rows])):
        path = write_csv(tmp_path / f"{name}.csv", header, written)
        check, receipt = book.check(path, source=name), book.bring(path, source=name)
        assert check.receipt.rows == receipt.rows and receipt.rows["inserted"] == 401
    assert book.ask("SELECT DISTINCT source, scale FROM surveys ORDER BY 1") == [("above", 10), ("below", 10)]


def test_a_score_above_its_scale_is_rejected(book: Book, tmp_path: Path) -> None:
    header = ["email", "survey", "score", "scale", "date"]
    rows = [["a@x.example", "csat", "4", "5", "2026-05-01"], ["b@x.example", "csat", "6", "5", "2026-05-01"]]
    rows += [["c@x.example", "nps", "11", "", "2026-05-01"], ["d@x.example", "csat", "250", "", "2026-05-01"]]
    receipt = book.bring(write_csv(tmp_path / "a.csv", header, rows))
    assert receipt.rows["inserted"] == 1
    assert receipt.reasons == {
        "score is above 5, the end of its scale": 1,
        "score is above 10, the end of its scale": 1,
        "score is above 100, the end of its scale": 1,
    }


def test_an_id_that_never_repeats_is_that_of_the_order(book: Book, tmp_path: Path) -> None:
    header = ["id", "email", "date", "amount"]
    rows = [["7", "a@x.example", "2026-01-05", "10.00"], ["8", "a@x.example", "2026-01-06", "20.00"]]
    book.bring(write_csv(tmp_path / "payments.csv", header, rows))
    assert book.ask("SELECT external_id FROM orders ORDER BY 1") == [("7",), ("8",)]
    changed = [[number, email, day, "11.00"] for number, email, day, _ in rows]
    receipt = book.bring(write_csv(tmp_path / "payments.csv", header, changed))
    assert (receipt.rows["updated"], receipt.rows["inserted"]) == (2, 0)


def test_an_id_that_repeats_is_not_that_of_the_order(book: Book, tmp_path: Path) -> None:
    header = ["id", "email", "date", "amount"]
    rows = [["7", "a@x.example", "2026-01-05", "10.00"], ["7", "a@x.example", "2026-01-06", "20.00"]]
    receipt = book.bring(write_csv(tmp_path / "purchases.csv", header, rows))
    assert receipt.rows["inserted"] == 2
    assert receipt.totals == {"USD": 3_000}
