"""`make run`: the whole stack on one loopback port, until Ctrl-C.

The front listens on PORT, as soon as the seasons are published; ministack (the local cloud) on PORT + 1, the token
issuer on PORT + 2. Exits with status 1 and one line if it cannot start, or if ministack ends.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
import threading
import time
from contextlib import ExitStack, suppress
from types import FrameType

from infra.client.api import ApiError
from infra.couponctl.core_yaml import DocumentFileError
from infra.local.cloud import HOST, Cloud, CloudError, start_cloud
from infra.local.examples import examples
from infra.local.kept import LOG, AlreadyRunningError, ForeignDirectoryError, Kept, OtherFormError, held
from infra.local.settings import Settings, SettingsError, checkout, settings_of
from infra.local.stack import SERVICES, Stack, import_slow_parts
from infra.local.steps import Steps

_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class TakenPortError(Exception):
    """Another program listens on a port of the stack."""


def main() -> int:
    try:
        settings = settings_of(os.environ, checkout())
        with ExitStack() as exits:
            exits.enter_context(held(settings.directory, settings.port))
            return _run(settings, exits)
    except KeyboardInterrupt:
        return 0
    except AlreadyRunningError as error:
        return _failed(f"this checkout's stack is running already ({error}); end it first")
    except ForeignDirectoryError as error:
        return _failed(f"{error}; choose another: make run DATA_DIR=…")
    except TakenPortError as error:
        return _failed(f"port {error} is taken; choose another: make run PORT=…")
    except (SettingsError, OtherFormError, CloudError, ApiError, DocumentFileError) as error:
        return _failed(str(error))


def _run(settings: Settings, exits: ExitStack) -> int:
    # SIGINT too: a shell starts background programs with SIGINT ignored.
    for number in _ENDING:
        signal.signal(number, _interrupt)
    threading.Thread(target=import_slow_parts, daemon=True).start()
    started_at_s = time.monotonic()
    public = exits.enter_context(_bound(settings.port))
    for port in (settings.cloud_port, settings.issuer_port):
        _bound(port).close()

    kept = Kept(settings.directory)
    now_s = kept.begin(fresh=settings.fresh)
    kept.clock.set_now(now_s)
    steps = Steps(_say, settings.directory / LOG)
    exits.enter_context(steps.watched())
    steps.begin("starting the local cloud")
    cloud = start_cloud(
        settings.cloud_port,
        settings.directory,
        services=SERVICES,
        persist=True,
        enforce_policies=settings.enforce_policies,
    )
    try:
        cloud.wait_until_ready()
        stack = Stack(settings, cloud, kept, steps)
        with stack.issuer.published(settings.issuer_port):
            steps.begin("deploying template.yaml")
            stack.deploy()
            steps.begin("loading the seasons")
            warming = stack.start_warming()
            stack.load_seasons()
            steps.begin("starting the functions, one after the other")
            warming.join()
            cloud.check()
            kept.running()
            # The test clock continues as if no time had passed.
            kept.clock.set_now(now_s)
            public.listen(512)
            _say(f"ready in {time.monotonic() - started_at_s:.1f} s\n")
            print(examples(settings, kept.clock), flush=True)
            return asyncio.run(_serve(stack, public))
    finally:
        _stop(cloud, kept)


def _stop(cloud: Cloud, kept: Kept) -> None:
    """Ministack has ended; if it saved its state, the test clock stops with it."""
    # A second Ctrl-C must not interrupt ministack while it saves its state.
    for number in _ENDING:
        signal.signal(number, signal.SIG_IGN)
    if not cloud.ended():
        _say("saving and ending …")
    if cloud.stop():
        kept.stopped()


async def _serve(stack: Stack, public: socket.socket) -> int:
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in _ENDING:
        loop.add_signal_handler(number, ended.set)
    threading.Thread(target=_tell_when_ended, args=(stack, loop, ended), daemon=True).start()
    await stack.front().serve(public, ended)
    if stack.cloud.ended():
        return _failed(f"ministack has ended; see {stack.cloud.log_path}")
    return 0


def _tell_when_ended(stack: Stack, loop: asyncio.AbstractEventLoop, ended: asyncio.Event) -> None:
    stack.cloud.process.wait()
    # The loop is already closed if this program ended ministack.
    with suppress(RuntimeError):
        loop.call_soon_threadsafe(ended.set)


def _bound(port: int) -> socket.socket:
    """A socket that is bound to the port and does not listen yet. Raises TakenPortError."""
    bound = socket.socket()
    # Otherwise the port of an earlier run stays taken for a minute.
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((HOST, port))
    except OSError:
        bound.close()
        raise TakenPortError(port) from None
    return bound


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _say(line: str) -> None:
    print(line, flush=True)


def _failed(reason: str) -> int:
    print(f"make run: {reason}", file=sys.stderr, flush=True)
    return 1


if __name__ == "__main__":
    sys.exit(main())
