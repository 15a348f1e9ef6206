"""What response models share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Self

from pydantic import BaseModel, ConfigDict

from coupons.money import FundingLine


class ResponseBody(BaseModel):
    """Published by its class name as a schema of the OpenAPI document."""

    model_config = ConfigDict(frozen=True)

    @classmethod
    def copied(cls, *sources: object, **given: Any) -> Self:
        """Each field as `given`, or else from the first of the sources that has an attribute of its name."""
        return cls(**{name: _first(sources, name) for name in cls.model_fields if name not in given}, **given)


class FundingView(ResponseBody):
    funder_id: str
    amount_minor: int


def _first(sources: Iterable[object], name: str) -> Any:
    for source in sources:
        if hasattr(source, name):
            return getattr(source, name)
    raise AttributeError(name)


def funding_of_lines(lines: Iterable[FundingLine]) -> list[FundingView]:
    return [FundingView(funder_id=line.funder_id, amount_minor=line.amount_minor) for line in lines]


def funding_of_amounts(amounts: Mapping[str, int]) -> list[FundingView]:
    """`amounts` by funder; in the order of the funders' ids."""
    return [FundingView(funder_id=funder_id, amount_minor=amount) for funder_id, amount in sorted(amounts.items())]
