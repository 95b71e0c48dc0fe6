"""Take all pictures, or one part of them."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from tests.screenshots import outreach, overriding, parts, scores
from tests.screenshots.studio import FOLDER, Shots, Studio

PARTS: dict[str, Callable[[Shots], None]] = {
    "pages": parts.pages,
    "states": parts.alert_states,
    "empty": parts.empty_states,
    "faults": parts.faults,
    "loading": parts.loading,
    "imports": parts.imports,
    "editing": parts.editing,
    "composer": outreach.composer,
    "outbox": outreach.outbox,
    "settings": outreach.settings,
    "palette": outreach.palette,
    "overrides": overriding.overrides,
    "insights": scores.insights,
}


def main() -> None:
    """Read the command line and take the pictures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--only", choices=[*PARTS, "scaled"])
    parser.add_argument("--to", type=Path, default=FOLDER)
    parser.add_argument("--studio", type=Path)
    chosen = parser.parse_args()
    chosen.to.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="bellwether-studio-") as folder:
        studio = Studio(chosen.studio or Path(folder), chosen.to)
        if not studio.book.exists():
            studio.build()
        shots = Shots(studio)
        if chosen.only == "scaled":
            parts.scaled(shots)
            return
        for name, part in PARTS.items():
            if chosen.only in (None, name):
                part(shots)
        if chosen.only is None:
            command = [sys.executable, "-m", "tests.screenshots", "--only", "scaled", "--to", str(chosen.to)]
            environment = {**os.environ, "QT_SCALE_FACTOR": "1.5"}
            subprocess.run([*command, "--studio", str(studio.folder)], env=environment, check=True)


if __name__ == "__main__":
    main()
