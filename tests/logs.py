"""What the functions logged of damage."""

from __future__ import annotations

import pytest


def logged(caplog: pytest.LogCaptureFixture) -> list[tuple[str, str, str, str]]:
    """Table, keys and reason of each damaged item, in order."""
    found = [vars(record) for record in caplog.records if record.message == "damaged"]
    return [(one["table"], one["pk"], one["sk"], one["reason"]) for one in found]


def everything(caplog: pytest.LogCaptureFixture) -> str:
    """All that any line says, with its facts and traces."""
    return caplog.text + "".join(str(vars(record)) for record in caplog.records)
