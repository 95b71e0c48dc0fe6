"""How far the total of lifetime value was off in the last check: shown next to every total that is made of values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from models.values import words
from models.values.scores import CAME_ONCE
from services.insight.reader import Reader

#: Only what is asked for is parsed: a check names customers, and a total is read with every key of a filter.
_LAST = """SELECT json_extract(report, '$.clv.bias'), json_extract(report, '$.clv.cutoff'),
                  json_extract(report, '$.clv.days')
             FROM score_reports WHERE kind = 'backtest' AND json_valid(report) ORDER BY id DESC LIMIT 1"""


@dataclass(frozen=True, slots=True)
class ValueCheck:
    """The last time that values were compared with what was spent.

    Attributes
    ----------
    bias
        (predicted − spent) / spent, of the total.
    cutoff, days
        The day on which they were predicted, and over how many days these were compared with what was spent.
    """

    bias: float
    cutoff: date
    days: int

    def sentence(self, today: date) -> str:
        """The check in a sentence of its own."""
        return (
            f"When last checked, {span_words(self.days)} from {words.day(self.cutoff, today)}, the total of lifetime "
            f"value was {off_words(self.bias)}."
        )


def read_value_check(reader: Reader) -> ValueCheck | None:
    """Return the last check of lifetime value; None where there was none, or where it could tell no total."""
    found = reader.driver.execute(_LAST).fetchone()
    bias, text, days = found or (None, None, None)
    cutoff = words.day_of(text) if isinstance(text, str) else None
    if not isinstance(bias, int | float) or not isinstance(days, int) or cutoff is None:
        return None
    return ValueCheck(float(bias), cutoff, days)


def read_totals(reader: Reader) -> str:
    """Return what is at risk, of how much if all active ones stay, and how far off such totals were; '' unscored."""
    row = reader.row(
        f"SELECT SUM(CASE WHEN NOT {CAME_ONCE} THEN value_at_risk_minor END) AS at_risk, "
        f"SUM(CASE WHEN NOT {CAME_ONCE} THEN clv_if_stays_minor END) AS stays, "
        f"SUM({CAME_ONCE}) AS once, SUM(CASE WHEN {CAME_ONCE} THEN value_at_risk_minor END) AS once_minor "
        "FROM customer_risk_scores WHERE value_at_risk_minor IS NOT NULL"
    )
    if row is None or (not row["once"] and (row["at_risk"] is None or row["stays"] is None)):
        return ""
    check = read_value_check(reader)
    told = f" {check.sentence(reader.today)}" if check is not None else ""
    months = words.count(reader.policy.clv_horizon_months, "month")
    at_risk, stays = (words.money_short(row[name] or 0, reader.currency) for name in ("at_risk", "stays"))
    others = words.once_words(row["once"], row["once_minor"] or 0, reader.currency)
    who, once = ("these active customers", f"; not included: {others}") if others else ("all active customers", "")
    return f"Revenue at risk, {months}: {at_risk}, of {stays} if {who} stay{once}.{told}"


def side_of(bias: float) -> tuple[str, str]:
    """Return which way a total was off ("high", "low", '' for neither in whole percents), and by how much."""
    off = round(100 * abs(bias))
    return ("high" if bias > 0 else "low") if off else "", f"{off}{words.THIN}%"


def off_words(bias: float) -> str:
    """Return how far a total was off: "7 % too low", "right to the percent"."""
    side, share = side_of(bias)
    return f"{share} too {side}" if side else "right to the percent"


def span_words(days: int) -> str:
    """Return over how long values were checked: "39 weeks"."""
    return words.count(round(days / 7), "week") if days >= 14 else words.count(days, "day")
