"""`simulate`: the one place that joins a system, a backend and a result. Importing it loads nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

from neurodyn.errors import InputError, RunFailed

if TYPE_CHECKING:
    from os import PathLike

    from numpy.typing import ArrayLike

    from neurodyn.model.model import Model
    from neurodyn.results import Result
    from neurodyn.results.rerun import Rerun
    from neurodyn.system.attractors import Attractors
    from neurodyn.system.reductions import Reduction
    from neurodyn.system.signals import Signal
    from neurodyn.system.system import System


def simulate(
    system: System | Model | str,
    *,
    until: float | str | None = None,
    steps: int | None = None,
    t0: float | str | None = None,
    stages: Sequence[Mapping[str, Any]] | None = None,
    start: Mapping[str, ArrayLike] | Result | None = None,
    values: Mapping[str, ArrayLike] | None = None,
    inputs: Mapping[str, ArrayLike | Signal | str] | None = None,
    save_at: ArrayLike | Literal["steps", "end"] | None = None,
    every: float | str | None = None,
    record: Iterable[str] | None = None,
    reduce: Mapping[str, Reduction | str] | None = None,
    stop_at: Attractors | None = None,
    backend: str | None = None,
    method: str | None = None,
    coupling: str | None = None,
    dt: float | str | None = None,
    target: str | None = None,
    storage: Literal["float32"] | None = None,
    rtol: float | None = None,
    atol: float | None = None,
    seed: int | None = None,
    trials: int | None = None,
    on_failure: Literal["raise", "return"] = "raise",
    progress: bool | None = None,
) -> Result:
    """Run a system in time.

    What is not given comes from the model's bench; after that `t0` is 0, `rtol` 1e-6 and `atol` 1e-9. Bare numbers are
    in SI units; text ("20 ms") and quantities of Brian2 and pint are converted.

    Args:
        system: a system, or a model that needs no more values; it is built first.
        until: the time at the end; earlier than `t0` runs the flow backwards.
        steps: how many steps a map takes, in place of `until`; its time is the number of the step.
        stages: in place of an end, `{"until": 10, "values": {...}, "inputs": {...}, "start": {...}}` for each stage,
            which goes on from the one before with what it changes; by default those of the bench.
        start: states by name, the others as the model says; or a result, from whose end the run goes on.
        values: parameters, in place of those of the system. One with an axis more than it has in the model is a row
            for each trial, and all that follows from it differs too: other parameters, starts, and inputs.
        inputs: in place of the model's inputs: numbers, arrays, text as in a model file (`step(2, 5)`), or signals; and
            signals for parameters, which then vary.
        save_at: the times to record, in the order of the run; or `steps`: wherever the solver comes to; or `end`. By
            default 501 times in equal steps (2001 for up to 16 states), and every edge of an input twice, with the
            values just before and just after it; of a map every step, thinned where there are more than 2000.
        every: the length of those equal steps.
        record: names of states, observables or inputs; by default the states, and the energy.
        reduce: what to keep of the path beside saved times, by name: `{"peak": Max("v"), "rest": "settled_at(1e-6)"}`.
            Then only the end is saved, unless times are asked for.
        stop_at: known attractors, at which a trial ends before its time, with status `settled`; `result["attractor"]`
            holds the number of the one, or -1.
        backend, method: by default the first backend that can run the system, and the method it prefers.
        coupling: how units of a Brian2 network read one another in the flow: `function`, at each stage of a step,
            `unrolled`, so too on all targets, for small networks, or `summed`, at its begin, which is of order 1; by
            default the first on the target numpy, and on the others the second for up to 12 states without events.
        dt: the length of the steps of a flow with white noise, or on the backend `fixed`: they begin at whole
            multiples of it, counted from t = 0, and with noise end at edges of inputs too. Such a run is saved at its
            steps only.
        target: what the code of the backend `brian2` is written in, `numpy` (the default), `cython` or
            `cpp_standalone`; the last two are compiled, and need a C++ compiler.
            Of the backend `ensemble`, `lanes` (compiled, for small systems) or `arrays`; by default the first that can;
            with events `lanes` leaves out the dt of the bench, and locates them.
            Of `scipy`, `compiled` (one small flow, from its first evaluation on) or `python`; by default long runs of
            small flows are compiled on the way.
        storage: `float32` keeps large constant matrices in half the bytes, which are read in half the time; sums keep
            64 bits, but for many runs at once on `ensemble`. The recipe tells by how much products are off at most.
        rtol, atol: the error allowed per step, relative and absolute, in units of each state's scale.
        seed: of the draws in the start and of the noise; they are independent for each trial.
        trials: how many runs go side by side. One that fails leaves the others to go on, and has NaN after its stop.
        on_failure: `raise` raises RunFailed, which carries the partial result; `return` returns that result.
        progress: False shows no bar; otherwise one appears on a terminal when a run is long.

    Returns:
        The result. Ctrl-C ends a run early, with status `interrupted` and what was computed until then.

    Raises:
        InputError: for anything that cannot be run as asked.
        RunFailed: for a run that meets numbers that are not finite, or a place that no step leads on from.
    """
    from neurodyn.system.build import built

    _check_option(on_failure)
    system = built(system)
    asked: dict[str, Any] = dict(
        t0=t0, start=start, values=values, inputs=inputs, save_at=save_at, every=every, record=record, reduce=reduce,
        stop_at=stop_at, backend=backend, method=method, coupling=coupling, dt=dt, target=target, storage=storage,
        rtol=rtol, atol=atol, seed=seed, trials=trials, progress=progress,
    )  # fmt: skip
    return _delivered(_way(system, stages, until, steps)(system=system, **asked), on_failure)


def _way(system: System, stages: Any, until: Any, steps: Any) -> Callable[..., Result]:
    """Runs a system through its stages, or to its end."""
    from neurodyn.backends.stages import run_stages, stages_of

    protocol = stages_of(system, stages, until, steps)
    return partial(run_stages, _run, stages=protocol) if protocol else partial(_run, until=until, steps=steps)


def _run(
    system: System,
    *,
    values: Any,
    inputs: Any,
    save_at: Any,
    every: Any,
    record: Any,
    reduce: Any,
    backend: str | None,
    **asked: Any,
) -> Result:
    """Run a system from a start to an end."""
    from neurodyn.backends import CONSTRAINED, choose, with_own_method
    from neurodyn.backends.harvest import harvest
    from neurodyn.backends.observe import chosen_names
    from neurodyn.backends.planning import chosen_times, planned
    from neurodyn.backends.varied import varied
    from neurodyn.system.quantities import si_values
    from neurodyn.system.varying import with_bound

    named = backend or system.model.bench.get("backend")
    system, inputs = with_bound(system.constrained if named == CONSTRAINED else system, inputs or {})
    inputs = si_values(system.units, inputs)
    system, own = varied(system, values or {}, inputs, asked["trials"])
    save_at, every = chosen_times(system, save_at, every, reduce)
    names = chosen_names(system, record)
    plan = planned(
        system, names, inputs=inputs, save_at=save_at, every=every, backend=backend, varied=own, reduce=reduce, **asked
    )
    engine = choose(plan, named)
    if asked["method"] is None and backend is not None:
        plan = with_own_method(plan, engine)
    return harvest(plan, engine.run(plan), names, engine.name, inputs=inputs, save_at=save_at, every=every)


def rerun(result: Result | str | PathLike[str], *, progress: bool | None = None) -> Rerun:
    """Repeat a run from its recipe, and compare.

    All is as it was: model, sizes, values, start, inputs, times, method, tolerances, seeds, and the number of threads.
    On the same processor with the same libraries the repetition is equal to the last bit; elsewhere the report says
    what differs, and by how much. A run that failed fails in the same way. One that was interrupted is repeated to its
    end, and compared as far as it came.

    Args:
        result: a result, or the file of one.
        progress: as in `simulate`.

    Raises:
        InputError: for a result whose recipe is not complete.
    """
    from threadpoolctl import threadpool_limits

    from neurodyn.backends import find
    from neurodyn.results.again import asked, check_recipe, rebuilt
    from neurodyn.results.rerun import Rerun
    from neurodyn.results.result import Result, load_result

    first = result if isinstance(result, Result) else load_result(result)
    check_recipe(first)
    find(first.recipe["backend"])  # loads its libraries, so that their threads can be set
    with threadpool_limits(limits=dict(first.recipe.get("threads", {}))):
        second = simulate(rebuilt(first), **asked(first), on_failure="return", progress=progress)
    return Rerun(first, second)


def _check_option(on_failure: str) -> None:
    if on_failure not in ("raise", "return"):
        raise InputError(f"on_failure is {on_failure!r}.", code="unknown-option", remedy="Give 'raise' or 'return'.")


def _delivered(result: Result, on_failure: str) -> Result:
    if result.status == "failed" and on_failure == "raise":
        raise RunFailed(result.message, code=result.code, result=result)
    return result
