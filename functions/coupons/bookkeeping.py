"""A campaign's budgets, reserves and records as they stood together at one moment."""

from __future__ import annotations

from coupons.audits import Moment
from coupons.declaring import read
from coupons.environment import Environment
from coupons.releases import Control, Release

LOOKS = 5


def moment(env: Environment, campaign_id: str) -> Moment | None:
    """None if they did not stand still while they were read: ask again.

    Whatever moves money counts up the version of a batch's reserve in the same transaction, and whatever declares it
    the document's revision: if both are the same before and after, all else was read of one moment. 3 units a batch, 1
    a funder, 1 for 10 records. Raises NotFound.
    """
    before = _read(env, campaign_id)
    for _ in range(LOOKS):
        after = _read(env, campaign_id)
        if (before.document.revision, before.reserves) == (after.document.revision, after.reserves):
            return before
        before = after
    return None


def published(env: Environment, campaign_id: str) -> dict[str, Release]:
    """The campaign's published batches, as its document has them. Raises NotFound."""
    found = {batch.batch_id: env.live.published_release(batch.batch_id) for batch in read(env, campaign_id).batches}
    return {batch_id: release for batch_id, release in found.items() if release is not None}


def _read(env: Environment, campaign_id: str) -> Moment:
    document = read(env, campaign_id)
    batch_ids = [batch.batch_id for batch in document.batches]
    reserves = {batch_id: env.reserves.get(batch_id) for batch_id in batch_ids}
    budgets = env.budgets.of(campaign_id, [funder.funder_id for funder in document.funders])
    releases, controls = dict[str, Release](), dict[str, Control]()
    for batch_id in batch_ids:
        release = env.live.published_release(batch_id)
        if release is not None:
            releases[batch_id], controls[batch_id] = release, env.live.control_now(batch_id)
    return Moment(
        document=document,
        reserved={budget.funder_id: budget.reserved_minor for budget in budgets},
        left={budget.funder_id: budget.left_minor for budget in budgets},
        reserves=reserves,
        controls=controls,
        releases=releases,
        records=tuple(env.reserves.records(campaign_id)),
    )
