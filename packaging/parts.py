"""What the bundle is made of: its locked packages, their licence texts, and a bill of materials (CycloneDX).

Usage, in the environment of the project:

    python packaging/parts.py lock EXTRA…          the lines of requirements.lock that the program needs to run
    python packaging/parts.py licences FOLDER      licence texts of all of these, a folder each
    python packaging/parts.py sbom FILE            the bill of materials
"""

from __future__ import annotations

import json
import re
import shutil
import sys
import sysconfig
import tomllib
import uuid
from importlib.metadata import Distribution, distribution
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[1]
#: Names of files that hold a licence.
LICENCE = re.compile(r"(licen[cs]e|copying|notice|authors)", re.IGNORECASE)


def plain(name: str) -> str:
    """Return a package's name as indexes write it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def needed(extras: list[str]) -> dict[str, Distribution]:
    """Return every package that the program needs to run, and those of further groups of pyproject.toml, by name."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = [*project["dependencies"], *(one for extra in extras for one in project["optional-dependencies"][extra])]
    found: dict[str, Distribution] = {}
    asked = [(Requirement(one), "") for one in wanted]
    while asked:
        requirement, extra = asked.pop()
        if requirement.marker is not None and not requirement.marker.evaluate({"extra": extra}):
            continue
        name = plain(requirement.name)
        new = name not in found
        found[name] = found.get(name) or distribution(name)
        for within in ("", *requirement.extras) if new else requirement.extras:
            asked += [(Requirement(one), within) for one in found[name].requires or ()]
    return dict(sorted(found.items()))


def lock(extras: list[str]) -> None:
    """Print the lines of the lock that are needed, with their hashes."""
    names = needed(extras)
    for block in re.split(r"\n(?=\S)", (ROOT / "requirements.lock").read_text("utf-8").strip()):
        if plain(re.split(r"[=\[ ]", block, maxsplit=1)[0]) in names:
            sys.stdout.write(f"{block}\n")


def licences(folder: Path) -> None:
    """Copy the licence texts that each package brings; one that brings none gets a file with what it declares."""
    for name, package in needed([]).items():
        place = folder / name
        place.mkdir(parents=True, exist_ok=True)
        texts = [one for one in package.files or () if LICENCE.search(one.name) and one.suffix not in (".py", ".pyc")]
        for text in texts:
            if (source := Path(str(text.locate()))).is_file():
                # Packages that hold others bring several texts of one name: the place in the package tells them apart.
                shutil.copy(source, place / "-".join(text.parts[1:] if text.parts[0].endswith("-info") else text.parts))
        if not any(place.iterdir()):
            (place / "LICENCE.txt").write_text(f"{name} {package.version}: {declared(package)}\n", encoding="utf-8")
    shutil.copy(ROOT / "LICENSE", folder / "LICENSE.txt")
    own = Path(sysconfig.get_path("stdlib")) / "LICENSE.txt"
    if own.is_file():
        shutil.copy(own, folder / "Python.txt")
    for text in (ROOT / "resources" / "fonts").glob("*.txt"):
        shutil.copy(text, folder / f"font-{text.name}")
    for text in (ROOT / "packaging" / "licences").iterdir():
        shutil.copy(text, folder / text.name)


def declared(package: Distribution) -> str:
    """Return the licence that a package declares."""
    meta = package.metadata
    classified = [one.rpartition(" :: ")[2] for one in meta.get_all("Classifier", []) if one.startswith("License ::")]
    return meta.get("License-Expression") or ", ".join(classified) or (meta.get("License") or "see its home page")[:80]


def sbom(file: Path) -> None:
    """Write the bill of materials."""
    from app import __version__

    parts = [
        {
            "type": "library",
            "name": name,
            "version": package.version,
            "purl": f"pkg:pypi/{name}@{package.version}",
            "licenses": [{"license": {"name": declared(package)}}],
        }
        for name, package in needed([]).items()
    ]
    parts.append({"type": "framework", "name": "qt", "version": distribution("pyside6-essentials").version})
    parts.append({"type": "framework", "name": "python", "version": ".".join(map(str, sys.version_info[:3]))})
    described = {"type": "application", "name": "bellwether", "version": __version__}
    whole = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(parts))}",
        "version": 1,
        "metadata": {"component": described},
        "components": parts,
    }
    file.write_text(json.dumps(whole, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    command, *rest = sys.argv[1:]
    if command == "lock":
        lock(rest)
    elif command == "licences":
        licences(Path(rest[0]))
    else:
        sbom(Path(rest[0]))
