"""What went wrong with the tenth set of exports written by somebody who had not seen the code, in files of its kind."""

from __future__ import annotations

from pathlib import Path

from tests.services.sync.book import Book, counts, write_csv


def test_messages_of_a_conversation_are_known_by_their_own_number(book: Book, tmp_path: Path) -> None:
    head = [
        "Thread ID",
        "Message ID",
        "Direction",
        "Message date",
        "Author",
        "Contact name",
        "Contact handle",
        "Extract",
    ]
    rows = [
        [f"T{n // 3}", f"M{n}", ("inbound", "outbound")[n % 2], f"2026-05-0{n + 1} 10:00:00", "Kim" if n % 2 else "Ada",
         "Ada Stone", "ada@x.example", f"words number {n}"]
        for n in range(6)
    ]  # fmt: skip
    receipt = book.bring(write_csv(tmp_path / "messages.csv", head, rows))
    assert receipt.recognised_as == "Conversations" and counts(receipt) == (6, 0, 0, 0, 0)
    assert book.ask("SELECT name, email FROM customers") == [("Ada Stone", "ada@x.example")]


def test_lines_below_the_first_of_an_order_belong_to_it(book: Book, tmp_path: Path) -> None:
    head = ["Order Reference", "Order Date", "Customer", "Order Lines/Product", "Order Lines/Quantity",
            "Order Lines/Unit Price", "Order Lines/Subtotal", "Total"]  # fmt: skip
    rows = [
        ["S1", "2026-02-26", "Linden", "Desk", "2", "500", "1000", "1482"],
        ["", "", "", "Chair", "4", "120.5", "482", ""],
        ["S2", "2026-03-12", "Marlow", "Pen", "1", "3", "3", "3"],
    ]
    receipt = book.bring(write_csv(tmp_path / "sale_lines.csv", head, rows))
    assert counts(receipt) == (3, 0, 0, 0, 0)
    found = "SELECT o.external_id, l.product_name, l.amount_minor FROM orders o JOIN order_lines l ON l.order_id = o.id"
    assert book.ask(f"{found} ORDER BY l.id") == [("S1", "Desk", 100_000), ("S1", "Chair", 48_200), ("S2", "Pen", 300)]


def test_the_time_of_an_appointment_goes_with_its_day(book: Book, tmp_path: Path) -> None:
    head = ["Appt Date", "Start Time", "Customer", "Customer ID", "Service", "Duration (min)"]
    rows = [["5/20/2026", "10:30 AM", "Ada", "C1", "Cut", "30"], ["5/21/2026", "2:05 PM", "Bo", "C2", "Dye", "90"]]
    book.bring(write_csv(tmp_path / "appointments.csv", head, rows))
    assert book.ask("SELECT happened_on, happened_at FROM activities ORDER BY id") == [
        ("2026-05-20", "2026-05-20T10:30:00Z"), ("2026-05-21", "2026-05-21T14:05:00Z"),
    ]  # fmt: skip


def test_of_a_day_and_the_moment_on_it_the_moment_counts(book: Book, tmp_path: Path) -> None:
    head = ["activity_id", "account_id", "event_type", "event_date", "event_ts"]
    rows = [[f"{n}", f"A{n}", "login", f"2026-05-0{n}", f"2026-05-0{n} 08:0{n}:00"] for n in range(1, 5)]
    receipt = book.bring(write_csv(tmp_path / "activity.csv", head, rows))
    assert receipt.mapping["event_ts"] == "happened_at"


def test_memberships_with_a_number_and_a_term_are_contracts_and_their_total_is_none(book: Book, tmp_path: Path) -> None:
    head = ["Customer ID", "Customer Name", "Customer Email", "Membership ID", "Status", "From", "To", "Billing Amount",
            "Sold On", "Business Unit"]  # fmt: skip
    rows = [
        [f"{n}", f"Ada{n} Stone", f"a{n}@x.example", f"38{n}", "Active", "2026-04-23", "2027-04-23", "150",
         "2026-04-23", "Plumbing"]
        for n in range(100, 104)
    ]  # fmt: skip
    rows.append(["Total (4)", "", "", "4", "", "", "", "600", "", ""])
    receipt = book.bring(write_csv(tmp_path / "memberships.csv", head, rows))
    assert receipt.recognised_as == "Contracts" and counts(receipt) == (4, 0, 0, 0, 1)


def test_a_state_of_mostly_known_statuses_is_no_region(book: Book, tmp_path: Path) -> None:
    head = ["subscription_id", "account_code", "account_email", "state", "activated_at", "expires_at"]
    states = ["active", "canceled", "expired", "future"]
    rows = [[f"S{n}", f"A{n}", f"a{n}@x.example", one, "2026-01-05", "2027-01-05"] for n, one in enumerate(states)]
    receipt = book.bring(write_csv(tmp_path / "subscriptions.csv", head, rows))
    assert receipt.mapping["state"] == "status"


def test_a_french_list_of_returns_is_one(book: Book, tmp_path: Path) -> None:
    head = ["N° retour", "Reçu le", "N° cde", "Date cde", "Client", "Courriel", "Désignation", "Qté", "Motif", "État",
            "Avoir (€)", "Traité par"]  # fmt: skip
    rows = [
        [f"R{n}", f"1{n}/03/2026", f"C{n}", f"0{n}/03/2026", f"STEIN Ada{n}", f"a{n}@x.example", "Tasse", "1", "cassé",
         "neuf", "12,50", "Léa"]
        for n in range(1, 4)
    ]  # fmt: skip
    receipt = book.bring(write_csv(tmp_path / "retours_2026.csv", head, rows, delimiter=";"))
    assert receipt.recognised_as == "Returns"
    assert book.ask("SELECT DISTINCT kind, amount_minor, of_external_id IS NOT NULL FROM orders") == [
        ("return", -1250, 1)
    ]


def test_of_days_on_which_a_deal_was_won_or_lost_neither_is_lost(book: Book, tmp_path: Path) -> None:
    head = ["id", "lead_name", "contact_name", "status_label", "value", "date_created", "date_won", "date_lost"]
    rows = [["1", "Linden", "Ada", "Won", "50", "2026-01-05", "2026-02-01", ""],
            ["2", "Marlow", "Bo", "Lost", "60", "2026-01-06", "", "2026-02-05"]]  # fmt: skip
    book.bring(write_csv(tmp_path / "opportunities.csv", head, rows))
    assert book.ask("SELECT closes_on FROM opportunities ORDER BY id") == [("2026-02-01",), ("2026-02-05",)]
    assert book.ask("SELECT name FROM customers ORDER BY id") == [("Linden",), ("Marlow",)]
