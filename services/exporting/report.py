"""Every figure of the last check as one long table: what it is of, on which day, its name, its value."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any, BinaryIO

from models.values import words
from models.values.backtest import BacktestReport, Miss
from models.values.errors import UserError
from services.exporting.tables import neutral, write_file, write_table
from services.insight.reader import Reader, reading
from services.insight.report_card import MissKind, read_misses, read_report
from services.workspace import Workspace

COLUMNS = ("part", "of", "day", "figure", "value")
MISS_COLUMNS = ("customer_id", "name", "tier", "risk", "spent_12m_before", "currency")
_NO_CHECK = "No back-test yet. Run one on the Insights page, then export it."


def write_report_card(workspace: Workspace, path: Path, misses: MissKind | None = None) -> int:
    """Write the last check to a .csv or .xlsx file and return its number of rows.

    A .csv file has a figure a row. A workbook has a sheet for each part, with a column for each figure, as analysts
    read it.

    Parameters
    ----------
    misses
        Only who left unseen ("missed"), or was flagged and stayed ("alarmed"), a customer a row; None: every figure.

    Raises
    ------
    UserError
        There is no check yet, or the file is neither .csv nor .xlsx.
    EnvironmentFault
        The file cannot be written.
    """
    with reading(workspace) as reader:
        if misses is not None:
            return _write_misses(reader, misses, path)
        rows = list(_figures(reader, *_last(reader)))
    if path.suffix.lower() == ".csv":
        return write_table(COLUMNS, rows, path)
    return write_file(path, lambda file: _write_sheets(rows, file))


def _write_sheets(rows: list[tuple[Any, ...]], file: BinaryIO) -> int:
    from pandas import DataFrame, ExcelWriter, MultiIndex

    frame = DataFrame([map(neutral, row) for row in rows], columns=list(COLUMNS), dtype=object)
    with ExcelWriter(file, engine="openpyxl") as book:
        for part, figures in frame.groupby("part", sort=False):
            wide = figures.pivot(index=["of", "day"], columns="figure", values="value")
            order = MultiIndex.from_frame(figures[["of", "day"]].drop_duplicates())
            wide = wide.reindex(order, columns=figures["figure"].unique()).reset_index()
            told = wide[[name for name in wide.columns if name not in ("of", "day") or wide[name].ne("").any()]]
            told.to_excel(book, sheet_name=str(part), index=False, freeze_panes=(1, 0))
    return len(rows)


def _write_misses(reader: Reader, kind: MissKind, path: Path) -> int:
    """Write who was told wrongly, a customer a row; return how many they are."""
    report, _ = _last(reader)
    rows = (
        (one.customer_id, one.name, one.tier or "", one.risk,
         None if one.value_minor is None else _major(reader, one.value_minor), reader.currency)
        for one in read_misses(reader, report, kind).lines
    )  # fmt: skip
    return write_table(MISS_COLUMNS, rows, path, title="customers")


def _last(reader: Reader) -> tuple[BacktestReport, str]:
    """The last check, and the moment at which it was made."""
    found = read_report(reader, "backtest", BacktestReport.from_json)
    if found is None:
        raise UserError(_NO_CHECK)
    return found


def _figures(reader: Reader, report: BacktestReport, made_at: str) -> Iterator[tuple[Any, ...]]:
    beats = {True: "yes", False: "no", None: ""}[report.beats_rule]
    about = {"as_of": report.as_of, "made_at": made_at, "horizon_days": report.horizon_days, "label": report.label,
             "model": report.used, "why": report.why, "beats_rule": beats}  # fmt: skip
    for name, told in about.items():
        yield "back-test", "", "", name, told
    for model in report.models:
        for name, value in asdict(model.mean).items():
            yield "model", model.name, "", name, value
        for one in model.cutoffs:
            for name, value in asdict(one.measures).items():
                yield "model", model.name, one.cutoff, name, value
    for number, group in enumerate(report.calibration, 1):
        for name, value in asdict(group).items():
            yield "calibration", number, "", name, value
    for part, misses in (("missed churn", report.missed), ("false alarms", report.alarmed)):
        for miss in misses:
            yield from _miss(reader, part, miss)
    if report.clv is not None:
        figures = asdict(report.clv)
        cutoff, mae = figures.pop("cutoff"), figures.pop("mae")
        figures["mae"] = None if mae is None else _major(reader, round(mae))
        for name, value in figures.items():
            yield "lifetime value", "", cutoff, name, value


def _miss(reader: Reader, part: str, miss: Miss) -> Iterator[tuple[Any, ...]]:
    yield part, miss.customer_id, "", "risk", miss.risk
    if miss.value_minor is not None:
        yield part, miss.customer_id, "", "spent_12m_before", _major(reader, miss.value_minor)


def _major(reader: Reader, amount_minor: int) -> float:
    return float(words.major(amount_minor, reader.currency))
