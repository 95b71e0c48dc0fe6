"""The exports as files: each system of the retailer writes a dialect of its own, as real ones do."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO


@dataclass(frozen=True, slots=True)
class Export:
    """One file's name, header and dialect."""

    name: str
    header: tuple[str, ...]
    delimiter: str = ","
    encoding: str = "utf-8"
    newline: str = "\n"
    quote_all: bool = False


def _columns(text: str) -> tuple[str, ...]:
    return tuple(text.split(","))


CUSTOMERS = Export(
    "customers.csv",
    _columns(
        "Customer ID,Name,Email,Phone,Company,City,Region,Country,Tier,Owner,Signed up on,Email consent,"
        "Consent since,Preferences,Renews on"
    ),
)
CONTACTS = Export(
    "contacts.csv",
    _columns(
        "Contact ID,Customer ID,Name,Role,Email,Phone,Email consent,Consent since,Primary contact,Preferred channel,"
        "Preferred hours"
    ),
)
PRODUCTS = Export("products.csv", _columns("SKU,Product,Category,Price,Currency"), quote_all=True)
ORDERS = Export(
    "orders.csv",
    _columns(
        "Order ID,Customer ID,Ordered at,Channel,SKU,Product,Category,Quantity,Unit price,Discount,Line total,Currency"
    ),
    newline="\r\n",
)
RETURNS = Export(
    "returns.csv",
    _columns("Return ID,Order ID,Customer ID,Returned on,SKU,Product,Quantity,Refund amount,Currency,Reason"),
)
TICKETS = Export(
    "tickets.csv",
    _columns(
        "Ticket ID,Customer ID,Subject,Description,Type,Channel,Status,Priority,Sentiment,Opened at,Resolved at,"
        "Satisfaction,Agent,Reopens"
    ),
    delimiter=";",
    encoding="cp1252",
    newline="\r\n",
)
REVIEWS = Export(
    "reviews.csv",
    _columns("Review ID,Customer ID,SKU,Product,Rating,Title,Review,Reviewed on,Verified"),
    encoding="utf-8-sig",
    newline="\r\n",
    quote_all=True,
)
EMAIL_EVENTS = Export(
    "email_events.tsv",
    _columns("Event ID,Customer ID,Email,Message ID,Campaign,Campaign type,Subject,Event,At"),
    delimiter="\t",
)
OPPORTUNITIES = Export(
    "opportunities.csv",
    _columns(
        "Opportunity ID,Customer ID,Name,Kind,Stage,Amount,Currency,Probability,Opened on,Closes on,Owner,Origin,"
        "Loss reason"
    ),
)
STAGE_CHANGES = Export("stage_changes.csv", _columns("Opportunity ID,From stage,To stage,Changed at,Changed by"))
ACTIVITIES = Export("activities.csv.gz", _columns("Activity ID,Customer ID,Kind,At,Duration seconds,Subject"))
FIT_SCANS = Export(
    "fit_scans.csv",
    _columns("Scan ID,Customer ID,Scanned at,Chest cm,Waist cm,Hip cm,Inseam cm,Recommended size"),
)
SURVEYS = Export("surveys.csv", _columns("Response ID,Customer ID,Survey,Score,Scale,Comment,Answered on"))
CONVERSATIONS = Export(
    "conversations.csv",
    _columns("Conversation ID,Customer ID,Channel,Direction,Message,At"),
    delimiter=";",
    newline="\r\n",
)
# In this order a file finds what it refers to.
EXPORTS = (
    CUSTOMERS,
    CONTACTS,
    PRODUCTS,
    ORDERS,
    RETURNS,
    TICKETS,
    REVIEWS,
    EMAIL_EVENTS,
    OPPORTUNITIES,
    STAGE_CHANGES,
    ACTIVITIES,
    FIT_SCANS,
    SURVEYS,
    CONVERSATIONS,
)


class ExportFiles:
    """The open exports of one book; a context manager.

    Attributes
    ----------
    rows
        Data rows written so far, by file name.
    """

    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self._directory = directory
        self._open: dict[str, IO[str]] = {}
        self._stack = ExitStack()
        self.rows: dict[str, int] = {}

    def __enter__(self) -> ExportFiles:
        for export in EXPORTS:
            self._open[export.name] = self._begin(export)
            self.rows[export.name] = 0
            self._write(export, [export.header])
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()
        for name, count in self.rows.items():
            if count == 0:  # a header without rows is no export: the import would refuse it
                (self._directory / name).unlink()

    @property
    def paths(self) -> tuple[Path, ...]:
        """The files that have rows, in the order in which to import them."""
        return tuple(self._directory / export.name for export in EXPORTS if self.rows[export.name])

    def write(self, export: Export, rows: Iterable[Sequence[str]]) -> None:
        """Append rows to a file."""
        listed = list(rows)
        self._write(export, listed)
        self.rows[export.name] += len(listed)

    def _write(self, export: Export, rows: Iterable[Sequence[str]]) -> None:
        csv.writer(
            self._open[export.name],
            delimiter=export.delimiter,
            lineterminator=export.newline,
            quoting=csv.QUOTE_ALL if export.quote_all else csv.QUOTE_MINIMAL,
        ).writerows(rows)

    def _begin(self, export: Export) -> IO[str]:
        path = self._directory / export.name
        if path.suffix != ".gz":
            return self._stack.enter_context(path.open("w", encoding=export.encoding, newline=""))
        raw = self._stack.enter_context(path.open("wb"))
        # Neither name nor time in the gzip header: the same seed gives the same bytes.
        packed = gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0, compresslevel=4)
        return self._stack.enter_context(io.TextIOWrapper(packed, encoding=export.encoding, newline=""))
