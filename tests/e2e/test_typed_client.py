"""The client that openapi-python-client makes of the stack's own document claims, redeems and is refused.

Nothing of it is kept: it is generated for each run, and the generator's warnings are failures. In July 2019, with a
campaign of its own, after the other tests: what falls due of it would be in the reports of their ticks.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.caller import BUSY_MAX
from tests.e2e.local_stack import LocalStack
from tests.world import a_batch, campaign
from tests.world import order as an_order

PACKAGE = "generated_client"
CAMPAIGN, BATCH = "typed-2019", "typed-0701"
OPENING = datetime(2019, 7, 1, 2, tzinfo=UTC)
BEFORE, OPEN = "2019-07-01T09:59:30+08:00", "2019-07-01T10:05:00+08:00"


class Generated:
    """The generated package: its operations and models by their names."""

    def __init__(self, url: str) -> None:
        self._url = url

    def client(self, token: str) -> Any:
        """Raises at a status that the document does not declare."""
        made = import_module(f"{PACKAGE}.client").AuthenticatedClient
        return made(base_url=self._url, token=token, raise_on_unexpected_status=True, timeout=40)

    def model(self, name: str) -> Any:
        return getattr(import_module(f"{PACKAGE}.models"), name)

    def ask(self, operation: str, *arguments: Any, **named: Any) -> Any:
        """The answer with its parsed body; a stack that is busy is asked again, as its answer says."""
        sync_detailed: Callable[..., Any] = import_module(f"{PACKAGE}.api.{operation}").sync_detailed
        for _ in range(BUSY_MAX):
            answer = sync_detailed(*arguments, **named)
            if not isinstance(answer.parsed, self.model("BusyProblem")):
                break
        return answer


@pytest.fixture(scope="module")
def generated(stack: LocalStack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Generated]:
    """Made of `GET /openapi.json`, without a warning."""
    folder = tmp_path_factory.mktemp("generated")
    config = folder / "config.yaml"
    config.write_text("post_hooks: []\n", encoding="utf-8")
    command = [sys.executable, "-m", "openapi_python_client", "generate", "--url", f"{stack.url}/openapi.json"]
    command += ["--config", str(config), "--meta", "none", "--output-path", str(folder / PACKAGE), "--fail-on-warning"]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    stack.set_clock(BEFORE)
    batch = a_batch(BATCH, opens_at="2019-07-01T10:00:00+08:00", closes_at="2019-07-02T10:00:00+08:00")
    season = {"starts_at": "2019-07-01T00:00:00+08:00", "ends_at": "2019-10-01T00:00:00+08:00"}
    stack.publish(campaign(batch, campaign_id=CAMPAIGN, **season))
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder)
        yield Generated(stack.url)
    for name in [name for name in sys.modules if name.partition(".")[0] == PACKAGE]:
        del sys.modules[name]


def test_every_operation_and_model_can_be_imported(generated: Generated) -> None:
    """The generated code is valid, all of it."""
    folder = Path(str(import_module(PACKAGE).__file__)).parent
    modules = [".".join(path.relative_to(folder.parent).with_suffix("").parts) for path in folder.rglob("*.py")]
    assert len(modules) > 100
    for name in modules:
        import_module(name.removesuffix(".__init__"))


def test_a_claim_a_code_and_a_redemption(stack: LocalStack, generated: Generated) -> None:
    """Every answer is the declared model: times are times, closed sets are enumerations, amounts are integers."""
    stack.set_clock(OPEN)
    citizen = stack.token("generated", "citizen", person_id="generated", region="beijing")
    with generated.client(citizen) as app:
        claimed = generated.ask("claim.put_claim", BATCH, client=app)
        assert claimed.status_code in (200, 201)  # 200 after a busy answer
        assert isinstance(claimed.parsed, generated.model("ClaimView"))
        repeated = generated.ask("claim.put_claim", BATCH, client=app)
        assert (repeated.status_code, repeated.headers["idempotent-replay"]) == (200, "true")
        assert repeated.parsed == claimed.parsed
        wallet = generated.ask("claim.get_wallet", client=app).parsed
        assert wallet.coupons == claimed.parsed.coupons
        (coupon,) = wallet.coupons
        assert coupon.status == "available"
        code = generated.ask("claim.post_code", coupon.coupon_id, client=app).parsed.code
    with generated.client(stack.token("till-1", "merchant", merchant_id="diner")) as till:
        order = generated.model("Order").from_dict(an_order(6000))
        body = generated.model("RedemptionBody")(code=code, order=order)
        redeemed = generated.ask("verify.put_redemption", "generated-1", client=till, body=body)
        assert redeemed.status_code in (200, 201)
        assert isinstance(redeemed.parsed, generated.model("RedemptionView"))
        assert (redeemed.parsed.discount_minor, redeemed.parsed.payable_minor) == (1000, 5000)
        assert generated.ask("verify.get_redemption", "generated-1", client=till).parsed == redeemed.parsed


def test_refusals_are_the_problems_that_they_are(stack: LocalStack, generated: Generated) -> None:
    """One status has several problems; each is parsed as its own type, with its own facts."""
    stack.set_clock(BEFORE)
    citizen = stack.token("generated-late", "citizen", person_id="generated-late", region="beijing")
    with generated.client(citizen) as app:
        early = generated.ask("claim.put_claim", BATCH, client=app).parsed
        assert isinstance(early, generated.model("NotOpenProblem"))
        assert early.opens_at == OPENING
        assert early.retry_after_s > 0
        unknown = generated.ask("claim.put_claim", "no-such-batch", client=app).parsed
        assert isinstance(unknown, generated.model("NotFoundProblem"))
        misspelt = generated.ask("claim.put_claim", "No Such Batch", client=app).parsed
        assert isinstance(misspelt, generated.model("MalformedProblem"))
        stack.set_clock(OPEN)
        (coupon,) = generated.ask("claim.put_claim", BATCH, client=app).parsed.coupons
        code = generated.ask("claim.post_code", coupon.coupon_id, client=app).parsed.code
    redemption, order = generated.model("RedemptionBody"), generated.model("Order").from_dict

    with generated.client(stack.token("till-1", "merchant", merchant_id="diner")) as till:

        def redeem(order_no: str, code: str, total_minor: int) -> Any:
            body = redemption(code=code, order=order(an_order(total_minor)))
            return generated.ask("verify.put_redemption", order_no, client=till, body=body).parsed

        small = redeem("generated-2", code, 4999)
        assert isinstance(small, generated.model("OrderNotEligibleProblem"))
        assert small.reasons == ["min-spend"]
        forged = redeem("generated-3", "A" * len(code), 6000)
        assert isinstance(forged, generated.model("CodeInvalidProblem"))
        assert forged.reason == "unknown"
        assert redeem("generated-4", code, 6000).payable_minor == 5000
        again = redeem("generated-5", code, 6000)
        assert isinstance(again, generated.model("CouponNotUsableProblem"))
        assert again.coupon_status == "redeemed"
        assert again.expires_at - OPENING == timedelta(days=14, minutes=5)


def test_the_gateways_own_refusal_is_not_parsed(generated: Generated) -> None:
    """The generator reads one media type for a status: infra/client/README.md says what its users have to catch."""
    with generated.client("no token") as app, pytest.raises(KeyError):
        generated.ask("claim.get_wallet", client=app)
