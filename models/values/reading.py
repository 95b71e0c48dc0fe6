"""Values of reading a file: what a person said about how it is written, what was concluded, and what is in doubt."""

from __future__ import annotations

from dataclasses import dataclass, replace

from models.values.errors import Question


@dataclass(frozen=True, slots=True)
class ReadingChoice:
    """What a person may decide about how a file is written; None means: by evidence.

    Attributes
    ----------
    encoding : str, optional
        As Python knows it, such as ``cp1252``.
    delimiter : str, optional
        One sign or several; ``blanks`` for runs of blanks, ``fixed`` for columns of fixed width.
    quote, escape : str, optional
        One sign; empty for none.
    header_row : int, optional
        In which row of the table the names of the columns begin, from 1; 0 where no row names them.
    header_rows : int, optional
        How many rows name the columns.
    sheet : str, optional
        Which sheet of a workbook.
    member : str, optional
        Which file of a ZIP archive.
    table : int, optional
        Which of several tables that stand below each other, from 1.
    """

    encoding: str | None = None
    delimiter: str | None = None
    quote: str | None = None
    escape: str | None = None
    header_row: int | None = None
    header_rows: int | None = None
    sheet: str | None = None
    member: str | None = None
    table: int | None = None


@dataclass(frozen=True, slots=True)
class ReadingOption:
    """Another way to read the same file: in words, as a choice, and as the flag of the command line."""

    words: str
    choice: ReadingChoice
    flag: str


@dataclass(frozen=True, slots=True)
class Conclusion:
    """One thing that was concluded about a file.

    Attributes
    ----------
    part : str
        What it is about: ``file``, ``sheet``, ``encoding``, ``delimiter``, ``quote``, ``header``, ``rows``, ``tables``.
    words : str
        What was concluded, such as "semicolon".
    why : str
        The evidence, as the rest of the sentence "because …".
    confidence : float
        0 to 1; 1 where a person said so or nothing else is possible.
    options : tuple of ReadingOption
        What else could be chosen.
    """

    part: str
    words: str
    why: str
    confidence: float
    options: tuple[ReadingOption, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """Everything that was concluded about a file, to be shown and overridden.

    Attributes
    ----------
    conclusions : tuple of Conclusion
    choice : ReadingChoice
        What a person had said.
    others : tuple of ReadingOption
        Further tables in the same file: sheets, members of an archive, tables below the first.
    """

    conclusions: tuple[Conclusion, ...]
    choice: ReadingChoice
    others: tuple[ReadingOption, ...] = ()

    def about(self, part: str) -> Conclusion | None:
        """What was concluded about a part, or None."""
        return next((one for one in self.conclusions if one.part == part), None)


class Doubt(Question):
    """A file can be read in several ways that are about equally likely: a person must say which.

    Attributes
    ----------
    question : str
        For a window that shows the options.
    options : tuple of ReadingOption
        The ways to read it, likeliest first; each choice holds what was said before too.
    """

    def __init__(self, question: str, options: tuple[ReadingOption, ...]) -> None:
        self.question = question
        self.options = options
        super().__init__(question)

    def __str__(self) -> str:
        ways = " or ".join(f"{option.flag} ({option.words})" for option in self.options)
        return f"{self.question} Say which with {ways}."

    def __reduce__(self) -> tuple[type[Doubt], tuple[str, tuple[ReadingOption, ...]]]:
        """A doubt crosses from the child process to the window whole."""
        return Doubt, (self.question, self.options)


def also(choice: ReadingChoice, further: ReadingChoice) -> ReadingChoice:
    """Return a choice with what `further` says put over it."""
    said = {name: value for name in ReadingChoice.__slots__ if (value := getattr(further, name)) is not None}
    return replace(choice, **said)
