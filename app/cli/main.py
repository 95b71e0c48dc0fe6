"""The table of commands. Each arrives with the work that gives it something to do."""

from __future__ import annotations

from collections.abc import Sequence

import typer

from app.cli import journal


def build() -> typer.Typer:
    """Return the command line with all its commands."""
    program = typer.Typer(
        name="bellwether",
        help="Which customers need a person today, and why. Without a command the window opens.",
        no_args_is_help=False,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    for name, command in (
        ("undo", journal.undo),
        ("journal", journal.journal),
        ("verify", journal.verify),
        ("doctor", journal.doctor),
    ):
        program.command(name)(command)
    return program


def run_command(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code."""
    try:
        build()(args=list(arguments), prog_name="bellwether")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 1
    return 0
