"""Asking an endpoint: every way in which it can fail is one sentence, and a cancel is heard at once."""

from __future__ import annotations

import contextlib
import gzip
import itertools
import json
import pickle
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import trustme

from models.values.errors import Cancelled, EnvironmentFault, UserError
from services.outreach.model import client
from services.outreach.model.client import Answer, address_of, ask
from services.outreach.model.events import Piece
from services.outreach.model.faults import KEPT, ModelFault, fallback_words
from services.settings import ModelProfile
from tests.servers.model_server import (
    EMAIL,
    Channel,
    ModelServer,
    Reply,
    at_once,
    closed_port,
    event,
    flood,
    half,
    hang_up,
    head_then_silence,
    html,
    model_server,
    raw,
    signs_of_life,
    silence,
    status,
    written,
)
from tests.servers.proxy import tunnel

BODY = b'{\n  "model": "m",\n  "stream": true\n}'


def asked(
    profile: ModelProfile, key: str | None = None, cancelled: Callable[[], bool] = lambda: False
) -> tuple[Answer, list[str]]:
    told: list[str] = []
    return ask(profile, key, BODY, on_words=told.append, cancelled=cancelled), told


def local(server: ModelServer, timeout_s: float = 20) -> ModelProfile:
    return ModelProfile("House model", server.url, "m", kind="local", timeout_s=timeout_s)


def test_an_answer_is_told_as_it_comes_and_returned_whole(server: ModelServer) -> None:
    answer, told = asked(local(server))
    assert answer.text == EMAIL == told[-1]
    assert (answer.tokens_in, answer.tokens_out) == (420, 60)
    assert all(later.startswith(earlier) for earlier, later in itertools.pairwise(told))
    assert len(told) > 5


def test_the_body_arrives_to_the_byte_and_nothing_is_told_about_this_computer(server: ModelServer) -> None:
    asked(local(server))
    (received,) = server.received
    assert received.body == BODY
    assert set(received.headers) == {"host", "accept", "content-type", "content-length", "user-agent"}


def test_a_cloud_key_goes_as_a_bearer_and_an_azure_key_in_its_own_header(server: ModelServer) -> None:
    cloud = ModelProfile("Cloud", server.url, "m")
    azure = ModelProfile(
        "Azure", f"http://127.0.0.1:{server.port}/", "my deployment", kind="azure", api_version="2025-01-01"
    )
    asked(cloud, "sk-one")
    asked(azure, "key-two")
    first, second = server.received
    assert first.path == "/v1/chat/completions"
    assert first.headers["authorization"] == "Bearer sk-one"
    assert "api-key" not in first.headers
    assert second.path == "/openai/deployments/my%20deployment/chat/completions?api-version=2025-01-01"
    assert second.headers["api-key"] == "key-two"
    assert "authorization" not in second.headers


@pytest.mark.parametrize(
    ("base", "expected"),
    [
        ("https://x.example/openai/deployments/d", "https://x.example/openai/deployments/d"),
        ("https://x.example/openai", "https://x.example/openai/deployments/m"),
        ("https://x.example/openai/v1/", "https://x.example/openai/v1"),
    ],
)
def test_azure_addresses_are_taken_as_people_copy_them(base: str, expected: str) -> None:
    assert address_of(ModelProfile("A", base, "m", kind="azure"))[0] == expected


def test_an_address_with_the_whole_path_is_understood() -> None:
    assert address_of(ModelProfile("A", "https://x.example/v1/chat/completions", "m"))[0] == "https://x.example/v1"


def test_nothing_of_the_environment_is_added_to_a_request(server: ModelServer, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID", "OPENAI_ADMIN_KEY"):
        monkeypatch.setenv(name, "from-the-environment")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:1/v1")
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "X-Extra: from-the-environment")
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    asked(local(server))
    assert b"from-the-environment" not in server.bytes


@pytest.mark.parametrize(
    ("reply", "kind", "said"),
    [
        (status(401), "no_key", "asks for a key"),
        (status(403), "forbidden", "may not use"),
        (status(404), "no_model", "has no model “m”"),
        (status(400), "refused_request", "error 400"),
        (status(413), "too_large", "Tick fewer"),
        (status(302), "redirect", "another address"),
        (status(400, named="content_filter"), "declined", "declined"),
        (status(400, named="context_length_exceeded"), "too_large", "Tick fewer"),
        (status(429, named="insufficient_quota"), "no_credit", "no credit left"),
        (status(429, retry_after="3600"), "busy", "asks to wait 60 min"),
        (status(429, retry_after="0"), "busy", "no more requests"),
        (status(500, retry_after="0"), "broken", "error 500"),
        (html(), "not_a_model", "did not answer like"),
        (raw(b"ninety-nine", kind="application/json"), "garbage", "could not be understood"),
        (raw(b"data: {not json\n\n"), "garbage", "could not be understood"),
        (raw(b"data: [1, 2]\n\n"), "garbage", "could not be understood"),
        (raw(b'data: {"choices": [{"delta": {"content": 7}}]}\n\n'), "garbage", "could not be understood"),
        (raw(b'data: {"error": {"message": "secret words"}}\n\n'), "broken", "reports a problem"),
        (raw(b""), "nothing", "empty answer"),
        (raw(b"data: [DONE]\n\n"), "nothing", "empty answer"),
        (written("", pieces=["  ", "\n"]), "nothing", "empty answer"),
        (written(ended="length"), "cut", "the limit that its server sets"),
        (written(ended="content_filter"), "declined", "declined"),
        (raw(b'data: {"choices": [{"delta": {"refusal": "no"}}]}\n\n'), "declined", "declined"),
        (half(), "half", "stopped in the middle"),
        (half(cleanly=False), "half", "stopped in the middle"),
        (hang_up, "half", "stopped in the middle"),
        (flood(10), "too_long", "did not stop writing"),
        (raw(b"data: " + b"x" * 10_000_000), "too_long", "did not stop writing"),
    ],
)  # fmt: skip
def test_whatever_an_endpoint_does_wrong_is_one_sentence(
    server: ModelServer, reply: Reply, kind: str, said: str
) -> None:
    server.answer(reply)
    with pytest.raises(ModelFault) as caught:
        asked(local(server))
    assert caught.value.kind == kind
    sentence = str(caught.value)
    assert said in sentence
    assert sentence.endswith(KEPT)
    assert "secret words" not in sentence
    assert "{" not in sentence
    assert fallback_words(caught.value, "After a late delivery").endswith(
        ": written from the template “After a late delivery”."
    )


def test_a_key_that_is_refused_is_told_apart_from_one_that_is_missing(server: ModelServer) -> None:
    server.answer(status(401))
    with pytest.raises(ModelFault, match="does not accept the key") as caught:
        asked(local(server), key="sk-wrong")
    assert caught.value.kind == "key"
    assert "sk-wrong" not in str(caught.value)


@pytest.mark.parametrize("reply", [silence, head_then_silence, signs_of_life])
def test_an_endpoint_without_a_word_is_given_up_after_its_time(server: ModelServer, reply: Reply) -> None:
    server.answer(reply)
    with pytest.raises(ModelFault, match="sent nothing for 1 s"):
        asked(local(server, timeout_s=1))


@pytest.mark.parametrize("reply", [silence, head_then_silence])
def test_a_cancel_is_heard_while_no_word_comes(server: ModelServer, reply: Reply) -> None:
    server.answer(reply)
    arrived = threading.Event()

    def cancelled() -> bool:
        if server.received:
            arrived.set()
        return arrived.is_set()

    with pytest.raises(Cancelled):
        asked(local(server, timeout_s=600), cancelled=cancelled)


def test_a_cancel_in_the_middle_of_a_text_ends_it(server: ModelServer) -> None:
    never = threading.Event()
    server.answer(written(gates=[_open(), _open(), never]))
    told: list[str] = []
    with pytest.raises(Cancelled):
        ask(local(server, 600), None, BODY, on_words=told.append, cancelled=lambda: len(told) == 2)
    assert len(told) == 2


def _open() -> threading.Event:
    gate = threading.Event()
    gate.set()
    return gate


def test_a_cancel_is_heard_during_the_pause_before_another_try(server: ModelServer) -> None:
    server.answer(status(429, retry_after="19"))
    with pytest.raises(Cancelled):
        asked(local(server), cancelled=lambda: bool(server.received))
    assert len(server.received) == 1


def test_a_busy_endpoint_is_asked_again_as_it_says(server: ModelServer) -> None:
    server.answer(status(429, retry_after="0.01"), status(503, retry_after="0"), written())
    answer, _ = asked(local(server))
    assert answer.text == EMAIL
    assert len(server.received) == 3


def test_without_its_wish_an_endpoint_is_asked_again_after_pauses_that_grow(
    server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "BACK_OFF_S", (0.01, 0.02))
    server.answer(status(500), status(502), status(500), written())
    with pytest.raises(ModelFault, match="error 500"):
        asked(local(server))
    assert len(server.received) == 3


def test_a_moment_to_wait_for_is_understood() -> None:
    assert client._asked_to_wait("Wed, 21 Oct 2015 07:28:00 GMT") == 0
    assert (client._asked_to_wait("Wed, 21 Oct 2099 07:28:00 GMT") or 0) > 1000
    assert client._asked_to_wait("soon") is None


def test_a_server_that_does_not_stream_is_understood(server: ModelServer) -> None:
    server.answer(at_once())
    answer, told = asked(local(server))
    assert told == [EMAIL] == [answer.text]
    assert answer.tokens_out == 7


def test_events_cut_anywhere_and_without_usage_are_understood(server: ModelServer) -> None:
    whole = event("Sub") + event("ject: \u2028 é") + b": ping\r\n" + event(ended="stop") + b"data: [DONE]\n\n"
    assert b"\\u2028" in whole

    def play(channel: Channel) -> None:
        channel.head()
        for at in range(len(whole)):
            channel.send(whole[at : at + 1])

    server.answer(play)
    assert asked(local(server))[0].text == "Subject: \u2028 é"
    server.answer(raw(whole.replace(b"\n", b"\r\n")))
    answer, _ = asked(local(server))
    assert answer.tokens_in is None


@pytest.mark.parametrize(
    "stream",
    [
        b"event: ping\n\n" + event("Good day.") + event(ended="stop") + b"data: [DONE]\n\n",
        b"retry: 3000\n\n" + event("Good day.") + event(ended="stop") + b"data: [DONE]\n\n",
        b"id: 1\n" + event("Good ") + b": keep\n\n" + b"id: 2\n" + event("day.") + event(ended="stop"),
        event("Good ") + event("day.") + b"data: [DONE]\n\n",
    ],
    ids=["ping", "retry", "ids and a comment", "an end without a reason"],
)
def test_what_servers_send_beside_words_changes_nothing(server: ModelServer, stream: bytes) -> None:
    server.answer(raw(stream))
    assert asked(local(server))[0].text == "Good day."


def test_a_character_cut_in_two_between_events_is_whole(server: ModelServer) -> None:
    server.answer(written(pieces=["Good ", "\ud83d", "\ude00", " day \ud83d"]))
    answer, told = asked(local(server))
    assert answer.text == "Good \U0001f600 day "
    assert told[1] == "Good "
    assert not any("\ud800" <= sign <= "\udfff" for text in told for sign in text)


def test_a_connection_that_breaks_after_the_last_word_loses_nothing(server: ModelServer) -> None:
    def play(channel: object) -> None:
        channel.head(Transfer_Encoding="chunked")  # type: ignore[attr-defined]
        for data in (event("All said."), event(ended="stop")):
            channel.send(b"%x\r\n%s\r\n" % (len(data), data))  # type: ignore[attr-defined]

    server.answer(play)
    assert asked(local(server))[0].text == "All said."


def test_a_closed_port_and_an_unknown_name_are_told_apart() -> None:
    shut = ModelProfile("House model", f"http://127.0.0.1:{closed_port()}/v1", "m", kind="local")
    with pytest.raises(ModelFault, match=r"Nothing answers at 127\.0\.0\.1:\d+\. Start the model server"):
        asked(shut)
    # No name at all, so that no look-up leaves the machine.
    lost = ModelProfile("House model", "https://no..body/v1", "m")
    with pytest.raises(ModelFault, match=r"no\.\.body was not found") as caught:
        asked(lost, "sk-one")
    assert fallback_words(caught.value) == "No network: written from the template."


def test_http_is_taken_on_this_computer_and_for_local_models_of_the_own_network_only() -> None:
    for base in ("http://models.example/v1", "http://192.168.1.9:8080/v1"):
        with pytest.raises(UserError, match="anyone on the way could read"):
            asked(ModelProfile("Cloud", base, "m"), "sk-one")
    with pytest.raises(UserError, match="not on it"):
        asked(ModelProfile("Local", "http://models.example/v1", "m", kind="local"))
    for base in ("http://192.168.1.9:8080/v1", "http://gpu-box:8080/v1", "http://gpu.local/v1"):
        client.check_address(ModelProfile("Local", base, "m", kind="local"))


@pytest.mark.parametrize("base", ["https://host:port/v1", "https://host:99999/v1"])
def test_an_address_that_is_none_is_a_sentence(base: str) -> None:
    with pytest.raises(UserError, match="address of “Cloud” cannot be used"):
        asked(ModelProfile("Cloud", base, "m"), "sk-one")


@pytest.mark.parametrize(
    ("key", "said"), [(None, "no key"), ("", "no key"), ("sk-\n1", "no key has"), ("schlüssel", "no key has")]
)
def test_a_key_that_is_missing_or_cannot_be_one_is_said_before_anything_is_sent(
    server: ModelServer, key: str | None, said: str
) -> None:
    with pytest.raises(UserError, match=said) as caught:
        asked(ModelProfile("Cloud", server.url, "m"), key)
    assert server.received == []
    assert "sk-" not in str(caught.value)


# -- TLS ----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


def _server_side(authority: trustme.CA, name: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    return context


def test_a_certificate_of_a_known_authority_is_taken(
    authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    with model_server(tls=_server_side(authority, "127.0.0.1")) as server:
        answer, _ = asked(ModelProfile("Cloud", server.url, "m"), "sk-one")
    assert answer.text == EMAIL


def test_an_unknown_authority_another_name_and_no_tls_are_refused(
    authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with model_server(tls=_server_side(authority, "127.0.0.1")) as server:
        with pytest.raises(ModelFault, match="certificate is not valid"):
            asked(ModelProfile("Cloud", server.url, "m"), "sk-one")
        assert server.received == []
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    with model_server(tls=_server_side(authority, "other.example")) as server:
        with pytest.raises(ModelFault, match="certificate is not valid"):
            asked(ModelProfile("Cloud", server.url, "m"), "sk-one")
        assert server.received == []
    with model_server() as server, pytest.raises(ModelFault, match="does not speak TLS"):
        asked(ModelProfile("Cloud", server.url.replace("http:", "https:"), "m"), "sk-one")


def test_certificates_that_cannot_be_read_are_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = tmp_path / "broken.pem"
    for content in (None, "no certificate"):
        if content is not None:
            broken.write_text(content)
        monkeypatch.setenv("SSL_CERT_FILE", str(broken))
        with pytest.raises(EnvironmentFault, match="certificates cannot be read"):
            asked(ModelProfile("Cloud", "https://127.0.0.1:1/v1", "m"), "sk-one")


def test_a_handshake_that_never_comes_hears_a_cancel(server: ModelServer) -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        profile = ModelProfile("Cloud", f"https://127.0.0.1:{mute.getsockname()[1]}/v1", "m")
        began = time.monotonic()
        with pytest.raises(Cancelled):
            asked(profile, "sk-one", cancelled=lambda: time.monotonic() - began > 0.1)


def test_a_look_up_of_a_name_that_does_not_end_hears_a_cancel(monkeypatch: pytest.MonkeyPatch) -> None:
    answered = threading.Event()
    asked_for = threading.Event()

    def slow(*_: object, **__: object) -> list[object]:
        asked_for.set()
        answered.wait(60)
        raise OSError

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    try:
        with pytest.raises(Cancelled):
            asked(ModelProfile("Cloud", "https://models.invalid/v1", "m"), "sk-one", cancelled=asked_for.is_set)
    finally:
        answered.set()


# -- a proxy ------------------------------------------------------------------------------------------------------


def test_the_network_s_proxy_is_used_and_sees_nothing(
    authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    with model_server(tls=_server_side(authority, "models.example")) as server, tunnel(server.port) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        monkeypatch.setenv("https_proxy", proxy.url)
        answer, _ = asked(ModelProfile("Cloud", "https://models.example/v1", "m"), "sk-one")
    assert answer.text == EMAIL
    assert proxy.asked[0].startswith(b"CONNECT models.example:443 ")
    assert b"sk-one" not in b"".join(proxy.asked)


def test_a_proxy_that_refuses_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with tunnel(None) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        monkeypatch.setenv("https_proxy", proxy.url)
        with pytest.raises(ModelFault, match="proxy of this network"):
            asked(ModelProfile("Cloud", "https://models.example/v1", "m"), "sk-one")


def test_a_fault_survives_the_way_from_another_process() -> None:
    fault = pickle.loads(pickle.dumps(ModelFault("A sentence.", "No network", "name")))
    assert (str(fault), fault.short, fault.kind) == ("A sentence.", "No network", "name")


def test_the_request_is_json(server: ModelServer) -> None:
    asked(local(server))
    assert json.loads(server.received[0].body) == server.received[0].document


@pytest.mark.parametrize("said", ["inf", "1e999", "999999999999", "Fri, 31 Dec 9999 23:59:59 GMT"])
def test_an_endless_wait_is_told_as_a_day_or_more(server: ModelServer, said: str) -> None:
    server.answer(status(429, retry_after=said))
    with pytest.raises(ModelFault, match="asks to wait a day or more"):
        asked(local(server))
    assert len(server.received) == 1


@pytest.mark.parametrize(
    "said", ["nan", "-5", "soon", "", "Thu, 01 Jan 1970 00:00:00 GMT", "Mon, 01 Jan 99999 00:00:00 GMT"]
)
def test_a_wait_that_cannot_be_is_none(server: ModelServer, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "BACK_OFF_S", (0.0, 0.0))
    server.answer(status(429, retry_after=said), status(429, retry_after=said), written(EMAIL))
    assert asked(local(server))[0].text == EMAIL


@pytest.mark.parametrize("kind", ["text/event-stream", "application/json", "text/plain"])
def test_what_is_no_answer_and_does_not_end_is_cut_off(server: ModelServer, kind: str) -> None:
    def play(channel: Channel) -> None:
        channel.head(200, kind)
        with contextlib.suppress(OSError):
            while not channel._closing.is_set():
                channel.send(b"x" * 1_000_000)

    server.answer(play)
    with pytest.raises(ModelFault, match="did not stop writing"):
        asked(local(server))


def test_an_answer_that_comes_packed_is_not_unpacked(server: ModelServer) -> None:
    def play(channel: Channel) -> None:
        channel.head(Content_Encoding="gzip")
        channel.send(gzip.compress(event("Subject: packed") + event(ended="stop")))

    server.answer(play)
    with pytest.raises(ModelFault):
        asked(local(server))


def test_a_line_without_end_hears_a_cancel(server: ModelServer) -> None:
    begun = threading.Event()

    def play(channel: Channel) -> None:
        channel.head()
        with contextlib.suppress(OSError):
            while not channel._closing.wait(0.02):
                channel.send(b"x")
                begun.set()

    server.answer(play)
    with pytest.raises(Cancelled):
        asked(local(server, timeout_s=600), cancelled=begun.is_set)


def test_a_server_that_still_writes_hears_at_once_that_nobody_reads(
    server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    full, go_on, reset = threading.Event(), threading.Event(), threading.Event()

    def read_late(response: Any) -> Iterator[Piece]:
        yield Piece("Subject")
        assert go_on.wait(60)
        for _ in response.iter_bytes():
            yield Piece("on")

    def play(channel: Channel) -> None:
        channel.head()
        channel._connection.settimeout(0.3)
        with contextlib.suppress(TimeoutError):
            while True:
                channel.send(b"x" * 1_000_000)
        full.set()  # the client's buffer and our own are
        channel._connection.settimeout(20)
        try:
            channel.send(b"x" * 10_000_000)
        except TimeoutError:
            return
        except OSError:
            reset.set()

    monkeypatch.setattr(client, "read_pieces", read_late)
    server.answer(play)
    with pytest.raises(Cancelled):
        asked(local(server, timeout_s=600), cancelled=full.is_set)
    go_on.set()
    assert reset.wait(60)


def test_a_model_that_thinks_without_end_is_stopped(server: ModelServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "LONGEST_ANSWER_S", -1.0)
    server.answer(written(EMAIL))
    with pytest.raises(ModelFault, match="not done after 10 minutes"):
        asked(local(server))


def test_comments_alone_are_no_word(server: ModelServer) -> None:
    def comments(channel: Channel) -> None:
        channel.head()
        with contextlib.suppress(OSError):
            while not channel._closing.wait(0.02):
                channel.send(b": ping\n\n")

    server.answer(comments)
    with pytest.raises(ModelFault, match="sent nothing for 1 s"):
        asked(local(server, timeout_s=1))
