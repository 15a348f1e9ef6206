"""What must hold once everything is quiet: after the reclaim, after closing, after the expiry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coupons.stores import keys, points_keys
from infra.virtual.writes import Place
from tests.simulation.scenes import HOUSEHOLD, PER_HOUSEHOLD, POINTS, PRICE, PROGRAM, person
from tests.world import KEYS

if TYPE_CHECKING:
    from tests.simulation.world import SimulatedWorld

TICK_S = 60


def check_reclaimed(world: SimulatedWorld) -> None:
    """A batch that drained was reclaimed in the quiet minutes."""
    if -TICK_S < world.hub.now_s - (world.closes_after_s - world.begins_s) < 5 * TICK_S:
        return  # it closed a moment ago, and what was sealed before is sealed and counted once more
    for batch_id, book in world.books.batches.items():
        control = book.control
        is_over = control["stopped"]["BOOL"]
        assert is_over or book.is_open, f"{batch_id} is still sealing"
        assert is_over or control["sold_out"]["BOOL"] or not book.number("drained_at_s"), f"{batch_id} stays drained"


def check_limits(world: SimulatedWorld) -> None:
    """Each household's count is its claims."""
    if not world.scene.batches["pack"].limits:
        return
    holders = {place.sk for place in world.books.claims}
    for home in range(0, world.people, HOUSEHOLD):
        claimed = sum(keys.claim("x", 16, person(one))["sk"] in holders for one in range(home, home + HOUSEHOLD))
        key = keys.limit("season", "home", KEYS.person(f"home-{home // HOUSEHOLD}"), "all")
        item = world.service.store.items.get(Place("ClaimsTable", key["pk"], key["sk"]))
        counted = int(item["c"]["N"]) if item else 0
        assert claimed == counted <= PER_HOUSEHOLD, f"a household has {claimed} packs and {counted} are counted"


def check_points(world: SimulatedWorld) -> None:
    """Who claimed has paid, once, and nobody else."""
    if not world.scene.batches["pack"].document.price_points:
        return
    holders = {place.sk for place in world.books.claims}
    for number in range(world.people):
        key = points_keys.balance(PROGRAM, person(number))
        account = world.service.store.items[Place("PointsTable", key["pk"], key["sk"])]
        left = sum(int(lot["L"][1]["N"]) for lot in account["l"]["M"].values())
        paid = PRICE * (keys.claim("x", 16, person(number))["sk"] in holders)
        assert left == POINTS - paid, f"{left} points are left of {POINTS}, {paid} were to be paid"


def check_closed(world: SimulatedWorld) -> None:
    """Every pack is claimed or in the stock, and what claims moved beside it agrees with them."""
    for batch_id, book in world.books.batches.items():
        assert book.control["final"]["BOOL"], f"{batch_id} is not final"
        if book.batch.from_stock:
            assert book.stock + book.claims == book.number("quantity"), f"lost: {book.state}"
        assert book.number("claims") == book.claims, f"counted {book.number('claims')}: {book.state}"
    check_limits(world)
    check_points(world)


def check_expired(world: SimulatedWorld) -> None:
    """The sweep counted every claim, and what no coupon can cost any more is given back."""
    for batch_id, book in world.books.batches.items():
        counts = book.control["expired_counts"]["M"]
        assert book.number("expired_at_s"), f"{batch_id} has not expired"
        assert int(counts["claims"]["N"]) == book.claims, f"{batch_id}: expired {counts}, {book.state}"
        assert book.number("given_back") == 2, f"{batch_id}: money is not given back"
