"""What the functions log: of damage, and nothing at all."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout

import pytest


def logged(caplog: pytest.LogCaptureFixture) -> list[tuple[str, str, str, str]]:
    """Table, keys and reason of each damaged item, in order."""
    found = [vars(record) for record in caplog.records if record.message == "damaged"]
    return [(one["table"], one["pk"], one["sk"], one["reason"]) for one in found]


def everything(caplog: pytest.LogCaptureFixture) -> str:
    """All that any line says, with its facts and traces."""
    return caplog.text + "".join(str(vars(record)) for record in caplog.records)


@contextmanager
def quiet() -> Iterator[None]:
    """Without the functions' log and metrics: there are thousands, and a report shows them all."""
    logging.disable(logging.INFO)
    try:
        with redirect_stdout(io.StringIO()):
            yield
    finally:
        logging.disable(logging.NOTSET)
