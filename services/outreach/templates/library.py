"""The library of templates: the starter set with the book's changes, and the book's own.

A changed starter template is kept in the book under its code and goes back to what it was when that row is taken out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, Literal

from models import sqlite
from models.values import words
from models.values.changes import Changes
from models.values.errors import UserError
from models.values.outreach import GOALS, TONES, TemplateChoice, TemplatePreview
from services.insight import Reader, reading
from services.outreach.facts import has_first_name, names_of
from services.outreach.templates.starter import starter_set
from services.permission import may_email
from services.workspace import Workspace

if TYPE_CHECKING:
    from models.store import UnitOfWork

_NAMED: Final = 80


def read_templates(workspace: Workspace) -> tuple[TemplateChoice, ...]:
    """Return the starter set with the book's changes and its own templates, by goal and name."""
    with workspace.store.snapshot() as driver:
        return templates_of(driver)


def templates_of(driver: sqlite.Connection) -> tuple[TemplateChoice, ...]:
    """Return the same, read on a connection at hand."""
    library = {code: one.choice for code, one in starter_set().items()}
    for row in driver.execute("SELECT code, name, goal, tone, subject, body, enabled FROM templates"):
        code, name, goal, tone, subject, body, enabled = row
        origin: Literal["changed", "own"] = "changed" if code in library else "own"
        if goal not in GOALS or tone not in TONES:  # of another version, or edited by hand: seen, and never chosen
            goal, tone, enabled = next(iter(GOALS)), next(iter(TONES)), False
        library[code] = TemplateChoice(code, name, goal, tone, subject, body, origin, bool(enabled))
    goals, tones = list(GOALS), list(TONES)
    return tuple(
        sorted(library.values(), key=lambda one: (goals.index(one.goal), one.name.casefold(), tones.index(one.tone)))
    )


def save_template(workspace: Workspace, template: TemplateChoice) -> Changes:
    """Write a template; it is parsed and tried first. One without a code is a new one of the book's own.

    Raises
    ------
    UserError
        With the part, the line and the reason: unknown field, unclosed bracket.
    """
    from models.tables import templates

    checked = _checked(template)
    with workspace.store.unit_of_work(workspace.me, "save-template", f"template:{checked.code or 'new'}",
                                      at=workspace.at) as work:  # fmt: skip
        code = checked.code or _new_code(work, checked.name)
        values: dict[str, Any] = {
            "name": checked.name, "goal": checked.goal, "tone": checked.tone, "subject": checked.subject,
            "body": checked.body, "enabled": int(checked.enabled), "changed_at": work.at,
        }  # fmt: skip
        if work.sql("SELECT 1 FROM templates WHERE code = ?", (code,)).first() is None:
            work.insert(templates, {"code": code, **values})
        else:
            work.update(templates, code, values)
        work.touch(tables=("templates",))
        work.say(f"Saved the template “{checked.name}”")
        return work.commit()


def reset_template(workspace: Workspace, code: str) -> Changes:
    """Put a changed template of the starter set back, or remove one of the book's own.

    Raises
    ------
    UserError
        It is as it was shipped, or there is none of this code.
    """
    from models.tables import templates

    starter = starter_set().get(code)
    with workspace.store.unit_of_work(workspace.me, "reset-template", f"template:{code}", at=workspace.at) as work:
        found = work.sql("SELECT name FROM templates WHERE code = ?", (code,)).first()
        if found is None:
            why = "is already the starter text" if starter else "is not in this book"
            raise UserError(f"The template “{starter.choice.name if starter else code}” {why}.")
        work.delete(templates, code)
        work.touch(tables=("templates",))
        work.say(f"Put the template “{starter.choice.name}” back" if starter else f"Removed the template “{found[0]}”")
        return work.commit()


def preview_template(workspace: Workspace, template: TemplateChoice, customer_id: int | None = None) -> TemplatePreview:
    """Fill a template that may not be saved yet for a real customer, and say what the book lacks for it.

    Without a customer, one with an open alert or else with the newest order is taken who may be emailed: who has what
    the template needs, as long as there is one.
    """
    from services.outreach.templates import write

    with reading(workspace) as reader:
        try:
            lacks = _lacks(_checked(template))
        except UserError as fault:
            anybody = customer_id if customer_id is not None else _somebody(reader)
            return TemplatePreview(_name(reader, anybody), "", "", "", str(fault), ())
        lacking = _lacking(reader, lacks)
        without = [condition for condition, _what in lacks]
        chosen = customer_id or _somebody(reader, without) or _somebody(reader)
        if chosen is None:
            return TemplatePreview(
                "", "", "", "", "No customer in the book may be emailed, so there is no preview.", ()
            )
        try:
            draft = write.filled(reader, chosen, template)
        except UserError as fault:
            return TemplatePreview(_name(reader, chosen), "", "", "", str(fault), lacking)
        return TemplatePreview(_name(reader, chosen), draft.subject, draft.greeting, draft.body, "", lacking)


def _checked(template: TemplateChoice) -> TemplateChoice:
    """Return a template that can be saved: with a name, a goal, a tone, and texts that can be read."""
    from services.outreach.templates.sandbox import parse

    name = " ".join(template.name.split())
    if not name or len(name) > _NAMED:
        raise UserError(f"A template needs a name of at most {_NAMED} characters.")
    if template.goal not in GOALS or template.tone not in TONES:
        raise UserError("A template needs a goal and a tone; choose one of each.")
    for part, text in (("subject", template.subject), ("text", template.body)):
        if not text.strip():
            raise UserError(f"The template has no {part}; write one.")
        try:
            parse(text)
        except UserError as fault:
            said = str(fault)
            raise UserError(f"In the {part}, {said[:1].lower()}{said[1:]}") from None
    if "\n" in template.subject.strip():
        raise UserError("The subject of a template is one line; remove the line break.")
    return replace(template, name=name, subject=template.subject.strip(), body=template.body.strip())


def _new_code(work: UnitOfWork, name: str) -> str:
    """Return a code for a template of the book's own that no other has."""
    plain = "".join(letter if letter.isalnum() else "_" for letter in name.casefold()).strip("_") or "template"
    taken = set(starter_set()) | {row[0] for row in work.sql("SELECT code FROM templates")}
    codes = (f"own_{plain[:40]}{f'_{number}' if number else ''}" for number in range(len(taken) + 1))
    return next(code for code in codes if code not in taken)


def _somebody(reader: Reader, without: Sequence[str] = ()) -> int | None:
    """Return a customer to show a template with, who lacks none of these; None where there is nobody to be emailed."""
    allowed = " AND ".join([may_email(":day"), _consented(reader), *(f"NOT ({lack})" for lack in without)])
    day = {"day": reader.today.isoformat()}
    for people in (
        "SELECT customer_id AS id FROM alerts WHERE state IN ('open', 'seen', 'in_work') AND customer_id IS NOT NULL"
        " ORDER BY expected_value_minor DESC LIMIT 50",
        "SELECT customer_id AS id FROM orders WHERE kind = 'purchase' ORDER BY ordered_on DESC LIMIT 200",
        "SELECT id FROM customers ORDER BY id LIMIT 500",
    ):
        found = reader.driver.execute(
            f"SELECT c.id FROM ({people}) p JOIN customers c ON c.id = p.id WHERE {allowed} LIMIT 1", day
        ).fetchone()
        if found is not None:
            return int(found[0])
    return None


def _consented(reader: Reader) -> str:
    return "c.email_consent = 'given'" if reader.policy.consent_on_record else "1"


def _name(reader: Reader, customer_id: int | None) -> str:
    row = reader.row("SELECT name, company, external_id FROM customers WHERE id = ?", (customer_id,))
    if row is None:
        return ""
    return names_of(row["name"], row["company"]).called or words.name_of(None, row["external_id"])


def _lacks(template: TemplateChoice) -> list[tuple[str, str]]:
    """Return for each field that a template cannot do without the SQL of who lacks it, and what it is."""
    from services.outreach.templates.fields import LACKING
    from services.outreach.templates.sandbox import parse

    needs = parse(template.subject).needs | parse(template.body).needs
    roots = sorted({path.partition(".")[0] for path in needs} & LACKING.keys())
    return list(dict.fromkeys(LACKING[root] for root in roots))


def _lacking(reader: Reader, lacks: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    """Return how many customers who may be emailed lack each of these."""
    sqlite.give_function(reader.driver, "has_first_name", 2, has_first_name)
    day = {"day": reader.today.isoformat()}
    found = []
    for condition, what in lacks:
        # the subquery is not flattened, so that whether they may be emailed is asked only of those who lack it
        count = reader.driver.execute(
            f"SELECT count(*) FROM (SELECT c.* FROM customers c WHERE {condition} AND {_consented(reader)} LIMIT -1) c"
            f" WHERE {may_email(':day')}",
            day,
        ).fetchone()[0]
        if count:
            have = f"{words.count(count, 'customer')} {'has' if count == 1 else 'have'} no"
            found.append(f"{have} {what}")
    return tuple(found)
