"""The columns of the list: what stands in them, how wide they are, and which give way first in a narrow window."""

from __future__ import annotations

from dataclasses import dataclass

from models.values.customers import CustomerRow, SortColumn
from models.values.words import left_words
from views.words import DASH, chance, days, money, percent, short_leaving


@dataclass(frozen=True, slots=True)
class Column:
    """One column. ``keeps`` is its rank when room is scarce: the lowest goes first, 0 never goes."""

    key: SortColumn
    title: str
    width: int
    right: bool = False
    keeps: int = 0
    falling_first: bool = False


COLUMNS = (
    Column("name", "Name", 168),
    Column("tier", "Tier", 64, keeps=4),
    Column("segment", "Segment", 78, keeps=5),
    Column("churn", "Churn", 66, right=True, falling_first=True),
    Column("at_risk", "Rev. at risk", 88, right=True, falling_first=True),
    Column("engagement", "Engaged", 70, keeps=6),
    Column("last_order", "Last order", 72, keeps=3),
    Column("next_action", "Next action", 96, keeps=2),
    Column("owner", "Owner", 82, keeps=1),
)
AT = {column.key: place for place, column in enumerate(COLUMNS)}
NAME_AT_LEAST = 132
#: The figures in each column that a person may set.
_BY_HAND: dict[str, tuple[str, ...]] = {
    "segment": ("segment",),
    "churn": ("churn_risk",),
    "at_risk": ("churn_risk", "clv"),
    "engagement": ("engagement",),
}


def shown_in(room: int) -> frozenset[int]:
    """Places of the columns that fit into ``room`` pixels with the name at least `NAME_AT_LEAST` wide."""
    shown = set(range(len(COLUMNS)))
    wide = sum(column.width for column in COLUMNS[1:]) + NAME_AT_LEAST
    for _rank, place in sorted((column.keeps, place) for place, column in enumerate(COLUMNS) if column.keeps):
        if wide <= room:
            break
        shown.discard(place)
        wide -= COLUMNS[place].width
    return frozenset(shown)


def owner_words(owner: str | None, me: str) -> str:
    """An owner as the list says it."""
    if not owner:
        return "Unassigned"
    return "You" if owner == me else owner


def short_name(name: str) -> str:
    """A person's name where the whole of it has no room: "Mateo Castellanos" is "Mateo C."."""
    first, _space, rest = name.strip().partition(" ")
    last = rest.rpartition(" ")[2]
    return f"{first} {last[0]}." if last else name


def text_of(row: CustomerRow, place: int, me: str) -> str:
    """The text of one cell."""
    match COLUMNS[place].key:
        case "name":
            return row.name
        case "tier":
            return row.tier or DASH
        case "segment":
            return row.segment or DASH
        case "churn":
            return churn_words(row)
        case "at_risk":
            at_risk = row.value_at_risk_minor
            return row.gone_words if at_risk is None and row.gone_words else money(at_risk, row.currency)
        case "engagement":
            return DASH if row.engagement is None else f"{row.engagement:.0f}"
        case "last_order":
            silent = row.days_since_last_order
            return DASH if silent is None else days(silent) if silent else "today"
        case "next_action":
            return row.next_action or DASH
        case _:
            return owner_words(row.owner, me)


def churn_words(row: CustomerRow) -> str:
    """The churn risk: a predicted chance, or exactly what a person set; of who left, or says so, that they do."""
    if row.left_on is not None:
        return "left"
    if row.said_leaving:
        return short_leaving(row.said_leaving)
    by_hand = any(mark.figure == "churn_risk" for mark in row.overridden)
    return percent(row.churn_risk) if by_hand else chance(row.churn_risk)


def set_by_hand(row: CustomerRow, place: int) -> tuple[str, ...]:
    """What a person set that the figure of a cell is or follows, in words; nothing where it was computed."""
    figures = _BY_HAND.get(COLUMNS[place].key, ())
    return tuple(mark.line for mark in row.overridden if mark.figure in figures)


def sentence_of(row: CustomerRow, me: str) -> str:
    """The whole row in one sentence, for a screen reader."""
    parts = [row.name, *(part for part in (row.tier, row.segment) if part)]
    if row.left_on is not None:
        parts.append(left_words(row.left_on))
    elif row.said_leaving:
        parts.append(f"said that {row.said_leaving}")
    elif row.churn_risk is not None:
        parts.append(f"churn risk {churn_words(row)}")
    if row.value_at_risk_minor is not None:
        parts.append(f"{money(row.value_at_risk_minor, row.currency)} revenue at risk")
    elif row.gone_words:
        parts.append(row.gone_words)
    if row.engagement is not None:
        parts.append(f"engagement {row.engagement:.0f} of 100")
    if row.days_since_last_order is not None:
        ago = f"{days(row.days_since_last_order)} ago" if row.days_since_last_order else "today"
        parts.append(f"last order {ago}{', returned' if row.last_returned else ''}")
    if row.next_action and row.next_action != DASH:
        parts.append(f"next: {row.next_action}")
    parts.append(f"owner {owner_words(row.owner, me)}")
    if row.overridden:
        parts.append(f"{', '.join(mark.title for mark in row.overridden)} overridden")
    return ", ".join(parts)
