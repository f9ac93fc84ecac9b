"""States of edges in Brian2: networks that learn have the spikes and the states of fixed steps of our own."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from neurodyn import Model, build, simulate
from neurodyn.backends.brian2.order import Deed, arranged, gathered, without
from neurodyn.errors import InputError
from tests.backends.brian2.test_targets import COMPILED

Array = Any
N: dict[str, Any] = {"N": {"letters": "i j k", "size": 12}}
UNITS = "tau*dv[i]/dt = drive[i] - v[i] + g[i]\n"
SPIKES = {"spike[i]": {"when": "v[i] > 15e-3", "set": "v[i] = 0", "refractory": 2e-3, "hold": "v[i]"}}
VALUES: dict[str, Any] = {
    "C[i,j]": "sparse(0.4, j != i)", "d[i,j]": {"value": "uniform(0, 3e-3)", "on": "C[i,j]"}, "delay": 1.5e-3,
    "drive[i]": "uniform(0.019, 0.023)", "tau": 20e-3, "tau_g": 5e-3, "tau_p": 20e-3, "tau_q": 22e-3, "A": 0.2,
    "B": 0.21,
}  # fmt: skip


def net(equations: str, edges: dict[str, Any], events: dict[str, Any] | None = None, **states: Any) -> Model:
    """Units that spike, with states of their edges."""
    on = {f"{name}[i,j]": {"on": "C[i,j]", **more} for name, more in edges.items()}
    units = {"v[i]": "uniform(0, 15e-3)", "g[i]": {"start": 0.0, "scale": 1e-3}}
    own = {("R" if name == "R" else f"{name}[i]"): start for name, start in states.items()}
    return Model(
        UNITS + equations,
        indices=N,
        states={**units, **own, **on},
        parameters=VALUES,
        events={**SPIKES, **(events or {})},
    )


MODELS = {
    "traces of units": net(
        """
        dg[i]/dt = -g[i]/tau_g + sum(2e-3*w[i,j]*spike[j](t - d[i,j]), j)
        dp[j]/dt = -p[j]/tau_p + spike[j](t - delay)
        dq[i]/dt = -q[i]/tau_q + spike[i]
        dw[i,j]/dt = A*p[j]*spike[i] - B*q[i]*spike[j](t - delay)
        """,
        {"w": {"start": "uniform(0, 1)", "clip": [0, 0.95]}},
        p=0.0,
        q=0.0,
    ),
    "traces of edges, soft bounds": net(
        """
        dg[i]/dt = -g[i]/tau_g + sum(2e-3*w[i,j]*spike[j](t - d[i,j]), j)
        dp[i,j]/dt = -p[i,j]/tau_p + spike[j](t - d[i,j])
        dq[i,j]/dt = -q[i,j]/tau_q + spike[i]
        dw[i,j]/dt = A*(1 - w[i,j])*p[i,j]*spike[i] - B*w[i,j]*q[i,j]*spike[j](t - d[i,j])
        """,
        {"w": {"start": "uniform(0, 1)", "clip": [0, 0.9]}, "p": {"start": 0.0}, "q": {"start": 0.0}},
    ),
    "short-term plasticity": net(
        """
        dg[i]/dt = -g[i]/tau_g + sum(8e-3*r[i,j]*x[i,j]*spike[j](t - d[i,j]), j)
        r[i,j] = u[i,j] + A*(C[i,j] - u[i,j])
        du[i,j]/dt = -u[i,j]/0.05 + A*(1 - u[i,j])*spike[j](t - d[i,j])
        dx[i,j]/dt = (1 - x[i,j])/0.1 - r[i,j]*x[i,j]*spike[j](t - d[i,j])
        """,
        {"u": {"start": 0.0}, "x": {"start": 1.0}},
    ),
    # Trains with several impulses in a step, an event without letters, sums at either end, edges that read sums.
    "reward": net(
        """
        dg[i]/dt = -g[i]/tau_g + sum(0.02*w[i,j]*arrival[j], j) + 1e-3*sum(w[i,j]*(x[j] - x[i]), j)
        dp[j]/dt = -p[j]/tau_p + arrival[j]
        dq[i]/dt = -q[i]/tau_q + spike[i]
        de[i,j]/dt = -e[i,j]/0.1 + A*p[j]*spike[i] - B*q[i]*arrival[j]
        dw[i,j]/dt = e[i,j]*R*reward(t - delay) + 0.1*p[j]*C[i,j] - 0.01*w[i,j]*sum(w[i,k], k)
        dR/dt = (1 - R)/0.02 + high
        dx[i]/dt = -x[i]/tau + drive[i]*spike[i]
        dz[j]/dt = -z[j] + sum(w[i,j]*v[i], i)
        """,
        {"w": {"start": "uniform(0, 1)", "clip": [0, "1 + (i - j)/30"]}, "e": {"start": 0.0}},
        {"arrival[j]": {"rate": 150.0}, "reward": {"every": 0.03, "phase": 0.013}, "high": {"when": "R < 0.9"}},
        p=0.0,
        q=0.0,
        x=0.0,
        z=0.0,
        R=0.5,
    ),
}


# Weights of all pairs, without a support.
MODELS["all pairs"] = Model(
    UNITS
    + """
    dg[i]/dt = -g[i]/tau_g + sum(2e-3*w[i,j]*spike[j](t - d[i,j]), j != i) + 1e-3*sum(w[j,i]*p[j], j)
    dp[j]/dt = -p[j]/tau_p + spike[j](t - delay)
    dq[i]/dt = -q[i]/tau_q + spike[i]
    dw[i,j]/dt = A*p[j]*spike[i] - B*q[i]*spike[j](t - delay) + 0.1*(p[j] - w[i,j]*sum(w[i,k], k)/N)
    """,
    indices=N,
    states={
        "v[i]": "uniform(0, 15e-3)",
        "g[i]": {"start": 0.0, "scale": 1e-3},
        "p[i]": 0.0,
        "q[i]": 0.0,
        "w[i,j]": {"start": "uniform(0, 1)", "clip": [0, 0.95]},
    },
    parameters={**{k: v for k, v in VALUES.items() if k != "C[i,j]"}, "d[i,j]": "uniform(0, 3e-3)"},
    events=SPIKES,
)


@pytest.mark.parametrize("name", MODELS)
def test_a_network_that_learns_is_as_in_fixed_steps(name: str) -> None:
    """The reference reads all factors of an instant before any impulse acts, as one array at a time."""
    model, dt = MODELS[name], 1e-3 if name == "reward" else 1e-4
    system = build(model, seed=1)
    asked: dict[str, Any] = {"dt": dt, "until": 0.2, "every": 0.01, "method": "euler", "seed": 4}
    found, other = (simulate(system, backend=backend, **asked) for backend in ("brian2", "fixed"))
    for event in model.events:
        trains = [one.events(event) for one in (found, other)]
        np.testing.assert_array_equal(trains[0].time, trains[1].time)
        np.testing.assert_array_equal(trains[0].unit, trains[1].unit)
        assert len(trains[0]) > (60 if event == "spike" else 0)
    for state in model.states:
        largest = float(np.abs(other[state].values).max())
        np.testing.assert_allclose(found[state].values, other[state].values, rtol=0, atol=1e-12 * largest)


@pytest.mark.parametrize("target", COMPILED)
def test_compiled_synapses_learn_the_same(target: str) -> None:
    """There code goes from synapse to synapse, each with all of its statements."""
    system = build(MODELS["traces of units"], seed=1)
    asked: dict[str, Any] = {"dt": 1e-4, "until": 0.1, "every": 0.01, "method": "euler"}
    found = simulate(system, backend="brian2", target=target, **asked)
    other = simulate(system, backend="fixed", **asked)
    np.testing.assert_array_equal(found.events("spike").time, other.events("spike").time)
    np.testing.assert_allclose(found["w"].values, other["w"].values, rtol=0, atol=1e-13)


def test_pair_plasticity_by_hand() -> None:
    """Brian2 as its users write it, with the orders that a coincidence needs: equal spikes and weights."""
    import brian2 as b2

    system, dt, until = build(MODELS["traces of units"], seed=1), 1e-4, 0.2
    found = simulate(system, backend="brian2", dt=dt, until=until, save_at=[0, until], method="euler")
    start, wires = system.layout.unpack(system.start()), system.wirings["C"]
    names = {k: float(system.values[k]) for k in ("tau", "tau_g", "tau_p", "tau_q", "A", "B")}
    flows = "dv/dt = (drive - v + g)/tau/second : 1 (unless refractory)\ndg/dt = -g/tau_g/second : 1\ndrive : 1\n"
    flows += "dp/dt = -p/tau_p/second : 1\ndq/dt = -q/tau_q/second : 1"
    clock, step, late = b2.Clock(dt * b2.second), dt * b2.second, 1.5e-3 * b2.second
    units = b2.NeuronGroup(
        12, flows, method="euler", clock=clock, threshold="v > 15e-3", reset="v = 0", refractory=2e-3 * b2.second,
        namespace={**names, "second": b2.second},
    )  # fmt: skip
    units.v, units.drive = start["v"], system.values["drive"]
    learns = b2.Synapses(
        units, units, "w : 1", clock=clock, namespace=names,
        on_pre={"arrive": "g_post += 2e-3*w", "lose": "w = clip(w - B*q_post, 0, 0.95)"},
        on_post={"gain": "w = clip(w + A*p_pre, 0, 0.95)"}, delay={"lose": late},
    )  # fmt: skip
    learns.connect(i=wires.second, j=wires.first)
    learns.w, learns.arrive.delay = start["w"], np.rint(system.values["d"] / dt) * step
    learns.arrive.order, learns.lose.order, learns.gain.order = 0, 1, 2
    traces = b2.Synapses(units, units, on_pre={"p": "p_post += 1"}, on_post={"q": "q_post += 1"}, clock=clock,
                         delay={"p": late}, order=3)  # fmt: skip
    traces.connect(j="i")
    spikes = b2.SpikeMonitor(units)
    before = b2.prefs["codegen.target"]
    b2.prefs["codegen.target"] = "numpy"
    try:
        b2.Network(units, learns, traces, spikes).run(until * b2.second, namespace={})
    finally:
        b2.prefs["codegen.target"] = before
    mine = found.events("spike")
    assert len(mine) > 80
    np.testing.assert_array_equal(np.rint(mine.time / dt), np.rint(spikes.t / step))
    np.testing.assert_array_equal(mine.unit[:, 0], spikes.i[:])
    np.testing.assert_allclose(found["w"].values[-1], learns.w[:], rtol=0, atol=1e-13)


def deed(key: str, writes: str, *reads: str) -> Deed:
    return Deed(key, writes, frozenset(reads), own=writes in "wux")


def test_what_reads_a_state_runs_before_what_changes_it() -> None:
    deeds = [
        deed("pre", "p"), deed("pre", "w", "q"), deed("pre", "g", "w"), deed("post", "w", "p"), deed("post", "q")
    ]  # fmt: skip
    assert gathered(deeds) == set()
    assert arranged(deeds) == [[2, 1], [3, 4], [0]]


@pytest.mark.parametrize(
    ("deeds", "late"),
    [
        ([deed("pre", "w", "w"), deed("post", "w", "w")], {"w"}),  # each would read what the other has left
        ([deed("pre", "w", "w")], set()),
        ([deed("pre", "g", "g")], {"g"}),  # several edges add to one unit
        ([deed("pre", "w", "x"), deed("pre", "x", "w")], {"w"}),
        ([deed("pre", "x", "u", "x"), deed("pre", "u", "u"), deed("pre", "g", "u", "x")], set()),
    ],
)
def test_where_no_order_serves_changes_are_gathered(deeds: list[Deed], late: set[str]) -> None:
    assert gathered(deeds) == late
    done: list[str] = []
    left = without(deeds, late)
    for block in arranged(left):
        for n in block:
            assert not {w for w in done if w in left[n].reads}
            done.append(left[n].writes)
    assert len(done) == len(deeds)


CANNOT = {
    "each edge has a sum of its own": ("dw[i,j]/dt = sum(tanh(v[k] - v[i] - v[j]), k)*C[i,j]", {}),
    "a sum over edges that have states is not one at the units of one of their ends": (
        "dw[i,j]/dt = -w[i,j]\ndR/dt = sum(w[i,j]*v[j], i, j)",
        {"R": 0.0},
    ),
    "what an impulse does reads a sum over units": ("dw[i,j]/dt = 0\ndp[i]/dt = sum(w[i,k], k)*spike[i]", {"p": 0.0}),
}


@pytest.mark.parametrize("reason", CANNOT)
def test_what_edges_cannot_do_is_refused(reason: str) -> None:
    equations, states = CANNOT[reason]
    model = net("dg[i]/dt = -g[i]\n" + equations, {"w": {"start": 1.0}}, **states)
    with pytest.raises(InputError) as caught:
        simulate(build(model), backend="brian2", dt=1e-3, until=0.01)
    assert reason in str(caught.value)
