"""Limits: what IT allows at most on a computer. What a person sets holds within them."""

from __future__ import annotations

import os
import posixpath
import sys
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from models.values.errors import NotAllowed
from services.settings.codec import FieldError

_PORTS = {"https": 443, "http": 80}


@dataclass(frozen=True, slots=True)
class Limits:
    """What IT allows; without a limit everything is.

    Attributes
    ----------
    model_endpoints
        Addresses of language models that may be used, such as https://models.example/v1; one allows everything below
        it. An empty list allows none.
    mail_hosts
        Mail servers that may be used, such as smtp.example.com. An empty list allows none; emails can still be opened
        in the mail app.
    store_folders
        Folders in which books must lie, such as ~/Documents/Bellwether. An empty list allows none.
    watched_folders
        Folders in which watched folders must lie. An empty list allows none.
    export_allowed
        Whether lists, reports and briefs may be saved as files.
    write_back_allowed
        Whether files for other systems may be written.
    encryption_required
        Whether books must be encrypted; the sample book need not.
    """

    model_endpoints: tuple[str, ...] | None = None
    mail_hosts: tuple[str, ...] | None = None
    store_folders: tuple[str, ...] | None = None
    watched_folders: tuple[str, ...] | None = None
    export_allowed: bool = True
    write_back_allowed: bool = True
    encryption_required: bool = False

    def __post_init__(self) -> None:
        for address in self.model_endpoints or ():
            if _parts(address) is None:
                raise FieldError("model_endpoints", f"{address!r} is not an address such as https://models.example/v1")
        for host in self.mail_hosts or ():
            if not host or "/" in host or ":" in host or host != host.strip():
                raise FieldError("mail_hosts", f"{host!r} is not a server name such as smtp.example.com")
        for name in ("store_folders", "watched_folders"):
            for folder in getattr(self, name) or ():
                if not _at_home(folder).is_absolute():
                    raise FieldError(name, f"{folder!r} must be a full path, or begin with ~/")

    def refuse_model(self, address: str) -> None:
        """Refuse a language model whose address is not on the list.

        Raises
        ------
        NotAllowed
            Saying which are.
        """
        if self.model_endpoints is not None and not any(_below(address, one) for one in self.model_endpoints):
            raise _not_allowed(f"The language model at {address}", self.model_endpoints)

    def refuse_mail_host(self, host: str) -> None:
        """Refuse a mail server that is not on the list; no server at all is fine."""
        allowed = self.mail_hosts
        if host and allowed is not None and host.strip().lower() not in {one.lower() for one in allowed}:
            raise _not_allowed(f"The mail server {host}", allowed)

    def refuse_store(self, path: Path) -> None:
        """Refuse a book that lies elsewhere than in the folders for books."""
        if self.store_folders is not None and not _within(path, self.store_folders):
            raise _not_allowed(f"A book at {path}", self.store_folders)

    def places_for_books(self) -> tuple[Path, ...] | None:
        """Return the folders for books, None where they may lie anywhere."""
        return None if self.store_folders is None else tuple(map(_at_home, self.store_folders))

    def refuse_watched(self, path: Path) -> None:
        """Refuse to watch a folder elsewhere than in those that may be watched."""
        if not self.may_watch(path):
            raise _not_allowed(f"Watching {path}", self.watched_folders or ())

    def may_watch(self, path: Path) -> bool:
        """Return whether a folder may be watched."""
        return self.watched_folders is None or _within(path, self.watched_folders)

    def refuse_export(self) -> None:
        """Refuse to save lists, reports and briefs as files where IT does not want it."""
        if not self.export_allowed:
            raise NotAllowed("Your organisation does not allow exports. Ask your IT.")

    def refuse_plain(self, name: str) -> None:
        """Refuse a book that is not encrypted where IT wants all to be.

        Raises
        ------
        NotAllowed
            Saying how it is encrypted.
        """
        if self.encryption_required:
            raise NotAllowed(
                f"Your organisation requires encrypted books, and {name} is not encrypted. Encrypt it with "
                "“bellwether encryption on”; a new one needs a keyring or BELLWETHER_PASSPHRASE."
            )

    def refuse_write_back(self) -> None:
        """Refuse to write files for other systems where IT does not want it."""
        if not self.write_back_allowed:
            raise NotAllowed("Your organisation does not allow writing back. Ask your IT.")


def _not_allowed(what: str, allowed: tuple[str, ...]) -> NotAllowed:
    also = f"It allows {', '.join(allowed)}" if allowed else "It allows none"
    return NotAllowed(f"{what} is not allowed by your organisation. {also}; ask your IT.")


def _parts(address: str) -> tuple[str, str, int, str] | None:
    """Return scheme, host, port and path of an address, None where it is not one or its path leads elsewhere."""
    try:
        found = urlsplit(address.strip())
        host, port = found.hostname or "", found.port
    except ValueError:
        return None
    path = unquote(found.path).rstrip("/")
    wrong = found.username is not None or found.query or found.fragment or "\\" in path
    if found.scheme not in _PORTS or not host or wrong or (path and posixpath.normpath(path) != path):
        return None
    return found.scheme, host.rstrip("."), port or _PORTS[found.scheme], path


def _below(address: str, allowed: str) -> bool:
    one, other = _parts(address), _parts(allowed)
    if one is None or other is None or one[:3] != other[:3]:
        return False
    return f"{one[3]}/".startswith(f"{other[3]}/")


def _at_home(folder: str) -> Path:
    """Return a folder with ~ in place: of the account, not of the environment, which a person may set."""
    if folder != "~" and not folder.startswith(("~/", "~\\")):
        return Path(folder)
    if sys.platform == "win32":
        return Path.home() / folder[2:]
    import pwd

    try:
        home = Path(pwd.getpwuid(os.getuid()).pw_dir)
    except KeyError:  # an account without an entry, as in some containers
        home = Path.home()
    return home / folder[2:]


def _within(path: Path, folders: tuple[str, ...]) -> bool:
    # Resolved: a link inside a folder may lead out of it.
    place = path.expanduser().resolve()
    return any(place.is_relative_to(_at_home(one).resolve()) for one in folders)
