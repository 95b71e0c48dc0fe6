"""One window a book: who opens a book a second time is led to the window that is there.

A lock of the system says whether there is one; it falls with its process. The window listens for those who come later.
"""

from __future__ import annotations

import getpass
from hashlib import sha256
from pathlib import Path

from PySide6.QtCore import QDir, QLockFile, QObject, Qt, Signal
from PySide6.QtWidgets import QWidget

ANSWER_WITHIN_MS = 2_000


def come_forward(window: QWidget) -> None:
    """Bring a window before all others."""
    window.setWindowState(window.windowState() & ~Qt.WindowState.WindowMinimized)
    window.show()
    window.raise_()
    window.activateWindow()


class OneWindow(QObject):
    """The claim of a window on a book.

    Signals
    -------
    asked : somebody has opened the book again, and wants to see this window.
    """

    asked = Signal()

    def __init__(self, store: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        mark = sha256(f"{getpass.getuser()}:{Path(store).resolve()}".encode()).hexdigest()[:24]
        self._name = f"bellwether-{mark}"
        self._lock = QLockFile(QDir.temp().filePath(f"{self._name}.lock"))
        self._lock.setStaleLockTime(0)
        self._server: QObject | None = None

    def claim(self) -> bool:
        """Take the book for this window; False where another window has it. Without a place for locks it is taken."""
        return self._lock.tryLock(0) or self._lock.error() != QLockFile.LockError.LockFailedError

    def listen(self) -> None:
        """Hear of those who open the book again."""
        from PySide6.QtNetwork import QLocalServer

        server = QLocalServer(self)
        server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        QLocalServer.removeServer(self._name)  # of a process that was killed: the lock says that nobody listens there
        server.newConnection.connect(self._heard)
        server.listen(self._name)
        self._server = server

    def call(self) -> bool:
        """Ask the window that has the book to come to the front; False where it does not answer."""
        from PySide6.QtNetwork import QLocalSocket

        socket = QLocalSocket()
        socket.connectToServer(self._name)
        answers = socket.waitForConnected(ANSWER_WITHIN_MS)
        socket.abort()
        return answers

    def release(self) -> None:
        """Leave the book to others."""
        if self._server is not None:
            self._server.deleteLater()
            self._server.close()  # type: ignore[attr-defined]
            self._server = None
        self._lock.unlock()

    def _heard(self) -> None:
        from PySide6.QtNetwork import QLocalServer

        if isinstance(self._server, QLocalServer) and (socket := self._server.nextPendingConnection()) is not None:
            socket.deleteLater()
            self.asked.emit()
