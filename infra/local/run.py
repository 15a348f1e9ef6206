"""The whole stack on one loopback port, until Ctrl-C.

The front listens on PORT, as soon as the seasons are published; ministack (the local cloud) on PORT + 1, the token
issuer on PORT + 2.

| exit status | when |
|---|---|
| 0 | it was ended (Ctrl-C, SIGTERM, SIGHUP), also while it started; its data are saved if it was ready |
| 1 | with one line that names the reason: it could not start, ministack ended, or its data are not saved |
"""

from __future__ import annotations

import asyncio
import errno
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from types import FrameType

from infra.client.api import ApiError
from infra.couponctl.core_yaml import DocumentFileError
from infra.couponctl.output import counted
from infra.local.cloud import HOST, Cloud, CloudError, start_cloud
from infra.local.examples import examples
from infra.local.kept import LOG, AlreadyRunningError, ForeignDirectoryError, Kept, OtherFormError, held
from infra.local.saves import since
from infra.local.settings import Settings, SettingsError, checkout, settings_of
from infra.local.sign_in_server import published
from infra.local.stack import SERVICES, Stack, import_slow_parts
from infra.local.steps import Steps

_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class TakenPortError(Exception):
    """Another program listens on a port of the stack."""


class NotSavedError(Exception):
    """The stack has ended, and its last data are not on the disk."""


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
        return _failed(f"port {error} is taken, of PORT and the two above it; choose another: make run PORT=…")
    except (SettingsError, OtherFormError, CloudError, NotSavedError, ApiError, DocumentFileError) as error:
        return _failed(str(error))
    except OSError as error:
        return _failed(_unwritable(error))


def _run(settings: Settings, exits: ExitStack) -> int:
    # SIGINT too: a shell starts background programs with SIGINT ignored.
    _on_ending(_interrupt)
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
    cloud: Cloud | None = None
    try:
        with _not_interrupted():
            cloud = start_cloud(
                settings.cloud_port,
                settings.directory,
                services=SERVICES,
                persist=True,
                enforce_policies=settings.enforce_policies,
            )
        # While ministack starts: this reads template.yaml, and may make a key.
        stack = Stack(settings, cloud, kept, steps)
        cloud.wait_until_ready()
        with published(stack.issuer, stack.sign_in, settings.issuer_port):
            _set_up(stack, steps)
            kept.running()
            # The test clock continues as if no time had passed.
            kept.clock.set_now(now_s)
            cloud.saves.begin(_say)
            public.listen(512)
            steps.end()
            _say(f"ready in {time.monotonic() - started_at_s:.1f} s\n")
            print(examples(settings, kept.clock), flush=True)
            asyncio.run(_serve(stack, public))
    finally:
        if cloud is not None:
            _stop(cloud, kept)
    return 0


def _set_up(stack: Stack, steps: Steps) -> None:
    steps.begin("deploying template.yaml")
    stack.deploy()
    steps.begin("loading the seasons")
    warming = stack.start_warming()
    stack.load_seasons()
    stack.rebuild_statistics()
    steps.begin("starting the functions, one after the other")
    warming.join()
    stack.check()


def _stop(cloud: Cloud, kept: Kept) -> None:
    """Ministack has ended; if it saved its state, the test clock stops with it. Raises CloudError, NotSavedError."""
    # A second Ctrl-C must not interrupt ministack while it saves its state.
    _on_ending(signal.SIG_IGN)
    crashed = cloud.ended()
    if not crashed:
        _say("saving and ending …" if cloud.saves.begun else "ending …")
        left = cloud.read_streams()
        if left is None:
            _say("ministack does not say whether the streams were read: events may be lost")
        elif left:
            _say(f"the streams were not read to their end: events of {counted(left, 'record')} are lost")
    if cloud.stop():
        kept.stopped()
        return
    saves = cloud.saves
    if crashed and not saves.begun and isinstance(sys.exception(), KeyboardInterrupt):
        return  # the same Ctrl-C reached it, before it had a session of its own
    kept_data = f"of its data {since(saves.saved_at_s)}" if saves.begun else "it had no new data"
    if crashed:
        raise CloudError(f"ministack has ended; see {cloud.log_path}; {kept_data}")
    if not saves.failure:
        raise NotSavedError(f"ministack ended without saving the data; see {cloud.log_path}; {kept_data}")
    raise NotSavedError(f"the data are not saved: {saves.failure}; {kept_data}; {_remedy(saves.failure)}")


async def _serve(stack: Stack, public: socket.socket) -> None:
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()

    def end(*_: object) -> None:
        # The loop is closed already if this is a second Ctrl-C, or if this program ended ministack.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(ended.set)

    # Not those of the loop: when it closes, it would restore handlers that end this program before the data are saved.
    _on_ending(end)
    threading.Thread(target=lambda: end(stack.cloud.process.wait()), daemon=True).start()
    await stack.front().serve(public, ended)


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


@contextmanager
def _not_interrupted() -> Iterator[None]:
    """Ctrl-C during the block takes effect at its end: a process that was started is known, and can be ended."""
    noted: list[int] = []
    _on_ending(lambda number, _frame: noted.append(number))
    try:
        yield
    finally:
        _on_ending(_interrupt)
    if noted:
        _interrupt(noted[0], None)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    _on_ending(signal.SIG_IGN)
    raise KeyboardInterrupt


def _on_ending(handler: Callable[[int, FrameType | None], object] | signal.Handlers) -> None:
    """What Ctrl-C, SIGTERM and SIGHUP do from now on."""
    for number in _ENDING:
        signal.signal(number, handler)


def _unwritable(error: OSError) -> str:
    reason = error.strerror or str(error)
    return f"{error.filename or 'the data directory'}: {reason}; {_remedy(reason)}"


def _remedy(reason: str) -> str:
    if reason in {os.strerror(number) for number in _FULL}:
        return "free some space, or choose another disk: make run DATA_DIR=…"
    return "choose a directory that you can write: make run DATA_DIR=…"


def _say(line: str) -> None:
    print(line, flush=True)


def _failed(reason: str) -> int:
    print(f"make run: {reason}", file=sys.stderr, flush=True)
    return 1
