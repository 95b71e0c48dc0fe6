"""Which system a file's ids belong to: one policy, decided by evidence in the data, asked where that is weak.

The file is compared with all systems of the book. Names, addresses and numbers of customers count most, then the folder
and the files dropped together, then ids that match beyond chance. Whole numbers that begin at 1 match by chance: where
nothing else decides, a person is asked, with counts and names; so they are where the file contradicts what it would
change, because most of its rows carry the number of another customer.

The first system of a book has a name of its own, whichever of its files comes first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from models import sqlite
from models.values.meanings import Doubt, Reading
from models.values.words import day_of, full_day
from services.sync.apply.evidence import LIKELY, WEAK, Evidence, System, evidence_of, families, file_words, systems_of
from services.sync.formats.plan import Plan, source_from_name
from services.sync.formats.systems import known_sources
from services.sync.stage.layout import Target

#: The name of a book's first system of which nothing is known but its files.
FIRST: Final = "files"
#: Names that say nothing of a system: that of a book's first, and what folders and files are called everywhere.
_SAY_NOTHING: Final = frozenset(
    (FIRST, *("data", "download", "downloads", "export", "exports", "import", "imports", "csv", "documents", "desktop"))
)


@dataclass(frozen=True, slots=True)
class Belonging:
    """The system that a file belongs to, what is said of that, the question where a person must decide, or a guess."""

    source: str
    words: str = ""
    doubt: Doubt | None = None
    guessed: bool = False


def system_of(db: sqlite.Connection, plan: Plan, target: Target, *, lines: bool) -> Belonging:
    """Decide which system a staged file belongs to."""
    if plan.source_said:
        return Belonging(plan.source)
    systems = systems_of(db)
    own = families(plan.mapping)
    known_system = plan.recognition.system is not None
    if known_system or not own:
        # Nothing but its own ids: it is of its system by name, or of one whose files have the same columns.
        name = plan.source if known_system else next(iter(plan.origin.by_headers), _stem(plan))
        there = systems.get(name)
        for found in evidence_of(db, plan, target, [there] if there else [], own, lines=lines):
            if found.contradicts:
                return _contradiction(plan, found, systems)
        by_headers = name in plan.origin.by_headers and name != _stem(plan)
        words = _matches(there or System(name), "columns") if by_headers else ""
        return Belonging(name, words, guessed=by_headers)
    held = evidence_of(db, plan, target, [*systems.values()], own, lines=lines)
    return _decided(plan, held, systems) if held else Belonging(FIRST)


def _decided(plan: Plan, held: list[Evidence], systems: Mapping[str, System]) -> Belonging:
    tokens = _telling_names(plan, held)
    ranked = sorted(held, key=lambda one: one.rank(one.system.name in tokens), reverse=True)
    best = ranked[0]
    rivals = [one for one in ranked[1:] if one.rank(one.system.name in tokens) == best.rank(best.system.name in tokens)]
    if best.tier >= LIKELY and not (rivals and best.known):
        why = _why(best)
        return Belonging(best.system.name, why, guessed=bool(why))
    against = [one for one in ranked if one.contradicts and one.expected]
    if best.tier < LIKELY and against:
        return _contradiction(plan, max(against, key=lambda one: one.differ + one.rows_other), systems)
    if best.tier >= WEAK:
        return _weak(plan, [best, *rivals], systems)
    name = _new_name(plan, held, systems)
    like = max(ranked, key=lambda one: one.known)
    if like.known and like.contradicts:
        count, of, noun, _ = _contradicting(plan, like)
        return Belonging(
            name, f"Kept separate from “{like.system.name}”: {count:,} of {of:,} {noun} with the same ID differ there."
        )
    return Belonging(name)


def _telling_names(plan: Plan, held: Iterable[Evidence]) -> set[str]:
    """Systems whose files share a word of their name with this one, where not all systems do."""
    mine = file_words(plan.table.path)
    theirs = {one.system.name: set().union(*map(file_words, one.system.paths)) for one in held}
    telling = {word for word in mine if not all(word in words for words in theirs.values())}
    return {name for name, words in theirs.items() if telling & words}


# -- answers ----------------------------------------------------------------------------------------------------------


def _matches(system: System, what: str, counts: str = "") -> str:
    """Say that a file counts as one of a system: by its name, or where that says nothing, by its last import."""
    day = day_of(system.last)
    called, it = f"“{system.name}”", "it"
    if day is not None and system.name.rstrip(" 0123456789").casefold() in _SAY_NOTHING:
        called, it = f"what you imported on {full_day(day)}", "the same system"
    return f"The {what} match {called}{counts}, so this counts as another export from {it}."


def _why(best: Evidence) -> str:
    """Say why a file counts as one of a system; '' where it goes without saying."""
    if best.headers and not best.near:
        return _matches(best.system, "columns")
    if not best.known:
        return ""
    alike = f", {best.agree:,} with the same name or address" if best.agree else ""
    return _matches(best.system, "IDs", f" ({best.known:,} of {best.named:,}{alike})")


def _weak(plan: Plan, possible: list[Evidence], systems: Mapping[str, System]) -> Belonging:
    best = possible[0]
    new = _new_name(plan, possible, systems)
    noun = "product" if plan.entity.name == "products" else "customer"
    names = f" {', '.join(best.examples)}." if best.examples else ""
    question = (
        f"Do the {noun} IDs in {plan.table.path.name} belong to “{best.system.name}”? "
        f"{best.known:,} of {best.named:,} match, but small whole numbers can match by chance.{names}"
    )
    same = [
        Reading(
            one.system.name,
            f"Yes: {one.known:,} of {one.named:,} {noun}s are already in “{one.system.name}”",
            one.known,
        )
        for one in possible
    ]
    other = Reading(new, f"No: add {best.named:,} new {noun}s under the source “{new}”", best.named)
    return Belonging(best.system.name, doubt=Doubt("source", "", question, (*same, other)))


def _contradiction(plan: Plan, found: Evidence, systems: Mapping[str, System]) -> Belonging:
    name, new = found.system.name, _new_name(plan, [found], systems)
    count, of, noun, people = _contradicting(plan, found)
    what = "different names and addresses" if people else "a different customer and date"
    changed = "name and address" if people else "customer and date"
    names = f" {', '.join(found.examples)}." if people and found.examples else ""
    differ = f"{count:,} of {of:,} {noun} with the same ID have {what} there.{names}"
    question = f"Is {plan.table.path.name} from “{name}”? {differ}"
    other = Reading(new, f"No: import as “{new}” and leave {count:,} {noun} in the book as they are", count)
    same = Reading(name, f"Yes: {count:,} {noun} change {changed}", of - count)
    return Belonging(new, doubt=Doubt("source", "", question, (other, same)))


def _contradicting(plan: Plan, found: Evidence) -> tuple[int, int, str, bool]:
    """How many with the same ID differ, of how many, what they are, and whether they are people by name and address."""
    people = found.differ >= found.rows_other
    noun = "products" if plan.entity.name == "products" else "customers" if people else plan.entity.label.lower()
    differ, same = (found.differ, found.agree) if people else (found.rows_other, found.rows_same)
    return differ, differ + same, noun, people


def _stem(plan: Plan) -> str:
    return source_from_name(plan.table.path.name)


def _new_name(plan: Plan, held: Iterable[Evidence], systems: Mapping[str, System]) -> str:
    """A name for a further system: its folder's, where no other system has files there, else its file's."""
    folder = plan.table.path.resolve().parent.name
    wanted = _stem(plan) if not folder or any(one.near for one in held) else folder
    taken = {*systems, *known_sources(), FIRST}
    number = 2
    name = wanted
    while name in taken:
        name, number = f"{wanted} {number}", number + 1
    return name
