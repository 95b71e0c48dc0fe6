"""The suppression ledger: a "no" blocks an address, whoever carries it, until a later explicit "yes" for that address.

Who withdraws by hand does so now; a file says it on its day, else on the day of the import; an unsubscribe counts from
its moment. A calendar day says "no" until its end and "yes" from its beginning, in the zone of whoever wrote it; a
future day is not a "yes".
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Set
from contextlib import suppress
from datetime import date, datetime, time, tzinfo
from typing import TYPE_CHECKING, Any, Final

from models import sqlite
from models.journal.undo import listed_still
from models.store import UnitOfWork
from models.tables import suppression_ledger
from models.values import words
from models.values.errors import UserError

if TYPE_CHECKING:
    from services.settings import Policy
    from services.workspace import Workspace


def stored_key(address: str) -> str:
    """SQL of `address_key` for an address that is stored (an SQL expression): its domain is in ASCII already."""
    return f"lower(trim({address}))"


_LAST_SECOND: Final = time(23, 59, 59)
_KEY: Final = stored_key("p.email")
_INTO: Final = "INSERT INTO main.suppression_ledger (address, said, since, how, entered_at, entered_by, import_id)"
#: Rows that an import added, or of which it changed one of the columns that are named.
_TOUCHED: Final = (
    "WITH touched(id) AS (SELECT id FROM main.{table} WHERE import_id = :import_id UNION"
    " SELECT i.row_id FROM main.import_changes i, json_each(i.after) f"
    " WHERE i.import_id = :import_id AND i.table_name = '{table}' AND f.key IN ({columns}))"
)
_WITHDRAWN: Final = (
    f"{_TOUCHED} {_INTO} SELECT DISTINCT {_KEY}, 'withdrawn',"
    " min(coalesce(end_of(p.email_consent_since), :at), :at), p.email_consent_how, :at, :by, :import_id"
    " FROM touched JOIN main.{table} p USING (id) WHERE p.email_consent = 'withdrawn' AND p.email <> ''"
)
#: A row's address need not be the customer's: two who were merged keep one. A "no" without a day is news
#: only where there was none, so that an old file that comes again takes no later consent back.
_WITHDRAWN_BY_ROW: Final = (
    f"{_INTO} SELECT DISTINCT {_KEY}, 'withdrawn', min(coalesce(end_of({{since}}), :at), :at), NULL, :at,"
    " :by, :import_id FROM stage.r r JOIN stage.people p ON p.who = r.who WHERE r.email_consent = 'withdrawn'"
    " AND p.email <> '' AND NOT EXISTS (SELECT 1 FROM main.suppression_ledger n"
    f" WHERE n.address = {_KEY} AND n.said = 'withdrawn'"
    " AND ({since} IS NULL OR n.since >= min(end_of({since}), :at)))"
)
#: Where an event does not say who unsubscribed, it is the customer's address, else each of its people's.
_WHO_LEFT: Final = "coalesce(nullif(e.address, ''), nullif(c.email, ''), nullif(k.email, ''))"
#: An address that comes to be known only now is that of the events before it.
_UNSUBSCRIBED: Final = (
    f"{_TOUCHED}, of_known(id) AS (SELECT id FROM touched UNION"
    " SELECT e.id FROM main.import_changes i JOIN main.email_events e ON e.customer_id = i.row_id"
    " WHERE i.import_id = :import_id AND i.table_name = 'customers' AND e.kind = 'unsubscribed'"
    " AND json_type(i.before, '$.email') = 'null')"
    f" {_INTO} SELECT DISTINCT {stored_key(_WHO_LEFT)}, 'withdrawn',"
    " min(coalesce(e.happened_at, end_of(e.happened_on)), :at), 'unsubscribed', :at, :by, :import_id"
    " FROM of_known JOIN main.{table} e USING (id) LEFT JOIN main.customers c ON c.id = e.customer_id"
    " LEFT JOIN main.contacts k ON k.customer_id = c.id AND coalesce(e.address, '') = '' AND coalesce(c.email, '') = ''"
    f" WHERE e.kind = 'unsubscribed' AND {_WHO_LEFT} IS NOT NULL"
)
_GIVEN: Final = (
    f"{_TOUCHED} {_INTO} SELECT DISTINCT {_KEY}, 'given', start_of(p.email_consent_since),"
    " p.email_consent_how, :at, :by, :import_id FROM touched JOIN main.{table} p USING (id)"
    " WHERE p.email_consent = 'given' AND start_of(p.email_consent_since) <= :at AND EXISTS ("
    f"SELECT 1 FROM main.suppression_ledger n WHERE n.address = {_KEY} AND n.said = 'withdrawn'"
    " AND n.since < start_of(p.email_consent_since))"
)
#: The import that wrote the day of a consent.
_FILE: Final = (
    "coalesce((SELECT max(i.import_id) FROM main.import_changes i WHERE i.table_name = '{table}' AND i.row_id = p.id"
    " AND json_type(i.after, '$.email_consent_since') IS NOT NULL), p.import_id)"
)
#: Consent that an earlier file gave under an address, after the day of a "no" that comes to be known only now. Nothing
#: but files may have written it: what is given by hand is in the ledger from the beginning.
_GIVEN_BEFORE: Final = (
    f"{_INTO} SELECT DISTINCT n.address, 'given', start_of(p.email_consent_since), p.email_consent_how, :at, :by,"
    f" {_FILE} FROM main.suppression_ledger n CROSS JOIN main.{{table}} p ON p.email = n.address"
    " WHERE n.import_id = :import_id AND n.said = 'withdrawn' AND p.email_consent = 'given'"
    f" AND {_FILE} < :import_id AND n.since < start_of(p.email_consent_since)"
    " AND start_of(p.email_consent_since) <= :at"
    " AND NOT EXISTS (SELECT 1 FROM main.import_changes i WHERE i.table_name = '{table}' AND i.row_id = p.id"
    f" AND i.import_id > {_FILE} AND json_type(i.after, '$.email') IS NOT NULL)"
    " AND NOT EXISTS (SELECT 1 FROM main.journal_payloads j WHERE j.table_name = '{table}'"
    " AND j.row_id = CAST(p.id AS TEXT)"
    " AND (json_extract(j.after, '$.email_consent') = 'given' OR json_type(j.after, '$.email') IS NOT NULL))"
)


def address_key(address: str | None) -> str:
    """Return an address as it is compared: without blanks around it, in lower case, its domain in ASCII.

    Dots before the @ are left alone: most providers tell such addresses apart.
    """
    local, at, domain = (address or "").strip().rpartition("@")
    if not domain.isascii():
        with suppress(UnicodeError):  # not a domain: compared as it is written
            domain = domain.encode("idna").decode("ascii")
    return f"{local}{at}{domain}".lower()


def refused(address: str, moment: str) -> str:
    """SQL of whether a "no" stands under an address (an SQL expression) at a moment (another)."""
    return f"EXISTS ({_standing(address, moment)})"


def standing(driver: sqlite.Connection, address: str, at: datetime) -> tuple[str, str] | None:
    """Return since when (UTC) and how a "no" stands under an address at a moment; None where none does."""
    found = driver.execute(
        f"{_standing(':address', ':at')} ORDER BY n.since DESC LIMIT 1",
        {"address": address_key(address), "at": words.stored(at)},
    ).fetchone()
    return (found[0], found[1] or "") if found is not None else None


def on_record(driver: sqlite.Connection, address: str) -> bool:
    """Return whether anybody's consent is on record under an address."""
    people = " UNION ALL ".join(
        f"SELECT 1 FROM {table} WHERE {stored_key('email')} = :address AND email_consent = 'given'"
        for table in ("customers", "contacts")
    )
    given = "SELECT 1 FROM suppression_ledger WHERE address = :address AND said = 'given'"
    return (
        driver.execute(f"{people} UNION ALL {given} LIMIT 1", {"address": address_key(address)}).fetchone() is not None
    )


def history(driver: sqlite.Connection, policy: Policy, address: str) -> tuple[str, ...]:
    """Return what was said of consent under an address, the newest first, each with its day, its way and who wrote it.

    A consent of a file is among them where it answers a withdrawal.
    """
    found = driver.execute(
        "SELECT l.said, l.since, coalesce(l.how, ''), l.entered_by, coalesce(i.file_name, '') FROM suppression_ledger l"
        " LEFT JOIN imports i ON i.id = l.import_id WHERE l.address = ? ORDER BY l.since DESC, l.id DESC",
        (address_key(address),),
    )
    lines = []
    for said, since, how, by, file in found:
        parts = (
            f"Consent {said} {words.full_day(day_at(since, policy))}",
            how,
            f"from {file}" if file else f"entered by {by}",
        )
        lines.append(", ".join(part for part in parts if part))
    return tuple(lines)


def note(workspace: Workspace, work: UnitOfWork, address: str | None, values: Mapping[str, Any]) -> bool:
    """Enter what a person said of consent under an address; return whether anything was entered.

    Parameters
    ----------
    values
        The columns that are set. Without ``email_consent`` given or withdrawn nothing was said.

    Raises
    ------
    UserError
        Consent that is older than a withdrawal, which it does not lift.
    """
    said = values.get("email_consent")
    if not address or said not in ("given", "withdrawn"):
        return False
    day = words.day_of(values.get("email_consent_since"))
    past = said == "given" and day is not None and day < workspace.clock.today()
    since = beginning(day, workspace.policy.zone_of(None)) if past and day is not None else work.at
    how = values.get("email_consent_how")
    no = standing(work.driver, address, workspace.clock.now()) if said == "given" else None
    if no is not None and since < no[0]:
        left = words.full_day(day_at(no[0], workspace.policy))
        raise UserError(f"Consent was withdrawn on {left}, after this one. Record consent when they give it again.")
    entry = {"address": address_key(address), "said": said, "since": since, "how": how}
    work.insert(suppression_ledger, {**entry, "entered_at": work.at, "entered_by": work.actor.name})
    return True


def note_import(
    db: sqlite.Connection,
    import_id: int,
    tables: Set[str],
    *,
    staged: Collection[str] = (),
    at: str,
    by: str,
    zone: tzinfo,
) -> None:
    """Enter what an import said of consent, after its rows were written into ``tables``.

    ``staged`` are the columns of the staged rows of a file of customers, none for another file.
    """
    db.create_function("start_of", 1, lambda day: _moment(day, zone, end=False), deterministic=True)
    db.create_function("end_of", 1, lambda day: _moment(day, zone, end=True), deterministic=True)
    named = {"import_id": import_id, "at": at, "by": by}
    consent = "'email_consent', 'email_consent_since'"
    people = ("customers", "contacts")
    noes = [_WITHDRAWN.format(table=one, columns=f"{consent}, 'email'") for one in people if one in tables]
    if tables & {"customers", "email_events"}:
        columns = "'kind', 'happened_on', 'happened_at', 'customer_id', 'address'"
        noes.append(_UNSUBSCRIBED.format(table="email_events", columns=columns))
    before = db.total_changes
    for statement in noes:
        db.execute(statement, named)
    if "email_consent" in staged:
        since = "r.email_consent_since" if "email_consent_since" in staged else "NULL"
        db.execute(_WITHDRAWN_BY_ROW.format(since=since), named)
    new = db.total_changes > before
    for table in people:
        if table in tables:
            db.execute(_GIVEN.format(table=table, columns=consent), named)
        if new:
            db.execute(_GIVEN_BEFORE.format(table=table), named)


def forget_import(db: sqlite.Connection, import_id: int) -> str:
    """Take out each "yes" of an import that is undone; return the sentence about each "no", which stays, or ''."""
    db.execute("DELETE FROM suppression_ledger WHERE import_id = ? AND said = 'given'", (import_id,))
    (count,) = db.execute(
        "SELECT count(DISTINCT address) FROM suppression_ledger WHERE import_id = ?", (import_id,)
    ).fetchone()
    if not count:
        return ""
    who = "1 address stays" if count == 1 else f"{count:,} addresses stay"
    return f"{who} {listed_still('ADDRESS')}"


def day_at(moment: str, policy: Policy) -> date:
    """Return the calendar day on which a moment (UTC, as stored) lies at the business."""
    return datetime.fromisoformat(moment).astimezone(policy.zone_of(None)).date()


def beginning(day: date, zone: tzinfo) -> str:
    """Return the moment (UTC, as stored) at which a calendar day begins."""
    return words.stored(datetime.combine(day, time(0), zone))


def _moment(text: str | None, zone: tzinfo, *, end: bool) -> str | None:
    """The moment at which a day begins or ends; a moment is itself."""
    day = words.day_of(text)
    if day is None or text is None or len(text) > 10:
        return text or None
    return words.stored(datetime.combine(day, _LAST_SECOND if end else time(0), zone))


def _standing(address: str, moment: str) -> str:
    return (
        f"SELECT n.since, n.how FROM suppression_ledger n WHERE n.address = {address} AND n.said = 'withdrawn'"
        f" AND n.since <= {moment} AND NOT EXISTS (SELECT 1 FROM suppression_ledger y WHERE y.address = n.address"
        f" AND y.said = 'given' AND y.since <= {moment}"
        " AND (y.since > n.since OR (y.since = n.since AND y.id > n.id AND y.import_id IS NULL)))"
    )
