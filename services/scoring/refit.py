"""When parameters are fitted again, and where they are kept between refits.

Between refits parameters stand still: a customer's score then moves only by that customer's data and by time. A fit is
in force while it is not from a later day than the scores, younger than the policy's `refit_days`, made by this version,
in the book's currency and for the policy's horizon, while the number of customers with a history is within a fifth of
what it was, and while the past that it was learnt from is still the book's (`basis`). With each refit the models are
judged again. So after an import is undone, the fit from before it is in force again, and the scores are
those of before.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, select

from models.tables import model_fits
from models.values.journal import Actor
from services.scoring.basis import same_past
from services.scoring.parameters import MODEL_VERSION, Parameters
from services.scoring.rows import day_text
from services.settings import Policy

if TYPE_CHECKING:
    from services.workspace import Workspace

_KIND = "scores"
_MODEL = f"MBG/NBD + Gamma-Gamma v{MODEL_VERSION}"
_TOLERATED_GROWTH = 1.2
_LOOKED_AT = 50


@dataclass(frozen=True)
class Fit:
    """Parameters with the number under which the store keeps them (None: of a run that keeps nothing)."""

    id: int | None
    parameters: Parameters


def fit_in_force(connection: Connection, day: int, policy: Policy, *, currency: str, customers: int) -> Fit | None:
    """The newest stored fit that is still valid at `day`, or None: a refit is due.

    Parameters
    ----------
    policy
        How long a fit is valid, and the horizon for which its models were judged.
    customers
        How many customers have a history.
    """
    query = (
        select(model_fits.c.id, model_fits.c.parameters)
        .where(
            model_fits.c.kind == _KIND,
            model_fits.c.model == _MODEL,
            model_fits.c.as_of <= day_text(day),
            model_fits.c.as_of > day_text(day - policy.refit_days),
        )
        .order_by(model_fits.c.as_of.desc(), model_fits.c.id.desc())
        .limit(_LOOKED_AT)
    )
    for row in connection.execute(query):
        parameters = Parameters.from_json(json.loads(row.parameters))
        fits = parameters.currency == currency and parameters.horizon_days == policy.churn_horizon_days
        if fits and _close(parameters.customers, customers) and _knows_the_past(connection, parameters):
            return Fit(int(row.id), parameters)
    return None


def basis_of(connection: Connection, last: Mapping[str, Any], fit: Fit | None) -> int | None:
    """The basis of the last run's scores, None where these were learnt from another past than the book's is now.

    Parameters
    ----------
    last
        What that run left about itself.
    fit
        The one in force; None: a refit is due.
    """
    if fit is None or fit.id != last.get("fit"):
        text = connection.execute(select(model_fits.c.parameters).where(model_fits.c.id == last.get("fit"))).scalar()
        parameters = Parameters.from_json(json.loads(text)) if text is not None else None
        if parameters is not None and parameters.rows is not None and not _knows_the_past(connection, parameters):
            return None
    return int(last.get("basis", 0))


def _knows_the_past(connection: Connection, parameters: Parameters) -> bool:
    return parameters.rows is not None and same_past(connection, parameters.rows, day_text(parameters.as_of))


def _close(then: int, now: int) -> bool:
    return max(then, now) <= _TOLERATED_GROWTH * min(then, now)


def _versions() -> dict[str, str]:
    found = {"python": sys.version.split()[0], "model": str(MODEL_VERSION)}
    for package in ("bellwether", "numpy", "scipy"):
        try:
            found[package] = version(package)
        except PackageNotFoundError:  # a frozen program carries no metadata
            found[package] = "bundled"
    return found


def store_fit(workspace: Workspace, parameters: Parameters, *, data_from: int | None, why: str) -> Fit:
    """Keep new parameters as a journal entry of their own, with data window and versions."""
    as_of = day_text(parameters.as_of)
    text = json.dumps(parameters.as_json())
    with workspace.store.unit_of_work(Actor("model", _MODEL), "refit", f"book:{as_of}", at=workspace.at) as work:
        window = f"{day_text(data_from)} to {as_of}" if data_from is not None else f"none to {as_of}"
        said = f"Trained the model on {parameters.customers:,} customers, data from {window}: {why}"
        chosen = parameters.orders.chosen
        work.say(said if chosen is None else f"{said}. {chosen.why}")
        work.digest(text)
        result = work.execute(
            model_fits.insert().values(
                kind=_KIND,
                model=_MODEL,
                as_of=as_of,
                data_from=day_text(data_from) if data_from is not None else None,
                data_to=as_of,
                customers=parameters.customers,
                parameters=text,
                versions=json.dumps(_versions()),
                why=why,
                fitted_at=workspace.at,
                journal_id=work.journal_entry(),
            )
        )
        work.touch(tables=("model_fits",))
        work.commit()
    key = result.inserted_primary_key
    assert key is not None
    return Fit(int(key[0]), parameters)
