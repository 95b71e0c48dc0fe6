"""The files of one drop, from their check to their import: which one is open, and which are being checked again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from models.values.imports import ImportOptions, ImportRequest
from models.values.reading import ReadingChoice
from views.data.jobs import Checked


class Batch:
    """Checked files in their order of import.

    A file whose answer is still on its way is known by its place: the person may have opened another one meanwhile.
    """

    def __init__(self, checked: Sequence[Checked] = ()) -> None:
        self.checked = tuple(checked)
        #: Place of the file that was opened last.
        self.at = 0
        self._asked: dict[int, ImportRequest] = {}

    @property
    def many(self) -> bool:
        """Whether there is more than one file."""
        return len(self.checked) > 1

    @property
    def opened(self) -> Checked | None:
        """The file that was opened last; None without files."""
        return self.checked[self.at] if self.checked else None

    @property
    def decided(self) -> bool:
        """Whether a person has said anything of a file: how it is read, what a column is, a cell anew."""
        return any(one.request.options != _unsaid(one.request.options) for one in self.checked)

    @property
    def waiting(self) -> bool:
        """Whether a file is being checked again."""
        return bool(self._asked)

    def ask(self, request: ImportRequest) -> tuple[ImportRequest, ...]:
        """Take another request for the open file; return all in their order, as each counts for those after it.

        Which system a file is of is asked once for all files of the drop.
        """
        before = self.checked[self.at].request
        self._asked[self.at] = request
        if request.options.source != before.options.source:
            for place, one in enumerate(self.checked):
                if place != self.at and one.preview is not None and one.preview.question_kind == "source":
                    options = replace(one.request.options, source=request.options.source)
                    self._asked[place] = replace(one.request, options=options)
        return tuple(
            _undecided(self._asked.get(place, one.request))
            for place, one in enumerate(self.checked)
            if one.preview is not None or place in self._asked
        )

    def take(self, found: Sequence[Checked]) -> tuple[str, ...]:
        """Put answers in their places; return why files are left as they were."""
        asked, self._asked = self._asked, {}
        faults = []
        left = list(found)
        checked = list(self.checked)
        for place, before in enumerate(checked):
            wanted = _plain(asked.get(place, before.request))
            one = next((one for one in left if _plain(one.request) == wanted), None)
            if one is not None:
                left.remove(one)
            if one is not None and one.preview is not None:
                checked[place] = one
            elif one is not None and place in asked:
                faults.append(one.error)
        self.checked = tuple(checked)
        return tuple(faults)

    def give_up(self) -> None:
        """Nothing that was asked is answered any more: files stay as they were checked before."""
        self._asked.clear()

    def undecided(self) -> tuple[ImportRequest, ...]:
        """Requests for the files that an import of all leaves out, because something of them is to be decided."""
        return tuple(one.request for one in self.checked if one.preview is not None and one.preview.question)

    def others(self) -> tuple[ImportRequest, ...]:
        """Requests for the files that are not open and can be read, with what a person decided of them."""
        return tuple(
            self._asked.get(place, one.request)
            for place, one in enumerate(self.checked)
            if place != self.at and one.preview is not None
        )


def _undecided(request: ImportRequest) -> ImportRequest:
    """Return a request without the systems of the files beside it, which their checks find anew."""
    return replace(request, beside=tuple((path, "") for path, _ in request.beside))


def _plain(request: ImportRequest) -> ImportRequest:
    """A request as it is compared: apart from the files beside it."""
    return replace(request, dry_run=True, beside=())


def _unsaid(options: ImportOptions) -> ImportOptions:
    """Return the options of a file about which nothing was said: only which file of an archive it is."""
    return ImportOptions(reading=ReadingChoice(member=options.reading.member))
