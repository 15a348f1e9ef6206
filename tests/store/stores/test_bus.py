"""The bus: ten entries a request, and a failed entry is never taken for a sent one."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError
from moto import mock_aws

from coupons.model.events import CouponExpiring, Event, Expiring, ExpiringCoupon
from coupons.refusals import Busy
from coupons.stores import bus
from coupons.stores.bus import Bus, NotPut
from coupons.times import wall_clock
from tests.bus import Heard
from tests.store.faults import fault


def made(number: int) -> Event:
    coupon = ExpiringCoupon(coupon_id=f"c{number}", terms_id="ten-off")
    at = wall_clock(1_591_408_800, "Asia/Shanghai")
    return CouponExpiring(
        id=f"{number:032x}",
        source="urn:coupon-season:test",
        time=at,
        subject="pack",
        data=Expiring(campaign_id="season", batch_id="pack", expires_at=at, coupons=[coupon]),
    )


@pytest.mark.parametrize(("events", "requests"), [(0, 0), (1, 1), (10, 1), (11, 2), (20, 2), (21, 3)])
def test_ten_events_are_one_request(events: int, requests: int) -> None:
    """All of them, in order, and no request for none."""
    heard = Heard()
    Bus(heard, "bus").put([made(number) for number in range(events)])
    assert heard.requests == requests
    assert [event["id"] for event in heard.take()] == [f"{number:032x}" for number in range(events)]


def test_an_entry_is_the_cloud_event() -> None:
    """EventBridge's own fields repeat what rules look for: source and type."""
    heard = Heard()
    Bus(heard, "the-bus").put([made(1)])
    (entry,) = heard.entries
    assert json.loads(entry.pop("Detail")) == json.loads(made(1).model_dump_json())
    assert entry == {
        "EventBusName": "the-bus",
        "Source": "urn:coupon-season:test",
        "DetailType": "coupon.expiring.v1",
    }


@pytest.mark.parametrize("request_no", [1, 2])
def test_an_entry_that_failed_is_not_put(request_no: int) -> None:
    """If one of ten failed, in any request, all are sent again."""

    class Failing(Heard):
        def put_events(self, **parameters: Any) -> dict[str, Any]:
            answer = super().put_events(**parameters)
            if self.requests == request_no:
                answer["Entries"][3] = {"ErrorCode": "InternalFailure"}
                answer["FailedEntryCount"] = 1
            return answer

    with pytest.raises(NotPut, match="refused 1 events: InternalFailure"):
        Bus(Failing(), "bus").put([made(number) for number in range(20)])


@pytest.mark.parametrize(
    ("error", "raised"),
    [
        (fault("ThrottlingException"), NotPut),
        (fault("LimitExceededException"), NotPut),
        (fault("InternalException", 500), NotPut),
        (ReadTimeoutError(endpoint_url="http://127.0.0.1"), NotPut),
        (EndpointConnectionError(endpoint_url="http://127.0.0.1"), NotPut),
        (fault("AccessDeniedException", 403), ClientError),
    ],
)
def test_a_request_that_failed_raises(error: Exception, raised: type[Exception]) -> None:
    """A failure that a repeat may avoid is `busy`; any other is raised as it is."""

    class Failing:
        put_events: Callable[..., Any] = staticmethod(lambda **_: (_ for _ in ()).throw(error))

    with pytest.raises(raised) as caught:
        Bus(Failing(), "bus").put([made(1)])
    assert isinstance(caught.value, Busy) == (raised is NotPut)


def test_the_service_takes_what_we_send() -> None:
    """moto checks parameters as botocore's model of the service has them."""
    with mock_aws():
        boto3.client("events").create_event_bus(Name="bus")
        Bus(bus.client(), "bus").put([made(number) for number in range(11)])
