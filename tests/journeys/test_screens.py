"""The window on real screens, in the size that it takes by itself, at each size of text."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from services.settings import TEXT_SIZES
from tests.journeys.warmed import Case
from tests.views.books import sample_copy

WIDE, SMALL = (1440, 900), (1366, 768)


#: Screen, size of text and scale of each walk through the pages; where it is scaled, the window is only opened.
WALKS = [*((WIDE, size, "") for size in TEXT_SIZES), (SMALL, 100, ""), (SMALL, 125, "1.2")]
#: Screen, size of text and scale of each morning, by what it is done with.
MORNINGS = [
    ("mouse", SMALL, 100, ""),
    ("keyboard", WIDE, 150, ""),
    ("email", WIDE, 150, ""),
    ("email", WIDE, 100, "1.5"),
]


def cases(folder: Path) -> list[Case]:
    """All processes of this module, each on a book of its own."""
    found = []
    for at, (size, text, scale) in enumerate(WALKS):
        book = str(sample_copy(folder / f"walk-{at}.bellwether"))
        arguments = [book, "--text-size", str(text), *(["--no-walk"] if scale else [])]
        found.append(Case("tests.fitting", arguments, size, scale))
    for at, (way, size, text, scale) in enumerate(MORNINGS):
        book = str(sample_copy(folder / f"morning-{at}.bellwether"))
        found.append(Case("tests.journeys.on_screen", [book, way, "--text-size", str(text)], size, scale))
    return found


@pytest.fixture(scope="module")
def ended(project: Path, python: str, tmp_path_factory: pytest.TempPathFactory) -> list[tuple[int, str, str]]:
    """How each case ended, and what it printed and said; two at a time."""

    def run(part: list[Case]) -> Any:
        command = [python, "-m", "tests.journeys.warmed"]
        done = subprocess.run(
            command, cwd=project, input=json.dumps(part), stdout=subprocess.PIPE, text=True, check=True
        )
        return json.loads(done.stdout)

    wanted = cases(tmp_path_factory.mktemp("screens"))
    with ThreadPoolExecutor(2) as both:
        halves = list(both.map(run, (wanted[::2], wanted[1::2])))
    return [halves[at % 2][at // 2] for at in range(len(wanted))]


def last_line(ended: tuple[int, str, str]) -> str:
    code, output, errors = ended
    assert code == 0, errors
    return output.splitlines()[-1]


@pytest.fixture(scope="module")
def walks(ended: list[tuple[int, str, str]]) -> dict[Any, Any]:
    """What was found on each screen."""
    return {case: json.loads(last_line(one)) for case, one in zip(WALKS, ended, strict=False)}


@pytest.fixture
def morning(ended: list[tuple[int, str, str]]) -> Callable[[int], str]:
    """The last line of a morning's process."""
    return lambda at: last_line(ended[len(WALKS) + at])


def test_no_words_are_cut_and_every_action_is_on_screen(walks: dict[Any, Any]) -> None:
    faults = [
        f"{size[0]} × {size[1]} at {text} %: {page}: {fault}"
        for (size, text, _factor), found in walks.items()
        for page, here in found["pages"].items()
        for fault in here
    ]
    assert faults == []


@pytest.mark.parametrize(("size", "rows"), [(WIDE, 8), (SMALL, 6)])
def test_the_timeline_has_room_for_the_last_weeks(
    walks: dict[Any, Any], tell: Callable[[str], None], size: tuple[int, int], rows: int
) -> None:
    found = walks[size, 100, ""]["timelines"]
    tell(f"rows of the timeline at {size[0]} × {size[1]}: {found}")
    assert found["alerts"] >= rows and found["customers"] >= rows


def test_the_window_opens_within_the_screen(walks: dict[Any, Any]) -> None:
    for found in walks.values():
        (_x, _y, wide, high), (left, top, width, height) = found["screen"]["room"], found["window"]
        assert left >= 0 and top >= 0 and left + width <= wide and top + height <= high
        assert width == min(wide, 1440) and height >= min(high, 900) - 40


def test_text_is_as_large_as_was_set(walks: dict[Any, Any]) -> None:
    for (_size, text, factor), found in walks.items():
        assert found["screen"]["scale"] == pytest.approx(text / 100 * float(factor or 1))


def test_pictures_of_a_page_differ_between_sizes_of_text(walks: dict[Any, Any]) -> None:
    of_wide = [walks[WIDE, size, ""]["pictures"] for size in TEXT_SIZES]
    for page in of_wide[0]:
        assert len({pictures[page] for pictures in of_wide}) == len(TEXT_SIZES), page


@pytest.mark.parametrize(("at", "done"), [(0, "settings"), (1, "all pages")], ids=["mouse", "keyboard"])
def test_a_morning_by_one_way_alone(morning: Callable[[int], str], at: int, done: str) -> None:
    assert morning(at) == done


@pytest.mark.parametrize("at", [2, 3], ids=["text", "scale"])
def test_from_the_queue_to_an_approved_email_by_the_keyboard_alone_at_150_percent(
    morning: Callable[[int], str], at: int
) -> None:
    assert morning(at) == "queued"
