"""The four figures on a customer's page: churn risk, money at risk, engagement, health, with change or range."""

from __future__ import annotations

from models.values.alerts import ScoreFigures
from views.alerts.figures import OF_100, Figure, by_hand_lines, churn_figure, engagement_figure, risk_figure
from views.customers.delegate import Marks
from views.widgets.painting import Run
from views.words import DASH, whole

SHARES = (141, 168, 121, 105)
HEIGHT = 84


def profile_figures(f: ScoreFigures | None, marks: Marks) -> tuple[Figure, ...]:
    """The figures of a profile, one line under each; a low confidence takes the place of the change."""
    if f is None:
        return (Figure("Not scored yet", DASH, first=(Run("scores need orders or activity", "ink_3"),)),)
    churn = churn_figure(f, marks.churn_warning, marks.churn_critical)
    if f.confidence == "low" and f.churn_risk is not None and not churn.by_hand and not f.risk_note:
        churn = Figure(churn.label, churn.big, ink=churn.ink, first=churn.second)
    risk = risk_figure(f)
    engagement = engagement_figure(f)
    span = tuple(Run(run.text, "ink_2") for run in risk.second)
    return (
        Figure(churn.label, churn.big, ink=churn.ink, first=_one_line(churn), by_hand=churn.by_hand, more=churn.more),
        Figure(risk.label, risk.big, first=span or risk.first, by_hand=risk.by_hand, more=risk.more),
        Figure("Engagement", engagement.big, engagement.unit, first=_one_line(engagement), by_hand=engagement.by_hand),
        _health(f),
    )


def _health(f: ScoreFigures) -> Figure:
    parts = Run(f"{f.health_coverage} of 6 parts", "ink_2")
    if f.health is None:
        return Figure("Health", DASH, first=(parts,))
    by_hand = by_hand_lines(f, "health")
    if by_hand is not None:
        return Figure("Health", whole(f.health), OF_100, first=by_hand[1], by_hand=True)
    return Figure("Health", whole(f.health), OF_100, first=(parts,))


def _one_line(figure: Figure) -> tuple[Run, ...]:
    """The line under a figure; of one that a person set, what the model says: the rest stands below the figures."""
    return figure.second if figure.by_hand else figure.first
