"""A sampled profile: where the process is each time that it has used so much CPU, by part of the program."""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import Callable
from types import FrameType
from typing import Any

PERIOD_S = 0.001
"""Asked for; a kernel of 250 ticks a second gives 4 ms."""
LINE = ("/functions/coupons/web/metrics.py", "/aws_lambda_powertools/")
PARTS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "signing",
        (
            "/botocore/auth.py",
            "/botocore/signers.py",
            "/botocore/credentials.py",
            "/functions/coupons/stores/credentials.py",
            "/functions/coupons/stores/signatures.py",
        ),
    ),
    ("JSON", ("/json/", "/functions/coupons/json_documents.py")),
    ("sealing", ("/functions/coupons/sealing.py", "/cryptography/")),
    ("pydantic", ("/pydantic/", "/pydantic_core/")),
    (
        "transport",
        (
            "/botocore/",
            "/boto3/",
            "/urllib3/",
            "/functions/coupons/stores/connections.py",
            "/functions/coupons/stores/json_client.py",
            "/http/",
            "/ssl.py",
        ),
    ),
    ("ours: stores", ("/functions/coupons/stores/",)),
    ("ours: web", ("/functions/coupons/web/",)),
    ("ours: rest", ("/functions/",)),
)
"""Part → what the path of a module contains. The innermost frame with a part decides; helpers of the library of Python
belong to their callers, and all that happens for the line of metrics to that line."""
METRICS_LINE, OTHER = "metrics line", "other"


class Sampler:
    """While it is entered, `samples` counts by the name of what is done, and by part."""

    def __init__(self) -> None:
        self.samples: dict[str, Counter[str]] = {}
        self._name = ""

    def __enter__(self) -> Sampler:
        self._before = signal.signal(signal.SIGPROF, self._sample)
        signal.setitimer(signal.ITIMER_PROF, PERIOD_S, PERIOD_S)
        return self

    def __exit__(self, *_: object) -> None:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, self._before)

    def take(self, name: str, do: Callable[[], Any]) -> Any:
        self._name = name
        try:
            return do()
        finally:
            self._name = ""

    def _sample(self, _signal: int, frame: FrameType | None) -> None:
        if self._name:
            self.samples.setdefault(self._name, Counter())[part_of(frame)] += 1


def part_of(frame: FrameType | None) -> str:
    """The part of the program that is at work in `frame`."""
    found = ""
    while frame is not None:
        path = frame.f_code.co_filename
        if any(mark in path for mark in LINE):
            return METRICS_LINE
        found = found or next((part for part, marks in PARTS if any(mark in path for mark in marks)), "")
        frame = frame.f_back
    return found or OTHER
