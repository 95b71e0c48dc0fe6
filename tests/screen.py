"""Real screens of any size: Xvfb on a display number of its own, for windows that no test resizes."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def screen(width: int, height: int) -> Iterator[dict[str, str]]:
    """A screen of so many pixels.

    Yields
    ------
    dict
        The environment of a process whose windows open on it, at a scale of 100 %.

    Raises
    ------
    FileNotFoundError
        Xvfb is not installed; `packaging/setup.sh` does that.
    """
    program = shutil.which("Xvfb")
    if program is None:
        raise FileNotFoundError("Xvfb is not installed: run `make setup`, which installs it.")
    told, tells = os.pipe()
    size = f"{width}x{height}x24"
    command = [program, "-displayfd", str(tells), "-screen", "0", size, "-nolisten", "tcp", "-noreset"]
    server = subprocess.Popen(command, pass_fds=(tells,), stderr=subprocess.DEVNULL)
    os.close(tells)
    try:
        with os.fdopen(told) as reader:
            display = reader.readline().strip()
        if not display:
            raise RuntimeError(f"Xvfb ended with {server.wait()}")
        yield {**_environment(), "QT_QPA_PLATFORM": "xcb", "DISPLAY": f":{display}"}
    finally:
        server.terminate()
        server.wait()


def _environment() -> dict[str, str]:
    scales = ("QT_SCALE_FACTOR", "QT_SCREEN_SCALE_FACTORS", "QT_FONT_DPI", "QT_AUTO_SCREEN_SCALE_FACTOR")
    return {name: value for name, value in os.environ.items() if name not in scales}
