"""The composer, the outbox, the palette and the settings of outreach, in their states."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from models.values.outreach import Edit
from services import insight
from services.alerting import renew_record
from services.outreach import approve, compose, draft_by_template, save, send_due
from services.settings import MailAccount, ModelProfile, Preferences
from services.workspace import Recipe, Workspace, open_workspace
from tests.screenshots.studio import BACK, PERSON, WORKED, Shots, Studio, press, window
from tests.servers.mail_server import MailServer, mail_server
from tests.servers.model_server import ModelServer, closed_port, model_server, written
from views.actions import Command
from views.desktop import Desktop
from views.pictures import settle, wait_until
from views.theme import ThemeChoice

INVENTED = "That will never happen again."
OWN = "I have thought about what you told us."


@contextmanager
def _known() -> Iterator[tuple[Preferences, ModelServer]]:
    """This computer with a mail server that does not answer and a language model that does."""
    account = MailAccount("localhost", closed_port(), "starttls", "ada", "ada@bell.example", "Ada Moreno")
    with model_server() as server:
        profile = ModelProfile("Office server", server.url, "loopback-1", kind="local")
        yield Preferences(mail=account, profiles=(profile,), writer=profile.name, signature="Ada Moreno"), server


def _mailable(workspace: Workspace, number: int = 1, goal: str = "", *, allowed: bool = True) -> list[tuple[int, int]]:
    """Alerts of the queue whose customers may be emailed, or may not; those of a goal first: (customer, alert)."""
    found = []
    for row in insight.queue(workspace, beyond_budget=True).rows:
        if row.customer_id is None:
            continue
        composed = compose(workspace, row.customer_id, row.id)
        if composed.permission.allowed == allowed and composed.message is None:
            found.append((composed.edit.goal != goal, row.customer_id, row.id))
    return [(customer, alert) for _, customer, alert in sorted(found, key=lambda one: one[0])[:number]]


def composer(shots: Shots) -> None:
    """By template, streaming, blocked, ready, compared, what leaves; small and dark."""
    with _known() as (known, server), window(shots.studio, known=known) as desk:
        (customer, alert), *_ = _mailable(desk.book.workspace, goal="apologise")
        desk.window.page("alerts").wants_email.emit(customer, alert)
        page: Any = desk.window.page("composer")
        wait_until(lambda: page.session is not None and page.session.review is not None)
        shots.shot(desk, "composer-template")
        text = page.session.edit.body
        first, _, rest = text.partition("\n\n")
        half = threading.Event()
        answer = f"Subject: {page.session.edit.subject}\n\n{first} {INVENTED} {OWN}\n\n{rest}"
        gates = [threading.Event() for _ in range(38)]
        gates[-1] = half
        server.answer(written(answer, gates=gates))
        desk.window.actions_registry[Command.WRITE].trigger()
        for gate in gates[:-1]:  # at the pace of a model: what comes in one burst is shown by its first word
            gate.set()
            wait_until(lambda: False, 40)
        wait_until(lambda: len(page.mail.stream.toPlainText()) > 90)
        shots.now(desk, "composer-writing")
        half.set()
        wait_until(lambda: INVENTED in page.mail.editor.text and bool(page.session.flags), 20_000)
        shots.shot(desk, "composer-blocked-light")
        shots.sizes(desk, "composer-blocked")
        desk.theme.choose(ThemeChoice.DARK)
        shots.shot(desk, "composer-blocked-dark")
        desk.theme.choose(ThemeChoice.LIGHT)
        _ways_out(shots, desk)
        for left in reversed(range(len(page.session.flags))):
            desk.window.actions_registry[Command.REMOVE_STATEMENT].trigger()
            wait_until(lambda left=left: page.session.review is not None and len(page.session.flags) == left)  # type: ignore[misc]
        assert [one.text for one in page.session.review.to_read] == [OWN]
        shots.shot(desk, "composer-to-read")
        found = [{"sentence": 2, "reads_as": "promises", "fact": 0, "reason": "it says more than we know"}]
        server.answer(written(json.dumps({"findings": found})))
        desk.window.actions_registry[Command.SECOND_READING].trigger()
        wait_until(lambda: len(page.session.review.to_read) == 2 and not page.session.checking)
        shots.shot(desk, "composer-warned")
        shots.sizes(desk, "composer-warned")
        page.verdict.read.click()
        wait_until(lambda: page.session.review is not None and page.session.review.ready)
        assert page.session.review.ready, "the pictures that follow show an email that is ready, and approved"
        shots.shot(desk, "composer-ready-light")
        desk.theme.choose(ThemeChoice.DARK)
        shots.shot(desk, "composer-ready-dark")
        desk.theme.choose(ThemeChoice.LIGHT)
        _looks(shots, desk)
        _approved(shots, desk)
        (customer, alert), *_ = _mailable(desk.book.workspace, allowed=False)
        desk.window.page("alerts").wants_email.emit(customer, alert)
        wait_until(lambda: page.session is not None and page.session.review is not None)
        shots.shot(desk, "composer-no-consent")


def _ways_out(shots: Shots, desk: Desktop) -> None:
    """The small panels over a blocked email."""
    for command, name in ((Command.REWRITE, "rewrite"), (Command.CONFIRM_STATEMENT, "confirm")):
        desk.window.actions_registry[command].trigger()
        shots.shot(desk, f"composer-{name}")
        press(Qt.Key.Key_Escape)


def _looks(shots: Shots, desk: Desktop) -> None:
    """What stands in the email's place for a moment: the comparison, the bytes."""
    page: Any = desk.window.page("composer")
    written = next(version for version in page.session.composition.versions if version.number == 2)
    page.mail.drafts.compare_wanted.emit(written.id)
    shots.shot(desk, "composer-compare")
    page.facts.sent_wanted.emit()
    shots.shot(desk, "composer-what-left")
    page.mail.close_sheet()


def _approved(shots: Shots, desk: Desktop) -> None:
    """Queued, with the way back; and the same email opened again."""
    page: Any = desk.window.page("composer")
    number = page.session.message.id
    desk.window.actions_registry[Command.APPROVE].trigger()
    wait_until(lambda: desk.window.current_key == "alerts")
    shots.shot(desk, "alerts-after-approval")
    desk.window.toast.dismiss()
    desk.window.show_message(number)
    wait_until(lambda: page.session is not None)
    shots.shot(desk, "composer-approved")
    page.go_back()


def _fill(studio: Studio, known: Preferences) -> None:
    """Put emails of every kind into the book, at their usual pace: some sent, refused or in doubt by a real server."""
    opened = open_workspace(Recipe(str(studio.book), PERSON, WORKED))
    workspace = replace(opened, preferences=known)
    chosen = _mailable(workspace, 15)
    with mail_server(studio.folder, security="none") as server:
        account = MailAccount(server.host, server.port, "none", "", "ada@bell.example", "Ada Moreno")
        for number, (customer, alert) in enumerate(chosen[:7]):
            stage, act = ("accepted", "close") if number in (3, 4) else ("rcpt", "550 5.1.1 No such mailbox here")
            _send(replace(workspace, preferences=replace(known, mail=account)), server, customer, alert,
                  *((stage, act) if number >= 3 else ("", "")))  # fmt: skip
    opened.close()
    opened = open_workspace(Recipe(str(studio.book), PERSON, BACK))
    workspace = replace(opened, preferences=known)
    for number, (customer, alert) in enumerate(chosen[7:]):
        message = _written(workspace, customer, alert)
        if number >= 3:
            approve(workspace, message, at="2026-11-18T12:20:00Z" if number < 6 else "2026-11-20T09:00:00Z")
    opened.close()


def _send(workspace: Workspace, server: MailServer, customer: int, alert: int, stage: str, act: str) -> None:
    server.at(stage, act)
    message = _written(workspace, customer, alert)
    approve(workspace, message)
    send_due(workspace, now=True, only=[message])


def _written(workspace: Workspace, customer: int, alert: int) -> int:
    """An email of the alert's own goal that waits for review."""
    found = compose(workspace, customer, alert).edit
    draft = draft_by_template(workspace, customer, goal=found.goal, tone=found.tone)
    text = (draft.writer, draft.subject, draft.greeting, draft.body, draft.facts)
    edit = Edit(0, customer, alert, found.goal, found.tone, *text, contact_id=found.contact_id)
    return save(workspace, edit, draft=draft, for_review=True).id


def outbox(shots: Shots) -> None:
    """Each tab, light, dark and small."""
    # A book of its own: pictures of other pages are of a day without failed emails.
    studio = Studio(shots.studio.folder / "outbox", shots.studio.to)
    studio.folder.mkdir()
    shutil.copyfile(shots.studio.book, studio.book)
    with _known() as (known, _server):
        _fill(studio, known)
        with window(studio, "outbox", known=known) as desk:
            page: Any = desk.window.page("outbox")
            for tab in ("review", "waiting", "doubt", "failed", "sent"):
                page.list.show_tab(tab)
                shots.shot(desk, f"outbox-{tab}")
            page.list.show_tab("waiting")
            settle(desk)
            shots.sizes(desk, "outbox-waiting")
            desk.theme.choose(ThemeChoice.DARK)
            shots.shot(desk, "outbox-waiting-dark")
            page.list.show_tab("doubt")
            shots.shot(desk, "outbox-doubt-dark")


def _try_a_rule(desk: Desktop, box: Any) -> None:
    """Choose the rule of overdue orders, move the slider of its first figure, and try it on the past."""
    rows = range(box.table.lines.rowCount())
    box.table.selectRow(next(row for row in rows if box.table.lines.line_at(row).key == "gap_beyond_usual"))
    settle(desk)
    trial = box.detail.trial
    QTest.keyClick(trial.slider, Qt.Key.Key_Right)
    trial.try_button.click()
    wait_until(lambda: trial.figures.isVisible(), 180_000)  # it scores a year first
    box.detail.area.ensureWidgetVisible(trial.added, 0, 0)


def settings(shots: Shots) -> None:
    """Every section, a template that does not hold, a mail server that does not answer."""
    with _known() as (known, _server), window(shots.studio, "settings", known=known) as desk:
        page: Any = desk.window.page("settings")
        for key in ("queue", "money", "emails", "templates", "mail", "models", "look"):
            page.show_section(key)
            shots.shot(desk, f"settings-{key}")
        renew_record(desk.book.workspace)
        page.show_section("rules")
        wait_until(lambda: page.boxes["rules"].table.lines.rowCount() > 1)
        _try_a_rule(desk, page.boxes["rules"])
        shots.shot(desk, "settings-rules")
        page.show_section("mail")
        QTest.keyClicks(page.boxes["mail"].password.line, "a secret word")
        page.boxes["mail"].test_button.click()
        wait_until(lambda: page.boxes["mail"].test_button.isEnabled())
        shots.shot(desk, "settings-mail-failed")
        desk.theme.choose(ThemeChoice.DARK)
        shots.shot(desk, "settings-mail-failed-dark")
        desk.theme.choose(ThemeChoice.LIGHT)
        page.show_section("templates")
        settle(desk)
        page.boxes["templates"].lines[0].edit_button.click()
        shots.shot(desk, "settings-template")
        page.editor.body.insertPlainText("{{ customer.nickname }}, ")
        page.editor.save()
        wait_until(lambda: page.editor.body_fault.isVisible())
        wait_until(lambda: page.editor.preview.shown is not None and "nickname" in page.editor.preview.shown.fault)
        shots.shot(desk, "settings-template-fault")
        desk.theme.choose(ThemeChoice.DARK)
        shots.shot(desk, "settings-template-fault-dark")
        page.editor.discard()


def palette(shots: Shots) -> None:
    """What can be found and run, light and dark."""
    with window(shots.studio) as desk:
        page: Any = desk.window.page("alerts")
        desk.window.search.begin(page.queue.view)
        shots.shot(desk, "palette-opened")
        for name, typed in (("typo", "snoz"), ("customer-typo", "cardosa"), ("light", "ma")):
            desk.window.search.setText(typed)
            wait_until(lambda: desk.window.search.results.isVisible())
            shots.shot(desk, f"palette-{name}")
        desk.theme.choose(ThemeChoice.DARK)
        shots.shot(desk, "palette-dark")
        desk.theme.choose(ThemeChoice.LIGHT)
        press(Qt.Key.Key_Escape)
