"""What `make costs` plays of live statistics."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from coupons.count.reads import season_statistics
from coupons.count.shards import count
from coupons.process.services import Services
from coupons.stores.statistics import StreamShard
from infra.set_clock import SetClock


def plays(services: Services, clock: SetClock) -> Iterator[tuple[str, Callable[[], object]]]:
    """A thousand claims of one second, one claim alone, and what a board reads."""
    batch, now_s = services.cache.batch("special-0606"), int(clock.now_s)
    shard = StreamShard("ClaimsTable/stream/2020", "shardId-1")
    records = [_record(number, batch.number, batch.opens_at_s) for number in range(1001)]
    yield "count a thousand claims", partial(count, services, records[:1000], shard, now_s)
    yield "count one claim", partial(count, services, records[1000:], shard, now_s)
    services.cache.published()
    read = partial(season_statistics, services, "beijing-2020", "hour", None, None, now_s)
    yield "statistics of a season, not folded", read
    yield "statistics, read within a second", read


def _record(number: int, batch_number: int, claimed_at_s: int) -> dict[str, Any]:
    """A claim, as its table's stream brings it."""
    key = {"pk": {"S": "B#special-0606#0"}, "sk": {"S": f"CLAIM#{number:022}"}}
    told = {"n": {"N": str(batch_number)}, "t": {"S": "t:0"}, "a": {"N": str(claimed_at_s)}, "v": {"N": "1"}}
    return {
        "eventName": "INSERT",
        "eventSourceARN": "arn:aws:dynamodb:us-east-1:1:table/ClaimsTable/stream/2020",
        "dynamodb": {
            "ApproximateCreationDateTime": claimed_at_s,
            "SequenceNumber": str(number + 1),
            "Keys": key,
            "NewImage": {**key, **told, "c": {"L": []}},
        },
    }
