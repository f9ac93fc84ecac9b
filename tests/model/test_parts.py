"""Circuits: parts, rows and wires mean the model that one would write out by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import neurodyn
from neurodyn.language.respell import respell

NET = '[parts]\nnet = { model = "krotov_hopfield" }\n[inputs]\ndrive = 0.25\n'


def circuit(text: str, **given: object) -> neurodyn.System:
    return neurodyn.build(neurodyn.Model.from_text(text), **given)


class TestHabituationChain:
    """Two units in a chain recover the later, the rarer the stimuli were (Smart et al. 2024)."""

    @pytest.mark.parametrize(("period", "duty", "recovery"), [(1, 0.1, 70.5), (2, 0.05, 92.4), (5, 0.02, 104.5)])
    def test_recovery_of_the_strength(self, period: float, duty: float, recovery: float) -> None:
        train = f"pulses(10, period={period}, duty={duty}, phase={1 - duty}, count={60 // period})"
        system = neurodyn.build("habituation_pair", u=train)
        after = np.arange(60, 200, 0.02)
        result = neurodyn.simulate(system, until=200, save_at=after, record=["strength"], rtol=1e-8, atol=1e-10)
        recovered = after[np.argmax(result["strength"].values >= 0.95)] - 60
        assert recovered == pytest.approx(recovery, rel=0.02)

    def test_the_first_unit_is_the_unit_alone(self) -> None:
        train = "pulses(10, period=1, duty=0.1, phase=0.9, count=60)"
        times, tight = np.linspace(0, 80, 41), {"rtol": 1e-10, "atol": 1e-12}
        alone = neurodyn.simulate(
            neurodyn.build("habituation", alpha=0.2, beta=1.0, u=train), save_at=times, until=80, **tight
        )
        chain = neurodyn.simulate(neurodyn.load("habituation_pair"), save_at=times, until=80, **tight)
        np.testing.assert_allclose(chain["first.x"].values, alone["x"].values, atol=1e-8)

    def test_flow_by_hand(self) -> None:
        system = neurodyn.build("habituation_pair")
        x1, x2, u = 0.7, 0.4, 10.0
        by_hand = [u - 0.2 * x1, 0.5 * u / (1 + x1**2) - 0.02 * x2]
        np.testing.assert_allclose(system.flow()(0, np.array([x1, x2]), {"u": u}), by_hand, rtol=1e-14)

    def test_parts_and_the_family_are_one_system(self) -> None:
        """The chain that a family computes and the chain of two parts have the same flow."""
        parts, family = neurodyn.build("habituation_pair"), neurodyn.build("habituation_chain")
        y = np.array([0.7, 0.4])
        np.testing.assert_allclose(parts.flow()(0, y, {"u": 3.0}), family.flow()(0, y, {"u": 3.0}), rtol=1e-14)


class TestTwoCells:
    def test_equal_cells_stay_equal_and_move_as_one(self) -> None:
        system = neurodyn.build("two_cells")
        start = {"left.v": -1.2, "right.v": -1.2, "left.w": -0.6, "right.w": -0.6}
        run = {"until": 100, "save_at": np.linspace(0, 100, 51), "rtol": 1e-10, "atol": 1e-12}
        pair = neurodyn.simulate(system, start=start, **run)
        one = neurodyn.simulate(neurodyn.build("fitzhugh_nagumo", I=0.5), **run)
        assert (pair["left.v"].values == pair["right.v"].values).all()
        np.testing.assert_allclose(pair["left.v"].values, one["v"].values, atol=1e-6)

    def test_modes_of_the_pair(self) -> None:
        """At a common state the pair has the modes of one cell, and those of a cell that leaks by 2g."""
        pair, one = neurodyn.build("two_cells", g=0.3), neurodyn.build("fitzhugh_nagumo")
        v, w = 0.4, -0.2
        together = one.jacobian()(0, np.array([v, w]), {"I": 0.5})
        apart = together - np.diag([0.6, 0.0])
        y = pair.layout.pack({"left.v": v, "right.v": v, "left.w": w, "right.w": w})
        modes = np.linalg.eigvals(pair.jacobian()(0, y, {"current": 0.5}))
        expected = [*np.linalg.eigvals(together), *np.linalg.eigvals(apart)]
        np.testing.assert_allclose(np.sort_complex(modes), np.sort_complex(expected), atol=1e-12)

    def test_a_weak_junction_breaks_the_bound(self) -> None:
        """Negative control: below g = 1/2 the cells can move apart."""
        rng = np.random.default_rng(0)
        system = neurodyn.build("two_cells", g=0.0)
        observe, flow = system.observe(["apart"]), system.flow()

        def rate(y: np.ndarray) -> float:
            ahead = y + 1e-6 * flow(0, y, {"current": 0.5})
            return float(observe(0, ahead, {})["apart"] - observe(0, y, {})["apart"]) / 1e-6

        assert max(rate(0.5 * rng.standard_normal(4)) for _ in range(50)) > 1e-3


def test_a_row_of_cells() -> None:
    """Every name of a row gains the row's letter; values in its line speak of that letter."""
    system = circuit("""
        equations = "cell.I[k] = stim[k] + D*sum(cell.v[l] - cell.v[k], l)"
        [indices]
        L = { letters = "k l", size = 4 }
        [parts]
        "cell[k]" = { model = "fitzhugh_nagumo", a = "0.7 + 0.1*k", b = [0.5, 0.6, 0.7, 0.8] }
        [parameters]
        D = 0.5
        [inputs]
        "stim[k]" = "where(k < 3, 1, 0)*window(5, 10)"
        """)
    rng = np.random.default_rng(0)
    v, w, stim = rng.standard_normal(4), rng.standard_normal(4), rng.standard_normal(4)
    current = stim + 0.5 * (v.sum() - 4 * v)
    a, b = 0.7 + 0.1 * np.arange(4), np.array([0.5, 0.6, 0.7, 0.8])
    by_hand = np.concatenate([v - v**3 / 3 - w + current, 0.08 * (v + a - b * w)])
    np.testing.assert_allclose(system.flow()(0, np.concatenate([v, w]), {"stim": stim}), by_hand, rtol=1e-13)
    assert system.dims("cell.v") == ("L",)


def test_a_row_of_networks_with_energies() -> None:
    """The gradient flow of each member is that of the network alone: derivatives are taken member by member."""
    row = circuit("""
        [indices]
        R = { letters = "k", size = 3 }
        [parts]
        "net[k]" = { model = "dense_memory", N = 5, K = 4, beta = "1 + k" }
        "deep[k]" = { model = "krotov_hopfield", N = 4, K = 3 }
        """)
    y = np.random.default_rng(0).standard_normal(row.layout.size)
    states, moved = row.layout.unpack(y), row.layout.unpack(row.flow()(0, y, {"deep.I": 0.1}))
    for k in range(3):
        net = neurodyn.build("dense_memory", xi=row.values["net.xi"][k], beta=1.0 + k)
        np.testing.assert_allclose(moved["net.v"][k], net.flow()(0, states["net.v"][k], {}), atol=1e-12)
        deep = neurodyn.build("krotov_hopfield", xi=row.values["deep.xi"][k])
        pair = np.concatenate([states["deep.v"][k], states["deep.h"][k]])
        both = np.concatenate([moved["deep.v"][k], moved["deep.h"][k]])
        np.testing.assert_allclose(both, deep.flow()(0, pair, {"I": 0.1}), atol=1e-12)


def test_what_a_part_says_of_its_energy_holds_its_inputs_still() -> None:
    """A wire from a part back to itself feeds its input; the part's own dE/dg does not look through the wire."""
    text = f'equations = "net.I[net.i] = 0.5*net.g[net.i] + drive"\n{NET}'
    system = circuit(text)
    spelt_out = circuit(system.model.to_toml(expand=True))
    alone = neurodyn.build("krotov_hopfield", xi=system.values["net.xi"])
    y = system.start()
    expected = alone.flow()(0, y, {"I": 0.5 * np.tanh(y[:12]) + 0.25})
    for one in (system, spelt_out):
        np.testing.assert_allclose(one.flow()(0, y, {"drive": 0.25}), expected, atol=1e-14)


def test_an_input_without_a_wire_stays_an_input() -> None:
    system = circuit('[parts]\nfirst = { model = "habituation", u = "window(1, 2, rate)" }\n[parameters]\nrate = 3.0\n')
    assert list(system.signals) == ["first.u"]
    assert system.signals["first.u"].on(1, 2)(1.5) == 3.0


def test_digit_recall_as_a_circuit() -> None:
    """Indices bound to ours, data and start set in the part's line in our letters."""
    model = neurodyn.Model.from_text("""
        equations = "overlap[m] = sum(xi[m,i]*memory.v[i], i)/sum(xi[m,i]**2, i)"
        energy = "memory.E"
        claims = ["dmemory.E/dt <= 0"]
        [indices]
        N = { letters = "i j", size = 64 }
        K = { letters = "m n", size = 10 }
        [parts]
        memory = { model = "dense_memory", N = "N", K = "K", xi = "xi[m,i]", v = "cue[i]", beta = 1.0 }
        [parameters]
        "xi[m,i]" = "digits()"
        "cue[i]"  = "where(i < N/2, xi[which,i], 0) + normal(0, 0.3)"
        which     = 3
        [bench]
        until  = 20
        record = ["memory.v", "overlap"]
        seed   = 1
        """)
    for which in (3, 7):
        result = neurodyn.simulate(neurodyn.build(model, which=which))
        assert result["memory.v"].dims == ("time", "N")
        assert int(result["overlap"].values[-1].argmax()) == which and result["overlap"].values[-1, which] > 0.99
        assert np.diff(result.energy.values).max() < 1e-7
        assert result.energy.values[-1] == pytest.approx(-21.7, abs=3)


class TestLetters:
    def test_two_sets_bound_to_one(self) -> None:
        """Letters of both stay apart; those that our set lacks are added to it."""
        system = circuit("""
            [indices]
            S = { letters = "m", size = 3 }
            [parts]
            net = { model = "dense_memory", N = "S", K = "S", xi = [[1, 0, 0], [0, 2, 0], [0, 0, 3]] }
            """)
        v = np.array([0.1, 0.2, 0.3])
        alone = neurodyn.build("dense_memory", xi=np.diag([1.0, 2.0, 3.0]))
        np.testing.assert_allclose(system.flow()(0, v, {}), alone.flow()(0, v, {}), rtol=1e-13)
        assert system.dims("net.xi") == ("S", "S_pre")
        again = neurodyn.Model.from_text(system.model.to_toml())
        assert again == system.model and 'letters = "m"' in system.model.to_toml()

    def test_a_size_of_ones_own(self) -> None:
        system = circuit("""
            [indices]
            P = { letters = "q", size = 3 }
            [parts]
            net = { model = "dense_memory", N = "2*P", K = 2 }
            """)
        assert system.sizes == {"P": 3, "net.N": 6, "net.K": 2}


class TestFiles:
    """Parts named by a path lie beside the circuit's own file; circuits can be parts."""

    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        (tmp_path / "cells").mkdir()
        (tmp_path / "cells" / "leak.toml").write_text(
            'equations = """\ndv/dt = -k*v + in\nout = f(v)\nf(z) = z**2 + k*z\n"""\n'
            "[states]\nv = 1\n[parameters]\nk = 2.0\n[inputs]\nin = 0.0\n"
        )
        (tmp_path / "cells" / "pair.toml").write_text(
            'equations = """\na.in = in\nb.in = a.out\nout = b.out\n"""\n'
            '[parts]\na = { model = "leak.toml" }\nb = { model = "leak.toml", k = "2*a.k" }\n[inputs]\nin = 0.5\n'
        )
        (tmp_path / "top.toml").write_text(
            'equations = "two.in = one.out"\n[parts]\none = { model = "cells/pair.toml" }\n'
            'two = { model = "cells/pair.toml", "a.k" = 3 }\n[bench]\nuntil = 1\nrecord = ["two.out"]\n'
        )
        return tmp_path

    def test_nested(self, folder: Path) -> None:
        system = neurodyn.build(folder / "top.toml")
        assert system.layout.names == ("one.a.v", "one.b.v", "two.a.v", "two.b.v")
        y = np.array([0.3, 0.5, 0.7, 0.9])

        def out(v: float, k: float) -> float:
            return v**2 + k * v

        by_hand = [-2 * 0.3 + 0.5, -4 * 0.5 + out(0.3, 2), -3 * 0.7 + out(0.5, 4), -6 * 0.9 + out(0.7, 3)]
        np.testing.assert_allclose(system.flow()(0, y, {"one.in": 0.5}), by_hand, rtol=1e-13)

    def test_round_trip_and_a_recipe_that_needs_no_other_file(self, folder: Path) -> None:
        model = neurodyn.load(folder / "top.toml")
        again = neurodyn.Model.from_text(model.to_toml(), file=str(folder / "top.toml"))
        assert again == model and again.to_toml() == model.to_toml()
        result = neurodyn.simulate(model)
        text = result.recipe["model"]["text"]
        alone = neurodyn.Model.from_text(text)
        assert alone.to_toml() == text and not alone.parts
        np.testing.assert_array_equal(neurodyn.simulate(alone)["two.out"].values, result["two.out"].values)

    def test_errors_point_into_the_part(self, folder: Path) -> None:
        (folder / "cells" / "leak.toml").write_text('equations = "dv/dt = -k*q"\n[states]\nv = 1\n')
        with pytest.raises(neurodyn.InputError) as caught:
            neurodyn.load(folder / "top.toml")
        assert str(folder / "cells" / "leak.toml") + ":1" in str(caught.value)

    def test_a_missing_file_is_missed_in_the_line_that_names_it(self, folder: Path) -> None:
        (folder / "cells" / "leak.toml").unlink()
        with pytest.raises(neurodyn.InputError) as caught:
            neurodyn.load(folder / "top.toml")
        assert "pair.toml:7" in str(caught.value) and "cannot be read" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("-x[i] + sum(W[i,j]*v[j], j)", "-p.x[i] + sum(p.W[i,j]*p.v[j], j)"),
        ("tau*dx[i]/dt", "p.tau*dp.x[i]/dt"),
        ("dE/dx[i]", "dp.E/dp.x[i]"),
        ("40[mV] + in*lambda", "40[mV] + p.in*p.lambda"),
        ("pulses(tau, period=tau, duty=0.1)", "pulses(p.tau, period=p.tau, duty=0.1)"),
        ("where(i == 0, q.x, pi*t)", "where(i == 0, q.x, pi*t)"),
    ],
)
def test_respelling(text: str, expected: str) -> None:
    """Names are exchanged where they stand for quantities, and nowhere else; all else stays as it was written."""
    names = {"x", "W", "v", "tau", "E", "in", "lambda", "mV", "period"}

    def put(name: str) -> tuple[str, tuple[str, ...]] | None:
        if name in names:
            return f"p.{name}", ()
        return (f"dp.{name[1:]}", ()) if name[0] == "d" and name[1:] in names else None

    assert respell(text, put) == expected
    row = respell("x + W[i,j]*v[i]", lambda n: (f"p.{n}", ("k",)) if n in names else None)
    assert row == "p.x[k] + p.W[k,i,j]*p.v[k,i]"
