"""Rules as data: what a rule says, read from files and from the store, checked before anything is evaluated.

A rule is a tree of tests on declared measures (`services.alerting.measures`), a severity with the clauses that raise
it, a cool-down, and the words of its reason. Nothing in a rule is code: a measure or comparator that is not declared
is refused with the rule's name and the place. A value that begins with ``@`` names one of the rule's parameters, which
people may change in their book.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from models.values.errors import UserError
from models.values.rule_records import FIGURE, LEFT, SPENT_LESS, figure_words
from services.alerting.measures import MEASURES, POPULATIONS, SUBJECTS
from services.book.alert_phrasing import KINDS, PLACEHOLDER, RULE_FILES

SEVERITIES: Final = {"critical": 4, "high": 3, "medium": 2, "low": 1}
COMPARATORS: Final = frozenset(
    {*("above", "at_least", "below", "at_most", "equals", "not"), *("among_highest", "times_median", "above_median")}
)
#: With a higher figure these hold more often, and those less often.
_WIDER: Final = frozenset({"below", "at_most", "among_highest"})
_NARROWER: Final = frozenset({"above", "at_least", "times_median"})
_KEYS: Final = frozenset(
    {
        *("code", "title", "position", "kind", "subject", "group", "severity", "cooldown_days", "once_since"),
        *(
            "after_order",
            "condition",
            "sentences",
            "reason",
            "reasons",
            "words_from",
            "worse",
            "upside",
            "loss",
            "parameters",
            "when",
            "escalate",
        ),
        *("distress", "retired", "silence", "outcome"),
    }
)


@dataclass(frozen=True)
class Test:
    """One comparison of a measure with a figure, or with the book's own distribution (`of` names the population)."""

    measure: str
    comparator: str
    value: float | str | None
    of: str = "book"


@dataclass(frozen=True)
class Group:
    """Tests that must hold: `all` or `any` of them, or `not` one."""

    how: str
    parts: tuple[Condition, ...]


Condition = Test | Group


@dataclass(frozen=True)
class Escalation:
    """A clause that raises the severity."""

    severity: int
    when: Group


@dataclass(frozen=True)
class Reason:
    """Words for the queue; the first variant whose tests hold is used, the rule's plain reason otherwise.

    `code`: by which alerts name it. `sign` names what was seen where the queue asks for it.
    """

    code: str
    text: str
    when: Group
    sign: str | None


@dataclass(frozen=True)
class Parameter:
    """A figure (or a word) that people may change; `follows` names the policy figure that it takes over.

    `percent`: it is a share, which people read and type in percent.
    """

    name: str
    title: str
    value: float | str
    least: float = 0.0
    most: float = 0.0
    follows: str | None = None
    percent: bool = False

    @property
    def words(self) -> str:
        """The figure as people read it."""
        return figure_words(self.value, share=self.percent)


@dataclass(frozen=True)
class Rule:
    """A validated rule; `definition` is its source as a JSON-ready mapping.

    `words_from` names rules that say it more plainly: where one of them holds too, its reason stands on the alert.
    `retired`: figures that the rule had in an older program, which a policy may still set.
    `distress`: its critical alerts come first; no limit, budget, confidence or precision of the rule holds them back.
    `silence`: its alerts say that nothing came; they are held back where the files stopped coming.
    `condition`: when it raises an alert, in words; '' where an older program stored the rule.
    `sentences`: the same with its parameters as ``{name}``, each once; a rule without them has its parameters' titles.
    `loss_measure`: what is to be lost if they leave; `loss_times`: the share of them who did by the rule's record.
    `outcome`: what its record counts; a rule about spending speaks only where the record bears it out.
    """

    code: str
    title: str
    position: int
    kind: str
    subject: str
    group: str
    severity: int
    cooldown_days: int
    once_since: str | None
    order_resolves: bool
    reason: str
    reasons: tuple[Reason, ...]
    words_from: tuple[str, ...]
    worse_measure: str | None
    worse_by: float
    upside_measure: str | None
    upside_times: float | str
    parameters: Mapping[str, Parameter]
    when: Group
    escalations: tuple[Escalation, ...]
    definition: Mapping[str, Any]
    distress: bool = False
    retired: tuple[str, ...] = ()
    silence: bool = False
    outcome: str = LEFT
    condition: str = ""
    sentences: tuple[str, ...] = ()
    loss_measure: str | None = None
    loss_times: float = 1

    def figure(self, value: float | str | None) -> float | str | None:
        """The figure that a test's value stands for: its parameter's, or itself."""
        if isinstance(value, str) and value.startswith("@"):
            return self.parameters[value[1:]].value
        return value

    def with_parameters(self, values: Mapping[str, float | str]) -> Rule:
        """The rule with some of its parameters changed.

        Raises
        ------
        UserError
            Where a name is not a parameter of the rule or a value lies outside its bounds.
        """
        changed = dict(self.parameters)
        for name, value in values.items():
            if name not in changed:
                names = ", ".join(sorted(changed)) or "none"
                raise UserError(f"The rule “{self.title}” has no figure “{name}”; it has: {names}.")
            changed[name] = replace(changed[name], value=self._fitting(changed[name], value))
        return replace(self, parameters=changed)

    def _fitting(self, parameter: Parameter, value: float | str) -> float | str:
        words = f"“{parameter.title}” of the rule “{self.title}” must"
        if isinstance(parameter.value, str):
            if not isinstance(value, str) or not value.strip():
                raise UserError(f"{words} be text.")
            return value
        if isinstance(value, str | bool) or not parameter.least <= value <= parameter.most:
            raise UserError(f"{words} be between {parameter.least:g} and {parameter.most:g}.")
        return float(value)

    @property
    def severities(self) -> tuple[int, int]:
        """The lowest severity of its alerts and the highest."""
        return self.severity, max((self.severity, *(clause.severity for clause in self.escalations)))

    def more_by(self, name: str) -> int:
        """What a higher figure of a parameter does: 1 more alerts, -1 fewer, 0 neither surely."""
        effects = set(_effects(self.when, f"@{name}"))
        return effects.pop() if len(effects) == 1 else 0

    @property
    def texts(self) -> tuple[str, ...]:
        """The words of the variants of its reason, and last those of the plain reason."""
        return (*(variant.text for variant in self.reasons), self.reason)

    def tests(self) -> Iterator[Test]:
        """Every test of the rule, those of its escalations and reasons included."""
        yield from walk(self.when)
        for clause in self.escalations:
            yield from walk(clause.when)
        for variant in self.reasons:
            yield from walk(variant.when)

    def measures(self) -> frozenset[str]:
        """The names of the measures that the rule reads."""
        named = {test.measure for test in self.tests()}
        for text in self.texts:
            named |= {match[1] for match in PLACEHOLDER.finditer(text)} - self.parameters.keys()
        named |= {
            name for name in (self.worse_measure, self.upside_measure, self.loss_measure, self.once_since) if name
        }
        return frozenset(named)


def walk(condition: Condition) -> Iterator[Test]:
    """The tests of a condition, from left to right."""
    if isinstance(condition, Test):
        yield condition
    else:
        for part in condition.parts:
            yield from walk(part)


def _effects(condition: Condition, value: str, sign: int = 1) -> Iterator[int]:
    """For each test against a figure what a higher one does to the condition: 1 it holds more often, -1 less often."""
    if isinstance(condition, Group):
        for part in condition.parts:
            yield from _effects(part, value, -sign if condition.how == "not" else sign)
    elif condition.value == value:
        yield sign * (1 if condition.comparator in _WIDER else -1 if condition.comparator in _NARROWER else 0)


def shipped_rules(folder: Path = RULE_FILES) -> tuple[Rule, ...]:
    """The rules that the program brings, in their order."""
    rules = []
    for path in sorted(folder.glob("*.toml")):
        if path.stem == "playbook":
            continue
        try:
            definition = tomllib.loads(path.read_text(encoding="utf-8"))
        except tomllib.TOMLDecodeError as fault:
            raise UserError(f"{path.name} cannot be read as TOML: {fault}. Correct the file.") from None
        rules.append(parse_rule(definition, path.name))
    return tuple(sorted(rules, key=lambda rule: rule.position))


def rule_to_json(rule: Rule) -> str:
    """The text of a rule as the store keeps it."""
    return json.dumps(rule.definition, sort_keys=True, ensure_ascii=False)


@lru_cache(maxsize=256)
def rule_from_json(text: str) -> Rule:
    """A rule from the store's text; read once, as a trial asks for the same ones each week."""
    definition = json.loads(text)
    return parse_rule(definition, f"the stored rule “{definition.get('code', '?')}”")


def parse_rule(definition: Mapping[str, Any], where: str) -> Rule:
    """Check a definition and return the rule.

    Parameters
    ----------
    definition
        The mapping as a TOML file gives it.
    where
        File or place, for the words of an error.

    Raises
    ------
    UserError
        With the place, the field and what it must be.
    """
    read = _Reader(definition, where)
    parameters = {name: _parameter(name, p, where) for name, p in definition.get("parameters", {}).items()}
    worse, upside, loss = (definition.get(name, {}) for name in ("worse", "upside", "loss"))
    once_since = definition.get("once_since")
    rule = Rule(
        code=read.text("code"),
        title=read.text("title"),
        position=int(read.number("position", -1000, 1000)),
        kind=read.choice("kind", frozenset({"risk", "opportunity", "data"})),
        subject=read.choice("subject", SUBJECTS),
        group=read.text("group"),
        severity=SEVERITIES[read.choice("severity", frozenset(SEVERITIES))],
        cooldown_days=int(read.number("cooldown_days", 1, 3650, default=0 if once_since else None)),
        once_since=once_since,
        order_resolves=read.choice("after_order", frozenset({"resolves", "resolves_when_over"})) == "resolves",
        reason=read.text("reason"),
        reasons=tuple(_reason(one, read, where) for one in definition.get("reasons", [])),
        words_from=tuple(read.texts("words_from")),
        worse_measure=worse.get("measure"),
        worse_by=float(worse.get("by", 0)),
        upside_measure=upside.get("measure"),
        upside_times=upside.get("times", 0),
        loss_measure=loss.get("measure"),
        parameters=parameters,
        when=_group("all", definition.get("when", []), where, "when"),
        escalations=tuple(_escalation(one, where) for one in definition.get("escalate", [])),
        definition=definition,
        distress=read.flag("distress"),
        retired=tuple(read.texts("retired")),
        silence=read.flag("silence"),
        outcome=read.choice("outcome", frozenset({LEFT, SPENT_LESS}), default=LEFT),
        condition=read.text("condition") if "condition" in definition else "",
        sentences=tuple(read.texts("sentences"))
        or tuple(f"{one.title}: {{{one.name}}}." for one in parameters.values()),
    )
    _check(rule, where)
    return rule


class _Reader:
    """Reads fields of a definition and says which one is wrong."""

    def __init__(self, definition: Mapping[str, Any], where: str) -> None:
        self._definition = definition
        self._where = where
        unknown = sorted(set(definition) - _KEYS)
        if unknown:
            raise UserError(f"{where}: “{unknown[0]}” is not a field of a rule; remove or correct it.")

    def text(self, name: str) -> str:
        return self.piece(self._definition, name)

    def piece(self, mapping: Mapping[str, Any], name: str) -> str:
        value = mapping.get(name)
        if not isinstance(value, str) or not value.strip():
            raise UserError(f"{self._where}: “{name}” must be text and cannot be empty.")
        return value

    def texts(self, name: str) -> list[str]:
        value = self._definition.get(name, [])
        if not isinstance(value, list) or not all(isinstance(one, str) and one for one in value):
            raise UserError(f"{self._where}: “{name}” must be a list of texts.")
        return value

    def flag(self, name: str) -> bool:
        value = self._definition.get(name, False)
        if not isinstance(value, bool):
            raise UserError(f"{self._where}: “{name}” must be true or false.")
        return value

    def number(self, name: str, least: float, most: float, default: float | None = None) -> float:
        value = self._definition.get(name)
        if value is None and default is not None:
            return default
        if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
            raise UserError(f"{self._where}: “{name}” must be a number from {least:g} to {most:g}.")
        return float(value)

    def choice(self, name: str, known: frozenset[str], default: str | None = None) -> str:
        value = self.text(name) if default is None or name in self._definition else default
        if value not in known:
            raise UserError(f"{self._where}: “{name}” must be one of {', '.join(sorted(known))}, not “{value}”.")
        return value


def _reason(definition: Mapping[str, Any], read: _Reader, where: str) -> Reason:
    when = _group("all", definition.get("when", []), where, "reasons.when")
    return Reason(definition.get("code", ""), read.piece(definition, "text"), when, definition.get("sign"))


def _escalation(definition: Mapping[str, Any], where: str) -> Escalation:
    name = definition.get("to")
    if not isinstance(name, str) or name not in SEVERITIES:
        raise UserError(f"{where}: “escalate.to” must be one of {', '.join(SEVERITIES)}.")
    return Escalation(SEVERITIES[name], _group("all", definition.get("when", []), where, "escalate.when"))


def _parameter(name: str, definition: Mapping[str, Any], where: str) -> Parameter:
    title = str(definition.get("title", name))
    if isinstance(definition.get("value"), str):
        return Parameter(name, title, definition["value"])
    figures = []
    for field in ("value", "least", "most"):
        value = definition.get(field)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise UserError(f"{where}: “parameters.{name}.{field}” must be a number.")
        figures.append(float(value))
    value, least, most = figures
    if not least <= value <= most:
        raise UserError(f"{where}: “parameters.{name}.value” must be between {least:g} and {most:g}.")
    return Parameter(name, title, value, least, most, definition.get("follows"), definition.get("percent", most <= 1))


def _group(how: str, parts: object, where: str, place: str) -> Group:
    if not isinstance(parts, list) or not parts:
        raise UserError(f"{where}: “{place}” must list at least one test.")
    return Group(how, tuple(_condition(part, where, place) for part in parts))


def _condition(part: Any, where: str, place: str) -> Condition:
    if not isinstance(part, dict):
        raise UserError(f"{where}: each entry of “{place}” must be a test such as {{measure, is, than}}.")
    for how in ("any", "all"):
        if set(part) == {how}:
            return _group(how, part[how], where, f"{place}.{how}")
    if set(part) == {"not"}:
        return _group("not", [part["not"]], where, f"{place}.not")
    unknown = sorted(set(part) - {"measure", "is", "than", "of"})
    if unknown:
        raise UserError(f"{where}: “{unknown[0]}” is not part of a test in “{place}”.")
    return Test(part.get("measure", ""), part.get("is", ""), part.get("than"), part.get("of", "book"))


def _check(rule: Rule, where: str) -> None:
    for name in rule.measures():
        measure = MEASURES.get(name)
        if measure is None:
            raise UserError(f"{where}: “{name}” is not a measure that Bellwether knows.")
        if rule.subject not in measure.subjects:
            raise UserError(f"{where}: “{name}” cannot be measured for a {rule.subject}.")
    for test in rule.tests():
        _check_test(rule, test, where)
    named = [name for text in rule.sentences for name in FIGURE.findall(text)]
    if sorted(named) != sorted(rule.parameters):
        raise UserError(f"{where}: “sentences” must name each parameter once; they name {', '.join(named) or 'none'}.")
    for text in rule.texts:
        for match in PLACEHOLDER.finditer(text):
            if (match[2] or "text") not in KINDS:
                raise UserError(f"{where}: “{match[2]}” in the reason is not a known format for a figure.")
    if isinstance(rule.upside_times, str) and rule.upside_times[1:] not in rule.parameters:
        raise UserError(f"{where}: “upside.times” names no parameter of the rule.")


def _check_test(rule: Rule, test: Test, where: str) -> None:
    if test.comparator not in COMPARATORS:
        known = ", ".join(sorted(COMPARATORS))
        raise UserError(f"{where}: “is” must be one of {known}, not “{test.comparator}”.")
    if test.of not in POPULATIONS:
        raise UserError(f"{where}: “of” must be one of {', '.join(sorted(POPULATIONS))}, not “{test.of}”.")
    value = test.value
    if isinstance(value, str) and value.startswith("@"):
        if value[1:] not in rule.parameters:
            raise UserError(f"{where}: “{value}” names no parameter of the rule.")
        return
    if test.comparator == "above_median":
        return
    words = test.comparator in ("equals", "not")
    if isinstance(value, bool) or not (isinstance(value, int | float) or (words and isinstance(value, str))):
        raise UserError(f"{where}: the test of “{test.measure}” needs a number in “than”.")
