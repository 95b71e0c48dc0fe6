"""A customer who said that they leave has one figure: in the queue, beside it, in lists, totals, metrics and files."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from app.cli import run_command
from models.values.customers import CustomerFilter
from models.values.metrics import Query
from models.values.words import money, money_short
from services import exporting
from services.alerting import resolve
from services.distress.matters import signs, teach
from services.distress.said_leaving import read_said
from services.insight import reading
from services.insight.customers import count_customers, read_customers
from services.insight.detail import read_detail
from services.insight.figure_formatting import figure_lines
from services.insight.profile import read_profile
from services.insight.queue_rows import read_queue
from services.insight.tile_figures import read_today_tiles
from services.metrics import Metrics
from services.reports import brief_of
from services.workspace import FixedClock, Workspace
from tests.views.books import opened, sample_copy

pytestmark = pytest.mark.usefixtures("no_replay")
SAID = {"They said that they are leaving", "They said that they may leave"}


@pytest.fixture
def sample(store_path: Path) -> Iterator[Workspace]:
    workspace = opened(sample_copy(store_path))
    yield workspace
    workspace.close()


def scores(workspace: Workspace) -> list[dict[str, Any]]:
    with workspace.store.read() as connection:
        found = connection.exec_driver_sql("SELECT * FROM customer_risk_scores").mappings()
        return [dict(row) for row in found]


def files(workspace: Workspace, what: str, folder: Path) -> dict[str, dict[str, str]]:
    """The rows of an export by customer."""
    path = folder / f"{what}.csv"
    exporting.write_export(workspace, what, path)
    with path.open(encoding="utf-8", newline="") as file:
        return {row["customer_id"]: row for row in csv.DictReader(file)}


def documents(capsys: pytest.CaptureFixture[str], *command: str) -> Any:
    capsys.readouterr()
    assert run_command([*command, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def calmest(workspace: Workspace) -> tuple[dict[str, Any], str]:
    """The score of an active customer with little at risk, and how the files call them."""
    active = [row for row in scores(workspace) if row["standing"] == "active" and not row["said_leaving"]]
    calm = min(active, key=lambda row: row["churn_risk"])
    with workspace.store.read() as connection:
        query = "SELECT external_id FROM customers WHERE id = ?"
        return calm, connection.exec_driver_sql(query, (calm["customer_id"],)).scalar_one()


def chat(folder: Path, key: str, customer: str, day: str) -> tuple[str, ...]:
    """The command that imports a chat in which a customer says that they leave."""
    path = folder / f"{key}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        head = ("conversation_id", "customer_id", "channel", "date", "text")
        csv.writer(file).writerows([head, (key, customer, "Chat", day, "We are leaving you next month.")])
    return "import", str(path), "--as", "conversations", "--source", "sample"


def test_one_figure_everywhere(sample: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = {row["customer_id"]: row for row in scores(sample) if row["said_leaving"]}
    assert said
    exported = {what: files(sample, what, tmp_path) for what in ("scores", "alerts", "customers")}
    store = ("--store", sample.recipe.store)
    told = {one["id"]: one for one in documents(capsys, "customers", "--limit", "1000", *store)["customers"]}
    alerts = {one["customer_id"]: one for one in documents(capsys, "alerts", "--all", *store)["alerts"]}
    with reading(sample) as reader:
        queue = {row.customer_id: row for row in read_queue(reader, beyond_budget=True).rows}
        first = read_customers(reader, sort="churn").rows[: len(said)]
        listed = {row.id: row for row in read_customers(reader, CustomerFilter(churn_from=0.99)).rows}
        assert {row.id for row in first} == set(said), "above any risk of a model"
        for number, row in said.items():
            assert row["clv_minor"] + row["value_at_risk_minor"] == row["clv_if_stays_minor"]
            minor, amount = row["value_at_risk_minor"], row["value_at_risk_minor"] / 100
            shown = [queue[number], listed[number]]
            detail, profile = read_detail(reader, queue[number].id), read_profile(reader, number)
            shown += [page.figures for page in (detail, profile) if page is not None]
            for page in (detail, profile):
                assert page is not None and page.drivers[0].label in SAID
                assert page.drivers[0].evidence.startswith("“") and page.drivers[0].points is None
            assert [(one.value_at_risk_minor, one.churn_risk) for one in shown] == [(minor, None)] * 4
            words = {queue[number].said, listed[number].said_leaving, shown[2].said_leaving, shown[3].said_leaving}
            words |= {told[number]["said_leaving"], alerts[number]["said_leaving"]}
            words |= {exported[what][str(number)]["said_leaving"] for what in ("alerts", "customers")}
            assert len(words) == 1 and words <= {"they are leaving", "they may leave"}
            assert words.pop() in exported["scores"][str(number)]["model"]
            assert {float(rows[str(number)]["value_at_risk"]) for rows in exported.values()} == {amount}
            assert {rows[str(number)]["churn_risk"] for rows in exported.values()} == {""}
            assert (told[number]["value_at_risk_minor"], told[number]["churn_risk"]) == (minor, None)
            assert (alerts[number]["value_at_risk"], alerts[number]["churn_risk"]) == (amount, None)
            lines = figure_lines(shown[3])
            assert any(f"at risk, 12 months: {money(minor, 'USD')} of " in line for line in lines)
            assert brief_of(sample, number, "Sample").left[0].lines == lines


def test_totals_count_what_the_rows_say(sample: Workspace) -> None:
    rows = [row for row in scores(sample) if row["standing"] == "active"]
    often = [row for row in rows if row["segment"] not in ("New", "One-time")]
    total = sum(row["value_at_risk_minor"] for row in often)
    bar = sample.policy.churn_warning
    high = [row for row in rows if row["said_leaving"] or (row["churn_risk"] or 0) >= bar]
    answer = Metrics(sample).answer(Query(("revenue_at_risk", "at_risk_customers")))
    assert [round(float(one)) for one in answer.rows[0]] == [total, len(high)]
    with reading(sample) as reader:
        assert count_customers(reader).value_at_risk_minor == total
        assert read_today_tiles(reader)[1].figure == money_short(total, "USD")


def test_words_count_for_whom_the_alerts_sign_names(sample: Workspace) -> None:
    with reading(sample) as reader:
        teach(reader.driver)
        days = {f"day_{back}": (reader.present - timedelta(days=back)).isoformat() for back in (14, 30, 180)}
        query = signs("customer_risk_scores").format(scope="")
        rows = reader.rows(query, {"as_of": reader.present.isoformat(), **days})
        assert {row["customer_id"] for row in rows if row["said"] is not None} == set(
            read_said(reader.driver, reader.present)
        )


def test_an_import_that_brings_words_is_undone_with_what_they_changed(
    sample: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    calm, key = calmest(sample)
    store = ("--store", sample.recipe.store)
    brought = documents(capsys, *chat(tmp_path, "C-9001", key, calm["as_of"]), *store)
    row = next(one for one in scores(sample) if one["customer_id"] == calm["customer_id"])
    assert (row["churn_risk"], row["value_at_risk_minor"]) == (None, round(0.9 * row["clv_if_stays_minor"]))
    documents(capsys, "undo-import", str(brought[0]["import_id"]), *store)
    figures = ("churn_risk", "clv_minor", "value_at_risk_minor", "said_leaving")
    after = next(one for one in scores(sample) if one["customer_id"] == calm["customer_id"])
    assert [after[name] for name in figures] == [calm[name] for name in figures]


def test_words_that_come_after_their_alert_was_closed_are_not_answered_by_that(
    sample: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    calm, key = calmest(sample)
    who, first = calm["customer_id"], date.fromisoformat(calm["as_of"])
    store = ("--store", sample.recipe.store)

    def said() -> str | None:
        row = next(one for one in scores(sample) if one["customer_id"] == who)
        return json.loads(row["said_leaving"])["on"] if row["said_leaving"] else None

    def day(days: int) -> str:
        """A day after the book's last, on which the clock stands from now on."""
        on = first + timedelta(days=days)
        monkeypatch.setenv("BELLWETHER_NOW", f"{on}T09:00:00+00:00")
        return str(on)

    day(1)
    documents(capsys, *chat(tmp_path, "C-9001", key, str(first)), *store)
    assert said() == str(first)
    alerts = documents(capsys, "alerts", "--all", *store)["alerts"]
    later = replace(sample, clock=FixedClock(datetime.fromisoformat(f"{day(2)}T09:00:00+00:00")))
    resolve(later, [one["id"] for one in alerts if one["customer_id"] == who], "saved")
    assert said() is None
    day(3)
    documents(capsys, *chat(tmp_path, "C-9002", key, str(first + timedelta(days=1))), *store)
    assert said() == str(first + timedelta(days=1)), "written before the alert was closed, known after"
