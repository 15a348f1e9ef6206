"""One call to another service: its limits, and what a client of ours raises if it was not answered 2xx.

ServiceRefused(response)   a complete answer says no; `response` is spelt as botocore's ClientError has it
NotSent                    nothing left this process: it has no effect, now or later
Unanswered                 some of it may have left, and no complete answer came: its effect is unknown

What a refusal says of the effect, code by code, is decided in `remote.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

Outcome = Literal["not applied", "unknown"]


class CallLimits(NamedTuple):
    """A call takes at most `attempts` times `read_s` and, if it opens a connection, `connect_s` for each address of the
    host and once more for TLS; an SDK pauses between attempts. The look-up of the host has no limit.
    """

    connect_s: float
    read_s: float
    attempts: int


class ServiceRefused(Exception):
    def __init__(self, response: Mapping[str, Any]) -> None:
        super().__init__(f"{response['Error']['Code']}: {response['Error']['Message']}")
        self.response = response


class NotSent(Exception):
    pass


class Unanswered(Exception):
    pass
