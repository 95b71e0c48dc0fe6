"""A composer on the sample book, open for somebody who may be emailed; and claims made by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import cast

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from models.store import connect
from models.values.outreach import Claim
from services.settings import MailAccount, ModelProfile, Preferences
from services.workspace import Workspace
from tests.views.conftest import OpenWindow
from views.alerts.page import AlertsPage
from views.composer.page import ComposerPage
from views.composer.session import Session
from views.desktop import Desktop
from views.widgets.overlay import Overlay

INVENTED = "That will never happen again."
ACCOUNT = MailAccount("mail.example", from_address="you@company.example", from_name="Ada")


def claim(text: str, body: str, number: int | None = None, label: str = "order #1", **more: object) -> Claim:
    """A claim where its words first stand in a body; without a number it has no source."""
    start = body.index(text)
    verdict = "sourced" if number is not None else "unsupported"
    made = Claim("body", start, start + len(text), text, "statement", verdict, number, label, sentence=text)  # type: ignore[arg-type]
    return replace(made, **more)  # type: ignore[arg-type]


def somebody(workspace: Workspace, consent: str = "given") -> tuple[int, int]:
    """A customer with an open alert in the day's queue, and the alert; with consent nobody emailed them of late.

    None of their people gave consent: an email goes to the customer itself.
    """
    lately = "" if consent != "given" else (
        " AND NOT EXISTS (SELECT 1 FROM email_events e WHERE e.customer_id = c.id"
        " AND (e.happened_on > '2026-11-05' OR e.kind IN ('unsubscribed', 'bounced')))"
    )  # fmt: skip
    driver = connect(workspace.store.path)
    try:
        found = driver.execute(
            "SELECT c.id, a.id FROM customers c JOIN alerts a ON a.customer_id = c.id WHERE a.state = 'open'"
            f" AND c.email_consent = ? AND c.suppressed_until IS NULL AND c.email <> ''{lately}"
            " AND NOT EXISTS (SELECT 1 FROM contacts k WHERE k.customer_id = c.id AND k.email_consent = 'given')"
            " ORDER BY a.severity DESC, a.expected_value_minor DESC LIMIT 1",
            (consent,),
        ).fetchone()
    finally:
        driver.close()
    return int(found[0]), int(found[1])


class Desk:
    """A window with its composer, and what the tests do with them."""

    def __init__(self, qtbot: QtBot, desktop: Desktop) -> None:
        self.qtbot, self.desktop = qtbot, desktop

    @property
    def page(self) -> ComposerPage:
        """The composer."""
        return cast(ComposerPage, self.desktop.window.page("composer"))

    @property
    def alerts(self) -> AlertsPage:
        """The page under it."""
        return cast(AlertsPage, self.desktop.window.page("alerts"))

    @property
    def session(self) -> Session:
        """The email that is open."""
        found = self.page.session
        assert found is not None
        return found

    @property
    def text(self) -> str:
        """The text as the editor holds it."""
        return self.page.mail.editor.text

    def open(self, customer: int, alert: int | None = None) -> None:
        """Open an email and wait for its verdict."""
        self.desktop.window.show_email(customer, alert)
        self.reviewed()

    def reviewed(self) -> None:
        """Wait until the verdict is that of the text as it is."""
        page = self.page
        self.wait(lambda: page.session is not None and page.session.review is not None and not page.session.checking)

    def read_own(self) -> None:
        """Tick that one's own sentences are read."""
        self.page.verdict.read.click()
        self.wait(lambda: self.session.review is not None and self.session.review.ready)
        self.calm()

    def calm(self) -> None:
        """Wait until every question is answered and everything is stored."""
        page = self.page
        self.wait(lambda: page.session is None or (not page.session.dirty and not page.session.checking))
        self.wait(lambda: self.desktop.background.idle)

    def wait(self, holds: Callable[[], bool | None]) -> None:
        """Wait until something holds."""
        self.qtbot.waitUntil(holds)

    def type_at_end(self, words: str) -> None:
        """Type behind the last letter."""
        editor = self.page.mail.editor
        editor.setFocus()
        editor.moveCursor(editor.textCursor().MoveOperation.End)
        QTest.keyClicks(editor, words)

    def type_in(self, words: str) -> None:
        """Type behind the first paragraph."""
        editor = self.page.mail.editor
        editor.setFocus()
        cursor = editor.textCursor()
        cursor.setPosition(self.text.index("\n\n"))
        editor.setTextCursor(cursor)
        QTest.keyClicks(editor, words)

    def press(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """A key to what has the focus."""
        focus = QApplication.focusWidget()
        assert focus is not None
        QTest.keyClick(focus, key, modifiers)

    def panel(self) -> Overlay:
        """The one small panel that is open."""
        found = [one for one in self.desktop.window.findChildren(Overlay) if one.isVisible()]
        assert len(found) == 1
        return found[0]

    def close(self) -> None:
        """Close the window."""
        self.desktop.window.close()


def with_account(workspace: Workspace, *profiles: ModelProfile) -> tuple[Workspace, Preferences]:
    """A workspace with a mail account and these language models."""
    preferences = Preferences(mail=ACCOUNT, profiles=profiles, writer=profiles[0].name if profiles else "")
    return replace(workspace, preferences=preferences), preferences


def open_desk(qtbot: QtBot, open_window: OpenWindow, workspace: Workspace, *profiles: ModelProfile) -> Desk:
    """A window on a book with an account, its queue read."""
    known, preferences = with_account(workspace, *profiles)
    desk = Desk(qtbot, open_window(known, preferences))
    desk.wait(lambda: desk.alerts.detail.detail is not None)
    return desk
