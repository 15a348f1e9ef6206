"""What the bodies and query parameters of routes share. All are closed: unknown fields are refused."""

from typing import Annotated

from pydantic import ConfigDict, Field

from coupons.deferred import DeferredModel
from coupons.fields import (
    DeclaredDay,
    Document,
)


class Empty(Document):
    """`{}` or no body at all."""

    # Every field of a subclass has a default: it is parsed from no body too.


class Query(DeferredModel):
    """No parameter: also the query of each route that declares none. An unknown parameter is refused, as a typing error
    in one that filters or pages would return something else than was asked for.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)


MaybeId = Annotated[str, Field(pattern=r"^[a-z0-9-]{0,64}$")]


class DayQuery(Query):
    day: DeclaredDay | None = None
    """A calendar day of the campaign's zone; absent: today."""
