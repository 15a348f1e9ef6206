"""The environment variables of a Lambda function. A call without them says which are missing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

EACH = ("STAGE", "POWERTOOLS_SERVICE_NAME", "POWERTOOLS_METRICS_NAMESPACE")
"""Needed by every function. A handler file names the others that its function needs."""


class VariablesMissing(Exception):
    """A handler was called outside of a deployed function."""

    def __init__(self, names: Iterable[str]) -> None:
        super().__init__(
            f"These environment variables are missing: {', '.join(names)}. template.yaml sets them for each deployed"
            " function. To call a handler on your machine, under moto: make invoke EVENT=tests/events/put-claim.json"
        )


def missing(variables: Mapping[str, str], own: Iterable[str]) -> list[str]:
    """Those of a function's variables that are not set."""
    return [name for name in (*EACH, *own) if not variables.get(name)]


def require(variables: Mapping[str, str], own: Iterable[str]) -> None:
    """Raises VariablesMissing unless all of a function's variables are set."""
    if names := missing(variables, own):
        raise VariablesMissing(names)
