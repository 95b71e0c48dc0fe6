"""Every command once: its words, key, icon. Menus, buttons, keys and tooltips all come from here.

Letter keys act only while no text field has the focus: Qt gives a field the first word on a printable key.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from views.theme import Theme


class Command(Enum):
    """What a person can ask for."""

    SHOW_ALERTS = auto()
    SHOW_CUSTOMERS = auto()
    SHOW_OUTBOX = auto()
    SHOW_INSIGHTS = auto()
    SHOW_ASK = auto()
    SHOW_DATA = auto()
    SHOW_SETTINGS = auto()
    SEARCH = auto()
    UNDO = auto()
    HELP = auto()
    NEXT_PANE = auto()
    PREVIOUS_PANE = auto()
    RELOAD = auto()
    NEXT = auto()
    PREVIOUS = auto()
    OPEN = auto()
    TASK = auto()
    SNOOZE = auto()
    RESOLVE = auto()
    NOT_USEFUL = auto()
    NOTE = auto()
    TICK = auto()
    FILTER = auto()
    ORDER = auto()
    DRAWER = auto()
    WAIT = auto()
    ASSIGN = auto()
    ESCALATE = auto()
    SUPPRESS = auto()
    REOPEN = auto()
    CALL = auto()
    REACHED = auto()
    VOICEMAIL = auto()
    NO_ANSWER = auto()
    MEETING = auto()
    COMPARE = auto()
    SAVE_BRIEF = auto()
    SAVE_ALL_DATA = auto()
    HAND_OVER = auto()
    RECORD_CONSENT = auto()
    ADD_PHONE = auto()
    MORNING = auto()
    ADD_CUSTOMER = auto()
    EDIT_CUSTOMER = auto()
    DELETE_CUSTOMER = auto()
    ERASE_CUSTOMER = auto()
    CONTACTS = auto()
    SAVE_FILTER = auto()
    OVERRIDE = auto()
    SHOW_DUPLICATES = auto()
    SHOW_FOLDERS = auto()
    SHOW_LEFT = auto()
    SHOW_RETENTION = auto()
    WRITE_BACK = auto()
    MERGE_PAIR = auto()
    KEEP_APART = auto()
    DECIDE_LATER = auto()
    KEEP_OTHER = auto()
    CHOOSE_FILES = auto()
    NEW_BOOK = auto()
    OPEN_BOOK = auto()
    RECENT_BOOKS = auto()
    COPY_BOOK = auto()
    SAMPLE_BOOK = auto()
    CLOSE_BOOK = auto()
    RESTART = auto()
    QUIT = auto()
    REDO = auto()
    GUIDE = auto()
    ABOUT = auto()
    DRAFT = auto()
    WRITE = auto()
    RECIPIENT = auto()
    SHORTER = auto()
    WARMER = auto()
    REWRITE = auto()
    VARIANT = auto()
    SECOND_READING = auto()
    ADD_FACT = auto()
    OWN_SENTENCE = auto()
    REMOVE_STATEMENT = auto()
    SOURCE_STATEMENT = auto()
    CONFIRM_STATEMENT = auto()
    APPROVE = auto()
    SAVE_DRAFT = auto()
    MAIL_PROGRAM = auto()
    RECALL = auto()
    DISCARD = auto()
    OPEN_EMAIL = auto()
    SEND_NOW = auto()
    SEND_AT = auto()
    TRY_AGAIN = auto()
    ARRIVED = auto()
    NOT_ARRIVED = auto()
    SAVE_EML = auto()
    MARK_SENT = auto()
    EDIT_DEAL = auto()
    DEAL_TASK = auto()
    CHECK_SCORES = auto()
    EXPORT_TAB = auto()
    EXPORT_LIST = auto()
    WATCH_TILE = auto()
    EXPLAIN_TILE = auto()
    COPY_TILE = auto()
    COPY_PICTURE = auto()
    EXPORT_TILE = auto()
    ADD_TILE = auto()
    CHANGE_TILE = auto()
    MOVE_TILE_BACK = auto()
    MOVE_TILE_ON = auto()
    WIDEN_TILE = auto()
    NARROW_TILE = auto()
    HEIGHTEN_TILE = auto()
    LOWER_TILE = auto()
    REMOVE_TILE = auto()
    SHOW_VIEWS = auto()
    SAVE_VIEW = auto()
    RENAME_VIEW = auto()
    DELETE_VIEW = auto()
    NEW_DASHBOARD = auto()
    RENAME_DASHBOARD = auto()
    DELETE_DASHBOARD = auto()
    RESET_DASHBOARD = auto()


#: The verb under which the journal keeps what a command does: a role that may not is told so before anything is asked.
VERBS: Final[Mapping[Command, str]] = {
    Command.ADD_CUSTOMER: "add-customer",
    Command.EDIT_CUSTOMER: "edit-customer",
    Command.DELETE_CUSTOMER: "delete-customer",
    Command.ERASE_CUSTOMER: "erase-customer",
    Command.RECORD_CONSENT: "record-consent",
    Command.OVERRIDE: "override",
    Command.HAND_OVER: "hand-over",
    Command.DRAFT: "draft",
    Command.MERGE_PAIR: "merge-customers",
    Command.KEEP_APART: "keep-apart",
    Command.DECIDE_LATER: "decide-later",
    Command.WRITE_BACK: "write-back",
    Command.CHOOSE_FILES: "import",
    Command.EDIT_DEAL: "edit-deals",
    Command.CALL: "call",
    Command.SNOOZE: "snooze",
    Command.RESOLVE: "resolve",
    Command.NOT_USEFUL: "not-useful",
    Command.NOTE: "note",
    Command.TASK: "task",
}


@dataclass(frozen=True, slots=True)
class Spec:
    """How a command is shown. ``group`` is its heading in the menu of all commands and, with a key, in the help."""

    text: str
    keys: tuple[str, ...] = ()
    icon: str = ""
    group: str = ""
    says: str = ""
    bound: bool = True  # False: the widget with the focus acts on the key, which means something else elsewhere


SPECS: dict[Command, Spec] = {
    Command.NEW_BOOK: Spec("New book…", ("Ctrl+Shift+N",), "plus", "File", "Start an empty book"),
    Command.OPEN_BOOK: Spec("Open book…", ("Ctrl+Shift+O",), "book", "File", "Open another book in this window"),
    Command.RECENT_BOOKS: Spec("Recent books…", ("Ctrl+Alt+O",), "clock", "File", "Open a recent book"),
    Command.COPY_BOOK: Spec("Save a copy…", ("Ctrl+Alt+S",), "copy", "File", "Save a copy of this book as a file"),
    Command.SAMPLE_BOOK: Spec("Open the sample book", (), "book", "File", "A made-up retailer, in a book of its own"),
    Command.EXPORT_LIST: Spec(
        "Export this list…", ("Ctrl+Alt+E",), "file", "File", "Save the list on screen as a CSV or Excel file"
    ),
    Command.CLOSE_BOOK: Spec("Close book", ("Ctrl+W",), "close", "File", "Close this book and choose another one"),
    Command.RESTART: Spec("Restart Bellwether", (), "retry", "File"),
    Command.QUIT: Spec("Quit", ("Ctrl+Q",), "", "File"),
    Command.SHOW_ALERTS: Spec("Alerts", ("Ctrl+1",), "alerts", "Go to"),
    Command.SHOW_CUSTOMERS: Spec("Customers", ("Ctrl+2",), "customers", "Go to"),
    Command.SHOW_OUTBOX: Spec("Outbox", ("Ctrl+3",), "send", "Go to"),
    Command.SHOW_INSIGHTS: Spec("Insights", ("Ctrl+4",), "insights", "Go to", "How accurate the scores are"),
    Command.SHOW_ASK: Spec(
        "Ask the book", ("Ctrl+6",), "ask", "Go to", "Type a question, and see its figures and rows"
    ),
    Command.SHOW_DATA: Spec("Data", ("Ctrl+5",), "data", "Go to"),
    Command.SHOW_SETTINGS: Spec("Settings", ("Ctrl+,",), "settings", "Go to"),
    Command.SEARCH: Spec("Find or run", ("Ctrl+K",), "search", "Go to", "Find a customer or run a command"),
    Command.NEXT_PANE: Spec("Next pane", ("F6",), "", "Go to"),
    Command.PREVIOUS_PANE: Spec("Previous pane", ("Shift+F6",), "", "Go to"),
    Command.UNDO: Spec("Undo", ("Ctrl+Z",), "return", "Everywhere", "Undo your last action"),
    Command.REDO: Spec("Redo", ("Ctrl+Shift+Z",), "retry", "Everywhere", "Redo what you last undid"),
    Command.RELOAD: Spec("Refresh", ("F5",), "retry", "Everywhere"),
    Command.GUIDE: Spec("Help", ("F1",), "book", "Everywhere", "How to use the page on screen"),
    Command.HELP: Spec("Keyboard shortcuts", ("?",), "keyboard", "Everywhere", "Show all keyboard shortcuts"),
    Command.ABOUT: Spec("About Bellwether", (), "", "Everywhere"),
    Command.NEXT: Spec("Next in the list", ("J",), "chevron-down", "In the queue"),
    Command.PREVIOUS: Spec("Previous in the list", ("K",), "chevron-up", "In the queue"),
    Command.OPEN: Spec("Open the customer", ("Return",), "open", "In the queue", bound=False),
    Command.TICK: Spec("Tick", ("X",), "task", "In the queue", "Tick this alert to act on several at once"),
    Command.FILTER: Spec("Filter", ("/",), "filter", "In the queue"),
    Command.ORDER: Spec(
        "Order…", ("Shift+O",), "filter", "In the queue", "By due time, severity, value or customer; remembered"
    ),
    Command.MORNING: Spec(
        "Start my morning", ("Shift+S",), "ready", "In the queue", "Go through today’s alerts one customer at a time"
    ),
    Command.CALL: Spec("Call", ("C",), "phone", "With an alert", "Copy the number, and record how the call went"),
    Command.REACHED: Spec("Reached", ("1",), "", "With an alert", "Log that you reached them, with a note"),
    Command.VOICEMAIL: Spec(
        "Voicemail", ("2",), "", "With an alert", "Log a voicemail, and snooze to the next working day"
    ),
    Command.NO_ANSWER: Spec(
        "No answer", ("3",), "", "With an alert", "Log an unanswered call, and snooze for two hours"
    ),
    Command.MEETING: Spec(
        "Meeting", ("M",), "calendar", "With an alert", "Plan a meeting and open it in your calendar"
    ),
    Command.COMPARE: Spec(
        "Compare",
        ("B",),
        "",
        "With customers",
        "Show their figures beside the median of their segment, and what they buy",
    ),
    Command.SAVE_BRIEF: Spec(
        "Save brief…", ("Ctrl+Shift+B",), "file", "With customers", "Save one page about this customer as a PDF"
    ),
    Command.SAVE_ALL_DATA: Spec(
        "Save all data…",
        (),
        "file",
        "With customers",
        "All the book holds about this customer, as PDF or JSON",
    ),
    Command.HAND_OVER: Spec(
        "Hand-over pack…",
        ("Ctrl+Shift+H",),
        "file",
        "With customers",
        "Save the customers of an owner as one PDF, a page each",
    ),
    Command.RECORD_CONSENT: Spec("Record consent…", (), "check", "With an alert", "Record that they agreed to emails"),
    Command.ADD_PHONE: Spec("Add phone number…", (), "phone", "With an alert", "Keep a number for this customer"),
    Command.TASK: Spec("Task", ("T",), "task", "With an alert", "Add a task"),
    Command.SNOOZE: Spec("Snooze", ("S",), "clock", "With an alert", "Show it again later"),
    Command.RESOLVE: Spec("Resolve", ("R",), "check", "With an alert", "Close it and record the outcome"),
    Command.NOT_USEFUL: Spec("Not useful", ("N",), "thumb-down", "With an alert", "Close it and say why"),
    Command.NOTE: Spec("Note", ("Shift+N",), "note", "With an alert", "Write a note"),
    Command.DRAWER: Spec("Actions", (".",), "panel-right", "With an alert", "Show or hide the actions"),
    Command.WAIT: Spec("Wait on customer", ("W",), "clock", "With an alert", "Pauses the due time"),
    Command.ASSIGN: Spec("Assign to…", (), "person", "With an alert"),
    Command.ESCALATE: Spec("Escalate", (), "escalate", "With an alert"),
    Command.SUPPRESS: Spec("Suppress this customer", (), "mute", "With an alert"),
    Command.REOPEN: Spec("Reopen", ("O",), "return", "With an alert", "Put it back in the queue"),
    Command.ADD_CUSTOMER: Spec("Add a customer", ("Ctrl+N",), "plus", "With customers"),
    Command.EDIT_CUSTOMER: Spec("Edit", ("F2",), "edit", "With customers", "Edit this customer"),
    Command.DELETE_CUSTOMER: Spec(
        "Delete customer", ("Del",), "bin", "With customers", "Delete this customer and everything linked to them"
    ),
    Command.ERASE_CUSTOMER: Spec(
        "Erase for good…", (), "bin", "With customers", "Erase this customer at their request, with a receipt"
    ),
    Command.CONTACTS: Spec(
        "Contacts…", ("P",), "person", "With customers", "Add or change the contacts of this customer"
    ),
    Command.SAVE_FILTER: Spec("Save this filter", (), "plus", "With customers"),
    Command.OVERRIDE: Spec(
        "Override a score…", ("V",), "edit", "With customers", "Replace the model’s score, with a reason and end date"
    ),
    Command.SHOW_DUPLICATES: Spec(
        "Possible duplicates",
        ("Ctrl+D",),
        "copy",
        "Go to",
        "Customers who may be the same: merge them or keep them apart",
    ),
    Command.SHOW_FOLDERS: Spec("Watched folders", (), "data", "With data", "Folders with automatic imports"),
    Command.SHOW_LEFT: Spec(
        "What left this computer", (), "send", "With data", "Emails, language model requests, exports, files"
    ),
    Command.SHOW_RETENTION: Spec(
        "Retention", (), "bin", "With data", "Customers without contact for longer than you keep them"
    ),
    Command.WRITE_BACK: Spec("Write back", (), "file", "With data", "Save your changes as files for other systems"),
    Command.MERGE_PAIR: Spec("Merge", ("M",), "link", "With duplicates", "Combine the two into one customer"),
    Command.KEEP_APART: Spec("Keep apart", ("A",), "close", "With duplicates", "They are different customers"),
    Command.DECIDE_LATER: Spec("Later", ("L",), "clock", "With duplicates", "Decide later"),
    Command.KEEP_OTHER: Spec("Keep the other one", ("S",), "retry", "With duplicates", "Swap the two sides"),
    Command.CHOOSE_FILES: Spec("Choose files", ("Ctrl+O",), "file", "With data"),
    Command.DRAFT: Spec("Draft email", ("E",), "email", "With an email", "Write an email to this customer"),
    Command.WRITE: Spec("Write again", ("Ctrl+G",), "retry", "With an email", "New draft with the chosen writer"),
    Command.RECIPIENT: Spec("Change recipient…", ("Ctrl+T",), "person", "With an email", "Choose who gets this email"),
    Command.SHORTER: Spec("Shorter", (), "minus", "With an email", "Write it shorter, as a new draft"),
    Command.WARMER: Spec("Warmer", (), "thumb-up", "With an email", "Write it warmer, as a new draft"),
    Command.REWRITE: Spec("Rewrite…", ("Ctrl+R",), "edit", "With an email", "Say how to rewrite it"),
    Command.VARIANT: Spec("New version", (), "copy", "With an email", "Write it another way, as a new draft"),
    Command.SECOND_READING: Spec(
        "Second reading",
        ("Ctrl+Alt+R",),
        "eye",
        "With an email",
        "Have the language model check for problems",
    ),
    Command.ADD_FACT: Spec(
        "Say a fact…", ("Ctrl+Alt+F",), "plus", "With an email", "Put a fact’s verified sentence into the text"
    ),
    Command.OWN_SENTENCE: Spec(
        "My own sentence",
        ("Ctrl+Alt+N",),
        "edit",
        "With an email",
        "Start a sentence of your own; it is not checked",
    ),
    Command.REMOVE_STATEMENT: Spec("Remove the statement", ("1", "Alt+1"), "close", "With an email"),
    Command.SOURCE_STATEMENT: Spec("Add a source…", ("2", "Alt+2"), "link", "With an email"),
    Command.CONFIRM_STATEMENT: Spec("Confirm with a reason…", ("3", "Alt+3"), "edit", "With an email"),
    Command.APPROVE: Spec("Approve and queue", ("Ctrl+Return", "Ctrl+Enter"), "send", "With an email"),
    Command.SAVE_DRAFT: Spec("Save draft", ("Ctrl+S",), "check", "With an email", "Keep it in the outbox for review"),
    Command.MAIL_PROGRAM: Spec("Open in mail app", (), "open", "With an email", "Approve it and send it yourself"),
    Command.RECALL: Spec("Recall to edit", ("B",), "return", "With an email", "Move the approved email back to review"),
    Command.DISCARD: Spec("Discard", (), "bin", "With an email", "Discard this email"),
    Command.OPEN_EMAIL: Spec("Open in the composer", ("Return",), "edit", "In the outbox", bound=False),
    Command.SEND_NOW: Spec(
        "Send now", ("Ctrl+Return", "Ctrl+Enter"), "send", "In the outbox", "Send it without waiting"
    ),
    Command.SEND_AT: Spec("Change the time…", ("S",), "clock", "In the outbox", "Send it at another time"),
    Command.TRY_AGAIN: Spec("Try again", ("A",), "retry", "In the outbox", "Try to send it again"),
    Command.ARRIVED: Spec("It arrived", ("Y",), "check", "In the outbox", "Counts as sent"),
    Command.NOT_ARRIVED: Spec("It did not arrive", ("N",), "undo", "In the outbox", "Moves back to review"),
    Command.SAVE_EML: Spec("Save as .eml…", ("Ctrl+Shift+S",), "file", "In the outbox", "A file for your mail app"),
    Command.MARK_SENT: Spec("Mark as sent", ("Shift+M",), "ready", "In the outbox", "You sent it yourself"),
    Command.EDIT_DEAL: Spec(
        "Change deal…", ("D",), "deal", "With deals", "Change stage, amount, close date, owner or next step"
    ),
    Command.DEAL_TASK: Spec("Deal task…", ("Shift+T",), "task", "With deals", "Add a task for each selected deal"),
    Command.CHECK_SCORES: Spec(
        "Back-test again", ("C",), "retry", "With insights", "Back-test the scores on the book’s current data"
    ),
    Command.EXPORT_TAB: Spec("Export…", ("Ctrl+Shift+E",), "file", "With insights", "Save this tab as a file"),
    Command.WATCH_TILE: Spec(
        "Watch…", ("W",), "eye", "With insights", "Raise an alert when this metric crosses a limit"
    ),
    Command.EXPLAIN_TILE: Spec("What is this?", ("I",), "info", "With insights", "What the tile counts, and its SQL"),
    Command.COPY_TILE: Spec(
        "Copy figures", ("Ctrl+C",), "copy", "With insights", "Copy the tile’s figures as a table", bound=False
    ),
    Command.COPY_PICTURE: Spec(
        "Copy picture", ("Ctrl+Shift+C",), "copy", "With insights", "Copy the tile as a picture"
    ),
    Command.EXPORT_TILE: Spec("Export tile…", (), "file", "With insights", "Save the tile as PNG, PDF, Excel or CSV"),
    Command.ADD_TILE: Spec("Add a tile…", ("A",), "plus", "With insights", "Add a figure, chart or table to this tab"),
    Command.CHANGE_TILE: Spec("Change tile…", ("F2",), "edit", "With insights", "Change what the tile shows"),
    Command.MOVE_TILE_BACK: Spec("Move tile back", ("Alt+Shift+Left",), "chevron-left", "With insights"),
    Command.MOVE_TILE_ON: Spec("Move tile on", ("Alt+Shift+Right",), "chevron-right", "With insights"),
    Command.WIDEN_TILE: Spec("Widen tile", ("Alt+Shift+Up",), "plus", "With insights", "One column wider"),
    Command.NARROW_TILE: Spec("Narrow tile", ("Alt+Shift+Down",), "minus", "With insights", "One column narrower"),
    Command.HEIGHTEN_TILE: Spec(
        "Make tile taller", ("Ctrl+Shift+Up",), "plus", "With insights", "From S to M to L: more groups"
    ),
    Command.LOWER_TILE: Spec(
        "Make tile shorter", ("Ctrl+Shift+Down",), "minus", "With insights", "From L to M to S: fewer groups"
    ),
    Command.REMOVE_TILE: Spec("Remove tile", ("Del",), "bin", "With insights", "Remove the tile from this tab"),
    Command.SHOW_VIEWS: Spec("Views", ("V",), "eye", "With insights", "Choose a saved view of the filters"),
    Command.SAVE_VIEW: Spec("Save this view…", (), "plus", "With insights", "Save period and filters under a name"),
    Command.RENAME_VIEW: Spec("Rename view…", (), "edit", "With insights"),
    Command.DELETE_VIEW: Spec("Delete view", (), "bin", "With insights"),
    Command.NEW_DASHBOARD: Spec("New dashboard…", (), "plus", "With insights", "A tab of your own, with your tiles"),
    Command.RENAME_DASHBOARD: Spec("Rename dashboard…", (), "edit", "With insights", "Give this tab another name"),
    Command.DELETE_DASHBOARD: Spec("Delete dashboard", (), "bin", "With insights", "Delete this tab of your own"),
    Command.RESET_DASHBOARD: Spec(
        "Reset to the original", (), "return", "With insights", "Restore this tab to its original layout"
    ),
}


def key_words(command: Command) -> str:
    """The first key of a command as the person's keyboard names it, '' if it has none."""
    keys = SPECS[command].keys
    return words_of_keys(QKeySequence(keys[0])) if keys else ""


def words_of_keys(keys: QKeySequence) -> str:
    """Keys as they are shown everywhere: "Ctrl K", "Ctrl ↵"; '' for none."""
    shown = keys.toString(QKeySequence.SequenceFormat.NativeText)
    return re.sub(r"(?<=\w)\+(?=.)", " ", shown).replace("Return", "↵").replace("Enter", "↵")


class Actions:
    """The one registry of `QAction`s. Indexing makes an action at its first use and gives the same one after.

    Adding an action to a page (`page.addAction`) gives it its key while that page is visible.
    """

    def __init__(self, window: QWidget, theme: Theme) -> None:
        self._window, self._theme = window, theme
        self._made: dict[Command, QAction] = {}

    def __getitem__(self, command: Command) -> QAction:
        found = self._made.get(command)
        if found is None:
            found = self._made[command] = self._make(command)
        return found

    def __iter__(self) -> Iterator[Command]:
        return iter(self._made)

    def _make(self, command: Command) -> QAction:
        spec = SPECS[command]
        action = QAction(spec.text, self._window)
        action.setObjectName(command.name.lower())
        if spec.icon:
            action.setIcon(self._theme.icon(spec.icon))
        if spec.bound:
            action.setShortcuts([QKeySequence(key) for key in spec.keys])
        action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        key = key_words(command)
        words = spec.says or spec.text
        action.setToolTip(f"{words} ({key})" if key else words)
        return action
