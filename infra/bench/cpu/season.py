"""The season of the bench: forty batches that are open now, one of them with a pack for everybody and one drained."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3

from coupons.claim import codes, packs
from coupons.claim.eligibility import Citizen
from coupons.model.campaigns import Campaign
from coupons.operate import campaigns, publication
from coupons.process.services import Services
from coupons.refusals import Drained
from coupons.sealing import Keys
from infra.bench.cpu.gateway import DRAINED, MERCHANT, SPIKE, redemption
from infra.couponctl.campaign_files import load_campaign
from infra.local.cloud import REGION
from infra.local.settings import checkout
from infra.local.tables import create_tables
from infra.virtual.server import Endpoints, served

CAMPAIGN = "bench"
BATCHES = 40
"""As many keys does a wallet read."""
_MASTER, _SECRET = "a master secret of a bench, of no worth", "arn:aws:secretsmanager:::secret:keys"
_OFFLINE = ("meal-50-10", "meal-100-20", "meal-200-30")


@dataclass(frozen=True, slots=True)
class Stage:
    """Where the functions find the season, and who hands out codes for them."""

    endpoints: Endpoints
    variables: dict[str, str]
    services: Services

    def environment(self, *, tls: bool) -> dict[str, str]:
        """The environment variables of a function, as Lambda sets them, and the address of the stub."""
        url = self.endpoints.tls_url if tls else self.endpoints.url
        return {
            **self.variables,
            "AWS_ENDPOINT_URL": url,
            "AWS_ENDPOINT_URL_DYNAMODB": url,
            "AWS_ENDPOINT_URL_SECRETS_MANAGER": url,
            **({"AWS_CA_BUNDLE": str(self.endpoints.certificate)} if tls else {}),
        }

    def redemption(self, order_no: str) -> dict[str, Any]:
        """The event of a redemption of a fresh coupon."""
        now_s = int(self.services.clock.wall_s())
        person = self.services.keys.person(f"buyer of {order_no}")
        pack, _ = packs.claim(self.services, SPIKE, Citizen(person, "beijing"), now_s)
        code, _, _ = codes.issue_code(self.services, pack.coupon_ids(self.services.keys)[0], person, now_s)
        return redemption(order_no, code)


@contextmanager
def stage() -> Iterator[Stage]:
    """A stub endpoint with the season published."""
    with served({_SECRET: f'{{"1": "{_MASTER}"}}'}) as endpoints:
        client = boto3.client(
            "dynamodb",
            region_name=REGION,
            endpoint_url=endpoints.url,
            aws_access_key_id="test",
            aws_secret_access_key="test",  # noqa: S106
        )
        names = create_tables(client)
        variables = {
            "STAGE": "bench",
            "POWERTOOLS_SERVICE_NAME": "bench",
            "POWERTOOLS_METRICS_NAMESPACE": "CouponSeason/bench",
            "EXPECTED_ENVIRONMENTS": "8",
            "KEYS_SECRET_ARN": _SECRET,
            "EVENT_BUS": "bench",
            "FAILED_EVENTS_QUEUE_URL": f"{endpoints.url}/queue",
            **{f"{name.removesuffix('Table').upper()}_TABLE": table for name, table in names.items()},
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_SESSION_TOKEN": "test" * 100,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": "/dev/null",
            "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
            "NO_PROXY": "127.0.0.1,localhost",
        }
        services = Services(variables, keys=Keys({1: _MASTER.encode()}), boto_client=client, rng=random.Random(1))
        publish(services)
        yield Stage(endpoints, variables, services)


def publish(services: Services) -> None:
    """All batches are open, and the drained one is."""
    now_s = int(services.clock.wall_s())
    campaign = Campaign.model_validate(_document(datetime.now(UTC)), strict=False)
    campaigns.apply(services, CAMPAIGN, campaign, now_s)
    for batch in campaign.batches:
        publication.publish(services, batch.batch_id, now_s)
    for name in ("first", "second"):
        try:
            packs.claim(services, DRAINED, Citizen(services.keys.person(name), "beijing"), now_s)
        except Drained:
            return
    raise AssertionError("the only pack of the drained batch was claimed twice")


def _document(now: datetime) -> dict[str, Any]:
    """The season's three meal coupons in one pack, from yesterday on."""
    season = load_campaign(checkout() / "infra" / "seasons" / "beijing-2020.yaml")
    terms = [one for one in season["terms"] if one["terms_id"] in _OFFLINE]
    for one in terms:
        one["merchant_match"] = [{"starts_at": _moment(now, -1), "basis_points": 10_000}]
    names = (SPIKE, DRAINED, *(f"batch-{number}" for number in range(BATCHES - 2)))
    quantities = {SPIKE: 1_000_000, DRAINED: 1}
    return {
        **{name: season[name] for name in ("timezone", "currency", "sections", "funders")},
        "campaign_id": CAMPAIGN,
        "title": "A season of a bench",
        "starts_at": _moment(now, -1),
        "ends_at": _moment(now, 60),
        "merchants": [one for one in season["merchants"] if one["merchant_id"] == MERCHANT],
        "terms": terms,
        "batches": [
            {
                "batch_id": name,
                "title": "A pack",
                "mode": "first_come",
                "quantity": quantities.get(name, 1_000),
                "opens_at": _moment(now, -1),
                "closes_at": _moment(now, 20),
                "terms": list(_OFFLINE),
            }
            for name in names
        ],
    }


def _moment(now: datetime, days: int) -> str:
    return (now.replace(microsecond=0) + timedelta(days=days)).isoformat()
