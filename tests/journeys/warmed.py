"""Runs modules as processes on screens of their own: copies of this process, which has imported what a window needs.

A window's modules take a process seconds to import, and the tests open a dozen windows. Reads cases from standard
input, as a JSON list of `Case`, and prints what each of them ended with and said: `[code, output, errors]`.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from importlib import import_module
from tempfile import TemporaryFile
from typing import IO, NamedTuple

from tests.screen import screen

_WARM = (
    "tests.fitting",
    "tests.journeys.on_screen",
    "services.alerting.trial",
    "services.backups.restoring",
    "services.exporting.write_back",
    "services.insight.profile",
    "services.outreach.composing",
    "services.outreach.outbox.sending",
    "services.pipeline.watched.look",
    "views.alerts.page",
    "views.charts.plot",
    "views.composer.page",
    "views.customers.duplicates_page",
    "views.customers.page",
    "views.data.page",
    "views.insights.page",
    "views.outbox.page",
    "views.settings.page",
)


class Case(NamedTuple):
    """A module to run with arguments, on a screen of a size in pixels and at a scale of the system's ('': none)."""

    module: str
    arguments: list[str]
    size: tuple[int, int]
    scale: str = ""


def main() -> None:
    """Run the cases one after another."""
    cases = [Case(*one) for one in json.load(sys.stdin)]
    for name in _WARM:
        import_module(name)
    json.dump([_ran(case) for case in cases], sys.stdout)


def _ran(case: Case) -> tuple[int, str, str]:
    with screen(*case.size) as environment, TemporaryFile() as output, TemporaryFile() as errors:
        if case.scale:
            environment["QT_SCALE_FACTOR"] = case.scale
        child = os.fork()
        if not child:
            _run(case, environment, output, errors)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        return code, _read(output), _read(errors)


def _run(case: Case, environment: dict[str, str], output: IO[bytes], errors: IO[bytes]) -> None:
    """Be the process of a case, and end with it: nothing of the process that this is a copy of is ended twice."""
    os.environ.update(environment)
    os.dup2(output.fileno(), sys.stdout.fileno())
    os.dup2(errors.fileno(), sys.stderr.fileno())
    sys.argv = [case.module, *case.arguments]
    code = 1
    try:
        import_module(case.module).main()
        code = 0
    except BaseException:  # noqa: BLE001  the top of this process
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _read(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode()


if __name__ == "__main__":
    main()
