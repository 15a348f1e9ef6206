"""Whether what terms and batches name is there: merchants, their categories, tags, regions and districts.

Only merchants of the document are looked at, and those records that a scope names by id. Other merchants may be
registered on their own; so a name is reported if it looks like a known one, or if nothing that its list names is known.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from coupons.model.campaigns import Campaign, Warned
from coupons.model.merchants import Merchant, MerchantRecord
from coupons.model.scopes import accepting_stores
from coupons.model.terms import Scope
from coupons.spelling import did_you_mean

UNKNOWN_MAX = 10
"""Names of one list that are reported; looking for names that are alike costs time."""


@dataclass(frozen=True, slots=True)
class _Names:
    what: str
    """`no merchant of this document has the category`."""
    place: str
    named: list[str]
    known: Collection[str]
    complete: bool = True
    """Whether a list of which nothing is known is reported too."""


def unknown_names(document: Campaign, records: Mapping[str, MerchantRecord]) -> Iterator[Warned]:
    """Each name that nothing has. `records`: those of other merchants that a scope names."""
    if not document.merchants:
        return
    merchants: dict[str, Merchant | MerchantRecord] = {
        **records,
        **{one.merchant_id: one for one in document.merchants},
    }
    everyone = list(merchants.values())
    for number, terms in enumerate(document.terms):
        found = [one for names in _of_scope(terms.scope, number, merchants) for one in _unknown(names)]
        yield from found
        if not found and not any(accepting_stores(terms.scope, *one) for one in merchants.items()):
            message = "no merchant of this document is inside the whole scope: together its lists leave nobody"
            yield Warned(place=f"body.terms.{number}.scope", message=message)
    regions = {*_regions(everyone), *(region for terms in document.terms for region in terms.scope.regions)}
    for number, batch in enumerate(document.batches):
        place = f"body.batches.{number}.eligibility.regions"
        yield from _unknown(
            _Names("no store or scope has the region", place, batch.eligibility.regions, regions, False)
        )
    districts = {store.district for one in everyone for store in one.stores if store.district}
    what = "no store of this document is in the district"
    names = _Names(what, "body.suspended_districts", document.suspended_districts, districts, bool(districts))
    yield from _unknown(names)


def scoped_merchants(document: Campaign) -> list[str]:
    """The merchants that scopes name and the document does not declare, each once."""
    declared = {merchant.merchant_id for merchant in document.merchants}
    named = dict.fromkeys(merchant_id for terms in document.terms for merchant_id in terms.scope.merchants)
    return [merchant_id for merchant_id in named if merchant_id not in declared]


def _of_scope(scope: Scope, number: int, merchants: Mapping[str, Merchant | MerchantRecord]) -> Iterator[_Names]:
    place, everyone = f"body.terms.{number}.scope", list(merchants.values())
    yield _Names("this document has no merchant", f"{place}.merchants", scope.merchants, merchants.keys())
    stores = {store.store_id for name in scope.merchants if name in merchants for store in merchants[name].stores}
    yield _Names("the merchant of this scope has no store", f"{place}.stores", scope.stores, stores)
    categories = {merchant.category for merchant in everyone}
    what = "no merchant of this document has the category"
    yield _Names(what, f"{place}.merchant_categories", scope.merchant_categories, categories)
    tags = {tag for merchant in everyone for tag in merchant.tags}
    yield _Names("no merchant of this document has the tag", f"{place}.merchant_tags", scope.merchant_tags, tags)
    # Goods that are ordered online may go to regions where no store is.
    is_offline = scope.channels != ["online"]
    what = "no store of this document is in the region"
    yield _Names(what, f"{place}.regions", scope.regions, _regions(everyone), complete=is_offline)


def _regions(merchants: Iterable[Merchant | MerchantRecord]) -> set[str]:
    return {store.region for merchant in merchants for store in merchant.stores}


def _unknown(names: _Names) -> Iterator[Warned]:
    unknown = [(number, name) for number, name in enumerate(names.named) if name not in names.known]
    nothing_known = names.complete and len(unknown) == len(names.named)
    for number, name in unknown[:UNKNOWN_MAX]:
        alike = did_you_mean(name, names.known)
        if alike or nothing_known:
            question = f"; did you mean {alike!r}?" if alike else ""
            yield Warned(place=f"{names.place}.{number}", message=f"{names.what} {name!r}{question}")
