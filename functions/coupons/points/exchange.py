"""积分兑换: a pack costs points, and points of a pack that nobody can use go back.

    claim ── one transaction ──▶ claim, stock shard, account, `exchange` entry
    voided, or reversed ── one transaction ──▶ claim (or coupon), account, `give-back` entry

An exchange's entry is named by its batch and filed at the claim's second, so whoever has the claim finds it. A claim
remembers of which coupons the points went back (`Claim.refunded`), so they go back once.
"""

from __future__ import annotations

from collections.abc import Collection

from coupons.damage import Damaged
from coupons.model.batches import PublishedBatch
from coupons.model.claims import Claim
from coupons.model.points_accounts import balance, given_back, spent
from coupons.model.points_pages import award_of
from coupons.model.points_shares import part_of, share_of
from coupons.points.accounts import next_award
from coupons.points.programs import program_of_campaign
from coupons.process.services import Services
from coupons.refusals import InsufficientPoints
from coupons.stores import points_keys
from coupons.stores.parts import Part


def price_parts(services: Services, batch: PublishedBatch, person: bytes, now_s: int) -> list[Part]:
    """Transaction parts that take the batch's price from the person's points, as of now. 1 read unit, 4 write units.

    Raises InsufficientPoints, also in a campaign where nothing earns points; Damaged.
    """
    price, program = batch.document.price_points, program_of_campaign(services, batch.campaign_id)
    if program is None:
        raise InsufficientPoints(balance=0, price=price, detail=f"This pack costs {price} points; you have 0.")
    account = services.points.account(program.program_id, person)
    change = spent(account, price, _exchange_id(batch), now_s, batch.batch_id)
    if change is None:
        has = balance(account, now_s)
        award = next_award(services, batch.campaign_id, has, now_s)
        raise InsufficientPoints(
            balance=has,
            price=price,
            next=award_of(award, has) if award else None,
            detail=f"This pack costs {price} points; you {_told(has)}.",
        )
    return [*services.points.change(program.program_id, person, account, change)]


def give_back_unused(services: Services, batch: PublishedBatch, claim: Claim, now_s: int) -> bool | None:
    """The points of all coupons of a voided claim that were not redeemed are back, once; True if some were now.

    None: the claim or the account was written since it was read. 6 write units, 2 read units; nothing if they are back.
    Only after every till knows that the batch is voided: a coupon whose points are back is not redeemed.
    """
    unused = claim.never_used
    if not unused or not share_of(batch.document.price_points, len(claim.coupons), unused):
        return False
    parts = _parts_of_give_back(services, batch, claim, unused, now_s)
    if parts is None:
        return False
    marked = services.claims.refunding(batch, claim, [*claim.refunded, *unused])
    return True if services.tries([marked, *parts]) else None


def give_back_parts(services: Services, batch: PublishedBatch, claim: Claim, place: int, now_s: int) -> list[Part]:
    """Transaction parts by which the points of a coupon that is voided now go back; none if the batch cost none.

    The caller voids the coupon and marks its points as back in the same transaction: a coupon is voided once, so they
    go back once. 2 read units.
    """
    if not share_of(batch.document.price_points, len(claim.coupons), [place]):
        return []
    return _parts_of_give_back(services, batch, claim, [place], now_s) or []


def _parts_of_give_back(
    services: Services, batch: PublishedBatch, claim: Claim, places: Collection[int], now_s: int
) -> list[Part] | None:
    """None if the campaign has no program of points any more. Raises Damaged if the claim has no exchange."""
    program = program_of_campaign(services, batch.campaign_id)
    if program is None:
        return None
    program_id, price, coupons = program.program_id, batch.document.price_points, len(claim.coupons)
    at = (program_id, claim.person, claim.claimed_at_s, _exchange_id(batch))
    exchange = services.points.entry(*at)
    if exchange is None:
        raise Damaged(services.points.table, **points_keys.entry(*at), reason="there is no such exchange")
    before = share_of(price, coupons, claim.refunded)
    back = part_of(program.rules, exchange, before, share_of(price, coupons, places))
    # Of one claim several coupons may go back, one by one: each has an entry of its own.
    entry_id = f"give-back-{batch.batch_id}-{len(claim.refunded)}"
    account = services.points.account(program_id, claim.person)
    change = given_back(program.rules, account, back, entry_id, now_s)
    return [*services.points.change(program_id, claim.person, account, change)]


def _told(balance: int) -> str:
    return f"owe {-balance}: what you earn pays them first" if balance < 0 else f"have {balance}"


def _exchange_id(batch: PublishedBatch) -> str:
    return f"exchange-{batch.batch_id}"
