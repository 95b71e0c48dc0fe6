"""The pages that exist, in the order of the rail. A page that is not built yet is not here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

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


def _alerts(context: Context) -> Page:
    from views.alerts.page import AlertsPage

    return AlertsPage(context)


def _customers(context: Context) -> Page:
    from views.customers.page import CustomersPage

    return CustomersPage(context)


def _outbox(context: Context) -> Page:
    from views.outbox.page import OutboxPage

    return OutboxPage(context)


def _insights(context: Context) -> Page:
    from views.insights.page import InsightsPage

    return InsightsPage(context)


def _data(context: Context) -> Page:
    from views.data.page import DataPage

    return DataPage(context)


def _settings(context: Context) -> Page:
    from views.settings.page import SettingsPage

    return SettingsPage(context)


def _composer(context: Context) -> Page:
    from views.composer.page import ComposerPage

    return ComposerPage(context)


def _duplicates(context: Context) -> Page:
    from views.customers.duplicates_page import DuplicatesPage

    return DuplicatesPage(context)


#: A page over others: it is not in the rail, and Esc leads back to where it was asked for.
COMPOSER = PageSpec("composer", "Email", "email", Command.DRAFT, _composer)
#: Also over others; made when it is asked for, as few ask on most days.
DUPLICATES = PageSpec("duplicates", "Possible duplicates", "copy", Command.SHOW_DUPLICATES, _duplicates)
OVER = (COMPOSER, DUPLICATES)
PAGES = (
    PageSpec("alerts", "Alerts", "alerts", Command.SHOW_ALERTS, _alerts),
    PageSpec("customers", "Customers", "customers", Command.SHOW_CUSTOMERS, _customers),
    PageSpec("outbox", "Outbox", "send", Command.SHOW_OUTBOX, _outbox, count_ground="count_neutral"),
    PageSpec("insights", "Insights", "insights", Command.SHOW_INSIGHTS, _insights),
    PageSpec("data", "Data", "data", Command.SHOW_DATA, _data, below=True),
    PageSpec("settings", "Settings", "settings", Command.SHOW_SETTINGS, _settings, below=True),
)
