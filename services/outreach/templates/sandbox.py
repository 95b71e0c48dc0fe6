"""Templates parsed, checked and filled: Jinja in its sandbox, and of its language only what an email needs.

``{{ field }}``, ``{{ field | capital }}`` and ``{% if field %} … {% else %} … {% endif %}`` with and, or, not. Loops,
assignments, calls and arithmetic are refused when a template is saved and again when it is filled, so that no template,
wherever it came from, can run long or reach anything. A field that cannot be filled stops the email.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache, lru_cache
from types import SimpleNamespace
from typing import Any, Final

from jinja2 import StrictUndefined, Template, TemplateSyntaxError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from models.values import words
from models.values.errors import UserError
from services.outreach.templates.fields import FIELDS, FLAGS, ROOTS, label_of

LONGEST: Final = 20_000
_PLAIN: Final = (nodes.Template, nodes.Output, nodes.TemplateData, nodes.If, nodes.CondExpr, nodes.Name, nodes.Getattr,
                 nodes.Filter, nodes.Not, nodes.And, nodes.Or, nodes.Const)  # fmt: skip
_FILTERS: Final = frozenset({"capital"})
_BLANKS: Final = re.compile(r"[ \t]+")
_BEFORE_MARK: Final = re.compile(r" +(?=[,.;?])")
_GAPS: Final = re.compile(r"\n{3,}")
_PARTS: Final = {
    root: tuple(path.removeprefix(f"{root}.") for path in FIELDS if path.startswith(f"{root}.")) for root in ROOTS
}


class FieldMissing(Exception):
    """A field that the customer cannot fill was asked for; ``path`` names it."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path


class Missing(StrictUndefined):
    """A field without a value: no in a condition, an error as soon as it would be written."""

    __slots__ = ()

    def __bool__(self) -> bool:  # type: ignore[override]  # a condition asks whether there is a value
        return False

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return Missing(name=f"{self._undefined_name}.{name}")

    def __str__(self) -> str:  # type: ignore[override]  # to name the field in words
        raise FieldMissing(str(self._undefined_name))


@dataclass(frozen=True, slots=True)
class Parsed:
    """A template ready to be filled.

    Attributes
    ----------
    needs
        Fields that it writes wherever it is used: those outside any condition on them or on another part of them.
    """

    template: Template
    needs: frozenset[str]


@cache
def _environment() -> ImmutableSandboxedEnvironment:
    made = ImmutableSandboxedEnvironment(undefined=Missing, trim_blocks=True, autoescape=False, cache_size=0)
    made.filters = {"capital": _capital}
    made.globals = {}
    made.tests = {}
    return made


def _capital(value: object) -> str:
    return words.capital(str(value))


@lru_cache(maxsize=512)
def parse(source: str) -> Parsed:
    """Return a template ready to be filled.

    Raises
    ------
    UserError
        With the line and the reason: an unknown field, an unclosed bracket, something that templates may not do.
    """
    if len(source) > LONGEST:
        raise UserError(f"The template is too long: at most {LONGEST:,} characters.")
    try:
        tree = _environment().parse(source)
        for node in _all(tree):
            _check(node)
        needs = frozenset(_needs(tree.body, frozenset()))
        template = _environment().from_string(source)
    except TemplateSyntaxError as fault:
        raise UserError(f"Line {fault.lineno}: {_reason(fault)}") from None
    except (RecursionError, SyntaxError, MemoryError):
        raise UserError("The template has too many nested conditions; use fewer.") from None
    return Parsed(template, needs)


def render(parsed: Parsed, values: Mapping[str, Any]) -> str:
    """Return the text of a template with these values by root.

    Raises
    ------
    FieldMissing
        A field that is written has no value.
    """
    return fill(parsed, as_fields(values))


def as_fields(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values by root as templates see them, so that many can be filled with the same ones."""
    return {root: _value(root, values.get(root)) for root in ROOTS}


def fill(parsed: Parsed, fields: Mapping[str, Any]) -> str:
    """Return the text of a template with what `as_fields` returned; raises as `render` does."""
    text = parsed.template.render(fields)
    lines = (_BEFORE_MARK.sub("", _BLANKS.sub(" ", line)).strip() for line in text.splitlines())
    return _GAPS.sub("\n\n", "\n".join(lines)).strip()


def _value(root: str, value: Any) -> Any:
    """Return a value as templates see it: text, or its parts, with every part that has no value missing."""
    if value is None:
        return Missing(name=root)
    if not isinstance(value, Mapping):
        return value
    given = {part: value.get(part) for part in _PARTS[root]}
    return SimpleNamespace(
        **{part: Missing(name=f"{root}.{part}") if one is None else one for part, one in given.items()}
    )


# -- what a template may hold -------------------------------------------------------------------------------------


def _all(node: nodes.Node) -> Iterator[nodes.Node]:
    yield node
    for child in node.iter_child_nodes():
        yield from _all(child)


def _check(node: nodes.Node) -> None:
    if not isinstance(node, _PLAIN):
        raise _refused(node, "a template can use {{ fields }} and {% if field %} only.")
    if isinstance(node, nodes.Filter) and (node.name not in _FILTERS or node.args or node.kwargs):
        raise _refused(node, f"“{node.name}” cannot be used; only “capital” can follow a field.")
    if isinstance(node, nodes.Getattr) and _path(node) not in FIELDS:
        raise _refused(node, _unknown(_path(node)))
    if isinstance(node, nodes.Name) and node.name not in ROOTS:
        raise _refused(node, _unknown(node.name))
    if isinstance(node, nodes.Output):
        for one in node.nodes:
            _check_written(one)


def _check_written(node: nodes.Node | None) -> None:
    """Refuse to write what is not text: a field that has parts, or one that is yes or no."""
    if isinstance(node, nodes.CondExpr) and node.expr2 is not None:
        _check_written(node.expr1)
        _check_written(node.expr2)
    elif isinstance(node, nodes.Filter):
        _check_written(node.node)
    elif isinstance(node, nodes.Name | nodes.Getattr):
        path = _path(node)
        if path in FLAGS:
            raise _refused(node, f"“{path}” is yes or no: use it in {{% if {path} %}}.")
        if path in ROOTS and path not in FIELDS:
            first = next(one for one in FIELDS if one.startswith(f"{path}."))
            raise _refused(node, f"“{path}” has parts: write one of them, such as {{{{ {first} }}}}.")
    elif not isinstance(node, nodes.TemplateData) and not (isinstance(node, nodes.Const) and type(node.value) is str):
        line = node.lineno if node is not None else 1
        raise UserError(f"Line {line}: a template can use {{{{ fields }}}} and {{% if field %}} only.")


def _refused(node: nodes.Node, why: str) -> UserError:
    return UserError(f"Line {node.lineno}: {why}")


def _path(node: nodes.Expr) -> str:
    if isinstance(node, nodes.Getattr):
        return f"{_path(node.node)}.{node.attr}"
    return node.name if isinstance(node, nodes.Name) else "?"


def _unknown(path: str) -> str:
    near = get_close_matches(path, [*FIELDS, *ROOTS], 1)
    return f"there is no field “{path}”" + (f"; did you mean “{near[0]}”?" if near else ".")


def _reason(fault: TemplateSyntaxError) -> str:
    said = fault.message or ""
    if "end of template" in said or "unexpected end" in said or "Missing end of" in said:
        return "a bracket or an {% if %} is not closed; end it with }}, %} or {% endif %}."
    if "unknown tag" in said:
        return "a template can use {{ fields }} and {% if field %} only."
    return f"{words.sentence(said)} Correct the text in the brackets."


def _needs(body: list[nodes.Node], guarded: frozenset[str]) -> Iterator[str]:
    """Yield the fields that are written outside a condition on them."""
    for node in body:
        if isinstance(node, nodes.If):
            asked = guarded | _affirmed(node.test)
            yield from _needs(node.body, asked)
            for other in node.elif_:
                yield from _needs(other.body, guarded | _affirmed(other.test))
            yield from _needs(node.else_, guarded)
        elif isinstance(node, nodes.Output):
            for one in node.nodes:
                yield from _written(one, guarded)


def _written(node: nodes.Node, guarded: frozenset[str]) -> Iterator[str]:
    if isinstance(node, nodes.CondExpr):
        yield from _written(node.expr1, guarded | _affirmed(node.test))
        if node.expr2 is not None:
            yield from _written(node.expr2, guarded)
    elif isinstance(node, nodes.Filter):
        if node.node is not None:
            yield from _written(node.node, guarded)
    elif isinstance(node, nodes.Name | nodes.Getattr):
        path = _path(node)
        if path.partition(".")[0] not in guarded:
            yield path


def _affirmed(test: nodes.Node) -> frozenset[str]:
    """Return the roots of the fields that certainly have a value where a condition holds."""
    if isinstance(test, nodes.And):
        return _affirmed(test.left) | _affirmed(test.right)
    if isinstance(test, nodes.Or):
        return _affirmed(test.left) & _affirmed(test.right)
    if isinstance(test, nodes.Name | nodes.Getattr):
        return frozenset({_path(test).partition(".")[0]})
    return frozenset()


def fault_of(missing: FieldMissing, customer: str) -> UserError:
    """Return the sentence for a field that a customer cannot fill."""
    return UserError(
        f"“{label_of(missing.path)}” is not known for {customer}; tick a fact that has it, or choose another template."
    )
