"""What response models share."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Self

from pydantic import ConfigDict, Field

from coupons.currencies import EXPONENTS
from coupons.deferred import DeferredModel
from coupons.money import FundingLine

# Responses are never refused: these types only tell the OpenAPI document what a text is.
Moment = Annotated[str, Field(json_schema_extra={"format": "date-time"})]
"""RFC 3339 with offset, as `times.rfc3339` writes it."""
CalendarDay = Annotated[str, Field(json_schema_extra={"format": "date"})]
"""`YYYY-MM-DD`."""
Hex = Annotated[str, Field(json_schema_extra={"pattern": "^([0-9a-f]{2})*$"})]
"""Bytes as lower-case hexadecimal digits."""
CurrencyCode = Annotated[str, Field(json_schema_extra={"enum": list(EXPONENTS)})]
"""ISO 4217."""


class ResponseBody(DeferredModel):
    """Published by its class name as a schema of the OpenAPI document."""

    model_config = ConfigDict(frozen=True)

    @classmethod
    def copied(cls, *sources: object, **given: Any) -> Self:
        """Each field as `given`, or else from the first of the sources that has an attribute of its name."""
        return cls(**{name: _first(sources, name) for name in cls.model_fields if name not in given}, **given)


class FundingView(ResponseBody):
    """A funder's part of an amount."""

    funder_id: str
    amount_minor: int
    """Its part, in minor units; negative if the whole amount is."""


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
