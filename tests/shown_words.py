"""Every text that a person may read, with the place where it stands: `make words` prints them for a reader.

Texts are the string literals of the program without docstrings, log records, statements of SQL and keys, the help of
the command line, the texts of the files under `resources/` that a person sees, and the paragraphs of the help, the
documentation and the changelog without what they quote as code. A formatted string is one text, its values as "{}".
"""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeGuard

PROJECT: Final = Path(__file__).resolve().parent.parent
ROOMS: Final = ("app", "views", "models", "services", "main.py")
RESOURCES: Final = ("rules", "templates", "systems", "write_back", "dashboards", "metrics", "entities")
PAGES: Final = ("README.md", "CHANGELOG.md", "docs/*.md", "resources/help/*.md")
#: What a page quotes as code: what a program prints or is told, and names of files and fields.
_QUOTED: Final = re.compile(r"^```.*?^```$|`[^`\n]*`", re.MULTILINE | re.DOTALL)
_LOGGED: Final = frozenset({"debug", "info", "warning", "error", "exception", "critical", "getLogger"})
_STATEMENT: Final = re.compile(
    r"^\s*\(?(SELECT|INSERT|UPDATE|DELETE|CREATE|DROP|ALTER|PRAGMA|WITH|FROM|WHERE|AND|OR|ORDER|GROUP|JOIN|LEFT|UNION|"
    r"VALUES|SET|ON|CASE|EXISTS|NOT EXISTS|BEGIN|COMMIT|ROLLBACK|REPLACE|LIMIT)\b[ (]"
)
#: A key, a path, a pattern, names of columns or functions: nothing that is said to anybody.
_KEY: Final = re.compile(r"[a-z0-9_./:*%{}\-]*|[A-Z][A-Z0-9_]*|[^A-Za-z]*|(?=.*_)[a-z0-9_:]+( [a-z0-9_:]+)*")
_CODE: Final = re.compile(r"\(\?[:=!<P]|\\[bdswS]|\bcoalesce\(|\bQ[A-Z][a-z]+|[{;]\s*(color|background|border|font)")


@dataclass(frozen=True, slots=True)
class Text:
    """One text, the file it stands in and its line."""

    text: str
    file: str
    line: int


def shown_texts() -> Iterator[Text]:
    """Every text of the program that a person may read."""
    for room in ROOMS:
        root = PROJECT / room
        for path in [root] if root.is_file() else sorted(root.rglob("*.py")):
            yield from _of_module(path)
    for folder in RESOURCES:
        for path in sorted((PROJECT / "resources" / folder).glob("*.toml")):
            for said in _of_values(tomllib.loads(path.read_text())):
                yield Text(said, str(path.relative_to(PROJECT)), 0)
    for pattern in PAGES:
        for path in sorted(PROJECT.glob(pattern)):
            yield from _of_page(path)


def _of_page(path: Path) -> Iterator[Text]:
    """The paragraphs and entries of a page, each on one line."""
    lines = _QUOTED.sub(lambda code: "\n" * code[0].count("\n"), path.read_text()).split("\n")
    first, held = 0, ""
    for at, line in enumerate([*lines, ""], 1):
        if held and (not line.strip() or re.match(r"\s*([-*|#]|\d+\.) ?", line)):
            yield Text(held, str(path.relative_to(PROJECT)), first)
            held = ""
        first = first if held else at
        held = f"{held} {line.strip()}".strip()


def _of_module(path: Path) -> Iterator[Text]:
    tree = ast.parse(path.read_text())
    helps = {id(node.body[0]) for node in ast.walk(tree) if _is_command(node)}
    skipped = {id(node) for outer in ast.walk(tree) for node in _silent(outer)} - helps
    name = str(path.relative_to(PROJECT))

    def walk(node: ast.AST) -> Iterator[Text]:
        if id(node) in skipped:
            return
        said = _said(node)
        if said is not None:
            if _is_text(said):
                yield Text(said, name, getattr(node, "lineno", 0))
            return
        for child in ast.iter_child_nodes(node):
            yield from walk(child)

    yield from walk(tree)


#: Decorators that make a function a command.
_COMMANDS = ("told", "in_book")


def _is_command(node: ast.AST) -> TypeGuard[ast.FunctionDef]:
    """Whether a function is a command, whose docstring is its help."""
    return isinstance(node, ast.FunctionDef) and any(
        isinstance(called := one.func if isinstance(one, ast.Call) else one, ast.Name) and called.id in _COMMANDS
        for one in node.decorator_list
    )


def _silent(node: ast.AST) -> Iterator[ast.AST]:
    """What of a node is said to nobody: docstrings, log records, annotations."""
    match node:
        case ast.Expr(value=ast.Constant(value=str())):
            yield node
        case ast.Call(func=ast.Attribute(attr=name)) if name in _LOGGED:
            yield from node.args
        case ast.arg(annotation=ast.expr() as annotation) | ast.AnnAssign(annotation=annotation):
            yield annotation
        case ast.FunctionDef(returns=ast.expr() as returns):
            yield returns


def _said(node: ast.AST) -> str | None:
    match node:
        case ast.Constant(value=str() as text):
            return text
        case ast.JoinedStr(values=values):
            return "".join(part.value if isinstance(part, ast.Constant) else "{}" for part in values)
    return None


def _is_text(said: str) -> bool:
    text = said.strip()
    return not (_KEY.fullmatch(text) or _STATEMENT.match(text) or _CODE.search(text))


def _of_values(found: Any) -> Iterator[str]:
    match found:
        case str() if _is_text(found):
            yield found
        case dict():
            for one in found.values():
                yield from _of_values(one)
        case list():
            for one in found:
                yield from _of_values(one)


def main() -> int:
    """Print each text once, with the first place where it stands."""
    places: dict[str, str] = {}
    for one in shown_texts():
        places.setdefault(one.text, f"{one.file}:{one.line}" if one.line else one.file)
    for text, place in places.items():
        print(f"{place}\t{' '.join(text.split())}")
    print(f"{len(places):,} texts", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
