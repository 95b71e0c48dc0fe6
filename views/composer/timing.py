"""When an email may go out, and what each moment does to the alert's clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, tzinfo

from models.values.outreach import Composition
from views.words import MONTHS, WEEKDAYS, counted

NOW = "now"


@dataclass(frozen=True, slots=True)
class Moment:
    """One choice: "now", a moment in UTC, or '' for one to pick; its words, and what it does to the clock."""

    at: str
    words: str
    effect: str


@dataclass(frozen=True, slots=True)
class Leaving:
    """When an email that is approved now would go out, '' for at once or where nobody knows.

    ``held``: quiet hours or a free day hold it until then.
    """

    at: str
    held: bool


def parsed(moment: str) -> datetime:
    """A moment as the store writes it."""
    return datetime.fromisoformat(moment)


def local_words(moment: str, zone: tzinfo | None = None) -> str:
    """A moment as "Mon 23 Nov, 09:00", in the time of this computer or of ``zone``."""
    at = parsed(moment).astimezone(zone)
    return f"{WEEKDAYS[at.weekday()]} {at.day} {MONTHS[at.month - 1]}, {at:%H:%M}"


def clock_words(moment: str, zone: tzinfo | None = None) -> str:
    """The time of day: "11:19"."""
    return f"{parsed(moment).astimezone(zone):%H:%M}"


def due_words(composition: Composition, zone: tzinfo | None = None) -> str:
    """When the alert is due: "alert due 12:02"; '' without one, or where its clock stands."""
    alert = composition.alert
    if alert is None or alert.due_at is None or alert.state in ("waiting", "resolved", "not_useful"):
        return ""
    due = parsed(alert.due_at).astimezone(zone)
    return (
        f"alert due {due:%H:%M}" if alert.due_within_hour or alert.group == "today" else f"alert due {alert.due_words}"
    )


def effect_of(composition: Composition, at: str, *, waits: bool) -> str:
    """What sending at a moment does to the alert's clock."""
    alert = composition.alert
    if alert is None:
        return ""
    if at == NOW:
        return "stops the alert’s clock" if waits else "the alert’s clock runs on"
    if alert.due_at is None:
        return ""
    late = parsed(at) > parsed(alert.due_at)
    return "after the alert is due" if late else "before the alert is due"


def moments_of(
    composition: Composition,
    picked: str,
    leaving: Callable[[str], Leaving],
    *,
    waits: bool,
    zone: tzinfo | None = None,
) -> list[Moment]:
    """The moments to choose from: now, those that are proposed, the one that a person picked, and "pick".

    All in the time of this computer, as everything else on the screen, though proposed in that of the customer's owner.
    """

    def moment(at: str, words: str) -> Moment:
        leaves = leaving(at)
        if leaves.held:
            return Moment(at, words, f"goes out {local_words(leaves.at, zone)}")
        return Moment(at, words, effect_of(composition, at, waits=waits))

    made = [moment(NOW, "Now")]
    made += [moment(at, local_words(at, zone)) for at, _words in composition.scheduled]
    if picked and picked not in {one.at for one in made}:
        made.append(moment(picked, local_words(picked, zone)))
    made.append(Moment("", "Pick a time…", ""))
    return made


def goes_out(composition: Composition, at: str, leaves: Leaving, *, account: bool, zone: tzinfo | None = None) -> str:
    """What approving does, in a sentence or two."""
    if not account:
        return "The outbox keeps it for your mail app. To send it from here, set up a mail account first."
    when = when_words(composition, at, leaves, zone)
    if leaves.held:
        return f"Goes out {when}, after quiet hours and days off. Until then you can stop it in the outbox."
    if at == NOW and not composition.recall_minutes:
        return "Goes out at once and cannot be stopped."
    return f"Goes out {when}. Until then you can stop it in the outbox."


def when_words(composition: Composition, at: str, leaves: Leaving, zone: tzinfo | None = None) -> str:
    """When it goes out: "in 10 minutes", "Mon 23 Nov, 08:00"."""
    if at != NOW or leaves.held:
        return local_words(leaves.at, zone)
    return f"in {counted(composition.recall_minutes, 'minute')}" if composition.recall_minutes else "at once"
