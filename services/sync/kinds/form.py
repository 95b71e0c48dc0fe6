"""How a column is read: what was decided once for all its cells."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo


@dataclass(frozen=True, slots=True)
class Form:
    """How the cells of a column become values.

    Attributes
    ----------
    order
        Of dates: `dmy`, `mdy`, `ymd`, `one` (they have one meaning), or how bare numbers count; see
        `services.sync.kinds.moments.parse_moment`.
    zone
        The zone that its header names for times that name none themselves; None where it names none.
    comma
        Of numbers: whether the comma is the decimal sign.
    sure
        Whether cells of the column itself showed how it is read. Of numbers: where none did, a cell that the two
        decimal signs read differently does not fit.
    own_currency
        Of money: whether amounts name their currencies, and they differ.
    bare
        Of money: the currency of amounts that name none beside others that name theirs; '' for that of the file.
    scale
        Of money: `thousands`, `millions` or `minor` where its header counts in these; '' for whole units.
    hundred
        Of shares: whether they count to 100.
    strip_zero
        Of ids: whether 17850.0 is to be read as 17850.
    salesforce
        Of ids: whether all are Salesforce's, so that those of 15 characters are completed to 18.
    rounded
        Of ids: whether a spreadsheet has rounded those of more than 15 digits.
    digits
        Of ids: whether all that were seen are digits, so that what a spreadsheet does to long ones is looked for.
    unit
        Of durations: how many seconds a bare number counts.
    clock
        Of durations: whether 1:30 is `hm` (90 minutes) or `ms` (90 seconds); '' where no cell shows it.
    year
        Of years of birth: the year in which an age counts.
    settled
        Whether all cells of the column were seen. Where only the first rows were, a cell that speaks against the form
        raises `Unsettled`, and the column is decided from all rows.
    """

    order: str = "one"
    zone: tzinfo | None = None
    comma: bool = False
    sure: bool = True
    own_currency: bool = False
    bare: str = ""
    scale: str = ""
    hundred: bool = False
    strip_zero: bool = False
    salesforce: bool = False
    rounded: bool = False
    digits: bool = False
    unit: float = 1
    clock: str = ""
    year: int = 0
    settled: bool = True


PLAIN = Form()
