"""One past for all tests of model selection: made and fitted once."""

from __future__ import annotations

import pytest

from services.scoring.events import BookEvents
from services.scoring.model_selection import FittedModel, Window, fit_model, windows
from tests.services.scoring.model_selection.pasts import AS_OF, buying_book

HORIZON = 60


@pytest.fixture(autouse=True)
def fits_made_once() -> None:
    """Here fits themselves are tested: each is made anew."""


@pytest.fixture(scope="session")
def past_book() -> BookEvents:
    """1,200 customers over 500 days, with tickets."""
    return buying_book(1_200, 11, with_tickets=True)


@pytest.fixture(scope="session")
def past_windows(past_book: BookEvents) -> list[Window]:
    """Six windows, the newest closing on the book's day."""
    return windows(past_book, [AS_OF - HORIZON - 30 * back for back in range(5, -1, -1)], HORIZON)


@pytest.fixture(scope="session", params=["prior", "mbg_nbd", "logistic", "additive", "recency_rule"])
def model(request: pytest.FixtureRequest, past_windows: list[Window]) -> FittedModel:
    """Each model and the rule, fitted on four windows, with a line through its logit."""
    return fit_model(request.param, past_windows[:4]).calibrated(0.9, 0.05)
