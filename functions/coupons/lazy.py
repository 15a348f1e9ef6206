"""Packages whose modules are loaded when they are first asked for: a cold start pays for what its function uses."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module


def loading(package: str) -> Callable[[str], object]:
    """The `__getattr__` of a package: `package.name` loads that module. mypy needs their names beside it."""

    def load(name: str) -> object:
        if name.startswith("_"):  # tools ask any module for such names
            raise AttributeError(name)
        return import_module(f"{package}.{name}")

    return load
