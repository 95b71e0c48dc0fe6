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

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage

from tests.screen import screen
from tests.screenshots import asking, outreach, overriding, parts, scores
from tests.screenshots.studio import FOLDER, SCREENS, Shots, Studio
from views.theme.files import resource

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
    "ask": asking.ask,
}


#: The pictures of the manual, each a smaller one of these.
MANUAL = {
    "alerts": "alerts-1366",
    "import": "data-check-1366",
    "customers": "customers-1366",
    "emails": "composer-ready-light",
    "insights": "insights-overview",
    "rules": "settings-rules",
}
_WIDE = 620


def take_for_manual(folder: Path) -> None:
    """Write the pictures of the manual from those that were taken."""
    for name, taken in MANUAL.items():
        picture = QImage(str(folder / f"{taken}.png"))
        smaller = picture.scaledToWidth(_WIDE, Qt.TransformationMode.SmoothTransformation)
        assert smaller.save(str(resource("help", f"{name}.png"))), name


def main() -> None:
    """Read the command line and take the pictures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--only", choices=[*PARTS, "screens", "manual", *SCREENS])
    parser.add_argument("--to", type=Path, default=FOLDER)
    parser.add_argument("--studio", type=Path)
    chosen = parser.parse_args()
    if chosen.only == "manual":
        take_for_manual(FOLDER)
        return
    chosen.to.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="bellwether-studio-") as folder:
        studio = Studio(chosen.studio or Path(folder), chosen.to)
        if not studio.book.exists():
            studio.build()
        shots = Shots(studio)
        if chosen.only in SCREENS:
            parts.on_screen(shots, chosen.only, SCREENS[chosen.only][1])
            return
        for name, part in PARTS.items():
            if chosen.only in (None, name):
                part(shots)
        if chosen.only in (None, "screens"):
            for name, (size, _text_size) in SCREENS.items():
                command = [sys.executable, "-m", "tests.screenshots", "--only", name, "--to", str(chosen.to)]
                with screen(*size) as environment:
                    subprocess.run([*command, "--studio", str(studio.folder)], env=environment, check=True)


if __name__ == "__main__":
    main()
