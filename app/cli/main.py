"""The table of commands. Each arrives with the work that gives it something to do."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Annotated, Any, Final, NamedTuple

import typer
from typer.core import TyperGroup
from typer.main import get_command

from app import __version__
from app.cli import (
    alerts,
    asking,
    backups,
    customers,
    deals,
    demo,
    documents,
    encryption,
    importing,
    issues,
    journal,
    mail,
    metric_watches,
    metrics,
    outreach,
    overriding,
    people,
    policy,
    reading,
    reports,
    scores,
    watching,
    writing_back,
)
from models.values.metrics import OPERATORS


class Group(NamedTuple):
    """Commands under one word; `default` is meant where the next word names none of them."""

    help: str
    commands: Mapping[str, Callable[..., None]]
    default: str = ""


COMMANDS: Final[Mapping[str, Callable[..., None]]] = {
    "demo": demo.demo,
    "read": reading.read,
    "import": importing.import_,
    "imports": importing.imports,
    "undo-import": importing.undo_import,
    "customers": customers.customers,
    "duplicates": people.duplicates,
    "consent": people.consent,
    "retention": people.retention,
    "score": scores.score,
    "backtest": scores.backtest,
    "issues": issues.issues,
    "alerts": alerts.alerts,
    "export": scores.export,
    "ask": asking.ask,
    "metrics": metrics.metrics,
    "query": metrics.query,
    "rows": metrics.rows,
    "report": reports.report,
    "dashboards": reports.dashboards,
    "brief": reports.brief,
    "handover": reports.handover,
    "write-back": writing_back.write_back,
    "draft": outreach.draft,
    "outbox": outreach.outbox,
    "approve": outreach.approve,
    "send": outreach.send,
    "run": alerts.run,
    "undo": journal.undo,
    "journal": journal.journal,
    "disclosures": journal.disclosures,
    "verify": journal.verify,
    "backup": backups.backup,
    "backups": backups.backups,
    "restore": backups.restore,
    "doctor": journal.doctor,
}
GROUPS: Final[Mapping[str, Group]] = {
    "customer": Group(
        "One customer: `customer NAME` shows, `add`, `set` and `contact` edit by hand, `override` sets a score,"
        " `data` saves everything about them, `erase` erases them for good, `merge A B` and `apart A B` settle a pair.",
        {
            "show": customers.show, "add": customers.add, "set": customers.change, "data": reports.all_data,
            "erase": people.erase, "contact": customers.contact, "override": overriding.override,
            "merge": people.merge, "apart": people.apart, "later": people.later,
        },
        "show",
    ),
    "deal": Group(
        "Deals: `deal set ID… FIELD=VALUE…` changes one or several; `rows deals` lists them.", {"set": deals.change}
    ),
    "rules": Group(
        "Rules and their track record; `rules try RULE` tries one against the past, `rules watch METRIC"
        " above 5` raises an alert by a metric.",
        {
            "list": alerts.rules, "try": alerts.try_rule, "on": alerts.switch_on, "off": alerts.switch_off,
            "owner": alerts.name_owner, "watch": metric_watches.add, "watches": metric_watches.show,
            "unwatch": metric_watches.remove,
        },
        "list",
    ),
    "watch": Group(
        "Watched folders: files that land there are imported by the window and by `run`.",
        {"list": watching.show, "add": watching.add, "remove": watching.remove},
        "list",
    ),
    "documents": Group(
        "Policy documents, which `ask` searches: `documents` lists them, `documents add FILE…`, `documents remove`.",
        {"show": documents.show, "add": documents.add, "remove": documents.remove},
        "show",
    ),
    "encryption": Group(
        "Encryption: `encryption` says whether the book is encrypted; `on`, `recovery-key`, `test`, `rekey`,"
        " `unlock`.",
        {
            "show": encryption.show, "on": encryption.switch_on, "recovery-key": encryption.recovery_key,
            "test": encryption.test, "rekey": encryption.change, "unlock": encryption.unlock,
        },
        "show",
    ),
    "mail": Group(
        "The mail account: `mail` shows it, `mail set --address YOU@…` sets it up, `sign-in`, `sign-out`, `test`.",
        {
            "show": mail.show, "set": mail.change, "sign-in": mail.sign_in, "sign-out": mail.sign_out,
            "test": mail.try_account,
        },
        "show",
    ),
    "policy": Group(
        "What your organisation has set: `policy` lists it, `policy check FILE` tries a file first.",
        {"show": policy.show, "check": policy.check},
        "show",
    ),
}  # fmt: skip


#: What the libraries say of an option's value, and what a person is told instead.
_PLAIN: Final = (
    (r"Input should be a valid integer.*", "Write a whole number."),
    (r"Input should be a valid number.*", "Write a number."),
    (r"Input should be greater than or equal to (\S+)", r"Write \1 or more."),
    (r"Input should be less than or equal to (\S+)", r"Write \1 or less."),
    (r"(?:Value error, )?'(.*?)' is not one of (.*?)\.?", lambda one: _choices(one[1], one[2])),
    (r"(?:Value error, )?(.*)", r"\1"),
)


def _choices(given: str, choices: str) -> str:
    return f"“{given}” is not one of {choices.replace(chr(39), '')}."


def in_plain_words(said: str) -> str:
    """Return what is wrong with the value of an option, as a person says it."""
    for pattern, instead in _PLAIN:
        found, changed = re.subn(rf"\A{pattern}\Z", instead, said, count=1, flags=re.DOTALL)
        if changed:
            return found
    return said


class _Program(TyperGroup):
    """All commands; what is wrong with an option is said in plain words, whichever command has it."""

    def invoke(self, ctx: typer.Context) -> Any:  # type: ignore[override]
        try:
            return super().invoke(ctx)
        except typer.BadParameter as error:
            error.message = in_plain_words(error.message)
            raise


def build() -> typer.Typer:
    """Return the command line with all its commands."""
    program = typer.Typer(
        name="bellwether",
        cls=_Program,
        help="Which customers need a person today, and why. Without a command the window opens.",
        no_args_is_help=False,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    program.callback()(_general)
    for name, command in COMMANDS.items():
        program.command(name)(command)
    for name, group in GROUPS.items():
        one = typer.Typer(help=group.help)
        one.callback()(lambda: None)
        for word, command in group.commands.items():
            one.command(word, hidden=word == group.default)(command)
        program.add_typer(one, name=name)
    return program


def _print_version(wanted: bool) -> None:
    if wanted:
        sys.stdout.write(f"Bellwether {__version__}\n")
        raise typer.Exit


def _test_itself(wanted: bool) -> None:
    if wanted:
        from app.self_test import run_self_test

        raise typer.Exit(0 if run_self_test(_say_at_once) else 1)


def _say_at_once(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _general(
    _version: Annotated[
        bool, typer.Option("--version", help="Print the version.", is_eager=True, callback=_print_version)
    ] = False,
    _self_test: Annotated[
        bool,
        typer.Option(
            "--self-test", help="Check this installation, with a book of its own.", is_eager=True, callback=_test_itself
        ),
    ] = False,
) -> None:
    pass


def _spelled_out(arguments: Sequence[str]) -> list[str]:
    """Let ``customer 12`` mean ``customer show 12`` and ``rules``, ``watch`` or ``mail`` mean their list."""
    words = list(arguments)
    if words[:2] == ["customers", "duplicates"]:
        words[:2] = ["duplicates"]
    group, following = GROUPS.get(words[0]) if words else None, "".join(words[1:2])
    # A customer is named by any word; elsewhere a word that is no command is a mistake.
    means = bool(following) if words[:1] == ["customer"] else following[:1] in ("", "-")
    if group is not None and group.default and means and following not in (*group.commands, "--help"):
        words.insert(1, group.default)
    conditions = words[:1] in (["query"], ["rows"], ["report"]) or words[:2] == ["rules", "watch"]
    return _whole_conditions(words) if conditions else words


def _whole_conditions(words: list[str]) -> list[str]:
    """Let ``--where tier = Gold``, three words of a shell, mean ``--where 'tier = Gold'``."""
    found: list[str] = []
    while words:
        word = words.pop(0)
        found.append(word)
        if word in ("--where", "--having") and words[1:2] and words[1] in OPERATORS:
            parts = 2 if words[1] == "is-empty" else 3
            found.append(" ".join(words[:parts]))
            del words[:parts]
    return found


@cache
def _command() -> Callable[..., Any]:
    return get_command(build())


def run_command(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code."""
    try:
        _command()(args=_spelled_out(arguments), prog_name="bellwether")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 1
    return 0
