"""Rings and rows: closed forms of models whose cells stand side by side."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

import neurodyn
from neurodyn.calculus.normal import equal
from neurodyn.calculus.rewrite import inline
from neurodyn.model.families import chain


class TestRing:
    """FitzHugh-Nagumo cells with diffusion."""

    @pytest.mark.parametrize("size", [1, 2, 3, 7, 40])
    def test_eigenvalues_of_a_homogeneous_state(self, size: int) -> None:
        """Waves around the ring decouple: each has the cell's own Jacobian, less 2D(1 - cos(2 pi q/L)) for v."""
        system = neurodyn.build("fhn_ring", sizes={"L": size}, D=0.7)
        y = system.layout.pack({"v": np.full(size, 0.4), "w": np.full(size, -0.1)})
        found = np.linalg.eigvals(system.jacobian()(0.0, y, {"stim": np.zeros(size)}))
        waves = 2 * 0.7 * (1 - np.cos(2 * np.pi * np.arange(size) / size))
        blocks = [[[1 - 0.4**2 - wave, -1], [0.08, -0.08 * 0.8]] for wave in waves]
        expected = np.concatenate([np.linalg.eigvals(np.array(block)) for block in blocks])
        for one in found:
            assert np.abs(expected - one).min() < 1e-7
        assert found.sum() == pytest.approx(expected.sum(), abs=1e-10)

    @pytest.mark.parametrize("size", [1, 2, 3, 9])
    def test_turning_the_ring_turns_the_flow(self, size: int) -> None:
        system = neurodyn.build("fhn_ring", sizes={"L": size})
        flow, rng = system.flow(), np.random.default_rng(size)
        v, w, stim = rng.standard_normal((3, size))
        one = system.layout.unpack(flow(0.0, system.layout.pack({"v": v, "w": w}), {"stim": stim}))
        turned = system.layout.pack({"v": np.roll(v, 1), "w": np.roll(w, 1)})
        two = system.layout.unpack(flow(0.0, turned, {"stim": np.roll(stim, 1)}))
        for name in ("v", "w"):
            np.testing.assert_allclose(two[name], np.roll(one[name], 1), rtol=1e-13, atol=1e-14)

    def test_a_wave_goes_round_both_ways_and_meets(self) -> None:
        """Three cells are excited: the front reaches each cell later the farther it is, on both sides alike."""
        result = neurodyn.simulate(neurodyn.load("fhn_ring"), until=60, save_at=np.linspace(0, 60, 601), record=["v"])
        high = result["v"].values > 1.0
        assert high.any(axis=0).all()
        first = result["time"].values[high.argmax(axis=0)]
        np.testing.assert_allclose(first, first[(2 - np.arange(40)) % 40], atol=0.11)  # cell 1 is the middle
        assert all(a < b for a, b in itertools.pairwise(first[2:20]))


class TestRow:
    """Habituation units, each hearing the one before it."""

    def test_the_row_is_the_chain_that_is_written_out(self) -> None:
        alpha, beta, times = [0.5, 0.2, 0.08], 0.2, np.linspace(0, 30, 301)
        u = "pulses(10, period=1, duty=0.1, phase=0.9, count=30)"
        settings = {"until": 30, "save_at": times, "rtol": 1e-10, "atol": 1e-12}
        row = neurodyn.simulate(neurodyn.build("habituation_row", u=u), record=["x", "y"], **settings)
        written = chain(3, unit="hill", alpha=alpha, beta=beta)
        one_by_one = neurodyn.simulate(neurodyn.build(written, u=u), record=["x_1", "x_2", "x_3", "y"], **settings)
        for k in range(3):
            np.testing.assert_allclose(row["x"].values[:, k], one_by_one[f"x_{k + 1}"].values, atol=1e-8)
        np.testing.assert_allclose(row["y"].values, one_by_one["y"].values, atol=1e-8)

    @pytest.mark.parametrize("size", [1, 3, 6])
    def test_the_response_is_a_product(self, size: int) -> None:
        """The last response is the stimulus times what each gate lets through (the readout of the reference)."""
        system = neurodyn.build("habituation_row", sizes={"L": size})
        x = np.random.default_rng(1).uniform(0, 3, size)
        found = system.observe(["y"])(0.0, x, {"u": 10.0})["y"]
        assert float(found) == pytest.approx(10 * np.prod(1 / (1 + x**2)), rel=1e-13)

    def test_no_unit_hears_those_behind_it(self) -> None:
        """Multipliers of a row are those of its units: the Jacobian is triangular with -alpha on its diagonal."""
        system = neurodyn.build("habituation_row", sizes={"L": 5})
        jacobian = system.jacobian()(0.0, np.array([0.3, 0.2, 0.5, 0.4, 0.1]), {"u": 10.0})
        assert not np.triu(jacobian, 1).any()
        np.testing.assert_allclose(np.diag(jacobian), -system.values["alpha"])

    @pytest.mark.parametrize(
        ("size", "period", "published"), [(1, 1, 15.9), (1, 5, 9.6), (2, 1, 70.5), (2, 2, 92.4), (2, 5, 104.5)]
    )
    def test_recovery_after_frequent_and_rare_stimuli(self, size: int, period: float, published: float) -> None:
        """One unit recovers later from frequent stimuli, two in a row from rare ones (hallmark 4, third part)."""
        alpha, beta = [[0.2], [0.2, 0.02]][size - 1], [[1.0], [1.0, 0.5]][size - 1]
        u = f"pulses(10, period={period}, duty={0.1 / period}, phase={1 - 0.1 / period}, count={60 // period})"
        system = neurodyn.build("habituation_row", sizes={"L": size}, alpha=alpha, beta=beta, u=u)
        times = np.linspace(60, 200, 14_001)
        x = neurodyn.simulate(system, until=200, save_at=times, record=["x"], rtol=1e-9, atol=1e-12)["x"].values
        strength = np.prod(1 / (1 + x**2), axis=1)  # of the response to a stimulus of 1
        recovered = times[np.argmax(strength >= 0.95)] - 60
        assert recovered == pytest.approx(published, rel=0.02)


RING = """
equations = "cell.I[k] = stim[k] + D*(cell.v[k-1] - 2*cell.v[k] + cell.v[k+1])"
parts = { "cell[k]" = { model = "fitzhugh_nagumo" } }
indices = { L = { letters = "k", size = 8, ends = "cyclic" } }
parameters = { D = 0.5 }
inputs = { "stim[k]" = 0 }
"""
ROW = """
equations = '''
unit.u[k] = where(k == 0, u, unit.y[k-1])
y         = unit.y[L-1]
'''
parts = { "unit[k]" = { model = "habituation", alpha = "0.5*0.4**k", beta = 0.2 } }
indices = { L = { letters = "k", size = 8, ends = "zero" } }
inputs = { u = 0 }
"""


@pytest.mark.parametrize(("text", "name"), [(RING, "fhn_ring"), (ROW, "habituation_row")])
def test_a_row_of_parts_is_the_model_written_with_letters(text: str, name: str) -> None:
    parts = neurodyn.build(neurodyn.Model.from_text(text))
    written = neurodyn.build(name, sizes={"L": 8})
    rng = np.random.default_rng(7)
    y, u = rng.uniform(0, 2, written.layout.size), {"stim": rng.uniform(0, 1, 8), "u": 10.0}
    for one, two in ((parts.flow(), written.flow()), (parts.jacobian(), written.jacobian())):
        np.testing.assert_allclose(one(0.0, y, u), two(0.0, y, u), rtol=1e-13, atol=1e-14)


class TestConvolution:
    """Two layers joined by a kernel that is the same everywhere (Krotov 2021)."""

    def test_the_flow_at_both_ends_too(self) -> None:
        system = neurodyn.build("convolution_memory", seed=2)
        y = np.random.default_rng(1).standard_normal(system.layout.size)
        states, kernel = system.layout.unpack(y), system.values["F"]
        g, f = np.tanh(states["u"]), np.maximum(states["h"], 0)
        du, dh = -states["u"], -states["h"]
        for o, r, p in itertools.product(range(3), range(12), range(5)):
            du[r + p] += kernel[o, p] * f[o, r]
            dh[o, r] += kernel[o, p] * g[r + p]
        found = system.layout.unpack(system.flow()(0.0, y, {}))
        np.testing.assert_allclose(found["u"], du, rtol=1e-12, atol=1e-13)
        np.testing.assert_allclose(found["h"], dh / 0.5, rtol=1e-12, atol=1e-13)

    def test_the_balance_of_the_energy_is_proved_at_any_size(self) -> None:
        system = neurodyn.build("convolution_memory")
        claim, definitions = system.structure.claim(system.model.claims[1]), system.structure.chain.definitions
        assert equal(inline(claim.left, definitions), inline(claim.right, definitions))
        assert not equal(inline(claim.left, definitions), 2 * inline(claim.right, definitions))


def test_as_many_hidden_units_as_the_rank() -> None:
    """Patterns that depend on each other: the projector of the basis is that of the patterns."""
    rng = np.random.default_rng(3)
    xi = np.sign(rng.standard_normal((10, 4)))
    xi[:, 3] = -xi[:, 1]
    system = neurodyn.build("hopfield_rbm_basis", xi=xi)
    assert system.sizes["H"] == 3
    Q = system.values["Q"]
    np.testing.assert_allclose(Q @ Q.T, xi @ np.linalg.pinv(xi), atol=1e-12)


def test_the_hidden_units_make_the_projection_network() -> None:
    """Second moments of the visible units equal those by enumeration of the Hopfield network of the projector."""
    xi = np.sign(np.random.default_rng(5).standard_normal((6, 3)))
    xi[:, 2] = xi[:, 0]
    system = neurodyn.build("hopfield_rbm_basis", xi=xi)
    states = np.array(list(itertools.product((-1, 1), repeat=6)), dtype=float)
    J = system.values["Q"] @ system.values["Q"].T
    weights = np.exp(1.2 * np.einsum("si,ij,sj->s", states, J, states) / 2)
    exact = np.einsum("s,si,sj->ij", weights / weights.sum(), states, states)
    s = neurodyn.simulate(system, steps=400, trials=60, record=["s"], seed=2)["s"].values[50:]
    measured = np.einsum("tri,trj->ij", s, s) / (s.shape[0] * s.shape[1])
    np.testing.assert_allclose(measured, exact, atol=0.05)
