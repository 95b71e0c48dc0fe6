"""What IT has set holds, whatever the window, a command, the environment or a person's own file says."""

from __future__ import annotations

import os
import plistlib
from collections.abc import Iterator
from dataclasses import is_dataclass
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication

from app import bootstrap, paths
from app.cli import run_command
from app.cli.frame import NOT_ALLOWED
from models.values.errors import NotAllowed
from services.settings import (
    FieldError,
    Policy,
    Preferences,
    WatchedFolder,
    change_policy,
    default_path,
    load_preferences,
    save_preferences,
)
from services.settings.codec import decode_field, hints_of
from services.settings.declared import CHOICES, RANGES, SECTIONS, declared, without_none
from services.workspace import Recipe, open_workspace
from tests.services.sync.book import write_csv
from views.background import Background
from views.shell.remembered import Remembered

NOW = "2026-11-20T09:00:00+00:00"
_PROFILE = {"name": "House", "base_url": "https://models.acme.example/v1", "model": "m"}
#: Of settings that are tables or lists: IT's value, and another one that a person might like better.
TABLES: dict[str, tuple[Any, Any]] = {
    "engagement_threshold_by_segment": ([{"segment": "Loyal", "figure": 40}], [{"segment": "Loyal", "figure": 9}]),
    "churn_threshold_by_segment": ([{"segment": "Loyal", "figure": 0.4}], [{"segment": "Loyal", "figure": 0.9}]),
    "incentive_share_by_segment": ([], [{"segment": "Loyal", "figure": 0.9}]),
    "tone_by_segment": ([], [{"segment": "Loyal", "tone": "formal"}]),
    "engagement_weights": ({"recency": 0.3, "frequency": 0.3}, {"recency": 0.2, "frequency": 0.4}),
    "health_weights": ({"recency": 0.2, "frequency": 0.3}, {"recency": 0.1, "frequency": 0.4}),
    "engagement_curves": ({"recency": {"points": [[0, 100], [9, 0]]}}, {"recency": {"points": [[0, 100], [2, 0]]}}),
    "health_curves": ({"recency": {"points": [[0, 100], [9, 0]]}}, {"recency": {"points": [[0, 100], [2, 0]]}}),
    "sla_hours": ({"critical": 2}, {"critical": 3}),
    "business_hours": ({"opens": "08:00"}, {"opens": "10:00"}),
    "quiet_hours": ({"ends": "09:00"}, {"enabled": False}),
    "auto_drafts": ({"per_day": 5}, {"enabled": True, "approved_by": "Ada"}),
    "owner_zones": ([{"owner": "Ada", "time_zone": "Asia/Tokyo"}], []),
    "rule_parameters": ([{"rule": "a", "name": "b", "value": 1}], []),
    "rule_owners": ([{"rule": "a", "owner": "Ada"}], []),
    "exchange_rates": ([{"currency": "EUR", "rate": "1.1"}], []),
    "reporting_currency": ("EUR", "USD"),
    "mail": ({"host": "smtp.acme.example"}, {"host": "smtp.other.example", "security": "tls"}),
    "profiles": ([_PROFILE], []),
    "sign_in": ({"microsoft": {"client_id": "1"}}, {"microsoft": {"client_id": "2"}}),
    "watched": ([{"path": "/in", "store": "/b"}], []),
}
TOPS = sorted({(one.section, one.top) for one in declared() if one.section not in ("limits", "roles")})


@pytest.fixture
def background(qapp: QApplication) -> Iterator[Background]:
    """A runner of its own, closed after the test."""
    made = Background()
    yield made
    made.close()
    made.deleteLater()


def two_values(section: str, name: str) -> tuple[Any, Any]:
    """IT's value of a setting and another one, neither of them the default, as JSON has them."""
    if name in TABLES:
        return TABLES[name]
    one = next(one for one in declared() if (one.section, one.path) == (section, name))
    if one.choices:
        others = [choice for choice in one.choices if choice != one.default]
        return others[0], others[-1] if others[-1] != others[0] else one.default
    if one.kind is bool:
        return not one.default, one.default
    if one.kind is str:
        return "theirs", "mine"
    low, high = one.span or (0, 100)
    other, theirs = max(low, one.default * 0.9), min(high, one.default * 1.1)
    return (int(theirs) + 1, int(other)) if one.kind is int else (theirs, other)


def written(path: Path, section: str, name: str, value: Any) -> Path:
    path.write_bytes(plistlib.dumps({section: {name: value}}))
    return path


@pytest.mark.parametrize(("section", "name"), TOPS)
def test_no_file_no_journal_and_no_window_changes_a_locked_setting(
    section: str, name: str, store_path: Path, tmp_path: Path, background: Background
) -> None:
    theirs, mine = two_values(section, name)
    kind = SECTIONS[section]
    expected, other = decode_field(kind, name, theirs), decode_field(kind, name, mine)
    assert expected != other
    recipe = Recipe(str(store_path), "Ada", NOW, (str(written(tmp_path / "it.plist", section, name, theirs)),))
    open_workspace(Recipe(str(store_path), "Ada", NOW)).close()
    workspace = open_workspace(recipe)
    try:
        if section == "policy":
            change_policy(workspace.store, workspace.me, workspace.at, {name: other})  # as a book of another computer
            assert getattr(workspace.read_policy(), name) == expected
            assert getattr(workspace.policy, name) == expected
            with pytest.raises(NotAllowed, match="your organisation"):
                workspace.change_policy(**{name: other})
            return
        path = tmp_path / "preferences.json"
        own = Preferences(**{name: other})
        save_preferences(path, own)
        loaded = load_preferences(path).preferences
        assert getattr(workspace.managed.apply_preferences(loaded), name) == expected
        remembered = Remembered(loaded, path, background, workspace.managed)
        remembered.set(**{name: other})
        assert getattr(remembered.value, name) == expected
        remembered.use(background.desk(remembered))
        remembered.set(last_page="data")
        remembered.save_now()
        background.close()
        # What IT sets ends where IT takes it back: it did not become the person's own.
        assert getattr(load_preferences(path).preferences, name) == other
    finally:
        workspace.close()


def test_every_setting_is_walked_and_limits_have_tests_of_their_own() -> None:
    assert {top for _section, top in TOPS} >= set(TABLES)
    assert {one.path for one in declared() if one.section == "limits"} == {
        "model_endpoints", "mail_hosts", "store_folders", "watched_folders", "export_allowed", "write_back_allowed",
        "encryption_required",
    }  # fmt: skip
    for name, field in CHOICES.keys() | RANGES.keys():
        assert any(field in hints_of(one) for one in _classes() if one.__name__ == name), (name, field)


def _classes() -> Iterator[type]:
    """Every dataclass among the settings."""
    waiting: list[Any] = list(SECTIONS.values())
    while waiting:
        kind = without_none(waiting.pop())
        waiting += [one for one in getattr(kind, "__args__", ()) if one is not Ellipsis]
        if is_dataclass(kind):
            yield kind  # type: ignore[misc]
            waiting += hints_of(kind).values()


def test_choices_and_spans_are_those_that_the_settings_take() -> None:
    for one in declared():
        kind = SECTIONS[one.section]
        if "." in one.path:
            continue
        for choice in one.choices:
            decode_field(kind, one.path, choice)
        if one.span is not None and one.path not in ("churn_warning", "churn_critical"):
            for figure in one.span:
                kind(**{one.path: decode_field(kind, one.path, figure)})
            with pytest.raises(FieldError):
                kind(**{one.path: one.span[1] + 1})


def test_a_figure_of_the_book_that_does_not_fit_beside_its_gives_way(store_path: Path, tmp_path: Path) -> None:
    recipe = Recipe(str(store_path), "Ada", NOW)
    plain = open_workspace(recipe)
    plain.change_policy(churn_warning=0.45, churn_critical=0.9, card_budget=12)
    plain.close()
    path = written(tmp_path / "it.plist", "policy", "churn_critical", 0.42)
    workspace = open_workspace(Recipe(str(store_path), "Ada", NOW, (str(path),)))
    policy = workspace.policy
    workspace.close()
    assert (policy.churn_critical, policy.churn_warning, policy.card_budget) == (0.42, Policy().churn_warning, 12)


# -- by commands ------------------------------------------------------------------------------------------------------


@pytest.fixture
def it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """IT's file, where the program looks for it."""
    path = tmp_path / "it" / "policy.toml"
    path.parent.mkdir()
    monkeypatch.setattr(bootstrap, "managed_sources", lambda: (str(path),))
    monkeypatch.setattr("app.cli.policy.managed_sources", lambda: (str(path),))
    monkeypatch.setattr("app.cli.policy.policy_file", lambda: path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return path


def test_where_encryption_is_required_no_command_opens_or_begins_a_plain_book(
    ask: Any, moment: None, it: Path, tmp_path: Path, store_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write_csv(tmp_path / "customers.csv", ["customer_id", "name"], [["1", "Linden"]])
    ask("import", str(file), "--source", "crm", "--plain")
    it.write_text("[limits]\nencryption_required = true\n")
    new = tmp_path / "new.bellwether"
    for words, book in (
        (("customers",), store_path),
        (("import", str(file)), new),
        (("import", str(file), "--plain"), new),
    ):
        code, _, said = ask(*words, store=book)
        assert code == NOT_ALLOWED and "requires encrypted books" in said, words
    assert not new.exists()
    assert ask("import", str(file), "--source", "crm", "--dry-run", store=new)[0] == 0
    monkeypatch.setenv("BELLWETHER_PASSPHRASE", "correct horse battery")
    assert ask("encryption", "on")[0] == 0 and ask("customers")[0] == 0
    assert ask("import", str(file), "--source", "crm", store=new)[0] == 0


def test_commands_refuse_what_is_locked_and_exports_that_are_not_allowed(
    ask: Any, moment: None, it: Path, tmp_path: Path
) -> None:
    companies = ["Record ID", "Company name", "City", "Company owner", "Company Domain Name"]
    ask("import", str(write_csv(tmp_path / "companies.csv", companies, [["701", "Acme", "Leeds", "Mia", "acme.com"]])))
    ask("customer", "set", "1", "city=York")
    it.write_text(
        f"[policy]\nlook_from = 'data-end'\n[preferences]\nwatched = []\nmail = {{host = 'smtp.acme.example'}}\n"
        f"[limits]\nexport_allowed = false\nwrite_back_allowed = false\nstore_folders = ['{tmp_path}']\n"
        "mail_hosts = ['smtp.acme.example']\nmodel_endpoints = []\nwatched_folders = ['/srv/drop']\n"
    )
    out = str(tmp_path / "out")
    for words in (
        ("score", "--as-of", "today"),
        ("mail", "set", "--host", "smtp.other.example"),
        ("watch", "add", str(tmp_path)),
        ("export", "customers", "--out", f"{out}.csv"),
        ("export", "scores", "--out", f"{out}.xlsx"),
        ("report", "overview", "--pdf", f"{out}.pdf"),
        ("report", "overview", "--png", f"{out}.png"),
        ("brief", "1", "--pdf", f"{out}.pdf"),
        ("handover", "Mia", "--pdf", f"{out}.pdf"),
        ("write-back", "--to", "hubspot", "--out", f"{out}.csv"),
    ):
        as_json = words[0] not in ("brief", "handover")
        code = ask(*words)[0] if as_json else run_command([*words, "--store", str(tmp_path / "book" / "book.db")])
        assert code == NOT_ALLOWED, words
    assert not list(tmp_path.glob("out*")) and not default_path().exists()
    code, _, said = ask("customers", store=Path("/nowhere/else.bellwether"))
    assert code == NOT_ALLOWED and f"It allows {tmp_path}" in said


def test_a_person_who_had_more_before_has_what_it_allows(ask: Any, it: Path, tmp_path: Path, moment: None) -> None:
    ask(
        "import",
        str(
            write_csv(
                tmp_path / "a.csv", ["order_id", "customer_id", "date", "amount"], [["1", "C1", "2026-11-05", "5"]]
            )
        ),
    )
    store = str(tmp_path / "book" / "book.db")
    save_preferences(default_path(), Preferences(watched=(WatchedFolder(str(tmp_path), store),)))
    assert len(ask("watch")[1]["watched"]) == 1
    it.write_text("[limits]\nwatched_folders = ['/srv/drop']\n")
    assert ask("watch")[1]["watched"] == []
    assert ask("run")[1]["folders"] == []
    assert len(load_preferences(default_path()).preferences.watched) == 1


def test_no_variable_leads_to_another_policy(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    before = paths.managed_sources()
    for name in [*os.environ, "XDG_CONFIG_DIRS", "BELLWETHER_POLICY", "APPDATA", "ProgramData"]:
        if name != "PYTEST_CURRENT_TEST":
            monkeypatch.setenv(name, str(tmp_path))
    assert paths.managed_sources() == before


def test_a_wrong_policy_opens_no_book_and_says_line_and_reason(ask: Any, it: Path, store_path: Path) -> None:
    it.write_text("[limits]\n\nexport_allowed = 'no'\n")
    for words in (("customers",), ("export", "scores", "--out", "x.csv"), ("run",)):
        code, _, said = ask(*words)
        assert code == 1 and f"{it}, line 3: export_allowed must be true or false" in said
    assert not store_path.exists()
    assert run_command(["--version"]) == 0


def test_policy_show_and_check(it: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["policy"]) == 0
    assert capsys.readouterr().out == f"Nothing is set by your organisation. Its file would be {it}.\n"
    draft = tmp_path / "draft.toml"
    draft.write_text("[policy]\ncard_budget = 12\n[limits]\nmodel_endpoints = []\nexport_allowed = false\n")
    assert run_command(["policy", "check", str(draft)]) == 0
    out = capsys.readouterr().out
    assert out.startswith("draft.toml is valid: 3 settings.\n") and "limits.model_endpoints  none" in out
    it.write_text(draft.read_text())
    assert run_command(["policy", "--json"]) == 0
    assert '"export_allowed": {\n      "value": false,\n      "set_by": "policy.toml"' in capsys.readouterr().out
    draft.write_text("[policy]\ncard_budget = 0\n")
    assert run_command(["policy", "check", str(draft)]) == 1
    assert "line 2: card_budget must be between 1 and 1000" in capsys.readouterr().err
    assert run_command(["policy", "check", str(tmp_path / "none.toml")]) == 1
