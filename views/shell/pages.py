"""The pages that exist, in the order of the rail. A page that is not built yet is not here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

from views.actions import Command
from views.shell.page import Context, Page


@dataclass(frozen=True, slots=True)
class PageSpec:
    """One page: its key, name, icon, command, place, and how it is made at its first visit."""

    key: str
    title: str
    icon: str
    command: Command
    make: Callable[[Context], Page]
    below: bool = False  # in the lower part of the rail
    count_ground: str = "critical_solid"  # colour behind the number on its icon


def _page(room: str, name: str, module: str = "page") -> Callable[[Context], Page]:
    """Return how a page of a room is made; its module is imported then."""

    def make(context: Context) -> Page:
        made: Page = getattr(import_module(f"views.{room}.{module}"), name)(context)
        return made

    return make


#: A page over others: it is not in the rail, and Esc leads back to where it was asked for.
COMPOSER = PageSpec("composer", "Email", "email", Command.DRAFT, _page("composer", "ComposerPage"))
#: Also over others; made when it is asked for, as few ask on most days.
DUPLICATES = PageSpec(
    "duplicates",
    "Possible duplicates",
    "copy",
    Command.SHOW_DUPLICATES,
    _page("customers", "DuplicatesPage", "duplicates_page"),
)
OVER = (COMPOSER, DUPLICATES)
PAGES = (
    PageSpec("alerts", "Alerts", "alerts", Command.SHOW_ALERTS, _page("alerts", "AlertsPage")),
    PageSpec("customers", "Customers", "customers", Command.SHOW_CUSTOMERS, _page("customers", "CustomersPage")),
    PageSpec(
        "outbox", "Outbox", "send", Command.SHOW_OUTBOX, _page("outbox", "OutboxPage"), count_ground="count_neutral"
    ),
    PageSpec("insights", "Insights", "insights", Command.SHOW_INSIGHTS, _page("insights", "InsightsPage")),
    PageSpec("ask", "Ask", "ask", Command.SHOW_ASK, _page("ask", "AskPage")),
    PageSpec("data", "Data", "data", Command.SHOW_DATA, _page("data", "DataPage"), below=True),
    PageSpec("settings", "Settings", "settings", Command.SHOW_SETTINGS, _page("settings", "SettingsPage"), below=True),
)
