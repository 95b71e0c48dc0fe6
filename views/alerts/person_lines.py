"""Who to speak to: name, role, number to copy, place and owner; below, what was last said, written, sold and agreed."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Signal
from PySide6.QtGui import QGuiApplication, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from models.values.reaching import HeaderFact, Person
from views.theme import Theme, fonts
from views.widgets.buttons import IconButton
from views.widgets.labels import clear, column, row
from views.widgets.painting import Run, runs
from views.words import DOT

_LINE = 20
#: Room for the first letters of what is elided.
_DOTS = 24
#: What is no longer than this is not cut at all.
_SHORT_REST = 18


class RunLine(QWidget):
    """Stretches of text on one line, elided at its end; all of them are its tooltip then."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._parts: tuple[Run, ...] = ()
        self._keeps = 0
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    @property
    def words(self) -> str:
        """The whole text."""
        return "".join(part.text for part in self._parts)

    def tell(self, parts: Sequence[Run], *, keeps: int = 0) -> None:
        """Show other stretches; the first ``keeps`` of them are never cut."""
        self._parts, self._keeps = tuple(parts), keeps
        self.setAccessibleName(self.words)
        self.setVisible(bool(self.words))
        self.updateGeometry()
        self._hint()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(round(self._wide()) + 2, _LINE)

    def minimumSizeHint(self) -> QSize:
        least = max(40, round(self._wide(self._parts[: self._keeps])) + _DOTS)
        return QSize(min(least, self.sizeHint().width()), _LINE)

    def resizeEvent(self, _event: object) -> None:
        self._hint()

    def paintEvent(self, _event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            runs(painter, self._theme, QRectF(self.rect()), self._parts, fonts.SMALL)

    def _wide(self, parts: Sequence[Run] | None = None) -> float:
        shown = self._parts if parts is None else parts
        return sum(fonts.width(part.text, fonts.SMALL, part.weight) for part in shown)

    def _hint(self) -> None:
        self.setToolTip("" if self._wide() <= self.width() else self.words)


class FactLine(QWidget):
    """Facts of the header on one line; where it is short, each is elided after its title and its figure."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._facts: tuple[HeaderFact, ...] = ()
        self._row = row()
        self.setLayout(self._row)

    @property
    def words(self) -> str:
        """The whole text."""
        return DOT.join(fact.words for fact in self._facts)

    def tell(self, facts: Sequence[HeaderFact]) -> None:
        """Show other facts."""
        self._facts = tuple(facts)
        clear(self._row)
        for place, fact in enumerate(facts):
            one = RunLine(self._theme)
            self._row.addWidget(one)
            lead = [Run(DOT, "ink_3")] if place else []
            title = [*lead, Run(f"{fact.title} ", "ink_3"), Run(fact.figure, "ink", fonts.MEDIUM)]
            keeps = len(title) + (len(fact.rest) <= _SHORT_REST)
            one.tell([*title, Run(fact.rest, "ink_2")], keeps=keeps)
        self._row.addStretch(1)
        self.setVisible(bool(facts))


class PersonLines(QWidget):
    """The lines under the customer's name. `copied` says which number was copied."""

    copied = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.who, self.where = RunLine(theme), RunLine(theme)
        self.lately, self.business = FactLine(theme), FactLine(theme)
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
        self.lately.tell([fact for fact in person.facts if fact.lately])
        self.business.tell([fact for fact in person.facts if not fact.lately])

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._phone)
        self.copied.emit(self._phone)
