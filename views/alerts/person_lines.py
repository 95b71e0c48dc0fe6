"""Who to speak to: name, role, number to copy, place and owner; below, what was last said, written, sold and agreed."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Signal
from PySide6.QtGui import QGuiApplication, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from models.values.reaching import HeaderFact, Person
from views.theme import Theme, fonts
from views.widgets.buttons import IconButton
from views.widgets.labels import column, row
from views.widgets.painting import Run, runs
from views.words import DOT

_LINE = 20


class RunLine(QWidget):
    """Stretches of text on one line, elided at its end; all of them are its tooltip then."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._parts: tuple[Run, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    @property
    def words(self) -> str:
        """The whole text."""
        return "".join(part.text for part in self._parts)

    def tell(self, parts: Sequence[Run]) -> None:
        """Show other stretches."""
        self._parts = tuple(parts)
        self.setAccessibleName(self.words)
        self.setVisible(bool(self.words))
        self.updateGeometry()
        self._hint()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(round(self._wide()) + 2, _LINE)

    def minimumSizeHint(self) -> QSize:
        return QSize(min(40, self.sizeHint().width()), _LINE)

    def resizeEvent(self, _event: object) -> None:
        self._hint()

    def paintEvent(self, _event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            runs(painter, self._theme, QRectF(self.rect()), self._parts, fonts.SMALL)

    def _wide(self) -> float:
        return sum(fonts.width(part.text, fonts.SMALL, part.weight) for part in self._parts)

    def _hint(self) -> None:
        self.setToolTip("" if self._wide() <= self.width() else self.words)


class PersonLines(QWidget):
    """The lines under the customer's name. `copied` says which number was copied."""

    copied = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.who, self.where = RunLine(theme), RunLine(theme)
        self.lately, self.business = RunLine(theme), RunLine(theme)
        self.copy_phone = IconButton(theme, "copy", "Copy the number", size=14)
        self.copy_phone.setProperty("kind", "small")
        self.copy_phone.setFixedSize(24, 22)
        self.copy_phone.clicked.connect(self._copy)
        self._phone = ""
        first = row(self.who, 2, self.copy_phone, 4, self.where)
        first.setStretch(4, 1)
        self.setLayout(column(first, self.lately, self.business))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_person(self, person: Person | None) -> None:
        """Show whom there is to speak to; nothing for an alert of the book."""
        self.setVisible(person is not None)
        if person is None:
            return
        self._phone = person.phone
        who = [Run(person.name, "ink", fonts.SEMIBOLD)] if person.name else []
        who += [Run(f" {person.role}", "ink_2")] if person.role and who else []
        if person.phone:
            who += [Run(DOT, "ink_3")] if who else []
            who.append(Run(person.phone, "ink", fonts.MEDIUM))
        self.copy_phone.setVisible(bool(person.phone))
        self.copy_phone.setToolTip(f"Copy {person.phone}")
        places = [Run(person.place, "ink_2")] if person.place else []
        owner = [Run("owner ", "ink_3"), Run(person.owner, "ink", fonts.MEDIUM)]
        owner = [Run(person.owner, "ink_2")] if person.owner in ("yours", "no owner") else owner
        lead = [Run(DOT, "ink_3")] if who and not person.phone else []
        where = [*lead, *places, *([Run(DOT, "ink_3")] if places else []), *owner]
        # Of whom neither name nor number is known, the place comes first.
        self.who.tell(who or where)
        self.where.tell(where if who else [])
        first = [fact for fact in person.facts if fact.title.startswith("Last")]
        self.lately.tell(_runs_of(first))
        self.business.tell(_runs_of([fact for fact in person.facts if fact not in first]))

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._phone)
        self.copied.emit(self._phone)


def _runs_of(facts: Sequence[HeaderFact]) -> list[Run]:
    found: list[Run] = []
    for fact in facts:
        found += [Run(DOT, "ink_3")] if found else []
        found += [Run(f"{fact.title} ", "ink_3"), Run(fact.figure, "ink", fonts.MEDIUM), Run(fact.rest, "ink_2")]
    return found
