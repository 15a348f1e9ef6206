"""The draw of a lottery, as everybody may read it."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field

from coupons.model import batches
from coupons.model.batches import PublishedBatch
from coupons.model.draw_terms import rules_hash
from coupons.model.draws import DrawShare, DrawWeight
from coupons.times import epoch_s, rfc3339
from coupons.web.responses.base import Moment, ResponseBody

Hex32 = Annotated[str, Field(json_schema_extra={"pattern": "^[0-9a-f]{64}$"})]
"""32 bytes as lower-case hexadecimal digits."""


class DrawTermsView(ResponseBody):
    """How a lottery is drawn. All of it is fixed since the batch was published."""

    at: Moment
    """When it is drawn."""
    round: int
    """The round of the random beacon that it is drawn by: the first that is due at or after that."""
    chain: batches.DrawChain
    """The beacon. `local` is a test, which anybody can sign."""
    receipt_key: Hex32
    """The public Ed25519 key of receipts and of the commitment."""
    rules_hash: Hex32
    """SHA-256 of the rules, which each receipt states. It is final half a minute before booking opens."""
    claim_for_s: int
    """Seconds that the winners, and the next in line, have to claim."""
    rounds: int
    """How often packs are offered: to the winners, then to the next in line."""
    shares: list[DrawShare]
    """Packs for some people first."""
    weights: list[DrawWeight]
    """People with more tickets than one."""
    credit: bool
    """The winners get their packs without a claim."""

    @classmethod
    def of(cls, batch: PublishedBatch, quantity: int) -> Self | None:
        """None for a batch that is not drawn. `quantity`: its packs now."""
        draw = batch.document.draw
        if draw is None or batch.draw is None:
            return None
        at, key = rfc3339(epoch_s(draw.at), batch.timezone), batch.draw.receipt_key.hex()
        hashed = rules_hash(batch, quantity).hex()
        return cls.copied(batch.draw, draw, at=at, receipt_key=key, rules_hash=hashed)
