"""The installers for Windows compile from a folder that stands in for the bundle; nothing of them runs here."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from app import __version__


@pytest.fixture
def payload(tmp_path: Path) -> Path:
    """A folder with the names of a bundle, one of them with a blank and an umlaut."""
    made = tmp_path / "bundle"
    (made / "_internal" / "sub dir").mkdir(parents=True)
    for name in ("bellwether.exe", "bellwetherw.exe", "_internal/base_library.zip", "_internal/sub dir/Käfer.txt"):
        (made / name).write_text(name, encoding="utf-8")
    return made


def needs(program: str) -> None:
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed here")


def compiled(project: Path, kind: str, payload: Path, out: Path) -> subprocess.CompletedProcess[str]:
    command = [str(project / "packaging" / "windows" / "installers.sh"), kind, str(payload)]
    environment = {"PATH": "/usr/bin:/bin", "OUT": str(out), "LANG": "C.UTF-8", "VENV": str(project / ".venv")}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=300)


def test_nsis_makes_a_setup_that_holds_every_file(project: Path, payload: Path, tmp_path: Path) -> None:
    needs("makensis")
    done = compiled(project, "nsis", payload, tmp_path / "out")
    assert done.returncode == 0, done.stdout + done.stderr
    setup = tmp_path / "out" / f"bellwether-{__version__}-setup.exe"
    assert setup.read_bytes()[:2] == b"MZ"
    if shutil.which("7z") is not None:
        listed = subprocess.run(["7z", "l", str(setup)], capture_output=True, text=True, check=True).stdout
        assert all(name in listed for name in ("bellwetherw.exe", "base_library.zip", "Käfer.txt", "uninstall.exe"))


def test_wixl_makes_a_package_that_replaces_older_ones(project: Path, payload: Path, tmp_path: Path) -> None:
    needs("wixl")
    done = compiled(project, "msi", payload, tmp_path / "out")
    assert done.returncode == 0 and "CRITICAL" not in done.stderr, done.stdout + done.stderr
    package = tmp_path / "out" / f"bellwether-{__version__}.msi"
    assert package.stat().st_size > 10_000
    if shutil.which("msiinfo") is None:
        return

    def table(name: str) -> str:
        return subprocess.run(
            ["msiinfo", "export", str(package), name], capture_output=True, text=True, check=True
        ).stdout

    assert re.search(rf"^ProductVersion\t{re.escape(__version__)}", table("Property"), re.MULTILINE)
    assert "ALLUSERS\t1" in table("Property") and "RemoveExistingProducts" in table("InstallExecuteSequence")
    assert table("File").count("\tcmp") == 4 and '"[INSTALLDIR]bellwetherw.exe" "%1"' in table("Registry")


def test_a_folder_that_is_no_bundle_for_windows_is_refused(project: Path, tmp_path: Path) -> None:
    done = compiled(project, "nsis", tmp_path, tmp_path / "out")
    assert done.returncode == 1 and "has no bellwether.exe; build the bundle on Windows first" in done.stderr
