"""Errors in Qt's slots and in threads: a report, one sentence, and no word of a customer."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app import desktop as app_desktop
from app.uncaught import uncaught_reported
from tests.views.books import opened, sample_copy

SECRET = "Marlow & Daughters"


def fails() -> None:
    raise KeyError(SECRET)


def test_each_bug_is_reported_once_and_told() -> None:
    reported: list[BaseException] = []
    told: list[BaseException] = []
    before = (sys.excepthook, threading.excepthook)
    with uncaught_reported(reported.append) as uncaught:
        uncaught.listen(told.append)
        for _ in range(3):
            try:
                fails()
            except KeyError as error:
                sys.excepthook(type(error), error, error.__traceback__)
    assert [type(one) for one in reported] == [KeyError] and told == reported
    assert (sys.excepthook, threading.excepthook) == before


def test_an_error_in_a_thread_is_reported_and_not_printed(capsys: pytest.CaptureFixture[str]) -> None:
    reported: list[BaseException] = []
    with uncaught_reported(reported.append):
        thread = threading.Thread(target=fails)
        thread.start()
        thread.join()
    assert [type(one) for one in reported] == [KeyError]
    assert capsys.readouterr().err == ""


def test_an_interrupt_keeps_its_meaning(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[type[BaseException]] = []
    monkeypatch.setattr(sys, "excepthook", lambda kind, _error, _trace: seen.append(kind))
    with uncaught_reported(lambda _error: pytest.fail("an interrupt is no bug")):
        sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)
    assert seen == [KeyboardInterrupt]


@pytest.mark.qt_no_exception_capture
def test_an_error_in_a_slot_of_the_open_window_is_a_report_and_a_sentence(
    qtbot: QtBot,
    store_path: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    expected_logs: list[str],
) -> None:
    expected_logs.append("^Crash: KeyError$")
    sample_copy(store_path)
    monkeypatch.setattr(app_desktop, "open_asking", lambda *_named, **_how: (opened(store_path), ""))
    monkeypatch.setattr(app_desktop, "default_path", lambda: tmp_path / "preferences.json")
    monkeypatch.setattr(app_desktop, "log_folder", lambda: tmp_path / "logs")
    said: list[str] = []

    def look() -> None:
        window = next((w for w in QApplication.topLevelWidgets() if hasattr(w, "toast") and w.isVisible()), None)
        if window is not None and window.toast.words:
            said.append(window.toast.words)
            timer.stop()
            window.close()

    timer = QTimer(interval=20)
    timer.timeout.connect(look)
    timer.start()
    QTimer.singleShot(200, fails)
    assert app_desktop.open_desktop(str(store_path)) == 0
    assert "KeyError" in said[0] and SECRET not in said[0]
    (report,) = (tmp_path / "logs").glob("crash-*.txt")
    text = report.read_text(encoding="utf-8")
    assert "in fails" in text and SECRET not in text
    assert SECRET not in capfd.readouterr().err
