"""Preferences: what this computer remembers. One JSON file, written whole or not at all.

A key that this version does not know is kept as it is (a newer version on the same computer wrote it). A file
that cannot be read is set aside under another name, the defaults are used, and the caller gets a sentence.
"""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from models.private import make_folder
from models.values.alerts import QUEUE_ORDERS
from models.values.errors import EnvironmentFault
from services.settings.codec import FieldError, decode_field, from_json, to_json
from services.settings.mail import MailAccount, ModelProfile, SignInClient

FILE_NAME = "preferences.json"
THEMES = ("system", "light", "dark")
#: In percent of the size that the system gives.
TEXT_SIZES = (100, 125, 150, 200)
MAX_BYTES = 4_000_000
MOST_RECENT = 8


@dataclass(frozen=True, slots=True)
class SavedFilter:
    """A filter that a person named, shown as a tab of its page.

    Attributes
    ----------
    page, name
        The page that it belongs to, and its tab's words.
    filter
        The page's own JSON value; the page that wrote it reads it.
    """

    page: str
    name: str
    filter: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class WatchedFolder:
    """A folder whose files are imported as they land, and the book that they belong to.

    Attributes
    ----------
    path, store
        Both absolute. Another book that is opened on this computer does not take the folder's files.
    """

    path: str
    store: str


@dataclass(frozen=True, slots=True)
class EarlierName:
    """What the person was called on this computer until a moment; empty: as they log in."""

    name: str
    until: str


@dataclass(frozen=True, slots=True)
class Preferences:
    """What this computer remembers; every field has a default.

    Attributes
    ----------
    theme
        system, light or dark.
    text_size
        How large text and everything around it is, in percent: one of `TEXT_SIZES`.
    window_geometry
        Qt's saved geometry as base64 text, empty before the first close.
    splitters
        Name of a splitter to its sizes in pixels.
    last_page, last_folder, export_folder
        Where the person was, where files to import were last chosen, and where a list was last exported to.
    saved_filters
        In the order of their tabs.
    store_path
        The book to open; empty: the user's own book.
    me, asked_me
        The person's name as the book writes its owners: it signs what they do and says what is theirs; whether it
        was asked for.
    earlier_names
        What they were called before, the oldest first.
    reduced_motion
        Panels and messages appear without animation.
    mail, profiles
        The mail server, and the language models that may be chosen; their secrets are in the keyring.
    sign_in
        Provider (microsoft, google or another name) to how it knows this program: mostly set by IT.
    writer
        What writes a draft: empty for a template, else the name of a profile.
    second_reading
        Whether a language model reads an email once more before it is approved.
    signature
        Stands under every email of this person.
    recent_commands
        Names of the commands that were run from the palette, the newest first.
    watched
        Folders whose files are imported as they land.
    write_back_folder
        Where files for other systems were written last.
    recent_books
        Absolute paths of the books that were open, the newest first.
    insights_filters
        What the figures of Insights were of last: period, comparison, segment, owner, tier, region, category; '' for
        all.
    queue_order
        How the alerts are ordered: one of `models.values.alerts.QUEUE_ORDERS`.
    unknown
        Keys of other versions, kept.
    """

    theme: str = "system"
    text_size: int = 100
    window_geometry: str = ""
    splitters: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    last_page: str = ""
    last_folder: str = ""
    export_folder: str = ""
    saved_filters: tuple[SavedFilter, ...] = ()
    store_path: str = ""
    me: str = ""
    asked_me: bool = False
    earlier_names: tuple[EarlierName, ...] = ()
    reduced_motion: bool = False
    mail: MailAccount = MailAccount()
    profiles: tuple[ModelProfile, ...] = ()
    sign_in: Mapping[str, SignInClient] = field(default_factory=dict)
    writer: str = ""
    second_reading: bool = False
    signature: str = ""
    recent_commands: tuple[str, ...] = ()
    watched: tuple[WatchedFolder, ...] = ()
    write_back_folder: str = ""
    recent_books: tuple[str, ...] = ()
    insights_filters: tuple[str, ...] = ()
    queue_order: str = "due"
    unknown: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.theme not in THEMES:
            raise FieldError("theme", "must be system, light or dark")
        if self.text_size not in TEXT_SIZES:
            raise FieldError("text_size", "must be 100, 125, 150 or 200")
        if self.queue_order not in QUEUE_ORDERS:
            raise FieldError("queue_order", "must be due, severity, value or customer")
        names = [profile.name for profile in self.profiles]
        if len(set(names)) != len(names):
            raise FieldError("profiles", "two language models have the same name")

    @property
    def signed_by(self) -> str:
        """What stands under an email: the signature, else the name of the sender; '' where neither is set."""
        return self.signature.strip() or self.mail.from_name.strip() or self.me.strip()

    def watched_for(self, store: str) -> tuple[str, ...]:
        """Return the folders that are watched for a book, in their order."""
        return tuple(one.path for one in self.watched if one.store == store)

    def profile(self, name: str) -> ModelProfile | None:
        """Return the language model of this name, None if there is none."""
        return next((profile for profile in self.profiles if profile.name == name), None)


@dataclass(frozen=True, slots=True)
class LoadedPreferences:
    """Preferences as read, with a sentence for each thing that could not be used (empty: all is well)."""

    preferences: Preferences
    problems: tuple[str, ...] = ()


def default_path() -> Path:
    """Return where this computer keeps the preferences of Bellwether."""
    import platformdirs

    return Path(platformdirs.user_config_dir("bellwether", appauthor=False)) / FILE_NAME


def load_preferences(path: Path) -> LoadedPreferences:
    """Read the preferences; never raises for what is in the file, nor for a file that is not there."""
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        return LoadedPreferences(Preferences())
    except OSError as error:
        reason = error.strerror or "it cannot be read"
        return LoadedPreferences(
            Preferences(), (f"Your preferences at {path} could not be read ({reason}); the defaults are used.",)
        )
    try:
        document = json.loads(raw.decode("utf-8")) if len(raw) <= MAX_BYTES else None
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        return LoadedPreferences(Preferences(), (_set_aside(path),))
    return _from_document(document)


def save_preferences(path: Path, preferences: Preferences) -> None:
    """Write the preferences beside the old file and put them in its place in one step.

    Raises
    ------
    EnvironmentFault
        If the place cannot be written; the old file is then as it was.
    """
    document = {**preferences.unknown, **to_json(preferences)}
    del document["unknown"]
    text = json.dumps(document, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
    try:
        make_folder(path.parent)
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(path)
        except OSError:
            with contextlib.suppress(OSError):
                Path(name).unlink()
            raise
    except OSError as error:
        reason = error.strerror or "the place cannot be written"
        raise EnvironmentFault(
            f"Your preferences could not be saved at {path} ({reason}); the book itself is not affected."
        ) from error


def with_filter(preferences: Preferences, saved: SavedFilter) -> Preferences:
    """Return the preferences with ``saved`` added, in the place of one with the same page and name."""
    kept = list(preferences.saved_filters)
    for at, other in enumerate(kept):
        if (other.page, other.name) == (saved.page, saved.name):
            kept[at] = saved
            return replace(preferences, saved_filters=tuple(kept))
    return replace(preferences, saved_filters=(*kept, saved))


def without_filter(preferences: Preferences, page: str, name: str) -> Preferences:
    """Return the preferences without the filter of this page and name."""
    kept = tuple(one for one in preferences.saved_filters if (one.page, one.name) != (page, name))
    return replace(preferences, saved_filters=kept)


def with_earlier_name(preferences: Preferences, name: str, until: str) -> Preferences:
    """Return the preferences with ``name`` as what the person was called until a moment."""
    return replace(preferences, earlier_names=(*preferences.earlier_names, EarlierName(name, until)))


def with_recent_book(preferences: Preferences, store: str) -> Preferences:
    """Return the preferences with a book as the newest of the recent ones."""
    others = (one for one in preferences.recent_books if one != store)
    return replace(preferences, recent_books=(store, *others)[:MOST_RECENT])


def with_watched(preferences: Preferences, folder: WatchedFolder) -> Preferences:
    """Return the preferences with a folder watched; one that is watched already stays in its place."""
    if folder in preferences.watched:
        return preferences
    return replace(preferences, watched=(*preferences.watched, folder))


def without_watched(preferences: Preferences, folder: WatchedFolder) -> Preferences:
    """Return the preferences with a folder that is not watched any more."""
    return replace(preferences, watched=tuple(one for one in preferences.watched if one != folder))


def _from_document(document: dict[str, Any]) -> LoadedPreferences:
    known = {one.name for one in fields(Preferences)} - {"unknown"}
    values: dict[str, Any] = {}
    problems: list[str] = []
    for name in known & document.keys():
        raw = document[name]
        if name == "profiles" and isinstance(raw, list):
            raw = [one for at, one in enumerate(raw) if _fits(at, one, problems)]
        try:
            value = decode_field(Preferences, name, raw)
            Preferences(**{name: value})
        except FieldError as error:
            problems.append(f"The preference {error.field} {error.reason}; the default is used.")
        else:
            values[name] = value
    unknown = {name: value for name, value in document.items() if name not in known}
    return LoadedPreferences(Preferences(**values, unknown=unknown), tuple(sorted(problems)))


def _fits(at: int, raw: object, problems: list[str]) -> bool:
    """Whether a language model can be read: one that cannot takes no other with it."""
    try:
        from_json(ModelProfile, raw)
    except FieldError as error:
        problems.append(f"The preference profiles[{at}].{error.field} {error.reason}; this language model is left out.")
        return False
    return True


def _set_aside(path: Path) -> str:
    aside = path.with_name(f"{path.stem}.damaged{path.suffix}")
    try:
        path.replace(aside)
    except OSError:
        return f"Your preferences at {path} are damaged; the defaults are used."
    return f"Your preferences at {path} were damaged: they were saved as {aside.name}, and the defaults are used."
