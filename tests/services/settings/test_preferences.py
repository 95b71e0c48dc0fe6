"""Preferences and IT's file: written whole, read with care, mistakes named."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.values.errors import EnvironmentFault, UserError
from services.settings import (
    MailAccount,
    Policy,
    Preferences,
    SavedFilter,
    SignInClient,
    default_path,
    load_managed,
    load_preferences,
    save_preferences,
    with_filter,
    without_filter,
)


@given(
    st.builds(
        Preferences,
        theme=st.sampled_from(("system", "light", "dark")),
        splitters=st.dictionaries(st.text(), st.lists(st.integers(0, 4000)).map(tuple), max_size=3),
        last_folder=st.text(),
        saved_filters=st.lists(
            st.builds(SavedFilter, st.text(), st.text(), st.dictionaries(st.text(), st.integers(), max_size=2)),
            max_size=2,
        ).map(tuple),
        unknown=st.dictionaries(st.text(min_size=12), st.integers(), max_size=2),
    )
)
def test_what_is_saved_is_read_back(tmp_path_factory: pytest.TempPathFactory, preferences: Preferences) -> None:
    path = tmp_path_factory.mktemp("preferences") / "deeper" / "preferences.json"
    save_preferences(path, preferences)
    loaded = load_preferences(path)
    assert loaded.preferences == preferences and loaded.problems == ()
    assert [one.name for one in path.parent.iterdir()] == ["preferences.json"]


def test_without_a_file_the_defaults_are_used_and_nothing_is_said(tmp_path: Path) -> None:
    loaded = load_preferences(tmp_path / "none.json")
    assert (loaded.preferences, loaded.problems) == (Preferences(), ())
    assert default_path().name == "preferences.json"


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b"\xff\xfe\x00", b"{" * 5000, b'"text"'])
def test_a_damaged_file_is_set_aside_and_said_so(tmp_path: Path, damage: bytes) -> None:
    path = tmp_path / "preferences.json"
    path.write_bytes(damage)
    loaded = load_preferences(path)
    assert loaded.preferences == Preferences()
    assert "preferences.damaged.json" in loaded.problems[0] and "defaults" in loaded.problems[0]
    assert (tmp_path / "preferences.damaged.json").read_bytes() == damage
    save_preferences(path, loaded.preferences)
    assert load_preferences(path).problems == ()


def test_one_value_that_does_not_fit_costs_only_itself(tmp_path: Path) -> None:
    path = tmp_path / "preferences.json"
    path.write_text(json.dumps({"theme": "pink", "last_page": "customers", "splitters": {"a": "wide"}, "new": [1]}))
    loaded = load_preferences(path)
    assert loaded.preferences == Preferences(last_page="customers", unknown={"new": [1]})
    assert len(loaded.problems) == 2 and "theme must be system, light or dark" in loaded.problems[1]
    save_preferences(path, replace(loaded.preferences, theme="dark"))
    assert json.loads(path.read_text())["new"] == [1]


def test_a_place_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(EnvironmentFault, match="could not be saved"):
        save_preferences(tmp_path / "file" / "preferences.json", Preferences())
    loaded = load_preferences(tmp_path)
    assert loaded.preferences == Preferences() and "could not be read" in loaded.problems[0]


def test_a_filter_of_the_same_name_is_replaced_in_its_place() -> None:
    first = with_filter(Preferences(), SavedFilter("customers", "West", {"regions": ["West"]}))
    both = with_filter(first, SavedFilter("customers", "Gold", {"tiers": ["Gold"]}))
    again = with_filter(both, SavedFilter("customers", "West", {"regions": ["West", "North"]}))
    assert [one.name for one in again.saved_filters] == ["West", "Gold"]
    assert again.saved_filters[0].filter == {"regions": ["West", "North"]}
    assert [one.name for one in without_filter(again, "customers", "West").saved_filters] == ["Gold"]


def test_its_file_sets_and_locks(tmp_path: Path) -> None:
    path = tmp_path / "acme.toml"
    path.write_text(
        "[policy]\ncard_budget = 40\nemail_cap_days = 14\n[policy.sla_hours]\ncritical = 2\n"
        '[preferences]\ntheme = "dark"\n'
    )
    managed = load_managed(path)
    assert [managed.is_locked(name) for name in ("card_budget", "sla_hours", "theme", "margin")] == [
        True,
        True,
        True,
        False,
    ]
    assert managed.apply(Policy()).sla_hours.critical == 2
    assert managed.apply_preferences(Preferences()).theme == "dark"
    assert managed.why_locked("theme") == "Set by your organisation (acme.toml)"
    assert load_managed(tmp_path / "none.toml").apply(Policy()) == Policy()
    assert load_managed().why_locked("theme") == "" and managed.why_locked("margin") == ""


def test_it_names_the_client_of_a_browser_sign_in_and_leaves_the_account_to_the_person(tmp_path: Path) -> None:
    path = tmp_path / "acme.toml"
    path.write_text(
        '[preferences.sign_in.microsoft]\nclient_id = "11-22"\ntenant = "linden.example"\n'
        '[preferences.sign_in.acme]\nclient_id = "a"\nauthorize_url = "https://id.acme.example/authorize"\n'
        'token_url = "https://id.acme.example/token"\nscope = "smtp"\n'
    )
    managed = load_managed(path)
    assert managed.is_locked("sign_in") and not managed.is_locked("mail")
    found = managed.apply_preferences(Preferences()).sign_in
    assert found["microsoft"] == SignInClient("11-22", tenant="linden.example")
    assert found["acme"].token_url == "https://id.acme.example/token"


def test_a_client_that_a_person_set_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "preferences.json"
    preferences = Preferences(sign_in={"microsoft": SignInClient("11-22")}, mail=MailAccount(sign_in="microsoft"))
    save_preferences(path, preferences)
    assert load_preferences(path).preferences == preferences


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[preferences.sign_in.x]\ntoken_url = 'http://x'\n", "line 2: sign_in.x.token_url must be an address"),
        ("[policy]\n\ncard_budget = 0\n", "line 3: card_budget must be between"),
        ("[policy]\nmargin = 1\n[policy.sla_hours]\nhigh = 'x'\n", "line 4: sla_hours.high must be a number"),
        ("[policy]\ncolour = 1\n", "line 2: colour there is no setting"),
        ("[policy\n", "line 1"),
        ("[mail]\nhost = 'x'\n", "line 1: mail is unknown: there are the tables"),
        ("[preferences]\nlast_folder = '/x'\n", "line 2: last_folder belongs to this computer"),
        ("[preferences]\ntheme = 'pink'\n", "line 2: theme must be"),
    ],
)
def test_a_mistake_in_its_file_is_named_by_line_and_reason(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "acme.toml"
    path.write_text(text)
    with pytest.raises(UserError) as caught:
        load_managed(path)
    assert words in str(caught.value)


def test_its_file_in_another_encoding_or_a_folder_is_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "acme.toml"
    path.write_bytes(b"\xff\xfe[")
    with pytest.raises(UserError, match="UTF-8"):
        load_managed(path)
    with pytest.raises(EnvironmentFault, match="cannot be read"):
        load_managed(tmp_path)


def test_a_language_model_that_does_not_fit_takes_no_other_with_it(tmp_path: Path) -> None:
    path = tmp_path / "preferences.json"
    good = {"name": "House", "base_url": "https://models.example/v1", "model": "m"}
    bad = {**good, "name": "Old", "base_url": "https://ada:secret@models.example/v1"}
    path.write_text(json.dumps({"profiles": [bad, good, "what"]}), encoding="utf-8")
    loaded = load_preferences(path)
    assert [one.name for one in loaded.preferences.profiles] == ["House"]
    assert len(loaded.problems) == 2 and "secret" not in "".join(loaded.problems)
    assert loaded.problems[0].startswith("The preference profiles[0].base_url must not contain a user name or password")
