"""What all commands share: options, opening the book, one JSON document or words, and the exit codes.

Exit codes: 0 done · 1 nothing was done · 2 misused · 3 done in part, or a question is open · 4 not allowed by IT ·
130 interrupted.
"""

from __future__ import annotations

import functools
import getpass
import inspect
import json
import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Annotated, Any, NamedTuple, ParamSpec

import typer

from app.bootstrap import Beginning, build_workspace, recipe_for
from app.cli.secrets import PASSPHRASE, GivenSecrets
from models.values.errors import (
    BellwetherError,
    Cancelled,
    NotAllowed,
    StoreDamaged,
    StoreLocked,
    UnknownOwner,
    UserError,
)
from models.values.imports import Progress
from models.values.words import full_day
from services import alerting, audit, backups, scoring
from services.book.as_of import copy_as_of
from services.book.encryption import begun_words, is_new
from services.book.sources import asked_end
from services.settings import LOOK_FROM, Preferences, default_path, load_preferences, save_preferences
from services.workspace import Workspace

DONE, NOTHING_DONE, MISUSED, IN_PART, NOT_ALLOWED, INTERRUPTED = 0, 1, 2, 3, 4, 130

# Tab and line feed are what words are laid out with.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")

P = ParamSpec("P")

StoreOption = Annotated[Path | None, typer.Option("--store", metavar="PATH", help="The book; default: your own.")]
NewOwner = Annotated[bool, typer.Option("--new-owner", help="The owner may be somebody the book does not know yet.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document on standard output, nothing else.")]
#: The customer whom a command is about, for `services.insight.customer_named`.
Who = Annotated[str, typer.Argument(metavar="CUSTOMER", help="Number, ID in its system, or exact name.")]
AsOfOption = Annotated[str | None, typer.Option("--as-of", metavar="DATE", help="As of this day, YYYY-MM-DD.")]


def told(command: Callable[P, int | None]) -> Callable[P, None]:
    """Turn a command's outcome into an exit code, and errors into one sentence on standard error."""

    @functools.wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            code = command(*args, **kwargs) or DONE
        except (Cancelled, KeyboardInterrupt):
            say("Interrupted; the book is unchanged.")
            code = INTERRUPTED
        except NotAllowed as error:
            say(str(error))
            code = NOT_ALLOWED
        except UnknownOwner as error:
            say(f"{error} For a new owner add --new-owner.")
            code = NOTHING_DONE
        except StoreDamaged as error:
            say(f"{error}{_way_back(kwargs.get('store'))}")
            code = NOTHING_DONE
        except BellwetherError as error:
            say(str(error))
            code = NOTHING_DONE
        raise typer.Exit(code)

    return run


def _way_back(store: Any) -> str:
    """How a damaged book comes back, where it has a backup."""
    known = backups.backups_of(Path(recipe_for(store).store))
    return " “bellwether restore newest” puts its newest backup in its place." if known else ""


@contextmanager
def opened(
    store: Path | None, *, create: bool = False, writes: bool = False, beginning: Beginning = "encrypted"
) -> Iterator[Workspace]:
    """Open the book for one command; after a command that writes, the keyring learns the journal's head."""
    new = create and is_new(Path(recipe_for(store).store))
    given = os.environ.get(PASSPHRASE, "")
    build = partial(build_workspace, store, create=create, beginning=beginning)
    try:
        workspace = build(given=given)
    except StoreLocked as locked:
        if given or not sys.stdin.isatty():
            raise StoreLocked(f"{locked} Commands take it from {PASSPHRASE}.") from locked
        say(str(locked))
        workspace = build(given=ask_secret("Passphrase or recovery key"))
    if new and beginning == "encrypted":
        say(begun_words(workspace, given))
    loaded = load_preferences(default_path())
    for problem in loaded.problems:
        say(problem)
    preferences = workspace.managed.apply_preferences(loaded.preferences)
    try:
        keyring = GivenSecrets(workspace.keyring, os.environ)
        yield replace(workspace.of_person(preferences), keyring=keyring)
        if writes and (problem := audit.remember_head(workspace)):
            say(problem)
    finally:
        workspace.close()


@contextmanager
def opened_as_of(store: Path | None, day: date | None) -> Iterator[Workspace]:
    """Open the book as it is, or a look back at an earlier day."""
    with opened(store) as workspace:
        if day is None:
            yield workspace
            return
        with copy_as_of(workspace, day) as past:
            scoring.score_due(past, force_all=True, as_of=day)
            alerting.evaluate(past)
            yield past


class Reply(NamedTuple):
    """What a command answers.

    Attributes
    ----------
    document, words
        What ``--json`` prints, and what is printed without it.
    notes
        Sentences for standard error that follow.
    code
        The exit code.
    """

    document: Any
    words: str
    notes: Sequence[str] = ()
    code: int = DONE


def in_book(
    *, writes: bool | Callable[[Mapping[str, Any]], bool] = False, create: bool = False, as_of: bool = False
) -> Callable[[Callable[..., Reply]], Callable[..., None]]:
    """Give a command the open book as its first argument, and the options ``--store`` and ``--json``.

    Parameters
    ----------
    writes
        Whether it writes, or what tells it from the options given.
    create
        A book that is not there yet is begun.
    as_of
        It has an option ``--as-of`` too, and may be given a look back.
    """
    options = {"store": StoreOption, **({"as_of": AsOfOption} if as_of else {}), "json": JsonOption}

    def decorate(command: Callable[..., Reply]) -> Callable[..., None]:
        signature = inspect.signature(command, eval_str=True)

        @functools.wraps(command)
        def run(*, store: Path | None, json: bool, **given: Any) -> int:
            day = day_of(given.pop("as_of", None))
            wrote = writes(given) if callable(writes) else writes
            book = opened_as_of(store, day) if as_of else opened(store, create=create, writes=wrote)
            with book as workspace:
                known = {"json": json} if "json" in signature.parameters else {}
                reply = command(workspace, **given, **known)
            answer(reply.document, reply.words, json)
            for words in reply.notes:
                say(words)
            return reply.code

        keyword = inspect.Parameter.KEYWORD_ONLY
        own = [one.replace(kind=keyword) for one in list(signature.parameters.values())[1:] if one.name != "json"]
        common = [
            inspect.Parameter(name, keyword, default=False if name == "json" else None, annotation=option)
            for name, option in options.items()
        ]
        # What a signature says is what typer makes options of.
        run.__signature__ = signature.replace(parameters=[*own, *common])  # type: ignore[attr-defined]
        return told(run)

    return decorate


def own_preferences() -> Preferences:
    """Return the preferences of this computer, without what IT set, to be changed and kept.

    Raises
    ------
    UserError
        They could not be read whole: writing them would lose something.
    """
    loaded = load_preferences(default_path())
    if loaded.problems:
        raise UserError(loaded.problems[0])
    return loaded.preferences


def keep_preferences(preferences: Preferences) -> Preferences:
    """Write the preferences of this computer."""
    save_preferences(default_path(), preferences)
    return preferences


def ask_secret(words: str) -> str:
    """Return a secret that a person types unseen, or the line that another program gives.

    Raises
    ------
    UserError
        There was none.
    """
    secret = getpass.getpass(f"{words}: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\r\n")
    if not secret:
        raise UserError(f"{words}: nothing was entered. Type it, or pass it on standard input.")
    return secret


def day_of(text: str | None) -> date | None:
    """Return the day that an option names.

    Raises
    ------
    typer.BadParameter
        It is not a day: the command was misused (exit code 2).
    """
    if text is None:
        return None
    if text and text in LOOK_FROM:
        raise typer.BadParameter(f"`--as-of {text}` is for `score` alone; write YYYY-MM-DD here.")
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not a date; write YYYY-MM-DD.") from None


def say(words: str) -> None:
    """Write words to standard error."""
    sys.stderr.write(f"{harmless(words)}\n")


def answer(document: Any, words: str, as_json: bool) -> None:
    """Write the result to standard output: the JSON document, or the words."""
    sys.stdout.write(f"{json_text(document) if as_json else harmless(words)}\n")


def harmless(words: str) -> str:
    """Return words without the control characters that a file may bring: a terminal would obey them."""
    return _CONTROL.sub("\ufffd", words)


def json_text(document: Any) -> str:
    """Return a document as JSON, in which every control character is escaped."""
    text = json.dumps(document, ensure_ascii=False, indent=2)
    return _CONTROL.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def progress_line(as_json: bool) -> Callable[[Progress], None]:
    """Return a call that shows progress on standard error, on one line, where a person watches."""
    if as_json or not sys.stderr.isatty():
        return lambda _progress: None

    def show(progress: Progress) -> None:
        share = f" {progress.fraction:.0%}" if progress.fraction is not None else ""
        sys.stderr.write(f"\r\x1b[K{progress.step}{share}")
        sys.stderr.flush()
        if progress.total is not None and progress.done >= progress.total:
            sys.stderr.write("\r\x1b[K")

    return show


def say_first_record(workspace: Workspace, as_json: bool) -> None:
    """After a first scoring, work out how well each rule did in the past, or say which command does.

    Old data wait until a person has said from which day to look: they are scored anew then.
    """
    with workspace.store.snapshot() as driver:
        if asked_end(driver, workspace.clock.today(), workspace.read_policy()) is not None:
            return
    if left := alerting.renew_first_record(workspace, progress_line(as_json)):
        say(left)


def never_cancelled() -> bool:
    """Answer for commands, which are interrupted by the keyboard and not by a token."""
    return False


def table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]], right: frozenset[int] = frozenset()) -> str:
    """Return rows as aligned columns of text; ``right`` holds the numbers of columns aligned to the right."""
    widths = [max([len(head[n]), *(len(row[n]) for row in rows)]) for n in range(len(head))]

    def line(cells: tuple[str, ...]) -> str:
        return "  ".join(
            cell.rjust(width) if n in right else cell.ljust(width)
            for n, (cell, width) in enumerate(zip(cells, widths, strict=True))
        ).rstrip()

    return "\n".join([line(head), *(line(row) for row in rows)])


def question_of(end: date) -> str:
    """Return what to ask where a book's data end long ago: the day as of which to score."""
    return (
        f"Your data ends on {full_day(end)}. Inactivity alerts start once you choose a date:"
        " `bellwether score --as-of data-end` or `bellwether score --as-of today`."
    )
