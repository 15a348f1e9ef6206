"""The local cloud: one ministack process on loopback, started and stopped by its user."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import boto3
from botocore.config import Config

from infra.local.kept import LOG, SCRATCH, STATE
from infra.local.saves import Saves

HOST = "127.0.0.1"
REGION = "us-east-1"
_STOPPED_WITHIN_S = 150
_WORKERS_ENDED_WITHIN_S = 2
_POLLED_EVERY_S = 0.05
_POLL_ANSWERED_WITHIN_S = 60


class CloudError(Exception):
    """The local cloud did not start, or has ended; the message is one line."""


@dataclass
class Cloud:
    """A running ministack. `url` is its endpoint for every service."""

    url: str
    process: subprocess.Popen[bytes]
    log_path: Path
    saves: Saves
    _log: IO[bytes]

    def client(self, service: str, key_id: str = "test") -> Any:
        """A boto3 client for the owner of the local account; a key of 12 digits is the owner of another one."""
        return boto3.client(
            service,  # type: ignore[call-overload]
            endpoint_url=self.url,
            region_name=REGION,
            aws_access_key_id=key_id,
            aws_secret_access_key="test",  # noqa: S106
            # No time limit: on a busy machine an answer may take minutes, and a cloud that ends closes its connections.
            config=Config(retries={"total_max_attempts": 1}, read_timeout=None, max_pool_connections=32),
        )

    def ended(self) -> bool:
        return self.process.poll() is not None

    def check(self) -> None:
        """Raises CloudError if it has ended."""
        if self.ended():
            raise CloudError(f"ministack has ended; see {self.log_path}")

    def wait_until_ready(self) -> None:
        """It answers. Raises CloudError if it ends before."""
        while not _answers(f"{self.url}/_ministack/health"):
            self.check()
            time.sleep(_POLLED_EVERY_S)

    def read_streams(self) -> int | None:
        """The functions have read the tables' streams, which are not saved, but for so many records.

        None if the process does not say how many.
        """
        self.saves.stop()
        return self.saves.unread() if self.saves.begun else 0

    def stop(self) -> bool:
        """The process has ended; True if it ended by itself, with its state saved."""
        self.saves.stop()
        clean = not self.ended()
        if clean:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(_STOPPED_WITHIN_S)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self._end_workers()
        saved = self.saves.last()
        with suppress(BrokenPipeError):
            self.saves.close()
        self._log.close()
        return clean and (saved or not self.saves.begun)

    def _end_workers(self) -> None:
        """Ends the rest of ministack's process group: the functions' workers, which have no state."""
        deadline_s = time.monotonic() + _WORKERS_ENDED_WITHIN_S
        with suppress(ProcessLookupError):
            while time.monotonic() < deadline_s:
                os.killpg(self.process.pid, signal.SIGKILL)
                time.sleep(0.01)


def start_cloud(
    port: int,
    directory: Path,
    *,
    services: tuple[str, ...],
    persist: bool = False,
    enforce_policies: bool = False,
) -> Cloud:
    """Ministack is starting on `port`; see `wait_until_ready`.

    `directory` holds its log, its scratch files and, with `persist`, its state, which it loads at its start and saves
    when `saves` ask for it.
    """
    scratch = directory / SCRATCH
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    log_path = directory / LOG
    log = log_path.open("wb")
    results, told = os.pipe()
    process = subprocess.Popen(  # noqa: S603
        [sys.executable, "-m", "infra.local.process", str(told), str(directory)],
        pass_fds=(told,),
        stdin=subprocess.PIPE,
        stdout=log,
        stderr=subprocess.STDOUT,
        cwd=scratch,
        env=_environment(port, directory, services, persist=persist, auth=enforce_policies),
        # Ctrl-C reaches the whole process group; ministack must run longer than the front, to save its state last.
        start_new_session=True,
        # Its state holds the keys secret, so each file is private.
        umask=0o077,
    )
    os.close(told)
    assert process.stdin
    saves = Saves(process.stdin, os.fdopen(results, encoding="utf-8", errors="replace"))
    return Cloud(f"http://{HOST}:{port}", process, log_path, saves, log)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=_POLL_ANSWERED_WITHIN_S):  # noqa: S310
            return True
    except (urllib.error.URLError, OSError):
        return False


def _environment(port: int, directory: Path, services: tuple[str, ...], *, persist: bool, auth: bool) -> dict[str, str]:
    """The environment without AWS variables, so that no real account or region reaches the functions."""
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("AWS_", "LAMBDA_", "LOCALSTACK_", "MINISTACK_", "POWERTOOLS_"))
        # It hides the bytecode of packages, and a cold start takes three times as long.
        and name not in {"PYTHONDONTWRITEBYTECODE", "PYTHONPATH", "S3_PERSIST", "USE_SSL"}
    }
    return inherited | {
        "GATEWAY_PORT": str(port),
        "BIND_HOST": HOST,
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "SERVICES": ",".join(services),
        "MINISTACK_REGION": REGION,
        "AUTH": "true" if auth else "false",
        "PERSIST_STATE": "1" if persist else "0",
        "STATE_DIR": str(directory / STATE),
        "TMPDIR": str(directory / SCRATCH),
        "LOG_LEVEL": "WARNING",
        # The gateway asks the token issuer, which is slow on a busy machine.
        "MINISTACK_APIGW_JWKS_TIMEOUT_SECONDS": "600",
        "PYTHONWARNINGS": "ignore",
    }
