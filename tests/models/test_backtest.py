"""The report card as it is kept: what was written is read."""

from __future__ import annotations

import json

from models.values.backtest import (
    BacktestReport,
    CalibrationBin,
    ClvMeasures,
    CutoffMeasures,
    Measures,
    Miss,
    ModelReport,
    model_words,
)


def test_a_report_is_read_from_the_store_as_it_was_written() -> None:
    told = Measures(0.8, 0.1, 0.3, 0.01, 2.5, -0.01, 100, 10)
    untold = Measures(None, None, None, None, None, None, 0, 0)
    report = BacktestReport(
        as_of="2026-01-01",
        horizon_days=90,
        label="orders",
        used="mbg_nbd",
        why="It told later windows best.",
        beats_rule=True,
        models=(
            ModelReport("mbg_nbd", "MBG/NBD", told, (CutoffMeasures("2025-10-01", told),)),
            ModelReport("recency_rule", "No order for 90 days", untold, ()),
        ),
        calibration=(CalibrationBin(0.1, 3, 30, 0.02, 0.2),),
        missed=(Miss(1, 0.2, True, 12_300),),
        alarmed=(Miss(2, 0.9, False, None),),
        clv=ClvMeasures("2025-10-01", 90, 100, 0.4, 31.0, 0.1, 0.5, 0.8),
    )
    plain = json.loads(json.dumps(report.as_json()))
    assert BacktestReport.from_json(plain) == report
    assert plain["used"]["rung"] == "mbg_nbd" and list(plain["rungs"]) == ["mbg_nbd", "recency_rule"]
    assert BacktestReport.from_json({**plain, "clv": None}).clv is None


def test_a_stored_model_has_a_name_in_words() -> None:
    assert (
        model_words("Additive v4 (rung 3)") == model_words("Additive v4 on activity (rung 3)") == "the additive model"
    )
    assert model_words("Prior v4 (rung 0)") == "the average risk"
    assert model_words("Pareto/NBD × Gamma-Gamma v4") == "Pareto/NBD × Gamma-Gamma"
