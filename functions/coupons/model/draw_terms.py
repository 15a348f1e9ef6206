"""The rules of a lottery's draw: what publishing fixes, and the bytes that everybody can hash.

The rules are put together from texts that are stored, so that no later code writes them in another way. Their hash
stands in each receipt and in the commitment.
"""

from __future__ import annotations

import hashlib
import json

from coupons.drand import CHAINS, round_at
from coupons.model.batches import DrawChain, DrawTerms, PublishedBatch
from coupons.model.declared_batches import Batch
from coupons.sealing import Keys
from coupons.times import epoch_s

RULES_FORMAT = "cs-rules-1"


def draw_terms(batch: Batch, keys: Keys, chain: DrawChain) -> DrawTerms | None:
    """What publishing the batch now fixes of its draw; None if it is no lottery. The current keys are the draw's."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: PLC0415 - rules need no key

    if batch.draw is None:
        return None
    version = keys.current
    seed = keys.receipt_seed(version, batch.batch_id)
    return DrawTerms(
        round=round_at(chain, epoch_s(batch.draw.at)),
        chain=chain,
        key_version=version,
        receipt_key=Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw(),
        draw_key_hash=hashlib.sha256(keys.draw_key(version, batch.batch_id)).digest(),
        document_text=_json(batch.model_dump(mode="json", by_alias=True, exclude={"quantity"})),
    )


def rules_text(batch: PublishedBatch, quantity: int) -> bytes:
    """The rules of a published lottery with so many packs: JSON, its names in order, without blanks.

    `quantity`: the control item's, final from `FENCE_S` before booking opens.
    """
    draw = batch.draw
    assert draw is not None, "only a lottery has rules"
    rest = {
        "chain_hash": CHAINS[draw.chain].chain_hash.hex(),
        "draw_key_sha256": draw.draw_key_hash.hex(),
        "format": RULES_FORMAT,
        "quantity": quantity,
        "receipt_key": draw.receipt_key.hex(),
        "round": draw.round,
    }
    return f'{{"batch":{draw.document_text},{_json(rest)[1:]}'.encode()


def rules_hash(batch: PublishedBatch, quantity: int) -> bytes:
    """SHA-256 of the rules."""
    return hashlib.sha256(rules_text(batch, quantity)).digest()


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
