"""Add up a program's accounts again, and replace what was counted of them; for operators, in no function."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from coupons.model.points_accounts import Account
from coupons.model.points_sums import PointsSums, of_account, of_entry
from coupons.process.passes import side_by_side
from coupons.process.services import Services
from coupons.stores.liabilities import numbers_of
from coupons.stores.points_keys import ACCOUNT_BUCKETS


@dataclass(frozen=True, slots=True)
class PointsRecount:
    """`writes`: how often each row had been written before anything was added up, so that a later change is seen."""

    program_id: str
    stored: PointsSums
    writes: Mapping[int, int]
    recounted: PointsSums

    @property
    def differences(self) -> dict[str, tuple[int, int]]:
        """By name what was counted and what the accounts come to, where the two differ."""
        one, other = numbers_of(self.stored), numbers_of(self.recounted)
        names = sorted(one.keys() | other.keys())
        return {name: (one.get(name, 0), other.get(name, 0)) for name in names if one.get(name) != other.get(name)}


def recount_points(
    services: Services, program_id: str, account_buckets: Sequence[int] = range(ACCOUNT_BUCKETS)
) -> PointsRecount:
    """What was counted of the program, and what its accounts and entries come to. Raises Damaged.

    It agrees while nobody earns or spends and the stream is read to its end. 1 read unit each 4 KB of accounts.
    """
    stored, writes = services.liabilities.rows(program_id)
    recounted = PointsSums()
    for part in side_by_side(services, lambda bucket: _sums(services, program_id, bucket), account_buckets):
        recounted.take(part)
    return PointsRecount(program_id, stored, writes, recounted)


def replace_points(services: Services, told: PointsRecount) -> bool:
    """What is counted is as it was recounted; False if a row changed since it was read.

    Only while the stream is read to its end: what it still brings would be counted twice.
    """
    if not told.differences:
        return True
    return services.tries(services.liabilities.replacing(told.program_id, told.recounted, told.writes))


def _sums(services: Services, program_id: str, bucket: int) -> PointsSums:
    sums = PointsSums()
    for one in services.points_reads.in_bucket(program_id, bucket):
        sums.take(of_account(Account(), one.account))
        for entry in one.entries:
            sums.take(of_entry(entry))
    return sums
