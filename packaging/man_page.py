"""Write the manual page of the command line, from the commands themselves, to standard output."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from typer.main import get_command

from app import __version__
from app.cli.main import build


def plain(words: str) -> str:
    """Return words as troff takes them."""
    flat = " ".join(words.replace("\\", "\\\\").split())
    return f"\\&{flat}".replace("-", "\\-")


def page() -> str:
    """Return the page."""
    program = get_command(build())
    lines = [
        f'.TH BELLWETHER 1 "" "Bellwether {__version__}" "User Commands"',
        ".SH NAME", "bellwether \\- which customers need a person today, and why",
        ".SH SYNOPSIS", ".B bellwether", "[\\fIBOOK\\fR.bellwether | \\fICOMMAND\\fR [\\fIOPTIONS\\fR]]",
        ".SH DESCRIPTION", "Without a command the window opens, on the named book or your own.",
        "\\fBbellwether\\fR \\fICOMMAND\\fR \\fB\\-\\-help\\fR says more about a command.",
        ".SH COMMANDS",
    ]  # fmt: skip
    for name, command in sorted(getattr(program, "commands", {}).items()):
        lines += [".TP", f".B {plain(name)}", plain(command.help or "")]
    lines += [".SH FILES", ".TP", ".I /etc/xdg/bellwether/policy.toml", "What IT sets for everybody on this computer."]
    lines += [
        ".SH EXIT STATUS",
        "0 done, 1 nothing was done, 2 misused, 3 done in part, 4 not allowed by IT, 130 interrupted.",
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(page())
