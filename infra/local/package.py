"""The functions as one zip, as a deployment ships them, without their dependencies.

ministack runs a function with its own Python, whose environment has the dependencies. Bytecode is included, because
each worker is unpacked into its own directory and would compile everything again. It is of the unchecked kind, because
unpacking changes the modification times of the sources.
"""

from __future__ import annotations

import hashlib
import importlib.util
import io
import py_compile
import tempfile
import zipfile
from pathlib import Path

_EPOCH = (1980, 1, 1, 0, 0, 0)
_SHIPPED = {".py", ".json"}


def package(functions: Path) -> bytes:
    """The zip of `functions`; the same sources and Python give the same bytes."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as zip_file:
        for path in sorted(functions.rglob("*")):
            if path.suffix not in _SHIPPED or "__pycache__" in path.parts:
                continue
            name = path.relative_to(functions)
            _add(zip_file, name.as_posix(), path.read_bytes())
            if path.suffix == ".py":
                _add(zip_file, *_bytecode(path, name))
    return archive.getvalue()


def digest(archive: bytes) -> str:
    """A name by content."""
    return hashlib.sha256(archive).hexdigest()[:16]


def _bytecode(path: Path, name: Path) -> tuple[str, bytes]:
    with tempfile.NamedTemporaryFile(suffix=".pyc") as compiled:
        py_compile.compile(
            str(path),
            cfile=compiled.name,
            doraise=True,
            invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
        )
        content = Path(compiled.name).read_bytes()
    from_source = Path(importlib.util.cache_from_source(name.as_posix()))
    return from_source.as_posix(), content


def _add(zip_file: zipfile.ZipFile, name: str, content: bytes) -> None:
    zip_file.writestr(zipfile.ZipInfo(name, _EPOCH), content, zipfile.ZIP_DEFLATED)
