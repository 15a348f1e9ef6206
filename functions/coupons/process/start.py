"""What an environment does before its first request, and when it is restored from a snapshot (Lambda SnapStart)."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterable
from importlib import import_module

from coupons.process.services import replace_services, running_services, shared_services
from coupons.process.variables import missing


def prepare(needed: Iterable[str]) -> None:
    """Clients and keys are made while Lambda initializes the environment, if that succeeds at once.

    A failure here would be a bare 500 of the gateway, so it leaves nothing behind: the first request makes them anew,
    and answers 503 if it cannot. Where variables are missing, as where a test imports a handler, nothing is made.

    Guarded by tests/store/process/test_start.py::test_what_fails_at_the_start_is_made_by_the_first_request.
    """
    _register()
    if missing(os.environ, needed):
        return
    try:
        shared_services(needed).prepare()
        gc.freeze()  # what is loaded now stays, so no later search for garbage goes through it
    except Exception:  # noqa: BLE001 - whatever it was, the request that meets it again says so
        replace_services(None)


def restored() -> None:
    """Lambda calls it in each environment that it starts from the snapshot."""
    for services in running_services():
        services.restored()


def _register() -> None:
    try:
        hooks = import_module("snapshot_restore_py")
    except ModuleNotFoundError:  # Lambda's runtime brings it, and nothing else
        return
    hooks.register_after_restore(restored)
