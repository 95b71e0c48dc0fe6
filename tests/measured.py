"""What tests count and measure is printed behind the last of them, whichever process ran them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

Tell = Callable[[str], None]
_TOLD = "told"


@pytest.fixture
def tell(record_property: Callable[[str, object], None]) -> Tell:
    """Return what a test tells its figures with: a line, or several."""
    return lambda words: record_property(_TOLD, words)


def _figures(reporter: pytest.TerminalReporter) -> Iterator[tuple[str, list[str]]]:
    for reports in reporter.stats.values():
        for report in reports:
            words = [str(said) for name, said in getattr(report, "user_properties", ()) if name == _TOLD]
            if words and report.when == "call":
                yield report.nodeid, words


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the figures by test, in the order of their names."""
    found = sorted(_figures(terminalreporter))
    if not found:
        return
    terminalreporter.section("what the tests measured")
    for test, words in found:
        terminalreporter.write_line(test)
        for line in "\n".join(words).splitlines():
            terminalreporter.write_line(f"    {line}")
