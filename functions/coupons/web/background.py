"""Lambda functions that no request calls: their services, their log and their lines of metrics."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from aws_lambda_powertools import Logger

from coupons.process.services import Services, shared_services
from coupons.process.start import prepare
from coupons.web.metrics import BackgroundOperation, MetricLines


class BackgroundFunction:
    """`variables`: the environment variables that it needs besides those of every function."""

    def __init__(self, operation: BackgroundOperation, *variables: str) -> None:
        self.variables = variables
        self._operation: BackgroundOperation = operation
        self._logger = Logger()
        self._metrics = MetricLines()
        prepare(variables)

    @contextmanager
    def invocation(self) -> Iterator[Services]:
        """The services of this process. Raises VariablesMissing.

        The line of metrics is written at the end, also after an exception.
        """
        services = shared_services(self.variables)
        try:
            yield services
        finally:
            self._metrics.consumed(self._operation)

    def log(self, message: str, **facts: Any) -> None:
        self._logger.info(message, extra=facts)
