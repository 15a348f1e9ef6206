"""Signing in at the local issuer, where anybody may be anybody: the authorization code grant with PKCE (RFC 7636).

It is as strict as an issuer of a city, so that what works here works there: redirect addresses are compared exactly, a
code is good once and for 60 s, and its verifier must fit.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import threading
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from infra.local.issuer import Issuer, base64url
from infra.local.people import PEOPLE, Person

CLIENT_ID = "coupon-season-pages"
CODE_LIFETIME_S = 60.0
METHOD = "S256"
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")

Query = Mapping[str, str]


class WrongClientError(Exception):
    """The request is of no known client, or would return to another address: nobody is sent back."""


class RefusedError(Exception):
    """The token endpoint refuses, by an error of RFC 6749, 5.2."""


@dataclass(frozen=True)
class Request:
    """What an application asked for, checked."""

    redirect_uri: str
    scope: str
    challenge: str
    state: str
    error: str = ""
    """What is wrong with it, by an error of RFC 6749, 4.1.2.1; empty if nothing is."""

    def people(self) -> list[Person]:
        """Those who have the scope."""
        return [person for person in PEOPLE if person.scope == self.scope]

    def returned(self, **answer: str) -> str:
        """The address of the application with the answer."""
        return f"{self.redirect_uri}?{urlencode({**answer, **({'state': self.state} if self.state else {})})}"


@dataclass(frozen=True)
class _Granted:
    person: Person
    request: Request
    ends_at_s: float


class SignIn:
    """`redirects`: the addresses of the applications."""

    def __init__(
        self, issuer: Issuer, redirects: Collection[str], *, monotonic_s: Callable[[], float] = time.monotonic
    ) -> None:
        self._issuer = issuer
        self._redirects = frozenset(redirects)
        self._monotonic_s = monotonic_s
        self._lock = threading.Lock()
        self._codes: dict[str, _Granted] = {}

    def requested(self, query: Query) -> Request:
        """Raises WrongClientError."""
        redirect_uri = query.get("redirect_uri", "")
        if query.get("client_id") != CLIENT_ID:
            raise WrongClientError("no such client_id")
        if redirect_uri not in self._redirects:
            raise WrongClientError("redirect_uri is none of the applications' addresses")
        scope = query.get("scope", "")
        error = ""
        if query.get("response_type") != "code":
            error = "unsupported_response_type"
        elif query.get("code_challenge_method") != METHOD or not _CHALLENGE.fullmatch(query.get("code_challenge", "")):
            error = "invalid_request"
        elif scope not in {person.scope for person in PEOPLE}:
            error = "invalid_scope"
        return Request(redirect_uri, scope, query.get("code_challenge", ""), query.get("state", ""), error)

    def code(self, request: Request, sub: str) -> str | None:
        """A code for the person, if the request may have it."""
        person = next((person for person in request.people() if person.sub == sub), None)
        if person is None or request.error:
            return None
        code, now_s = secrets.token_urlsafe(24), self._monotonic_s()
        with self._lock:
            self._codes = {key: one for key, one in self._codes.items() if one.ends_at_s > now_s}
            self._codes[code] = _Granted(person, request, now_s + CODE_LIFETIME_S)
        return code

    def token(self, form: Query) -> dict[str, object]:
        """The answer of the token endpoint. Raises RefusedError; the code is used up then too."""
        if form.get("grant_type") != "authorization_code":
            raise RefusedError("unsupported_grant_type")
        if form.get("client_id") != CLIENT_ID:
            raise RefusedError("invalid_client")
        with self._lock:
            granted = self._codes.pop(form.get("code", ""), None)
        if granted is None or self._monotonic_s() >= granted.ends_at_s:
            raise RefusedError("invalid_grant")
        verifier = form.get("code_verifier", "")
        fits = _VERIFIER.fullmatch(verifier) and hmac.compare_digest(challenge(verifier), granted.request.challenge)
        if not fits or form.get("redirect_uri") != granted.request.redirect_uri:
            raise RefusedError("invalid_grant")
        return {**self._issuer.granted(granted.person.token_claims), "scope": granted.request.scope}


def challenge(verifier: str) -> str:
    """Of RFC 7636, 4.2."""
    return base64url(hashlib.sha256(verifier.encode("ascii")).digest())
