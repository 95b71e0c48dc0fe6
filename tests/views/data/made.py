"""Made-up checks and receipts: what the Data page's parts are tested against."""

from __future__ import annotations

from models.values.alerts import AlertRow, Severity
from models.values.imports import (
    ColumnProposal,
    ImportRecord,
    ImportRequest,
    Preview,
    PreviewCell,
    PreviewRow,
    Receipt,
    Verdict,
)
from models.values.meanings import Doubt, Meaning, Reading
from models.values.reading import Conclusion, ReadingChoice, ReadingOption
from models.values.reading import Reading as FileReading

HEADERS = (
    ("Name", "order_id", "Order"),
    ("Created at", "ordered_at", "Ordered at"),
    ("Email", "customer_email", "Customer email"),
    ("Total", "amount", "Amount"),
    ("Lineitem name", "product_name", "Product"),
    ("Quantity", "quantity", "Qty"),
    ("Source", "channel", "Channel"),
    ("Note", "", ""),
    ("Tags", "", ""),
)
_VERDICTS: tuple[Verdict, ...] = ("unchanged", "new", "changed", "new", "rejected", "new", "ignored", "new")
READING = FileReading(
    (
        Conclusion("encoding", "UTF-8", "all of its letters are valid", 1.0),
        Conclusion(
            "delimiter",
            "comma",
            "it cuts rows into 9 columns that are alike",
            0.9,
            (ReadingOption("semicolon, 9 columns", ReadingChoice(delimiter=";"), "--delimiter ';'"),),
        ),
        Conclusion("quote", "quotation marks", "they appear at the start and end of cells", 0.9),
        Conclusion("header", "row 1 names the columns", "what stands below it is of another kind", 0.9),
    ),
    ReadingChoice(),
)
ROWS = {"read": 48_230, "inserted": 31_406, "updated": 412, "unchanged": 16_280, "rejected": 113, "ignored": 19}


def receipt(rows: dict[str, int] | None = None, *, import_id: int | None = None, file: str = "orders.csv") -> Receipt:
    """A receipt whose rows add up."""
    return Receipt(
        file=f"/exports/{file}",
        recognised_as="Shop orders",
        import_id=import_id,
        dialect={"encoding": "utf-8", "delimiter": ","},
        mapping={column: field for column, field, _label in HEADERS if field},
        rows=dict(rows or ROWS),
        entities={
            "order_lines": {"inserted": 31_406, "updated": 412, "unchanged": 16_280},
            "orders": {"inserted": 14_283, "updated": 187, "unchanged": 7_404},
            "customers": {"inserted": 207, "updated": 1_306, "unchanged": 7_808},
        },
        customers={"matched": 9_114, "created": 207},
        totals={"USD": 250_031_563},
        reasons={"Created at is not a date or time": 71, "Email has no domain ending": 29, "Total is empty": 13},
        rejects_file="/book/rejects/orders.rejects.csv",
        warnings=("Times without a zone were taken as this computer's.",),
        seconds=8.4,
        ignored_reasons={"test orders": 12, "empty lines": 7},
    )


def row(line: int) -> PreviewRow:
    """One row of the file; its verdict follows from its number."""
    verdict = _VERDICTS[line % len(_VERDICTS)]
    fault = "Not a time of day" if verdict == "rejected" else ""
    before = "214.00" if verdict == "changed" else None
    cells = (
        PreviewCell(f"#W{61_000 + line}"),
        PreviewCell("07/11/2026 31:15" if fault else f"2026-11-14 09:{line % 60:02d}:40 -0800", fault),
        PreviewCell(f"info{line}@quarry.example"),
        PreviewCell(f"{line % 900}.50", before=before),
        PreviewCell("Cotton twill, 20 m"),
        PreviewCell(str(line % 9 + 1)),
        PreviewCell("web"),
        PreviewCell(""),
        PreviewCell("spring"),
    )
    return PreviewRow(line, verdict, fault, cells)


def preview(count: int = 200, *, question: str = "", kind: str = "", doubts: tuple[Doubt, ...] = ()) -> Preview:
    """A check of a file of orders."""
    samples = [row(line) for line in range(1, 20)]
    columns = tuple(
        ColumnProposal(
            column,
            field,
            tuple((f, words) for _c, f, words in HEADERS if f),
            tuple(one.cells[place].text for one in samples),
            "by its header",
        )
        for place, (column, field, _words) in enumerate(HEADERS)
    )
    return Preview(
        file="/exports/orders.csv",
        receipt=receipt(),
        recognised_words="Shop orders",
        dialect_words="UTF-8, comma · amounts in USD",
        span_words="3 Jan 2025 to 20 Nov 2026",
        entity="orders",
        entities=(("orders", "Orders"), ("returns", "Returns"), ("customers", "Customers")),
        columns=columns,
        rows=tuple(row(line) for line in range(1, count + 1)),
        question=question or (doubts[0].question if doubts else ""),
        question_kind=kind,  # type: ignore[arg-type]
        meanings=tuple(Meaning(one.column, "date", "dates", 0.5, doubts=(one,), filled=1_615) for one in doubts),
        doubts=doubts,
        reading=READING,
        stamp="1-2",
    )


def doubt(column: str = "Created at") -> Doubt:
    """Dates that may be read in two ways."""
    ways = (Reading("dmy", "day first: 03/04/2026 is 3 April 2026", 1_615), Reading("mdy", "month first", 1_203))
    return Doubt("date_order", column, "Days such as 03/04/2026 can be read in two ways.", ways)


def request(file: str = "/exports/orders.csv") -> ImportRequest:
    """A request for a file, nothing decided."""
    return ImportRequest("/book/book.db", file, "2026-11-21T10:00:00Z", "Ines", dry_run=True)


def record(number: int, *, undone: bool = False) -> ImportRecord:
    """One line of the history."""
    return ImportRecord(
        id=number,
        file_name=f"export_{number}.csv",
        finished_at="2026-11-18T10:00:00Z",
        when_words="18 Nov",
        recognised_as="Shop orders",
        rows={"read": 1_140, "inserted": 1_000, "updated": 100, "unchanged": 38, "rejected": 2, "ignored": 0},
        seconds=1.2,
        undone=undone,
        overwritten_by=None,
        receipt=receipt(import_id=number, file=f"export_{number}.csv"),
    )


def alert(number: int, severity: Severity = Severity.HIGH) -> AlertRow:
    """One alert of the queue."""
    return AlertRow(
        id=number, customer_id=number, customer=f"Calder & Finch {number}", severity=severity, kind="risk",
        state="open", rule="gap", reason="No order for 58 days; the usual gap is 18", due_at=None, due_words="Mon",
        due_aloud="due Mon",
        due_within_hour=False, breached=False, value_at_risk_minor=314_000 - number, upside_minor=0, currency="USD",
        churn_risk=0.4, tier="Gold", owner=None, sparkline=(), until=None, group="today",
    )  # fmt: skip
