"""What became of the alerts that a rule would have raised in the book's past, and what follows for the rule.

Judged: each week of a year, long enough ago, the rules were evaluated as they are now; then it is known who left (for a
rule about spending: who spent less). Base: the same share of all customers whom the rule could have named. A rule whose
95 % interval does not lie above the base picks no better than chance.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass, fields
from typing import Any, Final, Literal, NamedTuple

from models.values.past_cases import wilson
from models.values.words import THIN, count, percent

#: Key of the book's value that holds the records.
RULE_RECORDS: Final = "rule_records"
#: Cases from which on a rule is judged.
FEWEST_CASES: Final = 30
#: Cases from which on the share that left is told as what is to be lost.
FEWEST_LOST: Final = 10
LEFT, SPENT_LESS = "left", "spent less"
#: A figure in a rule's sentences: ``{name}``.
FIGURE: Final = re.compile(r"\{(\w+)\}")
Verdict = Literal["too few", "better", "no better"]


def figure_words(value: float | str, *, share: bool) -> str:
    """A rule's figure as people read it: 2.5, or 35 % of a share; a word is itself."""
    if isinstance(value, str):
        return value
    return f"{100 * value:.6g}{THIN}%" if share else f"{value:,.6g}"


def early_words(days: int) -> str:
    """By how many days alerts came before customers counted as gone: "19 days", or "not early"."""
    return count(days, "day") if days > 0 else "not early"


class MonthRecord(NamedTuple):
    """Whom a rule named in a month: who left (or spent less), who did not, and for whom it is too early to say."""

    month: str
    correct: int = 0
    incorrect: int = 0
    too_early: int = 0


@dataclass(frozen=True, slots=True)
class RuleYear:
    """What a rule named by month, over the months of its record and since.

    Attributes
    ----------
    months
        Oldest first; months without an alert are among them.
    early_by
        Median days by which it was ahead of customers who left; None: it does not predict leaving, or nobody left.
    not_useful
        Alerts that people marked as not useful.
    """

    months: tuple[MonthRecord, ...]
    early_by: int | None = None
    not_useful: int = 0

    @property
    def correct(self) -> int:
        """Who left, or spent less."""
        return sum(one.correct for one in self.months)

    @property
    def judged(self) -> int:
        """Alerts that are old enough to judge."""
        return self.correct + sum(one.incorrect for one in self.months)

    @property
    def too_early(self) -> int:
        """Alerts that are not."""
        return sum(one.too_early for one in self.months)

    @property
    def alerts(self) -> int:
        """All of them."""
        return self.judged + self.too_early


@dataclass(frozen=True, slots=True)
class PastRecord:
    """One rule's record.

    Attributes
    ----------
    cases, hits
        Alerts that the rule would have raised whose window is over; those of them whose customer left (or spent less).
    base_cases, base_hits
        The same of all whom it could have named.
    among
        Who these are, in words.
    distress
        The rule is about customers in distress, so that its record holds nothing back.
    months
        The same alerts by the month in which they were raised, with those of which it is too early to say.
    early_by
        Median days by which those who left were named before they counted as gone; None: nobody left.
    lost_cases, lost_hits
        Of the cases and hits those of whom the rule says what is to be lost.
    """

    outcome: str
    cases: int
    hits: int
    base_cases: int
    base_hits: int
    among: str
    distress: bool = False
    months: tuple[MonthRecord, ...] = ()
    early_by: int | None = None
    lost_cases: int = 0
    lost_hits: int = 0

    @property
    def base(self) -> float:
        """The share of those whom the rule could have named."""
        return self.base_hits / self.base_cases if self.base_cases else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval of the rule's own share (Wilson)."""
        return wilson(self.hits, self.cases)

    @property
    def lost_share(self) -> float:
        """The share that left of whom the rule says what is to be lost; 0 where too few tell, or others leave alike."""
        if self.lost_cases < FEWEST_LOST or wilson(self.lost_hits, self.lost_cases)[0] <= self.base:
            return 0.0
        return self.lost_hits / self.lost_cases

    @property
    def lost_words(self) -> str:
        """``24 of 59 left``, '' where nothing follows from it."""
        return f"{self.lost_hits:,} of {self.lost_cases:,} {self.outcome}" if self.lost_share else ""

    @property
    def verdict(self) -> Verdict:
        """Whether the rule names leavers better than chance."""
        if self.cases < FEWEST_CASES:
            return "too few"
        return "better" if self.interval[0] > self.base else "no better"

    @property
    def words(self) -> str:
        """The record as people read it, after "Replayed over the past: "."""
        # A rule about spending has to show that it is better than chance before it raises anything.
        unproven = "it raises no alert" if self.outcome == SPENT_LESS else ""
        if not self.cases:
            return "; ".join(filter(None, ("would have raised nothing that can be judged yet", unproven)))
        said = (
            f"{self.hits:,} of {self.cases:,} {self.outcome}; of all {self.among} {percent(self.base)} {self.outcome}"
        )
        if self.verdict == "too few":
            few = f"fewer than {count(FEWEST_CASES, 'case')}: too few to judge"
            return f"{said} ({few}{', so ' if unproven else ''}{unproven})"
        if self.exemption:
            return f"{said}. {self.exemption}"
        return f"{said}: {self.warning}" if self.warning else said

    @property
    def exemption(self) -> str:
        """Why its record does not limit a rule about customers in distress; '' for others and for better ones."""
        if not self.distress or self.verdict == "better":
            return ""
        return "This rule is about answering customers, not about who leaves, so its record does not limit it"

    @property
    def warning(self) -> str:
        """What follows for a rule that names leavers no better than chance; '' for one that does, or that is exempt."""
        if self.verdict != "no better" or self.distress:
            return ""
        silenced = "it raises no alert" if self.outcome == SPENT_LESS else "it raises nothing above medium"
        return f"no better than chance, tighten this rule; until then {silenced}"

    def as_json(self) -> dict[str, Any]:
        """The record with what follows from it."""
        return {**asdict(self), "base": self.base, "interval": list(self.interval), "verdict": self.verdict}


def correct_words(right: int, closed: int) -> str:
    """Say how often a rule was right within a year."""
    return f"{right:,} of {closed:,} correct this year" if closed else "no alert closed yet"


def records_of(text: str | None) -> dict[str, PastRecord]:
    """The records of a book's value, by rule; none where the past was not replayed yet."""
    names = {field.name for field in fields(PastRecord)}
    kept = json.loads(text)["rules"] if text else {}
    records = {}
    for code, one in kept.items():
        values = {name: one[name] for name in names & one.keys()}
        values["months"] = tuple(MonthRecord(*month) for month in values.get("months", ()))
        records[code] = PastRecord(**values)
    return records
