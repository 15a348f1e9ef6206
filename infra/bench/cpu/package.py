"""The package of the functions as `make build` makes it, with this machine's Python and wheels, and what it weighs.

The packages are copied from .venv, whose lock (requirements.txt) holds those of functions/requirements.txt at the same
versions. They are kept in .aws-sam/bench until the lock changes; the package is made of them, and of our own modules,
each time.
"""

from __future__ import annotations

import hashlib
import io
import re
import shutil
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import NamedTuple

from infra.local.settings import checkout
from infra.trim import add_bytecode, trim

_REQUIREMENT = re.compile(r"^([\w.-]+)==([\w.]+)( ;)?", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Weight:
    folder: str
    unzipped: int
    zipped: int


class Built(NamedTuple):
    """Two directories."""

    package: Path
    packages: Path
    """Those that others wrote, whole: a bare boto3 too has all the services that it describes."""


def built() -> Built:
    functions = checkout() / "functions"
    lock = (functions / "requirements.txt").read_bytes()
    name = hashlib.sha256(lock + sys.version.encode()).hexdigest()[:16]
    packages = checkout() / ".aws-sam" / "bench" / name
    if not packages.exists():
        shutil.rmtree(packages.parent, ignore_errors=True)
        making = packages.with_suffix(".making")
        _copy_packages(lock.decode(), making)
        add_bytecode(making)
        making.rename(packages)
    package = packages.with_name("package")
    shutil.rmtree(package, ignore_errors=True)
    shutil.copytree(packages, package)
    shutil.copytree(functions, package, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    trim(package)
    return Built(package, packages)


def _copy_packages(lock: str, target: Path) -> None:
    """Raises PackageNotFoundError, or AssertionError if .venv has another version than the lock."""
    for name, version, is_for_some in _REQUIREMENT.findall(lock):
        try:
            found = distribution(name)
        except PackageNotFoundError:
            if not is_for_some:
                raise
            continue
        assert found.version == version, f"{name} {found.version} in .venv, {version} in functions/requirements.txt"
        for file in found.files or ():
            if ".." not in file.parts and file.suffix != ".pyc":
                path = target / file
                path.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(str(file.locate()), path)


def weights(package: Path) -> list[Weight]:
    """Bytes by folder or module of the top, the heaviest first."""
    files: dict[str, list[Path]] = {}
    for path in _files(package):
        files.setdefault(path.relative_to(package).parts[0], []).append(path)
    found = [Weight(folder, *_weighed(paths, package)) for folder, paths in files.items()]
    return sorted(found, key=lambda one: -one.unzipped)


def _files(package: Path) -> Iterator[Path]:
    return (path for path in package.rglob("*") if path.is_file())


def _weighed(paths: list[Path], package: Path) -> tuple[int, int]:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as zipped:
        for path in paths:
            zipped.write(path, path.relative_to(package))
    return sum(path.stat().st_size for path in paths), archive.tell()
