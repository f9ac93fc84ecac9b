"""The workloads: lowered programs beside NumPy written by hand, and the matrix products alone as the limit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import energy_transformer as block
import numpy as np

import neurodyn
from neurodyn.program.lower import Output, lower
from neurodyn.program.numpy_printer import numpy_function

Call = Callable[[], object]
HAND = "by hand"
LOWERED = "lowered"
LIMIT = "products alone"


@dataclass(frozen=True)
class Workload:
    """Functions of equal results (but for the limit), the one by hand first.

    Attributes:
        title: what is computed.
        calls: the functions by name.
        work: how much the products do in one call, in `unit`.
        unit: "bytes" read, or "operations".
        error: how far results may differ, where both are approximations.
        counted: prints what is counted beside the times.
    """

    title: str
    calls: dict[str, Call]
    work: float
    unit: str
    error: float = 0.0
    counted: Callable[[], None] | None = None


def _lowered(name: str, sizes: dict[str, int], values: dict[str, np.ndarray], trials: bool) -> Callable[..., object]:
    """The flow of a shipped model as a function of time and state."""
    model = neurodyn.load(name)
    system = neurodyn.build(model, sizes={s: 2 for s in sizes})  # small: only its equations are used
    flows = system.structure.flows
    outputs = [Output(state, d.letters, d.expr) for state, d in flows.items()]
    program = lower(
        outputs,
        definitions=system.structure.definitions,
        sizes=sizes,
        constant=[n for n in values if n not in flows],
        states=list(flows),
        trials=trials,
    )
    return numpy_function(program).bind(values)


def hopfield(size: int = 2000) -> Workload:
    """Continuous Hopfield network: one pass over the weights decides."""
    rng = np.random.default_rng(0)
    W = rng.normal(size=(size, size)) / np.sqrt(size)
    b, x, beta, tau = rng.normal(size=size), rng.normal(size=size), 1.5, 2.0
    values = {"W": W, "b": b, "beta": np.array(beta), "tau": np.array(tau)}
    flow = _lowered("hopfield", {"N": size, "P": 3}, values, False)
    state, v = {"x": x}, np.tanh(x)
    calls: dict[str, Call] = {
        HAND: lambda: (-x + W @ np.tanh(beta * x) + b) / tau,
        LOWERED: lambda: flow(0.0, state)["x"],
        LIMIT: lambda: W @ v,
    }
    return Workload(f"continuous Hopfield, N = {size}", calls, W.nbytes, "bytes")


def _softmax(z: np.ndarray) -> np.ndarray:
    z = np.exp(z - z.max(axis=-1, keepdims=True))
    return z / z.sum(axis=-1, keepdims=True)


def dense_memory(memories: int = 10_000, size: int = 784, trials: int = 256) -> Workload:
    """Dense associative memory with trials: two matrix products decide."""
    rng = np.random.default_rng(0)
    xi = rng.normal(size=(memories, size)) / np.sqrt(size)
    v, beta = rng.normal(size=(trials, size)), 8.0
    values = {"xi": xi, "beta": np.array(beta), "tau": np.array(1.0)}
    flow = _lowered("dense_memory", {"N": size, "K": memories}, values, True)
    state, p = {"v": v}, rng.random(size=(trials, memories))
    calls: dict[str, Call] = {
        HAND: lambda: _softmax(beta * (v @ xi.T)) @ xi - v,
        LOWERED: lambda: flow(0.0, state)["v"],
        LIMIT: lambda: (v @ xi.T, p @ xi),
    }
    return Workload(
        f"dense memory, {memories:,} x {size} x {trials} trials", calls, 4.0 * trials * memories * size, "operations"
    )


def kuramoto_graph(size: int = 100_000, degree: int = 10) -> Workload:
    """Phase oscillators on a random graph: gathers, a sine and a segment sum for each edge."""
    system = neurodyn.build("kuramoto_graph", sizes={"N": size}, C=f"indegree({degree})")
    flow, theta = system.flow(), system.start()
    wires, k, omega = system.wirings["C"], system.values["k"], system.values["omega"]
    first, second = wires.first, wires.second
    starts = np.searchsorted(first, np.arange(size))  # every oscillator has edges

    def by_hand() -> np.ndarray:
        pull = np.take(theta, second)
        pull -= np.take(theta, first)
        np.sin(pull, out=pull)
        pull *= k
        return omega + np.add.reduceat(pull, starts)

    calls: dict[str, Call] = {HAND: by_hand, LOWERED: lambda: flow(0.0, theta, {}), "sines alone": lambda: np.sin(k)}
    return Workload(f"Kuramoto on a graph, {size:,} nodes, {len(first):,} edges", calls, 0.0, "")


def lorenz() -> Workload:
    """A small system: what a call costs beside the arithmetic of NumPy's scalars."""
    flow = _lowered("lorenz", {}, {"sigma": np.array(10.0), "rho": np.array(28.0), "b": np.array(8 / 3)}, False)
    state = {"x": np.array(1.0), "y": np.array(2.0), "z": np.array(3.0)}

    def by_hand() -> dict[str, np.float64]:
        x, y, z = (np.float64(state[s]) for s in "xyz")
        return {"x": 10.0 * (y - x), "y": x * (28.0 - z) - y, "z": x * y - 8 / 3 * z}

    return Workload("Lorenz", {HAND: by_hand, LOWERED: lambda: flow(0.0, state)}, 0.0, "")


def delays(size: int = 64, until: float = 20.0, step: float = 0.02) -> Workload:
    """Whole runs of oscillators with a delay for each pair, by hand to an error of 1e-5."""
    rng = np.random.default_rng(0)
    late = np.round(rng.uniform(0.2, 1.0, (size, size)), 2)
    omega, theta, coupling = rng.normal(1, 0.1, size), rng.uniform(0, 6, size), 0.5
    values = {"omega": omega, "theta_0": theta, "d": late, "K": coupling}
    system = neurodyn.build("kuramoto_delay", sizes={"N": size}, values=values)

    def lowered() -> object:
        return neurodyn.simulate(system, until=until, save_at=[until], record=["theta"])["theta"].values[0]

    calls: dict[str, Call] = {
        HAND: lambda: _kuramoto_by_hand(late, omega, theta, coupling, round(until / step), step),
        LOWERED: lowered,
    }
    return Workload(f"Kuramoto with {size * size:,} delays, a run of {until:g}", calls, 0.0, "", error=1e-4)


def _kuramoto_by_hand(
    late: np.ndarray, omega: np.ndarray, theta: np.ndarray, coupling: float, steps: int, step: float
) -> np.ndarray:
    """RK4 in fixed steps; the past is read between the last points by cubic polynomials of their slopes."""
    before = int(np.ceil(late.max() / step)) + 1
    states, slopes = np.empty((before + steps + 1, len(theta))), np.empty((before + steps + 1, len(theta)))
    states[: before + 1] = theta + omega * (np.arange(-before, 1) * step)[:, None]
    slopes[: before + 1] = omega
    sources = np.arange(len(theta))

    def rate(t: float, x: np.ndarray) -> np.ndarray:
        place = (t - late) / step + before
        k = np.floor(place + 1e-9).astype(int)
        u = place - k
        a, b, p, q = states[k, sources], states[k + 1, sources], slopes[k, sources], slopes[k + 1, sources]
        left, right = (1 - u) ** 2, u * u
        past = left * ((1 + 2 * u) * a + u * step * p) + right * ((3 - 2 * u) * b + (u - 1) * step * q)
        return omega + coupling / len(theta) * np.sin(past - x[:, None]).sum(axis=1)

    for n in range(before, before + steps):
        t, x = (n - before) * step, states[n]
        slopes[n] = a = rate(t, x)
        b = rate(t + step / 2, x + step / 2 * a)
        c = rate(t + step / 2, x + step / 2 * b)
        states[n + 1] = x + step / 6 * (a + 2 * b + 2 * c + rate(t + step, x + step * c))
        slopes[n + 1] = rate(t + step, states[n + 1])
    return states[-1]


def transformer() -> Workload:
    """Energy and gradient of the Energy Transformer block: nine matrix products decide."""
    f = block.functions(block.PAPER)
    calls: dict[str, Call] = {
        HAND: lambda: f.by_hand(f.x),
        LOWERED: lambda: f.lowered(f.x),
        LIMIT: f.products,
        block.SQUARE: block.square(f.multiplications),
    }
    sizes = ", ".join(f"{n} = {k}" for n, k in block.PAPER.items())
    return Workload(
        f"Energy Transformer block, energy and gradient, {sizes}",
        calls,
        2.0 * f.multiplications,
        "operations",
        counted=lambda: block.report(f, block.PAPER),
    )


def check(workload: Workload) -> None:
    """The lowered function computes what the one by hand does."""
    wanted, got = workload.calls[HAND](), workload.calls[LOWERED]()
    if isinstance(wanted, tuple):
        for one, other in zip(got, wanted, strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-9)
        return
    if isinstance(wanted, dict):
        wanted, got = (np.array([r[s] for s in "xyz"]) for r in (wanted, got))
    np.testing.assert_allclose(got, wanted, rtol=1e-9, atol=1e-12 + workload.error)


ALL = {
    "hopfield": hopfield,
    "dense": dense_memory,
    "transformer": transformer,
    "graph": kuramoto_graph,
    "lorenz": lorenz,
    "delays": delays,
}
__all__ = ["ALL", "Workload", "check"]
