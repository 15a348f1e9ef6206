"""The API as the start asks it: without a time limit, again after a failure, until the local cloud ends."""

from __future__ import annotations

from collections.abc import Callable

from infra.client.api import AGAIN, Answer, Api, ApiError, ProblemError
from infra.local.steps import Steps

_NO_LIMIT_S = 7 * 86_400.0
"""A request that is given up and sent again starts from nothing, and the first one goes on beside it."""


class PatientApi(Api):
    """For requests that are safe to repeat only. `check` raises CloudError once waiting is in vain."""

    def __init__(self, url: str, token: str, *, check: Callable[[], None], steps: Steps) -> None:
        super().__init__(url, token, timeout_s=_NO_LIMIT_S, patience_s=_NO_LIMIT_S)
        self._check = check
        self._steps = steps

    def request(self, method: str, path: str, body: object = None, *, repeatable: bool | None = True) -> Answer:
        """The stack's answer, or its refusal. Raises ProblemError, CloudError."""
        while True:
            try:
                answer = super().request(method, path, body, repeatable=repeatable)
            except ApiError as error:
                if isinstance(error, ProblemError) and error.status not in AGAIN:
                    self._steps.progress()
                    raise
                self._steps.failed(f"{method} {path}: {error}")
                self._check()
            else:
                self._steps.progress()
                return answer
