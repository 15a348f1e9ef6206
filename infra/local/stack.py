"""The parts of a running stack, put together."""

from __future__ import annotations

import importlib
import json
import os
import threading
from contextlib import suppress
from functools import cached_property
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from infra.client.api import ProblemError
from infra.local import answers
from infra.local.cloud import HOST, Cloud, CloudError
from infra.local.cors import Cors
from infra.local.deploy import Deployed, deploy, upload_pages
from infra.local.front import Front
from infra.local.issuer import AUDIENCE, Issuer
from infra.local.kept import DRAWS, Kept
from infra.local.pages import Pages
from infra.local.patience import PatientApi
from infra.local.routes import LocalRoutes
from infra.local.seasons import load_season
from infra.local.settings import Settings
from infra.local.sign_in import CLIENT_ID, SignIn
from infra.local.statistics import rebuild
from infra.local.steps import Steps
from infra.local.tables import load_template
from infra.local.upstream import Upstream
from infra.pages.applications import applications

SERVICES = (
    "apigateway",
    "cloudformation",
    "cloudfront",
    "dynamodb",
    "events",
    "iam",
    "kms",
    "lambda",
    "logs",
    "monitoring",
    "s3",
    "secretsmanager",
    "sns",
    "sqs",
    "sts",
)
"""AWS services that template.yaml uses, and that deploy and run it."""

_AT_ONCE = max(8, 4 * (os.cpu_count() or 1))
_FILES_AT_ONCE = 16
_WARM = (("/campaigns", "citizen"), ("/wallet", "citizen"), ("/settlements/2020-06-06", "merchant"))
"""Path and scope of a request to each function that a person waits for; it starts a worker, most of a CPU second."""


def redirect_addresses(port: int) -> set[str]:
    """Where the applications are, by both names of this machine; a sign-in returns nowhere else."""
    paths = [one.paths[0] for one in applications() if one.scope]
    return {f"http://{host}:{port}{path}" for host in (HOST, "localhost") for path in paths}


def import_slow_parts() -> None:
    """Imports the SAM translator, which takes a second, while ministack starts."""
    importlib.import_module("infra.local.expand")


class Stack:
    """A `cloud` with template.yaml deployed into it. Call `deploy` first; before, `cloud` need not be ready."""

    def __init__(self, settings: Settings, cloud: Cloud, kept: Kept, steps: Steps) -> None:
        self.cloud = cloud
        self._steps = steps
        self.issuer = Issuer(f"http://{HOST}:{settings.issuer_port}", kept.key_path)
        self.sign_in = SignIn(self.issuer, redirect_addresses(settings.port))
        self._settings = settings
        self._kept = kept
        self._template = load_template(settings.root / "template.yaml")
        self._cors = Cors.declared(self._template, settings.allowed_origins)
        self._deployed: Deployed | None = None

    def deploy(self) -> None:
        """template.yaml is deployed, and the pages are uploaded. Raises CloudError."""
        try:
            self._deployed = self._deploy()
            upload_pages(self.cloud, self._deployed, self._pages_config, self._steps.progress)
        except ClientError as error:
            raise CloudError(f"{error}; FRESH=1 starts anew") from error
        except BotoCoreError as error:
            self.cloud.check()
            raise CloudError(f"{error}; see {self.cloud.log_path}") from error

    def _deploy(self) -> Deployed:
        return deploy(
            self.cloud,
            self._template,
            self._settings.root / "functions",
            {
                "Stage": "local",
                "JwtIssuer": self.issuer.url,
                "JwtAudience": AUDIENCE,
                "SignInOrigins": self.issuer.url,
                "TestClockFile": str(self._kept.clock.path),
                "DrawFolder": str(self._kept.directory / DRAWS),
                # Millions of packs and few people: with as many buckets as on AWS each pass would be slow.
                "ClaimsPerBucket": "100000",
            },
            self._steps.progress,
        )

    @property
    def _pages_config(self) -> dict[str, Any]:
        return {"issuer": self.issuer.url, "client_id": CLIENT_ID, "hotline": None, "practice": True}

    @property
    def deployed(self) -> Deployed:
        assert self._deployed is not None, "deploy() comes first"
        return self._deployed

    @property
    def api_path(self) -> str:
        """The path under which ministack serves the API; none of its own paths can be reached through it."""
        return f"/_aws/execute-api/{self.deployed.api_id}/$default"

    @property
    def api_url(self) -> str:
        return self.cloud.url + self.api_path

    def token(self, scope: str) -> str:
        return self.issuer.token({"sub": f"local-{scope}", "scope": scope, "merchant_id": "local"})

    def load_seasons(self) -> None:
        """Each season is loaded and published, and a line says so. Raises ApiError, CloudError, DocumentFileError."""
        with self._api("operator") as api:
            for path in sorted((self._settings.root / "infra" / "seasons").glob("*.yaml")):
                batches = load_season(api, path)
                loaded = f"{len(batches)} batches" if batches else "as it was left"
                self._steps.progress(f"  {path.stem}: {loaded}")

    def rebuild_statistics(self) -> None:
        """What an earlier run did not count before it ended is counted."""
        if self._kept.is_resumed:
            self._steps.begin("counting the statistics again")
            now_s = int(self._kept.clock.now_s())
            rebuild(self.cloud.client("dynamodb"), self.deployed.outputs, now_s, self._steps, self.check)

    def start_warming(self) -> threading.Thread:
        """The functions that a person waits for get a worker each, one after the other; the thread ends when all do."""
        thread = threading.Thread(target=self._warm, name="warming", daemon=True)
        thread.start()
        return thread

    def _warm(self) -> None:
        # The cloud may end, or the disk be full; whoever waits for the thread says so.
        with suppress(CloudError, OSError):
            for path, scope in _WARM:
                # Whatever the answer is, a worker is running now.
                with self._api(scope) as api, suppress(ProblemError):
                    api.get(path)

    def check(self) -> None:
        """Raises CloudError or OSError if waiting for the cloud is in vain."""
        self.cloud.check()
        self._kept.check_space()

    def _api(self, scope: str) -> PatientApi:
        return PatientApi(self.api_url, self.token(scope), check=self.check, steps=self._steps)

    def invoke_schedule(self) -> dict[str, Any]:
        """The schedule's functions have run once. Draws follow what is due of packs, so nothing waits for them.

        Raises answers.ProblemError if one fails.
        """
        due = self._invoke("expire")
        if due["more"]:
            return due
        drawn = self._invoke("draw")
        return {"did": due["did"] + drawn["did"], "more": drawn["more"]}

    def _invoke(self, area: str) -> dict[str, Any]:
        name = self.deployed.outputs[f"{area.capitalize()}FunctionName"]
        answer = self._lambda.invoke(FunctionName=name, Payload=b"{}")
        payload = answer["Payload"].read()
        if "FunctionError" in answer:
            raise answers.ProblemError("tick-failed", f"{area} failed: {payload.decode('utf-8', 'replace')}")
        result: dict[str, Any] = json.loads(payload)
        return result

    @cached_property
    def _lambda(self) -> Any:
        return self.cloud.client("lambda")

    def front(self) -> Front:
        return Front(
            upstream=Upstream(HOST, self._settings.cloud_port, limit=_AT_ONCE),
            prefix=self.api_path.encode(),
            routes=LocalRoutes(issuer=self.issuer, clock=self._kept.clock, invoke=self.invoke_schedule),
            clock=self._kept.clock,
            cors=self._cors,
            pages=Pages(
                Upstream(
                    HOST,
                    self._settings.cloud_port,
                    limit=_FILES_AT_ONCE,
                    named=self.deployed.outputs["DistributionDomain"],
                )
            ),
        )
