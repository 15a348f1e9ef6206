"""What partners send about visits, and what a citizen asks of points."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from coupons.fields import (
    Document,
    PersonName,
    Reason,
)
from coupons.model.visit_reports import VisitReport
from coupons.web.bodies.base import MaybeId, Query


class EarningBody(VisitReport):
    """A visit, and who it was."""

    person_id: PersonName
    """The person's real-name identity."""


class CorrectionBody(Document):
    """Why a reported visit does not count."""

    reason: Reason
    """Kept with the visit; a repeat states the same."""


class PointsQuery(Query):
    program_id: MaybeId = ""
    """Whose points; absent: those of the campaign that is live now."""
    cursor: Annotated[str, Field(pattern=r"^([0-9]{12}~[A-Za-z0-9._~-]{1,240})?$")] = ""
    """`cursor` of the page before; absent: the first page."""
