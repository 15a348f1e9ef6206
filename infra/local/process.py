"""The process of the local cloud: ministack, whose state is also saved while it runs.

By itself ministack saves at its end only, file after file, and logs a failure without telling anybody. Here every save
is written by a fork of the process, which sees the state of one instant: no request is half done (ministack handles
DynamoDB's on its event loop, from which the fork is made), and requests go on meanwhile. It is written beside the
earlier save, which is replaced once the new one is complete (`kept.settle_state`).

The parent holds the other ends of two pipes. A byte `s` on standard input asks for a save; the end of standard input,
however the parent went, ends ministack, which then saves a last time if it was ever asked to. Each save writes a line
to the descriptor of the first argument: `saved`, `ended` for the last one, or `failed` and the reason.

Streams are not saved. So before the end a byte `r` waits until the functions have read them, at most READ_WITHIN_S, and
writes `unread` and how many records they have not: each is missing in what one function does.
"""

from __future__ import annotations

import logging
import os
import shutil
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from hypercorn.config import Config
from ministack import app  # type: ignore[import-untyped]
from ministack.core import persistence  # type: ignore[import-untyped]
from ministack.services import dynamodb, lambda_svc  # type: ignore[import-untyped]

from infra.local.kept import settle_state, unfinished_state
from infra.local.saves import ENDED, FAILED, READ, READ_WITHIN_S, SAVED, SAVED_WITHIN_S, UNREAD

_NO_LIMIT_S = 86_400
_LOOKED_EVERY_S = 0.05
_QUIET_LOOKS = 3

Services = dict[str, Callable[[], Any]]


class _Errors(logging.Handler):
    """What `persistence` logs instead of raising."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.reasons: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        last = record.args[-1] if isinstance(record.args, tuple) and record.args else record.getMessage()
        self.reasons.append((isinstance(last, OSError) and last.strerror) or str(last))


def save(services: Services, directory: Path) -> str | None:
    """The state of all services replaces the earlier save in `directory`; a reason if not, and that one is kept."""
    unfinished = unfinished_state(directory)
    persistence.STATE_DIR = str(unfinished)
    lambda_svc.CODE_BLOB_DIR = str(unfinished / "lambda-blobs")
    errors = _Errors()
    logger = logging.getLogger("persistence")
    logger.addHandler(errors)
    try:
        shutil.rmtree(unfinished, ignore_errors=True)
        persistence.save_all(services)
        if errors.reasons:
            shutil.rmtree(unfinished, ignore_errors=True)
            return errors.reasons[0]
        settle_state(directory, complete=True)
    except OSError as error:
        return error.strerror or str(error)
    finally:
        logger.removeHandler(errors)
    return None


def unread_at_last() -> int:
    """Waits until the streams are read, and still are a moment later: a request may not have ended."""
    deadline_s, looks = time.monotonic() + READ_WITHIN_S, 0
    while looks < _QUIET_LOOKS:
        left = unread()
        looks = 0 if left else looks + 1
        if time.monotonic() >= deadline_s:
            return left
        time.sleep(_LOOKED_EVERY_S)
    return 0


def unread() -> int:
    """Records of the tables' streams that a mapping has not brought to its function, for each mapping."""
    left = 0
    for account, region, mapping in lambda_svc._iter_all_esms():  # noqa: SLF001 - no request tells a mapping's position
        if not mapping.get("Enabled", True):
            continue
        _, _, table = mapping["EventSourceArn"].partition(":table/")
        end = dynamodb.stream_end_position(table.partition("/")[0], account_id=account, region=region)
        read = lambda_svc._dynamodb_stream_positions.get_scoped(account, region, mapping["UUID"], 0)  # noqa: SLF001
        left += max(end - read, 0)
    return left


class Saver:
    """Saves the state of this process; one save at a time."""

    def __init__(self, results: int, directory: Path) -> None:
        self._results = results
        self._directory = directory
        self._pid = 0
        self._asked = False
        self._over = False

    def follow_parent(self) -> None:
        """Saves whenever the parent asks; ends the process once the parent is gone."""
        while command := os.read(0, 1):
            if command == READ:
                self._tell(f"{UNREAD}{unread_at_last()}")
                continue
            self._asked = True
            forked: SimpleQueue[int] = SimpleQueue()
            loop = app._MAIN_LOOP  # noqa: SLF001 - the loop that handles requests
            loop.call_soon_threadsafe(lambda queue=forked: queue.put(0 if self._over else self._fork(SAVED)))
            self._wait(forked.get())
        os.kill(os.getpid(), signal.SIGTERM)

    def save_last(self, _services: Services) -> None:
        """Stands where ministack saves at its end. Nothing is saved after it."""
        self._over = True
        if self._asked:
            self._wait(self._fork(ENDED))

    def _fork(self, word: str) -> int:
        self._wait(self._pid)
        self._pid = os.fork()
        if self._pid == 0:
            self._save_and_exit(word)
        return self._pid

    def _save_and_exit(self, word: str) -> None:
        """The fork's whole life. Its threads are gone, and the descriptors that it shares are not its own to use."""
        try:
            signal.set_wakeup_fd(-1)
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, signal.SIG_DFL)
            signal.alarm(SAVED_WITHIN_S)
            self._close_others()
            services = app._build_persistence_save_dict()  # noqa: SLF001 - what ministack itself would save
            reason = save(services, self._directory)
            self._tell(f"{FAILED}{reason}" if reason else word)
        finally:
            os._exit(0)

    def _close_others(self) -> None:
        """Sockets, above all: a port must be free once ministack has ended."""
        for descriptor in [int(path.name) for path in Path("/dev/fd").iterdir()]:
            if descriptor > 2 and descriptor != self._results:
                with suppress(OSError):  # that of the listing itself
                    os.close(descriptor)

    def _wait(self, pid: int) -> None:
        if pid == 0:
            return
        try:
            _, status = os.waitpid(pid, 0)
        except ChildProcessError:
            return  # the other thread has waited for it
        if status:
            self._tell(f"{FAILED}it did not end within {SAVED_WITHIN_S} s")

    def _tell(self, line: str) -> None:
        os.write(self._results, f"{line}\n".encode())


def main() -> None:
    results, directory = int(sys.argv[1]), Path(sys.argv[2])
    del sys.argv[1:]
    # Functions' workers must not hold the pipe open.
    os.set_inheritable(results, False)
    # By itself it ends after a minute in which it could not start, or save.
    Config.startup_timeout = Config.shutdown_timeout = _NO_LIMIT_S
    saver = Saver(results, directory)
    app.save_all = saver.save_last
    threading.Thread(target=saver.follow_parent, name="saves", daemon=True).start()
    app.main()


if __name__ == "__main__":
    main()
