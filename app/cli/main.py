"""The table of commands. Each arrives with the work that gives it something to do."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from functools import cache
from typing import Annotated, Any

import typer
from typer.main import get_command

from app import __version__
from app.cli import (
    alerts,
    backtest,
    backups,
    customers,
    deals,
    demo,
    disclosures,
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

_OF_RULES = ("list", "try", "on", "off", "owner", "watch", "watches", "unwatch", "--help")
_OF_ONE = ("show", "data", "erase", "add", "set", "contact", "override", "merge", "apart", "later")


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
    program.callback()(_general)
    for name, command in (
        ("demo", demo.demo),
        ("read", reading.read),
        ("import", importing.import_),
        ("imports", importing.imports),
        ("undo-import", importing.undo_import),
        ("customers", customers.customers),
        ("duplicates", people.duplicates),
        ("consent", people.consent),
        ("score", scores.score),
        ("backtest", backtest.backtest),
        ("issues", issues.issues),
        ("alerts", alerts.alerts),
        ("export", scores.export),
        ("metrics", metrics.metrics),
        ("query", metrics.query),
        ("rows", metrics.rows),
        ("report", reports.report),
        ("dashboards", reports.dashboards),
        ("brief", reports.brief),
        ("handover", reports.handover),
        ("write-back", writing_back.write_back),
        ("draft", outreach.draft),
        ("outbox", outreach.outbox),
        ("approve", outreach.approve),
        ("send", outreach.send),
        ("run", alerts.run),
        ("undo", journal.undo),
        ("journal", journal.journal),
        ("disclosures", disclosures.disclosures),
        ("verify", journal.verify),
        ("backup", backups.backup),
        ("backups", backups.backups),
        ("restore", backups.restore),
        ("doctor", journal.doctor),
    ):
        program.command(name)(command)
    _add_groups(program)
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


def _add_groups(program: typer.Typer) -> None:
    one = typer.Typer(
        help="One customer: `customer NAME` shows, `add`, `set` and `contact` write by hand, `override` sets a score,"
        " `data` writes all there is about them, `erase` erases them for good, `merge A B` and `apart A B` judge two."
    )
    one.command("show", hidden=True)(customers.show)
    one.command("add")(customers.add)
    one.command("set")(customers.change)
    one.command("data")(reports.all_data)
    one.command("erase")(people.erase)
    one.command("contact")(customers.contact)
    one.command("override")(overriding.override)
    one.command("merge")(people.merge)
    one.command("apart")(people.apart)
    one.command("later")(people.later)
    program.add_typer(one, name="customer")
    deal = typer.Typer(help="Deals: `deal set ID… FIELD=VALUE…` changes one or several; `rows deals` lists them.")
    deal.command("set")(deals.change)
    deal.callback()(lambda: None)
    program.add_typer(deal, name="deal")
    many = typer.Typer(
        help="The rules with how often each was right; `rules try RULE` tries one against the past, `rules watch METRIC"
        " above 5` raises an alert by a metric."
    )
    many.command("list", hidden=True)(alerts.rules)
    many.command("try")(alerts.try_rule)
    many.command("on")(alerts.switch_on)
    many.command("off")(alerts.switch_off)
    many.command("owner")(alerts.name_owner)
    many.command("watch")(metric_watches.add)
    many.command("watches")(metric_watches.show)
    many.command("unwatch")(metric_watches.remove)
    program.add_typer(many, name="rules")
    folders = typer.Typer(help="Watched folders: files that land there are imported by the window and by `run`.")
    folders.command("list", hidden=True)(watching.show)
    folders.command("add")(watching.add)
    folders.command("remove")(watching.remove)
    program.add_typer(folders, name="watch")
    keys = typer.Typer(
        help="Encryption: `encryption` says whether the book is encrypted; `on`, `recovery-key`, `test`, `rekey`,"
        " `unlock`."
    )
    keys.command("show", hidden=True)(encryption.show)
    keys.command("on")(encryption.switch_on)
    keys.command("recovery-key")(encryption.recovery_key)
    keys.command("test")(encryption.test)
    keys.command("rekey")(encryption.change)
    keys.command("unlock")(encryption.unlock)
    program.add_typer(keys, name="encryption")
    account = typer.Typer(
        help="The mail account: `mail` shows it, `mail set --address YOU@…` sets it up, `sign-in`, `sign-out`, `test`."
    )
    account.command("show", hidden=True)(mail.show)
    account.command("set")(mail.change)
    account.command("sign-in")(mail.sign_in)
    account.command("sign-out")(mail.sign_out)
    account.command("test")(mail.try_account)
    program.add_typer(account, name="mail")
    managed = typer.Typer(
        help="What your organisation has set: `policy` lists it, `policy check FILE` tries a file first."
    )
    managed.command("show", hidden=True)(policy.show)
    managed.command("check")(policy.check)
    program.add_typer(managed, name="policy")


def _spelled_out(arguments: Sequence[str]) -> list[str]:
    """Let ``customer 12`` mean ``customer show 12`` and ``rules``, ``watch`` or ``mail`` mean their list."""
    words = list(arguments)
    if words[:2] == ["customers", "duplicates"]:
        words[:2] = ["duplicates"]
    if words[:1] == ["customer"] and len(words) > 1 and words[1] not in (*_OF_ONE, "--help"):
        words.insert(1, "show")
    if words[:1] == ["rules"] and words[1:2] not in ([one] for one in _OF_RULES):
        words.insert(1, "list")
    if words[:1] == ["watch"] and words[1:2] not in (["list"], ["add"], ["remove"], ["--help"]):
        words.insert(1, "list")
    if words[:1] == ["encryption"] and (len(words) == 1 or words[1].startswith(("--json", "--store"))):
        words.insert(1, "show")
    if words[:1] == ["mail"] and (len(words) == 1 or words[1] in ("--json", "--store") or "--store=" in words[1]):
        words.insert(1, "show")
    if words[:1] == ["policy"] and words[1:2] not in (["show"], ["check"], ["--help"]):
        words.insert(1, "show")
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
