"""Columns of our own: all go through `neurodyn.simulate`."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

from neurodyn.bench.workload import OWN, Column, Run
from neurodyn.simulation import simulate

if TYPE_CHECKING:
    from neurodyn.backends.plan import Plan
    from neurodyn.results.result import Result
    from neurodyn.system.system import System

# Ways to take steps of RK4 of a length that is given.
FIXED: dict[str, dict[str, Any]] = {
    "ensemble, RK4": {"backend": "ensemble", "target": "arrays", "method": "RK4"},
    "fixed, RK4": {"backend": "fixed", "method": "rk4"},
}
# The same with many vectors at once multiplied in 32 bits, which only large matrices are.
SHORT: dict[str, dict[str, Any]] = {
    "ensemble, RK4, products in float32": {**FIXED["ensemble, RK4"], "storage": "float32"}
}


def shipped(name: str, **given: Any) -> System:
    """A shipped model with sizes and values. What takes long to load waits until then: other tools do not need it."""
    from neurodyn.model.library import load
    from neurodyn.system.build import build

    return build(load(name), **given)


def own(
    way: str,
    system: Callable[[], System],
    read: Callable[[Result], Any],
    *,
    span: str = "until",
    tolerance: float | None = None,
    beside: str = "",
    size: float | None = None,
    share: float = 1.0,
    **asked: Any,
) -> Column:
    """A column of neurodyn.

    Args:
        way: backend and method, as they stand in the report.
        system: builds it.
        read: what is compared, from the result.
        share: how much of the task a run does.
        size: of what grows, where a case is about that.
        span: what the amount of work is called, `until` or `steps`.
        asked: the rest of the call; functions make what takes long to make.
    """

    def prepare() -> Run:
        built = system()
        given = {name: value() if callable(value) else value for name, value in asked.items()}
        tolerances = {} if tolerance is None else {"rtol": tolerance, "atol": tolerance}

        def run(amount: float) -> Any:
            spans = {"save_at": [amount], span: amount}
            return read(simulate(built, progress=False, **{**spans, **tolerances, **given}))

        return run

    return Column(f"neurodyn, {way}", "neurodyn", prepare, OWN, share, tolerance, beside, size=size)


def engine(
    way: str, system: Callable[[], System], read: Callable[[Any], Any], names: list[str], **asked: Any
) -> Column:
    """The engine of a backend alone, from a plan that is made once: without what `simulate` adds to it.

    Args:
        read: what is compared, from the states at the end, a row for each trial.
        names: what is recorded.
    """

    def prepare() -> Run:
        from neurodyn.backends import find
        from neurodyn.backends.planning import planned

        built, alone = system(), find(asked["backend"])
        rest = dict.fromkeys(("t0", "start", "inputs", "every", "method", "dt", "rtol", "atol", "seed", "trials"))

        @cache
        def plan(until: float) -> Plan:
            given = {**rest, "inputs": {}, "save_at": [until], **asked}
            return planned(built, names, steps=None, until=until, progress=False, **given)

        return lambda until: read(alone.run(plan(until)).end)

    return Column(f"neurodyn, {way}", "neurodyn", prepare, OWN, tolerance=asked.get("rtol"))
