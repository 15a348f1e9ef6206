"""What the document names once and refers to: schemas, responses, parameters, headers."""

from __future__ import annotations

from typing import Any

Made = dict[str, Any]


class Components:
    """Each kind by name, in the order of their names."""

    def __init__(self) -> None:
        self._made: dict[str, dict[str, Made]] = {}

    def add(self, kind: str, name: str, made: Made) -> Made:
        """The reference to it. Two that share a name must be the same."""
        known = self._made.setdefault(kind, {}).setdefault(name, made)
        assert known == made, f"two {kind} are named {name}"
        return reference(kind, name)

    def as_json(self) -> Made:
        return {kind: dict(sorted(self._made[kind].items())) for kind in sorted(self._made)}


def reference(kind: str, name: str) -> Made:
    return {"$ref": f"#/components/{kind}/{name}"}


def camel(name: str) -> str:
    """`campaign_id`, `put_claim` or `not-open` as `CampaignId`, `PutClaim`, `NotOpen`."""
    return "".join(part.capitalize() for part in name.replace("-", "_").split("_"))
