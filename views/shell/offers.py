"""What the palette can offer: pages, tabs of Insights, sections of Settings, commands that can act now, customers.

What was used last comes first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from models.values.customers import CustomerRow
from views.actions import SPECS, Actions, Command, key_words
from views.shell.pages import PAGES
from views.shell.ranking import NOISE_SHARE, PREFIX, rank
from views.words import DOT, money_short

RECENT, PAGES_TITLE, CUSTOMERS, COMMANDS = "Recent", "Pages", "Customers", "Commands"
ASK = "Ask"
_ASKED = "ask/"
#: A text of so many words may be a question to the book.
_WORDS_OF_A_QUESTION = 3
SETTINGS, INSIGHTS, EMAILS = "Settings", "Insights", "Write an email"
#: The tabs that Insights always has, by key: to read them from their files would keep the first letters waiting.
TABS: Final = {
    "overview": "Overview",
    "service": "Service",
    "reviews": "Reviews",
    "pipeline": "Pipeline",
    "email": "Email",
    "scores": "Scores",
}
KEPT = 6
LEAST_FOR_ALIAS = 3
_PAGES: Final = {spec.command: spec for spec in PAGES}
#: What was used last is offered a little before what fits alike.
_RECENT_BONUS: Final = 0.15
#: A customer whom the book found by an address, a city or an id, or under another spelling.
_FOUND_OTHERWISE: Final = 0.55
#: "draft tierney", "email to tierney": words that ask for an email to whom the others name.
_WRITING: Final = ("draft", "email", "write", "mail", "compose")
_BETWEEN: Final = frozenset({"a", "an", "the", "email", "mail", "to"})
#: Of two that fit alike, what names the deed goes before what names the page or the customer only.
_DEED_BONUS: Final = 0.1


@dataclass(frozen=True, slots=True)
class Offer:
    """One line: a page or a command, a place on a page, or a customer; with ``email`` an email to them."""

    title: str
    icon: str
    hint: str = ""
    key: str = ""
    command: Command | None = None
    customer: CustomerRow | None = None
    email: bool = False
    place: str = ""
    also: str = ""  # words that lead to a place beside its title

    @property
    def id(self) -> str:
        """What stays the same while the list changes around it."""
        if self.customer is not None:
            return f"{'email' if self.email else 'customer'}:{self.customer.id}"
        return self.place or f"command:{self.command}"

    @property
    def kept_as(self) -> str:
        """Under which name it is remembered for the next run; '' is not: no name of a customer is kept."""
        if self.place.startswith(_ASKED):
            return ""
        return self.place or (self.command.name if self.command is not None else "")


@dataclass(frozen=True, slots=True)
class Found:
    """Customers whom the book found for a text, and those to whom it asks for an email."""

    named: Sequence[CustomerRow] = ()
    to_email: Sequence[CustomerRow] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """Offers under a heading, the best first."""

    title: str
    offers: tuple[Offer, ...]


class Offers:
    """Everything that can be offered now, and what was used last."""

    def __init__(self, actions: Actions) -> None:
        self._actions = actions
        self._recent: list[Offer] = []

    @property
    def recent(self) -> list[str]:
        """Names of the commands and places that were used last, the newest first."""
        return [offer.kept_as for offer in self._recent if offer.kept_as]

    def recall(self, names: Sequence[str]) -> None:
        """Take up what was used in an earlier run; a name that no longer exists is passed over."""
        commands = {command.name: command for command in SPECS}
        known = {name: self._offer(commands[name]) for name in names if name in commands}
        if any("/" in name for name in names):
            known |= {offer.place: offer for offer in places()}
        self._recent = [known[name] for name in names if name in known][:KEPT]

    def remember(self, offer: Offer) -> None:
        """Something was chosen."""
        self._recent = [offer, *(one for one in self._recent if one.id != offer.id)][:KEPT]

    def can_act(self) -> list[Command]:
        """The commands that would do something now, in the order of the registry."""
        made = set(self._actions) - {Command.SEARCH}
        return [command for command in SPECS if command in made and can_act(self._actions[command])]

    def fitting(self, text: str, found: Found, *, waiting: bool) -> list[Group]:
        """Return what fits a text, the best group first; without a text what was used last, pages, commands.

        Parameters
        ----------
        found
            Whom the book found.
        waiting
            Whether they are for letters typed before: then only those that still fit are kept.
        """
        if text.startswith("?") and text[1:].strip():
            return [Group(ASK, (_ask(text[1:].strip()),))]
        can = self.can_act()
        offers = [self._offer(command) for command in can]
        if not text:
            usable = {offer.id for offer in offers}
            recent = [one for one in self._recent if one.command is None or one.id in usable]
            rest = [one for one in offers if one.id not in {other.id for other in recent}]
            return grouped(recent, rest)
        ranked = [(self._rank(text, offer), offer) for offer in offers]
        if len(text) >= LEAST_FOR_ALIAS:
            ranked += [(self._with_use(rank(text, one.title, one.also), one), one) for one in places()]
        whom = named_in(text)
        for rows, name, make in ((found.named, text, _customer), (found.to_email, whom, _email_to)):
            for row in rows:
                fit = rank(name, row.name) if name else 0.0
                bonus = _DEED_BONUS if name == whom else 0.0
                if name and (fit or not waiting):
                    ranked.append((max(fit, _FOUND_OTHERWISE) + bonus, make(row)))
        found_groups = _best_first([(fit, offer) for fit, offer in ranked if fit > 0])
        return [*found_groups, Group(ASK, (_ask(text),))] if len(text.split()) >= _WORDS_OF_A_QUESTION else found_groups

    def _rank(self, text: str, offer: Offer) -> float:
        assert offer.command is not None
        spec = SPECS[offer.command]
        fit = rank(text, offer.title, f"{spec.says} {spec.group}" if len(text) >= LEAST_FOR_ALIAS else "")
        return self._with_use(fit, offer)

    def _with_use(self, fit: float, offer: Offer) -> float:
        used = any(one.id == offer.id for one in self._recent)
        return fit + (_RECENT_BONUS if used and fit else 0.0)

    def _offer(self, command: Command) -> Offer:
        page, spec = _PAGES.get(command), SPECS[command]
        if page is not None:
            return Offer(page.title, page.icon, "Go to", key_words(command), command)
        words = self._actions[command].text()
        hint = spec.says if spec.says and spec.says != words else spec.group
        return Offer(words, spec.icon or "keyboard", hint, key_words(command), command)


def _ask(question: str) -> Offer:
    return Offer(question, "ask", "Ask the book", place=f"{_ASKED}{question}")


def places() -> list[Offer]:
    """Every tab of Insights, every section of Settings and every group in one; read when first asked for."""
    from views.settings.places import places as all_places

    made = [Offer(title, "insights", INSIGHTS, place=f"insights/{key}", also=INSIGHTS) for key, title in TABS.items()]
    for one in all_places():
        inside = DOT.join(part for part in ("Settings", one.inside) if part)
        also = f"{inside} {one.also}"
        made.append(Offer(one.title, "settings", inside, place=f"settings/{one.key}", also=also))
    return made


def named_in(text: str) -> str:
    """Return who is named after words that ask for an email: "tierney" of "draft tierney"; '' for nobody."""
    first, *rest = text.split() or [""]
    if not rest or len(first) < LEAST_FOR_ALIAS or not any(rank(first, word) for word in _WRITING):
        return ""
    while rest and rest[0].casefold() in _BETWEEN:
        rest = rest[1:]
    return " ".join(rest)


def grouped(recent: Sequence[Offer], rest: Sequence[Offer]) -> list[Group]:
    """What is offered before anything is typed."""
    pages = tuple(offer for offer in rest if offer.command in _PAGES)
    commands = sorted((offer for offer in rest if offer.command not in _PAGES), key=_is_general)
    found = ((RECENT, tuple(recent)), (PAGES_TITLE, pages), (COMMANDS, tuple(commands)))
    return [Group(title, offers) for title, offers in found if offers]


def _best_first(ranked: list[tuple[float, Offer]]) -> list[Group]:
    """Groups by their best offer. Beside something that fits well, what hardly fits is left out."""
    best = max((fit for fit, _offer in ranked), default=0.0)
    least = best * NOISE_SHARE if best >= PREFIX else 0.0
    titles = (PAGES_TITLE, EMAILS, CUSTOMERS, COMMANDS, INSIGHTS, SETTINGS)
    groups: dict[str, list[tuple[float, Offer]]] = {title: [] for title in titles}
    for fit, offer in ranked:
        if fit >= least:
            groups[_kind(offer)].append((fit, offer))
    ordered = {title: sorted(lines, key=lambda line: -line[0]) for title, lines in groups.items() if lines}
    # Stable: of groups that fit about as well, pages come first, then customers.
    best_first = sorted(ordered, key=lambda title: -round(ordered[title][0][0], 1))
    return [Group(title, tuple(offer for _fit, offer in ordered[title])) for title in best_first]


def _kind(offer: Offer) -> str:
    if offer.customer is not None:
        return EMAILS if offer.email else CUSTOMERS
    if offer.place:
        return INSIGHTS if offer.place.startswith("insights/") else SETTINGS
    return PAGES_TITLE if offer.command in _PAGES else COMMANDS


def _is_general(offer: Offer) -> bool:
    """What can be done everywhere comes after what belongs to the page in front."""
    return offer.command is not None and SPECS[offer.command].group in ("Go to", "Everywhere")


def _customer(row: CustomerRow) -> Offer:
    risk = f"{money_short(row.value_at_risk_minor, row.currency)} at risk" if row.value_at_risk_minor else ""
    hint = DOT.join(part for part in (row.tier, row.segment, risk) if part)
    return Offer(row.name, "customers", hint, customer=row)


def _email_to(row: CustomerRow) -> Offer:
    hint = DOT.join(part for part in (row.tier, row.segment) if part)
    return Offer(f"Draft email to {row.name}", "email", hint, customer=row, email=True)


def can_act(action: QAction) -> bool:
    """Whether an action is on, and belongs to something that is in front: a page acts only while it is shown."""
    if not action.isEnabled():
        return False
    owners = [one for one in action.associatedObjects() if isinstance(one, QWidget) and not isinstance(one, QMenu)]
    return any(owner.isVisible() for owner in owners)
