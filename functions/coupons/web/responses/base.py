"""What response models share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pydantic import BaseModel, ConfigDict

from coupons.money import FundingLine


class ResponseBody(BaseModel):
    """Published by its class name as a schema of the OpenAPI document."""

    model_config = ConfigDict(frozen=True)


class FundingView(ResponseBody):
    funder_id: str
    amount_minor: int


def funding_of_lines(lines: Iterable[FundingLine]) -> list[FundingView]:
    return [FundingView(funder_id=line.funder_id, amount_minor=line.amount_minor) for line in lines]


def funding_of_amounts(amounts: Mapping[str, int]) -> list[FundingView]:
    """`amounts` by funder; in the order of the funders' ids."""
    return [FundingView(funder_id=funder_id, amount_minor=amount) for funder_id, amount in sorted(amounts.items())]
