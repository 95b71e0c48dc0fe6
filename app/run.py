"""Decide what was asked for: the window without a command, else the command line."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from app.bootstrap import calm_threads
from app.crash import tell, write_report
from app.logs import start_log
from app.paths import log_folder
from services.book.files import SUFFIX


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program and return its exit code.

    Parameters
    ----------
    arguments
        What stands after the program's name; None takes the process's own.
    """
    _give_streams()
    words = list(sys.argv[1:] if arguments is None else arguments)
    calm_threads()
    start_log(log_folder())
    try:
        if _wants_window(words):
            from app.desktop import open_desktop

            return open_desktop(store=_store_of(words))
        from app.cli import run_command

        return run_command(words)
    except KeyboardInterrupt:
        return 130
    except Exception as error:  # noqa: BLE001  the top: a bug is reported without customer data, never shown as a trace
        tell(error, write_report(log_folder(), error))
        return 1


def _give_streams() -> None:
    """A program without a console, as the menu of Windows starts it, has none: what is said there goes nowhere."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115  as long as the program


def _wants_window(words: list[str]) -> bool:
    return not words or _store_of(words) is not None


def _store_of(words: list[str]) -> str | None:
    """The book on which the window is asked for: `--store BOOK`, or a book alone, as a desktop opens files."""
    match words:
        case ["--store", store]:
            return store
        case [word] if word.startswith("--store="):
            return word.partition("=")[2]
        case [word] if word.endswith(SUFFIX):
            return word
    return None
