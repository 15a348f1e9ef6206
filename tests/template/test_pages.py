"""Web pages and API behind one distribution: what is personal is never cached, what everybody reads always is, and the
pages are a bucket's that nobody else can read.

The local stack serves pages through the distribution but not the API, so this walk over all routes is the only test of
the behaviours of the API.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from infra.pages.applications import page_patterns
from tests.template.stack import Planted, Template, resources, routes, rule_tests, template
from tests.template.test_routes import OTHERS

CACHED = {"Ref": "PublicReads"}
KEY = "ParametersInCacheKeyAndForwardedToOrigin"
UNCACHED = {
    "CachePolicyId": "4135ea2d-6df8-44a3-9df3-4b5a84be39ad",
    "OriginRequestPolicyId": "b689b0a8-53d0-40ab-baf2-68738e2966ac",
}
"""CachingDisabled and AllViewerExceptHostHeader, which AWS manages."""
METHODS = {"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"}
REFUSALS = {400, 403, 404, 405, 414, 500, 501, 502, 503, 504}
"""What CloudFront would remember, for 10 s by default."""
HEADERS = {"/docs": "DocsHeaders", "/docs/": "DocsHeaders", "/shop": "ShopHeaders", "/shop/": "ShopHeaders"}
"""Where not those of all pages."""


def distribution(t: Template) -> dict[str, Any]:
    found: dict[str, Any] = resources(t, "AWS::CloudFront::Distribution")["Distribution"]["DistributionConfig"]
    return found


def fits(pattern: str, path: str) -> bool:
    """As CloudFront compares: `*` is any number of characters, also of slashes, and `?` is one."""
    parts = {"*": ".*", "?": "."}
    return re.fullmatch("".join(parts.get(c, re.escape(c)) for c in pattern), path) is not None


def behaviour(t: Template, path: str) -> dict[str, Any]:
    """The first whose pattern fits; else the default one."""
    config = distribution(t)
    found: dict[str, Any] = next(
        (b for b in config["CacheBehaviors"] if fits(b["PathPattern"], path)), config["DefaultCacheBehavior"]
    )
    return found


def paths(route: str) -> Iterator[tuple[str, str]]:
    """Method and path of requests to a route, also with identifiers that look like other parts of a path."""
    method, _, pattern = route.partition(" ")
    for name in ("x", "claim", "batches", "assets", "index.html"):
        yield method, re.sub(r"\{\w+\}", name, pattern)


def walked(t: Template) -> Iterator[tuple[str, str, list[str], dict[str, Any]]]:
    """Each request to each route: route, method, scopes, behaviour."""
    for route, (_, scopes) in routes(t).items():
        for method, path in paths(route) if route not in OTHERS else ():
            yield route, method, scopes, behaviour(t, path)


def what_is_personal_is_never_cached(t: Template) -> Iterator[str]:
    """Each route that needs a token, and each that changes something, goes to the API uncached with all its headers."""
    for route, method, scopes, found in walked(t):
        if scopes and {key: found.get(key) for key in UNCACHED} != UNCACHED:
            yield f"{route} may be cached"
        if method != "GET" and METHODS - set(found["AllowedMethods"]):
            yield f"{method} does not pass"
    if {key: distribution(t)["DefaultCacheBehavior"].get(key) for key in UNCACHED} != UNCACHED:
        yield "what is unknown may be cached"


def what_everybody_reads_is_cached(t: Template) -> Iterator[str]:
    """Each public GET: ten million phones that wait cost the API about a request a second and edge."""
    for route, method, scopes, found in walked(t):
        if method == "GET" and not scopes and found["CachePolicyId"] != CACHED:
            yield f"{route} is not cached"


def every_route_goes_to_the_api(t: Template) -> Iterator[str]:
    """No path of the API is a page's, and a token never travels without TLS."""
    for route, _, _, found in walked(t):
        if found["TargetOriginId"] != "api":
            yield f"{route} is a page's path"
        if found["ViewerProtocolPolicy"] != "https-only":
            yield f"{route} without TLS"
    for route in routes(t):
        path = route.partition(" ")[2]
        for page in (pattern.removesuffix("*") for pattern in page_patterns() if pattern != "/"):
            if path.startswith(page):
                yield f"{route} begins like the page {page}"


def the_cache_keeps_persons_apart(t: Template) -> Iterator[str]:
    """The token and every parameter are in the key, and the API's own max-age decides, up to a minute."""
    config = resources(t, "AWS::CloudFront::CachePolicy")["PublicReads"]["CachePolicyConfig"]
    key = config[KEY]
    if key["HeadersConfig"] != {"HeaderBehavior": "whitelist", "Headers": ["Authorization"]}:
        yield "the token is not in the key"
    if key["QueryStringsConfig"] != {"QueryStringBehavior": "all"}:
        yield "a parameter is not in the key"
    if (config["MinTTL"], config["DefaultTTL"], config["MaxTTL"]) != (0, 0, 60):
        yield "an answer is kept although the API does not say so"


def no_refusal_is_remembered(t: Template) -> Iterator[str]:
    """None is cached, and none gets another body or another status."""
    wanted = [{"ErrorCode": code, "ErrorCachingMinTTL": 0} for code in sorted(REFUSALS)]
    if distribution(t).get("CustomErrorResponses") != wanted:
        yield "refusals are remembered or changed"


def the_pages_are_those_that_are_built(t: Template) -> Iterator[str]:
    """The behaviours of the bucket are the paths that the local stack serves from it."""
    behaviours = {b["PathPattern"]: b for b in distribution(t)["CacheBehaviors"] if b["TargetOriginId"] == "pages"}
    if sorted(behaviours) != page_patterns():
        yield f"not {page_patterns()}"
    if distribution(t)["DefaultRootObject"] != "index.html":
        yield "another page at /"
    for pattern, found in behaviours.items():
        if found["ViewerProtocolPolicy"] != "redirect-to-https" or set(found["AllowedMethods"]) != {"GET", "HEAD"}:
            yield f"{pattern} takes too much"
        if found["ResponseHeadersPolicyId"] != {"Ref": HEADERS.get(pattern, "PageHeaders")}:
            yield f"{pattern} lacks its headers"


def the_bucket_is_the_distributions_alone(t: Template) -> Iterator[str]:
    """Nobody but this distribution reads it, over TLS; nothing of it is public."""
    bucket = resources(t, "AWS::S3::Bucket")["PagesBucket"]
    if list(bucket["PublicAccessBlockConfiguration"].values()) != [True] * 4:
        yield "it may be public"
    statements = resources(t, "AWS::S3::BucketPolicy")["PagesBucketPolicy"]["PolicyDocument"]["Statement"]
    allowed = [s for s in statements if s["Effect"] == "Allow"]
    denied = [s for s in statements if s["Effect"] == "Deny"]
    if [(s["Principal"], s["Action"], [*s["Condition"]]) for s in allowed] != [
        ({"Service": "cloudfront.amazonaws.com"}, "s3:GetObject", ["StringEquals"])
    ]:
        yield "others can read it"
    source = allowed[0]["Condition"].get("StringEquals", {}).get("AWS:SourceArn", {}) if allowed else {}
    if not str(source.get("Fn::Sub")).endswith(":distribution/${Distribution}"):
        yield "another distribution can read it"
    if [s["Condition"] for s in denied] != [{"Bool": {"aws:SecureTransport": "false"}}]:
        yield "it can be read without TLS"
    origin = next(o for o in distribution(t)["Origins"] if o["Id"] == "pages")
    if origin["OriginAccessControlId"] != {"Fn::GetAtt": ["PagesAccess", "Id"]}:
        yield "requests to it are not signed"


def pages_can_be_left_out(t: Template) -> Iterator[str]:
    """With Pages=false nothing of CloudFront is in the stack: some regions lack it. Draws' files are no pages."""
    for name, resource in t["Resources"].items():
        of_pages = resource["Type"].startswith(("AWS::CloudFront::", "AWS::S3::"))
        if of_pages and resource.get("Condition") != "HasPages" and not name.startswith("DrawBucket"):
            yield f"{name} is always there"


def _config(r: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = r["Distribution"]["Properties"]["DistributionConfig"]
    return found


def _behaviours(r: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = _config(r)["CacheBehaviors"]
    return found


def _first(r: dict[str, Any], pattern: str) -> None:
    """The behaviour of the pattern comes before all others."""
    found = _behaviours(r)
    found.insert(0, found.pop([b["PathPattern"] for b in found].index(pattern)))


def _without(r: dict[str, Any], pattern: str) -> None:
    found = _behaviours(r)
    found.pop([b["PathPattern"] for b in found].index(pattern))


def _key(r: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = r["PublicReads"]["Properties"]["CachePolicyConfig"]
    return found


PLANTED: Planted = [
    (what_is_personal_is_never_cached, lambda r: _first(r, "/batches/*")),
    (what_is_personal_is_never_cached, lambda r: _without(r, "/batches/*/booking")),
    (what_is_personal_is_never_cached, lambda r: _config(r)["DefaultCacheBehavior"].update(CachePolicyId=CACHED)),
    (what_everybody_reads_is_cached, lambda r: _without(r, "/campaigns")),
    (what_everybody_reads_is_cached, lambda r: _without(r, "/openapi.json")),
    (every_route_goes_to_the_api, lambda r: _behaviours(r).insert(0, {**_behaviours(r)[-1], "PathPattern": "/w*"})),
    (every_route_goes_to_the_api, lambda r: _behaviours(r)[0].update(ViewerProtocolPolicy="allow-all")),
    (
        every_route_goes_to_the_api,
        lambda r: r["ClaimFunction"]["Properties"]["Events"]["GetWallet"]["Properties"].update(Path="/assets/wallet"),
    ),
    (the_cache_keeps_persons_apart, lambda r: _key(r)[KEY].update(HeadersConfig={"HeaderBehavior": "none"})),
    (the_cache_keeps_persons_apart, lambda r: _key(r).update(DefaultTTL=5)),
    (the_cache_keeps_persons_apart, lambda r: _key(r)[KEY].update(QueryStringsConfig={"QueryStringBehavior": "none"})),
    (no_refusal_is_remembered, lambda r: _config(r)["CustomErrorResponses"].pop()),
    (the_pages_are_those_that_are_built, lambda r: _without(r, "/config.json")),
    (the_pages_are_those_that_are_built, lambda r: _behaviours(r)[-1].update(ResponseHeadersPolicyId="other")),
    (the_pages_are_those_that_are_built, lambda r: _behaviours(r)[-1].update(AllowedMethods=["GET", "HEAD", "PUT"])),
    (
        the_pages_are_those_that_are_built,
        lambda r: _behaviours(r)[-1].update(ResponseHeadersPolicyId={"Ref": "DocsHeaders"}),
    ),
    (
        the_bucket_is_the_distributions_alone,
        lambda r: r["PagesBucketPolicy"]["Properties"]["PolicyDocument"]["Statement"][0].update(Principal="*"),
    ),
    (
        the_bucket_is_the_distributions_alone,
        lambda r: r["PagesBucketPolicy"]["Properties"]["PolicyDocument"]["Statement"][0].update(Condition={}),
    ),
    (
        the_bucket_is_the_distributions_alone,
        lambda r: r["PagesBucketPolicy"]["Properties"]["PolicyDocument"]["Statement"].pop(),
    ),
    (
        the_bucket_is_the_distributions_alone,
        lambda r: r["PagesBucket"]["Properties"]["PublicAccessBlockConfiguration"].update(BlockPublicPolicy=False),
    ),
    (pages_can_be_left_out, lambda r: r["PageHeaders"].pop("Condition")),
]
TestRules = rule_tests(PLANTED)


@pytest.mark.parametrize(
    ("origins", "fit"),
    [
        ("", True),
        ("https://issuer.example", True),
        ("https://issuer.example https://tokens.example:8443", True),
        ("http://127.0.0.1:8082", True),
        ("issuer.example", False),
        ("https://issuer.example; script-src *", False),
        ("https://issuer.example 'unsafe-inline'", False),
    ],
)
def test_what_people_sign_in_at(origins: str, fit: bool) -> None:
    """Nothing but origins gets into the policy of the pages."""
    allowed = template()["Parameters"]["SignInOrigins"]["AllowedPattern"]
    assert bool(re.fullmatch(allowed, origins)) == fit
