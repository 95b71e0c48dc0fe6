"""Quiet hours and free days: from which moment on an email may go out, in the zone of the customer's owner."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import TYPE_CHECKING, Final

from models.values import words
from models.values.errors import UserError
from services.settings import Policy

if TYPE_CHECKING:
    from services.workspace import Workspace

_LONGEST_GAP_DAYS: Final = 366
_MIDNIGHT: Final = time(0)


def first_moment(policy: Policy, owner: str | None, at: datetime) -> datetime:
    """Return the first moment from ``at`` on that lies in no quiet hours and on no free day, in UTC.

    Raises
    ------
    UserError
        The holidays leave no working day within a year.
    """
    quiet = policy.quiet_hours
    moment = at.astimezone(UTC)
    if not quiet.enabled:
        return moment
    zone = policy.zone_of(owner)
    latest = moment + timedelta(days=_LONGEST_GAP_DAYS)
    while moment <= latest:
        later = _after_what_holds(policy, moment, zone)
        if later is None:
            return moment
        # A clock that is put back shows the same times twice: time itself goes on.
        moment = max(later, moment + timedelta(minutes=1))
    raise UserError("The holidays leave no working days within a year; correct them in Settings.")


def goes_out(
    workspace: Workspace, owner: str | None, chosen: datetime | None, stoppable: timedelta
) -> tuple[datetime, bool]:
    """Return when an email goes out: not before the chosen moment, nor while it can be stopped, nor in quiet hours.

    And whether quiet hours or a free day hold it until then.

    Raises
    ------
    UserError
        The holidays leave no working day within a year.
    """
    earliest = workspace.clock.now().astimezone(UTC).replace(microsecond=0) + stoppable
    wanted = max(earliest, chosen) if chosen is not None else earliest
    leaves = first_moment(workspace.policy, owner, wanted)
    return leaves, leaves > wanted


def leaves_at(workspace: Workspace, owner: str | None, at: str | None) -> tuple[str, bool]:
    """Return when an email that is approved now goes out, and whether quiet hours or a free day hold it until then.

    Parameters
    ----------
    owner
        The customer's, in whose zone they are meant.
    at
        The moment that was chosen (UTC); None: as soon as it can no longer be stopped.

    Raises
    ------
    UserError
        The holidays leave no working day within a year.
    """
    stoppable = timedelta(minutes=workspace.policy.recall_minutes)
    leaves, held = goes_out(workspace, owner, words.moment_of(at), stoppable)
    return words.stored(leaves), held


def _after_what_holds(policy: Policy, moment: datetime, zone: tzinfo) -> datetime | None:
    """Return when the free day or the quiet hours end that hold at a moment, None where neither does."""
    quiet, hours = policy.quiet_hours, policy.business_hours
    local = moment.astimezone(zone)
    day, clock = local.date(), local.time().replace(tzinfo=None)
    tomorrow = day + timedelta(days=1)
    if quiet.free_days and not hours.works_on(day):
        return datetime.combine(tomorrow, _MIDNIGHT, zone).astimezone(UTC)
    over_midnight = quiet.begins > quiet.ends
    if clock < quiet.ends and (over_midnight or clock >= quiet.begins):
        return datetime.combine(day, quiet.ends, zone).astimezone(UTC)
    if over_midnight and clock >= quiet.begins:
        return datetime.combine(tomorrow, quiet.ends, zone).astimezone(UTC)
    return None
