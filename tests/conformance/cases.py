"""How each shipped model is run when backends are compared: a short stretch of its bench, sizes that loops can take.

What is not said here follows from the model: the step is that of the bench, else a round number near a two-thousandth
of its span; of a set with more than 60 members 8 are taken, if the model can be built with so few.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np

from neurodyn import InputError, Model, Result, System, build, load, simulate
from neurodyn.model.library import library

MANY, FEW = 60, 8
FIXED_STEPS = ("fixed", "brian2")
LANES = "lanes"
NAMES = tuple(entry.name for entry in library() if not entry.device)


@dataclass(frozen=True)
class Case:
    """One model.

    Attributes:
        dt: the step, in SI units.
        steps: how many of them are compared.
        order: of the error of `rk4`; less than 4 where the flow has kinks.
        method: of fixed steps with spikes.
        build: values and sizes for the build.
    """

    dt: float | None = None
    steps: int | None = None
    order: float = 4.0
    method: str = "euler"
    build: dict[str, Any] = field(default_factory=dict)


CASES: dict[str, Case] = {
    # Constant inputs, so that something happens in the stretch.
    "antithetic": Case(build={"u": 2.0}),
    "compartment": Case(dt=5e-4, build={"I": "50 pA"}),
    "concatenated_feedback": Case(dt=0.005, build={"S": 15.0}),
    "concatenated_feedforward": Case(dt=0.005, build={"S": 15.0}),
    "habituation_channels": Case(build={"u": 2.0}),
    "hindmarsh_rose": Case(dt=0.02, build={"I": 3.0}),
    "negative_feedback": Case(build={"u": 2.0}),
    "sniffer": Case(dt=0.01, build={"u": 2.0}),
    "wilson_cowan": Case(build={"P": 1.25}),
    # Steps at which the error stands above rounding, and below what is no longer smooth.
    "dense_memory": Case(dt=0.05),
    "dense_memory_features": Case(dt=0.05),
    "diffusion_flow": Case(dt=0.05),
    "diffusion_memory": Case(dt=0.05),
    "habituation": Case(dt=0.1),
    "habituation_chain": Case(dt=0.02),
    "habituation_chain_relu": Case(dt=0.02),
    "habituation_gated_decay": Case(dt=0.02),
    "habituation_lifted": Case(dt=0.02),
    "habituation_pair": Case(dt=0.02),
    "habituation_second_order": Case(dt=0.1),
    "habituation_tanh_gate": Case(dt=0.1),
    "sequence_trace": Case(dt=0.0005),
    "sequence_motor": Case(dt=0.0001),
    "kuramoto_graph": Case(dt=0.02),
    "axon_hillock": Case(dt=2e-11),
    "habituation_loaded": Case(dt=0.02),
    "habituation_chain_analog": Case(dt=0.02),
    "lif_analog": Case(dt=2e-6, build={"values": {"I.I": 2e-8}}),
    "inverter": Case(dt=2e-10, order=1.5),
    # Activations with kinks.
    "convolution_memory": Case(order=2.0),
    "energy_transformer": Case(order=1.5),
    "energy_transformer_leak": Case(dt=0.02, order=1.5),
    "hierarchical_memory": Case(order=2.0),
    # Spikes: steps in which there are some, methods that upstrokes do not upset; Brian2 reads ramps by their means.
    "cobahh": Case(steps=1500, method="exponential_euler"),
    "exponential_if": Case(steps=3000),
    "hodgkin_huxley": Case(dt=5e-5, method="exponential_euler"),
    "linear_if": Case(dt=1e-3, steps=800, build={"drive": "20 Hz"}),
    "quadratic_if": Case(dt=0.005, steps=4000),
    "two_compartments": Case(steps=2200),
    "traub_miles": Case(dt=5e-5, method="exponential_euler"),
}


def case_of(name: str) -> Case:
    """How a model is run; one that is not named above as its bench says."""
    return CASES.get(name, Case())


@cache
def system_of(name: str) -> System:
    """The model with few units."""
    model, asked = load(name), case_of(name).build
    few = {k: FEW for k, v in model.indices.items() if isinstance(v.size, int) and v.size > MANY}
    try:
        return build(model, sizes=few, **asked) if few else build(model, **asked)
    except InputError:
        return build(model, **asked)


def span_of(system: System) -> tuple[float, float]:
    """Begin and end of the bench, or of its first stage."""
    bench = system.model.bench
    end = bench["until"] if "until" in bench else bench["stage"][0]["until"]
    return float(system.time("t0", bench.get("from", 0.0))), float(system.time("until", end))


def step_of(name: str) -> float:
    """The length of a step."""
    system, dt = system_of(name), case_of(name).dt
    begin, end = span_of(system)
    if dt is None and "dt" in system.model.bench:
        return float(system.time("dt", system.model.bench["dt"]))
    return rounded(abs(end - begin) / 2000) if dt is None else dt


def rounded(x: float) -> float:
    """1, 2 or 5 times a power of ten, at most x."""
    power = math.floor(math.log10(x) + 1e-9)
    lead = max(k for k in (1, 2, 5) if k <= x / 10**power + 1e-9)
    return float(f"{lead}e{power}")


def events_of(name: str) -> list[str]:
    """The events of which each time is known."""
    return [event for event, said in system_of(name).model.events.items() if not said.counted]


def kind_of(model: Model) -> str:
    """What the backends have to agree on."""
    if model.discrete:
        return "map"
    if model.events:
        return "spikes"
    return "noise" if model.noise else "flow"


def run(name: str, backend: str, *, steps: int, halved: int = 0, saves: int = 1, **asked: Any) -> Result:
    """A run of so many steps, saved at as many even times; the step halved so often, with more of them."""
    system = system_of(name)
    if system.model.discrete:
        return simulate(system, backend=backend, steps=steps, **asked)
    begin, far = span_of(system)
    end = begin + math.copysign(steps * step_of(name), far - begin)
    if backend == LANES:  # where there are events, of which the others take fixed steps
        return run(name, "ensemble", steps=steps, halved=halved, saves=saves, target=LANES, **asked)
    stepped = backend in FIXED_STEPS or (backend == "ensemble" and system.model.events and "target" not in asked)
    if stepped or system.structure.noisy:
        asked["dt"] = step_of(name) / 2**halved
    times = np.linspace(begin, end, saves + 1)[1:]
    return simulate(system, backend=backend, t0=begin, until=end, save_at=times, **asked)
