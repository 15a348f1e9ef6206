"""Where coupons are accepted: the merchants of a campaign with their stores, page by page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from coupons.claim.catalog import published_campaign
from coupons.model.campaigns import Campaign
from coupons.model.listings import page_after
from coupons.model.merchants import AcceptingMerchant, MerchantRecord, Store
from coupons.model.scopes import accepting_stores, channels_in
from coupons.model.terms import Scope
from coupons.process.services import Services
from coupons.refusals import NotFound

PAGE_MERCHANTS = 100


@dataclass(frozen=True, slots=True)
class MerchantFilter:
    """An empty field does not restrict."""

    district: str = ""
    category: str = ""
    terms_id: str = ""
    """The terms whose coupons the merchants accept."""


def merchants(
    services: Services, campaign_id: str, wanted: MerchantFilter, after: str
) -> tuple[list[AcceptingMerchant], str]:
    """Merchants of the campaign after the merchant `after`, in the order of their ids; and the page's last one if there
    are more.

    A page looks at 100 merchants, whose document or whose own record says that they take part, and leaves out those
    that are suspended, damaged, or not wanted. So a page may be short, or empty, and not the last.

    Read units: half a one for 4 KB of lines of merchants that joined, half a one for each record; and half a one for 4
    KB of document, once a second and process.

    Raises NotFound: the campaign, or the terms, are not published.
    """
    document, published = published_campaign(services, campaign_id)
    scope = _scope_of(document, published, wanted.terms_id) if wanted.terms_id else Scope()
    declared = {merchant.merchant_id for merchant in document.merchants}
    joined = services.registry.joined(campaign_id, after, PAGE_MERCHANTS + 1)
    page, last = page_after(after, [*joined, *declared], PAGE_MERCHANTS)
    records = services.damages.sound_of(services.registry.records(page, consistent=False))
    taking_part = {
        merchant_id: records[merchant_id]
        for merchant_id in page
        if merchant_id in records and (merchant_id in declared or campaign_id in records[merchant_id].campaigns)
    }
    found = [
        AcceptingMerchant(merchant_id, record, channels_in(scope, record), stores)
        for merchant_id, record in taking_part.items()
        if not record.suspended and wanted.category in ("", record.category)
        if (stores := _stores(document, scope, merchant_id, record, wanted.district))
    ]
    return found, last


def _scope_of(document: Campaign, published: Iterable[str], terms_id: str) -> Scope:
    """A draft's terms are not shown before it is published; after that a document cannot change them."""
    shown = [batch for batch in document.batches if batch.batch_id in set(published)]
    for terms in document.terms:
        if terms.terms_id == terms_id and any(terms_id in batch.terms for batch in shown):
            return terms.scope
    raise NotFound(detail=f"No published batch of {document.campaign_id!r} has terms {terms_id!r}.")


def _stores(document: Campaign, scope: Scope, merchant_id: str, record: MerchantRecord, district: str) -> list[Store]:
    accepting = accepting_stores(scope, merchant_id, record, document.suspended_districts)
    return [store for store in accepting if district in ("", store.district)]
