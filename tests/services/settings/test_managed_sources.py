"""Where IT's settings come from: files with their lines, configuration profiles, and the registry."""

from __future__ import annotations

import plistlib
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from models.values.errors import UserError
from services.settings import Managed, ModelProfile, Policy, Preferences, QuietHours, load_managed, managed_sources
from services.settings.declared import declared
from services.settings.managed_sources import MAC_DOMAIN, REGISTRY, REGISTRY_KEY, registry_document


class FakeHive:
    """Answers as ``winreg`` does: roots, keys and values that end with an error."""

    HKEY_LOCAL_MACHINE, HKEY_CURRENT_USER = "machine", "user"

    def __init__(self, **roots: dict[str, dict[str, Any]]) -> None:
        self._roots = roots

    @contextmanager
    def OpenKey(self, root: str, place: str) -> Any:
        table = self._roots.get(root, {}).get(place.removeprefix(f"{REGISTRY_KEY}\\"))
        if table is None or not place.startswith(REGISTRY_KEY):
            raise FileNotFoundError(place)
        yield list(table.items())

    def EnumValue(self, key: list[tuple[str, Any]], at: int) -> tuple[str, Any, int]:
        if at >= len(key):
            raise OSError("No more data is available")
        return (*key[at], 1)


def from_registry(monkeypatch: pytest.MonkeyPatch, hive: FakeHive) -> Managed:
    monkeypatch.setattr(managed_sources.importlib, "import_module", lambda _name: hive)
    return load_managed(REGISTRY)


def test_group_policy_sets_yes_and_no_fractions_lists_and_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    models = '[{"name": "House", "base_url": "https://models.acme.example/v1", "model": "m"}]'
    hive = FakeHive(
        machine={
            "policy": {"card_budget": 40, "margin": "0.4", "consent_on_record": 1, "quiet_hours.begins": "21:00"},
            "preferences": {"profiles": models, "theme": "light"},
            "limits": {"export_allowed": 0, "mail_hosts": ["smtp.acme.example", ""], "model_endpoints": "[]"},
        },
        user={"policy": {"card_budget": 10, "email_cap_days": 14}, "limits": {"watched_folders": "/in\r\n/other"}},
    )
    managed = from_registry(monkeypatch, hive)
    policy = managed.apply(Policy())
    assert (policy.card_budget, policy.margin, policy.email_cap_days) == (40, 0.4, 14)
    assert policy.quiet_hours == QuietHours(begins=policy.quiet_hours.begins) and policy.quiet_hours.begins.hour == 21
    assert managed.apply_preferences(Preferences()).profiles == (
        ModelProfile("House", "https://models.acme.example/v1", "m"),
    )
    assert managed.limits.mail_hosts == ("smtp.acme.example",) and managed.limits.model_endpoints == ()
    assert managed.limits.watched_folders == ("/in", "/other") and not managed.limits.export_allowed
    assert managed.why_locked("theme") == "Set by your organisation (Group Policy)"


def test_nothing_in_the_registry_sets_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    assert from_registry(monkeypatch, FakeHive()) == Managed()
    assert registry_document(FakeHive(machine={"policy": {}})) == {}


def test_a_mistake_in_group_policy_is_named_by_its_key_and_value(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UserError) as caught:
        from_registry(monkeypatch, FakeHive(machine={"policy": {"card_budget": 0}}))
    assert f"{REGISTRY_KEY}\\policy, value card_budget: card_budget must be between 1 and 1000" in str(caught.value)
    with pytest.raises(UserError, match="export_allowed must be true or false, not 2"):
        from_registry(monkeypatch, FakeHive(machine={"limits": {"export_allowed": 2}}))
    with pytest.raises(UserError, match="mail must be a table"):
        from_registry(monkeypatch, FakeHive(machine={"preferences": {"mail": "x", "mail.host": "y"}}))


def test_a_configuration_profile_is_read_as_installed_and_as_rolled_out(tmp_path: Path) -> None:
    mine = {
        "PayloadType": MAC_DOMAIN,
        "PayloadVersion": 1,
        "policy": {"email_cap_days": 14, "sla_hours": {"critical": 2}},
        "limits": {"export_allowed": False, "model_endpoints": []},
    }
    installed, whole = tmp_path / f"{MAC_DOMAIN}.plist", tmp_path / "acme.mobileconfig"
    installed.write_bytes(plistlib.dumps(mine, fmt=plistlib.FMT_BINARY))
    whole.write_bytes(plistlib.dumps({"PayloadContent": [{"PayloadType": "com.other"}, mine]}))
    for path in (installed, whole):
        managed = load_managed(path)
        assert managed.apply(Policy()).sla_hours.critical == 2
        assert managed.limits.model_endpoints == () and not managed.limits.export_allowed
        assert managed.origins["email_cap_days"] == path.name
    whole.write_bytes(plistlib.dumps({"policy": {"email_cap_days": 0}}))
    with pytest.raises(UserError, match=r"key policy › email_cap_days: email_cap_days must be between"):
        load_managed(whole)
    whole.write_bytes(b"<plist><dict><key>")
    with pytest.raises(UserError, match="is not a property list"):
        load_managed(whole)


def test_the_first_source_holds_and_each_field_knows_its_own(tmp_path: Path) -> None:
    first, second = tmp_path / "a.toml", tmp_path / "b.toml"
    first.write_text("[policy]\ncard_budget = 40\n")
    second.write_text("[policy]\ncard_budget = 10\nmargin = 0.5\n[limits]\nexport_allowed = false\n")
    managed = load_managed(first, tmp_path / "none.toml", second)
    assert managed.apply(Policy()).card_budget == 40
    assert managed.origins == {"card_budget": "a.toml", "margin": "b.toml", "export_allowed": "b.toml"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[limits]\n# export_allowed = true\nexport_allowed = 1\n", "line 3: export_allowed must be true or false"),
        ("[limits]\nmail_hosts = ['a', 'b:25']\n", "line 2: mail_hosts 'b:25' is not a server name"),
        ("[policy]\nmargin = 1\n[limits]\nroles = []\n", "line 4: roles there is no setting"),
        ("limits.export_allowed = 'no'\n", "line 1: export_allowed must be"),
        ("limits = 1\n", "line 1: limits is unknown"),
        ("[policy]\nchurn_warning = 0.8\n\nchurn_critical = 0.5\n", "line 4: churn_critical must not be below"),
        ("[preferences]\ntheme = 'dark'\n[preferences.mail]\nport = 0\n", "line 4: mail.port must be between"),
        ("[[preferences.profiles]]\nname = 'a'\nmodel = 'm'\nbase_url = 'x'\n", "line 4: profiles[0].base_url must be"),
    ],
)
def test_a_mistake_in_a_file_is_named_by_line_and_reason(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "acme.toml"
    path.write_text(text)
    with pytest.raises(UserError) as caught:
        load_managed(path)
    assert words in str(caught.value)


def test_a_file_saved_by_notepad_is_read(tmp_path: Path) -> None:
    path = tmp_path / "policy.toml"
    path.write_text("[policy]\ncard_budget = 40\n", encoding="utf-8-sig")
    assert load_managed(path).apply(Policy()).card_budget == 40


def test_every_setting_says_what_it_is_and_has_a_name_of_its_own() -> None:
    assert [f"{one.section}.{one.path}" for one in declared() if not one.says] == []
    tops = {(one.section, one.top) for one in declared()}
    assert len({top for _section, top in tops}) == len(tops)
