"""Public reads: campaigns, their merchants and programmes, and batches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from infra.client.session import Session

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from infra.client.answers import Activity, Announcement, Batch, Facility, Merchant
    from infra.client.slot_answers import FacilityDay

FRESH_S = 1.0
"""`Cache-Control: max-age=1`: reading more often gets the same answer."""
KEPT_MAX = 100


class Catalogue(Session):
    """Answers are kept for a second, so a page that is drawn ten times a second sends one request."""

    def _begin(self) -> None:
        super()._begin()
        self._kept: dict[str, tuple[float, Any]] = {}

    def campaigns(self) -> list[dict[str, Any]]:
        """Campaigns with published batches."""
        return cast("list[dict[str, Any]]", self._fresh("GET /campaigns")["campaigns"])

    def campaign(self, campaign_id: str) -> dict[str, Any]:
        """The campaign with its `sections` and `batches`. Raises ProblemError: `not-found`."""
        return cast("dict[str, Any]", self._fresh("GET /campaigns/{campaign_id}", {"campaign_id": campaign_id}))

    def merchants(
        self, campaign_id: str, *, district: str | None = None, category: str | None = None, terms_id: str | None = None
    ) -> Iterator[Merchant]:
        """Where coupons of the campaign, or only of these terms, are accepted; without suspended merchants.

        Raises ProblemError: `not-found`; UnreachableError if the pages do not end.
        """
        query = {"district": district, "category": category, "terms_id": terms_id}
        for page in self._pages("GET /campaigns/{campaign_id}/merchants", {"campaign_id": campaign_id}, query):
            yield from page["merchants"]

    def activities(
        self,
        campaign_id: str,
        *,
        section: str | None = None,
        district: str | None = None,
        day: str | None = None,
        kind: str | None = None,
    ) -> Iterator[Activity]:
        """What takes place in the campaign; `day`: `YYYY-MM-DD` in its time zone. In the order in which they begin
        among each hundred; what is postponed or cancelled says so.

        Raises ProblemError: `not-found`; UnreachableError if the pages do not end.
        """
        query = {"section": section, "district": district, "day": day, "kind": kind}
        for page in self._pages("GET /campaigns/{campaign_id}/activities", {"campaign_id": campaign_id}, query):
            yield from page["activities"]

    def facilities(
        self, campaign_id: str, *, district: str | None = None, sport: str | None = None
    ) -> Iterator[Facility]:
        """What can be booked by the hour.

        Raises ProblemError: `not-found`; UnreachableError if the pages do not end.
        """
        query = {"district": district, "sport": sport}
        for page in self._pages("GET /campaigns/{campaign_id}/facilities", {"campaign_id": campaign_id}, query):
            yield from page["facilities"]

    def announcements(
        self, campaign_id: str, *, placement: str | None = None, district: str | None = None, region: str | None = None
    ) -> list[Announcement]:
        """What is announced now, alerts first; an answer holds for five seconds. Raises ProblemError: `not-found`."""
        query = {"placement": placement, "district": district, "region": region}
        answer = self._call("GET /campaigns/{campaign_id}/announcements", {"campaign_id": campaign_id}, query=query)
        return cast("list[Announcement]", answer["announcements"])

    def batch(self, batch_id: str) -> Batch:
        """Status, window, stock (approximate until it is final) and the terms of its coupons.

        Raises ProblemError: `not-found`.
        """
        return cast("Batch", self._fresh("GET /batches/{batch_id}", {"batch_id": batch_id}))

    def draw(self, batch_id: str, *, files: str | None = None) -> dict[str, Any]:
        """How far a lottery's draw has come, and what proves it. `files`: `parts` or `scores` lists those too.

        Raises ProblemError: `not-found`.
        """
        path = {"batch_id": batch_id}
        return cast("dict[str, Any]", self._call("GET /batches/{batch_id}/draw", path, query={"files": files}))

    def stats(
        self, campaign_id: str, *, by: str = "hour", starts_at: str | None = None, ends_at: str | None = None
    ) -> dict[str, Any]:
        """Live statistics of the campaign in rows by `second`, `minute`, `day`, `section`, `batch` and so on.

        `starts_at`, `ends_at`: RFC 3339; absent, the API decides. Raises ProblemError: `not-found`, `malformed`.
        """
        path, query = {"campaign_id": campaign_id}, {"by": by, "from": starts_at, "to": ends_at}
        return cast("dict[str, Any]", self._call("GET /campaigns/{campaign_id}/stats", path, query=query))

    def supplies(self, campaign_id: str) -> dict[str, Any]:
        """Rationed goods by material and store. Raises ProblemError: `not-found`."""
        return cast("dict[str, Any]", self._call("GET /campaigns/{campaign_id}/supplies", {"campaign_id": campaign_id}))

    def slots(self, facility_id: str, day: str | None = None) -> FacilityDay:
        """A facility's slots of a day, or of today. Raises ProblemError: `not-found`."""
        path = {"facility_id": facility_id}
        return cast("FacilityDay", self._call("GET /facilities/{facility_id}/slots", path, query={"day": day}))

    def openapi(self) -> dict[str, Any]:
        """The OpenAPI document; tests compare this client with it."""
        return cast("dict[str, Any]", self._call("GET /openapi.json"))

    def _fresh(self, route: str, path: Mapping[str, str] | None = None) -> Any:
        name = route.format(**(path or {}))
        now_s = self._device.monotonic_s()
        kept = self._kept.get(name)
        if kept is not None and now_s < kept[0] + FRESH_S:
            return kept[1]
        answer = self._call(route, path)
        # Oldest first: a dict keeps the order of insertion.
        self._kept.pop(name, None)
        while len(self._kept) >= KEPT_MAX:
            del self._kept[next(iter(self._kept))]
        self._kept[name] = now_s, answer
        return answer
