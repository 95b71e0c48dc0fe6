"""The log holds what the program did: no request, address, key or word of a customer, whoever logs it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.logs import NAME, start_log


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Path]:
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    start_log(tmp_path)
    yield tmp_path / NAME
    for handler in root.handlers:
        if handler not in before:
            root.removeHandler(handler)
            handler.close()
    root.setLevel(level)


def test_a_library_s_words_are_not_kept(log: Path, expected_logs: list[str]) -> None:
    expected_logs.append(".")
    secret = "https://ada:hunter2@models.example/v1?key=sk-123"
    logging.getLogger("httpx2").info("HTTP Request: POST %s", secret)
    logging.getLogger("asyncio").warning("slow: %s", secret)
    try:
        raise ConnectionError(secret)
    except ConnectionError:
        logging.getLogger("concurrent.futures").exception("calling %s", secret)
        logging.getLogger("services.outreach").exception("The round failed")
    logging.getLogger("services.pipeline").info("Scored %d customers", 3)
    text = log.read_text(encoding="utf-8")
    assert "hunter2" not in text and "sk-123" not in text and "POST" not in text and "httpx2" not in text
    assert "WARNING asyncio: something happened" in text
    assert "ERROR concurrent.futures: something happened (ConnectionError)" in text
    assert "The round failed (ConnectionError)\n" in text and "Scored 3 customers" in text
