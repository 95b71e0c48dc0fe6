"""What the Settings page asks, each done by a worker: the policy, the rules' titles, secrets, and tries.

A secret that was typed goes from its field through here to the keyring, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from shutil import rmtree
from threading import Event
from typing import TYPE_CHECKING, Literal
from weakref import finalize

from models.values.changes import Changes
from models.values.customers import CustomerFilter, Suppression
from models.values.errors import EnvironmentFault
from models.values.outreach import TemplateChoice, TemplateField
from models.values.watches import WatchState
from services import alerting, insight, mail_access, outreach
from services.pipeline.jobs import TrialJob
from services.settings import MailAccount, ModelProfile, Policy, SignInClient
from services.workspace import Workspace

if TYPE_CHECKING:
    from models.values.rule_trials import Trial
    from services.alerting import RuleRecord


@dataclass(frozen=True, slots=True)
class InForce:
    """The policy in force, and the currency in which the book adds up."""

    policy: Policy
    currency: str


@dataclass(frozen=True, slots=True)
class Kept:
    """Where a secret is; ``lasting`` says whether this computer has a keyring at all."""

    where: Literal["keyring", "run", "locked", ""]
    lasting: bool


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who is signed in with the browser (None: nobody; '': the provider does not say), and where that is kept."""

    who: str | None
    kept: Literal["keyring", "run", "locked", ""]
    lasting: bool


def in_force(workspace: Workspace) -> InForce:
    """Read the policy and the book's currency."""
    return InForce(workspace.read_policy(), workspace.read_currency())


def rule_titles(workspace: Workspace) -> tuple[tuple[str, str], ...]:
    """Code and title of every rule of the book."""
    return tuple((rule.code, rule.title) for rule in alerting.rule_records(workspace))


def rules(workspace: Workspace) -> tuple[RuleRecord, ...]:
    """Every rule with its figures in force and its record."""
    return alerting.rule_records(workspace.with_policy(workspace.read_policy()))


def watches(workspace: Workspace) -> tuple[WatchState, ...]:
    """Every watch of the book with its present figure, and where its open alert stands."""
    found = alerting.list_watches(workspace)
    beyond = insight.beyond_limit(workspace) if any(one.open_alert is not None for one in found) else ()
    return tuple(replace(one, beyond=one.open_alert in beyond) for one in found)


def set_rule(workspace: Workspace, code: str, figures: Mapping[str, float | str], owner: str) -> Changes:
    """Keep a rule's owner, and those of its figures that are others than those in force."""
    before = workspace.read_policy()
    after = alerting.with_owner(alerting.with_figures(workspace, before, code, figures), code, owner)
    fields = ("rule_parameters", "rule_owners")
    changed = {name: getattr(after, name) for name in fields if getattr(after, name) != getattr(before, name)}
    return workspace.change_policy(**changed)  # a field that IT has set stands in nobody's way


class TrialPlace:
    """A folder beside the book for the scored past between trials; it goes with the page, or at the next start."""

    def __init__(self, workspace: Workspace) -> None:
        self.folder = str(alerting.place_of_trials(workspace))
        finalize(self, rmtree, self.folder, ignore_errors=True)


def trial_of(
    workspace: Workspace, code: str, figures: Mapping[str, float | str], weeks: int, place: TrialPlace
) -> tuple[TrialJob, Trial | None]:
    """The work of trying a rule with figures that are not saved, and what it found if the past is scored already."""
    job = TrialJob(workspace.recipe, code, tuple(figures.items()), weeks, place.folder)
    return job, job.again()


@dataclass(frozen=True, slots=True)
class TemplateLibrary:
    """The templates of the book, the fields that they may use, and customers to show them with."""

    templates: tuple[TemplateChoice, ...]
    fields: tuple[TemplateField, ...]
    customers: tuple[int, ...]


def library(workspace: Workspace) -> TemplateLibrary:
    """Read the templates, and customers who gave consent, those with an alert first."""
    given = CustomerFilter(consents=frozenset({"given"}))
    alerted = CustomerFilter(consents=frozenset({"given"}), open_alert=True)
    found = [row.id for wanted in (alerted, given) for row in insight.customers_page(workspace, wanted).rows]
    return TemplateLibrary(outreach.read_templates(workspace), outreach.template_fields(), tuple(dict.fromkeys(found)))


@dataclass(frozen=True, slots=True)
class Suppressions:
    """Suppressed addresses that contain what was typed, and how many of them there are."""

    shown: tuple[Suppression, ...]
    total: int


def suppressions(workspace: Workspace, part: str) -> Suppressions:
    """Read the newest suppressions."""
    from services.permission.suppressions import read_suppressions

    return Suppressions(*read_suppressions(workspace, part))


def kept(workspace: Workspace, name: str) -> Kept:
    """Where the secret of this name is."""
    keyring = workspace.keyring
    try:
        if keyring.lasts(name):
            return Kept("keyring", keyring.lasting)
    except EnvironmentFault:
        return Kept("locked", keyring.lasting)
    return Kept("run" if keyring.get(name) is not None else "", keyring.lasting)


def all_kept(workspace: Workspace, names: Sequence[str]) -> dict[str, Kept]:
    """Where each of these secrets is."""
    return {name: kept(workspace, name) for name in names}


def keep(workspace: Workspace, name: str, typed: str, before: str = "", *, move: bool = False) -> Kept:
    """Keep a secret that was typed under its name.

    Parameters
    ----------
    typed : '' leaves the one that is kept.
    before : name under which it was kept until now; it is forgotten there.
    move : take the one from there along where nothing was typed.

    Raises
    ------
    EnvironmentFault
        The keyring does not let the former one go; the new one is kept all the same.
    """
    keyring = workspace.keyring
    renamed = bool(before) and before != name
    secret = typed or (keyring.get(before) if renamed and move else None)
    if secret:
        keyring.set(name, secret)
    if renamed:
        keyring.delete(before)
    return kept(workspace, name)


def keep_mail(
    workspace: Workspace, account: MailAccount, typed: str, before: str, client: SignInClient, client_secret: str
) -> Kept:
    """Keep a mail server's password, and let the emails that wait for a fault of the former account be tried again.

    What the browser sign-in keeps is kept by that itself; of its client a secret may have been typed.
    """
    try:
        if client_secret:
            workspace.keyring.set(client.secret, client_secret)
        return keep(workspace, account.secret, "" if account.sign_in else typed, before)
    finally:
        outreach.account_fixed(workspace)


def forget(workspace: Workspace, name: str) -> Kept:
    """Forget a secret."""
    workspace.keyring.delete(name)
    return kept(workspace, name)


def try_mail(
    workspace: Workspace, account: MailAccount, typed: str, given_up: Event, *, to_oneself: bool = False
) -> str:
    """Connect to a mail server and sign in, with the password that was typed or the one that is kept.

    With ``to_oneself`` a test email goes to the sender's own address. If what is kept works, emails that waited for a
    fault of it may go out at once.

    Raises
    ------
    Cancelled
        ``given_up`` was set: the page was left, or something else is tried.
    """
    kept = workspace.keyring.get(account.secret) if not account.sign_in else None
    do = outreach.send_to_oneself if to_oneself else outreach.try_mail
    words = do(workspace, account, typed or kept, cancelled=given_up.is_set)
    if account == workspace.preferences.mail and typed in ("", kept):
        outreach.account_fixed(workspace)
    return words


def signed_in(workspace: Workspace, account: MailAccount) -> SignedIn:
    """Return who is signed in with the browser to the account."""
    who = mail_access.signed_in(workspace, account)
    found = kept(workspace, account.secret)
    return SignedIn(who, found.where, found.lasting)


def sign_in(
    workspace: Workspace,
    account: MailAccount,
    client: SignInClient,
    secret: str,
    tell: Callable[[str], None],
    given_up: Event,
) -> SignedIn:
    """Sign in with the browser; ``tell`` is given the address that it must go to, ``secret`` was typed, '' if not.

    Raises
    ------
    Cancelled
        ``given_up`` was set.
    """
    if secret:
        workspace.keyring.set(client.secret, secret)
    mail_access.sign_in(workspace, account, client, open_link=tell, cancelled=given_up.is_set)
    outreach.account_fixed(workspace)
    return signed_in(workspace, account)


def try_profile(workspace: Workspace, profile: ModelProfile, typed: str, kept_as: str, given_up: Event) -> str:
    """Ask a language model for one word, with the key that was typed or the one that is kept.

    Raises
    ------
    Cancelled
        ``given_up`` was set: the page was left, or something else is tried.
    """
    key = typed or workspace.keyring.get(kept_as)
    return outreach.try_profile(workspace, profile, key, cancelled=given_up.is_set)
