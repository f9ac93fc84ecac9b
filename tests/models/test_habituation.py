"""Models of habituation against closed forms and laws; `test_habituation_table` has the published numbers.

Hallmarks are numbered as by Rankin et al. (2009).
"""

from __future__ import annotations

import numpy as np
import pytest

import neurodyn
from neurodyn.analysis.habituation import peaks

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
    def test_h3_every_response_is_below_that_of_the_series_before(self) -> None:
        first, second, third = peaks_of("habituation_tanh_gate", 90).reshape(3, 30)[:, :15]
        assert (second < first).all() and (third < second).all()

    def test_h7_other_channels_are_answered_as_new(self) -> None:
        """Channels never meet: the response is the sum of those of units that hear one channel each."""
        each = peaks_of("habituation_channels", 18)
        np.testing.assert_allclose(each[12:15], each[:3], atol=1e-6)
        assert each[15] < 0.2 * each[0]
        u = neurodyn.build("habituation_channels").model.inputs["u"].value
        alone = [peaks_of("habituation", 18, u=u.replace("c", str(channel))) for channel in (0, 1)]
        np.testing.assert_allclose(each, np.sum(alone, axis=0), atol=1e-6)

    def test_h8_the_second_stimulus_evokes_nothing_by_itself(self) -> None:
        alone = run("habituation_gated_decay", 18, ["y"], u=0)
        assert np.abs(alone["y"].values).max() == 0

    def test_control_a_linear_response_never_habituates(self) -> None:
        """The peaks of a leaky integrator can only grow."""
        found = run("habituation", 20, ["x"], u=train(5))
        assert np.diff(peaks(found["time"], found["x"], period=1, count=20)).min() > 0


class TestCircuit:
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


class TestConcatenated:
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


class TestOutputFeedback:
    """A leaky integrator that remembers its own output: under stimuli of 1 every T steps its map is affine."""

    @pytest.mark.parametrize("period", [10, 30, 60])
    def test_one_integrator_is_solved_exactly(self, period: int) -> None:
        a, b = 1 - np.exp(-7), np.exp(-2)
        u = f"pulses(1, period={period}, duty=1/{period})"
        system = neurodyn.build("habituation_output_feedback", sizes={"L": 1}, a=[a], b=[b], u=u)
        found = neurodyn.simulate(system, steps=20 * period, record=["y", "V"])
        left, limit = a ** (period - 1) * (a - b), a ** (period - 1) * b / (1 - a ** (period - 1) * (a - b))
        memory = limit * (1 - left ** np.arange(20))
        np.testing.assert_allclose(found["V"].values[: 20 * period : period, 0], memory, atol=1e-12)
        np.testing.assert_allclose(found["y"].values[: 20 * period : period], 1 - memory, atol=1e-12)

    def test_the_row_lets_through_what_exceeds_all_memories(self) -> None:
        found = neurodyn.simulate("habituation_output_feedback", steps=300, record=["u", "y", "V"])
        through = np.maximum(found["u"].values - found["V"].values.sum(axis=1), 0)
        np.testing.assert_allclose(found["y"].values, through, atol=1e-12)
        assert found["y"].values[:300:10][:20].tolist() == sorted(found["y"].values[:300:10][:20], reverse=True)
