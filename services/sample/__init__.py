"""The sample book: the exports of a made-up clothing retailer, drawn from a seed, with the truth kept beside them.

In the order in which things happen: the recipe is read (`recipe`), customers are invented (`people`), they buy and stop
buying (`purchases`), orders get lines and returns (`baskets`), customers complain and praise (`tickets`, `reviews`),
are written to (`mailings`), negotiate (`deals`), drop by and are measured (`visits`), answer and call (`voices`);
`book` puts it together and `files` writes each export in a dialect of its own. The exports come into a store only
through the same import as everybody's files; the truth (`truth`) is for tests and is never imported.
"""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

from services.sample.truth import CustomerTruth, SampleTruth, Spell

__all__ = ["SAMPLE_DOCUMENTS", "CustomerTruth", "SampleTruth", "Spell", "write_exports"]

DEFAULT_SEED = 16
#: Policy documents of the made-up retailer, which Ask searches.
SAMPLE_DOCUMENTS = Path(__file__).resolve().parents[2] / "resources" / "sample" / "documents"


def write_exports(
    directory: Path, *, customers: int = 400, seed: int = DEFAULT_SEED, today: date | None = None
) -> SampleTruth:
    """Write the exports of a made-up clothing retailer into a folder.

    Parameters
    ----------
    directory
        Where the files go; made if absent. Files of the same names are replaced.
    customers
        How many customers the retailer has, from 1 up. Orders, tickets and the rest grow in proportion.
    seed
        The same seed, count and day give the same bytes, whatever the computer's locale and zone.
    today
        The day on which the exports are taken, by default the clock's. Data ends two days before it, email
        events eighteen.

    Returns
    -------
    SampleTruth
        What was planted and who stopped buying, with `paths` of the files in the order in which to import them.

    Raises
    ------
    ValueError
        If `customers` is below 1.
    """
    from services.sample.book import write_book

    return write_book(directory, customers, seed, today or datetime.now().astimezone().date())
