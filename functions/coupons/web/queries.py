"""Queries of routes for operators."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from coupons.web.bodies import Query


class VenuesQuery(Query):
    year: Annotated[str, Field(pattern=r"^20[0-9]{2}$")]
    """The calendar year, in the campaign's zone."""
    cursor: Annotated[str, Field(pattern=r"^[a-z0-9-]{0,64}$")] = ""
    """`next` of the page before; absent: the first page."""
