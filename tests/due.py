"""What must be in the due list, by the items alone: whatever money, wallets or the close of a day need of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from coupons.model.swept_days import OVER_DAYS
from coupons.stores.attributes import Item, decode
from coupons.times import DAY_S
from infra.virtual.writes import Place
from tests.world import World

CATALOG = "CatalogTable"
KINDS = ("INDEX", "DUE", "BATCH#")
Stored = Mapping[tuple[str, str], Any]


def assert_nothing_is_missing(items: Mapping[Place, Any], now_s: int) -> None:
    """Call it while the clock goes on: what a clock that was set back brings back is listed by the next tick."""
    stored = {place[1:]: item for place, item in items.items() if place[0] == CATALOG and place[1].startswith(KINDS)}
    index = [decode(item) for (pk, _), item in stored.items() if pk == "INDEX"]
    ends = {line["sk"].partition("#")[2]: line["ends_at_s"] for line in index if line["sk"].startswith("CAMPAIGN#")}
    batches = [line for line in index if line["sk"].startswith("BATCH#")]
    missing = [one for line in batches for one in _of_batch(stored, line, ends[line["campaign_id"]], now_s)]
    assert not missing, missing


def _of_batch(stored: Stored, line: Item, ends_at_s: int, now_s: int) -> Iterator[str]:
    """It is due unless it is finished; it has its line while wallets show it; the line says what the index says."""
    batch_id, campaign_id = line["sk"].partition("#")[2], line["campaign_id"]
    due, campaign = _item(stored, "DUE", line["sk"]), _item(stored, "DUE", f"CAMPAIGN#{campaign_id}")
    if not _is_finished(stored, batch_id) and (due is None or due["done"]):
        yield f"{batch_id} is not finished, and its line is {due}"
    if now_s < max(ends_at_s + OVER_DAYS * DAY_S, line["last_expiry_s"]) and due is None:
        yield f"{batch_id} is shown in wallets, and has no line"
    if due is not None and "campaign_id" in due:
        if due["last_expiry_s"] != line["last_expiry_s"]:
            yield f"{batch_id} expires at {line['last_expiry_s']}, and by its line {due}"
        if campaign is None or campaign["ends_at_s"] != ends_at_s:
            yield f"{campaign_id} ends at {ends_at_s}, and by its line {campaign}"
    release = _item(stored, f"BATCH#{batch_id}", "RELEASE")
    assert release is not None
    if _item(stored, "DUE", f"ZONE#{release['timezone']}") is None:
        yield f"the zone {release['timezone']} of {batch_id} is not known"


def _is_finished(stored: Stored, batch_id: str) -> bool:
    """Its rest is given through the last day with lines of it that was added up."""
    pk, days = f"BATCH#{batch_id}", "SPENT#"
    spent = max((sk.removeprefix(days) for of, sk in stored if of == pk and sk.startswith(days)), default="")
    control = _item(stored, pk, "CONTROL") or {}
    rest_through = control.get("rest_through", "")
    return control.get("given_back") == 2 and bool(rest_through) and spent <= rest_through


def _item(stored: Stored, pk: str, sk: str) -> Item | None:
    return decode(stored[pk, sk]) if (pk, sk) in stored else None


def line_of(world: World, batch_id: str = "pack") -> str:
    """`due`, `done`, or `left`."""
    item = world.client.items.get(Place(CATALOG, "DUE", f"BATCH#{batch_id}"))
    return "left" if item is None else "done" if decode(item)["done"] else "due"
