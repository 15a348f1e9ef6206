"""名单: the members of a group, who may claim its batches. A batch that is granted to all of them needs no stock.

An exclusive group of batches (`model/exclusive_groups.py`) is another thing.

A `granted` batch needs no lease if its group is no larger than the batch when it is published. Only members claim, and
each claims once, so claims <= people ever admitted <= quantity, also if members are removed. From then on the group's
item refuses to grow beyond the batch. A larger group claims from the stock. Guarded by
tests/store/operate/test_members.py::test_a_group_never_outgrows_a_batch_that_was_granted_to_it,
tests/concurrency/test_granting.py::test_members_publishing_and_claims_side_by_side.
"""

from __future__ import annotations

from dataclasses import dataclass

from coupons.clock import FENCE_S
from coupons.model.declared_batches import Batch
from coupons.process.services import Services
from coupons.refusals import Busy, Malformed, TermsFrozen
from coupons.stores.dynamodb import TransactionFailed
from coupons.stores.groups import ADMITTED_AT_ONCE, Group

ADMIT_ATTEMPTS = 6


@dataclass(frozen=True, slots=True)
class MemberChange:
    """How many people joined and left with this call, and how many were ever admitted."""

    added: int
    removed: int
    entitled: int


def change_members(services: Services, group_id: str, add: list[str], remove: list[str], now_s: int) -> MemberChange:
    """Each person in `add` (as `Keys.person` takes them) is a member, and no person in `remove` is.

    People are compared by their keys, so two spellings of one person count once. 2 write units a new member, 1 for each
    other person who joins or leaves, none for a person who is or is not a member already. Raises Malformed (a person is
    in both lists), TermsFrozen (a batch that is granted to the whole group would have too few packs; people earlier in
    the list may have been admitted), Busy.
    """
    adding = dict.fromkeys(map(services.keys.person, add))
    removing = [services.keys.person(name) for name in remove]
    for place, person in enumerate(removing):
        if person in adding:
            message = "is a person whom add names too, perhaps in another spelling"
            raise Malformed(errors=[{"place": f"body.remove.{place}", "message": message}])
    known = services.groups.known(group_id, [*adding, *dict.fromkeys(removing)])
    leaving = [person for person in dict.fromkeys(removing) if known.get(person, False)]
    returning = [person for person in adding if known.get(person) is False]
    fresh = [person for person in adding if person not in known]
    services.groups.remove(group_id, leaving)
    services.groups.readmit(group_id, returning)
    admitted = 0
    for start in range(0, len(fresh), ADMITTED_AT_ONCE):
        admitted += _admit(services, group_id, fresh[start : start + ADMITTED_AT_ONCE], now_s)
    return MemberChange(len(returning) + admitted, len(leaving), services.groups.get(group_id).entitled)


def grants_to_all(batch: Batch, group: Group) -> bool:
    """Whether the group is no larger than the batch, so that no claim needs a lease."""
    return batch.mode == "granted" and batch.price_points == 0 and group.entitled <= batch.quantity


def _admit(services: Services, group_id: str, persons: list[bytes], now_s: int) -> int:
    """How many of `persons` this call admitted; another call may have admitted the rest."""
    for _ in range(ADMIT_ATTEMPTS):
        group = services.groups.get(group_id)
        _refuse_to_outgrow(services, group_id, group, len(persons), now_s)
        try:
            services.groups.admit(group_id, group, persons)
        except TransactionFailed as failure:
            # Another call admitted some of them, or other people, since they were read.
            admitted = failure.which("member")
            persons = [person for person in persons if person not in admitted]
            if persons:
                continue
        return len(persons)
    raise Busy(detail="The group is changing; try again.")


def _refuse_to_outgrow(services: Services, group_id: str, group: Group, more: int, now_s: int) -> None:
    for batch_id, quantity in sorted(group.fits.items()):
        if group.entitled + more > quantity and not _is_over(services, batch_id, now_s):
            raise TermsFrozen(
                detail=f"{batch_id!r} grants {quantity} packs to all of {group_id!r}, which has admitted"
                f" {group.entitled} people: raise its quantity before {more} more."
            )


def _is_over(services: Services, batch_id: str, now_s: int) -> bool:
    """No claim of the batch can be written any more.

    That is one fence after its end: until then another process may not know of a stop, its clock may be behind, or a
    put that it sent may still be applied. Guarded by
    tests/store/operate/test_members.py::test_a_batch_that_is_over_bounds_nobody.
    """
    control, closes_at_s = services.cache.control(batch_id), services.cache.batch(batch_id).closes_at_s
    over_at_s = min(control.stopped_at_s, closes_at_s) if control.stopped else closes_at_s
    return now_s >= over_at_s + FENCE_S
