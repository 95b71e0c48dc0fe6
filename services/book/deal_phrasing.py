"""Why a deal needs somebody, in words."""

from __future__ import annotations

from models.values.words import count


def why_to_act(late: int | None, in_stage: int | None, without_step: int) -> str | None:
    """Return the reasons for which a deal needs somebody, or None without one.

    Parameters
    ----------
    late
        Days since its expected close, 0 on the day; None where that is not past.
    in_stage
        Days in its stage, of one that is stuck; else None.
    without_step
        Whether no task is open although it closes soon.
    """
    reasons = []
    if late is not None:
        reasons.append(f"{count(late, 'day')} late" if late else "closes today")
    if in_stage is not None:
        reasons.append(f"{count(in_stage, 'day')} in stage")
    if without_step:
        reasons.append("no next step")
    return ", ".join(reasons) or None
