"""`python -m infra.local` as a subprocess of the suite: its own data directory, its own ports, ended by SIGINT."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from queue import Empty, Queue
from time import monotonic
from typing import Any

from infra.client import Citizen, Till
from infra.local.cloud import HOST
from tests.e2e.caller import Caller

ROOT = Path(__file__).parents[2]
READY_WITHIN_S = 60
ENDED_WITHIN_S = 30
_OWN = 30
"""Ports of one process, ten stacks. Workers have neighbouring process ids, and would find the same ports free."""
_PORTS_FROM, _PORTS_TO = 20_000, 20_000 + 333 * _OWN


SAVES_OFTEN = "import sys; from infra.local import run, saves; saves.EVERY_S = 0.5; sys.exit(run.main())"


class LocalStack:
    """One data directory and three ports; started and ended any number of times."""

    def __init__(self, directory: Path, program: tuple[str, ...] = ("-m", "infra.local")) -> None:
        self._program = program
        self.directory = directory
        self.port = _three_free_ports()
        self.url = f"http://{HOST}:{self.port}"
        self.output: list[str] = []
        self._process: subprocess.Popen[str] | None = None
        self._lines: Queue[str | None] = Queue()
        self._reader: threading.Thread | None = None

    @property
    def cloud_url(self) -> str:
        return f"http://{HOST}:{self.port + 1}"

    @property
    def issuer_url(self) -> str:
        return f"http://{HOST}:{self.port + 2}"

    def start(self, *, fresh: bool = False, within_s: float = READY_WITHIN_S) -> None:
        """Return when the stack answers: it says so. `times` has each line until then, and when it came."""
        self.output = []
        self.times: list[tuple[float, str]] = []
        self._lines = Queue()
        self._process = self.launch(fresh=fresh)
        self._reader = threading.Thread(target=self._read, args=(self._process, self._lines), daemon=True)
        self._reader.start()
        deadline_s = monotonic() + within_s
        while not any(line.startswith("ready in ") for line in self.output):
            try:
                line = self._lines.get(timeout=max(deadline_s - monotonic(), 0))
            except Empty:
                line = None
            if line is None:
                self.kill()
                raise AssertionError("the stack did not start:\n" + "".join(self.output))
            self.output.append(line)
            self.times.append((monotonic(), line))

    def launch(self, *, fresh: bool = False, directory: Path | None = None) -> subprocess.Popen[str]:
        """The command itself, leader of a process group, as a terminal would start it."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "POWERTOOLS_"))}
        return subprocess.Popen(
            [sys.executable, *self._program],
            cwd=ROOT,
            env=inherited
            | {
                "PORT": str(self.port),
                "DATA_DIR": str(directory or self.directory),
                "FRESH": "1" if fresh else "",
                "ENFORCE_POLICIES": "1",
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def interrupt(self, *, within_s: float = ENDED_WITHIN_S) -> int:
        """Ctrl-C. The exit code; raises AssertionError if anything is left running or listening."""
        assert self._process is not None
        family = descendants(self._process.pid)
        assert len(family) > 2, "the front, ministack, and a worker at least"
        os.killpg(self._process.pid, signal.SIGINT)
        code = self._process.wait(within_s)
        self._close()
        assert sorted(family & set(processes())) == []
        for port in range(self.port, self.port + 3):
            with socket.socket() as asked:
                assert asked.connect_ex((HOST, port)) != 0, f"port {port} is still listened on"
        return code

    def kill_cloud(self) -> int:
        """kill -9 of ministack alone. The exit code of the front."""
        assert self._process is not None
        os.kill(self._cloud(), signal.SIGKILL)
        code = self._process.wait(ENDED_WITHIN_S)
        self._close()
        return code

    def kill_all(self) -> None:
        """kill -9 of everything at once, as when the machine goes down."""
        assert self._process is not None
        family = descendants(self._process.pid)
        os.kill(self._cloud(), signal.SIGSTOP)  # so that nothing can save a last time
        for pid in family:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._process.wait()
        self._close()

    def _cloud(self) -> int:
        assert self._process is not None
        (cloud,) = (pid for pid, parent in processes().items() if parent == self._process.pid)
        return cloud

    def kill(self) -> None:
        """Whatever still runs of a stack that went wrong: ministack ends with its parent."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._close()

    def caller(self, token: str | None = None) -> Caller:
        return Caller(HOST, self.port, token)

    def token(self, sub: str, scope: str, **claims: str) -> str:
        with self.caller() as anybody:
            answer = anybody.send("POST", "/_local/token", {"sub": sub, "scope": scope, **claims})
        assert answer.status == 200, answer.text
        return str(answer.json["access_token"])

    def app(self, name: str) -> Citizen:
        """As a citizen's app asks."""
        return Citizen(self.url, self.token(name, "citizen", person_id=name, region="beijing"))

    def till(self, merchant_id: str) -> Till:
        """As a merchant's till asks."""
        return Till(self.url, self.token(f"till-{merchant_id}", "merchant", merchant_id=merchant_id))

    def citizen(self, name: str) -> Caller:
        return self.caller(self.token(name, "citizen", person_id=name, region="beijing"))

    def merchant(self, merchant_id: str) -> Caller:
        return self.caller(self.token(f"till-{merchant_id}", "merchant", merchant_id=merchant_id))

    def operator(self) -> Caller:
        return self.caller(self.token("op", "operator"))

    def publish(self, document: dict[str, Any]) -> None:
        """A campaign that is new, with all its batches."""
        with self.operator() as operator:
            declared = operator.send("PUT", f"/admin/campaigns/{document['campaign_id']}", document)
            assert declared.status == 201 or (operator.was_busy and declared.is_replay), declared.text
            for batch in document["batches"]:
                published = operator.send("POST", f"/admin/batches/{batch['batch_id']}/publish", {})
                assert published.status == 200, published.text

    def set_clock(self, moment: str) -> None:
        self._local("/_local/clock", {"now": moment})

    def advance(self, by_s: int) -> None:
        self._local("/_local/clock", {"advance_s": by_s})

    def now(self) -> str:
        with self.caller() as anybody:
            return str(anybody.send("GET", "/_local/clock").json["now"])

    def tick(self) -> list[dict[str, Any]]:
        """What the schedule did, and all of it."""
        answer = self._local("/_local/tick", {})
        assert answer["more"] is False
        return list(answer["did"])

    def couponctl(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "infra.couponctl", "--url", self.url, "--json", *arguments]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)

    def _local(self, path: str, body: dict[str, Any]) -> Any:
        with self.caller() as anybody:
            answer = anybody.send("POST", path, body)
        assert answer.status == 200, answer.text
        return json.loads(answer.text)

    def _close(self) -> None:
        assert self._process is not None
        assert self._reader is not None
        self._reader.join()
        while (line := self._lines.get_nowait()) is not None:
            self.output.append(line)
        self._process = None

    @staticmethod
    def _read(process: subprocess.Popen[str], lines: Queue[str | None]) -> None:
        assert process.stdout is not None
        with process.stdout:
            for line in process.stdout:
                lines.put(line)
        lines.put(None)


@contextmanager
def new_stack(directory: Path) -> Iterator[LocalStack]:
    """A new stack, at 09:59:30 on the opening day; ended by Ctrl-C with exit code 0 and nothing left running."""
    stack = LocalStack(directory)
    try:
        stack.start(fresh=True)
        yield stack
        assert stack.interrupt() == 0, "".join(stack.output)
    finally:
        stack.kill()


def processes() -> dict[int, int]:
    """Process → parent, of all that run on this machine and are not yet dead."""
    found = {}
    for state_file in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # it has ended meanwhile
            # The name is in brackets and may hold anything; state and parent follow it (proc(5)).
            state, parent, *_ = state_file.read_text().rpartition(")")[2].split()
            if state != "Z":
                found[int(state_file.parent.name)] = int(parent)
    return found or _listed_by_ps()


def _listed_by_ps() -> dict[int, int]:
    """Where there is no /proc, as on macOS; slim Linux images on the other hand have no `ps`."""
    listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid=,stat="], capture_output=True, text=True, check=True)
    rows = [line.split() for line in listed.stdout.splitlines()]
    return {int(pid): int(parent) for pid, parent, state in rows if not state.startswith("Z")}


def descendants(ancestor: int) -> set[int]:
    """`ancestor` and all that it has started, and those have."""
    running, found = processes(), {ancestor}
    while more := {pid for pid, parent in running.items() if parent in found} - found:
        found |= more
    return found


def _three_free_ports() -> int:
    """The first of three neighbours; below the range that the kernel hands out by itself, so that nobody takes them."""
    start = _PORTS_FROM + os.getpid() * _OWN % (_PORTS_TO - _PORTS_FROM)
    for port in [*range(start, _PORTS_TO, 3), *range(_PORTS_FROM, start, 3)]:
        with ExitStack() as held:
            try:
                for neighbour in range(port, port + 3):
                    held.enter_context(socket.socket()).bind((HOST, neighbour))
            except OSError:
                continue
            return port
    raise AssertionError("no three free ports")
