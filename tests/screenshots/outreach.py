"""The composer, the outbox, the palette and the settings of outreach, in their states."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from models.values.outreach import Edit
from services import insight
from services.outreach import approve, compose, draft_by_template, save
from services.settings import MailAccount, ModelProfile, Preferences
from services.workspace import Recipe, Workspace, open_workspace
from tests.screenshots.studio import NOW, PERSON, Shots, Studio, press, window
from tests.servers.model_server import ModelServer, closed_port, model_server, written
from views.actions import Command
from views.pictures import settle, wait_until
from views.theme import ThemeChoice

INVENTED = "We have since moved your region to a second carrier."


@contextmanager
def _known() -> Iterator[tuple[Preferences, ModelServer]]:
    """This computer with a mail server that does not answer and a language model that does."""
    account = MailAccount("localhost", closed_port(), "starttls", "ada", "ada@bell.example", "Ada Moreno")
    with model_server() as server:
        profile = ModelProfile("Office server", server.url, "loopback-1", kind="local")
        yield Preferences(mail=account, profiles=(profile,), writer=profile.name, signature="Ada Moreno"), server


def _mailable(workspace: Workspace, number: int = 1, goal: str = "") -> list[tuple[int, int]]:
    """Cards of the queue whose customers may be emailed, those whose goal it is first: (customer, card)."""
    found = []
    for row in insight.queue(workspace, beyond_budget=True).rows:
        if row.customer_id is None:
            continue
        composed = compose(workspace, row.customer_id, row.id)
        if composed.permission.allowed and composed.message is None:
            found.append((composed.edit.goal != goal, row.customer_id, row.id))
    return [(customer, card) for _, customer, card in sorted(found, key=lambda one: one[0])[:number]]


def composer(shots: Shots) -> None:
    """By template, streaming, blocked, ready, compared, what leaves; small and dark."""
    with _known() as (known, server), window(shots.studio, known=known) as desk:
        (customer, card), *_ = _mailable(desk.book.workspace, goal="apologise")
        desk.window.page("alerts").wants_email.emit(customer, card)
        page: Any = desk.window.page("composer")
        wait_until(lambda: page.session is not None and page.session.review is not None)
        shots.shot(desk, "composer-template")
        text = page.session.edit.body
        first, _, rest = text.partition("\n\n")
        half = threading.Event()
        answer = f"Subject: {page.session.edit.subject}\n\n{first} {INVENTED}\n\n{rest}"
        gates = [threading.Event() for _ in range(40)]
        for gate in gates[:-1]:
            gate.set()
        gates[-1] = half
        server.answer(written(answer, gates=gates))
        desk.window.actions_registry[Command.WRITE].trigger()
        wait_until(lambda: bool(page.mail.stream.toPlainText()))
        shots.now(desk, "composer-writing")
        half.set()
        wait_until(lambda: INVENTED in page.mail.editor.text and bool(page.session.flags), 20_000)
        shots.shot(desk, "composer-blocked-light")
        shots.sizes(desk, "composer-blocked")
        desk.theme.choose(ThemeChoice.DARK)
        shots.shot(desk, "composer-blocked-dark")
        desk.theme.choose(ThemeChoice.LIGHT)
        desk.window.actions_registry[Command.REMOVE_STATEMENT].trigger()
        wait_until(lambda: page.session.review is not None and page.session.review.ready)
        shots.shot(desk, "composer-ready-light")
        desk.theme.choose(ThemeChoice.DARK)
        shots.shot(desk, "composer-ready-dark")


def _fill(studio: Studio, known: Preferences) -> None:
    """Put emails of every kind into the book, at their usual pace."""
    opened = open_workspace(Recipe(str(studio.book), PERSON, NOW))
    workspace = replace(opened, preferences=known)
    for number, (customer, card) in enumerate(_mailable(workspace, 9)):
        draft = draft_by_template(workspace, customer, goal="check_in", tone="warm")
        edit = Edit(
            0, customer, card, "check_in", "warm", draft.writer, draft.subject, draft.greeting, draft.body, draft.facts
        )
        message = save(workspace, edit, draft=draft, for_review=True)
        if number >= 4:
            approve(workspace, message.id, at=None if number < 7 else "2026-11-20T09:00:00Z")
    opened.close()


def outbox(shots: Shots) -> None:
    """Each tab, light, dark and small."""
    with _known() as (known, _server):
        _fill(shots.studio, known)
        with window(shots.studio, "outbox", known=known) as desk:
            page: Any = desk.window.page("outbox")
            for tab in ("review", "waiting", "doubt", "sent"):
                page.list.show_tab(tab)
                shots.shot(desk, f"outbox-{tab}")
            page.list.show_tab("waiting")
            settle(desk)
            shots.sizes(desk, "outbox-waiting")
            desk.theme.choose(ThemeChoice.DARK)
            shots.shot(desk, "outbox-waiting-dark")


def settings(shots: Shots) -> None:
    """Every section of the settings of outreach."""
    with _known() as (known, _server), window(shots.studio, "settings", known=known) as desk:
        page: Any = desk.window.page("settings")
        for key in ("emails", "templates", "mail", "models"):
            page.show_section(key)
            shots.shot(desk, f"settings-{key}")
        desk.theme.choose(ThemeChoice.DARK)
        shots.shot(desk, "settings-templates-dark")


def palette(shots: Shots) -> None:
    """What can be found and run, light and dark."""
    with window(shots.studio) as desk:
        page: Any = desk.window.page("alerts")
        desk.window.search.begin(page.queue.view)
        QTest.keyClicks(desk.window.search, "sn")
        wait_until(lambda: desk.window.search.results.isVisible())
        shots.shot(desk, "palette-light")
        desk.theme.choose(ThemeChoice.DARK)
        shots.shot(desk, "palette-dark")
        desk.theme.choose(ThemeChoice.LIGHT)
        press(Qt.Key.Key_Escape)
