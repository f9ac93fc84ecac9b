"""What is written out from an energy is text of the language, and says the same as the system that it came from."""

from __future__ import annotations

import numpy as np
import pytest

import neurodyn
from neurodyn.analysis.energy.derivation import derivation
from neurodyn.cli import main

SIZES = {"krotov_hopfield": {}, "hierarchical_memory": {}, "spherical_memory": {"N": 6, "K": 4},
         "energy_transformer": {"T": 3, "D": 4, "Y": 3, "M": 2}}  # fmt: skip


def written_out(name: str) -> tuple[neurodyn.System, neurodyn.System]:
    """A shipped system, and one whose equations are those that were derived from it."""
    system = neurodyn.build(name, sizes=SIZES[name], seed=1)
    model, found = system.model, derivation(system)
    spelled = {n: [*s.letters, *(f"{s.letters[0]}_{k}" for k in range(1, 4))] for n, s in model.indices.items()}
    bent = []
    for text in found.hessians:  # dg[i]/dv[j] = ... becomes H_g[i,j] = ...
        left, right = text.split(" = ", 1)
        (g, own), (_, other) = (part[1:].rstrip("]").split("[") for part in left.split("/"))
        bent.append(f"H_{g}[{own},{other}] = {right}")
    others = [line for line in model.text.splitlines() if line.strip()]
    twin = neurodyn.Model(
        [*others, *found.activations, *found.flows, *bent],
        indices={n: {"letters": " ".join(spelled[n]), "size": k} for n, k in system.sizes.items()},
        states={d.key: 0.0 for d in model.states.values()},
        parameters={d.key: system.values[d.name] for d in model.parameters.values()},
        inputs={d.key: 0.0 for d in model.inputs.values()},
    )
    return system, neurodyn.build(twin)


@pytest.mark.parametrize("name", [*SIZES])
def test_it_can_be_read_back_and_is_the_same(name: str) -> None:
    system, twin = written_out(name)
    y = np.random.default_rng(0).standard_normal(system.layout.size)
    given = {n: 0.3 for n in system.signals}
    np.testing.assert_allclose(twin.flow()(0, y, given), system.flow()(0, y, given), rtol=1e-12, atol=1e-13)
    for layer in system.model.layers.values():
        hessian = system.derivative(layer.activation, layer.state.name)(0, y, given)
        written = twin.observe([f"H_{layer.activation}"])(0, y, given)[f"H_{layer.activation}"]
        np.testing.assert_allclose(written, hessian, rtol=1e-10, atol=1e-13)


def test_where_no_letter_can_say_a_condition() -> None:
    """The feedback of a convolution is taken where the kernel lies inside, by hand."""
    system = neurodyn.build("convolution_memory", sizes={"X": 7, "P": 3, "O": 2})
    found = derivation(system)
    assert "where(0 <= -r + x < P, F[o,-r + x]*f[o,r], 0)" in found.flows[0]
    kernel, h = system.values["F"], np.random.default_rng(0).standard_normal((2, 5))
    y = np.concatenate([np.zeros(7), h.ravel()])
    by_hand = [sum(kernel[o, x - r] * max(h[o, r], 0) for o in range(2) for r in range(5) if 0 <= x - r < 3)
               for x in range(7)]  # fmt: skip
    np.testing.assert_allclose(system.flow()(0, y, {})[:7] * float(system.values["tau_u"]), by_hand, rtol=1e-12)


def test_a_balance_is_told_where_there_is_one() -> None:
    assert derivation(neurodyn.build("hopfield")).balance.startswith("dE/dt = -beta*tau*sum(")
    assert (
        derivation(neurodyn.build("lorenz")).balance == "" and derivation(neurodyn.build("hopfield_binary")).flows == ()
    )
    broken = neurodyn.build(neurodyn.load("docs/controls/feedback_no_transpose.toml"))
    assert derivation(broken).balance == ""


def test_the_page(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", "krotov_hopfield", "--derived"]) == 0
    lines = [line.strip() for line in capsys.readouterr().out.splitlines()]
    for line in (
        "g[i] = tanh(v[i])",
        "dh[m]/dt = -(h[m] - sum(g[i]*xi[m,i], i))/tau_h",
        "E = E_v + E_h + E_memory",
        "E_memory = -sum(xi[m,i]*f[m]*g[i], m, i)",
        "dg[i]/dv[j] = (1 - tanh(v[i])**2)*where(i == j, 1, 0)",
        "dE/dt = -tau_v*sum((dv[i]/dt)**2*(1 - g[i]**2), i) - tau_h*sum((df[m]/dt)*(dh[m]/dt), m)",
    ):
        assert line in lines
    assert main(["show", "krotov_hopfield", "--derived", "--json"]) == 2
