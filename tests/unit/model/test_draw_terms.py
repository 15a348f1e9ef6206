"""The rules of a draw are bytes that everybody can hash, and they never change."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from coupons.model.draw_terms import draw_terms, rules_hash, rules_text
from coupons.sealing import Keys
from tests.unit.published import published
from tests.world import KEYS, a_batch, a_lottery, campaign, parsed

ROTATED = Keys({**KEYS.masters, 2: b"the second master secret of a draw"})
DOCUMENT = parsed(campaign(a_lottery(title={"en": "A draw", "zh": "摇号"})))
BATCH = replace(published(DOCUMENT), draw=draw_terms(DOCUMENT.batches[0], ROTATED, "local"))


def test_what_publishing_fixes_of_a_draw() -> None:
    """The first round due at or after the draw, and the current version's keys: public halves only."""
    draw = BATCH.draw
    assert draw is not None
    assert (draw.chain, draw.key_version) == ("local", 2)
    due_s = 946_684_800 + (draw.round - 1) * 3
    assert 0 <= due_s - 1_591_358_400 < 3
    signing = Ed25519PrivateKey.from_private_bytes(ROTATED.receipt_seed(2, "pack"))
    assert draw.receipt_key == signing.public_key().public_bytes_raw()
    assert draw.draw_key_hash == hashlib.sha256(ROTATED.draw_key(2, "pack")).digest()
    assert draw_terms(parsed(campaign(a_batch())).batches[0], ROTATED, "local") is None


def test_the_rules_are_one_text_of_stored_parts() -> None:
    """JSON in one spelling, with the quantity once; another quantity is another hash."""
    text = rules_text(BATCH, 12)
    rules = json.loads(text)
    assert json.dumps(rules, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode() == text
    assert (rules["format"], rules["quantity"], "quantity" in rules["batch"]) == ("cs-rules-1", 12, False)
    assert rules["batch"]["draw"] == {
        "at": "2020-06-05T20:00:00+08:00",
        "claim_for_s": 259_200,
        "credit": False,
        "rounds": 1,
        "shares": [],
        "weights": [],
    }
    assert "摇号".encode() in text
    assert rules_hash(BATCH, 12) == hashlib.sha256(text).digest() != rules_hash(BATCH, 13)
