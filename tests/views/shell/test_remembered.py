from __future__ import annotations

from pathlib import Path

from pytestqt.qtbot import QtBot

from models.values.errors import EnvironmentFault
from services.settings import Preferences, load_preferences
from views.background import Background
from views.shell.remembered import Remembered


def test_only_the_last_of_many_changes_is_written(qtbot: QtBot, background: Background, tmp_path: Path) -> None:
    path = tmp_path / "preferences.json"
    remembered = Remembered(Preferences(), path, background)
    remembered.use(background.desk(remembered))
    for width in range(300, 340):
        remembered.set_splitter("alerts", (width, 500))
    assert not path.exists()
    qtbot.waitUntil(path.exists)
    qtbot.waitUntil(lambda: load_preferences(path).preferences.splitters.get("alerts") == (339, 500))


def test_what_did_not_change_is_not_told(qtbot: QtBot, background: Background) -> None:
    remembered = Remembered(Preferences(theme="dark"), None, background)
    with qtbot.assertNotEmitted(remembered.changed):
        remembered.set(theme="dark")
    with qtbot.waitSignal(remembered.changed):
        remembered.set(theme="light")
    remembered.save_now()


def test_a_place_that_cannot_be_written_is_told(qtbot: QtBot, background: Background, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    remembered = Remembered(Preferences(), tmp_path / "file" / "preferences.json", background)
    remembered.use(background.desk(remembered))
    with qtbot.waitSignal(remembered.failed) as failed:
        remembered.set(theme="dark")
        remembered.save_now()
    assert isinstance(failed.args[0].error, EnvironmentFault)
