"""Sequence memory (Chaudhry et al. 2023): recall, errors, dwell times, and the forms of one network."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pytest
from scipy.special import erfc

import neurodyn
from neurodyn.analysis.sequences.dwell import dwell_steps, mixed_course


def tail(ratio: float) -> float:
    """The chance that a Gaussian number of deviation 1 lies beyond 1/sqrt(ratio): that a bit flips."""
    return float(erfc(1 / np.sqrt(2 * ratio)) / 2)


@lru_cache
def built(name: str, count: int, size: int) -> neurodyn.System:
    return neurodyn.build(name, sizes={"P": count, "N": size})


def flips(name: str, patterns: np.ndarray, most: int = 60, **values: object) -> np.ndarray:
    """Which bits are wrong after one step from each of the first patterns, side by side as trials."""
    system = built(name, *patterns.shape).with_values(values, xi=patterns)
    start = patterns[:most]
    found = neurodyn.simulate(system, start={"S": start}, trials=len(start), steps=1, record=["S"])
    return found["S"].values[-1] != np.roll(patterns, -1, axis=0)[:most]


def spins(seed: int, *shape: int, bias: float = 0.0) -> np.ndarray:
    return np.where(np.random.default_rng(seed).random(shape) < (1 + bias) / 2, 1.0, -1.0)


def by_hand(patterns: np.ndarray, state: np.ndarray, f, own: bool) -> np.ndarray:
    """One step in plain loops, with overlaps that are whole numbers."""
    count, size = patterns.shape
    new = state.copy()
    for i in range(size):
        total = 0.0
        for m in range(count):
            agreement = sum(int(patterns[m, j] * state[j]) for j in range(size) if own or j != i)
            total += patterns[(m + 1) % count, i] * f(agreement)
        new[i] = state[i] if total == 0 else np.sign(total)
    return new


@pytest.mark.parametrize("own", [0, 1])
@pytest.mark.parametrize("d", [1, 2, 3])
def test_a_step_by_hand(d: int, own: int) -> None:
    """From states that are no patterns, ties among them (there are even numbers of terms)."""
    patterns, state = spins(1, 4, 9), spins(2, 9)
    system = neurodyn.build("sequence_memory", xi=patterns, d=d, own=own)
    found = neurodyn.simulate(system, start={"S": state}, steps=3, record=["S"])["S"].values
    for t in range(3):
        np.testing.assert_array_equal(found[t + 1], by_hand(patterns, found[t], lambda z: z**d, bool(own)))


@pytest.mark.parametrize("own", [0, 1])
def test_an_exponential_step_by_hand(own: int) -> None:
    patterns, state = spins(1, 5, 12), spins(4, 12)
    system = neurodyn.build("sequence_memory_exponential", xi=patterns, own=own)
    found = neurodyn.simulate(system, start={"S": state}, steps=3, record=["S"])["S"].values
    for t in range(3):
        np.testing.assert_array_equal(found[t + 1], by_hand(patterns, found[t], np.exp, bool(own)))


def test_exponential_recall_where_the_function_itself_would_overflow() -> None:
    """exp(N - 1) is beyond a double at N = 800; twice as many patterns as units."""
    assert not flips("sequence_memory_exponential", spins(0, 1600, 800), most=4).any()


def test_the_quadratic_network_recalls_a_hundred_patterns_without_a_flip() -> None:
    """Figure 1: N = 300, P = 100; overlap 1 throughout for d = 2, while the linear network loses the sequence."""
    for seed in range(3):
        overlap = {}
        for d in (1, 2):
            result = neurodyn.simulate(neurodyn.build("sequence_memory", d=d, seed=seed), steps=99)
            overlap[d] = result["overlap"].values[np.arange(100), np.arange(100)]
        assert (overlap[2] == 1).all()
        # The source's draw gives .79, .40, .22 and -.03 at t = 5, 10, 50, 99; each draw of patterns has its own.
        assert 0.5 < overlap[1][5] < 0.95 and overlap[1][10] < 0.75
        assert np.abs(overlap[1][50:]).max() < 0.5 and abs(overlap[1][99]) < 0.35


@pytest.mark.parametrize(("d", "size", "count", "known"), [(2, 60, 200, 0.0079), (1, 100, 60, 0.0976)])
def test_bits_flip_as_a_gaussian_crosstalk_says(d: int, size: int, count: int, known: float) -> None:
    """Variance (P - 1)(2d - 1)!!/(N - 1)^d of the crosstalk; within 15 %."""
    odd = {1: 1, 2: 3}[d]
    theory = tail((count - 1) * odd / (size - 1) ** d)
    assert theory == pytest.approx(known, abs=1e-4)
    rates = [flips("sequence_memory", spins(seed, count, size), d=d).mean() for seed in range(12)]
    assert np.mean(rates) == pytest.approx(theory, rel=0.15)


def test_biased_patterns_are_recalled_up_to_their_own_limit() -> None:
    """The signal wins while P < bias^-(2d + 1) + 1, which is 412 for d = 2 and a bias of 0.3."""
    rates = {p: flips("sequence_memory", spins(0, p, 100, bias=0.3), d=2).mean() for p in (50, 1600)}
    assert rates[50] < 0.02 and rates[1600] > 0.25


def test_even_degrees_send_a_negative_pattern_to_the_next_one() -> None:
    """-xi_m goes to +xi_(m+1) for even d, and to -xi_(m+1) for odd d."""
    patterns = spins(3, 6, 200)
    for d, sign in ((2, 1), (3, -1)):
        system = neurodyn.build("sequence_memory", xi=patterns, d=d)
        result = neurodyn.simulate(system, start={"S": -patterns[2]}, steps=1, record=["S"])
        np.testing.assert_array_equal(result["S"].values[-1], sign * patterns[3])


@pytest.mark.parametrize("d", [1, 2, 3])
def test_two_layers_are_the_network_in_which_units_hear_themselves(d: int) -> None:
    """Bit for bit, beyond the capacity too, where the states are no patterns any more."""
    patterns = spins(5, 60, 50)
    flat = neurodyn.build("sequence_memory", xi=patterns, d=d, own=1)
    layered = neurodyn.build("sequence_two_layer", xi=patterns, d=d)
    a = neurodyn.simulate(flat, steps=40, record=["S"])["S"].values
    b = neurodyn.simulate(layered, steps=40, record=["v"])["v"].values
    np.testing.assert_array_equal(a, b)
    assert (a[-1] != np.roll(patterns, -40, axis=0)[0]).any() or d > 1


def test_a_silenced_hidden_unit_deletes_its_transition() -> None:
    patterns = spins(6, 5, 200)
    gain = np.where(np.arange(5) == 2, 0.0, 1.0)
    system = neurodyn.build("sequence_two_layer", xi=patterns, gain=gain)
    overlap = neurodyn.simulate(system, steps=3)["overlap"].values
    assert (overlap[[0, 1, 2], [0, 1, 2]] == 1).all() and overlap[3, 3] < 0.9


@pytest.mark.parametrize(("d", "count"), [(1, 90), (2, 90), (3, 99), (4, 40)])
def test_the_pseudoinverse_recalls_independent_patterns_exactly(d: int, count: int) -> None:
    """Also correlated ones, and for odd and even degrees."""
    for bias in (0.0, 0.6):
        patterns = spins(2, count, 100, bias=bias)
        assert np.linalg.matrix_rank(patterns) == count
        system = neurodyn.build("sequence_pseudoinverse", xi=patterns, d=d)
        found = neurodyn.simulate(system, start={"S": patterns}, trials=count, steps=1, record=["S", "o"])
        np.testing.assert_array_equal(found["S"].values[-1], np.roll(patterns, -1, axis=0))
        np.testing.assert_allclose(found["o"].values[0], np.eye(count), atol=1e-9)


def test_the_exponential_pseudoinverse_by_hand() -> None:
    """From damaged patterns; and exact recall of correlated ones."""
    patterns = spins(2, 30, 60, bias=0.5)
    system = neurodyn.build("sequence_pseudoinverse_exponential", xi=patterns)
    states = np.concatenate([patterns, patterns])
    states[30:, :20] *= -1
    found = neurodyn.simulate(system, start={"S": states}, trials=60, steps=1, record=["S"])["S"].values[-1]
    sharp = np.linalg.pinv(patterns @ patterns.T / 60) @ (patterns @ states.T / 60)
    known = np.sign(np.exp(59 * (sharp - 1)).T @ np.roll(patterns, -1, axis=0))
    np.testing.assert_array_equal(found, known)
    np.testing.assert_array_equal(found[:30], np.roll(patterns, -1, axis=0))
    assert (found[30:] != found[:30]).any()


def test_more_patterns_than_units_degrade_and_are_told() -> None:
    """Their overlaps have no inverse; the pseudoinverse makes a projector of them, and few bits flip."""
    patterns = spins(5, 110, 100)
    for d, most in ((1, 0.01), (2, 0.001), (3, 0.001)):
        system = neurodyn.build("sequence_pseudoinverse", xi=patterns, d=d)
        found = neurodyn.simulate(system, start={"S": patterns}, trials=110, steps=1, record=["S"])["S"].values[-1]
        assert (found != np.roll(patterns, -1, axis=0)).mean() <= most
        assert any("rank 100" in note for note in system.notes["R"])


def dwells(tau: int, strength: float, d: int, size: int, steps: int) -> list[int]:
    """How long each pattern but the last is held."""
    system = neurodyn.build("sequence_mixed", sizes={"N": size, "P": 5, "tau": tau}, **{"lambda": strength, "d": d})
    overlap = neurodyn.simulate(system, steps=steps)["overlap"].values
    assert (overlap.max(axis=1) == 1).all()
    changes = np.flatnonzero(np.diff(overlap.argmax(axis=1)))
    return np.diff([-1, *changes]).tolist()


@pytest.mark.parametrize(
    ("tau", "d", "known"), [(5, 1, 4), (5, 2, 4), (5, 3, 4), (5, 5, 5), (5, 10, 5), (8, 1, 6), (8, 10, 8)]
)
def test_dwell_times(tau: int, d: int, known: int) -> None:
    """N = 2000, P = 5: as long as the formula says, pattern after pattern.

    For tau = 5, d = 4 the two sides of the formula are 1.024 and 1.004, closer than the chance overlaps of such
    patterns, 1/sqrt(N), let through; that cell is among those of the next test.
    """
    assert dwell_steps(tau, 2.5, d) == known
    found = dwells(tau, 2.5, d, 2000, 4 * known + 2)
    assert found[:4] == [known] * 4


CELLS = [(0.9, 1), (1.3, 1), (1.3, 2), (1.7, 3), (3.7, 2), *((2.5, d) for d in (1, 2, 3, 4, 5, 10))]


@pytest.mark.parametrize("tau", [1, 2, 3, 5, 8])
def test_the_dwell_formula_cell_by_cell(tau: int) -> None:
    """With patterns that are exactly orthogonal the formula has no noise to fear; it says too when nothing moves."""
    patterns = np.array([[(-1.0) ** bin(r & c).count("1") for c in range(64)] for r in (7, 11, 13, 14, 19)])
    assert np.array_equal(patterns @ patterns.T, 64 * np.eye(5))
    system = neurodyn.build("sequence_mixed", sizes={"tau": tau}, xi=np.repeat(patterns, 8, axis=1))
    for strength, d in CELLS:
        expected = dwell_steps(tau, strength, d)
        cell = system.with_values({"lambda": strength, "d": d})
        overlap = neurodyn.simulate(cell, steps=3 * tau + 3)["overlap"].values
        held = np.diff([-1, *np.flatnonzero(np.diff(overlap.argmax(axis=1)))])
        assert set(held) == (set() if expected is None else {expected}), (strength, d)


def test_tempos_that_differ_and_change_and_gates() -> None:
    """Step by step as the calculation with overlaps alone says: a tempo for each pattern, and a gate for 12 steps."""
    patterns = np.array([[(-1.0) ** bin(r & c).count("1") for c in range(64)] for r in (7, 11, 13, 14, 19)])
    system = neurodyn.build("sequence_mixed", xi=np.repeat(patterns, 8, axis=1))
    tempos = np.array([1.3, 2.5, 4.0, 1.7, 3.0])
    overlap = neurodyn.simulate(system, steps=40, inputs={"lambda": tempos})["overlap"].values
    assert overlap.argmax(axis=1).tolist() == mixed_course(5, tempos, 1, 40).tolist()
    gated = np.full((40, 5), 2.5)
    gated[:12, 1] = 0.0
    overlap = neurodyn.simulate(system, steps=40, inputs={"lambda": "2.5 - 2.5*(m == 1)*window(0, 12)"})[
        "overlap"
    ].values
    course = mixed_course(5, gated, 1, 40).tolist()
    assert overlap.argmax(axis=1).tolist() == course and course[4:13] == [1] * 9 and course[-1] > 1


def test_a_branch_is_chosen_by_gates_while_it_runs() -> None:
    """a b | a c: one pattern is followed by two others; the gates of two hidden units say by which."""
    patterns = spins(7, 4, 300)[[0, 1, 0, 2]]
    system = neurodyn.build("sequence_two_layer", xi=patterns)
    gates = "1 - (m == 2)*window(0, 4) - (m == 0)*window(4, 8)"
    found = neurodyn.simulate(system, steps=8, inputs={"gain": gates}, record=["v"])["v"].values
    came = [int((found[t] == patterns).all(axis=1).argmax()) for t in range(9)]
    assert (np.abs(found @ patterns.T / 300).max(axis=1) == 1).all()
    assert came == [0, 1, 0, 1, 0, 3, 0, 3, 0]
    both = neurodyn.simulate(system, steps=1, record=["v"])["v"].values[-1]
    disputed = patterns[1] != patterns[3]
    assert (both[~disputed] == patterns[1][~disputed]).all() and (both[disputed] == patterns[0][disputed]).all()


def test_updates_in_turn_do_not_step_through_the_sequence() -> None:
    """A purely asymmetric network needs its units to move together: one sweep blurs the next pattern."""
    text = neurodyn.load("sequence_memory").to_toml().replace("[indices]", 'update = "asynchronous"\n\n[indices]', 1)
    model = neurodyn.Model.from_text(text)
    result = neurodyn.simulate(neurodyn.build(model, sizes={"N": 200, "P": 10}), steps=1, record=["overlap"])
    assert np.abs(result["overlap"].values[-1]).max() < 0.8
