"""couponctl against a stack that answers as a test scripts it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.unit.couponctl.scripted_stack import Stack, scripted_stack


@pytest.fixture
def stack(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stack]:
    """No token is set, and couponctl waits for nothing."""
    monkeypatch.delenv("COUPONCTL_TOKEN", raising=False)
    monkeypatch.setattr("time.sleep", lambda _s: None)
    with scripted_stack() as stack:
        yield stack
