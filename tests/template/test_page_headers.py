"""The headers of web pages: each loads and asks nothing but what it needs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.template.stack import Planted, Template, resources, rule_tests

DIRECTIVES = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "connect-src": "'self' ${Origins}",
    "worker-src": "'self'",
    "manifest-src": "'self'",
    "base-uri": "'none'",
    "form-action": "'none'",
    "frame-ancestors": "'none'",
    "require-trusted-types-for": "'script'",
    "trusted-types": "season",
}
_LACKING = {"worker-src", "manifest-src", "require-trusted-types-for", "trusted-types"}
REFERENCE = {name: rest for name, rest in DIRECTIVES.items() if name not in _LACKING} | {"connect-src": "'self'"}
"""The API reference writes HTML, and asks for the API's document alone."""
SHOP = {**DIRECTIVES, "script-src": "'self' 'wasm-unsafe-eval'"}
"""The shop reads QR codes by WebAssembly."""
POLICIES = {
    "PageHeaders": (DIRECTIVES, "()"),
    "ShopHeaders": (SHOP, "(self)"),
    "DocsHeaders": (REFERENCE, "()"),
}
"""Directives, and who may use the camera."""


def policy(t: Template, name: str) -> tuple[dict[str, str], Any]:
    """Directives of a headers policy, and what `${Origins}` in them stands for."""
    headers = resources(t, "AWS::CloudFront::ResponseHeadersPolicy")[name]["ResponseHeadersPolicyConfig"]
    text = headers["SecurityHeadersConfig"]["ContentSecurityPolicy"]["ContentSecurityPolicy"]
    text, facts = (text, {}) if isinstance(text, str) else text["Fn::Sub"]
    return {name: rest for name, _, rest in (part.strip().partition(" ") for part in text.split(";"))}, facts


def pages_load_only_their_own(t: Template) -> Iterator[str]:
    """Scripts, styles and pictures of this origin, no inline code; requests to the API and to where people sign in."""
    for name, (directives, camera) in POLICIES.items():
        found, facts = policy(t, name)
        if found != directives:
            yield f"{name}: another policy"
        origins = {"Fn::If": ["HasSignInOrigins", {"Ref": "SignInOrigins"}, {"Ref": "JwtIssuer"}]}
        if facts != ({"Origins": origins} if "${Origins}" in directives["connect-src"] else {}):
            yield f"{name}: requests go to other origins"
        headers = resources(t, "AWS::CloudFront::ResponseHeadersPolicy")[name]["ResponseHeadersPolicyConfig"]
        security = headers["SecurityHeadersConfig"]
        wanted = {"ContentSecurityPolicy", "ContentTypeOptions", "ReferrerPolicy", "StrictTransportSecurity"}
        if set(security) != wanted or not all(one["Override"] for one in security.values()):
            yield f"{name}: not exactly {wanted}"
        custom = {item["Header"]: item["Value"] for item in headers["CustomHeadersConfig"]["Items"]}
        if not custom.get("Permissions-Policy", "").startswith(f"camera={camera}, "):
            yield f"{name}: another camera"
        if custom.get("Cross-Origin-Opener-Policy") != "same-origin":
            yield f"{name}: another window can hold a page"


_OPEN = {"Override": True, "ContentSecurityPolicy": "script-src *; connect-src *"}


def _security(r: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = _headers(r, name)["SecurityHeadersConfig"]
    return found


def _headers(r: dict[str, Any], name: str = "PageHeaders") -> dict[str, Any]:
    found: dict[str, Any] = r[name]["Properties"]["ResponseHeadersPolicyConfig"]
    return found


def _policy_text(r: dict[str, Any], old: str, new: str) -> None:
    found = _headers(r)["SecurityHeadersConfig"]["ContentSecurityPolicy"]["ContentSecurityPolicy"]["Fn::Sub"]
    found[0] = found[0].replace(old, new)


PLANTED: Planted = [
    (pages_load_only_their_own, lambda r: _policy_text(r, "script-src 'self'", "script-src 'self' 'unsafe-inline'")),
    (pages_load_only_their_own, lambda r: _security(r, "DocsHeaders").update(ContentSecurityPolicy=_OPEN)),
    (pages_load_only_their_own, lambda r: _security(r, "DocsHeaders").pop("ReferrerPolicy")),
    (pages_load_only_their_own, lambda r: _security(r, "ShopHeaders").update(ContentSecurityPolicy=_OPEN)),
    (pages_load_only_their_own, lambda r: _policy_text(r, "frame-ancestors 'none';", "")),
    (pages_load_only_their_own, lambda r: _headers(r)["SecurityHeadersConfig"].pop("ContentTypeOptions")),
    (pages_load_only_their_own, lambda r: _headers(r)["CustomHeadersConfig"].update(Items=[])),
]
TestRules = rule_tests(PLANTED)
