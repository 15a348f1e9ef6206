"""Every case of this suite: the modules that declare them are imported here."""

from __future__ import annotations

import importlib
from pathlib import Path

from tests.api.cases import CASES

for _file in sorted(Path(__file__).parent.glob("*_cases.py")):
    if _file.stem not in ("all_cases", "test_cases"):
        importlib.import_module(f"tests.api.{_file.stem}")

__all__ = ["CASES"]
