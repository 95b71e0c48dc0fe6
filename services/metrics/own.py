"""Dashboards that people made or changed, and views of Insights that they saved: in the book, journalled, undone.

A stored dashboard has the form of ``resources/dashboards`` and is read by the same loader. One under the name of a
program's dashboard is shown in its place; without it the original is back.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from models import sqlite
from models.values.changes import Changes
from models.values.dashboards import LONGEST_NAME, Dashboard, Filters, SavedView, TileSpec
from models.values.errors import UserError
from models.values.metrics import Query
from models.values.words import shortened
from services.metrics.dashboards import document_of, forms_of, load_dashboard, the_dashboards
from services.metrics.load import the_catalogue
from services.workspace import Workspace

if TYPE_CHECKING:
    from models.store import UnitOfWork

#: Titles of tabs that are no dashboards.
_TAKEN: Final = ("scores",)
#: The dashboard of answers that were pinned.
_PINNED: Final = "Pinned answers"
_NOT_IN_NAMES: Final = re.compile(r"[^a-z0-9]+")
Edit = Callable[[Dashboard], Dashboard]


def all_dashboards(workspace: Workspace) -> tuple[Dashboard, ...]:
    """Return the dashboards of a book in the order of their tabs: the program's, then those of its people.

    What of a stored one this version cannot show is left out of it and told.
    """
    with workspace.store.snapshot() as connection:
        return _read(connection)


def _read(connection: sqlite.Connection) -> tuple[Dashboard, ...]:
    rows = connection.execute("SELECT name, definition FROM dashboards ORDER BY id").fetchall()
    stored = {row[0]: row[1] for row in rows}
    originals = the_dashboards()
    shown = [_stored(one.name, stored.pop(one.name), one) if one.name in stored else one for one in originals]
    return (*shown, *(_stored(name, text, None) for name, text in stored.items()))


def _stored(name: str, text: str, original: Dashboard | None) -> Dashboard:
    kind: Any = "own" if original is None else "changed"
    try:
        made = load_dashboard(name, json.loads(text), the_catalogue(), strict=False)
        return replace(made, kind=kind)
    except (UserError, ValueError, TypeError, AttributeError) as error:
        title, rows = (original.title, original.rows) if original is not None else (name, ())
        return Dashboard(name, title, rows, kind, (f"This dashboard cannot be read ({error}).",))


def dashboard_named(name: str, dashboards: Sequence[Dashboard]) -> Dashboard:
    """Return the dashboard of a name or title.

    Raises
    ------
    UserError
        There is none.
    """
    for one in dashboards:
        if name.strip().lower() in (one.name, one.title.lower()):
            return one
    raise UserError(f"“{name}” is not a dashboard. Choose one of {', '.join(one.name for one in dashboards)}.")


# -- dashboards -------------------------------------------------------------------------------------------------------


def make_dashboard(workspace: Workspace, title: str, like: Mapping[str, Any] | None = None) -> Changes:
    """Store a new dashboard, empty or with the rows of a document.

    Raises
    ------
    UserError
        It has no title, another one has it, or a tile cannot be answered.
    """
    with workspace.store.unit_of_work(workspace.me, "add-dashboard", "dashboard", at=workspace.at) as work:
        there = _read(work.driver)
        title = _free(title, "dashboard", _taken(there))
        name = _name_of(title, {one.name for one in there} | {*_TAKEN})
        _write(workspace, work, name, {"title": title, "rows": (like or {}).get("rows", [])})
        work.say(f"Added dashboard “{title}”")
        return work.commit()


def load_into(workspace: Workspace, path: Path) -> Changes:
    """Store the dashboard of a file (.toml, .json); one that has its title is replaced.

    Raises
    ------
    UserError
        The file is none, or a tile of it cannot be answered: the sentence names the key.
    """
    try:
        text = path.read_text(encoding="utf-8")
        content = json.loads(text) if path.suffix.lower() == ".json" else tomllib.loads(text)
    except (OSError, ValueError) as error:
        raise UserError(f"{path.name} cannot be read as a dashboard ({error}).") from error
    made = load_dashboard(path.stem, content, the_catalogue(), file=path.name)
    content = document_of(made)
    there = next((one for one in all_dashboards(workspace) if one.title.lower() == made.title.lower()), None)
    if there is None:
        return make_dashboard(workspace, made.title, content)
    return edit_dashboard(workspace, there.name, lambda old: replace(made, title=old.title), f"Replaced “{made.title}”")


def edit_dashboard(workspace: Workspace, name: str, edit: Edit, words: str) -> Changes:
    """Change a dashboard; of a program's one a changed copy is stored.

    Parameters
    ----------
    edit
        Called with the dashboard as it is in the book now.
    words
        What the journal says of it.

    Raises
    ------
    UserError
        There is no such dashboard, it has tiles that this version cannot show, or it would have one that cannot be
        answered.
    """
    with workspace.store.unit_of_work(workspace.me, "change-dashboard", "dashboard", at=workspace.at) as work:
        before = dashboard_named(name, _read(work.driver))
        if before.left_out:
            how = "delete it" if before.kind == "own" else "reset it to the original"
            raise UserError(
                f"“{before.title}” has tiles that this version cannot show, and a change would lose them. "
                f"Update Bellwether, or {how}."
            )
        _write(workspace, work, before.name, document_of(edit(before)))
        work.say(words)
        return work.commit()


def pin_tile(workspace: Workspace, title: str, query: Query) -> Changes:
    """Keep a query as a tile of the dashboard “Pinned answers”, which the first pin makes.

    Raises
    ------
    UserError
        It cannot be answered, or the dashboard has tiles that this version cannot show.
    """
    with workspace.store.unit_of_work(workspace.me, "change-dashboard", "dashboard", at=workspace.at) as work:
        there = _read(work.driver)
        before = next((one for one in there if one.title == _PINNED), None)
        if before is None:
            name = _name_of(_PINNED, {one.name for one in there} | {*_TAKEN})
            before = Dashboard(name, _PINNED, (), "own")
        elif before.left_out:
            raise UserError(f"“{_PINNED}” has tiles that this version cannot show. Update Bellwether, or delete it.")
        taken = {one.key for one in before.tiles}
        key = next(f"pinned-{number}" for number in range(1, len(taken) + 2) if f"pinned-{number}" not in taken)
        tile = TileSpec(key, shortened(title, LONGEST_NAME), forms_of(query.by)[0], query)
        _write(workspace, work, before.name, document_of(before.with_tile(tile)))
        work.say(f"Pinned “{tile.title}” to “{_PINNED}”")
        return work.commit()


def rename_dashboard(workspace: Workspace, name: str, title: str) -> Changes:
    """Give a dashboard another title.

    Raises
    ------
    UserError
        There is no such dashboard, or another one has the title.
    """
    there = all_dashboards(workspace)
    before = dashboard_named(name, there)
    title = _free(title, "dashboard", _taken(there, but=before.name))
    words = f"Renamed dashboard “{before.title}” to “{title}”"
    return edit_dashboard(workspace, name, lambda one: replace(one, title=title), words)


def remove_dashboard(workspace: Workspace, name: str) -> Changes:
    """Delete somebody's dashboard; of one of the program the original comes back.

    Raises
    ------
    UserError
        There is no such dashboard, or it is the original.
    """
    from models.tables import dashboards

    with workspace.store.unit_of_work(workspace.me, "remove-dashboard", "dashboard", at=workspace.at) as work:
        one = dashboard_named(name, _read(work.driver))
        if one.kind == "original":
            raise UserError(f"“{one.title}” is the original. Only your own dashboards can be deleted.")
        for row in work.driver.execute("SELECT id FROM dashboards WHERE name = ?", (one.name,)).fetchall():
            work.delete(dashboards, row[0])
        work.say(f"Deleted dashboard “{one.title}”" if one.kind == "own" else f"Reset “{one.title}” to the original")
        return work.commit()


def _write(workspace: Workspace, work: UnitOfWork, name: str, document: Mapping[str, Any]) -> None:
    from models.tables import dashboards

    load_dashboard(name, document, the_catalogue())
    text = json.dumps(document, ensure_ascii=False)
    values = {"definition": text, "changed_at": workspace.at}
    row = work.driver.execute(
        "SELECT id, definition FROM dashboards WHERE name = ? ORDER BY id DESC", (name,)
    ).fetchone()
    if row is None:
        work.insert(dashboards, {"name": name, **values})
    elif row[1] != text:
        work.update(dashboards, row[0], values)


def _taken(there: Sequence[Dashboard], but: str = "") -> Iterator[str]:
    """What no further dashboard may be called: a renamed original is still asked for by its name, and may come back."""
    yield from _TAKEN
    for one in (*there, *the_dashboards()):
        if one.name != but:
            yield from (one.name, one.title)


def _free(title: str, what: str, taken: Iterable[str]) -> str:
    """The title without needless spaces, if nothing else has it."""
    said = " ".join(title.split())
    if not said:
        raise UserError(f"Give the {what} a name.")
    if len(said) > LONGEST_NAME:
        raise UserError(f"The name of a {what} has at most {LONGEST_NAME} characters.")
    if said.lower() in {one.lower() for one in taken}:
        raise UserError(f"There is a {what} “{said}” already. Choose another name.")
    return said


def _name_of(title: str, taken: set[str]) -> str:
    """The name by which a dashboard is stored and asked for on the command line: "my-week", "my-week-2"."""
    plain = _NOT_IN_NAMES.sub("-", title.lower()).strip("-") or "dashboard"
    names = (plain if number == 1 else f"{plain}-{number}" for number in range(1, len(taken) + 2))
    return next(name for name in names if name not in taken)


# -- saved views ------------------------------------------------------------------------------------------------------


def product_categories(workspace: Workspace) -> tuple[str, ...]:
    """Return the categories of the book's products, for the filter bar."""
    with workspace.store.snapshot() as connection:
        rows = connection.execute("SELECT DISTINCT category FROM products WHERE category > '' ORDER BY category")
        return tuple(row[0] for row in rows)


def saved_views(workspace: Workspace) -> tuple[SavedView, ...]:
    """Return the views of the book by name."""
    with workspace.store.snapshot() as connection:
        rows = connection.execute("SELECT name, filters FROM saved_views ORDER BY name COLLATE NOCASE, id").fetchall()
    return tuple(SavedView(row[0], _filters_in(row[1])) for row in rows)


def _filters_in(text: str) -> Filters:
    known = {one.name for one in fields(Filters)}
    return Filters(**{name: value for name, value in json.loads(text).items() if name in known})


def save_view(workspace: Workspace, name: str, filters: Filters) -> Changes:
    """Store what is chosen in the filter bar under a name; a view of that name is replaced.

    Raises
    ------
    UserError
        It has no name, or one that is too long.
    """
    from models.tables import saved_views as views

    name = _free(name, "view", ())
    values = {"filters": json.dumps(asdict(filters), ensure_ascii=False), "changed_at": workspace.at}
    with workspace.store.unit_of_work(workspace.me, "save-view", "view", at=workspace.at) as work:
        row = _view(work, name)
        if row is None:
            work.insert(views, {"name": name, **values})
        elif row[1] != values["filters"]:
            work.update(views, row[0], values)
        work.say(f"Saved view “{name}”")
        return work.commit()


def rename_view(workspace: Workspace, name: str, wanted: str) -> Changes:
    """Give a view another name.

    Raises
    ------
    UserError
        There is no such view, or another one has the name.
    """
    from models.tables import saved_views as views

    others = (one.name for one in saved_views(workspace) if one.name != name)
    wanted = _free(wanted, "view", others)
    with workspace.store.unit_of_work(workspace.me, "rename-view", "view", at=workspace.at) as work:
        work.update(views, _known_view(work, name), {"name": wanted})
        work.say(f"Renamed view “{name}” to “{wanted}”")
        return work.commit()


def remove_view(workspace: Workspace, name: str) -> Changes:
    """Delete a view.

    Raises
    ------
    UserError
        There is no such view.
    """
    from models.tables import saved_views as views

    with workspace.store.unit_of_work(workspace.me, "remove-view", "view", at=workspace.at) as work:
        work.delete(views, _known_view(work, name))
        work.say(f"Deleted view “{name}”")
        return work.commit()


def _view(work: UnitOfWork, name: str) -> Any:
    return work.driver.execute(
        "SELECT id, filters FROM saved_views WHERE name = ? COLLATE NOCASE ORDER BY id DESC", (name,)
    ).fetchone()


def _known_view(work: UnitOfWork, name: str) -> int:
    row = _view(work, name)
    if row is None:
        raise UserError(f"The view “{name}” no longer exists.")
    return int(row[0])
