"""Invented customers: names, addresses, tiers, owners, consent. Rows of customers.csv."""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from services.sample.calendar import Calendar
from services.sample.purchases import NEVER, STAYS, Cohort, Purchases
from services.sample.recipe import Bools, Ints, Recipe

GIVEN, WITHDRAWN, UNKNOWN = 0, 1, 2
TIERS = ("", "Silver", "Gold", "Platinum")
CONSENT = ("given", "withdrawn", "unknown")


@dataclass
class Register:
    """Names, addresses and numbers that are taken; one for the whole book, since a match makes two customers one."""

    names: set[str] = field(default_factory=set)
    addresses: set[str] = field(default_factory=set)
    numbers: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Consent:
    """What each customer allows, as parallel arrays; `since` is NEVER where nothing is known."""

    state: Ints
    since: Ints
    lately: Bools  # withdrew in the last weeks that the email events cover


def decide_consent(
    rng: np.random.Generator, cohort: Cohort, bought: Purchases, recipe: Recipe, calendar: Calendar, email_last: int
) -> Consent:
    """Draw who may be written to, and since when."""
    p = recipe.parameters["emails"]
    draw = rng.random(cohort.size)
    state = np.full(cohort.size, UNKNOWN)
    state[draw < p["consent_given"]] = GIVEN
    state[draw >= 1.0 - p["consent_withdrawn"]] = WITHDRAWN
    stays = (bought.cause == STAYS) & cohort.worth_keeping & (state == GIVEN) & (cohort.joined < email_last - 200)
    lately = np.zeros(cohort.size, dtype=bool)
    count = max(1, round(p["unsubscribed_lately_share"] * cohort.size))
    lately[rng.permutation(np.flatnonzero(stays))[:count]] = True
    state[lately] = WITHDRAWN
    since = cohort.joined + rng.integers(0, 4, cohort.size)
    room = np.maximum(email_last - 60 - np.maximum(cohort.joined, 0), 1)
    withdrew = np.maximum(cohort.joined, 0) + (rng.random(cohort.size) * room).astype(np.int64)
    since = np.where(state == WITHDRAWN, np.minimum(withdrew, email_last - 40), since)
    since = np.where(lately, email_last - rng.integers(2, 20, cohort.size), since)
    return Consent(state, np.where(state == UNKNOWN, NEVER, since), lately)


def customer_rows(
    rng: np.random.Generator,
    ids: list[str],
    cohort: Cohort,
    consent: Consent,
    recipe: Recipe,
    calendar: Calendar,
    register: Register,
) -> tuple[list[list[str]], Ints, Bools]:
    """Return the rows of customers.csv, each customer's owner (−1 without one), and whose contract renews soon."""
    people, p = recipe.people, recipe.parameters
    cities = people["cities"]
    weights = np.linspace(3.0, 1.0, len(cities))
    city = rng.choice(len(cities), cohort.size, p=weights / weights.sum())
    owner = np.where(rng.random(cohort.size) < people["without_owner"], -1, city % len(people["owners"]))
    no_email = (rng.random(cohort.size) < people["without_email"]) & (consent.state == UNKNOWN)
    no_phone = rng.random(cohort.size) < people["without_phone"]
    tiers = _tiers(rng, cohort)
    renews, near = _renewals(rng, cohort, p["deals"], calendar)
    signed_up = calendar.dates(cohort.joined)
    rows: list[list[str]] = []
    for i, identifier in enumerate(ids):
        town, state, area = cities[city[i]]
        if cohort.company[i]:
            name = _shop_name(rng, people, register)
            email = _address(register, _choose(rng, ("orders", "hello", "buying", "shop")), f"{_slug(name)}.example")
        else:
            given, family = _choose(rng, people["given"]), _choose(rng, people["family"])
            name = f"{given} {family}"
            email = _address(register, f"{_slug(given)}.{_slug(family)}", _choose(rng, people["mail_hosts"]))
        since = int(consent.since[i])
        rows.append(
            [
                identifier,
                name,
                "" if no_email[i] else email,
                "" if no_phone[i] else _phone(register, area),
                name if cohort.company[i] else "",
                town,
                state,
                "US",
                tiers[i],
                people["owners"][owner[i]] if owner[i] >= 0 else "",
                signed_up[i],
                CONSENT[consent.state[i]],
                "" if since == NEVER else calendar.on(since).isoformat(),
                _preferences(rng, people, recipe.catalogue.category_name[cohort.favourite[i]]),
                "" if renews[i] == NEVER else calendar.on(int(renews[i])).isoformat(),
            ]
        )
    return rows, owner, near


def contact_rows(
    rng: np.random.Generator,
    customers: list[list[str]],
    cohort: Cohort,
    recipe: Recipe,
    calendar: Calendar,
    register: Register,
    first_number: int,
) -> list[list[str]]:
    """Return the people of the companies, the primary one first; their consent is their own."""
    people, p = recipe.people, recipe.parameters["contacts"]
    rows: list[list[str]] = []
    for i in np.flatnonzero(cohort.company).tolist():
        identifier, shop, area = customers[i][0], customers[i][1], _area(customers[i], people)
        for place in range(1 + int(rng.choice(len(p["further"]), p=p["further"]))):
            given, family = _choose(rng, people["given"]), _choose(rng, people["family"])
            draw = rng.random()
            state = GIVEN if draw < p["consent_given"] else WITHDRAWN if draw >= 1 - p["consent_withdrawn"] else UNKNOWN
            since = int(max(cohort.joined[i], 0) + rng.random() * (calendar.last - max(cohort.joined[i], 0)))
            rows.append(
                [
                    f"P{first_number + len(rows):05d}",
                    identifier,
                    f"{given} {family}",
                    people["roles"][place] if place else _choose(rng, people["roles"][:2]),
                    _address(register, f"{_slug(given)}.{_slug(family)}", f"{_slug(shop)}.example"),
                    _phone(register, area),
                    CONSENT[state],
                    "" if state == UNKNOWN else calendar.on(since).isoformat(),
                    "no" if place else "yes",
                    _choose(rng, people["channels"]),
                    _choose(rng, people["hours"]),
                ]
            )
    return rows


def _area(customer: list[str], people: Any) -> str:
    """Return the area code of a customer's town."""
    return str(next(code for town, state, code in people["cities"] if [town, state] == customer[5:7]))


def _tiers(rng: np.random.Generator, cohort: Cohort) -> list[str]:
    """Tiers follow the yearly value, not exactly: they were given by people."""
    seen = cohort.value_minor_a_year * np.exp(rng.normal(0.0, 0.25, cohort.size))
    rank = np.argsort(np.argsort(seen)) / max(cohort.size - 1, 1)
    return [TIERS[step] for step in np.digitize(rank, [0.40, 0.74, 0.92]).tolist()]


def _renewals(rng: np.random.Generator, cohort: Cohort, p: Any, calendar: Calendar) -> tuple[Ints, Bools]:
    has = cohort.company & cohort.worth_keeping & (rng.random(cohort.size) < p["renewal_share"] * 2)
    near = has & (rng.random(cohort.size) < p["renewal_near_share"])
    day = np.where(near, rng.integers(12, 58, cohort.size), rng.integers(70, 360, cohort.size))
    return np.where(has, calendar.last + day, NEVER), near


def _choose(rng: np.random.Generator, options: Any) -> str:
    return str(options[int(rng.random() * len(options))])


def _shop_name(rng: np.random.Generator, people: Any, register: Register) -> str:
    for attempt in range(60):
        # From the third attempt on the pattern with the most combinations, which large books need.
        pattern = people["shop_patterns"][0] if attempt > 2 else _choose(rng, people["shop_patterns"])
        name: str = pattern.format(
            a=_choose(rng, people["family"]),
            b=_choose(rng, people["family"]),
            place=_choose(rng, people["places"]),
            trade=_choose(rng, people["trades"]),
        )
        if name.casefold() not in register.names:
            break
    else:
        name = f"{name} {len(register.names)}"
    register.names.add(name.casefold())
    return name


def _slug(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii")
    return re.sub(r"[^a-z0-9]+", "", plain.lower())


def _address(register: Register, local: str, host: str) -> str:
    address, number = f"{local}@{host}", 1
    while address in register.addresses:
        number += 1
        address = f"{local}{number}@{host}"
    register.addresses.add(address)
    return address


def _phone(register: Register, area: str) -> str:
    """Return the area's next number of the hundred that are kept free for fiction, or none when they are used up."""
    number = register.numbers.get(area, 0)
    if number > 99:
        return ""
    register.numbers[area] = number + 1
    return f"+1 {area} 555 {100 + number:04d}"


def _preferences(rng: np.random.Generator, people: Any, favourite: str) -> str:
    wishes = {
        "size": _choose(rng, people["sizes"]),
        "styles": [_choose(rng, people["styles"])],
        "categories": [favourite.lower()],
        "contact": _choose(rng, people["contact"]),
    }
    return json.dumps(wishes, ensure_ascii=False)
