"""The words, icons and colours of an import, and the sums that must add up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from models.values.imports import Preview, Receipt, Verdict
from views.words import counted, duration, whole

#: Verdict → key of a receipt's rows, in the order of the equation.
ROW_KEYS: dict[Verdict, str] = {
    "new": "inserted",
    "changed": "updated",
    "unchanged": "unchanged",
    "rejected": "rejected",
    "ignored": "ignored",
}
_ENTITIES = {
    "customers": "Customers",
    "products": "Products",
    "orders": "Orders",
    "order_lines": "Order lines",
    "returns": "Returns",
    "tickets": "Tickets",
    "reviews": "Reviews",
    "email_events": "Email events",
    "opportunities": "Deals",
    "stage_changes": "Stage changes",
    "activities": "Activities",
    "surveys": "Surveys",
    "identities": "Customer IDs",
}
#: One of them, where that is not the word without its s.
_ONE = {"activities": "activity", "identities": "customer ID"}


@dataclass(frozen=True, slots=True)
class VerdictMark:
    """How a verdict is told: an icon, a word, a colour for the icon and for the word."""

    icon: str
    word: str
    title: str
    ink: str
    text: str


MARKS: dict[Verdict, VerdictMark] = {
    "new": VerdictMark("plus", "new", "New", "ink", "ink"),
    "changed": VerdictMark("edit", "changed", "Changed", "ink", "ink"),
    "unchanged": VerdictMark("check", "unchanged", "Already here, unchanged", "ink_2", "ink"),
    "rejected": VerdictMark("severity-critical", "rejected", "Rejected", "critical_text", "critical_text"),
    "ignored": VerdictMark("minus", "ignored", "Ignored", "ink_3", "ink_3"),
}
#: Before it is known what a file is about, nothing can be said of its rows.
UNDECIDED = VerdictMark("clock", "to decide", "To decide", "ink_3", "ink_2")
#: So many rows and fields that an undo keeps are named before it.
KEPT_NAMED = 4
VERDICTS: tuple[Verdict, ...] = tuple(ROW_KEYS)


@dataclass(frozen=True, slots=True)
class Sums:
    """How many rows of a file are what. ``read`` is their sum, always."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    rejected: int = 0
    ignored: int = 0

    @property
    def importable(self) -> int:
        """Rows that an import takes: new, changed and unchanged."""
        return self.new + self.changed + self.unchanged

    @property
    def read(self) -> int:
        """All rows of the file."""
        return self.importable + self.rejected + self.ignored

    def of(self, verdict: Verdict) -> int:
        """The count of one verdict."""
        count: int = getattr(self, verdict)
        return count

    def plus(self, other: Sums) -> Sums:
        """The sums of both."""
        return Sums(*(self.of(verdict) + other.of(verdict) for verdict in VERDICTS))


def is_understood(preview: Preview) -> bool:
    """Whether it is known what the file is about and where its cells are: only then there are sums."""
    return preview.question_kind not in ("mapping", "reading")


def sums_of(rows: Mapping[str, int]) -> Sums:
    """The sums of a receipt's rows."""
    return Sums(*(rows.get(ROW_KEYS[verdict], 0) for verdict in VERDICTS))


def entity_words(entity: str) -> str:
    """An entity as the page calls it."""
    return _ENTITIES.get(entity, entity.replace("_", " ").capitalize())


def entity_rows(receipts: Sequence[Receipt]) -> list[tuple[str, int, int, int]]:
    """What a book got: entity in words, new, changed, unchanged; over all receipts."""
    found: dict[str, list[int]] = {}
    for receipt in receipts:
        for entity, counts in receipt.entities.items():
            row = found.setdefault(entity, [0, 0, 0])
            for place, key in enumerate(("inserted", "updated", "unchanged")):
                row[place] += counts.get(key, 0)
    return [(entity_words(entity), row[0], row[1], row[2]) for entity, row in found.items() if any(row)]


def customer_lines(
    matched: int, created: int, doubtful: int | None = 0, with_earlier: str = ""
) -> list[tuple[str, str]]:
    """What an import does about customers: (icon, words); ``doubtful`` new ones look like somebody.

    ``with_earlier`` says who comes with an earlier file: those who look like somebody are not told from them.
    """
    lines = []
    if matched:
        lines.append(("check", f"{counted(matched, 'customer')} matched"))
    if created:
        lines.append(("plus", f"{counted(created, 'new customer')}"))
    if with_earlier:
        lines.append(("check", with_earlier))
        doubtful = None if created and doubtful else 0
    if doubtful:
        looks = "looks" if doubtful == 1 else "look"
        like = f"{whole(doubtful)} of them {looks} like another customer"
        lines.append(("customers", f"{like}; none are merged until you review them after the import."))
    elif doubtful is None:
        lines.append(("customers", "Possible duplicates are checked after the import."))
    return lines


def import_words(sums: Sums, files: int = 1) -> str:
    """The words of the button that imports."""
    return f"Import {rows_words(sums, files)}"


def rows_words(sums: Sums, files: int = 1) -> str:
    """What is imported: ``48,098 rows``, ``3 files, 48,098 rows``."""
    rows = counted(sums.importable, "row")
    return rows if files == 1 else f"{files} files, {rows}"


def nothing_words(sums: Sums, files: int = 1) -> str:
    """Why an import would change nothing, '' if it would."""
    if sums.new or sums.changed:
        return ""
    if sums.unchanged:
        these, again = ("this file", "it") if files == 1 else ("these files", "them")
        return f"Everything in {these} is already in your book. Importing {again} again changes nothing."
    return "No rows can be imported. See the reasons, fix the file or the mapping, and check again."


def about(seconds: float) -> str:
    """How long an import will take, from how long its check took."""
    guess = max(1, round(1.4 * seconds))
    return f"About {guess} s" if guess < 90 else f"About {duration(guess)}"


def reason_lines(reasons: Mapping[str, int]) -> list[tuple[str, int]]:
    """Reasons with their counts, the most frequent first."""
    return sorted(reasons.items(), key=lambda item: (-item[1], item[0]))


def undo_lines(
    takes_out: Sequence[tuple[str, int]], puts_back: Sequence[tuple[str, int]], keeps: Sequence[str] = ()
) -> list[tuple[str, str]]:
    """What an undo would do, and what it would keep and why: (icon, words)."""
    lines = []
    if takes_out:
        lines.append(("minus", f"Removes {listed(takes_out)}"))
    if puts_back:
        alone = sum(count for _what, count in puts_back) == 1
        lines.append(("return", f"Restores {listed(puts_back)} as {'it was' if alone else 'they were'}"))
    lines += [("lock", sentence) for sentence in keeps[:KEPT_NAMED]]
    if len(keeps) > KEPT_NAMED:
        more = len(keeps) - KEPT_NAMED
        lines.append(("lock", f"{whole(more)} more {'stays' if more == 1 else 'stay'} for similar reasons"))
    return lines


def listed(parts: Sequence[tuple[str, int]]) -> str:
    """Counts in one phrase: "31,406 order lines, 14,283 orders and 207 customers"."""
    words = [counted(count, *_nouns(what)) for what, count in parts if count]
    if len(words) < 2:
        return "".join(words) or "nothing"
    return f"{', '.join(words[:-1])} and {words[-1]}"


def _nouns(entity: str) -> tuple[str, str]:
    """One of an entity, and many."""
    many = entity_words(entity).lower()
    return _ONE.get(entity, many.removesuffix("s")), many


def undone_words(count: int, kept: Sequence[str]) -> str:
    """What an undo has done, with the first of what it kept."""
    words = "Import undone" if count == 1 else f"{counted(count, 'import')} undone"
    if not kept:
        return f"{words}; scores and alerts were recalculated."
    more = f" ({len(kept) - 1} more were kept)" if len(kept) > 1 else ""
    return f"{words}. {kept[0]}{more}"


def name_of(files: Sequence[str]) -> str:
    """The name of one file, or how many they are."""
    names = [Path(name).name for name in files]
    return names[0] if len(names) == 1 else counted(len(names), "file") if names else ""
