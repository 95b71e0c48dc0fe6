"""Model selection: prior, closed form, logistic, additive; judged on the book's own past, the simplest that wins.

In order: ``frame`` (what may be known of a customer, with ``channels``), ``windows`` (what was known, and who left),
``fitted_model`` (tables that score and explain), ``fitting`` (the only user of scikit-learn), ``calibration``,
``measures``, ``judging`` and ``choosing``. All of it is pure: arrays in, values out.
"""

from __future__ import annotations

from services.scoring.model_selection.fitted_model import CLOSED_FORM, LABELS, FittedModel
from services.scoring.model_selection.fitting import fit_challenger, fit_model
from services.scoring.model_selection.frame import Frame, frame_at
from services.scoring.model_selection.judging import Judged, Judgement, judge
from services.scoring.model_selection.windows import Label, Window, cutoffs_before, windows

__all__ = [
    "CLOSED_FORM",
    "LABELS",
    "FittedModel",
    "Frame",
    "Judged",
    "Judgement",
    "Label",
    "Window",
    "cutoffs_before",
    "fit_challenger",
    "fit_model",
    "frame_at",
    "judge",
    "windows",
]
