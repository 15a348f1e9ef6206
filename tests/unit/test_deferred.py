"""Models whose validators are built when they are first used."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any

from pydantic import create_model

from coupons.deferred import DeferredModel
from coupons.fields import PATH_PARAMETERS, Document
from coupons.web.bodies.base import Query
from coupons.web.responses.base import ResponseBody

OTHER_MAX_S = 0.1


def test_threads_that_use_a_model_first_all_get_its_own_validator() -> None:
    """A second thread comes as the first begins to build: what either has built is not taken away again."""
    taken: list[str] = []
    others: list[Future[int]] = []

    class Watching(type(Document)):  # type: ignore[misc]
        def __setattr__(cls, name: str, value: object) -> None:
            if name == "__pydantic_complete__" and value is False and building and not others:
                others.append(pool.submit(lambda: model(number=1).number))
                wait(others, OTHER_MAX_S)  # it is done at once if nothing keeps it from building too
            super().__setattr__(name, value)

        def __delattr__(cls, name: str) -> None:
            taken.append(name)
            super().__delattr__(name)

    building = False
    with ThreadPoolExecutor(1) as pool:
        model: Any = Watching("Late", (Document,), {"__annotations__": {"number": int}, "__module__": __name__})
        building = True
        assert model(number=2).number == 2
        assert others[0].result() == 1
    assert "__pydantic_validator__" not in taken


def test_no_model_is_built_before_it_is_used() -> None:
    """Documents, queries and answers alike."""
    for base in (Document, Query, ResponseBody):
        model: Any = create_model("Unused", __base__=base, name=(str, ...))
        assert issubclass(model, DeferredModel)
        assert not model.__pydantic_complete__
        assert model(name="a").name == "a"
        assert model.__pydantic_complete__


def test_a_path_parameter_is_read_by_its_rule() -> None:
    """Its validator too is built at its first use."""
    assert PATH_PARAMETERS["day"].validate_python("2020-06-06") == "2020-06-06"
