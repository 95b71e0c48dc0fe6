"""The page Ask: nothing asked yet, answers with figures and rows, a question asked back, one that is refused."""

from __future__ import annotations

from functools import partial
from typing import Any

from tests.screenshots.studio import SIZES, WIDE, Shots, window
from views.desktop import Desktop
from views.pictures import settle, wait_until
from views.theme import ThemeChoice


def ask(shots: Shots) -> None:
    """Empty, then a conversation; light, dark, small."""
    with window(shots.studio, "ask") as desk:
        shots.shot(desk, "ask-empty")
        _asked(desk, "Customers who left 5-star reviews but have not ordered in 90 days", "by owner",
               "revenue by category this year")  # fmt: skip
        shots.shot(desk, "ask")
        for size in ("1366", "760"):
            desk.window.resize(*SIZES[size])
            shots.shot(desk, f"ask-{size}")
        desk.window.resize(*WIDE)
        desk.theme.choose(ThemeChoice.DARK)
        shots.shot(desk, "ask-dark")
        desk.theme.choose(ThemeChoice.LIGHT)
        _asked(desk, "Who are our best customers?", "Revenue by month for purple Gold customers",
               "tell me everything about customer 42")  # fmt: skip
        shots.shot(desk, "ask-customer")


def _asked(desk: Desktop, *questions: str) -> None:
    page: Any = desk.window.page("ask")
    for one in questions:
        page.ask(one)
        wait_until(partial(_is_answered, page.answers[-1]))
    settle(desk)


def _is_answered(view: Any) -> bool:
    return view.found is not None
