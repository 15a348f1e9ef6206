"""Campaign documents as everybody sees them: at most a second old, and validated once a revision.

What is kept may only be shown. Who decides or writes reads the document itself, and its write checks the revision.
"""

from __future__ import annotations

from collections.abc import Iterable

from coupons.clock import Clock
from coupons.damage import Damages, all_of
from coupons.model.campaigns import Campaign
from coupons.process.fresh import Fresh
from coupons.refusals import NotFound
from coupons.stores.documents import CampaignDocuments, StoredCampaign


class ShownDocuments:
    """A document whose stored text is the one of before is not validated again, however long ago that was."""

    def __init__(self, documents: CampaignDocuments, clock: Clock, damages: Damages) -> None:
        self._documents, self._damages = documents, damages
        self._validated: dict[str, StoredCampaign] = {}
        self._shown: Fresh[str, Campaign] = Fresh(clock, self._one)

    def get(self, campaign_id: str) -> Campaign:
        """Half a read unit for 4 KB of document, once a second and process. Raises NotFound, Damaged."""
        return self._shown.get(campaign_id)

    def get_many(self, campaign_ids: Iterable[str]) -> list[Campaign]:
        """Several, without those that are damaged or not there."""
        return list(self._shown.get_many(campaign_ids, self._sound).values())

    def _one(self, campaign_id: str) -> Campaign:
        found = self._documents.campaigns([campaign_id], self._validated)
        for stored in all_of(found.values()):
            return self._noted(stored)
        raise NotFound(detail=f"No published campaign {campaign_id!r}.")

    def _sound(self, stale: list[str]) -> dict[str, Campaign]:
        found = self._damages.sound_of(self._documents.campaigns(stale, self._validated))
        return {campaign_id: self._noted(stored) for campaign_id, stored in found.items()}

    def _noted(self, stored: StoredCampaign) -> Campaign:
        self._validated[stored.document.campaign_id] = stored
        return stored.document
