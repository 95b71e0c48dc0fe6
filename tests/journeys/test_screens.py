"""The window on real screens, in the size that it takes by itself, at each size of text."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from services.settings import TEXT_SIZES
from tests.screen import screen
from tests.views.books import sample_copy

WIDE, SMALL = (1440, 900), (1366, 768)


def run(project: Path, python: str, size: tuple[int, int], module: str, *told: str, factor: str = "") -> str:
    """What a module prints that runs as a process on a screen of this size."""
    with screen(*size) as environment:
        if factor:
            environment["QT_SCALE_FACTOR"] = factor
        command = [python, "-m", module, *told]
        done = subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def walk(project: Path, python: str, book: Path, size: tuple[int, int], text_size: int, factor: str = "") -> Any:
    told = [str(book), "--text-size", str(text_size), *(["--no-walk"] if factor else [])]
    return json.loads(run(project, python, size, "tests.fitting", *told, factor=factor).splitlines()[-1])


@pytest.fixture(scope="module")
def walks(project: Path, python: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[Any, Any]]:
    """What was found on each screen; two walks at a time."""
    folder = tmp_path_factory.mktemp("walks")
    wanted = [(WIDE, size, "") for size in TEXT_SIZES] + [(SMALL, 100, ""), (SMALL, 125, "1.2")]
    with ThreadPoolExecutor(2) as both:
        runs = {
            case: both.submit(walk, project, python, sample_copy(folder / f"{number}.bellwether"), *case)
            for number, case in enumerate(wanted)
        }
        yield {case: run.result() for case, run in runs.items()}


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


@pytest.mark.parametrize(("size", "way", "text_size"), [(SMALL, "mouse", 100), (WIDE, "keyboard", 150)])
def test_a_morning_by_one_way_alone(
    project: Path, python: str, store_path: Path, size: tuple[int, int], way: str, text_size: int
) -> None:
    told = (str(sample_copy(store_path)), way, "--text-size", str(text_size))
    done = run(project, python, size, "tests.journeys.on_screen", *told)
    assert done.splitlines()[-1] == ("settings" if way == "mouse" else "all pages")


@pytest.mark.parametrize(("text_size", "factor"), [(150, ""), (100, "1.5")])
def test_from_the_queue_to_an_approved_email_by_the_keyboard_alone_at_150_percent(
    project: Path, python: str, store_path: Path, text_size: int, factor: str
) -> None:
    told = (str(sample_copy(store_path)), "email", "--text-size", str(text_size))
    done = run(project, python, WIDE, "tests.journeys.on_screen", *told, factor=factor)
    assert done.splitlines()[-1] == "queued"
