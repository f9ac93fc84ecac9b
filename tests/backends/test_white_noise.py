"""White noise in flows: orders of convergence, moments with their known bias, draws, continuation, refusals."""

from __future__ import annotations

import numpy as np
import pytest

import neurodyn
from neurodyn import InputError
from neurodyn.system.noise import Draws

METHODS = ("euler-maruyama", "heun", "milstein")
STRONG = [("euler-maruyama", 0.5), ("heun", 1.0), ("milstein", 1.0)]
A, S = 0.4, 0.6


def geometric(reading: str) -> neurodyn.System:
    model = neurodyn.Model(
        "dx/dt = a*x + s*x*w",
        states={"x": 1.0},
        parameters={"a": A, "s": S},
        noise={"w": {"kind": "white", "reading": reading}},
        bench={"until": 1},
    )
    return neurodyn.build(model)


ITO, STRATONOVICH = geometric("ito"), geometric("stratonovich")


def increments(system: neurodyn.System, dt: float, steps: int, trials: int | None, seed: int = 0) -> dict:
    """The increments of a run from t = 0, (steps, ...) by name."""
    draws = Draws(system.structure, system.sizes, seed, trials)
    found = [draws.at(k) for k in range(steps)]
    return {name: np.sqrt(dt) * np.stack([f[name] for f in found]) for name in system.model.noise}


def error(system: neurodyn.System, method: str, exact, steps: int, trials: int = 600) -> float:
    """The root mean square error at t = 1, against the path that the same increments make."""
    run = neurodyn.simulate(system, until=1, dt=1 / steps, method=method, trials=trials, save_at=[1.0])
    end = np.concatenate([run[x].values.reshape(trials, -1) for x in system.layout.names], axis=1)
    path = {name: dw.sum(axis=0) for name, dw in increments(system, 1 / steps, steps, trials).items()}
    return float(np.sqrt(np.mean((end - exact(path)) ** 2)))


def order(system: neurodyn.System, method: str, exact) -> float:
    """The strong order."""
    return float(np.log2(error(system, method, exact, 16) / error(system, method, exact, 256))) / 4


@pytest.mark.parametrize("system", [ITO, STRATONOVICH], ids=["ito", "stratonovich"])
@pytest.mark.parametrize(("method", "expected"), STRONG)
def test_strong_order_on_geometric_brownian_motion(system: neurodyn.System, method: str, expected: float) -> None:
    """Either reading by either method: the other one is reached by correcting the flow."""
    shift = S**2 / 2 if system is ITO else 0.0
    found = order(system, method, lambda w: np.exp(A - shift + S * w["w"])[:, None])
    assert found == pytest.approx(expected, abs=0.12)


def test_strong_order_of_additive_noise_is_one() -> None:
    """x = (x0 + b*t + W)/(1 + t): of order 1 for all, and exact for Heun's, whose mean of both ends is linear here."""
    system = neurodyn.build(
        neurodyn.Model("dx/dt = (2 - x)/(1 + t) + w/(1 + t)", states={"x": 0.5}, noise={"w": "white"})
    )

    def exact(path: dict) -> np.ndarray:
        return ((0.5 + 2 + path["w"]) / 2)[:, None]

    assert order(system, "euler-maruyama", exact) == pytest.approx(1, abs=0.1)
    assert order(system, "milstein", exact) == pytest.approx(1, abs=0.1)
    assert error(system, "heun", exact, 16) < 1e-13


@pytest.mark.parametrize(("method", "expected"), STRONG)
def test_strong_order_of_noise_that_commutes(method: str, expected: float) -> None:
    """Two states and two sources that turn and stretch them: neither minds which comes first."""
    model = neurodyn.Model(
        "dx/dt = -y*u + x*v/2\ndy/dt = x*u + y*v/2",
        states={"x": 1.0, "y": 0.0},
        noise={n: {"kind": "white", "reading": "stratonovich"} for n in "uv"},
    )

    def exact(w: dict) -> np.ndarray:
        return np.exp(w["v"] / 2)[:, None] * np.stack([np.cos(w["u"]), np.sin(w["u"])], axis=1)

    assert order(neurodyn.build(model), method, exact) == pytest.approx(expected, abs=0.12)


def test_milstein_refuses_noise_that_does_not_commute() -> None:
    model = neurodyn.Model(
        "dx/dt = u\ndy/dt = x*v",
        states={"x": 0.0, "y": 0.0},
        noise={"u": "white", "v": {"kind": "white", "reading": "ito"}},
    )
    with pytest.raises(InputError, match="does not commute"):
        neurodyn.simulate(model, until=1, dt=0.1, method="milstein")
    assert neurodyn.simulate(model, until=1, dt=0.1, method="heun").status == "done"


def within(samples: np.ndarray, mean: float) -> bool:
    """Whether the samples fit their mean, at five standard errors."""
    return bool(abs(samples.mean() - mean) < 5 * samples.std() / np.sqrt(samples.size))


def test_moments_of_euler_maruyama() -> None:
    """Its mean and second moment are those of its recursion, O(dt) from the exact ones: weak order 1."""
    steps, h = 4, 1 / 4
    x = neurodyn.simulate(ITO, dt=h, method="euler-maruyama", trials=20_000, save_at=[1.0])["x"].values.ravel()
    first, second = (1 + A * h) ** steps, ((1 + A * h) ** 2 + S**2 * h) ** steps
    assert within(x, first) and within(x**2, second)
    assert not within(x**2, np.exp(2 * A + S**2))
    finer = ((1 + A * h / 2) ** 2 + S**2 * h / 2) ** (2 * steps)
    assert (second - np.exp(2 * A + S**2)) / (finer - np.exp(2 * A + S**2)) == pytest.approx(2, abs=0.3)


def test_means_of_both_readings() -> None:
    for method in METHODS:
        for system, rate in ((ITO, A), (STRATONOVICH, A + S**2 / 2)):
            x = neurodyn.simulate(system, dt=1 / 64, method=method, trials=4000, save_at=[1.0])["x"].values.ravel()
            assert abs(x.mean() - np.exp(rate)) < 5 * x.std() / np.sqrt(x.size) + 0.01


@pytest.mark.parametrize("method", METHODS)
def test_stationary_variance_and_its_bias(method: str) -> None:
    """Ornstein and Uhlenbeck's process by large steps, whose stationary variance each method changes in a known way."""
    h, size = 0.5, 4000
    model = neurodyn.Model(
        "dx[i]/dt = -x[i] + sqrt(2)*w[i]",
        indices={"N": {"letters": "i", "size": size}},
        states={"x[i]": 0.0},
        noise={"w[i]": "white"},
    )
    x = neurodyn.simulate(model, until=30, dt=h, method=method, save_at=[15.0, 30.0])["x"].values.ravel()
    a, b = (1 - h + h**2 / 2, 1 - h / 2) if method == "heun" else (1 - h, 1.0)
    variance = 2 * h * b**2 / (1 - a**2)
    assert within(x**2, variance)
    assert within(x**2, 1.0) == (method == "heun" and abs(variance - 1) < 0.05)


DRIVEN = neurodyn.build(
    neurodyn.Model(
        """
        g[i]      = s[i]*sin(x[i])
        dx[i]/dt  = -x[i] + u*y + cos(t) + g[i]*w[i]
        dy/dt     = -y + mean(x[i], i) + v
        """,
        indices={"N": {"letters": "i", "size": 3}},
        states={"x[i]": "normal(0, 1)", "y": 0.0},
        parameters={"s[i]": [0.5, 1.0, 1.5]},
        inputs={"u": "1 + step(0.25, 2)"},
        noise={"w[i]": {"kind": "white", "reading": "ito"}, "v": "white"},
        bench={"until": 1.2, "dt": 0.1, "seed": 2},
    )
)
G = np.array([0.5, 1.0, 1.5])


@pytest.mark.parametrize("method", METHODS)
def test_steps_are_those_of_plain_loops(method: str) -> None:
    run = neurodyn.simulate(DRIVEN, method=method, inputs={"u": 2.0})
    dw = increments(DRIVEN, 0.1, 12, None, seed=2)
    x, y = run["x"].values[0], run["y"].values[0]
    for k in range(12):

        def change(t, x, y, k=k):
            noise = np.append(G * np.sin(x) * dw["w"][k], dw["v"][k])
            drift = np.append(-x + 2 * y + np.cos(t), -y + x.mean())
            slope = G**2 * np.sin(x) * np.cos(x) / 2
            more = {"euler-maruyama": 0 * x, "heun": -slope * 0.1, "milstein": slope * (dw["w"][k] ** 2 - 0.1)}
            found = drift * 0.1 + noise + np.append(more[method], 0.0)
            return found[:3], found[3]

        dx, dy = change(0.1 * k, x, y)
        if method == "heun":
            again = change(0.1 * (k + 1), x + dx, y + dy)
            dx, dy = (dx + again[0]) / 2, (dy + again[1]) / 2
        x, y = x + dx, y + dy
        np.testing.assert_allclose(run["x"].values[k + 1], x, rtol=1e-12)
        np.testing.assert_allclose(run["y"].values[k + 1], y, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("trials", [None, 3])
@pytest.mark.parametrize("cut", [0.25, 0.3, 0.9])
@pytest.mark.parametrize("method", METHODS)
def test_two_parts_are_one_run_bit_for_bit(method: str, cut: float, trials: int | None, tmp_path) -> None:
    """Cut at a step, or at the edge of an input that lies between two; 0.3 is not 3*0.1 in doubles."""
    whole = neurodyn.simulate(DRIVEN, trials=trials, method=method, seed=4)
    first = neurodyn.simulate(DRIVEN, trials=trials, method=method, seed=4, until=cut)
    loaded = neurodyn.load_result(first.save(tmp_path / "first.nc"))
    second = neurodyn.simulate(DRIVEN, start=loaded, method=method, until=1.2)
    assert second.recipe["seed"] == 4
    for name in ("x", "y"):
        np.testing.assert_array_equal(first[name], whole[name][: len(first.time)])
        np.testing.assert_array_equal(second[name][1:], whole[name][-len(second.time) + 1 :])
    np.testing.assert_allclose(whole.time, [0, 0.1, 0.2, 0.25, 0.25, *np.arange(3, 13) / 10], rtol=1e-12)
    assert neurodyn.rerun(whole).same and neurodyn.rerun(loaded).same


def test_trials_do_not_know_of_each_other() -> None:
    two, five = (neurodyn.simulate(DRIVEN, trials=n, seed=1) for n in (2, 5))
    np.testing.assert_array_equal(two["x"], five["x"][:, :2])
    assert len(np.unique(five["x"][-1])) == 15
    assert not np.isin(neurodyn.simulate(DRIVEN, trials=2, seed=9)["y"][1:], two["y"][1:]).any()


def test_a_trial_that_ends_early_leaves_the_others_as_they_are() -> None:
    model = neurodyn.Model("dx/dt = x**3 + w", states={"x": 0.0}, noise={"w": "white"}, bench={"until": 3, "dt": 0.01})
    run = neurodyn.simulate(model, trials=20, on_failure="return")
    going = np.flatnonzero(run.dataset["status"] == "done")
    assert 0 < len(going) < 20 and "Take a smaller step than dt = 0.01" in run.message
    k = int(going[-1])
    alone = neurodyn.simulate(model, trials=k + 1, on_failure="return")
    np.testing.assert_array_equal(run["x"][:, k], alone["x"][:, k])
    assert neurodyn.rerun(run).same


def test_steps_between_two_are_draws_of_their_own() -> None:
    """Edges cut steps: increments have the variance of their length, and are independent of each other."""
    model = neurodyn.Model(
        "dx[i]/dt = u + w[i]",
        indices={"N": {"letters": "i", "size": 20_000}},
        states={"x[i]": 0.0},
        inputs={"u": "pulses(1, period=0.7, duty=0.5, phase=0.3)"},
        noise={"w[i]": "white"},
    )
    run = neurodyn.simulate(model, t0=0.1, until=2.1, dt=0.5, save_at="steps")
    keep = np.append(np.diff(run.time) != 0, True)
    t, x = run.time[keep], run["x"].values[keep]
    assert {0.1, 0.5, 1.0, 1.5, 2.0, 2.1} < set(t.tolist()) and len(t) > 9
    dw = np.diff(x, axis=0)
    dw -= dw.mean(axis=1, keepdims=True)
    covariance = dw @ dw.T / dw.shape[1]
    lengths = np.diff(t)
    assert np.abs(covariance / np.sqrt(np.outer(lengths, lengths)) - np.eye(len(lengths))).max() < 5 * np.sqrt(
        2 / 20_000
    )


def test_time_may_run_backwards() -> None:
    """The noise is fresh on the way, whichever way it is: a walk's variance is the time that has passed."""
    model = neurodyn.Model("dx/dt = 1 + 2*w", states={"x": 0.0}, noise={"w": "white"})
    x = neurodyn.simulate(model, t0=1, until=-1, dt=0.25, trials=4000, save_at=[-1.0])["x"].values.ravel()
    assert within(x, -2.0) and within((x + 2) ** 2, 8.0)
    for method in METHODS:
        back = neurodyn.simulate(STRATONOVICH, t0=1, until=0, dt=1 / 64, method=method, trials=4000, save_at=[0.0])
        end = back["x"].values.ravel()
        assert abs(end.mean() - np.exp(S**2 / 2 - A)) < 5 * end.std() / np.sqrt(end.size) + 0.01


def test_saved_times_are_steps() -> None:
    run = neurodyn.simulate(ITO, dt=0.001)
    assert len(run.time) == 1001
    assert len(neurodyn.simulate(ITO, dt=0.0001).time) == 2001
    assert neurodyn.simulate(ITO, dt=0.1, every=0.3).time.tolist() == [0.0, 0.3, 0.6, 0.8999999999999999, 1.0]
    chosen = neurodyn.simulate(ITO, dt=0.1, save_at=[0.3, 0.7])
    assert chosen.time.tolist() == [0.3, 0.7]
    whole = neurodyn.simulate(ITO, dt=0.1)["x"].values
    np.testing.assert_array_equal(chosen["x"], whole[[3, 7]])
    with pytest.raises(InputError, match=r"t = 0.25 is to be saved, but lies between two steps of dt = 0.1"):
        neurodyn.simulate(ITO, dt=0.1, save_at=[0.25])
    with pytest.raises(InputError, match="let `every` be one"):
        neurodyn.simulate(ITO, dt=0.1, every=0.25)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "dt is missing: model holds white noise, which is integrated in fixed steps. Give dt"),
        ({"dt": 0.0}, "dt is 0. Give a step above 0."),
        ({"dt": 1e-18}, "too small to be told from 0"),
        ({"dt": 0.1, "method": "DOP853"}, "DOP853 cannot run model, whose flow holds white noise. Take heun,"),
        ({"dt": 0.1, "method": "Heun"}, "Did you mean heun?"),
        ({"dt": 0.1, "rtol": 1e-3}, "fixed steps, which have no rtol"),
    ],
)
def test_what_noise_cannot_go_with(options: dict, message: str) -> None:
    with pytest.raises(InputError) as caught:
        neurodyn.simulate(ITO, **options)
    assert message in str(caught.value)


def test_what_needs_noise() -> None:
    for options, message in (({"method": "heun"}, "lorenz has none"), ({"dt": 0.1}, "DOP853 chooses its own steps")):
        with pytest.raises(InputError, match=message):
            neurodyn.simulate(neurodyn.load("lorenz"), **options)
    with pytest.raises(InputError, match="is a map, which has no dt"):
        neurodyn.simulate(neurodyn.load("hopfield_binary"), dt=0.1)


def test_what_holds_noise_has_no_value_at_a_time() -> None:
    model = neurodyn.Model("a = 2 + w\ndx/dt = -x + a", states={"x": 0.0}, noise={"w": "white"})
    with pytest.raises(InputError, match="a holds white noise, which has no value at a time"):
        neurodyn.simulate(model, until=1, dt=0.1, record=["a"])


@pytest.mark.parametrize("method", METHODS)
def test_noise_with_delays(method: str) -> None:
    """A delay of some steps against a plain loop; and two halves are one run."""
    model = neurodyn.Model(
        "dx[i]/dt = -x[i] + 2*tanh(x[i+1](t - 0.3)) + (1 + y(t - 0.2))*w[i]/2\ndy/dt = -y + v",
        indices={"N": {"letters": "i j", "size": 2, "ends": "cyclic"}},
        states={"x[i]": {"start": 0.5, "before": "cos(t) + i"}, "y": 0.0},
        noise={"w[i]": {"kind": "white", "reading": "ito"}, "v": "white"},
        bench={"until": 2, "dt": 0.1},
    )
    system = neurodyn.build(model)
    whole = neurodyn.simulate(system, method=method)
    dw = increments(system, 0.1, 20, None)
    x, y = [np.array([0.5, 0.5])], [0.0]

    def change(k: int, at: int, x_now: np.ndarray, y_now: float) -> tuple[np.ndarray, float]:
        old = x[at - 3] if at >= 3 else np.cos(0.1 * (at - 3)) + np.arange(2)
        factor = (1 + (y[at - 2] if at >= 2 else 0.0)) / 2
        return 0.1 * (-x_now + 2 * np.tanh(old[::-1])) + factor * dw["w"][k], -0.1 * y_now + dw["v"][k]

    for k in range(20):
        dx, dy = change(k, k, x[k], y[k])
        if method == "heun":
            again = change(k, k + 1, x[k] + dx, y[k] + dy)
            dx, dy = (dx + again[0]) / 2, (dy + again[1]) / 2
        x.append(x[k] + dx)
        y.append(y[k] + dy)
    np.testing.assert_allclose(whole["x"], x, rtol=1e-11)
    first = neurodyn.simulate(system, method=method, until=0.7)
    second = neurodyn.simulate(system, method=method, start=first, until=2)
    np.testing.assert_array_equal(second["x"], whole["x"][7:])
    with pytest.raises(InputError, match=r"dt is 0.25, longer than the shortest delay, 0.2"):
        neurodyn.simulate(system, dt=0.25)
