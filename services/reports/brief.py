"""One customer on one page, for a visit, a review or a hand-over: who, how much, why, what happened, what is open."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from models.values.customers import CustomerProfile
from models.values.errors import UserError
from models.values.reports import Brief, Section
from models.values.words import MINUS, count, day_of, full_day, shortened
from services.insight import customer_profile, figure_lines, read_customer_document, reading
from services.workspace import Workspace

#: So many lines a section has at the most; what is left out is counted.
_MOST: Final = {"Reasons": 5, "Open work": 4, "Deals": 5, "Contact": 7}
EVENTS: Final = 10
_LONGEST: Final = 170


def brief_of(workspace: Workspace, customer_id: int, book: str) -> Brief:
    """Return the brief of a customer.

    Raises
    ------
    UserError
        There is no such customer.
    """
    with reading(workspace) as reader:
        document = read_customer_document(reader, customer_id, newest=EVENTS)
    if document is None:
        raise UserError(f"There is no customer {customer_id}. `bellwether customers` lists them.")
    profile = customer_profile(workspace, customer_id)
    figures = profile.figures
    scored = day_of(figures.as_of) if figures is not None else None
    left = [
        Section("Figures", figure_lines(figures) if figures is not None else ("Not scored yet",)),
        _section("Reasons", [_reason(one) for one in sorted(document["drivers"], key=_size)]),
    ]
    right = [
        _section(
            "Contact",
            [f"{one.label}: {one.value}" for one in profile.identity if one.value and not one.of_consent],
        ),
        Section("Email consent", (document["consent"]["verdict"], *document["consent"]["reasons"])),
        _section("Open work", [_work(one) for one in document["open_work"] if one["kind"] == "task"], "No open tasks"),
        _section("Deals", [profile.deals_line, *profile.deals], "No deals"),
        _section("Tickets, reviews, emails", list(_counts(profile))),
    ]
    events = tuple((_day(row), _event(row)) for row in document["timeline"])
    return Brief(
        name=profile.name, book=book, as_of=full_day(scored) if scored is not None else "",
        headline=(profile.metadata_line, profile.journey_line), alert=tuple(_alert(document["alert"])),
        left=tuple(one for one in left if one.lines), right=tuple(one for one in right if one.lines),
        events=events, earlier=document["counts"]["all"] - len(events),
    )  # fmt: skip


def _section(title: str, lines: Sequence[str], none: str = "") -> Section:
    said = [shortened(line, _LONGEST) for line in lines if line]
    most = _MOST.get(title, len(said))
    more = (f"and {len(said) - most} more",) if len(said) > most else ()
    return Section(title, (*said[:most], *more) or ((none,) if none else ()))


def _alert(alert: Mapping[str, Any] | None) -> Iterator[str]:
    if alert is not None:
        yield f"{alert['severity'].capitalize()} alert: {alert['reason']}"
        if alert["recommendation"] is not None:
            yield f"Suggested: {alert['recommendation']['title']}. {alert['recommendation']['why']}"


def _size(driver: Mapping[str, Any]) -> float:
    return -abs(float(driver["points"] or 0.0))


def _reason(driver: Mapping[str, Any]) -> str:
    """The label, its evidence and the points that it adds: "Gap since last order: no order for 91 days (+54)"."""
    points = driver["points"]
    sign = "" if points is None or not round(abs(points)) else "+" if points > 0 else MINUS
    told = f" ({sign}{count(round(abs(points)), 'point')})" if sign else ""
    return f"{': '.join(part for part in (driver['label'], driver['evidence']) if part)}{told}"


def _work(item: Mapping[str, Any]) -> str:
    return " · ".join(part for part in (item["title"], item["words"]) if part)


def _counts(profile: CustomerProfile) -> Iterator[str]:
    if profile.tickets_line:
        yield f"Tickets: {profile.tickets_line}"
    if profile.reviews_line:
        yield f"Reviews: {profile.reviews_line}"
    if profile.emails_line:
        yield f"Emails: {profile.emails_line}"


def _day(row: Mapping[str, Any]) -> str:
    """The day of an event with its year: paper is read later than today."""
    day = day_of(row["at"][:10])
    return full_day(day) if day is not None else row["when"]


def _event(row: Mapping[str, Any]) -> str:
    return " · ".join(part for part in (row["words"], row["reference"]) if part)
