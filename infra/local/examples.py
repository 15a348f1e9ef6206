"""What `make run` prints: where the stack is, and each step of a coupon's life ready to paste."""

from __future__ import annotations

from infra.local.clock import LocalClock, rfc3339
from infra.local.settings import Settings

_TEXT = r"""API       {url}        (GET /openapi.json lists the routes)
cloud     http://127.0.0.1:{cloud_port}        any AWS command: --endpoint-url, key test, secret test
issuer    http://127.0.0.1:{issuer_port}
data      {directory}        FRESH=1 starts anew
time      {now}, ticking; special-0606 opens at 2020-06-06T10:00:00+08:00

# A token each for a citizen and a shop (valid a day).
ask() {{ curl -sw '\n' "$@"; }}
field() {{ grep -o "\"$1\": *\"[^\"]*\"" | head -1 | cut -d'"' -f4; }}
token() {{ ask {url}/_local/token -d "$1" | field access_token; }}
CITIZEN=$(token '{{"sub": "li-hua", "scope": "citizen", "region": "beijing"}}')
SHOP=$(token '{{"sub": "till-1", "scope": "merchant", "merchant_id": "qianmen-diner"}}')

# Ten o'clock: claim a pack of three coupons, then look at the wallet.
ask {url}/_local/clock -d '{{"now": "2020-06-06T10:00:00+08:00"}}'
ask -X PUT {url}/batches/special-0606/claim -H "Authorization: Bearer $CITIZEN"
ask {url}/wallet -H "Authorization: Bearer $CITIZEN"

# A code of the 10 yuan coupon (it lives a minute), then 60.00 yuan paid with it at the till.
COUPON=$(ask {url}/batches/special-0606/claim -H "Authorization: Bearer $CITIZEN" | field coupon_id)
CODE=$(ask -X POST {url}/coupons/$COUPON/code -H "Authorization: Bearer $CITIZEN" | field code)
ask -X PUT {url}/orders/order-1/redemption -H "Authorization: Bearer $SHOP" \
  -H 'Content-Type: application/json' -d '{{"code": "'$CODE'", "order": {{"total_minor": 6000,
  "store_id": "qianmen-diner", "channel": "offline", "region": "beijing", "items": [{{"sku": "noodles",
  "category": "catering", "tags": [], "price_minor": 6000, "quantity": 1}}]}}}}'

# Fifteen days later the other two have expired.
ask {url}/_local/clock -d '{{"advance_s": 1296000}}'
ask -X POST {url}/_local/tick
ask "{url}/wallet?status=expired" -H "Authorization: Bearer $CITIZEN"

Ctrl-C ends it and keeps data and time.
"""


def examples(settings: Settings, clock: LocalClock) -> str:
    return _TEXT.format(
        url=f"http://127.0.0.1:{settings.port}",
        cloud_port=settings.cloud_port,
        issuer_port=settings.issuer_port,
        directory=settings.directory,
        now=rfc3339(clock.now_s()),
    )
