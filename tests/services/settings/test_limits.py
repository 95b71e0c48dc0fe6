"""Limits: what IT allows at most."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.values.errors import NotAllowed
from services.settings import FieldError, Limits


@pytest.mark.parametrize(
    ("address", "allowed"),
    [
        ("https://models.acme.example/v1", True),
        ("https://MODELS.acme.example:443/v1/eu", True),
        ("https://models.acme.example/v1/", True),
        ("https://models.acme.example/v10", False),
        ("https://models.acme.example/v1/../v2", False),
        ("https://models.acme.example/v1/%2e%2e/v2", False),
        ("https://models.acme.example:8443/v1", False),
        ("http://models.acme.example/v1", False),
        ("https://models.acme.example.evil.example/v1", False),
        ("https://models.acme.example@evil.example/v1", False),
        ("https://evil.example/?https://models.acme.example/v1", False),
        ("models.acme.example/v1", False),
    ],
)
def test_a_language_model_is_allowed_by_its_whole_address(address: str, allowed: bool) -> None:
    limits = Limits(model_endpoints=("https://models.acme.example/v1/",))
    if allowed:
        limits.refuse_model(address)
    else:
        with pytest.raises(NotAllowed, match=r"allows https://models\.acme\.example/v1/"):
            limits.refuse_model(address)


def test_an_empty_list_allows_none_and_no_list_allows_all() -> None:
    Limits().refuse_model("https://any.example/v1")
    Limits().refuse_mail_host("any.example")
    with pytest.raises(NotAllowed, match="allows none"):
        Limits(model_endpoints=()).refuse_model("https://any.example/v1")
    with pytest.raises(NotAllowed, match="allows none"):
        Limits(mail_hosts=()).refuse_mail_host("any.example")


def test_mail_servers_are_compared_without_case_and_none_is_always_fine() -> None:
    limits = Limits(mail_hosts=("smtp.Acme.example",))
    limits.refuse_mail_host("SMTP.acme.example")
    limits.refuse_mail_host("")
    with pytest.raises(NotAllowed, match=r"other\.example is not allowed"):
        limits.refuse_mail_host("other.example")


def test_a_book_lies_in_a_folder_for_books_also_where_a_link_leads_out(tmp_path: Path) -> None:
    inside = tmp_path / "books"
    inside.mkdir()
    limits = Limits(store_folders=(str(inside),), watched_folders=())
    limits.refuse_store(inside / "deeper" / "a.bellwether")
    for place in (tmp_path / "a.bellwether", tmp_path / "books-too" / "a", inside / ".." / "a.bellwether"):
        with pytest.raises(NotAllowed):
            limits.refuse_store(place)
    (inside / "out").symlink_to(tmp_path)
    with pytest.raises(NotAllowed):
        limits.refuse_store(inside / "out" / "a.bellwether")
    assert not limits.may_watch(inside)


def test_home_is_that_of_the_account_whatever_the_environment_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    with pytest.raises(NotAllowed):
        Limits(store_folders=("~/Books",)).refuse_store(tmp_path / "Books" / "a.bellwether")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("model_endpoints", "models.example"),
        ("model_endpoints", "https://models.example/../x"),
        ("mail_hosts", "https://smtp.example"),
        ("mail_hosts", "smtp.example:25"),
        ("store_folders", "Books"),
        ("watched_folders", "./in"),
    ],
)
def test_a_limit_that_would_mean_nothing_is_a_mistake(field: str, value: str) -> None:
    with pytest.raises(FieldError) as caught:
        Limits(**{field: (value,)})
    assert caught.value.field == field
