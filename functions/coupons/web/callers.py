"""The caller of a request, from the claims of its verified token.

Gateways hand claims over as text. API Gateway's JWT authorizer writes a list as `[a b]` and an object as `map[a:b]`,
other gateways write JSON, and a missing value is `null`. So `null` and an empty text count as absent. A value that was
not text is refused wherever counting it as absent would give the token more rights. The same rules apply to claims that
arrive as they are in the token.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from pydantic import ValidationError

from coupons.fields import PATH_PARAMETERS
from coupons.identities import SUBJECT, IdentityError, is_nothing, real_name, refuse_misread
from coupons.refusals import Forbidden, Unauthenticated

TokenScope = Literal["citizen", "merchant", "partner", "operator"]


class Caller(NamedTuple):
    """`person_id` and `household_id` are in normal form; None: the token has none."""

    subject: str = ""
    scopes: frozenset[str] = frozenset()
    person_id: str | None = None
    household_id: str | None = None
    region: str | None = None
    merchant_id: str = ""

    @property
    def person_name(self) -> str:
        """The argument of `Keys.person`; the subject stands in for a missing identity."""
        return self.person_id or f"{SUBJECT}{self.subject}"

    def require(self, scope: TokenScope, why: str) -> None:
        """Raises Forbidden unless the token has this scope beside the route's own."""
        if scope not in self.scopes:
            raise Forbidden(detail=why)


NOBODY = Caller()
"""The caller of routes that everybody may read."""


def caller_of(claims: Mapping[str, Any], scope: TokenScope, also: tuple[TokenScope, ...] = ()) -> Caller:
    """The caller of a route with this scope, or with one of `also`. Raises Unauthenticated, Forbidden.

    The gateway checks token and scope first. They are checked again here in case a function is called another way.
    """
    subject = _subject(claims)
    scopes = _scopes(claims)
    if scopes.isdisjoint((scope, *also)):
        raise Forbidden(detail=f"This needs the scope {' or '.join(map(repr, (scope, *also)))}.")
    caller = Caller(
        subject=subject,
        scopes=scopes,
        person_id=_identity(claims, "person_id"),
        household_id=_identity(claims, "household_id"),
        region=_word(claims, "region"),
        merchant_id=_word(claims, "merchant_id") or "",
    )
    if scope in ("merchant", "partner") and not _is_merchant_id(caller.merchant_id):
        raise Forbidden(detail="The token names no merchant_id.")
    return caller


def name_in(claims: Mapping[str, Any]) -> str:
    """The argument of `Keys.person` for a token that may be refused; empty without a token.

    The subject stands in for an identity that is not valid.
    """
    subject, stated = _text(claims, "sub"), _text(claims, "person_id")
    try:
        return real_name(stated) if stated else subject and f"{SUBJECT}{subject}"
    except IdentityError:
        return subject and f"{SUBJECT}{subject}"


def _text(claims: Mapping[str, Any], name: str) -> str:
    """A claim as API Gateway writes it; empty if it is absent."""
    if name not in claims:
        return ""
    text = _written(claims[name])
    return "" if is_nothing(text) else text


def _written(value: Any) -> str:
    """The text of a claim. A value that was not text is in brackets, numbers too: they may have been rounded."""
    if isinstance(value, str):
        return value
    if value is None:
        return "null"
    return f"[{' '.join(map(str, value)) if isinstance(value, list) else value}]"


def _subject(claims: Mapping[str, Any]) -> str:
    subject = _text(claims, "sub")
    try:
        refuse_misread(subject)
    except IdentityError:
        subject = ""
    if not subject:
        raise Unauthenticated(detail="Send a valid bearer token.")
    return subject


def _identity(claims: Mapping[str, Any], name: str) -> str | None:
    text = _text(claims, name)
    try:
        return real_name(text) if text else None
    except IdentityError as error:
        raise Forbidden(detail=f"The token's {name} {error}.") from None


def _word(claims: Mapping[str, Any], name: str) -> str | None:
    text = _text(claims, name)
    try:
        refuse_misread(text)
    except IdentityError as error:
        raise Forbidden(detail=f"The token's {name} {error}.") from None
    return text or None


def _scopes(claims: Mapping[str, Any]) -> frozenset[str]:
    """The only claim that may be a list; brackets around it are removed."""
    text = (_text(claims, "scope") or _text(claims, "scp")).strip()
    return frozenset(text.removeprefix("[").removesuffix("]").split())


def _is_merchant_id(text: str) -> bool:
    try:
        PATH_PARAMETERS["merchant_id"].validate_python(text)
    except ValidationError:
        return False
    return True
