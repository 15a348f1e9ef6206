"""Where a service is called, by the environment variables that boto3 reads too; and which of them we do not know.

Everything that would change the address, the signature or the credentials and is not handled here is a reason to call
the service through boto3: FIPS, dual stack, profiles and shared files, proxies, other sources of credentials. A
region's own endpoint is used, never an account's.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

PREFIXES = {"dynamodb": "DYNAMODB", "secretsmanager": "SECRETS_MANAGER"}
"""Services that we know, as the variables of their endpoints name them."""
NOT_KNOWN = (
    "AWS_ACCOUNT_ID",
    "AWS_ACCOUNT_ID_ENDPOINT_MODE",
    "AWS_AUTH_SCHEME_PREFERENCE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CSM_ENABLED",
    "AWS_DATA_PATH",
    "AWS_DEFAULT_PROFILE",
    "AWS_ENDPOINT_DISCOVERY_ENABLED",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
    "AWS_PROFILE",
    "AWS_SIGV4A_SIGNING_REGION_SET",
    "AWS_USE_DUALSTACK_ENDPOINT",
    "AWS_USE_FIPS_ENDPOINT",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
)
_HARMLESS = {"", "false", "disabled"}
"""Values that switch one of them off."""
_REGION = re.compile(r"(cn|us-gov|(?!us-iso|eu-isoe|eusc)[a-z]{2,4})-[a-z]+-\d+")
_PATH = re.compile(r"(/[\w~-]+)*/?", re.ASCII)
_CONTAINER_HOSTS = {"127.0.0.1", "::1", "localhost", "169.254.170.2", "169.254.170.23", "fd00:ec2::23"}
"""As botocore has them: credentials are asked of nobody else without TLS."""


class UnknownSetting(Exception):
    """Says which, and never its value."""


class Endpoint(NamedTuple):
    is_tls: bool
    host: str
    port: int
    authority: str
    """The header `Host`."""
    path: str
    region: str
    ca_file: str
    """Empty: the system's certificate authorities."""


def endpoint_of(service: str, variables: Mapping[str, str]) -> Endpoint:
    """The endpoint of a known service. Raises UnknownSetting."""
    for name in NOT_KNOWN:
        if variables.get(name, "").lower() not in _HARMLESS:
            raise UnknownSetting(name)
    _refuse_shared_files(variables)
    _refuse_other_credentials(variables)
    region = variables.get("AWS_DEFAULT_REGION") or variables.get("AWS_REGION", "")
    if not _REGION.fullmatch(region):
        raise UnknownSetting("the region")
    suffix = "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"
    stated = variables.get(f"AWS_ENDPOINT_URL_{PREFIXES[service]}") or variables.get("AWS_ENDPOINT_URL")
    parts = urlsplit(stated or f"https://{service}.{region}.{suffix}")
    host, is_tls = parts.hostname or "", parts.scheme == "https"
    if parts.scheme not in ("http", "https") or not host or parts.username or parts.query or parts.fragment:
        raise UnknownSetting("the endpoint's URL")
    if not _PATH.fullmatch(parts.path):
        raise UnknownSetting("the path of the endpoint's URL")
    _refuse_proxy(parts.scheme, host, variables)
    usual = 443 if is_tls else 80
    port = parts.port or usual
    name = f"[{host}]" if ":" in host else host
    authority = name if port == usual else f"{name}:{port}"
    ca_file = variables.get("AWS_CA_BUNDLE") or variables.get("REQUESTS_CA_BUNDLE", "")
    if ca_file and not Path(ca_file).is_file():
        raise UnknownSetting("the certificate authorities")
    return Endpoint(is_tls, host, port, authority, parts.path or "/", region, ca_file)


def _refuse_shared_files(variables: Mapping[str, str]) -> None:
    for name, usual in (("AWS_CONFIG_FILE", "config"), ("AWS_SHARED_CREDENTIALS_FILE", "credentials")):
        # Not by Path: it raises for a process without a home, or with one that it cannot read. No file is found there.
        if os.path.isfile(os.path.expanduser(variables.get(name) or f"~/.aws/{usual}")):  # noqa: PTH111, PTH113
            raise UnknownSetting(f"the shared {usual} file")


def _refuse_other_credentials(variables: Mapping[str, str]) -> None:
    if variables.get("AWS_ACCESS_KEY_ID") and variables.get("AWS_SECRET_ACCESS_KEY"):
        return
    parts = urlsplit(variables.get("AWS_CONTAINER_CREDENTIALS_FULL_URI", ""))
    if parts.scheme != "http" or parts.hostname not in _CONTAINER_HOSTS:
        raise UnknownSetting("the source of credentials")


def _refuse_proxy(scheme: str, host: str, variables: Mapping[str, str]) -> None:
    """Only hosts that NO_PROXY names in full are taken for exempt."""
    exempt = (variables.get("no_proxy") or variables.get("NO_PROXY") or "").replace(" ", "").split(",")
    names = [name for kind in (scheme, "all") for name in (f"{kind}_proxy", f"{kind}_proxy".upper())]
    if host not in exempt and any(variables.get(name) for name in names):
        raise UnknownSetting("a proxy")
