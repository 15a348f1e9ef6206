"""Answers of the front itself: JSON, and the problem documents of the contract."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

Headers = list[tuple[bytes, bytes]]

_TITLES = {
    "malformed": (400, "The request does not fit the schema"),
    "not-found": (404, "No such thing"),
    "method-not-allowed": (405, "The path does not know this method"),
    "tick-failed": (500, "The schedule's function failed"),
    "not-written": (500, "The data directory cannot be written"),
    "unavailable": (502, "The local cloud did not answer"),
}


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes
    headers: Headers = field(default_factory=list)


_NOSNIFF = (b"x-content-type-options", b"nosniff")


def json_answer(document: dict[str, Any]) -> Answer:
    return Answer(200, json.dumps(document).encode(), [(b"content-type", b"application/json"), _NOSNIFF])


@dataclass
class ProblemError(Exception):
    """A refusal of the front; `slug` is one of the contract's, or names what the local stack lacks."""

    slug: str
    detail: str
    facts: dict[str, Any] = field(default_factory=dict)
    headers: Headers = field(default_factory=list)

    def answer(self, instance: str) -> Answer:
        status, title = _TITLES[self.slug]
        document = {
            "type": f"/problems/{self.slug}",
            "title": title,
            "status": status,
            "detail": self.detail,
            "instance": instance,
            **self.facts,
        }
        headers = [(b"content-type", b"application/problem+json"), _NOSNIFF, *self.headers]
        return Answer(status, json.dumps(document).encode(), headers)
