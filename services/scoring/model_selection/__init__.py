"""Model selection: prior, closed form, logistic, additive; judged on the book's own past, the simplest that wins.

In order: ``frame`` (what may be known of a customer, with ``channels``), ``windows`` (what was known, and who left),
``rungs`` (tables that score and explain), ``fitting`` (the only user of scikit-learn), ``calibration``, ``measures``,
``judging`` and ``choosing``. All of it is pure: arrays in, values out.
"""

from __future__ import annotations

from services.scoring.model_selection.fitting import fit_challenger, fit_rung
from services.scoring.model_selection.frame import Frame, frame_at
from services.scoring.model_selection.judging import Judged, Judgement, judge
from services.scoring.model_selection.rungs import CLOSED_FORM, LABELS, FittedRung
from services.scoring.model_selection.windows import Label, Window, cutoffs_before, windows

__all__ = [
    "CLOSED_FORM",
    "LABELS",
    "FittedRung",
    "Frame",
    "Judged",
    "Judgement",
    "Label",
    "Window",
    "cutoffs_before",
    "fit_challenger",
    "fit_rung",
    "frame_at",
    "judge",
    "windows",
]
