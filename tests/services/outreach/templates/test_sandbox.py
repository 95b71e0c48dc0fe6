"""Templates as people write them: fields and conditions, and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.values.errors import UserError
from services.outreach.templates.fields import FIELDS, FLAGS, ROOTS
from services.outreach.templates.sandbox import FieldMissing, parse, render

VALUES = {
    "first_name": "Dana",
    "since": "March 2023",
    "ticket": {"clause": "your delivery reached you late", "open": False},
}


def text(source: str) -> str:
    return render(parse(source), VALUES)


def test_fields_and_conditions_are_filled() -> None:
    said = text("{{ first_name }}, {{ ticket.clause }}. {% if ticket.open %}Open.{% else %}Settled.{% endif %}")
    assert said == "Dana, your delivery reached you late. Settled."
    assert text("{{ ticket.clause | capital }}.") == "Your delivery reached you late."
    assert text("{{ company if company else first_name }}") == "Dana"


def test_what_is_left_out_leaves_no_gap() -> None:
    source = (
        "One{% if deal.name %} with {{ deal.name }}{% endif %} .\n\n{% if review %}\nNever.\n{% endif %}\n\n\nTwo  ."
    )
    assert text(source) == "One.\n\nTwo."


@pytest.mark.parametrize(
    "source", ["{{ company }}", "{{ deal.name }}", "{{ ticket.resolved }}", "{{ company | capital }}"]
)
def test_a_field_without_a_value_stops_the_email(source: str) -> None:
    with pytest.raises(FieldMissing):
        text(source)


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("Hello\n{{ frist_name }}", "Line 2: there is no field “frist_name”; did you mean “first_name”?"),
        ("{{ ticket.clausse }}", "Line 1: there is no field “ticket.clausse”; did you mean “ticket.clause”?"),
        ("{{ churn_risk }}", "Line 1: there is no field “churn_risk”."),
        ("{{ first_name", "Line 1: a bracket or an {% if %} is not closed"),
        ("{% if since %}since", "Line 1: a bracket or an {% if %} is not closed"),
        ("{{ ticket }}", "Line 1: “ticket” has parts: write one of them, such as {{ ticket.clause }}."),
        ("{{ ticket.open }}", "Line 1: “ticket.open” is yes or no: use it in {% if ticket.open %}."),
        ("{% for x in since %}x{% endfor %}", "Line 1: a template can use {{ fields }} and {% if field %} only."),
        ("{% set a = 1 %}", "Line 1: a template can use"),
        ("{{ since.__class__ }}", "Line 1: there is no field “since.__class__”"),
        ("{{ ticket.clause.__class__.__mro__ }}", "Line 1: there is no field “ticket.clause.__class__"),
        ("{{ self }}", "Line 1: there is no field “self”"),
        ("{{ since() }}", "Line 1: a template can use"),
        ("{{ since | length }}", "Line 1: “length” cannot be used"),
        ("{{ 'a' * 1000000000 }}", "Line 1: a template can use"),
        ("{{ 10 ** 10 ** 10 }}", "Line 1: a template can use"),
        ("{{ since[0] }}", "Line 1: a template can use"),
        ("{% include 'x' %}", "Line 1: a template can use"),
        ("{% import 'x' as y %}", "Line 1: a template can use"),
        ("{% macro x() %}{% endmacro %}", "Line 1: a template can use"),
        ("{% raw %}{{ x }}{% endraw %}{{ y }}", "Line 1: there is no field “y”"),
        ("{{ since if since }}", "Line 1: a template can use"),
        ("{% nonsense %}", "Line 1: a template can use {{ fields }} and {% if field %} only."),
        ("x" * 20_001, "The template is too long"),
        ("{% if since %}" * 400 + "{% endif %}" * 400, "too many nested conditions"),
        ("{{ " + "not " * 4000 + "since }}", ""),
    ],
)
def test_a_mistake_is_told_with_its_line(source: str, said: str) -> None:
    with pytest.raises(UserError) as told:
        parse(source)
    assert said in str(told.value)


def test_what_a_template_needs_is_what_stands_outside_its_conditions() -> None:
    source = "{{ first_name }} {% if praise.quote %}{{ praise.month }}{% else %}{{ since }}{% endif %}"
    assert parse(source + " {{ tier if tier else company }}").needs == {"first_name", "since", "company"}


def test_every_field_has_a_place_and_words() -> None:
    for path, said in FIELDS.items():
        assert path.partition(".")[0] in ROOTS and said
    assert set(FIELDS) >= FLAGS
    for path in set(FIELDS) - FLAGS:
        parse(f"{{{{ {path} }}}}")


@settings(max_examples=150)
@given(st.text(alphabet=st.sampled_from("{}% |.()[]'\"abcdefinost_*+-0123456789\n"), max_size=60))
def test_whatever_is_typed_is_a_template_or_a_sentence(source: str) -> None:
    try:
        parsed = parse(source)
    except UserError as told:
        assert str(told)
        return
    try:
        assert isinstance(render(parsed, VALUES), str)
    except FieldMissing as missing:
        assert missing.path.partition(".")[0] in ROOTS


@settings(max_examples=80)
@given(st.text(max_size=80))
def test_a_value_is_written_as_it_is_and_never_read_as_a_template(value: str) -> None:
    said = render(parse("{{ first_name }}"), {"first_name": f"a{{{{ since }}}}{value}"})
    assert "{{ since }}" in said
