"""Language models in Settings: added, tried, renamed and removed, each with its key in the keyring."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from app.keyrings import SystemKeyring
from services.settings import ModelProfile, Preferences, load_managed
from services.workspace import Workspace
from tests.servers.model_server import model_server, silence, status, written
from tests.vault import Vault
from tests.views.conftest import OpenWindow
from tests.views.settings.conftest import put, settings_page, stops, until
from views.actions import Command
from views.desktop import Desktop
from views.settings.models_box import BY_TEMPLATE, ModelsBox
from views.settings.profile_draft import KINDS, new_texts, of_kind, profile_of, texts_of

KEY = "sk-nobody-may-see-this"
CLOUD = ModelProfile("Ours", "https://models.example.com/v1", "large", price_in="0.15", price_out="0.60")
LOCAL = ModelProfile("On my desk", "http://localhost:11434/v1", "small", kind="local")


def models_box(desk: Desktop) -> ModelsBox:
    box = settings_page(desk, "models").boxes["models"]
    assert isinstance(box, ModelsBox)
    return box


def fill(qtbot: QtBot, box: ModelsBox, **texts: str) -> None:
    for name, text in texts.items():
        field = box.form.group.inputs[name].field
        assert isinstance(field, QLineEdit)
        put(qtbot, field, text)


def choose_kind(box: ModelsBox, kind: str) -> None:
    box.form.group.inputs["kind"].put(kind)
    box.form.group.edited.emit("kind")


@pytest.mark.parametrize(
    ("changed", "at", "word"),
    [
        ({"name": ""}, "name", "name"),
        ({"name": "Taken"}, "name", "Another"),
        ({"base_url": "models.example.com"}, "base_url", "address"),
        ({"base_url": "http://models.example.com/v1"}, "base_url", "https"),
        ({"base_url": "https://[models.example.com"}, "base_url", "address"),
        ({"base_url": "https://ada:secret@models.example.com/v1"}, "base_url", "user name or password"),
        ({"base_url": "https://models.example.com/v1?key=secret"}, "base_url", "end before the “?”"),
        ({"base_url": "http://127.0.0.1:8000/v1"}, "base_url", "Choose the kind “On this computer”"),
        ({"base_url": "http://localhost:8000/v1"}, "base_url", "Choose the kind “On this computer”"),
        ({"model": ""}, "model", "name"),
        ({"kind": "azure", "api_version": ""}, "api_version", "2024"),
        ({"timeout_s": "soon"}, "timeout_s", "30"),
        ({"timeout_s": "0"}, "timeout_s", "between"),
        ({"price_in": "cheap"}, "price_in", "price"),
        ({"currency": "dollars"}, "currency", "letters"),
    ],
)
def test_a_mistake_is_said_at_its_field(changed: dict[str, str], at: str, word: str) -> None:
    profile, faults = profile_of({**texts_of(CLOUD), **changed}, {"Taken"})
    assert profile is None and word in faults[at]


@pytest.mark.parametrize("profile", [CLOUD, LOCAL, replace(CLOUD, kind="azure", api_version="2024-10-21")])
def test_what_is_shown_is_what_is_kept(profile: ModelProfile) -> None:
    assert profile_of(texts_of(profile), set()) == (profile, {})


@pytest.mark.parametrize("kind", [kind for kind, _words in KINDS])
def test_another_kind_brings_its_defaults_and_leaves_what_was_typed(kind: str) -> None:
    assert of_kind(new_texts(), kind)["timeout_s"] == new_texts(kind)["timeout_s"]
    typed = {**new_texts(), "base_url": "https://own.example.com/v1", "model": "large"}
    moved = of_kind(typed, kind)
    assert (moved["base_url"], moved["model"], moved["kind"]) == ("https://own.example.com/v1", "large", kind)


def test_a_model_is_added_renamed_and_removed_with_its_key(
    qtbot: QtBot, empty: Workspace, open_window: OpenWindow, vault: Vault
) -> None:
    desk = open_window(replace(empty, keyring=SystemKeyring(vault)))
    box = models_box(desk)
    assert box._none.isVisible() and box.writer.currentText() == BY_TEMPLATE
    qtbot.mouseClick(box.add_button, Qt.MouseButton.LeftButton)
    assert box.editing
    box.form.save()
    assert {"name", "model"} & box.form.faults.keys()
    fill(qtbot, box, name="Ours", base_url="https://models.example.com/v1", model="large")
    qtbot.keyClicks(box.form.key.line, KEY)
    box.form.save()
    until(qtbot, lambda: len(box.lines) == 1)
    assert not box.editing and vault.secrets == {("bellwether", "model:Ours"): KEY}
    until(qtbot, lambda: "stored in the keyring" in box.lines[0].state.text())
    box.writer.setCurrentIndex(box.writer.findData("Ours"))
    box.writer.activated.emit(box.writer.currentIndex())
    assert desk.remembered.value.writer == "Ours"

    box.lines[0].edit_button.click()
    assert box.form.key.line.text() == ""
    fill(qtbot, box, name="The large one")
    box.form.save()
    until(qtbot, lambda: desk.remembered.value.profile("The large one") is not None)
    assert vault.secrets == {("bellwether", "model:The large one"): KEY}
    assert desk.remembered.value.writer == "The large one" and len(box.lines) == 1

    vault.locked = True
    box.lines[0].remove_button.click()
    until(qtbot, lambda: "Unlock the keyring" in box.lines[0].verdict.words)
    assert desk.remembered.value.profiles
    vault.locked = False
    box.lines[0].remove_button.click()
    until(qtbot, lambda: not desk.remembered.value.profiles)
    assert vault.secrets == {} and desk.remembered.value.writer == "" and box.writer.currentText() == BY_TEMPLATE


def test_a_model_on_this_computer_needs_no_key(
    qtbot: QtBot, empty: Workspace, open_window: OpenWindow, vault: Vault
) -> None:
    desk = open_window(replace(empty, keyring=SystemKeyring(vault)))
    box = models_box(desk)
    box.add_button.click()
    choose_kind(box, "local")
    assert "need none" in box.form.key.words and not box.form.group.inputs["api_version"].isVisible()
    choose_kind(box, "azure")
    assert "need none" not in box.form.key.words and box.form.group.inputs["api_version"].isVisible()
    choose_kind(box, "local")
    fill(qtbot, box, name="On my desk", model="small")
    box.form.save()
    until(qtbot, lambda: len(box.lines) == 1)
    assert desk.remembered.value.profiles[0].base_url == "http://localhost:11434/v1"
    until(qtbot, lambda: "most servers on this computer need none" in box.lines[0].state.text())
    assert vault.secrets == {}
    qtbot.keyClick(box.add_button, Qt.Key.Key_Space)
    assert box.editing
    qtbot.keyClick(box.form.first, Qt.Key.Key_Escape)
    assert not box.editing and box.add_button.hasFocus()


def test_a_model_on_this_computer_that_asks_for_a_key_gets_it(
    qtbot: QtBot, empty: Workspace, open_window: OpenWindow, vault: Vault
) -> None:
    with model_server() as server:
        profile = replace(LOCAL, base_url=server.url)
        desk = open_window(replace(empty, keyring=SystemKeyring(vault)), Preferences(profiles=(profile,)))
        box = models_box(desk)
        server.answer(status(401), status(401), written("one"))
        box.lines[0].test_button.click()
        until(qtbot, lambda: not box.lines[0].verdict.waiting)
        assert "asks for a key" in box.lines[0].verdict.words and "Settings" in box.lines[0].verdict.words
        box.lines[0].edit_button.click()
        assert box.form.key.isVisible()
        put(qtbot, box.form.key.line, "wrong")
        box.form.test_button.click()
        until(qtbot, lambda: not box.form.verdict.waiting)
        assert "does not accept the key" in box.form.verdict.words
        put(qtbot, box.form.key.line, KEY)
        box.form.test_button.click()
        until(qtbot, lambda: not box.form.verdict.waiting)
        assert box.form.verdict.words.startswith("Works")
        assert f"Bearer {KEY}".encode() in server.received[-1].raw
        box.form.save()
        until(qtbot, lambda: vault.secrets == {("bellwether", "model:On my desk"): KEY})
        until(qtbot, lambda: "stored in the keyring" in box.lines[0].state.text())


def test_a_test_asks_the_endpoint_and_says_what_failed(qtbot: QtBot, empty: Workspace, open_window: OpenWindow) -> None:
    with model_server() as server:
        profile = replace(LOCAL, base_url=server.url)
        box = models_box(open_window(empty, Preferences(profiles=(profile,))))
        box.lines[0].test_button.click()
        until(qtbot, lambda: not box.lines[0].verdict.waiting)
        assert box.lines[0].verdict.words.startswith("Works: small answered")
        server.answer(status(401))
        box.lines[0].edit_button.click()
        box.form.test_button.click()
        until(qtbot, lambda: not box.form.verdict.waiting)
        assert "key" in box.form.verdict.words and box.form.verdict.words.endswith(".")
        box.form.left.emit()
        assert all(KEY.encode() not in one.raw for one in server.received)


def test_leaving_the_page_gives_a_test_up(qtbot: QtBot, empty: Workspace, open_window: OpenWindow) -> None:
    with model_server() as server:
        server.answer(silence)
        desk = open_window(empty, Preferences(profiles=(replace(LOCAL, base_url=server.url, timeout_s=600),)))
        box = models_box(desk)
        box.lines[0].test_button.click()
        until(qtbot, lambda: len(server.received) == 1)
        box.lines[0].edit_button.click()
        box.form.test_button.click()
        until(qtbot, lambda: len(server.received) == 2)
        desk.window.show_page("alerts")
        assert box.lines[0].verdict.words == ""
        assert box.form.verdict.words == ""
        until(qtbot, lambda: desk.background.idle)


def test_what_it_has_set_is_locked_but_for_the_key(
    qtbot: QtBot, empty: Workspace, open_window: OpenWindow, vault: Vault, tmp_path: Path
) -> None:
    path = tmp_path / "policy.toml"
    path.write_text(
        '[preferences]\nwriter = "Ours"\n'
        '[[preferences.profiles]]\nname = "Ours"\nbase_url = "https://models.example.com/v1"\nmodel = "large"\n'
    )
    managed = load_managed(path)
    workspace = replace(empty, managed=managed, keyring=SystemKeyring(vault))
    box = models_box(open_window(workspace, managed.apply_preferences(Preferences())))
    assert not box.writer.isEnabled() and not box.add_button.isVisible()
    assert "policy.toml" in box._locked.text() and not box.lines[0].remove_button.isVisible()
    box.lines[0].edit_button.click()
    assert not box.form.group.inputs["base_url"].isEnabled()
    qtbot.keyClicks(box.form.key.line, KEY)
    box.form.save()
    until(qtbot, lambda: vault.secrets == {("bellwether", "model:Ours"): KEY})


def test_what_was_filled_in_comes_back_after_a_cancel(qtbot: QtBot, empty: Workspace, open_window: OpenWindow) -> None:
    desk = open_window(empty)
    box = models_box(desk)
    box.add_button.click()
    fill(qtbot, box, name="Ours", model="large")
    put(qtbot, box.form.key.line, KEY)
    box.form.cancel_button.click()
    assert not box.editing
    desk.window.actions_registry[Command.UNDO].trigger()
    assert box.editing and box.form.group.inputs["name"].text == "Ours" and box.form.key.typed == KEY
    box.form.cancel_button.click()
    box.add_button.click()
    assert box.form.filled is None and box.form.key.typed == ""
    box.form.cancel_button.click()
    assert not box.editing


def test_tab_reaches_the_models_between_the_choice_and_the_button_below_them(
    empty: Workspace, open_window: OpenWindow
) -> None:
    desk = open_window(empty, Preferences(profiles=(CLOUD, LOCAL)))
    box = models_box(desk)
    box.writer.setFocus()
    wanted = [part for line in box.lines for part in (line.test_button, line.edit_button, line.remove_button)]
    assert stops(box, Qt.Key.Key_Tab) == [box.writer, box.second, *wanted, box.add_button]


def test_a_second_reading_before_each_approval_is_a_tick_that_needs_a_model(
    qtbot: QtBot, empty: Workspace, open_window: OpenWindow
) -> None:
    desk = open_window(empty)
    box = models_box(desk)
    assert not box.second.isEnabled()
    profile = ModelProfile("Local", "http://127.0.0.1:9/v1", "m", kind="local")
    desk.remembered.set(profiles=(profile,))
    assert box.second.isEnabled() and not box.second.isChecked()
    box.second.click()
    assert desk.remembered.value.second_reading
