"""Commands about emails: draft, outbox, approve, send."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from app.cli.frame import (
    DONE,
    IN_PART,
    NOTHING_DONE,
    Reply,
    Who,
    in_book,
    never_cancelled,
    say,
    table,
)
from app.cli.mail import ask_password
from models.values import words
from models.values.errors import EnvironmentFault, UserError
from models.values.outbox import OutboxRow, SendRun
from models.values.outreach import (
    GOALS,
    TONES,
    WRITABLE,
    Claim,
    Composition,
    Draft,
    Edit,
    Fact,
    ModelRequest,
    Review,
    SecondReading,
)
from services import insight
from services import outreach as emails
from services.outreach.send_policy import held_by_quiet_hours
from services.pipeline import after_change
from services.workspace import Workspace

TABS = ("review", "waiting", "doubt", "failed", "sent")
PAGE = 200
#: Settings of the mail account as sentences name them, with the option of `mail set`.
_SET_BY = {
    "“Your name as the sender” in Settings, Mail server": "--name NAME",
    "“Your address as the sender” in Settings, Mail server": "--address YOU@…",
}
Number = Annotated[int, typer.Argument(metavar="ID", help="The email's number, as listed by `outbox`.")]
GoalOption = Annotated[
    str, typer.Option("--goal", metavar="G", help=f"One of {', '.join(GOALS)}; default: the best fit.")
]
ToneOption = Annotated[str, typer.Option("--tone", metavar="T", help=f"One of {', '.join(TONES)}.")]
ModelOption = Annotated[
    str,
    typer.Option("--model", metavar="M", help="A language model of Settings; key: BELLWETHER_MODEL_KEY or keyring."),
]


@in_book(writes=lambda given: bool(given["keep"]))
def draft(
    workspace: Workspace,
    customer: Who,
    goal: GoalOption = "",
    tone: ToneOption = "",
    template: Annotated[str, typer.Option("--template", metavar="T", help="Code of a template.")] = "",
    model: ModelOption = "",
    contact: Annotated[str, typer.Option("--contact", metavar="WHO", help="Contact of the customer who gets it.")] = "",
    second: Annotated[
        bool, typer.Option("--second-reading", help="Let the language model warn of sentences in the draft.")
    ] = False,
    keep: Annotated[bool, typer.Option("--save/--no-save", help="Keep it in the outbox for review.")] = True,
) -> Reply:
    """Draft an email and check it. It waits for review in the outbox; nothing is sent.

    Exit code 3: the second reading that was asked for failed; the draft is there without it.
    """
    _one_of("--goal", goal, GOALS)
    _one_of("--tone", tone, TONES)
    if template and model:
        raise typer.BadParameter("Choose a template or a model, not both.")
    number = insight.customer_named(workspace, customer)
    profile = insight.customer_profile(workspace, number)
    alert = profile.alert.id if profile is not None and profile.alert is not None else None
    composed = emails.compose(workspace, number, alert, goal=goal, tone=tone, contact=contact)
    written = _write(workspace, composed, goal, tone, template, model)
    edit = _with_text(composed, written, goal, tone)
    number_of_email = 0
    if keep:
        edit = emails.save(workspace, edit, draft=written, for_review=True).edit
        number_of_email = edit.id
    again, fault = _read_again(workspace, edit, model) if second else (None, "")
    if again is not None:
        edit = emails.with_warnings(workspace, edit, again)
        if keep:
            emails.keep_second_reading(workspace, number_of_email, again)
    found = emails.review(workspace, edit)
    document = _document(number_of_email, composed, edit, written, found) | {"second_reading": _again(again)}
    notes = [said for said in (written.note, again.words if again is not None else fault) if said]
    return Reply(document, _words(document), notes, IN_PART if fault else DONE)


def _read_again(workspace: Workspace, edit: Edit, model: str) -> tuple[SecondReading | None, str]:
    """Return what a language model finds in the draft, or the sentence why it was not read."""
    reader = emails.reader_of(workspace.preferences, model)
    if not reader:
        return None, "No second reading: no language model is set up."
    try:
        return emails.read_again(workspace, edit, reader, cancelled=never_cancelled), ""
    except (EnvironmentFault, UserError) as error:
        return None, f"No second reading: {error}"


def _again(found: SecondReading | None) -> dict[str, Any] | None:
    """What a second reading found and took, as JSON has it; None where there was none."""
    if found is None:
        return None
    said = [(one, emails.warning_words(one)) for one in found.warnings]
    warnings = [{"sentence": one.sentence, "reads_as": one.reads_as, "words": words} for one, words in said]
    return {"model": found.profile, "warnings": warnings, "tokens_in": found.tokens_in, "tokens_out": found.tokens_out,
            "cost": found.cost}  # fmt: skip


def _write(workspace: Workspace, composed: Composition, goal: str, tone: str, template: str, model: str) -> Draft:
    from services.outreach.model import fallback_words

    edit = composed.edit
    goal, tone = goal or edit.goal, tone or edit.tone
    note = ""
    if model:
        request = ModelRequest(
            edit.customer_id, goal, tone, edit.facts, model, currency=edit.currency, contact_id=edit.contact_id
        )
        try:
            return emails.draft_by_model(workspace, request, on_text=lambda _text: None, cancelled=never_cancelled)
        except EnvironmentFault as error:
            note = fallback_words(error)
    facts = edit.facts if goal == edit.goal and edit.facts else None
    made = emails.draft_by_template(
        workspace, edit.customer_id, goal=goal, tone=tone, facts=facts, template=template, contact_id=edit.contact_id
    )
    return replace(made, note=note or made.note)


def _with_text(composed: Composition, written: Draft, goal: str, tone: str) -> Edit:
    edit = composed.edit
    return replace(
        edit,
        goal=goal or edit.goal,
        tone=tone or edit.tone,
        writer=written.writer,
        subject=written.subject,
        greeting=written.greeting or edit.greeting,
        body=written.body,
        facts=written.facts,
        resolutions=(),
        incentive_minor=written.incentive_minor,
        currency=written.currency,
    )


def _document(number: int, composed: Composition, edit: Edit, written: Draft, found: Review) -> dict[str, Any]:
    facts = {fact.key: fact for fact in composed.facts}
    return {
        "id": number or None,
        "customer_id": composed.customer_id,
        "customer": composed.customer,
        "alert_id": edit.alert_id,
        "goal": edit.goal,
        "tone": edit.tone,
        "writer": written.writer,
        "note": written.note,
        "to": composed.to_address,
        "to_name": composed.to_name,
        "contact_id": edit.contact_id,
        "subject": edit.subject,
        "greeting": edit.greeting,
        "body": edit.body,
        "claims": [_claim(claim, facts.get(claim.fact)) for claim in found.claims],
        "checks": [
            {
                "name": check.name,
                "passed": check.passed,
                "words": check.words,
                "why": check.why,
                "instead": check.instead,
            }
            for check in found.checks
        ],
        "ready": found.ready,
        "verdict": found.verdict,
    }


def _claim(claim: Claim, fact: Fact | None) -> dict[str, Any]:
    source = None if fact is None else {"table": fact.table, "row_id": fact.row_id, "label": fact.label}
    return {
        "text": claim.text,
        "where": claim.where,
        "kind": claim.kind,
        "verdict": claim.verdict,
        "source": source,
        "label": claim.label,
        "warned": claim.warned,
    }


def _words(document: dict[str, Any]) -> str:
    flagged = [claim for claim in document["claims"] if claim["verdict"] == "unsupported"]
    own = [claim for claim in document["claims"] if claim["verdict"] == "to_read"]
    lines = [
        f"To: {document['to_name']}, {document['to'] or 'no address on record'}",
        f"Subject: {document['subject']}",
        "",
        document["greeting"],
        "",
        document["body"],
        "",
        document["verdict"],
        *(f"  no source: “{claim['text']}”" for claim in flagged),
        *(f"  to read: “{claim['text']}”" + (f" {claim['label']}" if claim["warned"] else "") for claim in own),
        *(f"  {_checked(check)}" for check in document["checks"]),
    ]
    if document["id"]:
        failing = [check["name"] for check in document["checks"] if not check["passed"]]
        number = document["id"]
        if document["ready"]:
            kept = "It is ready for review as"
        elif own and not flagged and failing == ["statements"]:
            kept = f"Once you have read these: `bellwether approve {number} --read`. Kept as"
        else:
            kept = "It cannot be approved yet. Kept as"
        lines.append(f"{kept} email {number}; nothing was sent.")
    return "\n".join(lines)


def _with_command(said: str) -> str:
    """Return a sentence that names a setting with the command that sets it too."""
    for setting, option in _SET_BY.items():
        said = said.replace(setting, f"{setting}, or `bellwether mail set {option}`")
    return said


def _checked(check: dict[str, Any]) -> str:
    if check["passed"]:
        return f"passed: {check['words'].removesuffix(':')}"
    if check["instead"]:
        return f"not passed: {check['words']} {check['why']}: --contact"
    joined = " " if check["words"].endswith(":") else ": "
    return _with_command(f"not passed: {check['words']}" + (f"{joined}{check['why']}" if check["why"] else ""))


@in_book()
def outbox(
    workspace: Workspace,
    tab: Annotated[str, typer.Option("--tab", metavar="TAB", help=f"One of {', '.join(TABS)}; default: all.")] = "",
    limit: Annotated[int, typer.Option("--limit", min=1, help="How many of each at the most.")] = PAGE,
) -> Reply:
    """List the emails: to review, waiting, not confirmed, failed, sent."""
    _one_of("--tab", tab, dict.fromkeys(TABS, ""))
    pages = {one: emails.read_outbox(workspace, one, count=limit) for one in ([tab] if tab else TABS)}
    counts = dict(next(iter(pages.values())).counts)
    found = [(one, _with_what_lacks(workspace, row)) for one, page in pages.items() for row in page.rows]
    document = {"messages": [{"tab": one, **asdict(row)} for one, row in found], "counts": counts}
    return Reply(document, _outbox_words(found))


def _with_what_lacks(workspace: Workspace, row: OutboxRow) -> OutboxRow:
    """Say of an email that waits for review what keeps it from being approved."""
    if row.state not in WRITABLE or row.fault:
        return row
    reviewed = emails.review(workspace, emails.read_message(workspace, row.id).edit)
    return row if reviewed.ready else replace(row, fault=reviewed.verdict)


def _outbox_words(found: list[tuple[str, OutboxRow]]) -> str:
    if not found:
        return "The outbox is empty. `bellwether draft CUSTOMER` writes an email."
    rows = [(str(row.id), tab, row.customer, row.subject, row.state_words, row.fault) for tab, row in found]
    return table(("id", "", "customer", "subject", "state", "fault"), rows, frozenset({0}))


@in_book(writes=True)
def approve(
    workspace: Workspace,
    number: Number,
    at: Annotated[
        str, typer.Option("--at", metavar="WHEN", help="Not before: YYYY-MM-DDTHH:MM in the book's time zone.")
    ] = "",
    read: Annotated[
        bool, typer.Option("--read", help="You have read the sentences that `draft` lists to read.")
    ] = False,
    without: Annotated[
        bool, typer.Option("--without-second-reading", help="Approve it without the second reading that you chose.")
    ] = False,
) -> Reply:
    """Approve an email as a person: it is queued, and its alert waits. `undo` recalls it until it is sent.

    Where Settings asks for a second reading before each approval, the language model reads it first. What it warns of
    stops the approval until you have read it.
    """
    again = None if without else _read_before_approval(workspace, number)
    if read:
        emails.read_sentences(workspace, number)
    try:
        changes = emails.approve(workspace, number, at=_moment(workspace, at))
    except UserError as error:
        raise type(error)(_with_command(str(error))) from error
    after_change(workspace, changes)
    message = emails.read_message(workspace, number)
    document = {
        "id": number,
        "state": message.state,
        "due_at": message.due_at,
        "message_id": message.message_id,
        "entry": changes.entry,
        "words": changes.words,
        "second_reading": _again(again),
    }
    return Reply(document, changes.words)


def _read_before_approval(workspace: Workspace, number: int) -> SecondReading | None:
    """Let the language model read an email where that is due; warnings that nobody has read stop the approval."""
    edit = emails.read_message(workspace, number).edit
    if not emails.reading_due(workspace, edit):
        return None
    found, fault = _read_again(workspace, edit, "")
    if found is None:
        raise UserError(f"{fault} The email was not approved. To approve it anyway, add --without-second-reading.")
    emails.keep_second_reading(workspace, number, found)
    say(f"{found.words}.")
    if found.warnings:
        said = " ".join(f"“{one.sentence}” {emails.warning_words(one)}." for one in found.warnings)
        raise UserError(f"{said} The email was not approved. Read the sentences, then approve it with --read.")
    return found


@in_book(writes=True)
def send(
    workspace: Workspace,
    now: Annotated[bool, typer.Option("--now", help="Do not wait out the time in which it can be stopped.")] = False,
    anyway: Annotated[bool, typer.Option("--anyway", help="Send in these quiet hours too; implies --now.")] = False,
) -> Reply:
    """Send what is approved and due (exit code 1: nothing was sent).

    The password is BELLWETHER_MAIL_PASSWORD, or the keyring's.
    """
    ask_password(workspace)
    if anyway and (held := held_by_quiet_hours(workspace)):
        emails.reschedule(workspace, held, None, anyway=True)
    run, changes = emails.send_due(workspace, now=now or anyway)
    after_change(workspace, changes)
    in_part = run.failed or run.in_doubt or (run.fault and run.sent)
    code = IN_PART if in_part else DONE if run.sent else NOTHING_DONE
    return Reply(sent_document(run), sent_words(run), [run.fault] if run.fault else [], code)


def sent_document(run: SendRun) -> dict[str, Any]:
    """Return a round of sending as JSON has it."""
    return {
        "sent": list(run.sent),
        "failed": list(run.failed),
        "in_doubt": list(run.in_doubt),
        "held": [{"id": number, "why": why} for number, why in run.held],
        "fault": run.fault,
    }


def sent_words(run: SendRun) -> str:
    """Return a round of sending in words."""
    parts = [f"{words.count(len(run.sent), 'email')} sent"]
    parts += [f"{len(run.failed)} failed"] if run.failed else []
    parts += [f"{len(run.in_doubt)} not confirmed: mark in the window whether they arrived"] if run.in_doubt else []
    lines = [", ".join(parts), *(f"  email {number} waits: {why}" for number, why in run.held)]
    nothing = not (run.sent or run.failed or run.in_doubt or run.held or run.fault)
    return "Nothing is due." if nothing else "\n".join(lines)


def _one_of(option: str, value: str, known: Any) -> None:
    if value and value not in known:
        raise typer.BadParameter(f"{option} {value!r}: choose one of {', '.join(known)}.")


def _moment(workspace: Workspace, text: str) -> str | None:
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"--at {text!r}: write a time such as 2026-11-23T09:00.") from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=workspace.policy.business_hours.zone())
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
