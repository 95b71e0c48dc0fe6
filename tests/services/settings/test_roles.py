"""Who may do what, where IT assigns roles: every verb of the journal for every role, and own customers only."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from app.cli import run_command
from app.cli.frame import NOT_ALLOWED
from models.values.errors import NotAllowed
from models.values.journal import Actor
from models.values.outreach import Edit
from services.alerting import add_note, add_task, not_useful, snooze
from services.audit import history
from services.outreach import save
from services.settings import DUTIES, ROLES, Permit, Role, Roles, load_managed, roles_table
from services.settings import roles as declared_roles
from services.settings.codec import FieldError
from services.sync import edit_customer, hand_over
from services.workspace import Workspace, open_workspace
from tests.views.books import opened, sample_copy

ROOT = Path(__file__).resolve().parents[3]
VERBS = [(verb, duty) for duty in DUTIES for verb in duty.verbs]
#: Verbs that no unit of work has: what a person is asked about before a file or a draft is made.
ASKED_BEFORE = {"approve-incentive", "open", "encrypt"}
#: The program's own work, which goes on whoever looks on.
OF_THE_PROGRAM = {
    "autosave", "evaluate", "find-duplicates", "forget", "keep", "look", "replay", "score", "refit", "report",
    "read-texts", "digest-imports", "erase-details", "try-rule", "second_reading", "send", "recover", "undo-refused",
    "ask-model", "export",
}  # fmt: skip


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Workspace]:
    workspace = opened(sample_copy(tmp_path / "book.bellwether"), "2026-11-20T09:00:00+00:00")
    yield workspace
    workspace.close()


@pytest.fixture
def as_role(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Callable[[str], Path]]:
    """IT's policy that gives the account "nora" a role, and the system that says that it is hers."""
    monkeypatch.setattr("services.settings.managed.account", lambda: ("nora", ("sales", "users")))

    def write(text: str) -> Path:
        place = tmp_path / "policy.toml"
        place.write_text(f"[roles]\n{text}\n", encoding="utf-8")
        return place

    yield write


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(("verb", "duty"), VERBS, ids=[verb for verb, _ in VERBS])
def test_each_role_may_do_what_the_table_says(role: Role, verb: str, duty: declared_roles.Duty) -> None:
    why = Permit(role).why_not(verb)
    assert (why == "") == (role in duty.roles)
    assert not why or (why.startswith("Only ") and role in why)
    assert Permit().why_not(verb) == "", "without roles everybody may do everything"


def test_a_verb_that_nobody_decided_on_is_an_administrators() -> None:
    assert not Permit("administrator").why_not("something new")
    assert Permit("manager").why_not("something new")


def test_each_verb_of_the_journal_stands_in_one_duty() -> None:
    known = [verb for verb, _ in VERBS]
    assert len(known) == len(set(known))
    used = set(_verbs())
    assert used - set(known) - OF_THE_PROGRAM == set(), "decide who may do this, in services/settings/roles.py"
    assert set(known) - used <= ASKED_BEFORE | {"import"}, "no unit of work has this verb any longer"


def _verbs() -> Iterator[str]:
    """Every verb in the code: constants given to what opens a unit of work, or kept under the name of a verb."""
    openers = {"unit_of_work": 1, "on_alerts": 1, "_each": 2, "_change": 2, "note_disclosure": 1, "change_text": 2}
    kept = {"verb", "VERB", "_VERBS", "REDO", "REFUSED", "MERGED", "ASKED", "EXPORTED"}
    journal = [ROOT / "models" / "journal" / name for name in ("history.py", "undo_merge.py")]
    for file in (*sorted((ROOT / "services").rglob("*.py")), *journal):
        text = file.read_text(encoding="utf-8")
        writes = any(f"{one}(" in text for one in openers if one != "_change")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Call):
                name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                at = openers.get(name) if writes else None
                yield from _texts(node.args[at]) if at is not None and len(node.args) > at else ()
            elif isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                names = {one.id for target in targets for one in ast.walk(target) if isinstance(one, ast.Name)}
                if kept & names and (writes or "verb" not in names):
                    yield from _texts(node.value)
    yield from ("sourced", "confirmed", "warned")  # how a statement of an email was settled


def _texts(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.IfExp):
        yield from (*_texts(node.body), *_texts(node.orelse))
    elif isinstance(node, ast.Tuple):
        yield from (text for one in node.elts for text in _texts(one) if " " not in text)
    elif isinstance(node, ast.Dict):
        yield from (text for one in node.values for text in _texts(one))
    elif isinstance(node, ast.Constant) and isinstance(node.value, str) and " " not in node.value:
        yield node.value


@pytest.mark.parametrize(
    ("policy", "role"),
    [
        ('managers = ["Nora"]', "manager"),
        ('managers = ["@Sales"]', "manager"),
        ('analysts = ["nora"]\nadministrators = ["@users"]', "administrator"),
        ('account_managers = ["nora = Nora Whitfield"]', "account manager"),
        ('managers = ["maria"]', "analyst"),
        ('managers = ["maria"]\neveryone_else = "account manager"', "account manager"),
    ],
)
def test_roles_are_of_accounts_and_groups(as_role: Callable[[str], Path], policy: str, role: str) -> None:
    assert load_managed(as_role(policy)).permit("whoever").role == role


def test_without_roles_nobody_has_one(as_role: Callable[[str], Path]) -> None:
    assert load_managed().permit("nora").role is None


def test_a_role_that_there_is_not_is_named_with_its_line(as_role: Callable[[str], Path]) -> None:
    with pytest.raises(FieldError):
        Roles(everyone_else="boss")
    with pytest.raises(Exception, match=r"line 2.*'boss' is none of administrator, manager, account manager, analyst"):
        load_managed(as_role('everyone_else = "boss"'))


def with_policy(book: Workspace, place: Path) -> Workspace:
    """The same book, opened on a computer with this policy."""
    return open_workspace(replace(book.recipe, managed=(str(place),)), create=False)


def test_an_account_manager_changes_only_own_customers(book: Workspace, as_role: Callable[[str], Path]) -> None:
    owners = dict(_owners(book))
    mine = next(number for number, owner in owners.items() if owner == "Nora Whitfield")
    theirs = next(number for number, owner in owners.items() if owner not in ("Nora Whitfield", "", None))
    nobodys = next((number for number, owner in owners.items() if not owner), None)
    hers = with_policy(book, as_role('account_managers = ["nora=Nora Whitfield"]'))
    try:
        edit_customer(hers, mine, {"city": "Boston"})
        if nobodys is not None:
            edit_customer(hers, nobodys, {"city": "Boston"})
        with pytest.raises(NotAllowed, match=f"is {owners[theirs]}’s customer. Ask {owners[theirs]} or a manager."):
            edit_customer(hers, theirs, {"city": "Boston"})
        assert _city(hers, theirs) != "Boston"
        with pytest.raises(NotAllowed, match="Only an administrator or a manager may change rules"):
            hers.change_policy(card_budget=12)
        (newest, *_) = [one for one in history(hers) if one.verb == "edit-customer"]
        assert newest.role == "account manager"
    finally:
        hers.close()


def test_nobody_takes_over_a_colleagues_customer_but_may_hand_over_an_own_one(
    book: Workspace, as_role: Callable[[str], Path]
) -> None:
    owners = dict(_owners(book))
    mine = next(number for number, owner in owners.items() if owner == "Nora Whitfield")
    theirs = next(number for number, owner in owners.items() if owner == "Jonas Adeyemi")
    hers = with_policy(book, as_role('account_managers = ["nora=Nora Whitfield"]'))
    try:
        with pytest.raises(NotAllowed, match="is Jonas Adeyemi’s customer"):
            edit_customer(hers, theirs, {"owner": "Nora Whitfield"})
        with pytest.raises(NotAllowed, match="is Jonas Adeyemi’s customer"):
            hand_over(hers, "Jonas Adeyemi", "Nora Whitfield")
        edit_customer(hers, mine, {"owner": "Jonas Adeyemi"})
        assert dict(_owners(hers))[mine] == "Jonas Adeyemi" == dict(_owners(hers))[theirs]
    finally:
        hers.close()


def test_colleagues_alerts_and_emails_are_theirs(book: Workspace, as_role: Callable[[str], Path]) -> None:
    with book.store.snapshot() as driver:
        rows = driver.execute(
            "SELECT a.id, a.customer_id, c.owner FROM alerts a JOIN customers c ON c.id = a.customer_id"
            " WHERE a.state = 'open' ORDER BY a.id"
        ).fetchall()
    theirs = next(row for row in rows if row[2] and row[2] != "Nora Whitfield")
    mine = next(row for row in rows if row[2] == "Nora Whitfield")
    hers = with_policy(book, as_role('account_managers = ["nora=Nora Whitfield"]'))
    whose = f"is {theirs[2]}’s customer"
    try:
        acts: tuple[Callable[[int], object], ...] = (
            lambda alert: snooze(hers, [alert], until=date(2026, 12, 1)),
            lambda alert: not_useful(hers, [alert], "wrong"),
            lambda alert: add_note(hers, alert, "Rang twice."),
            lambda alert: add_task(hers, alert, "Ring again"),
        )
        for act in acts:
            with pytest.raises(NotAllowed, match=whose):
                act(theirs[0])
        add_note(hers, mine[0], "Rang twice.")
        with pytest.raises(NotAllowed, match=whose):
            save(
                hers,
                Edit(0, theirs[1], None, "check_in", "warm", "person", "Hello", "Hello,", "Hello.", ()),
                for_review=True,
            )
    finally:
        hers.close()


def test_a_manager_changes_anybodys_customers_and_the_policy(book: Workspace, as_role: Callable[[str], Path]) -> None:
    hers = with_policy(book, as_role('managers = ["nora"]'))
    try:
        for number, _owner in _owners(book)[:5]:
            edit_customer(hers, number, {"city": "Boston"})
        hers.change_policy(card_budget=12)
        assert {one.role for one in history(hers, limit=6)} == {"manager"}
    finally:
        hers.close()


def test_an_analyst_opens_no_book_with_names(book: Workspace, as_role: Callable[[str], Path]) -> None:
    with pytest.raises(NotAllowed, match=r"may open books, with the names and addresses in them. Your role is analyst"):
        with_policy(book, as_role('analysts = ["nora"]'))


@pytest.mark.parametrize("command", [["restore", "newest"], ["encryption", "on"], ["customers"]])
def test_an_analyst_restores_encrypts_and_prints_nothing(
    book: Workspace,
    as_role: Callable[[str], Path],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    command: list[str],
) -> None:
    monkeypatch.setattr("app.bootstrap.managed_sources", lambda: (str(as_role('analysts = ["nora"]')),))
    assert run_command([*command, "--store", book.recipe.store]) == NOT_ALLOWED
    assert "Only an administrator, a manager or an account manager may" in capsys.readouterr().err


def test_what_the_program_does_by_itself_goes_on() -> None:
    Permit("analyst").begin(Actor("model", "scoring"), "score")
    Permit("analyst").begin(Actor("rule", "rules"), "evaluate")
    with pytest.raises(NotAllowed):
        Permit("analyst").begin(Actor("import", "nora"), "import")


def test_the_documentation_has_the_table() -> None:
    assert roles_table() in (ROOT / "docs" / "it.md").read_text(encoding="utf-8")


def _owners(book: Workspace) -> list[tuple[int, str]]:
    with book.store.snapshot() as driver:
        return [(int(row[0]), row[1]) for row in driver.execute("SELECT id, owner FROM customers ORDER BY id")]


def _city(book: Workspace, number: int) -> str:
    with book.store.snapshot() as driver:
        return str(driver.execute("SELECT city FROM customers WHERE id = ?", (number,)).fetchone()[0])
