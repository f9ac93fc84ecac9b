"""Models of habituation against closed forms and the numbers of their sources.

The hallmarks H1 to H9 are those of Thompson and Spencer (1966) and Rankin et al. (2009).
"""

from __future__ import annotations

import numpy as np
import pytest

import neurodyn
from neurodyn.analysis.habituation import habituation_time, peaks, recovery_time, rise_time

SHARP = {"rtol": 1e-10, "atol": 1e-12}


def run(name: str, until: float, record: list[str], *, save_at=None, start=None, method=None, **values):
    system = neurodyn.build(name, **values)
    sharp = SHARP if method is None else {"rtol": 1e-8, "atol": 1e-10}
    return neurodyn.simulate(system, until=until, record=record, save_at=save_at, start=start, method=method, **sharp)


def train(height: float, period: float = 1, duty: float = 0.1, count: int | None = None) -> str:
    """Pulses at the end of their periods."""
    return f"pulses({height}, period={period}, duty={duty}, phase={1 - duty}" + (f", count={count})" if count else ")")


def peaks_of(name: str, count: int, period: float = 1, **values) -> np.ndarray:
    result = run(name, count * period, ["y"], **values)
    return peaks(result["time"], result["y"], period=period, count=count)


class TestClosedForms:
    """One linear memory: dx/dt = beta*h - alpha*x under pulses of height A, solved exactly."""

    CASES = (
        ("habituation", 5.0, 0.1, 0.5, lambda a: a, lambda x, a: a / (1 + x**2)),
        (
            "habituation_inverter",
            5.0,
            0.2,
            4.0,
            lambda a: 2 * a / (1 + a**2),
            lambda x, a: np.tanh(100 * a) / (1 + x**2),
        ),
        ("habituation_relu", 10.0, 0.1, 4.0, lambda a: a, lambda x, a: np.maximum(a - x, 0)),
        ("habituation_tanh_gate", 10.0, 0.05, 1.0, lambda a: a, lambda x, a: a * (1 + np.tanh(8 - x)) / 2),
        ("habituation_gated_decay", 10.0, 0.1, 1.0, lambda a: a, lambda x, a: a / (1 + x**2)),
    )

    @pytest.mark.parametrize(("name", "height", "alpha", "beta", "uptake", "gate"), CASES, ids=[c[0] for c in CASES])
    def test_memory_and_response(self, name, height, alpha, beta, uptake, gate) -> None:
        period, duty, n = 1.5, 0.2, np.arange(12)
        q = np.exp(-alpha * period)
        high = beta * uptake(height) * (1 - q**duty) / alpha * (1 - q ** (n + 1)) / (1 - q)
        low = np.concatenate([[0.0], high[:-1]]) * q ** (1 - duty)
        onsets, ends = (n + 1 - duty) * period, (n + 1.0) * period
        silent = {"v": 0} if name == "habituation_gated_decay" else {}
        times = np.sort([*onsets, *ends])
        found = run(name, ends[-1] + 1, ["x", "y"], save_at=times, u=train(height, period, duty), **silent)
        np.testing.assert_allclose(found["x"].values[0::2], low, atol=1e-8)
        np.testing.assert_allclose(found["x"].values[1::2], high, atol=1e-8)
        np.testing.assert_allclose(found["y"].values[0::2], gate(low, height), atol=1e-8)

    def test_two_memories_meet_at_the_rate_of_forgetting(self) -> None:
        """|x1 - x2| shrinks by exp(-alpha t), and by exp(-(alpha + kappa) t) while the second stimulus is on."""
        times = np.array([0, 5, 15.05, 15.5, 15.95, 20])
        runs = [
            run("habituation_gated_decay", 20, ["x"], save_at=times, start={"x": x0}, kappa=2.0)["x"].values
            for x0 in (0.0, 3.0)
        ]
        decay = 0.1 * times + 2.0 * np.clip(times - 15.05, 0, 0.9)
        np.testing.assert_allclose(runs[1] - runs[0], 3 * np.exp(-decay), atol=1e-9)

    def test_the_map_from_period_to_period_is_affine(self) -> None:
        """Its multiplier is exp(-alpha T) and its fixed point the limit of the memory before a stimulus."""
        u, alpha, beta, duty, height = train(5.0, 1, 0.2), 0.1, 0.5, 0.2, 5.0
        ends = [float(run("habituation", 1.8, ["x"], save_at=[0.8, 1.8], start={"x": x}, u=u)["x"][-1]) for x in (0, 2)]
        starts = [x * np.exp(-alpha * 0.8) for x in (0, 2)]
        q = np.exp(-alpha)
        assert (ends[1] - ends[0]) / (starts[1] - starts[0]) == pytest.approx(q, abs=1e-8)
        rest = (ends[0] - q * starts[0]) / (1 - q)
        assert rest == pytest.approx(beta * height * (1 - q**duty) / alpha * q ** (1 - duty) / (1 - q), abs=1e-8)

    def test_the_lifted_response_follows_its_gate(self) -> None:
        """At the end of a pulse that is long for the response, it lags by epsilon times the slope of the gate."""
        lag = {}
        for epsilon in (0.01, 0.005):
            found = run("habituation_lifted", 1, ["g", "y"], save_at=[0.999], epsilon=epsilon)
            lag[epsilon] = float(found["y"][0] - found["g"][0])
        assert lag[0.01] > 0
        assert lag[0.01] / lag[0.005] == pytest.approx(2, abs=0.05)


class TestHallmarks:
    def test_h1_h2_three_series(self) -> None:
        """Decrement, and recovery in part during the rest."""
        found = run("habituation", 45, ["y"])
        each = peaks(found["time"], found["y"], period=1, count=45).reshape(3, 15)[:, :5]
        known = [[5, 4.136, 2.845, 1.962, 1.426], [3.371, 2.294, 1.627, 1.221, 0.962]]
        np.testing.assert_allclose(each[:2], known, atol=1e-3)
        np.testing.assert_allclose(each[2, [0, -1]], [2.902, 0.887], atol=1e-3)

    def test_h3_series_after_series(self) -> None:
        onsets = run("habituation_tanh_gate", 75, ["x"], save_at=[0.9, 30.9, 60.9])["x"].values
        np.testing.assert_allclose(onsets, [0, 4.873, 5.961], atol=1e-3)
        found = run("habituation_tanh_gate", 75, ["y"])
        each = peaks(found["time"], found["y"], period=1, count=75)
        np.testing.assert_allclose(each[[5, 35, 65]], [9.994, 4.401, 1.262], atol=1e-3)
        first, second, third = each[:15], each[30:45], each[60:75]
        assert (second < first).all() and (third < second).all()

    @pytest.mark.parametrize(
        ("period", "ratio", "gap"),
        [(1, 0.2149, 21.6), pytest.param(2, 0.5482, 15.6, marks=pytest.mark.slow), (5, 0.9124, 7.9)],
    )
    def test_h4_one_unit(self, period: float, ratio: float, gap: float) -> None:
        """Frequent stimuli habituate deeper, but recovery from them is slower: one memory fails hallmark H4 (iii)."""
        u, duty = train(10, period, 0.1 / period), 0.1 / period
        far = run("habituation", 200 * period, ["y"], save_at=[(200 - duty) * period], beta=0.2, u=u)
        assert float(far["y"][0]) / 10 == pytest.approx(ratio, abs=1e-4)
        system = neurodyn.build("habituation", beta=0.2)
        end = neurodyn.simulate(
            system, until=30 * period, inputs={"u": u}, save_at=[30 * period], record=["x"], **SHARP
        )

        def respond(rest: float) -> float:
            test = neurodyn.simulate(
                system, until=rest + 0.1, start={"x": float(end["x"][-1])}, record=["y"], save_at=[rest], t0=0,
                inputs={"u": f"window({rest}, {rest + 0.1}, 10)"},
            )  # fmt: skip
            return float(test["y"][0])

        assert recovery_time(respond, 9.5, 50) == pytest.approx(gap, abs=0.1)

    @pytest.mark.parametrize(
        ("name", "length", "times"),
        [("habituation_chain", 2, (70.5, 92.4, 104.5)), ("habituation_chain", 1, (15.9, 12.9, 9.6))],
    )
    def test_h4_a_chain_recovers_sooner_from_frequent_stimuli(self, name, length, times) -> None:
        from neurodyn.model.families import chain

        rates = {"alpha": [0.2, 0.02][:length], "beta": [1, 0.5][:length]}
        for period, known in zip((1, 2, 5), times, strict=True):
            model = chain(length, u=train(10, period, 0.1 / period, 60 // period), **rates)
            if length == 2 and period == 1:
                assert model.text == neurodyn.load(name).text
            found = neurodyn.simulate(neurodyn.build(model), until=180, record=["strength"], rtol=1e-8, atol=1e-10)
            assert rise_time(found["time"], found["strength"], 9.5, 60) == pytest.approx(known, rel=0.02)

    def test_h5_weak_stimuli_habituate_deeper(self) -> None:
        heights = (1, 5, 10)
        inverter = [peaks_of("habituation_inverter", 60, u=train(a)) for a in heights]
        np.testing.assert_allclose([p[-1] / p[0] for p in inverter], [0.2309, 0.6700, 0.8845], atol=1e-4)
        plain = [peaks_of("habituation", 60, u=train(a), alpha=0.5, beta=0.2) for a in heights]
        np.testing.assert_allclose([p[-1] / p[0] for p in plain], [0.9990, 0.9756, 0.9091], atol=1e-4)

    @pytest.mark.parametrize(("count", "memory", "response"), [(4, 13.789, 6.204), (20, 36.164, 0.045)])
    def test_h6_silent_stimuli_count(self, count: int, memory: float, response: float) -> None:
        u = f"{train(10)}*(window(0, {count}) + window({count + 12}, {count + 13}))"
        found = run("habituation_relu", count + 13, ["x", "y"], save_at=[count, count + 12.9], u=u)
        assert float(found["x"][0]) == pytest.approx(memory, abs=1e-3)
        assert float(found["y"][1]) == pytest.approx(response, abs=1e-3)

    def test_h8_a_second_stimulus_restores_the_response(self) -> None:
        each = peaks_of("habituation_gated_decay", 18)
        np.testing.assert_allclose(each[[0, 1, 2, 14]], [10, 5.474, 2.500, 0.189], atol=1e-3)
        np.testing.assert_allclose(each[15:18], [10.0, 6.017, 2.697], atol=2e-3)
        alone = run("habituation_gated_decay", 18, ["y"], u=0)
        assert np.abs(alone["y"].values).max() == 0  # the second stimulus evokes nothing by itself

    def test_h9_the_second_stimulus_wears_off(self) -> None:
        each = peaks_of("habituation_second_order", 80)
        np.testing.assert_allclose(each[15:80:12], [9.98, 3.20, 0.78, 0.41, 0.29, 0.24], atol=0.01)

    def test_h10_exposure_slows_recovery_for_good(self) -> None:
        onsets = np.array([0.5, 440.5, 880.5])
        found = run("habituation_wang", 1320, ["y"], save_at=np.sort([*onsets, *(onsets + 39)]), method="LSODA")
        np.testing.assert_allclose(found["y"].values[0::2], 1.0, atol=1e-3)
        np.testing.assert_allclose(found["y"].values[1::2], [0.177, 0.152, 0.020], atol=5e-4)

    def test_control_a_linear_response_never_habituates(self) -> None:
        """The peaks of a leaky integrator can only grow."""
        found = run("habituation", 20, ["x"], u=train(5))
        assert np.diff(peaks(found["time"], found["x"], period=1, count=20)).min() > 0


class TestCircuit:
    def test_published_voltages(self) -> None:
        each = peaks_of("habituation_diode", 40, u=train(5))
        np.testing.assert_allclose(each[:5], [0.4254, 0.2785, 0.1851, 0.1257, 0.0879], atol=1e-4)
        assert each[-1] == pytest.approx(0.0219, abs=1e-4)
        strong = peaks_of("habituation_diode", 40, u=train(9))
        np.testing.assert_allclose(strong[[0, -1]], [1.2695, 0.5432], atol=1e-4)

    def test_thresholds(self) -> None:
        """The diode gives thresholds: of the first response, V_d/c, and of one that lasts, V_d/(c - r)."""
        q, duty, c, v_d = np.exp(-1 / (470 * 0.0047)), 0.1, 0.2115, 2.765 / 4.381
        r = (1 - q**duty) * q ** (1 - duty) / (1 - q)
        assert (v_d / c, v_d / (c - r)) == (pytest.approx(2.984, abs=1e-3), pytest.approx(4.832, abs=1e-3))
        for height, first, last in ((2.97, False, False), (3.0, True, False), (4.82, True, False), (4.84, True, True)):
            each = peaks_of("habituation_diode", 40, u=train(height))
            assert (each[0] > 0, each[-1] > 0) == (first, last)


class TestAdaptation:
    @pytest.mark.parametrize("level", [0.3, 1.0, 7.0])
    def test_sniffer_and_antithetic_return_to_one_level(self, level: float) -> None:
        found = run("sniffer", 300, ["y"], save_at=[300], u=level, method="LSODA")
        assert float(found["y"][0]) == pytest.approx(0.01, abs=1e-8)
        found = run("antithetic", 2000, ["x_3"], save_at=[2000], u=level, method="LSODA")
        assert float(found["x_3"][0]) == pytest.approx(1.0, abs=1e-6)

    @pytest.mark.parametrize("level", [0.3, 1.0, 7.0])
    def test_plain_negative_feedback_does_not(self, level: float) -> None:
        found = run("negative_feedback", 400, ["y"], save_at=[400], u=level, method="LSODA")
        assert float(found["y"][0]) == pytest.approx(np.sqrt(0.1 * level / 10), abs=1e-7)


def concatenated(height: float, period: float, count: int, start=None, silence: float = 0) -> neurodyn.Result:
    """Stimuli at the start of their periods after a silence; the response is seen closely after each onset."""
    width = 1.1111
    u = f"pulses({height}, period={period}, duty={width / period}, count={count})"
    onsets = silence + period * np.arange(count)
    near = (onsets[:, None] + np.arange(0, 3, 0.005)).ravel()
    system = neurodyn.build("concatenated_feedback", S=u)
    if silence:
        system = neurodyn.build("concatenated_feedback", S=f"{height}*window({silence}, {silence + width})")
    return neurodyn.simulate(
        system, until=silence + count * period, start=start, method="LSODA", rtol=1e-8, atol=1e-13,
        save_at=np.union1d(near, [silence + count * period]),
    )  # fmt: skip


class TestConcatenated:
    CASES = ((15, 10, 18), (15, 15, 21), (10, 10, 15), (20, 10, 20))

    @pytest.mark.parametrize(
        ("height", "period", "known"), [(15, 5, 12), *(pytest.param(*case, marks=pytest.mark.slow) for case in CASES)]
    )
    def test_published_habituation_times(self, height: float, period: float, known: int) -> None:
        found = concatenated(height, period, known + 4)
        assert habituation_time(peaks(found["time"], found["R_2"], period=period, count=known + 4)) == known

    @pytest.mark.slow
    @pytest.mark.parametrize(("period", "count", "known"), [(5, 12, 6649), (10, 18, 7312), (15, 21, 7670)])
    def test_published_recovery_times(self, period: float, count: int, known: float) -> None:
        trained = concatenated(15, period, count)
        naive = float(trained["R_2"].values[:600].max())
        end = {name: float(trained[name].values[-1]) for name in trained.dataset.data_vars if "_" in str(name)}

        def respond(gap: float) -> float:
            return float(concatenated(15, period, 1, end, gap)["R_2"].max())

        assert recovery_time(respond, 0.95 * naive, 10000) == pytest.approx(known, rel=0.01)

    def test_feedforward_rests_where_its_equations_say(self) -> None:
        """Under a constant stimulus each memory follows the receptor alone, and the response solves a quadratic."""
        system = neurodyn.build("concatenated_feedforward", S=3.0)
        k = {int(n[2:]): float(v) for n, v in system.values.items() if n.startswith("k_")}
        y, drive = {}, 3.0
        for unit, first in ((1, 1), (2, 7)):
            half = float(system.values[f"K_{unit}"])
            i = k[first] * drive / (k[first] * drive + k[first + 1])
            m = k[first + 2] * i / (k[first + 2] * i + k[first + 3])
            made, removed = k[first + 4] * i, k[first + 5] * m
            roots = np.roots([made, removed + made * (half - 1), -made * half])
            y[f"I_{unit}"], y[f"M_{unit}"], y[f"R_{unit}"] = i, m, roots[roots > 0][0]
            drive = y[f"R_{unit}"]
        rest = np.array([y[name] for name in system.layout.names])
        assert np.abs(system.flow()(0, rest, {"S": 3.0})).max() < 1e-12
        assert np.linalg.eigvals(system.jacobian()(0, rest, {"S": 3.0})).real.max() < 0
