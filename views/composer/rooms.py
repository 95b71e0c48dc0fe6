"""What the composer asks and does: calls into the public face of `services.outreach`, run in a worker."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Final, Literal

from models.values.changes import Changes
from models.values.errors import ChangedElsewhere, UserError
from models.values.outreach import (
    After,
    Composition,
    Draft,
    Edit,
    Fact,
    Message,
    ModelRequest,
    Resolution,
    Review,
    SecondReading,
)
from services import outreach
from services.workspace import Workspace
from views.composer.timing import Leaving

#: A version that no stored text has: what is made from none does not take the place of one.
_UNSEEN: Final = -1


@dataclass(frozen=True, slots=True)
class Question:
    """Which email is to be opened: one that is stored, or one to a customer, perhaps for an alert."""

    customer_id: int = 0
    alert_id: int | None = None
    message_id: int = 0


def composition(workspace: Workspace, question: Question) -> Composition:
    """What the composer opens with."""
    if question.message_id:
        return outreach.reopen(workspace, question.message_id)
    return outreach.compose(workspace, question.customer_id, question.alert_id)


def readdressed(workspace: Workspace, edit: Edit, contact_id: int | None) -> Composition:
    """The composition of a text that goes to somebody else of the customer."""
    return outreach.readdress(workspace, edit, contact_id)


def facts(workspace: Workspace, customer_id: int, goal: str) -> tuple[Fact, ...]:
    """The facts as they are proposed for a goal."""
    return outreach.read_facts(workspace, customer_id, goal)


def fact_sentences(workspace: Workspace, edit: Edit) -> Mapping[str, str]:
    """The sentence of each fact that has one, by its key."""
    return outreach.fact_sentences(workspace, edit)


def review(workspace: Workspace, edit: Edit) -> Review:
    """The verdict on a text."""
    return outreach.review(workspace, edit)


def leaving(workspace: Workspace, owner: str, at: str) -> Leaving:
    """When an email that is approved now for a moment goes out; '' is now. Reads nothing of the book."""
    try:
        return Leaving(*outreach.leaves_at(workspace, owner, at or None))
    except UserError:
        # No working day within a year: approving says so, and the page stays what it is.
        return Leaving(at, held=False)


def what_leaves(workspace: Workspace, request: ModelRequest) -> str:
    """The bytes that a request would send."""
    return outreach.what_leaves(workspace, request)


def by_model(
    workspace: Workspace, request: ModelRequest, on_text: Callable[[str], None], cancelled: Callable[[], bool]
) -> Draft:
    """A draft by a language model."""
    return outreach.draft_by_model(workspace, request, on_text=on_text, cancelled=cancelled)


def reader_of(workspace: Workspace, chosen: str) -> str:
    """Name of the language model that reads an email again: the chosen one, where one is."""
    return outreach.reader_of(workspace.preferences, chosen)


def read_again(workspace: Workspace, edit: Edit, profile: str, cancelled: Callable[[], bool]) -> SecondReading:
    """What a language model warns of in a text."""
    return outreach.read_again(workspace, edit, profile, cancelled=cancelled)


def by_template(
    workspace: Workspace, edit: Edit, template: str, tone: str, variant: int, unlike: Collection[str]
) -> Draft:
    """A draft by a template; '' takes the best one that fits and writes none of the texts ``unlike``."""
    return outreach.draft_by_template(
        workspace,
        edit.customer_id,
        goal=edit.goal,
        tone=tone,
        facts=edit.facts,
        template=template,
        incentive_minor=edit.incentive_minor,
        variant=variant,
        unlike=unlike,
        contact_id=edit.contact_id,
    )


class Stored:
    """One email's number in the book, known to the writer's lane only: its jobs run one after the other.

    Every text is stored with the version that it was made from, so that none overwrites what somebody else wrote.

    Parameters
    ----------
    message_id
        0 while nothing is stored.
    version
        That of the stored text which is shown.
    first
        The text that it began with and what wrote it: kept as the first draft when the first change is stored.
    """

    def __init__(self, message_id: int, first: tuple[Edit, Draft] | None, version: int = 0) -> None:
        self._id = message_id
        self._first = first
        self._version = version
        #: The email as somebody else left it, when a text was not stored because of that.
        self.theirs: Message | None = None
        #: Those of the email after the last one was made.
        self.resolutions: tuple[Resolution, ...] = ()

    @property
    def number(self) -> int:
        """The email's number after the last job that was answered, 0 while nothing is stored."""
        return self._id

    def shows(self, version: int) -> None:
        """The stored text of a version is what a person goes on from; numbers only go up."""
        self._version = max(self._version, version)

    def save(
        self,
        workspace: Workspace,
        edit: Edit,
        draft: Draft | None = None,
        *,
        for_review: bool = False,
        typed: Edit | None = None,
    ) -> Message:
        """Store a text, after the one that it began with.

        Parameters
        ----------
        typed
            What stood there until now and was not stored yet: stored before, so that the draft which takes its place
            leaves it among the earlier ones.

        Raises
        ------
        ChangedElsewhere
            Somebody else changed the email: this text is kept as a draft, and ``theirs`` is what stands.
        """
        if not self._id and edit.alert_id is not None:
            self._look_for_theirs(workspace, edit)
        if not self._id and self._first is not None:
            began, written = self._first
            self._have(outreach.save(workspace, began, draft=written))
            self._first = None
        if typed is not None:
            # Where somebody else changed the email, this text and the one below are both kept as drafts.
            with suppress(ChangedElsewhere):
                self.save(workspace, typed)
        whole = replace(edit, id=self._id, version=self._version if self._id else 0)
        try:
            return self._have(outreach.save(workspace, whole, draft=draft, for_review=for_review))
        except ChangedElsewhere:
            self.theirs = outreach.read_message(workspace, self._id)
            raise

    def _look_for_theirs(self, workspace: Workspace, edit: Edit) -> None:
        """Take up an email for the same alert that was begun elsewhere meanwhile: an alert has one at a time."""
        begun = outreach.compose(workspace, edit.customer_id, edit.alert_id).message
        if begun is not None and begun.alert_id == edit.alert_id:
            self._id, self._first = begun.id, None
            self._version = self._version or _UNSEEN

    def _have(self, message: Message) -> Message:
        self._id, self._version = message.id, message.version
        return message

    def approve(self, workspace: Workspace, edit: Edit, at: str | None, after: After) -> Changes:
        """Store the text that a person sees and approve exactly that."""
        message = self.save(workspace, edit)
        return outreach.approve(workspace, message.id, message.version, at=at, after=after)

    def resolve(
        self, workspace: Workspace, edit: Edit, way: Literal["sourced", "confirmed"], sentence: str, words: str
    ) -> Changes:
        """Store the text and resolve a flagged statement of it."""
        message = self.save(workspace, edit)
        changes = outreach.resolve_statement(workspace, message.id, sentence, way, words)
        self.resolutions = self._have(outreach.read_message(workspace, message.id)).resolutions
        return changes

    def read(self, workspace: Workspace, edit: Edit, read: bool) -> Changes:
        """Store the text and that the person has read the sentences of their own, or that they have not."""
        message = self.save(workspace, edit)
        changes = outreach.read_sentences(workspace, message.id, read=read)
        self.resolutions = self._have(outreach.read_message(workspace, message.id)).resolutions
        return changes

    def keep_reading(self, workspace: Workspace, edit: Edit, found: SecondReading) -> Changes:
        """Store the text with what a second reading found in it."""
        message = self.save(workspace, edit)
        changes = outreach.keep_second_reading(workspace, message.id, found)
        self.resolutions = self._have(outreach.read_message(workspace, message.id)).resolutions
        return changes

    def restore(self, workspace: Workspace, edit: Edit, draft_id: int) -> Message:
        """Bring an earlier draft back; the text that was there is stored before."""
        self.save(workspace, edit)
        return self._have(outreach.restore_draft(workspace, self._id, draft_id))

    def discard(self, workspace: Workspace, edit: Edit) -> Changes:
        """Put the email away with its last text."""
        self.save(workspace, edit)
        return outreach.discard(workspace, [self._id])

    def recall(self, workspace: Workspace) -> Changes:
        """Take the approved email back."""
        return outreach.recall(workspace, [self._id])

    def link(self, workspace: Workspace) -> str:
        """The link that opens the approved email in the mail app."""
        return outreach.mail_link(workspace, self._id)

    def handed_over(self, workspace: Workspace) -> Changes:
        """A person says that it went out by their mail app."""
        return outreach.handed_over(workspace, self._id, "mail_program")
