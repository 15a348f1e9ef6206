"""Models whose validators are built when they are first used: a cold start builds those of its first request alone.

Modules of models that claim and verify load go without `from __future__ import annotations`: it makes texts of
annotations, and pydantic compiles each of them again. Guarded by
tests/unit/test_cold_start.py::test_annotations_of_models_are_no_texts.
"""

from __future__ import annotations

import sys
from threading import RLock
from types import ModuleType
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from pydantic_core import to_jsonable_python


class _NoPlugins(ModuleType):
    """Takes the place of pydantic's search for plugins in all packages, which reads them all and finds none.

    pydantic's own switch, PYDANTIC_DISABLE_PLUGINS, still loads what the search needs: 17 modules of the standard
    library, email among them. Guarded by tests/unit/test_cold_start.py::test_the_first_validator_loads_no_search.
    """

    @staticmethod
    def get_plugins() -> tuple[()]:
        return ()


_LOADER = "pydantic.plugin._loader"
sys.modules.setdefault(_LOADER, _NoPlugins(_LOADER))

DEFERRED = ConfigDict(defer_build=True)
_ONE_AT_A_TIME = RLock()


class DeferredModel(BaseModel):
    model_config = DEFERRED

    @classmethod
    def model_rebuild(cls, **options: Any) -> bool | None:
        """The model is built; None if it was already.

        pydantic builds without a lock: a thread that comes second takes away what the first has just built, and for a
        moment the class has the validator of its base class. Guarded by
        tests/unit/test_deferred.py::test_threads_that_use_a_model_first_all_get_its_own_validator.
        """
        with _ONE_AT_A_TIME:
            # 0: every name in an annotation is one of its module's, and none a local variable of the caller.
            return super().model_rebuild(**{**options, "_parent_namespace_depth": 0})


def nothing_stated(kind: type[BaseModel]) -> Any:
    """The default of a field: a `kind` of which nothing is stated. It is made when it is first needed."""
    return Field(default_factory=kind, json_schema_extra=lambda schema: schema.update(default=jsonable(kind())))


def jsonable(value: Any) -> Any:
    """The value as JSON has it; models too, also those that only exist as a part of another and were never built."""
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", by_alias=True)
    if isinstance(value, dict):
        return {name: jsonable(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [jsonable(inner) for inner in value]
    return to_jsonable_python(value)
