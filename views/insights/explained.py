"""Tables behind the tables: every figure with what it means, for whoever reads by keys and meets no tooltip."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QWidget

from models.values.report_card import Fact, ModelLine, SourceLine
from views.charts.table import ChartTable
from views.insights.tables import MEASURES
from views.words import DASH, whole

_SIZE = (720, 460)


def show_models(models: Sequence[ModelLine], parent: QWidget) -> None:
    """Every model with all its measures and what it does."""
    heads = ("Model", "Log loss", "AUC", "Brier score", "ECE", "Bias", "What it does")
    rows = [
        (one.label, _figure(one.log_loss), _figure(one.auc), _figure(one.brier), _figure(one.ece),
         DASH if one.bias is None else f"{one.bias:+.3f}", one.plain)
        for one in models
    ]  # fmt: skip
    more = (
        "Brier score: the mean squared error of a forecast. "
        "ECE: the expected calibration error, over 15 groups of similar risk."
    )
    _open("Churn models", f"{MEASURES}\n{more}", heads, rows, parent)


def show_facts(facts: Sequence[Fact], span: str, parent: QWidget) -> None:
    """The figures of lifetime value with what they mean."""
    rows = [(one.label, one.figure, one.meaning) for one in facts]
    _open("Lifetime value against what was spent", f"{span}.", ("Figure", "Value", "What it means"), rows, parent)


def show_sources(sources: Sequence[SourceLine], parent: QWidget) -> None:
    """Each kind of data with whom it covers and what it is used for."""
    heads = ("Source", "Through", "State", "Customers with it", "Used for")
    rows = [(one.name, one.through, one.state, whole(one.customers), one.used_for) for one in sources]
    sentence = "How recent each kind of data is, whether that is usual, and what depends on it."
    _open("Data you can rely on", sentence, heads, rows, parent)


def _open(title: str, sentence: str, heads: Sequence[str], rows: Sequence[Sequence[str]], parent: QWidget) -> None:
    table = ChartTable(title, sentence, heads, rows, parent)
    table.resize(*_SIZE)
    table.show()


def _figure(value: float | None) -> str:
    return DASH if value is None else f"{value:.3f}"
