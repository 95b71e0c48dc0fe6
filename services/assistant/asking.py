"""Ask the book: read a question, and answer it, ask which reading is meant, or say why there is no answer."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final, NamedTuple

from models.values.assistant import EXAMPLES, Inquiry, Interpretation, Response, WordRead
from models.values.errors import UserError
from models.values.metrics import Condition, Query
from models.values.words import listed
from services.assistant.answering import CUSTOMER, Answering
from services.assistant.bounds import counting_metric
from services.assistant.by_model import read_by_model
from services.assistant.naming import Named, named_in
from services.assistant.phrasing import period_words, question_words
from services.assistant.reading import Candidate, candidates, continued
from services.assistant.spans import TAKEN, Parsed, Span, corrected, find
from services.assistant.special import SpecialQuestions, of_documents, refuse_unclear, refuse_unknown
from services.assistant.tokens import Token, tokens_of
from services.assistant.vocabulary import BookValues, Sense, the_vocabulary
from services.knowledge import Library
from services.metrics import Metrics, customers_of
from services.workspace import Workspace

#: Where other readings fit nearly as well as the best one, Ask asks which is meant.
_CLOSE: Final = 0.35
_MOST_READINGS: Final = 4
_GOES_ON_BONUS: Final = 1.5
#: Words that begin a question about what was asked before.
_GOES_ON: Final = frozenset({"and", "only", "just", "what about", "how about", "same", "now", "instead", "but"})
#: What a comparison with an earlier time answers.
_MORE: Final = frozenset({"more", "less", "fewer", "higher", "lower", "better", "worse"})
#: A question that names no rule is one to the documents if it begins so, and a passage holds so much of it.
_ASKS: Final = frozenset({
    "how", "what", "who", "when", "where", "which", "can", "may", "do", "does", "is", "are", "must", "should", "within",
})  # fmt: skip
_SURELY: Final = 0.7
_THEM: Final = (
    "who are they", "which ones", "show them", "list them", "who", "which", "show me", "list", "who is that", "show",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Settled:
    """A question's parts, with the customers that it names."""

    found: Parsed
    named: Sequence[Named]


class Assistant:
    """Answers questions over one book; it only reads."""

    def __init__(self, workspace: Workspace, metrics: Metrics | None = None) -> None:
        self._workspace = workspace
        self._metrics = metrics or Metrics(workspace)
        self._values = BookValues(self._metrics)
        self._answering = Answering(self._metrics)
        self._special = SpecialQuestions(workspace, self._metrics, self._answering)
        self._library = Library(workspace)

    def ask(self, text: str, before: Inquiry | None = None, choose: int | None = None) -> Response:
        """Answer a question.

        Parameters
        ----------
        before
            What was asked before in the same conversation.
        choose
            Which of several readings is meant, from 1.
        """
        if not text.strip():
            return _refused(text, "Type a question.")
        today = self._metrics.days()[0]
        settled = self._find(text, today)
        try:
            refuse_unknown(settled.named)
            refuse_unclear(settled.named)
            special = self._special.answer(text, settled.found, settled.named, before, today)
            if special is not None:
                return special
            of_rules = self._library.is_meant(text) and choose is None
            said = of_documents(text, self._library.ask(text)) if of_rules else None
            return said or self._or_documents(self._answered(text, settled, before, choose, today), of_rules)
        except UserError as error:
            return _refused(text, str(error))

    def ask_model(
        self, text: str, profile: str, before: Inquiry | None = None, cancelled: Callable[[], bool] = lambda: False
    ) -> Response:
        """Answer a question that a language model reads as well.

        Where both read the same, that is answered and said; else a person chooses: the model's reading comes last.

        Raises
        ------
        Cancelled, EnvironmentFault, UserError
            There is no such model, or its endpoint fails.
        """
        own = self.ask(text, before)
        today = self._metrics.days()[0]
        found = read_by_model(self._workspace, self._metrics.catalogue, text, profile, cancelled)
        question = self._of_named(found, self._find(text, today).named) if found is not None else None
        if question is None:
            nothing = f"{profile} found nothing in the catalogue that answers this question."
            why = f"{own.why} {nothing}" if own.why else ""
            return replace(own, notes=(*own.notes, nothing), why=why, model=profile)
        known = own.readings if own.status in ("answered", "choose") else ()
        if own.status == "answered" and known and known[0].question == question:
            return replace(own, notes=(*own.notes, f"{profile} reads this question in the same way."), model=profile)
        reading = Interpretation(question, question_words(question, self._metrics.catalogue, today), 0.0, by=profile)
        others = tuple(one for one in known if one.question != question)
        return Response("choose", text, readings=(*others, reading), model=profile)

    def _or_documents(self, found: Response, of_rules: bool) -> Response:
        """What the documents say where the figures and rows of the book answer nothing."""
        if found.status != "refused" or self._library.is_empty:
            return found
        if of_rules:
            return replace(found, why=f"Your documents do not say. {found.why}")
        asks = found.text.split(maxsplit=1)[0].lower() in _ASKS and not found.readings
        passages = self._library.ask(found.text) if asks else ()
        return of_documents(found.text, [one for one in passages if one.covered >= _SURELY]) or found

    def again(self, text: str, question: Inquiry) -> Response:
        """Answer a question that was read before, such as one that a person changed or pinned."""
        today = self._metrics.days()[0]
        reading = Interpretation(question, question_words(question, self._metrics.catalogue, today), 0.0)
        try:
            return self._run(text, reading, today)
        except UserError as error:
            return _refused(text, str(error))

    def _run(self, text: str, reading: Interpretation, today: date) -> Response:
        if reading.question.customer is not None:
            return self._special.again(text, reading.question, today)
        if reading.question.form == "reasons":
            return self._special.reasons(text, reading, today)
        return self._answering.answer(text, reading, today)

    def behind(self, question: Inquiry) -> Inquiry | None:
        """Return the question for the rows behind an answer; None where it was of rows already."""
        query = question.query
        if query is None:
            return replace(question, form="rows") if question.form in ("count", "share") else None
        rows = self._metrics.rows_of(replace(query, by=()), query.metrics[0])
        return Inquiry("rows", rows=rows, joins=question.joins)

    def customers(self, question: Inquiry) -> tuple[int, ...]:
        """Return the numbers of all customers whose rows a question asks for; none of figures."""
        if question.rows is None or question.form == "reasons":
            return ()
        return customers_of(self._metrics, replace(self._answering.rows_of(question), limit=None))

    def figure(self, question: Inquiry) -> Query | None:
        """Return an answer as figures that a tile can show: of a list how many rows it has; None where none can."""
        if question.joins or question.form in ("share", "reasons"):
            return None
        if question.query is not None:
            return question.query if len(question.query.by) <= 2 else None
        rows = question.rows
        if rows is None or question.limit is not None:
            return None
        if rows.metric:
            return Query((rows.metric,), (), rows.where, rows.period)
        catalogue = self._metrics.catalogue
        counting = counting_metric(catalogue, catalogue.entities[rows.entity])
        if counting is None:
            return None
        where = tuple(one for one in rows.where if one not in counting.where)
        return Query((counting.name,), (), where, rows.period)

    def steps(self, question: Inquiry) -> tuple[tuple[str, int], ...]:
        """Return from rows to answer: what is left after each condition, and how many rows that is."""
        return self._answering.steps(question, self._metrics.days()[0])

    # ---- reading --------------------------------------------------------------------------------------------------
    def _find(self, text: str, today: date) -> _Settled:
        tokens = tokens_of(text)
        capitals = frozenset(one.lower() for one in re.findall(r"\b[A-Z]{1,3}\b", text))
        vocabulary = the_vocabulary().with_values(self._values.all(), capitals)
        named = named_in(self._workspace, text, tokens, vocabulary)
        apart = tuple(Token(TAKEN, TAKEN) if _is_named(named, at) else one for at, one in enumerate(tokens))
        found = find(corrected(apart, vocabulary), vocabulary, today)
        spans = sorted((*found.spans, *(one.span for one in named)), key=lambda one: one.start)
        return _Settled(Parsed(tokens, tuple(spans), found.unread), named)

    def _answered(
        self, text: str, settled: _Settled, before: Inquiry | None, choose: int | None, today: date
    ) -> Response:
        alone = self._alone(settled)
        if alone is not None:
            return self._special.overview(text, alone, today)
        asked = self._fields_of_one(settled)
        if asked is not None:
            return self._special.fields(text, *asked, today)
        about = _about_reasons(settled)
        readings = self._readings(about.settled, before, today)
        if about.asked:
            readings = [replace(one, question=replace(one.question, form="reasons", limit=about.limit))
                        for one in readings if one.question.rows is not None]  # fmt: skip
        if not readings:
            return self._nothing(text, about.settled.found)
        best = readings[0]
        if best.unread:
            return _without(text, best)
        close = [one for one in readings[:_MOST_READINGS] if best.score - one.score <= _CLOSE and not one.unread]
        if choose is not None and not 1 <= choose <= len(close):
            several = f"from 1 to {len(close)}" if len(close) > 1 else "none: the question has one"
            return _refused(text, f"Choose a reading {several}.")
        if len(close) > 1 and choose is None:
            return Response("choose", text, readings=tuple(close))
        return self._run(text, close[(choose or 1) - 1], today)

    def _readings(self, settled: _Settled, before: Inquiry | None, today: date) -> list[Interpretation]:
        found, catalogue = settled.found, self._metrics.catalogue
        made = candidates(found, catalogue, today)
        if before is not None and (not made or made[0].lost or self._goes_on(found)):
            bonus = _GOES_ON_BONUS * self._goes_on(found)
            goes_on = [replace(one, score=one.score + bonus) for one in continued(found, before, catalogue, today)]
            made = sorted([*goes_on, *made], key=lambda one: -one.score)
        readings = []
        for one in made[: 2 * _MOST_READINGS]:
            question = self._of_named(one.question, settled.named)
            if question is not None:
                sentence = question_words(question, catalogue, today)
                readings.append(
                    Interpretation(
                        question,
                        sentence,
                        one.score,
                        self._words(found, one, today),
                        (*_unread(found, question), *_lost(found, one)),
                    )
                )
        return readings

    @staticmethod
    def _goes_on(found: Parsed) -> bool:
        first = " ".join(one.said for one in found.tokens[:2])
        return bool(found.tokens) and (found.tokens[0].said in _GOES_ON or first in _GOES_ON or first.startswith("by "))

    def _of_named(self, question: Inquiry, named: Sequence[Named]) -> Inquiry | None:
        """The question of the customers, deals, tickets … that it names."""
        whose = tuple(dict.fromkeys(number for one in named if one.entity == "customers" for number in one.ids))
        others = [one for one in named if one.entity != "customers"]
        if any(question.rows is None or question.rows.entity != one.entity for one in others):
            return None
        conditions = [Condition("external_id", "in", one.external_ids) for one in others]
        if whose:
            conditions.append(
                Condition(CUSTOMER, "in", whose) if len(whose) > 1 else Condition(CUSTOMER, "=", whose[0])
            )
        for condition in conditions:
            if question.query is not None:
                question = replace(question, query=replace(question.query, where=(*question.query.where, condition)))
            elif question.rows is not None:
                question = replace(question, rows=replace(question.rows, where=(*question.rows.where, condition)))
        return question

    @staticmethod
    def _words(found: Parsed, one: Candidate, today: date) -> tuple[WordRead, ...]:
        """How each part was read; a period with its days."""
        read = sorted(((span, meaning) for span, meaning in one.used if meaning), key=lambda each: each[0].start)
        return tuple(
            WordRead(found.words(span), period_words(meaning, today) if meaning == _text(span) else meaning)
            for span, meaning in read
            if span.start >= 0
        )

    @staticmethod
    def _alone(settled: _Settled) -> int | None:
        """The one customer whom a question names, where it names nothing else."""
        named = settled.named
        if len(named) != 1 or named[0].entity != "customers" or len(named[0].ids) != 1 or settled.found.unread:
            return None
        others = [one for one in settled.found.spans if one is not named[0].span and not one.of("form")]
        return None if others else named[0].ids[0]

    @staticmethod
    def _fields_of_one(settled: _Settled) -> tuple[int, tuple[str, ...]] | None:
        """The one customer whom a question names, and the fields of theirs that it asks for, and nothing else."""
        named = settled.named
        if len(named) != 1 or named[0].entity != "customers" or len(named[0].ids) != 1 or settled.found.unread:
            return None
        asked = [
            one
            for one in settled.found.spans
            if one is not named[0].span
            and not (one.of("form") or one.of("link") or any(each.what == "customers" for each in one.of("entity")))
        ]
        fields = [next((one.what.partition(".")[2] for one in span.of("field") if one.entity == "customers"), "")
                  for span in asked]  # fmt: skip
        return (named[0].ids[0], tuple(dict.fromkeys(fields))) if fields and all(fields) else None

    @staticmethod
    def _nothing(text: str, found: Parsed) -> Response:
        if found.unread:
            words = listed([f"“{one}”" for one in found.unread[:3]])
            return _refused(
                text, f"Ask could not use {words} in this question, and found no figure or rows to answer with."
            )
        return _refused(text, "Ask found no figure or rows in this question.")


class _Reasons(NamedTuple):
    """A question for reasons as the question for the rows that have them, and how many reasons are asked for."""

    settled: _Settled
    asked: bool = False
    limit: int | None = None


def _about_reasons(settled: _Settled) -> _Reasons:
    """Of customers a question asks what they complain of; else why reviews are negative."""
    spans = settled.found.spans
    asked = [span for span in spans if any(one.what == "reasons" for one in span.of("special"))]
    if not asked:
        return _Reasons(settled)
    limit = next((one.number for one in spans if one.number is not None), None)
    ordered = [one for one in spans if one.number is not None or one.of("top")]  # "top 3" is of the reasons
    whom = any(one.what == "customers" for span in spans for one in span.of("entity"))
    sense = Sense("metric", "negative_reviews", "reviews")
    kept = [
        replace(span, meanings=(sense,)) if span in asked else span
        for span in spans
        if span not in ordered and not (whom and span in asked)
    ]
    return _Reasons(replace(settled, found=replace(settled.found, spans=tuple(kept))), True, limit)


def _without(text: str, best: Interpretation) -> Response:
    """The refusal of a question some of whose words found no place, with what it would be without them."""
    words = listed([f"“{one}”" for one in best.unread])
    why = f"Ask could not use {words} in this question."
    if best.score <= len(best.unread):
        return _refused(text, why)
    them = "it" if len(best.unread) == 1 else "them"
    return replace(_refused(text, f"{why} Without {them}, the question would be: {best.sentence}."), readings=(best,))


def _unread(found: Parsed, question: Inquiry) -> tuple[str, ...]:
    """The words that nothing knows; "more" of "more than last year" is what a comparison shows."""
    query = question.query
    compared = query is not None and (query.compare is not None or bool(query.by))
    return tuple(one for one in found.unread if not (compared and one in _MORE))


def _text(span: Span) -> str:
    return span.time.text if span.time is not None else ""


def _lost(found: Parsed, one: Candidate) -> tuple[str, ...]:
    return tuple(found.words(span) for span in one.lost)


def _is_named(named: Sequence[Named], at: int) -> bool:
    return any(one.span.start <= at < one.span.end for one in named)


def _refused(text: str, why: str) -> Response:
    return Response("refused", text, why=why, examples=EXAMPLES[:3])


def asks_for_them(text: str) -> bool:
    """Return whether a question asks only for the rows behind the answer before."""
    return text.lower().strip(" ?.!") in _THEM
