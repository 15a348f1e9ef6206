"""The beacon of the local chain, whose key is public: the local stage brings it itself, to draw its lotteries.

A draw on drand's chain waits for somebody who brings the signature. Publishing chose the chain by the stage.
"""

from __future__ import annotations

from coupons import drand
from coupons.lottery.beacon import take_beacon
from coupons.lottery.steps import DrawNow, Stepped
from coupons.refusals import Closed, Stopped


def bring_local_beacon(now: DrawNow) -> Stepped:
    """The draw has its beacon, if its chain is the local one and its round is due. A tenth of a second of CPU, once.

    Guarded by tests/store/lottery/test_local_beacon.py::test_only_the_local_stage_brings_a_beacon.
    """
    terms, state, services = now.terms, now.state, now.services
    if terms.chain != "local" or services.settings["STAGE"] != "local" or now.control.stopped:
        return Stepped()
    if state.commitment is None or state.beacon or state.end or now.now_s < drand.due_s("local", terms.round):
        return Stepped()
    signature = drand.sign_local(terms.round)
    try:
        _, _, is_repeat = take_beacon(services, now.batch.batch_id, terms.round, signature, "local", now.now_s)
    except (Closed, Stopped):  # it came too late, or another call has ended the draw
        return Stepped()
    return Stepped([] if is_repeat else [{"step": "beacon", "round": terms.round}])
