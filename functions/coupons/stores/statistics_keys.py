"""Keys of live statistics (table `catalog`); all others are in `keys.py`.

| pk | sk | item |
|---|---|---|
| `CHECKPOINT#stream` | `shardId` | how far a shard of a table's stream is counted |
| `STATS#campaign#day` | `hour#minute#row` | what was counted in a minute, in 8 rows |
| `HOURS#campaign` | `hour`, `FOLDED` | the sum of an hour; how far hours are summed up |
| | `hour#row` | `late`: how often a row was changed after its hour |
| | `DAY`number | something was counted in an hour of this day |
| `SECONDS#batch#minute#row` | `CLAIMED`, `REFUSED` | claims and refusals of each second |
| `PROGRAM#id` | `POINTS#row` | what the points of a program come to, in 8 rows |

Hours and minutes are 10 digits, the epoch second in which they begin, so that they sort by time.
"""

from __future__ import annotations

from coupons.stores.keys import Key
from coupons.times import DAY_S


def checkpoint(stream: str, shard_id: str) -> Key:
    return Key(pk=f"CHECKPOINT#{stream}", sk=shard_id)


FOLDED = "FOLDED"
"""Sorts behind all hours."""
_DAY = "DAY"


def day_of_hour(hour_s: int) -> int:
    """The day of UTC in which an hour begins: hours of a day are in one partition."""
    return hour_s // DAY_S


def day(campaign_id: str, number: int) -> str:
    return f"STATS#{campaign_id}#{number}"


def minutes_of(hour_s: int) -> str:
    return f"{hour_s:010}#"


def minute(campaign_id: str, hour_s: int, minute_s: int, row: int) -> Key:
    return Key(pk=day(campaign_id, day_of_hour(hour_s)), sk=f"{minutes_of(hour_s)}{minute_s:010}#{row}")


def hour_minute_row(sort_key: str) -> tuple[int, int, int]:
    """Those in `hour#minute#row`."""
    hour_s, minute_s, row = sort_key.split("#")
    return int(hour_s), int(minute_s), int(row)


def hours_of(campaign_id: str) -> str:
    return f"HOURS#{campaign_id}"


def folded(campaign_id: str) -> Key:
    return Key(pk=hours_of(campaign_id), sk=FOLDED)


def folded_hour(campaign_id: str, hour_s: int) -> Key:
    return Key(pk=hours_of(campaign_id), sk=f"{hour_s:010}")


def counted_day(campaign_id: str, number: int) -> Key:
    return Key(pk=hours_of(campaign_id), sk=f"{_DAY}{number}")


def counted_day_number(sort_key: str) -> int | None:
    """That of `DAY`number; None: the item is another."""
    return int(sort_key.removeprefix(_DAY)) if sort_key.startswith(_DAY) else None


def late_hour(campaign_id: str, hour_s: int, row: int) -> Key:
    return Key(pk=hours_of(campaign_id), sk=f"{minutes_of(hour_s)}{row}")


def is_mark_of_hour(sort_key: str) -> bool:
    return "#" in sort_key


def hour_and_row(sort_key: str) -> tuple[int, int]:
    """Those in `hour#row`."""
    hour_s, _, row = sort_key.partition("#")
    return int(hour_s), int(row)


CLAIMED, REFUSED = "CLAIMED", "REFUSED"


def seconds(batch_id: str, minute_s: int, row: int, kind: str) -> Key:
    return Key(pk=f"SECONDS#{batch_id}#{minute_s:010}#{row}", sk=kind)


def batch_and_minute(partition: str) -> tuple[str, int]:
    """Those in `SECONDS#batch#minute#row`."""
    _, batch_id, minute_s, _ = partition.split("#")
    return batch_id, int(minute_s)


_POINTS = "POINTS#"


def points_rows(program_id: str) -> tuple[str, str]:
    """The partition of a program's rows, and how their sort keys begin."""
    return f"PROGRAM#{program_id}", _POINTS


def points_row(program_id: str, row: int) -> Key:
    return Key(pk=f"PROGRAM#{program_id}", sk=f"{_POINTS}{row}")
