"""The verdict on a text before a person may approve it: eight checks, in the order in which the composer shows them.

permission (the send policy) · facts (still as they were) · statements · greeting · incentive · scores · sender ·
unsubscribe; and a ninth, of open fields and mark-up, which is shown only where it fails.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from models.values import words
from models.values.outreach import Check, Claim, Edit, Fact, Review
from services.insight import Reader, reading
from services.outreach.claims import NEVER_CONFIRMED, Context, find_claims, says_anything
from services.outreach.claims.book import read_context, texts_of
from services.outreach.facts import find_facts, names_of
from services.outreach.frames import slots_of
from services.outreach.greeting import fault_of_greeting
from services.outreach.messages import last_reading
from services.outreach.send_policy import answer_for, in_force
from services.outreach.templates.fields import fill
from services.outreach.verified import OWN_WORDS, with_own_words, written_by_code
from services.permission.answer import who_consented
from services.permission.recipient import addressed
from services.workspace import Workspace

#: Nobody writes so much to a customer; beyond it a text is not read at all.
LONGEST_BODY: Final = 20_000
LONGEST_LINE: Final = 250
_CONSENT: Final = "Record consent…"
_SOURCED: Final = "Every statement has a source"
_SYNCED: Final = "SELECT finished_at FROM imports WHERE undone_by IS NULL ORDER BY id DESC LIMIT 1"
#: An amount in digits, with its sign, code or word before or after it, and no scale ("5k", "2 thousand").
_PLAIN_AMOUNT: Final = re.compile(
    r"(?:[a-z]{0,3}[$€£¥₹₩]|[a-z]{3} )? ?(?P<number>\d[\d,]*(?:\.\d+)?) ?"
    r"(?:[$€£]|dollars?|euros?|pounds?|yen|francs?|[a-z]{3}(?<!bn))?",
    re.IGNORECASE,
)


def review(workspace: Workspace, edit: Edit) -> Review:
    """Return the claims of an email, its checks, and whether it may be approved.

    Raises
    ------
    UserError
        The customer is no longer in the book.
    """
    with reading(workspace) as reader:
        customer = addressed(reader.driver, edit.customer_id, edit.contact_id)
        found = find_facts(reader, edit.customer_id, edit.goal, keep=edit.facts)
        facts = tuple(one.fact for one in found)
        permission = _permission(workspace, reader, edit)
        unreadable = _unreadable(edit)
        readable = _shortened(edit) if unreadable else edit
        context = replace(read_context(workspace, reader, readable, customer), known=facts)
        ticked = [fact for fact in facts if fact.key in set(edit.facts)]
        checks = [permission, _facts(reader, edit, facts)]
        again = last_reading(reader.driver, edit.id, workspace.clock.now())
    names = names_of(customer["name"], customer["company"])
    keys = [key for key in dict.fromkeys(edit.facts) if key in {fact.key for fact in ticked}]
    values = fill(found, keys, names, incentive_minor=edit.incentive_minor, currency=reader.currency)
    slots = slots_of(found, keys, values)
    claims = () if unreadable else _claims(edit, ticked, context, slots, workspace.clock.now())
    verdict = _verdict(claims, [*checks, *_of_text(workspace, readable, claims, context, unreadable)])
    return replace(verdict, read_again=again)


def _claims(
    edit: Edit, ticked: Sequence[Fact], context: Context, slots: Mapping[str, Any], now: datetime
) -> tuple[Claim, ...]:
    text = texts_of(edit)
    claims = find_claims(text, ticked, context)
    return with_own_words(text, claims, written_by_code(slots), edit.resolutions, context.our_names, now)


def _unreadable(edit: Edit) -> str:
    """Why a text is no email at all, '' where it is one."""
    if len(edit.body) > LONGEST_BODY:
        return f"The text has {len(edit.body):,} characters; an email may have {LONGEST_BODY:,}"
    if not says_anything(edit.body):
        return "The email has no text"
    if not any(letter.isalpha() for letter in edit.subject):
        return "The email has no subject" if not edit.subject.strip() else "The subject has no words"
    for name, line in (("subject", edit.subject), ("greeting", edit.greeting)):
        if len(line) > LONGEST_LINE:
            return f"The {name} has {len(line):,} characters; it may have {LONGEST_LINE}"
        if len(line.splitlines()) > 1:
            return f"The {name} must be one line"
    return ""


def _shortened(edit: Edit) -> Edit:
    """A text that is no email, cut so that looking at it costs nothing."""
    return replace(edit, subject=edit.subject[:LONGEST_LINE], greeting=edit.greeting[:LONGEST_LINE], body="")


def _of_text(
    workspace: Workspace, edit: Edit, claims: Sequence[Claim], context: Context, unreadable: str
) -> list[Check]:
    checks = [
        _statements(claims),
        _greeting(edit, claims, context),
        _incentive(edit, claims, context),
        _scores(claims),
        _sender(workspace, edit),
        _unsubscribe(workspace),
    ]
    fields = _fields(claims, unreadable)
    return [*checks, fields] if fields is not None else checks


def _permission(workspace: Workspace, reader: Reader, edit: Edit) -> Check:
    policy = in_force(workspace, reader.driver)
    answer = answer_for(reader, policy, edit)
    if not answer.allowed:
        other = who_consented(reader.driver, policy, edit.customer_id, at=reader.now) if answer.unasked else ""
        if other:
            why = f"Write to {other}, who gave consent"
            return Check("permission", False, "You may not email them:", why, instead=other, remedy=_CONSENT)
        return Check("permission", False, "You may not email them:", " ".join(answer.reasons), remedy=_CONSENT)
    said = _small(". ".join(line for _, line in answer.lines_now))
    return Check("permission", True, "You may email them:", said)


def _small(line: str) -> str:
    return line[:1].lower() + line[1:]


def _facts(reader: Reader, edit: Edit, facts: Sequence[Fact]) -> Check:
    known = {fact.key for fact in facts}
    asked = tuple(dict.fromkeys(edit.facts))
    gone = [key for key in asked if key not in known]
    if gone:
        said = words.count(len(gone), "fact")
        return Check(
            "facts",
            False,
            f"{said} {'is' if len(gone) == 1 else 'are'} no longer in your data:",
            "untick it or write again",
        )
    count = words.count(len(asked), "fact") if asked else "No fact is ticked"
    moment = words.moment_of(reader.value(_SYNCED))
    if not asked or moment is None:
        return Check(
            "facts", True, count, "" if not asked else "match your data" if len(asked) > 1 else "matches your data"
        )
    verb = "match" if len(asked) > 1 else "matches"
    local = moment.astimezone(reader.zone)
    when = words.clock(moment, reader.zone) if local.date() == reader.today else words.day(local.date(), reader.today)
    return Check("facts", True, count, f"{verb} your data as of {when}")


def _statements(claims: Sequence[Claim]) -> Check:
    if count := len(_unsourced(claims)):
        said = f"{words.count(count, 'statement')} without a source"
        return Check("statements", False, said, _first(_unsourced(claims)))
    own = _by_eye(claims)
    if not own:
        return Check("statements", True, _SOURCED)
    if left := [claim for claim in own if claim.verdict == "to_read"]:
        warned = sum(claim.warned for claim in left)
        why = f"the language model warns of {words.count(warned, 'sentence')}" if warned else OWN_WORDS
        return Check("statements", False, f"{words.count(len(left), 'sentence')} to read", why)
    said = "of your own" if all(claim.kind == "own" for claim in own) else "with a warning, or of your own"
    return Check("statements", True, f"{words.count(len(own), 'sentence')} {said}", "you have read them")


def _unsourced(claims: Sequence[Claim]) -> list[str]:
    """The sentences in which something has no source; what never goes out is another check's."""
    flagged = [
        one
        for one in claims
        if one.verdict == "unsupported" and one.kind not in NEVER_CONFIRMED and one.where != "greeting"
    ]
    return list(dict.fromkeys(f"{one.where}\n{one.sentence}" for one in flagged))


def _first(sentences: Sequence[str]) -> str:
    return words.shortened(sentences[0].partition("\n")[2], 200) if sentences else ""


def _greeting(edit: Edit, claims: Sequence[Claim], context: Context) -> Check:
    fault = fault_of_greeting(edit.greeting, context.own_names)
    flagged = any(one.where == "greeting" and one.verdict == "unsupported" for one in claims)
    if fault or flagged:
        return Check(
            "greeting", False, fault or "The greeting contains more than a name", words.shortened(edit.greeting, 60)
        )
    return Check("greeting", True, "Greeting is this customer’s name")


def _incentive(edit: Edit, claims: Sequence[Claim], context: Context) -> Check:
    offers = [one for one in claims if one.kind == "offer"]
    cap = words.money(context.cap_minor, context.currency) if context.cap_minor else ""
    if edit.incentive_minor > 0 and edit.incentive_minor > context.cap_minor:
        offered = words.money(edit.incentive_minor, context.currency)
        why = f"the cap is {cap}" if cap else "nothing may be offered here"
        return Check("incentive", False, f"Offers {offered}", f"{why}{context.beyond_cap}")
    open_offers = [one for one in offers if one.verdict == "unsupported"]
    if open_offers:
        why = f"the cap is {cap}" if cap else "nothing may be offered here"
        return Check(
            "incentive",
            False,
            f"Offers “{words.shortened(open_offers[0].text, 40)}”, which is not set for this email",
            why,
        )
    if any(one.label.startswith("your offer") for one in offers):
        return Check(
            "incentive", True, f"Offers {words.money(edit.incentive_minor, context.currency)}; the cap is {cap}"
        )
    by_hand = [one for one in offers if one.verdict == "confirmed" or (one.verdict == "sourced" and not one.fact)]
    beyond = _beyond_cap(claims, {one.sentence for one in by_hand}, context)
    if beyond is not None:
        limit = f"the cap is {cap}: write an amount within it" if cap else "nothing may be offered here"
        return Check("incentive", False, f"Offers “{words.shortened(beyond.text, 40)}”", limit)
    if by_hand:
        return Check("incentive", True, "Offers what you have confirmed or sourced")
    early = re.search(
        r"\b(?:early|first|advance|earlier|sneak) (?:look|access|view|peek|preview)\b|\bbefore everyone\b",
        f"{edit.subject} {edit.body}".lower(),
    )
    said = "Offers an early look only; no price or discount" if early else "Offers no price or discount"
    return Check("incentive", True, said)


def _beyond_cap(claims: Sequence[Claim], sentences: set[str], context: Context) -> Claim | None:
    """Return what an offer that a person answers for gives beyond the cap.

    A reason makes a statement true, and no offer smaller: an amount above the cap, and one that cannot be held against
    it (a share, an amount in words), is never opened by a confirmation.
    """
    for one in claims:
        if one.sentence in sentences and not one.fact and one.kind in ("money", "percent"):
            plain = _PLAIN_AMOUNT.fullmatch(one.text.strip()) if one.kind == "money" else None
            amount = Decimal(plain["number"].replace(",", "")) if plain is not None else None
            if amount is None or amount > words.major(context.cap_minor, context.currency):
                return one
    return None


def _scores(claims: Sequence[Claim]) -> Check:
    found = next((one for one in claims if one.kind == "score"), None)
    if found is None:
        return Check("scores", True, "No score, segment or alert reason in the text")
    return Check(
        "scores",
        False,
        f"“{words.shortened(found.text, 40)}” is {found.label} and stays internal",
        "remove it from the text",
    )


def _sender(workspace: Workspace, edit: Edit) -> Check:
    """Whether somebody's name stands under the text: one that is set, or one that was typed below the closing."""
    account = workspace.preferences.mail
    if account.host and not account.from_address:
        return Check(
            "sender",
            False,
            "No sender address is set",
            "add “Your address as the sender” in Settings, Mail server",
        )
    name = workspace.preferences.signed_by.partition("\n")[0]
    if name:
        return Check("sender", True, f"Signed {words.shortened(name, 40)}")
    if edit.body.rstrip().endswith(","):
        return Check(
            "sender", False, "The email ends without a name", "set “Your name as the sender” in Settings, Mail server",
            remedy="Set your name…",
        )  # fmt: skip
    return Check("sender", True, "Signed in the text")


def _unsubscribe(workspace: Workspace) -> Check:
    if workspace.policy.unsubscribe_line.strip():
        return Check("unsubscribe", True, "Unsubscribe line is added on sending")
    return Check("unsubscribe", False, "There is no unsubscribe line", "write one in the settings")


def _fields(claims: Sequence[Claim], unreadable: str) -> Check | None:
    if unreadable:
        return Check("fields", False, unreadable)
    found = next((one for one in claims if one.kind in ("field", "markup")), None)
    if found is None:
        return None
    return Check(
        "fields",
        False,
        f"“{words.shortened(found.text, 40)}”: {found.label}",
        "it cannot go to a customer as it stands",
    )


def _verdict(claims: tuple[Claim, ...], checks: Sequence[Check]) -> Review:
    failed = [check for check in checks if check.blocks and not check.passed]
    ready = not failed and not _unsupported(claims)
    if not ready:  # every statement has a source: that is said of an email that is all verified, and of no other
        checks = [replace(one, words="No sentences left to read") if one.words == _SOURCED else one for one in checks]
    return Review(claims, tuple(checks), ready, _in_words(claims, failed))


def _unsupported(claims: Sequence[Claim]) -> bool:
    return any(claim.verdict == "unsupported" for claim in claims)


def _in_words(claims: Sequence[Claim], failed: Sequence[Check]) -> str:
    """All verified, sentences of their own to read or read, or problems: one of the three."""
    own = _by_eye(claims)
    flagged = len(_unsourced(claims))
    # An offer that is flagged fails its check too, and is one problem.
    counted = {"statements", "incentive"} if flagged else {"statements"}
    problems = [check for check in failed if check.name not in counted]
    if problems or _unsupported(claims):
        return f"{words.count(max(1, len(problems) + flagged), 'problem')}: {_why(claims, failed)}"
    if left := sum(claim.verdict == "to_read" for claim in own):
        return f"{words.count(left, 'sentence')} to read: everything else is written from facts and matches your data"
    if own:
        return f"Ready: you have read {_read_ones(own)}"
    return f"All verified: {_small(_SOURCED)}"


def _by_eye(claims: Sequence[Claim]) -> list[Claim]:
    return [claim for claim in claims if claim.kind in ("own", "warned")]


def _read_ones(claims: Sequence[Claim]) -> str:
    """Name the sentences that were read: not all of them are the person's own where a model warned of others."""
    count, own = len(claims), all(claim.kind == "own" for claim in claims)
    if count == 1:
        return "your own sentence" if own else "the sentence with a warning"
    return f"the {count} sentences of your own" if own else f"{count} sentences, with their warnings"


def _why(claims: Sequence[Claim], failed: Sequence[Check]) -> str:
    count = len(_unsourced(claims))
    others = [check for check in failed if check.name != "statements"]
    if count and not [check for check in others if check.name != "incentive"]:
        return f"{words.spelled(count)} {'statement has' if count == 1 else 'statements have'} no source"
    if not claims:
        others.sort(key=lambda check: check.name != "fields")
    blocking = others[0] if others else failed[0] if failed else None
    if blocking is None:
        return "something has no source"
    return _small(f"{blocking.words} {blocking.why}".strip() if blocking.words.endswith(":") else blocking.words)
