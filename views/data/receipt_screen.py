"""The state "receipt": the step bar, what is in the book now, and what can be done next."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from models.values.imports import ImportRecord, UndoPreview
from views.data.receipt_side import ReceiptSide
from views.data.receipt_view import ReceiptContent, ReceiptView
from views.data.steps import StepBar
from views.theme import Theme
from views.widgets.labels import column
from views.widgets.splitter import PaneSplitter
from views.words import DOT, counted


class ReceiptScreen(QWidget):
    """Both halves of a receipt under their bar."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._content = ReceiptContent(())
        self.bar = StepBar(theme)
        self.view = ReceiptView(theme)
        self.side = ReceiptSide(theme)
        self.splitter = PaneSplitter("receipt")
        self.splitter.add(self.view, stretch=1, minimum=360)
        self.splitter.add(self.side, stretch=0, minimum=264)
        self.splitter.setSizes([1032, 336])
        self.setLayout(column(self.bar, self.splitter))

    @property
    def content(self) -> ReceiptContent:
        """What is shown."""
        return self._content

    @property
    def import_ids(self) -> tuple[int, ...]:
        """The imports of this receipt that can be undone, the last first."""
        found = [receipt.import_id for receipt in self._content.receipts if receipt.import_id is not None]
        return tuple(reversed(found))

    def show_content(self, content: ReceiptContent, when: str) -> None:
        """Show a receipt; ``when`` says when it was imported."""
        self._content = content
        failed = sum(1 for one in content.files if one.receipt is None)
        tone = "warning" if failed else "good"
        words = when if content.receipts else "Not imported"
        self.bar.show_state(words, tone, _about(content), 2)
        self.view.show_content(content)
        self.side.show_content(content)

    def show_undo(self, preview: UndoPreview | None, *, undone: bool = False) -> None:
        """Show what an undo would do."""
        self.side.show_undo(preview, self._content.sums, undone=undone)

    def show_earlier(self, records: tuple[ImportRecord, ...]) -> None:
        """Show the imports before this one."""
        self.side.show_earlier(records, frozenset(self.import_ids))


def _about(content: ReceiptContent) -> str:
    receipts = content.receipts
    if len(content.files) > 1:
        parts = [f"{len(receipts)} of {counted(len(content.files), 'file')}"]
    elif receipts:
        number = receipts[0].import_id
        parts = [receipts[0].recognised_as, f"receipt {number}" if number is not None else ""]
    else:
        parts = [content.files[0].error if content.files else ""]
    if content.effect is not None:
        parts.append("your scores and alerts are up to date")
    return DOT.join(part for part in parts if part)
