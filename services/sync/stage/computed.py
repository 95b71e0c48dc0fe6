"""What is computed of staged rows under the name of a hook, and the keys of rows that lack an id of their own.

Contracts: what a day of leaving says, and the contract that a row about a customer brings. Surveys: how far a scale
goes where the file does not say it. Texts: a sentiment that the words deny, a ticket both open and resolved.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import chain
from typing import Any, Final

from models import sqlite
from models.values.money import exponent
from models.values.words import count as counted
from services.distress.lexicon import sentiment_of
from services.sync.formats.looks import kind_of_survey
from services.sync.formats.plan import Plan
from services.sync.kinds.memo import Fault, Memo, Unfit, Unsettled
from services.sync.kinds.numbers import to_minor
from services.sync.kinds.words import UNDONE, Mark, to_survey_kind, turned_scale
from services.sync.stage.layout import Layout

#: Columns of a contract of which one must say something.
SAYS: Final = ("number", "starts_on", "ends_on", "value_per_year_minor", "status")
_SCALES = (5, 7, 10, 100)
#: From so strong a sentiment of the words on, any opposite one of the file is wrong: "hate the sizing" is not positive.
#: How strong the file's own is plays no part: a system's mark, faint or not, is a guess, and the words are not.
_CLEAR: Final = 0.6
DENIED: Final = "sentiment"
RESOLVED: Final = "resolved"
EMPTY = Fault("is empty")
_DEBIT = ("return", "cancellation")


def settle_contracts(values: dict[str, list[Any]], count: int) -> None:
    """Say when a contract ends: on the day on which they left; after notice on the day agreed, if there is a later one.

    A contract that ends is marked so at once; until its day comes, its customer is one who gave notice.
    """
    nothing = [None] * count
    left, noticed = values.pop("left_on", nothing), values.get("noticed_on", nothing)
    ends, status = values.get("ends_on", nothing), values.get("status", nothing)
    if left is nothing and noticed is nothing:
        return
    values["ends_on"] = [gone or _end(*days) for gone, *days in zip(left, noticed, ends, strict=True)]
    values["status"] = [
        "ended" if gone or notice else said for gone, notice, said in zip(left, noticed, status, strict=True)
    ]


def by_the_year(values: dict[str, list[Any]], count: int) -> None:
    """Say what a contract is worth a year, where a file says it a month or a quarter."""
    nothing = [None] * count
    for name, times in (("value_per_month", 12), ("value_per_quarter", 4)):
        paid = values.pop(name, nothing)
        if paid is nothing:
            continue
        years = values.get("value_per_year_minor", nothing)
        values["value_per_year_minor"] = [
            year if year is not None or one is None else one * times for year, one in zip(years, paid, strict=True)
        ]


def _end(notice: Any, agreed: Any) -> Any:
    """The day on which a contract ends: the one agreed, or that of the notice where it comes later or stands alone."""
    both = isinstance(notice, str) and isinstance(agreed, str)
    return max(notice, agreed) if both else agreed or notice


def key_by_customer(db: sqlite.Connection, layout: Layout, source: str) -> None:
    """Name each contract after the row of the customer that brings it; a row that says nothing of one brings none.

    One that is in the book is emptied by a row that says nothing any more.
    """
    db.execute("UPDATE stage.r SET key = 'customer:' || (SELECT m.key FROM stage.r_0 m WHERE m.row = r.row)")
    said = [name for name in SAYS if name in layout.columns]
    db.execute(
        f"""
        DELETE FROM stage.r WHERE coalesce({", ".join(said)}, NULL) IS NULL AND NOT EXISTS (
            SELECT 1 FROM main.contracts t WHERE t.source = ? AND t.external_id = r.key)
        """,
        (source,),
    )


def first_of(*columns: list[Any] | None) -> list[Any]:
    """For each row the first value that one of the columns has."""
    given = [column for column in columns if column is not None]
    return [next((value for value in values if value), None) for values in zip(*given, strict=True)]


def contact_keys(
    given: Sequence[Any] | None,
    whose: Sequence[Sequence[str]],
    emails: Sequence[Any] | None,
    names: Sequence[Any] | None,
) -> list[Any]:
    """The key of each contact: its id, else the account with the address or the name; one person may be at two."""
    accounts = [next((text for cell in cells if (text := cell.strip())), "") for cells in zip(*whose, strict=True)]
    assert names is not None
    nothing: Sequence[Any] = [None] * len(names)
    return [
        own or (f"{account}/{who}" if (who := email or name) else None)
        for own, account, email, name in zip(
            given or nothing, accounts or [""] * len(names), emails or nothing, names, strict=True
        )
    ]


class Scales:
    """What surveys of each kind go up to: 10 for a recommendation, else what the file's highest score shows.

    The first rows show it, until a score further down is higher: then all rows do.
    """

    def __init__(self, plan: Plan) -> None:
        self._settled = plan.settled
        self._usual = kind_of_survey(plan.mapping)
        most: dict[str, float] = defaultdict(float)
        least: dict[str, float] = defaultdict(lambda: 1.0)
        for kind, score in self._scores(plan):
            most[kind], least[kind] = max(most[kind], score), min(least[kind], score)
        self._scales = {kind: next((one for one in _SCALES if top <= one), 100) for kind, top in most.items()}
        # Yes and no as figures: no scale that goes further begins with nought and ends with one.
        self._scales |= {kind: 1 for kind, top in most.items() if top == 1 and least[kind] == 0}
        self._scales["nps"] = 10
        column = plan.column("score")
        turned = turned_scale(column.header) if column is not None else None
        self._scales |= {self._usual: turned[1]} if turned else {}

    def _scores(self, plan: Plan) -> Iterator[tuple[str, float]]:
        """Kind and score of each row that says its scale nowhere else."""
        score, kind, scale = plan.column("score"), plan.column("kind"), plan.column("scale")
        rows: Iterator[Sequence[str]] = iter(plan.table.sample)
        if plan.settled:
            rows = chain.from_iterable(batch.rows for batch in plan.table.batches())
        for row in rows:
            if score is None or score.place >= len(row) or (scale and scale.place < len(row) and row[scale.place]):
                continue
            named = row[kind.place] if kind is not None and kind.place < len(row) else ""
            yield _kind(named) or self._usual, _number(row[score.place])

    def add(self, values: dict[str, list[Any]], count: int) -> dict[int, str]:
        """Say the kind and the scale of each row that does not say them itself, and put its score on that scale.

        Returns
        -------
        dict of int to str
            Why rows do not fit: their score is above or below their scale.

        Raises
        ------
        Unsettled
            A score is higher than the first rows showed.
        """
        kinds: Sequence[Any] = values.setdefault("kind", [self._usual] * count)
        given = values.get("scale", [None] * count)
        scales = [
            self._scales.get(str(kind), 5) if scale is None else scale for kind, scale in zip(kinds, given, strict=True)
        ]
        values["scale"] = scales
        values["score"] = [
            score.on(scale) if isinstance(score, Mark) and isinstance(scale, int | float) else score
            for score, scale in zip(values["score"], scales, strict=True)
        ]
        above = {
            place: f"is above {scale:g}, the end of its scale"
            for place, (score, scale) in enumerate(zip(values["score"], scales, strict=True))
            if isinstance(score, int | float) and isinstance(scale, int | float) and score > scale
        }
        above_any = set(above)
        above |= {
            place: "is below 0, where its scale begins"
            for place, score in enumerate(values["score"])
            if isinstance(score, int | float) and score < 0
        }
        if not self._settled and any(given[place] is None and kinds[place] != "nps" for place in above_any):
            raise Unsettled
        return above


def _kind(text: str) -> str | None:
    try:
        return to_survey_kind(text)
    except Unfit:
        return None


def _number(text: str) -> float:
    body = text.strip().removesuffix("%").replace(",", ".")
    try:
        return float(body)
    except ValueError:
        return 5.0 if body else 0.0  # in words, or with a scale of its own: on one of five


def settle_contradictions(values: dict[str, list[Any]], count: int) -> Counter[str]:
    """Fill the sentiment from subject or title and text where the file has none, or one that the words deny.

    Returns
    -------
    Counter
        Rows whose own sentiment the words deny (`DENIED`), and tickets that are open, but have a day on which they were
        resolved (`RESOLVED`).
    """
    nothing: list[Any] = [None] * count
    given = values.get("sentiment", nothing)
    heads = values.get("subject", values.get("title", nothing))
    texts = values.get("text", nothing)
    sentiments, origins, denied = [], [], 0
    for one, head, text in zip(given, heads, texts, strict=True):
        found = one if isinstance(one, float) else None
        words = sentiment_of(f"{head or ''}. {text or ''}") if text or (head and found is None) else None
        contradicts = found is not None and words is not None and abs(words) >= _CLEAR and found * words < 0
        denied += contradicts
        computed = words is not None and (found is None or contradicts)
        sentiments.append(words if computed else found)
        origins.append("computed" if computed else "file" if found is not None else None)
    values["sentiment"], values["sentiment_by"] = sentiments, origins
    pairs = zip(values.get("status", nothing), values.get("resolved_on", nothing), strict=True)
    return Counter(
        {DENIED: denied, RESOLVED: sum(status in ("open", "pending") and day is not None for status, day in pairs)}
    )


def contradictions_words(found: Counter[str]) -> list[str]:
    """What a person should know of rows that contradict themselves."""
    said = []
    if found[DENIED]:
        said.append(f"Sentiment: the text is used where it contradicts the file ({found[DENIED]:,} rows).")
    if found[RESOLVED]:
        has, counts = ("has", "it counts") if found[RESOLVED] == 1 else ("have", "they count")
        tickets = counted(found[RESOLVED], "ticket")
        said.append(f"{tickets} {has} the status open but a resolved date: {counts} as resolved from that day.")
    return said


def _sizes(discounts: list[Any], amounts: Sequence[Any]) -> list[Any]:
    """Discounts of purchases without the sign that some programs give them."""
    if not any(off.__class__ is int and off < 0 for off in discounts):
        return discounts
    return [
        -off if off.__class__ is int and off < 0 and not (amount.__class__ is int and amount < 0) else off
        for off, amount in zip(discounts, amounts, strict=True)
    ]


class OrderColumns:
    """Computes the amount of each row and the kind of its order."""

    def __init__(self, plan: Plan, lines: bool) -> None:
        self._lines = lines
        self._is_return = "return" in plan.entity.hooks
        self._currency = plan.currency
        self._prefix = plan.recognition.system.cancelled_prefix if plan.recognition.system else ""
        self._total = plan.column("refund" if self._is_return else "line_total")
        self._price = plan.column("unit_price")
        self._amount = plan.column("amount")
        self._has_discount = plan.has("discount")
        self._products: dict[int, Memo] = {}
        self.cancelled_positive = 0

    def column_of_amount(self) -> tuple[int, str]:
        """Place and header of the column to which a missing amount is laid."""
        column = self._total or self._amount or self._price
        return (column.place, column.header) if column else (0, "Amount")

    def add(self, values: dict[str, list[Any]], count: int, keys: Sequence[Any] | None) -> list[Any]:
        """Put amounts, totals, kinds and currencies into `values`; return amounts, a `Fault` where there is none."""
        currencies = values.get("currency")
        if currencies is None:
            values["currency"] = [self._currency] * count
        elif None in currencies:
            values["currency"] = [currency or self._currency for currency in currencies]
        amounts = self._amounts(values, count)
        if self._has_discount:
            values["discount_minor"] = _sizes(values["discount_minor"], amounts)
        kinds = self._kinds(values.get("kind"), keys, count)
        if self._is_return:
            amounts = [-abs(amount) if isinstance(amount, int) else amount for amount in amounts]
        elif kinds is not None:
            kinds = _undone(kinds, amounts)
            amounts = self._signed(amounts, kinds)
            if values.get("total_minor"):
                values["total_minor"] = self._signed(values["total_minor"], kinds, counted=False)
        values["kind"] = self._settled(kinds, amounts)
        values["amount_minor"] = amounts
        return amounts

    def _amounts(self, values: dict[str, list[Any]], count: int) -> list[Any]:
        total = values.pop("refund" if self._is_return else "line_total", None)
        amount = values.pop("amount", None)
        if not self._lines:
            found = amount or total or [None] * count
            return [EMPTY if one is None else one for one in found] if None in found else found
        if total is None and self._price is None:
            values["total_minor"] = [None] * count
            return [EMPTY if one is None else one for one in amount or [None] * count]
        values["total_minor"] = amount if amount is not None else [None] * count
        if total is not None and None not in total:
            return total
        computed = self._computed(values, count)
        if total is None:
            return computed
        return [other if one is None else one for one, other in zip(total, computed, strict=True)]

    def _computed(self, values: dict[str, list[Any]], count: int) -> list[Any]:
        prices = values.get("unit_price", [None] * count)
        quantities = values.get("quantity", ["1"] * count)
        places = {exponent(currency) for currency in set(values["currency"])}
        if len(places) == 1:
            memo = self._product(places.pop())
            computed = list(map(memo.__getitem__, zip(quantities, prices, strict=True)))
        else:
            computed = [
                self._product(exponent(currency))[quantity, price]
                for quantity, price, currency in zip(quantities, prices, values["currency"], strict=True)
            ]
        if not self._has_discount or self._amount is not None:
            return computed
        discounts = values.get("discount_minor", [None] * count)
        return [
            one - abs(off) if isinstance(one, int) and isinstance(off, int) else one
            for one, off in zip(computed, discounts, strict=True)
        ]

    def _product(self, places: int) -> Memo:
        if places not in self._products:

            def amount(pair: tuple[Any, Any]) -> Any:
                quantity, price = pair
                if isinstance(price, Fault) or isinstance(quantity, Fault):
                    return 0
                if price is None:
                    raise Unfit("is empty")
                return to_minor(str(Decimal(quantity or "1") * Decimal(price)), places)

            self._products[places] = Memo(amount)
        return self._products[places]

    def _kinds(self, given: list[Any] | None, keys: Sequence[Any] | None, count: int) -> list[Any] | None:
        if self._is_return:
            return ["return"] * count
        if self._prefix and keys is not None:
            return ["cancellation" if key and key.startswith(self._prefix) else None for key in keys]
        return given

    def _signed(self, amounts: list[Any], kinds: list[Any], *, counted: bool = True) -> list[Any]:
        """Returns are negative; a cancelled order that is listed with what it would have cost counts as nothing."""
        if not any(kind in _DEBIT for kind in set(kinds)):
            return amounts
        signed = []
        for amount, kind in zip(amounts, kinds, strict=True):
            if isinstance(amount, int) and amount > 0 and kind in _DEBIT:
                self.cancelled_positive += counted and kind == "cancellation"
                signed.append(-amount if kind == "return" else 0)
            else:
                signed.append(amount)
        return signed

    def _settled(self, kinds: list[Any] | None, amounts: list[Any]) -> list[Any]:
        if self._lines:
            # An order of several lines is a return where their sum is negative: known only when all are read.
            return kinds if kinds is not None else [None] * len(amounts)
        kinds = [kind or "purchase" for kind in kinds] if kinds is not None else ["purchase"] * len(amounts)
        if not any(one.__class__ is int and one < 0 for one in set(amounts)):
            return kinds
        # Nobody buys for less than nothing, whatever a word of the file's own says.
        return [
            "return" if kind == "purchase" and isinstance(one, int) and one < 0 else kind
            for kind, one in zip(kinds, amounts, strict=True)
        ]


def _undone(kinds: list[Any], amounts: list[Any]) -> list[Any]:
    """An order that was wholly given back counts as nothing, unless what went back is what it is listed with."""
    if UNDONE not in kinds:
        return kinds
    return [
        kind if kind != UNDONE else "return" if isinstance(one, int) and one < 0 else "cancellation"
        for kind, one in zip(kinds, amounts, strict=True)
    ]
