"""Events as text and symbols: round trips, parts, jump factors, pages."""

from __future__ import annotations

import json

import numpy as np
import pytest
from click.testing import CliRunner
from sympy import simplify

import neurodyn
from neurodyn import Model, build, simulate
from neurodyn.calculus.letters import quantity
from neurodyn.cli.entry import cli

CELL = """
equations = '''
tau*dv[i]/dt = E - v[i] + R*exc[i]
dg[i]/dt     = -g[i]/tau + exc[i]
'''

[indices]
N = { letters = "i j", size = 2 }

[states]
"v[i]" = "-60 mV"
"g[i]" = 0

[parameters]
tau   = "20 ms"
E     = "-60 mV"
R     = "1 mV*s"
v_th  = "-50 mV"
t_ref = "5 ms"

[inputs]
"exc[i]" = { value = 0, unit = "1/s" }

[events."spike[i]"]
when       = "v[i] > v_th and g[i] < 10"
set        = '''
v[i] = E          # a remark
g[i] = g[i] + 1
'''
refractory = "t_ref"
hold       = ["v[i]", "g[i]"]
about      = "spikes"
"""

PAIR = """
equations = '''
A.exc[i] = sum(w[i,k]*B.spike[k](t - d[i,k]), k) + 3*drive[i]
B.exc[k] = sum(w[i,k]*A.spike[i], i)
'''

[indices]
Na = { letters = "i j", size = 2 }
Nb = { letters = "k l", size = 3 }

[parts]
A = { model = "cell.toml", N = "Na" }
B = { model = "cell.toml", N = "Nb", v_th = "-55 mV" }

[parameters]
"w[i,k]" = "uniform(0, 4)"
"d[i,k]" = "uniform(1[ms], 3[ms])"

[events."drive[i]"]
rate  = "100 Hz"
about = "what arrives from outside"

[bench]
until  = "100 ms"
record = ["A.spike", "B.spike", "drive"]
"""


@pytest.fixture
def pair(tmp_path_factory: pytest.TempPathFactory) -> Model:
    folder = tmp_path_factory.mktemp("models")
    (folder / "cell.toml").write_text(CELL)
    (folder / "pair.toml").write_text(PAIR)
    return neurodyn.load(folder / "pair.toml")


def test_text_reads_back_equal(pair: Model) -> None:
    model = Model.from_text(CELL)
    assert Model.from_text(model.to_toml()) == model
    expanded = Model.from_text(pair.to_toml(expand=True), name=pair.name)
    assert expanded.events == pair.events
    assert Model.from_text(expanded.to_toml(), name=pair.name) == expanded


def test_parts_carry_their_events(pair: Model) -> None:
    assert set(pair.events) == {"A.spike", "B.spike", "drive"}
    event = pair.events["A.spike"]
    assert event.key == "A.spike[i]" and event.when == "A.v[i] > A.v_th and A.g[i] < 10"
    assert event.set == "A.v[i] = A.E\nA.g[i] = A.g[i] + 1"
    assert event.hold == ("A.v[i]", "A.g[i]") and event.refractory == "A.t_ref"


def test_a_circuit_and_its_expansion_run_alike(pair: Model) -> None:
    one = simulate(pair)
    two = simulate(Model.from_text(pair.to_toml(expand=True)))
    assert len(one.events("A.spike")) + len(one.events("B.spike")) > 3
    for name in ("A.spike", "B.spike", "drive"):
        np.testing.assert_array_equal(one.events(name).time, two.events(name).time)
        np.testing.assert_array_equal(one.events(name).unit, two.events(name).unit)


def test_a_row_of_parts_has_a_row_of_events(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("rows")
    (folder / "unit.toml").write_text(
        'equations = "dx/dt = u"\n[states]\nx = 0\n[inputs]\nu = 1\n[events.full]\nwhen = "x >= 1"\nset = "x = x - 1"\n'
    )
    (folder / "row.toml").write_text(
        'equations = "unit.u[k] = k + 1"\n[indices]\nL = { letters = "k", size = 3 }\n'
        '[parts]\n"unit[k]" = { model = "unit.toml" }\n[bench]\nuntil = 2.9\n'
    )
    events = simulate(neurodyn.load(folder / "row.toml")).events("unit.full")
    assert [len(events.of(k)) for k in range(3)] == [2, 5, 8]
    np.testing.assert_allclose(events.of(1), np.arange(1, 6) / 2, rtol=1e-12)


def test_jump_factors_are_derivatives_of_flows_by_trains() -> None:
    model = Model(
        ["in[i] = 3*sum(w[i,j]*s[j], j)", "tau*dx[i]/dt = -x[i] + in[i]*(E - x[i])", "dy/dt = -y + sum(x[i]*s[i], i)"],
        indices={"N": {"letters": "i j k", "size": 4}},
        states={"x[i]": 0, "y": 0},
        parameters={"w[i,j]": 1, "tau": 2, "E": 5},
        events={"s[i]": {"rate": 1}},
    )
    impulses = build(model).structure.impulses
    assert impulses is not None and impulses.carriers == {"in"} and set(impulses.trains) == {"s"}
    i, j = (model.names.letter(x) for x in "ij")
    factor = impulses.factor("x", "s")
    w, x = quantity("w", (i, j)), quantity("x", (i,))
    assert simplify(factor.at((i, j)) - 3 * w * (quantity("E") - x) / quantity("tau")) == 0
    assert impulses.factor("y", "s").at((i,)) == x
    assert impulses.flows["x"].expr.equals(-quantity("x", (i,)) / quantity("tau"))


def test_states_without_a_flow_are_changed_by_events_alone() -> None:
    model = Model([], states={"n": 0}, events={"tick": {"every": 2, "phase": 1, "set": "n = n + t"}})
    result = simulate(model, until=6, save_at=[0, 1, 2.9, 3, 6])
    np.testing.assert_array_equal(result["n"].values, [0, 1, 1, 4, 9])


def test_pages_tell_of_events(pair: Model) -> None:
    runner = CliRunner()
    page = runner.invoke(cli, ["show", "lif"]).output
    assert "Events" in page and "when v[i] > v_th" in page and "v[i] = v_r" in page
    plain = json.loads(runner.invoke(cli, ["show", "lif", "--json"]).output)
    assert plain["events"]["spike"] == {
        "key": "spike[i]",
        "when": "v[i] > v_th",
        "set": "v[i] = v_r",
        "refractory": "t_ref",
        "hold": "v[i]",
        "about": "spikes",
    }
    latex = runner.invoke(cli, ["show", "lif", "--latex"]).output
    assert r"v_{i} > v_{\mathrm{th}} \;\Rightarrow\; v_{i} \leftarrow v_{r}" in latex
    assert "spike" in pair._repr_html_() and "events: drive[i], A.spike[i], B.spike[k]" in str(pair)


def test_a_summary_counts_events() -> None:
    result = simulate(build("lif", I=0.3e-9), until=0.1)
    facts = json.loads(json.dumps(result.to_json()))
    assert facts["events"]["spike"]["count"] == len(result.events("spike")) == 4
    assert "event spike: 4 times" in result.summary()
    assert "event spike" not in simulate(build("lif"), until=0.1, record=["v"]).summary()
    with pytest.raises(neurodyn.InputError, match="No event v"):
        result.events("v")


def test_impulses_on_a_support_are_those_of_the_dense_form() -> None:
    """Weights that learn, delays and bounds on edges, against the same model with an array over all pairs."""
    rng = np.random.default_rng(0)
    wired = (rng.random((8, 8)) < 0.3) * (1 - np.eye(8))
    delays, start = rng.uniform(0.2, 2, (8, 8)), rng.uniform(0, 0.6, 8)

    def run(on: dict[str, str]) -> neurodyn.Result:
        model = Model(
            [
                "dv[i]/dt = (1.5 - v[i])/10 + sum(w[i,j]*C[i,j]*spike[j](t - d[i,j]), j)",
                "dp[j]/dt = -p[j]/10 + spike[j]",
                "dw[i,j]/dt = C[i,j]*(0.05*p[j]*spike[i] - 0.02*w[i,j]*spike[j](t - d[i,j]))",
            ],
            indices={"N": {"letters": "i j", "size": 8}},
            states={"v[i]": start.tolist(), "p[j]": 0, "w[i,j]": {"start": "0.1*C[i,j]", "clip": [0, 0.2]} | on},
            parameters={"C[i,j]": None, "d[i,j]": {"value": None} | on},
            events={"spike[i]": {"when": "v[i] > 1", "set": "v[i] = 0", "refractory": 0.5, "hold": "v[i]"}},
        )
        given = delays[wired > 0] if on else delays
        system = build(model, C=wired, d=given)
        return simulate(system, until=40, save_at=[40.0], rtol=1e-9, atol=1e-11)

    sparse, dense = run({"on": "C[i,j]"}), run({})
    assert len(dense.events("spike")) > 30
    np.testing.assert_allclose(sparse.events("spike").time, dense.events("spike").time, rtol=1e-9)
    np.testing.assert_array_equal(sparse.events("spike").unit, dense.events("spike").unit)
    assert sparse["w"].dims == ("time", "C_edge")
    np.testing.assert_allclose(sparse["w"].values[0], dense["w"].values[0][wired > 0], rtol=1e-7, atol=1e-9)
