"""Scores, alerts and customers as files for other programs: CSV, or XLSX through openpyxl.

A text that a spreadsheet would take for a formula gets an apostrophe before it; numbers stay numbers, so that negative
amounts and sums still work (CWE-1236). Money is in major units, risks are 0–1.
"""

from __future__ import annotations

import csv
import io
import itertools
import json
import secrets
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO

from models.queries.churn_status import renews_on
from models.values import words
from models.values.alerts import Severity
from models.values.cells import guarded
from models.values.errors import EnvironmentFault, UserError, unwritable
from models.values.overrides import FIGURES
from models.values.said_leaving import said_words
from services.book.disclosures import EXPORTED, note_disclosure
from services.insight.lines import read_lines
from services.insight.queue_marks import AT_RISK, CHURN
from services.insight.queue_rows import OPEN_ALERTS
from services.insight.reader import Reader, reading
from services.scoring.phrasing import reasons_in_words
from services.workspace import Workspace

WHATS = ("scores", "alerts", "customers")
SCORE_COLUMNS = (
    "customer_id", "external_id", "name", "as_of", "engagement", "health", "churn_risk", "churn_horizon_days", "clv",
    "clv_low", "clv_high", "clv_horizon_months", "currency", "value_at_risk", "segment", "trend", "confidence", "model",
    "drivers",
)  # fmt: skip
ALERT_COLUMNS = (
    "id", "customer_id", "external_id", "customer", "severity", "kind", "rule", "reason", "state", "value_at_risk",
    "upside", "currency", "churn_risk", "opened_at", "due_at", "owner",
    "said_leaving",
)  # fmt: skip
CUSTOMER_COLUMNS = (
    "customer_id", "source", "external_id", "name", "company", "email", "phone", "city", "region", "country", "tier",
    "owner", "signed_up_on", "email_consent", "email_consent_since", "renews_on", "segment", "engagement", "health",
    "churn_risk", "value_at_risk", "currency", "last_order_on", "days_since_last_order", "orders", "spend_12m",
    "left_on", "said_leaving",
)  # fmt: skip
_MOST_XLSX_ROWS = 1_048_575
_MOST_XLSX_CELL = 32_767


def write_export(workspace: Workspace, what: str, path: Path) -> int:
    """Write ``what`` to ``path`` (.csv or .xlsx) and return how many rows it has.

    Raises
    ------
    UserError
        For something else to export, another kind of file, or too many rows for a sheet.
    EnvironmentFault
        If the file cannot be written; one that was there before is then as it was.
    """
    with reading(workspace) as reader:
        columns, rows = table_of(reader, what)
        return write_table(columns, rows, path, title=what)


def refuse_export(workspace: Workspace, path: Path) -> None:
    """Refuse an export that IT does not allow, or that would be written where the book reads from.

    Raises
    ------
    NotAllowed
        IT does not allow exports on this computer.
    UserError
        The book was imported from this file, or imports what lands in its folder.
    """
    workspace.managed.limits.refuse_export()
    place = path.resolve()
    watched = map(Path, workspace.preferences.watched_for(workspace.recipe.store))
    if any(place.is_relative_to(folder.resolve()) for folder in watched):
        raise UserError(
            f"“{place.parent.name}” is a watched folder: an export there would be imported. Choose another folder."
        )
    with reading(workspace) as reader:
        if reader.value("SELECT EXISTS (SELECT 1 FROM imports WHERE file_path = ?)", (str(place),)):
            raise UserError(f"Your book was imported from {place.name}. Choose another name for the export.")


@contextmanager
def exporting(workspace: Workspace, path: Path) -> Iterator[None]:
    """Refuse an export as `refuse_export` does; what is then written to ``path`` is noted as having left.

    Raises
    ------
    NotAllowed, UserError
        As `refuse_export` does.
    EnvironmentFault
        The book could not note it; the file is there.
    """
    refuse_export(workspace, path)
    yield
    note_export(workspace, path)


def note_export(workspace: Workspace, path: Path) -> None:
    """Note an export that was written as having left; a look back at an earlier day is noted in the book itself."""
    size = path.stat().st_size
    words = f"Exported {path.name}"
    to = str(path.absolute())
    note_disclosure(workspace, EXPORTED, f"file:{path.name}", words, to=to, size=size, fields=_columns(path))


def _columns(path: Path) -> list[str]:
    if path.suffix.lower() != ".csv":
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return next(csv.reader(file), [])


def table_of(reader: Reader, what: str) -> tuple[tuple[str, ...], Iterator[tuple[Any, ...]]]:
    """Return the columns and the rows of what can be exported, values as they are (numbers as numbers).

    Raises
    ------
    UserError
        For anything else than scores, alerts or customers.
    """
    if what == "scores":
        return SCORE_COLUMNS, _scores(reader)
    if what == "alerts":
        return ALERT_COLUMNS, _alerts(reader)
    if what == "customers":
        return CUSTOMER_COLUMNS, _customers(reader)
    raise UserError(f"“{what}” cannot be exported; choose scores, alerts or customers.")


def write_table(
    columns: Sequence[str], rows: Iterable[Sequence[Any]], path: Path, *endings: str, title: str = "export"
) -> int:
    """Write a table to ``path`` (.csv or .xlsx) and return the number of rows; see `write_file`."""
    if path.suffix.lower() == ".csv":
        return write_file(path, lambda file: _write_csv(columns, rows, file), *endings)
    return write_file(path, lambda file: _write_xlsx(columns, rows, file, title), *endings)


def write_file(path: Path, write: Callable[[BinaryIO], int], *endings: str) -> int:
    """Let ``write`` fill a file beside ``path``, put it in its place when it is whole, and return what ``write`` does.

    Raises
    ------
    UserError
        If ``path`` has none of the ``endings``; without any named it ends in .csv or in .xlsx.
    EnvironmentFault
        If the file cannot be written; one that was there before is then as it was.
    """
    suffix = path.suffix.lower()
    if endings and suffix not in endings:
        raise UserError(f"{path.name} is not a {endings[0]} file; give the file this ending.")
    if not endings and suffix not in (".csv", ".xlsx"):
        raise UserError(f"{path.name} is neither a .csv nor an .xlsx file; give the file one of these endings.")
    half = path.with_name(f".{path.name}.{secrets.token_hex(4)}{suffix}")
    try:
        with half.open("xb") as file:  # as readable as the person's umask says, or as the file that it replaces
            if path.exists():
                half.chmod(stat.S_IMODE(path.stat().st_mode))
            written = write(file)
        half.replace(path)
    except OSError as error:
        raise EnvironmentFault(f"{unwritable(path, error)} Nothing was lost; choose another place.") from error
    finally:
        with suppress(OSError):
            half.unlink(missing_ok=True)
    return written


def neutral(value: Any) -> Any:
    """Return a cell that no spreadsheet takes for a formula; only texts are ever changed."""
    return guarded(value) if isinstance(value, str) else value


def sheet_cell(value: Any) -> Any:
    """Return a value as a cell of a workbook: guarded, and without what a workbook cannot hold."""
    if not isinstance(value, str):
        return value
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    return ILLEGAL_CHARACTERS_RE.sub("", neutral(value))[:_MOST_XLSX_CELL]


def _write_csv(columns: Sequence[str], rows: Iterable[Sequence[Any]], file: BinaryIO) -> int:
    text = io.TextIOWrapper(file, encoding="utf-8", newline="")
    writer = csv.writer(text)
    writer.writerow(columns)
    written = 0
    for chunk in _batched(rows, 2000):
        writer.writerows([[neutral(value) for value in row] for row in chunk])
        written += len(chunk)
    text.flush()
    text.detach()
    return written


def _batched(rows: Iterable[Sequence[Any]], size: int) -> Iterator[list[Sequence[Any]]]:
    iterator = iter(rows)
    while chunk := list(itertools.islice(iterator, size)):
        yield chunk


def _write_xlsx(columns: Sequence[str], rows: Iterable[Sequence[Any]], file: BinaryIO, title: str) -> int:
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet(title[:31])
    sheet.freeze_panes = "A2"
    sheet.append(list(columns))
    written = 0
    for row in rows:
        written += 1
        if written > _MOST_XLSX_ROWS:
            raise UserError(f"A sheet holds {_MOST_XLSX_ROWS:,} rows and there are more; export to a .csv file.")
        sheet.append([sheet_cell(value) for value in row])
    book.save(file)
    return written


def _major(amount_minor: int | None, currency: str) -> float | int | None:
    if amount_minor is None:
        return None
    value = words.major(amount_minor, currency)
    return int(value) if value == value.to_integral_value() else float(value)


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)


def _scores(reader: Reader) -> Iterator[tuple[Any, ...]]:
    for row in reader.each(
        """SELECT s.*, c.external_id, c.name FROM customer_risk_scores s JOIN customers c ON c.id = s.customer_id
            ORDER BY s.customer_id"""
    ):
        yield score_row(dict(row), reader.currency)


def score_row(score: dict[str, Any], reporting: str) -> tuple[Any, ...]:
    """Return one line of the scores' export.

    Parameters
    ----------
    score
        The fields of ``customer_risk_scores`` with the customer's ``external_id`` and ``name``.
    reporting
        The reporting currency, for a score without one.
    """
    currency = score["currency"] or reporting
    return (
        score["customer_id"], score["external_id"], score["name"], score["as_of"], _rounded(score["engagement"], 2),
        _rounded(score["health"], 2), _rounded(score["churn_risk"], 6), score["churn_horizon_days"],
        _major(score["clv_minor"], currency), _major(score["clv_low_minor"], currency),
        _major(score["clv_high_minor"], currency), score["clv_horizon_months"], currency,
        _major(score["value_at_risk_minor"], currency), score["segment"], score["trend"], score["confidence"],
        _model(score), _reasons(score["drivers"]),
    )  # fmt: skip


def _reasons(drivers: str | None) -> str | None:
    return json.dumps(reasons_in_words(drivers), ensure_ascii=False) if drivers is not None else None


def _model(score: dict[str, Any]) -> str:
    """Return the model's name, and after it what counts in place of its figures: what they said, or a person set."""
    by_hand = json.loads(score["overridden"] or "{}")
    titles = [title for figure, title in FIGURES.items() if figure in by_hand]
    instead = [f"they said that {said}"] if (said := said_words(score["said_leaving"])) else []
    instead += [f"{', '.join(titles)} overridden"] if titles else []
    return "; ".join([score["model"], *instead])


def _alerts(reader: Reader) -> Iterator[tuple[Any, ...]]:
    found = reader.rows(
        f"""SELECT a.*, c.external_id, c.name, c.owner AS customer_owner,
                   {AT_RISK} AS at_risk, {CHURN} AS churn, s.said_leaving
              FROM alerts a LEFT JOIN customers c ON c.id = a.customer_id
              LEFT JOIN customer_risk_scores s ON s.customer_id = a.customer_id
             WHERE {OPEN_ALERTS} ORDER BY COALESCE(a.due_at, '9999'), a.expected_value_minor DESC, a.id"""
    )
    lines = read_lines(reader, found)
    for row in found:
        currency = row["currency"] or reader.currency
        yield (
            row["id"], row["customer_id"], row["external_id"], row["name"], Severity(row["severity"]).name.lower(),
            row["kind"], row["rule"], lines[row["id"]].words, row["state"],
            _major(row["at_risk"], currency), _major(row["upside_minor"], currency), currency,
            _rounded(row["churn"], 6), row["opened_at"], row["due_at"], row["owner"] or row["customer_owner"],
            said_words(row["said_leaving"]) or None,
        )  # fmt: skip


def _customers(reader: Reader) -> Iterator[tuple[Any, ...]]:
    for row in reader.each(
        f"""SELECT c.*, {renews_on("s.as_of")} AS renews_on, s.left_on, s.said_leaving,
                  s.segment, s.engagement, s.health, s.churn_risk,
                  s.value_at_risk_minor, s.currency,
                  s.last_order_on, s.days_since_last_order, s.order_count, s.spend_12m_minor
             FROM customers c LEFT JOIN customer_risk_scores s ON s.customer_id = c.id ORDER BY c.id"""
    ):
        currency = row["currency"] or reader.currency
        yield (
            row["id"], *(row[name] for name in CUSTOMER_COLUMNS[1:17]), _rounded(row["engagement"], 2),
            _rounded(row["health"], 2), _rounded(row["churn_risk"], 6), _major(row["value_at_risk_minor"], currency),
            currency, row["last_order_on"], row["days_since_last_order"], row["order_count"],
            _major(row["spend_12m_minor"], currency), row["left_on"], said_words(row["said_leaving"]) or None,
        )  # fmt: skip
