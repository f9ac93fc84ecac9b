"""`with_values` is a fresh build with those values, bit for bit, at the price of what changed."""

from __future__ import annotations

import itertools
from functools import cache
from typing import Any

import numpy as np
import pytest

import neurodyn
from neurodyn.system.signals import Step
from neurodyn.system.system import System
from tests.models import big
from tests.models.past import earlier_values
from tests.sweeps import each

NAMES = [entry.name for entry in neurodyn.library() if not entry.device]

# Every way in which one value can follow from another: through values, draws, derived parameters, rules, signals.
WOVEN = """
equations = \"\"\"
G[i,j]   = W[i,j] + gain*W[j,i]
size     = sqrt(sum(G[i,j]**2, i, j))
chosen   = bias[which]
dx[i]/dt = -x[i] + sum(G[i,j]*tanh(x[j]), j)/size + bias[which] + u[i] + s + w
\"\"\"
[indices]
N = { letters = "i j", size = 4 }
[states]
"x[i]" = "normal(0, sd)"
[parameters]
sd       = { value = 0.5, given = ["sd > 0", "sd <= top"] }
top      = "4*gain"
gain     = 2.0
"W[i,j]" = { value = "normal(0, sd)/sqrt(N)", given = "abs(W[i,j]) <= 100*sd" }
"bias[i]" = "i + gain"
which    = { value = 1, given = "which >= 0" }
still    = 3.0
[inputs]
"u[i]" = "bias[i]*window(1, 1 + sd, 2)"
s      = "sin(gain*t)"
w      = "repeat(pulses(gain, period=1, duty=0.5), period=3, count=which)"
[bench]
until = 4
"""


@cache
def woven() -> neurodyn.Model:
    return neurodyn.Model.from_text(WOVEN)


@cache
def built(name: str) -> System:
    return neurodyn.build(name, sizes=big.SIZES.get(name))


def started(system: System) -> Any:
    """The start, or zeros where these values allow none."""
    try:
        return system.start(seed=3)
    except neurodyn.InputError:
        return np.zeros(system.layout.size)


def assert_same(changed: System, fresh: System) -> None:
    """Equal in every value, signal and rate (of small systems in the derivatives too), to the last bit."""
    assert list(changed.values) == list(fresh.values)
    for name, value in fresh.values.items():
        np.testing.assert_array_equal(changed.values[name], value)
    assert list(changed.signals) == list(fresh.signals)
    inputs = {}
    for name, signal in fresh.signals.items():
        np.testing.assert_array_equal(changed.signals[name].edges(0, 50), signal.edges(0, 50))
        cuts = [0.0, *signal.edges(0, 50)[:20]]
        for low, high in itertools.pairwise(cuts):
            middle = (low + high) / 2
            inputs[name] = signal.on(low, high)(middle)
            np.testing.assert_array_equal(changed.signals[name].on(low, high)(middle), inputs[name])
        inputs[name] = signal.on(0, 1e-3)(1e-4)
    y = started(fresh)
    np.testing.assert_array_equal(started(changed), y)
    if fresh.model.discrete:
        ends = [neurodyn.simulate(s, steps=2, seed=3, on_failure="return").dataset for s in (changed, fresh)]
        assert ends[0].identical(ends[1])
        return
    if "dae" in fresh.needs:
        values = [s.residual()(0.3, y, y + 1, inputs) for s in (changed, fresh)]
        np.testing.assert_array_equal(*values)
        return
    inputs |= earlier_values(fresh)
    np.testing.assert_array_equal(changed.flow()(0.3, y, inputs), fresh.flow()(0.3, y, inputs))
    if fresh.structure.remembered:  # there is no Jacobian
        for one, other in zip(changed.earlier.readings, fresh.earlier.readings, strict=True):
            np.testing.assert_array_equal(one.delays, other.delays)
        return
    if fresh.layout.size < 10:  # symbols of the derivatives of a large model take seconds
        np.testing.assert_array_equal(changed.jacobian()(0.3, y, inputs), fresh.jacobian()(0.3, y, inputs))


def assert_agrees(system: System, values: dict[str, Any]) -> System | None:
    """Accepted with the result of a fresh build, or refused with its words."""
    given = {**system.given, **values}
    declared = (system.structure.constrained or system.structure).model
    try:
        fresh = neurodyn.build(declared, sizes=system.sizes, values=given, seed=system.seed)
    except neurodyn.InputError as error:
        with pytest.raises(neurodyn.InputError) as caught:
            system.with_values(values).start()  # where a start is refused, a build says so at once
        assert str(caught.value) == str(error)
        return None
    changed = system.with_values(values)
    assert changed.compiled is system.compiled
    assert_same(changed, fresh)
    return changed


@pytest.mark.parametrize("name", each(NAMES))
def test_a_parameter_of_every_shipped_model(name: str) -> None:
    """The quick form of the next: one new value of one parameter."""
    system = built(name)
    parameters = [p for p in system.model.parameters if p not in system.wirings]
    assert_agrees(system, {parameters[len(name) % len(parameters)]: 1.25})


def _rewires(system: System, parameter: str) -> bool:
    """Whether edges follow from a parameter."""
    try:
        system.with_values({parameter: system.values[parameter]})
    except neurodyn.InputError as error:
        return error.code == "rewired"
    return False


@pytest.mark.slow
@pytest.mark.parametrize("name", each(NAMES))
def test_every_parameter_of_every_shipped_model(name: str) -> None:
    system = built(name)
    for parameter in system.model.parameters:
        if parameter in system.wirings or _rewires(system, parameter):  # edges stay as they are: test_supports.py
            continue
        value = system.values[parameter]
        others = (1.25 * value, value + 1.0, -value, 0.75 * value, 0.0 * value)
        tried = [assert_agrees(system, {parameter: new}) for new in others]
        assert any(tried), f"no other value of {parameter} was accepted"


@pytest.mark.parametrize("name", each(NAMES))
def test_inputs_of_every_shipped_model(name: str) -> None:
    for k, declared in enumerate(built(name).model.inputs):
        assert_agrees(built(name), {declared: (0.75, "step(1, 2) + 0.5*t", Step(2.0, 3.0))[(len(name) + k) % 3]})


CHANGES: dict[str, list[Any]] = {
    "sd": [0.25, 1.5, 9.0, -1.0, "gain/8"],
    "gain": [1.0, 0.3, "sd + 1", float("nan")],
    "W": [np.eye(4), np.arange(16.0).reshape(4, 4), np.eye(3), 0.5, 1e9],
    "bias": [[1.0, 2.0, 3.0, 4.0], "i*sd", 0.0, "u"],
    "which": [0, 3, 4, 0.5, -1],
    "still": [1.0, "top"],
    "top": [2.0, "sd*2"],
    "s": [1.0, "cos(sd*t)", "pulses(1, period=sd)", "x"],
    "u": [0.0, [1.0, 2.0, 3.0, 4.0], Step(1.0, 2.0)],
    "nothing": [1.0],
    "G": [1.0],
}


@pytest.mark.parametrize("name", CHANGES)
def test_everything_that_depends_follows(name: str) -> None:
    system = neurodyn.build(woven(), seed=2)
    for value in CHANGES[name]:
        assert_agrees(system, {name: value})


@pytest.mark.parametrize("seed", range(8))
def test_chains_of_random_changes(seed: int) -> None:
    """One change after the other, several names at a time: the history leaves no trace."""
    rng = np.random.default_rng(seed)
    system = neurodyn.build(woven(), seed=seed)
    for _ in range(12):
        names = rng.choice(list(CHANGES), size=rng.integers(1, 4), replace=False)
        values = {str(n): CHANGES[str(n)][rng.integers(len(CHANGES[str(n)]))] for n in names}
        system = assert_agrees(system, values) or system


def test_new_numbers_read_and_compile_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Once a name was changed, further numbers for it cost no reading, no lowering, no symbols."""
    system = neurodyn.build(woven())
    flow = system.flow()
    system.with_values(sd=0.6, gain=1.5).start()

    def refuse(*_: Any, **__: Any) -> None:
        pytest.fail("something was read or lowered again")

    for place in ("formulas.lower", "formulas.read_drawing", "signal_reader.parse", "signal_reader.lower"):
        monkeypatch.setattr(f"neurodyn.system.{place}", refuse)
    monkeypatch.setattr("neurodyn.system.system.lower", refuse)
    changed = system.with_values(sd=0.7, gain=1.75).with_values(sd=0.2, gain=0.25)
    y = changed.start()
    inputs = {"u": np.zeros(4), "s": 0.0, "w": 0.0}
    assert not np.array_equal(changed.flow()(0.0, y, inputs), flow(0.0, y, inputs))


def test_what_does_not_depend_is_kept_as_it_is() -> None:
    system = neurodyn.build(woven())
    changed = system.with_values(still=7.0)
    assert all(changed.values[n] is system.values[n] for n in system.values if n != "still")
    assert changed.signals is system.signals
    assert system.values["still"] == 3.0


def test_ever_new_texts_do_not_fill_the_memory() -> None:
    system = neurodyn.build(neurodyn.Model("dx/dt = -a*x", states={"x": 1}, parameters={"a": 1.0}))
    for k in range(1200):
        system.formulas.get(("read", k), lambda k=k: k)  # type: ignore[misc]
    assert len(system.formulas.made) <= 1024
    assert system.with_values(a="2*3").values["a"] == 6.0
