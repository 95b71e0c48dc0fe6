"""What IT's tools read about the policy is as the settings are, and leads back to them."""

from __future__ import annotations

import json
import plistlib
import re
import runpy
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import parse

import pytest

from services.settings import Managed, Policy, Preferences, load_managed, managed_sources
from services.settings.declared import SECTIONS, declared
from services.settings.managed_sources import MAC_DOMAIN, REGISTRY, REGISTRY_KEY
from tests.services.settings.test_managed_sources import FakeHive

NAMESPACE = "{http://schemas.microsoft.com/GroupPolicy/2006/07/PolicyDefinitions}"


@pytest.fixture
def policies(project: Path) -> Path:
    return project / "packaging" / "policy"


def test_the_files_are_as_make_policy_writes_them(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    script = runpy.run_path(str(project / "packaging" / "policy_files.py"))
    assert script["main"](check=True) == 0, capsys.readouterr().err


def test_the_schema_has_every_setting_and_its_defaults_are_a_policy(policies: Path, tmp_path: Path) -> None:
    schema = json.loads((policies / "bellwether-policy.schema.json").read_text("utf-8"))
    found = {(section, name) for section, table in schema["properties"].items() for name in table["properties"]}
    assert found == {(one.section, one.top) for one in declared()}
    defaults = {
        section: {name: one["default"] for name, one in table["properties"].items() if "default" in one}
        for section, table in schema["properties"].items()
    }
    path = tmp_path / "policy.plist"
    path.write_bytes(plistlib.dumps(defaults))
    managed = load_managed(path)
    assert managed.apply(Policy()) == Policy() and managed.apply_preferences(Preferences()) == Preferences()


def test_every_word_and_field_of_the_template_is_there(policies: Path) -> None:
    template = parse(policies / "bellwether.admx")
    words = parse(policies / "en-US" / "bellwether.adml")
    strings = {one.get("id") for one in words.iter(f"{NAMESPACE}string")}
    shown = {one.get("id"): one for one in words.iter(f"{NAMESPACE}presentation")}
    text = (policies / "bellwether.admx").read_text("utf-8")
    assert set(re.findall(r"\$\(string\.(\w+)\)", text)) == strings
    assert set(re.findall(r"\$\(presentation\.(\w+)\)", text)) == set(shown)
    categories = {one.get("name") for one in template.iter(f"{NAMESPACE}category")}
    for policy in template.iter(f"{NAMESPACE}policy"):
        parent = policy.find(f"{NAMESPACE}parentCategory")
        assert parent is not None and parent.get("ref") in categories
        elements = policy.find(f"{NAMESPACE}elements")
        if elements is not None:
            presentation = shown[str(policy.get("name"))]
            assert [one.get("id") for one in elements] == [one.get("refId") for one in presentation]


def test_what_group_policy_writes_by_the_template_is_read(policies: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hive: dict[str, dict[str, Any]] = {section: {} for section in SECTIONS}
    by_path = {(one.section, one.path): one for one in declared()}
    for policy in parse(policies / "bellwether.admx").iter(f"{NAMESPACE}policy"):
        section = str(policy.get("key")).removeprefix(f"{REGISTRY_KEY}\\")
        elements = policy.find(f"{NAMESPACE}elements")
        if elements is None:
            hive[section][str(policy.get("valueName"))] = 1
            continue
        (box,) = elements
        name, kind = str(box.get("valueName")), box.tag.removeprefix(NAMESPACE)
        default = by_path[(section, name)].default
        if kind == "multiText":
            hive[section][name] = ["/a", ""]
        elif isinstance(default, int | float | str) and default != "":
            as_it_is = kind == "decimal" or (kind == "enum" and isinstance(default, int))
            hive[section][name] = default if as_it_is else str(default)
    hive["limits"] |= {"mail_hosts": ["smtp.example.com"], "model_endpoints": "[]", "export_allowed": 0}
    hive["policy"]["auto_drafts.approved_by"] = "IT"  # its switch is on too
    monkeypatch.setattr(managed_sources.importlib, "import_module", lambda _name: FakeHive(machine=hive))
    managed: Managed = load_managed(REGISTRY)
    assert managed.limits.model_endpoints == () and not managed.limits.export_allowed
    assert managed.limits.store_folders == ("/a",)
    assert managed.apply(Policy()).incentive_approval_minor == Policy().incentive_approval_minor
    assert managed.apply(Policy()).auto_drafts.rules == ("/a",)


def test_the_profile_is_valid_and_changes_nothing_until_a_key_is_added(policies: Path) -> None:
    managed = load_managed(policies / "bellwether.mobileconfig")
    assert set(managed.origins) == {"export_allowed", "write_back_allowed"}
    assert managed.limits == load_managed().limits
    assert MAC_DOMAIN in (policies / "bellwether.mobileconfig").read_text("utf-8")
