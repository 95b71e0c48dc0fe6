"""The menu behind "+ Filter": every kind, its values with how many customers each has, and figures to start from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from models.values.customers import STANDINGS, CustomerFilter, FilterChoices
from views.customers.filters import CONFIDENCES, CONSENTS, NO_OWNER, NOBODY, toggled
from views.words import minor_digits, money, percent, whole

CHURN_STEPS = (0.20, 0.40, 0.50, 0.70)
AT_RISK_STEPS = (100, 500, 1_000, 5_000)
RENEWAL_STEPS = (30, 60, 90)
MOST = 40

Change = Callable[[CustomerFilter], None]


class FilterMenu(QMenu):
    """Built for one opening. A choice changes the filter at once and the menu of values stays open."""

    def __init__(
        self,
        parent: QWidget,
        chosen: CustomerFilter,
        choices: FilterChoices,
        currency: str,
        me: str,
        change: Change,
        kind: str = "",
    ) -> None:
        super().__init__(parent)
        self._chosen, self._change, self._me = chosen, change, me
        self.setAccessibleName("Add a filter")
        values: dict[str, tuple[str, list[tuple[str, str, int | None]]]] = {
            "tiers": ("Tier", [(value, value or "none", count) for value, count in choices.tiers]),
            "segments": ("Segment", [(value, value or "none", count) for value, count in choices.segments]),
            "regions": ("Region", [(value, value or "none", count) for value, count in choices.regions]),
            "owners": ("Owner", self._owners(choices.owners)),
            "consents": ("Email consent", [(value, words, None) for value, words in CONSENTS]),
            "confidences": ("Confidence", [(value, value, None) for value in CONFIDENCES]),
            "standings": ("Status", [(value, words, None) for value, words in STANDINGS.items()]),
        }
        for name, (title, rows) in values.items():
            if rows and kind in ("", name):
                self._values(self._menu(title, alone=bool(kind)), name, rows)
        churn = [(step, f"{percent(step)} or more") for step in CHURN_STEPS]
        self._steps("churn_from", "Churn risk", churn, kind)
        unit = 10 ** minor_digits(currency)
        risk = [(step * unit, f"{money(step * unit, currency)} or more") for step in AT_RISK_STEPS]
        self._steps("at_risk_from_minor", "Revenue at risk", risk, kind)
        renewal = [(step, f"within {step} days") for step in RENEWAL_STEPS]
        self._steps("renews_within_days", "Renews", renewal, kind)
        for name, words in (("open_alert", "Has an open alert"), ("overdue", "Overdue for an order")):
            if kind in ("", name):
                action = self.addAction(words)
                action.setCheckable(True)
                action.setChecked(getattr(chosen, name))
                action.toggled.connect(partial(self._set, name))

    def _owners(self, owners: Sequence[tuple[str, int]]) -> list[tuple[str, str, int | None]]:
        named = dict(owners)
        rows: list[tuple[str, str, int | None]] = []
        if self._me and self._me in named:
            rows.append((self._me, "You", named.pop(self._me)))
        if NOBODY in named:
            rows.append((NOBODY, NO_OWNER, named.pop(NOBODY)))
        return rows + [(owner, owner, count) for owner, count in named.items()]

    def _menu(self, title: str, *, alone: bool) -> QMenu:
        return self if alone else self.addMenu(title)

    def _values(self, menu: QMenu, name: str, rows: Sequence[tuple[str, str, int | None]]) -> None:
        menu.setToolTipsVisible(True)
        for value, words, count in rows[:MOST]:
            text = words if count is None else f"{words}\t{whole(count)}"
            action = menu.addAction(text)
            action.setCheckable(True)
            action.setChecked(value in getattr(self._chosen, name))
            action.triggered.connect(self._toggler(name, value))
        if len(rows) > MOST:
            rest = menu.addAction(f"and {whole(len(rows) - MOST)} more: type a name to find them")
            rest.setEnabled(False)

    def _toggler(self, name: str, value: str) -> Callable[[], None]:
        def toggle() -> None:
            self._chosen = toggled(self._chosen, name, value)
            self._change(self._chosen)

        return toggle

    def _steps(self, name: str, title: str, steps: Sequence[tuple[float, str]], kind: str) -> None:
        if kind not in ("", name):
            return
        menu = self._menu(title, alone=bool(kind))
        now = getattr(self._chosen, name)
        for value, words in steps:
            action = menu.addAction(words)
            action.setCheckable(True)
            action.setChecked(value == now)
            action.triggered.connect(self._setter(name, None if value == now else value))

    def _setter(self, name: str, value: float | None) -> Callable[[], None]:
        def put() -> None:
            changes: dict[str, Any] = {name: value}
            self._chosen = replace(self._chosen, **changes)
            self._change(self._chosen)

        return put

    def _set(self, name: str, on: bool) -> None:
        changes: dict[str, Any] = {name: on}
        self._chosen = replace(self._chosen, **changes)
        self._change(self._chosen)


def sort_actions(menu: QMenu, titles: Sequence[tuple[str, str]], now: str, choose: Callable[[str], None]) -> None:
    """Fill a menu with the columns that the book can be sorted by."""
    for key, title in titles:
        action: QAction = menu.addAction(title)
        action.setCheckable(True)
        action.setChecked(key == now)
        action.triggered.connect(lambda _on=False, key=key: choose(key))
