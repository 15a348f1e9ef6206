"""What every event has: the context of a CloudEvent, and the way in which its parts are read."""

from __future__ import annotations

import hashlib
from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from coupons.fields import Document, Told


class EventPart(Document):
    """A part of an event: strict, but fields of a later version are ignored."""

    model_config = ConfigDict(
        extra="ignore", json_schema_serialization_defaults_required=True, use_attribute_docstrings=True
    )


class EventContext(EventPart):
    """The context attributes of CloudEvents 1.0.

    `dataschema` points at the data's schema in `infra/events/schemas/<type>.json`; it begins with that file's `$id`.
    """

    specversion: Literal["1.0"] = "1.0"
    id: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
    source: Annotated[str, Field(pattern=r"^urn:coupon-season:[a-z][a-z0-9-]{0,15}$")]
    """The stage that sent the event."""
    time: Told
    subject: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,160}$")]
    datacontenttype: Literal["application/json"] = "application/json"


def event_id(event_type: str, *what: str) -> str:
    """32 hex digits of the type and `what`, whose parts contain no line break."""
    return hashlib.sha256("\n".join((event_type, *what)).encode()).hexdigest()[:32]
