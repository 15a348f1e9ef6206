"""Dispatch of draws: each lottery whose draw is not done goes through its steps, as far as they are due.

| step | module |
|---|---|
| count the entries | `counting.py` |
| fix the list of entries | `committing.py` |
| bring the beacon, on the local stage | `local_beacon.py` |
| find the winners, once the beacon is known | `drawing.py` |
| give each winner the pack, if the batch credits | `crediting.py` |
| offer what nobody claimed to the next in line | `reserves.py` |
| record how it ended, with the file of who claimed | `ending.py` |
| remove the sealed identities a month later | `ending.py` |

Called at least once a minute, by a function of its own: a list of millions takes minutes, and no reclaim, expiry or
settlement waits for it. Several calls may work side by side. Each step records what it did once, so a repeat changes
nothing and a killed call loses nothing but time. The due list names the draws (`stores/due_list.py`).
"""

from __future__ import annotations

from coupons.damage import expected
from coupons.lottery.committing import commit
from coupons.lottery.counting import count_entries
from coupons.lottery.crediting import credit
from coupons.lottery.drawing import draw
from coupons.lottery.ending import end, forget
from coupons.lottery.local_beacon import bring_local_beacon
from coupons.lottery.reserves import open_reserve
from coupons.lottery.steps import DrawNow, Step
from coupons.process.minutes import MinuteReport
from coupons.process.services import Services

STEPS: tuple[Step, ...] = (count_entries, commit, bring_local_beacon, draw, credit, open_reserve, end, forget)
"""In the order in which a draw goes through them."""


def run_draws(services: Services, now_s: int, deadline_s: float) -> MinuteReport:
    """What is due of each draw at `now_s` is done, or as much of it as fits before `deadline_s` (monotonic)."""
    report = MinuteReport()
    for batch_id in services.due_list.draws():
        if services.clock.monotonic_s() >= deadline_s:
            report.more = True
            break
        with report.going_on(services, batch_id):
            _advance(services, report, batch_id, now_s, deadline_s)
    return report


def _advance(services: Services, report: MinuteReport, batch_id: str, now_s: int, deadline_s: float) -> None:
    """Each step as the one before left the items."""
    batch = services.cache.listed(batch_id)
    assert batch.draw is not None, "the due list names a draw of a batch that has none"
    now = None
    for step in STEPS:
        if now is None:
            control, state = services.cache.control_now(batch_id), services.draws.state(batch_id, consistent=True)
            now = DrawNow(services, batch, batch.draw, control, state, now_s, deadline_s)
        with expected("draw files", batch_id, "", "a file of its draw is not there"):
            done = step(now)
        for facts in done.did:
            report.note(batch_id, **facts)
            now = None  # a step that did nothing left the items as they were
        if done.more:
            report.more = True
            return
