"""Run every benchmark in a process of its own and write docs/benchmarks.md.

Each module `bench_*` prints its own table; this only collects them beside the command and the machine's cores.
Name some to run only those: `python -m tests.benchmarks bench_import`; the others keep their last figures.
"""

from __future__ import annotations

import os
import platform
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

HERE = Path(__file__).resolve().parent
REPORT = HERE.parent.parent / "docs" / "benchmarks.md"
INTRODUCTION = """# Benchmarks

The last figures of `make bench`. Ratios come from one run; absolute times are those of a shared machine.
"""


def sections(text: str) -> dict[str, str]:
    """Return the report's sections by their benchmark's name."""
    parts = re.split(r"^## (bench_\w+)\n", text, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def measure(name: str) -> tuple[str, bool]:
    """Run one benchmark and return its section, and whether it ended well."""
    command = [sys.executable, "-m", f"tests.benchmarks.{name}"]
    ended = subprocess.run(command, cwd=REPORT.parent.parent, stdout=subprocess.PIPE, text=True, check=False)
    when = datetime.now(UTC).strftime("%Y-%m-%d")
    machine = f"{os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}"
    body = f"\n`python -m tests.benchmarks.{name}` · {when} · {machine}\n\n```\n{ended.stdout.rstrip()}\n```\n\n"
    return body, ended.returncode == 0


def main(chosen: list[str]) -> int:
    """Run the chosen benchmarks, or all, and write the report."""
    names = sorted(path.stem for path in HERE.glob("bench_*.py"))
    unknown = set(chosen) - set(names)
    if unknown:
        sys.stderr.write(f"There is no benchmark {', '.join(sorted(unknown))}; there are {', '.join(names)}.\n")
        return 2
    known = sections(REPORT.read_text(encoding="utf-8")) if REPORT.exists() else {}
    well = True
    for name in chosen or names:
        sys.stderr.write(f"{name} …\n")
        body, ended_well = measure(name)
        sys.stdout.write(body)
        well = well and ended_well
        if ended_well:
            known[name] = body
    text = INTRODUCTION + "".join(f"\n## {name}\n{known[name].rstrip()}\n" for name in names if name in known)
    REPORT.write_text(text, encoding="utf-8")
    return 0 if well else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
