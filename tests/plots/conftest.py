"""Recorded runs to draw: each is integrated here by a few lines of its own."""

from dataclasses import dataclass, field
from types import SimpleNamespace

import numpy as np
import pytest
import xarray as xr
from scipy.integrate import solve_ivp


def variable(values, role, about="", unit=None, dims=("time",)):
    attrs = {"role": role, "about": about} | ({"unit": unit} if unit else {})
    return xr.Variable(dims, np.asarray(values, dtype=float), attrs)


def dataset(time, unit=None, title="", **variables):
    data = xr.Dataset(variables, coords={"time": ("time", time, {"unit": unit} if unit else {})})
    for dim, size in data.sizes.items():
        if dim != "time":
            data = data.assign_coords({dim: np.arange(size)})
    data.attrs["title"] = title
    return data


def with_edges(time, edges):
    """A grid on which every edge is there twice."""
    return np.sort(np.concatenate([time, edges, edges]))


def pulses(time, edges, height):
    """A train that is up between the edges of each pair; the second value at one time is the one after it."""
    passed = np.array([np.sum(edges < t) + np.sum(time[:k] == t) * np.any(edges == t) for k, t in enumerate(time)])
    return height * (passed % 2)


@pytest.fixture(scope="session")
def habituation():
    """A memory of the stimulus divides the response."""
    edges = (np.arange(5)[:, None] + [0.8, 1.0]).ravel()
    time = with_edges(np.linspace(0, 15, 398), edges)
    u = pulses(time, edges, 5.0)
    x = np.zeros_like(time)
    for k in range(len(time) - 1):
        decay = np.exp(-0.1 * (time[k + 1] - time[k]))
        x[k + 1] = x[k] * decay + 5.0 * u[k] * (1 - decay)
    return dataset(
        time,
        title="Habituation unit: a slow memory of the stimulus divides the response",
        u=variable(u, "input", "stimulus"),
        x=variable(x, "state", "memory of past stimuli"),
        y=variable(u / (1 + x**2), "observable", "response"),
    )


@dataclass
class Fitzhugh:
    """As much of a system as the phase plane asks for."""

    a: float = 0.7
    b: float = 0.8
    epsilon: float = 0.08
    current: float = 0.5
    name: str = "fitzhugh_nagumo"
    values: dict = field(default_factory=dict)
    structure: SimpleNamespace = field(default_factory=lambda: SimpleNamespace(delayed={}))
    layout: SimpleNamespace = field(
        default_factory=lambda: SimpleNamespace(names=("v", "w"), shapes=((), ()), offsets=(0, 1), size=2)
    )

    @property
    def signals(self):
        return {"I": SimpleNamespace(on=lambda a, b: lambda t: self.current)}

    def flow(self, trials=False):
        def rates(t, y, u):
            v, w = y[..., 0], y[..., 1]
            return np.stack([v - v**3 / 3 - w + u["I"], self.epsilon * (v + self.a - self.b * w)], axis=-1)

        return rates


@pytest.fixture(scope="session")
def fitzhugh():
    system = Fitzhugh()
    time = np.linspace(0, 120, 1201)
    rates = system.flow()
    run = solve_ivp(lambda t, y: rates(t, y, {"I": 0.5}), (0, 120), [-1.2, -0.6], t_eval=time, rtol=1e-7)
    data = dataset(
        time,
        unit="ms",
        title="FitzHugh-Nagumo excitable cell",
        I=variable(np.full_like(time, 0.5), "input", "injected current"),
        v=variable(run.y[0], "state", "membrane"),
        w=variable(run.y[1], "state", "recovery"),
    )
    return data, system


@pytest.fixture(scope="session")
def lorenz():
    def rates(t, s):
        return [10 * (s[1] - s[0]), s[0] * (28 - s[2]) - s[1], s[0] * s[1] - 8 / 3 * s[2]]

    time = np.linspace(0, 40, 6001)
    run = solve_ivp(rates, (0, 40), [1.0, 1.0, 20.0], t_eval=time, rtol=1e-7)
    return dataset(time, title="Lorenz system", **{name: variable(run.y[k], "state") for k, name in enumerate("xyz")})


@pytest.fixture(scope="session")
def hopfield():
    """Six random patterns of 64 units, started at a damaged third one; with the energy and its three terms."""
    draw = np.random.default_rng(3)
    patterns = draw.choice([-1.0, 1.0], (6, 64))
    weights = patterns.T @ patterns / 64
    time = np.linspace(0, 0.06, 181)
    x, states = 0.3 * patterns[2] * draw.choice([-1, 1], 64, p=[0.33, 0.67]), []
    for _ in time:
        states.append(x)
        for _ in range(4):
            x = x + (time[1] / 4 / 0.01) * (-x + weights @ np.tanh(4 * x))
    x = np.array(states)
    v = np.tanh(4 * x)
    terms = (-np.einsum("ti,ij,tj->t", v, weights, v) / 2, np.sum(x * v, 1), -np.sum(np.log(np.cosh(4 * x)), 1) / 4)
    texts = ("-sum(W[i,j]*v[i]*v[j], i, j)/2", "sum(x[i]*v[i], i)", "-sum(log(cosh(beta*x[i]))/beta, i)")
    data = dataset(
        time,
        unit="s",
        title="Continuous Hopfield network of N graded units",
        x=variable(x, "state", "internal potential", dims=("time", "N")),
        v=variable(v, "observable", "activation", dims=("time", "N")),
        E=variable(sum(terms), "energy", "energy"),
        E_parts=variable(np.stack(terms, axis=-1), "energy part", "terms of E", dims=("time", "part")),
    ).assign_coords(part=list(texts))
    return data, patterns


@pytest.fixture(scope="session")
def digits():
    """Ten handwritten digits in a dense memory, four of them recalled from a noisy upper half."""
    from sklearn.datasets import load_digits

    source = load_digits()
    patterns = np.stack([source.data[source.target == k][0] for k in range(10)]) / 8.0 - 1.0
    truth = np.array([3, 8, 5, 2])
    draw = np.random.default_rng(1)
    v = np.where(np.arange(64) < 32, patterns[truth], 0.0) + draw.normal(0, 0.3, (4, 64))
    time, states, energies = np.linspace(0, 8, 161), [], []
    for _ in time:
        scores = 0.5 * v @ patterns.T
        top = scores.max(axis=1, keepdims=True)
        weights = np.exp(scores - top)
        energies.append(np.sum(v**2, 1) / 2 - (top[:, 0] + np.log(weights.sum(1))) / 0.5)
        states.append(v)
        v = v + time[1] * (weights @ patterns / weights.sum(1, keepdims=True) - v)
    data = dataset(
        time,
        title="Handwritten digits recalled from noisy halves",
        v=variable(states, "state", "pixels", dims=("time", "trial", "N")),
        E=variable(energies, "energy", dims=("time", "trial")),
    )
    return data, patterns, truth


@pytest.fixture(scope="session")
def spikes():
    """Twenty units with a potential each, a third of them silent."""
    rng = np.random.default_rng(5)
    time = np.sort(rng.uniform(0, 1, 60))
    told = {"role": "event", "about": "spikes", "shape": [20]}
    return xr.Dataset(
        {
            "v": (("time", "N"), rng.normal(size=(11, 20)), {"role": "state"}),
            "spike": ("spike.number", time, told),
        },
        {"time": np.linspace(0, 1, 11), "N": np.arange(20), "spike.N": ("spike.number", rng.integers(0, 13, 60))},
    )
